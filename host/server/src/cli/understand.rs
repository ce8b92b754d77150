//! `cuecard understand`: signals of messages, JSON lines in and out, so that anyone can score them.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use clap::Args;
use cuecard_model::{
    ConversationId, Customer, CustomerId, Failure, IncomingMessage, MerchantId, Message, MessageId, Role, Signals,
    Timestamp, TurnId,
};
use cuecard_pipeline::{Incoming, Merchant, Terms, understand};
use cuecard_plugin::workers::Workers;
use cuecard_understand::{Input, Understanding};
use serde::{Deserialize, Serialize};

use super::{
    lines::{self, Output, Progress},
    offline::{self, Offline},
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
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let Self { file, plugins, languages } = self;
        let merchant = Merchant { languages, ..Merchant::new(MerchantId::from("offline")) };
        let reader = Reader::new(offline::load(&plugins, merchant)?).await?;
        let (mut out, mut progress) = (Output::new(), Progress::new("messages"));
        let (mut spent, mut scores) = (Vec::new(), Scores::default());
        for question in lines::read::<Question>(&file)? {
            let Question { id, text, locale, history, right } = question?;
            let began = Instant::now();
            let signals = reader.signals(&id, text, locale, history).await?;
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

/// Finds signals as a turn does.
struct Reader {
    offline: Offline,
    understanding: Arc<Understanding>,
    /// Only where a plugin has a say: the others need no process.
    workers: Option<Workers>,
}

impl Reader {
    async fn new(offline: Offline) -> anyhow::Result<Self> {
        let mut plugins = offline.snapshot.generation.plugins(&offline.merchant.id);
        let asks = plugins.any(|plugin| plugin.contents.manifest.hooks.classify.is_some());
        drop(plugins);
        let workers = if asks { Some(offline::workers().await?) } else { None };
        Ok(Self { understanding: offline.snapshot.learn(&offline.merchant.id), offline, workers })
    }

    async fn signals(
        &self,
        id: &serde_json::Value,
        text: String,
        locale: Option<String>,
        history: Vec<Said>,
    ) -> anyhow::Result<Signals> {
        let now = Timestamp::from_seconds(0);
        let customer = Customer { locale, ..Customer::unknown(CustomerId::from("")) };
        let history: Vec<_> =
            history.into_iter().map(|said| Message { role: said.role, text: said.text, at: now }).collect();
        let Offline { snapshot, merchant } = &self.offline;
        let Some(workers) = &self.workers else {
            let (text, history, languages) = (&text, &history, &merchant.languages);
            let input = Input { text, history, customer: &customer, events: &[], now, languages, voice: None };
            return Ok(self.understanding.signals(&input));
        };
        let incoming = Incoming {
            turn_id: TurnId::from(id.to_string()),
            now,
            message: IncomingMessage {
                conversation_id: ConversationId::from(""),
                message_id: MessageId::from(""),
                channel: "web_chat".to_owned(),
                role: Role::Customer,
                text,
                at: None,
                customer,
                agent_id: None,
                agent_locale: None,
                voice: None,
            },
            history,
            profile: None,
            live: Vec::new(),
            keys: Arc::default(),
            recent: Arc::default(),
            learned: Arc::default(),
            terms: Terms::default(),
        };
        let understood = understand(snapshot, &self.understanding, workers, merchant, incoming).await?;
        for Failure { plugin, detail, .. } in &understood.failures {
            lines::say(format!("{plugin}: {detail}"));
        }
        Ok(Arc::unwrap_or_clone(understood.turn).signals)
    }
}
