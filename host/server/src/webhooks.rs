//! Webhooks of shops: what a body of each system says, in our words. Plain functions of bytes; no I/O, no clock.
//!
//! A mapper gives [`News`]: the event for triggers with fields that mean the same whichever shop they come from, and
//! what it changes in the customer's profile and orders. What a shop says beside that passes through under its own
//! names.

pub mod chatwoot;
pub mod generic;
pub mod read;
pub mod saleor;
pub mod shopify;
pub mod signature;
pub mod woocommerce;

use cuecard_model::{
    Claim, Customer, CustomerId, Dated, Event, Fields, IdentityKind, MerchantId, News, Timestamp, flatten,
};
use serde_json::Value as Json;

use self::read::Wrong;

/// Fields of a body that an event carries beside its own; the rest is left out, and said so in `truncated`.
const FIELDS: usize = 500;

/// What is known of a delivery before its body is read.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// Whose.
    pub merchant: &'a MerchantId,
    /// Which system.
    pub source: &'a str,
    /// Set if the merchant has more than one shop.
    pub shop: Option<&'a str>,
    /// What it is about, in the system's words.
    pub topic: &'a str,
    /// Unique for what it tells; the same in every delivery of it.
    pub id: String,
    /// When the system sent it, or when it came.
    pub at: Timestamp,
}

/// What a delivery is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Something happened.
    News(Vec<News>),
    /// A law about personal data asks for something.
    Privacy(Privacy),
    /// Nothing that we know of.
    Unknown,
}

/// What a shop must be able to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Everything kept of a customer.
    Data(CustomerId),
    /// Forget a customer.
    Forget(CustomerId),
    /// Forget all: the shop has left.
    ForgetShop,
}

/// The name of a shop's system, as it stands in claims: `shopify`, or `shopify/<shop>` if the merchant has several.
pub fn system(source: &str, shop: Option<&str>) -> String {
    shop.map_or_else(|| source.to_owned(), |shop| format!("{source}/{shop}"))
}

impl Delivery<'_> {
    /// See [`system`].
    pub fn system(&self) -> String {
        system(self.source, self.shop)
    }

    /// An id of the shop as ours: with the shop's name before it if the merchant has several.
    pub fn id(&self, id: impl AsRef<str>) -> String {
        let id = id.as_ref();
        self.shop.map_or_else(|| id.to_owned(), |shop| format!("{shop}:{id}"))
    }

    /// A customer by the shop's id, and the claim that goes with it.
    pub fn customer(&self, id: &str) -> (CustomerId, Claim) {
        (self.id(id).into(), Claim::id(IdentityKind::Shop, &self.system(), id))
    }

    /// Somebody whom the shop has not given an id, known by an address or number alone. The id says nothing by itself
    /// and is the same for the same address.
    pub fn guest(&self, claim: &Claim) -> CustomerId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.merchant.as_str().as_bytes()).update(b"\0").update(claim.kind.as_str().as_bytes());
        hasher.update(b"\0").update(claim.value.as_bytes());
        let hash = hasher.finalize().to_hex();
        format!("guest-{}", hash.get(..20).unwrap_or_default()).into()
    }

    /// News with an event of a type of ours: the body's fields, and over them those that mean the same everywhere.
    pub fn news(&self, kind: &str, at: Timestamp, body: &Json, ours: Fields) -> News {
        let (mut fields, complete) = flatten(body.clone(), FIELDS);
        if !complete {
            fields.insert("truncated".into(), true.into());
        }
        crate::http::events::settle_moments(&mut fields);
        fields.retain(|_, value| !matches!(value, cuecard_model::Value::Number(number) if !number.is_finite()));
        fields.extend(ours);
        let event = Event { id: self.id.as_str().into(), kind: kind.to_owned(), at, customer_id: None, fields };
        News { event: Some(event), at: self.at, source: self.source.to_owned(), ..News::default() }
    }
}

/// Puts who it is into news: the shop's id if there is one, else a guest by address or number.
pub fn concerns(news: &mut News, delivery: &Delivery<'_>, id: Option<&str>, names: Vec<Claim>) {
    match id {
        Some(id) => {
            let (customer, claim) = delivery.customer(id);
            news.customer = Some(customer);
            news.claims.push(claim);
        }
        None => news.customer = names.first().map(|claim| delivery.guest(claim)),
    }
    if news.customer.is_some() {
        news.claims.extend(names);
    }
}

/// What is said of a customer, if anything is.
pub fn profile(news: &mut News, at: Timestamp, value: Customer) {
    if let Some(id) = &news.customer {
        news.profile = Some(Dated { at, value: Customer { id: id.clone(), ..value } });
    }
}

/// Reads a delivery by its system's words.
pub fn map(delivery: &Delivery<'_>, body: &Json) -> Result<Told, Wrong> {
    match delivery.source {
        "shopify" => shopify::map(delivery, body),
        "woocommerce" => woocommerce::map(delivery, body),
        "saleor" => saleor::map(delivery, body),
        _ => generic::map(delivery, body),
    }
}
