//! What one instance owns while it runs: the call that it serves, and the count of what it has taken.

use wasmtime::ResourceLimiter;

use cuecard_model::FailureKind;

use super::engine::{MEMORIES, TABLES};
use crate::call::{Call, CallError};

/// The data of a store, which lives for one call.
pub(super) struct State {
    pub(super) call: Call,
    memory: Budget,
    tables: Budget,
}

impl State {
    pub(super) fn new(call: Call) -> Self {
        let limits = call.limits();
        let (memory, tables) = (limits.memory_bytes as usize, limits.table_entries as usize);
        Self { call, memory: Budget::new(memory), tables: Budget::new(tables) }
    }
}

/// What all memories, or all tables, of one instance may have together.
struct Budget {
    used: usize,
    limit: usize,
}

impl Budget {
    fn new(limit: usize) -> Self {
        Self { used: 0, limit }
    }

    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        let fits = used <= self.limit;
        if fits {
            self.used = used;
        }
        fits
    }
}

/// Growth past a limit ends the call: a guest that is told "no" seldom has anything better to do than to trap, and
/// then nobody would know why.
impl ResourceLimiter for State {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if self.memory.grow(current, desired) {
            return Ok(true);
        }
        Err(wasmtime::Error::new(out_of_memory(format!("needs more than {} bytes of memory", self.memory.limit))))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(wasmtime::Error::new(out_of_memory(format!("memory could not grow: {error}"))))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if self.tables.grow(current, desired) {
            return Ok(true);
        }
        Err(wasmtime::Error::new(out_of_memory(format!("needs more than {} table entries", self.tables.limit))))
    }

    fn instances(&self) -> usize {
        self.call.limits().core_instances as usize
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

fn out_of_memory(detail: String) -> CallError {
    CallError::new(FailureKind::Memory, detail)
}
