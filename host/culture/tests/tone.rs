//! What a reply becomes for a feeling, a day and a merchant: the parts, their order, and the trace.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy.toml covers test functions alone")]

use std::sync::Arc;

use cuecard_culture::{Cultures, Layer, Manner, Occasion, Said, direction};
use cuecard_model::{Emotion, EmotionLabel, Register, RenderedStep, StepKind, Trace, Trend};

fn manner(cultures: &Cultures, locale: &str, label: EmotionLabel, now: &str) -> Manner {
    let rules = cultures.rules(locale);
    let occasion = Occasion::at(now.parse().unwrap(), None, &rules);
    let emotion = Emotion::new(label, 0.8, Trend::Rising);
    Manner { emotion, ..Manner::plain(rules, "web_chat", Register::Formal, occasion) }
}

fn steps(parts: &[(StepKind, &str)]) -> Said {
    let step = |(kind, text): &(StepKind, &str)| RenderedStep { kind: *kind, text: (*text).to_owned() };
    Said { whole: None, steps: parts.iter().map(step).collect() }
}

/// The kinds of the parts, and the rules that changed them.
fn polished(manner: &Manner, locale: &str, mut said: Said) -> (Vec<StepKind>, Vec<String>, String) {
    let trace = manner.polish(&mut said, direction(locale));
    let rules = trace.into_iter().map(|it| it.rule).collect();
    (said.steps.iter().map(|step| step.kind).collect(), rules, said.text())
}

const DAY: &str = "2026-06-10T09:00:00Z";

#[test]
fn parts_by_feeling() {
    use EmotionLabel::{Angry, Anxious, Grateful, Neutral};
    use StepKind::{Closing, Empathy, Fact, Greeting, Solution};
    let cultures = Cultures::shipped();
    let english = |label| manner(&cultures, "en-US", label, DAY);
    for (label, given, expected, rule) in [
        // Added where it is missing, after the greeting.
        (Angry, vec![(Greeting, "Hi"), (Solution, "Done.")], vec![Greeting, Empathy, Solution], "root/tone.upset"),
        // A plugin's own is enough, and comes first.
        (Angry, vec![(Solution, "Done."), (Empathy, "I see.")], vec![Empathy, Solution], "root/tone.upset"),
        // In so many words, too.
        (Angry, vec![(Solution, "I apologize. Done.")], vec![Solution], ""),
        (
            Anxious,
            vec![(Empathy, "I see."), (Solution, "Friday."), (Fact, "A link."), (Closing, "Bye")],
            vec![Solution, Fact, Empathy, Closing],
            "root/tone.anxious",
        ),
        (Grateful, vec![(Empathy, "So sorry."), (Solution, "Done.")], vec![Solution], "root/tone.grateful"),
        (Grateful, vec![(Empathy, "Lovely."), (Solution, "Done.")], vec![Empathy, Solution], ""),
        // Never the only thing that is said.
        (Grateful, vec![(Empathy, "So sorry.")], vec![Empathy], ""),
        (Neutral, vec![(Closing, "Bye"), (Empathy, "I see.")], vec![Closing, Empathy], ""),
    ] {
        let (kinds, rules, _) = polished(&english(label), "en-US", steps(&given));
        assert_eq!(kinds, expected, "{label:?} {given:?}");
        assert_eq!(rules.join(" "), rule, "{label:?} {given:?}");
    }
}

#[test]
fn a_plain_text_becomes_two_steps() {
    let manner = manner(&Cultures::shipped(), "de-DE", EmotionLabel::Angry, DAY);
    let said = Said { whole: Some("Ihr Paket kommt morgen.".into()), steps: Vec::new() };
    let (kinds, _, text) = polished(&manner, "de-DE", said);
    assert_eq!(kinds, [StepKind::Empathy, StepKind::Solution]);
    assert_eq!(
        text,
        "Ich verstehe Ihren Ärger, und das tut mir leid. Ich kümmere mich jetzt darum.\nIhr Paket kommt morgen."
    );
}

#[test]
fn words_emoji_and_direction() {
    let cultures = Cultures::shipped();
    let said = |text: &str| Said { whole: Some(text.into()), steps: Vec::new() };
    let calm = |locale: &str, now: &str, text: &str| {
        polished(&manner(&cultures, locale, EmotionLabel::Neutral, now), locale, said(text))
    };
    let (_, rules, text) = calm("de-DE", DAY, "Garantiert geliefert am 12.6.!! 😊😊");
    assert_eq!(text, "Voraussichtlich geliefert am 12.6.! 😊");
    assert_eq!(rules, ["de-DE/claim.guaranteed", "de-DE/style.emoji", "de-DE/style.exclamation"]);
    // Good Friday.
    let (_, rules, text) = calm("de-DE", "2026-04-03T09:00:00Z", "Ihr Paket ist da! 😊");
    assert_eq!((text.as_str(), rules.join(" ").as_str()), ("Ihr Paket ist da.", "holiday holiday"));
    let (_, rules, text) = calm("ar-EG", DAY, "Cuecard: طلبك في الطريق");
    assert_eq!((text.as_str(), rules.join(" ").as_str()), ("\u{200f}Cuecard: طلبك في الطريق", "direction"));
}

#[test]
fn merchants_and_agents_decide() {
    let layer = Layer::parse("shop", "culture/all.toml", "[brand]\nemoji = 0\n").unwrap();
    let cultures = Cultures::with(vec![Arc::new(layer)]);
    let said = || Said { whole: Some("Garantiert morgen 😊".into()), steps: Vec::new() };
    let mut manner = manner(&cultures, "de-AT", EmotionLabel::Neutral, DAY);
    assert_eq!(polished(&manner, "de-AT", said()).2, "Voraussichtlich morgen");
    manner.off = vec!["claim.guaranteed".into()];
    assert_eq!(polished(&manner, "de-AT", said()).2, "Garantiert morgen");
    manner.off = vec!["claim".into(), "style.emoji".into()];
    assert_eq!(polished(&manner, "de-AT", said()).2, "Garantiert morgen 😊");
}

#[test]
fn a_trace_says_before_after_and_why() {
    let manner = manner(&Cultures::shipped(), "zh-CN", EmotionLabel::Neutral, DAY);
    let mut said = Said { whole: Some("王小姐，您好".into()), steps: Vec::new() };
    let trace = manner.polish(&mut said, direction("zh-CN"));
    assert_eq!(trace.len(), 1);
    assert_eq!((trace[0].before.as_deref(), trace[0].after.as_deref()), (Some("王小姐，您好"), Some("王女士，您好")));
    assert!(trace[0].why.contains("2026-11-22"), "{}", trace[0].why);
}

/// What polishing changed can be taken back by its trace, and done again.
#[test]
fn a_polished_reply_goes_back_to_what_it_was() {
    use EmotionLabel::{Angry, Anxious, Grateful, Neutral};
    use StepKind::{Closing, Empathy, Fact, Greeting, Solution};
    let cultures = Cultures::shipped();
    let whole = |text: &str| Said { whole: Some(text.into()), steps: Vec::new() };
    for (locale, label, given) in [
        ("de-DE", Neutral, whole("Garantiert geliefert am 12.6.!! 😊😊")),
        (
            "de-DE",
            Angry,
            steps(&[(Greeting, "Hallo"), (Fact, "Kommt garantiert morgen!! 😊"), (Solution, "Ja.\nGut.")]),
        ),
        (
            "de-DE",
            Anxious,
            steps(&[(Empathy, "Oh."), (Solution, "Montag."), (Fact, "Hier."), (Solution, "Oder."), (Closing, "Ihre")]),
        ),
        ("zh-CN", Angry, steps(&[(Solution, "王小姐，好"), (Solution, "王小姐，好")])),
        ("ar-EG", Neutral, whole("Cuecard: طلبك في الطريق")),
    ] {
        let manner = manner(&cultures, locale, label, DAY);
        let mut said = given.clone();
        let mut trace = manner.polish(&mut said, direction(locale));
        assert!(!trace.is_empty());
        let hook = Trace {
            stage: "localize".into(),
            rule: "x@1.0.0".into(),
            before: Some("a".into()),
            after: Some("b".into()),
            why: String::new(),
        };
        trace.insert(0, hook.clone());
        let (back, others) = said.clone().unpolished(&trace);
        assert_eq!((&back, others), (&given, vec![hook]), "{locale} {label:?}");
        let mut again = back;
        manner.polish(&mut again, direction(locale));
        assert_eq!(again, said);
    }
    // A text that became the second of two steps stays one; it reads the same.
    let manner = manner(&cultures, "de-DE", Angry, DAY);
    let mut said = whole("Kommt morgen.");
    let trace = manner.polish(&mut said, direction("de-DE"));
    assert_eq!(said.unpolished(&trace).0.text(), "Kommt morgen.");
    // Of what was left out, the words are known and the kinds are not.
    let manner = self::manner(&cultures, "en-US", Grateful, DAY);
    let mut said = steps(&[(Empathy, "So sorry."), (Solution, "Done.")]);
    let trace = manner.polish(&mut said, direction("en-US"));
    assert_eq!(said.unpolished(&trace).0.text(), "So sorry.\nDone.");
}
