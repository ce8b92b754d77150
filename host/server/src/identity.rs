//! By what a message's writer is known: what the channel itself vouches for links, what somebody typed does not.

use cuecard_engine::{Batch, Error, Write};
use cuecard_model::{Claim, Customer, Dated, IdentityKind, IncomingMessage, MerchantId, News, Timestamp};
use cuecard_pipeline::merged;

use crate::app::App;

/// Before a message is answered: if its writer is new under this id and the channel vouches for a number or address
/// that somebody has, the two are one from now on. So the answer knows their orders.
pub(crate) async fn link(
    app: &App,
    merchant: &MerchantId,
    message: &IncomingMessage,
    now: Timestamp,
) -> Result<(), Error> {
    let claims = vouched(message);
    if claims.is_empty() {
        return Ok(());
    }
    let known = app.engine.customer(merchant, &message.customer.id).await?.profile;
    if known.is_some_and(|known| claims.iter().all(|claim| names(&known, true).contains(claim))) {
        return Ok(());
    }
    let news = News {
        at: now,
        source: message.channel.clone(),
        customer: Some(message.customer.id.clone()),
        claims,
        ..News::default()
    };
    app.engine.commit(Batch::new(merchant.clone(), vec![Write::News(Box::new(news))])).await?;
    Ok(())
}

/// What the channel has made sure of: whose number rings, and whose address the mail came from.
fn vouched(message: &IncomingMessage) -> Vec<Claim> {
    let IncomingMessage { channel, customer, .. } = message;
    let claim = match channel.as_str() {
        "sms" | "whatsapp" | "phone" => customer.phone.as_deref().and_then(|text| Claim::phone(text, true)),
        "email" => customer.email.as_deref().and_then(|text| Claim::email(text, true)),
        _ => None,
    };
    let contact = Claim::id(IdentityKind::Contact, channel, customer.id.as_str());
    claim
        .into_iter()
        .flat_map(|claim| [claim, contact.clone()])
        .filter(|claim| claim.kind != IdentityKind::Contact)
        .collect()
}

fn names(customer: &Customer, verified: bool) -> Vec<Claim> {
    let email = customer.email.as_deref().and_then(|text| Claim::email(text, verified));
    let phone = customer.phone.as_deref().and_then(|text| Claim::phone(text, verified));
    email.into_iter().chain(phone).collect()
}

/// What a message says of its writer, to be kept with it. As news, so that what a webhook changes meanwhile stays;
/// only orders that a message brings along replace those that are known.
pub(crate) fn said(stored: Option<&Customer>, given: Customer, source: &str, now: Timestamp) -> Write {
    if !given.orders.is_empty() {
        return Write::Customer(merged(stored, &given));
    }
    Write::News(Box::new(News {
        at: now,
        source: source.to_owned(),
        customer: Some(given.id.clone()),
        claims: names(&given, false),
        profile: Some(Dated { at: now, value: given }),
        ..News::default()
    }))
}

/// A profile that the merchant puts, with the names that it links by.
pub(crate) fn put(customer: Customer, now: Timestamp) -> Vec<Write> {
    let verified = customer.attributes.get("email_verified") == Some(&true.into());
    let mut claims = vec![Claim::id(IdentityKind::Shop, "merchant", customer.id.as_str())];
    claims.extend(customer.email.as_deref().and_then(|text| Claim::email(text, verified)));
    claims.extend(customer.phone.as_deref().and_then(|text| Claim::phone(text, true)));
    let id = Some(customer.id.clone());
    let news = News { at: now, source: "merchant".to_owned(), customer: id, claims, ..News::default() };
    vec![Write::Customer(customer), Write::News(Box::new(news))]
}
