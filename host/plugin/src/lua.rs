//! The Lua runtime: a plugin's files in one Luau machine, and the hooks called in it.
//!
//! Owns loading, calling and the words for what went wrong. It knows no manifest and no folder: it is handed files as
//! text. The machine itself, and everything unsafe, is in `raw`.

mod host;
mod load;
mod push;
mod raw;
mod read;
mod reply;

use std::{collections::BTreeMap, fmt, sync::Arc};

use cuecard_model::{
    Classification, Culture, Customer, Decision, Draft, Event, FailureKind, Fields, PluginVersion, Turn,
};

use crate::{
    call::{Call, CallError, Runtime},
    limits::Limits,
    watchdog::{Interrupt, Watchdog},
};
pub use load::LoadError;
use load::load_file;
use push::{PushError, push};
use raw::{Bell, Chunk, Entered, Fault, Kind, Modules, Slot, Stack, Vm};
use read::{Budget, Read, Reader};

/// One of the hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// What an agent could say next.
    Compose,
    /// Changes a draft for a culture.
    Localize,
    /// Whom to contact, or when to look again.
    Trigger,
    /// What the plugin understands otherwise than the host.
    Classify,
    /// Brings one customer's keys from an older version to this one.
    Migrate,
}

impl Hook {
    /// The name in the table that `main.luau` returns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compose => "compose",
            Self::Localize => "localize",
            Self::Trigger => "trigger",
            Self::Classify => "classify",
            Self::Migrate => "migrate",
        }
    }

    fn as_c_str(self) -> &'static std::ffi::CStr {
        match self {
            Self::Compose => c"compose",
            Self::Localize => c"localize",
            Self::Trigger => c"trigger",
            Self::Classify => c"classify",
            Self::Migrate => c"migrate",
        }
    }
}

/// A loaded Lua plugin, on the thread that loaded it.
///
/// The order of `for key in t` is the same in every machine and release for keys that are texts, numbers and
/// booleans; for tables and functions as keys it is not, as everywhere in Lua.
///
/// One machine per plugin version. Every call runs the main file afresh under new globals, so that nothing is left
/// over from the call before. After a call that hit a limit the machine is spent and must be loaded again.
pub struct LuaPlugin {
    name: PluginVersion,
    vm: Vm,
    bell: Arc<Bell>,
    main: Chunk,
    watchdog: Arc<Watchdog>,
    /// Bytes in use after the last collection.
    settled: usize,
    broken: bool,
    counts: bool,
    /// Counted and not yet asked for.
    steps: u64,
}

impl fmt::Debug for LuaPlugin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LuaPlugin").field("name", &self.name).field("used", &self.vm.used()).finish_non_exhaustive()
    }
}

impl LuaPlugin {
    /// Garbage that is left lying until [`Runtime::tidy`] collects it.
    const GARBAGE_BYTES: usize = 256 << 10;

    /// Compiles and loads the `.luau` files among `sources` (by path in the bundle), and runs `entry` once to see that
    /// it returns the hooks that the manifest declares. Compiling has no bound in time and memory but the size of the
    /// sources: call it where that does no harm. A thread needs a stack of 8 MiB for it.
    pub fn load(
        name: &PluginVersion,
        sources: &BTreeMap<String, Arc<str>>,
        entry: &str,
        hooks: &[Hook],
        limits: &Limits,
        watchdog: Arc<Watchdog>,
    ) -> Result<Self, LoadError> {
        let memory = limits.memory_bytes as usize;
        let mut vm = Vm::new(memory).ok_or_else(|| LoadError::new(entry, "no memory for a Lua machine", None))?;
        let mut files = BTreeMap::new();
        for (path, source) in sources.iter().filter(|(path, _)| path.ends_with(".luau")) {
            files.insert(path.clone(), load_file(&mut vm, path, source)?);
        }
        let main = *files.get(entry).ok_or_else(|| {
            let hint = "name the file under [plugin] in plugin.toml, as entry = \"main.luau\"";
            LoadError::new(entry, "there is no such file in the bundle", Some(hint.into()))
        })?;
        vm.set_modules(Modules::new(files));
        if vm.used() > memory {
            return Err(LoadError::new(entry, "the code alone takes more memory than the plugin may have", None));
        }
        let bell = vm.bell();
        let mut plugin =
            Self { name: name.clone(), vm, bell, main, watchdog, settled: 0, broken: false, counts: false, steps: 0 };
        plugin.check(entry, hooks, limits)?;
        plugin.vm.collect();
        plugin.settled = plugin.vm.used();
        Ok(plugin)
    }

    /// Has the steps of each call counted: loop ends, calls and returns, those of the main file included. A call takes
    /// longer then, so this is for tests.
    #[must_use]
    pub fn counting(mut self) -> Self {
        self.vm.count_steps();
        self.counts = true;
        self
    }

    /// The plugin and its version.
    pub fn name(&self) -> &PluginVersion {
        &self.name
    }

    /// Bytes that the machine uses.
    pub fn memory(&self) -> usize {
        self.vm.used()
    }

    /// Runs the main file once and looks at what it returns.
    fn check(&mut self, entry: &str, hooks: &[Hook], limits: &Limits) -> Result<(), LoadError> {
        let _watch = self.watchdog.watch(limits.time(), Some(Arc::clone(&self.bell) as Arc<dyn Interrupt>));
        let mut entered = self.vm.enter(None);
        entered.push_chunk(self.main);
        if let Err(fault) = entered.call(0) {
            return Err(LoadError::from_message(entry, &words(fault, limits).1));
        }
        let returned = entered.stack().top();
        let kind = entered.stack().kind(returned);
        for &hook in hooks {
            let name = hook.as_str();
            let found = entered.stack().field(returned, hook.as_c_str());
            if kind == Kind::Table && entered.stack().kind(found) == Kind::Function {
                continue;
            }
            let hint = match entered.is_global(hook.as_c_str()) {
                true => format!("'{name}' is a global function; end the file with: return {{ {name} = {name} }}"),
                false if hook == Hook::Migrate => "add migrate = function(from, keys) ... return keys end to what the \
                     file returns, or leave version under [keys] in plugin.toml as it was"
                    .to_owned(),
                false => format!("end the file with: return {{ {name} = function(...) ... end }}"),
            };
            let reason = match kind {
                Kind::Table if hook == Hook::Migrate => {
                    "keys above version 1 need 'migrate', and the returned table has none".to_owned()
                }
                Kind::Table => format!("the manifest declares the hook '{name}', but the returned table has none"),
                other => format!("the file returns {}, not a table of hooks", other.describe()),
            };
            return Err(LoadError::new(entry, reason, Some(hint)));
        }
        Ok(())
    }

    fn call<T>(
        &mut self,
        call: &mut Call,
        hook: Hook,
        push: impl FnOnce(&mut Stack<'_>) -> Result<u8, PushError>,
        read: impl FnOnce(&mut Reader<'_, '_>, Slot) -> Read<T>,
    ) -> Result<T, CallError> {
        if self.is_spent() {
            return Err(CallError::new(FailureKind::Error, "the plugin hit a limit before and must be loaded again"));
        }
        let limits = *call.limits();
        let watch = self.watchdog.watch(limits.time(), Some(Arc::clone(&self.bell) as Arc<dyn Interrupt>));
        let mut entered = self.vm.enter(Some(call));
        let outcome = run(&mut entered, self.main, hook, push, read, &limits);
        let outcome = outcome.map_err(|failure| failure.into_error(&entered, &limits));
        drop(entered);
        self.steps = self.steps.saturating_add(self.vm.steps());
        let late = watch.is_over();
        drop(watch);
        match outcome {
            Err(error) => {
                self.broken |= error.1;
                Err(error.0)
            }
            Ok(_) if late => Err(CallError::new(FailureKind::Timeout, words(Fault::Time(None), &limits).1)),
            Ok(answer) => Ok(answer),
        }
    }
}

impl Runtime for LuaPlugin {
    fn compose(&mut self, call: &mut Call, turn: &Turn) -> Result<Vec<Draft>, CallError> {
        let most = call.limits().drafts;
        let read = |reader: &mut Reader<'_, '_>, slot| reply::drafts(reader, slot, most);
        self.call(call, Hook::Compose, |stack| push(stack, turn).map(|()| 1), read)
    }

    fn localize(&mut self, call: &mut Call, draft: &Draft, culture: &Culture) -> Result<Draft, CallError> {
        let both = |stack: &mut Stack<'_>| push(stack, draft).and_then(|()| push(stack, culture)).map(|()| 2);
        self.call(call, Hook::Localize, both, reply::draft)
    }

    fn trigger(&mut self, call: &mut Call, event: &Event, customer: &Customer) -> Result<Vec<Decision>, CallError> {
        let most = call.limits().drafts;
        let both = |stack: &mut Stack<'_>| push(stack, event).and_then(|()| push(stack, customer)).map(|()| 2);
        self.call(call, Hook::Trigger, both, |reader, slot| reply::decisions(reader, slot, most))
    }

    fn classify(&mut self, call: &mut Call, turn: &Turn) -> Result<Classification, CallError> {
        self.call(call, Hook::Classify, |stack| push(stack, turn).map(|()| 1), reply::classification)
    }

    fn migrate(&mut self, call: &mut Call, from: u32, keys: &Fields) -> Result<Fields, CallError> {
        let both = |stack: &mut Stack<'_>| push(stack, &from).and_then(|()| push(stack, keys)).map(|()| 2);
        self.call(call, Hook::Migrate, both, |reader, slot| reader.fields(slot))
    }

    fn take_steps(&mut self) -> Option<u64> {
        self.counts.then(|| std::mem::take(&mut self.steps))
    }

    fn tidy(&mut self) {
        if !self.is_spent() && self.vm.used() > self.settled + Self::GARBAGE_BYTES {
            self.vm.collect();
            self.settled = self.vm.used();
        }
    }

    fn is_spent(&self) -> bool {
        self.broken || self.vm.is_spent()
    }
}

/// Why a call gave no answer, before it is put into words.
enum Failed {
    Fault(Fault),
    Reply(String),
    Host(PushError),
}

impl Failed {
    /// The error, and whether the machine is unfit for another call.
    fn into_error(self, entered: &Entered<'_>, limits: &Limits) -> (CallError, bool) {
        match self {
            Self::Reply(detail) => (CallError::new(FailureKind::Reply, detail), false),
            Self::Host(error) => (CallError::new(FailureKind::Error, error.to_string()), false),
            Self::Fault(fault) => {
                let broken = !matches!(fault, Fault::Error(_));
                let (kind, detail) = words(fault, limits);
                // An error of the host comes out as the text that it was raised with, after file and line.
                let host = entered.host_error().filter(|error| detail.ends_with(&error.detail));
                (CallError::new(host.map_or(kind, |error| error.kind), detail), broken)
            }
        }
    }
}

/// Runs the main file, takes the hook from what it returns, calls it and reads its answer.
fn run<T>(
    entered: &mut Entered<'_>,
    main: Chunk,
    hook: Hook,
    push: impl FnOnce(&mut Stack<'_>) -> Result<u8, PushError>,
    read: impl FnOnce(&mut Reader<'_, '_>, Slot) -> Read<T>,
    limits: &Limits,
) -> Result<T, Failed> {
    entered.push_chunk(main);
    entered.call(0).map_err(Failed::Fault)?;
    let mut stack = entered.stack();
    let hooks = stack.top();
    let function = stack.field(hooks, hook.as_c_str());
    if stack.kind(function) != Kind::Function {
        return Err(Failed::Reply(format!("the main file returns no function '{}' this time", hook.as_str())));
    }
    let arguments = push(&mut stack).map_err(Failed::Host)?;
    entered.call(arguments.into()).map_err(Failed::Fault)?;
    let mut stack = entered.stack();
    let answer = stack.top();
    let mut budget = Budget::new(limits);
    read(&mut Reader::new(&mut stack, &mut budget), answer).map_err(|error| Failed::Reply(error.tell("reply")))
}

fn words(fault: Fault, limits: &Limits) -> (FailureKind, String) {
    match fault {
        Fault::Time(place) => {
            let place = place.map_or_else(String::new, |place| format!("{place}: "));
            (FailureKind::Timeout, format!("{place}stopped after {} ms", limits.time_ms))
        }
        Fault::Memory => {
            let detail = format!(
                "needs more memory than it may have: {} MiB in all, 512 KiB for one text, table or call stack; \
                 hint: look for a loop or recursion without end",
                limits.memory_bytes >> 20
            );
            (FailureKind::Memory, detail)
        }
        Fault::Depth(text) | Fault::Error(text) => (FailureKind::Error, text),
    }
}
