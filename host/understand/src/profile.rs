//! A customer at a glance: facts computed from orders, conversations and events, each able to say where it came from.
//!
//! Exact: nothing is guessed from words. The risk of leaving is a plain sum of what speaks for it, to be read and
//! checked by a person; it is no forecast.

mod contact;
mod notes;
mod orders;
mod risk;
mod sum;

use cuecard_model::{Customer, ExplainedProfile, Message, Profile, Recent, Timestamp};

use notes::{Notes, Silent, Written};

/// What a profile is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The stored customer, with what the message at hand brought.
    pub customer: &'a Customer,
    /// What the customer wrote and did lately, over all conversations.
    pub recent: &'a Recent,
    /// What was said before in the conversation at hand.
    pub history: &'a [Message],
    /// The channel of the conversation at hand, if there is one.
    pub channel: Option<&'a str>,
    /// The language of the message at hand, BCP 47, if it is known.
    pub language: Option<&'a str>,
    /// The clock.
    pub now: Timestamp,
}

/// The facts.
pub fn profile(around: &Around<'_>) -> Profile {
    facts(around, &mut Silent)
}

/// The facts, and where each came from.
pub fn explained(around: &Around<'_>) -> ExplainedProfile {
    let mut written = Written::default();
    let profile = facts(around, &mut written);
    ExplainedProfile {
        customer_id: around.customer.id.clone(),
        at: around.now,
        profile,
        sources: written.into_sources(),
    }
}

/// One code for both, so that a source cannot differ from its fact.
fn facts(around: &Around<'_>, notes: &mut impl Notes) -> Profile {
    let Around { customer, now, .. } = *around;
    let bought = orders::bought(&customer.orders, notes);
    let open_problems = orders::open_problems(&customer.orders, now, notes);
    let last = contact::last(around, notes);
    let returns = orders::returns(&customer.orders, notes);
    let (risk, risk_score) = risk::risk(around, &bought, returns, &open_problems, notes);
    Profile {
        orders: bought.count,
        spend: orders::spend(&customer.orders, notes),
        returns_rate: returns.rate(),
        buyer: bought.buyer(),
        last_order_at: bought.last,
        last_contact_at: last.map(|(at, _)| at),
        last_contact_channel: last.map(|(_, channel)| channel.to_owned()),
        open_problems,
        preferred_channel: contact::preferred_channel(around, notes).map(str::to_owned),
        preferred_language: contact::preferred_language(around, notes).map(str::to_owned),
        risk,
        risk_score,
    }
}

#[cfg(test)]
mod tests;
