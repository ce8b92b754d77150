//! The stack of a machine, as a place where the host pushes what it hands over and reads what it is handed.
//!
//! Raw access alone: no metamethod runs, so nothing of the plugin runs while the host reads.

use std::{ffi::c_int, marker::PhantomData};

use mlua::ffi;

/// Values nested deeper than this are neither pushed nor read; each level takes three slots of the stack.
pub(crate) const MAX_DEPTH: usize = 24;

/// A place on the stack. One that no longer exists reads as nil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(c_int);

/// What lies in a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Nil,
    Flag(bool),
    Number(f64),
    Text,
    Table,
    Function,
    /// Anything else, by Luau's word for it.
    Other(&'static str),
}

impl Kind {
    /// For an error.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Flag(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text => "a text",
            Self::Table => "a table",
            Self::Function => "a function",
            Self::Other(name) => name,
        }
    }
}

/// The stack of one thread.
pub(crate) struct Stack<'a> {
    state: *mut ffi::lua_State,
    machine: PhantomData<&'a mut ()>,
}

impl Stack<'_> {
    /// # Safety
    /// `state` is live for as long as this is used, on this thread, and either the memory limit is lifted or the
    /// caller is a C function under `lua_pcall`.
    pub(super) unsafe fn new(state: *mut ffi::lua_State) -> Self {
        // SAFETY: room for MAX_DEPTH levels and some scalars; fails only as an allocation does.
        unsafe { ffi::lua_rawcheckstack(state, 4 * MAX_DEPTH as c_int) };
        Self { state, machine: PhantomData }
    }

    /// The uppermost slot.
    pub(crate) fn top(&self) -> Slot {
        // SAFETY: reads a number of a live state.
        Slot(unsafe { ffi::lua_gettop(self.state) })
    }

    /// The slot at a position from 1.
    pub(crate) fn slot(position: u16) -> Slot {
        Slot(position.max(1).into())
    }

    /// Takes values off until `slot` is the uppermost.
    pub(crate) fn drop_above(&mut self, slot: Slot) {
        // SAFETY: only ever shrinks the stack.
        unsafe {
            if slot.0 >= 0 && slot.0 < ffi::lua_gettop(self.state) {
                ffi::lua_settop(self.state, slot.0);
            }
        }
    }

    /// What lies in a slot.
    pub(crate) fn kind(&self, slot: Slot) -> Kind {
        // SAFETY: positions from 1 past the top read as nil; slots are never below 1 (`max`).
        unsafe {
            let at = slot.0.max(1);
            match ffi::lua_type(self.state, at) {
                ffi::LUA_TNIL | ffi::LUA_TNONE => Kind::Nil,
                ffi::LUA_TBOOLEAN => Kind::Flag(ffi::lua_toboolean(self.state, at) != 0),
                ffi::LUA_TNUMBER => Kind::Number(ffi::lua_tonumberx(self.state, at, std::ptr::null_mut())),
                ffi::LUA_TSTRING => Kind::Text,
                ffi::LUA_TTABLE => Kind::Table,
                ffi::LUA_TFUNCTION => Kind::Function,
                ffi::LUA_TVECTOR => Kind::Other("a vector"),
                ffi::LUA_TBUFFER => Kind::Other("a buffer"),
                ffi::LUA_TTHREAD => Kind::Other("a coroutine"),
                ffi::LUA_TINTEGER => Kind::Other("a 64-bit integer"),
                _ => Kind::Other("a userdata"),
            }
        }
    }

    /// The bytes of a text; none for anything else.
    pub(crate) fn bytes(&self, slot: Slot) -> &[u8] {
        // SAFETY: a string is not converted, so nothing is allocated. It stays where it is as long as it is on the
        // stack: taking it off needs `&mut self`, and pushing under this borrow too.
        unsafe {
            if ffi::lua_type(self.state, slot.0.max(1)) != ffi::LUA_TSTRING {
                return &[];
            }
            let mut length = 0;
            let start = ffi::lua_tolstring(self.state, slot.0.max(1), &raw mut length);
            std::slice::from_raw_parts(start.cast(), length)
        }
    }

    /// The length of a table's list part.
    pub(crate) fn length(&self, slot: Slot) -> usize {
        // SAFETY: raw length of whatever lies there; 0 for what has none.
        unsafe {
            match ffi::lua_type(self.state, slot.0.max(1)) {
                ffi::LUA_TTABLE => usize::try_from(ffi::lua_objlen_(self.state, slot.0.max(1))).unwrap_or(0),
                _ => 0,
            }
        }
    }

    /// Visits the pairs of a table until `visit` returns an error, with slots for key and value. The list part comes
    /// first and in order.
    pub(crate) fn each<E>(
        &mut self,
        table: Slot,
        mut visit: impl FnMut(&mut Self, Slot, Slot) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.top();
        let mut position = 0;
        // SAFETY: `lua_rawiter` walks by position and pushes key and value; room for both is made here, and
        // everything above `before` is taken off after each pair. The table cannot change: nothing runs.
        unsafe {
            if ffi::lua_type(self.state, table.0.max(1)) != ffi::LUA_TTABLE || ffi::lua_checkstack(self.state, 8) == 0 {
                return Ok(());
            }
            loop {
                position = ffi::lua_rawiter(self.state, table.0, position);
                if position < 0 {
                    return Ok(());
                }
                let visited = visit(self, Slot(before.0 + 1), Slot(before.0 + 2));
                ffi::lua_settop(self.state, before.0);
                visited?;
            }
        }
    }

    /// Pushes `table[name]`, raw, and returns its slot.
    pub(crate) fn field(&mut self, table: Slot, name: &'static std::ffi::CStr) -> Slot {
        // SAFETY: refuses what is not a table; room is made first.
        unsafe {
            ffi::lua_rawcheckstack(self.state, 4);
            if ffi::lua_type(self.state, table.0.max(1)) == ffi::LUA_TTABLE {
                ffi::lua_rawgetfield(self.state, table.0, name.as_ptr());
            } else {
                ffi::lua_pushnil(self.state);
            }
        }
        self.top()
    }

    /// Pushes `table[index]`, raw, and returns its slot.
    pub(crate) fn item(&mut self, table: Slot, index: usize) -> Slot {
        // SAFETY: refuses what is not a table; room is made first.
        unsafe {
            ffi::lua_rawcheckstack(self.state, 4);
            match c_int::try_from(index) {
                Ok(index) if ffi::lua_type(self.state, table.0.max(1)) == ffi::LUA_TTABLE => {
                    ffi::lua_rawgeti_(self.state, table.0, index);
                }
                _ => ffi::lua_pushnil(self.state),
            }
        }
        self.top()
    }

    /// Pushes nil.
    pub(crate) fn push_nil(&mut self) {
        // SAFETY: Luau makes room itself; a lack of memory is the only failure.
        unsafe { ffi::lua_pushnil(self.state) };
    }

    /// Pushes true or false.
    pub(crate) fn push_flag(&mut self, flag: bool) {
        // SAFETY: Luau makes room itself; a lack of memory is the only failure.
        unsafe { ffi::lua_pushboolean(self.state, flag.into()) };
    }

    /// Pushes a number.
    pub(crate) fn push_number(&mut self, number: f64) {
        // SAFETY: Luau makes room itself; a lack of memory is the only failure.
        unsafe { ffi::lua_pushnumber(self.state, number) };
    }

    /// Pushes a text.
    pub(crate) fn push_text(&mut self, text: &str) {
        // SAFETY: the length is the text's; Luau makes room itself.
        unsafe { ffi::lua_pushlstring_(self.state, text.as_ptr().cast(), text.len()) };
    }

    /// Pushes an empty table with room for so many list items and names.
    pub(crate) fn push_table(&mut self, items: usize, names: usize) {
        let hint = |count: usize| c_int::try_from(count.min(4096)).unwrap_or(0);
        // SAFETY: plain creation; Luau makes room itself.
        unsafe { ffi::lua_createtable(self.state, hint(items), hint(names)) };
    }

    /// Takes a key and a value off and puts them into the table below. Ignored where there is none.
    pub(crate) fn set_pair(&mut self) {
        // SAFETY: the kinds of table and key are looked at first: a key of nil or NaN would raise an error.
        unsafe {
            if ffi::lua_gettop(self.state) >= 3
                && ffi::lua_type(self.state, -3) == ffi::LUA_TTABLE
                && ffi::lua_type(self.state, -2) == ffi::LUA_TSTRING
            {
                ffi::lua_rawset(self.state, -3);
            }
        }
    }

    /// Takes a value off and puts it at `index` of the table below. Ignored where there is none.
    pub(crate) fn set_item(&mut self, index: usize) {
        // SAFETY: the kind of the second value is looked at first.
        unsafe {
            let Ok(index) = c_int::try_from(index) else { return };
            if ffi::lua_gettop(self.state) >= 2 && ffi::lua_type(self.state, -2) == ffi::LUA_TTABLE {
                ffi::lua_rawseti_(self.state, -2, index);
            }
        }
    }
}
