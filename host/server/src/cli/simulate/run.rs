//! The loop: each customer's events, timers and contacts in the order of their moments, many customers at once.
//!
//! What concerns one customer never touches another, so it does not matter in which order customers come.

use std::{sync::Arc, time::Instant};

use anyhow::anyhow;
use cuecard_gate::{Policy, Rulebook};
use cuecard_model::{Decision, Event, PastContact, Timestamp};
use cuecard_pipeline::{
    Addressee, Ground, Judged, Judgement, Merchant, Occurrence, Snapshot, Step, Wish, attempt, judge, propose,
};
use cuecard_plugin::workers::Workers;
use cuecard_understand::Understanding;

use super::{
    person::{Next, Person, Waiting},
    report::{Contact, Report},
};
use crate::cli::lines::Progress;

/// Customers who are taken together: one exchange with a worker carries an event of each.
const AT_ONCE: usize = 256;

/// What every simulation runs on.
pub(super) struct Run<'a> {
    snapshot: &'a Snapshot,
    understanding: Arc<Understanding>,
    workers: &'a Workers,
}

/// One simulation.
struct World<'a> {
    run: &'a Run<'a>,
    merchant: &'a Merchant,
    policy: Policy,
    report: Report,
    progress: Progress,
}

impl<'a> Run<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, workers: &'a Workers) -> Self {
        Self { snapshot, understanding: snapshot.learn(&"offline".into()), workers }
    }

    /// What would have been sent to these people under a merchant's settings.
    pub(super) async fn of(&self, merchant: &Merchant, mut people: Vec<Person>) -> anyhow::Result<Report> {
        let policy = Policy::new(&merchant.id, &merchant.outreach, Rulebook::shipped()?)?;
        let report = Report::new(people.len());
        let mut world = World { run: self, merchant, policy, report, progress: Progress::new("events") };
        let began = Instant::now();
        for group in people.chunks_mut(AT_ONCE) {
            world.live(group).await?;
        }
        let World { mut report, progress, .. } = world;
        progress.finish();
        report.took(began.elapsed());
        Ok(report)
    }
}

impl World<'_> {
    /// Until nothing more is to come for anybody of these.
    async fn live(&mut self, people: &mut [Person]) -> anyhow::Result<()> {
        loop {
            let (mut places, mut occurrences) = (Vec::new(), Vec::new());
            for (place, person) in people.iter_mut().enumerate() {
                // Contacts cost no exchange, so all that are due before the next event are looked at here.
                while let Some((at, next)) = person.next() {
                    match next {
                        Next::Contact(waiting) => self.look_again(person, *waiting, at),
                        Next::Event(event) => {
                            places.push((place, event.clone(), at));
                            occurrences.push(occurrence(person, event, at));
                            break;
                        }
                    }
                }
            }
            if occurrences.is_empty() {
                return Ok(());
            }
            for (judged, (place, event, at)) in self.judge(occurrences).await?.into_iter().zip(places) {
                self.progress.step();
                let Some(person) = people.get_mut(place) else { continue };
                self.take(person, &event, judged, at);
            }
        }
    }

    async fn judge(&self, occurrences: Vec<Occurrence>) -> anyhow::Result<Vec<Judged>> {
        let Run { snapshot, workers, .. } = self.run;
        judge(snapshot, workers, self.merchant, occurrences).await.map_err(|busy| anyhow!("{busy}"))
    }

    fn take(&mut self, person: &mut Person, event: &Event, judged: Judged, at: Timestamp) {
        self.report.event(&event.kind);
        self.report.failures(&judged.failures);
        judged.key_writes.into_iter().for_each(|(set, writes)| person.keep(set, writes));
        for (plugin, decision) in judged.decisions {
            match decision {
                Decision::Timer(timer) => person.set(plugin.id, timer),
                Decision::Cancel(key) => person.cancel(plugin.id, key),
                Decision::Outreach(outreach) => {
                    let id = self.report.next_id();
                    let (channel, due) = (None, at);
                    let wish = Waiting { id, plugin, outreach, channel, event_at: event.at, created_at: at, due };
                    self.propose(person, wish, at);
                }
            }
        }
    }

    fn propose(&mut self, person: &mut Person, mut wish: Waiting, at: Timestamp) {
        let known = |past: &PastContact| past.stands && past.occurrence == wish.outreach.occurrence;
        if person.facts.contacts.iter().any(known) {
            return;
        }
        let judged = propose(&self.ground(at), &addressee(person), &wished(&wish));
        self.report.proposed(&wish.plugin, &wish.outreach, judged.step == Step::Propose);
        let stands = !matches!(judged.step, Step::Drop | Step::Fail);
        person.facts.contacts.insert(0, past(&wish, &judged, stands));
        wish.channel.clone_from(&judged.channel);
        match judged.step {
            Step::Drop | Step::Fail => self.end(person, &wish, &judged, at),
            Step::Wait(until) => {
                self.report.held(judged.reason);
                person.wait(Waiting { due: until, ..wish });
            }
            Step::Propose | Step::Send => self.look_again(person, wish, at),
        }
    }

    fn look_again(&mut self, person: &mut Person, wish: Waiting, at: Timestamp) {
        let judged = attempt(&self.ground(at), &addressee(person), &wished(&wish), wish.channel.as_deref(), None);
        match judged.step {
            Step::Wait(until) => {
                self.report.held(judged.reason);
                person.wait(Waiting { due: until, ..wish });
            }
            _ => self.end(person, &wish, &judged, at),
        }
    }

    /// It was sent, or never will be.
    fn end(&mut self, person: &mut Person, wish: &Waiting, judged: &Judgement, at: Timestamp) {
        let sent = matches!(judged.step, Step::Send | Step::Propose);
        if let Some(past) = person.facts.contacts.iter_mut().find(|past| past.id == wish.id) {
            past.attempted_at = sent.then_some(at);
            past.stands = sent;
            past.channel = judged.channel.as_deref().map(Into::into);
        }
        person.facts.contacts.truncate(cuecard_model::ContactFacts::CONTACTS);
        self.report.ended(Contact {
            at,
            customer: person.customer.id.clone(),
            plugin: wish.plugin.clone(),
            scenario: wish.outreach.scenario.clone(),
            occurrence: wish.outreach.occurrence.clone(),
            channel: judged.channel.clone(),
            sent,
            reason: judged.reason,
            proposed_at: wish.created_at,
            text: judged.words.as_ref().map(|words| words.text.clone()),
        });
    }

    fn ground(&self, now: Timestamp) -> Ground<'_> {
        let Run { snapshot, understanding, .. } = self.run;
        Ground { snapshot, understanding, merchant: self.merchant, policy: &self.policy, now }
    }
}

fn occurrence(person: &Person, event: Event, now: Timestamp) -> Occurrence {
    Occurrence { event, customer: Arc::clone(&person.customer), keys: Arc::clone(&person.keys), now }
}

fn addressee(person: &Person) -> Addressee<'_> {
    Addressee { customer: &person.customer, recent: &person.recent, facts: &person.facts, live: &[] }
}

fn wished(wish: &Waiting) -> Wish<'_> {
    let Waiting { id, plugin, outreach, event_at, created_at, .. } = wish;
    Wish { id, plugin, outreach, event_at: *event_at, created_at: *created_at }
}

fn past(wish: &Waiting, judged: &Judgement, stands: bool) -> PastContact {
    PastContact {
        id: Arc::clone(&wish.id),
        occurrence: wish.outreach.occurrence.clone(),
        at: wish.created_at,
        channel: judged.channel.as_deref().map(Into::into),
        purpose: wish.outreach.purpose,
        stands,
        attempted_at: None,
    }
}
