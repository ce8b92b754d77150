//! Dutch: u and je. Verbs differ too little to say anything that the pronoun does not.

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    sentence::{Gap, Sentence},
};

const U: Rule = ("nl-u", "u, uw and uzelf are formal");
const JE: Rule = ("nl-je", "je, jij, jou and jouw are informal");
const JULLIE: Rule = ("nl-jullie", "jullie is informal, or speaks to several");
const PLEASE: Rule = ("nl-please", "alstublieft, gelieve and geachte are formal, alsjeblieft is not");

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        // U-bocht, size U and the like.
        let is_part = word.gap == Gap::Hyphen || sentence.near(index, 1).is_some_and(|next| next.gap == Gap::Hyphen);
        match word.lower.as_str() {
            "u" if !is_part => found.formal(at, Sure, U),
            "uw" | "uwe" | "uws" | "uzelf" => found.formal(at, Sure, U),
            "je" | "jij" | "jou" | "jouw" | "jouwe" | "jezelf" | "jijzelf" => found.informal(at, Sure, JE),
            "jullie" => found.informal(at, Hint, JULLIE),
            "alstublieft" | "gelieve" | "geachte" => found.formal(at, Likely, PLEASE),
            "alsjeblieft" | "asjeblieft" => found.informal(at, Likely, PLEASE),
            _ => {}
        }
    }
}
