//! Finds words and numbers that rules are about, all in one pass over a text.
//!
//! Owns matching: whole words where a script writes spaces, any case, exceptions. Knows nothing of what follows.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::pack::{Pack, Wording};

/// Words of many rules, ready to be looked for.
#[derive(Debug, Default)]
pub(crate) struct WordList {
    finder: Option<AhoCorasick>,
    /// By pattern.
    patterns: Vec<Pattern>,
    pub(crate) rules: Vec<WordRule>,
    has_numbers: bool,
}

/// One rule about words.
#[derive(Debug)]
pub(crate) struct WordRule {
    /// `taboo` or `claim`
    pub(crate) section: &'static str,
    pub(crate) id: String,
    pub(crate) wording: Wording,
}

#[derive(Debug)]
struct Pattern {
    /// `None` for an exception: what it covers is harmless.
    rule: Option<usize>,
    open_start: bool,
    open_end: bool,
}

/// A place where a rule applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) rule: usize,
    pub(crate) at: Range<usize>,
}

impl WordList {
    /// The words of all taboos and claims, which it takes out of the pack: every locale has hundreds.
    pub(crate) fn new(pack: &mut Pack) -> Self {
        let of = |section, wordings: BTreeMap<String, Wording>| {
            wordings.into_iter().map(move |(id, wording)| WordRule { section, id, wording })
        };
        let (taboos, claims) = (std::mem::take(&mut pack.taboo), std::mem::take(&mut pack.claim));
        let mut rules: Vec<_> = of("taboo", taboos).chain(of("claim", claims)).collect();
        let words = rules.iter().enumerate().flat_map(|(at, rule)| {
            let words = rule.wording.words.iter().map(move |word| (Some(at), word.as_str()));
            words.chain(rule.wording.except.iter().map(|word| (None, word.as_str())))
        });
        let (finder, patterns) = finder(words);
        for rule in &mut rules {
            (rule.wording.words, rule.wording.except) = (Vec::new(), Vec::new());
        }
        let has_numbers = rules.iter().any(|rule| !rule.wording.numbers.is_empty());
        Self { finder, patterns, has_numbers, rules }
    }

    /// A list of words without rules.
    pub(crate) fn plain(words: &[String]) -> Self {
        let (finder, patterns) = finder(words.iter().map(|word| (Some(0), word.as_str())));
        Self { finder, patterns, ..Self::default() }
    }

    /// Whether any of the words stands in the text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.words_in(text).next().is_some()
    }

    /// All places, in order.
    pub(crate) fn hits(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<_> = self.words_in(text).collect();
        if self.has_numbers && text.bytes().any(|byte| byte.is_ascii_digit()) {
            hits.extend(self.numbers_in(text));
            hits.sort_by_key(|hit| hit.at.start);
        }
        hits.retain(|hit| self.is_near(hit, text));
        hits
    }

    fn words_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit> + 'a {
        let found = self.finder.iter().flat_map(move |finder| finder.find_iter(text));
        found.filter_map(move |found| {
            let pattern = self.patterns.get(found.pattern().as_usize())?;
            let starts = || starts_word(text, found.start()) || found.len() >= LONG && follows_and(text, found.start());
            let whole = (pattern.open_start || starts()) && (pattern.open_end || ends_word(text, found.end()));
            Some(Hit { rule: pattern.rule.filter(|_| whole)?, at: found.range() })
        })
    }

    /// Whole numbers that stand alone: not part of an amount, a date, a time, a span, a code or a list of digits.
    fn numbers_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit> + 'a {
        let runs = text.char_indices().filter(|(at, sign)| {
            let before = || text.get(..*at).and_then(|it| it.chars().next_back());
            sign.is_ascii_digit() && !before().is_some_and(is_of_number)
        });
        runs.filter_map(|(start, _)| {
            let rest = text.get(start..)?;
            let length = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
            let mut after = rest.get(length..)?.chars();
            let joined = after.next().is_some_and(|sign| {
                is_of_number(sign) && (!matches!(sign, '.' | ',') || after.next().is_some_and(|it| it.is_ascii_digit()))
            });
            let digits = rest.get(..length)?;
            let rule = self.rules.iter().position(|rule| rule.wording.numbers.iter().any(|it| it == digits))?;
            let is_alone = !joined && !is_dated(text, start, start + length) && !is_time(text, start + length);
            is_alone.then_some(Hit { rule, at: start..start + length })
        })
    }

    fn is_near(&self, hit: &Hit, text: &str) -> bool {
        let Some(rule) = self.rules.get(hit.rule).filter(|rule| !rule.wording.near.is_empty()) else { return true };
        let ends = |sign| matches!(sign, '.' | '!' | '?' | '\n' | '。' | '！' | '？' | '।' | '؟');
        let before = text.get(..hit.at.start).unwrap_or_default();
        let start = before.rfind(ends).unwrap_or(0);
        let end = text.get(hit.at.end..).and_then(|after| after.find(ends)).map_or(text.len(), |at| hit.at.end + at);
        let sentence = text.get(start..end).unwrap_or_default().to_lowercase();
        rule.wording.near.iter().any(|word| sentence.contains(&word.to_lowercase()))
    }
}

fn finder<'a>(words: impl Iterator<Item = (Option<usize>, &'a str)>) -> (Option<AhoCorasick>, Vec<Pattern>) {
    let (mut texts, mut patterns) = (Vec::new(), Vec::new());
    for (rule, word) in words {
        let (open_start, open_end) = (word.starts_with('*'), word.ends_with('*'));
        for text in cases(word.trim_matches('*')) {
            texts.push(text);
            patterns.push(Pattern { rule, open_start, open_end });
        }
    }
    if texts.is_empty() {
        return (None, patterns);
    }
    // A table of all transitions would be some faster, and take ten times the memory for every locale and merchant.
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    // Words are bounded by the file, so building cannot fail for size.
    (AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostLongest).build(texts).ok(), patterns)
}

/// As written, in small letters, with a capital, and in capitals.
fn cases(word: &str) -> BTreeSet<String> {
    let small = word.to_lowercase();
    let mut signs = small.chars();
    let capital = signs.next().map(|first| first.to_uppercase().chain(signs).collect());
    [Some(word.to_owned()), capital, Some(word.to_uppercase()), Some(small.clone())].into_iter().flatten().collect()
}

/// Letters of scripts that set words apart by spaces.
fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric()
        && !matches!(sign, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_of_number(sign: char) -> bool {
    sign.is_ascii_alphanumeric()
        || matches!(sign, '.' | ',' | ':' | '-' | '/' | '#' | '%' | '$' | '€' | '£' | '¥' | '₹' | '_')
}

/// Whether a year stands close by, before or after: *13 thg 6, 2026*, *Nov 13, 2026*, *2026. 11. 13.*
fn is_dated(text: &str, start: usize, end: usize) -> bool {
    const CLOSE: usize = 16;
    let is_year = |run: &str| run.len() == 4 && ["19", "20", "25"].iter().any(|century| run.starts_with(century));
    let has_year = |near: String| near.split(|sign: char| !sign.is_ascii_digit()).any(is_year);
    // Years that come first are followed by nothing but the month.
    let of_date = |sign: &char| sign.is_ascii_digit() || sign.is_whitespace() || "./-年月년월".contains(*sign);
    let before = text.get(..start).map(|it| it.chars().rev().take_while(of_date).take(CLOSE).collect::<Vec<_>>());
    let before: String = before.unwrap_or_default().into_iter().rev().collect();
    has_year(before) || has_year(text.get(end..).unwrap_or_default().chars().take(CLOSE).collect())
}

/// Whether a number counts time or names a day, in scripts without spaces, where gifts and days share a sentence: *4 天后寄出礼物*.
fn is_time(text: &str, end: usize) -> bool {
    const UNITS: [&str; 30] = [
        "天",
        "日",
        "号",
        "號",
        "月",
        "年",
        "小时",
        "小時",
        "分钟",
        "分鐘",
        "分",
        "秒",
        "点钟",
        "點",
        "周",
        "週",
        "时",
        "時",
        "个工作日",
        "個工作天",
        "個工作日",
        "工作日",
        "个月",
        "個月",
        "个小时",
        "個小時",
        "営業日",
        "か月",
        "ヶ月",
        "カ月",
    ];
    let after = text.get(end..).unwrap_or_default().trim_start_matches([' ', '\u{a0}']);
    UNITS.iter().any(|unit| after.starts_with(unit))
}

/// So many bytes that *and* before them is no letter of their own: four Arabic or Hebrew letters.
const LONG: usize = 8;

/// Whether *and* stands before a place, which Arabic (و, ف) and Hebrew (ו) write in one with the next word.
fn follows_and(text: &str, at: usize) -> bool {
    let Some(before) = text.get(..at) else { return false };
    let and = before.chars().next_back().filter(|sign| matches!(sign, 'و' | 'ف' | 'ו'));
    and.is_some_and(|sign| starts_word(text, at - sign.len_utf8()))
}

fn starts_word(text: &str, at: usize) -> bool {
    let sides = (text.get(..at).and_then(|it| it.chars().next_back()), text.get(at..).and_then(|it| it.chars().next()));
    !matches!(sides, (Some(before), Some(first)) if is_of_word(before) && is_of_word(first))
}

fn ends_word(text: &str, at: usize) -> bool {
    starts_word(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(toml: &str, text: &str) -> String {
        let mut pack = Pack::parse("test", toml, false).unwrap();
        let list = WordList::new(&mut pack);
        let hits = list.hits(text);
        hits.iter()
            .map(|hit| format!("{} {}", list.rules[hit.rule].id, text.get(hit.at.clone()).unwrap()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn finds_words() {
        let rules = r#"
            [claim.sure]
            words = ["guarantee*", "100% safe"]
            why = ""
            source = ""
            [claim.best]
            words = ["最好"]
            except = ["最好在"]
            why = ""
            source = ""
            [taboo.four]
            numbers = ["4", "14"]
            near = ["礼", "gift"]
            why = ""
            source = ""
        "#;
        for (text, expected) in [
            ("Guaranteed! GUARANTEE, but noguarantee.", "sure Guarantee, sure GUARANTEE"),
            ("It is 100% safe.", "sure 100% safe"),
            ("我们最好的产品，最好在明天寄", "best 最好"),
            ("a gift of 4, or 14. 4 more", "four 4, four 14"),
            ("a gift of 4.50 or A4 or 4-5, 4%", ""),
            ("礼盒4个", "four 4"),
            ("礼盒 4 天后送到，最晚14号", ""),
        ] {
            assert_eq!(found(rules, text), expected, "{text}");
        }
    }

    #[test]
    fn and_is_written_in_one_with_the_next_word() {
        for (word, text, expected) in [
            ("نعتذر*", "معكم حق، ونعتذر بشدة", true),
            ("נצטער*", "ונצטער על כך", true),
            ("رق", "ورق", false),
            ("نعتذر", "أونعتذر", false),
        ] {
            assert_eq!(WordList::plain(&[word.to_owned()]).is_in(text), expected, "{word}: {text}");
        }
    }
}
