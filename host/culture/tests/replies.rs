//! Whole replies in six languages and their regions, beside the golden file `golden/replies.txt`.

use std::fmt::Write as _;

use cuecard_culture::{Catalog, Setting, check_messages, culture};
use cuecard_model::{Fields, Money, PersonName, Timestamp, Value};

const FILES: [(&str, &str); 6] = [
    ("en", include_str!("messages/en.json")),
    ("es", include_str!("messages/es.json")),
    ("zh-Hans", include_str!("messages/zh-Hans.json")),
    ("de", include_str!("messages/de.json")),
    ("ja", include_str!("messages/ja.json")),
    ("ar", include_str!("messages/ar.json")),
];

/// Locale, zone, given name, family name, currency, order, item.
const CUSTOMERS: [[&str; 7]; 12] = [
    ["en-US", "America/New_York", "Sara", "Weber", "USD", "1001", "Linen shirt, M"],
    ["en-GB", "Europe/London", "Sara", "Weber", "GBP", "1002", "Linen shirt, M"],
    ["en-IN", "Asia/Kolkata", "Asha", "Rao", "INR", "1003", "Linen shirt, M"],
    ["es-ES", "Europe/Madrid", "Lucía", "López", "EUR", "1004", "Camisa de lino"],
    ["es-MX", "America/Mexico_City", "Lucía", "López", "MXN", "1005", "Camisa de lino"],
    ["zh-Hans-CN", "Asia/Shanghai", "伟", "王", "CNY", "1006", "亚麻衬衫"],
    ["de-DE", "Europe/Berlin", "Sara", "Weber", "EUR", "1007", "Leinenhemd"],
    ["de-CH", "Europe/Zurich", "Sara", "Weber", "CHF", "1008", "Leinenhemd"],
    ["ja-JP", "Asia/Tokyo", "太郎", "田中", "JPY", "1009", "リネンシャツ"],
    ["ar-EG", "Africa/Cairo", "سارة", "حداد", "EGP", "1010", "قميص كتان"],
    ["ar-SA", "Asia/Riyadh", "Sara", "Haddad", "SAR", "1011", "قميص كتان"],
    ["zh-TW", "Asia/Taipei", "美玲", "陳", "TWD", "1012", "亞麻襯衫"],
];

#[test]
fn replies() {
    let catalog = Catalog::parse(FILES).unwrap();
    assert_eq!(check_messages(FILES), []);
    let mut found = String::new();
    for [locale, zone, given, family, currency, order, item] in CUSTOMERS {
        let name = PersonName { given: Some(given.into()), family: Some(family.into()), title: None };
        let culture = culture(locale, "web_chat", Some(&name), None);
        let setting = Setting {
            locale: locale.into(),
            default_locale: "en".into(),
            time_zone: Some(zone.into()),
            now: "2026-11-22T08:15:04Z".parse().unwrap(),
            register: culture.register,
            name: None,
            manner: None,
        };
        writeln!(found, "{locale} ({:?}, {:?})", culture.register, culture.direction).unwrap();
        for (key, days) in [("late", 1.0), ("late", 3.0), ("refund", 0.0), ("closing", 0.0)] {
            let money = |amount: &str| Value::Money(Money { amount: amount.into(), currency: currency.into() });
            let due = "2026-11-24T23:30:00Z".parse::<Timestamp>().unwrap().seconds();
            let arguments = Fields::from([
                ("name".into(), culture.person.clone().unwrap().into()),
                ("order".into(), order.into()),
                ("item".into(), item.into()),
                ("days".into(), days.into()),
                ("due".into(), Value::Number(f64::from(i32::try_from(due).unwrap()))),
                ("refund".into(), money("89.90")),
                ("total".into(), money("12345.60")),
            ]);
            let rendered = catalog.render(key, &arguments, &setting).unwrap();
            assert_eq!(rendered.missing, [""; 0]);
            writeln!(found, "  {}", rendered.text.escape_default_marks()).unwrap();
        }
    }
    assert_eq!(found, include_str!("golden/replies.txt"));
}

/// Shows what an editor hides.
trait EscapeMarks {
    fn escape_default_marks(&self) -> String;
}

impl EscapeMarks for String {
    fn escape_default_marks(&self) -> String {
        let escape = |sign: char| match sign {
            '\u{a0}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202f}' | '\u{2066}'..='\u{2069}' => {
                format!("<{:x}>", u32::from(sign))
            }
            other => other.to_string(),
        };
        self.chars().map(escape).collect()
    }
}
