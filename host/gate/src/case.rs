//! One proposal with its facts, made ready: which rules bind it, at which plausible places, by which clocks.
//!
//! Asked for a moment it puts every check in order. Knows nothing of the search over moments.

use std::sync::Arc;

use cuecard_model::{Purpose, Timestamp};

use crate::{
    ConsentAnswer, Facts, Form, Policy, Proposal, Reason,
    clock::Clock,
    consent::consent,
    finding::{At, Detail, Finding},
    limits::{Cap, Holidays, Hours, Per},
    places::{Basis, Place},
    policy::Pause,
    week::DAY,
};

/// A plausible place and its clock.
type Site<'a> = (&'a Place, &'a Clock);

/// Hours that bind at a place.
struct BoundHours<'a> {
    hours: &'a Hours,
    clock: &'a Clock,
    holidays: Holidays<'a>,
    waived: bool,
}

/// A cap that binds at a place, with the sends that it counts.
struct BoundCap<'a> {
    cap: &'a Cap,
    clock: &'a Clock,
    counted: Arc<[i64]>,
}

/// One proposal, ready to be asked about moments.
pub(crate) struct Case<'a> {
    proposal: &'a Proposal,
    facts: &'a Facts,
    policy: &'a Policy,
    /// The last moment that is looked at.
    limit: i64,
    basis: Basis,
    attended: bool,
    /// What one rule binds at several places stands together, so that a verdict can name the hardest of them.
    hours: Vec<BoundHours<'a>>,
    caps: Vec<BoundCap<'a>>,
}

/// The clocks of the plausible places, each zone once; the merchant's own if there is none.
pub(crate) fn clocks(places: &[Place], policy: &Policy, now: i64) -> Vec<Clock> {
    let (from, to) = (now - 3 * DAY, now + policy.max_defer + 2 * DAY);
    let mut clocks: Vec<Clock> = Vec::with_capacity(places.len().max(1));
    for place in places {
        if clocks.iter().all(|clock| clock.zone != place.zone) {
            let zone = policy.rulebook.places.zone(&place.zone).unwrap_or(jiff::tz::TimeZone::UTC);
            clocks.push(Clock::new(Arc::clone(&place.zone), &zone, from, to));
        }
    }
    if clocks.is_empty() {
        clocks.push(Clock::new(Arc::clone(&policy.zone.0), &policy.zone.1, from, to));
    }
    clocks
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        (proposal, facts, policy): (&'a Proposal, &'a Facts, &'a Policy),
        (places, basis): (&'a [Place], Basis),
        clocks: &'a [Clock],
        now: i64,
    ) -> Self {
        let (limit, attended) = (now + policy.max_defer, policy.rulebook.is_attended(&proposal.channel));
        let (hours, caps) = (Vec::with_capacity(16), Vec::with_capacity(8));
        let mut case = Self { proposal, facts, policy, limit, basis, attended, hours, caps };
        let clock_of = |place: &Place| clocks.iter().find(|clock| clock.zone == place.zone);
        let sites: Vec<Site<'a>> = places.iter().filter_map(|place| Some((place, clock_of(place)?))).collect();
        let mut countries: Vec<&Arc<str>> = places.iter().map(|place| &place.country).collect();
        countries.dedup();
        for hours in countries.iter().flat_map(|country| policy.rulebook.hours_of(country)).chain(&policy.hours) {
            case.bind_hours(hours, &sites, now);
        }
        let at_home = clocks.first().into_iter().filter(|_| sites.is_empty());
        for cap in countries.iter().flat_map(|country| policy.rulebook.caps_of(country)).chain(&policy.caps) {
            let there = sites.iter().filter(|(place, _)| cap.scope.holds_at(place)).map(|(_, clock)| *clock);
            case.bind_cap(cap, there.chain(at_home.clone()));
        }
        case
    }

    fn bind_hours(&mut self, hours: &'a Hours, sites: &[Site<'a>], now: i64) {
        let Proposal { channel, purpose, .. } = self.proposal;
        if !hours.scope.binds(channel, *purpose, self.attended) {
            return;
        }
        let granted = |purpose| {
            let record = consent(&self.facts.consents, purpose, channel, Timestamp::from_millis(now));
            record.is_some_and(|record| record.answer == ConsentAnswer::Granted)
        };
        let waived = hours.waived_by.is_some_and(granted);
        let first = self.hours.len();
        for (place, clock) in sites.iter().filter(|(place, _)| hours.scope.holds_at(place)) {
            let holidays = match hours.week.holiday {
                Some(_) => {
                    [self.policy.rulebook.holidays(&place.country), hours.added.as_ref()].map(|it| it.map(Arc::as_ref))
                }
                None => [None, None],
            };
            let mut bound = self.hours.iter().skip(first);
            if hours.week.holiday.is_some() || !bound.any(|bound| std::ptr::eq(bound.clock, *clock)) {
                self.hours.push(BoundHours { hours, clock, holidays, waived });
            }
        }
    }

    fn bind_cap(&mut self, cap: &'a Cap, clocks: impl Iterator<Item = &'a Clock>) {
        let Proposal { channel, purpose, .. } = self.proposal;
        if !cap.scope.binds(channel, *purpose, self.attended) {
            return;
        }
        let mut clocks = clocks.peekable();
        if clocks.peek().is_none() {
            return;
        }
        let attended = |channel: &str| self.policy.rulebook.is_attended(channel);
        let counted: Arc<[i64]> = cap.counted(&self.facts.sends, attended).into();
        let first = self.caps.len();
        for clock in clocks {
            // Hours back are the same everywhere; a calendar day is not.
            let told = |bound: &BoundCap<'_>| matches!(cap.per, Per::Back(_)) || std::ptr::eq(bound.clock, clock);
            if !self.caps.iter().skip(first).any(told) {
                self.caps.push(BoundCap { cap, clock, counted: Arc::clone(&counted) });
            }
        }
    }

    /// The last moment that is looked at.
    pub(crate) fn limit(&self) -> i64 {
        self.limit
    }

    /// Every check but the holdout, at one moment.
    pub(crate) fn ask(&self, at: i64, tell: &mut impl FnMut(Finding<'a>)) {
        self.ask_merchant(at, tell);
        self.ask_customer(at, tell);
        self.ask_channel(at, tell);
        self.ask_place(tell);
        for bound in &self.hours {
            tell(self.ask_hours(bound, at));
        }
        for bound in &self.caps {
            tell(self.ask_cap(bound, at));
        }
    }

    /// Whether the customer is held out: asked when nothing else stands against sending, so that both groups are those
    /// who would have been contacted.
    pub(crate) fn ask_holdout(&self) -> Finding<'a> {
        let held = self.policy.holdout.has(&self.facts.customer, self.proposal.purpose);
        let (answer, words) = if held { (At::Never, "held out") } else { (At::Pass, "not held out") };
        Finding::new(&self.policy.rulebook.own.holdout, Reason::Holdout, answer, Detail::Words(words))
    }

    /// What is found when no moment up to the limit is allowed.
    pub(crate) fn too_late(&self) -> Finding<'a> {
        let words = Detail::Words("no moment within the longest wait is allowed by every check");
        Finding::new(&self.policy.rulebook.own.search, Reason::NoOpening, At::Never, words)
    }

    fn ask_merchant(&self, at: i64, tell: &mut impl FnMut(Finding<'a>)) {
        let own = &self.policy.rulebook.own;
        let paused = match self.policy.pause {
            Pause::No => At::Pass,
            Pause::Until(until) => At::not_before(until.millis(), at),
            Pause::Open => At::Never,
        };
        tell(Finding::new(&own.paused, Reason::Paused, paused, Detail::Nothing));
        let taken = At::never_if(self.facts.earlier.is_some());
        tell(Finding::new(&own.duplicate, Reason::Duplicate, taken, Detail::Nothing));
        let late = At::never_if(self.proposal.valid_until.is_some_and(|until| at > until.millis()));
        tell(Finding::new(&own.expired, Reason::Expired, late, Detail::Nothing));
    }

    fn ask_customer(&self, at: i64, tell: &mut impl FnMut(Finding<'a>)) {
        let (own, facts, proposal) = (&self.policy.rulebook.own, self.facts, self.proposal);
        let suppressed =
            facts.suppressions.iter().any(|it| it.channel.as_deref().is_none_or(|only| *only == *proposal.channel));
        tell(Finding::new(&own.suppressed, Reason::Suppressed, At::never_if(suppressed), Detail::Nothing));
        tell(self.ask_consent(at));
        if proposal.purpose == Purpose::Marketing {
            let ordered = facts.last_order.is_some_and(|order| order > proposal.reason_at);
            tell(Finding::new(&own.order_since, Reason::OrderedSince, At::never_if(ordered), Detail::Nothing));
        }
        let quiet =
            facts.conversation.as_ref().map(|open| open.last_message_at.millis() + self.policy.conversation_quiet);
        let answer = quiet.map_or(At::Pass, |quiet| At::not_before(quiet, at));
        tell(Finding::new(&own.conversation, Reason::ConversationOpen, answer, Detail::Nothing));
    }

    fn ask_consent(&self, at: i64) -> Finding<'a> {
        let (own, proposal) = (&self.policy.rulebook.own, self.proposal);
        let moment = Timestamp::from_millis(at);
        let last = consent(&self.facts.consents, proposal.purpose.into(), &proposal.channel, moment);
        let (reason, answer, words) = match (last.map(|record| record.answer), proposal.purpose) {
            (Some(ConsentAnswer::Granted), _) => (Reason::Clear, At::Pass, "granted"),
            (Some(ConsentAnswer::Withdrawn), _) => (Reason::ConsentWithdrawn, At::Never, "withdrawn"),
            (None, Purpose::Service) => (Reason::Clear, At::Pass, "service, never withdrawn"),
            (None, Purpose::Marketing) => (Reason::ConsentMissing, At::Never, "never granted"),
        };
        Finding::new(&own.consent, reason, answer, Detail::Words(words))
    }

    fn ask_channel(&self, at: i64, tell: &mut impl FnMut(Finding<'a>)) {
        let Some(window) = self.policy.rulebook.window(&self.proposal.channel) else { return };
        let last = self.facts.last_inbound.get(&*self.proposal.channel);
        let open = last.is_some_and(|last| at < last.millis() + window.span);
        let template = window.template && self.proposal.form == Form::Template;
        let words = match (open, template) {
            (true, _) => "the customer wrote within the window",
            (false, true) => "an approved template",
            (false, false) if window.template => "the window is shut: a template alone may be sent",
            (false, false) => "the window is shut",
        };
        tell(Finding::new(&window.rule, Reason::ChannelWindow, At::never_if(!open && !template), Detail::Words(words)));
    }

    fn ask_place(&self, tell: &mut impl FnMut(Finding<'a>)) {
        let unknown = self.basis == Basis::Nothing && !self.attended;
        let detail = Detail::Words(self.basis.words());
        tell(Finding::new(&self.policy.rulebook.own.place, Reason::PlaceUnknown, At::never_if(unknown), detail));
    }

    fn ask_hours(&self, bound: &BoundHours<'a>, at: i64) -> Finding<'a> {
        let BoundHours { hours, clock, holidays, waived } = *bound;
        let (day, _) = clock.read(at);
        let reason = if hours.is_holiday(day, holidays) { Reason::PublicHoliday } else { Reason::QuietHours };
        let answer = if waived { At::Pass } else { self.from(at, hours.first(at, self.limit, clock, holidays)) };
        let unsure = holidays.into_iter().flatten().find(|calendar| !calendar.covers(day));
        let detail = match (waived, unsure, holidays) {
            (true, ..) => Detail::Words("waived by the customer's consent"),
            (_, Some(calendar), _) => Detail::HolidaysThrough(calendar.through),
            (_, _, [None, None]) if hours.week.holiday.is_some() => Detail::Words("no public holidays are known here"),
            _ => Detail::Nothing,
        };
        Finding { rule: &hours.rule, reason, answer, clock: Some(clock), detail }
    }

    fn ask_cap(&self, bound: &BoundCap<'a>, at: i64) -> Finding<'a> {
        let BoundCap { cap, clock, counted } = bound;
        let in_force = clock.read(at).0 >= cap.since;
        let first = if in_force { cap.first(at, self.limit, clock, counted) } else { Some(at) };
        let detail = Detail::Used(cap.used(at, clock, counted), cap.count, cap.per);
        let (answer, clock) = (self.from(at, first), Some(*clock));
        Finding { rule: &cap.rule, reason: Reason::FrequencyCap, answer, clock, detail }
    }

    /// The first moment that a rule allows, as an answer; beyond the limit if there is none.
    fn from(&self, at: i64, first: Option<i64>) -> At {
        match first {
            Some(first) if first <= at => At::Pass,
            Some(first) => At::Until(first),
            None => At::Until(self.limit + 1),
        }
    }
}
