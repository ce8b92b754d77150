//! Sentences, and their words with what stands before each.
//!
//! Owns where sentences and words begin and end in all nine languages, and what is quoted. Knows no grammar.

use std::ops::Range;

/// A sentence outside quotation marks.
pub(super) struct Sentence<'a> {
    /// The whole text that it is from.
    pub(super) text: &'a str,
    /// Where, in bytes of the text.
    pub(super) at: Range<usize>,
    /// Its words, without what is quoted.
    pub(super) words: Vec<Word>,
    /// Ends in a question mark.
    pub(super) asks: bool,
    /// What is quoted, in bytes of the text.
    pub(super) quotes: Vec<Range<usize>>,
}

/// One word.
pub(super) struct Word {
    /// Where, in bytes of the text.
    pub(super) at: Range<usize>,
    /// In lower case and composed as the rules are written.
    pub(super) lower: String,
    /// Begins with a capital.
    pub(super) capital: bool,
    /// What stands before it.
    pub(super) gap: Gap,
    /// In a question; in Spanish, after `¿`.
    pub(super) asks: bool,
}

/// What stands before a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// The sentence's start, or a colon.
    Start,
    /// A comma, a bracket, a quotation, a dash.
    Clause,
    /// White space.
    Space,
    /// A hyphen within a word.
    Hyphen,
    /// An apostrophe within a word.
    Apostrophe,
}

impl Sentence<'_> {
    /// The word at a place before (negative) or after another.
    pub(super) fn near(&self, index: usize, offset: isize) -> Option<&Word> {
        self.words.get(index.checked_add_signed(offset)?)
    }

    /// The same in lower case, empty where there is none.
    pub(super) fn lower(&self, index: usize, offset: isize) -> &str {
        self.near(index, offset).map_or("", |word| word.lower.as_str())
    }

    /// Whether a word starts the sentence or a part of it.
    pub(super) fn opens(&self, index: usize) -> bool {
        self.words.get(index).is_some_and(Word::opens)
    }

    /// Whether a word is the last of its part of the sentence.
    pub(super) fn closes(&self, index: usize) -> bool {
        self.words.get(index + 1).is_none_or(Word::opens)
    }
}

impl Word {
    pub(super) fn opens(&self) -> bool {
        matches!(self.gap, Gap::Start | Gap::Clause)
    }
}

/// Cuts a text into sentences.
pub(super) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let quotes = quotes(text);
    let mut found = Vec::new();
    let mut start = 0;
    for (at, sign) in text.char_indices() {
        let end = at + sign.len_utf8();
        if ends(sign, text.get(end..).unwrap_or_default()) && !is_in(&quotes, at) {
            push(&mut found, text, start..end, &quotes);
            start = end;
        }
    }
    push(&mut found, text, start..text.len(), &quotes);
    found
}

/// Whether a sentence ends at a sign. A full stop in `3.50` or `z. b.` does not end one.
fn ends(sign: char, rest: &str) -> bool {
    let next = rest.chars().next();
    match sign {
        '\n' => true,
        '。' | '！' | '？' | '।' | '!' | '?' | '…' => !next.is_some_and(is_mark),
        '.' => {
            let after = rest.chars().find(|sign| !sign.is_whitespace());
            next.is_none_or(char::is_whitespace) && !after.is_some_and(char::is_lowercase)
        }
        _ => false,
    }
}

fn is_mark(sign: char) -> bool {
    matches!(sign, '!' | '?' | '！' | '？' | '…')
}

fn push<'a>(found: &mut Vec<Sentence<'a>>, text: &'a str, at: Range<usize>, quotes: &[Range<usize>]) {
    let slice = text.get(at.clone()).unwrap_or_default();
    if !slice.chars().any(char::is_alphanumeric) {
        return;
    }
    let quotes: Vec<_> = quotes.iter().filter(|it| it.start < at.end && at.start < it.end).cloned().collect();
    let asks = slice.trim_end_matches(|sign: char| !is_mark(sign) && !is_of_word(sign)).ends_with(['?', '？']);
    let words = words(text, &at, &quotes, asks && !slice.contains('¿'));
    found.push(Sentence { text, at, words, asks, quotes });
}

fn words(text: &str, sentence: &Range<usize>, quotes: &[Range<usize>], asks: bool) -> Vec<Word> {
    let slice = text.get(sentence.clone()).unwrap_or_default();
    let mut words: Vec<Word> = Vec::new();
    let (mut start, mut last, mut asks) = (None, sentence.start, asks);
    let ends = std::iter::once((slice.len(), ' '));
    for (at, sign) in slice.char_indices().chain(ends) {
        let at = sentence.start + at;
        match (start, is_of_word(sign)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                if is_in(quotes, from) {
                    continue;
                }
                let between = text.get(last..from).unwrap_or_default();
                asks |= between.contains('¿');
                let gap = if words.is_empty() { Gap::Start } else { gap(between) };
                words.push(word(text, from..at, gap, asks));
                last = at;
            }
            _ => {}
        }
    }
    words
}

fn word(text: &str, at: Range<usize>, gap: Gap, asks: bool) -> Word {
    let slice = text.get(at.clone()).unwrap_or_default();
    let capital = slice.chars().next().is_some_and(char::is_uppercase);
    let mut lower = String::with_capacity(slice.len());
    lower.extend(slice.chars().flat_map(char::to_lowercase).filter_map(plain));
    Word { at, lower, capital, gap, asks }
}

fn gap(between: &str) -> Gap {
    match between.trim() {
        "-" | "\u{2010}" | "\u{2011}" if between.len() == between.trim().len() => Gap::Hyphen,
        "'" | "’" => Gap::Apostrophe,
        between if between.chars().all(|sign| matches!(sign, '*' | '_')) => Gap::Space,
        between if between.ends_with([':', '•']) => Gap::Start,
        _ => Gap::Clause,
    }
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '\u{93c}' | '\u{94d}' | '\u{200c}' | '\u{200d}')
}

/// One way of writing Hindi: without nukta and joiners, and the moon dot as a dot. Writers leave them out at will.
fn plain(sign: char) -> Option<char> {
    match sign {
        '\u{93c}' | '\u{200c}' | '\u{200d}' => None,
        'ँ' => Some('ं'),
        '\u{958}' => Some('क'),
        '\u{959}' => Some('ख'),
        '\u{95a}' => Some('ग'),
        '\u{95b}' => Some('ज'),
        '\u{95c}' => Some('ड'),
        '\u{95d}' => Some('ढ'),
        '\u{95e}' => Some('फ'),
        sign => Some(sign),
    }
}

/// What stands in quotation marks. A pair round the whole text quotes nobody.
fn quotes(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if !text.contains(['„', '“', '«', '»', '「', '『', '"']) {
        return found;
    }
    let inner = text.trim();
    let offset = text.len() - text.trim_start().len();
    let is_wrapped = inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"');
    let area = if is_wrapped { offset + 1..offset + inner.len() - 1 } else { 0..text.len() };
    let mut before = ' ';
    let mut from = area.start;
    while let Some((at, sign)) = next_in(text, from, area.end) {
        let after = at + sign.len_utf8();
        let is_opening = sign != '"' || !before.is_alphanumeric();
        before = sign;
        from = after;
        let rest = text.get(after..area.end).unwrap_or_default();
        if let Some(length) = closing(sign).filter(|_| is_opening).and_then(|closing| rest.find(closing)) {
            found.push(at..after + length);
            from = after + length + rest.get(length..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
            before = '"';
        }
    }
    found
}

fn next_in(text: &str, from: usize, end: usize) -> Option<(usize, char)> {
    text.get(from..end).and_then(|rest| rest.chars().next()).map(|sign| (from, sign))
}

fn closing(opening: char) -> Option<&'static [char]> {
    match opening {
        '„' | '“' => Some(&['“', '”']),
        '«' => Some(&['»']),
        '»' => Some(&['«']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        '"' => Some(&['"']),
        _ => None,
    }
}

/// Whether a place is quoted.
pub(super) fn is_in(quotes: &[Range<usize>], at: usize) -> bool {
    quotes.iter().any(|quote| quote.contains(&at))
}
