//! `GET /v1/status`: what waits, how much may, and what the host stands on.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::extract::State;
use cuecard_plugin::{
    limits::Limits,
    worker::confine::{Confinement, Layer},
};
use serde_json::{Value, json};

use super::{Problem, json::Json};
use crate::{app::App, clock};

pub(crate) async fn get(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let folder = app.data.clone();
    let size = tokio::task::spawn_blocking(move || size(&folder)).await.unwrap_or(0);
    let now = clock::now();
    let answering = (app.limits.turns as usize).saturating_sub(app.turns.available_permits());
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "now": now,
        "started_at": app.started,
        "uptime_s": (now.millis() - app.started.millis()).max(0) / 1000,
        "generation": app.generation(),
        "engine_ready": app.engine.ready().await.is_ok(),
        "turns": {"answering": answering, "limit": app.limits.turns},
        "workers": app.workers.state(),
        "streams": {"open": app.hub.listeners(), "per_merchant": app.limits.streams_per_merchant},
        "waiting": app.engine.backlog().await?,
        "data": {"folder": app.data, "bytes": size},
        "confinement": confinement(&app.confinement),
        "limits": app.limits,
        "plugin_limits": plugin_limits(),
    })))
}

/// Each layer: in force, or why it is not.
fn confinement(granted: &Confinement) -> Value {
    let Confinement { landlock, seccomp, rlimits, no_new_privileges } = granted;
    let layers =
        [("landlock", landlock), ("seccomp", seccomp), ("rlimits", rlimits), ("no_new_privileges", no_new_privileges)];
    let shown = |(name, layer): (&str, &Layer)| match layer {
        Layer::Granted => json!({"layer": name, "granted": true}),
        Layer::Refused(why) => json!({"layer": name, "granted": false, "why": why}),
    };
    layers.into_iter().map(shown).collect()
}

fn plugin_limits() -> Value {
    let Limits { time_ms, memory_bytes, host_calls, log_lines, log_line_bytes, reply_bytes, drafts, key_bytes, .. } =
        Limits::default();
    json!({
        "time_ms": time_ms,
        "memory_bytes": memory_bytes,
        "host_calls": host_calls,
        "log_lines": log_lines,
        "log_line_bytes": log_line_bytes,
        "reply_bytes": reply_bytes,
        "drafts": drafts,
        "key_bytes": key_bytes,
    })
}

/// Bytes of all files in a folder; links are not followed.
fn size(folder: &Path) -> u64 {
    let mut folders = vec![PathBuf::from(folder)];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) => bytes += found.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
