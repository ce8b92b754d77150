//! Between proof and service: whoever has a say in whether proved content may take the place of what serves.
//!
//! The first content of a place takes nobody's, and what served before (a rollback, a restart) has shown itself: they
//! pass. A review may take seconds, so it is held beside the registry's thread, where newer content overtakes it, and
//! never before the first generation is out. Knows nothing of what is reviewed.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, thread};

use cuecard_model::Scope;
use tokio::sync::oneshot;

use super::{Candidate, Command, Outcome, Place, Refusal, Source, Store, keeper::Keeper};
use crate::{
    bundle::{Bundle, BundleHash},
    generation::LivePlugin,
};

/// Reviews at once; more wait.
const AT_ONCE: usize = 4;

/// Who has a say.
pub trait Review: Send + Sync + 'static {
    /// Whether anything is to be shown before other content serves there. Asked on the registry's thread.
    fn is_wanted(&self, place: &Place) -> bool;

    /// The evidence, for the record, if the content may serve. Called on a thread of its own.
    fn review(&self, bid: Bid) -> Result<String, Refusal>;
}

/// Proved content that would take the place of what serves.
#[derive(Debug)]
pub struct Bid {
    /// Whom it would serve, and its name.
    pub place: Place,
    /// As it would serve.
    pub plugin: Arc<LivePlugin>,
    /// Its content.
    pub bundle: Bundle,
    /// Where it came from.
    pub source: Source,
    /// Whether a person has seen what it changes, and wants these very bytes.
    pub confirmed: bool,
    /// Done as soon as nobody waits for the answer any more.
    pub overtaken: Overtaken,
}

/// Ends when the other side is dropped.
pub type Overtaken = oneshot::Receiver<Infallible>;

/// What a place waits for; whatever is put in its stead ends its review.
#[derive(Debug)]
pub(super) struct Awaited {
    pub(super) hash: BundleHash,
    reviewed: Option<oneshot::Sender<Infallible>>,
}

impl Awaited {
    pub(super) fn new(hash: BundleHash) -> Self {
        Self { hash, reviewed: None }
    }
}

/// What is being reviewed, or waits to be.
#[derive(Default)]
pub(super) struct Reviews {
    waiting: VecDeque<(Candidate, Arc<LivePlugin>)>,
    under_way: usize,
}

/// A review's end.
pub(super) struct Reviewed {
    candidate: Candidate,
    plugin: Arc<LivePlugin>,
    found: Result<String, Refusal>,
}

impl<S: Store> Keeper<S> {
    /// Whether there is something that it would take the place of, and somebody who wants to look at it first.
    pub(super) fn is_reviewed(&self, candidate: &Candidate) -> bool {
        let Candidate { place, bundle, way, .. } = candidate;
        let serving = match &place.0 {
            Scope::Shared => self.slots.get(place).filter(|slot| !slot.disabled).and_then(|slot| slot.live.as_ref()),
            // A merchant's own takes the place of a shared one, too.
            Scope::Merchant(merchant) => self.generation.plugins(merchant).find(|live| live.plugin.id == place.1),
        };
        let other = serving.is_some_and(|live| live.hash != bundle.hash());
        way.is_some() && other && self.store.review().is_some_and(|review| review.is_wanted(place))
    }

    pub(super) fn review(&mut self, candidate: Candidate, plugin: Arc<LivePlugin>) {
        self.reviews.waiting.push_back((candidate, plugin));
        self.pump_reviews();
    }

    pub(super) fn pump_reviews(&mut self) {
        while self.begun && self.reviews.under_way < AT_ONCE {
            let Some((candidate, plugin)) = self.reviews.waiting.pop_front() else { return };
            let awaited = self.slots.get_mut(&candidate.place).and_then(|slot| slot.wanted.as_mut());
            let awaited = awaited.filter(|awaited| awaited.hash == candidate.bundle.hash());
            let (Some(awaited), Some(review)) = (awaited, self.store.review()) else {
                candidate.answer(Err(Refusal::Overtaken));
                continue;
            };
            let (reviewed, overtaken) = oneshot::channel();
            awaited.reviewed = Some(reviewed);
            let Candidate { place, source, confirmed, .. } = &candidate;
            let (place, source, confirmed) = (place.clone(), *source, *confirmed);
            let (plugin_of_bid, bundle) = (Arc::clone(&plugin), candidate.bundle.clone());
            let bid = Bid { place, plugin: plugin_of_bid, bundle, source, confirmed, overtaken };
            let commands = self.commands.clone();
            self.reviews.under_way += 1;
            thread::spawn(move || {
                let found = review.review(bid);
                let _ = commands.send(Command::Reviewed(Box::new(Reviewed { candidate, plugin, found })));
            });
        }
    }

    pub(super) fn reviewed(&mut self, reviewed: Reviewed) {
        self.reviews.under_way -= 1;
        let Reviewed { candidate, plugin, found } = reviewed;
        match found {
            _ if !self.is_awaited(&candidate) => candidate.answer(Err(Refusal::Overtaken)),
            Ok(evidence) => self.settle(candidate, plugin, evidence),
            // The same bytes were brought once more, perhaps with a person's word: what awaits them is not this one.
            Err(Refusal::Overtaken) => candidate.answer(Err(Refusal::Overtaken)),
            Err(refusal) => {
                let Candidate { place, source, by, .. } = &candidate;
                let reason = refusal.reason();
                let mut note = self.note(place, Some(&plugin), Outcome::Refused, reason, Arc::clone(by));
                note.source = *source;
                self.keep(&note, None);
                self.awaits_nothing(place);
                candidate.answer(Err(refusal));
            }
        }
        self.pump_reviews();
    }
}
