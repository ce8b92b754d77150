//! Public holidays by country, from formulas and dates. Knows no rule that asks for them.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::{GateError, error::parse};

/// The years for which formulas are worked out.
const YEARS: std::ops::RangeInclusive<i16> = 2020..=2045;

/// Whose holidays: a country (`FR`), or what a region adds to it (`US-LA`).
pub(crate) type Calendars = BTreeMap<String, Arc<Calendar>>;

/// The holidays of one country or region.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// Days since 1970-01-01, in order.
    days: Vec<i64>,
    /// The last year of which all days are known.
    pub(crate) through: i16,
    last: i64,
}

impl Calendar {
    /// Whether that day, counted from 1970-01-01, is one.
    pub(crate) fn has(&self, day: i64) -> bool {
        self.days.binary_search(&day).is_ok()
    }

    /// Whether all holidays around that day are known.
    pub(crate) fn covers(&self, day: i64) -> bool {
        day <= self.last
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "source")]
    _source: String,
    through: Option<i16>,
    days: Vec<String>,
}

/// Reads the table.
pub(crate) fn read(text: &str) -> Result<Calendars, GateError> {
    let entries: BTreeMap<String, Entry> = parse("holidays.toml", text)?;
    let mut calendars = Calendars::new();
    for (name, entry) in entries {
        let mut days = Vec::new();
        for formula in &entry.days {
            let hint = "write 12-25, 12-25>near, easter+1, orthodox+1, 11-thu-4, 05-mon-last or 2027-02-06";
            let dates = dates(formula).ok_or_else(|| {
                GateError::value(&format!("holidays.toml: {name}"), formula, "is not a holiday", hint)
            })?;
            days.extend(dates.into_iter().map(number));
        }
        days.sort_unstable();
        days.dedup();
        let through = entry.through.unwrap_or(*YEARS.end());
        let last = Date::new(through, 12, 31).map_or(0, number);
        calendars.insert(name, Arc::new(Calendar { days, through, last }));
    }
    Ok(calendars)
}

/// Days since 1970-01-01.
pub(crate) fn number(date: Date) -> i64 {
    i64::from(date.since(Date::constant(1970, 1, 1)).map(|span| span.get_days()).unwrap_or_default())
}

fn dates(formula: &str) -> Option<Vec<Date>> {
    if let Ok(date) = formula.parse::<Date>() {
        return Some(vec![date]);
    }
    if let Some(fixed) = formula.strip_suffix(">near") {
        let days = dates(fixed)?.into_iter().flat_map(|date| {
            let moved = match date.weekday() {
                Weekday::Saturday => date.yesterday().ok(),
                Weekday::Sunday => date.tomorrow().ok(),
                _ => None,
            };
            [Some(date), moved].into_iter().flatten()
        });
        return Some(days.collect());
    }
    for (name, sunday) in [("easter", easter as fn(i16) -> Option<Date>), ("orthodox", orthodox)] {
        if let Some(days) = formula.strip_prefix(name) {
            let days: i64 = if days.is_empty() { 0 } else { days.parse().ok()? };
            let span = jiff::Span::new().try_days(days).ok()?;
            return YEARS.map(|year| sunday(year)?.checked_add(span).ok()).collect();
        }
    }
    let parts: Vec<_> = formula.split('-').collect();
    match *parts.as_slice() {
        [month, day] => YEARS.map(|year| Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()).collect(),
        [month, weekday, nth] => {
            let (month, weekday) = (month.parse().ok()?, weekday_of(weekday)?);
            let nth: i8 = if nth == "last" { -1 } else { nth.parse().ok()? };
            YEARS.map(|year| Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()).collect()
        }
        _ => None,
    }
}

fn weekday_of(name: &str) -> Option<Weekday> {
    use Weekday::*;
    let all = [
        ("mon", Monday),
        ("tue", Tuesday),
        ("wed", Wednesday),
        ("thu", Thursday),
        ("fri", Friday),
        ("sat", Saturday),
        ("sun", Sunday),
    ];
    all.into_iter().find(|(short, _)| *short == name).map(|(_, weekday)| weekday)
}

/// Western Easter Sunday: Gauss's rule as corrected by Lichtenberg (1997), for 1900 to 2099.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let century = y / 100;
    let secular = 15 + (3 * century + 3) / 4 - (8 * century + 13) / 25;
    let moon = y % 19;
    let seed = (19 * moon + secular) % 30;
    let correction = (seed + moon / 11) / 29;
    let border = 21 + seed - correction;
    let sunday = 7 - (y + y / 4 + 2 - (3 * century + 3) / 4) % 7;
    let march = border + 7 - (border - sunday).rem_euclid(7);
    Date::new(year, 3, 1).ok()?.checked_add(jiff::Span::new().days(march - 1)).ok()
}

/// Orthodox Easter Sunday: Meeus' Julian rule, put into the Gregorian calendar of 1900 to 2099 (13 days).
fn orthodox(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let moon = (19 * (y % 19) + 15) % 30;
    let week = (2 * (y % 4) + 4 * (y % 7) - moon + 34) % 7;
    let total = moon + week + 114;
    let julian = Date::new(year, (total / 31) as i8, (total % 31 + 1) as i8).ok()?;
    julian.checked_add(jiff::Span::new().days(13)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feasts_fall_on_the_days_that_almanacs_give() {
        let western = [
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2027, "2027-03-28"),
            (2028, "2028-04-16"),
            (2038, "2038-04-25"),
        ];
        for (year, expected) in western {
            assert_eq!(easter(year).unwrap().to_string(), expected);
        }
        for (year, expected) in [(2024, "2024-05-05"), (2025, "2025-04-20"), (2026, "2026-04-12"), (2027, "2027-05-02")]
        {
            assert_eq!(orthodox(year).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn formulas_are_read_strictly() {
        let calendars = read(include_str!("../data/holidays.toml")).unwrap();
        let has = |name: &str, date: &str| calendars[name].has(number(date.parse().unwrap()));
        let cases = [
            ("FR", "2026-07-14", true),
            ("FR", "2027-05-06", true),
            ("FR", "2027-05-17", true),
            ("FR", "2026-07-15", false),
            ("US", "2026-11-26", true),
            ("US", "2026-07-04", true),
            ("US", "2026-07-03", true),
            ("US", "2027-07-05", true),
            ("GB", "2026-08-31", true),
            ("US-LA", "2027-02-09", true),
            ("CN", "2027-02-06", true),
        ];
        for (name, date, expected) in cases {
            assert_eq!(has(name, date), expected, "{name} {date}");
        }
        for wrong in ["13-01", "easter*1", "11-foo-4", "11-thu-6", "", "2027-02-30", "1-2-3-4"] {
            let text = format!("[XX]\nsource = \"s\"\ndays = [\"{wrong}\"]");
            assert!(read(&text).unwrap_err().to_string().contains("hint: "), "{wrong}");
        }
    }
}
