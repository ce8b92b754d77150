use cuecard_model::{EmotionLabel, Fields, Order, OrderStatus, Role, Stage, Trend};

use super::*;

fn shop() -> Vec<Scenario> {
    let scenario = |id: &str, title: &str, examples: &[(&str, &str)]| Scenario {
        id: id.into(),
        title: title.into(),
        examples: examples
            .iter()
            .map(|(language, text)| Example { language: (*language).into(), text: (*text).into() })
            .collect(),
    };
    vec![
        scenario(
            "delivery_delay",
            "Parcel is late",
            &[
                ("en", "my parcel was due on Monday"),
                ("es", "mi paquete no llega"),
                ("zh-Hans", "快递怎么还没到"),
                ("zh-Hans", "订单还没有到"),
            ],
        ),
        scenario(
            "return_request",
            "Wants to return",
            &[
                ("en", "I want to return this"),
                ("es", "quiero devolverlo"),
                ("zh-Hans", "我要退货"),
                ("zh-Hans", "怎么退货"),
            ],
        ),
        scenario("delivery_delay", "Another plugin's title", &[("en", "still nothing!!")]),
    ]
}

fn on_its_way() -> Customer {
    let order = Order {
        id: "1001".into(),
        number: None,
        status: OrderStatus::Shipped,
        placed_at: None,
        total: None,
        items: Vec::new(),
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: Fields::new(),
    };
    Customer { orders: vec![order], locale: Some("zh-CN".into()), ..Customer::unknown("u-9".into()) }
}

#[test]
fn all_signals_of_one_message() {
    let understanding = Understanding::train(&shop());
    let said = |role, text: &str| Message { role, text: text.into(), at: Timestamp::default() };
    let history = [
        said(Role::Customer, "你好，订单什么时候到"),
        said(Role::Agent, "您好，预计昨天送达"),
        said(Role::Customer, "等了好久了，怎么还没到！"),
        said(Role::Agent, "Your parcel is delayed."),
    ];
    let customer = on_its_way();
    let text = "订单还没到，我要退货！";
    let input = Input {
        text,
        history: &history,
        customer: &customer,
        events: &[],
        now: Timestamp::default(),
        languages: &[],
        voice: None,
    };
    let signals = understanding.signals(&input);
    assert_eq!(signals.language.tag, "zh-Hans");
    assert!(signals.language.confidence > 0.9, "{signals:?}");
    let alternatives = signals.scenario.alternatives.iter().map(|other| other.id.as_str());
    let mut named: Vec<_> = alternatives.chain([signals.scenario.id.as_str()]).collect();
    named.sort_unstable();
    assert_eq!(named, ["delivery_delay", "return_request"], "{signals:?}");
    assert!(matches!(signals.emotion.label, EmotionLabel::Frustrated | EmotionLabel::Angry), "{signals:?}");
    assert_eq!(signals.stage, Stage::InTransit);

    let first = Input { history: &[], text: "你好", ..input };
    assert_eq!(understanding.signals(&first).emotion.trend, Trend::Steady);
    assert_eq!(understanding.signals(&first).scenario.id.as_str(), "none");
}

#[test]
fn titles_come_from_the_first_that_declares() {
    let understanding = Understanding::train(&shop());
    assert_eq!(understanding.title(&"delivery_delay".into()), Some("Parcel is late"));
    assert_eq!(understanding.title(&"none".into()), None);
    let listed: Vec<_> = understanding.scenarios().map(|(id, _)| id.as_str()).collect();
    assert_eq!(listed, ["delivery_delay", "return_request"]);
}

#[test]
fn can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Understanding>();
}

#[test]
fn any_text_is_taken() {
    let understanding = Understanding::train(&shop());
    let customer = on_its_way();
    for text in [
        "",
        "\u{0}",
        "\u{202e}abc",
        "a\u{300}\u{301}\u{302}",
        "🏳️‍🌈👩‍👩‍👧",
        "ﷺ",
        "İSTANBUL",
        "ẞ",
        "\u{e31}",
        "'''",
        "@.",
        "..!?",
    ] {
        for repeat in [1, 5_000] {
            let text = &text.repeat(repeat);
            let input = Input {
                text,
                history: &[],
                customer: &customer,
                events: &[],
                now: Timestamp::default(),
                languages: &[],
                voice: None,
            };
            let signals = understanding.signals(&input);
            for confidence in [signals.language.confidence, signals.scenario.confidence, signals.emotion.intensity] {
                assert!((0.0..=1.0).contains(&confidence), "{signals:?}");
            }
        }
    }
}
