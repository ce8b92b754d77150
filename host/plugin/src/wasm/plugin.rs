//! A component that was compiled and linked, ready to be called, each time in a fresh instance.

use std::cell::{Cell, OnceCell};

use bumpalo::Bump;
use cuecard_model::{Classification, Culture, Customer, Decision, Draft, Event, FailureKind, Turn};
use wasmtime::{
    Engine, PoolConcurrencyLimitError, Store, UpdateDeadline,
    component::{Component, Linker},
};

use super::{
    bindings::{Plugin, PluginPre},
    engine::{SLOT_BYTES, WasmEngine},
    error::LoadError,
    host::HostState,
    lift::Reply,
    lower,
    store::State,
    trap, trusted,
};
use crate::{
    call::{Call, CallError, Runtime},
    watchdog::Allowance,
};

/// Bytes that cross between host and guest in one reply or in the arguments of one host call.
const HOSTCALL_BYTES: usize = 1 << 20;

/// More than any call can take within its time.
const FUEL: u64 = 1 << 60;

/// Handles to resources; the contract has none.
const HANDLES: usize = 16;

/// A component plugin. A call runs in an instance that no call has seen before and none will see after.
pub struct WasmPlugin {
    engine: WasmEngine,
    /// Absent if there is no pool or the component does not fit its slots.
    pooled: Option<PluginPre<State>>,
    /// Made when it is first needed.
    on_demand: OnceCell<PluginPre<State>>,
    /// Lists of what a hook is handed, emptied after each call.
    arena: Bump,
    /// Fuel that the last call took, where it is counted.
    cost: Cell<Option<u64>>,
}

impl WasmPlugin {
    /// Loads what [`super::compile`] gave. The bytes must come from there: they are machine code.
    pub fn load(engine: &WasmEngine, compiled: &[u8]) -> Result<Self, LoadError> {
        let pooled = engine.pooled.as_ref().and_then(|pooled| load(pooled, compiled).ok());
        let on_demand = OnceCell::new();
        if pooled.is_none() {
            let _ = on_demand.set(load(&engine.on_demand, compiled)?);
        }
        Ok(Self { engine: engine.clone(), pooled, on_demand, arena: Bump::new(), cost: Cell::new(None) })
    }

    /// Runs one hook in a fresh instance, which is gone when this returns, whatever happened.
    fn run<T>(
        &self,
        call: &mut Call,
        hook: impl FnOnce(&mut Store<State>, &Plugin) -> wasmtime::Result<Result<T, String>>,
    ) -> Result<T, CallError> {
        let (mut store, plugin) = self.start(call.take());
        let answer = plugin.and_then(|plugin| hook(&mut store, &plugin));
        if self.engine.counts {
            self.cost.set(store.get_fuel().ok().map(|left| FUEL - left));
        }
        *call = store.into_data().call;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(refusal)) => Err(CallError::new(FailureKind::Error, refusal)),
            Err(error) => Err(trap::explain(&error, call)),
        }
    }

    /// An instance from the pool, or mapped on demand if the pool is full or its slots are too small.
    fn start(&self, call: Call) -> (Store<State>, wasmtime::Result<Plugin>) {
        let fits = call.limits().memory_bytes as usize <= SLOT_BYTES;
        let Some(pooled) = self.pooled.as_ref().filter(|_| fits) else {
            return self.start_on_demand(call);
        };
        let (store, plugin) = instantiate(pooled, call, None);
        match plugin {
            Err(error) if error.is::<PoolConcurrencyLimitError>() => self.start_on_demand(store.into_data().call),
            plugin => (store, plugin),
        }
    }

    fn start_on_demand(&self, call: Call) -> (Store<State>, wasmtime::Result<Plugin>) {
        match self.on_demand() {
            Ok(plugin) => instantiate(plugin, call, self.engine.counts.then_some(FUEL)),
            Err(error) => {
                (Store::new(&self.engine.on_demand, State::new(call)), Err(wasmtime::Error::msg(error.to_string())))
            }
        }
    }

    fn on_demand(&self) -> Result<&PluginPre<State>, LoadError> {
        if let (None, Some(pooled)) = (self.on_demand.get(), &self.pooled) {
            let component = pooled.instance_pre().component();
            let code = component
                .serialize()
                .map_err(|error| LoadError::from_wasmtime("the compiled component cannot be copied", &error))?;
            let _ = self.on_demand.set(load(&self.engine.on_demand, &code)?);
        }
        self.on_demand.get().ok_or_else(|| LoadError::new("the component was not loaded"))
    }
}

impl Runtime for WasmPlugin {
    fn compose(&mut self, call: &mut Call, turn: &Turn) -> Result<Vec<Draft>, CallError> {
        let given = lower::turn(&self.arena, turn);
        let drafts = self.run(call, |store, plugin| plugin.call_compose(store, given));
        self.arena.reset();
        Reply::new(call.limits()).drafts(drafts?)
    }

    fn localize(&mut self, call: &mut Call, draft: &Draft, culture: &Culture) -> Result<Draft, CallError> {
        let (given, culture) = (lower::draft(&self.arena, draft), lower::culture(culture));
        let draft = self.run(call, |store, plugin| plugin.call_localize(store, given, culture));
        self.arena.reset();
        Reply::new(call.limits()).one_draft(draft?)
    }

    fn trigger(&mut self, call: &mut Call, event: &Event, customer: &Customer) -> Result<Vec<Decision>, CallError> {
        let (event, customer) = (lower::event(&self.arena, event), lower::customer(&self.arena, customer));
        let decisions = self.run(call, |store, plugin| plugin.call_trigger(store, event, customer));
        self.arena.reset();
        Reply::new(call.limits()).decisions(decisions?)
    }

    fn classify(&mut self, call: &mut Call, turn: &Turn) -> Result<Classification, CallError> {
        let given = lower::turn(&self.arena, turn);
        let found = self.run(call, |store, plugin| plugin.call_classify(store, given));
        self.arena.reset();
        Reply::new(call.limits()).classification(found?)
    }

    fn cost(&self) -> Option<u64> {
        self.cost.get()
    }

    /// Never: an instance serves one call.
    fn is_spent(&self) -> bool {
        false
    }
}

/// The functions that a component may import.
pub(super) fn linker(engine: &Engine) -> Result<Linker<State>, LoadError> {
    let mut linker = Linker::new(engine);
    Plugin::add_to_linker::<State, HostState>(&mut linker, |state| state)
        .map_err(|error| LoadError::from_wasmtime("the host's functions could not be linked", &error))?;
    Ok(linker)
}

/// Resolves the imports and checks the types of all hooks.
pub(super) fn prepare(linker: &Linker<State>, component: &Component) -> Result<PluginPre<State>, LoadError> {
    linker.instantiate_pre(component).and_then(PluginPre::new).map_err(|error| LoadError {
        hint: Some("the component must match the world `plugin` of sdk/wit/v1; build it with `cuecard build`".into()),
        ..LoadError::from_wasmtime("the component does not fit the contract", &error)
    })
}

fn load(engine: &Engine, compiled: &[u8]) -> Result<PluginPre<State>, LoadError> {
    let component = trusted::load(engine, compiled)
        .map_err(|error| LoadError::from_wasmtime("the compiled component does not load", &error))?;
    prepare(&linker(engine)?, &component)
}

fn instantiate(plugin: &PluginPre<State>, call: Call, fuel: Option<u64>) -> (Store<State>, wasmtime::Result<Plugin>) {
    let time = Allowance::from_now(call.limits().time());
    let mut store = Store::new(plugin.engine(), State::new(call));
    store.limiter(|state| state);
    // Ticks come late on a busy machine, so that they are not counted: each only has the clock looked at.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |store| {
        if time.is_left() {
            return Ok(UpdateDeadline::Continue(1));
        }
        Err(wasmtime::Error::new(trap::timeout(&store.data().call)))
    });
    store.set_hostcall_fuel(HOSTCALL_BYTES);
    store.set_max_component_handles(HANDLES);
    let fueled = fuel.map_or(Ok(()), |fuel| store.set_fuel(fuel));
    let instance = fueled.and_then(|()| plugin.instantiate(&mut store));
    (store, instance)
}
