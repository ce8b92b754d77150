//! Days of a year that a rule names: fixed, counted from Easter, the nth weekday of a month, or listed.
//!
//! Owns the notation and the arithmetic. Lunar days are listed year by year, as the authorities announce them.

use jiff::{
    Span,
    civil::{Date, Weekday},
};
use serde::Deserialize;

/// How a day is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Solemnity {
    /// One congratulates.
    Joyful,
    /// One keeps quiet: no wishes, no emoji, no exclamation marks.
    Solemn,
    /// A day off like others.
    Neutral,
}

/// A day of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    /// `12-25`
    Fixed(i8, i8),
    /// `2026-02-17`
    Once(Date),
    /// `easter-2`: days from Easter Sunday of the western churches.
    Easter(i16),
    /// `orthodox-easter+1`
    OrthodoxEaster(i16),
    /// `4th thursday of november`, `last monday of may`
    Nth(i8, Weekday, i8),
    /// `monday before 05-25`: the last one before that day.
    Before(Weekday, i8, i8),
}

impl Day {
    /// Reads the notation.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let offset = |rest: &str| if rest.is_empty() { Some(0) } else { rest.parse().ok() };
        if let Some(rest) = text.strip_prefix("orthodox-easter") {
            return offset(rest).map(Self::OrthodoxEaster);
        }
        if let Some(rest) = text.strip_prefix("easter") {
            return offset(rest).map(Self::Easter);
        }
        let words: Vec<&str> = text.split(' ').collect();
        match words.as_slice() {
            [day] if day.len() == 10 => day.parse().ok().map(Self::Once),
            [day] => month_day(day).map(|(month, day)| Self::Fixed(month, day)),
            [nth, day, "of", of] => Some(Self::Nth(count(nth)?, weekday(day)?, month(of)?)),
            [day, "before", before] => month_day(before).and_then(|(m, d)| Some(Self::Before(weekday(day)?, m, d))),
            _ => None,
        }
    }

    /// The day in a year.
    pub(crate) fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day).ok(),
            Self::Once(date) => (date.year() == year).then_some(date),
            Self::Easter(days) => easter(year)?.checked_add(Span::new().days(days)).ok(),
            Self::OrthodoxEaster(days) => orthodox_easter(year)?.checked_add(Span::new().days(days)).ok(),
            Self::Nth(nth, weekday, month) => Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok(),
            Self::Before(weekday, month, day) => Date::new(year, month, day).ok()?.nth_weekday(-1, weekday).ok(),
        }
    }
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // A leap year, so that 02-29 may stand.
    (text.len() == 5 && Date::new(2028, month, day).is_ok()).then_some((month, day))
}

fn count(text: &str) -> Option<i8> {
    const COUNTS: [(&str, i8); 6] = [("1st", 1), ("2nd", 2), ("3rd", 3), ("4th", 4), ("5th", 5), ("last", -1)];
    COUNTS.iter().find(|(name, _)| *name == text).map(|(_, count)| *count)
}

fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let at = NAMES.iter().position(|name| *name == text)?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}

fn month(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = NAMES.iter().position(|name| *name == text)?;
    i8::try_from(at + 1).ok()
}

/// Easter Sunday in the Gregorian calendar: the anonymous algorithm of 1876, as in Meeus, Astronomical Algorithms,
/// chapter 8.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()
}

/// Easter Sunday of the eastern churches, in the Gregorian calendar: Meeus, chapter 8, and the 13 days between the
/// calendars from 1900 to 2099.
fn orthodox_easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let d = (19 * (y % 19) + 15) % 30;
    let e = (2 * (y % 4) + 4 * (y % 7) - d + 34) % 7;
    let n = d + e + 114;
    let julian = Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()?;
    julian.checked_add(Span::new().days(13)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (text, year, expected) in [
            ("12-25", 2026, "2026-12-25"),
            ("2026-02-17", 2026, "2026-02-17"),
            ("easter", 2026, "2026-04-05"),
            ("easter", 2027, "2027-03-28"),
            ("easter", 2028, "2028-04-16"),
            ("easter-2", 2026, "2026-04-03"),
            ("easter+39", 2026, "2026-05-14"),
            ("orthodox-easter", 2026, "2026-04-12"),
            ("orthodox-easter", 2027, "2027-05-02"),
            ("orthodox-easter", 2028, "2028-04-16"),
            ("4th thursday of november", 2026, "2026-11-26"),
            ("last monday of may", 2026, "2026-05-25"),
            ("monday before 05-25", 2026, "2026-05-18"),
        ] {
            let day = Day::parse(text).and_then(|day| day.in_year(year));
            assert_eq!(day.map(|day| day.to_string()).as_deref(), Some(expected), "{text} {year}");
        }
        assert_eq!(Day::parse("2026-02-17").unwrap().in_year(2027), None);
        for text in ["", "25-12", "1-1", "easter*2", "6th monday of may", "monday of may", "2026-02-30", "12-25 "] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
