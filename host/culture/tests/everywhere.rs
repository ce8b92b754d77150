//! One message, an order with a sum, a day, a name and a count, in all thirty locales: what the customer reads, beside
//! `golden/everywhere.txt` for people to judge, and its values beside Intl's.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy.toml covers test functions alone")]

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use cuecard_culture::{Catalog, Cultures, Manner, Occasion, Setting, lint};
use cuecard_model::{Fields, Money, PersonName, Register, Timestamp, Value};

/// Written by `data/generate.mjs`: locale, zone, currency, amount, moment, count; then sum, day and count by Intl.
const INTL: &str = include_str!("golden/intl_everywhere.tsv");

/// The customer of each locale, as packs' own tests have them: given name, family name.
const NAMES: &str = "en-US Sarah Miller, en-GB Sarah Clarke, en-IN Asha Rao, es-ES Lucía López, es-MX Lucía Hernández,
    es-AR Lucía Fernández, zh-CN 伟 王, zh-TW 美玲 陳, zh-HK 家明 黃, ja-JP 太郎 田中, ko-KR 민수 김, de-DE Sara Weber,
    de-CH Sara Weber, fr-FR Camille Martin, fr-CA Camille Tremblay, pt-BR Ana Silva, pt-PT Ana Santos, it-IT Giulia Rossi,
    nl-NL Emma de Vries, pl-PL Anna Nowak, ru-RU Анна Иванова, tr-TR Ayşe Yılmaz, ar-SA سارة العتيبي, ar-EG سارة حداد,
    he-IL נועה כהן, hi-IN आशा शर्मा, id-ID Siti Rahayu, th-TH สมหญิง ใจดี, vi-VN Anh Nguyễn, sv-SE Anna Lindberg";

fn name(locale: &str) -> PersonName {
    let line = NAMES.split(',').map(str::trim).find_map(|line| line.strip_prefix(locale)?.strip_prefix(' '));
    let (given, family) = line.unwrap().split_once(' ').unwrap();
    PersonName { given: Some(given.into()), family: Some(family.into()), title: None }
}

fn catalog() -> Catalog {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/everywhere");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    let read = |path: &std::path::PathBuf| {
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
    };
    let files: Vec<_> = files.iter().map(read).collect();
    Catalog::parse(files.iter().map(|(locale, text)| (locale.as_str(), text.as_str()))).unwrap()
}

/// What an editor hides, shown.
fn visible(text: &str) -> String {
    let show = |sign: char| match sign {
        '\u{a0}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202f}' | '\u{2066}'..='\u{2069}' => {
            format!("<{:x}>", u32::from(sign))
        }
        other => other.to_string(),
    };
    text.chars().map(show).collect()
}

#[test]
fn one_message_in_thirty_locales() {
    let catalog = catalog();
    let (mut found, mut differing, mut locales) = (String::new(), String::new(), BTreeSet::new());
    for row in INTL.lines().filter(|line| !line.starts_with('#')) {
        let row: Vec<_> = row.split('\t').collect();
        let [locale, zone, currency, amount, at, count, intl @ ..] = row.as_slice() else { unreachable!("{row:?}") };
        locales.insert(*locale);
        assert!(Cultures::packs().any(|pack| pack == *locale), "{locale} has no pack of its own");
        let at: Timestamp = at.parse().unwrap();
        let rules = Cultures::shipped().rules(locale);
        let occasion = Occasion::at(at, Some(zone), &rules);
        let manner = Manner::plain(rules, "web_chat", Register::Formal, occasion);
        let setting = Setting {
            locale: (*locale).into(),
            default_locale: "none".into(),
            time_zone: Some((*zone).into()),
            now: at,
            register: Register::Formal,
            name: Some(name(locale)),
            manner: Some(manner.clone().into()),
        };
        let money = Money { amount: (*amount).into(), currency: (*currency).into() };
        let arguments = Fields::from([
            ("order".into(), "A-1001".into()),
            ("count".into(), Value::Number(count.parse().unwrap())),
            ("total".into(), Value::Money(money)),
            ("day".into(), Value::Number(f64::from(i32::try_from(at.seconds()).unwrap()))),
        ]);
        let rendered = catalog.render("arrives", &arguments, &setting).unwrap();
        assert_eq!(rendered.missing, [""; 0], "{locale}");
        assert_eq!(lint(&rendered.text, &manner, locale), [], "{locale}: {}", rendered.text);
        writeln!(found, "{locale}: {}", visible(&rendered.text)).unwrap();
        for (value, words) in ["sum", "day", "count"].iter().zip(intl) {
            if !rendered.text.contains(words) {
                writeln!(differing, "everywhere\t{locale}\t{value}\tintl {words}").unwrap();
            }
        }
    }
    assert_eq!(locales.len(), 30);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/everywhere.txt");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap_or_default(), "run with UPDATE_GOLDEN=1 and read what changed");
    let explained = include_str!("golden/explained.tsv").lines().filter(|line| line.starts_with("everywhere\t"));
    assert_eq!(differing, explained.map(|line| format!("{line}\n")).collect::<String>());
}
