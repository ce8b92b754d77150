//! What becomes of the same answer for each feeling: in five cultures beside `golden/feelings.txt`, and in every culture
//! that ships, that an angry customer is heard before a solution is offered.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy.toml covers test functions alone")]

use std::{env, fmt::Write as _, fs, path::Path};

use cuecard_culture::{Cultures, Manner, Occasion, Said, Saying, direction, lint, person};
use cuecard_model::EmotionLabel::{Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};
use cuecard_model::{Emotion, EmotionLabel, PersonName, Register, RenderedStep, StepKind, Trend};

fn manner(locale: &str, register: Register, label: EmotionLabel, intensity: f64, trend: Trend) -> Manner {
    let rules = Cultures::shipped().rules(locale);
    let occasion = Occasion::at("2026-06-10T09:00:00Z".parse().unwrap(), None, &rules);
    let (given, family) = match locale {
        "zh-CN" => ("伟", "王"),
        "ja-JP" => ("太郎", "田中"),
        "es-MX" => ("Lucía", "Hernández"),
        _ => ("Sara", "Weber"),
    };
    let name = PersonName { given: Some(given.into()), family: Some(family.into()), title: None };
    let person = person(&name, locale, register);
    Manner {
        emotion: Emotion::new(label, intensity, trend),
        person,
        ..Manner::plain(rules, "web_chat", register, occasion)
    }
}

fn answer(parts: &[(StepKind, &str)]) -> Said {
    let step = |(kind, text): &(StepKind, &str)| RenderedStep { kind: *kind, text: (*text).to_owned() };
    Said { whole: None, steps: parts.iter().map(step).collect() }
}

/// What a plugin that thinks of no feelings offers.
const OFFERED: &[(StepKind, &str)] = &[
    (StepKind::Greeting, "<greeting>"),
    (StepKind::Question, "<question>"),
    (StepKind::Solution, "<solution>"),
    (StepKind::Fact, "<date> 😊"),
];

#[test]
fn golden_steps() {
    let mut found = String::new();
    for locale in ["en-US", "de-DE", "zh-CN", "ja-JP", "es-MX"] {
        writeln!(found, "== {locale} ==").unwrap();
        for label in [Neutral, Happy, Grateful, Confused, Anxious, Disappointed, Frustrated, Angry] {
            for (intensity, trend) in [(0.4, Trend::Steady), (0.9, Trend::Rising)] {
                let manner = manner(locale, Register::Formal, label, intensity, trend);
                let mut said = answer(OFFERED);
                let trace = manner.polish(&mut said, direction(locale));
                let parts: Vec<_> = said.steps.iter().map(|it| format!("{:?} {}", it.kind, it.text)).collect();
                let rules: Vec<_> = trace.iter().map(|it| it.rule.as_str()).collect();
                writeln!(found, "{label:?} {intensity}: {} [{}]", parts.join(" | "), rules.join(" ")).unwrap();
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/feelings.txt");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap_or_default(), "run with UPDATE_GOLDEN=1 and read what changed");
}

/// In every culture and both registers: empathy, then the solution; once, whoever says it.
#[test]
fn the_angry_are_heard_first_everywhere() {
    let mut cultures = 0;
    for locale in Cultures::packs().filter(|name| *name != "root") {
        cultures += 1;
        for register in [Register::Formal, Register::Informal] {
            for (intensity, trend) in [(0.4, Trend::Steady), (0.9, Trend::Rising)] {
                let manner = manner(locale, register, Angry, intensity, trend);
                let empathy = manner.say(Saying::Empathy).unwrap();
                assert!(!empathy.trim().is_empty(), "{locale}");
                assert_eq!(lint(&empathy, &manner, locale), [], "{locale}: {empathy}");

                for mut said in [
                    Said { whole: Some("1".into()), steps: Vec::new() },
                    answer(&[(StepKind::Solution, "1")]),
                    answer(&[(StepKind::Solution, "1"), (StepKind::Empathy, &empathy)]),
                ] {
                    let given = said.clone();
                    let trace = manner.polish(&mut said, direction(locale));
                    let texts: Vec<_> =
                        said.steps.iter().map(|step| step.text.trim_start_matches('\u{200f}')).collect();
                    assert_eq!(texts, [empathy.as_str(), "1"], "{locale} {register:?} {given:?}");
                    assert!(!trace.is_empty(), "{locale}: each change has a trace");
                }
                // What a plugin has said in so many words is not said twice.
                let mut said = Said { whole: Some(format!("{empathy} 1")), steps: Vec::new() };
                assert_eq!(manner.polish(&mut said, direction(locale)), [], "{locale}: {said:?}");
            }
        }
    }
    assert!(cultures >= 30, "{cultures} cultures");
}
