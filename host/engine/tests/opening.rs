//! What `SqliteEngine::open` says when it cannot, and that a busy or full engine refuses instead of growing.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use cuecard_engine::{Batch, Engine, Error, OutreachId, Partition, Receipt, SqliteEngine, Write};
use cuecard_model::{Customer, LiveItem};

fn refused(folder: &Path) -> String {
    let Err(error) = SqliteEngine::open(folder) else { panic!("opened") };
    error.to_string()
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = SqliteEngine::open(folder.path()).unwrap();
    let message = refused(folder.path());
    assert!(message.contains("is in use by another cuecard; hint: "), "{message}");
    drop(first);
    SqliteEngine::open(folder.path()).unwrap();
}

#[test]
fn a_newer_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = SqliteEngine::open(folder.path()).unwrap().path().to_owned();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let message = refused(folder.path());
    assert!(message.contains("schema version 99, but this release knows "), "{message}");
}

/// A database of the first schema is brought up to date, and what it holds is found by the new ways.
#[tokio::test]
async fn an_older_database_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("cuecard.db")).unwrap();
    connection.execute_batch(include_str!("../src/sqlite/0001_start.sql")).unwrap();
    let event = r#"{"id":"e-1","type":"cart.updated","at":"2026-01-01T00:00:00Z","customer_id":"u-9","fields":{}}"#;
    let sql = "insert into events (merchant, event, slot, body) values ('acme', 'e-1', 1, ?1)";
    connection.execute(sql, [event]).unwrap();
    for (conversation, message, role, at, turn) in [
        ("a", "1", 1, 10, Some("t-1")),
        ("a", "2", 2, 20, None),
        ("b", "3", 1, 30, Some("t-3")),
        ("b", "4", 1, 40, None),
    ] {
        let sql =
            "insert into messages (merchant, conversation, message, customer, channel, role, text, at, turn, reply)
            values ('acme', ?1, ?2, 'u-9', 'web_chat', ?3, 'hello', ?4, ?5, '{}')";
        connection.execute(sql, rusqlite::params![conversation, message, role, at, turn]).unwrap();
    }
    let contact = r#"{"id":"o-1","plugin":"p@1.0.0","customer":"u-9","outreach":{"occurrence":"cart-1",
        "purpose":"service","reason":""},"state":"proposed","reason":"","created_at":"2026-01-01T00:00:00Z",
        "updated_at":"2026-01-01T00:00:00Z"}"#;
    let sql = "insert into outreach (merchant, id, plugin, customer, occurrence, state, created_at, body)
        values ('acme', 'o-1', 'p', 'u-9', 'cart-1', 'proposed', 1767225600000, ?1)";
    connection.execute(sql, [contact]).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    let engine = SqliteEngine::open(folder.path()).unwrap();
    let state = engine.customer(&"acme".into(), &"u-9".into()).await.unwrap();
    assert_eq!(state.recent.events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["cart.updated"]);
    let threads = engine.threads(&"acme".into(), None, 10).await.unwrap();
    let waiting = |thread: &cuecard_engine::Thread| (thread.unanswered, thread.waiting_since.map(|at| at.millis()));
    assert_eq!(threads.iter().map(waiting).collect::<Vec<_>>(), [(2, Some(30)), (0, None)]);
    assert!(threads.iter().all(|thread| thread.reply.is_some()));
    let mut record = engine.contact(&"acme".into(), &OutreachId::new("o-1")).await.unwrap().unwrap();
    (record.revision, record.due_at) = (1, Some(record.created_at));
    engine.commit(Batch::new("acme".into(), vec![Write::OutreachChange(record.clone())])).await.unwrap();
    let due = engine.outreach_due(Partition::ALL, record.created_at, 10).await.unwrap();
    assert_eq!(due.iter().map(|due| &due.record).collect::<Vec<_>>(), [&record]);
    let facts = engine.contact_facts(&"acme".into(), &"u-9".into(), &[]).await.unwrap();
    assert_eq!(facts.contacts.len(), 1);
}

#[test]
fn damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cuecard.db"), "this is no database, whatever its name says. ".repeat(100)).unwrap();
    let message = refused(folder.path());
    assert!(message.contains("cuecard.db is damaged or not a cuecard database"), "{message}");
    assert!(message.contains("hint: "), "{message}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let message = refused(&folder.path().join("file/data"));
    assert!(message.contains("file/data failed: ") && message.contains("hint: "), "{message}");
}

fn live(number: usize, bytes: usize) -> Batch {
    let fields = [("text".to_owned(), "x".repeat(bytes).into())].into();
    let item = LiveItem { key: format!("k-{number}"), fields, valid_from: None, valid_until: None };
    Batch::new("acme".into(), vec![Write::Live(item)])
}

/// More than may wait is refused at once; what was taken is kept, and afterwards the engine goes on.
#[tokio::test]
async fn a_full_queue_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let engine = std::sync::Arc::new(SqliteEngine::open(folder.path()).unwrap());
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let (engine, batch) = (engine.clone(), live(number, 8 << 20));
            tokio::spawn(async move { engine.commit(batch).await })
        })
        .collect();
    let (mut kept, mut busy) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(Receipt::Kept(_)) => kept += 1,
            Err(Error::Busy { .. }) => busy += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(kept > 0 && busy > 0, "{kept} kept, {busy} refused");
    let customer = Write::Customer(Customer::unknown("u".into()));
    let after = engine.commit(Batch::new("acme".into(), vec![customer])).await.unwrap();
    assert!(matches!(after, Receipt::Kept(_)));
    let large = engine.commit(live(0, 17 << 20)).await;
    assert!(matches!(large, Err(Error::TooLarge { .. })), "{large:?}");
}
