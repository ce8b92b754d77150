//! The asking side of `cuecard bench`: connections that stay open, each with one question at a time.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// Messages of one conversation.
const TURNS: u64 = 6;

/// Who is asked, and by how many.
pub(super) struct Load {
    pub(super) address: String,
    pub(super) connections: usize,
    /// Whether each answer must hold a suggestion.
    pub(super) checked: bool,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) answers: f64,
    pub(super) per_second: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// Processor time of the server and its workers for one message.
    pub(super) spent: Duration,
}

impl Load {
    pub(super) async fn run(&self, time: Duration) -> Result<Run> {
        let began = Instant::now();
        let end = began + time;
        let mut tasks = JoinSet::new();
        for _ in 0..self.connections {
            let (mut asker, checked) = (Asker::connect(&self.address).await?, self.checked);
            tasks.spawn(async move {
                let mut spent = Vec::new();
                while Instant::now() < end {
                    let asked = Instant::now();
                    asker.ask(checked).await?;
                    spent.push(asked.elapsed());
                }
                anyhow::Ok(spent)
            });
        }
        let mut all = Vec::new();
        while let Some(spent) = tasks.join_next().await {
            all.extend(spent??);
        }
        let seconds = began.elapsed().as_secs_f64();
        all.sort_unstable();
        let at = |part: usize| all.get(all.len() * part / 100).copied().unwrap_or_default();
        let answers = all.len() as f64;
        Ok(Run { answers, per_second: answers / seconds, p50: at(50), p99: at(99), spent: Duration::ZERO })
    }
}

/// The answer to one message.
pub(super) async fn one(address: &str) -> Result<String> {
    let mut asker = Asker::connect(address).await?;
    asker.ask(true).await?;
    String::from_utf8(asker.body().to_vec()).context("the answer is not UTF-8")
}

/// One connection.
struct Asker {
    stream: TcpStream,
    number: u64,
    asked: u64,
    request: Vec<u8>,
    answer: Vec<u8>,
    head: usize,
}

impl Asker {
    async fn connect(address: &str) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Ok(Self { stream, number, asked: 0, request: Vec::new(), answer: Vec::new(), head: 0 })
    }

    /// Sends the next message and reads the whole answer.
    async fn ask(&mut self, checked: bool) -> Result<()> {
        let (number, asked) = (self.number, self.asked);
        self.asked += 1;
        let body = format!(
            r#"{{"conversation_id":"bench-{number}-{}","message_id":"m-{asked}","channel":"web_chat","text":"where is my parcel? It should have been here on Friday and has not arrived, order {number}-{asked}","customer":{{"id":"u-2"}},"agent_id":"a-1"}}"#,
            asked / TURNS
        );
        let head = format!(
            "POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer dev\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.request.clear();
        self.request.extend_from_slice(head.as_bytes());
        self.request.extend_from_slice(body.as_bytes());
        self.stream.write_all(&self.request).await?;
        self.read().await?;
        if checked && find(self.body(), br#""suggestions":[{"#).is_none() {
            bail!("an answer without suggestions: {}", String::from_utf8_lossy(self.body()));
        }
        Ok(())
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
