//! What a worker has around its plugins: an engine, a watchdog that ticks, and calls with the host's limits.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_culture::{Catalog, Setting};
use cuecard_model::{
    Customer, DetectedLanguage, DetectedScenario, Draft, Emotion, EmotionLabel, Fields, Message, Profile, Register,
    Role, Signals, Stage, Timestamp, Trend, Turn,
};
use cuecard_plugin::{
    api::Api,
    call::{Call, CallError, Runtime},
    limits::Limits,
    wasm::{self, LoadError, PoolSize, Size, WasmEngine, compile},
    watchdog::Watchdog,
};

/// One engine and its watchdog.
pub struct Desk {
    pub engine: WasmEngine,
    watchdog: Watchdog,
}

impl Desk {
    /// `on_overrun` runs when a call does not stop.
    pub fn new(pool: PoolSize, on_overrun: impl Fn() + Send + 'static) -> Self {
        let engine = WasmEngine::new(pool).unwrap();
        let watchdog = Watchdog::start(engine.ticker(), on_overrun).unwrap();
        Self { engine, watchdog }
    }

    /// Compiles and loads.
    pub fn load(&self, component: &[u8]) -> Result<Box<dyn Runtime>, LoadError> {
        wasm::load(Api::V1, &self.engine, &compile(Api::V1, component, &Size::USUAL)?)
    }

    /// Runs `compose` under watch: the answer, the call with its log, and the time it took.
    pub fn compose(
        &self,
        plugin: &mut Box<dyn Runtime>,
        turn: &Turn,
    ) -> (Result<Vec<Draft>, CallError>, Call, Duration) {
        let mut call = call(Limits::default(), None);
        let began = Instant::now();
        let watch = self.watchdog.watch(call.limits().time(), None);
        let answer = plugin.compose(&mut call, turn);
        drop(watch);
        (answer, call, began.elapsed())
    }
}

/// What the worker does when a call does not stop: it ends itself, as nothing else can end the call.
pub fn overrun() {
    eprintln!("a call did not stop");
    std::process::exit(OVERRUN);
}

/// How a process ends whose plugin did not stop.
pub const OVERRUN: i32 = 77;

/// A call without messages, at a fixed moment.
pub fn call(limits: Limits, keys: Option<Fields>) -> Call {
    let setting = Setting {
        locale: "en".into(),
        default_locale: "en".into(),
        time_zone: None,
        now: Timestamp::from_seconds(1_795_000_000),
        register: Register::Formal,
        name: None,
        manner: None,
    };
    Call::new(limits, Arc::new(Catalog::default()), Arc::new(setting), keys, "turn-1")
}

/// A turn of which little is known.
pub fn turn(text: &str) -> Turn {
    let now = Timestamp::from_seconds(1_795_000_000);
    Turn {
        id: "turn-1".into(),
        now,
        channel: "web_chat".into(),
        conversation_id: "c-1".into(),
        message: Message { role: Role::Customer, text: text.into(), at: now },
        history: vec![],
        signals: Signals {
            language: DetectedLanguage { tag: "en".into(), confidence: 0.99 },
            scenario: DetectedScenario { id: "size_advice".into(), confidence: 0.8, alternatives: vec![] },
            emotion: Emotion::new(EmotionLabel::Neutral, 0.1, Trend::Steady),
            stage: Stage::Browsing,
        },
        customer: Customer::unknown("u-1".into()).into(),
        profile: Profile::default(),
        live: vec![],
        locale: "en".into(),
        agent_locale: None,
    }
}
