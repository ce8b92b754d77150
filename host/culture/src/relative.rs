//! Spans from now as a locale says them: "in 3 days", "yesterday".
//!
//! Owns the choice of the unit; the words are CLDR's, in `data/relative.json`.

use std::{collections::HashMap, sync::LazyLock};

use cuecard_model::Timestamp;
use fixed_decimal::Decimal;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::{
    Setting, locale,
    setting::zone,
    words::{Words, words},
};

/// How one locale says spans. In a form, `#` is the number.
#[derive(Debug, Deserialize)]
pub(crate) struct RelativeTable {
    now: String,
    days: HashMap<String, String>,
    minute: Unit,
    hour: Unit,
    day: Unit,
    week: Unit,
    month: Unit,
    year: Unit,
}

/// Forms by plural category; `other` serves where a category is left out.
#[derive(Debug, Deserialize)]
struct Unit {
    past: HashMap<String, String>,
    future: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Data {
    locales: HashMap<String, RelativeTable>,
}

static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/relative.json")).unwrap_or_else(|_| Data { locales: HashMap::new() })
});

/// For locales without data: signed numbers and CLDR's unit letters.
static ROOT: LazyLock<RelativeTable> = LazyLock::new(|| {
    let unit = |letter: &str| Unit {
        past: HashMap::from([("other".into(), format!("-#\u{a0}{letter}"))]),
        future: HashMap::from([("other".into(), format!("+#\u{a0}{letter}"))]),
    };
    let (minute, hour, day) = (unit("min"), unit("h"), unit("d"));
    let (week, month, year) = (unit("w"), unit("m"), unit("y"));
    RelativeTable { now: "0".into(), days: HashMap::new(), minute, hour, day, week, month, year }
});

/// A span from now, e.g. "in 3 days".
///
/// Under a minute it is "now"; under an hour minutes, under a day hours, both rounded down. From there calendar days
/// in the setting's time zone, so that "tomorrow" is tomorrow; from 14 days weeks, from 8 weeks months, from 12
/// months years, rounded down.
pub fn format_relative(at: Timestamp, setting: &Setting) -> String {
    relative(at, setting.now, &words(&setting.locale), &zone(setting.time_zone.as_deref()))
}

pub(crate) fn relative(at: Timestamp, now: Timestamp, words: &Words, zone: &TimeZone) -> String {
    let table = words.relative;
    let seconds = at.seconds() - now.seconds();
    let form = |unit, count: i64| say(unit, count.unsigned_abs(), seconds < 0, words);
    match seconds.abs() {
        0..60 => table.now.clone(),
        60..3600 => form(&table.minute, seconds / 60),
        3600..86_400 => form(&table.hour, seconds / 3600),
        _ => {
            let days = days_between(now, at, zone);
            let special = table.days.get(days.to_string().as_str());
            match days.abs() {
                0..14 => special.cloned().unwrap_or_else(|| form(&table.day, days)),
                14..56 => form(&table.week, days / 7),
                56..365 => form(&table.month, (days / 30).clamp(-11, 11)),
                _ => form(&table.year, days / 365),
            }
        }
    }
}

fn say(unit: &Unit, count: u64, past: bool, words: &Words) -> String {
    let forms = if past { &unit.past } else { &unit.future };
    let form = forms.get(words.plural(count)).or_else(|| forms.get("other"));
    form.map_or_else(String::new, |form| form.replace('#', &words.number(&Decimal::from(count))))
}

fn days_between(from: Timestamp, to: Timestamp, zone: &TimeZone) -> i64 {
    let day = |at: Timestamp| zone.to_datetime(at.to_jiff()).date();
    let span = day(to).duration_since(day(from));
    span.as_hours() / 24
}

impl RelativeTable {
    /// The table of the locale or of its nearest parent that has one.
    pub(crate) fn for_locale(tag: &str) -> &'static Self {
        let chain = locale::fallback_chain(tag, "");
        chain.iter().find_map(|tag| DATA.locales.get(tag.as_str())).unwrap_or(&ROOT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cuecard_model::Register;

    fn said(locale: &str, at: &str) -> String {
        let setting = Setting {
            locale: locale.into(),
            default_locale: "en".into(),
            time_zone: Some("America/New_York".into()),
            now: "2026-11-22T15:00:00Z".parse().unwrap(),
            register: Register::Formal,
            name: None,
            manner: None,
        };
        format_relative(at.parse().unwrap(), &setting)
    }

    #[test]
    fn english() {
        for (at, expected) in [
            ("2026-11-22T15:00:59Z", "now"),
            ("2026-11-22T14:58:00Z", "2 minutes ago"),
            ("2026-11-22T16:00:00Z", "in 1 hour"),
            ("2026-11-23T14:00:00Z", "in 23 hours"),
            ("2026-11-23T15:00:00Z", "tomorrow"),
            ("2026-11-24T04:30:00Z", "tomorrow"),
            ("2026-11-24T05:30:00Z", "in 2 days"),
            ("2026-11-21T12:00:00Z", "yesterday"),
            ("2026-12-05T15:00:00Z", "in 13 days"),
            ("2026-12-06T15:00:00Z", "in 2 weeks"),
            ("2026-10-01T15:00:00Z", "7 weeks ago"),
            ("2026-08-22T15:00:00Z", "3 months ago"),
            ("2027-11-21T15:00:00Z", "in 11 months"),
            ("2028-12-22T15:00:00Z", "in 2 years"),
            ("0001-01-01T00:00:00Z", "2,027 years ago"),
        ] {
            assert_eq!(said("en", at), expected, "{at}");
        }
    }

    #[test]
    fn other_languages() {
        for (locale, at, expected) in [
            ("de-AT", "2026-11-24T15:00:00Z", "übermorgen"),
            ("es-MX", "2026-11-25T15:00:00Z", "dentro de 3 días"),
            ("es-ES", "2026-11-25T15:00:00Z", "dentro de 3 días"),
            ("zh-CN", "2026-11-25T15:00:00Z", "3天后"),
            ("zh-TW", "2026-11-25T15:00:00Z", "3 天後"),
            ("ja", "2026-11-22T12:00:00Z", "3 時間前"),
            ("ru", "2026-11-27T15:00:00Z", "через 5 дней"),
            ("pl", "2026-11-25T15:00:00Z", "za 3 dni"),
            ("ar-EG", "2026-11-27T15:00:00Z", "خلال ٥ أيام"),
            ("he", "2026-11-25T15:00:00Z", "בעוד 3 ימים"),
            ("xx", "2026-11-27T15:00:00Z", "+5\u{a0}d"),
        ] {
            assert_eq!(said(locale, at), expected, "{locale} {at}");
        }
    }
}
