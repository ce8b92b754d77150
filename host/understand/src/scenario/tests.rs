use super::*;
use crate::Example;

/// Ten messages or fewer a scenario, as a merchant would write them.
const SHOP: &[(&str, &[&str])] = &[
    (
        "order_status",
        &[
            "where is my order",
            "wheres my stuff",
            "track my order #12345",
            "has my order shipped yet",
            "what is the status of my order",
            "dónde está mi pedido",
            "quiero saber el estado de mi pedido",
            "ya enviaron mi pedido?",
            "我的订单到哪了",
            "查一下物流",
            "我的快递发货了吗",
            "帮我查订单状态",
        ],
    ),
    (
        "delivery_delay",
        &[
            "my parcel was due on Monday and it is not here",
            "still nothing!!",
            "the delivery is late",
            "why is my package taking so long",
            "mi paquete no llega",
            "el envío va con retraso",
            "llevo una semana esperando el paquete",
            "快递怎么还没到",
            "都一个星期了还没收到",
            "物流太慢了",
        ],
    ),
    (
        "return_request",
        &[
            "I want to return this",
            "how do I send it back",
            "can i return the shoes",
            "return label please",
            "quiero devolver la chaqueta",
            "cómo hago una devolución",
            "no me queda bien, lo quiero devolver",
            "我要退货",
            "怎么退货",
            "不喜欢想退掉",
            "可以退吗",
        ],
    ),
    (
        "refund_status",
        &[
            "when do I get my money back",
            "where is my refund",
            "refund not received yet",
            "i sent it back two weeks ago, still no refund",
            "cuándo me devuelven el dinero",
            "no he recibido el reembolso",
            "退款什么时候到账",
            "钱怎么还没退给我",
            "退款进度",
        ],
    ),
    (
        "size_advice",
        &[
            "which size should I take",
            "does it run small",
            "I am 180 cm, is M ok",
            "size chart",
            "qué talla me queda",
            "la talla M es grande?",
            "我身高170穿什么码",
            "尺码偏大吗",
            "选什么尺码",
        ],
    ),
    (
        "payment_problem",
        &[
            "my card was declined",
            "payment does not go through",
            "I was charged twice",
            "cannot pay with paypal",
            "no puedo pagar",
            "me rechazan la tarjeta",
            "me cobraron dos veces",
            "付款失败",
            "支付不了",
            "扣了两次钱",
        ],
    ),
    (
        "address_change",
        &[
            "I need to change the delivery address",
            "wrong address on my order",
            "can you ship it to another address",
            "cambiar la dirección de envío",
            "puse mal la dirección",
            "改一下收货地址",
            "地址写错了",
        ],
    ),
];

fn scenario(id: &str, examples: &[&str]) -> Scenario {
    let example = |text: &&str| Example { language: "und".into(), text: (*text).to_owned() };
    Scenario { id: id.into(), title: id.into(), examples: examples.iter().map(example).collect() }
}

fn shop() -> Vec<Scenario> {
    SHOP.iter().map(|(id, examples)| scenario(id, examples)).collect()
}

fn classify(classifier: &Classifier, text: &str, said: &[&str]) -> DetectedScenario {
    let past: Vec<_> = said.iter().rev().map(|text| Reading::of(text)).collect();
    classifier.classify(&Reading::of(text), &past)
}

#[track_caller]
fn check_all(classifier: &Classifier, cases: &[(&str, &str)]) {
    let found = |text| classify(classifier, text, &[]);
    let wrong: Vec<_> = cases.iter().filter(|(text, id)| found(text).id.as_str() != *id).collect();
    let wrong: Vec<_> = wrong.iter().map(|(text, id)| format!("{text}: {:?}, not {id}", found(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn messages_that_no_example_holds() {
    check_all(
        &Classifier::train(&shop()),
        &[
            ("hello, where is my order 99812?", "order_status"),
            ("could you tell me the status of my order please", "order_status"),
            ("hola, dónde está mi pedido 5512", "order_status"),
            ("帮我查一下我的订单到哪里了", "order_status"),
            ("the package is late again", "delivery_delay"),
            ("我的快递怎么还没有到啊", "delivery_delay"),
            ("我的快遞怎麼還沒到", "delivery_delay"),
            ("I would like to return the jacket", "return_request"),
            ("I WANT TO RETRUN THIS", "return_request"),
            ("quisiera devolver los zapatos", "return_request"),
            ("这个我想退货", "return_request"),
            ("when will my refund arrive", "refund_status"),
            ("退款怎么还没到账", "refund_status"),
            ("which size do I need", "size_advice"),
            ("我应该穿什么尺码", "size_advice"),
            ("my card is declined all the time", "payment_problem"),
            ("付款一直失败", "payment_problem"),
            ("please change my delivery address", "address_change"),
            ("quiero cambiar la dirección", "address_change"),
        ],
    );
}

#[test]
fn small_talk_and_other_business_is_none() {
    check_all(
        &Classifier::train(&shop()),
        &[
            ("hi", "none"),
            ("thanks!", "none"),
            ("gracias", "none"),
            ("谢谢", "none"),
            ("ok", "none"),
            ("👍", "none"),
            ("", "none"),
            ("12345", "none"),
            ("???", "none"),
            ("who is the prime minister of Norway", "none"),
            ("could you write a poem about the sea", "none"),
            ("sabes jugar al ajedrez", "none"),
            ("明天会下雨吗", "none"),
            ("do you sponsor local football clubs", "none"),
        ],
    );
}

#[test]
fn what_an_example_says_outright_wins() {
    let classifier = Classifier::train(&shop());
    for (id, examples) in SHOP {
        for example in *examples {
            let found = classify(&classifier, &format!("{}!!", example.to_uppercase()), &[]);
            assert_eq!((found.id.as_str(), found.confidence), (*id, SAID_OUTRIGHT), "{example}");
        }
    }
    assert_eq!(classify(&classifier, "Hi, return label please", &[]).confidence, SAID_OUTRIGHT);
}

#[test]
fn without_scenarios_there_is_none() {
    let classifier = Classifier::train(&[]);
    let expected = DetectedScenario { id: none(), confidence: 1.0, alternatives: Vec::new() };
    assert_eq!(classify(&classifier, "where is my order", &[]), expected);
    let empty = Classifier::train(&[scenario("order_status", &[]), scenario("other", &["", "👍"])]);
    assert_eq!(classify(&empty, "where is my order", &[]).id, none());
}

#[test]
fn one_scenario_alone_still_says_none() {
    let one = [scenario("return_request", SHOP[2].1)];
    check_all(
        &Classifier::train(&one),
        &[
            ("I want to return these shoes", "return_request"),
            ("我要退货，怎么退", "return_request"),
            ("hello", "none"),
            ("what is the weather tomorrow", "none"),
            ("今天几号", "none"),
        ],
    );
}

#[test]
fn the_same_id_from_two_plugins_is_one_scenario() {
    let mut scenarios = shop();
    scenarios.push(scenario("order_status", &["any sign of my goodies"]));
    let classifier = Classifier::train(&scenarios);
    assert_eq!(classifier.classes.len(), SHOP.len());
    check_all(&classifier, &[("any sign of my goodies?", "order_status"), ("track order 555123", "order_status")]);
}

#[test]
fn a_declared_greeting_is_no_background() {
    let mut scenarios = shop();
    scenarios.push(scenario("saludo", &["hello", "hey", "hi there", "hola buenas", "你好啊"]));
    check_all(&Classifier::train(&scenarios), &[("hello!", "saludo"), ("hello there", "saludo"), ("thanks", "none")]);
}

#[test]
fn two_scenarios_may_claim_the_same_words() {
    let twins = [scenario("a", &["same words here"]), scenario("b", &["same words here"])];
    let found = classify(&Classifier::train(&twins), "same words here", &[]);
    assert!(found.confidence < SAID_OUTRIGHT, "{found:?}");
}

#[test]
fn two_wishes_are_both_named() {
    let classifier = Classifier::train(&shop());
    for (text, ids) in [
        ("快递怎么还没到，我要退货！", ["delivery_delay", "return_request"]),
        ("I want to return this. Also, my card was declined", ["return_request", "payment_problem"]),
    ] {
        let found = classify(&classifier, text, &[]);
        let mut named: Vec<_> = found.alternatives.iter().map(|other| other.id.as_str()).collect();
        named.push(found.id.as_str());
        assert!(ids.iter().all(|id| named.contains(id)), "{text}: {found:?}");
        assert!(found.alternatives.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence), "{found:?}");
    }
}

#[test]
fn follow_ups_lean_on_what_was_said() {
    let classifier = Classifier::train(&shop());
    for (text, said, id) in [
        ("and now?", &["where is my refund"][..], "refund_status"),
        ("10023", &["where is my order", "hello?"][..], "order_status"),
        ("??", &["我要退货"][..], "return_request"),
        ("现在呢", &["快递怎么还没到"][..], "delivery_delay"),
        ("and now?", &[][..], "none"),
        ("ok", &["where is my refund"][..], "none"),
        ("thanks", &["where is my refund"][..], "none"),
        ("do you like football", &["where is my refund"][..], "none"),
    ] {
        let found = classify(&classifier, text, said);
        assert_eq!(found.id.as_str(), id, "{text} after {said:?}: {found:?}");
    }
}

#[test]
fn the_same_scenarios_give_the_same_to_the_bit() {
    let [a, b] = [Classifier::train(&shop()), Classifier::train(&shop())];
    for text in ["where is it", "我想退", "la talla", "nonsense words"] {
        let normalized = Normalized::new(text);
        let bits = |classifier: &Classifier| -> Vec<_> {
            let ranking = classifier.rank(&normalized, classifier.verbatim.find(&normalized));
            ranking.iter().map(|(class, confidence)| (*class, confidence.to_bits())).collect()
        };
        assert_eq!(bits(&a), bits(&b), "{text}");
    }
}

#[test]
fn a_known_word_is_read_as_letter_by_letter() {
    let classifier = Classifier::train(&shop());
    for text in ["where is it", "WHERE is my parsel, unheardof", "我想退", "la talla 12345 where where", ""] {
        let text = Normalized::new(text);
        let tokens = classifier.speller.read(&text);
        let (at_once, by_letter) =
            (classifier.model.scores_of(&tokens), classifier.model.scores(&features::of(&tokens)));
        assert_eq!(at_once.margins, by_letter.margins, "{tokens:?}");
        assert_eq!((at_once.background, at_once.seen), (by_letter.background, by_letter.seen), "{tokens:?}");
    }
}

#[test]
fn examples_of_any_size_are_taken() {
    let long = "return ".repeat(50_000);
    let classifier = Classifier::train(&[scenario("long", &[&long, "x", "\u{0}", "💥"]), scenario("b", &["y"])]);
    assert!(classify(&classifier, &long, &[]).confidence.is_finite());
}
