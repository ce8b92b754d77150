//! What each pack that ships makes of the same moments, beside `golden/culture/<locale>.txt`: for people who know the
//! culture to read line by line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests; clippy.toml covers test functions alone")]

use std::{env, fmt::Write as _, fs, path::Path};

use cuecard_culture::{Contact, Cultures, Manner, Occasion, Rules, Said, Saying, direction, lint, person};
use cuecard_model::{Emotion, EmotionLabel, PersonName, Register, Trend};

/// Locale, given name, family name; all others are called Sara Weber.
const NAMES: &[[&str; 3]] = &[
    ["en-US", "Sarah", "Miller"],
    ["en-GB", "Sarah", "Clarke"],
    ["en-IN", "Asha", "Rao"],
    ["es-ES", "Lucía", "López"],
    ["es-MX", "Lucía", "Hernández"],
    ["es-AR", "Lucía", "Fernández"],
    ["zh-CN", "伟", "王"],
    ["zh-TW", "美玲", "陳"],
    ["zh-HK", "家明", "黃"],
    ["ja-JP", "太郎", "田中"],
    ["ko-KR", "민수", "김"],
    ["fr-FR", "Camille", "Martin"],
    ["fr-CA", "Camille", "Tremblay"],
    ["pt-BR", "Ana", "Silva"],
    ["pt-PT", "Ana", "Santos"],
    ["it-IT", "Giulia", "Rossi"],
    ["nl-NL", "Emma", "de Vries"],
    ["pl-PL", "Anna", "Nowak"],
    ["ru-RU", "Анна", "Иванова"],
    ["tr-TR", "Ayşe", "Yılmaz"],
    ["ar-SA", "سارة", "العتيبي"],
    ["ar-EG", "سارة", "حداد"],
    ["he-IL", "נועה", "כהן"],
    ["hi-IN", "आशा", "शर्मा"],
    ["id-ID", "Siti", "Rahayu"],
    ["th-TH", "สมหญิง", "ใจดี"],
    ["vi-VN", "Anh", "Nguyễn"],
    ["sv-SE", "Anna", "Lindberg"],
];

const REGISTERS: [(&str, Register); 2] = [("formal", Register::Formal), ("informal", Register::Informal)];

#[test]
fn golden() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/culture");
    let mut differing = Vec::new();
    for locale in Cultures::packs().filter(|name| name.contains('-') && !name.ends_with("-419")) {
        let found = report(locale);
        let path = folder.join(format!("{locale}.txt"));
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &found).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != found {
            differing.push(locale);
        }
    }
    assert!(differing.is_empty(), "these differ: {differing:?}; run with UPDATE_GOLDEN=1 and read what changed");
}

fn report(locale: &str) -> String {
    let rules = Cultures::shipped().rules(locale);
    let mut out = String::new();
    facts(&mut out, &rules);
    registers(&mut out, &rules);
    let name = NAMES.iter().find(|it| it[0] == locale).map_or(["Sara", "Weber"], |it| [it[1], it[2]]);
    let name = PersonName { given: Some(name[0].into()), family: Some(name[1].into()), title: None };
    for (register_name, register) in REGISTERS {
        writeln!(out, "\n== {register_name} ({}) ==", rules.form(register).unwrap_or("-")).unwrap();
        let manner = |channel: &str, now: &str, label, named: bool| {
            let occasion = Occasion::at(now.parse().unwrap(), None, &rules);
            let plain = Manner::plain(rules.clone(), channel, register, occasion);
            let emotion = Emotion::new(label, 0.8, Trend::Rising);
            let person = named.then(|| person(&name, locale, register)).flatten();
            Manner { emotion, person, ..plain }
        };
        sayings(&mut out, &rules, &manner);
        tones(&mut out, locale, &manner);
    }
    out
}

/// Channel, moment, feeling, whether the name is known.
type Make<'a> = dyn Fn(&str, &str, EmotionLabel, bool) -> Manner + 'a;

fn facts(out: &mut String, rules: &Rules) {
    writeln!(out, "week {:?}, units {:?}", rules.week(), rules.units()).unwrap();
    for (id, lucky) in rules.lucky() {
        writeln!(out, "lucky.{id}: {:?} {:?} {:?} {}", lucky.numbers, lucky.words, lucky.colours, lucky.why).unwrap();
    }
    for year in 2026..=2028 {
        for (day, id, name, tone) in rules.holidays(year) {
            writeln!(out, "{day} {id}, {name} ({tone:?})").unwrap();
        }
    }
}

fn registers(out: &mut String, rules: &Rules) {
    for channel in ["web_chat", "email"] {
        for (who, orders, known_days) in [("prospect", 0, None), ("customer", 1, Some(30)), ("regular", 5, Some(800))] {
            for says in [None, Some(Register::Informal), Some(Register::Formal)] {
                let contact = Contact { channel, orders, known_days, customer_says: says };
                let found = rules.register(&contact).map(|it| format!("{:?} by {}", it.register, it.rule));
                writeln!(out, "{channel}, {who}, says {says:?}: {}", found.unwrap_or_default()).unwrap();
            }
        }
    }
}

fn sayings(out: &mut String, rules: &Rules, manner: &Make<'_>) {
    let neutral = EmotionLabel::Neutral;
    let said = |manner: &Manner, saying| manner.say(saying).unwrap_or_default();
    // A Wednesday without a holiday anywhere, and a Friday.
    for hour in [3, 8, 11, 14, 18, 23] {
        let manner = manner("web_chat", &format!("2026-06-10T{hour:02}:00:00Z"), neutral, true);
        writeln!(out, "{hour:02}:00 {} / {}", said(&manner, Saying::Greeting), said(&manner, Saying::Closing)).unwrap();
    }
    let friday = manner("web_chat", "2026-06-12T16:00:00Z", neutral, true);
    writeln!(out, "Friday 16:00 {}", said(&friday, Saying::Closing)).unwrap();
    for (named, who) in [(true, "named"), (false, "nameless")] {
        let letter = manner("email", "2026-06-10T09:00:00Z", neutral, named);
        let words = [Saying::Address, Saying::Greeting, Saying::Closing].map(|saying| said(&letter, saying));
        writeln!(out, "letter, {who}: {}", words.join(" / ").replace('\n', "\\n")).unwrap();
    }
    for (day, id, ..) in rules.holidays(2027) {
        let manner = manner("web_chat", &format!("{day}T10:00:00Z"), neutral, false);
        let words = [Saying::Greeting, Saying::Closing].map(|saying| said(&manner, saying));
        writeln!(out, "{id}: {}", words.join(" / ")).unwrap();
    }
}

fn tones(out: &mut String, locale: &str, manner: &Make<'_>) {
    use EmotionLabel::{Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};
    for emotion in [Neutral, Happy, Grateful, Confused, Anxious, Disappointed, Frustrated, Angry] {
        let manner = manner("web_chat", "2026-06-10T09:00:00Z", emotion, true);
        let apology = manner.say(Saying::Apology).unwrap_or_default();
        let mut said = Said { whole: Some("…".into()), steps: Vec::new() };
        manner.polish(&mut said, direction(locale));
        let steps: Vec<_> = said.steps.iter().map(|step| format!("[{:?}] {}", step.kind, step.text)).collect();
        let empathy = manner.say(Saying::Empathy).unwrap_or_default();
        writeln!(out, "{emotion:?}: {} (empathy: {empathy} apology: {apology})", steps.join(" ")).unwrap();
        // What the host says itself must pass its own checks.
        for words in [empathy, apology].iter().chain(said.steps.iter().map(|step| &step.text)) {
            let findings = lint(words, &manner, locale);
            assert!(findings.is_empty() || words.is_empty(), "{locale}: '{words}' {findings:#?}");
        }
        if emotion == Angry {
            assert!(said.steps.len() >= 2, "{locale}: an angry customer hears empathy first");
        }
    }
}

/// Sentences and the rules that they break, a line each: `tests/lint/<locale>.txt`. Most should break none.
#[test]
fn sentences() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let locale = path.file_stem().unwrap().to_str().unwrap();
        let rules = Cultures::shipped().rules(locale);
        let occasion = Occasion::at("2026-06-10T09:00:00Z".parse().unwrap(), None, &rules);
        let manner = Manner::plain(rules, "web_chat", Register::Formal, occasion);
        for line in fs::read_to_string(&path).unwrap().lines() {
            let (text, expected) = line.split_once('|').unwrap_or_else(|| panic!("{locale}: no | in '{line}'"));
            let found = lint(text.trim(), &manner, locale);
            let found: Vec<_> = found.iter().map(|it| it.rule.rsplit('/').next().unwrap()).collect();
            assert_eq!(found.join(" "), expected.trim(), "{locale}: {text}");
        }
    }
}
