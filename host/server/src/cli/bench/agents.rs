//! `cuecard bench --agents`: agents who listen while customers write at a steady rate, and how late each card comes.
//!
//! A message counts from the moment at which it was due to be sent, so a host that falls behind cannot hide it. Some
//! listeners never read until the end; then they take up their line again, and nothing may be missing.

use std::{
    fs,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{sync::watch, task::JoinSet, time};

use super::{
    load::{Asker, Paced},
    processor,
    said::Said,
    stream::Stream,
};
use crate::cli::lines;

/// Connections over which the shop sends customers' messages.
const SENDERS: u64 = 32;
/// Listeners that do not read.
const STALLED: usize = 10;
/// A card that comes later than this after the last message never came.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many listen, and how much is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floor {
    pub(super) agents: u64,
    pub(super) per_second: f64,
    pub(super) time: Duration,
}

/// Whom an agent's screen listens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    /// The agent's own customers.
    Own,
    /// Everybody's: the list of all conversations is on the screen.
    All,
}

/// When the message of each agent's customer that was sent last was due.
type Due = Arc<Vec<Mutex<Option<Instant>>>>;

/// What it came to, in words.
pub(super) async fn measure(
    address: &str,
    process: u32,
    floor: Floor,
    hears: Hears,
    said: &Arc<Said>,
) -> Result<String> {
    let due: Due = Arc::new((0..floor.agents).map(|_| Mutex::default()).collect());
    let (told, over) = watch::channel(false);
    let mut stalled = Vec::new();
    for _ in 0..STALLED {
        stalled.push(Stream::open(address, "", None).await?);
    }
    let mut listeners = JoinSet::new();
    for agent in 0..floor.agents {
        let asked = if hears == Hears::Own { format!("?agent_id=a-{agent}") } else { String::new() };
        let stream = Stream::open(address, &asked, None).await?;
        listeners.spawn(listen(stream, agent, Arc::clone(&due), over.clone()));
    }
    let before = (processor::spent(process), resident(process));
    let began = Instant::now();
    let sent = send(address, floor, &due, said).await?;
    let seconds = began.elapsed().as_secs_f64();
    let spent = processor::spent(process).saturating_sub(before.0).as_secs_f64();
    time::sleep(Duration::from_millis(500)).await;
    told.send_replace(true);
    let (mut late, mut heard) = (Vec::new(), 0_u64);
    while let Some(done) = listeners.join_next().await {
        let (found, events) = done??;
        late.extend(found);
        heard += events;
    }
    let after = resident(process);
    let (events, resets) = take_up(address, stalled).await?;
    late.sort_unstable();
    let at = |part: usize| late.get((late.len() * part / 1000).min(late.len().saturating_sub(1))).copied();
    let ms = |late: Option<Duration>| late.unwrap_or_default().as_secs_f64() * 1e3;
    ensure!(!late.is_empty(), "no card came at all");
    Ok(format!(
        "{} agents who hear {}, {:.0} messages a second for {seconds:.0} s, {:.0} events a second delivered\n\
         cards     {:>8} of {sent} came; p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms, the latest {:.1} ms\n\
         host      {:>8.0} % of one processor, workers included; {before_mib} MiB before, {after_mib} MiB after\n\
         {STALLED} listeners that did not read: {events} events once they did, {resets} of them told to read the state anew, nothing missing",
        floor.agents,
        if hears == Hears::Own { "their own customers" } else { "everybody's customers" },
        sent as f64 / seconds,
        heard as f64 / seconds,
        late.len(),
        ms(at(500)),
        ms(at(990)),
        ms(at(999)),
        ms(late.last().copied()),
        spent / seconds * 100.0,
        before_mib = before.1 >> 10,
        after_mib = after >> 10,
    ))
}

/// Hears until the end, and notes how late the cards for this agent's customer came.
async fn listen(
    mut stream: Stream,
    agent: u64,
    due: Due,
    mut over: watch::Receiver<bool>,
) -> Result<(Vec<Duration>, u64)> {
    let (mut late, mut heard) = (Vec::new(), 0);
    let mine = format!(r#"{{"conversation_id":"bench-{agent}-"#);
    loop {
        let event = tokio::select! {
            event = stream.next() => event?,
            _ = over.wait_for(|over| *over) => return Ok((late, heard)),
        };
        let event = event.context("the host closed an agent's line: the screen was too slow")?;
        heard += 1;
        if event.name() == b"suggestion" && event.data().starts_with(mine.as_bytes()) {
            let place = usize::try_from(agent).ok().and_then(|agent| due.get(agent));
            let sent = place.and_then(|due| due.lock().unwrap_or_else(PoisonError::into_inner).take());
            late.extend(sent.map(|sent| sent.elapsed()));
        }
    }
}

/// Has each agent's customer write in turn, each message at its moment; says how many.
async fn send(address: &str, floor: Floor, due: &Due, said: &Arc<Said>) -> Result<u64> {
    let count = (floor.time.as_secs_f64() * floor.per_second) as u64;
    let start = Instant::now() + Duration::from_millis(100);
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let mut asker = Asker::connect(address, Arc::clone(said)).await?;
        let due = Arc::clone(due);
        senders.spawn(async move {
            for number in (sender..count).step_by(SENDERS as usize) {
                let at = start + Duration::from_secs_f64(number as f64 / floor.per_second);
                time::sleep_until(at.into()).await;
                let (agent, turn) = (number % floor.agents, number / floor.agents);
                if let Some(due) = usize::try_from(agent).ok().and_then(|agent| due.get(agent)) {
                    *due.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
                }
                asker.ask_as(Paced { agent, turn }).await?;
            }
            anyhow::Ok(())
        });
    }
    let progress = tell(start, floor.time);
    tokio::pin!(progress);
    loop {
        tokio::select! {
            done = senders.join_next() => match done {
                Some(done) => done??,
                None => return Ok(count),
            },
            () = &mut progress => {}
        }
    }
}

async fn tell(start: Instant, time: Duration) {
    while start.elapsed() < time {
        lines::progress(format_args!("{} of {} s", start.elapsed().as_secs(), time.as_secs()));
        time::sleep(Duration::from_secs(1)).await;
    }
    lines::progress("");
    std::future::pending().await
}

/// Reads what was left in each stalled line, takes it up again, and makes sure that no number is missing.
async fn take_up(address: &str, stalled: Vec<Stream>) -> Result<(u64, usize)> {
    let (mut events, mut resets) = (0, 0);
    for mut stream in stalled {
        let mut last = None;
        while let Some(event) = soon(stream.next()).await? {
            events += 1;
            last = Some(follows(last, event.number()?)?);
        }
        let last = stream.last_id().context("a listener heard nothing at all")?;
        let mut again = Stream::open(address, "", Some(&last)).await?;
        let mut number = last.rsplit('-').next().and_then(|number| number.parse().ok());
        while let Some(event) = soon(again.next()).await? {
            events += 1;
            if event.name() == b"reset" {
                resets += 1;
                break;
            }
            number = Some(follows(number, event.number()?)?);
        }
    }
    Ok((events, resets))
}

/// What comes within a moment.
async fn soon<T>(next: impl Future<Output = Result<Option<T>>>) -> Result<Option<T>> {
    time::timeout(PATIENCE.min(Duration::from_millis(300)), next).await.unwrap_or(Ok(None))
}

fn follows(last: Option<u64>, number: u64) -> Result<u64> {
    ensure!(last.is_none_or(|last| number == last + 1), "a listener heard {last:?} and then {number}");
    Ok(number)
}

/// Memory of a process in KiB; zero where the system does not tell.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
