//! One message with eight variables (two amounts, a date, a plural, a name): parsed once, rendered many times.

use std::hint::black_box;

use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use cuecard_culture::{
    Catalog, Cultures, Manner, Occasion, Said, Setting, check_text, culture, direction, fit, format_money, links,
    lint_words, person,
};
use cuecard_model::{Emotion, EmotionLabel, Fields, Money, PersonName, Register, Timestamp, Trend, Value};

const MESSAGE: &str = ".input {$count :number} .match $count one {{Hello {$name}, order {$order} with {$count} item \
    ({$item}) came to {$total}. We refund {$refund} by {$day :date}. Track it at {$link}.}} * {{Hello {$name}, order \
    {$order} with {$count} items ({$item}) came to {$total}. We refund {$refund} by {$day :date}. Track it at {$link}.}}";

fn money(amount: &str) -> Value {
    Value::Money(Money { amount: amount.into(), currency: "EUR".into() })
}

fn arguments() -> Fields {
    let entries = [
        ("name", Value::from("Sara")),
        ("order", "1001".into()),
        ("count", 3.0.into()),
        ("item", "Linen shirt, M".into()),
        ("total", money("1234.50")),
        ("refund", money("89.90")),
        ("day", 1_795_600_000.0.into()),
        ("link", "https://shop.example/track/1001".into()),
    ];
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn setting(locale: &str) -> Setting {
    Setting {
        locale: locale.into(),
        default_locale: "en".into(),
        time_zone: Some("Europe/Madrid".into()),
        now: Timestamp::from_seconds(1_795_335_304),
        register: Register::Informal,
        name: None,
        manner: None,
    }
}

/// What *localize* and *guard* add to rendering: the moment, the rules, the changes, the linter and the checks.
fn manners(criterion: &mut Criterion) {
    let texts = [
        (
            "en-US",
            "Your order 1001 was due on Nov 20, 2026 and is 2 days late. It is guaranteed to arrive tomorrow! 😊",
        ),
        ("de-DE", "Ihre Bestellung 1001 sollte am 20.11.2026 ankommen und kommt garantiert morgen an! 😊"),
        (
            "es-MX",
            "Su pedido 1001 debía llegar el 20 nov 2026 y lleva 2 días de retraso. ¡Llega garantizado mañana! 😊",
        ),
        ("ja-JP", "ご注文1001は2026/11/20にお届けの予定でしたが、2日遅れております。明日必ずお届けいたします！😊"),
        ("hi-IN", "आपका ऑर्डर 1001 20 नव॰ 2026 को पहुँचना था और 2 दिन की देरी है। कल गारंटी से पहुँचेगा! 😊"),
        ("zh-CN", "您的订单1001原定于2026年11月20日送达，已经晚了2天。这是我们最好的产品，王小姐！😊"),
    ];
    for (locale, text) in texts {
        for (mood, label) in [("neutral", EmotionLabel::Neutral), ("angry", EmotionLabel::Angry)] {
            criterion.bench_function(&format!("localize and guard/{locale}/{mood}"), |bench| {
                bench.iter(|| {
                    let rules = Cultures::shipped().rules(black_box(locale));
                    let occasion = Occasion::at(Timestamp::from_seconds(1_795_335_304), Some("Europe/Berlin"), &rules);
                    let plain = Manner::plain(rules, "web_chat", Register::Formal, occasion);
                    let emotion = Emotion::new(label, 0.8, Trend::Rising);
                    let manner = Manner { emotion, person: Some("Sara".into()), ..plain };
                    let mut said = Said { whole: Some(text.into()), steps: Vec::new() };
                    let trace = manner.polish(&mut said, direction(locale));
                    let text = said.text();
                    (
                        lint_words(&text, &manner, locale),
                        check_text(&text),
                        links(&text).len(),
                        fit(&text, "web_chat"),
                        trace,
                    )
                });
            });
        }
    }
}

fn benches(criterion: &mut Criterion) {
    let file = serde_json::json!({ "m": MESSAGE, "plain": "Hello!" }).to_string();
    let catalog = Catalog::parse([("en", file.as_str()), ("ar", &file)]).unwrap_or_default();
    let arguments = arguments();
    for locale in ["en-US", "ar-EG"] {
        let setting = setting(locale);
        criterion.bench_function(&format!("render/8 variables/{locale}"), |bench| {
            bench.iter(|| black_box(catalog.render("m", black_box(&arguments), &setting)));
        });
    }
    let setting = setting("en-US");
    criterion.bench_function("render/plain", |bench| {
        bench.iter(|| black_box(catalog.render("plain", &arguments, &setting)))
    });
    let amount = Money { amount: "1234.50".into(), currency: "EUR".into() };
    criterion.bench_function("format_money", |bench| bench.iter(|| format_money(black_box(&amount), &setting)));
    criterion.bench_function("culture", |bench| bench.iter(|| culture(black_box("es-MX"), "web_chat", None, None)));
    let part = |text: &str| Some(text.to_owned());
    let name = PersonName { given: part("Sara"), family: part("Weber"), title: part("Frau") };
    for locale in ["de-DE", "fr-FR", "ja-JP", "zh-CN"] {
        let bench = |bench: &mut Bencher<'_>| bench.iter(|| person(black_box(&name), locale, Register::Formal));
        criterion.bench_function(&format!("person/{locale}"), bench);
    }
    let text = catalog.render("m", &arguments, &setting).map(|it| it.text).unwrap_or_default();
    criterion.bench_function("guard: fit, check_text, links", |bench| {
        bench.iter(|| (fit(black_box(&text), "sms"), check_text(&text), links(&text)));
    });
    criterion.bench_function("parse/2 messages", |bench| bench.iter(|| Catalog::parse([("en", file.as_str())])));
    let many: serde_json::Map<_, _> = (0..100).map(|at| (format!("m{at}"), MESSAGE.into())).collect();
    let many = serde_json::Value::Object(many).to_string();
    criterion.bench_function("parse/100 messages", |bench| bench.iter(|| Catalog::parse([("en", many.as_str())])));
}

criterion_group!(all, benches, manners);
criterion_main!(all);
