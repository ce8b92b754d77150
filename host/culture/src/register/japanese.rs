//! Japanese: plain, polite (です, ます) and honorific (いたします, お待ちください).
//!
//! The end of a sentence decides. Inside one, ます is a sign of politeness, while a plain verb is only grammar.

use std::ops::Range;

use super::{
    Found, Level, Rule,
    Weight::{self, Hint, Likely, Sure},
    sentence::{Sentence, is_in},
};

const POLITE: Rule = ("ja-polite", "です and ます are polite");
const HONORIFIC: Rule = ("ja-honorific", "いたす, ございます, お…ください and the like are honorific");
const PLAIN: Rule = ("ja-plain", "a sentence that ends in the plain form is informal");
const REQUEST: Rule = ("ja-request", "a request without ください is informal");
const BARE: Rule = ("ja-bare", "a question without です or ます is informal");

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    let slice = sentence.text.get(sentence.at.clone()).unwrap_or_default();
    let tail = tail(slice);
    let before = found.signs.len();
    polite(sentence, slice, tail.end, found);
    let is_polite = found.signs.len() > before;
    let end = plain(slice, &tail, sentence.asks).or_else(|| if is_polite { None } else { plain_clause(slice) });
    if let Some((range, weight, rule)) = end {
        let at = sentence.at.start + range.start..sentence.at.start + range.end;
        if !is_in(&sentence.quotes, at.start) {
            found.level(Level::Plain, &at, weight, rule);
        }
    }
}

/// A plain end before a comma, in a sentence that breaks off.
fn plain_clause(slice: &str) -> Option<(Range<usize>, Weight, Rule)> {
    const ENDS: &[&str] = &["だ", "た", "だが", "たが", "ないが", "けど", "けれど", "よ", "ね", "ない", "んだ", "かな"];
    let mut end = 0;
    for clause in slice.split_inclusive(['、', '，']) {
        let start = end;
        end += clause.len();
        let clause = clause.trim_end_matches(['、', '，']);
        if let Some(ending) = ENDS.iter().find(|ending| clause.ends_with(**ending)).filter(|_| clause.len() > 9) {
            let at = start + clause.len();
            return Some((at - ending.len()..at, Hint, PLAIN));
        }
    }
    None
}

/// Where the last clause's words end, without marks, brackets and laughter.
fn tail(slice: &str) -> Range<usize> {
    let mut end = slice.len();
    loop {
        let head = slice.get(..end).unwrap_or_default();
        let trimmed = head.trim_end_matches(|sign: char| !sign.is_alphanumeric() && sign != 'ー' && sign != '々' || sign == 'ー');
        let trimmed = trimmed.trim_end_matches(['w', 'ｗ', '笑', '♪', '〜']);
        let shorter = match head.trim_end_matches(|sign: char| !matches!(sign, ')' | '）') && !sign.is_alphanumeric()) {
            closed if closed.ends_with([')', '）']) => closed.rfind(['(', '（']).unwrap_or(trimmed.len()),
            _ => trimmed.len(),
        };
        if shorter == end || shorter == 0 {
            return 0..end;
        }
        end = shorter;
    }
}

/// What starts after one of these is a polite ending. ませ only before ん, or くださいませ.
const ENDINGS: &[(&str, Level)] = &[
    ("です", Level::Polite),
    ("でした", Level::Polite),
    ("でしょう", Level::Polite),
    ("ます", Level::Polite),
    ("ました", Level::Polite),
    ("まして", Level::Polite),
    ("ません", Level::Polite),
    ("ましょう", Level::Polite),
    ("ください", Level::Polite),
    ("下さい", Level::Polite),
    ("くださる", Level::Honorific),
    ("ございま", Level::Honorific),
    ("いたしま", Level::Honorific),
    ("致しま", Level::Honorific),
    ("いただ", Level::Honorific),
    ("頂け", Level::Honorific),
    ("頂き", Level::Honorific),
    ("頂く", Level::Honorific),
    ("いらっしゃ", Level::Honorific),
    ("伺", Level::Honorific),
    ("存じ", Level::Honorific),
    ("かしこまりま", Level::Honorific),
    ("承り", Level::Honorific),
    ("承知", Level::Honorific),
    ("恐れ入り", Level::Honorific),
    ("申し上げ", Level::Honorific),
    ("申し訳", Level::Honorific),
    ("なさいま", Level::Honorific),
    ("おりま", Level::Honorific),
    ("くださいませ", Level::Honorific),
];

/// All begin with one of these, so that most places are passed by at once.
fn may_start(sign: char) -> bool {
    matches!(sign, 'で' | 'ま' | 'く' | '下' | 'ご' | 'い' | '致' | '頂' | '伺' | '存' | 'か' | '承' | '恐' | '申' | 'な' | 'お')
}

fn polite(sentence: &Sentence, slice: &str, end: usize, found: &mut Found) {
    let mut past = 0;
    for (start, sign) in slice.char_indices() {
        if start < past || !may_start(sign) {
            continue;
        }
        let rest = slice.get(start..).unwrap_or_default();
        let longest = ENDINGS.iter().filter(|(ending, _)| rest.starts_with(ending)).max_by_key(|(ending, _)| ending.len());
        let Some((ending, level)) = longest else { continue };
        let before = slice.get(..start).unwrap_or_default();
        let place = sentence.at.start + start;
        if is_other_word(before, ending, rest) || is_in(&sentence.quotes, place) {
            continue;
        }
        past = start + ending.len();
        let honorific = *level == Level::Honorific || is_respectful(before, ending);
        let (level, rule) = if honorific { (Level::Honorific, HONORIFIC) } else { (Level::Polite, POLITE) };
        let weight = if ends_sentence(slice, past, end) { Sure } else { Likely };
        found.level(level, &(place..place + ending.len()), weight, rule);
    }
}

/// ますます, 済ます, 出かけでした-like accidents of spelling, and what one says to friends: 申し訳ない.
fn is_other_word(before: &str, ending: &str, rest: &str) -> bool {
    match ending {
        "ます" => rest.starts_with("ますます") || before.ends_with("ます") || before.ends_with(['済', '覚', '冷', '励', '悩', '騙']),
        "ました" => before.ends_with(['済', '覚', '冷', '励', '悩', '騙']),
        "まして" => before.is_empty() || before.ends_with(['励', '覚', '済']) || before.ends_with('に') || before.ends_with('、'),
        "申し訳" => rest.starts_with("申し訳な"),
        "いただ" => !rest.starts_with("いただけ") && !rest.starts_with("いただき") && !rest.starts_with("いただく") && !rest.starts_with("いただい"),
        "伺" | "存じ" | "承り" => false,
        _ => false,
    }
}

/// お待ちください, ご確認ください, お調べします: a respectful prefix a few signs before.
fn is_respectful(before: &str, ending: &str) -> bool {
    if !matches!(ending, "ください" | "下さい" | "ます" | "ました" | "ません" | "ましょう") {
        return false;
    }
    let near = before.char_indices().rev().take(9).take_while(|(_, sign)| sign.is_alphanumeric() && !matches!(sign, 'を' | 'が' | 'は' | 'に' | 'で'));
    let mut stem = 0;
    for (_, sign) in near {
        if stem > 1 && matches!(sign, 'お' | 'ご' | '御') {
            // お荷物を... is the object's prefix, and て before ください the common request.
            return !before.ends_with('て') && !before.ends_with('で') && (ending.starts_with(['く', '下']) || before.ends_with(['し', 'り']));
        }
        stem += 1;
    }
    false
}

/// Whether nothing but particles stands between a place and the end of the sentence.
fn ends_sentence(slice: &str, at: usize, end: usize) -> bool {
    let rest = slice.get(at..end).unwrap_or_default();
    let particles = ['よ', 'ね', 'か', 'が', 'し', 'の', 'で', 'う', 'た', 'せ', 'ん', 'ど', 'け', 'ら', 'わ', 'さ', 'も', 'す', 'ょ'];
    rest.trim_start_matches(particles).is_empty()
}

/// Particles and the like that end a sentence among friends; the longest first.
const FRIENDLY: &[&str] = &[
    "かもね", "だよね", "よね", "だよ", "だね", "っけ", "じゃん", "かな", "かしら", "もん", "よな", "なあ", "なぁ", "でしょ", "だろ", "さあ",
    "って", "よ", "ね", "な", "わ", "ぞ", "ぜ", "さ", "の", "ん",
];
/// Particles that leave a sentence open; before them a plain form is just as plain.
const OPEN: &[&str] = &["けれども", "けれど", "けど", "から", "ので", "のに", "が", "し", "か", "と"];
/// Ends of words that only look like verbs or adjectives.
const NOT_PLAIN: &[&str] = &[
    "ありがとう", "おはよう", "さようなら", "そう", "こう", "どう", "もう", "ほう", "よう", "違い", "間違い", "思い", "はい", "いいえ", "くらい", "ぐらい",
    "お祝い", "扱い", "支払い", "取り扱い", "お支払い", "たくさん", "お客さん", "もちろん", "すみません", "みたい", "くせ", "する方", "ため",
    "皆さん", "かた", "あなた", "また", "まだ", "ただ", "かなり", "うん", "ううん", "した場合", "こんにちは", "さん", "ちゃん", "くん",
];
/// Adjectives that end a sentence as they are.
const BARE_ADJECTIVES: &[&str] = &["好き", "嫌い", "必要", "大丈夫", "無理", "だめ", "ダメ", "最高", "残念", "みたい", "同じ", "だから", "上手", "大変", "綺麗", "きれい", "嫌", "お願い", "ごめん", "よろしく"];

/// The plain form at the end, with how certain it is.
fn plain(slice: &str, tail: &Range<usize>, asks: bool) -> Option<(Range<usize>, Weight, Rule)> {
    let whole = slice.get(tail.clone())?;
    let mut stem = whole;
    let mut friendly = false;
    let mut open = false;
    while let Some(shorter) = strip(stem, FRIENDLY, &mut friendly).or_else(|| strip(stem, OPEN, &mut open)) {
        stem = shorter;
    }
    if stem.is_empty() || is_polite_end(whole) || is_polite_end(stem) {
        return None;
    }
    let last = stem.chars().next_back()?;
    let start = stem.len() - stem.chars().rev().take(2).map(char::len_utf8).sum::<usize>();
    let range = start..tail.end;
    let bare = BARE_ADJECTIVES.iter().any(|word| stem.ends_with(word));
    if !asks && !friendly && !bare && is_not_plain(stem) {
        return None;
    }
    let verb = is_verb_end(stem, last);
    let request = ["て", "って", "んで", "いで", "ちょうだい", "くれ", "なさい", "とい", "ておい", "しろ", "とけ"].iter().any(|end| stem.ends_with(end));
    if request && !open && !stem.ends_with("くて") {
        return Some((range, if friendly || stem.ends_with("ちょうだい") { Sure } else { Likely }, REQUEST));
    }
    if verb {
        // よかった！ and the like are cries, which stand in polite letters too.
        let is_cry = stem.chars().count() < 6;
        return Some((range, if open && !friendly || is_cry { Likely } else { Sure }, PLAIN));
    }
    // A noun alone is a heading; before よ or in a question it is talk.
    match (friendly, asks, bare) {
        (true, _, _) if whole.chars().count() > 2 && !whole.ends_with(['な', 'ん', 'の', 'さ']) || asks && whole.ends_with('の') => {
            Some((range, Sure, PLAIN))
        }
        (_, true, _) if whole.chars().any(is_kana) && !whole.ends_with("とは") && !whole.starts_with(['お', 'ご']) => Some((range, Likely, BARE)),
        (_, _, true) => Some((range, Likely, PLAIN)),
        _ => None,
    }
}

fn strip<'a>(text: &'a str, particles: &[&str], found: &mut bool) -> Option<&'a str> {
    // 思った is a verb, not 思 and a particle: what follows the copula or a verb alone counts.
    let shorter = particles.iter().find_map(|particle| {
        let shorter = text.strip_suffix(particle).filter(|shorter| shorter.chars().count() > 1)?;
        let is_part_of_word = matches!(*particle, "な" | "さ" | "の" | "ん" | "わ" | "し" | "と" | "か" | "が" | "って" | "ね" | "よ")
            && !follows_predicate(shorter) && !matches!(*particle, "よ" | "ね");
        (!is_part_of_word).then_some(shorter)
    });
    *found |= shorter.is_some();
    shorter
}

/// Whether a predicate, plain or polite, could end here.
fn follows_predicate(text: &str) -> bool {
    let last = text.chars().next_back().unwrap_or(' ');
    is_verb_end(text, last) || matches!(last, 'な' | 'ん' | 'の')
}

fn is_verb_end(stem: &str, last: char) -> bool {
    if is_not_plain(stem) {
        return false;
    }
    let before = stem.chars().rev().nth(1).unwrap_or(' ');
    match last {
        'る' | 'く' | 'ぐ' | 'す' | 'つ' | 'ぬ' | 'ぶ' | 'む' => true,
        'だ' | 'た' => true,
        'い' => before != ' ' && !matches!(before, '願' | '違' | '思' | '祝' | '扱' | '払' | '買' | '使'),
        // 書いておこう, 送ろう: after o.
        'う' => matches!(before, 'こ' | 'そ' | 'と' | 'の' | 'も' | 'よ' | 'ろ' | 'ご' | 'ぼ' | 'お' | '言' | '思' | '買' | '使' | '違' | '払' | 'ま' | 'ら'),
        _ => false,
    }
}

fn is_not_plain(stem: &str) -> bool {
    const VOLITION: &[&str] = &["てよう", "しよう", "みよう", "げよう", "べよう", "めよう", "れよう", "いよう", "ておこう", "ていこう", "行こう", "てもらおう"];
    let is_volition = VOLITION.iter().any(|end| stem.ends_with(end));
    !is_volition && NOT_PLAIN.iter().any(|word| stem.ends_with(word))
}

fn is_polite_end(text: &str) -> bool {
    const ENDS: &[&str] = &[
        "です", "でした", "でしょう", "ます", "ました", "ません", "ましょう", "ください", "下さい", "ませ", "まして", "ますか", "ですか", "ですの", "ますの",
        "ましたの", "なさいま", "でして",
    ];
    ENDS.iter().any(|end| text.ends_with(end))
}

fn is_kana(sign: char) -> bool {
    matches!(sign, 'ぁ'..='ゖ')
}
