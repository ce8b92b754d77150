//! The MessageFormat working group's test suite (unicode-org/message-format-wg, test/tests), which is not copied here:
//! `CUECARD_MF2_SUITE=folder cargo nextest run -p cuecard-culture --run-ignored all suite --no-capture`.
//!
//! What it says of a resolved value's parts (`expParts`) is not judged: a reply is text.

mod functions;

use std::{collections::BTreeMap, fs};

use cuecard_model::{Fields, Register, Timestamp, Value};
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::*;
use crate::words::words;

#[derive(Default)]
struct Score {
    passed: u32,
    failed: Vec<String>,
}

#[test]
#[ignore = "set CUECARD_MF2_SUITE to the folder of the suite's JSON files"]
fn working_group_suite() {
    let folder = std::env::var("CUECARD_MF2_SUITE").unwrap();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let json: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let score = scores.entry(path.file_name().unwrap().to_string_lossy().into_owned()).or_default();
        for case in json["tests"].as_array().unwrap() {
            judge(score, case, &json["defaultTestProperties"]);
        }
    }
    let (mut passed, mut failed) = (0, 0);
    for (file, score) in &scores {
        println!("{file}: {} passed, {} failed", score.passed, score.failed.len());
        score.failed.iter().for_each(|line| println!("  {line}"));
        passed += score.passed;
        failed += score.failed.len();
    }
    println!("{passed} passed, {failed} failed");
    assert_eq!(failed, 0);
}

fn judge(score: &mut Score, case: &Json, defaults: &Json) {
    let property = |name: &str| if case[name].is_null() { &defaults[name] } else { &case[name] };
    let source = case["src"].as_str().unwrap();
    let errors: Vec<&str> = property("expErrors")
        .as_array()
        .map_or(Vec::new(), |errors| errors.iter().filter_map(|error| error["type"].as_str()).collect());
    let at_parse = errors.iter().any(|error| {
        matches!(*error, "syntax-error" | "unknown-function" | "variant-key-mismatch" | "missing-fallback-variant")
            || matches!(*error, "missing-selector-annotation" | "duplicate-declaration")
            || matches!(*error, "duplicate-option-name" | "duplicate-variant")
    });
    let found = run(source, &case["params"], property("locale").as_str().unwrap(), property("bidiIsolation"));
    let verdict = match found {
        Err(problems) if at_parse => Ok(problems),
        Err(problems) => Err(format!("refused: {problems}")),
        Ok(formatted) if at_parse => Err(format!("accepted: {formatted:?}")),
        Ok(formatted) if case["exp"].as_str().is_some_and(|text| text != formatted.text) => {
            Err(format!("wanted {:?}, got {formatted:?}", case["exp"].as_str().unwrap()))
        }
        Ok(formatted) => {
            let complained = !formatted.errors.is_empty() || !formatted.missing.is_empty();
            if complained == errors.is_empty() {
                Err(format!("wanted {errors:?}, got {formatted:?}"))
            } else {
                Ok(String::new())
            }
        }
    };
    match verdict {
        Ok(_) => score.passed += 1,
        Err(why) => score.failed.push(format!("{source:?}: {why}")),
    }
}

fn run(source: &str, params: &Json, locale: &str, bidi: &Json) -> Result<Formatted, String> {
    let entry = Entry { key: "m".into(), source: source.into(), ..Entry::default() };
    let registry = if source.contains(":test:") { &functions::REGISTRY } else { &super::functions::REGISTRY };
    let set = MessageSet::compile_for(registry, locale, "suite", &[entry]);
    let set = set.map_err(|problems| problems.into_iter().map(|it| it.reason).collect::<Vec<_>>().join("; "))?;
    let params = params.as_array().map_or(&[][..], Vec::as_slice);
    let fields: Fields = params
        .iter()
        .filter_map(|param| {
            let value = match &param["value"] {
                Json::String(text) => Value::Text(text.clone()),
                Json::Number(number) => Value::Number(number.as_f64()?),
                Json::Bool(flag) => Value::Flag(*flag),
                _ => return None,
            };
            Some((param["name"].as_str()?.to_owned(), value))
        })
        .collect();
    let host =
        Host { register: Register::Formal, person: String::new(), gender: String::new(), short: false, speaker: "" };
    let arguments: Vec<_> = set.variables(0).iter().map(|name| Argument::of(name, &fields, &host)).collect();
    let context = if bidi == "none" { &PLAIN } else { &ISOLATED };
    let now = Timestamp::from_seconds(0);
    let scene = Scene {
        words: words(locale),
        zone: TimeZone::UTC,
        now,
        register: Register::Formal,
        person: String::new(),
        gender: String::new(),
        short: false,
        speaker: "",
        manner: None,
    };
    Ok(set.format_in(context, 0, &arguments, scene))
}
