//! Learns the weights of the emotion stage from people's labels and writes them. Deterministic.
//!
//! `cargo run --release -p cuecard-understand --example feelings -- FOLDER`, where the folder holds GoEmotions
//! (`en-comments.jsonl`) and BRIGHTER (a file a language) as JSON lines, `{"text","emotions":[..]}`. A fifth of them,
//! by hash, is held out; `--example mood` scores that fifth.
#![allow(
    clippy::print_stderr,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a program for people, over tables that it has made itself"
)]

mod area;
mod data;
mod layer;
mod table;

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use cuecard_model::EmotionLabel;
use cuecard_understand::emotion::{self, EVIDENCE, FEELINGS, OUTPUTS};
use data::{Kind, Labelled};
use table::{Document, Row};

/// Upset as a whole stands behind the seven feelings.
const UPSET: usize = OUTPUTS - 1;
/// The last layer learns from outputs of tables that have not seen the message: one for each of so many parts.
const PARTS: u64 = 4;

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::args().nth(1).expect("usage: feelings <folder>");
    let (messages, sources) = messages(Path::new(&folder), home);
    let share = felt_for_each_calm(&messages);
    let mut documents: Vec<Document> = messages.iter().map(|message| document(message, share)).collect();
    let hashes = index(&mut documents, 2);
    eprintln!("{} messages, {} features", documents.len(), hashes.len());
    let examples = examples(&messages, &documents, hashes.len(), sources, share);
    let last = layer::learn(&examples, sources);
    report(&examples, &last, sources);

    let rows = table::learn(&documents.iter().collect::<Vec<_>>(), hashes.len(), sources);
    let telling = table::telling(&rows, &hashes, &counts(&documents, hashes.len()));
    eprintln!("{} of them are kept", telling.len());
    keep(&mut documents, &hashes, &telling);
    let rows = table::learn(&documents.iter().collect::<Vec<_>>(), telling.len(), sources);
    let (mut bytes, scales) = table::pack(&rows, &telling);
    let tail = scales.iter().chain(last.iter().flatten());
    bytes.extend(tail.flat_map(|number| number.to_le_bytes()));
    std::fs::write(home.join("src/emotion/weights.bin"), &bytes).expect("a writable file");
    eprintln!("{} bytes written", bytes.len());
}

/// What is trained on. The last source is our own customers.
fn messages(folder: &Path, home: &Path) -> (Vec<Labelled>, usize) {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut messages = Vec::new();
    for (source, path) in files.iter().enumerate() {
        data::read(path, source, &mut messages);
    }
    messages.retain(|message| !message.is_held_out());
    let own = files.len();
    data::read_customers(include_str!("customers.txt"), own, &mut messages);
    data::read_calm(&home.join("../../plugins"), own, &mut messages);
    (messages, own + 1)
}

/// How many lines with a feeling there are for each calm one: however many examples ship, the calm ones weigh the same
/// in all.
fn felt_for_each_calm(messages: &[Labelled]) -> f32 {
    let own = messages.iter().filter(|message| message.kind == Kind::Customers);
    let (calm, felt): (Vec<_>, Vec<_>) = own.partition(|message| message.label() == Some(EmotionLabel::Neutral));
    felt.len() as f32 / calm.len().max(1) as f32
}

fn document(message: &Labelled, share: f32) -> Document {
    let features = emotion::features(&message.text);
    let (targets, weights) = targets(message, share);
    Document { length: features.len(), features, source: message.source, targets, weights }
}

/// What each output should say of a message, and how much that counts.
fn targets(message: &Labelled, share: f32) -> (Row, Row) {
    let mut targets = [0.0_f32; OUTPUTS];
    for theirs in &message.theirs {
        if let Some((label, nearly)) = data::ours(theirs)
            && let Some(at) = FEELINGS.iter().position(|known| *known == label)
        {
            targets[at] = targets[at].max(nearly);
        }
        targets[UPSET] = targets[UPSET].max(upset(theirs, message.kind));
    }
    let mut weights = match message.kind {
        Kind::Comments => [1.0; OUTPUTS],
        Kind::Brighter => [2.0; OUTPUTS],
        Kind::Customers if message.label() == Some(EmotionLabel::Neutral) => [12.0 * share; OUTPUTS],
        Kind::Customers => [3.0; OUTPUTS],
    };
    if message.kind == Kind::Brighter {
        for (weight, label) in weights.iter_mut().zip(FEELINGS) {
            // They do not tell annoyance, confusion or thanks from the rest.
            if matches!(label, EmotionLabel::Frustrated | EmotionLabel::Confused | EmotionLabel::Grateful) {
                *weight = 0.0;
            }
        }
    }
    (targets, weights)
}

/// How upset a label of theirs is. Sadness is near disappointment, the more so where that is no label of its own.
fn upset(theirs: &str, kind: Kind) -> f32 {
    match theirs {
        "anger" | "disgust" | "annoyance" | "disappointment" | "disapproval" | "angry" | "frustrated"
        | "disappointed" => 1.0,
        "sadness" | "grief" if kind == Kind::Brighter => 0.4,
        "sadness" | "grief" => 0.1,
        _ => 0.0,
    }
}

/// Gives each feature that so many messages have a place in a list; the documents then hold places.
fn index(documents: &mut [Document], fewest: u32) -> Vec<u32> {
    let mut met: BTreeMap<u32, u32> = BTreeMap::new();
    for document in documents.iter() {
        let mut once = document.features.clone();
        once.sort_unstable();
        once.dedup();
        once.into_iter().for_each(|feature| *met.entry(feature).or_default() += 1);
    }
    let hashes: Vec<u32> = met.into_iter().filter(|(_, count)| *count >= fewest).map(|(hash, _)| hash).collect();
    let places: HashMap<u32, u32> = (0_u32..).zip(&hashes).map(|(at, hash)| (*hash, at)).collect();
    for document in documents {
        document.features = document.features.iter().filter_map(|hash| places.get(hash).copied()).collect();
    }
    hashes
}

/// The documents with places among the features that are kept.
fn keep(documents: &mut [Document], hashes: &[u32], telling: &[u32]) {
    let kept: HashMap<u32, u32> = (0_u32..).zip(telling).map(|(at, hash)| (*hash, at)).collect();
    for document in documents {
        let features = document.features.iter().filter_map(|at| kept.get(&hashes[*at as usize]).copied());
        document.features = features.collect();
    }
}

fn counts(documents: &[Document], features: usize) -> Vec<u32> {
    let mut counts = vec![0; features];
    documents.iter().flat_map(|document| &document.features).for_each(|at| counts[*at as usize] += 1);
    counts
}

/// The evidence of every message, with outputs of a table that was learned without it.
fn examples(
    messages: &[Labelled],
    documents: &[Document],
    features: usize,
    sources: usize,
    share: f32,
) -> Vec<layer::Example> {
    let mut examples = Vec::new();
    for part in 0..PARTS {
        let is_in = |message: &Labelled| data::part(&message.text, PARTS) == part;
        let others: Vec<&Document> = messages
            .iter()
            .zip(documents)
            .filter(|(message, _)| !is_in(message))
            .map(|(_, document)| document)
            .collect();
        let rows = table::learn(&others, features, sources);
        for (message, document) in messages.iter().zip(documents).filter(|(message, _)| is_in(message)) {
            examples.push(example(message, &table::outputs(&rows, document), share));
        }
    }
    examples
}

/// How well upset is told in what is trained on, each message by a table that has not seen it.
fn report(examples: &[layer::Example], last: &[[f32; EVIDENCE]], sources: usize) {
    let mut sum = 0.0;
    for source in 0..sources {
        let scored = examples.iter().filter(|example| example.source == source);
        let scored = scored.map(|example| {
            let logit: f32 = last[UPSET + 1].iter().zip(example.evidence).map(|(weight, sign)| weight * sign).sum();
            (f64::from(logit), example.upset > 0.5)
        });
        let area = area::area(scored.collect());
        sum += if source + 1 < sources { area } else { 0.0 };
        eprint!("{area:.3} ");
    }
    eprintln!("cross-validated, mean {:.3}", sum / (sources - 1) as f64);
}

fn example(message: &Labelled, outputs: &Row, share: f32) -> layer::Example {
    let label = message.label();
    let upset = message.theirs.iter().map(|theirs| upset(theirs, message.kind)).fold(0.0, f32::max);
    // Labels are for customers first; upset is the same thing everywhere.
    let (weight, upset_weight) = match message.kind {
        Kind::Comments => (0.3, 0.6),
        Kind::Brighter => (0.6, 0.6),
        Kind::Customers if label == Some(EmotionLabel::Neutral) => (9.0 * share, 4.5 * share),
        Kind::Customers => (10.0, 3.0),
    };
    let evidence = emotion::evidence(&message.text, outputs);
    let label = label.map(|label| label as usize);
    layer::Example { evidence, label, upset, weight, upset_weight, source: message.source }
}
