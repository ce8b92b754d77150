//! Chatwoot: what its webhooks and its lists of messages say, in our words. Plain functions; no I/O, no clock.
//!
//! A webhook names a message's type by a word and has the conversation beside the message; a list has a number, and the
//! conversation is known. What stands in the two is otherwise the same.

use cuecard_model::{
    ConversationId, Customer, CustomerId, Fields, IncomingMessage, MessageId, PersonName, Role, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::read::{At, Wrong};

/// The attribute of a message that says it is ours.
pub const MARK: &str = "cuecard_key";
/// Bytes of text that one message may have; the rest of a longer one is cut off.
const TEXT: usize = 16 << 10;
/// What opens something, or lets others listen: never kept, never handed on.
const SECRETS: [&str; 4] = ["pubsub_token", "access_token", "hmac_identifier", "hmac_token"];

/// Whose words are read.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The account's number in Chatwoot.
    pub number: u64,
    /// Whether a contact's identifier is the merchant's own customer id even if nobody has signed for it.
    pub trust_identifiers: bool,
}

/// What is to be done about something that was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// A customer's message, to be answered; or an agent's, to be remembered.
    Message(Box<IncomingMessage>),
    /// A customer's message without words, e.g. a picture.
    Wordless(Box<IncomingMessage>),
    /// A message says something else now, or has never been told.
    Changed(Box<IncomingMessage>),
    /// A message was taken back.
    Deleted(MessageId),
    /// Something happened to the conversation.
    Event {
        /// `conversation.resolved`, `conversation.reopened`, `conversation.pending`, `conversation.rated`.
        kind: String,
        /// When.
        at: Option<Timestamp>,
        /// What there is to say about it.
        fields: Fields,
    },
}

/// Something that was told, and about whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The same for the same thing, told again by whichever way.
    pub id: String,
    /// The conversation, as we call it.
    pub conversation: ConversationId,
    /// Its customer.
    pub customer: CustomerId,
    /// What is to be done.
    pub said: Said,
}

/// What came of reading.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// Something to do.
    Told(Box<Told>),
    /// Nothing to do, and why.
    Nothing(&'static str),
}

/// Takes out what nobody else may see.
pub fn strip(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            fields.retain(|name, _| !SECRETS.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Json::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// By what a delivery's content is known again: the event, what it is about, and as of when.
pub fn name(body: &Json, hash: &str) -> String {
    let top = At::top(body);
    let word = |name: &str| top.get(name).json().as_str().unwrap_or_default().to_owned();
    let id = top.id("id").ok().flatten().unwrap_or_default();
    // Messages say no `updated_at` of their own; then it is the same only if nothing differs.
    let as_of = match top.get("updated_at").json() {
        Json::Null => hash.to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("{}/{id}/{as_of}", word("event"))
}

impl Account {
    /// What we call a conversation.
    pub fn conversation(&self, number: &str) -> ConversationId {
        format!("chatwoot-{}-{number}", self.number).into()
    }

    /// The number of a conversation of this account, by our name for it or by its own.
    pub fn number_of(&self, conversation: &str) -> Option<u64> {
        let own = conversation.strip_prefix("chatwoot-").and_then(|rest| rest.strip_prefix(&self.number.to_string()));
        own.map_or(Some(conversation), |rest| rest.strip_prefix('-'))?.parse().ok()
    }

    /// The id of what was told: of a message by its number.
    pub fn id(&self, what: &str) -> String {
        format!("chatwoot/{}/{what}", self.number)
    }

    /// Reads a webhook. `name` is that of [`name`].
    pub fn webhook(&self, body: &Json, name: &str) -> Result<Read, Wrong> {
        let top = At::top(body).object()?;
        if let Some(account) = top.part("account")?.map(|account| account.id("id")).transpose()?.flatten()
            && account != self.number.to_string()
        {
            return Err(top.get("account.id").wrong("the account of this address"));
        }
        let conversation = top.part("conversation")?;
        match (top.text("event")?, conversation) {
            (Some("message_created"), Some(conversation)) => self.message(&top, &conversation),
            (Some("message_updated"), Some(conversation)) => self.updated(&top, &conversation, name),
            (Some("message_created" | "message_updated"), None) => Err(top.get("conversation").wrong("an object")),
            (Some("conversation_status_changed" | "conversation_resolved" | "conversation_opened"), _) => {
                self.status(&top, name)
            }
            (Some(_), _) => Ok(Read::Nothing("nothing is done about this event")),
            (None, _) => Err(top.get("event").wrong("there, and must be")),
        }
    }

    /// Reads a message of a list: what was told before and what was never told.
    pub fn message(&self, message: &At<'_>, conversation: &At<'_>) -> Result<Read, Wrong> {
        let role = match kind(message)? {
            _ if message.flag("private")? => return Ok(Read::Nothing("a private note")),
            _ if attribute(message, MARK).is_some() => return Ok(Read::Nothing("written by this host")),
            _ if attribute(message, "deleted").is_some_and(|it| it.as_bool() == Some(true)) => {
                return Ok(Read::Nothing("deleted"));
            }
            Some(Role::Agent) if !is_by_a_person(message) => return Ok(Read::Nothing("not written by a person")),
            Some(role) => role,
            None => return Ok(Read::Nothing("neither a customer's message nor an agent's")),
        };
        let (text, files) = (content(message)?, attachments(message)?);
        let Some(words) = text.clone().or_else(|| files.clone()) else { return Ok(Read::Nothing("an empty message")) };
        let incoming = self.incoming(message, conversation, role, words)?;
        let said = match (&text, role) {
            (None, Role::Customer) => Said::Wordless(incoming),
            _ => Said::Message(incoming),
        };
        self.told(&message.need_id("id")?, conversation, message, said)
    }

    fn incoming(
        &self,
        message: &At<'_>,
        conversation: &At<'_>,
        role: Role,
        text: String,
    ) -> Result<Box<IncomingMessage>, Wrong> {
        let agent = match role {
            Role::Agent => message.part("sender")?.map(|sender| sender.id("id")).transpose()?.flatten(),
            Role::Customer => None,
        };
        Ok(Box::new(IncomingMessage {
            conversation_id: self.conversation(&number(message, conversation)?),
            message_id: message.need_id("id")?.into(),
            channel: channel(conversation).to_owned(),
            role,
            text,
            voice: None,
            at: moment(message, "created_at"),
            customer: self.customer(conversation, message)?,
            agent_id: agent.map(|agent| format!("chatwoot-{agent}").into()),
            agent_locale: None,
        }))
    }

    fn updated(&self, message: &At<'_>, conversation: &At<'_>, name: &str) -> Result<Read, Wrong> {
        let id = message.need_id("id")?;
        if let Some(rating) = rating(message) {
            let fields = Fields::from([
                ("conversation_id".into(), self.conversation(&number(message, conversation)?).as_str().into()),
                ("rating".into(), rating.into()),
            ]);
            let said = Said::Event { kind: "conversation.rated".into(), at: None, fields };
            return self.told(&format!("{id}/rated"), conversation, message, said);
        }
        let is_ours = attribute(message, MARK).is_some() || message.flag("private")?;
        if attribute(message, "deleted").is_some_and(|it| it.as_bool() == Some(true)) {
            if is_ours || kind(message)?.is_none() {
                return Ok(Read::Nothing("a note or a system message was deleted"));
            }
            return self.told(&format!("{id}/deleted"), conversation, message, Said::Deleted(id.clone().into()));
        }
        Ok(match self.message(message, conversation)? {
            Read::Told(told) => {
                let said = match told.said {
                    Said::Message(message) => Said::Changed(message),
                    said => said,
                };
                let id = if matches!(said, Said::Changed(_)) { self.id(&format!("{id}/{name}")) } else { told.id };
                Read::Told(Box::new(Told { id, said, ..*told }))
            }
            nothing => nothing,
        })
    }

    fn status(&self, conversation: &At<'_>, name: &str) -> Result<Read, Wrong> {
        let kind = match conversation.text("status")? {
            Some("resolved") => "conversation.resolved",
            Some("open") => "conversation.reopened",
            Some("pending") => "conversation.pending",
            _ => return Ok(Read::Nothing("nothing is done about this status")),
        };
        let number = conversation.need_id("id")?;
        let fields = Fields::from([("conversation_id".into(), self.conversation(&number).as_str().into())]);
        // A conversation that is resolved is told of by two events.
        let as_of = conversation.get("updated_at");
        let as_of = if as_of.is_absent() { name.to_owned() } else { as_of.json().to_string() };
        let said = Said::Event { kind: kind.into(), at: moment(conversation, "updated_at"), fields };
        self.told(&format!("{kind}/{number}/{as_of}"), conversation, conversation, said)
    }

    fn told(&self, what: &str, conversation: &At<'_>, message: &At<'_>, said: Said) -> Result<Read, Wrong> {
        let customer = self.customer(conversation, message)?.id;
        let conversation = self.conversation(&number(message, conversation)?);
        Ok(Read::Told(Box::new(Told { id: self.id(what), conversation, customer, said })))
    }

    /// The contact of a conversation. Their identifier is believed only if it was signed for, or the merchant says that
    /// all are: on a website anybody can call themselves by anybody's.
    fn customer(&self, conversation: &At<'_>, message: &At<'_>) -> Result<Customer, Wrong> {
        let meta = conversation.get("meta");
        let beside = matches!(kind(message), Ok(Some(Role::Customer))).then(|| message.get("sender"));
        let found = [Some(meta.get("sender")), Some(message.get("contact")), beside];
        let sender = found.into_iter().flatten().find(|sender| sender.json().is_object());
        let sender = sender.ok_or_else(|| meta.get("sender").wrong("there, and must be"))?;
        let signed = [meta.get("hmac_verified"), conversation.get("contact_inbox").get("hmac_verified")];
        let is_signed = signed.iter().any(|flag| flag.json().as_bool() == Some(true));
        let identifier = sender.id("identifier")?.filter(|_| is_signed || self.trust_identifiers);
        let id = match identifier {
            Some(identifier) => identifier,
            None => format!("chatwoot-{}-{}", self.number, sender.need_id("id")?),
        };
        let mut customer = Customer::unknown(id.into());
        let text = |name: &str| sender.get(name).json().as_str().map(str::trim).filter(|it| !it.is_empty());
        customer.email = text("email").map(str::to_owned);
        customer.phone = text("phone_number").map(str::to_owned);
        customer.name = text("name").filter(|name| !is_made_up(name)).map(person);
        let language = conversation.get("additional_attributes").get("browser_language");
        customer.locale = language.json().as_str().and_then(locale);
        let country = sender.get("additional_attributes").get("country_code");
        let is_code = |code: &&str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        customer.country = country.json().as_str().filter(is_code).map(str::to_ascii_uppercase);
        Ok(customer)
    }
}

/// Who wrote it, if a customer or the agents' side did: a word in a webhook, a number in a list.
fn kind(message: &At<'_>) -> Result<Option<Role>, Wrong> {
    let field = message.get("message_type");
    Ok(match field.json() {
        Json::String(word) if word == "incoming" => Some(Role::Customer),
        Json::String(word) if word == "outgoing" => Some(Role::Agent),
        Json::Number(number) if number.as_u64() == Some(0) => Some(Role::Customer),
        Json::Number(number) if number.as_u64() == Some(1) => Some(Role::Agent),
        Json::String(_) | Json::Number(_) => None,
        _ => return Err(field.wrong("a word or a number")),
    })
}

/// Bots, rules and campaigns write in the agents' name.
fn is_by_a_person(message: &At<'_>) -> bool {
    let sender = message.get("sender");
    let kind = sender.get("type").json().as_str().unwrap_or("user").to_ascii_lowercase();
    let campaign = message.get("additional_attributes").get("campaign_id");
    kind == "user" && attribute(message, "automation_rule_id").is_none() && campaign.is_absent()
}

fn attribute<'a>(message: &At<'a>, name: &str) -> Option<&'a Json> {
    message.json().get("content_attributes")?.get(name).filter(|value| !value.is_null())
}

fn rating(message: &At<'_>) -> Option<f64> {
    attribute(message, "submitted_values")?.get("csat_survey_response")?.get("rating")?.as_f64()
}

fn number(message: &At<'_>, conversation: &At<'_>) -> Result<String, Wrong> {
    let number = match conversation.id("id")? {
        Some(number) => number,
        None => message.need_id("conversation_id")?,
    };
    let is_number = number.parse::<u64>().is_ok();
    if is_number { Ok(number) } else { Err(conversation.get("id").wrong("a number")) }
}

fn content(message: &At<'_>) -> Result<Option<String>, Wrong> {
    let Some(text) = message.text("content")? else { return Ok(None) };
    let end = (0..=TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Ok(text.get(..end).map(str::to_owned))
}

/// What was attached, in brackets: `[image, file]`.
fn attachments(message: &At<'_>) -> Result<Option<String>, Wrong> {
    let kinds: Vec<_> = message
        .list("attachments")?
        .iter()
        .map(|file| file.get("file_type").json().as_str().unwrap_or("file").chars().take(20).collect::<String>())
        .take(15)
        .collect();
    Ok((!kinds.is_empty()).then(|| format!("[{}]", kinds.join(", "))))
}

/// Seconds since the epoch, or a date and time as Ruby or ISO 8601 writes it.
fn moment(at: &At<'_>, name: &str) -> Option<Timestamp> {
    let millis = |seconds: f64| {
        let is_sane = (0.0..4_102_444_800.0).contains(&seconds);
        #[allow(clippy::cast_possible_truncation, reason = "checked to be within this century")]
        is_sane.then(|| Timestamp::from_millis((seconds * 1000.0) as i64))
    };
    match at.get(name).json() {
        Json::Number(number) => millis(number.as_f64()?),
        Json::String(text) => {
            let text = text.trim();
            let ruby = text.strip_suffix(" UTC").map(|text| format!("{}Z", text.replacen(' ', "T", 1)));
            ruby.as_deref().unwrap_or(text).parse().ok()
        }
        _ => None,
    }
}

fn channel(conversation: &At<'_>) -> &'static str {
    let named = [conversation.get("channel"), conversation.get("meta").get("channel")];
    match named.iter().find_map(|channel| channel.json().as_str()).unwrap_or_default() {
        "Channel::Email" => "email",
        "Channel::Whatsapp" => "whatsapp",
        "Channel::Sms" | "Channel::TwilioSms" => "sms",
        "Channel::FacebookPage" => "messenger",
        "Channel::Instagram" => "instagram",
        "Channel::Telegram" => "telegram",
        "Channel::Line" => "line",
        "Channel::Voice" => "phone",
        _ => "web_chat",
    }
}

/// `pt_BR` and `pt-BR` are one.
fn locale(text: &str) -> Option<String> {
    let tag = text.trim().replace('_', "-");
    let fits = (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then_some(tag)
}

/// Chatwoot calls visitors without a name by two words and a number: `misty-dawn-42`.
fn is_made_up(name: &str) -> bool {
    let parts: Vec<_> = name.split('-').collect();
    match parts.as_slice() {
        [first, second, number] => {
            let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
            is_word(first) && is_word(second) && number.parse::<u32>().is_ok()
        }
        _ => false,
    }
}

/// The last word is taken for the family name, where there are several.
fn person(name: &str) -> PersonName {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    match name.rsplit_once(' ') {
        Some((given, family)) => {
            PersonName { given: Some(given.trim().to_owned()), family: Some(family.to_owned()), title: None }
        }
        None => PersonName { given: Some(name), ..PersonName::default() },
    }
}

#[cfg(test)]
mod tests;
