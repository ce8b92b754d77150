//! Counters for Prometheus. What each plugin did is held apart, for its author too.

mod plugins;

use std::{sync::atomic::AtomicI64, time::Duration};

use cuecard_model::TimingUs;
use cuecard_pipeline::{Judgement, Step};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

pub use self::plugins::{Bucket, CHECKS, Figures, HookShown, Plugins};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabels {
    stage: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutreachLabels {
    state: &'static str,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GateLabels {
    moment: &'static str,
    answer: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WebhookLabels {
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TranslationLabels {
    provider: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProviderLabels {
    provider: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All counters of this host.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    stages: Histograms<StageLabels>,
    stage: [Histogram; 6],
    reloads: Family<OutcomeLabels, Counter>,
    webhooks: Family<WebhookLabels, Counter>,
    translations: Family<TranslationLabels, Counter>,
    translation_time: Histograms<ProviderLabels>,
    events: Counter,
    outreach: Family<OutreachLabels, Counter>,
    alerts: Family<OutcomeLabels, Counter>,
    canaries: Gauge,
    set_aside: Gauge,
    gate: Family<GateLabels, Counter>,
    lag: Histogram,
    generation: Gauge,
    listeners: Gauge,
    waiting: Gauge,
    replaced: Gauge<i64, AtomicI64>,
    /// What each plugin did.
    pub plugins: Plugins,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_01, 2.5, 15))
}

impl Default for Metrics {
    fn default() -> Self {
        let stages: Histograms<StageLabels> = Family::new_with_constructor(seconds);
        let stage = ["understand", "compose", "localize", "guard", "rank", "total"]
            .map(|stage| stages.get_or_create_owned(&StageLabels { stage }));
        let mut metrics = Self {
            registry: Registry::with_prefix("cuecard"),
            requests: Family::default(),
            stages,
            stage,
            reloads: Family::default(),
            webhooks: Family::default(),
            translations: Family::default(),
            translation_time: Family::new_with_constructor(seconds),
            events: Counter::default(),
            outreach: Family::default(),
            alerts: Family::default(),
            canaries: Gauge::default(),
            set_aside: Gauge::default(),
            gate: Family::default(),
            lag: Histogram::new(exponential_buckets(0.001, 4.0, 12)),
            generation: Gauge::default(),
            listeners: Gauge::default(),
            waiting: Gauge::default(),
            replaced: Gauge::default(),
            plugins: Plugins::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register("turn_stage_seconds", "Time spent in each stage of a turn", self.stages.clone());
        self.plugins.register(registry);
        registry.register("reloads", "Changes of plugins, by what became of them", self.reloads.clone());
        let (count, time) = (self.translations.clone(), self.translation_time.clone());
        registry.register("translations", "Texts for the translation connector, by what became of them", count);
        registry.register("translation_seconds", "Time until a translation provider answered", time);
        registry.register("events_decided", "Events and timers that were decided on", self.events.clone());
        registry.register("outreach", "Contacts that came to a state, by reason", self.outreach.clone());
        registry.register("gate_decisions", "The gate's answers, when decided and when sent", self.gate.clone());
        registry.register("outreach_lag_seconds", "From a contact's moment to the look at it", self.lag.clone());
        registry.register("webhooks", "Webhooks, by what became of them", self.webhooks.clone());
        registry.register("alerts", "Alerts to the operator's system, by what became of them", self.alerts.clone());
        registry.register("canaries", "Versions that serve a share of the conversations", self.canaries.clone());
        registry.register(
            "plugins_set_aside",
            "Versions that are not called, as they failed too often",
            self.set_aside.clone(),
        );
        registry.register("generation", "The generation of plugins that serves", self.generation.clone());
        registry.register("stream_listeners", "Open event streams", self.listeners.clone());
        registry.register("turns_waiting", "Turns that wait for a worker", self.waiting.clone());
        registry.register("workers_replaced", "Workers killed or dead since the start", self.replaced.clone());
    }

    /// One answered request.
    pub fn request(&self, route: &'static str, method: &'static str, status: u16) {
        self.requests.get_or_create(&RequestLabels { route, method, status }).inc();
    }

    /// One answered turn.
    pub fn turn(&self, timing: &TimingUs) {
        let TimingUs { understand, compose, localize, guard, rank, total } = *timing;
        for (histogram, micros) in self.stage.iter().zip([understand, compose, localize, guard, rank, total]) {
            histogram.observe(Duration::from_micros(micros).as_secs_f64());
        }
    }

    /// One webhook of a shop.
    pub fn webhook(&self, kind: &str, outcome: &'static str) {
        self.webhooks.get_or_create(&WebhookLabels { kind: kind.to_owned(), outcome }).inc();
    }

    /// What became of one alert.
    pub fn alert(&self, outcome: &'static str) {
        self.alerts.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// How plugins stand now.
    pub fn standing(&self, canaries: usize, set_aside: usize) {
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.canaries.set(whole(canaries));
        self.set_aside.set(whole(set_aside));
    }

    /// One change of a plugin.
    pub fn reload(&self, outcome: &'static str) {
        self.reloads.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// What became of one text for the translation connector.
    pub fn translated(&self, provider: &'static str, outcome: &'static str) {
        self.translations.get_or_create(&TranslationLabels { provider, outcome }).inc();
    }

    /// One answer of a translation provider, however late.
    pub fn translation_took(&self, provider: &'static str, time: Duration) {
        self.translation_time.get_or_create(&ProviderLabels { provider }).observe(time.as_secs_f64());
    }

    /// Events and timers that were decided on.
    pub fn events(&self, count: usize) {
        self.events.inc_by(count as u64);
    }

    /// A contact that has come to a state.
    pub fn outreach(&self, state: &'static str, reason: &str) {
        self.outreach.get_or_create(&OutreachLabels { state, reason: reason.to_owned() }).inc();
    }

    /// What was judged of a contact, at `decided` or at `sent`.
    pub fn gate(&self, moment: &'static str, judged: &Judgement) {
        let answer = match judged.step {
            Step::Propose => "propose",
            Step::Send => "send",
            Step::Wait(_) => "defer",
            Step::Drop => "drop",
            Step::Fail => "fail",
        };
        self.gate.get_or_create(&GateLabels { moment, answer, reason: judged.reason }).inc();
    }

    /// How late the sender looked at a contact, in milliseconds.
    pub fn lag(&self, millis: i64) {
        self.lag.observe(Duration::from_millis(millis.max(0).cast_unsigned()).as_secs_f64());
    }

    /// Everything in the text format of OpenMetrics, with what is measured only when asked.
    pub fn text(&self, generation: u64, listeners: usize, waiting: usize, replaced: u64) -> String {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.generation.set(whole(generation));
        self.listeners.set(whole(listeners as u64));
        self.waiting.set(whole(waiting as u64));
        self.replaced.set(whole(replaced));
        let mut text = String::new();
        let _ = encode(&mut text, &self.registry);
        text
    }
}
