//! What was acknowledged survives `kill -9` and a full disk. A child process commits and prints what was
//! acknowledged; the parent kills it in the middle, or lets it run out of disk, and looks into the database.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::{
    collections::HashSet,
    env,
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use cuecard_engine::{
    AuditEntry, AuditRecord, Batch, Chain, Engine, MessageRecord, Receipt, SqliteEngine, TurnRecord, Write, read_audit,
};
use cuecard_model::{Event, Fields, MerchantId, Message, Role, Timestamp};

/// Set for the child: the data folder, and the number of its run.
const FOLDER: &str = "CUECARD_KILL_FOLDER";
const RUN: &str = "CUECARD_KILL_RUN";

const COMMITTERS: usize = 16;

const RUNS: usize = 10;
/// After how many acknowledgements each run is killed: spread, so that kills fall before, in and after checkpoints.
const AFTER: [usize; RUNS] = [1, 700, 13, 260, 1500, 90, 2, 1000, 400, 37];

#[test]
fn what_was_acknowledged_survives_a_kill() {
    if let (Ok(folder), Ok(run)) = (env::var(FOLDER), env::var(RUN)) {
        return child(Path::new(&folder), &run);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for (run, after) in AFTER.into_iter().enumerate() {
        let before = acknowledged.len();
        run_and_kill(folder.path(), run, after, &mut acknowledged);
        assert!(acknowledged.len() >= before + after, "the child did not get far enough");
        check(folder.path(), &acknowledged);
    }
}

/// A limit on the size of files stands for the full disk: the write in the middle of a commit fails.
#[test]
fn what_was_acknowledged_survives_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let limited = "trap '' XFSZ; ulimit -f 6000; exec \"$0\" --exact what_was_acknowledged_survives_a_kill --nocapture";
    let output = Command::new("sh")
        .args(["-c", limited])
        .arg(env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .env(RUN, "full")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let acknowledged: Vec<_> = printed.lines().filter_map(acknowledgement).collect();
    assert!(acknowledged.len() > 100, "the disk was full too early");
    let errors: Vec<_> = printed.lines().filter(|line| line.starts_with("err ")).collect();
    assert_eq!(errors.len(), COMMITTERS, "each committer is told: {errors:?}");
    let clear = |line: &&str| line.contains("cuecard.db") && line.contains("hint: ");
    assert!(errors.iter().all(clear), "{errors:?}");
    check(folder.path(), &acknowledged);
}

/// The last line may be cut by the kill: only those that end as they should were acknowledged whole.
fn acknowledgement(line: &str) -> Option<String> {
    Some(line.strip_prefix("ack ")?.strip_suffix(" .")?.to_owned())
}

/// Starts the child, kills it after so many acknowledgements, and reads what else it had printed by then.
fn run_and_kill(folder: &Path, run: usize, after: usize, acknowledged: &mut Vec<String>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "what_was_acknowledged_survives_a_kill", "--nocapture"])
        .env(FOLDER, folder)
        .env(RUN, run.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = 0;
    for line in lines.map_while(Result::ok) {
        let Some(id) = acknowledgement(&line) else { continue };
        acknowledged.push(id);
        seen += 1;
        if seen == after {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
}

fn check(folder: &Path, acknowledged: &[String]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = SqliteEngine::open(folder).unwrap();
    let merchant = MerchantId::from("acme");
    runtime.block_on(async {
        for id in acknowledged {
            let turn = engine.turn(&merchant, &format!("t-{id}").into()).await.unwrap();
            let turn = turn.unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
            assert_eq!(*turn.reply, *reply(id));
            let event = event(id);
            let again = engine.ingest(&merchant, vec![event]).await.unwrap();
            assert_eq!(again, [cuecard_engine::Outcome::Known], "the batch of {id} is torn");
        }
    });
    let path = engine.path().to_owned();
    drop(engine);
    let (mut chain, mut told) = (Chain::new("@acme".to_owned()), HashSet::new());
    read_audit(folder, |stored| {
        chain.next(&stored).unwrap();
        told.insert(serde_json::from_str::<AuditRecord>(&stored.body).unwrap().subject);
    })
    .unwrap();
    assert!(acknowledged.iter().all(|id| told.contains(id)), "what was done is not told");
    let connection = rusqlite::Connection::open(path).unwrap();
    let verdict: String = connection.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}

fn child(folder: &Path, run: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine: Arc<dyn Engine> = Arc::new(SqliteEngine::open(folder).unwrap());
    let committers: Vec<_> = (0..COMMITTERS)
        .map(|worker| runtime.spawn(commit_until_it_fails(engine.clone(), format!("{run}-{worker}"))))
        .collect();
    for committer in committers {
        runtime.block_on(committer).unwrap();
    }
}

async fn commit_until_it_fails(engine: Arc<dyn Engine>, name: String) {
    for number in 0_u64.. {
        let id = format!("{name}-{number}");
        let writes = vec![Write::Turn(turn(&id)), Write::Event(event(&id)), Write::Audit(audit(&id))];
        let line = match engine.commit(Batch::new("acme".into(), writes)).await {
            Ok(Receipt::Kept(_)) => format!("ack {id} .\n"),
            Ok(other) => panic!("{other:?}"),
            Err(error) => format!("err {error}\n"),
        };
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
        if line.starts_with("err") {
            return;
        }
    }
}

fn turn(id: &str) -> TurnRecord {
    let message = Message { role: Role::Customer, text: id.to_owned(), at: Timestamp::from_seconds(1) };
    let message = MessageRecord {
        conversation: "c".into(),
        id: id.into(),
        customer: "u".into(),
        channel: "web_chat".into(),
        message,
        agent: None,
    };
    TurnRecord { id: format!("t-{id}").into(), message, generation: 1, reply: reply(id), trace: None, input: None }
}

fn audit(id: &str) -> AuditEntry {
    AuditEntry::new(Timestamp::from_seconds(1), "person:ana", "test.done", id)
}

fn event(id: &str) -> Event {
    let at = Timestamp::from_seconds(1);
    Event { id: id.into(), kind: "order.created".into(), at, customer_id: Some("u".into()), fields: Fields::new() }
}

fn reply(id: &str) -> Arc<str> {
    format!("{{\"id\":\"{id}\",\"text\":\"{}\"}}", "x".repeat(2000)).into()
}
