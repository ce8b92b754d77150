//! A process that has entered and sealed its confinement really can do none of what it gave up.
//!
//! The child is this test again, told by the environment: it tries everything before and after, and says what worked.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a test fails by panicking")]

use std::{
    env, fs, io,
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::net::UnixStream,
    process::Command,
    thread,
};

use cuecard_plugin::worker::confine::{Bounds, Confinement};

const TOLD: &str = "CUECARD_TEST_CONFINED";

type Attempt = (&'static str, fn() -> io::Result<()>);

/// What a plugin that has broken out of its runtime would try.
const ATTEMPTS: &[Attempt] = &[
    ("read a file", || fs::File::open("/etc/passwd").map(drop)),
    ("list a folder", || fs::read_dir("/").map(drop)),
    ("write a file", || {
        let path = env::temp_dir().join(format!("cuecard-{}", std::process::id()));
        fs::write(&path, "x").and_then(|()| fs::remove_file(path))
    }),
    ("connect", || {
        // Nobody listens there: a refusal by the other side means that we could speak to it.
        let answer = TcpStream::connect("127.0.0.1:9");
        answer
            .map(drop)
            .or_else(|error| if error.kind() == io::ErrorKind::ConnectionRefused { Ok(()) } else { Err(error) })
    }),
    ("listen", || TcpListener::bind("127.0.0.1:0").map(drop)),
    ("bind a datagram socket", || UdpSocket::bind("127.0.0.1:0").map(drop)),
    ("make a local socket", || UnixStream::pair().map(drop)),
    ("run a program", || Command::new("/bin/true").status().map(drop)),
    ("start a thread", || thread::Builder::new().spawn(|| ()).map(|thread| drop(thread.join()))),
    ("rename a file", || fs::rename("/tmp/cuecard-nowhere", "/tmp/cuecard-no").or_else(only_missing)),
    ("leave its group", || rustix::process::setpgid(None, None).map_err(io::Error::from)),
];

/// It may do that, only there was nothing to do it to.
fn only_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[test]
fn a_sealed_process_cannot_reach_out() {
    if let Ok(how) = env::var(TOLD) {
        return attempt(&how);
    }
    for (how, worked) in [("free", true), ("sealed", false), ("landlock alone", false)] {
        let said = child(how);
        println!("{said}");
        assert!(said.contains("the end"), "{how}: the child did not come through: {said}");
        if how == "sealed" {
            assert!(said.contains("confined: "), "{said}");
            assert!(said.contains("seccomp granted"), "this kernel has no seccomp, so this shows nothing: {said}");
        }
        for (what, _) in ATTEMPTS.iter().filter(|(what, _)| how != "landlock alone" || LANDLOCKED.contains(what)) {
            if how == "landlock alone" && !said.contains("landlock granted") {
                continue;
            }
            let expected = format!("{what}: {}", if worked { "worked" } else { "failed" });
            assert!(said.contains(&expected), "{how}: not '{expected}' in\n{said}");
        }
    }
}

/// What Landlock refuses where the filter of system calls is not there.
const LANDLOCKED: &[&str] = &["read a file", "list a folder", "write a file", "connect", "run a program"];

fn child(how: &str) -> String {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_sealed_process_cannot_reach_out", "--nocapture", "--test-threads=1"])
        .env(TOLD, how)
        .output()
        .unwrap();
    format!("{how}\n{}", String::from_utf8_lossy(&output.stdout))
}

fn attempt(how: &str) {
    if how != "free" {
        let confinement = Confinement::enter(Bounds::WORKER);
        let confinement = if how == "sealed" { confinement.seal() } else { confinement };
        println!("confined: {confinement}");
    }
    for (what, try_it) in ATTEMPTS {
        match try_it() {
            Ok(()) => println!("{what}: worked"),
            Err(error) => println!("{what}: failed ({error})"),
        }
    }
    println!("the end");
}
