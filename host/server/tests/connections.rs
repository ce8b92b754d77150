//! Connections by real sockets: slow ones, too many, too often, and the end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use support::{Answer, DEV, JSON, Server, head, message_body};

#[test]
fn whoever_says_nothing_is_let_go() {
    let server = Server::with(|options| options.config.limits.header_timeout_ms = 100);
    for begun in ["", "PRI * HT", "GET /healthz HTTP/1.1\r\nhost: te"] {
        let mut stream = server.connect();
        stream.write_all(begun.as_bytes()).unwrap();
        let mut rest = Vec::new();
        // Closed or reset: in any case it ends, and not by the client's own 30 s.
        let ended = stream.read_to_end(&mut rest);
        assert!(!ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "{begun:?}");
    }
    server.get("/healthz").expect(200);
}

#[test]
fn headers_have_a_size() {
    let server = Server::start();
    let value = "x".repeat(80 << 10);
    let answer = server.ask("GET", "/healthz", &[("x-long", &value)], b"");
    assert_eq!(answer.status, 431);
    let many: Vec<_> = (0..200).map(|number| (format!("x-{number}"), "x")).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(server.ask("GET", "/healthz", &many, b"").status, 431);
}

#[test]
fn one_connection_too_many_is_told_so() {
    let server = Server::with(|options| options.config.limits.connections = 2);
    let hold = |server: &Server| -> TcpStream {
        let mut stream = server.connect();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        stream
    };
    let held = [hold(&server), hold(&server)];
    let answer = Answer::read(server.connect());
    assert_eq!(answer.expect(503)["detail"], "too many connections are open");
    assert!(answer.headers.contains("retry-after: 1"));
    drop(held);
    // The host hears of the closed ones in its own time.
    while server.get("/healthz").status != 200 {}
}

#[test]
fn one_request_too_many_is_told_when_to_come_back() {
    let server = Server::with(|options| {
        options.config.limits.requests_per_second = 0.01;
        options.config.limits.burst = 2.0;
    });
    server.get("/v1/live").expect(200);
    server.get("/v1/live").expect(200);
    let answer = server.get("/v1/live");
    answer.expect(429);
    assert!(answer.headers.contains("retry-after: "), "{answer:?}");
    server.get("/readyz").expect(200);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::with(|options| options.config.limits.request_timeout_ms = 100);
    let mut stream = server.connect();
    stream.write_all(&head("POST", "/v1/messages", &[DEV, JSON], Some(100))).unwrap();
    stream.write_all(b"{").unwrap();
    assert_eq!(Answer::read(stream).expect(503)["title"], "Took too long");
}

#[test]
fn the_end_finishes_what_is_in_flight() {
    let mut server = Server::start();
    let body = message_body("c", "m").to_string();
    let mut stream = server.connect();
    let headers = [DEV, JSON, ("expect", "100-continue")];
    stream.write_all(&head("POST", "/v1/messages", &headers, Some(body.len()))).unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.tell();
    // The port is closed once the host has begun to stop.
    while TcpStream::connect(server.address).is_ok() {}
    stream.write_all(body.as_bytes()).unwrap();
    let answer = Answer::read(stream);
    answer.expect(200);

    let server = Server::on(server.stop(), |_| ());
    let again = server.message("c", "m");
    assert!(again.headers.contains("cuecard-duplicate: true"));
    assert_eq!(again.body, answer.body);
}
