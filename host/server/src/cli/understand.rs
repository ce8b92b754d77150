//! `cuecard understand`: signals of messages, JSON lines in and out, so that anyone can score them.

use std::{path::PathBuf, process::ExitCode, time::Instant};

use clap::Args;
use cuecard_model::{Customer, CustomerId, MerchantId, Message, Role, Signals, Timestamp};
use cuecard_pipeline::Merchant;
use cuecard_understand::Input;
use serde::{Deserialize, Serialize};

use super::{
    lines::{self, Output, Progress},
    offline,
    scores::{Right, Scores},
};

/// Find language, scenario, emotion and stage of messages: JSON lines in, JSON lines out.
///
/// In: {"id", "text", "locale"?, "history"?: [{"role", "text"}]}. Out: {"id", "signals"}.
/// Lines that also say what is right ("scenario", "language", "emotion") are scored on standard error: accuracy,
/// macro F1, Matthews correlation and the most frequent mistakes.
#[derive(Args, Debug)]
pub(crate) struct Understand {
    /// The file to read; standard input if absent.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The folder of plugins whose scenarios are known, and no others.
    #[arg(long, default_value = "plugins")]
    plugins: PathBuf,
    /// Languages that the merchant answers in, as a prior.
    #[arg(long, value_delimiter = ',')]
    languages: Vec<String>,
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    id: serde_json::Value,
    text: String,
    locale: Option<String>,
    #[serde(default)]
    history: Vec<Said>,
    #[serde(flatten)]
    right: Right,
}

#[derive(Deserialize)]
struct Said {
    role: Role,
    text: String,
}

#[derive(Serialize)]
struct Found {
    id: serde_json::Value,
    signals: Signals,
}

impl Understand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let offline = offline::load(&self.plugins, Merchant::new(MerchantId::from("offline")))?;
        let understanding = offline.snapshot.learn(&offline.merchant.id);
        let (mut out, mut progress) = (Output::new(), Progress::new("messages"));
        let (mut spent, mut scores) = (Vec::new(), Scores::default());
        let now = Timestamp::from_seconds(0);
        for question in lines::read::<Question>(&self.file)? {
            let Question { id, text, locale, history, right } = question?;
            let customer = Customer { locale, ..Customer::unknown(CustomerId::from("")) };
            let history: Vec<_> =
                history.into_iter().map(|said| Message { role: said.role, text: said.text, at: now }).collect();
            let (customer, languages) = (&customer, &self.languages);
            let input = Input { text: &text, history: &history, customer, now, languages, voice: None };
            let began = Instant::now();
            let signals = understanding.signals(&input);
            spent.push(began.elapsed());
            scores.add(&right, &signals);
            out.line(&Found { id, signals })?;
            progress.step();
        }
        progress.finish();
        out.finish()?;
        spent.sort_unstable();
        if let Some(median) = spent.get(spent.len() / 2) {
            lines::say(format!("{} messages, {} us each at the median", spent.len(), median.as_micros()));
        }
        scores.say();
        Ok(ExitCode::SUCCESS)
    }
}
