//! A message as words of one script each, and a word as the pieces that the model weighs.
//!
//! Owns the cutting and the hashes; the training program uses this very file. Knows no language.

use super::script::{self, Script};

/// Longer words are cut here, longer messages there: more letters tell no more.
const MAX_WORD: usize = 24;
const MAX_LETTERS: usize = 400;
/// Lengths of the pieces: up to four letters of a word, up to three characters of Chinese or Japanese.
const LONGEST_PIECE: usize = 4;
const LONGEST_HAN: usize = 3;

/// The letters of one word, lower case, between two marks for its ends.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    letters: [char; MAX_WORD + 2],
    len: usize,
    /// What all its letters belong to.
    pub(crate) script: Script,
    upper: bool,
    lower: bool,
}

const EDGE: char = '_';

impl Word {
    fn new(script: Script) -> Self {
        Self { letters: [EDGE; MAX_WORD + 2], len: 0, script, upper: false, lower: false }
    }

    fn push(&mut self, raw: char) {
        self.upper |= raw.is_uppercase();
        self.lower |= raw.is_lowercase();
        let letter = narrow(raw).to_lowercase().next().unwrap_or(raw);
        if let Some(place) = self.letters.get_mut(self.len + 1).filter(|_| self.len < MAX_WORD) {
            *place = letter;
            self.len += 1;
        }
    }

    /// The letters.
    pub(crate) fn letters(&self) -> &[char] {
        self.letters.get(1..=self.len).unwrap_or_default()
    }

    /// `iPhone`, `Nike` and the size `M`: more often a name than a word. `AGAIN` is shouted.
    pub(crate) fn is_like_a_name(&self) -> bool {
        self.upper && (self.lower || self.len == 1)
    }

    /// `holaaaa` becomes `hola`: a letter three times in a row is meant once.
    fn squeeze(&mut self) {
        let mut squeezed = Self { len: 0, letters: [EDGE; MAX_WORD + 2], ..*self };
        let runs = self.letters().chunk_by(|a, b| a == b);
        let kept = runs.flat_map(|run| run.iter().take(if run.len() > 2 { 1 } else { 2 }));
        for (place, letter) in squeezed.letters.iter_mut().skip(1).zip(kept) {
            *place = *letter;
            squeezed.len += 1;
        }
        *self = squeezed;
    }

    /// The whole word as one feature.
    pub(crate) fn whole(&self) -> u32 {
        finish(self.letters().iter().fold(WHOLE, |hash, letter| step(hash, *letter)))
    }

    /// Calls `each` with every piece.
    pub(crate) fn pieces(&self, mut each: impl FnMut(u32)) {
        let is_han = self.script == Script::Han;
        let longest = if is_han { LONGEST_HAN } else { LONGEST_PIECE };
        let marked = if is_han { self.letters() } else { self.letters.get(..self.len + 2).unwrap_or_default() };
        for start in 0..marked.len() {
            let mut hash = PIECE;
            for (at, letter) in marked.iter().skip(start).take(longest).enumerate() {
                hash = step(hash, *letter);
                // One Latin letter alone tells something if it has an accent.
                if at > 0 || !letter.is_ascii() {
                    each(finish(hash));
                }
            }
        }
    }
}

const PIECE: u32 = 0x811c_9dc5;
const WHOLE: u32 = 0x2b5e_17a3;

fn step(hash: u32, letter: char) -> u32 {
    (hash.rotate_left(5) ^ letter as u32).wrapping_mul(0x9e37_79b1)
}

fn finish(hash: u32) -> u32 {
    let hash = (hash ^ (hash >> 15)).wrapping_mul(0x85eb_ca6b);
    hash ^ (hash >> 13)
}

/// Calls `each` with the words of a message, in order. Links, addresses and order numbers are none.
pub(crate) fn words(text: &str, mut each: impl FnMut(&Word)) {
    let mut left = MAX_LETTERS;
    for chunk in text.split_whitespace().filter(|chunk| !is_address(chunk)) {
        if left == 0 {
            return;
        }
        words_of_chunk(chunk, &mut left, &mut each);
    }
}

fn words_of_chunk(chunk: &str, left: &mut usize, each: &mut impl FnMut(&Word)) {
    let is_number = chunk.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let mut open: Option<Word> = None;
    for raw in chunk.chars().take_while(|_| left.checked_sub(1).map(|rest| *left = rest).is_some()) {
        if script::is_ignored(raw) {
            continue;
        }
        let script = script::of(raw).filter(|script| !is_number || *script != Script::Latin);
        if let Some(word) = open.take_if(|word| Some(word.script) != script) {
            close(word, each);
        }
        if let Some(script) = script {
            open.get_or_insert(Word::new(script)).push(raw);
        }
    }
    open.into_iter().for_each(|word| close(word, each));
}

fn close(mut word: Word, each: &mut impl FnMut(&Word)) {
    if word.script != Script::Han {
        word.squeeze();
    }
    each(&word);
}

/// Full-width Latin letters as the usual ones.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff21}'..='\u{ff5a}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

fn is_address(chunk: &str) -> bool {
    chunk.contains("://") || chunk.starts_with("www.") || chunk.contains('@')
}
