//! Days and times of day as a locale writes them.
//!
//! Owns lengths, calendars and the step from a moment to a day in the customer's zone. Knows no messages.

use std::cell::OnceCell;

use cuecard_model::Timestamp;
use icu::{
    calendar::{Date, Iso},
    datetime::{
        DateTimeFormatter,
        fieldsets::{self, enums::CompositeDateTimeFieldSet},
    },
    time::{DateTime, Time},
};
use jiff::{civil, tz::TimeZone};

use crate::{
    Setting,
    setting::zone,
    words::{Words, words},
};

/// How much of a date is spelled out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateLength {
    /// 11/22/26
    Short,
    /// Nov 22, 2026
    #[default]
    Medium,
    /// November 22, 2026
    Long,
    /// Sunday, November 22, 2026
    Full,
}

/// A day as written in the setting's locale and time zone, in the medium length.
pub fn format_date(at: Timestamp, setting: &Setting) -> String {
    format_date_as(at, DateLength::Medium, setting)
}

/// A day as written in the setting's locale and time zone.
pub fn format_date_as(at: Timestamp, length: DateLength, setting: &Setting) -> String {
    date(at, length, &words(&setting.locale), &zone(setting.time_zone.as_deref()))
}

/// A day and its hour and minute as written in the setting's locale and time zone.
pub fn format_date_time(at: Timestamp, length: DateLength, setting: &Setting) -> String {
    date_time(at, length, &words(&setting.locale), &zone(setting.time_zone.as_deref()))
}

/// Formatters made on first use, a slot for each kind.
#[derive(Default)]
pub(crate) struct DateTools([OnceCell<Option<Tool>>; 9]);

type Tool = DateTimeFormatter<CompositeDateTimeFieldSet>;

pub(crate) fn date(at: Timestamp, length: DateLength, words: &Words, zone: &TimeZone) -> String {
    let kind = match length {
        DateLength::Short => 0,
        DateLength::Medium => 1,
        DateLength::Long => 2,
        DateLength::Full => 3,
    };
    write(at, kind, words, zone)
}

pub(crate) fn date_time(at: Timestamp, length: DateLength, words: &Words, zone: &TimeZone) -> String {
    let kind = match length {
        DateLength::Short => 4,
        DateLength::Medium => 5,
        DateLength::Long => 6,
        DateLength::Full => 7,
    };
    write(at, kind, words, zone)
}

/// Hour and minute.
pub(crate) fn time(at: Timestamp, words: &Words, zone: &TimeZone) -> String {
    write(at, 8, words, zone)
}

/// Narrow no-break spaces become plain ones, as in all browsers: old fonts and gateways lack them.
fn write(at: Timestamp, kind: usize, words: &Words, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.to_jiff());
    let tool = words.dates.0.get(kind).and_then(|slot| slot.get_or_init(|| make(kind, words)).as_ref());
    match (tool, to_icu(local)) {
        (Some(tool), Some(moment)) => tool.format(&moment).to_string().replace('\u{202f}', " "),
        _ => local.date().to_string(),
    }
}

fn make(kind: usize, words: &Words) -> Option<Tool> {
    use CompositeDateTimeFieldSet as Set;
    use fieldsets::{T, YMD, YMDE};
    use icu::datetime::fieldsets::enums::{DateAndTimeFieldSet, DateFieldSet, TimeFieldSet};
    let fields = match kind {
        0 => Set::Date(DateFieldSet::YMD(YMD::short())),
        1 => Set::Date(DateFieldSet::YMD(YMD::medium())),
        2 => Set::Date(DateFieldSet::YMD(YMD::long())),
        3 => Set::Date(DateFieldSet::YMDE(YMDE::long())),
        4 => Set::DateTime(DateAndTimeFieldSet::YMDT(YMD::short().with_time_hm())),
        5 => Set::DateTime(DateAndTimeFieldSet::YMDT(YMD::medium().with_time_hm())),
        6 => Set::DateTime(DateAndTimeFieldSet::YMDT(YMD::long().with_time_hm())),
        7 => Set::DateTime(DateAndTimeFieldSet::YMDET(YMDE::long().with_time_hm())),
        _ => Set::Time(TimeFieldSet::T(T::hm())),
    };
    DateTimeFormatter::try_new((&words.locale).into(), fields).ok()
}

fn to_icu(local: civil::DateTime) -> Option<DateTime<Iso>> {
    let day = |part: i8| u8::try_from(part).ok();
    Some(DateTime {
        date: Date::try_new_iso(local.year().into(), day(local.month())?, day(local.day())?).ok()?,
        time: Time::try_new(day(local.hour())?, day(local.minute())?, day(local.second())?, 0).ok()?,
    })
}
