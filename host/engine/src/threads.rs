//! Conversations as a desk lists and shows them.

use std::sync::Arc;

use cuecard_model::{ConversationId, CustomerId, Message, PersonName, Timestamp, TurnId};

use crate::MessageRecord;

/// One conversation in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Where its newest message stands among all; the next page begins before the last one's.
    pub place: u64,
    /// Which conversation.
    pub conversation: ConversationId,
    /// With whom.
    pub customer: CustomerId,
    /// The customer's name, if it is known.
    pub name: Option<PersonName>,
    /// `web_chat`, `email`, ...
    pub channel: Arc<str>,
    /// When the first message was written that nobody has answered.
    pub waiting_since: Option<Timestamp>,
    /// How many messages nobody has answered.
    pub unanswered: u32,
    /// The newest message; of a long one the beginning.
    pub last: Message,
    /// The reply of its newest turn, in JSON.
    pub reply: Option<Arc<str>>,
}

/// One message of a conversation, with its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Where it stands among all; the page before begins before the first one's.
    pub place: u64,
    /// Who said what, and when.
    pub message: MessageRecord,
    /// For a customer's message: its turn, and the reply in JSON.
    pub turn: Option<(TurnId, Arc<str>)>,
}
