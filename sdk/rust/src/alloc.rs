//! A bump allocator: an instance lives for one call, so that nothing needs to be given back.
//!
//! Allocating is an addition, and the memory of the instance stays small and dense, which is what makes a fresh
//! instance per call cheap. The last block can grow in place, as a growing `Vec` or `String` wants to.
#![cfg(target_arch = "wasm32")]

use std::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
};

const PAGE: usize = 64 << 10;

#[global_allocator]
static ALLOCATOR: Bump = Bump { next: Cell::new(0), end: Cell::new(0) };

struct Bump {
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: wasm32-unknown-unknown without the threads feature has one thread.
unsafe impl Sync for Bump {}

unsafe extern "C" {
    /// The first free byte after the data and the stack; the linker defines it.
    static __heap_base: u8;
}

// SAFETY: blocks are handed out one after the other from memory that nobody else uses, so that they never overlap;
// they are aligned as asked, and never handed out twice except the last one to itself.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.next.get() == 0 {
            self.next.set(&raw const __heap_base as usize);
            self.end.set(core::arch::wasm32::memory_size::<0>() * PAGE);
        }
        let start = self.next.get().next_multiple_of(layout.align());
        let Some(end) = start.checked_add(layout.size()) else { return std::ptr::null_mut() };
        if end > self.end.get() && !self.grow(end) {
            return std::ptr::null_mut();
        }
        self.next.set(end);
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block as usize + layout.size() == self.next.get() {
            self.next.set(block as usize);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block as usize;
        if start + layout.size() == self.next.get() {
            let Some(end) = start.checked_add(size) else { return std::ptr::null_mut() };
            if end > self.end.get() && !self.grow(end) {
                return std::ptr::null_mut();
            }
            self.next.set(end);
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the size is not zero and the alignment is the one that the block already has; both blocks hold at
        // least the smaller size and do not overlap.
        unsafe {
            let copy = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !copy.is_null() {
                std::ptr::copy_nonoverlapping(block, copy, layout.size());
            }
            copy
        }
    }
}

impl Bump {
    fn grow(&self, end: usize) -> bool {
        let pages = (end - self.end.get()).div_ceil(PAGE);
        if core::arch::wasm32::memory_grow::<0>(pages) == usize::MAX {
            return false;
        }
        self.end.set(self.end.get() + pages * PAGE);
        true
    }
}
