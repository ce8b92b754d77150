//! One agent's line: server-sent events as they come over HTTP. Knows that the host sends each event in one chunk.

use anyhow::{Context, Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A line that is open.
pub(super) struct Stream {
    socket: TcpStream,
    read: BytesMut,
    last_id: Option<String>,
}

/// One event, or a comment.
pub(super) struct Event(Bytes);

impl Stream {
    /// `asked`: the query. `last`: what was heard last on an earlier line.
    pub(super) async fn open(address: &str, asked: &str, last: Option<&str>) -> Result<Self> {
        let mut socket = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        let last = last.map(|last| format!("last-event-id: {last}\r\n")).unwrap_or_default();
        let head = format!(
            "GET /v1/stream{asked} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer dev\r\naccept: text/event-stream\r\n{last}\r\n"
        );
        socket.write_all(head.as_bytes()).await?;
        let mut stream = Self { socket, read: BytesMut::with_capacity(16 << 10), last_id: None };
        let head = stream.line_until(b"\r\n\r\n").await?.context("the host closed the line")?;
        ensure!(head.starts_with(b"HTTP/1.1 200 "), "the line was refused: {}", String::from_utf8_lossy(&head));
        Ok(stream)
    }

    /// The next event; `None` at the end of the line.
    pub(super) async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            let Some(size) = self.line_until(b"\r\n").await? else { return Ok(None) };
            let size = usize::from_str_radix(std::str::from_utf8(&size)?.trim(), 16)?;
            let Some(mut chunk) = self.take(size + 2).await?.filter(|_| size > 0) else { return Ok(None) };
            chunk.truncate(size);
            let event = Event(chunk);
            if let Some(id) = event.field(b"id: ") {
                self.last_id = Some(String::from_utf8_lossy(id).into_owned());
                return Ok(Some(event));
            }
        }
    }

    /// The id of the event that was heard last.
    pub(super) fn last_id(&self) -> Option<String> {
        self.last_id.clone()
    }

    async fn line_until(&mut self, end: &[u8]) -> Result<Option<Bytes>> {
        let mut searched = 0;
        loop {
            let rest = self.read.get(searched..).unwrap_or_default();
            if let Some(place) = rest.windows(end.len()).position(|window| window == end) {
                let line = self.read.split_to(searched + place).freeze();
                self.read.advance(end.len());
                return Ok(Some(line));
            }
            searched = self.read.len().saturating_sub(end.len() - 1);
            if self.socket.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
    }

    async fn take(&mut self, size: usize) -> Result<Option<Bytes>> {
        while self.read.len() < size {
            if self.socket.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(self.read.split_to(size).freeze()))
    }
}

impl Event {
    pub(super) fn name(&self) -> &[u8] {
        self.field(b"event: ").unwrap_or_default()
    }

    pub(super) fn data(&self) -> &[u8] {
        self.field(b"data: ").unwrap_or_default()
    }

    /// Its place among all events of the merchant.
    pub(super) fn number(&self) -> Result<u64> {
        let id = String::from_utf8_lossy(self.field(b"id: ").unwrap_or_default()).into_owned();
        id.rsplit('-').next().and_then(|number| number.parse().ok()).with_context(|| format!("'{id}' has no number"))
    }

    fn field(&self, name: &[u8]) -> Option<&[u8]> {
        self.0.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))
    }
}
