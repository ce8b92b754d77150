//! What a check finds at a moment, before anybody reads it: cheap to make and to compare.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{Reason, Rule, clock::Clock, limits::Per, week::DAY};

/// What one check finds at a moment.
pub(crate) struct Finding<'a> {
    pub(crate) rule: &'a Arc<Rule>,
    pub(crate) reason: Reason,
    pub(crate) answer: At,
    pub(crate) clock: Option<&'a Clock>,
    pub(crate) detail: Detail,
}

impl<'a> Finding<'a> {
    /// Of a check that looks at no clock.
    pub(crate) fn new(rule: &'a Arc<Rule>, reason: Reason, answer: At, detail: Detail) -> Self {
        Self { rule, reason, answer, clock: None, detail }
    }
}

/// Whether a check allows a moment, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum At {
    Pass,
    Until(i64),
    Never,
}

impl At {
    pub(crate) fn never_if(never: bool) -> Self {
        if never { Self::Never } else { Self::Pass }
    }

    /// What is said at a moment when it must not be before another.
    pub(crate) fn not_before(moment: i64, at: i64) -> Self {
        if at < moment { Self::Until(moment) } else { Self::Pass }
    }
}

/// What a check saw; put into words only where somebody will read it.
#[derive(Clone, Copy)]
pub(crate) enum Detail {
    Nothing,
    Words(&'static str),
    Used(usize, usize, Per),
    HolidaysThrough(i16),
}

impl Detail {
    /// In words.
    pub(crate) fn words(self) -> Cow<'static, str> {
        match self {
            Self::Nothing => "".into(),
            Self::Words(words) => words.into(),
            other => other.to_string().into(),
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Words(words) => out.write_str(words),
            Self::Used(used, of, Per::Day) => write!(out, "{used} of {of} on that day"),
            Self::Used(used, of, Per::Back(span)) => write!(out, "{used} of {of} in {} hours", span / (DAY / 24)),
            Self::HolidaysThrough(year) => write!(out, "public holidays are known through {year} alone"),
        }
    }
}
