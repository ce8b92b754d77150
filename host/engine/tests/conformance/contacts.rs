//! Outreach and feedback: proposed once, decided once, counted once.

use cuecard_engine::{
    Batch, Feedback, FeedbackAction, Outcome, OutreachFilter, OutreachId, OutreachRecord, OutreachState, Receipt,
    Refusal, Write,
};
use cuecard_model::{Outreach, Purpose};

use crate::support::*;

fn proposal(id: &str, customer: &str, occurrence: &str, created: i64) -> OutreachRecord {
    let outreach = Outreach {
        occurrence: occurrence.into(),
        purpose: Purpose::Service,
        scenario: Some("delivery_delay".into()),
        message: Some("late".into()),
        arguments: fields(&[("days", 2.0.into())]),
        text: None,
        channel: None,
        template: None,
        reason: "late".into(),
        reason_at: None,
        valid_until: None,
    };
    OutreachRecord {
        id: OutreachId::new(id),
        plugin: late_parcel(),
        customer: customer.into(),
        outreach,
        rendered: Some("{\"text\":\"sorry\"}".into()),
        state: OutreachState::Proposed,
        reason: String::new(),
        created_at: at(created),
        updated_at: at(created),
        by: None,
    }
}

fn advance(id: &str, from: OutreachState, to: OutreachState, by: &str) -> Write {
    let (id, by) = (OutreachId::new(id), Some(by.to_owned()));
    Write::OutreachState { id, from, to, reason: "agent".into(), at: at(500), by }
}

async fn all(shop: &Shop) -> Vec<OutreachRecord> {
    shop.engine.outreach(&shop.merchant, &OutreachFilter::default(), 100).await.unwrap()
}

pub async fn an_occurrence_is_proposed_once(shop: Shop) {
    let first = proposal("o-1", "u-1", "parcel-1", 10);
    let outcomes = shop
        .keep(vec![
            Write::Outreach(first.clone()),
            Write::Outreach(proposal("o-2", "u-1", "parcel-1", 11)),
            Write::Outreach(proposal("o-3", "u-2", "parcel-1", 12)),
        ])
        .await;
    assert_eq!(outcomes, [Outcome::Done, Outcome::Known, Outcome::Done]);
    let shop = shop.reopen().await;
    let listed = all(&shop).await;
    assert_eq!((listed.len(), &listed[1]), (2, &first), "newest first");
}

pub async fn states_move_by_compare_and_set(shop: Shop) {
    use OutreachState::{Approved, Cancelled, Proposed, Sending, Sent};
    shop.keep(vec![Write::Outreach(proposal("o-1", "u-1", "parcel-1", 10))]).await;
    shop.keep(vec![advance("o-1", Proposed, Approved, "mei")]).await;
    let refused = |found| Receipt::Refused(Refusal::OutreachState { id: OutreachId::new("o-1"), found: Some(found) });
    let late = shop.commit(vec![Write::Event(event("e", None)), advance("o-1", Proposed, Cancelled, "tom")]).await;
    assert_eq!(late, refused(Approved));
    assert!(shop.engine.claim(cuecard_engine::Partition::ALL, 1).await.unwrap().is_empty(), "nothing else is kept");
    shop.keep(vec![advance("o-1", Approved, Sending, "host"), advance("o-1", Sending, Sent, "host")]).await;
    let shop = shop.reopen().await;
    let record = &all(&shop).await[0];
    assert_eq!((record.state, record.by.as_deref(), record.updated_at), (Sent, Some("host"), at(500)));
    let unknown = shop.commit(vec![advance("o-9", Proposed, Approved, "mei")]).await;
    let id = OutreachId::new("o-9");
    assert_eq!(unknown, Receipt::Refused(Refusal::OutreachState { id, found: None }));
}

pub async fn of_many_decisions_one_wins(shop: Shop) {
    shop.keep(vec![Write::Outreach(proposal("o-1", "u-1", "parcel-1", 10))]).await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let to = if number % 2 == 0 { OutreachState::Approved } else { OutreachState::Cancelled };
            let writes = vec![advance("o-1", OutreachState::Proposed, to, "someone")];
            let (engine, merchant) = (shop.engine.clone(), shop.merchant.clone());
            tokio::spawn(async move { (to, engine.commit(Batch::new(merchant, writes)).await.unwrap()) })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        if let (to, Receipt::Kept(_)) = task.await.unwrap() {
            winners.push(to);
        }
    }
    assert_eq!(winners, [all(&shop).await[0].state]);
}

pub async fn lists_are_filtered(shop: Shop) {
    shop.keep(
        (0..6)
            .map(|n| Write::Outreach(proposal(&format!("o-{n}"), &format!("u-{}", n % 2), &format!("p-{n}"), n)))
            .collect(),
    )
    .await;
    shop.keep(vec![advance("o-2", OutreachState::Proposed, OutreachState::Cancelled, "mei")]).await;
    let state = Some(OutreachState::Proposed);
    let customer = Some("u-0".into());
    let cases = [
        (OutreachFilter { state, ..Default::default() }, vec!["o-5", "o-4", "o-3", "o-1", "o-0"]),
        (OutreachFilter { customer: customer.clone(), ..Default::default() }, vec!["o-4", "o-2", "o-0"]),
        (OutreachFilter { state, customer, since: Some(at(1)) }, vec!["o-4"]),
        (OutreachFilter { since: Some(at(4)), ..Default::default() }, vec!["o-5", "o-4"]),
    ];
    for (filter, expected) in cases {
        let found = shop.engine.outreach(&shop.merchant, &filter, 100).await.unwrap();
        assert_eq!(found.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

pub async fn feedback_is_kept_once_per_action(shop: Shop) {
    let feedback = |action, seconds, text: Option<&str>| Feedback {
        final_text: text.map(str::to_owned),
        agent: Some("a-1".into()),
        edit_share: text.map(|_| 0.25),
        reason: Some("why".into()),
        message: Some("m-1".into()),
        took_ms: Some(1500),
        ..Feedback::new("t-1.1".into(), late_parcel(), action, at(seconds))
    };
    let shown = feedback(FeedbackAction::Shown, 10, None);
    let edited = feedback(FeedbackAction::Edited, 20, Some("better"));
    let outcomes = shop
        .keep(vec![
            Write::Feedback(shown.clone()),
            Write::Feedback(feedback(FeedbackAction::Shown, 30, None)),
            Write::Feedback(feedback(FeedbackAction::Edited, 15, Some("good"))),
            Write::Feedback(edited.clone()),
        ])
        .await;
    assert_eq!(outcomes, [Outcome::Done, Outcome::Known, Outcome::Done, Outcome::Done]);
    let shop = shop.reopen().await;
    assert_eq!(shop.engine.feedback(&shop.merchant, at(0), 10).await.unwrap(), [shown.clone(), edited.clone()]);
    assert_eq!(shop.engine.feedback(&shop.merchant, at(11), 10).await.unwrap(), std::slice::from_ref(&edited));
    let on = ["t-2.1".into(), "t-1.1".into()];
    assert_eq!(shop.engine.feedback_on(&shop.merchant, &on).await.unwrap(), [shown, edited]);
}
