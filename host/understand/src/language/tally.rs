//! From words to shares: the script that the sentence is built in, then the model among the languages of that script.
//!
//! Owns what each word counts for. Knows no conversation and no locale.

use super::{
    alone::{Alone, Tag},
    everywhere,
    features::Word,
    model::Sums,
    script::{self, Script},
    taught,
};

/// A script that tells the language is worth so many letters.
const CERTAIN: f32 = 20.0;
/// What a letter of a name is worth, or of a word that the model does not know.
const NAME: f32 = 0.25;

/// What a `¿` is worth, in points and in letters.
const SPANISH: f32 = 3.0;
const SPANISH_LETTERS: f32 = 4.0;

/// What was met of each script.
pub(super) struct Tally {
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
    /// `¿` and `¡`, which Spanish alone writes.
    is_spanish: bool,
}

impl Tally {
    pub(super) fn new() -> Self {
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
            is_spanish: false,
        }
    }

    /// Looks at what stands between the words.
    pub(super) fn count_signs(&mut self, text: &str) {
        self.is_spanish = text.contains(['¿', '¡']);
    }

    /// Counts one word.
    pub(super) fn count(&mut self, word: &Word) {
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
    pub(super) fn judge(&self) -> Alone {
        if self.other_words > 0.0 && self.other_words >= self.latin_words {
            return self.judge_others();
        }
        let (letters, spanish) = if self.is_spanish { (SPANISH_LETTERS, SPANISH) } else { (0.0, 0.0) };
        let letters = letters + self.of(Script::Latin);
        if letters == 0.0 {
            return Alone::NOTHING;
        }
        let more = |(tag, points)| (tag, if tag == "es" { points + spanish } else { points });
        Alone::from_points(points(Script::Latin, &self.latin).map(more), Script::Latin, letters)
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
    Alone::from_points(points(script, sums), script, letters)
}

fn points(script: Script, sums: &Sums) -> impl Iterator<Item = (Tag, f32)> {
    let languages = taught::languages(script).iter().zip(sums.iter());
    languages.map(|(tag, sum)| (*tag, sum as f32 / taught::SCALE + beforehand(tag)))
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
