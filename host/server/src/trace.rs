//! How a turn came about, as it is kept beside its reply: when each stage and each hook began and how long it took, and
//! what plugins said to their authors. Written once, in the commit of the turn. Knows no route.

use std::sync::Arc;

use cuecard_model::{FailureKind, PluginVersion, TimingUs};
use cuecard_pipeline::{CallReport, Span};
use cuecard_plugin::call::LogLevel;
use serde::Serialize;

/// Bytes of plugins' lines that are kept with a turn.
const LOG: usize = 8 << 10;

#[derive(Serialize)]
struct Kept<'a> {
    spans: &'a [Span],
    calls: Vec<Call<'a>>,
}

#[derive(Serialize)]
struct Call<'a> {
    plugin: &'a PluginVersion,
    hook: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_us: Option<u64>,
    us: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log: Vec<Said<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    level: LogLevel,
    text: &'a str,
}

/// As JSON, for the engine.
pub(crate) fn kept(spans: &[Span], calls: &[CallReport]) -> Arc<str> {
    let mut room = LOG;
    let calls = calls.iter().map(|call| {
        let log = call.log.iter().take_while(|line| {
            let fits = line.text.len() <= room;
            room = room.saturating_sub(line.text.len());
            fits
        });
        let log = log.map(|line| Said { level: line.level, text: &line.text }).collect();
        let failure = call.failure.as_ref().map(|failed| failed.kind);
        Call { plugin: &call.plugin, hook: call.hook, start_us: call.start_us, us: call.micros, failure, log }
    });
    // Plain data, so it is always JSON.
    serde_json::to_string(&Kept { spans, calls: calls.collect() }).unwrap_or_default().into()
}

/// The stages of a turn that was kept without a trace, one after the other.
pub(crate) fn stages(timing: &TimingUs) -> Vec<Span> {
    let TimingUs { understand, compose, localize, guard, rank, total: _ } = *timing;
    let stages =
        [("understand", understand), ("compose", compose), ("localize", localize), ("guard", guard), ("rank", rank)];
    let mut start_us = 0;
    let one = |(stage, us)| {
        let span = Span { stage, start_us, us };
        start_us += us;
        span
    };
    stages.into_iter().map(one).collect()
}
