//! Where a customer can be reached: which channels are tried in which order, and the address on each.

use cuecard_model::{Outreach, Timestamp, Value};
use cuecard_understand::{Around, profile};

use super::{Addressee, may_consent};

/// Where to on one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// A mail address, a number in E.164, the channel's own id of the customer.
    pub to: Option<String>,
    /// The thread in which the customer last wrote on this channel.
    pub conversation: Option<String>,
}

impl Address {
    /// The address on a channel; `None` if nothing tells.
    pub(super) fn of(addressee: &Addressee<'_>, channel: &str) -> Option<Self> {
        let customer = addressee.customer;
        let own = || match customer.attributes.get(&format!("address.{channel}")) {
            Some(Value::Text(address)) => Some(address.clone()),
            _ => None,
        };
        let to = match channel {
            "email" => customer.email.clone(),
            "sms" | "mms" | "rcs" | "whatsapp" => customer.phone.clone(),
            _ => own(),
        };
        let wrote = addressee.recent.contacts.iter().rev().find(|contact| contact.channel == channel);
        let conversation = wrote.map(|contact| contact.conversation.to_string());
        let by_address = matches!(channel, "email" | "sms" | "mms" | "rcs");
        let reachable = to.is_some() || (conversation.is_some() && !by_address);
        reachable.then_some(Self { to, conversation })
    }
}

/// The channels to try, best first: the one that the plugin names and no other; else the customer's own choice, where
/// they wrote last, then mail and text message. Those with consent go first.
pub(super) fn channels(outreach: &Outreach, addressee: &Addressee<'_>, now: Timestamp) -> Vec<(String, Address)> {
    let with_address = |channel: String| Address::of(addressee, &channel).map(|address| (channel, address));
    if let Some(channel) = &outreach.channel {
        return with_address(channel.clone()).into_iter().collect();
    }
    let Addressee { customer, recent, .. } = addressee;
    let around = Around { customer, recent, history: &[], channel: None, language: None, now };
    let wrote = recent.contacts.iter().rev().map(|contact| contact.channel.clone());
    let tried = profile(&around).preferred_channel.into_iter().chain(wrote).chain(["email".into(), "sms".into()]);
    let mut channels: Vec<(String, Address)> = Vec::new();
    for channel in tried {
        // Nobody is called by a machine.
        if channel != "phone" && channels.iter().all(|(known, _)| *known != channel) {
            channels.extend(with_address(channel));
        }
    }
    channels.sort_by_key(|(channel, _)| !may_consent(addressee, outreach, channel, now));
    channels
}
