use cuecard_model::{Customer, Emotion, EmotionLabel, Message, Profile, Role, Signals, Stage, Timestamp, Trend, Turn};

use super::*;

fn turn() -> Turn {
    let now = Timestamp::from_seconds(1_795_000_000);
    Turn {
        id: "t".into(),
        now,
        channel: "web_chat".into(),
        conversation_id: "c".into(),
        message: Message { role: Role::Customer, text: "1001".into(), at: now },
        history: vec![],
        signals: Signals {
            language: DetectedLanguage { tag: "en".into(), confidence: 0.6 },
            scenario: DetectedScenario {
                id: "delivery_delay".into(),
                confidence: 0.5,
                alternatives: vec![Alternative { id: "order_status".into(), confidence: 0.4 }],
            },
            emotion: Emotion::new(EmotionLabel::Neutral, 0.0, Trend::Rising),
            stage: Stage::Browsing,
        },
        customer: Customer::unknown("u".into()).into(),
        profile: Profile::default(),
        live: vec![],
        locale: "en".into(),
        agent_locale: None,
    }
}

fn by() -> PluginVersion {
    PluginVersion { id: "orders".into(), version: "1.0.0".into() }
}

fn found(id: &str, near: &[&str]) -> Classification {
    let alternatives = near.iter().map(|id| Alternative { id: (*id).into(), confidence: 0.1 }).collect();
    let scenario = Some(DetectedScenario { id: id.into(), confidence: 0.9, alternatives });
    Classification { scenario, ..Classification::default() }
}

fn lines(trace: &[Trace]) -> Vec<String> {
    let line = |trace: &Trace| {
        let (before, after) = (trace.before.as_deref().unwrap(), trace.after.as_deref().unwrap());
        format!("{} {}: {before} -> {after}, {}", trace.stage, trace.rule, trace.why)
    };
    trace.iter().map(line).collect()
}

#[test]
fn what_is_absent_stays() {
    let mut turn = turn();
    assert_eq!(overrule(&mut turn, &Classification::default(), &by(), "en"), []);
    assert_eq!(turn, self::turn());
}

#[test]
fn every_signal_can_be_replaced_and_is_told() {
    let mut turn = turn();
    let given = Classification {
        language: Some(DetectedLanguage { tag: "es".into(), confidence: 0.9 }),
        emotion: Some(ClassifiedEmotion { label: EmotionLabel::Angry, intensity: 0.75, trend: None }),
        stage: Some(Stage::AfterSale),
        reason: "the shop knows better".into(),
        ..found("return_dispute", &[])
    };
    let trace = overrule(&mut turn, &given, &by(), "es-MX");
    assert_eq!(
        lines(&trace),
        [
            "classify orders@1.0.0: language en 0.60 -> language es 0.90, the shop knows better",
            "classify orders@1.0.0: scenario delivery_delay 0.50 -> scenario return_dispute 0.90, the shop knows better",
            "classify orders@1.0.0: emotion neutral 0.00 -> emotion angry 0.75, the shop knows better",
            "classify orders@1.0.0: stage browsing -> stage after_sale, the shop knows better",
        ]
    );
    assert_eq!(turn.locale, "es-MX", "the language of the answer follows");
    assert_eq!(turn.profile.preferred_language.as_deref(), Some("es"));
    assert_eq!(turn.signals.emotion.trend, Trend::Rising, "a trend that is not given stays");
    assert_eq!(overrule(&mut turn, &given, &by(), "es-MX"), [], "what is so already is no change");
}

#[test]
fn what_was_replaced_came_near() {
    for (given, expected) in [
        (found("return_dispute", &[]), vec!["delivery_delay", "order_status"]),
        (found("order_status", &[]), vec!["delivery_delay"]),
        (found("none", &[]), vec!["delivery_delay", "order_status"]),
        (found("return_dispute", &["complaint"]), vec!["complaint"]),
    ] {
        let mut turn = turn();
        overrule(&mut turn, &given, &by(), "en");
        let near: Vec<_> = turn.signals.scenario.alternatives.iter().map(|near| near.id.as_str()).collect();
        assert_eq!(near, expected, "{given:?}");
    }
    let mut turn = turn();
    (turn.signals.scenario.id, turn.signals.scenario.alternatives) = ("none".into(), vec![]);
    overrule(&mut turn, &found("order_status", &[]), &by(), "en");
    assert_eq!(turn.signals.scenario.alternatives, [], "nothing did not come near");
}
