//! An agent's message: kept, told to the other agents, and compared with what was offered for it.
//!
//! Nobody is asked what they did with a suggestion: what was really sent says it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use cuecard_engine::{
    Batch, Engine, Feedback, FeedbackAction, MessageRecord, Receipt, Spoken, TrialAnswer, Write, worth,
};
use cuecard_model::{IncomingMessage, MerchantId, Reply, Role, Suggestion, Timestamp};

use super::{
    Problem,
    messages::{known_already, record, unwritten},
    told::Told,
};
use crate::{
    app::App,
    edited::{Offer, source},
    rollout,
    taught::{lesson, trials},
};

/// Messages to look back over for what was offered: an agent answers the last few at once.
const BACK: usize = 12;

/// An agent's message is kept, and not answered.
pub(crate) async fn remember(
    app: &App,
    merchant: &MerchantId,
    message: IncomingMessage,
    now: Timestamp,
) -> Result<Response, Problem> {
    let before = app.engine.spoken(merchant, &message.conversation_id, None, BACK).await?;
    let name = app.engine.customer(merchant, &message.customer.id).await?.profile.and_then(|it| it.name.clone());
    let told = Told::new(&message, name.as_ref(), now);
    let mut writes = vec![Write::Message(record(&message, now))];
    let unanswered = unanswered(before);
    let feedback = feedback(&*app.engine, merchant, &message, &unanswered, now).await?;
    writes.extend(teaches(&unanswered, &message, &feedback, now));
    match app.engine.commit(Batch::new(merchant.clone(), writes)).await? {
        Receipt::Duplicate(known) => known_already(known),
        Receipt::Refused(_) => Err(unwritten()),
        Receipt::Kept(_) => {
            rollout::sent(app, merchant, &feedback).await;
            told.agents(app, merchant);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

/// What the message says about the suggestions that stood open: one was sent or edited, others were seen and passed over.
async fn feedback(
    engine: &dyn Engine,
    merchant: &MerchantId,
    message: &IncomingMessage,
    unanswered: &[Unanswered],
    now: Timestamp,
) -> Result<Vec<Feedback>, Problem> {
    let (offered, open) = offered(unanswered);
    let ids: Vec<_> = offered.iter().map(|suggestion| suggestion.id.clone()).collect();
    let done = engine.feedback_on(merchant, &ids).await?;
    let did = |suggestion: &Suggestion, action| {
        done.iter().find(|feedback| feedback.suggestion == suggestion.id && feedback.action == action)
    };
    let offer = |suggestion| {
        let inserted = did(suggestion, FeedbackAction::Inserted);
        let reworded = inserted.and_then(|inserted| inserted.final_text.as_deref());
        Offer { text: reworded.unwrap_or(&suggestion.text), was_inserted: inserted.is_some() }
    };
    let offers: Vec<_> = offered.iter().map(offer).collect();
    let found = source(&message.text, &offers);
    let judged = offered.iter().enumerate().filter_map(|(place, suggestion)| {
        let shown = did(suggestion, FeedbackAction::Shown);
        let (action, edit_share) = match found {
            Some((from, share)) if from == place && share > 0.0 => (FeedbackAction::Edited, Some(share)),
            Some((from, share)) if from == place => (FeedbackAction::Sent, Some(share)),
            _ if place >= open || shown.is_none() || did(suggestion, FeedbackAction::Dismissed).is_some() => {
                return None;
            }
            _ => (FeedbackAction::Ignored, None),
        };
        Some(Feedback {
            final_text: (action == FeedbackAction::Edited).then(|| message.text.clone()),
            edit_share,
            message: Some(message.message_id.clone()),
            took_ms: shown.map(|shown| took(shown.at, now)),
            agent: message.agent_id.clone(),
            ..Feedback::new(suggestion.id.clone(), suggestion.plugin.clone(), action, now)
        })
    });
    Ok(judged.collect())
}

/// A customer's message that waits for an answer, and what was offered for it.
struct Unanswered {
    message: MessageRecord,
    reply: Option<Reply>,
}

/// The messages that nobody has answered yet, newest first.
fn unanswered(before: Vec<Spoken>) -> Vec<Unanswered> {
    let waiting = before.into_iter().rev().take_while(|spoken| spoken.message.message.role == Role::Customer);
    let reply = |spoken: &Spoken| serde_json::from_str::<Reply>(&spoken.turn.as_ref()?.1).ok();
    waiting.map(|spoken| Unanswered { reply: reply(&spoken), message: spoken.message }).collect()
}

/// Suggestions for these messages, the newest message's first, and how many are its. The others were withdrawn: an agent
/// may have inserted one before, but has not passed them over.
fn offered(unanswered: &[Unanswered]) -> (Vec<Suggestion>, usize) {
    let replies = unanswered.iter().map(|waiting| waiting.reply.as_ref());
    let mut offered = replies.map(|reply| reply.map(|reply| reply.suggestions.clone()).unwrap_or_default());
    let mut all = offered.next().unwrap_or_default();
    let open = all.len();
    all.extend(offered.flatten());
    (all, open)
}

/// The feedback, what the suggestions' arms learn from it, and the answer for the experiments that wait for one.
fn teaches(unanswered: &[Unanswered], message: &IncomingMessage, feedback: &[Feedback], now: Timestamp) -> Vec<Write> {
    let sent = feedback.iter().find(|it| matches!(it.action, FeedbackAction::Sent | FeedbackAction::Edited));
    let edit_share = sent.and_then(|sent| sent.edit_share);
    let accepted = sent.map_or(0.0, |sent| worth(sent.edit_share.unwrap_or(0.0)));
    let at = message.at.unwrap_or(now);
    let mut writes: Vec<_> = feedback.iter().cloned().map(Write::Feedback).collect();
    for Unanswered { message, reply } in unanswered {
        let Some(reply) = reply else { continue };
        if feedback.iter().any(|it| reply.suggestions.iter().any(|suggestion| suggestion.id == it.suggestion)) {
            writes.push(lesson(reply));
        }
        let answer = TrialAnswer { at, accepted, edit_share, took_ms: took(message.message.at, at) };
        writes.extend(trials(reply, message, Some(answer)));
    }
    writes
}

/// Milliseconds from one moment to a later one.
pub(crate) fn took(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.millis().saturating_sub(from.millis())).unwrap_or(0)
}
