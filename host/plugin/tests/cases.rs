//! The format of test cases: what four lines give, what is refused, and how a difference reads.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use cuecard_model::{
    Action, Decision, EmotionLabel, FailureKind, Outreach, Purpose, RenderedStep, Stage, StepKind, Timer, Timestamp,
    Value,
};
use cuecard_plugin::{
    call::{CallError, LogLevel, LogLine},
    cases::{self, Answer, Case, CaseOutcome, DecisionInWords, Input, SignalsFound, SuggestionInWords},
};

fn one(text: &str) -> Case {
    let mut cases = cases::parse("tests/a.toml", text).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

fn outcome(answer: Answer) -> CaseOutcome {
    CaseOutcome { result: Ok(answer), key_writes: Default::default(), log: Vec::new() }
}

fn suggestion(text: &str) -> SuggestionInWords {
    SuggestionInWords { text: text.into(), ..SuggestionInWords::default() }
}

fn judged(case: &Case, outcome: &CaseOutcome) -> Vec<String> {
    case.judge(outcome).iter().map(ToString::to_string).collect()
}

#[test]
fn four_lines_are_a_case() {
    let case = one("[[case]]\nname = \"late\"\ntext = \"where is it\"\nexpect.suggestions = 1\n");
    assert_eq!(case.place(), "tests/a.toml:1");
    let Input::Compose(turn) = &case.input else { panic!("{:?}", case.input) };
    assert_eq!(
        (turn.channel.as_str(), turn.locale.as_str(), turn.message.text.as_str()),
        ("web_chat", "en", "where is it")
    );
    assert_eq!(turn.signals.scenario.id.as_str(), "none");
    assert!(judged(&case, &outcome(Answer::Suggestions(vec![suggestion("here")]))).is_empty());
    assert_eq!(judged(&case, &outcome(Answer::Suggestions(vec![]))), ["suggestions\n    expected: 1\n         got: 0"]);
}

#[test]
fn defaults_hold_for_each_case_that_says_no_other() {
    let text = r#"
[defaults]
now = 2026-03-01
scenario = "delivery_delay"
customer = { locale = "zh-CN", time_zone = "Asia/Shanghai", orders = [{ id = "1001", status = "shipped", fulfillments = [{ id = "f", status = "in_transit", expected_at = "now-3d" }] }] }

[[case]]
name = "calm"
text = "快递怎么还没到"
history = [{ text = "hi" }, { role = "agent", text = "hello" }]
live = [{ key = "promotion.spring", fields = { code = "BF", until_at = 2026-03-02 }, valid_until = 2026-03-02T00:00:00Z }]
expect.suggestions = { min = 1 }

[[case]]
name = "angry"
text = "?!"
emotion = "angry"
customer.locale = "es"
expect.steps = ["empathy", "solution"]
"#;
    let cases = cases::parse("tests/a.toml", text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let Input::Compose(calm) = &cases[0].input else { panic!() };
    assert_eq!(calm.locale, "zh-CN");
    assert_eq!(calm.now.to_string(), "2026-03-01T00:00:00Z");
    assert_eq!(calm.customer.orders[0].fulfillments[0].expected_at.unwrap().to_string(), "2026-02-26T00:00:00Z");
    assert_eq!(calm.history[1].at, Timestamp::from_seconds(calm.now.seconds() - 60));
    assert_eq!(calm.live[0].fields["until_at"], Value::Number(1_772_409_600.0));
    let Input::Compose(angry) = &cases[1].input else { panic!() };
    assert_eq!((angry.locale.as_str(), angry.signals.emotion.label), ("es", EmotionLabel::Angry));
    assert_eq!(angry.customer.orders[0].id, "1001");
    assert_eq!(cases[1].setting.time_zone.as_deref(), Some("Asia/Shanghai"));
}

#[test]
fn the_hook_is_plain_from_what_the_case_brings() {
    let trigger = one(
        "[[case]]\nname = \"t\"\nevent = { type = \"cart.updated\", fields = { total = { amount = \"12.50\", currency = \"EUR\" }, items = [{ sku = \"A\" }] } }\nexpect.decisions = [\"outreach\", \"timer\"]\nexpect.text_contains = \"cart\"\nexpect.timers = [\"again\"]\n",
    );
    let Input::Trigger(event, _) = &trigger.input else { panic!() };
    assert_eq!(event.fields.keys().map(String::as_str).collect::<Vec<_>>(), ["items.0.sku", "total"]);
    let outreach = Decision::Outreach(Outreach {
        occurrence: "cart-1".into(),
        purpose: Purpose::Service,
        scenario: None,
        message: None,
        arguments: Default::default(),
        text: None,
        channel: None,
        template: None,
        reason: String::new(),
        reason_at: None,
        valid_until: None,
    });
    let timer = Timer { key: "again".into(), at: Timestamp::default(), event: "x".into(), fields: Default::default() };
    let decisions = vec![
        DecisionInWords { decision: outreach, text: Some("your cart waits".into()) },
        DecisionInWords { decision: Decision::Timer(timer), text: None },
    ];
    assert!(judged(&trigger, &outcome(Answer::Decisions(decisions.clone()))).is_empty());
    let differences = judged(&trigger, &outcome(Answer::Decisions(decisions[1..].to_vec())));
    assert_eq!(
        differences,
        [
            "decisions\n    expected: outreach, timer\n         got: timer",
            "outreach 1\n    expected: an outreach\n         got: only 0 came"
        ]
    );

    let localize = one(
        "[[case]]\nname = \"l\"\nlocale = \"ar\"\ndraft = { text = \"hi\" }\nculture = { person = \"Sara\" }\nexpect.text = \"hi\"\n",
    );
    let Input::Localize(_, culture) = &localize.input else { panic!() };
    assert_eq!((culture.direction, culture.person.as_deref()), (cuecard_model::Direction::Rtl, Some("Sara")));
}

#[test]
fn a_case_of_classify_looks_at_the_signals() {
    let case = one(
        "[[case]]\nname = \"c\"\nhook = \"classify\"\ntext = \"1001\"\nprofile = { orders = 2, last_order_at = \"now-3d\" }\nexpect.signals = { scenario = \"order_status\", alternatives = [], emotion = \"neutral\", trend = \"steady\", stage = \"browsing\", language = \"en\" }\nexpect.named = [\"scenario\"]\nexpect.reason_contains = \"1001\"\n",
    );
    let Input::Classify(turn) = &case.input else { panic!("{:?}", case.input) };
    assert_eq!((turn.profile.orders, turn.profile.last_order_at), (2, Some(Timestamp::from_seconds(1_768_219_200))));
    let mut signals = turn.signals.clone();
    signals.scenario.id = "order_status".into();
    let found = SignalsFound { signals, named: vec!["scenario"], reason: "order 1001".into() };
    assert!(judged(&case, &outcome(Answer::Signals(found.clone()))).is_empty());
    let mut wrong = found;
    (wrong.signals.stage, wrong.named, wrong.reason) = (Stage::Delivered, vec!["scenario", "stage"], String::new());
    assert_eq!(
        judged(&case, &outcome(Answer::Signals(wrong))),
        [
            "stage\n    expected: browsing\n         got: delivered",
            "named\n    expected: scenario\n         got: scenario, stage",
            "reason\n    expected: something with \"1001\"\n         got: \"\"",
        ]
    );
}

#[test]
fn differences_read_well() {
    let case = one(
        "[[case]]\nname = \"x\"\ntext = \"?\"\nscenario = \"returns\"\n[case.expect]\ntext_contains = [\"1001\", \"sorry\"]\ntext_not_contains = \"{\"\nsteps = [\"empathy\", \"solution\"]\nactions = [\"create_return\"]\nreason_contains = \"late\"\nkeys = { seen = true, count = 2 }\nkeys_forgotten = [\"old\"]\nlog_contains = \"offered\"\n",
    );
    let mut got = outcome(Answer::Suggestions(vec![SuggestionInWords {
        text: "so sorry {name}".into(),
        steps: vec![RenderedStep { kind: StepKind::Solution, text: "so sorry {name}".into() }],
        actions: vec![Action { kind: "create_return".into(), args: Default::default() }],
        reason: "two days late".into(),
        ..SuggestionInWords::default()
    }]));
    got.key_writes.insert("seen".into(), Some(true.into()));
    got.key_writes.insert("count".into(), Some(3.0.into()));
    got.log.push(LogLine { level: LogLevel::Info, text: "nothing to offer".into() });
    assert_eq!(
        judged(&case, &got).join("\n"),
        r#"suggestion 1, text
    expected: something with "1001"
         got: "so sorry {name}"
suggestion 1, text
    expected: nothing like "{"
         got: "so sorry {name}"
suggestion 1, steps
    expected: empathy, solution
         got: solution
key count
    expected: 2
         got: 3
key old
    expected: forgotten
         got: left as it was
log
    expected: a line with "offered"
         got: nothing to offer"#
    );
}

#[test]
fn a_failure_may_be_expected() {
    let case = one("[[case]]\nname = \"x\"\ntext = \"?\"\nexpect.failure = \"timeout\"\n");
    let failed = |kind| CaseOutcome {
        result: Err(CallError::new(kind, "main.luau:3: too slow")),
        ..outcome(Answer::Suggestions(vec![]))
    };
    assert!(judged(&case, &failed(FailureKind::Timeout)).is_empty());
    assert_eq!(judged(&case, &failed(FailureKind::Memory)).len(), 1);
    assert_eq!(judged(&case, &outcome(Answer::Suggestions(vec![]))).len(), 1);
    let case = one("[[case]]\nname = \"x\"\ntext = \"?\"\nexpect.suggestions = 0\n");
    assert_eq!(
        judged(&case, &failed(FailureKind::Error)),
        ["the call\n    expected: an answer\n         got: error: main.luau:3: too slow"]
    );
}

#[test]
fn mistakes_are_refused_with_a_place_and_a_hint() {
    let case = |rest: &str| format!("[[case]]\nname = \"x\"\ntext = \"?\"\n{rest}\n");
    let expecting = |rest: &str| case(&format!("expect.suggestions = 1\n{rest}"));
    for (text, expected) in [
        (String::new(), "a.toml:1:1: 'case' is missing"),
        (case(""), "a.toml:1:1: 'case.expect' is missing"),
        (case("expect = {}"), "a.toml:4:10: nothing is expected"),
        (case("hook = \"classify\"\nexpect.suggestions = 1"), "a.toml:5:8: unknown key 'suggestions' in [case.expect]"),
        (case("hook = \"classify\"\nexpect.named = \"mood\""), "a.toml:5:16: 'case.expect.named' cannot be 'mood'"),
        (case("hook = \"classify\"\nexpect.signals.scenario = \"A\""), "a.toml:5:27: 'A' cannot be a scenario's id"),
        (case("expect.signals.scenario = \"a\""), "a.toml:4:8: unknown key 'signals' in [case.expect]"),
        (case("expect.text_contian = \"x\""), "a.toml:4:8: unknown key 'text_contian' in [case.expect]"),
        (case("expect.text_contains = [\"\"]"), "a.toml:4:25: an empty text"),
        (case("expect.suggestions = -1"), "a.toml:4:22: 'case.expect.suggestions' cannot be negative"),
        (case("expect.suggestions = { min = 2, max = 1 }"), "a.toml:4:22: 'max' is below 'min'"),
        (case("expect.steps = [\"empaty\"]"), "a.toml:4:17: 'case.expect.steps' cannot be 'empaty'"),
        (case("expect.failure = \"timeout\"\nexpect.suggestions = 1"), "a failure and an answer are expected at once"),
        (case("expect.decisions = [\"timer\"]"), "a.toml:4:8: unknown key 'decisions' in [case.expect]"),
        (expecting("emotion = \"furious\""), "a.toml:5:11: 'case.emotion' cannot be 'furious'"),
        (expecting("intensity = 2"), "a.toml:5:13: 'case.intensity' must be a number from 0 to 1"),
        (expecting("scenario = \"Late\""), "a.toml:5:12: 'Late' cannot be a scenario's id"),
        (expecting("locale = \"english\""), "a.toml:5:10: 'english' is not a locale"),
        (expecting("now = \"yesterday\""), "a.toml:5:7: 'case.now' is not a moment"),
        (expecting("customer = { nmae = 1 }"), "unknown key 'nmae'\n  hint: did you mean 'name'?"),
        (expecting("customer = { orders = [{ id = \"1\", status = \"shiped\" }] }"), "did you mean 'shipped'?"),
        (expecting("customer = { orders = [{ id = \"1\" }] }"), "'status' is missing"),
        (expecting("customer = { attributes = { a = [1] } }"), "not a value that a plugin can be handed"),
        (expecting("customer = { attributes = { a = nan } }"), "'a' is not a finite number"),
        (expecting("history = [{ role = \"bot\", text = \"x\" }]"), "'case.history.role' cannot be 'bot'"),
        (expecting("hook = \"trigger\""), "'case.event' is missing"),
        (format!("{0}{0}", expecting("")), "two cases are named 'x'"),
        (format!("[defaults]\nexpect.suggestions = 1\n{}", expecting("")), "'expect' cannot be a default"),
        (format!("[default]\nnow = 2026-01-01\n{}", expecting("")), "did you mean 'defaults'?"),
    ] {
        let problems = cases::parse("a.toml", &text).map(|_| ()).unwrap_err();
        let all = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(all.contains(expected), "{text}\nshould say {expected}, says\n{all}");
    }
}
