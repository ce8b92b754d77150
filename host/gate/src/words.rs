//! Words by which a customer ends, takes up again or asks about contacts: STOP, BAJA, ABMELDEN, 退订, START, HELP.
//!
//! A message counts if it is such a word and nothing else; what it means inside a sentence is for *understand*.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{GateError, error::parse};

/// What a customer wants with one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// No more contacts on this channel.
    Stop,
    /// Contacts again.
    Start,
    /// To be told how it works.
    Help,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    stop: Vec<String>,
    stop_by_number: Vec<String>,
    start: Vec<String>,
    help: Vec<String>,
}

/// The words of all languages, in the form in which they are compared.
#[derive(Debug)]
pub(crate) struct Words {
    anywhere: HashMap<String, Word>,
    by_number: HashMap<String, Word>,
    longest: usize,
}

impl Words {
    /// Reads the table.
    pub(crate) fn read(text: &str) -> Result<Self, GateError> {
        let languages: BTreeMap<String, Language> = parse("words.toml", text)?;
        let mut words = Self { anywhere: HashMap::new(), by_number: HashMap::new(), longest: 0 };
        for Language { stop, stop_by_number, start, help } in languages.into_values() {
            words.anywhere.extend(stop.iter().map(|word| (normal(word), Word::Stop)));
            for (list, word) in [(help, Word::Help), (start, Word::Start), (stop_by_number, Word::Stop)] {
                for text in list {
                    let kept = words.by_number.entry(normal(&text)).or_insert(word);
                    // A word that ends contacts in one language does so whatever it means in another.
                    if word == Word::Stop {
                        *kept = word;
                    }
                }
            }
        }
        words.longest = words.anywhere.keys().chain(words.by_number.keys()).map(String::len).max().unwrap_or(0);
        Ok(words)
    }

    /// What the message wants, if it is such a word.
    pub(crate) fn find(&self, text: &str, by_number: bool) -> Option<Word> {
        // Marks and punctuation come off, so the text may be longer than the longest word; but not by much.
        if text.len() > self.longest * 4 + 16 {
            return None;
        }
        let normal = normal(text);
        let found = self.anywhere.get(&normal);
        found.or_else(|| self.by_number.get(&normal).filter(|_| by_number)).copied()
    }
}

/// Lower case, compatibility forms, no marks, no punctuation, single spaces; a dotless i is an i.
fn normal(text: &str) -> String {
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter) && !matches!(letter, '\'' | '’' | '\u{200b}'..='\u{200f}'))
        .map(|letter| if letter == 'ı' { 'i' } else { letter })
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::read(include_str!("../data/words.toml")).unwrap()
    }

    #[test]
    fn whole_messages_count_and_sentences_do_not() {
        let words = words();
        let stop = [
            "STOP",
            " stop. ",
            "Stop!!!",
            "ＳＴＯＰ",
            "BAJA",
            "baja",
            "Abmelden",
            "退订",
            "退訂",
            "TD",
            "配信停止",
            "수신거부",
        ];
        let more =
            ["DÉSABONNER", "İPTAL", "IPTAL", "СТОП", "إيقاف", "הסר", "बंद करो", "berhenti", "ยกเลิกรับข่าวสาร", "DỪNG"];
        let rest = ["Disiscrivi", "afmelden", "wypisz", "stoppa", "unsubscribe", "Don’t contact me", "descadastrar"];
        for text in stop.into_iter().chain(more).chain(rest) {
            assert_eq!(words.find(text, false), Some(Word::Stop), "{text}");
        }
        let nothing =
            ["please stop by the shop", "don't stop", "", "?", "cancel my order", "no quiero la baja calidad"];
        for text in nothing {
            assert_eq!(words.find(text, true), None, "{text}");
        }
        assert_eq!(words.find(&"stop ".repeat(10_000), true), None);
    }

    #[test]
    fn ambiguous_words_count_only_where_carriers_prescribe_them() {
        let words = words();
        for text in ["CANCEL", "End", "quit", "取消", "キャンセル", "annuler", "ยกเลิก", "hủy", "sair"]
        {
            assert_eq!(words.find(text, true), Some(Word::Stop), "{text}");
            assert_eq!(words.find(text, false), None, "{text}");
        }
        for (text, word) in [("START", Word::Start), ("ALTA", Word::Start), ("HELP", Word::Help), ("hilfe", Word::Help)]
        {
            assert_eq!(words.find(text, true), Some(word), "{text}");
            assert_eq!(words.find(text, false), None, "{text}");
        }
    }

    #[test]
    fn every_language_of_the_table_is_found_as_written_and_in_capitals() {
        let words = words();
        let table: BTreeMap<String, Language> = toml::from_str(include_str!("../data/words.toml")).unwrap();
        assert!(table.len() >= 20);
        for (language, Language { stop, stop_by_number, .. }) in table {
            for text in &stop {
                assert_eq!(words.find(text, false), Some(Word::Stop), "{language}: {text}");
                assert_eq!(words.find(&text.to_uppercase(), false), Some(Word::Stop), "{language}: {text}");
            }
            for text in &stop_by_number {
                assert_eq!(words.find(text, true), Some(Word::Stop), "{language}: {text}");
            }
        }
    }
}
