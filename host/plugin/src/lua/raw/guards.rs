//! The library as a plugin gets it: what must not be there is gone, what could run long is bounded.
//!
//! A guard looks at the sizes of the arguments and then calls the original in the same frame, so that errors name the
//! plugin's own line. It also looks at the deadline, because a C function that Luau calls as a metamethod is not
//! preceded by an interrupt. Pieces of memory are at most half a MiB (see `memory`), so what remains here is what
//! costs more than its input is long. No bound is near what an honest plugin does.

use std::ffi::{CStr, c_int, c_void};

use mlua::ffi;

use super::errors::{raise, stop_if_late};

/// Bytes of the text times bytes of the pattern: at worst some 4 ms within one step of a match.
const SEARCH_WORK: usize = 4 << 20;
/// Values that `table.sort` sorts, and bytes of a text that it compares without a function.
const SORT_VALUES: usize = 8192;
const SORT_BYTES: usize = 1024;
/// Values that `table.move` moves.
const MOVE_VALUES: f64 = 65_536.0;

#[derive(Clone, Copy)]
enum Guard {
    /// The deadline alone.
    Late = 0,
    /// `find`, `match`, `gmatch`, `gsub`, `split`: text and pattern.
    Search = 1,
    Sort = 2,
    Move = 3,
    /// `tostring` and `string.format`: addresses are not told, since they differ from run to run.
    Words = 4,
}

type Entry = (&'static CStr, &'static CStr, Guard);

const GUARDED: &[Entry] = &[
    (c"string", c"find", Guard::Search),
    (c"string", c"match", Guard::Search),
    (c"string", c"gmatch", Guard::Search),
    (c"string", c"gsub", Guard::Search),
    (c"string", c"split", Guard::Search),
    (c"string", c"format", Guard::Words),
    (c"string", c"reverse", Guard::Late),
    (c"string", c"upper", Guard::Late),
    (c"string", c"lower", Guard::Late),
    (c"table", c"sort", Guard::Sort),
    (c"table", c"move", Guard::Move),
    (c"table", c"concat", Guard::Late),
    (c"table", c"find", Guard::Late),
    (c"table", c"clear", Guard::Late),
    (c"table", c"clone", Guard::Late),
    (c"table", c"insert", Guard::Late),
    (c"table", c"remove", Guard::Late),
    (c"table", c"unpack", Guard::Late),
    (c"utf8", c"len", Guard::Late),
    (c"", c"next", Guard::Late),
    (c"", c"tostring", Guard::Words),
];

/// What is not there, and what to use instead.
const ABSENT: &[(&CStr, &CStr, &CStr)] = &[
    (c"", c"print", c"print is not available; hint: cuecard.log(\"info\", text) reaches the plugin's author"),
    (c"", c"getfenv", c"getfenv is not available; hint: pass a table"),
    (c"", c"setfenv", c"setfenv is not available; hint: pass a table"),
    (c"", c"newproxy", c"newproxy is not available; hint: use a table with a metatable"),
    (c"", c"loadstring", c"loadstring is not available; hint: put the code into a file and require it"),
    (c"", c"collectgarbage", c"collectgarbage is not available; hint: the host frees memory between calls"),
    (c"", c"gcinfo", c"gcinfo is not available; hint: the host frees memory between calls"),
    (c"os", c"time", c"os.time is not available; hint: cuecard.now() is the clock of the turn"),
    (c"os", c"clock", c"os.clock is not available; hint: cuecard.now() is the clock of the turn"),
    (c"os", c"date", c"os.date is not available; hint: cuecard.format_date(at) writes a day as the customer does"),
    (c"os", c"difftime", c"os.difftime is not available; hint: moments are numbers, subtract them"),
    (c"math", c"randomseed", c"math.randomseed is not available; hint: the turn seeds cuecard.random()"),
    (c"table", c"foreach", c"table.foreach is not available; hint: for key, value in t do ... end"),
    (c"table", c"foreachi", c"table.foreachi is not available; hint: for index, value in t do ... end"),
    (c"table", c"getn", c"table.getn is not available; hint: #t"),
    (c"table", c"maxn", c"table.maxn is not available; hint: #t"),
];

/// # Safety
/// `state` is live, its libraries are open and not yet sealed, and no limit is in force.
pub(super) unsafe fn install(state: *mut ffi::lua_State) {
    // SAFETY: plain pushes under no limit; `library` pushes the table that the others write to.
    unsafe {
        for &(library_name, name, guard) in GUARDED {
            library(state, library_name);
            ffi::lua_rawgetfield(state, -1, name.as_ptr());
            if let Some(original) = ffi::lua_tocfunction(state, -1) {
                ffi::lua_pushlightuserdata(state, original as *mut c_void);
                ffi::lua_pushnumber(state, f64::from(guard as u8));
                ffi::lua_pushcclosurek(state, guarded, name.as_ptr(), 2, None);
                ffi::lua_rawsetfield(state, -3, name.as_ptr());
            }
            ffi::lua_settop(state, 0);
        }
        for &(library_name, name, advice) in ABSENT {
            library(state, library_name);
            ffi::lua_pushstring_(state, advice.as_ptr());
            ffi::lua_pushcclosurek(state, absent, name.as_ptr(), 1, None);
            ffi::lua_rawsetfield(state, -2, name.as_ptr());
            ffi::lua_settop(state, 0);
        }
        ffi::lua_pushnil(state);
        ffi::lua_setglobal(state, c"debug".as_ptr());
    }
}

/// Pushes a library's table, or the globals for no name.
///
/// # Safety
/// As for [`install`].
unsafe fn library(state: *mut ffi::lua_State, name: &CStr) {
    // SAFETY: plain pushes under no limit.
    unsafe {
        if name.is_empty() {
            ffi::lua_pushvalue(state, ffi::LUA_GLOBALSINDEX);
        } else {
            ffi::lua_rawgetfield(state, ffi::LUA_GLOBALSINDEX, name.as_ptr());
        }
    }
}

unsafe extern "C-unwind" fn absent(state: *mut ffi::lua_State) -> c_int {
    // SAFETY: the first upvalue is a text with a closing NUL, see `install`; it lives as long as the function.
    unsafe {
        let advice = CStr::from_ptr(ffi::lua_tolstring(state, ffi::lua_upvalueindex(1), std::ptr::null_mut()));
        raise(state, &advice.to_string_lossy())
    }
}

unsafe extern "C-unwind" fn guarded(state: *mut ffi::lua_State) -> c_int {
    // SAFETY: the upvalues are those of `install`: a library function's address and a number. The original finds
    // its own arguments on the stack, and none of those guarded reads upvalues.
    unsafe {
        stop_if_late(state);
        let guard = ffi::lua_tonumberx(state, ffi::lua_upvalueindex(2), std::ptr::null_mut());
        match guard as u8 {
            1 => check_search(state),
            2 => check_sort(state),
            3 => check_move(state),
            4 => name_addresses(state),
            _ => (),
        }
        let original = ffi::lua_tolightuserdata(state, ffi::lua_upvalueindex(1));
        let original: ffi::lua_CFunction = std::mem::transmute::<*mut c_void, ffi::lua_CFunction>(original);
        original(state)
    }
}

/// # Safety
/// Within a C function under `lua_pcall`.
unsafe fn text_length(state: *mut ffi::lua_State, at: c_int) -> usize {
    // SAFETY: raw length of a string, 0 for anything else.
    unsafe {
        match ffi::lua_type(state, at) {
            ffi::LUA_TSTRING => usize::try_from(ffi::lua_objlen_(state, at)).unwrap_or(0),
            _ => 0,
        }
    }
}

/// # Safety
/// Within a C function under `lua_pcall`.
unsafe fn check_search(state: *mut ffi::lua_State) {
    // SAFETY: as promised by the caller.
    unsafe {
        let (text, pattern) = (text_length(state, 1), text_length(state, 2));
        if text.saturating_mul(pattern) > SEARCH_WORK {
            let detail = format!("a text of {text} bytes is too long to be searched for a pattern of {pattern} bytes");
            raise(state, &detail);
        }
    }
}

/// # Safety
/// Within a C function under `lua_pcall`.
unsafe fn check_sort(state: *mut ffi::lua_State) {
    // SAFETY: reads the list part of a table by raw access, and takes each value off again.
    unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TTABLE {
            return;
        }
        let length = ffi::lua_objlen_(state, 1);
        if length as usize > SORT_VALUES {
            raise(state, &format!("table.sort sorts at most {SORT_VALUES} values, not {length}"));
        }
        if ffi::lua_type(state, 2) == ffi::LUA_TFUNCTION {
            return;
        }
        for index in 1..=length {
            ffi::lua_rawgeti_(state, 1, index);
            let long = text_length(state, -1) > SORT_BYTES;
            ffi::lua_settop(state, -2);
            if long {
                raise(state, "table.sort compares texts of at most 1024 bytes; hint: give it a function");
            }
        }
    }
}

/// # Safety
/// Within a C function under `lua_pcall`.
unsafe fn check_move(state: *mut ffi::lua_State) {
    // SAFETY: reads two numbers without converting in place.
    unsafe {
        if ffi::lua_type(state, 2) == ffi::LUA_TNUMBER && ffi::lua_type(state, 3) == ffi::LUA_TNUMBER {
            let span =
                ffi::lua_tonumberx(state, 3, std::ptr::null_mut()) - ffi::lua_tonumberx(state, 2, std::ptr::null_mut());
            if span > MOVE_VALUES {
                raise(state, "table.move moves at most 65536 values");
            }
        }
    }
}

/// Puts the word for its kind in the place of each argument that would be written as an address.
///
/// # Safety
/// Within a C function under `lua_pcall`.
unsafe fn name_addresses(state: *mut ffi::lua_State) {
    // SAFETY: writes to argument slots that exist.
    unsafe {
        for at in 1..=ffi::lua_gettop(state) {
            let kind = ffi::lua_type(state, at);
            if kind < ffi::LUA_TTABLE && kind != ffi::LUA_TLIGHTUSERDATA {
                continue;
            }
            if ffi::luaL_getmetafield_(state, at, c"__tostring".as_ptr()) != 0 {
                ffi::lua_settop(state, -2);
                continue;
            }
            ffi::lua_pushstring_(state, ffi::luaL_typename(state, at));
            ffi::lua_replace(state, at);
        }
    }
}
