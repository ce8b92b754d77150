//! Between proof and service: who reviews is asked about what takes the place of something, newer content overtakes, and a
//! start waits for nobody.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use cuecard_model::Scope;
use cuecard_plugin::{
    bundle::{Bundle, BundleHash, BundleLimits},
    generation::Generation,
    limits::Ceiling,
    prove::{Prover, Spawn},
    registry::{Bid, Note, Options, Outcome, Place, Push, Refusal, Registry, Restored, Review, Source, Store, Way},
    signature::Trusts,
};

fn bundle(version: &str) -> Bundle {
    let manifest = format!("[plugin]\nid = \"words\"\nversion = \"{version}\"\napi = \"1\"\n");
    let files = [("plugin.toml", manifest.into_bytes()), ("messages/en.json", b"{}".to_vec())];
    Bundle::from_files(files, &BundleLimits::default()).unwrap()
}

fn place() -> Place {
    (Scope::Shared, "words".into())
}

/// Holds what ends in `-held` or, unconfirmed, in `-twice` until it is overtaken, refuses what ends in `-bad`, asks for a word on `-large`.
#[derive(Default)]
struct Judge {
    asked: Mutex<Vec<String>>,
}

impl Review for Judge {
    fn is_wanted(&self, _: &Place) -> bool {
        true
    }

    fn review(&self, bid: Bid) -> Result<String, Refusal> {
        let version = bid.plugin.plugin.version.to_string();
        self.asked.lock().unwrap().push(version.clone());
        if version.ends_with("-held") {
            let _ = bid.overtaken.blocking_recv();
            return Ok("too late".into());
        }
        if version.ends_with("-twice") && !bid.confirmed {
            let _ = bid.overtaken.blocking_recv();
            return Err(Refusal::Overtaken);
        }
        if version.ends_with("-large") && !bid.confirmed {
            let (asks, hint, difference) = ("much".into(), "say so".into(), "{}".into());
            return Err(Refusal::Unconfirmed { asks, hint, difference });
        }
        if version.ends_with("-bad") { Err(Refusal::Unreviewed("it is bad".into())) } else { Ok("seen".into()) }
    }
}

struct Memory {
    judge: Arc<Judge>,
    notes: Sender<Note>,
    generations: Sender<Arc<Generation>>,
    before: Option<Bundle>,
}

impl Store for Memory {
    fn keep(&mut self, note: &Note, _: Option<&Bundle>) -> Result<bool, String> {
        self.notes.send(note.clone()).map(|()| true).map_err(|error| error.to_string())
    }
    fn publish(&mut self, generation: Arc<Generation>) {
        let _ = self.generations.send(generation);
    }
    fn bundle(&mut self, _: &BundleHash) -> Result<Option<Bundle>, String> {
        Ok(self.before.clone())
    }
    fn before(&mut self, _: &Place, _: Option<&BundleHash>) -> Result<Option<BundleHash>, String> {
        Ok(self.before.as_ref().map(Bundle::hash))
    }
    fn review(&self) -> Option<Arc<dyn Review>> {
        Some(Arc::clone(&self.judge) as Arc<dyn Review>)
    }
}

struct Host {
    registry: Registry,
    judge: Arc<Judge>,
    notes: Receiver<Note>,
    generations: Receiver<Arc<Generation>>,
}

fn start(folder: Option<&Path>, restored: Vec<Restored>) -> Host {
    let judge = Arc::<Judge>::default();
    let ((to_notes, notes), (to_generations, generations)) = (mpsc::channel(), mpsc::channel());
    let options = Options {
        folder: folder.map(Path::to_owned),
        bundle_limits: BundleLimits::default(),
        prover: Prover::new(Spawn::Caller, None, Ceiling::default()),
        trusts: Trusts::anything(),
        restored,
        unwanted: Vec::new(),
        last_generation: 0,
    };
    let before = Some(bundle("1.0.0"));
    let store = Memory { judge: Arc::clone(&judge), notes: to_notes, generations: to_generations, before };
    let registry = Registry::start(options, store).unwrap();
    Host { registry, judge, notes, generations }
}

impl Host {
    async fn push(&self, version: &str, confirmed: bool) -> Result<Note, Refusal> {
        let push = Push { place: place(), bundle: bundle(version), way: Way::Live, confirmed, base: None };
        self.registry.push(push, "a test").await
    }

    fn note(&self) -> (String, Outcome, String) {
        let note = self.notes.recv_timeout(Duration::from_secs(20)).unwrap();
        (note.version.to_string(), note.outcome, note.reason)
    }

    fn serving(&self) -> String {
        let newest = self.generations.try_iter().last().unwrap();
        newest.all().map(|plugin| plugin.plugin.version.to_string()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_a_place_is_reviewed_and_what_served_before_is_not() {
    let host = start(None, Vec::new());
    host.push("1.0.0", false).await.unwrap();
    assert_eq!(host.note(), ("1.0.0".into(), Outcome::Live, String::new()), "the first takes nobody's place");
    host.push("2.0.0", false).await.unwrap();
    assert_eq!(host.note(), ("2.0.0".into(), Outcome::Live, "seen".into()), "the evidence is the record's reason");
    assert_eq!(host.push("3.0.0-bad", false).await, Err(Refusal::Unreviewed("it is bad".into())));
    assert_eq!(host.note(), ("3.0.0-bad".into(), Outcome::Refused, "it is bad".into()));
    assert!(matches!(host.push("4.0.0-large", false).await, Err(Refusal::Unconfirmed { .. })));
    assert_eq!(host.note().2, "much\n  hint: say so");
    assert_eq!(host.serving(), "2.0.0");
    host.push("4.0.0-large", true).await.unwrap();
    host.registry.rollback(place(), None, "a test").await.unwrap();
    assert_eq!(host.serving(), "1.0.0");
    let asked = host.judge.asked.lock().unwrap().join(" ");
    assert_eq!(asked, "2.0.0 3.0.0-bad 4.0.0-large 4.0.0-large", "neither the first nor a rollback");
    host.registry.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_content_ends_a_review() {
    let host = start(None, Vec::new());
    host.push("1.0.0", false).await.unwrap();
    let (held, newer) = tokio::join!(host.push("2.0.0-held", false), async {
        while host.judge.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        host.push("2.0.1", false).await
    });
    assert_eq!((held, newer.unwrap().outcome), (Err(Refusal::Overtaken), Outcome::Live));
    assert_eq!(host.serving(), "2.0.1");
    host.registry.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_with_a_word_end_their_own_review_and_go_live() {
    let host = start(None, Vec::new());
    host.push("1.0.0", false).await.unwrap();
    let (first, confirmed) = tokio::join!(host.push("2.0.0-twice", false), async {
        while host.judge.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        host.push("2.0.0-twice", true).await
    });
    assert_eq!((first, confirmed.unwrap().outcome), (Err(Refusal::Overtaken), Outcome::Live));
    assert_eq!(host.serving(), "2.0.0-twice");
    let kept: Vec<_> = (0..2).map(|_| host.note().1).collect();
    assert_eq!(kept, [Outcome::Live, Outcome::Live], "what was overtaken leaves no refusal");
    host.registry.stop();
}

#[test]
fn a_start_waits_for_no_review() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in bundle("2.0.0").files() {
        let path = folder.path().join("words").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let (source, place) = (Source::Folder, place());
    let restored = Restored {
        place,
        bundle: bundle("1.0.0"),
        disabled: false,
        source,
        aside: None,
        canary: None,
        cost: None,
        compared: None,
    };
    let host = start(Some(folder.path()), vec![restored]);
    let first = host.generations.recv().unwrap();
    assert_eq!(first.all().next().unwrap().plugin.version.as_ref(), "1.0.0", "what served serves on");
    assert_eq!(host.note(), ("2.0.0".into(), Outcome::Live, "seen".into()), "and the rest is reviewed after it");
    host.registry.stop();
}
