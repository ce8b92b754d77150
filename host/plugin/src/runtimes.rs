//! The two runtimes behind one door: what turns a [`Load`] into something that runs.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use cuecard_model::{Classification, Culture, Customer, Decision, Draft, Event, Fields, Turn};

use crate::{
    api::Api,
    call::{Call, CallError, Runtime},
    job::{Code, Hooks, Load},
    lua::{self, Hook, LuaPlugin},
    problem::Problem,
    wasm::{self, PoolSize, Size, WasmEngine},
    watchdog::Watchdog,
};

/// The machinery that the plugins of one thread share.
pub struct Runtimes {
    watchdog: Arc<Watchdog>,
    wasm: WasmEngine,
    counts: bool,
}

impl Runtimes {
    /// Starts the watchdog of this thread and reserves the memory pool of its components.
    pub fn start() -> io::Result<Self> {
        Self::on(WasmEngine::new(PoolSize::default()).map_err(io::Error::other)?, false)
    }

    /// The same for runtimes that count what each call takes. Components have to be compiled by [`compile_counting`].
    pub fn start_counting() -> io::Result<Self> {
        Self::on(WasmEngine::counting().map_err(io::Error::other)?, true)
    }

    fn on(wasm: WasmEngine, counts: bool) -> io::Result<Self> {
        let watchdog = Watchdog::start(wasm.ticker(), || ())?;
        Ok(Self { watchdog: Arc::new(watchdog), wasm, counts })
    }

    /// Changes whenever compiled components of an earlier build cannot be used any more.
    pub fn compatibility() -> u64 {
        static COMPATIBILITY: OnceLock<u64> = OnceLock::new();
        // An engine that does not start compiles nothing either, so the key of its cache does not matter.
        *COMPATIBILITY.get_or_init(|| WasmEngine::new(PoolSize(1)).map_or(0, |engine| engine.compatibility()))
    }

    /// Makes a plugin ready to run.
    pub fn load(&self, load: &Load) -> Result<Box<dyn Runtime>, Problem> {
        match &load.code {
            Code::Lua { entry, files } => {
                let (watchdog, hooks) = (Arc::clone(&self.watchdog), hooks(&load.hooks));
                let plugin = LuaPlugin::load(&load.plugin, files, entry, &hooks, &load.limits, watchdog);
                let plugin = plugin.map_err(lua_problem)?;
                Ok(Box::new(if self.counts { plugin.counting() } else { plugin }))
            }
            Code::Wasm(compiled) => {
                let plugin =
                    wasm::load(load.api, &self.wasm, compiled).map_err(|error| problem("plugin.wasm", error))?;
                Ok(Box::new(Watched { plugin, watchdog: Arc::clone(&self.watchdog) }))
            }
        }
    }
}

/// Compiles a component. Runs in a prover process: its time and memory have no other bound.
pub fn compile(api: Api, entry: &str, bytes: &Arc<[u8]>, size: &Size) -> Result<Vec<u8>, Problem> {
    wasm::compile(api, bytes, size).map_err(|error| problem(entry, error))
}

/// The same component's code for [`Runtimes::start_counting`].
pub fn compile_counting(entry: &str, bytes: &Arc<[u8]>) -> Result<Vec<u8>, Problem> {
    wasm::compile_counting(bytes).map_err(|error| problem(entry, error))
}

fn hooks(declared: &Hooks) -> Vec<Hook> {
    let all = [
        (declared.compose, Hook::Compose),
        (declared.localize, Hook::Localize),
        (declared.trigger, Hook::Trigger),
        (declared.classify, Hook::Classify),
        (declared.migrate, Hook::Migrate),
    ];
    all.into_iter().filter_map(|(declared, hook)| declared.then_some(hook)).collect()
}

fn lua_problem(error: lua::LoadError) -> Problem {
    let lua::LoadError { file, line, reason, hint } = error;
    Problem { file, line, column: None, reason, hint }
}

fn problem(file: &str, error: wasm::LoadError) -> Problem {
    let problem = Problem::new(file, error.reason);
    match error.hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// A component under watch: the watchdog ticks while it runs, and each tick moves the epoch towards its deadline.
struct Watched {
    plugin: Box<dyn Runtime>,
    watchdog: Arc<Watchdog>,
}

impl Runtime for Watched {
    fn compose(&mut self, call: &mut Call, turn: &Turn) -> Result<Vec<Draft>, CallError> {
        let _watch = self.watchdog.watch(call.limits().time(), None);
        self.plugin.compose(call, turn)
    }

    fn localize(&mut self, call: &mut Call, draft: &Draft, culture: &Culture) -> Result<Draft, CallError> {
        let _watch = self.watchdog.watch(call.limits().time(), None);
        self.plugin.localize(call, draft, culture)
    }

    fn trigger(&mut self, call: &mut Call, event: &Event, customer: &Customer) -> Result<Vec<Decision>, CallError> {
        let _watch = self.watchdog.watch(call.limits().time(), None);
        self.plugin.trigger(call, event, customer)
    }

    fn classify(&mut self, call: &mut Call, turn: &Turn) -> Result<Classification, CallError> {
        let _watch = self.watchdog.watch(call.limits().time(), None);
        self.plugin.classify(call, turn)
    }

    fn migrate(&mut self, call: &mut Call, from: u32, keys: &Fields) -> Result<Fields, CallError> {
        let _watch = self.watchdog.watch(call.limits().time(), None);
        self.plugin.migrate(call, from, keys)
    }

    fn take_steps(&mut self) -> Option<u64> {
        self.plugin.take_steps()
    }

    fn is_spent(&self) -> bool {
        self.plugin.is_spent()
    }
}
