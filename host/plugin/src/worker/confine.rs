//! What a worker process gives up before it loads anything: files, network, new privileges, most system calls.
//!
//! Each layer is taken where the kernel allows and reported; none is silently assumed. Landlock closes the file system
//! and the network, seccomp leaves only the calls that a computing process needs, and rlimits bound memory and files.

use std::fmt;

/// What the kernel granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub struct Confinement {
    /// Landlock rules hold, or why not.
    pub landlock: Layer,
    /// The seccomp filter holds, or why not.
    pub seccomp: Layer,
    /// The rlimits hold, or why not.
    pub rlimits: Layer,
    /// No new privileges, or why not.
    pub no_new_privileges: Layer,
}

/// One layer of confinement: in force, or the reason why it is not.
#[derive(Clone, Debug, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub enum Layer {
    /// In force.
    Granted,
    /// Not in force, and why.
    Refused(String),
}

impl Default for Layer {
    fn default() -> Self {
        Self::Refused("not tried".into())
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted => out.write_str("granted"),
            Self::Refused(why) => write!(out, "refused ({why})"),
        }
    }
}

impl fmt::Display for Confinement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "landlock {}, seccomp {}, rlimits {}, no new privileges {}",
            self.landlock, self.seccomp, self.rlimits, self.no_new_privileges
        )
    }
}

/// What a process may use up in all.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Private writable memory, in bytes.
    pub memory_bytes: u64,
    /// Processor time, in seconds.
    pub cpu_seconds: Option<u64>,
}

impl Bounds {
    /// A worker lives on: its memory is bounded, its time is not.
    pub const WORKER: Self = Self { memory_bytes: 1 << 30, cpu_seconds: None };
    /// A prover compiles one bundle in 3 s and 600 MB, and then tests it.
    pub const PROVER: Self = Self { memory_bytes: 600 << 20, cpu_seconds: Some(3) };
    /// A guest that carries its language has ten times the code of any other plugin.
    pub const LARGE_PROVER: Self = Self { memory_bytes: 1536 << 20, cpu_seconds: Some(60) };

    /// Holds the process to less than it was let in with: the kernel gives nothing back.
    pub(crate) fn narrow(self) -> Result<(), String> {
        rlimits(self)
    }
}

impl Confinement {
    /// First step, before any other thread exists: memory, files, network, privileges. It cannot be taken back.
    pub fn enter(bounds: Bounds) -> Self {
        // In this order: landlock wants no new privileges, and opens a file to make its rules.
        let no_new_privileges = rustix::thread::set_no_new_privs(true).map_err(|error| error.to_string());
        let landlock = imp::landlock();
        Self {
            landlock: layer(landlock),
            seccomp: Layer::default(),
            rlimits: layer(rlimits(bounds)),
            no_new_privileges: layer(no_new_privileges),
        }
    }

    /// Second step, once all threads run: system calls. It holds for every thread and cannot be taken back.
    pub fn seal(self) -> Self {
        Self { seccomp: layer(imp::seccomp()), ..self }
    }
}

/// What a bundle's own tests may take on top of compiling.
const TEST_SECONDS: u64 = 10;

/// After compiling: the tests have their own time.
pub(crate) fn raise_cpu_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Cpu).maximum;
    let _ = setrlimit(Resource::Cpu, Rlimit { current: maximum, maximum });
}

fn layer(result: Result<(), String>) -> Layer {
    result.map_or_else(Layer::Refused, |()| Layer::Granted)
}

fn rlimits(bounds: Bounds) -> Result<(), String> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let set = |resource, limit| {
        let rlimit = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, rlimit).map_err(|error| format!("{resource:?}: {error}"))
    };
    set(Resource::Core, 0)?;
    set(Resource::Data, bounds.memory_bytes)?;
    if let Some(seconds) = bounds.cpu_seconds {
        let rlimit = Rlimit { current: Some(seconds), maximum: Some(seconds + TEST_SECONDS) };
        setrlimit(Resource::Cpu, rlimit).map_err(|error| format!("Cpu: {error}"))?;
    }
    // One descriptor for the memory image of each component; seccomp and Landlock see to it that they are no files.
    set(Resource::Nofile, 4096)
}

#[cfg(target_os = "linux")]
mod imp {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

    /// Nothing on the file system, no port, no signal to others.
    pub(super) fn landlock() -> Result<(), String> {
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V5))
            .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V5)))
            .and_then(|rules| rules.scope(Scope::from_all(ABI::V6)))
            .and_then(Ruleset::create)
            .and_then(landlock::RulesetCreated::restrict_self)
            .map_err(|error| error.to_string())?;
        match status.ruleset {
            RulesetStatus::NotEnforced => Err("this kernel does not have it".into()),
            RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
        }
    }

    /// The calls of a process that computes, reads and writes what it was handed. All others fail with EPERM.
    const ALLOWED: &[i64] = &[
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_readv,
        libc::SYS_writev,
        libc::SYS_pread64,
        libc::SYS_pwrite64,
        libc::SYS_recvfrom,
        libc::SYS_sendto,
        libc::SYS_recvmsg,
        libc::SYS_sendmsg,
        libc::SYS_close,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_tgkill,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_prctl,
        libc::SYS_prlimit64,
        // Memory images of components, copied on write: files without a name, which no other process can open.
        libc::SYS_memfd_create,
        libc::SYS_ftruncate,
        libc::SYS_fcntl,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_ioctl,
        libc::SYS_membarrier,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    pub(super) fn seccomp() -> Result<(), String> {
        let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
        let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        let refuse = SeccompAction::Errno(1);
        let filter =
            SeccompFilter::new(rules, refuse, SeccompAction::Allow, arch).map_err(|error| error.to_string())?;
        let program: BpfProgram = filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())?;
        seccompiler::apply_filter_all_threads(&program).map_err(|error| error.to_string())
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    pub(super) fn landlock() -> Result<(), String> {
        Err("Linux alone has it".into())
    }

    pub(super) fn seccomp() -> Result<(), String> {
        Err("Linux alone has it".into())
    }
}
