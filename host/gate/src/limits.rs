//! The rules that look at time: hours of the week, caps, windows of channels. Each answers for one clock at one moment.

use std::sync::Arc;

use cuecard_model::Purpose;

use crate::{
    ConsentPurpose, GateError, Rule, Sent,
    clock::Clock,
    holidays::Calendar,
    places::Place,
    week::{DAY, WHOLE_DAY, Week},
};

/// What a rule binds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The whole world, if empty.
    pub(crate) countries: Vec<Arc<str>>,
    /// All of the country, if empty.
    pub(crate) regions: Vec<Arc<str>>,
    /// The zones of these regions.
    pub(crate) zones: Vec<Arc<str>>,
    pub(crate) channels: Vec<Arc<str>>,
    pub(crate) purposes: Vec<Purpose>,
}

impl Scope {
    /// Whether it may hold at a place: the place lies in one of its countries and regions, or may.
    pub(crate) fn holds_at(&self, place: &Place) -> bool {
        if !self.countries.is_empty() && !self.countries.contains(&place.country) {
            return false;
        }
        match &place.region {
            _ if self.regions.is_empty() => true,
            Some(known) => self.regions.contains(known),
            None => place.like.as_ref().is_none_or(|like| self.zones.contains(like)),
        }
    }

    /// Whether it speaks of this kind of message. `attended`: the customer is on the channel already.
    pub(crate) fn binds(&self, channel: &str, purpose: Purpose, attended: bool) -> bool {
        let channel =
            if self.channels.is_empty() { !attended } else { self.channels.iter().any(|it| **it == *channel) };
        channel && (self.purposes.is_empty() || self.purposes.contains(&purpose))
    }
}

/// When something may be sent.
#[derive(Debug)]
pub(crate) struct Hours {
    pub(crate) rule: Arc<Rule>,
    pub(crate) scope: Scope,
    /// The first day on which it holds, counted from 1970-01-01.
    pub(crate) since: i64,
    pub(crate) week: Week,
    /// The holidays that its only region adds to the country's.
    pub(crate) added: Option<Arc<Calendar>>,
    pub(crate) waived_by: Option<ConsentPurpose>,
}

/// The holidays that count for a rule at a place.
pub(crate) type Holidays<'a> = [Option<&'a Calendar>; 2];

impl Hours {
    pub(crate) fn is_holiday(&self, day: i64, holidays: Holidays<'_>) -> bool {
        self.week.holiday.is_some() && holidays.into_iter().flatten().any(|calendar| calendar.has(day))
    }

    /// The first moment from `at` that it allows, if there is one up to `limit`.
    pub(crate) fn first(&self, at: i64, limit: i64, clock: &Clock, holidays: Holidays<'_>) -> Option<i64> {
        clock.first(at, limit, |day| {
            if day < self.since { WHOLE_DAY } else { self.week.on(day, self.is_holiday(day, holidays)) }
        })
    }
}

/// How much may be sent.
#[derive(Debug)]
pub(crate) struct Cap {
    pub(crate) rule: Arc<Rule>,
    pub(crate) scope: Scope,
    pub(crate) since: i64,
    pub(crate) count: usize,
    pub(crate) per: Per,
}

/// The time over which a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Per {
    /// The customer's own calendar day.
    Day,
    /// So many milliseconds back.
    Back(i64),
}

impl Per {
    pub(crate) fn new(place: &str, text: &str) -> Result<Self, GateError> {
        let span =
            |number: &str, unit: i64| number.parse::<u16>().ok().filter(|it| *it > 0).map(|it| i64::from(it) * unit);
        let back = match (text.strip_suffix('h'), text.strip_suffix('d')) {
            (Some(hours), _) => span(hours, DAY / 24),
            (_, Some(days)) => span(days, DAY),
            _ => None,
        };
        match back {
            _ if text == "day" => Ok(Self::Day),
            Some(back) => Ok(Self::Back(back)),
            None => Err(GateError::value(place, text, "is not a time to count over", "write day, 24h or 7d")),
        }
    }
}

impl Cap {
    /// The sends that it counts, oldest first.
    pub(crate) fn counted(&self, sends: &[Sent], attended: impl Fn(&str) -> bool) -> Vec<i64> {
        let binds = |sent: &&Sent| self.scope.binds(&sent.channel, sent.purpose, attended(&sent.channel));
        let mut counted: Vec<_> = sends.iter().filter(binds).map(|sent| sent.at.millis()).collect();
        counted.sort_unstable();
        counted
    }

    /// How many of these count against a send at that moment.
    pub(crate) fn used(&self, at: i64, clock: &Clock, counted: &[i64]) -> usize {
        match self.per {
            Per::Day => {
                let (today, _) = clock.read(at);
                counted
                    .iter()
                    .rev()
                    .take_while(|sent| **sent > at - 2 * DAY - DAY / 4)
                    .filter(|sent| clock.read(**sent).0 == today)
                    .count()
            }
            Per::Back(span) => counted.iter().filter(|sent| **sent > at - span).count(),
        }
    }

    /// The first moment from `at` that it allows, if there is one up to `limit`.
    pub(crate) fn first(&self, at: i64, limit: i64, clock: &Clock, counted: &[i64]) -> Option<i64> {
        match self.per {
            // With fewer in all than are allowed, no day can be full.
            _ if counted.len() < self.count => Some(at),
            Per::Day => clock.first(at, limit, |day| {
                let sent = counted.iter().rev().filter(|sent| clock.read(**sent).0 == day).take(self.count).count();
                if sent < self.count { WHOLE_DAY } else { &[] }
            }),
            Per::Back(span) => {
                // The send that must have gone out of sight: with it gone one less than the cap is left.
                let free = match counted.len().checked_sub(self.count.max(1)) {
                    _ if self.count == 0 => return None,
                    Some(oldest) => counted.get(oldest).map_or(at, |sent| sent + span),
                    None => at,
                };
                Some(free.max(at)).filter(|free| *free <= limit)
            }
        }
    }
}

/// How long after a customer's last message a channel takes free words.
#[derive(Debug)]
pub(crate) struct ChannelWindow {
    pub(crate) rule: Arc<Rule>,
    pub(crate) channel: Arc<str>,
    pub(crate) span: i64,
    /// Whether an approved template may be sent at any time.
    pub(crate) template: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_ruled_out_by_its_zones_alone() {
        let scope = Scope { regions: vec!["TX".into()], zones: vec!["America/Chicago".into()], ..Scope::default() };
        let place = |region: Option<&str>, like: Option<&str>| Place {
            country: "US".into(),
            region: region.map(Arc::from),
            zone: "America/Menominee".into(),
            like: like.map(Arc::from),
        };
        assert!(scope.holds_at(&place(None, Some("America/Chicago"))));
        assert!(!scope.holds_at(&place(None, Some("America/New_York"))));
        assert!(scope.holds_at(&place(None, None)), "a zone that is like none rules nothing out");
        assert!(!scope.holds_at(&place(Some("OK"), Some("America/Chicago"))));
        assert!(Scope::default().holds_at(&place(Some("OK"), Some("America/Chicago"))));
    }

    #[test]
    fn spans_are_read_strictly() {
        for (text, expected) in [("day", Per::Day), ("24h", Per::Back(DAY)), ("7d", Per::Back(7 * DAY))] {
            assert_eq!(Per::new("test", text).unwrap(), expected);
        }
        for wrong in ["", "h", "0d", "-1h", "1w", "day ", "1.5h", "99999d"] {
            assert!(Per::new("test", wrong).is_err(), "{wrong}");
        }
    }
}
