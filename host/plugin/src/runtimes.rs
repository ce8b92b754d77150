//! The two runtimes behind one door: what a worker needs to turn a [`Load`] into something that runs.

use std::{io, rc::Rc};

use crate::{
    call::{CallError, Runtime},
    job::{Code, Load},
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

    /// Makes a plugin ready to run.
    pub fn load(&self, load: &Load) -> Result<Box<dyn Runtime>, CallError> {
        let _ = &self.watchdog;
        match &load.code {
            Code::Lua { .. } | Code::Wasm(_) => {
                Err(CallError::new(cuecard_model::FailureKind::Load, "no runtime is built in"))
            }
        }
    }
}
