//! The register detector on sentences of our own, as call centers say them, and on what it must leave alone.

use std::{collections::BTreeMap, fs, path::Path};

use cuecard_culture::register::{self, Level, Weight};
use cuecard_model::Register::{self, Formal, Informal};

/// `tests/register/de.jsonl` and its like: pairs of wordings, and sentences that address nobody.
#[test]
fn sentences_of_call_centers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/register");
    let mut languages = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let language = path.file_stem().unwrap().to_str().unwrap();
        let mut missed = Vec::new();
        let mut count = 0;
        for line in fs::read_to_string(&path).unwrap().lines() {
            let texts: BTreeMap<String, String> = serde_json::from_str(line).unwrap();
            for (key, text) in texts {
                let expected = match key.as_str() {
                    "formal" => Some(Formal),
                    "informal" => Some(Informal),
                    "neither" => None,
                    other => panic!("{language}: no such key: {other}"),
                };
                count += 1;
                let found = register::of(&text, language);
                if found != expected {
                    missed.push(format!("{key}, read as {found:?}: {text}"));
                }
            }
        }
        assert!(count >= 60, "{language}: {count} sentences");
        assert!(missed.len() * 50 <= count, "{language}: {} of {count}\n{}", missed.len(), missed.join("\n"));
        languages += 1;
    }
    assert_eq!(languages, 8);
}

/// `word register` of each sign above a hint.
#[allow(clippy::string_slice, reason = "a test")]
fn signs(text: &str, language: &str) -> String {
    let signs = register::read(text, language).into_iter().filter(|sign| sign.weight > Weight::Hint);
    let shown = signs.map(|sign| format!("{} {}", &text[sign.at.clone()], name(sign.register)));
    shown.collect::<Vec<_>>().join(", ")
}

fn name(register: Register) -> &'static str {
    if register == Formal { "formal" } else { "informal" }
}

#[test]
fn shows_the_words() {
    for (language, text, expected) in [
        ("de", "Haben Sie Ihren Code? Dann schau bitte nach.", "Sie formal, Ihren formal, schau informal"),
        ("de-CH", "Sie ist krank, ihr Paket kommt morgen.", ""),
        ("de", "Könnt ihr das prüfen, wenn ihr es bekommen habt?", "ihr informal, ihr informal"),
        ("de", "Morgen kommt Ihr Paket.", "Ihr formal"),
        ("de", "Ich frage nach und melde mich bei Ihnen.", "Ihnen formal"),
        ("de", "Das klappt, und melde dich gern.", "melde informal, dich informal"),
        ("fr", "Le rendez-vous est confirmé.", ""),
        ("fr", "Rendez-vous à l'accueil et t'inquiète pas.", "Rendez formal, vous formal, t informal"),
        ("fr", "Où en est-il, a-t-il appelé ? Donne-moi ton numéro.", "Donne informal, ton informal"),
        ("es", "Las compras de tus amigos.", "tus informal"),
        ("es-MX", "Dígame su nombre y envíeme la foto.", "Dígame formal, envíeme formal"),
        ("es", "¿Viste la foto? Sí, la has visto.", "Viste informal, has informal"),
        ("it", "La ringrazio, non si preoccupi.", "preoccupi formal"),
        (
            "it",
            "Controlli la posta. Se controlli la posta, dimmelo.",
            "Controlli formal, controlli informal, dimmelo informal",
        ),
        ("hi", "मशीन अपने आप बंद हुई, दो बार।", ""),
        ("hi", "आप बताओ", "आप formal, बताओ informal"),
        ("nl", "De U-bocht past bij u.", "u formal"),
        ("pt-PT", "Você tem o recibo?", "Você formal"),
        ("pt-BR", "Você tem o recibo?", "Você informal"),
        ("pt-BR", "O senhor tem o recibo?", "senhor formal"),
        ("ja", "お待ちください。ちょっと待ってね。", "ください formal, 待ってね informal"),
        ("en", "You there, sir!", ""),
        ("???", "du", ""),
    ] {
        assert_eq!(signs(text, language), expected, "{language}: {text}");
    }
}

#[test]
fn each_sentence_has_its_own() {
    let text = "Guten Tag! Haben Sie 3.50 Euro? Sonst sag mir Bescheid. Danke";
    let found = register::by_sentence(text, "de");
    let found: Vec<_> = found.iter().map(|it| (text.get(it.at.clone()).unwrap().trim(), it.register)).collect();
    assert_eq!(
        found,
        [
            ("Guten Tag!", None),
            ("Haben Sie 3.50 Euro?", Some(Formal)),
            ("Sonst sag mir Bescheid.", Some(Informal)),
            ("Danke", None),
        ]
    );
}

#[test]
fn mixed_registers() {
    for (language, text, expected) in [
        ("de", "Haben Sie dein Paket bekommen?", Some(("Sie", "dein"))),
        ("de", "Du kannst Anna fragen. Ihr Paket ist da.", None),
        ("de", "Der Kunde schrieb: „Kannst du mir helfen?“ Ich habe Ihnen den Fall weitergeleitet.", None),
        ("fr", "Vérifiez ton adresse.", Some(("Vérifiez", "ton"))),
        ("fr", "Vous avez dit « tu es en retard ».", None),
        ("es", "Disculpe, tu pedido no llegó.", Some(("Disculpe", "tu"))),
        ("es", "Tu pedido y su factura ya están listos.", None),
        ("it", "Le confermo il tuo ordine.", Some(("Le", "tuo"))),
        ("hi", "आप अपना नंबर बताओ।", Some(("आप", "बताओ"))),
        ("ja", "確認しました。届いたら教えてね。", Some(("ました", "教えてね"))),
        ("ja", "「早くしてよ」とのことでした。", None),
        ("nl", "Kunt u je adres sturen?", Some(("u", "je"))),
    ] {
        let found = register::mixed(text, language);
        let found = found
            .as_ref()
            .map(|(formal, informal)| (text.get(formal.at.clone()).unwrap(), text.get(informal.at.clone()).unwrap()));
        assert_eq!(found, expected, "{language}: {text}");
    }
}

#[test]
fn japanese_levels() {
    for (text, expected) in [
        ("今調べる。", Level::Plain),
        ("今調べています。", Level::Polite),
        ("ただいまお調べします。", Level::Honorific),
        ("ご確認ください。", Level::Honorific),
        ("見てください。", Level::Polite),
        ("担当の者が対応いたします。", Level::Honorific),
    ] {
        let highest = register::read(text, "ja").iter().filter_map(|sign| sign.level).max();
        assert_eq!(highest, Some(expected), "{text}");
    }
}

/// Whatever comes in, places are those of whole characters within the text.
#[test]
fn holds_on_any_text() {
    let texts = [
        "",
        " ",
        "\"",
        "\"\"",
        "「",
        "（）)",
        "'",
        "-",
        "¿",
        "¿?¡",
        "。",
        "ー",
        "笑",
        "s'",
        "t'",
        "rendez-vous",
        "Sie",
        "ihr",
        "la",
        "se",
        "te",
        "\u{93c}\u{94d}",
        "हो",
        "ます",
        "か？",
        "よ",
        "İSTANBUL",
        "ß",
        "👨\u{200d}👩 Sie 👍🏽",
        "„Sie",
        "» du «",
        "a\u{301}s",
        "...",
        "envíe",
        "íe",
        "ie",
        "お",
        "おくださいください",
        "La",
        "-lo",
        "á-lo",
        "Ne",
        "ne pas",
        "दो",
        "\"du\" \"Sie\" \"",
    ];
    for language in ["de", "es", "fr", "hi", "it", "ja", "nl", "pt", "pt-BR"] {
        for one in texts {
            for other in texts {
                let text = format!("{one} {other}{one}");
                for sign in register::read(&text, language) {
                    assert!(
                        text.get(sign.at.clone()).is_some_and(|word| !word.is_empty()),
                        "{language}: {text}: {sign:?}"
                    );
                    assert!(
                        sign.sentence.start <= sign.at.start && sign.at.end <= sign.sentence.end,
                        "{text}: {sign:?}"
                    );
                }
            }
        }
    }
}
