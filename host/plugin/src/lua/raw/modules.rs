//! `require`: files of the same bundle, from memory, once a call.

use std::{
    collections::BTreeMap,
    ffi::{CStr, c_int},
};

use mlua::ffi;

use super::{Chunk, errors::raise, push_clone, shared};

/// The loaded files of a bundle, by path: `lib/x.luau`.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    files: BTreeMap<String, Chunk>,
}

impl Modules {
    pub(in super::super) fn new(files: BTreeMap<String, Chunk>) -> Self {
        Self { files }
    }

    /// The file that `wanted` means when a file at `from` asks for it.
    fn find(&self, from: &str, wanted: &str) -> Result<(String, Chunk), String> {
        let path = resolve(from, wanted).ok_or_else(|| {
            let shown: String = wanted.chars().take(100).collect();
            format!("require(\"{shown}\") leads out of the bundle; hint: name a file of this bundle, as \"lib/x\"")
        })?;
        match self.files.get(&path) {
            Some(chunk) => Ok((path, *chunk)),
            None => {
                let known: Vec<_> = self.files.keys().take(20).map(String::as_str).collect();
                Err(format!("no file '{path}' in this bundle; hint: it has {}", known.join(", ")))
            }
        }
    }
}

/// `lib/x` from the bundle's root; `./x` and `../x` from the asking file's folder. `None` if it leads out.
fn resolve(from: &str, wanted: &str) -> Option<String> {
    let relative = wanted.starts_with("./") || wanted.starts_with("../");
    if wanted.is_empty() || wanted.len() > 200 || wanted.starts_with(['/', '@']) || wanted.contains(['\\', '\0']) {
        return None;
    }
    let mut parts: Vec<&str> = match from.rsplit_once('/') {
        Some((folder, _)) if relative => folder.split('/').collect(),
        _ => Vec::new(),
    };
    for part in wanted.split('/') {
        match part {
            "." | "" => (),
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    Some(if path.ends_with(".luau") { path } else { format!("{path}.luau") })
}

/// # Safety
/// `state` is live, not yet sealed, and no limit is in force.
pub(super) unsafe fn install(state: *mut ffi::lua_State) {
    // SAFETY: plain pushes under no limit.
    unsafe {
        ffi::lua_pushcclosurek(state, require, c"require".as_ptr(), 0, None);
        ffi::lua_setglobal(state, c"require".as_ptr());
    }
}

unsafe extern "C-unwind" fn require(state: *mut ffi::lua_State) -> c_int {
    // SAFETY: Luau calls this under `lua_pcall`. No Rust value with a destructor is alive when the file runs.
    unsafe {
        let chunk = match wanted(state) {
            Ok((path, chunk)) => {
                ffi::lua_settop(state, 0);
                push_loaded(state);
                ffi::lua_pushlstring_(state, path.as_ptr().cast(), path.len());
                chunk
            }
            Err(reason) => raise(state, &reason),
        };
        // 1: the loaded modules, 2: the path
        ffi::lua_pushvalue(state, 2);
        ffi::lua_rawget(state, 1);
        match ffi::lua_type(state, 3) {
            ffi::LUA_TNIL => (),
            ffi::LUA_TLIGHTUSERDATA => raise(state, "cyclic require: this file is still being loaded"),
            _ => return 1,
        }
        ffi::lua_settop(state, 2);
        ffi::lua_pushvalue(state, 2);
        ffi::lua_pushlightuserdata(state, std::ptr::null_mut());
        ffi::lua_rawset(state, 1);
        push_clone(state, chunk.0);
        ffi::lua_call(state, 0, 1);
        if ffi::lua_type(state, 3) == ffi::LUA_TNIL {
            raise(state, "the required file returns nothing; hint: end it with `return`");
        }
        ffi::lua_pushvalue(state, 2);
        ffi::lua_pushvalue(state, 3);
        ffi::lua_rawset(state, 1);
        1
    }
}

/// What the running call of `require` asks for.
///
/// # Safety
/// Within a C function.
unsafe fn wanted(state: *mut ffi::lua_State) -> Result<(String, Chunk), String> {
    // SAFETY: reads an argument that is a string, and the caller's file name, which lives as long as its function.
    unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TSTRING {
            return Err("require takes the path of a file of this bundle, as \"lib/x\"".into());
        }
        let mut length = 0;
        let start = ffi::lua_tolstring(state, 1, &raw mut length);
        let bytes = std::slice::from_raw_parts(start.cast::<u8>(), length);
        let wanted = std::str::from_utf8(bytes).map_err(|_| "require takes a path in UTF-8".to_owned())?;
        let mut record: ffi::lua_Debug = std::mem::zeroed();
        let known = ffi::lua_getinfo(state, 1, c"s".as_ptr(), &raw mut record) != 0 && !record.short_src.is_null();
        let from = if known { CStr::from_ptr(record.short_src).to_str().unwrap_or("") } else { "" };
        shared(state).modules.borrow().find(from, wanted)
    }
}

/// Pushes this call's table of loaded modules.
///
/// # Safety
/// Within a C function under `lua_pcall`.
unsafe fn push_loaded(state: *mut ffi::lua_State) {
    // SAFETY: as promised by the caller; the reference is dropped when the call ends.
    unsafe {
        let loaded = &shared(state).loaded;
        if loaded.get() == ffi::LUA_NOREF {
            ffi::lua_createtable(state, 0, 4);
            loaded.set(ffi::lua_ref(state, -1));
        } else {
            ffi::lua_rawgeti_(state, ffi::LUA_REGISTRYINDEX, loaded.get());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_within_the_bundle() {
        for (from, wanted, found) in [
            ("main.luau", "lib/x", Some("lib/x.luau")),
            ("lib/a.luau", "./x", Some("lib/x.luau")),
            ("lib/a.luau", "../x", Some("x.luau")),
            ("lib/a.luau", "lib/x.luau", Some("lib/x.luau")),
            ("lib/a.luau", "../../x", None),
            ("main.luau", "../x", None),
            ("main.luau", "lib/../../x", None),
            ("main.luau", "/etc/passwd", None),
            ("main.luau", "@zz/x", None),
            ("main.luau", "", None),
        ] {
            assert_eq!(resolve(from, wanted).as_deref(), found, "{from} requires {wanted}");
        }
    }
}
