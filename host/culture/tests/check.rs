//! What `cuecard check` finds doubtful in messages, beside the golden file `golden/doubts.txt`.

use std::{fmt::Write as _, fs, path::Path};

use cuecard_culture::check_messages;

const FILES: [(&str, &str); 6] = [
    (
        "en",
        r#"{
  "plain": "{$x}",
  "only_here": "b",
  "odd": "{$x} {$y}",
  "due": "Due {$due :date}, {$total}, {$rate :percent}",
  "declared": ".input {$due :date length=long} {{Due {$due}}}",
  "days": ".input {$days :integer} .match $days one {{{$days} day}} * {{{$days} days}}",
  "none": ".input {$n :integer} .match $n zero {{none}} 1 {{one}} one {{one}} * {{{$n}}}",
  "address": ".input {$register :string} .match $register Formal {{Sir}} * {{Hi}}",
  "bold": "{#b}now{/b}"
}"#,
    ),
    (
        "es",
        r#"{
  "plain": "{$x}",
  "odd": "{$x} {$z}",
  "due": "{$due :relative} {$total :money} {$rate :percent}",
  "declared": "{$due}",
  "days": ".input {$days :integer} .match $days one {{{$days} día}} * {{{$days} días}}",
  "none": "{$n :integer}",
  "address": "Hola",
  "bold": "ahora"
}"#,
    ),
    ("es-MX", r#"{ "plain": "{$x}" }"#),
    (
        "fr",
        r#"{ "odd": "{$x} {$y}", "due": "{$due} {$total :number} {$rate}", "days": ".input {$days :number select=exact} .match $days one {{un jour}} * {{{$days} jours}}" }"#,
    ),
    (
        "ja",
        r#"{ "days": ".input {$days :integer} .match $days one {{{$days}日}} other {{{$days}日}} * {{{$days}日}}", "bold": "{#b}今{/b}" }"#,
    ),
    (
        "ru",
        r#"{ "days": ".input {$days :integer} .match $days one {{{$days} день}} * {{{$days} дней}}", "declared": "{$due :date}" }"#,
    ),
];

#[test]
fn doubts() {
    let mut found = String::new();
    for it in check_messages(FILES) {
        let line = it.line.map_or_else(String::new, |line| format!(":{line}"));
        writeln!(found, "{} {}{line} {}: {}\n  hint: {}", it.locale, it.file, it.key, it.reason, it.hint).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/doubts.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap());
}

#[test]
fn what_agrees_is_not_doubted() {
    let files = [
        ("en", r#"{ "m": ".input {$n :integer} .match $n one {{{$n} parcel}} * {{{$n} parcels}}" }"#),
        (
            "ru",
            r#"{ "m": ".input {$n :integer} .match $n one {{{$n} посылка}} few {{{$n} посылки}} * {{{$n} посылок}}" }"#,
        ),
        ("zh-Hans", r#"{ "m": "{$n} 件包裹" }"#),
        (
            "ar",
            r#"{ "m": ".input {$n :integer} .match $n zero {{}} one {{}} two {{}} few {{{$n}}} many {{}} * {{}}" }"#,
        ),
    ];
    assert_eq!(check_messages(files), []);
}
