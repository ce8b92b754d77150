//! `cuecard replay`: conversations through the whole pipeline, as `POST /v1/messages` would have answered them.

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::Args;
use cuecard_model::{
    ConversationId, Customer, CustomerId, Fields, IncomingMessage, KeySet, Learned, LiveItem, MerchantId, Message,
    MessageId, Reply, Role, Timestamp, TurnId,
};
use cuecard_pipeline::{Incoming, KeyWrites, Merchant, Terms, answer};
use cuecard_plugin::workers::Workers;
use cuecard_understand::Understanding;
use serde::{Deserialize, Serialize};

use super::{
    lines::{self, Output, Progress},
    offline::{self, Offline},
};
use crate::http::Everything;

/// Answer recorded conversations: JSON lines in, one JSON line out for each customer message.
///
/// In: {"conversation_id", "customer"?, "messages": [{"role": "customer|agent", "text", "at"?}]}. Out: what
/// POST /v1/messages would have given, with the conversation's id and the message's place in it.
#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// The file to read; standard input if absent.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The folder of plugins that answer, and no others.
    #[arg(long, default_value = "plugins")]
    plugins: PathBuf,
    /// Profiles of customers, JSON lines; a conversation's own customer goes over them.
    #[arg(long)]
    customers: Option<PathBuf>,
    /// Live data, JSON lines of {"key", "fields", "valid_from"?, "valid_until"?}.
    #[arg(long)]
    live: Option<PathBuf>,
    /// Hosts that a link may lead to.
    #[arg(long, value_delimiter = ',')]
    links: Vec<String>,
    /// Where messages fall back to.
    #[arg(long, default_value = "en")]
    default_locale: String,
    /// The language that agents read.
    #[arg(long)]
    agent_locale: Option<String>,
    /// What agents' answers have taught about the order, as GET /v1/learned gives it; nothing, if absent.
    #[arg(long)]
    learned: Option<PathBuf>,
    /// The clock of messages without a time of their own; now, if absent.
    #[arg(long)]
    now: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Conversation {
    conversation_id: ConversationId,
    customer: Option<Customer>,
    #[serde(default = "web_chat")]
    channel: String,
    messages: Vec<Said>,
}

fn web_chat() -> String {
    "web_chat".into()
}

#[derive(Deserialize)]
struct Said {
    role: Role,
    text: String,
    at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Line<'a> {
    conversation_id: &'a ConversationId,
    /// The message's place in its conversation, from 0.
    message: usize,
    #[serde(flatten)]
    reply: &'a Reply,
}

/// What replaying took, and what went wrong.
#[derive(Default)]
struct Tally {
    turns: usize,
    with_suggestions: usize,
    failures: BTreeMap<String, usize>,
    micros: Vec<u64>,
}

struct Replaying {
    offline: Offline,
    understanding: Arc<Understanding>,
    workers: Workers,
    customers: BTreeMap<CustomerId, Arc<Customer>>,
    live: Vec<Arc<LiveItem>>,
    learned: Arc<Learned>,
    agent_locale: Option<String>,
    now: Timestamp,
}

impl Replay {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let Self { file, plugins, customers, live, links, default_locale, agent_locale, learned, now } = self;
        let merchant = Merchant { default_locale, links, ..Merchant::new(MerchantId::from("offline")) };
        let offline = offline::load(&plugins, merchant)?;
        let replaying = Replaying {
            understanding: offline.snapshot.learn(&offline.merchant.id),
            offline,
            workers: offline::workers().await?,
            customers: profiles(customers)?,
            live: live.map(|path| lines::read(&path)?.collect()).transpose()?.unwrap_or_default(),
            learned: Arc::new(learned.map(|path| taught(&path)).transpose()?.unwrap_or_default()),
            agent_locale,
            now: now.unwrap_or_else(crate::clock::now),
        };
        let (mut out, mut progress, mut tally) = (Output::new(), Progress::new("turns"), Tally::default());
        for conversation in lines::read::<Conversation>(&file)? {
            let conversation = conversation?;
            for (message, _, reply) in replaying.conversation(&conversation).await? {
                out.line(&Line { conversation_id: &conversation.conversation_id, message, reply: &reply })?;
                tally.count(&reply);
                progress.step();
            }
        }
        progress.finish();
        out.finish()?;
        Ok(tally.report())
    }
}

/// The last turns of recorded conversations, newest first, as they come to be when these plugins answer.
pub(super) async fn recorded(file: &Path, newest: usize, offline: Offline) -> anyhow::Result<Vec<Incoming>> {
    let replaying = Replaying {
        understanding: offline.snapshot.learn(&offline.merchant.id),
        offline,
        workers: offline::workers().await?,
        customers: BTreeMap::new(),
        live: Vec::new(),
        learned: Arc::default(),
        agent_locale: None,
        now: crate::clock::now(),
    };
    let mut turns = Vec::new();
    for conversation in last(lines::read::<Conversation>(file)?, newest)? {
        let answered = replaying.conversation(&conversation).await?;
        turns.extend(answered.into_iter().map(|(_, incoming, _)| incoming));
    }
    turns.reverse();
    turns.truncate(newest);
    Ok(turns)
}

/// The last conversations that have as many messages of customers together.
fn last(
    conversations: impl Iterator<Item = anyhow::Result<Conversation>>,
    messages: usize,
) -> anyhow::Result<VecDeque<Conversation>> {
    let of = |it: &Conversation| it.messages.iter().filter(|said| said.role == Role::Customer).count();
    let (mut kept, mut sum) = (VecDeque::new(), 0);
    for conversation in conversations {
        let conversation = conversation?;
        sum += of(&conversation);
        kept.push_back(conversation);
        while let Some(first) = kept.front().map(of).filter(|first| sum - first >= messages) {
            sum -= first;
            kept.pop_front();
        }
    }
    Ok(kept)
}

fn taught(path: &Path) -> anyhow::Result<Learned> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let found: Everything = serde_json::from_str(&text).with_context(|| {
        format!("{} is not what was learned\n  hint: write the answer of GET /v1/learned there", path.display())
    })?;
    Ok(found.learned.into_iter().map(|line| (line.arm, line.tally)).collect())
}

fn profiles(path: Option<PathBuf>) -> anyhow::Result<BTreeMap<CustomerId, Arc<Customer>>> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    lines::read::<Customer>(&path)?.map(|customer| customer.map(|it| (it.id.clone(), Arc::new(it)))).collect()
}

impl Replaying {
    /// Every customer message of a conversation, with what was said before it and the keys kept so far.
    async fn conversation(&self, conversation: &Conversation) -> anyhow::Result<Vec<(usize, Incoming, Reply)>> {
        let unknown = || Customer::unknown(CustomerId::from(conversation.conversation_id.as_str()));
        let customer = conversation.customer.clone().unwrap_or_else(unknown);
        let mut history: Vec<Message> = Vec::new();
        let mut keys = BTreeMap::new();
        let mut replies = Vec::new();
        for (place, said) in conversation.messages.iter().enumerate() {
            // A minute a message, where the recording says nothing.
            let minutes = i64::try_from(place).unwrap_or(0) * 60;
            let at = said.at.unwrap_or_else(|| Timestamp::from_seconds(self.now.seconds() + minutes));
            if said.role == Role::Customer {
                let incoming = self.incoming(conversation, &customer, place, said, at, &history, &keys);
                let snapshot = &self.offline.snapshot;
                let merchant = &self.offline.merchant;
                let answered = answer(snapshot, &self.understanding, &self.workers, merchant, incoming.clone()).await;
                let answered =
                    answered.with_context(|| format!("{}, message {place}", conversation.conversation_id))?;
                remember(&mut keys, answered.key_writes);
                replies.push((place, incoming, answered.reply));
            }
            history.push(Message { role: said.role, text: said.text.clone(), at });
        }
        Ok(replies)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one turn, named once")]
    fn incoming(
        &self,
        conversation: &Conversation,
        customer: &Customer,
        place: usize,
        said: &Said,
        at: Timestamp,
        history: &[Message],
        keys: &BTreeMap<KeySet, Fields>,
    ) -> Incoming {
        let id = format!("{}-{place}", conversation.conversation_id);
        Incoming {
            turn_id: TurnId::from(id.clone()),
            now: at,
            message: IncomingMessage {
                conversation_id: conversation.conversation_id.clone(),
                message_id: MessageId::from(id),
                channel: conversation.channel.clone(),
                role: Role::Customer,
                text: said.text.clone(),
                voice: None,
                at: Some(at),
                customer: customer.clone(),
                agent_id: None,
                agent_locale: self.agent_locale.clone(),
            },
            history: history.iter().rev().take(20).rev().cloned().collect(),
            profile: self.customers.get(&customer.id).cloned(),
            live: self.live.iter().filter(|item| item.is_valid_at(at)).cloned().collect(),
            keys: Arc::new(keys.clone()),
            recent: Arc::default(),
            learned: Arc::clone(&self.learned),
            terms: Terms::default(),
        }
    }
}

fn remember(keys: &mut BTreeMap<KeySet, Fields>, writes: KeyWrites) {
    for (set, writes) in writes {
        let stored = keys.entry(set).or_default();
        for (name, value) in writes {
            match value {
                Some(value) => stored.insert(name, value),
                None => stored.remove(&name),
            };
        }
    }
}

impl Tally {
    fn count(&mut self, reply: &Reply) {
        self.turns += 1;
        self.with_suggestions += usize::from(!reply.suggestions.is_empty());
        self.micros.push(reply.timing_us.total);
        for failure in &reply.failures {
            *self.failures.entry(format!("{} {}", failure.plugin, failure.kind.as_str())).or_default() += 1;
        }
    }

    fn report(mut self) -> ExitCode {
        self.micros.sort_unstable();
        let at = |share: f64| self.micros.get((self.micros.len() as f64 * share) as usize).copied().unwrap_or(0);
        lines::say(format!(
            "{} turns answered, {} with suggestions; {} us a turn at the median, {} us at the 99th percentile",
            self.turns,
            self.with_suggestions,
            at(0.5),
            at(0.99)
        ));
        for (failure, count) in &self.failures {
            lines::say(format!("{count} x {failure}"));
        }
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
    }
}
