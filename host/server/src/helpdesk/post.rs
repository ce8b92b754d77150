//! Posts a note, once.
//!
//! ```text
//! waiting -> posting -> done
//!    ^-- surely not --' '-> looked up
//! ```
//! `posting` is durable before the call, and what nobody knows the fate of is looked up before it is posted again.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use cuecard_engine::{Errand, Error};
use cuecard_model::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Helpdesk,
    errands::{Next, PAUSE, Task, after, keep},
};
use crate::{app::App, clock, connectors::Sending};

/// A note is given up after so many milliseconds.
const DAY: i64 = 86_400_000;
/// Nothing is posted for so long after a post that failed: a helpdesk in trouble is not hurried.
const BREATH: Duration = Duration::from_millis(500);

/// A note on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The conversation's number.
    number: u64,
    text: String,
    /// It may have been posted.
    posting: bool,
    attempts: u32,
    attempted_at: Option<Timestamp>,
}

impl Note {
    pub(super) fn new(number: u64, text: String) -> Self {
        Self { number, text, posting: false, attempts: 0, attempted_at: None }
    }

    fn task(&self) -> Task {
        Task::Note(self.clone())
    }

    fn again(&self, due_at: Timestamp) -> Next {
        Next { task: Self { posting: false, ..self.clone() }.task(), due_at: Some(due_at) }
    }
}

/// Posts a note, or finds out whether it was posted.
pub(super) async fn post(app: &Arc<App>, merchant: &MerchantId, errand: &Errand, note: Note) -> Result<(), Error> {
    let now = clock::now();
    let Some(helpdesk) = app.helpdesks.of(merchant).cloned() else {
        return keep(app, merchant, errand, Task::done("no helpdesk")).await.map(drop);
    };
    if let Some(until) = helpdesk.pause().filter(|until| *until > now) {
        // It still stands as it stood: whether it may have been posted is not forgotten.
        return keep(app, merchant, errand, Next { task: note.task(), due_at: Some(until) }).await.map(drop);
    }
    let key = format!("{merchant}:{}", errand.id);
    if note.posting {
        return look_up(app, merchant, errand, note, &helpdesk, &key).await;
    }
    let timeout = Duration::from_millis(helpdesk.settings.timeout_ms);
    let posting = Note { posting: true, attempts: note.attempts + 1, attempted_at: Some(now), ..note };
    // If nobody has written down what came of it by then, nobody will. From here on it counts as posted.
    let next = Next { task: posting.task(), due_at: Some(after(now, timeout * 2)) };
    let Some(errand) = keep(app, merchant, errand, next).await? else { return Ok(()) };
    let fate = helpdesk.client.note(posting.number, &posting.text, &key).await;
    let next = helpdesk.after(&errand, &posting, &fate, clock::now());
    log(&errand, &next);
    while let Err(error) = keep(app, merchant, &errand, Next { task: next.task.clone(), due_at: next.due_at }).await {
        tracing::warn!(%error, errand = &*errand.id, "the fate of a note cannot be kept yet");
        if matches!(error, Error::Closed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Whether a note that may have been taken was.
async fn look_up(
    app: &Arc<App>,
    merchant: &MerchantId,
    errand: &Errand,
    note: Note,
    helpdesk: &Helpdesk,
    key: &str,
) -> Result<(), Error> {
    let attempted_at = note.attempted_at.unwrap_or(errand.created_at);
    let found = helpdesk.client.has_note(note.number, &note.text, key, attempted_at).await;
    let now = clock::now();
    let since = now.millis() - attempted_at.millis();
    let next = match found {
        Some(true) => Task::done("noted"),
        Some(false) => note.again(now),
        None if since >= DAY => Task::done("unknown"),
        None => {
            let due_at = Some(Timestamp::from_millis(now.millis() + since.clamp(1000, DAY)));
            Next { task: note.task(), due_at }
        }
    };
    log(errand, &next);
    keep(app, merchant, errand, next).await.map(drop)
}

impl Helpdesk {
    fn pause(&self) -> Option<Timestamp> {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause_until(&self, moment: Timestamp) {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = Some(moment);
    }

    /// The errand after an attempt.
    fn after(&self, errand: &Errand, note: &Note, fate: &Sending, now: Timestamp) -> Next {
        match fate {
            Sending::Sent { .. } => Task::done("noted"),
            Sending::Refused { detail } => Task::ended("refused", detail.clone()),
            // Helpdesks are out of reach for hours, tokens are mended: it is tried for a day.
            Sending::NotTaken { detail, .. } if now.millis() - errand.created_at.millis() >= DAY => {
                Task::ended("not_taken", detail.clone())
            }
            Sending::NotTaken { retry_after, .. } => {
                let wait = retry_after.unwrap_or_default().max(backoff(note.attempts));
                // What it says of one note, it says of all.
                self.pause_until(after(now, retry_after.unwrap_or(BREATH)));
                note.again(after(now, wait))
            }
            // It may still be at work on it: it is looked up after a while.
            Sending::Unknown { .. } => {
                self.pause_until(after(now, BREATH));
                let timeout = Duration::from_millis(self.settings.timeout_ms);
                Next { task: note.task(), due_at: Some(after(now, timeout)) }
            }
        }
    }
}

fn log(errand: &Errand, next: &Next) {
    match &next.task {
        Task::Done { outcome, .. } if outcome == "noted" => {}
        Task::Done { outcome, detail } => {
            tracing::warn!(errand = &*errand.id, outcome, detail, "a note was not posted");
        }
        _ => tracing::info!(errand = &*errand.id, "a note could not be posted yet"),
    }
}

/// 1 s, 2 s, 4 s, up to five minutes.
fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.saturating_sub(1).min(9)).min(Duration::from_secs(300))
}
