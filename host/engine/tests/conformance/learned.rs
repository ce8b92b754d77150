//! What feedback teaches, and what experiments count: once, in the commit that says so, and gone with the customer.

use cuecard_engine::{Feedback, FeedbackAction, Outcome, Trial, TrialAnswer, Write, suggestion_id};
use cuecard_model::{Acceptance, Arm, TurnId};

use crate::support::*;

fn arms() -> Vec<Arm> {
    let arm = |plugin: &str| Arm { scenario: "delay".into(), plugin: plugin.into(), message: "late".into() };
    vec![arm("one"), arm("two")]
}

fn did(turn: &str, number: usize, action: FeedbackAction, seconds: i64) -> Write {
    let id = suggestion_id(&turn.into(), number);
    Write::Feedback(Feedback::new(id, late_parcel(), action, at(seconds)))
}

fn learn(turn: &str) -> Write {
    Write::Learn { turn: turn.into(), arms: arms() }
}

/// Both cards were on the screen, and the second was sent.
fn second_sent(turn: &str) -> Vec<Write> {
    use FeedbackAction::{Ignored, Sent, Shown};
    let told = [(1, Shown), (2, Shown), (1, Ignored), (2, Sent)];
    told.into_iter().map(|(number, action)| did(turn, number, action, 100)).chain([learn(turn)]).collect()
}

/// What a turn would be handed, by plugin: how often seen, and accepted.
async fn known(shop: &Shop, now: i64) -> Vec<(String, f64, f64)> {
    let learned = shop.context("any", "next", now).await.learned;
    let one = |it: Acceptance| (it.plugin.to_string(), it.seen, it.accepted);
    learned.of(&"delay".into(), at(now)).into_iter().map(one).collect()
}

fn counts(one: (f64, f64), two: (f64, f64)) -> Vec<(String, f64, f64)> {
    vec![("one".into(), one.0, one.1), ("two".into(), two.0, two.1)]
}

pub async fn acceptance_is_learned_in_the_commit_that_says_so(shop: Shop) {
    assert_eq!(known(&shop, 100).await, []);
    shop.keep(second_sent("t-1")).await;
    assert_eq!(known(&shop, 100).await, counts((1.0, 0.0), (1.0, 1.0)));
    // The same again teaches nothing.
    assert_eq!(shop.keep(vec![learn("t-1")]).await, [Outcome::Known]);
    shop.keep(second_sent("t-2")).await;
    assert_eq!(known(&shop, 100).await, counts((2.0, 0.0), (2.0, 2.0)));
    assert_eq!(known(&shop, 100 + 30 * 86_400).await, counts((1.0, 0.0), (1.0, 1.0)), "half is left after a half-life");
    let shop = shop.reopen().await;
    assert_eq!(known(&shop, 100).await, counts((2.0, 0.0), (2.0, 2.0)));
    let other = shop.engine.learned(&"other".into()).await.unwrap();
    assert_eq!(other.arms().count(), 0, "nothing crosses merchants");
}

pub async fn a_later_word_replaces_the_earlier(shop: Shop) {
    use FeedbackAction::{Dismissed, Ignored, Inserted, Shown};
    assert_eq!(known(&shop, 100).await, []);
    shop.keep(vec![did("t", 1, Shown, 1), did("t", 1, Inserted, 2), learn("t")]).await;
    assert_eq!(known(&shop, 2).await, [("one".to_owned(), 1.0, 1.0)]);
    // It was deleted, and something else was sent.
    shop.keep(vec![did("t", 1, Ignored, 3), learn("t")]).await;
    assert_eq!(known(&shop, 3).await, [("one".to_owned(), 1.0, 0.0)]);
    // What nobody saw teaches nothing, whatever was done with it.
    shop.keep(vec![did("t", 2, Dismissed, 4), learn("t")]).await;
    assert_eq!(known(&shop, 4).await, [("one".to_owned(), 1.0, 0.0)]);
    shop.keep(vec![did("t", 2, Shown, 5), learn("t")]).await;
    assert_eq!(known(&shop, 5).await, counts((1.0, 0.0), (1.0, 0.0)));
}

pub async fn an_erased_customer_has_taught_nothing(shop: Shop) {
    shop.keep(vec![Write::Turn(turn("t-1", "c", "m-1", "{}"))]).await;
    shop.keep(second_sent("t-1")).await;
    let mut other = turn("t-2", "d", "m-2", "{}");
    other.message.customer = "u-10".into();
    shop.keep(vec![Write::Turn(other)]).await;
    shop.keep(second_sent("t-2")).await;
    shop.keep(vec![Write::Trial(trial("c", "t-1", None))]).await;
    assert_eq!(known(&shop, 100).await, counts((2.0, 0.0), (2.0, 2.0)));
    assert_eq!(shop.keep(vec![Write::Erase("u-9".into())]).await, [Outcome::Done]);
    assert_eq!(known(&shop, 100).await, counts((1.0, 0.0), (1.0, 1.0)));
    assert_eq!(shop.engine.trials(&shop.merchant, "late").await.unwrap(), []);
    let kept = shop.engine.export(&shop.merchant, &"u-9".into()).await.unwrap();
    assert_eq!(kept["kept"], serde_json::json!({}));
    let shop = shop.reopen().await;
    assert_eq!(known(&shop, 100).await, counts((1.0, 0.0), (1.0, 1.0)));
}

pub async fn what_old_messages_taught_outlives_them(shop: Shop) {
    shop.keep(vec![Write::Turn(turn("t-1", "c", "m-1", "{}"))]).await;
    shop.keep(second_sent("t-1")).await;
    shop.keep(vec![Write::Trial(trial("c", "t-1", None))]).await;
    let aged = shop.engine.aged(cuecard_engine::Room::Messages, 0, 10).await.unwrap();
    let rows = aged.into_iter().map(|aged| aged.row).collect();
    shop.keep(vec![Write::Sweep { room: cuecard_engine::Room::Messages, rows }]).await;
    assert_eq!(known(&shop, 100).await, counts((1.0, 0.0), (1.0, 1.0)));
    // No lesson is left that could be replaced: the turn would be learned anew, had its feedback not gone too.
    assert_eq!(shop.keep(vec![learn("t-1")]).await, [Outcome::Known]);
    assert_eq!(shop.engine.trials(&shop.merchant, "late").await.unwrap(), []);
}

fn trial(conversation: &str, turn: &str, answer: Option<TrialAnswer>) -> Trial {
    Trial {
        experiment: "late".into(),
        arm: "with".into(),
        conversation: conversation.into(),
        customer: "u-9".into(),
        turn: TurnId::from(turn),
        at: at(100),
        answer,
    }
}

pub async fn a_conversation_counts_once_by_its_first_answer(shop: Shop) {
    let answer = |accepted, took_ms| {
        let edit_share = (accepted > 0.0).then_some(0.1);
        Some(TrialAnswer { at: at(200), accepted, edit_share, took_ms })
    };
    let hour = 3_600_000;
    for (conversation, turn, answer, expected) in [
        ("c", "t-1", None, Outcome::Done),
        // The second turn is not the one that counts, nor is its answer.
        ("c", "t-2", None, Outcome::Known),
        ("c", "t-2", answer(0.0, hour), Outcome::Known),
        ("c", "t-1", answer(1.0, hour / 2), Outcome::Done),
        ("c", "t-1", answer(0.0, hour), Outcome::Known),
        ("d", "t-3", answer(0.0, 5 * hour), Outcome::Done),
        ("e", "t-4", None, Outcome::Done),
    ] {
        assert_eq!(shop.keep(vec![Write::Trial(trial(conversation, turn, answer))]).await, [expected], "{turn}");
    }
    let found = shop.engine.trials(&shop.merchant, "late").await.unwrap();
    let [arm] = &found[..] else { panic!("{found:?}") };
    assert_eq!((&*arm.arm, arm.conversations), ("with", 3));
    assert_eq!((arm.accepted.count, arm.accepted.sum, arm.accepted.squares), (2, 1.0, 1.0));
    assert_eq!((arm.edit_share.count, arm.edit_share.sum), (1, 0.1));
    // Half an hour, and five hours that count as one.
    assert_eq!((arm.hours.count, arm.hours.sum, arm.hours.squares), (2, 1.5, 1.25));
    assert_eq!(shop.engine.trials(&"other".into(), "late").await.unwrap(), []);
}
