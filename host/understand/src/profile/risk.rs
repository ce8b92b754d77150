//! The risk that a customer leaves: points for what speaks for it, a hundred at most.
//!
//! The points are judgement, not statistics. What they stand for is told with the sum, so that whoever reads it can
//! judge for themselves.

use cuecard_model::{OpenProblem, Risk};

use super::{
    Around,
    notes::Notes,
    orders::{Bought, Returns, counted},
};
use crate::stage::{DAY, LAPSED, is_recent_visit};

/// For each thing that is not settled, up to three.
const PROBLEM: u32 = 20;
/// Something is open, and the customer asks for it again and again.
const ASKS_AGAIN: u32 = 20;
/// Asking again: messages in so many conversations within so many seconds.
const AGAIN: (usize, i64) = (2, 7 * DAY);
/// Half of at least two orders went back.
const RETURNS: u32 = 15;
/// Buys more seldom than before: twice the usual time is over.
const SLOWER: u32 = 30;
/// Has not bought for so long that most never come back.
const AWAY: u32 = 45;
/// A rhythm shorter than this tells nothing.
const SHORTEST: i64 = 30 * DAY;

pub(super) fn risk(
    around: &Around<'_>,
    bought: &Bought,
    returns: Returns,
    problems: &[OpenProblem],
    notes: &mut impl Notes,
) -> (Risk, f64) {
    let mut points = 0;
    let mut add = |more: u32, why: &dyn Fn() -> String| {
        points += more;
        notes.add("risk", || format!("{}: +0.{more:02}", why()));
    };
    if !problems.is_empty() {
        let count = u32::try_from(problems.len()).unwrap_or(u32::MAX);
        add(PROBLEM * count.min(3), &|| counted(count, "open problem"));
        if asks_again(around) {
            add(ASKS_AGAIN, &|| "asked in several conversations within a week".to_owned());
        }
    }
    if returns.arrived >= 2 && returns.returned * 2 >= returns.arrived {
        add(RETURNS, &|| format!("{} of {} came back", returns.returned, counted(returns.arrived, "order")));
    }
    let silence = bought.last.map(|last| around.now.seconds() - last.seconds());
    if let Some(silence) = silence.filter(|_| !is_recent_visit(&around.recent.events, around.now)) {
        let days = silence / DAY;
        if silence > LAPSED {
            add(AWAY, &|| format!("no order for {days} days"));
        } else if let Some(rhythm) = bought.rhythm().filter(|rhythm| silence > 2 * rhythm.max(&SHORTEST)) {
            add(SLOWER, &|| format!("no order for {days} days, used to order every {}", rhythm / DAY));
        }
    }
    let points = points.min(100);
    let risk = match points {
        0..30 => Risk::Low,
        30..60 => Risk::Medium,
        _ => Risk::High,
    };
    (risk, f64::from(points) / 100.0)
}

fn asks_again(around: &Around<'_>) -> bool {
    let (conversations, span) = AGAIN;
    let lately = |seconds: i64| around.now.seconds() - seconds <= span;
    let contacts = around.recent.contacts.iter().filter(|contact| lately(contact.at.seconds()));
    let mut seen: Vec<&str> = Vec::with_capacity(conversations);
    for contact in contacts {
        let conversation = contact.conversation.as_str();
        if !seen.contains(&conversation) {
            seen.push(conversation);
        }
        if seen.len() >= conversations {
            return true;
        }
    }
    false
}
