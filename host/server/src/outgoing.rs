//! Requests of the host to other systems: translation providers, webhooks.
//!
//! Owns the client and what bounds each request: its time, the size of the answer, and that it goes to the address that
//! the operator named and nowhere else (a redirect is an answer like any other, and is not followed). Knows none of the
//! systems, and signs nothing.

use std::{error::Error, net::IpAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    header::{HeaderValue, USER_AGENT},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

/// A connection must stand within this time, or the host's address is taken for dead.
const CONNECT: Duration = Duration::from_secs(5);
/// So long a connection waits for its next request; most systems close theirs after a minute.
const IDLE: Duration = Duration::from_secs(45);

/// The way out, shared by all who send. A clone is the same client.
#[derive(Clone, Debug)]
pub struct Outgoing {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `POST` as a rule.
    pub method: Method,
    /// Where to; of [`address`].
    pub url: Uri,
    /// Content type, keys, signatures. `User-Agent` and `Host` are added.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Bytes,
    /// From the first try to connect to the last byte of the answer.
    pub timeout: Duration,
    /// The largest answer, in bytes.
    pub answer_limit: usize,
}

/// What came back, whichever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200, 404, ...
    pub status: StatusCode,
    /// For `Retry-After` and the like.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The seconds of `Retry-After`, if the answer names any.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(hyper::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

/// Why nothing came back. No variant holds anything that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The time was up.
    #[error("no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// No connection: no such name, nobody listens, or a certificate that nobody vouches for.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// The answer is larger than it may be.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl Default for Outgoing {
    fn default() -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT));
        let provider = rustls::crypto::ring::default_provider();
        // It fails for a provider without any usable cipher alone, and ring has them.
        let https = match HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider) {
            Ok(builder) => builder,
            Err(error) => {
                tracing::error!(%error, "TLS has no usable ciphers");
                std::process::abort();
            }
        };
        let https = https.https_or_http().enable_http1().wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .build(https);
        Self { client }
    }
}

impl Outgoing {
    /// Sends a request, and reads the answer to its end.
    pub async fn send(&self, request: Request) -> Result<Answer, Failed> {
        let Request { method, url, mut headers, body, timeout, answer_limit } = request;
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("cuecard/", env!("CARGO_PKG_VERSION"))));
        let mut request = hyper::Request::new(Full::new(body));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, url, headers);
        let exchange = async {
            let response = self.client.request(request).await.map_err(|error| {
                let words = causes(&error);
                if error.is_connect() { Failed::Unreachable(words) } else { Failed::Broken(words) }
            })?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, answer_limit).collect().await.map_err(|error| {
                let is_long = error.is::<LengthLimitError>();
                if is_long { Failed::TooLarge(answer_limit) } else { Failed::Broken(causes(&*error)) }
            })?;
            Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(Failed::Timeout(timeout)))
    }
}

/// An address that the operator has named: `http` or `https`, a host, and no password in it, since addresses get into logs.
pub fn address(text: &str) -> Result<Uri, String> {
    let url: Uri = text.parse().map_err(|_| format!("{text:?} is no address\n  hint: write https://host/path"))?;
    let scheme = url.scheme_str().unwrap_or_default();
    if !matches!(scheme, "http" | "https") || url.host().is_none_or(str::is_empty) {
        return Err(format!("{text:?} is no address\n  hint: write https://host/path"));
    }
    if url.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err("the address has a user or a password in it\n  hint: put the key under `key_env`".to_owned());
    }
    Ok(url)
}

/// The same for what nobody may read or change on the way: `https`, or `http` on this very machine.
pub fn secure_address(text: &str) -> Result<Uri, String> {
    let url = address(text)?;
    let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_here || url.scheme_str() == Some("https") {
        return Ok(url);
    }
    Err(format!("{text:?} is not https\n  hint: plain http is taken on loopback addresses alone"))
}

/// The whole chain: hyper's own words are "client error (Connect)", and what happened stands below.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        words = format!("{words}: {error}");
        next = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use axum::{Router, response::Redirect, routing::post};
    use std::future::IntoFuture;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    async fn elsewhere() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        (listener, host)
    }

    fn request(url: &str) -> Request {
        Request {
            method: Method::POST,
            url: address(url).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"{}"),
            timeout: Duration::from_secs(20),
            answer_limit: 1000,
        }
    }

    #[tokio::test]
    async fn bounds_every_request() {
        let echo = |headers: HeaderMap, body: String| async move { format!("{:?} {body}", headers.get(USER_AGENT)) };
        let never = || std::future::pending::<String>();
        let router = Router::new()
            .route("/echo", post(echo))
            .route("/moved", post(|| async { Redirect::temporary("/echo") }))
            .route("/large", post(|| async { "x".repeat(1001) }))
            .route("/never", post(never));
        let (listener, host) = elsewhere().await;
        let serving = tokio::spawn(axum::serve(listener, router).into_future());
        let outgoing = Outgoing::default();
        let at = |path: &str| request(&format!("http://{host}{path}"));

        let answer = outgoing.send(at("/echo")).await.unwrap();
        let expected = format!("Some(\"cuecard/{}\") {{}}", env!("CARGO_PKG_VERSION"));
        assert_eq!((answer.status.as_u16(), &*answer.body), (200, expected.as_bytes()));
        assert_eq!(outgoing.send(at("/moved")).await.unwrap().status, 307);
        assert_eq!(outgoing.send(at("/large")).await.unwrap_err(), Failed::TooLarge(1000));
        let soon = Duration::from_millis(30);
        let late = outgoing.send(Request { timeout: soon, ..at("/never") }).await;
        assert_eq!(late.unwrap_err(), Failed::Timeout(soon));

        serving.abort();
        let _ = serving.await;
        let nobody = outgoing.send(at("/echo")).await.unwrap_err();
        assert!(matches!(&nobody, Failed::Unreachable(why) if why.contains("refused")), "{nobody}");
    }

    /// A server of TLS that nobody vouches for: the handshake gets as far as its certificate, and ends there.
    #[tokio::test]
    async fn speaks_tls_and_believes_no_stranger() {
        let (listener, host) = elsewhere().await;
        let hello = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut record = [0; 3];
            stream.read_exact(&mut record).await.unwrap();
            // An alert: handshake failure.
            stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).await.unwrap();
            record
        });
        let refused = Outgoing::default().send(request(&format!("https://{host}/"))).await.unwrap_err();
        assert!(matches!(&refused, Failed::Unreachable(why) if why.contains("HandshakeFailure")), "{refused}");
        // A handshake record of TLS.
        assert_eq!(hello.await.unwrap()[..2], [22, 3]);
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("https://api.deepl.com/v2", ""),
            ("http://127.0.0.1:5000", ""),
            ("ftp://a", "is no address"),
            ("a.example/path", "is no address"),
            ("https://user:secret@a.example", "a password in it"),
            ("", "is no address"),
        ] {
            let said = address(text).map_or_else(|error| error, |_| String::new());
            assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{text}: {said}");
            assert!(!said.contains("secret"));
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for (text, is_secure) in [
            ("https://id.example/realm", true),
            ("http://127.0.0.1:5000", true),
            ("http://[::1]:5000/realm", true),
            ("http://localhost/realm", true),
            ("http://id.example", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://127.0.0.1@evil.example", false),
            ("ftp://127.0.0.1", false),
        ] {
            assert_eq!(secure_address(text).is_ok(), is_secure, "{text}");
        }
    }
}
