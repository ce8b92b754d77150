//! Messages rendered through the public API, as tables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests; clippy.toml covers test functions alone")]

use cuecard_culture::{Catalog, RenderError, Setting};
use cuecard_model::{Fields, Money, PersonName, Register, Timestamp, Value};

fn setting(locale: &str) -> Setting {
    Setting {
        locale: locale.into(),
        default_locale: "en".into(),
        time_zone: Some("Asia/Shanghai".into()),
        now: Timestamp::from_seconds(1_795_335_304),
        register: Register::Formal,
        name: None,
        manner: None,
    }
}

fn money(amount: &str, currency: &str) -> Value {
    Value::Money(Money { amount: amount.into(), currency: currency.into() })
}

fn fields(entries: &[(&str, Value)]) -> Fields {
    entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn catalog(files: &[(&str, &str)]) -> Catalog {
    Catalog::parse(files.iter().copied()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn one(locale: &str, source: &str, entries: &[(&str, Value)]) -> String {
    let file = serde_json::json!({ "m": source }).to_string();
    let rendered = catalog(&[(locale, &file)]).render("m", &fields(entries), &setting(locale)).unwrap();
    rendered.text
}

#[test]
fn values_in_words() {
    let day = Value::Number(1_795_600_000.0);
    for (locale, source, value, expected) in [
        ("en", "Total {$x}", money("1234.5", "EUR"), "Total €1,234.50"),
        ("en", "Total {$x :money}", money("1234.5", "EUR"), "Total €1,234.50"),
        ("de", "Summe {$x}", money("1234.5", "EUR"), "Summe 1.234,50\u{a0}€"),
        ("ja", "合計{$x}", money("1234", "JPY"), "合計￥1,234"),
        ("en", "{$x :currency currency=usd}", Value::Number(12.5), "$12.50"),
        ("en", "{12.5 :currency currency=USD}{$x}", Value::from(""), "$12.50"),
        ("en", "{$x} items", Value::Number(12345.0), "12,345 items"),
        ("de", "{$x :number}", Value::Number(12345.678), "12.345,678"),
        ("en", "{$x :number minimumFractionDigits=2}", Value::Number(1.5), "1.50"),
        ("en", "{$x :number useGrouping=never}", Value::Number(12345.0), "12345"),
        ("en", "{$x :integer}", Value::Number(1234.7), "1,235"),
        ("ar-EG", "{$x}", Value::Number(1234.0), "\u{2066}١٬٢٣٤\u{2069}"),
        ("de", "{$x :percent} Rabatt", Value::Number(0.2), "20\u{a0}% Rabatt"),
        ("tr", "{$x :percent}", Value::Number(0.2), "%20"),
        ("en", "{$x :percent maximumFractionDigits=1}", Value::Number(0.125), "12.5%"),
        ("en", "on {$x :date}", day.clone(), "on Nov 25, 2026"),
        ("en", "on {$x :date length=long}", day.clone(), "on November 25, 2026"),
        ("en", "at {$x :datetime}", day.clone(), "at Nov 25, 2026, 5:46 PM"),
        ("zh-Hans", "{$x :date}送达", day.clone(), "2026年11月25日送达"),
        ("es", "el {$x :date length=long}", day.clone(), "el 25 de noviembre de 2026"),
        ("en", "on {$x :date}", Value::from("2026-11-25"), "on Nov 25, 2026"),
        ("en", "on {$x :date}", Value::from("2026-11-25T23:00:00Z"), "on Nov 26, 2026"),
        ("en", "{$x :relative}", day.clone(), "in 3 days"),
        ("en", ".input {$x :date} {{{$x} ({$x :relative})}}", day.clone(), "Nov 25, 2026 (in 3 days)"),
        ("en", "Dear {$x :person family=Weber},", Value::from("Sara"), "Dear Sara Weber,"),
        ("zh-Hans", "{$x :person family=王}您好", Value::from("伟"), "王伟您好"),
        ("en", "{$x}", Value::Flag(true), "true"),
        ("en", "{#b}bold{/b} {$x}", Value::from("x"), "bold x"),
        ("en", "{$x :date}", Value::from("tomorrow"), "{$x}"),
        ("en", "{$x :money}", Value::from("12 euro"), "{$x}"),
    ] {
        assert_eq!(one(locale, source, &[("x", value)]), expected, "{locale}: {source}");
    }
}

#[test]
fn plurals_and_choices() {
    let english = ".input {$n :number} .match $n 0 {{none}} one {{{$n} item}} * {{{$n} items}}";
    let russian = ".input {$n :number} .match $n one {{{$n} товар}} few {{{$n} товара}} * {{{$n} товаров}}";
    let arabic = ".input {$n :integer} .match $n two {{اثنان}} few {{قليل}} * {{كثير}}";
    for (locale, source, count, expected) in [
        ("en", english, 0.0, "none"),
        ("en", english, 1.0, "1 item"),
        ("en", english, 1200.0, "1,200 items"),
        ("ru", russian, 1.0, "1 товар"),
        ("ru", russian, 3.0, "3 товара"),
        ("ru", russian, 5.0, "5 товаров"),
        ("ar", arabic, 2.0, "اثنان"),
        ("ar", arabic, 5.0, "قليل"),
        ("ar", arabic, 100.0, "كثير"),
    ] {
        assert_eq!(one(locale, source, &[("n", Value::Number(count))]), expected, "{locale}: {count}");
    }
    let choice = ".input {$s :string} .match $s shipped {{on its way}} true {{yes}} * {{unknown}}";
    assert_eq!(one("en", choice, &[("s", "shipped".into())]), "on its way");
    assert_eq!(one("en", choice, &[("s", true.into())]), "yes");
    assert_eq!(one("en", choice, &[("s", "lost".into())]), "unknown");
}

#[test]
fn register_is_there_to_choose_by() {
    let file = r#"{"m": ".input {$register :string} .match $register informal {{Hola, ¿cómo estás?}} * {{Hola, ¿cómo está usted?}}"}"#;
    let catalog = catalog(&[("es", file)]);
    for (register, expected) in
        [(Register::Informal, "Hola, ¿cómo estás?"), (Register::Formal, "Hola, ¿cómo está usted?")]
    {
        let setting = Setting { register, ..setting("es") };
        assert_eq!(catalog.render("m", &Fields::new(), &setting).unwrap().text, expected);
    }
}

#[test]
fn missing_variables_stay_in_the_text() {
    let file = r#"{"m": "Hi {$name}, {$total :money} on {$day :date} {$name} {$n :number} {$who :person family=$family}",
        "choice": ".input {$s :string} .match $s a {{{$used}}} * {{{$other}}}"}"#;
    let catalog = catalog(&[("en", file)]);
    let rendered = catalog.render("m", &fields(&[]), &setting("en")).unwrap();
    assert_eq!(rendered.text, "Hi {$name}, {$total} on {$day} {$name} {$n} {$who}");
    assert_eq!(rendered.missing, ["day", "n", "name", "total", "who"]);
    let rendered = catalog.render("choice", &fields(&[("s", "b".into())]), &setting("en")).unwrap();
    assert_eq!((rendered.text.as_str(), rendered.missing), ("{$other}", vec!["other".to_owned()]));
}

#[test]
fn isolates_only_where_something_runs_from_the_right() {
    let hello = "Hello {$x}!";
    assert_eq!(one("en", hello, &[("x", "Sara".into())]), "Hello Sara!");
    assert_eq!(one("en", hello, &[("x", "سارة".into())]), "Hello \u{2068}سارة\u{2069}!");
    assert_eq!(one("ar", "مرحبا {$x}", &[("x", "Sara".into())]), "مرحبا \u{2068}Sara\u{2069}");
}

#[test]
fn falls_back_by_script_and_region() {
    let file = |text: &str| format!(r#"{{"m": "{text} {{$x}}"}}"#);
    let files: Vec<_> = ["en", "es", "es-419", "zh-Hans", "zh-Hant", "pt-PT"]
        .map(|locale| (locale, file(locale)))
        .into_iter()
        .collect();
    let files: Vec<_> = files.iter().map(|(locale, text)| (*locale, text.as_str())).collect();
    let catalog = catalog(&files);
    for (locale, expected) in [
        ("es-MX", "es-419 1,234.5"),
        ("es-AR", "es-419 1.234,5"),
        ("es-ES", "es 1234,5"),
        ("zh-TW", "zh-Hant 1,234.5"),
        ("zh-CN", "zh-Hans 1,234.5"),
        ("zh-Hans-CN", "zh-Hans 1,234.5"),
        ("pt-BR", "pt-PT 1.234,5"),
        ("de-DE", "en 1,234.5"),
        ("en-GB", "en 1,234.5"),
        ("rubbish!", "en 1,234.5"),
    ] {
        let rendered = catalog.render("m", &fields(&[("x", Value::Number(1234.5))]), &setting(locale)).unwrap();
        assert_eq!(rendered.text, expected, "{locale}");
    }
}

#[test]
fn never_the_other_chinese_silently() {
    let catalog = catalog(&[("zh-Hans", r#"{"m": "简"}"#)]);
    let error = catalog.render("m", &Fields::new(), &setting("zh-TW")).unwrap_err();
    assert_eq!(error, RenderError::UnknownKey { key: "m".into(), locale: "zh-TW".into() });
    assert_eq!(error.to_string(), "no message 'm' for zh-TW");
}

#[test]
fn names_all_problems_of_all_files() {
    let files = [
        ("en", "{\n\"a\": \"Hi {$name\",\n\"b\": \".match $x * {{y}}\",\n\"c\": \"{$x :nope}\"\n}"),
        ("xx_y!", "{}"),
        ("es", "{\"a\": 1}"),
        ("ES", "{}"),
        ("de", "{\"a\": \".input {$n :number} .match $n one {{x}}\"}"),
        ("fr", "{\"a\": }"),
    ];
    let problems = Catalog::parse(files).unwrap_err();
    let lines: Vec<_> = problems
        .iter()
        .map(|it| {
            format!("{}:{}: {} (hint: {})", it.file, it.line.unwrap_or(0), it.reason, it.hint.as_deref().unwrap())
        })
        .collect();
    let expected = include_str!("golden/problems.txt");
    assert_eq!(lines.join("\n") + "\n", expected);
}

#[test]
fn the_customer_is_named_as_one_would_say_it() {
    let name = |given: &str, family: &str| {
        let (given, family) = (Some(given.to_owned()), Some(family.to_owned()));
        Some(PersonName { given, family, title: None })
    };
    let source = r#"{ "m": ".input {$person :string} .match $person || {{Hello}} * {{Hello {$person}}}" }"#;
    for (locale, register, name, expected) in [
        ("en", Register::Informal, name("Sara", "Gómez"), "Hello Sara"),
        ("de", Register::Formal, name("Jonas", "Weber"), "Hello Jonas Weber"),
        ("zh-Hans", Register::Formal, name("伟", "王"), "Hello 王伟"),
        ("ja", Register::Formal, name("葵", "田中"), "Hello 田中様"),
        ("en", Register::Informal, None, "Hello"),
    ] {
        let setting = Setting { register, name, ..setting(locale) };
        let rendered = catalog(&[(locale, source)]).render("m", &Fields::new(), &setting).unwrap();
        assert_eq!((rendered.text.as_str(), rendered.missing.len()), (expected, 0), "{locale}");
    }
}
