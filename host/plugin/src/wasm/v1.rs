//! Version 1 of the contract, `sdk/wit/v1`: its bindings, and what goes in and out in its types.
//!
//! Frozen with that version. A later version is a folder beside this one and a line in [`crate::api`]; components that
//! were built for this one go on meeting what they were built for.

mod bindings;
mod host;
mod lift;
mod lower;

use bumpalo::Bump;
use cuecard_model::{Classification, Culture, Customer, Decision, Draft, Event, Fields, Turn};
use wasmtime::{
    Store,
    component::{InstancePre, Linker},
};

use self::{
    bindings::{
        Plugin, PluginPre,
        types::{FieldParam, FieldResult},
    },
    host::HostState,
    lift::Reply,
};
use super::{
    contract::Contract,
    engine::WasmEngine,
    error::LoadError,
    instances::{Instances, World, prepare},
    store::State,
};
use crate::call::{Call, CallError, Runtime};

/// What the host serves to components of this version.
pub(crate) const CONTRACT: Contract = Contract {
    folder: "sdk/wit/v1",
    imports: &["cuecard:plugin/host@1.0.0", "cuecard:plugin/types@1.0.0"],
    exports: &["compose", "localize", "trigger", "classify"],
    prepare: |engine, component| prepare::<Plugin>(engine, component).map(drop),
    load: |engine, compiled| Ok(Box::new(Component::load(engine, compiled)?)),
};

impl World for Plugin {
    type Pre = PluginPre<State>;

    fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
        Self::add_to_linker::<State, HostState>(linker, |state| state)
    }

    fn check(instance: InstancePre<State>) -> wasmtime::Result<PluginPre<State>> {
        PluginPre::new(instance)
    }

    fn resolved(pre: &PluginPre<State>) -> &InstancePre<State> {
        pre.instance_pre()
    }

    fn instantiate(pre: &PluginPre<State>, store: &mut Store<State>) -> wasmtime::Result<Self> {
        pre.instantiate(store)
    }
}

/// Of the world `migrates`, which a component may export beside the hooks.
pub(crate) const MIGRATE: &str = "migrate";

/// What `migrate` answers.
type Answered = Result<Vec<FieldResult>, String>;

/// A component of this version.
struct Component {
    instances: Instances<Plugin>,
    /// Lists of what a hook is handed, emptied after each call.
    arena: Bump,
}

impl Component {
    fn load(engine: &WasmEngine, compiled: &[u8]) -> Result<Self, LoadError> {
        Ok(Self { instances: Instances::load(engine, compiled)?, arena: Bump::new() })
    }
}

impl Runtime for Component {
    fn compose(&mut self, call: &mut Call, turn: &Turn) -> Result<Vec<Draft>, CallError> {
        let given = lower::turn(&self.arena, turn);
        let drafts = self.instances.run(call, |store, plugin| plugin.call_compose(store, given));
        self.arena.reset();
        Reply::new(call.limits()).drafts(drafts?)
    }

    fn localize(&mut self, call: &mut Call, draft: &Draft, culture: &Culture) -> Result<Draft, CallError> {
        let (given, culture) = (lower::draft(&self.arena, draft), lower::culture(culture));
        let draft = self.instances.run(call, |store, plugin| plugin.call_localize(store, given, culture));
        self.arena.reset();
        Reply::new(call.limits()).one_draft(draft?)
    }

    fn trigger(&mut self, call: &mut Call, event: &Event, customer: &Customer) -> Result<Vec<Decision>, CallError> {
        let (event, customer) = (lower::event(&self.arena, event), lower::customer(&self.arena, customer));
        let decisions = self.instances.run(call, |store, plugin| plugin.call_trigger(store, event, customer));
        self.arena.reset();
        Reply::new(call.limits()).decisions(decisions?)
    }

    fn classify(&mut self, call: &mut Call, turn: &Turn) -> Result<Classification, CallError> {
        let given = lower::turn(&self.arena, turn);
        let found = self.instances.run(call, |store, plugin| plugin.call_classify(store, given));
        self.arena.reset();
        Reply::new(call.limits()).classification(found?)
    }

    fn migrate(&mut self, call: &mut Call, from: u32, keys: &Fields) -> Result<Fields, CallError> {
        let given = lower::fields(&self.arena, keys);
        let answer = self.instances.run_beside(call, |store, instance| {
            let hook = instance.get_typed_func::<(u32, &[FieldParam<'_>]), (Answered,)>(&mut *store, MIGRATE)?;
            hook.call(store, (from, given)).map(|(answer,)| answer)
        });
        self.arena.reset();
        Reply::new(call.limits()).keys(answer?)
    }

    fn take_steps(&mut self) -> Option<u64> {
        self.instances.take_steps()
    }

    /// Never: an instance serves one call.
    fn is_spent(&self) -> bool {
        false
    }
}
