//! Errands: once, in line, changed by compare-and-set, gone with their customer; and messages that say something else.

use cuecard_engine::{Batch, Errand, Outcome, Partition, Receipt, Refusal, Write};
use cuecard_model::Timestamp;
use serde_json::json;

use crate::support::*;

fn errand(id: &str, conversation: &str, due: i64) -> Errand {
    Errand {
        id: id.into(),
        revision: 0,
        customer: "u-9".into(),
        conversation: conversation.into(),
        in_line: true,
        due_at: Some(at(due)),
        created_at: at(due),
        updated_at: at(due),
        body: json!({"text": id}),
    }
}

async fn due(shop: &Shop, now: Timestamp) -> Vec<String> {
    let due = shop.engine.errands_due(Partition::ALL, now, 100).await.unwrap();
    due.into_iter().map(|due| due.errand.id.to_string()).collect()
}

pub async fn an_errand_counts_once_and_waits_in_line(shop: Shop) {
    let first = [errand("e-1", "c", 10), errand("e-2", "c", 10), errand("e-3", "d", 20), errand("e-1", "x", 1)];
    let kept = shop.engine.commit(Batch::new(shop.merchant.clone(), first.map(Write::Errand).into())).await.unwrap();
    assert_eq!(kept, Receipt::Kept(vec![Outcome::Done, Outcome::Done, Outcome::Done, Outcome::Known]));
    let shop = shop.reopen().await;
    assert_eq!(due(&shop, at(9)).await, [""; 0]);
    assert_eq!(due(&shop, at(20)).await, ["e-1", "e-3"], "the second of the conversation waits");
    assert_eq!(shop.engine.next_errand(Partition::ALL).await.unwrap(), Some(at(10)));

    // Tried later: the second still waits. Out of the line: it does not.
    let first = shop.engine.errand(&shop.merchant, "e-1").await.unwrap().unwrap();
    let later = first.next(json!(1), Some(at(50)), at(21));
    shop.keep(vec![Write::ErrandChange(later.clone())]).await;
    assert_eq!(due(&shop, at(20)).await, ["e-3"]);
    let stale = shop.engine.commit(Batch::new(shop.merchant.clone(), vec![Write::ErrandChange(later.clone())])).await;
    assert_eq!(stale.unwrap(), Receipt::Refused(Refusal::ErrandChanged("e-1".into())));
    let aside = Errand { in_line: false, ..later.next(json!(2), Some(at(50)), at(22)) };
    shop.keep(vec![Write::ErrandChange(aside.clone())]).await;
    assert_eq!(due(&shop, at(20)).await, ["e-2", "e-3"]);
    assert_eq!(due(&shop, at(50)).await, ["e-2", "e-3", "e-1"]);

    // Done, kept for a while, and swept away.
    shop.keep(vec![Write::ErrandChange(aside.next(json!(3), None, at(60)))]).await;
    assert_eq!(due(&shop, at(99)).await, ["e-2", "e-3"]);
    shop.keep(vec![Write::Tidy { before: at(61), limit: 10 }]).await;
    assert_eq!(shop.engine.errand(&shop.merchant, "e-1").await.unwrap(), None);
    shop.keep(vec![Write::Erase("u-9".into())]).await;
    assert_eq!(due(&shop, at(99)).await, [""; 0], "a customer's errands go with them");
}

pub async fn a_message_is_rewritten(shop: Shop) {
    shop.keep(vec![Write::Turn(turn("t-1", "c-1", "m-1", r#"{"message_for_agent":{"text":"x"}}"#))]).await;
    let rewrite =
        |text: &str| Write::Rewrite { conversation: "c-1".into(), message: "m-1".into(), text: text.to_owned() };
    let commit = |write| shop.engine.commit(Batch::new(shop.merchant.clone(), vec![write]));
    assert_eq!(commit(rewrite("")).await.unwrap(), Receipt::Kept(vec![Outcome::Done]));
    assert_eq!(commit(rewrite("")).await.unwrap(), Receipt::Kept(vec![Outcome::Known]));
    let kept = shop.engine.turn(&shop.merchant, &"t-1".into()).await.unwrap().unwrap();
    assert_eq!((&*kept.message.message.text, &*kept.reply), ("", "{}"));
    let last = shop.engine.conversation(&shop.merchant, &"c-1".into(), 5).await.unwrap();
    assert_eq!(last[0].message.text, "");
}
