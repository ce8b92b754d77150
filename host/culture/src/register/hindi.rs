//! Hindi: आप, तुम, तू. Pronouns, and verbs that end in -इए and -ें or in -ओ, हो and -ओगे.
//!
//! Words come without nukta and with the dot for the moon dot, and are written so here.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    sentence::Sentence,
};

const FILE: &str = include_str!("../../data/register/hi.txt");
static STEMS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "stems").chain(list(FILE, "open-stems")).collect());
static NOT_REQUESTS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "not-requests").collect());
static AFTER_CLAUSES: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "after-clauses").collect());
/// करें, बताएं: what one asks of आप.
static POLITE: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut forms = forms(&["ें"], &["एं", "यें"]);
    forms.extend(["लें", "दें"].map(str::to_owned));
    forms
});
/// करो, बताओ: what one asks of तुम.
static FAMILIAR: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut forms = forms(&["ो"], &["ओ", "यो"]);
    forms.extend(["लो", "दो", "पियो", "जियो", "छुओ"].map(str::to_owned));
    forms
});

const AAP: Rule = ("hi-aap", "आप and its forms are formal");
const TUM: Rule = ("hi-tum", "तुम, तू and their forms are informal");
const IYE: Rule = ("hi-iye", "a request in -इए is formal");
const EN: Rule = ("hi-en", "a request in -ें is formal");
const O: Rule = ("hi-o", "a request in -ओ is informal");
const OGE: Rule = ("hi-oge", "a future in -ओगे is informal");
const HO: Rule = ("hi-ho", "हो after a verb is informal");
const HAIN: Rule = ("hi-hain", "हैं or -ेंगे without हम or वे may be formal");
const PLEASE: Rule = ("hi-please", "कृपया is formal");

fn forms(after_consonant: &[&str], after_vowel: &[&str]) -> HashSet<String> {
    let with = |key, endings: &[&str]| -> Vec<String> {
        list(FILE, key).flat_map(|stem| endings.iter().map(move |ending| format!("{stem}{ending}"))).collect()
    };
    let mut forms: HashSet<_> = with("stems", after_consonant).into_iter().collect();
    forms.extend(with("open-stems", after_vowel));
    forms
}

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    let names_other = sentence
        .words
        .iter()
        .any(|word| matches!(word.lower.as_str(), "हम" | "हमने" | "वे" | "ये" | "लोग" | "उन्होंने" | "हमारी" | "हमारे"));
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let (lower, before) = (word.lower.as_str(), sentence.lower(index, -1));
        if is_aap(lower) && !matches!(before, "अपने" | "अपना" | "अपनी") {
            found.formal(at, Sure, AAP);
        } else if is_tum(lower) {
            found.informal(at, Sure, TUM);
        } else if lower == "कृपया" {
            found.formal(at, Hint, PLEASE);
        } else if is_iye(lower) {
            // चलिए is "well then" as well.
            found.formal(at, if lower == "चलिए" { Hint } else { Likely }, IYE);
        } else if is_oge(lower) {
            found.informal(at, Likely, OGE);
        } else if lower == "हो" {
            ho(sentence, index, found);
        } else if FAMILIAR.contains(lower)
            && ends_clause(sentence, index)
            && (lower != "दो" || is_give(sentence, index))
        {
            found.informal(at, Likely, O);
        } else if POLITE.contains(lower) && ends_clause(sentence, index) {
            found.formal(at, if names_other { Hint } else { Likely }, EN);
        } else if !names_other && may_be_aap(lower, before, word.asks) {
            found.formal(at, Hint, HAIN);
        }
    }
}

fn is_aap(word: &str) -> bool {
    matches!(
        word,
        "आप" | "आपको"
            | "आपका"
            | "आपके"
            | "आपकी"
            | "आपने"
            | "आपसे"
            | "आपमें"
            | "आपपर"
            | "आपलोग"
            | "आपही"
            | "आपतक"
    )
}

fn is_tum(word: &str) -> bool {
    let is_form = ["तुम", "तुझ", "तेरा", "तेरे", "तेरी"].iter().any(|stem| word.starts_with(stem));
    is_form && word != "तुमुल" || matches!(word, "तू" | "तूने")
}

/// कीजिए, बताइए, देखिए, करिएगा; not लिए, किए, दिए, चाहिए.
fn is_iye(word: &str) -> bool {
    let ends = ["िए", "िये", "इए", "इये", "िएगा", "िएगा", "इएगा", "इयेगा", "ियेगा"].iter().any(|end| word.ends_with(end));
    ends && !NOT_REQUESTS.contains(word)
}

/// करोगे, चाहोगी, जाओगे; not होगी (will be), उपयोगी (useful).
fn is_oge(word: &str) -> bool {
    let masculine = word.ends_with("ोगे") || word.ends_with("ओगे");
    let feminine = word.ends_with("ओगी") || word.strip_suffix("ोगी").is_some_and(|stem| STEMS.contains(stem));
    masculine || feminine || matches!(word, "लोगी" | "दोगी")
}

/// जानते हो, कर रहे हो; not हो सकता है, शुभ हो.
fn ho(sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let before = sentence.lower(index, -1);
    let is_verb =
        ["ते", "ती", "रहे", "रही", "चुके", "चुकी", "गए", "गई", "गये", "वाले", "वाली", "दिए", "लिए", "किए", "आए", "आई"]
            .iter()
            .any(|end| before.ends_with(end));
    if is_verb && ends_clause(sentence, index) {
        // The feminine is the subjunctive's too: जैसे जाँच हो रही हो.
        let is_feminine = before.ends_with('ी') || before.ends_with("गई");
        found.informal(&word.at, if is_feminine { Hint } else { Likely }, HO);
    } else if before == "मत" && ends_clause(sentence, index) {
        found.informal(&word.at, Likely, O);
    } else if word.asks && sentence.closes(index) && !matches!(before, "न" | "ना") {
        found.informal(&word.at, Hint, HO);
    }
}

fn may_be_aap(word: &str, before: &str, asks: bool) -> bool {
    let future = ["ेंगे", "ेंगी", "एंगे", "एंगी"].iter().any(|end| word.ends_with(end));
    let present = word == "हैं" && ["ते", "ती", "रहे", "रही", "चुके"].iter().any(|end| before.ends_with(end));
    let of_people = ["सकत", "चाहत", "जानत", "पात"].iter().any(|stem| before.starts_with(stem));
    asks && (future || present) || word == "हैं" && of_people
}

/// A verb ends its clause; या, और, कि and the like start the next, and ना and तो may follow.
fn ends_clause(sentence: &Sentence, index: usize) -> bool {
    sentence.closes(index) || AFTER_CLAUSES.contains(sentence.lower(index, 1))
}

/// दो is *give* at the end of a clause or after a verb's stem, and *two* elsewhere.
fn is_give(sentence: &Sentence, index: usize) -> bool {
    let before = sentence.lower(index, -1);
    sentence.closes(index) || STEMS.contains(before)
}
