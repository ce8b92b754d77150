//! Runs errands: a message gets its turn, what came of it goes back as a note, once.
//!
//! ```text
//! take -> note (waiting) -> note (posting) -> done
//!             ^---- surely not taken ---'  '-> looked up
//! ```
//! The attempt to post is durable before the call, and what nobody knows the fate of is looked up before another. A turn
//! may be run again: its message id makes the second one find the first.

use std::{collections::HashSet, sync::Arc, time::Duration};

use cuecard_engine::{Batch, DueErrand, Errand, Error, Known, Partition, Receipt, Write};
use cuecard_model::{Event, IncomingMessage, MerchantId, Reply, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::task::JoinSet;

use super::{Helpdesk, note, poll};
use crate::{
    app::App,
    clock,
    connectors::Sending,
    http::{Problem, messages},
    outbox::until,
    webhooks::chatwoot::Said,
};

/// Errands that run at once.
const AT_ONCE: usize = 16;
/// After the engine or the plugins were busy, and while errands wait behind others.
const PAUSE: Duration = Duration::from_millis(100);
/// A turn that fails is tried so often.
const TRIES: u32 = 12;
/// A note is given up after so many milliseconds.
const DAY: i64 = 86_400_000;

/// What an errand is about, as the engine keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub(super) enum Task {
    /// Something was told and waits for its turn.
    Take { said: Said, tries: u32 },
    /// A note is to be posted; `posting`: it may have been.
    Note { number: u64, text: String, posting: bool, attempts: u32, attempted_at: Option<Timestamp> },
    /// All is done.
    Done { outcome: String, detail: String },
}

impl Task {
    pub(super) fn json(&self) -> Json {
        // Plain data, so it is always JSON.
        serde_json::to_value(self).unwrap_or_default()
    }

    fn done(outcome: &str) -> Next {
        Self::ended(outcome, String::new())
    }

    fn ended(outcome: &str, detail: String) -> Next {
        Next { task: Self::Done { outcome: outcome.to_owned(), detail }, due_at: None }
    }
}

/// What an errand becomes.
struct Next {
    task: Task,
    due_at: Option<Timestamp>,
}

/// Starts the runner and the pollers; they end when the host is told to stop, once what is under way has ended.
pub fn start(app: &Arc<App>) -> Vec<tokio::task::JoinHandle<()>> {
    let pollers = app.helpdesks.by_merchant.iter().filter(|(_, helpdesk)| helpdesk.settings.poll_seconds > 0);
    let pollers = pollers
        .map(|(merchant, helpdesk)| tokio::spawn(poll::run(Arc::clone(app), merchant.clone(), Arc::clone(helpdesk))));
    pollers.chain([tokio::spawn(run(Arc::clone(app)))]).collect()
}

type Key = (MerchantId, Arc<str>);

async fn run(app: Arc<App>) {
    let mut stopping = app.stopping.clone();
    let (mut running, mut ids) = (JoinSet::<Key>::new(), HashSet::<Key>::new());
    while !*stopping.borrow() {
        let pause = match round(&app, &mut running, &mut ids).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "errands wait for the engine");
                PAUSE
            }
        };
        tokio::select! {
            () = app.helpdesks.waker.notified() => {}
            Some(done) = running.join_next() => ended(&mut ids, done.ok()),
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

fn ended(ids: &mut HashSet<Key>, key: Option<Key>) {
    match key {
        Some(key) => drop(ids.remove(&key)),
        // One that panicked does not say which it was: those that still run are protected by their revision.
        None => ids.clear(),
    }
}

/// Starts what is due; gives how long there is nothing to do.
async fn round(app: &Arc<App>, running: &mut JoinSet<Key>, ids: &mut HashSet<Key>) -> Result<Duration, Error> {
    let due = app.engine.errands_due(Partition::ALL, clock::now(), AT_ONCE + ids.len()).await?;
    let mut left = false;
    for DueErrand { merchant, errand } in due {
        let key = (merchant.clone(), Arc::clone(&errand.id));
        if ids.contains(&key) {
            continue;
        }
        if ids.len() >= AT_ONCE {
            left = true;
            break;
        }
        ids.insert(key.clone());
        let app = Arc::clone(app);
        running.spawn(async move {
            one(&app, &merchant, errand).await;
            key
        });
    }
    if left || !ids.is_empty() {
        // One that ends wakes this task.
        return Ok(Duration::from_secs(1));
    }
    Ok(until(app.engine.next_errand(Partition::ALL).await?).max(PAUSE))
}

async fn one(app: &Arc<App>, merchant: &MerchantId, errand: Errand) {
    let result = match serde_json::from_value(errand.body.clone()) {
        Ok(Task::Take { said, tries }) => take(app, merchant, &errand, said, tries).await,
        Ok(Task::Note { number, text, posting, attempts, attempted_at }) => {
            let note = Note { number, text, posting, attempts, attempted_at };
            post(app, merchant, &errand, note).await
        }
        // Of another release.
        Ok(Task::Done { .. }) | Err(_) => keep(app, merchant, &errand, Task::done("unreadable")).await.map(drop),
    };
    if let Err(error) = result {
        tracing::warn!(%error, errand = &*errand.id, "an errand waits for the engine");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The errand as it stands then, or `None` if somebody else has changed it.
async fn keep(app: &App, merchant: &MerchantId, errand: &Errand, next: Next) -> Result<Option<Errand>, Error> {
    let in_line = matches!(next.task, Task::Take { .. });
    let next = Errand { in_line, ..errand.next(next.task.json(), next.due_at, clock::now()) };
    let receipt = app.engine.commit(Batch::new(merchant.clone(), vec![Write::ErrandChange(next.clone())])).await?;
    Ok(matches!(receipt, Receipt::Kept(_)).then_some(next))
}

async fn take(app: &Arc<App>, merchant: &MerchantId, errand: &Errand, said: Said, tries: u32) -> Result<(), Error> {
    // Held to the end of the turn: the end of the host waits for it.
    let place = Arc::clone(&app.turns).acquire_owned().await;
    let next = match told(app, merchant, errand, &said).await {
        Ok(next) => next,
        Err(Failed::Engine(error)) => return Err(error),
        Err(Failed::Turn(problem)) if tries + 1 >= TRIES => {
            tracing::error!(errand = &*errand.id, status = problem.status(), "a message got no turn and is given up");
            Task::ended("failed", format!("the turn failed with {}", problem.status()))
        }
        Err(Failed::Turn(_)) => {
            let due_at = Some(after(clock::now(), Duration::from_millis(100 << tries.min(9))));
            Next { task: Task::Take { said, tries: tries + 1 }, due_at }
        }
    };
    drop(place);
    keep(app, merchant, errand, next).await.map(drop)
}

enum Failed {
    Engine(Error),
    Turn(Box<Problem>),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Turn(Box::new(problem))
    }
}

async fn told(app: &Arc<App>, merchant: &MerchantId, errand: &Errand, said: &Said) -> Result<Next, Failed> {
    Ok(match said {
        Said::Message(message) => spoken(app, merchant, errand, message).await?,
        Said::Wordless(message) => {
            messages::remember_wordless(app, merchant, message, clock::now()).await?;
            Task::done("remembered")
        }
        Said::Changed(message) => match known(app, merchant, message).await? {
            None => spoken(app, merchant, errand, message).await?,
            Some(_) => {
                let why = "the customer has changed the message";
                let is_customers = message.role == Role::Customer;
                rewrite(app, merchant, errand, &message.message_id, &message.text, is_customers.then_some(why)).await?
            }
        },
        Said::Deleted(id) => rewrite(app, merchant, errand, id, "", Some("the message was taken back")).await?,
        Said::Event { kind, at, fields } => {
            let event = Event {
                id: errand.id.as_ref().into(),
                kind: kind.clone(),
                at: at.unwrap_or(errand.created_at),
                customer_id: Some(errand.customer.clone()),
                fields: fields.clone(),
            };
            app.engine.ingest(merchant, vec![event]).await?;
            app.events.notify_waiters();
            if kind == "conversation.resolved" {
                app.hub.withdraw(merchant, &errand.conversation, "resolved");
            }
            Task::done("event")
        }
    })
}

async fn rewrite(
    app: &App,
    merchant: &MerchantId,
    errand: &Errand,
    message: &cuecard_model::MessageId,
    text: &str,
    withdrawn: Option<&str>,
) -> Result<Next, Failed> {
    let (conversation, message, text) = (errand.conversation.clone(), message.clone(), text.to_owned());
    let write = Write::Rewrite { conversation, message, text };
    let receipt = app.engine.commit(Batch::new(merchant.clone(), vec![write])).await?;
    let is_new = matches!(receipt, Receipt::Kept(outcomes) if outcomes.contains(&cuecard_engine::Outcome::Done));
    if let (true, Some(why)) = (is_new, withdrawn) {
        app.hub.withdraw(merchant, &errand.conversation, why);
    }
    Ok(Task::done(if is_new { "rewritten" } else { "unchanged" }))
}

async fn known(app: &App, merchant: &MerchantId, message: &IncomingMessage) -> Result<Option<Known>, Error> {
    let IncomingMessage { conversation_id, message_id, customer, .. } = message;
    let context = app.engine.context(merchant, conversation_id, message_id, &customer.id, clock::now()).await?;
    Ok(context.known)
}

/// The turn, or the memory of it; then the note.
async fn spoken(
    app: &Arc<App>,
    merchant: &MerchantId,
    errand: &Errand,
    message: &IncomingMessage,
) -> Result<Next, Failed> {
    let (now, helpdesk) = (clock::now(), app.helpdesks.of(merchant));
    let mut message = message.clone();
    // A helpdesk whose clock is ahead is no reason to refuse its messages.
    message.at = message.at.map(|at| at.min(now));
    message.agent_locale = helpdesk.and_then(|helpdesk| helpdesk.settings.agent_locale.clone());
    if known(app, merchant, &message).await?.is_none() {
        messages::take(app, merchant, message.clone(), now).await?;
    }
    let (Some(Known::Answered { reply, .. }), Some(helpdesk)) = (known(app, merchant, &message).await?, helpdesk)
    else {
        return Ok(Task::done("remembered"));
    };
    let Ok(reply) = serde_json::from_str::<Reply>(&reply) else { return Ok(Task::done("answered")) };
    let number = helpdesk.account.number_of(errand.conversation.as_str());
    let (Some(number), true, false) = (number, helpdesk.settings.notes, reply.suggestions.is_empty()) else {
        return Ok(Task::done("answered"));
    };
    let locale = match &helpdesk.settings.agent_locale {
        Some(locale) => locale.clone(),
        None => app.merchants.get(&*app.engine, merchant).await?.default_locale.clone(),
    };
    let text = note::text(&reply, &locale);
    Ok(Next { task: Task::Note { number, text, posting: false, attempts: 0, attempted_at: None }, due_at: Some(now) })
}

/// A note on its way.
#[derive(Clone)]
struct Note {
    number: u64,
    text: String,
    posting: bool,
    attempts: u32,
    attempted_at: Option<Timestamp>,
}

impl Note {
    fn task(&self) -> Task {
        let Self { number, text, posting, attempts, attempted_at } = self.clone();
        Task::Note { number, text, posting, attempts, attempted_at }
    }

    fn again(&self, due_at: Timestamp) -> Next {
        Next { task: Self { posting: false, ..self.clone() }.task(), due_at: Some(due_at) }
    }
}

async fn post(app: &Arc<App>, merchant: &MerchantId, errand: &Errand, note: Note) -> Result<(), Error> {
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
    let found = helpdesk.client.has_note(note.number, &note.text, key).await;
    let now = clock::now();
    let since = now.millis() - note.attempted_at.unwrap_or(now).millis();
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
        *self.paused.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
                let due_at = after(now, wait);
                if retry_after.is_some() {
                    *self.paused.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(due_at);
                }
                note.again(due_at)
            }
            // It may still be at work on it: it is looked up after a while.
            Sending::Unknown { .. } => {
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

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    Timestamp::from_millis(now.millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
}
