//! The clock on the wall in one time zone, over the days that a decision looks at.
//!
//! Between two changes of the clocks local time is universal time plus a constant, so a search steps from change to
//! change and from midnight to midnight. An hour that the clocks skip has no moments, one that they repeat has two; both
//! follow from this without a case of their own. Knows no rules.

use std::sync::Arc;

use cuecard_model::Timestamp;
use jiff::tz::TimeZone;

use crate::{
    verdict::LocalTime,
    week::{DAY, Window},
};

/// One time zone over a span. Moments are milliseconds since the Unix epoch.
#[derive(Debug)]
pub(crate) struct Clock {
    /// IANA name.
    pub(crate) zone: Arc<str>,
    segments: Vec<Segment>,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    /// The first moment that no longer belongs to it.
    until: i64,
    /// East of Greenwich, in milliseconds.
    offset: i64,
}

impl Clock {
    /// The clock of a zone from one moment to another. Beyond both it goes on as at the ends.
    pub(crate) fn new(name: Arc<str>, zone: &TimeZone, from: i64, to: i64) -> Self {
        let start = Timestamp::from_millis(from).to_jiff();
        let mut segments = Vec::with_capacity(2);
        let mut offset = i64::from(zone.to_offset(start).seconds()) * 1000;
        for change in zone.following(start) {
            let until = change.timestamp().as_millisecond();
            if until > to {
                break;
            }
            segments.push(Segment { until, offset });
            offset = i64::from(change.offset().seconds()) * 1000;
        }
        segments.push(Segment { until: i64::MAX, offset });
        Self { zone: name, segments }
    }

    fn segment(&self, at: i64) -> Segment {
        let found = self.segments.iter().find(|segment| at < segment.until);
        found.copied().unwrap_or(Segment { until: i64::MAX, offset: 0 })
    }

    /// The local day (counted from 1970-01-01) and the milliseconds since its midnight.
    pub(crate) fn read(&self, at: i64) -> (i64, i64) {
        let local = at + self.segment(at).offset;
        (local.div_euclid(DAY), local.rem_euclid(DAY))
    }

    /// The moment as people there say it.
    pub(crate) fn local(&self, at: i64) -> LocalTime {
        let offset = (self.segment(at).offset / 1000) as i32;
        LocalTime { at: Timestamp::from_millis(at), offset, zone: Arc::clone(&self.zone) }
    }

    /// The first moment from `at` up to `limit` whose local time lies in a window of its local day.
    pub(crate) fn first<'w>(&self, at: i64, limit: i64, windows: impl Fn(i64) -> &'w [Window]) -> Option<i64> {
        let mut at = at;
        while at <= limit {
            let segment = self.segment(at);
            let local = at + segment.offset;
            let (day, now) = (local.div_euclid(DAY), local.rem_euclid(DAY));
            let midnight = at - now + DAY;
            let end = midnight.min(segment.until);
            let last = now + (end - at);
            if let Some(window) = windows(day).iter().find(|window| window.end > now && window.start < last) {
                return Some(at + (window.start - now).max(0)).filter(|found| *found <= limit);
            }
            at = end;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().millis()
    }

    #[test]
    fn gaps_and_folds_need_no_case_of_their_own() {
        let hour = |text: &str| text.parse::<i64>().unwrap() * 3_600_000;
        let cases = [
            // zone, from, window of the day, first moment in it
            (
                "America/New_York",
                "2026-03-08T06:30:00Z",
                ("02", "03"),
                "2026-03-09T06:00:00Z",
                "02-03 is skipped that day",
            ),
            ("America/New_York", "2026-03-08T06:30:00Z", ("02", "04"), "2026-03-08T07:00:00Z", "03:00 follows 01:59"),
            ("America/New_York", "2026-11-01T05:59:00Z", ("01", "02"), "2026-11-01T05:59:00Z", "the first 01:59"),
            ("America/New_York", "2026-11-01T06:00:00Z", ("01", "02"), "2026-11-01T06:00:00Z", "the second 01:00"),
            ("America/New_York", "2026-11-01T07:00:00Z", ("01", "02"), "2026-11-02T06:00:00Z", "after both"),
            (
                "Australia/Lord_Howe",
                "2026-10-03T15:29:00Z",
                ("02", "03"),
                "2026-10-03T15:30:00Z",
                "half an hour skipped",
            ),
            ("Asia/Kolkata", "2026-11-22T02:00:00Z", ("10", "21"), "2026-11-22T04:30:00Z", "half-hour offset"),
            (
                "Africa/Cairo",
                "2026-04-23T21:30:00Z",
                ("00", "01"),
                "2026-04-24T21:00:00Z",
                "no midnight hour on that day",
            ),
            ("Pacific/Apia", "2011-12-30T09:00:00Z", ("09", "10"), "2011-12-30T19:00:00Z", "a day that never was"),
        ];
        for (zone, from, (start, end), expected, why) in cases {
            let windows = [Window { start: hour(start), end: hour(end) }];
            let from = at(from);
            let tz = TimeZone::get(zone).unwrap();
            let clock = Clock::new(zone.into(), &tz, from - DAY, from + 9 * DAY);
            let found = clock.first(from, from + 8 * DAY, |_| &windows).map(Timestamp::from_millis);
            assert_eq!(found.unwrap().to_string(), expected, "{zone}: {why}");
        }
    }

    #[test]
    fn a_local_time_says_its_offset_and_zone() {
        let moment = at("2026-11-22T08:15:04Z");
        let tz = TimeZone::get("America/St_Johns").unwrap();
        let clock = Clock::new("America/St_Johns".into(), &tz, moment, moment);
        assert_eq!(clock.local(moment).to_string(), "2026-11-22T04:45:04-03:30[America/St_Johns]");
    }
}
