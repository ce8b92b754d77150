//! The accept loop: takes connections, bounds them, and lets go of them in good order.
//!
//! Owns what `axum::serve` leaves open: how many connections there are, how long a client may take to send its
//! headers, how large they may be, and how the end goes. Knows no route.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tower::ServiceExt;

use crate::{limits::Limits, people::visitor::Ends};

/// A quiet connection is kept this long for the next request; also the most that later headers may take.
const QUIET: Duration = Duration::from_secs(30);
/// Bytes of headers in all.
const HEADER_BYTES: usize = 64 << 10;
/// How many headers.
const HEADERS: usize = 100;
/// Requests that one HTTP/2 connection may have open.
const H2_STREAMS: u32 = 128;
/// Connections over the limit that are told so at once; any more are just closed.
const TURNED_AWAY: usize = 64;

/// Serves until `stopping` turns true, then finishes the requests in flight, for `limits.drain_ms` at most.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, mut stopping: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let away = Arc::new(Semaphore::new(TURNED_AWAY));
    let (alive, mut all_gone) = tokio::sync::mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, peer),
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        if let Ok(place) = Arc::clone(&room).try_acquire_owned() {
            let connection = connection(stream, peer, router.clone(), limits, stopping.clone());
            let alive = alive.clone();
            tokio::spawn(async move {
                connection.await;
                drop((place, alive));
            });
        } else if let Ok(place) = Arc::clone(&away).try_acquire_owned() {
            tokio::spawn(turn_away(stream, place));
        }
    }
    drop((listener, alive));
    let drained = timeout(Duration::from_millis(limits.drain_ms), all_gone.recv()).await;
    if drained.is_err() {
        tracing::warn!("some requests did not finish in time and are cut off");
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let ends = stream.local_addr().ok().map(|local| Ends { peer, local });
    let _ = stream.set_nodelay(true);
    let began = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&began);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        seen.store(true, Ordering::Relaxed);
        ends.and_then(|ends| request.extensions_mut().insert(ends));
        router.clone().oneshot(request.map(axum::body::Body::new))
    });
    let builder = builder();
    let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // Covers what the header timeout does not: a client that connects and never says which protocol it speaks.
    let mut first = pin!(tokio::time::sleep(Duration::from_millis(limits.header_timeout_ms)));
    let mut waiting_for_first = true;
    let mut told = false;
    loop {
        tokio::select! {
            _ = serving.as_mut() => return,
            () = first.as_mut(), if waiting_for_first => {
                if !began.load(Ordering::Relaxed) {
                    return;
                }
                waiting_for_first = false;
            }
            _ = stopping.wait_for(|stop| *stop), if !told => {
                told = true;
                if !began.load(Ordering::Relaxed) {
                    return;
                }
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(QUIET).max_headers(HEADERS).max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(H2_STREAMS)
        .keep_alive_interval(Some(QUIET))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// Out of files or memory: it does not help to ask again at once.
async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Says why, then waits a moment for the client to read it: closing with unread bytes would cut the answer off.
fn turn_away(mut stream: TcpStream, place: OwnedSemaphorePermit) -> impl Future<Output = ()> {
    const BODY: &str = r#"{"type":"urn:cuecard:problem:busy","title":"Too busy","status":503,"detail":"too many connections are open","hint":"reuse connections, or try again in a second"}"#;
    async move {
        let answer = format!(
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        let goodbye = async {
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            let mut rest = [0; 1024];
            while stream.read(&mut rest).await? > 0 {}
            io::Result::Ok(())
        };
        let _ = timeout(Duration::from_secs(1), goodbye).await;
        drop(place);
    }
}
