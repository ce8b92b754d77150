//! Runs errands: each gets its turn, one after the other in a conversation, and what came of it goes back as a note
//! (`post`). A turn may be run again: its message id makes the second one find the first.

use std::{collections::HashSet, sync::Arc, time::Duration};

use cuecard_engine::{Batch, DueErrand, Errand, Error, Known, Partition, Receipt, Write};
use cuecard_model::{Event, IncomingMessage, MerchantId, Reply, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::task::JoinSet;

use super::{
    note, poll,
    post::{Note, post},
    receive,
};
use crate::{
    app::App,
    clock,
    http::{Problem, messages},
    outbox::until,
    webhooks::chatwoot::{Said, Told},
};

/// Errands that run at once.
const AT_ONCE: usize = 16;
/// After the engine or the plugins were busy, and while errands wait behind others.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
/// A turn that fails is tried so often.
const TRIES: u32 = 12;
/// Of them, a merchant's: a helpdesk that hangs holds up nobody else.
const EACH: usize = 6;
/// Errands looked at in one round.
const LOOK: usize = 256;

/// What an errand is about, as the engine keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub(super) enum Task {
    /// Something was told and waits for its turn.
    Take { said: Said, tries: u32 },
    /// A note is to be posted; `posting`: it may have been.
    Note(Note),
    /// All is done.
    Done { outcome: String, detail: String },
}

impl Task {
    pub(super) fn json(&self) -> Json {
        // Plain data, so it is always JSON.
        serde_json::to_value(self).unwrap_or_default()
    }

    pub(super) fn done(outcome: &str) -> Next {
        Self::ended(outcome, String::new())
    }

    pub(super) fn ended(outcome: &str, detail: String) -> Next {
        Next { task: Self::Done { outcome: outcome.to_owned(), detail }, due_at: None }
    }
}

/// What an errand becomes.
pub(super) struct Next {
    pub(super) task: Task,
    pub(super) due_at: Option<Timestamp>,
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
    let due = app.engine.errands_due(Partition::ALL, clock::now(), LOOK).await?;
    for DueErrand { merchant, errand } in due {
        let key = (merchant.clone(), Arc::clone(&errand.id));
        if ids.contains(&key) {
            continue;
        }
        // One that ends wakes this task.
        if ids.len() >= AT_ONCE || ids.iter().filter(|(whose, _)| *whose == merchant).count() >= EACH {
            continue;
        }
        ids.insert(key.clone());
        let app = Arc::clone(app);
        running.spawn(async move {
            one(&app, &merchant, errand).await;
            key
        });
    }
    if !ids.is_empty() {
        return Ok(Duration::from_secs(1));
    }
    Ok(until(app.engine.next_errand(Partition::ALL).await?).max(PAUSE))
}

async fn one(app: &Arc<App>, merchant: &MerchantId, errand: Errand) {
    let result = match serde_json::from_value(errand.body.clone()) {
        Ok(Task::Take { said, tries }) => take(app, merchant, &errand, said, tries).await,
        Ok(Task::Note(note)) => post(app, merchant, &errand, note).await,
        // Of another release.
        Ok(Task::Done { .. }) | Err(_) => keep(app, merchant, &errand, Task::done("unreadable")).await.map(drop),
    };
    if let Err(error) = result {
        tracing::warn!(%error, errand = &*errand.id, "an errand waits for the engine");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The errand as it stands then, or `None` if somebody else has changed it.
pub(super) async fn keep(
    app: &App,
    merchant: &MerchantId,
    errand: &Errand,
    next: Next,
) -> Result<Option<Errand>, Error> {
    let in_line = matches!(next.task, Task::Take { .. });
    let next = Errand { in_line, ..errand.next(next.task.json(), next.due_at, clock::now()) };
    let receipt = app.engine.commit(Batch::new(merchant.clone(), vec![Write::ErrandChange(next.clone())])).await?;
    Ok(matches!(receipt, Receipt::Kept(_)).then_some(next))
}

async fn take(app: &Arc<App>, merchant: &MerchantId, errand: &Errand, said: Said, tries: u32) -> Result<(), Error> {
    // Held to the end of the turn: the end of the host waits for it.
    let mut stopping = app.stopping.clone();
    let place = tokio::select! {
        place = Arc::clone(&app.turns).acquire_owned() => place,
        _ = stopping.wait_for(|stop| *stop) => return Ok(()),
    };
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
            None => untold(app, merchant, errand, message).await?,
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

/// A message of which the first word is that it was changed: it becomes what it would have been if it had been told, so
/// that whoever tells it late finds it.
async fn untold(app: &App, merchant: &MerchantId, errand: &Errand, message: &IncomingMessage) -> Result<Next, Failed> {
    if let Some(helpdesk) = app.helpdesks.of(merchant) {
        let told = Told {
            id: helpdesk.account.id(message.message_id.as_str()),
            conversation: errand.conversation.clone(),
            customer: errand.customer.clone(),
            said: Said::Message(Box::new(message.clone())),
        };
        receive::keep(&*app.engine, merchant, told, None, clock::now()).await?;
        app.helpdesks.waker.notify_one();
    }
    Ok(Task::done("untold"))
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
    Ok(Next { task: Task::Note(Note::new(number, note::text(&reply, &locale))), due_at: Some(now) })
}

/// A moment after another.
pub(super) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    Timestamp::from_millis(now.millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
}
