//! What a message alone says about its language.
//!
//! Owns the way from words to shares: the script that the sentence is built in, then the model among the languages
//! of that script. Knows no conversation and no locale.

use super::{
    everywhere,
    features::{self, Word},
    model::Sums,
    script::{self, Script},
    taught,
};

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
/// A script that tells the language is worth so many letters.
const CERTAIN: f32 = 20.0;
/// What a letter of a name is worth, or of a word that the model does not know.
const NAME: f32 = 0.25;

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
    const NOTHING: Self = Self { list: [("und", 0.0); MOST], len: 0, ruled_out: 0.0, others: 0.0 };

    /// Reads a message.
    pub(crate) fn of(text: &str) -> Self {
        let mut tally = Tally::new();
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
    fn from_points(points: impl Iterator<Item = (Tag, f32)>, script: Script, letters: f32) -> Self {
        let mut made = Self::NOTHING;
        let mut all = 0.0;
        let points = points.map(|(tag, point)| (tag, point.clamp(-40.0, 40.0)));
        for (tag, point) in points {
            all += point.exp();
            made.insert(tag, point);
        }
        let all: f32 = f32::ln(all);
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

/// What was met of each script.
struct Tally {
    latin: Sums,
    cyrillic: Sums,
    arabic: Sums,
    han: Sums,
    letters: [f32; 6],
    /// Latin words, those with a capital counted for less: names stand in messages of all languages.
    latin_words: f32,
    /// The others, in words too: so many characters of Chinese or Thai make one.
    other_words: f32,
    /// The language of the script that one language writes, and its letters; the first two met.
    only: [(Tag, usize); 2],
    /// A letter that tells of a language that the model was not taught.
    untaught: Option<Tag>,
}

impl Tally {
    fn new() -> Self {
        Self {
            latin: Sums::ZERO,
            cyrillic: Sums::ZERO,
            arabic: Sums::ZERO,
            han: Sums::ZERO,
            letters: [0.0; 6],
            latin_words: 0.0,
            other_words: 0.0,
            only: [("und", 0); 2],
            untaught: None,
        }
    }

    fn count(&mut self, word: &Word) {
        let letters = word.letters().len();
        let sums = match word.script {
            // A size (`M`) or the half of a model's name says nothing either.
            Script::Latin if everywhere::is_name(word.letters()) || (letters == 1 && word.is_like_a_name()) => return,
            Script::Latin => Some(&mut self.latin),
            Script::Cyrillic => Some(&mut self.cyrillic),
            Script::Arabic => Some(&mut self.arabic),
            Script::Han => Some(&mut self.han),
            Script::Only(tag) => {
                self.count_only(tag, letters);
                None
            }
            Script::Kana | Script::Devanagari => None,
        };
        let mut known = true;
        if let Some(sums) = sums {
            known = sums.add(word.whole()) || word.script != Script::Latin;
            word.pieces(|piece| {
                sums.add(piece);
            });
        }
        self.weigh(word, known);
    }

    /// How much of each script was read: a name counts for little, as does a word that the model does not know.
    fn weigh(&mut self, word: &Word, known: bool) {
        let letters = word.letters().len();
        let is_first = self.letters.iter().all(|read| *read == 0.0);
        let is_name = word.is_like_a_name() && !is_first;
        let worth = if is_name || !known { NAME } else { 1.0 };
        if let Some(place) = self.letters.get_mut(index(word.script)) {
            *place += if everywhere::is_interjection(word.letters()) { 1.0 } else { worth * letters as f32 };
        }
        if word.script == Script::Latin {
            self.latin_words += if word.is_like_a_name() { 0.15 } else { 0.5 };
        } else {
            self.other_words += words_in(word.script, letters);
            self.untaught = self.untaught.or(word.letters().iter().find_map(|letter| script::only(*letter)));
        }
    }

    fn count_only(&mut self, tag: Tag, letters: usize) {
        let place = self.only.iter_mut().find(|(known, count)| *known == tag || *count == 0);
        if let Some((known, count)) = place {
            *known = tag;
            *count += letters;
        }
    }

    fn of(&self, script: Script) -> f32 {
        self.letters.get(index(script)).copied().unwrap_or_default()
    }

    /// The sentence is built in the other script unless Latin words clearly carry it.
    fn judge(&self) -> Alone {
        if self.other_words > 0.0 && self.other_words >= self.latin_words {
            return self.judge_others();
        }
        let letters = self.of(Script::Latin);
        if letters > 0.0 { model(Script::Latin, &self.latin, letters) } else { Alone::NOTHING }
    }

    fn judge_others(&self) -> Alone {
        let (tag, only) = self.only.into_iter().max_by_key(|(_, count)| *count).unwrap_or(("und", 0));
        let east_asian = self.of(Script::Han) + self.of(Script::Kana);
        let scripts = [
            (Script::Only(tag), only as f32),
            (Script::Han, 2.0 * east_asian),
            (Script::Cyrillic, self.of(Script::Cyrillic)),
            (Script::Arabic, self.of(Script::Arabic)),
            (Script::Devanagari, self.of(Script::Devanagari)),
        ];
        let most = scripts.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let (script, letters) = most.unwrap_or((Script::Han, 0.0));
        match (script, self.untaught) {
            (Script::Only(tag), _) | (Script::Cyrillic | Script::Devanagari, Some(tag)) => certain(script, tag),
            (Script::Devanagari, None) => certain(script, "hi"),
            (Script::Han, _) if self.is_japanese() => certain(script, "ja"),
            (Script::Han, _) => model(script, &self.han, letters),
            (Script::Cyrillic, None) => model(script, &self.cyrillic, letters),
            _ => model(script, &self.arabic, letters),
        }
    }

    /// A lone の stands on Chinese labels too; kana among Han is Japanese.
    fn is_japanese(&self) -> bool {
        let (kana, han) = (self.of(Script::Kana), self.of(Script::Han));
        kana >= 2.0 || (kana == 1.0 && han <= 6.0)
    }
}

fn index(script: Script) -> usize {
    match script {
        Script::Latin => 0,
        Script::Han => 1,
        Script::Kana => 2,
        Script::Cyrillic => 3,
        Script::Arabic => 4,
        Script::Devanagari => 5,
        Script::Only(_) => usize::MAX,
    }
}

/// How many words a run of letters makes.
fn words_in(script: Script, letters: usize) -> f32 {
    match script {
        Script::Han | Script::Kana | Script::Only("ko") => letters as f32 / 2.0,
        Script::Only("th" | "lo" | "km" | "my") => letters as f32 / 4.0,
        _ => 1.0,
    }
}

/// A script that tells the language.
fn certain(script: Script, tag: Tag) -> Alone {
    Alone::from_points(std::iter::once((tag, 0.0)), script, CERTAIN)
}

fn model(script: Script, sums: &Sums, letters: f32) -> Alone {
    let points = taught::languages(script).iter().zip(sums.iter());
    let softer = 1.0 / taught::SCALE;
    Alone::from_points(points.map(|(tag, sum)| (*tag, sum as f32 * softer + beforehand(tag))), script, letters)
}

/// What speaks for a language before a word is read: shops meet some far more often than others.
fn beforehand(tag: Tag) -> f32 {
    match tag {
        "en" => 0.3,
        "es" | "pt" | "fr" | "de" | "id" | "ru" | "ar" | "zh-Hans" => 0.0,
        "hi" => -0.5,
        "ja" => -0.7,
        "it" | "tr" | "pl" | "vi" => -1.0,
        "uk" => -0.5,
        "zh-Hant" => -1.5,
        "fa" | "ur" => -2.0,
        "ca" | "hr" | "sk" | "lt" | "fil" | "sr" | "mk" => -2.5,
        _ => -1.5,
    }
}
