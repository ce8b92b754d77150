//! Files and values made to hurt: each ends in an answer, soon.

use cuecard_culture::{
    Catalog, Fit, Setting, check_text, culture, fit, format_date, format_money, format_number, links,
};
use cuecard_model::{Fields, Money, Register, Timestamp, Value};

fn setting(locale: &str) -> Setting {
    Setting {
        locale: locale.into(),
        default_locale: "en".into(),
        time_zone: Some("../../etc/passwd".into()),
        now: Timestamp::from_seconds(0),
        register: Register::Formal,
        name: None,
        manner: None,
    }
}

fn parse(source: &str) -> Result<Catalog, usize> {
    let file = serde_json::json!({ "m": source }).to_string();
    Catalog::parse([("en", file.as_str())]).map_err(|problems| problems.len())
}

#[test]
fn sources() {
    for source in [
        "{".repeat(60_000),
        "{".repeat(16_000),
        "{$a ".repeat(4_000),
        "{{".repeat(8_000),
        format!("{{$a :number {}}}", "x=1 ".repeat(4_000)),
        format!(".match {}", "$a ".repeat(5_000)),
        (0..600).map(|at| format!(".local $v{} = {{$v{at}}} ", at + 1)).collect::<String>() + "{{{$v600}}}",
        "\\".repeat(16_000),
        "\u{0}".into(),
    ] {
        if let Ok(catalog) = parse(&source) {
            assert!(catalog.render("m", &Fields::new(), &setting("en")).is_ok());
        }
    }
    for file in
        ["[".repeat(100_000), "{\"a\":".repeat(100_000), "{\"a\": \"\\ud800\"}".into(), "\"".into(), "{\"a\"".into()]
    {
        assert!(Catalog::parse([("en", file.as_str())]).is_err());
    }
}

#[test]
fn values() {
    let huge = "1e999999999";
    for source in [
        "{$x}",
        "{$x :number}",
        "{$x :integer}",
        "{$x :money}",
        "{$x :currency currency=EUR}",
        "{$x :date}",
        "{$x :datetime}",
        "{$x :relative}",
        "{$x :number minimumFractionDigits=99 minimumIntegerDigits=99}",
        "{1e999999999 :number}{$x}",
        "{1e32000 :currency currency=EUR}{$x}",
    ] {
        let catalog = parse(source).unwrap_or_default();
        for value in [
            Value::Number(f64::MAX),
            Value::Number(f64::NAN),
            Value::Number(f64::NEG_INFINITY),
            Value::Number(f64::MIN_POSITIVE),
            huge.into(),
            "-9223372036854775808".into(),
            "9999-99-99".into(),
            Value::Money(Money { amount: huge.into(), currency: "EUR".into() }),
            Value::Money(Money { amount: "-".into(), currency: "\u{202e}".into() }),
        ] {
            let rendered = catalog.render("m", &Fields::from([("x".into(), value.clone())]), &setting("en"));
            let length = rendered.map_or(0, |rendered| rendered.text.len());
            assert!(length < 40_000, "{source} {value:?}: {length} bytes");
        }
    }
}

#[test]
fn locales() {
    for locale in
        ["", "-", "x-y", "en-US-u-nu-fullwide-ca-chinese", "zz-ZZ", "en-\u{0}", &"a-".repeat(10_000), "ar-u-ca-islamic"]
    {
        let setting = setting(locale);
        let money = Money { amount: "12.50".into(), currency: "EUR".into() };
        assert!(!format_money(&money, &setting).is_empty());
        assert!(!format_number(1234.5, &setting).is_empty());
        for at in [i64::MIN, -62_167_219_200, 0, i64::MAX] {
            assert!(!format_date(Timestamp::from_seconds(at), &setting).is_empty(), "{locale} {at}");
        }
        culture(locale, "sms", None, None);
    }
}

#[test]
fn texts() {
    for text in [
        "{a}".repeat(20_000),
        "{".repeat(50_000),
        "[".repeat(50_000),
        "%1".repeat(30_000),
        "https://".repeat(10_000),
        "\u{301}".repeat(30_000),
        "🏳️‍🌈".repeat(8_000),
    ] {
        check_text(&text);
        links(&text);
        for channel in ["sms", "wechat", "line", "web_chat"] {
            if let Fit::Cut { text, .. } = fit(&text, channel) {
                assert_eq!(fit(&text, channel), Fit::Fits);
            }
        }
    }
}
