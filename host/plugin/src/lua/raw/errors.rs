//! How code fails, and how the host makes it fail: errors raised, read and told.

use std::ffi::{CStr, c_int};

use mlua::ffi;

use super::{Kind, Stack, shared};

/// Why code did not end well.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Past its deadline.
    Time(Option<String>),
    /// More memory than it may have.
    Memory,
    /// Too deep, so that the machine is not fit for use.
    Depth(String),
    /// It raised an error.
    Error(String),
}

/// The error on top of the stack, in words. Never runs a metamethod.
///
/// # Safety
/// `state` is live.
pub(super) unsafe fn message(state: *mut ffi::lua_State) -> String {
    // SAFETY: the stack is read through the safe view; the limit is lifted.
    let stack = unsafe { Stack::new(state) };
    let top = stack.top();
    match stack.kind(top) {
        Kind::Text => String::from_utf8_lossy(stack.bytes(top)).into_owned(),
        Kind::Number(number) => number.to_string(),
        kind => format!("it raised an error that is not a text but {}", kind.describe()),
    }
}

/// # Safety
/// `state` is live, with an error on top of its stack.
pub(super) unsafe fn fault(state: *mut ffi::lua_State) -> Fault {
    // SAFETY: as promised by the caller.
    let text = unsafe { message(state) };
    if text.ends_with("stack overflow") { Fault::Depth(text) } else { Fault::Error(text) }
}

/// Raises an error that begins with the plugin's file and line.
///
/// # Safety
/// `state` runs a C function under `lua_pcall`.
pub(super) unsafe fn raise(state: *mut ffi::lua_State, text: &str) -> ! {
    // SAFETY: 4 slots are made free first; every failure is an exception that `lua_pcall` catches.
    unsafe {
        ffi::lua_rawcheckstack(state, 4);
        ffi::luaL_where(state, 1);
        ffi::lua_pushlstring_(state, text.as_ptr().cast(), text.len());
        ffi::lua_concat(state, 2);
        ffi::lua_error(state)
    }
}

/// # Safety
/// `state` runs a C function under `lua_pcall`.
pub(super) unsafe fn stop_if_late(state: *mut ffi::lua_State) {
    // SAFETY: as promised by the caller.
    unsafe {
        if shared(state).memory.bell.has_rung() {
            on_interrupt(state, -1);
        }
    }
}

/// What Luau calls at every loop end, call and return of a machine whose steps are counted, until its bell rings.
pub(super) unsafe extern "C-unwind" fn on_step(state: *mut ffi::lua_State, gc: c_int) {
    // When the collector works depends on more than the code that runs.
    if gc < 0 {
        // SAFETY: Luau calls this on the state's own thread.
        let steps = unsafe { &shared(state).steps };
        steps.set(steps.get() + 1);
    }
}

/// What Luau calls at every loop end, call and return, and within patterns, once the bell has rung.
pub(super) unsafe extern "C-unwind" fn on_interrupt(state: *mut ffi::lua_State, gc: c_int) {
    if gc >= 0 {
        return; // the collector is at work: no error may be raised now
    }
    // SAFETY: Luau calls this where an error may be raised. An error, not a yield: a yield would be resumable.
    unsafe {
        let shared = shared(state);
        if shared.caught.borrow().is_none() {
            shared.caught.replace(place(state));
        }
        ffi::lua_rawcheckstack(state, 1);
        ffi::lua_pushnil(state);
        ffi::lua_error(state)
    }
}

/// The innermost file and line.
///
/// # Safety
/// `state` is live.
unsafe fn place(state: *mut ffi::lua_State) -> Option<String> {
    (0..4).find_map(|level| {
        // SAFETY: `lua_getinfo` fills the record or returns 0; the text lives as long as the function does.
        unsafe {
            let mut record: ffi::lua_Debug = std::mem::zeroed();
            let found = ffi::lua_getinfo(state, level, c"sl".as_ptr(), &raw mut record);
            if found == 0 || record.currentline <= 0 || record.short_src.is_null() {
                return None;
            }
            let file = CStr::from_ptr(record.short_src).to_string_lossy().into_owned();
            Some(format!("{file}:{}", record.currentline))
        }
    })
}
