//! The search for the first moment that every check allows.
//!
//! Each check is asked at a moment and names the first moment from there that it allows. The latest of these is the next
//! to ask at, until all agree, one says never, or the wait is too long. Knows no single rule.

use std::sync::Arc;

use cuecard_model::Timestamp;

use crate::{
    Answer, Check, CheckAnswer, Facts, Policy, Proposal, Reason, Verdict,
    case::{Case, clocks},
    clock::Clock,
    finding::{At, Finding},
};

/// Whether this proposal may be sent at this moment, later, or not at all. The same call gives the same answer.
pub fn decide(proposal: &Proposal, facts: &Facts, policy: &Policy, now: Timestamp) -> Verdict {
    let book = &policy.rulebook;
    let by_number = book.reaches_number(&proposal.channel);
    let (places, basis) = book.places.plausible(&facts.evidence, by_number, &policy.markets);
    let clocks = clocks(&places, policy, now.millis());
    let case = Case::new((proposal, facts, policy), (&places, basis), &clocks, now.millis());
    let until = now.millis() + policy.max_defer + 1;
    let merchant = Clock::new(Arc::clone(&policy.zone.0), &policy.zone.1, now.millis(), until);
    let home = clocks.first().filter(|_| !places.is_empty());
    let mut record = Record { checks: Vec::with_capacity(32), merchant, home };
    case.ask(now.millis(), &mut |finding| record.add(finding, now.millis()));
    let (answer, reason) = search(&case, now.millis(), &mut record);
    let place = basis.words().into();
    Verdict { at: now, answer, reason, rules: Arc::clone(&book.version), place, checks: record.checks }
}

fn search(case: &Case<'_>, now: i64, record: &mut Record<'_>) -> (Answer, Reason) {
    let (mut at, mut cause) = (now, Reason::Clear);
    loop {
        let (mut next, mut never) = (at, None);
        case.ask(at, &mut |finding| match finding.answer {
            At::Pass => {}
            At::Until(until) if until > next => (next, cause) = (until, finding.reason),
            At::Until(_) => {}
            At::Never => {
                never.get_or_insert(finding);
            }
        });
        if let Some(finding) = never {
            let reason = finding.reason;
            if at > now {
                record.add_last(finding, at);
            }
            return (Answer::Drop, reason);
        }
        if next > case.limit() {
            record.add_last(case.too_late(), case.limit());
            return (Answer::Drop, Reason::NoOpening);
        }
        if next == at {
            break;
        }
        at = next;
    }
    if at > now {
        return (Answer::Defer { until: Timestamp::from_millis(at) }, cause);
    }
    let holdout = case.ask_holdout();
    let held = holdout.answer == At::Never;
    record.add_last(holdout, now);
    if held { (Answer::Drop, Reason::Holdout) } else { (Answer::Send, Reason::Clear) }
}

/// The checks as they will be read.
struct Record<'a> {
    checks: Vec<Check>,
    merchant: Clock,
    home: Option<&'a Clock>,
}

impl Record<'_> {
    /// Adds what a check found. Of one rule at several places the hardest answer stands.
    fn add(&mut self, finding: Finding<'_>, at: i64) {
        let check = self.check(&finding, at);
        match self.checks.last_mut().filter(|last| Arc::ptr_eq(&last.rule, finding.rule)) {
            Some(last) if rank(last.answer) >= rank(check.answer) => {}
            Some(last) => *last = check,
            None => self.checks.push(check),
        }
    }

    /// Adds what decided in the end.
    fn add_last(&mut self, finding: Finding<'_>, at: i64) {
        let check = self.check(&finding, at);
        self.checks.push(check);
    }

    fn check(&self, finding: &Finding<'_>, at: i64) -> Check {
        let (answer, speaks_of) = match finding.answer {
            At::Pass => (CheckAnswer::Pass, at),
            At::Until(until) => (CheckAnswer::Until(Timestamp::from_millis(until)), until),
            At::Never => (CheckAnswer::Never, at),
        };
        Check {
            rule: Arc::clone(finding.rule),
            answer,
            reason: finding.reason,
            customer_time: finding.clock.or(self.home).map(|clock| clock.local(speaks_of)),
            merchant_time: self.merchant.local(speaks_of),
            detail: finding.detail.words(),
        }
    }
}

fn rank(answer: CheckAnswer) -> (u8, Timestamp) {
    match answer {
        CheckAnswer::Pass => (0, Timestamp::default()),
        CheckAnswer::Until(until) => (1, until),
        CheckAnswer::Never => (2, Timestamp::default()),
    }
}
