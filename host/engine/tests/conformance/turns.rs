//! Messages and turns: kept once, answered once, remembered.

use cuecard_engine::{Known, Outcome, Receipt, Write, suggestion_id};
use cuecard_model::{
    DetectedLanguage, DetectedScenario, Emotion, EmotionLabel, Reply, Role, Signals, Stage, Suggestion, TimingUs, Trend,
};

use crate::support::*;

fn answered(turn: &str, reply: &str) -> Known {
    Known::Answered { turn: turn.into(), reply: reply.into() }
}

pub async fn a_turn_is_known_from_then_on(shop: Shop) {
    assert_eq!(shop.context("c", "m-1", 100).await.known, None);
    let outcomes = shop.keep(vec![Write::Turn(turn("t-1", "c", "m-1", "{\"a\": 1}"))]).await;
    assert_eq!(outcomes, [Outcome::Done]);
    assert_eq!(shop.context("c", "m-1", 100).await.known, Some(answered("t-1", "{\"a\": 1}")));
    let again = shop.commit(vec![Write::Turn(turn("t-2", "c", "m-1", "{}"))]).await;
    assert_eq!(again, Receipt::Duplicate(answered("t-1", "{\"a\": 1}")));
    assert_eq!(shop.context("other", "m-1", 100).await.known, None, "ids are unique within a conversation");

    let shop = shop.reopen().await;
    assert_eq!(shop.context("c", "m-1", 100).await.known, Some(answered("t-1", "{\"a\": 1}")));
    assert_eq!(shop.texts("c").await, ["m-1"]);
}

pub async fn the_same_message_at_once_has_one_answer(shop: Shop) {
    let tries = (0..32).map(|number| {
        let (engine, merchant) = (shop.engine.clone(), shop.merchant.clone());
        let (id, reply) = (format!("t-{number}"), format!("{{\"by\": {number}}}"));
        let writes = vec![Write::Turn(turn(&id, "c", "m", &reply))];
        tokio::spawn(async move {
            match engine.commit(cuecard_engine::Batch::new(merchant, writes)).await.unwrap() {
                Receipt::Kept(_) => (1, answered(&id, &reply)),
                Receipt::Duplicate(known) => (0, known),
                other @ Receipt::Refused(_) => panic!("{other:?}"),
            }
        })
    });
    let mut answers = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        answers.push(attempt.await.unwrap());
    }
    assert_eq!(answers.iter().map(|(won, _)| won).sum::<i32>(), 1);
    assert!(answers.iter().all(|(_, known)| *known == answers[0].1));
    assert_eq!(shop.texts("c").await, ["m"]);
}

pub async fn history_is_the_last_twenty(shop: Shop) {
    let expected: Vec<_> = (5..25).map(|number| format!("m-{number}")).collect();
    // Asked before, so that memory is warm and is kept up to date from then on.
    assert!(shop.texts("c").await.is_empty());
    for number in 0..25 {
        shop.keep(vec![Write::Turn(turn(&format!("t-{number}"), "c", &format!("m-{number}"), "{}"))]).await;
    }
    assert_eq!(shop.texts("c").await, expected);
    let shop = shop.reopen().await;
    assert_eq!(shop.texts("c").await, expected);
}

pub async fn an_agents_message_is_remembered(shop: Shop) {
    let mut record = message("c", "a-1", "I will look into it");
    record.message.role = Role::Agent;
    shop.keep(vec![Write::Message(record.clone())]).await;
    assert_eq!(shop.commit(vec![Write::Message(record.clone())]).await, Receipt::Duplicate(Known::Kept));
    let context = shop.context("c", "a-1", 100).await;
    assert_eq!((context.known, context.history), (Some(Known::Kept), vec![record.message.clone()]));
    let stored = shop.engine.conversation(&shop.merchant, &"c".into(), 10).await.unwrap();
    assert_eq!(stored, [record]);
}

pub async fn a_duplicate_keeps_nothing_of_its_batch(shop: Shop) {
    shop.keep(vec![Write::Turn(turn("t-1", "c", "m", "{}"))]).await;
    let batch = vec![
        keys("u-9", &[("asked", Some(2.0.into()))]),
        Write::Customer(customer("u-9", "de")),
        Write::Live(live("promotion.x", None, None)),
        Write::Event(event("e-1", None)),
        Write::Turn(turn("t-2", "c", "m", "{}")),
    ];
    assert_eq!(shop.commit(batch).await, Receipt::Duplicate(answered("t-1", "{}")));
    for shop in [shop] {
        let context = shop.context("c", "new", 100).await;
        assert_eq!((context.customer.profile, context.customer.keys.len(), context.live.len()), (None, 0, 0));
        assert!(shop.engine.claim(cuecard_engine::Partition::ALL, 10).await.unwrap().is_empty());
    }
}

pub async fn many_at_once_are_all_kept(shop: Shop) {
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (engine, merchant) = (shop.engine.clone(), shop.merchant.clone());
            let record = turn(&format!("t-{number:03}"), &format!("c-{}", number % 10), &format!("m-{number}"), "{}");
            tokio::spawn(async move {
                let batch = cuecard_engine::Batch::new(merchant, vec![Write::Turn(record)]);
                matches!(engine.commit(batch).await, Ok(Receipt::Kept(_)))
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(shop.engine.turns(&shop.merchant, None, 1000).await.unwrap().len(), 200);
    let shop = shop.reopen().await;
    assert_eq!(shop.engine.turns(&shop.merchant, None, 1000).await.unwrap().len(), 200);
}

pub async fn turns_are_found_and_listed(shop: Shop) {
    let one = |number| turn(&format!("t-{number}"), "c", &format!("m-{number}"), "{}");
    let mut records: Vec<_> = (0..5).map(one).collect();
    records[3].trace = Some("{\"spans\": []}".into());
    shop.keep(records.iter().cloned().map(Write::Turn).collect()).await;
    assert_eq!(shop.engine.turn(&shop.merchant, &"t-3".into()).await.unwrap(), Some(records[3].clone()));
    assert_eq!(shop.engine.turn(&shop.merchant, &"t-9".into()).await.unwrap(), None);
    assert_eq!(shop.engine.turns(&shop.merchant, None, 2).await.unwrap(), records[..2]);
    assert_eq!(shop.engine.turns(&shop.merchant, Some(&"t-1".into()), 9).await.unwrap(), records[2..]);
    let backwards = |from: usize, to: usize| records[from..to].iter().rev().cloned().collect::<Vec<_>>();
    assert_eq!(shop.engine.turns_before(&shop.merchant, None, 2).await.unwrap(), backwards(3, 5));
    assert_eq!(shop.engine.turns_before(&shop.merchant, Some(&"t-3".into()), 9).await.unwrap(), backwards(0, 3));
    assert_eq!(shop.engine.turns_before(&"other".into(), None, 9).await.unwrap(), []);
}

pub async fn a_turn_id_is_used_once(shop: Shop) {
    shop.keep(vec![Write::Turn(turn("t-1", "c", "m-1", "{}"))]).await;
    for writes in [vec![], vec![keys("u-9", &[("k", Some(1.0.into()))])]] {
        let writes = writes.into_iter().chain([Write::Turn(turn("t-1", "c", "m-2", "{}"))]).collect();
        assert!(shop.engine.commit(cuecard_engine::Batch::new(shop.merchant.clone(), writes)).await.is_err());
    }
    let context = shop.context("c", "m-2", 100).await;
    assert_eq!((context.known, context.history.len(), context.customer.keys.len()), (None, 1, 0));
    shop.keep(vec![Write::Turn(turn("t-2", "c", "m-2", "{}"))]).await;
}

pub async fn suggestions_are_found_by_their_id(shop: Shop) {
    let id = suggestion_id(&"t.1".into(), 2);
    let reply = reply(suggestion(id.clone()));
    let record = turn("t.1", "c", "m", &serde_json::to_string(&reply).unwrap());
    shop.keep(vec![Write::Turn(record.clone())]).await;
    let found = shop.engine.suggestion(&shop.merchant, &id).await.unwrap();
    assert_eq!(found, Some((record, reply.suggestions[0].clone())));
    for absent in ["t.1", "t.1.3", "t.2.2", "nothing", ""] {
        assert_eq!(shop.engine.suggestion(&shop.merchant, &absent.into()).await.unwrap(), None, "{absent}");
    }
}

fn suggestion(id: cuecard_model::SuggestionId) -> Suggestion {
    Suggestion {
        id,
        plugin: late_parcel(),
        hash: "".into(),
        scenario: "delivery_delay".into(),
        message: Some("late".into()),
        title: "Parcel is late".into(),
        text: "On its way".into(),
        steps: vec![],
        actions: vec![],
        reason: "late".into(),
        confidence: 0.9,
        locale: "en".into(),
        machine_translated: false,
        text_for_agent: None,
        text_for_agent_machine_translated: false,
        missing: vec![],
        trace: vec![],
    }
}

fn reply(suggestion: Suggestion) -> Reply {
    Reply {
        turn_id: "t.1".into(),
        generation: 17,
        signals: Signals {
            language: DetectedLanguage { tag: "en".into(), confidence: 1.0 },
            scenario: DetectedScenario { id: "delivery_delay".into(), confidence: 0.9, alternatives: vec![] },
            emotion: Emotion::new(EmotionLabel::Neutral, 0.0, Trend::Steady),
            stage: Stage::InTransit,
        },
        message_for_agent: None,
        suggestions: vec![suggestion],
        held_out: false,
        experiments: vec![],
        learned: vec![],
        trace: vec![],
        failures: vec![],
        timing_us: TimingUs::default(),
    }
}

pub async fn long_conversations_know_old_messages(shop: Shop) {
    let record = |number: i32| Write::Turn(turn(&format!("t-{number}"), "c", &format!("m-{number}"), "{}"));
    assert_eq!(shop.context("c", "m-0", 100).await.known, None);
    shop.keep((0..600).map(record).collect()).await;
    assert_eq!(shop.context("c", "m-0", 100).await.known, Some(answered("t-0", "{}")));
    assert_eq!(shop.context("c", "m-600", 100).await.known, None);
    let shop = shop.reopen().await;
    assert_eq!(shop.context("c", "m-0", 100).await.known, Some(answered("t-0", "{}")));
    assert_eq!(shop.context("c", "m-600", 100).await.known, None);
}

/// Writers and readers at once, in few conversations: what memory says is what a restart reads.
pub async fn memory_and_storage_agree(shop: Shop) {
    let tasks: Vec<_> = (0..8)
        .map(|worker| {
            let (engine, merchant) = (shop.engine.clone(), shop.merchant.clone());
            tokio::spawn(async move {
                for number in 0..40 {
                    let (id, conversation) = (format!("m-{worker}-{number}"), format!("c-{}", number % 3));
                    let writes = vec![
                        Write::Turn(turn(&format!("t-{id}"), &conversation, &id, "{}")),
                        keys("u-9", &[(&format!("k-{}", number % 5), (number % 4 != 0).then(|| id.clone().into()))]),
                        Write::Event(event(&format!("e-{worker}-{}", number / 2), Some("u-9"))),
                    ];
                    engine.commit(cuecard_engine::Batch::new(merchant.clone(), writes)).await.unwrap();
                    let (place, customer) = (conversation.into(), "u-9".into());
                    let seen = engine.context(&merchant, &place, &"next".into(), &customer, at(100)).await.unwrap();
                    assert!(seen.history.iter().any(|message| message.text == id) || seen.history.len() == 20);
                    let known = engine.context(&merchant, &place, &(&*id).into(), &customer, at(100)).await.unwrap();
                    assert!(known.known.is_some(), "an acknowledged message is known");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut before = Vec::new();
    for conversation in ["c-0", "c-1", "c-2"] {
        before.push(shop.context(conversation, "next", 100).await);
    }
    let shop = shop.reopen().await;
    for (conversation, before) in ["c-0", "c-1", "c-2"].into_iter().zip(before) {
        assert_eq!(shop.context(conversation, "next", 100).await, before);
    }
}

pub async fn kept_turns_have_what_was_known_around_them(shop: Shop) {
    for (number, (thread, customer)) in [("c", "u-9"), ("d", "u-8"), ("c", "u-9")].into_iter().enumerate() {
        let mut record = turn(&format!("t-{number}"), thread, &format!("m-{number}"), "{}");
        record.message.customer = customer.into();
        record.input = Some(format!("{{\"number\": {number}}}").into());
        shop.keep(vec![Write::Turn(record)]).await;
    }
    let ids = |turns: &[cuecard_engine::KeptTurn]| turns.iter().map(|it| it.turn.id.to_string()).collect::<Vec<_>>();
    let all = shop.engine.kept_turns(&shop.merchant, &[], 10).await.unwrap();
    assert_eq!(ids(&all), ["t-2", "t-1", "t-0"]);
    assert_eq!(all[0].turn.input.as_deref(), Some("{\"number\": 2}"));
    assert_eq!(all[0].history.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["m-0"]);
    assert_eq!((all[0].contacts.len(), all[2].contacts.len(), all[2].history.len()), (1, 0, 0));
    assert_eq!(ids(&shop.engine.kept_turns(&shop.merchant, &[], 2).await.unwrap()), ["t-2", "t-1"]);
    assert_eq!(ids(&shop.engine.kept_turns(&shop.merchant, &["d".into()], 10).await.unwrap()), ["t-1"]);
    assert!(shop.engine.kept_turns(&"other".into(), &[], 10).await.unwrap().is_empty());
}
