//! What turns and events have in common on their way to a worker: whom they ask, in which order, by when.

use std::time::Duration;

use cuecard_model::{Classification, Decision, Timestamp};

use crate::job::{Answer, Ask, Called, ClassifyJob, EventJob, LoadId, Request, TurnJob, WorkedDraft};

/// What a worker that comes second has at least, in milliseconds.
const SECOND_BUDGET_MS: u32 = 20;

/// What is left of a budget once some time is gone.
pub fn less(budget_ms: u32, spent: Duration) -> u32 {
    let spent = u32::try_from(spent.as_millis()).unwrap_or(u32::MAX);
    budget_ms.saturating_sub(spent).max(SECOND_BUDGET_MS)
}

/// What turns and events have in common on their way to a worker.
pub(super) trait Job: Sized {
    type Reply;
    fn asks(&self) -> Vec<LoadId>;
    fn now(&self) -> Timestamp;
    /// Leaves those alone, in this order.
    fn keep(&mut self, loads: &[LoadId]);
    /// Wants processor time of each call.
    fn time(&mut self);
    /// Time that is gone before the next worker begins.
    fn spend(&mut self, time: Duration);
    fn into_request(self) -> Request;
    fn of(request: &mut Request) -> Option<&mut Self>;
    fn reply(answer: Answer) -> Vec<Called<Self::Reply>>;
}

impl Job for TurnJob {
    type Reply = Vec<WorkedDraft>;

    fn asks(&self) -> Vec<LoadId> {
        self.compose.iter().chain(&self.localize).map(|ask| ask.load).collect()
    }

    fn now(&self) -> Timestamp {
        self.turn.now
    }

    fn keep(&mut self, loads: &[LoadId]) {
        let kept = |ask: &Ask| loads.contains(&ask.load);
        let place = |ask: &Ask| loads.iter().position(|load| *load == ask.load);
        self.compose.retain(kept);
        self.compose.sort_by_key(place);
        // What one `localize` hook makes of a draft is the next one's: their order is not ours to change.
        self.localize.retain(kept);
    }

    fn time(&mut self) {
        self.compose.iter_mut().chain(&mut self.localize).for_each(|ask| ask.timed = true);
    }

    fn spend(&mut self, time: Duration) {
        self.budget_ms = less(self.budget_ms, time);
    }

    fn into_request(self) -> Request {
        Request::Turn(Box::new(self))
    }

    fn of(request: &mut Request) -> Option<&mut Self> {
        if let Request::Turn(job) = request { Some(job) } else { None }
    }

    fn reply(answer: Answer) -> Vec<Called<Self::Reply>> {
        if let Answer::Turn(called) = answer { called } else { Vec::new() }
    }
}

impl Job for ClassifyJob {
    type Reply = Classification;

    fn asks(&self) -> Vec<LoadId> {
        self.classify.iter().map(|ask| ask.load).collect()
    }

    fn now(&self) -> Timestamp {
        self.turn.now
    }

    fn keep(&mut self, loads: &[LoadId]) {
        // The last word counts: who has it is not for their standing to decide.
        self.classify.retain(|ask| loads.contains(&ask.load));
    }

    fn time(&mut self) {
        self.classify.iter_mut().for_each(|ask| ask.timed = true);
    }

    fn spend(&mut self, time: Duration) {
        self.budget_ms = less(self.budget_ms, time);
    }

    fn into_request(self) -> Request {
        Request::Classify(Box::new(self))
    }

    fn of(request: &mut Request) -> Option<&mut Self> {
        if let Request::Classify(job) = request { Some(job) } else { None }
    }

    fn reply(answer: Answer) -> Vec<Called<Self::Reply>> {
        if let Answer::Classify(called) = answer { called } else { Vec::new() }
    }
}

impl Job for EventJob {
    type Reply = Vec<Decision>;

    fn asks(&self) -> Vec<LoadId> {
        self.trigger.iter().map(|ask| ask.load).collect()
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn keep(&mut self, loads: &[LoadId]) {
        self.trigger.retain(|ask| loads.contains(&ask.load));
        self.trigger.sort_by_key(|ask| loads.iter().position(|load| *load == ask.load));
    }

    fn time(&mut self) {
        self.trigger.iter_mut().for_each(|ask| ask.timed = true);
    }

    fn spend(&mut self, _: Duration) {}

    fn into_request(self) -> Request {
        Request::Events(vec![self])
    }

    fn of(request: &mut Request) -> Option<&mut Self> {
        if let Request::Events(jobs) = request { jobs.first_mut() } else { None }
    }

    fn reply(answer: Answer) -> Vec<Called<Self::Reply>> {
        if let Answer::Events(events) = answer { events.into_iter().flatten().collect() } else { Vec::new() }
    }
}
