//! The engine's settings: what a component may use of WebAssembly, and where its memory comes from.
//!
//! Two engines with the same compile settings: one takes memories from a pool of slots that stay warm, the other maps
//! them on demand when the pool is full or a component does not fit a slot. Code compiled once runs on both.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy, WasmFeatures};

use super::error::LoadError;

/// Native stack that a guest may use; the worker's own thread has 8 MiB.
const STACK_BYTES: usize = 512 << 10;

/// The largest memory that a slot of the pool holds. Larger limits are served on demand.
pub(super) const SLOT_BYTES: usize = 16 << 20;

/// What stays resident in a free slot, reset by copying instead of by a system call and new page faults: room for a
/// guest of the SDK (64 KiB of stack, its data and the heap of one call).
const RESIDENT_BYTES: usize = 256 << 10;

/// What a slot of the pool holds besides: what the usual limits allow. Components with more are mapped on demand.
const TABLE_ENTRIES: usize = 10_000;
const CORE_INSTANCES: u32 = 16;

/// How many memories and tables one component may have.
pub(super) const MEMORIES: usize = 4;
pub(super) const TABLES: usize = 8;

/// How many instances may be alive at once before they are mapped on demand.
///
/// A slot that last ran the same plugin is the fastest, so a few dozen pay even for a single thread. A slot reserves
/// 4 GiB of addresses without access rights and 256 KiB of memory once used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSize(pub u32);

impl Default for PoolSize {
    fn default() -> Self {
        Self(64)
    }
}

/// What all components of a process run on. Cheap to clone.
#[derive(Clone)]
pub struct WasmEngine {
    pub(super) pooled: Option<Engine>,
    pub(super) on_demand: Engine,
    /// Whether fuel is counted.
    pub(super) counts: bool,
}

impl WasmEngine {
    /// Reserves the pool. Where the address space is too small for it, every instance is mapped on demand.
    pub fn new(size: PoolSize) -> Result<Self, LoadError> {
        let on_demand = engine(&settings())?;
        let pooled = match engine(settings().allocation_strategy(pool(size))) {
            Ok(pooled) => Some(pooled),
            Err(error) => {
                tracing::warn!(%error, "no pool for plugin memories, they are mapped one by one");
                None
            }
        };
        Ok(Self { pooled, on_demand, counts: false })
    }

    /// An engine that counts what each call takes, in wasmtime's fuel: about one for an instruction. Code is compiled
    /// for it apart ([`super::compile_counting`]), and is slower, so this is for tests.
    pub fn counting() -> Result<Self, LoadError> {
        Ok(Self { pooled: None, on_demand: engine(settings().consume_fuel(true))?, counts: true })
    }

    /// Moves the epoch on by one: to be called once a millisecond while a call is under way.
    pub fn tick(&self) {
        if let Some(pooled) = &self.pooled {
            pooled.increment_epoch();
        }
        self.on_demand.increment_epoch();
    }

    /// [`WasmEngine::tick`] for the watchdog's `on_tick`.
    pub fn ticker(&self) -> impl Fn() + Send + 'static {
        let engine = self.clone();
        move || engine.tick()
    }

    /// Changes when compiled code of another release, setting or processor cannot be used: part of a cache's key.
    pub fn compatibility(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.on_demand.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }
}

/// An engine that compiles; it needs no pool.
pub(super) fn compiler() -> Result<Engine, LoadError> {
    engine(settings().parallel_compilation(false))
}

/// An engine that compiles for [`WasmEngine::counting`].
pub(super) fn counting_compiler() -> Result<Engine, LoadError> {
    engine(settings().parallel_compilation(false).consume_fuel(true))
}

fn engine(config: &Config) -> Result<Engine, LoadError> {
    Engine::new(config).map_err(|error| LoadError::from_wasmtime("the WebAssembly engine did not start", &error))
}

fn settings() -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .memory_init_cow(true)
        // A replay on another machine gives the same answer, bit by bit.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // A trap's kind and the guest's own panic message say enough.
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false);
    for (feature, enabled) in features() {
        config.wasm_features(feature, enabled);
    }
    config
}

/// Everything that a guest in Rust, C or a bundled interpreter needs, and nothing that is young or shares memory.
fn features() -> [(WasmFeatures, bool); 12] {
    [
        (WasmFeatures::SIMD, true),
        (WasmFeatures::BULK_MEMORY, true),
        (WasmFeatures::MULTI_VALUE, true),
        (WasmFeatures::REFERENCE_TYPES, true),
        (WasmFeatures::THREADS, false),
        (WasmFeatures::MEMORY64, false),
        (WasmFeatures::MULTI_MEMORY, true),
        (WasmFeatures::GC, false),
        (WasmFeatures::FUNCTION_REFERENCES, false),
        (WasmFeatures::EXCEPTIONS, false),
        (WasmFeatures::STACK_SWITCHING, false),
        (WasmFeatures::CM_ASYNC, false),
    ]
}

fn pool(PoolSize(slots): PoolSize) -> InstanceAllocationStrategy {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(4))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(2))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(1)
        .max_tables_per_component(2)
        .max_memory_size(SLOT_BYTES)
        .table_elements(TABLE_ENTRIES)
        .max_unused_warm_slots(slots)
        .linear_memory_keep_resident(RESIDENT_BYTES)
        .table_keep_resident(4096);
    InstanceAllocationStrategy::Pooling(pool)
}
