//! What insights count where no host is needed to bring it about: holdouts, groups of outreach, merges and sweeps.

use cuecard_engine::{InsightQuery, Outcome, OutreachId, OutreachRecord, OutreachState, Room, TurnRecord, Write};
use cuecard_model::{Outreach, Purpose, Timestamp};

use crate::support::{Shop, at, event, late_parcel, message};

const DAY: i64 = 24 * 3600;

/// A turn of a customer, `scenario` and whether suggestions were held out in its reply.
fn asked(id: &str, customer: &str, scenario: &str, seconds: i64, held_out: bool) -> Write {
    let mut record = message(id, id, "hi");
    record.customer = customer.into();
    record.message.at = at(seconds);
    let held_out = if held_out { r#","held_out":true"# } else { "" };
    let reply = format!(
        r#"{{"signals":{{"scenario":{{"id":"{scenario}"}},"emotion":{{"label":"neutral"}}}},"suggestions":[]{held_out}}}"#
    );
    Write::Turn(TurnRecord {
        id: format!("t-{id}").into(),
        message: record,
        generation: 1,
        reply: reply.into(),
        trace: None,
        input: None,
    })
}

fn contact(id: &str, customer: &str, state: OutreachState, reason: &str, seconds: i64) -> Write {
    let outreach = Outreach {
        occurrence: id.to_owned(),
        purpose: Purpose::Service,
        scenario: Some("delivery_delay".into()),
        message: None,
        arguments: Default::default(),
        text: None,
        channel: None,
        template: None,
        reason: String::new(),
        reason_at: None,
        valid_until: None,
    };
    let record = OutreachRecord::new(
        OutreachId::new(id),
        late_parcel(),
        customer.into(),
        outreach,
        event(id, None),
        at(seconds),
    );
    Write::Outreach(OutreachRecord { state, reason: reason.to_owned(), ..record })
}

fn window(days: i64) -> InsightQuery {
    InsightQuery {
        from: Timestamp::from_seconds(0),
        to: at(days * DAY),
        now: at(days * DAY),
        lately: at((days - 7) * DAY),
        scenario: None,
        plugin: None,
        agent: None,
        texts: 10,
    }
}

pub async fn held_out_turns_are_counted_apart(shop: Shop) {
    shop.keep(vec![asked("a", "u-1", "order_status", 10, true), asked("b", "u-2", "order_status", 20, false)]).await;
    // A reply of which nothing can be counted is kept all the same.
    let mut odd = asked("c", "u-3", "x", 30, false);
    if let Write::Turn(turn) = &mut odd {
        turn.reply = "{}".into();
    }
    assert_eq!(shop.keep(vec![odd]).await, [Outcome::Done]);
    let found = shop.engine.insights(&shop.merchant, &window(30)).await.unwrap();
    let turns = (found.total.turns, found.held_out.turns, found.with_suggestions.turns);
    assert_eq!((turns, found.held_out.cases.all, found.with_suggestions.cases.all), ((2, 1, 1), 1, 1));
    // Nothing was offered on purpose: that is no gap.
    assert_eq!((found.held_out.uncovered, found.with_suggestions.uncovered), (0, 1));
    assert_eq!(found.unheard.iter().map(|it| it.turn.as_str()).collect::<Vec<_>>(), ["t-b"]);
    let other = shop.engine.insights(&"other".into(), &window(30)).await.unwrap();
    assert_eq!(other.total.turns, 0);
}

pub async fn who_was_told_writes_less(shop: Shop) {
    let mut writes = Vec::new();
    for number in 0..4 {
        let (told, untold) = (format!("told-{number}"), format!("untold-{number}"));
        writes.push(contact(&told, &told, OutreachState::Sent, "", 100));
        writes.push(contact(&untold, &untold, OutreachState::Dropped, "holdout", 100));
    }
    // Dropped for another reason is no group; the same customer contacted twice is one.
    writes.push(contact("quiet", "quiet", OutreachState::Dropped, "quiet_hours", 100));
    writes.push(contact("told-0-again", "told-0", OutreachState::Sent, "", 200));
    writes.push(asked("1", "told-0", "delivery_delay", 300, false));
    // Before it, about something else, or much later: no contact because of it.
    writes.push(asked("2", "told-1", "delivery_delay", 50, false));
    writes.push(asked("3", "told-2", "size_advice", 300, false));
    writes.push(asked("4", "told-3", "delivery_delay", 15 * DAY + 200, false));
    for number in 0..3 {
        writes.push(asked(&format!("u{number}"), &format!("untold-{number}"), "delivery_delay", 400, false));
    }
    shop.keep(writes).await;
    let found = shop.engine.insights(&shop.merchant, &window(30)).await.unwrap();
    let (told, untold) = found.prevented["delivery_delay"];
    assert_eq!((told.customers, told.wrote, told.contacts), (4, 1, 1));
    assert_eq!((untold.customers, untold.wrote, untold.contacts), (4, 3, 3));
}

pub async fn a_swept_message_takes_its_figures_with_it(shop: Shop) {
    shop.keep(vec![asked("a", "u-1", "order_status", 10, false), asked("b", "u-2", "order_status", 20, false)]).await;
    let aged = shop.engine.aged(Room::Messages, 0, 10).await.unwrap();
    shop.keep(vec![Write::Sweep { room: Room::Messages, rows: vec![aged[0].row] }]).await;
    let found = shop.engine.insights(&shop.merchant, &window(30)).await.unwrap();
    assert_eq!((found.total.turns, found.total.cases.all), (1, 1));
    let kept = shop.engine.export(&shop.merchant, &"u-1".into()).await.unwrap();
    assert_eq!(kept["kept"], serde_json::json!({}));
    let kept = shop.engine.export(&shop.merchant, &"u-2".into()).await.unwrap();
    assert_eq!(
        (kept["kept"]["turn_facts"][0]["turn"].as_str(), kept["kept"]["cases"][0]["scenario"].as_str()),
        (Some("t-b"), Some("order_status"))
    );
}
