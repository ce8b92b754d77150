//! What is told of outcomes, and what is counted over a window of time. Counts and sums alone: rates are the reader's.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_model::{ConversationId, CustomerId, ScenarioId, Timestamp, TurnId};
use serde::{Deserialize, Serialize};

/// What came of a conversation's case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// The matter is settled.
    Resolved,
    /// It is not.
    Reopened,
    /// It was passed on to somebody else.
    Escalated,
    /// The customer has rated it.
    Rated,
}

/// That something came of a conversation's case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseOutcome {
    /// The same id twice counts once.
    pub id: Arc<str>,
    /// Which conversation: its newest case is meant.
    pub conversation: ConversationId,
    /// With whom.
    pub customer: CustomerId,
    /// What.
    pub outcome: OutcomeKind,
    /// The rating, 1 to 5.
    pub score: Option<u8>,
    /// When.
    pub at: Timestamp,
    /// Who says so.
    pub by: Arc<str>,
}

/// That a person has looked over a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Which one.
    pub scenario: ScenarioId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Arc<str>,
    /// What they found, in their words.
    pub note: Option<String>,
}

/// Which turns and cases are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightQuery {
    /// From this moment.
    pub from: Timestamp,
    /// Up to this moment, without it.
    pub to: Timestamp,
    /// When it is asked: silence resolves a case.
    pub now: Timestamp,
    /// What was said from here on counts as lately.
    pub lately: Timestamp,
    /// Of this scenario alone.
    pub scenario: Option<String>,
    /// With offers of this plugin alone, in every version.
    pub plugin: Option<String>,
    /// Answered by this agent alone.
    pub agent: Option<String>,
    /// Texts of each kind, the newest ones.
    pub texts: usize,
}

/// What is counted over some turns and cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Customers' messages that were answered by the host.
    pub turns: u64,
    /// Those that want something and for which there was nothing to offer.
    pub uncovered: u64,
    /// Turns with an offer.
    pub offered: u64,
    /// With an offer on the screen.
    pub shown: u64,
    /// With an offer that was inserted, sent or edited.
    pub accepted: u64,
    /// Sent as it was offered.
    pub sent: u64,
    /// Sent with changes.
    pub edited: u64,
    /// Put away.
    pub dismissed: u64,
    /// The edit shares of what was sent or edited, summed.
    pub edit_sum: f64,
    /// Milliseconds from a customer's first waiting message to the answer, in no order.
    pub answers: Vec<u32>,
    /// Cases.
    pub cases: CaseTally,
}

/// What is counted over some cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseTally {
    /// All of them.
    pub all: u64,
    /// Those of which it is known how they went.
    pub decided: u64,
    /// Resolved.
    pub resolved: u64,
    /// Resolved at least once, now or before.
    pub ever_resolved: u64,
    /// Opened again at least once.
    pub reopened: u64,
    /// Passed on.
    pub escalated: u64,
    /// Rated.
    pub rated: u64,
    /// With four or five.
    pub rated_well: u64,
    /// The ratings, summed.
    pub score_sum: u64,
    /// The customer came frustrated or angry.
    pub came_angry: u64,
    /// And left neither disappointed, frustrated nor angry.
    pub calmed: u64,
    /// The customer came otherwise, and left frustrated or angry.
    pub turned_angry: u64,
    /// The customer had an order.
    pub ordered: u64,
    /// And none was refunded or cancelled in the month after.
    pub kept: u64,
}

impl Tally {
    /// Adds what another has counted.
    pub fn add(&mut self, other: &Self) {
        self.turns += other.turns;
        self.uncovered += other.uncovered;
        self.offered += other.offered;
        self.shown += other.shown;
        self.accepted += other.accepted;
        self.sent += other.sent;
        self.edited += other.edited;
        self.dismissed += other.dismissed;
        self.edit_sum += other.edit_sum;
        self.answers.extend_from_slice(&other.answers);
        self.cases.add(&other.cases);
    }
}

impl ScenarioTally {
    /// All of the window.
    pub fn whole(&self) -> Tally {
        let mut all = self.earlier.clone();
        all.add(&self.lately);
        all
    }
}

impl CaseTally {
    /// Adds what another has counted.
    pub fn add(&mut self, other: &Self) {
        self.all += other.all;
        self.decided += other.decided;
        self.resolved += other.resolved;
        self.ever_resolved += other.ever_resolved;
        self.reopened += other.reopened;
        self.escalated += other.escalated;
        self.rated += other.rated;
        self.rated_well += other.rated_well;
        self.score_sum += other.score_sum;
        self.came_angry += other.came_angry;
        self.calmed += other.calmed;
        self.turned_angry += other.turned_angry;
        self.ordered += other.ordered;
        self.kept += other.kept;
    }
}

/// How long an agent has been answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenure {
    /// Under 30 days.
    New,
    /// Under 180 days.
    Settled,
    /// From then on.
    Seasoned,
}

/// What customers did whom an outreach reached, or would have reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Customers.
    pub customers: u64,
    /// Those who wrote about the same in the fortnight after.
    pub wrote: u64,
    /// How many cases they opened by it.
    pub contacts: u64,
}

/// A scenario as it did over the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioTally {
    /// Before what counts as lately.
    pub earlier: Tally,
    /// Lately.
    pub lately: Tally,
    /// Its first turn ever.
    pub first_at: Option<Timestamp>,
}

/// A message for which there was nothing to offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// Its turn.
    pub turn: TurnId,
    /// What was written.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// An offer, and what was sent in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedOffer {
    /// Whose offer, `plugin@version`.
    pub plugin: String,
    /// For which scenario.
    pub scenario: String,
    /// Its heading.
    pub title: String,
    /// The words that were offered.
    pub offered: String,
    /// The words that were sent.
    pub sent: String,
}

/// What is counted over a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Insights {
    /// Everything.
    pub total: Tally,
    /// By the day, as days since 1970 in universal time.
    pub days: BTreeMap<i64, Tally>,
    /// By scenario.
    pub scenarios: BTreeMap<String, ScenarioTally>,
    /// By `plugin@version`.
    pub plugins: BTreeMap<String, Tally>,
    /// By how long the agent had been answering.
    pub tenures: BTreeMap<Tenure, Tally>,
    /// Where suggestions were offered, and where they were held out.
    pub with_suggestions: Tally,
    /// Where they were held out.
    pub held_out: Tally,
    /// For the scenarios of outreach: who was contacted, and who was held out.
    pub prevented: BTreeMap<String, (Group, Group)>,
    /// The newest messages for which there was nothing to offer.
    pub unheard: Vec<Unheard>,
    /// The newest offers that were edited.
    pub edited: Vec<EditedOffer>,
    /// Who has looked over which scenario.
    pub reviews: Vec<Review>,
    /// All agents who have answered.
    pub agents: Vec<String>,
}
