//! Trains the language model that ships as `src/language/weights.bin`:
//! `cargo run --release -p cuecard-understand --example train_language -- FOLDER [features kept]`.
//!
//! FOLDER holds `words/<tag>.tsv` (a word and its frequency; `export.py` beside this file writes them) and
//! `texts/<tag>.txt` (a sentence a line; may be missing: BRIGHTER, GoEmotions and CoCoA-MT were used). What people type
//! in chats, `training/language/<tag>.txt` of this crate, and the examples of the plugins that ship are read too.
//!
//! Multinomial logistic regression over words and pieces of words. A first pass finds the features that tell most; a
//! second trains those alone. Takes a few minutes and 500 MB.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program for people"
)]

#[path = "../../src/language/features.rs"]
#[allow(dead_code, reason = "the crate uses the rest")]
mod features;
mod learn;
mod random;
mod romanise;
mod sample;
#[path = "../../src/language/script.rs"]
#[allow(dead_code, reason = "the crate uses the rest")]
mod script;
mod source;
#[path = "../../src/language/taught.rs"]
mod taught;
mod typing;

use std::path::Path;

use learn::Learner;
use random::Random;
use sample::Source;
use script::Script;

/// Messages in the pass that chooses the features, and in the one that trains them.
const CHOOSING: usize = 5_000_000;
const TRAINING: usize = 12_000_000;
/// The share of each script among the messages, and what it is worth: Latin has most to tell apart.
const SHARES: [(Script, f64); 4] =
    [(Script::Latin, 0.80), (Script::Cyrillic, 0.06), (Script::Arabic, 0.04), (Script::Han, 0.10)];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("usage: train_language <folder> [features kept]");
        std::process::exit(2);
    };
    let kept = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(36_000);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = Source::read(Path::new(&folder), &root.join("training/language"), &root.join("../../plugins"));
    let mut random = Random::new(20_261_122);
    let mut learner = Learner::new();
    pass(&mut learner, &source, &mut random, CHOOSING);
    learner.keep(kept);
    pass(&mut learner, &source, &mut random, TRAINING);
    let bytes = learner.export();
    println!("{} bytes", bytes.len());
    std::fs::write(root.join("src/language/weights.bin"), bytes).expect("a writable file");
}

fn pass(learner: &mut Learner, source: &Source, random: &mut Random, messages: usize) {
    for at in 0..messages {
        let script = pick_script(random.share());
        let languages = taught::languages(script);
        let place = random.below(languages.len());
        let text = source.message(script, languages[place], random);
        let rate = 0.4 * (1.0 - 0.9 * at as f32 / messages as f32);
        learner.learn(&text, script, place, languages.len(), rate);
        if (at + 1) % 1_000_000 == 0 {
            println!("{} M messages, loss {:.4}", (at + 1) / 1_000_000, learner.loss());
        }
    }
}

fn pick_script(mut share: f64) -> Script {
    for (script, size) in SHARES {
        if share < size {
            return script;
        }
        share -= size;
    }
    Script::Latin
}
