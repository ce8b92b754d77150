//! A bounded map of what was read lately. Knows neither the database nor what it holds.
//!
//! The database is the truth; a space must never say less than what was acknowledged. So a reader that found nothing
//! leaves a ticket before it reads the database, and its answer is taken in only if the ticket still lies there:
//! a commit in between takes the ticket away.

use std::hash::Hash;

use hashlink::LruCache;

/// How many bytes a value weighs, roughly.
pub(super) trait Weigh {
    fn weigh(&self) -> usize;
}

enum Slot<V> {
    Loading(u64),
    Ready(V, usize),
}

pub(super) struct Space<K, V> {
    slots: LruCache<K, Slot<V>>,
    weight: usize,
    budget: usize,
    tickets: u64,
}

impl<K: Eq + Hash + Clone, V: Weigh> Space<K, V> {
    /// Room for `budget` bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { slots: LruCache::new_unbounded(), weight: 0, budget, tickets: 0 }
    }

    /// The value, if it is there.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        match self.slots.get(key) {
            Some(Slot::Ready(value, _)) => Some(value),
            _ => None,
        }
    }

    /// Before the database is read for a key: the ticket to hand in afterwards.
    pub(super) fn begin(&mut self, key: &K) -> u64 {
        self.tickets += 1;
        self.put(key.clone(), Slot::Loading(self.tickets));
        self.tickets
    }

    /// Takes in what was read, unless a commit or another reader came in between.
    pub(super) fn finish(&mut self, key: &K, ticket: u64, value: V) {
        if matches!(self.slots.peek(key), Some(Slot::Loading(waiting)) if *waiting == ticket) {
            let weight = value.weigh() + OVERHEAD;
            self.put(key.clone(), Slot::Ready(value, weight));
        }
    }

    /// After a commit: brings a value up to date, and takes away the ticket of a reader under way.
    pub(super) fn update(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        let Some(slot) = self.slots.remove(key) else { return };
        self.weight -= slot_weight(&slot);
        if let Slot::Ready(mut value, _) = slot {
            change(&mut value);
            let weight = value.weigh() + OVERHEAD;
            self.put(key.clone(), Slot::Ready(value, weight));
        }
    }

    /// Forgets a value, and takes away the ticket of a reader under way.
    pub(super) fn forget(&mut self, key: &K) {
        if let Some(slot) = self.slots.remove(key) {
            self.weight -= slot_weight(&slot);
        }
    }

    /// Forgets everything, and takes away all tickets.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.weight = 0;
    }

    fn put(&mut self, key: K, slot: Slot<V>) {
        self.weight += slot_weight(&slot);
        if let Some(before) = self.slots.insert(key, slot) {
            self.weight -= slot_weight(&before);
        }
        while self.weight > self.budget {
            let Some((_, oldest)) = self.slots.remove_lru() else { break };
            self.weight -= slot_weight(&oldest);
        }
    }
}

/// What an entry costs beside its value.
const OVERHEAD: usize = 256;

fn slot_weight<V>(slot: &Slot<V>) -> usize {
    match slot {
        Slot::Loading(_) => OVERHEAD,
        Slot::Ready(_, weight) => *weight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for u32 {
        fn weigh(&self) -> usize {
            4
        }
    }

    #[test]
    fn a_commit_between_reading_and_taking_in_wins() {
        let mut space = Space::new(10_000);
        let ticket = space.begin(&"a");
        space.update(&"a", |value: &mut u32| *value = 2);
        space.finish(&"a", ticket, 1);
        assert_eq!(space.get(&"a"), None);

        let ticket = space.begin(&"a");
        space.finish(&"a", ticket, 1);
        space.update(&"a", |value| *value = 2);
        assert_eq!(space.get(&"a"), Some(&2));
    }

    #[test]
    fn of_two_readers_the_later_is_taken() {
        let mut space = Space::new(10_000);
        let (first, second) = (space.begin(&"a"), space.begin(&"a"));
        space.finish(&"a", first, 1);
        assert_eq!(space.get(&"a"), None);
        space.finish(&"a", second, 2);
        assert_eq!(space.get(&"a"), Some(&2));
    }

    #[test]
    fn the_least_used_goes_first() {
        let mut space = Space::new(3 * (OVERHEAD + 4));
        for key in 0..3 {
            let ticket = space.begin(&key);
            space.finish(&key, ticket, key);
        }
        space.get(&0);
        let ticket = space.begin(&3);
        space.finish(&3, ticket, 3);
        assert_eq!((space.get(&0).copied(), space.get(&1)), (Some(0), None));
        assert!(space.weight <= space.budget);
    }
}
