//! The two runtimes behind one door: what turns a [`Load`] into something that runs.

use std::{io, rc::Rc};

use crate::{
    call::Runtime,
    job::{Code, Load},
    problem::Problem,
    watchdog::Watchdog,
};

/// The machinery that the plugins of one thread share.
pub struct Runtimes {
    watchdog: Rc<Watchdog>,
}

impl Runtimes {
    /// Starts the watchdog of this thread.
    pub fn start() -> io::Result<Self> {
        Ok(Self { watchdog: Rc::new(Watchdog::start(|| (), || ())?) })
    }

    /// Changes whenever compiled components of an earlier build cannot be used any more.
    pub fn compatibility() -> u64 {
        0
    }

    /// Makes a plugin ready to run.
    pub fn load(&self, load: &Load) -> Result<Box<dyn Runtime>, Problem> {
        let _ = &self.watchdog;
        match &load.code {
            Code::Lua { .. } | Code::Wasm(_) => Err(Problem::new("", "no runtime is built in")),
        }
    }
}

/// Compiles a component. Runs in a prover process: its time and memory have no other bound.
pub fn compile(entry: &str, _bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    Err(Problem::new(entry, "no runtime is built in"))
}
