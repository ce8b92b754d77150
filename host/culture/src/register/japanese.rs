//! Japanese: plain, polite (です, ます) and honorific (いたします, お待ちください).
//!
//! The end of a sentence decides. Inside one, ます is a sign of politeness, while a plain verb is only grammar.

use std::{ops::Range, sync::LazyLock};

use super::{
    Found, Level, Rule,
    Weight::{self, Hint, Likely, Sure},
    lexicon::list,
    sentence::{Sentence, is_in},
};

const POLITE: Rule = ("ja-polite", "です and ます are polite");
const HONORIFIC: Rule = ("ja-honorific", "いたす, ございます, お…ください and the like are honorific");
const PLAIN: Rule = ("ja-plain", "a sentence that ends in the plain form is informal");
const REQUEST: Rule = ("ja-request", "a request without ください is informal");
const BARE: Rule = ("ja-bare", "a question without です or ます is informal");

const FILE: &str = include_str!("../../data/register/ja.txt");
static WORDS: LazyLock<Words> = LazyLock::new(Words::new);

/// The word lists, by what they are for.
struct Words {
    /// With their levels, the longest first.
    endings: Vec<(&'static str, Level)>,
    /// The signs that endings start with, so that most places are passed by at once.
    starts: Vec<char>,
    polite_ends: Vec<&'static str>,
    masu_verbs: Vec<&'static str>,
    friendly: Vec<&'static str>,
    open: Vec<&'static str>,
    after_predicate: Vec<&'static str>,
    not_plain: Vec<&'static str>,
    volition: Vec<&'static str>,
    bare: Vec<&'static str>,
    requests: Vec<&'static str>,
    clause_ends: Vec<&'static str>,
}

impl Words {
    fn new() -> Self {
        let words = |key| list(FILE, key).collect::<Vec<_>>();
        let of_level = |key, level| list(FILE, key).map(move |ending| (ending, level));
        let mut endings: Vec<_> =
            of_level("polite", Level::Polite).chain(of_level("honorific", Level::Honorific)).collect();
        endings.sort_by_key(|(ending, _)| std::cmp::Reverse(ending.len()));
        let mut starts: Vec<_> = endings.iter().filter_map(|(ending, _)| ending.chars().next()).collect();
        starts.sort_unstable();
        starts.dedup();
        Self {
            endings,
            starts,
            polite_ends: words("polite-ends"),
            masu_verbs: words("masu-verbs"),
            friendly: words("friendly"),
            open: words("open"),
            after_predicate: words("after-predicate"),
            not_plain: words("not-plain"),
            volition: words("volition"),
            bare: words("bare"),
            requests: words("requests"),
            clause_ends: words("clause-ends"),
        }
    }
}

fn ends(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.ends_with(word))
}

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    let slice = sentence.text.get(sentence.at.clone()).unwrap_or_default();
    let end = end(slice);
    let first = found.signs.len();
    polite(sentence, slice, end, found);
    let polite = found.signs.get_mut(first..).unwrap_or_default();
    if polite.iter().any(|sign| sign.weight == Sure) {
        return;
    }
    let plain = plain(slice, end, sentence.asks).or_else(|| if polite.is_empty() { plain_clause(slice) } else { None });
    let Some((range, weight, rule)) = plain else { return };
    let at = sentence.at.start + range.start..sentence.at.start + range.end;
    if is_in(&sentence.quotes, at.start) {
        return;
    }
    if weight == Sure {
        // The end decides: what is polite before it is reported speech or a slip of the first clause.
        polite.iter_mut().for_each(|sign| sign.weight = Hint);
    }
    found.level(Level::Plain, &at, weight, rule);
}

/// Where the last clause's words end, without marks, brackets and laughter.
fn end(slice: &str) -> usize {
    let mut end = slice.len();
    loop {
        let head = slice.get(..end).unwrap_or_default();
        let head = head.trim_end_matches(|sign: char| !matches!(sign, ')' | '）') && !is_letter(sign));
        let shorter = match head.ends_with([')', '）']) {
            true => head.rfind(['(', '（']).unwrap_or(head.len() - 1),
            false => head.trim_end_matches(['w', 'ｗ', '笑']).len(),
        };
        if shorter == end || shorter == 0 {
            return end;
        }
        end = slice.floor_char_boundary(shorter);
    }
}

/// The long mark is no letter at the end of a sentence: ですー.
fn is_letter(sign: char) -> bool {
    sign != 'ー' && (sign.is_alphanumeric() || sign == '々')
}

fn polite(sentence: &Sentence, slice: &str, end: usize, found: &mut Found) {
    let mut past = 0;
    for (start, sign) in slice.char_indices() {
        if start < past || WORDS.starts.binary_search(&sign).is_err() {
            continue;
        }
        let rest = slice.get(start..).unwrap_or_default();
        let Some((ending, level)) = WORDS.endings.iter().find(|(ending, _)| rest.starts_with(ending)) else { continue };
        let before = slice.get(..start).unwrap_or_default();
        let place = sentence.at.start + start;
        if is_other_word(before, ending, rest) || is_in(&sentence.quotes, place) {
            continue;
        }
        past = start + ending.len();
        let honorific = *level == Level::Honorific || is_respectful(before, ending);
        let (level, rule) = if honorific { (Level::Honorific, HONORIFIC) } else { (Level::Polite, POLITE) };
        let weight = if ends_sentence(slice, past, end) { Sure } else { Likely };
        found.level(level, &(place..past + sentence.at.start), weight, rule);
    }
}

/// ますます, 済ます, まして, and what one says to friends: 申し訳ない.
fn is_other_word(before: &str, ending: &str, rest: &str) -> bool {
    match ending {
        "ます" => rest.starts_with("ますます") || before.ends_with("ます") || ends(before, &WORDS.masu_verbs),
        "ました" => ends(before, &WORDS.masu_verbs),
        "まして" => before.is_empty() || before.ends_with(['に', '、']) || ends(before, &WORDS.masu_verbs),
        "申し訳" => rest.starts_with("申し訳な"),
        _ => false,
    }
}

/// お待ちください, ご確認ください, お調べします: a respectful prefix a few signs before.
fn is_respectful(before: &str, ending: &str) -> bool {
    let is_request = matches!(ending, "ください" | "下さい");
    let is_humble = matches!(ending, "ます" | "ました" | "ません" | "ましょう") && before.ends_with(['し', 'り']);
    // お名前を書いてください is the common request: the prefix is the object's.
    let is_common = before.ends_with(['て', 'で']);
    let is_of_word = |sign: &char| sign.is_alphanumeric() && !matches!(sign, 'を' | 'が' | 'は' | 'に' | 'で');
    let mut near = before.chars().rev().take(9).take_while(is_of_word).skip(2);
    (is_request || is_humble) && !is_common && near.any(|sign| matches!(sign, 'お' | 'ご' | '御'))
}

/// Whether nothing but particles stands between a place and the end of the sentence.
fn ends_sentence(slice: &str, at: usize, end: usize) -> bool {
    const PARTICLES: &str = "よねかがしのでうたせんどけらわさもすょ";
    slice.get(at..end).unwrap_or_default().chars().all(|sign| PARTICLES.contains(sign))
}

/// A plain end before a comma, in a sentence that breaks off.
fn plain_clause(slice: &str) -> Option<(Range<usize>, Weight, Rule)> {
    let mut end = 0;
    for clause in slice.split_inclusive(['、', '，']) {
        let start = end;
        end += clause.len();
        let clause = clause.trim_end_matches(['、', '，']);
        let ending = WORDS.clause_ends.iter().find(|ending| clause.ends_with(**ending));
        if let Some(ending) = ending.filter(|_| clause.len() > 9) {
            let at = start + clause.len();
            return Some((at - ending.len()..at, Hint, PLAIN));
        }
    }
    None
}

/// The plain form at the end, with how certain it is.
fn plain(slice: &str, end: usize, asks: bool) -> Option<(Range<usize>, Weight, Rule)> {
    let whole = slice.get(..end)?;
    let (stem, friendly, open) = without_particles(whole);
    if stem.is_empty() || ends(whole, &WORDS.polite_ends) || ends(stem, &WORDS.polite_ends) {
        return None;
    }
    let bare = ends(stem, &WORDS.bare);
    if !asks && !friendly && !bare && is_not_plain(stem) {
        return None;
    }
    let start = stem.len() - stem.chars().rev().take(3).map(char::len_utf8).sum::<usize>();
    let range = start..end;
    if ends(stem, &WORDS.requests) && !open && !stem.ends_with("くて") {
        // A long sentence that ends in て breaks off more often than it asks.
        let is_short = stem.chars().count() < 20;
        let weight = if friendly || stem.ends_with("ちょうだい") { Sure } else { Likely };
        return Some((range, if is_short { weight } else { weight.min(Hint) }, REQUEST));
    }
    if is_verb_end(stem) {
        // よかった！ and the like are cries, which stand in polite letters too.
        let is_cry = stem.chars().count() < 6;
        let weight = if open && !friendly { Likely } else { Sure };
        return Some((range, if is_cry { Hint } else { weight }, PLAIN));
    }
    // A noun alone is a heading; before よ or in a question it is talk.
    let is_talk = friendly && whole.chars().count() > 2 && !whole.ends_with(['な', 'ん', 'の', 'さ']);
    let is_question = asks && !whole.ends_with("とは") && !whole.starts_with(['お', 'ご']);
    if is_talk || asks && whole.ends_with('の') {
        Some((range, Sure, PLAIN))
    } else if is_question && whole.contains(is_kana) {
        Some((range, Hint, BARE))
    } else {
        bare.then_some((range, Likely, PLAIN))
    }
}

/// What stands before the last particles, whether one of them is friendly, and whether one leaves the sentence open.
fn without_particles(whole: &str) -> (&str, bool, bool) {
    let (mut stem, mut friendly, mut open) = (whole, false, false);
    loop {
        if let Some(shorter) = strip(stem, &WORDS.friendly) {
            (stem, friendly) = (shorter, true);
        } else if let Some(shorter) = strip(stem, &WORDS.open) {
            (stem, open) = (shorter, true);
        } else {
            return (stem, friendly, open);
        }
    }
}

fn strip<'a>(text: &'a str, particles: &[&str]) -> Option<&'a str> {
    particles.iter().find_map(|particle| {
        let shorter = text.strip_suffix(particle).filter(|shorter| shorter.chars().count() > 1)?;
        let is_particle = !WORDS.after_predicate.contains(particle) || follows_predicate(shorter);
        is_particle.then_some(shorter)
    })
}

/// Whether a predicate, plain or polite, could end here.
fn follows_predicate(text: &str) -> bool {
    is_verb_end(text) || text.ends_with(['な', 'ん', 'の'])
}

fn is_verb_end(stem: &str) -> bool {
    let mut signs = stem.chars().rev();
    let (last, before) = (signs.next().unwrap_or(' '), signs.next().unwrap_or(' '));
    let is_end = match last {
        'る' | 'く' | 'ぐ' | 'す' | 'つ' | 'ぬ' | 'ぶ' | 'む' | 'だ' | 'た' => true,
        'い' => !matches!(before, ' ' | '願' | '違' | '思' | '祝' | '扱' | '払' | '買' | '使'),
        // 送ろう and 言う: after o, or the verbs in う.
        'う' => "こそとのもよろごぼお言思買使違払まら".contains(before),
        _ => false,
    };
    is_end && !is_not_plain(stem)
}

fn is_not_plain(stem: &str) -> bool {
    ends(stem, &WORDS.not_plain) && !ends(stem, &WORDS.volition)
}

fn is_kana(sign: char) -> bool {
    matches!(sign, 'ぁ'..='ゖ')
}
