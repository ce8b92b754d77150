//! Telephone numbers as people write them: in groups, with the country's code for whoever is abroad.
//!
//! Owns the grouping, from `data/phone.json` (libphonenumber). Does not know whether a number is in service.

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use regex_lite::Regex;
use serde::Deserialize;

/// The countries of one calling code.
#[derive(Deserialize)]
struct Plan {
    regions: Vec<String>,
    /// Leading digits, pattern, national form, international form; the first that fits is taken.
    formats: Vec<[String; 4]>,
    #[serde(skip)]
    ready: OnceLock<Vec<Form<'static>>>,
}

struct Form<'a> {
    lead: Regex,
    whole: Regex,
    national: &'a str,
    /// Empty for numbers that are not called from abroad.
    international: &'a str,
}

#[derive(Deserialize)]
struct Data {
    rows: HashMap<String, Plan>,
}

static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/phone.json")).unwrap_or_else(|_| Data { rows: HashMap::new() })
});

/// A number in E.164 (`+4930123456`) as it is written in its own country, or with its code for readers elsewhere.
///
/// What is not such a number, or has a code that nobody has, is given back as it came.
pub fn format_phone(number: &str, reader: Option<&str>) -> String {
    written(number, reader).unwrap_or_else(|| number.to_owned())
}

fn written(number: &str, reader: Option<&str>) -> Option<String> {
    let digits: String = number.strip_prefix('+')?.chars().filter(|sign| !" -.()\u{a0}".contains(*sign)).collect();
    // E.164: at most 15 digits. No plan has whole numbers of fewer than seven with their code.
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // No calling code begins another.
    let (code, rest, plan) = (1..=3).find_map(|length| {
        let (code, rest) = digits.split_at_checked(length)?;
        Some((code, rest, DATA.rows.get(code)?))
    })?;
    let fits = |form: &&Form<'_>| form.lead.is_match(rest) && form.whole.is_match(rest);
    let form = plan.ready.get_or_init(|| plan.formats.iter().filter_map(Form::new).collect()).iter().find(fits);
    let group = |shape: &str| form.map(|form| form.whole.replace(rest, shape).into_owned());
    let at_home = reader.is_some_and(|reader| plan.regions.iter().any(|region| region == reader));
    if at_home {
        return Some(form.and_then(|form| group(form.national)).unwrap_or_else(|| rest.to_owned()));
    }
    let groups = form.filter(|form| !form.international.is_empty()).and_then(|form| group(form.international));
    Some(format!("+{code} {}", groups.as_deref().unwrap_or(rest)))
}

impl Form<'static> {
    fn new(row: &'static [String; 4]) -> Option<Self> {
        let [lead, pattern, national, international] = row;
        let (lead, whole) = (format!("^(?:{lead})"), format!("^(?:{pattern})$"));
        Some(Self { lead: Regex::new(&lead).ok()?, whole: Regex::new(&whole).ok()?, national, international })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by `data/contact.py`: number, country, national, international.
    const LIBPHONENUMBER: &str = include_str!("../tests/golden/phone.tsv");

    #[test]
    fn as_libphonenumber_writes_them() {
        let mut differing = Vec::new();
        for row in LIBPHONENUMBER.lines().filter(|line| !line.starts_with('#')) {
            let [number, country, national, international] = row.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            let (home, abroad) = (format_phone(number, Some(country)), format_phone(number, None));
            if (home.as_str(), abroad.as_str()) != (national, international) {
                differing.push(format!("{row}: {home}, {abroad}"));
            }
        }
        assert_eq!(differing, [""; 0], "{}", differing.len());
    }

    #[test]
    fn leaves_what_it_does_not_know() {
        for text in
            ["", "+", "110", "030 123456", "+49", "+999123456789", "+12345678901234567", "+49 30 x", "+８６１３８"]
        {
            assert_eq!(format_phone(text, Some("DE")), text);
        }
        assert_eq!(format_phone("+49 (30) 1234-5678", Some("DE")), "030 12345678");
    }
}
