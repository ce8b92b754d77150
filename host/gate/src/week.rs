//! A week of windows: when on which weekday, and on public holidays, something is allowed by the clock on the wall.

use serde::{Deserialize, Serialize};

use crate::GateError;

/// Milliseconds of a day by the clock on the wall.
pub(crate) const DAY: i64 = 86_400_000;

/// A span of a day in milliseconds since its midnight: open at its start, shut at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// More windows in a day mean nothing to anybody, and would make a search long.
const MOST_WINDOWS: usize = 8;

/// All of a day.
pub(crate) const WHOLE_DAY: &[Window] = &[Window { start: 0, end: DAY }];

/// A week as it is written: `daily`, or `mon_fri`, `sat` and `sun`; and `holiday` where that differs from the weekday.
/// Each is a list of windows such as `10:00-13:00 14:00-20:00`; an empty text is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeekSettings {
    /// On every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<String>,
    /// Monday to Friday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mon_fri: Option<String>,
    /// On Saturdays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sat: Option<String>,
    /// On Sundays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sun: Option<String>,
    /// On public holidays, whichever weekday they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holiday: Option<String>,
}

/// A week, ready to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Week {
    weekdays: Vec<Window>,
    saturday: Vec<Window>,
    sunday: Vec<Window>,
    /// What holds on holidays, if they differ.
    pub(crate) holiday: Option<Vec<Window>>,
}

impl Week {
    pub(crate) fn new(place: &str, settings: &WeekSettings) -> Result<Self, GateError> {
        let WeekSettings { daily, mon_fri, sat, sun, holiday } = settings;
        let (weekdays, saturday, sunday) = match (daily, mon_fri, sat, sun) {
            (Some(daily), None, None, None) => (daily, daily, daily),
            (None, Some(mon_fri), Some(sat), Some(sun)) => (mon_fri, sat, sun),
            _ => {
                let hint = "write daily alone, or mon_fri, sat and sun together";
                return Err(GateError::value(place, "week", "does not say each day once", hint));
            }
        };
        let read = |text: &String| windows(place, text);
        let holiday = holiday.as_ref().map(read).transpose()?;
        Ok(Self { weekdays: read(weekdays)?, saturday: read(saturday)?, sunday: read(sunday)?, holiday })
    }

    /// The windows of a day, counted from 1970-01-01.
    pub(crate) fn on(&self, day: i64, holiday: bool) -> &[Window] {
        match &self.holiday {
            Some(windows) if holiday => windows,
            // The day 0 was a Thursday.
            _ => match (day + 3).rem_euclid(7) {
                5 => &self.saturday,
                6 => &self.sunday,
                _ => &self.weekdays,
            },
        }
    }
}

fn windows(place: &str, text: &str) -> Result<Vec<Window>, GateError> {
    let hint = "write windows in order such as 10:00-13:00 14:00-20:00; one over midnight as 00:00-06:00 22:00-24:00";
    let wrong = || GateError::value(place, text, "is not a list of windows", hint);
    let mut windows: Vec<Window> = Vec::new();
    for part in text.split_whitespace() {
        let (start, end) =
            part.split_once('-').and_then(|(start, end)| Some((moment(start)?, moment(end)?))).ok_or_else(wrong)?;
        if start >= end || windows.last().is_some_and(|last| last.end > start) || windows.len() == MOST_WINDOWS {
            return Err(wrong());
        }
        windows.push(Window { start, end });
    }
    Ok(windows)
}

/// `08:30` in milliseconds since midnight; up to `24:00`.
fn moment(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| {
        (text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse::<i64>().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily(text: &str) -> Result<Week, GateError> {
        Week::new("test", &WeekSettings { daily: Some(text.into()), ..WeekSettings::default() })
    }

    #[test]
    fn windows_are_read_strictly() {
        for text in ["", "08:00-21:00", "00:00-24:00", "10:00-13:00 14:00-20:00", "10:00-13:00 13:00-20:00"] {
            assert!(daily(text).is_ok(), "{text}");
        }
        let wrong = [
            "8-21",
            "08:00",
            "21:00-08:00",
            "08:00-08:00",
            "08:60-09:00",
            "08:00-24:01",
            "+8:00-09:00",
            "10:00-13:00 12:00-14:00",
            "14:00-20:00 10:00-13:00",
            "8:00-21:00",
            "08:00–21:00",
            "01:00-01:30 02:00-02:30 03:00-03:30 04:00-04:30 05:00-05:30 06:00-06:30 07:00-07:30 08:00-08:30 09:00-09:30",
        ];
        for text in wrong {
            let error = daily(text).unwrap_err().to_string();
            assert!(error.contains("hint: "), "{error}");
        }
    }

    #[test]
    fn each_day_is_said_once() {
        let said = |daily: Option<&str>, mon_fri: Option<&str>, sat: Option<&str>, sun: Option<&str>| {
            let own = |it: Option<&str>| it.map(str::to_owned);
            let (daily, mon_fri, sat, sun) = (own(daily), own(mon_fri), own(sat), own(sun));
            Week::new("test", &WeekSettings { daily, mon_fri, sat, sun, holiday: None }).is_ok()
        };
        assert!(said(Some(""), None, None, None));
        assert!(said(None, Some(""), Some(""), Some("")));
        assert!(!said(None, Some(""), None, Some("")));
        assert!(!said(Some(""), Some(""), None, None));
        assert!(!said(None, None, None, None));
    }

    #[test]
    fn the_weekday_of_a_day_is_right() {
        let text = |it: &str| Some(it.to_owned());
        let settings = WeekSettings {
            daily: None,
            mon_fri: text("09:00-10:00"),
            sat: text("10:00-11:00"),
            sun: text("11:00-12:00"),
            holiday: text(""),
        };
        let week = Week::new("test", &settings).unwrap();
        // 2026-11-20 was a Friday.
        let friday = 20_777;
        let start = |day: i64| week.on(day, false).first().unwrap().start / 3_600_000;
        assert_eq!([friday, friday + 1, friday + 2, friday + 3].map(start), [9, 10, 11, 9]);
        assert!(week.on(friday, true).is_empty());
    }
}
