//! Server-sent events: what agents hear, with a short memory so that a broken line can be taken up again.
//!
//! A merchant whom nobody has ever listened to costs nothing. A listener too slow to keep up is dropped; it comes back
//! with Last-Event-ID and misses nothing that is still remembered.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use bytes::Bytes;
use cuecard_model::{AgentId, ConversationId, MerchantId, SuggestionId};
use tokio::sync::mpsc;

/// Events remembered per merchant.
const REMEMBERED: usize = 1000;
/// Bytes remembered per merchant.
const REMEMBERED_BYTES: usize = 4 << 20;
/// Events that wait for one listener.
const WAITING: usize = 256;

/// All streams.
#[derive(Debug)]
pub struct Hub {
    boot: String,
    channels: RwLock<HashMap<MerchantId, Arc<Mutex<Channel>>>>,
}

/// One thing that agents hear.
#[derive(Clone, Debug)]
pub struct Heard {
    /// `suggestion`, `withdrawn`, `outreach`, `reload`.
    pub event: &'static str,
    /// JSON on one line.
    pub data: String,
    /// The thread that it is about, if any.
    pub conversation: Option<ConversationId>,
    /// The agent whom it is meant for, if any.
    pub agent: Option<AgentId>,
    /// The suggestions that are open by it.
    pub open: Vec<SuggestionId>,
}

/// Whom a listener listens for; what is about no one in particular is for all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what is meant for this agent, or for none.
    pub agent: Option<AgentId>,
    /// Only what is about this thread, or about none.
    pub conversation: Option<ConversationId>,
    /// Only what is about plugins: whoever writes them need not read what customers write.
    pub reloads_only: bool,
}

impl Filter {
    fn takes(&self, heard: &Heard) -> bool {
        if self.reloads_only && heard.event != "reload" {
            return false;
        }
        let agent = self.agent.is_none() || heard.agent.is_none() || self.agent == heard.agent;
        agent
            && (self.conversation.is_none() || heard.conversation.is_none() || self.conversation == heard.conversation)
    }
}

/// One listener's line.
#[derive(Debug)]
pub struct Line {
    /// What happened since the id that was given, then what happens.
    pub missed: Vec<Bytes>,
    /// What happens from now on; ends if the listener is too slow.
    pub live: mpsc::Receiver<Bytes>,
}

#[derive(Debug, Default)]
struct Channel {
    next: u64,
    bytes: usize,
    ring: VecDeque<(Heard, Bytes)>,
    listeners: Vec<(Filter, mpsc::Sender<Bytes>)>,
}

impl Hub {
    /// Nobody listens yet. `boot` tells one run of the host from another.
    pub fn new(boot: String) -> Self {
        Self { boot, channels: RwLock::default() }
    }

    /// A new listener, who last heard `last`. `None`: this merchant has `limit` listeners already.
    pub fn listen(&self, merchant: &MerchantId, filter: Filter, last: Option<&str>, limit: usize) -> Option<Line> {
        let channel = {
            let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(channels.entry(merchant.clone()).or_default())
        };
        let mut channel = lock(&channel);
        channel.listeners.retain(|(_, sender)| !sender.is_closed());
        if channel.listeners.len() >= limit {
            return None;
        }
        let missed = last.map(|last| self.missed(&channel, &filter, last)).unwrap_or_default();
        let (sender, live) = mpsc::channel(WAITING);
        channel.listeners.push((filter, sender));
        Some(Line { missed, live })
    }

    fn missed(&self, channel: &Channel, filter: &Filter, last: &str) -> Vec<Bytes> {
        let heard = last.rsplit_once('-').filter(|(boot, _)| *boot == self.boot);
        let heard = heard.and_then(|(_, number)| number.parse::<u64>().ok()).filter(|number| *number < channel.next);
        let first = channel.next - channel.ring.len() as u64;
        match heard {
            Some(number) if number + 1 >= first => {
                let after = usize::try_from(number + 1 - first).unwrap_or(usize::MAX);
                let after = channel.ring.iter().skip(after).filter(|(heard, _)| filter.takes(heard));
                after.map(|(_, frame)| frame.clone()).collect()
            }
            _ => vec![Bytes::from(format!(
                "event: reset\nid: {}-{}\ndata: {{\"reason\":\"what came after that id is forgotten; read the state anew\"}}\n\n",
                self.boot,
                channel.next.saturating_sub(1)
            ))],
        }
    }

    /// Whether anybody of this merchant has ever listened: if not, nothing need be made to be heard.
    pub fn is_heard(&self, merchant: &MerchantId) -> bool {
        self.channel(merchant).is_some()
    }

    /// How many listen now.
    pub fn listeners(&self) -> usize {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        channels.values().map(|channel| lock(channel).listeners.iter().filter(|(_, to)| !to.is_closed()).count()).sum()
    }

    /// Says something to a merchant's listeners.
    pub fn say(&self, merchant: &MerchantId, heard: Heard) {
        if let Some(channel) = self.channel(merchant) {
            lock(&channel).say(&self.boot, heard);
        }
    }

    /// Says something to everybody's listeners.
    pub fn say_to_all(&self, heard: &Heard) {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        channels.values().for_each(|channel| lock(channel).say(&self.boot, heard.clone()));
    }

    /// Takes back what is still open in a thread.
    pub fn withdraw(&self, merchant: &MerchantId, conversation: &ConversationId, why: &str) {
        let Some(channel) = self.channel(merchant) else { return };
        let mut channel = lock(&channel);
        let about = channel.ring.iter().rev().find(|(heard, _)| heard.conversation.as_ref() == Some(conversation));
        let Some((open, agent)) = about.map(|(heard, _)| (heard.open.clone(), heard.agent.clone())) else { return };
        if open.is_empty() {
            return;
        }
        let data = serde_json::json!({"conversation_id": conversation, "suggestions": open, "reason": why}).to_string();
        let conversation = Some(conversation.clone());
        channel.say(&self.boot, Heard { event: "withdrawn", data, conversation, agent, open: Vec::new() });
    }

    fn channel(&self, merchant: &MerchantId) -> Option<Arc<Mutex<Channel>>> {
        self.channels.read().unwrap_or_else(PoisonError::into_inner).get(merchant).cloned()
    }
}

impl Channel {
    fn say(&mut self, boot: &str, heard: Heard) {
        let mut frame = String::with_capacity(heard.data.len() + 64);
        let _ = write!(frame, "event: {}\nid: {boot}-{}\ndata: {}\n\n", heard.event, self.next, heard.data);
        let frame = Bytes::from(frame);
        self.next += 1;
        self.listeners.retain(|(filter, to)| !filter.takes(&heard) || to.try_send(frame.clone()).is_ok());
        self.bytes += frame.len();
        self.ring.push_back((Heard { data: String::new(), ..heard }, frame));
        while self.ring.len() > REMEMBERED || self.bytes > REMEMBERED_BYTES {
            let Some((_, gone)) = self.ring.pop_front() else { break };
            self.bytes -= gone.len();
        }
    }
}

fn lock(channel: &Mutex<Channel>) -> MutexGuard<'_, Channel> {
    channel.lock().unwrap_or_else(PoisonError::into_inner)
}
