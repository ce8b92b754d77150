//! Shopify's customers: who they are, what they agreed to.

use cuecard_model::{
    Claim, ConsentAnswer, ConsentPurpose, ConsentRecord, Customer, CustomerId, News, PersonName, Timestamp,
};

use super::{
    super::{
        Delivery, concerns, profile,
        read::{At, Wrong},
    },
    changed_at,
};

pub(super) fn changed(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let id = at.need_id("id")?;
    let moment = changed_at(delivery, at)?;
    let mut news = delivery.news(kind, moment, at.json(), Default::default());
    concerns(&mut news, delivery, Some(&id), names(at)?);
    news.consents = consents(delivery, at)?;
    profile(&mut news, moment, profile_of(at)?);
    Ok(news)
}

/// A change of consent alone.
pub(super) fn consented(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let id = match at.id("customer_id")? {
        Some(id) => id,
        None => at.need_id("id")?,
    };
    let mut news = delivery.news("customer.consent", delivery.at, at.json(), Default::default());
    concerns(&mut news, delivery, Some(&id), Vec::new());
    news.consents = consents(delivery, at)?;
    Ok(news)
}

/// The customer whom a request about personal data names.
pub(super) fn asked(delivery: &Delivery<'_>, at: &At<'_>) -> Result<CustomerId, Wrong> {
    let said = at.get("customer").object()?;
    match said.id("id")? {
        Some(id) => Ok(delivery.customer(&id).0),
        None => {
            let names = contact(&said)?;
            let claim = names.first().ok_or_else(|| said.get("id").wrong("there, and must be"))?;
            Ok(delivery.guest(claim))
        }
    }
}

/// By what else a customer is known. Shopify says whether it has made sure of an address.
pub(super) fn names(at: &At<'_>) -> Result<Vec<Claim>, Wrong> {
    let verified = at.flag("verified_email")?;
    let email = at.text("email")?.and_then(|text| Claim::email(text, verified));
    // Only the account's own number: one in an address is of whoever takes the parcel.
    let phone = at.text("phone")?.and_then(|text| Claim::phone(text, true));
    Ok(email.into_iter().chain(phone).collect())
}

/// What somebody without an account typed in: nobody has made sure of it.
pub(super) fn contact(at: &At<'_>) -> Result<Vec<Claim>, Wrong> {
    let email = at.first(&["email", "contact_email"])?.and_then(|text| Claim::email(&text, false));
    let phone = at.text("phone")?.and_then(|text| Claim::phone(text, false));
    Ok(email.into_iter().chain(phone).collect())
}

pub(super) fn profile_of(at: &At<'_>) -> Result<Customer, Wrong> {
    let mut customer = Customer::unknown("".into());
    let address = at.part("default_address")?;
    customer.name = name(at)?;
    customer.locale = at.first(&["locale"])?;
    customer.email = at.first(&["email"])?;
    customer.phone = at.text("phone")?.and_then(|text| Claim::phone(text, true)).map(|claim| claim.value);
    if let Some(address) = address {
        place(&mut customer, &address)?;
    }
    if let Some(tags) = at.text("tags")? {
        customer.attributes.insert("tags".into(), tags.into());
    }
    Ok(customer)
}

pub(super) fn of_address(at: &At<'_>) -> Result<Customer, Wrong> {
    let mut customer = Customer::unknown("".into());
    customer.email = at.first(&["email", "contact_email"])?;
    customer.phone = at.text("phone")?.and_then(|text| Claim::phone(text, false)).map(|claim| claim.value);
    customer.locale = at.first(&["customer_locale"])?;
    let address = match at.part("shipping_address")? {
        Some(address) => Some(address),
        None => at.part("billing_address")?,
    };
    if let Some(address) = address {
        customer.name = name(&address)?;
        place(&mut customer, &address)?;
    }
    Ok(customer)
}

fn name(at: &At<'_>) -> Result<Option<PersonName>, Wrong> {
    let (given, family) = (at.first(&["first_name"])?, at.first(&["last_name"])?);
    Ok((given.is_some() || family.is_some()).then_some(PersonName { given, family, title: None }))
}

fn place(customer: &mut Customer, address: &At<'_>) -> Result<(), Wrong> {
    let code = |text: Option<&str>, most: usize| {
        text.filter(|text| (2..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .map(str::to_uppercase)
    };
    customer.country = code(address.text("country_code")?, 2);
    customer.region = customer.country.as_ref().and(code(address.text("province_code")?, 3));
    Ok(())
}

/// What stands under `email_marketing_consent` and `sms_marketing_consent`, or in the older `accepts_marketing`.
pub(super) fn consents(delivery: &Delivery<'_>, at: &At<'_>) -> Result<Vec<ConsentRecord>, Wrong> {
    let mut records = Vec::new();
    for (name, channel) in [("email_marketing_consent", "email"), ("sms_marketing_consent", "sms")] {
        let Some(said) = at.part(name)? else { continue };
        let answer = match said.text("state")?.unwrap_or_default().to_lowercase().as_str() {
            "subscribed" => ConsentAnswer::Granted,
            "unsubscribed" | "redacted" => ConsentAnswer::Withdrawn,
            // Never asked, or not confirmed: that is no answer.
            _ => continue,
        };
        let level = said.text("opt_in_level")?.unwrap_or("unknown").to_lowercase();
        let moment = said.time("consent_updated_at")?.unwrap_or(delivery.at);
        let source = said.text("consent_collected_from")?.unwrap_or("shopify").to_lowercase();
        records.push(record(channel, answer, &format!("shopify {level}"), moment, &source));
    }
    if records.is_empty() && at.get("email_marketing_consent").is_absent() && at.flag("accepts_marketing")? {
        let moment = at.time("accepts_marketing_updated_at")?.or(at.time("updated_at")?).unwrap_or(delivery.at);
        records.push(record("email", ConsentAnswer::Granted, "shopify accepts_marketing", moment, "shopify"));
    }
    Ok(records)
}

fn record(channel: &str, answer: ConsentAnswer, wording: &str, at: Timestamp, source: &str) -> ConsentRecord {
    ConsentRecord {
        // Put in when it is known who it is.
        customer: "".into(),
        purpose: ConsentPurpose::Marketing,
        channel: Some(channel.into()),
        answer,
        wording: wording.into(),
        at,
        source: source.into(),
    }
}
