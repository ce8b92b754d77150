//! Messages with their feelings: GoEmotions, BRIGHTER, and our own customers, in the words of our labels.
//!
//! Owns the reading and the mapping, and which fifth is held out. Knows no weights.

use std::path::Path;

use cuecard_model::EmotionLabel::{self, Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};

/// Of what kind a file is: who labelled it, and with which labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// GoEmotions: 27 emotions.
    Comments,
    /// BRIGHTER: six emotions, which leave ours open in part.
    Brighter,
    /// Written for this project: exactly our labels.
    Customers,
}

/// A message that people have labelled.
#[derive(Debug)]
pub struct Labelled {
    pub text: String,
    pub source: usize,
    pub kind: Kind,
    /// Their labels, or one of ours.
    pub theirs: Vec<String>,
}

impl Labelled {
    /// A fifth of all messages, by the hash of their text, is never trained on.
    pub fn is_held_out(&self) -> bool {
        spread(&self.text).is_multiple_of(5)
    }

    pub fn has(&self, any: &[&str]) -> bool {
        self.theirs.iter().any(|label| any.contains(&label.as_str()))
    }

    /// The one of our labels that theirs amount to; none if they are several, or tell nothing of ours.
    pub fn label(&self) -> Option<EmotionLabel> {
        let mut ours: Vec<EmotionLabel> =
            self.theirs.iter().filter_map(|label| ours(label)).map(|(label, _)| label).collect();
        ours.dedup();
        match ours.as_slice() {
            [label] => Some(*label),
            [] if self.theirs.is_empty() || self.has(&["neutral"]) => Some(Neutral),
            _ => None,
        }
    }
}

/// The same on every machine (FNV-1a, its bits spread).
fn spread(text: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33
}

/// Their label as one of ours, and how nearly it is that.
pub fn ours(theirs: &str) -> Option<(EmotionLabel, f32)> {
    Some(match theirs {
        "anger" | "disgust" | "angry" => (Angry, 1.0),
        "annoyance" | "frustrated" => (Frustrated, 1.0),
        "disapproval" => (Frustrated, 0.5),
        "disappointment" | "disappointed" => (Disappointed, 1.0),
        "sadness" | "grief" => (Disappointed, 0.7),
        "fear" | "nervousness" | "anxious" => (Anxious, 1.0),
        "confusion" | "confused" => (Confused, 1.0),
        "joy" | "love" | "excitement" | "admiration" | "amusement" | "pride" | "relief" | "happy" => (Happy, 1.0),
        "optimism" | "approval" | "caring" => (Happy, 0.5),
        "gratitude" | "grateful" => (Grateful, 1.0),
        _ => return None,
    })
}

/// Reads a file of JSON lines, `{"text","emotions"}`.
pub fn read(path: &Path, source: usize, into: &mut Vec<Labelled>) {
    let kind = if path.ends_with("en-comments.jsonl") { Kind::Comments } else { Kind::Brighter };
    for line in std::fs::read_to_string(path).expect("a readable file").lines() {
        let json: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = json.get("text").and_then(|text| text.as_str()).expect("text").to_owned();
        let labels = json.get("emotions").and_then(|list| list.as_array()).expect("emotions");
        let theirs = labels.iter().filter_map(|label| label.as_str().map(str::to_owned)).collect();
        into.push(Labelled { text, source, kind, theirs });
    }
}

/// Our own lines: `label<TAB>text`, `#` before a language's.
pub fn read_customers(lines: &str, source: usize, into: &mut Vec<Labelled>) {
    for (label, text) in lines.lines().filter_map(|line| line.split_once('\t')) {
        let theirs = vec![label.to_owned()];
        into.push(Labelled { text: text.to_owned(), source, kind: Kind::Customers, theirs });
    }
}

/// The example messages of the plugins that ship: problems, told calmly. Complaints and thanks are not.
pub fn read_calm(plugins: &Path, source: usize, into: &mut Vec<Labelled>) {
    let mut files: Vec<_> = std::fs::read_dir(plugins)
        .expect("the plugins that ship")
        .filter_map(|entry| Some(entry.ok()?.path().join("scenarios.toml")))
        .filter(|path| path.exists())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(file).expect("a readable file");
        let scenarios: toml::Table = text.parse().expect("TOML");
        for (_, scenario) in scenarios.iter().filter(|(id, _)| !FELT.contains(&id.as_str())) {
            let languages = scenario.get("examples").and_then(toml::Value::as_table).expect("examples");
            let lines = languages.values().filter_map(toml::Value::as_array).flatten().filter_map(toml::Value::as_str);
            for text in lines.filter(|text| is_calm(text)) {
                into.push(Labelled {
                    text: text.to_owned(),
                    source,
                    kind: Kind::Customers,
                    theirs: vec!["neutral".to_owned()],
                });
            }
        }
    }
}

/// Scenarios whose messages are not calm.
const FELT: [&str; 5] = ["complaint", "human_request", "thanks", "goodbye", "delivery_delay"];

/// No shouting, no emoji.
fn is_calm(text: &str) -> bool {
    let shouted = text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase) && text.len() > 8;
    let marks = text.chars().filter(|letter| matches!(letter, '!' | '！')).count();
    !shouted
        && marks < 2
        && !text.contains("??")
        && !text.chars().any(|letter| letter >= '\u{1f000}')
        && !text.contains(":(")
}

/// Which of so many parts a message belongs to, for cross-validation.
pub fn part(text: &str, parts: u64) -> u64 {
    spread(text) / 5 % parts
}
