//! A component that was compiled and linked, ready to be called, each time in a fresh instance. Of any version.

use std::cell::{Cell, OnceCell};

use cuecard_model::FailureKind;
use wasmtime::{
    Engine, PoolConcurrencyLimitError, Store, UpdateDeadline,
    component::{Component, Instance, InstancePre, Linker},
};

use super::{
    engine::{SLOT_BYTES, WasmEngine},
    error::LoadError,
    store::State,
    trap, trusted,
};
use crate::{
    call::{Call, CallError},
    watchdog::Allowance,
};

/// Bytes that cross between host and guest in one reply or in the arguments of one host call.
const HOSTCALL_BYTES: usize = 1 << 20;

/// More than any call can take within its time.
const FUEL: u64 = 1 << 60;

/// Handles to resources; the contract has none.
const HANDLES: usize = 16;

/// A version's world as its bindings give it.
pub(super) trait World: Sized {
    /// Imports resolved, types checked.
    type Pre;

    /// The functions that a component may import.
    fn link(linker: &mut Linker<State>) -> wasmtime::Result<()>;
    /// Checks the types of all hooks.
    fn check(instance: InstancePre<State>) -> wasmtime::Result<Self::Pre>;
    /// What was checked.
    fn resolved(pre: &Self::Pre) -> &InstancePre<State>;
    /// A fresh instance.
    fn instantiate(pre: &Self::Pre, store: &mut Store<State>) -> wasmtime::Result<Self>;
}

/// Where a component's instances come from. A call runs in one that no call has seen before and none will see after.
pub(super) struct Instances<W: World> {
    engine: WasmEngine,
    /// Absent if there is no pool or the component does not fit its slots.
    pooled: Option<W::Pre>,
    /// Made when it is first needed.
    on_demand: OnceCell<W::Pre>,
    /// Fuel that calls took and nobody has asked for yet, where it is counted.
    steps: Cell<Option<u64>>,
}

impl<W: World> Instances<W> {
    /// Loads what [`super::compile`] gave. The bytes must come from there: they are machine code.
    pub(super) fn load(engine: &WasmEngine, compiled: &[u8]) -> Result<Self, LoadError> {
        let pooled = engine.pooled.as_ref().and_then(|pooled| load::<W>(pooled, compiled).ok());
        let on_demand = OnceCell::new();
        if pooled.is_none() {
            let _ = on_demand.set(load::<W>(&engine.on_demand, compiled)?);
        }
        Ok(Self { engine: engine.clone(), pooled, on_demand, steps: Cell::new(None) })
    }

    /// Fuel that calls took since this was last asked, if this engine counts it.
    pub(super) fn take_steps(&self) -> Option<u64> {
        self.steps.take()
    }

    /// Runs one hook in a fresh instance, which is gone when this returns, whatever happened.
    pub(super) fn run<T>(
        &self,
        call: &mut Call,
        hook: impl FnOnce(&mut Store<State>, &W) -> wasmtime::Result<Result<T, String>>,
    ) -> Result<T, CallError> {
        self.run_in(call, W::instantiate, hook)
    }

    /// The same for a function that not every component of this version exports: the instance is looked into.
    pub(super) fn run_beside<T>(
        &self,
        call: &mut Call,
        hook: impl FnOnce(&mut Store<State>, &Instance) -> wasmtime::Result<Result<T, String>>,
    ) -> Result<T, CallError> {
        self.run_in(call, |pre, store| W::resolved(pre).instantiate(store), hook)
    }

    fn run_in<I, T>(
        &self,
        call: &mut Call,
        make: Make<W, I>,
        hook: impl FnOnce(&mut Store<State>, &I) -> wasmtime::Result<Result<T, String>>,
    ) -> Result<T, CallError> {
        let (mut store, plugin) = self.start(call.take(), make);
        let answer = plugin.and_then(|plugin| hook(&mut store, &plugin));
        if self.engine.counts {
            let taken = store.get_fuel().ok().map(|left| FUEL - left);
            self.steps.set(taken.map(|taken| taken.saturating_add(self.steps.get().unwrap_or(0))));
        }
        *call = store.into_data().call;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(refusal)) => Err(CallError::new(FailureKind::Error, refusal)),
            Err(error) => Err(trap::explain(&error, call)),
        }
    }

    /// An instance from the pool, or mapped on demand if the pool is full or its slots are too small.
    fn start<I>(&self, call: Call, make: Make<W, I>) -> (Store<State>, wasmtime::Result<I>) {
        let fits = call.limits().memory_bytes as usize <= SLOT_BYTES;
        let Some(pooled) = self.pooled.as_ref().filter(|_| fits) else {
            return self.start_on_demand(call, make);
        };
        let (store, plugin) = instantiate::<W, I>(pooled, make, call, None);
        match plugin {
            Err(error) if error.is::<PoolConcurrencyLimitError>() => self.start_on_demand(store.into_data().call, make),
            plugin => (store, plugin),
        }
    }

    fn start_on_demand<I>(&self, call: Call, make: Make<W, I>) -> (Store<State>, wasmtime::Result<I>) {
        match self.on_demand() {
            Ok(plugin) => instantiate::<W, I>(plugin, make, call, self.engine.counts.then_some(FUEL)),
            Err(error) => {
                (Store::new(&self.engine.on_demand, State::new(call)), Err(wasmtime::Error::msg(error.to_string())))
            }
        }
    }

    fn on_demand(&self) -> Result<&W::Pre, LoadError> {
        if let (None, Some(pooled)) = (self.on_demand.get(), &self.pooled) {
            let component = W::resolved(pooled).component();
            let code = component
                .serialize()
                .map_err(|error| LoadError::from_wasmtime("the compiled component cannot be copied", &error))?;
            let _ = self.on_demand.set(load::<W>(&self.engine.on_demand, &code)?);
        }
        self.on_demand.get().ok_or_else(|| LoadError::new("the component was not loaded"))
    }
}

/// Resolves the imports and checks the types of all hooks.
pub(super) fn prepare<W: World>(engine: &Engine, component: &Component) -> Result<W::Pre, LoadError> {
    let mut linker = Linker::new(engine);
    W::link(&mut linker)
        .map_err(|error| LoadError::from_wasmtime("the host's functions could not be linked", &error))?;
    linker
        .instantiate_pre(component)
        .and_then(W::check)
        .map_err(|error| LoadError::from_wasmtime("the component does not fit the contract", &error))
}

fn load<W: World>(engine: &Engine, compiled: &[u8]) -> Result<W::Pre, LoadError> {
    let component = trusted::load(engine, compiled)
        .map_err(|error| LoadError::from_wasmtime("the compiled component does not load", &error))?;
    prepare::<W>(engine, &component)
}

/// How an instance comes of what was resolved.
type Make<W, I> = fn(&<W as World>::Pre, &mut Store<State>) -> wasmtime::Result<I>;

fn instantiate<W: World, I>(
    plugin: &W::Pre,
    make: Make<W, I>,
    call: Call,
    fuel: Option<u64>,
) -> (Store<State>, wasmtime::Result<I>) {
    let time = Allowance::from_now(call.limits().time());
    let mut store = Store::new(W::resolved(plugin).engine(), State::new(call));
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
    let instance = fueled.and_then(|()| make(plugin, &mut store));
    (store, instance)
}
