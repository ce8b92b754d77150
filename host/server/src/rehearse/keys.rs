//! What a version would have made of the keys that were stored when a turn was answered or an event was judged.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use cuecard_model::{CustomerId, Fields, KeySet, Timestamp};
use cuecard_pipeline::Occurrence;
use cuecard_plugin::{
    bundle::Bundle,
    generation::LivePlugin,
    problem::Problem,
    prove::{Migration, Prover},
};
use tokio::task::spawn_blocking;

use super::Again;

type Events = Vec<(CustomerId, Occurrence)>;

/// Turns and events with keys that the version can read.
pub(super) struct Migrated {
    pub(super) turns: Vec<Again>,
    pub(super) events: Events,
    /// So many turns and events have keys that it cannot bring along, such as those of a version long gone, or were
    /// left for want of time.
    pub(super) left_out: (usize, usize),
}

/// Adds the version's own keys to what is of an older version. What cannot be brought along is left out.
pub(super) async fn migrated(
    prover: &Arc<Prover>,
    bundle: Bundle,
    plugin: Arc<LivePlugin>,
    (turns, events): (Vec<Again>, Events),
    until: Instant,
) -> Result<Migrated, Vec<Problem>> {
    if !plugin.contents.manifest.migrates() {
        return Ok(Migrated { turns, events, left_out: (0, 0) });
    }
    let prover = Arc::clone(prover);
    let work = move || {
        let mut with_keys = WithKeys { migration: prover.migration(&bundle)?, set: plugin.key_set(), until };
        let (all_turns, all_events) = (turns.len(), events.len());
        let turn = |mut again: Again| {
            let incoming = &mut again.incoming;
            with_keys.add(&mut incoming.keys, incoming.now).then_some(again)
        };
        let turns: Vec<_> = turns.into_iter().filter_map(turn).collect();
        let event = |(customer, mut occurrence): (CustomerId, Occurrence)| {
            with_keys.add(&mut occurrence.keys, occurrence.now).then_some((customer, occurrence))
        };
        let events: Events = events.into_iter().filter_map(event).collect();
        let left_out = (all_turns - turns.len(), all_events - events.len());
        Ok(Migrated { turns, events, left_out })
    };
    spawn_blocking(work).await.unwrap_or_else(|_| Err(vec![Problem::new("", "the rehearsal was broken off")]))
}

struct WithKeys {
    migration: Migration,
    set: KeySet,
    until: Instant,
}

impl WithKeys {
    /// `false` if the keys are of an older version and could not be brought along.
    fn add(&mut self, keys: &mut Arc<BTreeMap<KeySet, Fields>>, now: Timestamp) -> bool {
        let set = &self.set;
        let newest = keys.iter().rev().find(|(it, _)| it.plugin == set.plugin && it.version <= set.version);
        let Some((from, older)) = newest.filter(|(it, _)| it.version < set.version) else { return true };
        if Instant::now() > self.until {
            return false;
        }
        let Ok(migrated) = self.migration.run(from.version, now, vec![older.clone()]) else { return false };
        Arc::make_mut(keys).extend(migrated.into_iter().map(|keys| (set.clone(), keys)));
        true
    }
}
