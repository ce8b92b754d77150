//! What a simulation found, counted and told.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc, time::Duration};

use cuecard_model::{CustomerId, Failure, Outreach, PluginVersion, ScenarioId, Timestamp};
use serde::Serialize;

/// A contact that came to its end: sent, or stopped for a reason.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Contact {
    pub(super) at: Timestamp,
    pub(super) customer: CustomerId,
    pub(super) plugin: PluginVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scenario: Option<ScenarioId>,
    pub(super) occurrence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<String>,
    pub(super) sent: bool,
    pub(super) reason: &'static str,
    pub(super) proposed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

/// What a simulation found.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) contacts: Vec<Contact>,
    people: usize,
    events: u64,
    proposed: BTreeMap<String, Proposed>,
    held: BTreeMap<&'static str, u64>,
    failures: BTreeMap<String, u64>,
    took: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
struct Proposed {
    all: u64,
    to_agents: u64,
}

impl Report {
    pub(super) fn new(people: usize) -> Self {
        Self {
            contacts: Vec::new(),
            people,
            events: 0,
            proposed: BTreeMap::new(),
            held: BTreeMap::new(),
            failures: BTreeMap::new(),
            took: Duration::ZERO,
        }
    }

    pub(super) fn next_id(&self) -> Arc<str> {
        let proposed: u64 = self.proposed.values().map(|proposed| proposed.all).sum();
        format!("s-{proposed:08}").into()
    }

    pub(super) fn event(&mut self, _: &str) {
        self.events += 1;
    }

    pub(super) fn failures(&mut self, failures: &[Failure]) {
        for failure in failures {
            let what = format!("{} {}: {}", failure.plugin, failure.kind.as_str(), failure.detail);
            *self.failures.entry(what).or_default() += 1;
        }
    }

    pub(super) fn proposed(&mut self, plugin: &PluginVersion, outreach: &Outreach, to_agent: bool) {
        let proposed = self.proposed.entry(name(plugin, outreach.scenario.as_ref())).or_default();
        proposed.all += 1;
        proposed.to_agents += u64::from(to_agent);
    }

    pub(super) fn held(&mut self, reason: &'static str) {
        *self.held.entry(reason).or_default() += 1;
    }

    pub(super) fn ended(&mut self, contact: Contact) {
        self.contacts.push(contact);
    }

    pub(super) fn took(&mut self, took: Duration) {
        self.contacts.sort_by(|one, other| (one.at, &one.customer).cmp(&(other.at, &other.customer)));
        self.took = took;
    }

    pub(super) fn lacks_consent(&self) -> bool {
        let lacking = self.contacts.iter().filter(|contact| contact.reason == "consent_missing").count();
        lacking * 2 > self.contacts.len()
    }

    pub(super) fn pace(&self) -> String {
        let pace = self.events as f64 / self.took.as_secs_f64().max(1e-9);
        format!(
            "{} events of {} customers in {:.2} s, {pace:.0} a second",
            self.events,
            self.people,
            self.took.as_secs_f64()
        )
    }

    /// The tables that people read.
    pub(super) fn tables(&self) -> String {
        let mut out = String::new();
        let sent = self.contacts.iter().filter(|contact| contact.sent).count();
        let proposed: u64 = self.proposed.values().map(|proposed| proposed.all).sum();
        let _ = writeln!(out, "{sent} of {proposed} contacts would have been sent\n");
        self.by_plugin(&mut out);
        counted(&mut out, "stopped by", &self.stopped());
        counted(
            &mut out,
            "held for a while by",
            &self.held.iter().map(|(why, count)| ((*why).to_owned(), *count)).collect(),
        );
        counted(&mut out, "sent on", &self.channels());
        self.weeks(&mut out);
        counted(&mut out, "failures of plugins", &self.failures);
        out
    }

    fn by_plugin(&self, out: &mut String) {
        let mut ended: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for contact in &self.contacts {
            let (sent, stopped) = ended.entry(name(&contact.plugin, contact.scenario.as_ref())).or_default();
            *(if contact.sent { sent } else { stopped }) += 1;
        }
        let width = self.proposed.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(20);
        let _ = writeln!(out, "{:<width$} {:>9} {:>9} {:>9} {:>11}", "", "proposed", "sent", "stopped", "ask agents");
        for (name, Proposed { all, to_agents }) in &self.proposed {
            let (sent, stopped) = ended.get(name).copied().unwrap_or_default();
            let _ = writeln!(out, "{name:<width$} {all:>9} {sent:>9} {stopped:>9} {to_agents:>11}");
        }
        out.push('\n');
    }

    fn stopped(&self) -> BTreeMap<String, u64> {
        count(self.contacts.iter().filter(|contact| !contact.sent).map(|contact| contact.reason.to_owned()))
    }

    fn channels(&self) -> BTreeMap<String, u64> {
        count(self.contacts.iter().filter(|contact| contact.sent).filter_map(|contact| contact.channel.clone()))
    }

    /// A bar for each week, so that a burst is seen.
    fn weeks(&self, out: &mut String) {
        const DAY: i64 = 24 * 3_600_000;
        const WEEK: i64 = 7 * DAY;
        /// The first Monday of the epoch.
        const MONDAY: i64 = 4 * DAY;
        const WIDEST: u64 = 50;
        let sent = self.contacts.iter().filter(|contact| contact.sent);
        let weeks = count(sent.map(|contact| (contact.at.millis() - MONDAY).div_euclid(WEEK)));
        let most = weeks.values().max().copied().unwrap_or(1);
        if !weeks.is_empty() {
            out.push_str("sent in the week from\n");
        }
        for (week, count) in &weeks {
            let day: String = Timestamp::from_millis(week * WEEK + MONDAY).to_string().chars().take(10).collect();
            let bar = "#".repeat(usize::try_from((count * WIDEST).div_ceil(most)).unwrap_or_default());
            let _ = writeln!(out, "  {day} {count:>7} {bar}");
        }
        if !weeks.is_empty() {
            out.push('\n');
        }
    }
}

/// What other settings would change, side by side.
pub(super) fn compare(one: &Report, other: &Report) -> String {
    let mut out = String::from("what the other settings change\n");
    let _ = writeln!(out, "{:<32} {:>9} {:>9} {:>9}", "", "settings", "against", "change");
    let sent = |report: &Report| {
        let sent = report.contacts.iter().filter(|contact| contact.sent);
        count(sent.map(|contact| format!("sent    {}", name(&contact.plugin, contact.scenario.as_ref()))))
    };
    let stopped = |report: &Report| {
        report.stopped().into_iter().map(|(why, count)| (format!("stopped {why}"), count)).collect::<BTreeMap<_, _>>()
    };
    for table in [&sent as &dyn Fn(&Report) -> BTreeMap<String, u64>, &stopped] {
        let (before, after) = (table(one), table(other));
        let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for name in names {
            let of =
                |counts: &BTreeMap<String, u64>| i64::try_from(counts.get(name).copied().unwrap_or(0)).unwrap_or(0);
            let (before, after) = (of(&before), of(&after));
            let _ = writeln!(out, "{name:<32} {before:>9} {after:>9} {:>+9}", after - before);
        }
    }
    out
}

fn name(plugin: &PluginVersion, scenario: Option<&ScenarioId>) -> String {
    scenario.map_or_else(|| plugin.id.to_string(), |scenario| format!("{}, {scenario}", plugin.id))
}

fn count<T: Ord>(items: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    items.fold(BTreeMap::new(), |mut counts, item| {
        *counts.entry(item).or_default() += 1;
        counts
    })
}

fn counted(out: &mut String, title: &str, counts: &BTreeMap<String, u64>) {
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    let mut largest: Vec<_> = counts.iter().collect();
    largest.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (name, count) in largest {
        let _ = writeln!(out, "  {count:>7}  {name}");
    }
    out.push('\n');
}
