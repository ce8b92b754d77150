//! When and where a customer last wrote, and where and in which language to reach them.

use cuecard_model::{Contact, Recent, Role, Timestamp, Value};

use super::{Around, notes::Notes};

/// The attribute in which a merchant keeps a choice that the customer has made.
const CHOICE: &str = "preferred_channel";

/// The last message of the customer before the one at hand, and its channel.
pub(super) fn last<'a>(around: &Around<'a>, notes: &mut impl Notes) -> Option<(Timestamp, &'a str)> {
    let stored = around.recent.contacts.iter().max_by_key(|contact| contact.at);
    let said = around.history.iter().filter(|message| message.role == Role::Customer).map(|message| message.at).max();
    let here = said.zip(around.channel).filter(|(at, _)| stored.is_none_or(|stored| stored.at < *at));
    let (at, channel, place) = match (here, stored) {
        (Some((at, channel)), _) => (at, channel, "this conversation".to_owned()),
        (None, Some(Contact { conversation, channel, at })) => {
            (*at, channel.as_str(), format!("conversation {conversation}"))
        }
        (None, None) => return None,
    };
    notes.add("last_contact_at", || format!("a message of {place} on {channel}"));
    notes.add("last_contact_channel", || format!("a message of {place}"));
    Some((at, channel))
}

/// What the customer chose, or else where they have written most; the channel at hand, if nothing is known.
pub(super) fn preferred_channel<'a>(around: &Around<'a>, notes: &mut impl Notes) -> Option<&'a str> {
    if let Some(Value::Text(chosen)) = around.customer.attributes.get(CHOICE) {
        notes.add(CHOICE, || format!("the attribute {CHOICE} of the customer"));
        return Some(chosen);
    }
    if let Some((channel, count)) = most_used(around.recent) {
        notes.add(CHOICE, || format!("{count} of the customer's last {} messages", around.recent.contacts.len()));
        return Some(channel);
    }
    let channel = around.channel?;
    notes.add(CHOICE, || "the conversation at hand".to_owned());
    Some(channel)
}

/// The channel with the most messages; of several, the one used last.
fn most_used(recent: &Recent) -> Option<(&str, usize)> {
    // Channel, messages, place of the last one. Nobody uses more than a handful.
    let mut used: Vec<(&str, usize, usize)> = Vec::new();
    for (place, contact) in recent.contacts.iter().enumerate() {
        match used.iter_mut().find(|(channel, ..)| *channel == contact.channel) {
            Some((_, count, last)) => (*count, *last) = (*count + 1, place),
            None => used.push((&contact.channel, 1, place)),
        }
    }
    let most = used.into_iter().max_by_key(|(_, count, last)| (*count, *last));
    most.map(|(channel, count, _)| (channel, count))
}

/// The language of the stored locale, or else that of the message at hand.
pub(super) fn preferred_language<'a>(around: &Around<'a>, notes: &mut impl Notes) -> Option<&'a str> {
    const FACT: &str = "preferred_language";
    if let Some(locale) = &around.customer.locale {
        notes.add(FACT, || "the locale of the customer".to_owned());
        return Some(locale);
    }
    let language = around.language.filter(|tag| *tag != "und")?;
    notes.add(FACT, || "the message at hand".to_owned());
    Some(language)
}
