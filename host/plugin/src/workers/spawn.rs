//! Starting one worker, as a process or as a thread, and taking it down.

use std::{
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdStream},
    path::PathBuf,
    process::Stdio,
    thread,
};

use tokio::{
    net::UnixStream,
    process::{Child, Command},
};

use crate::worker::{
    self,
    confine::Confinement,
    process::STACK_BYTES,
    progress::{Note, Progress},
};

/// How workers are started.
#[derive(Clone, Debug)]
pub enum Spawn {
    /// A process each, which can be killed: the program and its arguments, such as `cuecard worker`.
    Processes {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// A thread each, for tests and embedding. A plugin that does not stop is not stopped.
    Threads,
}

/// A worker that was just started.
pub(super) struct Started {
    pub(super) stream: UnixStream,
    pub(super) progress: Progress,
    /// Held because dropping it kills the process.
    pub(super) _child: Option<Child>,
}

impl Spawn {
    /// One that `counts` can count the steps of calls.
    pub(super) fn start(&self, counts: bool) -> io::Result<Started> {
        let (ours, theirs) = StdStream::pair()?;
        let progress = Progress::create()?;
        let note = progress.duplicate()?;
        let child = match self {
            Self::Processes { program, arguments } => Some(
                Command::new(program)
                    .args(arguments)
                    .args(counts.then_some("--counting"))
                    .env_clear()
                    .stdin(Stdio::from(OwnedFd::from(theirs)))
                    .stdout(Stdio::from(note))
                    // Ctrl-C in a terminal is for the host, which finishes what is in flight first.
                    .process_group(0)
                    .kill_on_drop(true)
                    .spawn()?,
            ),
            Self::Threads => {
                let note = Note::from_file(&note)?;
                let worker = move || worker::serve(theirs, note, counts, Confinement::default);
                thread::Builder::new().name("worker".into()).stack_size(STACK_BYTES).spawn(worker)?;
                None
            }
        };
        ours.set_nonblocking(true)?;
        Ok(Started { stream: UnixStream::from_std(ours)?, progress, _child: child })
    }
}
