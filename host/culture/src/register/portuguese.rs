//! Portuguese: tu and o senhor. In Portugal the third person is the polite one; in Brazil everybody is *você*, so
//! that the third person says nothing there.

use std::sync::LazyLock;

use super::{
    Found, Rule, Sign,
    Weight::{Hint, Likely, Sure},
    romance::{self, Conjugation, POLITE_ORDER, Rules, Stem::*, THIRD, TU, TU_ORDER, Tongue, Verbs},
    sentence::Sentence,
};
use cuecard_model::Register;

const FILE: &str = include_str!("../../data/register/pt.txt");

const AR: Conjugation = ("ar", &[
    (Plain, "as", TU), (Plain, "aste", TU), (Plain, "avas", TU), (Plain, "arás", TU), (Plain, "arias", TU), (Plain, "ares", TU),
    (Plain, "asses", TU), (Spelt, "es", TU), (Plain, "a", TU_ORDER | THIRD), (Plain, "ou", THIRD), (Plain, "ava", THIRD),
    (Plain, "ará", THIRD), (Plain, "aria", THIRD), (Spelt, "e", POLITE_ORDER), (Plain, "asse", POLITE_ORDER),
]);
const ER: Conjugation = ("er", &[
    (Plain, "es", TU), (Plain, "este", TU), (Plain, "ias", TU), (Plain, "erás", TU), (Plain, "erias", TU), (Plain, "eres", TU),
    (Plain, "esses", TU), (Spelt, "as", TU), (Plain, "e", TU_ORDER | THIRD), (Plain, "eu", THIRD), (Plain, "ia", THIRD),
    (Plain, "erá", THIRD), (Plain, "eria", THIRD), (Spelt, "a", POLITE_ORDER), (Plain, "esse", POLITE_ORDER),
]);
const IR: Conjugation = ("ir", &[
    (Plain, "es", TU), (Plain, "iste", TU), (Plain, "ias", TU), (Plain, "irás", TU), (Plain, "irias", TU), (Plain, "ires", TU),
    (Plain, "isses", TU), (Spelt, "as", TU), (Plain, "e", TU_ORDER | THIRD), (Plain, "iu", THIRD), (Plain, "ia", THIRD),
    (Plain, "irá", THIRD), (Plain, "iria", THIRD), (Spelt, "a", POLITE_ORDER), (Plain, "isse", POLITE_ORDER),
]);

const TU_WORD: Rule = ("pt-tu", "tu, te, ti, contigo and teu are informal");
const VOCE: Rule = ("pt-voce", "você is informal in Brazil and polite in Portugal");
const SENHOR: Rule = ("pt-senhor", "o senhor and a senhora are formal");
const SEU: Rule = ("pt-seu", "seu, lhe, si and consigo may be those of o senhor");
const RULES: Rules = Rules {
    tu: ("pt-verb", "a verb in the second person is informal"),
    tu_order: ("pt-order", "an order to a tu is informal"),
    polite_order: ("pt-senhor-order", "an order in the subjunctive is formal"),
    third: ("pt-third", "a verb in the third person without a subject may be the polite form"),
};

static TONGUE: LazyLock<Tongue> = LazyLock::new(|| Tongue {
    verbs: Verbs::new(FILE, &[AR, ER, IR], spell),
    skips: |word| {
        matches!(word, "me" | "te" | "se" | "lhe" | "o" | "a" | "os" | "as" | "nos" | "lhes" | "não" | "já" | "também" | "só" | "ainda" | "sempre"
            | "nunca" | "agora" | "apenas" | "depois" | "antes" | "então" | "mais" | "favor" | "ora" | "simplesmente" | "realmente" | "bem" | "hoje" | "amanhã")
    },
    opens: |word| {
        matches!(word, "se" | "que" | "quê" | "quando" | "como" | "onde" | "qual" | "quais" | "quanto" | "quanta" | "quantos" | "quantas"
            | "quem" | "porque" | "porquê" | "embora" | "enquanto" | "e" | "ou" | "mas" | "conforme" | "até" | "aonde" | "nem" | "pois"
            | "caso" | "talvez" | "oxalá" | "assim" | "vez" | "logo")
    },
    asks: |word| matches!(word, "que" | "qual" | "quais" | "quanto" | "quanta" | "quantos" | "quantas" | "onde" | "quando" | "como" | "quem"),
    determines: |word| {
        matches!(word, "o" | "a" | "os" | "as" | "um" | "uma" | "uns" | "umas" | "seu" | "sua" | "seus" | "suas" | "teu" | "tua" | "teus" | "tuas"
            | "meu" | "minha" | "meus" | "minhas" | "nosso" | "nossa" | "nossos" | "nossas" | "este" | "esta" | "estes" | "estas" | "esse"
            | "essa" | "esses" | "essas" | "do" | "da" | "dos" | "das" | "no" | "na" | "nos" | "nas" | "ao" | "à" | "aos" | "às" | "de" | "em"
            | "com" | "sem" | "por" | "para" | "pelo" | "pela" | "outra" | "outro" | "cada" | "qualquer" | "alguma" | "algum" | "nenhuma"
            | "nenhum" | "muitas" | "várias" | "pelos" | "pelas" | "muitos" | "vários" | "aquela" | "aquele" | "duas" | "três")
    },
    possesses: |word| matches!(word, "seu" | "sua" | "seus" | "suas" | "você"),
    // Se is "if" as well, and the reflexive mostly follows its verb.
    reflexive: "",
    polite_ending: 'e',
    not_orders: &["desde", "durante", "entre", "sobre", "mediante", "para", "toda", "cada", "agora", "ainda", "embora", "contra", "nunca",
        "hoje", "perante", "nada", "sempre", "tarde", "adiante", "quase", "aquela", "fora"],
    rules: &RULES,
});

pub(super) fn read(sentence: &Sentence, found: &mut Found, is_brazilian: bool) {
    let first = found.signs.len();
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let (lower, before) = (word.lower.as_str(), sentence.lower(index, -1));
        match lower {
            "tu" | "te" | "ti" | "contigo" | "teu" | "teus" | "tua" | "tuas" => found.informal(at, Sure, TU_WORD),
            "você" | "vocês" if is_brazilian => found.informal(at, Likely, VOCE),
            "você" => found.formal(at, Likely, VOCE),
            "vocês" => found.formal(at, Hint, VOCE),
            "senhor" | "senhora" | "sr" | "sra" => {
                let is_subject = matches!(before, "o" | "a" | "ao" | "à" | "do" | "da" | "no" | "na" | "pelo" | "pela");
                found.formal(at, if is_subject { Sure } else { Hint }, SENHOR);
            }
            "si" if sentence.closes(index) || matches!(before, "para" | "de" | "por" | "a") => found.formal(at, Likely, SEU),
            "consigo" if sentence.closes(index) || is_infinitive(before) => found.formal(at, Likely, SEU),
            "seu" | "sua" | "seus" | "suas" | "lhe" | "vosso" | "vossa" | "vossos" | "vossas" => found.formal(at, Hint, SEU),
            "lo" | "la" if romance::hangs(sentence, index) && (before.ends_with('á') || before.ends_with('ê')) => {
                found.formal(at, Hint, SEU);
            }
            "diz" | "faz" | "dá" | "põe" | "traz" | "vê" if sentence.opens(index) && !word.asks && romance::hangs(sentence, index + 1) => {
                found.informal(at, Likely, RULES.tu_order);
            }
            // Se precisar, quando receber: the future subjunctive, spelt like the infinitive.
            _ if matches!(before, "se" | "quando") && is_infinitive(lower) => found.formal(at, Hint, RULES.third),
            _ if TONGUE.verbs.get(lower) != 0 => romance::verb(&TONGUE, sentence, index, found),
            _ if is_tu_ending(lower) && !word.capital => found.informal(at, Likely, RULES.tu),
            _ => romance::unknown(&TONGUE, sentence, index, found),
        }
    }
    if is_brazilian {
        let says_nothing = |sign: &Sign| sign.register == Register::Formal && sign.weight < Sure;
        let signs = found.signs.split_off(first);
        found.signs.extend(signs.into_iter().filter(|sign| !says_nothing(sign)));
    }
}

fn is_infinitive(word: &str) -> bool {
    word.len() > 2 && ["ar", "er", "ir"].iter().any(|end| word.ends_with(end))
}

/// Endings of the second person that hardly any noun has.
fn is_tu_ending(word: &str) -> bool {
    word.len() > 6 && ["aste", "avas", "arás", "erás", "irás", "asses", "esses"].iter().any(|end| word.ends_with(end))
}

/// The stem before e or a of the subjunctive: verific-ar, verifiqu-e; começ-ar, comec-e; conhec-er, conheç-a.
fn spell(stem: &str, ending: &str) -> String {
    let change = |end: &str, to: &str| stem.strip_suffix(end).map(|head| format!("{head}{to}"));
    let changed = if ending.starts_with('e') {
        change("c", "qu").or_else(|| change("g", "gu")).or_else(|| change("ç", "c"))
    } else {
        change("c", "ç").or_else(|| change("gu", "g")).or_else(|| change("g", "j"))
    };
    changed.unwrap_or_else(|| stem.to_owned())
}
