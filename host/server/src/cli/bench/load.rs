//! The asking side of `cuecard bench`: connections that stay open, each with one question at a time.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::said::Said;

/// Who is asked, and by how many.
pub(super) struct Load {
    pub(super) address: String,
    pub(super) connections: usize,
    pub(super) said: Arc<Said>,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) answers: f64,
    pub(super) per_second: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// The share of answers that hold a suggestion.
    pub(super) helpful: f64,
    /// Processor time of the server and its workers for one message.
    pub(super) spent: Duration,
}

impl Load {
    pub(super) async fn run(&self, time: Duration) -> Result<Run> {
        let began = Instant::now();
        let end = began + time;
        let mut tasks = JoinSet::new();
        for _ in 0..self.connections {
            let mut asker = Asker::connect(&self.address, Arc::clone(&self.said)).await?;
            tasks.spawn(async move {
                let (mut spent, mut helpful) = (Vec::new(), 0_u32);
                while Instant::now() < end {
                    let asked = Instant::now();
                    asker.ask().await?;
                    spent.push(asked.elapsed());
                    helpful += u32::from(asker.has_suggestion());
                }
                anyhow::Ok((spent, helpful))
            });
        }
        let (mut all, mut helpful) = (Vec::new(), 0);
        while let Some(done) = tasks.join_next().await {
            let (spent, helped) = done??;
            all.extend(spent);
            helpful += helped;
        }
        let seconds = began.elapsed().as_secs_f64();
        all.sort_unstable();
        let at = |part: usize| all.get(all.len() * part / 100).copied().unwrap_or_default();
        let answers = all.len() as f64;
        let helpful = f64::from(helpful) / answers.max(1.0);
        Ok(Run { answers, per_second: answers / seconds, p50: at(50), p99: at(99), helpful, spent: Duration::ZERO })
    }
}

/// The first answer that holds a suggestion.
pub(super) async fn one(address: &str, said: Arc<Said>) -> Result<String> {
    let mut asker = Asker::connect(address, said).await?;
    asker.ask().await?;
    while !asker.has_suggestion() {
        ensure!(asker.asked < 100, "no answer holds a suggestion: {}", String::from_utf8_lossy(asker.body()));
        asker.ask().await?;
    }
    String::from_utf8(asker.body().to_vec()).context("the answer is not UTF-8")
}

/// Whose customer writes, and how often that one has written before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paced {
    pub(super) agent: u64,
    pub(super) turn: u64,
}

/// One connection.
pub(super) struct Asker {
    stream: TcpStream,
    said: Arc<Said>,
    number: u64,
    asked: u64,
    request: Vec<u8>,
    answer: Vec<u8>,
    head: usize,
}

impl Asker {
    pub(super) async fn connect(address: &str, said: Arc<Said>) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Ok(Self { stream, said, number, asked: 0, request: Vec::new(), answer: Vec::new(), head: 0 })
    }

    /// Sends the next message and reads the whole answer.
    async fn ask(&mut self) -> Result<()> {
        let body = self.said.body(Paced { agent: self.number, turn: self.asked });
        self.asked += 1;
        self.post(&body).await
    }

    /// The same for a customer of this agent.
    pub(super) async fn ask_as(&mut self, paced: Paced) -> Result<()> {
        let body = self.said.body(paced);
        self.post(&body).await
    }

    async fn post(&mut self, body: &str) -> Result<()> {
        let head = format!(
            "POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer dev\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.request.clear();
        self.request.extend_from_slice(head.as_bytes());
        self.request.extend_from_slice(body.as_bytes());
        self.stream.write_all(&self.request).await?;
        self.read().await
    }

    fn has_suggestion(&self) -> bool {
        find(self.body(), br#""suggestions":[{"#).is_some()
    }

    async fn read(&mut self) -> Result<()> {
        self.answer.clear();
        let mut wanted = None;
        while wanted.is_none_or(|wanted| self.answer.len() < wanted) {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the server closed the connection");
            if wanted.is_none()
                && let Some(end) = find(&self.answer, b"\r\n\r\n")
            {
                self.head = end + 4;
                wanted = Some(self.head + length(self.answer.get(..end).unwrap_or_default())?);
            }
        }
        let text = || String::from_utf8_lossy(&self.answer);
        ensure!(self.answer.starts_with(b"HTTP/1.1 200 "), "not answered with 200: {}", text());
        Ok(())
    }

    fn body(&self) -> &[u8] {
        self.answer.get(self.head..).unwrap_or_default()
    }
}

/// The length that the head announces.
fn length(head: &[u8]) -> Result<usize> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let value = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    value.and_then(|value| value.trim().parse().ok()).ok_or_else(|| anyhow!("an answer without a length:\n{head}"))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
