//! The flow of an outreach: which channel, may it go, in which words; when it is proposed, and again before it is sent.
//!
//! Plain functions of what they are handed: the outbox calls them with what is kept, a simulation with what it made up.
//! Knows no storage and no connector.

mod address;
mod words;

use std::sync::Arc;

use cuecard_gate::{
    Answer, ConsentAnswer, ConsentPurpose, Earlier, Evidence, Facts, OpenConversation, Policy, Proposal, Sent, Verdict,
    decide,
};
use cuecard_model::{
    ContactFacts, Customer, LiveItem, OrderStatus, Outreach, PluginVersion, Recent, Suggestion, Timestamp,
};
use cuecard_understand::Understanding;

use self::address::channels;
pub use self::{
    address::Address,
    words::{Unworded, words},
};
use crate::{Merchant, Snapshot};

/// On what it is decided: one generation of plugins, one merchant's settings.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The plugins, whose messages give the words.
    pub snapshot: &'a Snapshot,
    /// What was learned from them.
    pub understanding: &'a Understanding,
    /// What the merchant has settled.
    pub merchant: &'a Merchant,
    /// The same as the gate wants it.
    pub policy: &'a Policy,
    /// The clock.
    pub now: Timestamp,
}

/// Whom it is for, and what is known of them.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// The profile.
    pub customer: &'a Arc<Customer>,
    /// When and where they wrote, and what happened in the shop.
    pub recent: &'a Recent,
    /// Consent, suppressions, earlier contacts.
    pub facts: &'a ContactFacts,
    /// The merchant's live data that is valid now.
    pub live: &'a [Arc<LiveItem>],
}

/// What is proposed, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The contact's id.
    pub id: &'a str,
    /// Who proposes it.
    pub plugin: &'a PluginVersion,
    /// What.
    pub outreach: &'a Outreach,
    /// When the event happened that led to it.
    pub event_at: Timestamp,
    /// When it was proposed.
    pub created_at: Timestamp,
}

/// What is to be done with an outreach, and why.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What to do.
    pub step: Step,
    /// A reason code: the gate's, or one of `no_channel`, `plugin_gone`, `no_words`, `blocked`, `incomplete`.
    pub reason: &'static str,
    /// The same for people, where the code does not say all.
    pub detail: String,
    /// On which channel, if there is one.
    pub channel: Option<String>,
    /// Where to.
    pub address: Address,
    /// The gate's answer, if it was asked.
    pub verdict: Option<Verdict>,
    /// The words, if there are any.
    pub words: Option<Suggestion>,
    /// The heading, where the plugin's messages have one beside the message: `<key>_subject`.
    pub subject: Option<String>,
}

/// What to do with an outreach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask an agent.
    Propose,
    /// Send it now.
    Send,
    /// Look again at this moment.
    Wait(Timestamp),
    /// Never send it: the gate says so, or nobody can be reached.
    Drop,
    /// It cannot be sent as it is.
    Fail,
}

/// Decides on a new outreach: the channel, the gate's answer of now, the words.
pub fn propose(ground: &Ground<'_>, addressee: &Addressee<'_>, wish: &Wish<'_>) -> Judgement {
    let facts = facts(addressee, wish, None);
    let asked = channels(wish.outreach, addressee, ground.now).into_iter().map(|(channel, address)| {
        let verdict = gate(ground, wish, &facts, &channel);
        (channel, address, verdict)
    });
    // Of several channels the first on which it may go now, else the first on which it may go later.
    let Some((channel, address, verdict)) = asked.min_by_key(|(.., verdict)| hardness(verdict)) else {
        return Judgement::unreachable(wish);
    };
    let judged = Judgement::of(channel, address, verdict);
    if judged.step == Step::Drop {
        return judged;
    }
    let by_itself = wish.outreach.scenario.as_ref().is_some_and(|it| ground.merchant.outreach.automatic.contains(it));
    match judged.worded(ground, addressee, wish, None) {
        judged if judged.step == Step::Fail && judged.reason == INCOMPLETE => {
            Judgement { step: Step::Propose, ..judged }
        }
        judged if judged.step == Step::Fail || by_itself => judged,
        judged => Judgement { step: Step::Propose, ..judged },
    }
}

/// Decides again on an outreach that is to be sent on this channel now. `edited` is what an agent wrote in place of the
/// plugin's words.
pub fn attempt(
    ground: &Ground<'_>,
    addressee: &Addressee<'_>,
    wish: &Wish<'_>,
    channel: Option<&str>,
    edited: Option<&str>,
) -> Judgement {
    let chosen = match channel {
        Some(channel) => Address::of(addressee, channel).map(|address| (channel.to_owned(), address)),
        None => channels(wish.outreach, addressee, ground.now).into_iter().next(),
    };
    let Some((channel, address)) = chosen else { return Judgement::unreachable(wish) };
    let verdict = gate(ground, wish, &facts(addressee, wish, Some(wish.id)), &channel);
    match Judgement::of(channel, address, verdict) {
        judged if judged.step == Step::Send => judged.worded(ground, addressee, wish, edited),
        judged => judged,
    }
}

/// The words of a contact on the first channel that it could take, whatever the gate would say: for those who want to
/// see what a plugin says. Where nothing tells how to reach the customer, as for a mail.
pub(crate) fn drafted(ground: &Ground<'_>, addressee: &Addressee<'_>, wish: &Wish<'_>) -> Judgement {
    let first = channels(wish.outreach, addressee, ground.now).into_iter().next();
    let named = || wish.outreach.channel.clone().unwrap_or_else(|| "email".to_owned());
    let (channel, address) = first.unwrap_or_else(|| (named(), Address::default()));
    let (step, reason, detail, channel) = (Step::Propose, "", String::new(), Some(channel));
    let judged = Judgement { step, reason, detail, channel, address, verdict: None, words: None, subject: None };
    judged.worded(ground, addressee, wish, None)
}

const INCOMPLETE: &str = "incomplete";

impl Judgement {
    fn unreachable(wish: &Wish<'_>) -> Self {
        let detail = match &wish.outreach.channel {
            Some(channel) => format!("nothing tells where to reach the customer on {channel}"),
            None => "the customer has no address on any channel".to_owned(),
        };
        let (step, reason) = (Step::Drop, "no_channel");
        let address = Address::default();
        let channel = wish.outreach.channel.clone();
        Self { step, reason, detail, channel, address, verdict: None, words: None, subject: None }
    }

    fn of(channel: String, address: Address, verdict: Verdict) -> Self {
        let step = match verdict.answer {
            Answer::Send => Step::Send,
            Answer::Defer { until } => Step::Wait(until),
            Answer::Drop => Step::Drop,
        };
        let (reason, verdict) = (verdict.reason.code(), Some(verdict));
        let (detail, channel) = (String::new(), Some(channel));
        Self { step, reason, detail, channel, address, verdict, words: None, subject: None }
    }

    /// With words; a failure if there are none that may be said.
    fn worded(self, ground: &Ground<'_>, addressee: &Addressee<'_>, wish: &Wish<'_>, edited: Option<&str>) -> Self {
        let channel = self.channel.as_deref().unwrap_or_default();
        let failed = |reason, detail, words| Self { step: Step::Fail, reason, detail, words, ..self.clone() };
        match words(ground, addressee, wish, channel, edited) {
            Ok((words, _)) if !words.missing.is_empty() => {
                let detail = format!("no value for {}: write the words yourself", words.missing.join(", "));
                failed(INCOMPLETE, detail, Some(words))
            }
            Ok((words, subject)) => Self { words: Some(words), subject, ..self },
            Err(Unworded { reason, detail }) => failed(reason, detail, None),
        }
    }
}

fn hardness(verdict: &Verdict) -> (u8, Timestamp) {
    match verdict.answer {
        Answer::Send => (0, Timestamp::default()),
        Answer::Defer { until } => (1, until),
        Answer::Drop => (2, Timestamp::default()),
    }
}

fn gate(ground: &Ground<'_>, wish: &Wish<'_>, facts: &Facts, channel: &str) -> Verdict {
    let proposal = Proposal::new(wish.outreach, channel, wish.event_at);
    decide(&proposal, facts, ground.policy, ground.now)
}

/// What the gate is told. `own` is the contact itself, once it is kept.
fn facts(addressee: &Addressee<'_>, wish: &Wish<'_>, own: Option<&str>) -> Facts {
    let Addressee { customer, recent, facts, .. } = addressee;
    // What a contact itself may have been is no reason against it.
    let others = facts.contacts.iter().filter(|contact| Some(&*contact.id) != own);
    let sends = others.clone().filter_map(|contact| {
        let (at, channel) = (contact.attempted_at?, contact.channel.clone()?);
        Some(Sent { at, channel, purpose: contact.purpose })
    });
    // Of two that stand for one occurrence the earlier goes; one that was handed over has gone.
    let earlier = others.clone().find(|contact| {
        let before = contact.attempted_at.is_some() || (contact.at, &*contact.id) < (wish.created_at, wish.id);
        contact.stands && before && contact.occurrence == wish.outreach.occurrence
    });
    Facts {
        evidence: Evidence {
            time_zone: customer.time_zone.clone(),
            country: customer.country.clone(),
            region: customer.region.clone(),
            phone: customer.phone.clone(),
        },
        consents: facts.consents.clone(),
        suppressions: facts.suppressions.clone(),
        sends: sends.collect(),
        conversation: facts.last_message_at.map(|last_message_at| OpenConversation { last_message_at }),
        last_order: last_order(customer, recent),
        last_inbound: recent.contacts.iter().fold(Default::default(), |mut last, contact| {
            let at: &mut Timestamp = last.entry(contact.channel.clone()).or_insert(contact.at);
            *at = (*at).max(contact.at);
            last
        }),
        earlier: earlier.map(|earlier| Earlier { id: earlier.id.to_string(), at: earlier.at }),
        ..Facts::unknown(customer.id.clone())
    }
}

/// By the profile, or by events that have not reached it yet.
fn last_order(customer: &Customer, recent: &Recent) -> Option<Timestamp> {
    let placed = customer.orders.iter().filter(|order| order.status != OrderStatus::Cancelled);
    let placed = placed.filter_map(|order| order.placed_at);
    let told = recent.events.iter().filter(|event| matches!(event.kind.as_str(), "order.created" | "order.paid"));
    placed.chain(told.map(|event| event.at)).max()
}

/// Whether the customer has agreed to news about their own orders or to offers on this channel, or has not said no.
fn may_consent(addressee: &Addressee<'_>, outreach: &Outreach, channel: &str, now: Timestamp) -> bool {
    let purpose = ConsentPurpose::from(outreach.purpose);
    let last = cuecard_gate::consent(&addressee.facts.consents, purpose, channel, now);
    last.map_or(purpose == ConsentPurpose::Service, |record| record.answer == ConsentAnswer::Granted)
}

#[cfg(test)]
mod tests;
