//! What a plugin may use up. Defaults are the host's promises; a manifest may lower them, an operator raise them.
//!
//! Guests that carry their language with them are a class of their own: an interpreter does not fit what is ample for
//! a plugin. They are served where the operator grants it.

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};

/// The limits of one hook call and the instance it runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Limits {
    /// Wall time of one hook call, in milliseconds.
    pub time_ms: u32,
    /// Memory of one instance, in bytes.
    pub memory_bytes: u32,
    /// Calls of host functions.
    pub host_calls: u32,
    /// Lines of log.
    pub log_lines: u32,
    /// Bytes of one line of log; the rest is cut.
    pub log_line_bytes: u32,
    /// Bytes of text in one reply.
    pub reply_bytes: u32,
    /// Values in one reply.
    pub reply_nodes: u32,
    /// Nesting of one reply.
    pub reply_depth: u32,
    /// Drafts in one reply.
    pub drafts: u32,
    /// Bytes of keys written in one call.
    pub key_bytes: u32,
    /// Core instances in one instance of a component.
    pub core_instances: u32,
    /// Table entries in one instance of a component, all tables together.
    pub table_entries: u32,
}

impl Limits {
    /// For guests that carry their language, such as Python: its heap is copied on write from the component, so that
    /// of the memory only what a call touches is paid for; its parts are some forty modules and one large table.
    pub const LARGE_GUESTS: Self =
        Self { memory_bytes: 64 << 20, core_instances: 64, table_entries: 40_000, ..Self::DEFAULT };

    const DEFAULT: Self = Self {
        time_ms: 20,
        memory_bytes: 16 << 20,
        host_calls: 1000,
        log_lines: 100,
        log_line_bytes: 1024,
        reply_bytes: 64 << 10,
        reply_nodes: 10_000,
        reply_depth: 16,
        drafts: 8,
        key_bytes: 64 << 10,
        core_instances: 16,
        table_entries: 10_000,
    };

    /// The same for a migration: its answer is all that a customer's keys may be, not what a reply may be.
    #[must_use]
    pub fn for_keys(self) -> Self {
        Self { reply_bytes: Self::STORED_BYTES, reply_nodes: Self::STORED_NODES, ..self }
    }

    /// What a plugin may store for a merchant, and so at most for one customer. A key costs 16 bytes at least.
    const STORED_BYTES: u32 = 1 << 20;
    const STORED_NODES: u32 = 2 * (Self::STORED_BYTES / 16);

    /// How long after its deadline a worker may still answer before it is killed.
    pub const GRACE: Duration = Duration::from_millis(40);

    /// Wall time of one hook call.
    pub fn time(&self) -> Duration {
        Duration::from_millis(self.time_ms.into())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a host allows its plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Ceiling {
    /// Every plugin.
    pub usual: Limits,
    /// Those that carry their language, if the operator grants that.
    pub large: Option<Limits>,
}

impl Ceiling {
    /// With guests that carry their language, or without.
    pub fn new(large: bool) -> Self {
        Self { usual: Limits::DEFAULT, large: large.then_some(Limits::LARGE_GUESTS) }
    }
}

impl Default for Ceiling {
    fn default() -> Self {
        Self::new(false)
    }
}
