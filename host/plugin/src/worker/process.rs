//! A worker as a process: what the hidden `worker` command of the binary does.
//!
//! The host hands it two descriptors: standard input is the stream of jobs, standard output the progress note.

use std::{
    fs::File,
    io,
    os::{fd::AsFd, unix::net::UnixStream},
    thread,
};

use super::{
    confine::{Bounds, Confinement},
    progress::Note,
    serve,
};

/// Luau's C stack and deeply nested sources need room; the worker's thread has it, whatever the shell's limit.
pub const STACK_BYTES: usize = 16 << 20;

/// Runs a worker on standard input and output until the host closes the stream. An `aside` one does what nobody waits
/// for: those who answer customers come first. One that `counts` can count the steps of calls.
pub fn run(aside: bool, counts: bool) -> io::Result<()> {
    let stream = stream()?;
    if aside {
        let _ = rustix::process::nice(10);
    }
    let progress = Note::from_file(&File::from(io::stdout().as_fd().try_clone_to_owned()?))?;
    let confinement = Confinement::enter(Bounds::WORKER);
    let worker = move || serve(stream, progress, counts, move || confinement.seal());
    on_large_stack(worker)
}

/// The stream that the host has handed over. The process dies with the host, if the kernel knows how.
pub(crate) fn stream() -> io::Result<UnixStream> {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Runs `work` on a thread with a large stack and passes its result on.
pub(crate) fn on_large_stack<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let thread = thread::Builder::new().name("worker".into()).stack_size(STACK_BYTES).spawn(work)?;
    thread.join().map_err(|_| io::Error::other("the worker's thread panicked"))?
}
