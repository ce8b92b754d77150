//! What the gate answers, and every check behind it: kept with the outreach, counted by reason, printed by `explain`.

use std::{borrow::Cow, fmt, sync::Arc};

use cuecard_model::Timestamp;
use jiff::{
    fmt::temporal::{Pieces, PiecesOffset},
    tz::Offset,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Rule;

/// The gate's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The moment for which it was asked.
    pub at: Timestamp,
    /// What to do.
    pub answer: Answer,
    /// Why, to be stored and counted.
    pub reason: Reason,
    /// The version of the rules.
    pub rules: Arc<str>,
    /// What is known of the place, in words.
    pub place: Cow<'static, str>,
    /// Each check at the moment asked for; where the search met its end later, that check at that moment stands last.
    pub checks: Vec<Check>,
}

/// What to do with an outreach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Send it now.
    Send,
    /// Ask again at this moment, the first that every check allows as far as is known now.
    Defer {
        /// When.
        until: Timestamp,
    },
    /// Never send it.
    Drop,
}

/// Why the answer is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing stands against it.
    Clear,
    /// The merchant has paused all outreach.
    Paused,
    /// Its occurrence is taken by another outreach.
    Duplicate,
    /// It is past its use.
    Expired,
    /// The channel must not be used: bounced, complained, erased.
    Suppressed,
    /// The customer never agreed.
    ConsentMissing,
    /// The customer no longer agrees.
    ConsentWithdrawn,
    /// The customer has ordered since the reason arose.
    OrderedSince,
    /// A conversation with the customer is open.
    ConversationOpen,
    /// The channel takes no such message so long after the customer's last.
    ChannelWindow,
    /// Nothing tells where the customer is.
    PlaceUnknown,
    /// Not at this hour or on this weekday.
    QuietHours,
    /// Not on a public holiday.
    PublicHoliday,
    /// Enough was sent already.
    FrequencyCap,
    /// No moment within the time that it may wait.
    NoOpening,
    /// The customer is in the group that is not contacted, so that the effect can be measured.
    Holdout,
}

impl Reason {
    /// The code, as in JSON and in metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Paused => "paused",
            Self::Duplicate => "duplicate",
            Self::Expired => "expired",
            Self::Suppressed => "suppressed",
            Self::ConsentMissing => "consent_missing",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::OrderedSince => "ordered_since",
            Self::ConversationOpen => "conversation_open",
            Self::ChannelWindow => "channel_window",
            Self::PlaceUnknown => "place_unknown",
            Self::QuietHours => "quiet_hours",
            Self::PublicHoliday => "public_holiday",
            Self::FrequencyCap => "frequency_cap",
            Self::NoOpening => "no_opening",
            Self::Holdout => "holdout",
        }
    }
}

/// One check and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Which rule, with its source.
    pub rule: Arc<Rule>,
    /// What it answers.
    pub answer: CheckAnswer,
    /// The reason code that it gives when it does not pass.
    pub reason: Reason,
    /// The moment that the answer speaks of, by the customer's clock: the plausible place that is hardest on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_time: Option<LocalTime>,
    /// The same moment by the merchant's clock.
    pub merchant_time: LocalTime,
    /// What it saw.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub detail: Cow<'static, str>,
}

/// What one check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckAnswer {
    /// Nothing against it.
    Pass,
    /// Not before this moment.
    Until(Timestamp),
    /// Not at all.
    Never,
}

/// A moment as people somewhere say it; in JSON as RFC 9557: `2026-11-22T03:15:04-05:00[America/New_York]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The moment.
    pub at: Timestamp,
    /// Seconds east of Greenwich.
    pub offset: i32,
    /// IANA name.
    pub zone: Arc<str>,
}

impl fmt::Display for LocalTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = Offset::from_seconds(self.offset).unwrap_or(Offset::UTC);
        let local = offset.to_datetime(self.at.to_jiff());
        let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs() / 60);
        write!(out, "{local}{sign}{:02}:{:02}[{}]", minutes / 60, minutes % 60, self.zone)
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'_, str> as Deserialize>::deserialize(deserializer)?;
        local_time(&text).ok_or_else(|| {
            let example = "2026-11-22T03:15:04-05:00[America/New_York]";
            serde::de::Error::custom(format!("'{text}' is not a local time, such as {example}"))
        })
    }
}

fn local_time(text: &str) -> Option<LocalTime> {
    let pieces = Pieces::parse(text).ok()?;
    let Some(PiecesOffset::Numeric(offset)) = pieces.offset() else { return None };
    let offset = offset.offset();
    let at = offset.to_timestamp(pieces.date().to_datetime(pieces.time()?)).ok()?;
    let (_, zone) = text.strip_suffix(']')?.split_once('[')?;
    Some(LocalTime { at: at.into(), offset: offset.seconds(), zone: zone.into() })
}

impl fmt::Display for Verdict {
    /// A line for the answer, then one for each check: what `cuecard explain outreach` prints.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.answer {
            Answer::Send => writeln!(out, "send ({})", self.reason.code())?,
            Answer::Defer { until } => writeln!(out, "defer until {until} ({})", self.reason.code())?,
            Answer::Drop => writeln!(out, "drop ({})", self.reason.code())?,
        }
        write!(out, "asked at {}", self.at)?;
        if let Some(check) = self.checks.first() {
            let customer = check.customer_time.as_ref().map(|time| format!("customer {time}, ")).unwrap_or_default();
            write!(out, ": {customer}merchant {}", check.merchant_time)?;
        }
        writeln!(out, "; {}; rules of {}", self.place, self.rules)?;
        for check in &self.checks {
            let answer = match check.answer {
                CheckAnswer::Pass => "pass ",
                CheckAnswer::Until(_) => "wait ",
                CheckAnswer::Never => "never",
            };
            write!(out, "  {answer} {:<20}", check.rule.id)?;
            if let (CheckAnswer::Until(_), Some(time)) = (check.answer, &check.customer_time) {
                write!(out, " customer {time}, ")?;
            }
            if let CheckAnswer::Until(_) = check.answer {
                write!(out, "merchant {}", check.merchant_time)?;
            }
            if !check.detail.is_empty() {
                write!(out, "; {}", check.detail)?;
            }
            writeln!(out, "; {}{}", check.rule.source, check.rule.confidence.words())?;
        }
        Ok(())
    }
}
