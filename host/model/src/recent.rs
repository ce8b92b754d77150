//! What a customer did lately: when and where they wrote, and what happened in the shop.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{ConversationId, Event, Timestamp};

/// The end of what is kept about a customer, oldest first.
#[derive(Clone, Debug, Default, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Recent {
    /// Their last messages, in the order of their arrival; at most [`Recent::CONTACTS`].
    pub contacts: Vec<Contact>,
    /// The last events about them, in the order of their arrival; at most [`Recent::EVENTS`].
    pub events: Vec<Event>,
}

/// That a customer wrote, without what.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Contact {
    /// In which thread.
    pub conversation: ConversationId,
    /// `web_chat`, `email`, ...
    pub channel: String,
    /// When.
    pub at: Timestamp,
}

impl Recent {
    /// So many messages tell the channel that somebody prefers, and whether they ask again and again.
    pub const CONTACTS: usize = 32;
    /// So many events tell what somebody is doing in the shop.
    pub const EVENTS: usize = 8;

    /// Takes in a message.
    pub fn wrote(&mut self, contact: Contact) {
        push(&mut self.contacts, contact, Self::CONTACTS);
    }

    /// Takes in an event.
    pub fn happened(&mut self, event: Event) {
        push(&mut self.events, event, Self::EVENTS);
    }
}

fn push<T>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() >= most {
        list.drain(..=list.len() - most);
    }
    list.push(item);
}
