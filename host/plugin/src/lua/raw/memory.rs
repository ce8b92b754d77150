//! The memory of one machine: how much it may have, and when it gets no more.
//!
//! Three bounds, all by refusing an allocation, which Luau turns into an error at any place: the sum, the size of one
//! piece (so that no text and no table is long enough to keep one library call busy past the deadline), and after
//! the deadline everything (so that code without loops and calls ends too, if it makes anything at all).

use std::{
    alloc::{self, Layout},
    cell::Cell,
    ffi::c_void,
    ptr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicPtr, Ordering},
    },
};

use mlua::ffi;

use crate::watchdog::Interrupt;

/// The longest piece: a text of half a MiB, a list of 32,768 values, a call depth of some 8,000.
const PIECE_BYTES: usize = 512 << 10;

/// What Luau's own allocator promises its callers.
const ALIGNMENT: usize = 16;

pub(super) struct Memory {
    used: Cell<usize>,
    limit: usize,
    limited: Cell<bool>,
    refused: Cell<bool>,
    pub(super) bell: Arc<Bell>,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        let (used, limited, refused) = (Cell::new(0), Cell::new(false), Cell::new(false));
        Self { used, limit, limited, refused, bell: Arc::default() }
    }

    pub(super) fn used(&self) -> usize {
        self.used.get()
    }

    pub(super) fn was_refused(&self) -> bool {
        self.refused.get()
    }

    /// Puts the limits in force, or lifts them.
    pub(super) fn limit(&self, on: bool) {
        self.limited.set(on);
    }

    fn may_grow(&self, old: usize, new: usize) -> bool {
        if !self.limited.get() || new <= old {
            return true; // a smaller piece is never refused: the collector shrinks and may not fail
        }
        let fits = new <= PIECE_BYTES && self.used.get() + (new - old) <= self.limit;
        if !fits {
            self.refused.set(true);
        }
        fits && !self.bell.has_rung()
    }
}

/// Luau's allocator.
pub(super) unsafe extern "C" fn allocate(data: *mut c_void, piece: *mut c_void, old: usize, new: usize) -> *mut c_void {
    // SAFETY: `data` is the `Memory` given to `lua_newstate`, alive as long as the state. Luau hands back pieces with
    // the size that it asked for, so the layout is the one of their allocation.
    unsafe {
        let memory = &*data.cast::<Memory>();
        let old = if piece.is_null() { 0 } else { old };
        if new == 0 {
            if !piece.is_null() && old > 0 {
                alloc::dealloc(piece.cast(), Layout::from_size_align_unchecked(old, ALIGNMENT));
            }
            memory.used.set(memory.used.get() - old);
            return ptr::null_mut();
        }
        let Ok(layout) = Layout::from_size_align(new, ALIGNMENT) else { return ptr::null_mut() };
        if !memory.may_grow(old, new) {
            return ptr::null_mut();
        }
        let made = if old == 0 {
            alloc::alloc(layout)
        } else {
            alloc::realloc(piece.cast(), Layout::from_size_align_unchecked(old, ALIGNMENT), new)
        };
        if made.is_null() {
            if !memory.limited.get() {
                alloc::handle_alloc_error(layout);
            }
            return ptr::null_mut();
        }
        memory.used.set(memory.used.get() - old + new);
        made.cast()
    }
}

/// The address of `lua_Callbacks::interrupt`.
#[derive(Debug)]
struct Slot(*mut c_void);

// SAFETY: a mere address; who writes through it says why that is sound.
unsafe impl Send for Slot {}

/// How the watchdog reaches a running machine.
///
/// Luau looks at one pointer, `lua_Callbacks::interrupt`, at every loop end, call and return. While a plugin is in
/// time the pointer is null, so an armed deadline costs nothing. The watchdog stores our function there when the time
/// is over, and it stays: every later look raises the error again, so no `pcall` outlives it. The machine is thrown
/// away after that, therefore nobody takes it back.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    /// Where Luau looks; `None` when there is no machine. Ringing and closing the machine exclude each other.
    slot: Mutex<Option<Slot>>,
    rung: AtomicBool,
}

impl Bell {
    /// `slot` is the address of the `interrupt` field.
    pub(super) fn hang(&self, slot: *mut c_void) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Slot(slot));
    }

    pub(super) fn take_down(&self) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn has_rung(&self) -> bool {
        self.rung.load(Ordering::Relaxed)
    }
}

impl Interrupt for Bell {
    fn interrupt(&self) {
        self.rung.store(true, Ordering::SeqCst);
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Slot(field)) = *slot else { return };
        let function: unsafe extern "C-unwind" fn(*mut ffi::lua_State, std::ffi::c_int) = super::errors::on_interrupt;
        // SAFETY: the machine is alive: closing it takes the slot away under the lock that is held here. Luau's lua.h
        // says of this field that it is "safe to set from an arbitrary thread"; the store is atomic and the field is
        // an aligned pointer, so the reader sees null or the function. `Option<fn>` has the size of a pointer.
        unsafe { AtomicPtr::from_ptr(field.cast::<*mut c_void>()).store(function as *mut c_void, Ordering::SeqCst) };
    }
}
