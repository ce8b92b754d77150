//! Conversations as a desk lists and shows them.

use cuecard_engine::{Spoken, Thread, Write};
use cuecard_model::{PersonName, Role};

use crate::support::*;

fn by_agent(conversation: &str, id: &str) -> Write {
    let mut record = message(conversation, id, id);
    record.message.role = Role::Agent;
    Write::Message(record)
}

fn by_customer(conversation: &str, id: &str, seconds: i64) -> Write {
    let mut record = turn(&format!("t-{id}"), conversation, id, &format!("\"{id}\""));
    record.message.message.at = at(seconds);
    Write::Turn(record)
}

/// A conversation, its newest message, how many wait, since when, and the newest reply.
type Told<'a> = (&'a str, &'a str, u32, Option<i64>, Option<&'a str>);

fn told(threads: &[Thread]) -> Vec<Told<'_>> {
    let one = |it: &Thread| (it.unanswered, it.waiting_since.map(|at| at.seconds()));
    let all = threads.iter().map(|it| (it.conversation.as_str(), it.last.text.as_str(), one(it), it.reply.as_deref()));
    all.map(|(conversation, text, (unanswered, since), reply)| (conversation, text, unanswered, since, reply)).collect()
}

pub async fn conversations_are_listed_by_their_newest_message(shop: Shop) {
    let mut who = customer("u-9", "en");
    who.name = Some(PersonName { given: Some("Ann".into()), ..PersonName::default() });
    shop.keep(vec![by_customer("a", "a-1", 10), by_customer("b", "b-1", 20), by_customer("a", "a-2", 30)]).await;
    shop.keep(vec![by_customer("c", "c-1", 40), by_agent("b", "b-2"), Write::Customer(who)]).await;
    shop.keep(vec![by_agent("d", "d-1")]).await;
    let expected = [
        ("d", "d-1", 0, None, None),
        ("b", "b-2", 0, None, Some("\"b-1\"")),
        ("c", "c-1", 1, Some(40), Some("\"c-1\"")),
        ("a", "a-2", 2, Some(10), Some("\"a-2\"")),
    ];
    let shop = shop.reopen().await;
    let all = shop.engine.threads(&shop.merchant, None, 10).await.unwrap();
    assert_eq!(told(&all), expected);
    assert_eq!(all[0].name.as_ref().and_then(|name| name.given.as_deref()), Some("Ann"));
    let first = shop.engine.threads(&shop.merchant, None, 2).await.unwrap();
    let rest = shop.engine.threads(&shop.merchant, Some(first[1].place), 10).await.unwrap();
    assert_eq!((first.as_slice(), rest.as_slice()), all.split_at(2));
    shop.keep(vec![by_customer("b", "b-3", 50)]).await;
    let now = shop.engine.threads(&shop.merchant, None, 1).await.unwrap();
    assert_eq!(told(&now), [("b", "b-3", 1, Some(50), Some("\"b-3\""))]);
    assert!(shop.engine.threads(&"other".into(), None, 10).await.unwrap().is_empty(), "nothing crosses merchants");
}

pub async fn a_refused_message_leaves_the_list_alone(shop: Shop) {
    shop.keep(vec![by_customer("a", "a-1", 10)]).await;
    let before = shop.engine.threads(&shop.merchant, None, 10).await.unwrap();
    shop.commit(vec![by_customer("a", "a-1", 99)]).await;
    shop.commit(vec![by_agent("a", "a-2"), by_customer("a", "a-1", 99)]).await;
    assert_eq!(shop.engine.threads(&shop.merchant, None, 10).await.unwrap(), before);
}

pub async fn a_conversation_is_read_in_pages_with_its_turns(shop: Shop) {
    for number in 0..6 {
        let id = format!("m-{number}");
        shop.keep(vec![if number % 2 == 0 { by_customer("a", &id, number) } else { by_agent("a", &id) }]).await;
        shop.keep(vec![by_customer("b", &id.replace('m', "n"), number)]).await;
    }
    let told = |page: &[Spoken]| -> Vec<_> {
        let one = |it: &Spoken| (it.message.id.to_string(), it.turn.as_ref().map(|(turn, _)| turn.to_string()));
        page.iter().map(one).collect()
    };
    let newest = shop.engine.spoken(&shop.merchant, &"a".into(), None, 2).await.unwrap();
    assert_eq!(told(&newest), [("m-4".into(), Some("t-m-4".into())), ("m-5".into(), None)]);
    let older = shop.engine.spoken(&shop.merchant, &"a".into(), Some(newest[0].place), 3).await.unwrap();
    assert_eq!(told(&older).iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["m-1", "m-2", "m-3"]);
}
