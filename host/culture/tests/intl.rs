//! Money, numbers and dates beside the golden tables of Intl, 30 locales. `data/generate.mjs` writes the tables.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests; clippy.toml covers test functions alone"
)]

use cuecard_culture::{DateLength, Setting, format_date_as, format_money, format_number, format_percent};
use cuecard_model::{Money, Register, Timestamp};

fn setting(locale: &str) -> Setting {
    Setting {
        locale: locale.into(),
        default_locale: "en".into(),
        time_zone: None,
        now: Timestamp::from_seconds(0),
        register: Register::Formal,
        name: None,
        manner: None,
    }
}

/// Rows whose text differs, one a line.
fn differences(table: &str, format: impl Fn(&[&str]) -> String) -> String {
    let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    let mut report = String::new();
    let (mut all, mut same) = (0, 0);
    for row in rows {
        let (expected, given) = row.split_last().unwrap();
        let found = format(given);
        all += 1;
        if found == *expected {
            same += 1;
        } else {
            report.push_str(&format!("{}\tintl {expected}\tours {found}\n", given.join("\t")));
        }
    }
    println!("{same} of {all} as Intl writes them");
    report
}

/// Nothing differs but what `golden/explained.tsv` explains.
fn compare(found: &str, kind: &str) {
    let explained = include_str!("golden/explained.tsv").lines();
    let of_kind = explained.filter_map(|line| line.strip_prefix(kind)?.strip_prefix('\t'));
    assert_eq!(found, of_kind.map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn money() {
    let found = differences(include_str!("golden/intl_money.tsv"), |row| {
        let money = Money { amount: row[2].into(), currency: row[1].into() };
        format_money(&money, &setting(row[0]))
    });
    compare(&found, "money");
}

#[test]
fn numbers() {
    let found = differences(include_str!("golden/intl_number.tsv"), |row| {
        format_number(row[1].parse().unwrap(), &setting(row[0]))
    });
    compare(&found, "number");
}

#[test]
fn percent() {
    let found = differences(include_str!("golden/intl_percent.tsv"), |row| {
        format_percent(row[1].parse().unwrap(), &setting(row[0]))
    });
    compare(&found, "percent");
}

#[test]
fn dates() {
    let found = differences(include_str!("golden/intl_date.tsv"), |row| {
        let length = match row[2] {
            "short" => DateLength::Short,
            "medium" => DateLength::Medium,
            "long" => DateLength::Long,
            _ => DateLength::Full,
        };
        format_date_as(row[1].parse().unwrap(), length, &setting(row[0]))
    });
    compare(&found, "date");
}
