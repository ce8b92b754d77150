//! Quarantine in the registry: while a version is set aside, the one before answers.
//!
//! Whether a version is called is its standing's to say, turn by turn; here it is only given somebody who stands in for
//! it, and the record of it. A restart begins with a clean standing and without relief.

use std::{sync::Arc, thread};

use cuecard_model::{MerchantId, Scope};

use super::{Command, Outcome, Place, Store, keeper::Keeper};
use crate::{
    bundle::Bundle,
    generation::LivePlugin,
    job::LoadId,
    prove::Proof,
    standing::{Failing, Turned},
};

/// By whom these records are.
const HOST: &str = "host";

/// The version before, made ready beside the live path.
pub(super) struct Relieved {
    place: Place,
    merchant: MerchantId,
    /// Who is set aside.
    load: LoadId,
    failing: Failing,
    bundle: Bundle,
    proof: Proof,
}

impl<S: Store> Keeper<S> {
    pub(super) fn turned(&mut self, load: LoadId, merchant: MerchantId, turned: Turned) {
        // A canary that fails is its judge's: the version beside it answers already.
        let Some(place) = self.place_of(load, &merchant) else { return };
        let hash = self.slots.get(&place).and_then(|slot| slot.live.as_ref()).map(|live| live.hash);
        match turned {
            Turned::SetAside(_) => self.choked.extend(hash),
            Turned::RestsOn(_) => {}
            Turned::Back => self.choked.retain(|choked| Some(*choked) != hash),
        }
        match turned {
            Turned::SetAside(failing) => self.relieve(place, merchant, load, failing),
            Turned::RestsOn(_) => {}
            Turned::Back => self.readmit(&place, &merchant),
        }
    }

    /// Where a version serves as the stable one.
    fn place_of(&self, load: LoadId, merchant: &MerchantId) -> Option<Place> {
        let serves = |live: &Arc<LivePlugin>| live.load_id() == Some(load);
        let theirs = |place: &Place| place.0 == Scope::Shared || place.0 == Scope::Merchant(merchant.clone());
        let found = self.slots.iter().find(|(place, slot)| theirs(place) && slot.live.as_ref().is_some_and(serves));
        found.map(|(place, _)| place.clone())
    }

    /// Makes the version before ready, if there is one and it is not there already.
    fn relieve(&mut self, place: Place, merchant: MerchantId, load: LoadId, failing: Failing) {
        let relief = self.slots.get(&place).and_then(|slot| slot.relief.clone());
        if relief.is_some() {
            self.record_aside(&place, &merchant, failing, relief.as_deref(), 0);
            return;
        }
        let before = self.before(&place, None).ok().filter(|(bundle, _)| !self.choked.contains(&bundle.hash()));
        let Some((bundle, _)) = before else {
            self.record_aside(&place, &merchant, failing, None, 0);
            return;
        };
        let (prover, commands) = (Arc::clone(&self.prover), self.commands.clone());
        thread::spawn(move || {
            let proof = prover.prepare(&bundle);
            let relieved = Relieved { place, merchant, load, failing, bundle, proof };
            let _ = commands.send(Command::Relieved(Box::new(relieved)));
        });
    }

    pub(super) fn relieved(&mut self, relieved: Relieved) {
        let Relieved { place, merchant, load, failing, bundle, proof } = relieved;
        if self.place_of(load, &merchant).as_ref() != Some(&place) {
            return;
        }
        let relief = self.ready(&place, &bundle, proof).ok().filter(|relief| relief.loadable.is_some());
        // What it would read is how keys were before they were migrated, and what it writes would be lost.
        let keys = self.slots.get(&place).and_then(|slot| slot.live.as_ref()).map(|live| live.key_set());
        let relief = relief.filter(|relief| Some(relief.key_set()) == keys);
        self.record_aside(&place, &merchant, failing, relief.as_deref(), u64::from(relief.is_some()));
        let Some(slot) = self.slots.get_mut(&place) else { return };
        // It may have answered again while the other was made ready.
        let is_aside =
            slot.live.as_ref().and_then(|live| live.loadable.as_ref()).is_some_and(|it| it.standing().is_set_aside());
        if relief.is_some() {
            slot.relief = relief.filter(|_| is_aside);
            self.show(&place);
        }
    }

    fn record_aside(
        &mut self,
        place: &Place,
        merchant: &MerchantId,
        failing: Failing,
        relief: Option<&LivePlugin>,
        more: u64,
    ) {
        let instead = match relief {
            Some(relief) => format!("{} answers meanwhile", relief.plugin.version),
            None => "there is no good version before it to answer meanwhile".to_owned(),
        };
        let Failing { in_a_row, last, .. } = failing;
        let times = if in_a_row == 1 { "once".to_owned() } else { format!("{in_a_row} times in a row") };
        let reason =
            format!("it failed {times}, last by {}; {instead}; it is tried again after growing pauses", last.as_str());
        self.record(place, merchant, Outcome::SetAside, reason, more);
    }

    fn readmit(&mut self, place: &Place, merchant: &MerchantId) {
        let Some(slot) = self.slots.get_mut(place) else { return };
        let still =
            slot.live.as_ref().and_then(|live| live.loadable.as_ref()).is_some_and(|it| it.standing().is_set_aside());
        let relieved = if still { None } else { slot.relief.take() };
        let more = u64::from(relieved.is_some());
        self.record(place, merchant, Outcome::Readmitted, "it answered when it was tried again".to_owned(), more);
        if relieved.is_some() {
            self.show(place);
        }
    }

    /// Of a shared plugin, the record is that of the merchant with whom it fails.
    fn record(&mut self, place: &Place, merchant: &MerchantId, outcome: Outcome, reason: String, more: u64) {
        let live = self.slots.get(place).and_then(|slot| slot.live.clone());
        let mut note = self.note(place, live.as_deref(), outcome, reason, HOST.into());
        note.generation += more;
        note.shared = place.0 == Scope::Shared;
        note.place.0 = Scope::Merchant(merchant.clone());
        self.keep(&note, None);
    }
}
