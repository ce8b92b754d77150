//! The demo shop: its files, and times in them that do not age.

pub mod conversations;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use cuecard_engine::{Batch, Engine, Write};
use cuecard_model::{Customer, MerchantId, Timestamp};
use cuecard_pipeline::Merchant;
use serde_json::Value as Json;

use crate::{http::live, merchants::Merchants};

/// The shop as it was when this was built, for a binary far from its sources.
const EMBEDDED: [(&str, &str); 3] = [
    ("shop.toml", include_str!("../../../examples/shop/shop.toml")),
    ("customers.json", include_str!("../../../examples/shop/customers.json")),
    ("live.json", include_str!("../../../examples/shop/live.json")),
];

/// Loads the shop in `folder`, or the one built in if it is not there. The merchant's id is given back.
pub async fn load(folder: &Path, engine: &dyn Engine, merchants: &Merchants, now: Timestamp) -> Result<MerchantId> {
    let file = |name: &str| -> Result<String> {
        let path = folder.join(name);
        match EMBEDDED.iter().find(|(known, _)| *known == name) {
            Some((_, text)) if !path.exists() => Ok((*text).to_owned()),
            _ => std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display())),
        }
    };
    let merchant = merchant(&file("shop.toml")?).context("examples/shop/shop.toml")?;
    let id = merchant.id.clone();
    merchants.set(engine, merchant).await?;
    let mut writes = Vec::new();
    for mut json in list(&file("customers.json")?, "customers.json")? {
        date(&mut json, now, false);
        let customer: Customer = serde_json::from_value(json).context("examples/shop/customers.json")?;
        writes.push(Write::Customer(customer));
    }
    for mut json in list(&file("live.json")?, "live.json")? {
        date(&mut json, now, false);
        let key = json.get("key").and_then(Json::as_str).unwrap_or_default().to_owned();
        let item = live::item(&key, json).map_err(|reason| anyhow!("examples/shop/live.json: {key}: {reason}"))?;
        writes.push(Write::Live(item));
    }
    engine.commit(Batch::new(id.clone(), writes)).await?;
    Ok(id)
}

fn merchant(text: &str) -> Result<Merchant> {
    #[derive(serde::Deserialize)]
    struct Shop {
        merchant: toml::Table,
    }
    let mut table = toml::from_str::<Shop>(text)?.merchant;
    // What the shop says of itself and the host does not need.
    table.remove("name");
    table.remove("time_zone");
    if let Some(languages) = table.remove("locales") {
        table.insert("languages".into(), languages);
    }
    Ok(table.try_into()?)
}

fn list(text: &str, name: &str) -> Result<Vec<Json>> {
    serde_json::from_str(text).with_context(|| format!("examples/shop/{name}"))
}

/// Puts moments in the place of `now`, `now-4d`, `now+6h`: seconds inside attributes and fields, else RFC 3339.
fn date(json: &mut Json, now: Timestamp, as_seconds: bool) {
    match json {
        Json::String(text) => {
            if let Some(at) = moment(text, now) {
                *json = if as_seconds { at.seconds().into() } else { at.to_string().into() };
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| date(item, now, as_seconds)),
        Json::Object(object) => object.iter_mut().for_each(|(key, value)| {
            date(value, now, as_seconds || matches!(key.as_str(), "attributes" | "fields"));
        }),
        _ => {}
    }
}

fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    let rest = text.strip_prefix("now")?;
    if rest.is_empty() {
        return Some(now);
    }
    let (sign, rest) = rest.strip_prefix('-').map(|rest| (-1, rest)).or_else(|| Some((1, rest.strip_prefix('+')?)))?;
    let units = [('m', 60), ('h', 3600), ('d', 86_400)];
    let (digits, unit) = units.iter().find_map(|(letter, seconds)| Some((rest.strip_suffix(*letter)?, seconds)))?;
    let count: i64 = digits.parse().ok()?;
    Some(Timestamp::from_seconds(now.seconds().saturating_add(sign * count.saturating_mul(*unit))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_do_not_age() {
        let now = Timestamp::from_seconds(1_000_000);
        for (text, expected) in [
            ("now", Some(1_000_000)),
            ("now-1d", Some(913_600)),
            ("now+6h", Some(1_021_600)),
            ("now+5m", Some(1_000_300)),
            ("nowhere", None),
            ("now-d", None),
            ("later", None),
        ] {
            assert_eq!(moment(text, now).map(Timestamp::seconds), expected, "{text}");
        }
    }
}
