//! Copies stored keys by a bundle's `migrate`, a page at a time, beside everything else that goes on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use cuecard_model::{KeySet, MerchantId, Timestamp};

use super::{AGAIN, Customer, IN_FLIGHT, Keys, Proven, State, Stored, Whose};
use crate::{
    cost::grouped,
    problem::Problem,
    prove::{Migration, Prover},
};

/// Customers in one commit: a millisecond or two of the engine's writer.
const AT_ONCE: usize = 64;
/// So few may be left to copy when writes are held.
const FEW: usize = 16;
/// The longest that copying may take in all.
const TIME: Duration = Duration::from_secs(600);
/// How often its progress is said.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Copies keys by a bundle's `migrate`.
pub(super) struct Mover {
    pub(super) keys: Arc<dyn Keys>,
    migration: Migration,
    pub(super) whose: Whose,
    set: KeySet,
    now: Timestamp,
    began: Instant,
    told: Instant,
    /// A newer bundle has come.
    unwanted: Arc<AtomicBool>,
    /// Keeps the thread waiting that has started the process.
    _starter: mpsc::Sender<()>,
    /// The versions that were found.
    from: Vec<u32>,
    pub(super) customers: u64,
}

type Step<T> = Result<T, Vec<Problem>>;

impl Mover {
    pub(super) fn start(
        prover: &Prover,
        proven: &Proven,
        keys: Arc<dyn Keys>,
        whose: Whose,
        (now, unwanted, starter): (Timestamp, Arc<AtomicBool>, mpsc::Sender<()>),
    ) -> Step<Self> {
        let migration = prover.migration(&proven.bundle)?;
        let (began, told) = (Instant::now(), Instant::now());
        let (set, from) = (proven.plugin.key_set(), Vec::new());
        // What an earlier change has left behind may have this very version.
        keys.tidy().map_err(failed)?;
        Ok(Self { keys, migration, whose, set, now, began, told, unwanted, _starter: starter, from, customers: 0 })
    }

    /// Copies all, and then whatever has changed meanwhile, until hardly anything has.
    pub(super) fn copy(&mut self) -> Step<()> {
        self.catch_up(FEW)
    }

    /// Copies until at most so many were found to have changed in a round.
    pub(super) fn catch_up(&mut self, few: usize) -> Step<()> {
        loop {
            let mut found = self.begin()?;
            for set in self.sets()? {
                if let (State::Next, Some(from)) =
                    (set.state, set.came_from.filter(|_| set.version == self.set.version))
                {
                    found += self.again(&set.merchant, &KeySet::new(self.set.plugin.clone(), from))?;
                }
            }
            if found <= few {
                return Ok(());
            }
        }
    }

    /// Begins with those who have not been looked at, and gives how many customers that were.
    fn begin(&mut self) -> Step<usize> {
        let sets = self.sets()?;
        let has_next = |of: &Stored| {
            sets.iter()
                .any(|it| it.merchant == of.merchant && it.state == State::Next && it.version == self.set.version)
        };
        let newest = |of: &Stored| {
            sets.iter().all(|it| it.merchant != of.merchant || it.state != State::Open || it.version <= of.version)
        };
        let old = |set: &&Stored| set.state == State::Open && set.version < self.set.version && newest(set);
        let fresh: Vec<_> = sets.iter().filter(old).filter(|set| !has_next(set)).cloned().collect();
        let mut count = 0;
        for Stored { merchant, version, .. } in fresh {
            let from = KeySet::new(self.set.plugin.clone(), version);
            self.begin_one(&merchant, &from)?;
            if !self.from.contains(&version) {
                self.from.push(version);
            }
            let mut after = None;
            loop {
                let page = self.keys.page(&merchant, &from, after.as_ref(), AT_ONCE).map_err(failed)?;
                let Some(last) = page.last() else { break };
                after = Some(last.id.clone());
                self.customers += page.len() as u64;
                count += page.len();
                self.take(&merchant, version, page)?;
            }
        }
        Ok(count)
    }

    /// What a rollback has just taken out of use may have this very version: it goes when nobody can be working with it.
    fn begin_one(&self, merchant: &MerchantId, from: &KeySet) -> Step<()> {
        let began = Instant::now();
        while !self.keys.begin(merchant, from, self.set.version).map_err(failed)? {
            if began.elapsed() > 3 * IN_FLIGHT {
                return Err(failed(format!("keys of version {} are still being removed; try again", self.set.version)));
            }
            thread::sleep(AGAIN);
            self.keys.tidy().map_err(failed)?;
        }
        Ok(())
    }

    /// Copies again who has changed; how many at first sight.
    fn again(&mut self, merchant: &MerchantId, from: &KeySet) -> Step<usize> {
        let changed = self.keys.changed(merchant, from, AT_ONCE).map_err(failed)?;
        let count = changed.len();
        self.take(merchant, from.version, changed)?;
        Ok(count)
    }

    fn take(&mut self, merchant: &MerchantId, from: u32, customers: Vec<Customer>) -> Step<()> {
        if self.unwanted.load(Ordering::Relaxed) {
            return Err(failed("overtaken by a newer change of the same plugin"));
        }
        if self.began.elapsed() > TIME {
            return Err(failed(format!("migrating the stored keys took more than {TIME:?}")));
        }
        if customers.is_empty() {
            return Ok(());
        }
        if self.told.elapsed() > TELL_EVERY {
            self.told = Instant::now();
            tracing::info!(plugin = %self.set.plugin, customers = self.customers, "migrating stored keys");
        }
        // Who has no keys any more has none in the new version either.
        let (some, none): (Vec<_>, Vec<_>) = customers.into_iter().partition(|customer| !customer.keys.is_empty());
        let keys = some.iter().map(|customer| customer.keys.clone()).collect();
        let migrated = self.migration.run(from, self.now, keys).map_err(|problem| vec![problem])?;
        let migrated = some.into_iter().zip(migrated).map(|(customer, keys)| Customer { keys, ..customer });
        let copies = migrated.chain(none).collect();
        if self.keys.copy(merchant, &self.set, copies).map_err(failed)? {
            return Ok(());
        }
        let reason = format!("the migrated keys take more than a plugin may store for a merchant (here '{merchant}')");
        Err(vec![Problem::new("", reason).hint("store less: `migrate` may leave keys out")])
    }

    fn sets(&self) -> Step<Vec<Stored>> {
        let mut sets = self.keys.sets(&self.set.plugin).map_err(failed)?;
        sets.retain(|set| self.whose.holds(&set.merchant));
        Ok(sets)
    }

    /// For the record: `keys 1 -> 2, 1,234 customers`
    pub(super) fn told(&self) -> String {
        let from: Vec<_> = self.from.iter().map(ToString::to_string).collect();
        let Self { set, customers, .. } = self;
        let who = if *customers == 1 { "customer" } else { "customers" };
        format!("keys {} -> {}, {} {who}", from.join(", "), set.version, grouped(*customers))
    }
}

fn failed(reason: impl Into<String>) -> Vec<Problem> {
    vec![Problem::new("", reason)]
}
