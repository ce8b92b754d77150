//! What plugins said to their authors and how they failed, lately: a short memory for each merchant and plugin, and who
//! reads along. In memory alone, bounded in lines, bytes and plugins. Knows no route.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use cuecard_model::{
    CustomerId, EventId, Failure, FailureKind, MerchantId, PluginId, PluginVersion, Timestamp, TurnId,
};
use cuecard_pipeline::{CallReport, Snapshot};
use cuecard_plugin::call::LogLevel;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::{app::App, metrics::CHECKS, rollout};

/// Lines remembered of one plugin, for one merchant.
const LINES: usize = 500;
/// Bytes of text remembered of one plugin, for one merchant.
const BYTES: usize = 64 << 10;
/// Failures remembered beside the lines, so that a talkative plugin does not talk them away.
const FAILURES: usize = 20;
/// Plugins of all merchants that are remembered: some 64 MiB if each has said all it can.
const PLUGINS: usize = 1000;
/// Lines that wait for one reader.
const WAITING: usize = 256;
/// Who reads along with one plugin of one merchant.
const READERS: usize = 32;

/// All that is remembered.
#[derive(Debug, Default)]
pub struct Journal {
    plugins: RwLock<HashMap<Key, Arc<Mutex<Remembered>>>>,
    last: AtomicU64,
}

type Key = (MerchantId, PluginId);

/// A line of a plugin, or a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Grows with every line, also over a restart.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Which version said it.
    pub plugin: PluginVersion,
    /// In which hook; `checks`: when the host looked at what it had offered.
    pub hook: &'static str,
    /// How much it matters.
    pub level: LogLevel,
    /// The line, or the reason of the failure.
    pub text: String,
    /// Set if it is a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureKind>,
    /// Where it was said.
    #[serde(flatten)]
    pub place: Place,
    /// Whom it was about, so that it can be forgotten.
    #[serde(skip)]
    pub customer: Option<CustomerId>,
}

/// In which turn, or while which event was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// The event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
}

#[derive(Debug, Default)]
struct Remembered {
    lines: VecDeque<Arc<Line>>,
    bytes: usize,
    failures: VecDeque<Arc<Line>>,
    readers: Vec<mpsc::Sender<Arc<Line>>>,
    newest: u64,
}

/// What is remembered, and what comes; `None` of the latter if too many read along.
#[derive(Debug)]
pub struct Reading {
    /// Oldest first.
    pub lines: Vec<Arc<Line>>,
    /// From now on; ends if the reader is too slow.
    pub live: Option<mpsc::Receiver<Arc<Line>>>,
}

/// What hooks were called for.
pub(crate) struct About<'a> {
    pub(crate) merchant: &'a MerchantId,
    pub(crate) customer: Option<&'a CustomerId>,
    pub(crate) place: Place,
    pub(crate) now: Timestamp,
}

/// Takes down figures, lines and failures of hook calls. A call without a line or a failure costs a counter.
pub(crate) fn take_down(app: &App, snapshot: &Snapshot, about: &About<'_>, calls: &[CallReport], held: &[Failure]) {
    let merchant = about.merchant;
    rollout::calls(snapshot, merchant, calls);
    let own = |plugin: &PluginVersion| {
        let found = snapshot.generation.plugins(merchant).find(|live| live.plugin.id == plugin.id);
        found.is_some_and(|live| live.scope != cuecard_model::Scope::Shared).then_some(merchant)
    };
    for call in calls {
        app.metrics.plugins.call(own(&call.plugin), call);
        for line in &call.log {
            app.journal.say(about, &call.plugin, call.hook, line.level, line.text.clone(), None);
        }
        if let Some(failed) = &call.failure {
            app.journal.fail(about, &call.plugin, call.hook, failed.kind, &failed.detail);
        }
    }
    for failure in held {
        app.metrics.plugins.held_back(own(&failure.plugin), &failure.plugin, failure.kind);
        app.journal.fail(about, &failure.plugin, CHECKS, failure.kind, &failure.detail);
    }
}

impl Journal {
    /// Numbers go on from this moment: later than all that a host before this one has given, unless it has written more
    /// than a thousand lines a millisecond.
    pub fn new(now: Timestamp) -> Self {
        Self { plugins: RwLock::default(), last: AtomicU64::new(now.millis().max(0).cast_unsigned() * 1000) }
    }

    fn fail(&self, about: &About<'_>, plugin: &PluginVersion, hook: &'static str, kind: FailureKind, why: &str) {
        self.say(about, plugin, hook, LogLevel::Error, why.to_owned(), Some(kind));
    }

    fn say(
        &self,
        about: &About<'_>,
        plugin: &PluginVersion,
        hook: &'static str,
        level: LogLevel,
        text: String,
        failure: Option<FailureKind>,
    ) {
        let remembered = self.entry((about.merchant.clone(), plugin.id.clone()));
        let mut remembered = lock(&remembered);
        // Under the lock, so that the numbers of one plugin stand in order.
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (plugin, place, customer) = (plugin.clone(), about.place.clone(), about.customer.cloned());
        remembered.add(Line { number, at: about.now, plugin, hook, level, text, failure, place, customer });
    }

    /// What a plugin said after a number, the last `limit` lines of it; and what it will say, if that is wanted.
    pub fn read(&self, merchant: &MerchantId, plugin: &PluginId, after: u64, limit: usize, follow: bool) -> Reading {
        let key = (merchant.clone(), plugin.clone());
        let known = self.plugins.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let Some(remembered) = known.or_else(|| follow.then(|| self.entry(key))) else {
            return Reading { lines: Vec::new(), live: None };
        };
        let mut remembered = lock(&remembered);
        let lines: Vec<_> = remembered.lines.iter().filter(|line| line.number > after).cloned().collect();
        let lines = lines.into_iter().rev().take(limit).rev().collect();
        remembered.readers.retain(|reader| !reader.is_closed());
        let live = (follow && remembered.readers.len() < READERS).then(|| {
            let (sender, live) = mpsc::channel(WAITING);
            remembered.readers.push(sender);
            live
        });
        Reading { lines, live }
    }

    /// The last failures of a plugin, newest first.
    pub fn failures(&self, merchant: &MerchantId, plugin: &PluginId) -> Vec<Arc<Line>> {
        let key = (merchant.clone(), plugin.clone());
        let known = self.plugins.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.map(|remembered| lock(&remembered).failures.iter().rev().cloned().collect()).unwrap_or_default()
    }

    /// Forgets what was said about customers.
    pub fn forget(&self, merchant: &MerchantId, customers: &[CustomerId]) {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        for (_, remembered) in plugins.iter().filter(|((owner, _), _)| owner == merchant) {
            let stays = |line: &Arc<Line>| line.customer.as_ref().is_none_or(|customer| !customers.contains(customer));
            let mut remembered = lock(remembered);
            remembered.lines.retain(stays);
            remembered.failures.retain(stays);
            remembered.bytes = remembered.lines.iter().map(|line| line.text.len()).sum();
        }
    }

    fn entry(&self, key: Key) -> Arc<Mutex<Remembered>> {
        if let Some(known) = self.plugins.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let mut plugins = self.plugins.write().unwrap_or_else(PoisonError::into_inner);
        if plugins.len() >= PLUGINS && !plugins.contains_key(&key) {
            // Whoever has been silent for longest goes; a plugin that somebody listens to stays.
            let silent = plugins.iter().filter(|(_, remembered)| !lock(remembered).is_read());
            let longest = silent.min_by_key(|(_, remembered)| lock(remembered).newest).map(|(key, _)| key.clone());
            longest.and_then(|longest| plugins.remove(&longest));
        }
        Arc::clone(plugins.entry(key).or_default())
    }
}

impl Remembered {
    fn add(&mut self, line: Line) {
        let line = Arc::new(line);
        self.newest = line.number;
        self.readers.retain(|reader| reader.try_send(Arc::clone(&line)).is_ok());
        if line.failure.is_some() {
            self.failures.push_back(Arc::clone(&line));
            self.failures.drain(..self.failures.len().saturating_sub(FAILURES));
        }
        self.bytes += line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(gone) = self.lines.pop_front() else { break };
            self.bytes -= gone.text.len();
        }
    }

    fn is_read(&self) -> bool {
        self.readers.iter().any(|reader| !reader.is_closed())
    }
}

fn lock(remembered: &Mutex<Remembered>) -> MutexGuard<'_, Remembered> {
    remembered.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(journal: &Journal, merchant: &str, plugin: &str, text: &str, failure: Option<FailureKind>) {
        let merchant = MerchantId::from(merchant);
        let customer = CustomerId::from(text);
        let (place, now) = (Place::default(), Timestamp::from_seconds(1));
        let about = About { merchant: &merchant, customer: Some(&customer), place, now };
        let plugin = PluginVersion { id: plugin.into(), version: "1.0.0".into() };
        journal.say(&about, &plugin, "compose", LogLevel::Info, text.to_owned(), failure);
    }

    fn texts(journal: &Journal, merchant: &str, plugin: &str) -> Vec<String> {
        let reading = journal.read(&merchant.into(), &plugin.into(), 0, usize::MAX, false);
        reading.lines.iter().map(|line| line.text.clone()).collect()
    }

    #[test]
    fn lines_are_bounded_and_failures_outlive_them() {
        let journal = Journal::new(Timestamp::from_seconds(1));
        say(&journal, "m", "p", "broken", Some(FailureKind::Error));
        (0..LINES).for_each(|number| say(&journal, "m", "p", &number.to_string(), None));
        let kept = texts(&journal, "m", "p");
        assert_eq!((kept.len(), kept[0].as_str()), (LINES, "0"));
        assert_eq!(journal.failures(&"m".into(), &"p".into())[0].text, "broken");
        say(&journal, "m", "p", &"x".repeat(BYTES), None);
        assert_eq!(texts(&journal, "m", "p").len(), 1);
        assert!(texts(&journal, "n", "p").is_empty() && texts(&journal, "m", "q").is_empty(), "nobody else's");
    }

    #[test]
    fn a_reader_takes_up_where_it_was() {
        let journal = Journal::new(Timestamp::from_seconds(1));
        say(&journal, "m", "p", "one", None);
        let (merchant, plugin) = (MerchantId::from("m"), PluginId::from("p"));
        let mut reading = journal.read(&merchant, &plugin, 0, 10, true);
        say(&journal, "m", "p", "two", None);
        assert_eq!(reading.live.as_mut().unwrap().try_recv().unwrap().text, "two");
        let after = reading.lines[0].number;
        let later: Vec<_> = journal.read(&merchant, &plugin, after, 10, false).lines;
        assert_eq!(later.iter().map(|line| &*line.text).collect::<Vec<_>>(), ["two"]);
        (0..=WAITING).for_each(|_| say(&journal, "m", "p", "more", None));
        while reading.live.as_mut().unwrap().try_recv().is_ok() {}
        assert!(reading.live.unwrap().is_closed(), "too slow: let go, and memory is not used up");
    }

    #[test]
    fn the_silent_go_first_and_customers_are_forgotten() {
        let journal = Journal::new(Timestamp::from_seconds(1));
        (0..=PLUGINS).for_each(|number| say(&journal, "m", &format!("p{number}"), "u-1", None));
        assert!(texts(&journal, "m", "p0").is_empty() && !texts(&journal, "m", "p1").is_empty());
        say(&journal, "m", "p1", "u-2", Some(FailureKind::Error));
        journal.forget(&"m".into(), &["u-2".into()]);
        assert_eq!(texts(&journal, "m", "p1"), ["u-1"]);
        assert!(journal.failures(&"m".into(), &"p1".into()).is_empty());
    }
}
