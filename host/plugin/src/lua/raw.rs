//! The one place where Luau's C API is called. Owns the virtual machine, its memory, its deadline, its stack.
//!
//! What it offers to its neighbours is safe to use in any order: a slot that no longer exists reads as nil, a table
//! operation on something else is refused. It knows no hook, no draft and no manifest.

#![allow(
    unsafe_code,
    reason = "Luau is a C library. Its API is used directly, because under a memory limit every push through mlua is a \
              protected call, which doubles the cost of a turn; and because the deadline is set from another thread"
)]
// Two rules make this sound, and every function here leans on them:
//
// 1. Luau reports an error by a C++ exception. It may cross frames of Rust, because they are all `extern "C-unwind"`
//    or called from such, and because the program is built with `panic = "unwind"`: destructors run. It ends in
//    `lua_pcall`, so whatever can fail runs under one.
// 2. Outside of `lua_pcall` the memory limit is lifted (`Memory::limited` is false). Then an allocation fails only
//    where Rust's own would end the process, so that plain pushes and raw reads cannot fail, and need no protection.

#[cfg(panic = "abort")]
compile_error!("errors of Luau unwind through frames of Rust; hint: leave panic = \"unwind\" in Cargo.toml");

mod errors;
mod functions;
mod guards;
mod memory;
mod modules;
mod stack;

use std::{
    cell::{Cell, RefCell},
    ffi::{CStr, c_int, c_void},
    ptr::{self, NonNull},
    rc::Rc,
    sync::Once,
};

use mlua::ffi;

pub(super) use errors::Fault;
pub(super) use functions::{Answer, HostFunction};
pub(super) use memory::Bell;
pub(super) use modules::Modules;
pub(super) use stack::{Kind, Slot, Stack};

use crate::call::{Call, CallError};
use errors::{fault, message};
use memory::Memory;

/// What the C functions of one machine reach: through `lua_Callbacks::userdata`, on its own thread alone.
pub(super) struct Shared {
    memory: Memory,
    modules: RefCell<Modules>,
    /// The call under way, null otherwise.
    call: Cell<*mut Call>,
    /// The last error that a host function raised, to know its kind again when it comes out.
    host_error: RefCell<Option<CallError>>,
    /// Where the deadline caught the plugin.
    caught: RefCell<Option<String>>,
    /// Loop ends, calls and returns of this call, if they are counted.
    steps: Cell<u64>,
    /// The registry reference of this call's loaded modules.
    loaded: Cell<c_int>,
}

/// A compiled file, loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk(c_int);

/// A machine with its sealed library, and one thread on which every call runs afresh.
pub(super) struct Vm {
    main: NonNull<ffi::lua_State>,
    thread: NonNull<ffi::lua_State>,
    /// The metatable of a call's globals: reads go through to the sealed library.
    proxy: c_int,
    shared: Rc<Shared>,
}

impl Vm {
    /// A machine that may use `memory_bytes` while a plugin's code runs.
    pub(super) fn new(memory_bytes: usize) -> Option<Self> {
        set_flags();
        let shared = Rc::new(Shared {
            memory: Memory::new(memory_bytes),
            modules: RefCell::default(),
            call: Cell::new(ptr::null_mut()),
            host_error: RefCell::default(),
            caught: RefCell::default(),
            steps: Cell::new(0),
            loaded: Cell::new(ffi::LUA_NOREF),
        });
        // SAFETY: the allocator's data lives in `shared`, which this machine owns and outlives the state (see Drop).
        unsafe {
            let data = (&raw const shared.memory).cast_mut().cast::<c_void>();
            let main = NonNull::new(ffi::lua_newstate(memory::allocate, data))?;
            let state = main.as_ptr();
            (*ffi::lua_callbacks(state)).userdata = Rc::as_ptr(&shared).cast_mut().cast();
            ffi::luaL_openlibs(state);
            guards::install(state);
            functions::install(state);
            modules::install(state);
            ffi::luaL_sandbox_(state);
            let proxy = push_proxy(state);
            let thread = ffi::lua_newthread(state);
            ffi::lua_ref(state, -1);
            ffi::lua_settop(state, 0);
            // A garbage collection every few MiB and not every few turns: `collect` runs after the answer is out.
            ffi::lua_gc(state, ffi::LUA_GCSETGOAL, 1000);
            let slot = &raw mut (*ffi::lua_callbacks(state)).interrupt;
            shared.memory.bell.hang(slot.cast());
            Some(Self { main, thread: NonNull::new(thread)?, proxy, shared })
        }
    }

    /// Rings when the deadline has passed.
    pub(super) fn bell(&self) -> std::sync::Arc<Bell> {
        std::sync::Arc::clone(&self.shared.memory.bell)
    }

    /// Has every loop end, call and return counted from now on, which makes each of them slower.
    pub(super) fn count_steps(&mut self) {
        // SAFETY: the state is live, and no call of it is under way, so that the watchdog leaves the field alone.
        unsafe { (*ffi::lua_callbacks(self.main.as_ptr())).interrupt = Some(errors::on_step) };
    }

    /// How many were counted in the last call.
    pub(super) fn steps(&self) -> u64 {
        self.shared.steps.get()
    }

    /// Bytes in use.
    pub(super) fn used(&self) -> usize {
        self.shared.memory.used()
    }

    /// Whether the deadline passed or memory was refused since the machine was made.
    pub(super) fn is_spent(&self) -> bool {
        self.shared.memory.bell.has_rung() || self.shared.memory.was_refused()
    }

    /// Frees what no call can reach any more. Takes some 100 us, so it is for the time after an answer.
    pub(super) fn collect(&mut self) {
        // SAFETY: a plain call on a live state; no Luau object runs code when it is freed.
        unsafe { ffi::lua_gc(self.main.as_ptr(), ffi::LUA_GCCOLLECT, 0) };
    }

    /// Loads what the compiler made from a file that errors will call `name`.
    pub(super) fn load(&mut self, name: &str, bytecode: &[u8]) -> Result<Chunk, String> {
        let chunk_name = std::ffi::CString::new(format!("={name}")).map_err(|error| error.to_string())?;
        let state = self.main.as_ptr();
        // SAFETY: the bytecode comes from `luau_compile` in this very process and was never stored or sent: Luau
        // trusts bytecode. Environment 0 is the state's globals, the sealed library.
        unsafe {
            let status = ffi::luau_load(state, chunk_name.as_ptr(), bytecode.as_ptr().cast(), bytecode.len(), 0);
            let result = if status == 0 { Ok(Chunk(ffi::lua_ref(state, -1))) } else { Err(message(state)) };
            ffi::lua_settop(state, 0);
            result
        }
    }

    /// What `require` finds.
    pub(super) fn set_modules(&mut self, modules: Modules) {
        *self.shared.modules.borrow_mut() = modules;
    }

    /// Begins a call: fresh globals, an empty stack, nothing loaded. `call` is reachable by the host functions until
    /// the guard is dropped.
    pub(super) fn enter<'a>(&'a mut self, call: Option<&'a mut Call>) -> Entered<'a> {
        self.shared.call.set(call.map_or(ptr::null_mut(), ptr::from_mut));
        self.shared.host_error.replace(None);
        self.shared.steps.set(0);
        let thread = self.thread.as_ptr();
        // SAFETY: the thread is reset and its stack has 20 free slots. Replacing the globals of the thread is what
        // luaL_sandboxthread does; `safeenv` holds because the plugin cannot reach below the proxy.
        unsafe {
            ffi::lua_createtable(thread, 0, 0);
            ffi::lua_rawgeti_(thread, ffi::LUA_REGISTRYINDEX, self.proxy);
            ffi::lua_setmetatable(thread, -2);
            ffi::lua_replace(thread, ffi::LUA_GLOBALSINDEX);
            ffi::lua_setsafeenv(thread, ffi::LUA_GLOBALSINDEX, 1);
        }
        Entered { vm: self }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        self.shared.memory.bell.take_down();
        // SAFETY: the last use of the state. `shared`, which the allocator needs, is dropped after this body.
        unsafe { ffi::lua_close(self.main.as_ptr()) };
    }
}

/// A call under way. Dropping it ends the call and forgets everything that it made.
pub(super) struct Entered<'a> {
    vm: &'a mut Vm,
}

impl Entered<'_> {
    /// The stack of the call, for what the host pushes and reads.
    pub(super) fn stack(&mut self) -> Stack<'_> {
        // SAFETY: the state is live for as long as the machine is borrowed, and the limit is lifted.
        unsafe { Stack::new(self.vm.thread.as_ptr()) }
    }

    /// Pushes a loaded file as a function of this call's own globals.
    pub(super) fn push_chunk(&mut self, chunk: Chunk) {
        let thread = self.vm.thread.as_ptr();
        // SAFETY: the limit is lifted; the reference is of a function, since only `load` makes one.
        unsafe { push_clone(thread, chunk.0) };
    }

    /// Calls the function below its `arguments` on the stack. In their place comes one result.
    pub(super) fn call(&mut self, arguments: c_int) -> Result<(), Fault> {
        let (thread, shared) = (self.vm.thread.as_ptr(), &self.vm.shared);
        if shared.memory.bell.has_rung() {
            return Err(Fault::Time(shared.caught.take()));
        }
        // SAFETY: whoever pushed the function pushed the arguments; a shorter stack is refused here.
        unsafe {
            if ffi::lua_gettop(thread) <= arguments || ffi::lua_checkstack(thread, 8) == 0 {
                return Err(Fault::Error("nothing to call".into()));
            }
            shared.memory.limit(true);
            let status = ffi::lua_pcall(thread, arguments, 1, 0);
            shared.memory.limit(false);
            if shared.memory.bell.has_rung() {
                return Err(Fault::Time(shared.caught.take()));
            }
            match status {
                ffi::LUA_OK => Ok(()),
                ffi::LUA_ERRMEM => Err(Fault::Memory),
                ffi::LUA_ERRRUN => Err(fault(thread)),
                _ => Err(Fault::Depth(message(thread))),
            }
        }
    }

    /// Whether this call's globals have a function of this name.
    pub(super) fn is_global(&mut self, name: &'static CStr) -> bool {
        let thread = self.vm.thread.as_ptr();
        // SAFETY: a raw read of the thread's own globals; the limit is lifted.
        unsafe {
            ffi::lua_rawgetfield(thread, ffi::LUA_GLOBALSINDEX, name.as_ptr());
            let found = ffi::lua_type(thread, -1) == ffi::LUA_TFUNCTION;
            ffi::lua_settop(thread, -2);
            found
        }
    }

    /// The last error that a host function raised in this call.
    pub(super) fn host_error(&self) -> Option<CallError> {
        self.vm.shared.host_error.borrow().clone()
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let (thread, shared) = (self.vm.thread.as_ptr(), &self.vm.shared);
        shared.call.set(ptr::null_mut());
        let loaded = shared.loaded.replace(ffi::LUA_NOREF);
        // SAFETY: no code of this thread is running: `call` has returned. The limit is lifted.
        unsafe {
            if loaded != ffi::LUA_NOREF {
                ffi::lua_unref(thread, loaded);
            }
            ffi::lua_resetthread(thread);
        }
    }
}

/// # Safety
/// `state` is live, and the caller is on its thread.
unsafe fn shared<'a>(state: *mut ffi::lua_State) -> &'a Shared {
    // SAFETY: set in `Vm::new` to data that outlives the state.
    unsafe { &*(*ffi::lua_callbacks(state)).userdata.cast::<Shared>() }
}

/// # Safety
/// `state` is live, and `reference` is of a function in Luau.
unsafe fn push_clone(state: *mut ffi::lua_State, reference: c_int) {
    // SAFETY: as promised by the caller. The clone takes the globals of `state`, and a file has no upvalues.
    unsafe {
        ffi::lua_rawcheckstack(state, 4);
        ffi::lua_rawgeti_(state, ffi::LUA_REGISTRYINDEX, reference);
        ffi::lua_clonefunction(state, -1);
        ffi::lua_remove(state, -2);
    }
}

/// The metatable that every call's globals share. Returns its registry reference.
///
/// # Safety
/// `state` is live and its globals are sealed.
unsafe fn push_proxy(state: *mut ffi::lua_State) -> c_int {
    // SAFETY: plain pushes under no limit.
    unsafe {
        ffi::lua_createtable(state, 0, 2);
        ffi::lua_pushvalue(state, ffi::LUA_GLOBALSINDEX);
        ffi::lua_rawsetfield(state, -2, c"__index".as_ptr());
        ffi::lua_pushboolean(state, 0);
        ffi::lua_rawsetfield(state, -2, c"__metatable".as_ptr());
        ffi::lua_setreadonly(state, -1, 1);
        ffi::lua_ref(state, -1)
    }
}

/// Mends in Luau that are not yet its default: a `table.move` over a sparse range ends, tables survive running out of
/// memory, the metatable of vectors is sealed like that of strings.
fn set_flags() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for flag in [c"LuauTableMoveTimeoutFix", c"LuauTableRobustOom", c"LuauSandboxFreezesVectorMetatable"] {
            // SAFETY: a process-wide setting, written once before the first machine of this crate exists.
            unsafe { ffi::luau_setfflag(flag.as_ptr(), 1) };
        }
    });
}
