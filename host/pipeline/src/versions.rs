//! Which version of each plugin answers: the one that serves, a canary in its share of the conversations, the version
//! before where one is set aside; and who comes next if one fails.
//!
//! Owns that choice and its trace. It is a function of the generation, the conversation and how the versions have done.

use std::sync::Arc;

use cuecard_model::{ConversationId, Failure, FailureKind, MerchantId, Timestamp, Trace};
use cuecard_plugin::{
    generation::{LivePlugin, Served},
    job::LoadId,
};

use crate::{Snapshot, share::draw};

/// How often plugins are asked in one turn at most: a canary, the version beside it, the one before that.
pub(crate) const ROUNDS: usize = 3;

/// The versions of one turn, one of each plugin, in the order of the ids.
pub(crate) struct Versions<'a> {
    parts: Vec<Part<'a>>,
}

/// One plugin's part in a turn.
struct Part<'a> {
    served: &'a Served,
    answers: &'a Arc<LivePlugin>,
    next: Option<&'a Arc<LivePlugin>>,
    /// Why another one than the first answers.
    why: Option<String>,
}

/// A version that failed in this turn, and how.
#[derive(Clone, Debug)]
pub(crate) struct GivenUp {
    load: LoadId,
    kind: FailureKind,
}

impl<'a> Versions<'a> {
    /// Those of a conversation. Whom the turn has given up before does not answer, nor who rests while another is there.
    pub(crate) fn of(
        snapshot: &'a Snapshot,
        merchant: &MerchantId,
        conversation: &ConversationId,
        now: Timestamp,
        given_up: &[GivenUp],
    ) -> Self {
        let part = |served: &'a Served| Part::of(served, merchant, conversation, now, given_up);
        Self { parts: snapshot.generation.served(merchant).map(part).collect() }
    }

    /// Who answers.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = &'a Arc<LivePlugin>> {
        self.parts.iter().map(|part| part.answers)
    }

    /// Of those that failed, the ones behind whom somebody waits.
    pub(crate) fn give_up<'f>(&self, failures: impl IntoIterator<Item = &'f Failure>) -> Vec<GivenUp> {
        let given_up = failures.into_iter().filter_map(|failure| {
            let part = self.parts.iter().find(|part| part.answers.plugin == failure.plugin)?;
            part.next?;
            Some(GivenUp { load: part.answers.load_id()?, kind: failure.kind })
        });
        given_up.collect()
    }

    /// For each of these plugins where it is not the plain version that answers: which, and why.
    pub(crate) fn trace<'b>(&self, asked: impl Iterator<Item = &'b Arc<LivePlugin>> + Clone) -> Vec<Trace> {
        let asked = |part: &&Part<'_>| asked.clone().any(|plugin| Arc::ptr_eq(plugin, part.answers));
        self.parts.iter().filter(|part| !part.is_plain()).filter(asked).filter_map(Part::trace).collect()
    }
}

impl<'a> Part<'a> {
    fn of(
        served: &'a Served,
        merchant: &MerchantId,
        conversation: &ConversationId,
        now: Timestamp,
        given_up: &[GivenUp],
    ) -> Self {
        let draw = |salt: &str| draw(salt, conversation);
        let mut line = served.line(&draw);
        // A plugin without versions has the stable one.
        let mut part = Part { served, answers: line.next().unwrap_or(&served.stable), next: line.next(), why: None };
        while let Some(next) = part.next {
            let Some(why) = unfit(part.answers, merchant, now, given_up) else { break };
            part.why = Some(format!("{} {why}", part.answers.plugin.version));
            (part.answers, part.next) = (next, line.next());
        }
        part
    }

    fn is_plain(&self) -> bool {
        Arc::ptr_eq(self.answers, &self.served.stable) && self.why.is_none()
    }

    fn trace(&self) -> Option<Trace> {
        let trial = self.served.trial.as_ref().filter(|trial| Arc::ptr_eq(&trial.plugin, self.answers));
        let canary = trial.map(|trial| {
            let percent = (trial.terms.share * 1000.0).round() / 10.0;
            format!("a canary: serves {percent} % of the conversations beside {}", self.served.stable.plugin.version)
        });
        let why = self.why.as_ref().map(|why| format!("{why}; this version answers in its place")).or(canary)?;
        let (stage, rule) = (STAGE.to_owned(), self.answers.plugin.to_string());
        Some(Trace { stage, rule, before: None, after: None, why })
    }
}

/// The stage of these entries in a trace.
pub(crate) const STAGE: &str = "version";

/// Why a version does not answer.
fn unfit(plugin: &LivePlugin, merchant: &MerchantId, now: Timestamp, given_up: &[GivenUp]) -> Option<String> {
    let load = plugin.load_id()?;
    if let Some(GivenUp { kind, .. }) = given_up.iter().find(|it| it.load == load) {
        return Some(format!("failed in this turn ({})", kind.as_str()));
    }
    plugin.loadable.as_ref()?.standing().rests(merchant, now).map(|why| format!("is {why}"))
}
