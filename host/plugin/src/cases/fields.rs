//! Values that authors write freely: moments relative to the case's clock, and tables flattened to fields.

use cuecard_model::{Fields, Timestamp, flatten};
use serde_json::Value as Json;
use toml::{
    Spanned,
    de::{DeString, DeValue},
};

use crate::{document::Section, problem::quoted};

const MOST_FIELDS: usize = 1000;

/// Makes every moment a text that the model reads: TOML dates, and `now`, `now-3d`, `now+2h` under names of moments.
pub(super) fn settle_moments(section: &Section<'_, '_>, name: &str, value: &mut Spanned<DeValue<'_>>, now: Timestamp) {
    let at = value.span();
    match value.get_mut() {
        DeValue::Table(table) => {
            for (key, value) in table.iter_mut() {
                settle_moments(section, key.get_ref(), value, now);
            }
        }
        DeValue::Array(items) => items.iter_mut().for_each(|item| settle_moments(section, name, item, now)),
        DeValue::Float(number) if number.as_str().ends_with("nan") || number.as_str().ends_with("inf") => {
            section.error(at, format!("'{name}' is not a finite number"), "write a number");
        }
        DeValue::Datetime(moment) => {
            let text = with_zone(&moment.to_string());
            *value.get_mut() = DeValue::String(DeString::Owned(text));
        }
        DeValue::String(text) if names_a_moment(name) => {
            if let Some(moment) = relative(text, now) {
                *text = DeString::Owned(moment.to_string());
            }
        }
        _ => (),
    }
}

fn names_a_moment(name: &str) -> bool {
    name == "at" || name.ends_with("_at") || name.ends_with("_until") || name == "valid_from"
}

/// A date means its first moment, a time without a zone UTC.
fn with_zone(text: &str) -> String {
    match text.split_once(['T', ' ']) {
        None if text.contains(':') => text.to_owned(),
        None => format!("{text}T00:00:00Z"),
        Some((_, time)) if time.contains(['Z', 'z', '+', '-']) => text.to_owned(),
        Some(_) => format!("{text}Z"),
    }
}

/// `now`, `now-3d`, `now+90m`; units are s, m, h, d, w.
pub(super) fn relative(text: &str, now: Timestamp) -> Option<Timestamp> {
    let rest = text.strip_prefix("now")?;
    if rest.is_empty() {
        return Some(now);
    }
    let (sign, rest) = match (rest.strip_prefix('-'), rest.strip_prefix('+')) {
        (Some(rest), _) => (-1, rest),
        (_, Some(rest)) => (1, rest),
        _ => return None,
    };
    let unit = rest.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let digits = rest.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let count: i64 = digits.parse().ok()?;
    let millis = count.saturating_mul(seconds).saturating_mul(sign * 1000);
    Some(Timestamp::from_millis(now.millis().saturating_add(millis)))
}

/// A moment of the case: a TOML date, RFC 3339 text, or `now-3d`.
pub(super) fn moment(section: &mut Section<'_, '_>, key: &'static str, now: Timestamp) -> Option<Timestamp> {
    let mut value = section.take(key)?;
    settle_moments(section, "at", &mut value, now);
    let at = value.span();
    let read = match value.get_ref() {
        DeValue::String(text) => text.parse().ok(),
        _ => None,
    };
    if read.is_none() {
        let reason = format!("'{}' is not a moment", section.path(key));
        section.error(at, reason, "such as 2026-01-15T12:00:00Z, or now-3d");
    }
    read
}

/// A table as fields: nested tables get dotted names, moments become seconds.
pub(super) fn fields(section: &mut Section<'_, '_>, key: &'static str, now: Timestamp) -> Fields {
    let Some(mut value) = section.take(key) else { return Fields::new() };
    let at = value.span();
    if !matches!(value.get_ref(), DeValue::Table(_)) {
        section.error(at, format!("'{}' must be a table", section.path(key)), format!("write {key} = {{ … }}"));
        return Fields::new();
    }
    settle_moments(section, key, &mut value, now);
    let json = to_json(key, value.get_ref());
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Fields::new();
    }
    let (fields, complete) = flatten(json, MOST_FIELDS);
    if !complete {
        section.error(at, format!("'{}' is too large or too deep", section.path(key)), "keep what the case needs");
    }
    fields
}

fn to_json(name: &str, value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => match text.parse::<Timestamp>() {
            // Plugins are handed moments as seconds, under whatever name.
            Ok(moment) if names_a_moment(name) => Json::from(moment.seconds()),
            _ => Json::from(text.as_ref()),
        },
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or(Json::Null, Json::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Json::Null, Json::from),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Datetime(moment) => Json::from(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(name, item.get_ref())).collect(),
        DeValue::Table(table) => {
            let pairs =
                table.iter().map(|(key, value)| (key.get_ref().to_string(), to_json(key.get_ref(), value.get_ref())));
            Json::Object(pairs.collect())
        }
    }
}

/// A number of any kind, from 0 to 1.
pub(super) fn share(section: &mut Section<'_, '_>, key: &'static str) -> Option<f64> {
    let value = section.take(key)?;
    let number = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
        _ => None,
    };
    let share = number.filter(|number| (0.0..=1.0).contains(number));
    if share.is_none() {
        section.error(value.span(), format!("'{}' must be a number from 0 to 1", section.path(key)), "such as 0.8");
    }
    share
}

/// Text that is one of the locales' shape.
pub(super) fn locale(section: &mut Section<'_, '_>, key: &'static str) -> Option<String> {
    let text = section.text(key)?;
    if !crate::scenarios::is_locale(text.get_ref()) {
        let reason = format!("{} is not a locale", quoted(text.get_ref()));
        section.error(text.span(), reason, "a BCP 47 tag such as en, es-MX or zh-Hans-CN");
    }
    Some(text.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_may_be_relative() {
        let now = Timestamp::from_seconds(1_000_000);
        for (text, expected) in [
            ("now", Some(1_000_000)),
            ("now-1d", Some(913_600)),
            ("now+90m", Some(1_005_400)),
            ("now+2x", None),
            ("now1d", None),
            ("now-", None),
            ("tomorrow", None),
            ("now+é", None),
        ] {
            assert_eq!(relative(text, now).map(Timestamp::seconds), expected, "{text}");
        }
        assert!(relative("now+99999999999999999w", now).is_some_and(|at| at > now));
    }

    #[test]
    fn dates_without_a_zone_are_utc() {
        for (text, expected) in [
            ("2026-01-12", "2026-01-12T00:00:00Z"),
            ("2026-01-12T08:00:00", "2026-01-12T08:00:00Z"),
            ("2026-01-12T08:00:00+08:00", "2026-01-12T08:00:00+08:00"),
        ] {
            assert_eq!(with_zone(text), expected);
        }
    }
}
