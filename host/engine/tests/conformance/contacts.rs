//! Outreach and feedback: proposed once, decided once, counted once.

use cuecard_engine::{
    Batch, Feedback, FeedbackAction, MessageRecord, NextDue, Outcome, OutreachFilter, OutreachId, OutreachRecord,
    OutreachState, Partition, Receipt, Refusal, Write,
};
use cuecard_model::{
    ConsentAnswer, ConsentPurpose, ConsentRecord, Outreach, Purpose, Role, Suppression, SuppressionCause, Timer,
};

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
    let event = event("e-1", Some(customer));
    OutreachRecord {
        channel: Some("email".into()),
        rendered: Some(serde_json::json!({"text": "sorry"})),
        decided: Some(serde_json::json!({"answer": "send"})),
        ..OutreachRecord::new(OutreachId::new(id), late_parcel(), customer.into(), outreach, event, at(created))
    }
}

/// The record with a change that follows it.
fn changed(record: &OutreachRecord, to: OutreachState, by: &str) -> OutreachRecord {
    OutreachRecord { by: Some(by.to_owned()), ..record.next(to, "by_agent", at(500)) }
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

pub async fn changes_follow_each_other(shop: Shop) {
    use OutreachState::{Approved, Cancelled, Sent};
    let first = proposal("o-1", "u-1", "parcel-1", 10);
    shop.keep(vec![Write::Outreach(first.clone())]).await;
    let approved = changed(&first, Approved, "mei");
    shop.keep(vec![Write::OutreachChange(approved.clone())]).await;
    let refused = |id: &str, found| Receipt::Refused(Refusal::OutreachChanged { id: OutreachId::new(id), found });
    let late = changed(&first, Cancelled, "tom");
    let late = shop.commit(vec![Write::Event(event("e", None)), Write::OutreachChange(late)]).await;
    assert_eq!(late, refused("o-1", Some(Approved)));
    assert!(shop.engine.claim(Partition::ALL, 1).await.unwrap().is_empty(), "nothing else is kept");
    let sent = OutreachRecord { reference: Some("carrier-7".into()), ..changed(&approved, Sent, "host") };
    shop.keep(vec![Write::OutreachChange(sent.clone())]).await;
    let unknown = Write::OutreachChange(changed(&proposal("o-9", "u-1", "parcel-9", 1), Approved, "mei"));
    assert_eq!(shop.commit(vec![unknown]).await, refused("o-9", None));
    let shop = shop.reopen().await;
    let found = shop.engine.contact(&shop.merchant, &OutreachId::new("o-1")).await.unwrap();
    assert_eq!(found.as_ref(), Some(&sent));
    assert_eq!(shop.engine.contact_by_reference(&shop.merchant, "carrier-7").await.unwrap(), Some(sent));
    let other = "other".into();
    assert_eq!(shop.engine.contact(&other, &OutreachId::new("o-1")).await.unwrap(), None);
    assert_eq!(shop.engine.contact_by_reference(&other, "carrier-7").await.unwrap(), None);
}

pub async fn of_many_decisions_one_wins(shop: Shop) {
    let first = proposal("o-1", "u-1", "parcel-1", 10);
    shop.keep(vec![Write::Outreach(first.clone())]).await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let to = if number % 2 == 0 { OutreachState::Approved } else { OutreachState::Cancelled };
            let writes = vec![Write::OutreachChange(changed(&first, to, "someone"))];
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

pub async fn what_is_due_is_found_in_its_partition(shop: Shop) {
    let due = |id: &str, customer: &str, seconds: Option<i64>| {
        let due_at = seconds.map(at);
        Write::Outreach(OutreachRecord { due_at, ..proposal(id, customer, id, 1) })
    };
    let timer = Timer { key: "k".into(), at: at(40), event: "look".into(), fields: fields(&[]) };
    shop.keep(vec![
        due("o-1", "u-1", Some(30)),
        due("o-2", "u-2", Some(10)),
        due("o-3", "u-3", None),
        due("o-4", "u-4", Some(99)),
        Write::Timer { plugin: "late-parcel".into(), customer: "u-1".into(), timer },
    ])
    .await;
    let shop = shop.reopen().await;
    let ids = |due: Vec<cuecard_engine::DueOutreach>| {
        due.into_iter().map(|due| (due.merchant.to_string(), due.record.id.to_string())).collect::<Vec<_>>()
    };
    let found = shop.engine.outreach_due(Partition::ALL, at(30), 10).await.unwrap();
    assert_eq!(ids(found), [("acme".to_owned(), "o-2".to_owned()), ("acme".to_owned(), "o-1".to_owned())]);
    assert_eq!(shop.engine.outreach_due(Partition::ALL, at(9), 10).await.unwrap(), []);
    let next = shop.engine.next_due(Partition::ALL).await.unwrap();
    assert_eq!(next, NextDue { timer: Some(at(40)), outreach: Some(at(10)) });
    let mut parts = Vec::new();
    for index in 0..4 {
        parts.extend(ids(shop.engine.outreach_due(Partition { index, of: 4 }, at(99), 10).await.unwrap()));
    }
    parts.sort();
    assert_eq!(parts.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["o-1", "o-2", "o-4"]);
    let record = shop.engine.contact(&shop.merchant, &OutreachId::new("o-2")).await.unwrap().unwrap();
    shop.keep(vec![Write::OutreachChange(OutreachRecord {
        due_at: None,
        ..changed(&record, OutreachState::Sent, "host")
    })])
    .await;
    assert_eq!(shop.engine.next_due(Partition::ALL).await.unwrap().outreach, Some(at(30)));
}

pub async fn the_gate_finds_what_it_must_know(shop: Shop) {
    let consent = |customer: &str, answer| ConsentRecord {
        customer: customer.into(),
        purpose: ConsentPurpose::Marketing,
        channel: Some("email".into()),
        answer,
        wording: "checkout-1".into(),
        at: at(1),
        source: "checkout".into(),
    };
    let granted = consent("u-1", ConsentAnswer::Granted);
    let withdrawn = consent("u-1", ConsentAnswer::Withdrawn);
    let bounced = Suppression { channel: Some("sms".into()), cause: SuppressionCause::Bounced, at: at(5) };
    let erased = Suppression { channel: None, cause: SuppressionCause::Erased, at: at(6) };
    let suppress = |subject: &str, suppression: &Suppression| Write::Suppression {
        subject: subject.into(),
        suppression: suppression.clone(),
    };
    let said = |conversation: &str, id: &str, role, seconds| {
        let mut record = MessageRecord { customer: "u-1".into(), ..message(conversation, id, "hi") };
        (record.message.role, record.message.at) = (role, at(seconds));
        Write::Message(record)
    };
    let sent = OutreachRecord {
        state: OutreachState::Sent,
        attempted_at: Some(at(12)),
        ..proposal("o-1", "u-1", "parcel-1", 10)
    };
    let dropped = OutreachRecord { state: OutreachState::Dropped, ..proposal("o-2", "u-1", "parcel-2", 11) };
    let outcomes = shop
        .keep(vec![
            Write::Consent(granted.clone()),
            Write::Consent(withdrawn.clone()),
            Write::Consent(granted.clone()),
            Write::Consent(consent("u-2", ConsentAnswer::Granted)),
            suppress("u-1", &bounced),
            suppress("u-1", &Suppression { at: at(9), ..bounced.clone() }),
            suppress("hash-of-an-address", &erased),
            Write::Outreach(sent),
            Write::Outreach(dropped),
            said("c-1", "m-1", Role::Customer, 20),
            said("c-2", "m-1", Role::Customer, 30),
            said("c-2", "m-2", Role::Agent, 31),
            said("c-1", "m-2", Role::Agent, 40),
        ])
        .await;
    assert_eq!((outcomes[2], outcomes[5]), (Outcome::Known, Outcome::Known));
    let shop = shop.reopen().await;
    let facts = shop.engine.contact_facts(&shop.merchant, &"u-1".into(), &[]).await.unwrap();
    assert_eq!(facts.consents, [granted, withdrawn]);
    assert_eq!(facts.suppressions, std::slice::from_ref(&bounced));
    assert_eq!(facts.last_message_at, Some(at(31)), "of the latest conversation");
    let contacts: Vec<_> =
        facts.contacts.iter().map(|it| (&*it.id, it.stands, it.attempted_at, it.channel.as_deref())).collect();
    assert_eq!(contacts, [("o-2", false, None, Some("email")), ("o-1", true, Some(at(12)), Some("email"))]);
    let known = shop.engine.contact_facts(&shop.merchant, &"u-1".into(), &["hash-of-an-address".into()]).await.unwrap();
    assert_eq!(known.suppressions, [bounced, erased]);
    let other = shop.engine.contact_facts(&"other".into(), &"u-1".into(), &[]).await.unwrap();
    assert_eq!(other, cuecard_model::ContactFacts::default());
}

pub async fn lists_are_filtered(shop: Shop) {
    shop.keep(
        (0..6)
            .map(|n| Write::Outreach(proposal(&format!("o-{n}"), &format!("u-{}", n % 2), &format!("p-{n}"), n)))
            .collect(),
    )
    .await;
    let second = shop.engine.contact(&shop.merchant, &OutreachId::new("o-2")).await.unwrap().unwrap();
    shop.keep(vec![Write::OutreachChange(changed(&second, OutreachState::Cancelled, "mei"))]).await;
    let state = Some(OutreachState::Proposed);
    let customer = Some("u-0".into());
    let cases = [
        (OutreachFilter { state, ..Default::default() }, vec!["o-5", "o-4", "o-3", "o-1", "o-0"]),
        (OutreachFilter { customer: customer.clone(), ..Default::default() }, vec!["o-4", "o-2", "o-0"]),
        (OutreachFilter { state, customer, since: Some(at(1)), ..Default::default() }, vec!["o-4"]),
        (OutreachFilter { reason: Some("by_agent".into()), ..Default::default() }, vec!["o-2"]),
        (OutreachFilter { scenario: Some("thanks".into()), ..Default::default() }, vec![]),
        (
            OutreachFilter { state, scenario: Some("delivery_delay".into()), since: Some(at(4)), ..Default::default() },
            vec!["o-5", "o-4"],
        ),
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
