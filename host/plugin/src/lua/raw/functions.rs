//! The doors to the host: a C function for each function of `cuecard`, leading to plain Rust.

use std::{
    ffi::{CStr, c_int},
    panic::{AssertUnwindSafe, catch_unwind},
};

use cuecard_model::{FailureKind, Value};
use mlua::ffi;

use super::{
    Stack,
    errors::{raise, stop_if_late},
    shared,
};
use crate::{
    call::{Call, CallError},
    lua::host,
};

/// A function of the host: it reads its arguments from the stack and answers.
pub(crate) type HostFunction = fn(&mut Call, &mut Stack<'_>) -> Result<Answer, CallError>;

/// What a function of the host answers.
pub(crate) enum Answer {
    Nothing,
    Text(String),
    Number(f64),
    Value(Value),
}

/// # Safety
/// `state` is live, its libraries are open and not yet sealed, and no limit is in force.
pub(super) unsafe fn install(state: *mut ffi::lua_State) {
    // SAFETY: plain pushes under no limit.
    unsafe {
        ffi::lua_createtable(state, 0, 16);
        for (index, (name, _)) in host::FUNCTIONS.iter().enumerate() {
            push(state, index, name);
            ffi::lua_rawsetfield(state, -2, name.as_ptr());
        }
        ffi::lua_setglobal(state, c"cuecard".as_ptr());
        ffi::lua_rawgetfield(state, ffi::LUA_GLOBALSINDEX, c"math".as_ptr());
        push(state, host::FUNCTIONS.len(), c"random");
        ffi::lua_rawsetfield(state, -2, c"random".as_ptr());
        ffi::lua_settop(state, 0);
    }
}

/// # Safety
/// As for [`install`].
unsafe fn push(state: *mut ffi::lua_State, index: usize, name: &CStr) {
    // SAFETY: plain pushes under no limit.
    unsafe {
        ffi::lua_pushnumber(state, index as f64);
        ffi::lua_pushcclosurek(state, door, name.as_ptr(), 1, None);
    }
}

unsafe extern "C-unwind" fn door(state: *mut ffi::lua_State) -> c_int {
    // SAFETY: Luau calls this under `lua_pcall`. Rust code that is not ours to check runs in `answer` alone, where a
    // panic is caught and no Luau error is raised; here Luau errors are raised and nothing panics.
    unsafe {
        stop_if_late(state);
        let mut stack = Stack::new(state);
        let index = ffi::lua_tonumberx(state, ffi::lua_upvalueindex(1), std::ptr::null_mut()) as usize;
        match answer(state, index, &mut stack) {
            Ok(Answer::Nothing) => stack.push_nil(),
            Ok(Answer::Text(text)) => stack.push_text(&text),
            Ok(Answer::Number(number)) => stack.push_number(number),
            Ok(Answer::Value(value)) => crate::lua::push::push_value(&mut stack, &value),
            Err(error) => {
                let shared = shared(state);
                let detail = error.detail.clone();
                shared.host_error.replace(Some(error));
                raise(state, &detail);
            }
        }
        1
    }
}

/// # Safety
/// `state` is live.
unsafe fn answer(state: *mut ffi::lua_State, index: usize, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    // SAFETY: as promised by the caller.
    let call = unsafe { shared(state) }.call.get();
    if call.is_null() {
        return Err(CallError::new(FailureKind::Error, "the host answers only while a hook runs"));
    }
    let function = host::FUNCTIONS.get(index).map_or(host::math_random as HostFunction, |(_, function)| *function);
    // SAFETY: `call` was given to `Vm::enter` as a `&mut` that lives until the guard is dropped, which clears the
    // pointer; nobody else uses it meanwhile, and no function of the host calls back into Luau, so it is not shared.
    let call = unsafe { &mut *call };
    catch_unwind(AssertUnwindSafe(|| function(call, stack)))
        .unwrap_or_else(|_| Err(CallError::new(FailureKind::Error, "a function of the host failed")))
}
