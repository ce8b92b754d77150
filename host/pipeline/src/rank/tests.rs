use std::sync::Arc;

use cuecard_culture::{Cultures, Manner, Occasion};
use cuecard_model::{PluginVersion, Register, Suggestion, SuggestionId, Timestamp};

use super::*;

/// `name confidence`, and then what there is to say against it: `missing`, `remarked`, `elsewhere`.
fn worded(spec: &str) -> Worded {
    let mut words = spec.split(' ');
    let name = words.next().unwrap();
    let confidence = words.next().unwrap().parse().unwrap();
    let flaws: Vec<_> = words.collect();
    let has = |flaw: &str| flaws.contains(&flaw);
    let guard = Trace { stage: "guard".into(), rule: "style".into(), before: None, after: None, why: String::new() };
    let suggestion = Suggestion {
        id: SuggestionId::from(""),
        plugin: PluginVersion { id: name.into(), version: "1.0.0".into() },
        scenario: if has("elsewhere") { "other".into() } else { "delay".into() },
        message: Some("late".into()),
        title: String::new(),
        text: name.into(),
        steps: Vec::new(),
        actions: Vec::new(),
        reason: String::new(),
        confidence,
        locale: "en".into(),
        machine_translated: false,
        text_for_agent: None,
        text_for_agent_machine_translated: false,
        missing: if has("missing") { vec!["order".into()] } else { Vec::new() },
        trace: if has("remarked") { vec![guard] } else { Vec::new() },
    };
    let rules = Cultures::shipped().rules("en");
    let occasion = Occasion::at(Timestamp::from_seconds(0), None, &rules);
    let manner = Arc::new(Manner::plain(rules, "web_chat", Register::Formal, occasion));
    Worded { suggestion, inserted: Vec::new(), manner, draft: 0 }
}

fn accepted(name: &str, accepted: f64, seen: f64) -> Acceptance {
    Acceptance { plugin: name.into(), message: "late".into(), seen, accepted }
}

fn ranked(specs: &[&str], learned: &[Acceptance], seed: &str) -> Vec<String> {
    let worded = specs.iter().map(|spec| worded(spec)).collect();
    let ranked = rank(worded, 0.33, &"delay".into(), learned, seed).worded;
    ranked.iter().map(|worded| worded.suggestion.text.clone()).collect()
}

#[test]
fn without_answers_the_order_is_confidence_alone() {
    for (specs, expected) in [
        (vec!["a 0.5", "b 0.9", "c 0.7"], vec!["b", "c", "a"]),
        (vec!["a 0.5", "b 0.9 missing", "c 0.7 remarked"], vec!["c", "a", "b"]),
        (vec!["a 0.5", "b 0.5", "c 0.2"], vec!["a", "b"]),
        (vec!["a 0.6", "b 0.9 elsewhere", "c 0.7 remarked", "d 0.4"], vec!["b", "c", "a"]),
    ] {
        for seed in ["t-1", "t-2", "t-3"] {
            assert_eq!(ranked(&specs, &[], seed), expected);
            // What is known of others makes no difference.
            assert_eq!(ranked(&specs, &[accepted("z", 50.0, 50.0)], seed), expected);
        }
    }
}

#[test]
fn what_is_accepted_comes_first_among_equals() {
    let learned = [accepted("a", 90.0, 100.0), accepted("b", 5.0, 100.0)];
    let turns = (0..200).map(|turn| ranked(&["a 0.4", "b 0.9"], &learned, &turn.to_string()));
    let first = turns.filter(|order| order[0] == "a").count();
    assert!(first >= 185, "{first} of 200; all but the explored ones");
}

/// Every pair of different risk, in every order that a seed gives: the riskier never stands before a safer one that it
/// stood behind by confidence.
#[test]
fn nothing_ever_passes_what_is_safer() {
    let flaws = ["", " remarked", " elsewhere", " missing", " remarked missing", " elsewhere remarked"];
    let mut moved = 0;
    for seed in 0..3000_usize {
        let specs: Vec<_> = ["a", "b", "c"]
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let flaw = flaws[(seed / 6_usize.pow(u32::try_from(at).unwrap())) % 6];
                format!("{name} {:.2}{flaw}", 0.4 + ((seed * 7 + at * 31) % 60) as f64 / 100.0)
            })
            .collect();
        let specs: Vec<_> = specs.iter().map(String::as_str).collect();
        // The riskier, the better liked.
        let learned: Vec<_> = specs
            .iter()
            .map(|spec| {
                accepted(spec.split_once(' ').unwrap().0, if spec.split(' ').count() > 2 { 100.0 } else { 0.0 }, 100.0)
            })
            .collect();
        let risk_of = |name: &String| {
            let spec = specs.iter().find(|spec| spec.starts_with(name.as_str())).unwrap();
            risk(&worded(spec), &"delay".into())
        };
        let (before, after) = (ranked(&specs, &[], ""), ranked(&specs, &learned, &seed.to_string()));
        moved += usize::from(before != after);
        for (at, safer) in before.iter().enumerate() {
            for riskier in before.iter().skip(at + 1).filter(|it| risk_of(it) > risk_of(safer)) {
                let place = |name| after.iter().position(|it| it == name).unwrap();
                assert!(place(safer) < place(riskier), "{specs:?}: {before:?} became {after:?}");
            }
        }
    }
    assert!(moved > 300, "{moved} orders moved: the test must have something to see");
}

#[test]
fn the_same_snapshot_and_seed_give_the_same_order_and_others_differ() {
    let learned = [accepted("a", 3.0, 8.0), accepted("b", 4.0, 8.0), accepted("c", 3.0, 6.0)];
    // As it is kept with the turn, in JSON.
    let kept: Vec<Acceptance> = serde_json::from_str(&serde_json::to_string(&learned).unwrap()).unwrap();
    let specs = ["a 0.6", "b 0.6", "c 0.6"];
    let orders: Vec<_> = (0..50).map(|turn| ranked(&specs, &learned, &turn.to_string())).collect();
    let again: Vec<_> = (0..50).map(|turn| ranked(&specs, &kept, &turn.to_string())).collect();
    assert_eq!(orders, again);
    assert!(orders.iter().any(|order| *order != orders[0]));
}

#[test]
fn each_says_why_it_stands_there() {
    let specs = ["a 0.6", "b 0.6", "c 0.6"];
    let learned = [accepted("a", 41.0, 60.0), accepted("b", 0.4, 0.4)];
    for seed in 0..100 {
        let worded = specs.iter().map(|spec| worded(spec)).collect();
        for worded in rank(worded, 0.33, &"delay".into(), &learned, &seed.to_string()).worded {
            let last = worded.suggestion.trace.last().unwrap();
            let expected = match &*worded.suggestion.text {
                "a" => "accepted 41 of 60 times in this scenario",
                "b" => "accepted 0 of 1 times in this scenario",
                _ => "no agent has decided on it",
            };
            assert!(last.stage == "rank" && last.why.contains(expected), "{last:?}");
        }
    }
}

/// `cargo nextest run --release -p cuecard-pipeline costs --run-ignored all --no-capture`
#[test]
#[ignore = "a measurement"]
fn what_it_costs() {
    let specs = ["a 0.6", "b 0.6", "c 0.6"];
    let learned = [accepted("a", 41.0, 60.0), accepted("b", 10.0, 31.0), accepted("c", 2.0, 9.0)];
    for (what, learned) in [("nothing learned", &learned[..0]), ("three arms learned", &learned[..])] {
        let turns: Vec<Vec<Worded>> = (0..20_000).map(|_| specs.iter().map(|spec| worded(spec)).collect()).collect();
        let began = std::time::Instant::now();
        for turn in turns {
            std::hint::black_box(rank(turn, 0.33, &"delay".into(), learned, "01jd9z8q7w0000000000000000"));
        }
        println!("{what}: {:.2} us a turn, dropping it included", began.elapsed().as_secs_f64() * 50.0);
    }
}
