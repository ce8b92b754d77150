//! What a message alone says about its language, as a value.
//!
//! Owns the candidates with their shares, and how far the message can rule the other languages out. Knows neither how
//! the words were weighed (`tally.rs`) nor any conversation.

use super::{features, script::Script, tally::Tally};

/// A language by its tag, one of ours.
pub(crate) type Tag = &'static str;

/// So many candidates are worth remembering.
const MOST: usize = 6;
/// What is left, as a logarithm, for a language that a telling message does not look like.
const LEAST: f32 = -12.0;
/// How far a message can rule a language out: so much by itself, and so much with each letter. So a short word of
/// another language does not outweigh the conversation, and a sentence does.
const RULED_OUT: f32 = 0.5;
const RULED_OUT_BY_LETTER: f32 = 0.6;

/// The likeliest languages of one message, with the logarithms of their shares, best first. A value: what a message
/// says does not depend on any other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alone {
    list: [(Tag, f32); MOST],
    len: usize,
    ruled_out: f32,
    others: f32,
}

impl Alone {
    /// What an order number says.
    pub(super) const NOTHING: Self = Self { list: [("und", 0.0); MOST], len: 0, ruled_out: 0.0, others: 0.0 };

    /// Reads a message.
    pub(crate) fn of(text: &str) -> Self {
        let mut tally = Tally::new();
        tally.count_signs(text);
        features::words(text, |word| tally.count(word));
        tally.judge()
    }

    /// The candidates, best first; none if the message tells nothing.
    pub(crate) fn candidates(&self) -> &[(Tag, f32)] {
        self.list.get(..self.len).unwrap_or_default()
    }

    /// How little a candidate's share may count for, as a logarithm, once something is known beforehand.
    pub(crate) fn ruled_out(&self) -> f32 {
        self.ruled_out
    }

    /// The same for a language that is not a candidate: less where the script speaks against it.
    pub(crate) fn others(&self) -> f32 {
        self.others
    }

    /// The likeliest language and its share, if anything spoke for one.
    pub(crate) fn best(&self) -> Option<(&str, f64)> {
        self.candidates().first().map(|(tag, share)| (*tag, f64::from(share.exp())))
    }

    /// From points, of which one more is e times as likely; `letters` is how much was read of which script.
    pub(super) fn from_points(points: impl Iterator<Item = (Tag, f32)>, script: Script, letters: f32) -> Self {
        let mut made = Self::NOTHING;
        points.for_each(|(tag, point)| made.insert(tag, point));
        let most = made.candidates().first().map_or(0.0, |(_, point)| *point);
        let all = most + made.candidates().iter().map(|(_, point)| (point - most).exp()).sum::<f32>().ln();
        made.ruled_out = (-RULED_OUT - RULED_OUT_BY_LETTER * letters).max(LEAST);
        // Whoever writes another script most days types a word in Latin letters too, but not the reverse.
        made.others = if script == Script::Latin { made.ruled_out } else { LEAST };
        made.list.iter_mut().take(made.len).for_each(|(_, point)| *point -= all);
        made
    }

    /// Keeps the list sorted; the least falls off its end.
    fn insert(&mut self, tag: Tag, point: f32) {
        let place = self.candidates().iter().take_while(|(_, other)| *other >= point).count();
        let Some(rest) = self.list.get_mut(place..) else { return };
        if let Some(last) = rest.last_mut() {
            *last = (tag, point);
            rest.rotate_right(1);
            self.len = (self.len + 1).min(MOST);
        }
    }
}
