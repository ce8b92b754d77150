//! What canaries and the versions beside them have done: counts the calls, the suggestions and what agents made of them.
//!
//! A turn is counted for the canary of the snapshot that it ran on. Knows no judgement: that is the registry's.

use std::sync::Arc;

use cuecard_engine::{Feedback, FeedbackAction, TurnRecord};
use cuecard_model::{ConversationId, MerchantId, PluginVersion, Reply};
use cuecard_pipeline::{CallReport, Snapshot, share::draw};
use cuecard_plugin::{canary::Trial, generation::Served};

use crate::app::App;

/// Counts hook calls.
pub(crate) fn calls(snapshot: &Snapshot, merchant: &MerchantId, calls: &[CallReport]) {
    for (served, trial) in running(snapshot, merchant) {
        for call in calls.iter().filter(|call| call.plugin.id == served.stable.plugin.id) {
            if let Some(is_candidate) = whose(served, trial, &call.plugin) {
                trial.count(is_candidate, |counts| {
                    counts.call(call.failure.as_ref().map(|failed| failed.kind).or(call.unusable), call.processor_us)
                });
            }
        }
    }
}

/// Counts what agents are offered.
pub(crate) fn offered(snapshot: &Snapshot, merchant: &MerchantId, conversation: &ConversationId, reply: &Reply) {
    for (served, trial) in running(snapshot, merchant) {
        for suggestion in &reply.suggestions {
            if let Some(is_candidate) = share_of(served, trial, &suggestion.plugin, conversation) {
                trial.count(is_candidate, |counts| counts.offered += 1);
            }
        }
    }
}

/// Counts a suggestion that an agent took, the first time.
pub(crate) fn accepted(snapshot: &Snapshot, merchant: &MerchantId, turn: &TurnRecord, plugin: &PluginVersion) {
    let Some((served, trial)) = running(snapshot, merchant).find(|(served, _)| served.stable.plugin.id == plugin.id)
    else {
        return;
    };
    let is_of_this = turn.generation >= trial.generation;
    if let Some(is_candidate) = share_of(served, trial, plugin, &turn.message.conversation).filter(|_| is_of_this) {
        trial.count(is_candidate, |counts| counts.accepted += 1);
    }
}

/// Counts what agents sent by themselves, without a click on it before that has been counted.
pub(crate) async fn sent(app: &App, merchant: &MerchantId, judged: &[Feedback]) {
    let Some(snapshot) = app.snapshot.load_full() else { return };
    for feedback in judged.iter().filter(|feedback| is_taken(feedback.action)) {
        if !running(&snapshot, merchant).any(|(served, _)| served.stable.plugin.id == feedback.plugin.id) {
            continue;
        }
        let id = &feedback.suggestion;
        let before = app.engine.feedback_on(merchant, std::slice::from_ref(id)).await.unwrap_or_default();
        if before.iter().any(|it| it.action == FeedbackAction::Inserted) {
            continue;
        }
        if let Ok(Some((turn, _))) = app.engine.suggestion(merchant, id).await {
            accepted(&snapshot, merchant, &turn, &feedback.plugin);
        }
    }
}

/// Whether an agent took it.
pub(crate) fn is_taken(action: FeedbackAction) -> bool {
    matches!(action, FeedbackAction::Inserted | FeedbackAction::Sent | FeedbackAction::Edited)
}

fn running<'a>(
    snapshot: &'a Snapshot,
    merchant: &MerchantId,
) -> impl Iterator<Item = (&'a Served, &'a Arc<Trial>)> + use<'a> {
    snapshot.generation.served(merchant).filter_map(|served| Some((served, served.trial.as_ref()?)))
}

/// Whether it is the canary (true) or the version beside it.
fn whose(served: &Served, trial: &Trial, plugin: &PluginVersion) -> Option<bool> {
    let is_candidate = trial.plugin.plugin == *plugin;
    (is_candidate || served.stable.plugin == *plugin).then_some(is_candidate)
}

/// The same, without what the one said in a conversation of the other, because that failed.
fn share_of(served: &Served, trial: &Trial, plugin: &PluginVersion, conversation: &ConversationId) -> Option<bool> {
    let is_candidate = whose(served, trial, plugin)?;
    (is_candidate == (draw(&trial.salt, conversation) < trial.terms.share)).then_some(is_candidate)
}
