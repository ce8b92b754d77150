//! What customers say in `cuecard bench`: messages of many kinds in several languages, no two alike.
//!
//! Owns which message is sent when. Drawn from files, so that no memory of the host can know what comes; each gets a
//! number besides, so that none comes twice.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::load::Paced;
use crate::cli::lines;

/// Messages of one conversation.
const TURNS: u64 = 6;

/// Who writes in which language: customers of the demo shop, with their orders. Others write as the first.
const CUSTOMERS: [(&str, &str); 3] = [("en", "u-2"), ("es", "u-1"), ("zh", "u-3")];

/// A line of a file.
#[derive(Deserialize)]
struct Line {
    text: String,
    language: String,
    scenario: String,
}

/// Messages of one language.
struct Voice {
    language: String,
    customer: &'static str,
    /// As they stand in JSON, without quotation marks.
    texts: Vec<String>,
}

/// All that may be said.
pub(super) struct Said(Vec<Voice>);

impl Said {
    /// Reads files of JSON lines with `text`, `language` and `scenario`. What wants nothing of a shop is left out:
    /// there is nothing to suggest.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self> {
        let mut voices: Vec<Voice> = Vec::new();
        for file in files {
            for line in read(file)?.into_iter().filter(|line| line.scenario != "none") {
                let text = serde_json::to_string(&line.text)?.trim_matches('"').to_owned();
                match voices.iter_mut().find(|voice| voice.language == line.language) {
                    Some(voice) => voice.texts.push(text),
                    None => voices.push(Voice::new(line.language, text)),
                }
            }
        }
        ensure!(!voices.is_empty(), "no messages to send\n  hint: name files of JSON lines with --messages");
        Ok(Self(voices))
    }

    /// The body of a message. A conversation stays in one language.
    pub(super) fn body(&self, Paced { agent, turn }: Paced) -> String {
        let conversation = turn / TURNS;
        let pick = |number: u64, of: usize| usize::try_from(number).unwrap_or_default() % of.max(1);
        let voice = self.0.get(pick(agent + conversation, self.0.len()));
        let (customer, texts) = voice.map_or(("u-2", &[][..]), |voice| (voice.customer, &voice.texts));
        // Steps that divide no usual number of messages, so that neighbours differ and all have their turn.
        let text = texts.get(pick(agent * 37 + turn * 31, texts.len())).map_or("", String::as_str);
        format!(
            r#"{{"conversation_id":"bench-{agent}-{conversation}","message_id":"m-{turn}","channel":"web_chat","text":"{text} ({agent}-{turn})","customer":{{"id":"{customer}"}},"agent_id":"a-{agent}"}}"#
        )
    }
}

impl Voice {
    fn new(language: String, text: String) -> Self {
        let customer = CUSTOMERS.iter().find(|(known, _)| *known == language).map_or("u-2", |(_, customer)| customer);
        Self { language, customer, texts: vec![text] }
    }
}

fn read(file: &Path) -> Result<Vec<Line>> {
    let lines = lines::read(file).and_then(|lines| lines.collect());
    lines.with_context(|| format!("cannot read {}\n  hint: name files of JSON lines with --messages", file.display()))
}
