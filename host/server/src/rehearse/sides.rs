//! The two sides of a rehearsal: what answers each turn, and judges each event, twice.

use std::sync::Arc;

use cuecard_engine::{Engine, Error};
use cuecard_model::{ConversationId, CustomerId, Failure, FailureKind, MessageId};
use cuecard_pipeline::{
    Addressee, Answered, ComparedEvent, Decided, Ground, Judged, Occurrence, Snapshot, answer, compare, judge,
};
use cuecard_plugin::workers::{Busy, Workers};

use super::{Again, EventShown, Rehearsal, TurnShown, report::Clocks};
use crate::merchants::Settled;

/// What answers each turn twice.
pub(super) struct Sides {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) workers: Workers,
    pub(super) settled: Settled,
    pub(super) old: Arc<Snapshot>,
    pub(super) new: Arc<Snapshot>,
}

impl Sides {
    /// Answers turns until it is enough.
    pub(super) async fn turns(
        &self,
        found: &mut Rehearsal,
        turns: &[Again],
        show_all: bool,
        enough: &dyn Fn() -> bool,
    ) {
        let mut clocks = Clocks::default();
        for (number, again) in turns.iter().enumerate() {
            if enough() {
                found.summary.left_out += turns.len() - number;
                break;
            }
            let Ok((old, new)) = both(number, async |side| self.answer(self.side(side), again).await).await else {
                found.summary.left_out += 1;
                continue;
            };
            clocks.take(&old.calls, &new.calls);
            let shown = TurnShown::of(again, &found.plugin, &old, &new, compare(&old, &new));
            found.summary.count(&shown);
            if show_all || shown.different {
                found.turns.push(shown);
            }
        }
        found.times.extend(clocks.times());
    }

    /// Judges events until it is enough.
    pub(super) async fn events(
        &self,
        found: &mut Rehearsal,
        events: &[(CustomerId, Occurrence)],
        show_all: bool,
        enough: &dyn Fn() -> bool,
    ) -> Result<(), Error> {
        let mut clocks = Clocks::default();
        for (number, (customer, occurrence)) in events.iter().enumerate() {
            if enough() {
                found.summary.events_left_out += events.len() - number;
                break;
            }
            let Ok(judged) = both(number, async |side| self.judge(self.side(side), occurrence).await).await else {
                found.summary.events_left_out += 1;
                continue;
            };
            let (old, new) = self.worded(customer, occurrence, judged).await?;
            clocks.take(&old.calls, &new.calls);
            let shown = EventShown::of(occurrence, &found.plugin, &new, ComparedEvent::of(&old, &new));
            found.summary.count_event(&shown);
            if show_all || shown.different {
                found.events.push(shown);
            }
        }
        found.times.extend(clocks.times());
        Ok(())
    }

    fn side(&self, side: Side) -> &Snapshot {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    async fn answer(&self, snapshot: &Snapshot, again: &Again) -> Result<Answered, Busy> {
        let merchant = &self.settled.merchant;
        let understanding = snapshot.learn(&merchant.id);
        let ask = || answer(snapshot, &understanding, &self.workers, merchant, again.incoming.clone());
        let first = ask().await?;
        if first.reply.failures.iter().any(is_late) { ask().await } else { Ok(first) }
    }

    async fn judge(&self, snapshot: &Snapshot, occurrence: &Occurrence) -> Result<Judged, Busy> {
        let ask = || judge(snapshot, &self.workers, &self.settled.merchant, vec![occurrence.clone()]);
        let first = ask().await?.pop().unwrap_or_default();
        if first.failures.iter().any(is_late) { Ok(ask().await?.pop().unwrap_or_default()) } else { Ok(first) }
    }

    /// With the words of each contact. Of what surrounds them, channels and live data are today's, for both sides alike.
    async fn worded(
        &self,
        customer: &CustomerId,
        occurrence: &Occurrence,
        (old, new): (Judged, Judged),
    ) -> Result<(Decided, Decided), Error> {
        let (merchant, now) = (&self.settled.merchant.id, occurrence.now);
        let decides = |judged: &Judged| !judged.decisions.is_empty();
        let (context, facts) = if decides(&old) || decides(&new) {
            let (thread, message) = (ConversationId::from(""), MessageId::from(""));
            let context = self.engine.context(merchant, &thread, &message, customer, now).await?;
            (context, self.engine.contact_facts(merchant, customer, &[]).await?)
        } else {
            Default::default()
        };
        let (recent, live) = (&*context.customer.recent, &*context.live);
        let addressee = Addressee { customer: &occurrence.customer, recent, facts: &facts, live };
        let side = |side: Side, judged: Judged| {
            let snapshot = self.side(side);
            let understanding = snapshot.learn(merchant);
            let Settled { merchant, policy, .. } = &self.settled;
            let ground = Ground { snapshot, understanding: &understanding, merchant, policy, now };
            Decided::of(judged, &ground, &addressee, occurrence.event.at)
        };
        Ok((side(Side::Old, old), side(Side::New, new)))
    }
}

#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
}

/// Asks both. What comes second finds caches warm, so they take turns at it.
async fn both<T>(number: usize, ask: impl AsyncFn(Side) -> Result<T, Busy>) -> Result<(T, T), Busy> {
    if number.is_multiple_of(2) {
        Ok((ask(Side::Old).await?, ask(Side::New).await?))
    } else {
        let new = ask(Side::New).await?;
        Ok((ask(Side::Old).await?, new))
    }
}

/// Those that come first may have kept it waiting past its time by the clock: it is asked once more.
fn is_late(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Timeout | FailureKind::Killed | FailureKind::Skipped)
}
