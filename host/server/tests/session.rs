//! People who log in, by real sockets: the life of a session, what another site cannot do, roles, pauses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use cuecard::{clock, ids::key_hash, people::password};
use cuecard_engine::{Change, Engine, KeyRole, PeopleChange, Person, Session, SqliteEngine};
use cuecard_model::Timestamp;
use serde_json::{Value, json};
use support::{Answer, JSON, Server, conforms, message_body, write};

const PASSWORD: &str = "four words will do";
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

fn log_in(server: &Server, name: &str, password: &str) -> Answer {
    let body = json!({"name": name, "password": password}).to_string();
    server.ask("POST", "/v1/session", &[JSON], body.as_bytes())
}

/// A browser that is logged in.
struct Browser<'a> {
    server: &'a Server,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server, name: &str, password: &str) -> Self {
        let answer = log_in(server, name, password);
        let body = answer.expect(200);
        conforms("Session", &body);
        Self { server, cookie: cookie(&answer), csrf: body["csrf"].as_str().unwrap().to_owned() }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let headers = [("cookie", &*self.cookie), ("x-csrf-token", &*self.csrf), OURS, JSON];
        self.server.ask(method, path, &headers, body.as_bytes())
    }
}

fn cookie(answer: &Answer) -> String {
    let line = answer.headers.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    line.split(';').next().unwrap().to_owned()
}

fn person(name: &str, roles: &[KeyRole]) -> Person {
    let password = password::hash(PASSWORD).unwrap().into();
    let created_at = clock::now();
    Person {
        merchant: "shop".into(),
        name: name.into(),
        roles: roles.to_vec(),
        password,
        created_at,
        disabled_at: None,
    }
}

/// A host that is no demo, with these changes made before it starts.
fn server_with(changes: Vec<Change>) -> Server {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("plugins/echo"), "1.0.0", support::CODE);
    change(folder, changes)
}

fn change(folder: tempfile::TempDir, changes: Vec<Change>) -> Server {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let engine = SqliteEngine::open(folder.path().join("data")).unwrap();
    assert!(runtime.block_on(engine.change(changes)).unwrap());
    drop(engine);
    Server::on(folder, |options| options.demo = None)
}

fn arrived(people: &[Person]) -> Vec<Change> {
    people.iter().map(|person| Change::People(PeopleChange::Arrived(person.clone()))).collect()
}

#[test]
fn the_demo_has_a_person_with_every_role() {
    let server = Server::start();
    let browser = Browser::new(&server, " Demo ", "demo");
    let me = browser.ask("GET", "/v1/session", "").expect(200);
    assert_eq!((&me["name"], &me["merchant"], &me["csrf"]), (&json!("demo"), &json!("demo"), &json!(browser.csrf)));
    assert_eq!(me["roles"], json!(["ingest", "agent", "author", "operator"]));
    browser.ask("POST", "/v1/messages", &message_body("c", "m").to_string()).expect(200);
    browser.ask("GET", "/v1/keys", "").expect(200);
    let ended = browser.ask("DELETE", "/v1/session", "");
    assert!(ended.status == 204 && ended.headers.contains("max-age=0"), "{ended:?}");
    let after = browser.ask("GET", "/v1/session", "").expect(401);
    assert_eq!(after["type"], "urn:cuecard:problem:session-ended");
    // Nothing of the demo's person is kept: a host without the demo does not know them.
    let server = Server::on(server.stop(), |options| options.demo = None);
    log_in(&server, "demo", "demo").expect(401);
}

#[test]
fn a_session_lives_through_a_restart_and_ends_with_a_logout() {
    let server = server_with(arrived(&[person("ana", &[KeyRole::Agent])]));
    let answer = log_in(&server, "ana", PASSWORD);
    answer.expect(200);
    for part in ["httponly", "samesite=strict", "path=/", "max-age=43200", "cache-control: no-store"] {
        assert!(answer.headers.contains(part), "{part}: {answer:?}");
    }
    let (cookie, csrf) = (cookie(&answer), answer.json()["csrf"].as_str().unwrap().to_owned());
    let data = server.stop();
    let file = std::fs::read(data.path().join("data/cuecard.db")).unwrap();
    let token = cookie.split_once('=').unwrap().1.as_bytes();
    assert!(!file.windows(token.len()).any(|bytes| bytes == token), "the token itself is nowhere");
    let server = Server::on(data, |options| options.demo = None);
    let browser = Browser { server: &server, cookie, csrf };
    assert_eq!(browser.ask("GET", "/v1/session", "").expect(200)["csrf"], json!(browser.csrf));
    let mut stream = browser.server.listen_as("/v1/stream", &[("cookie", &browser.cookie)]);
    browser.ask("POST", "/v1/messages", &message_body("c", "m").to_string()).expect(200);
    assert_eq!(stream.next().0, "suggestion");
    let other = Browser::new(&server, "ana", PASSWORD);
    assert_eq!(browser.ask("DELETE", "/v1/session", "").status, 204);
    browser.ask("GET", "/v1/outreach", "").expect(401);
    other.ask("GET", "/v1/outreach", "").expect(200);
    assert!(stream.ends(), "an open stream ends with its session");
}

#[test]
fn behind_tls_the_cookie_is_strict() {
    let server = server_with(arrived(&[person("ana", &[KeyRole::Agent])]));
    let tls = ("x-forwarded-proto", "https");
    let body = json!({"name": "ana", "password": PASSWORD}).to_string();
    let answer = server.ask("POST", "/v1/session", &[JSON, tls], body.as_bytes());
    answer.expect(200);
    let cookie = cookie(&answer);
    assert!(cookie.starts_with("__host-cuecard=") && answer.headers.contains("; secure"), "{answer:?}");
    // Names of cookies are told apart by case; the client here has written all headers small.
    let strict = cookie.replace("__host-", "__Host-");
    let plain = cookie.replace("__host-", "");
    for (headers, expected) in
        [(&[("cookie", &*strict), tls][..], 200), (&[("cookie", &*strict)], 401), (&[("cookie", &*plain), tls], 401)]
    {
        assert_eq!(server.ask("GET", "/v1/outreach", headers, b"").status, expected, "{headers:?}");
    }
}

#[test]
fn another_site_can_do_nothing() {
    let server = server_with(arrived(&[person("ana", &[KeyRole::Agent])]));
    let browser = Browser::new(&server, "ana", PASSWORD);
    let (cookie, csrf) = (("cookie", &*browser.cookie), ("x-csrf-token", &*browser.csrf));
    let body = message_body("c", "m").to_string();
    let host = ("origin", "http://test");
    for (headers, expected, kind) in [
        (&[cookie, JSON][..], 403, "cross-origin"),
        (&[cookie, JSON, csrf], 403, "cross-origin"),
        (&[cookie, JSON, csrf, ("origin", "http://evil.example")], 403, "cross-origin"),
        (&[cookie, JSON, csrf, ("sec-fetch-site", "cross-site")], 403, "cross-origin"),
        (&[cookie, JSON, csrf, OURS, ("origin", "http://evil.example")], 403, "cross-origin"),
        (&[cookie, JSON, OURS], 403, "csrf"),
        (&[cookie, JSON, OURS, ("x-csrf-token", "wrong")], 403, "csrf"),
        (&[cookie, JSON, OURS, csrf], 200, ""),
        (&[cookie, JSON, host, csrf], 200, ""),
        // A key needs none of that; it goes first, and a wrong one is not made good by the cookie.
        (&[cookie, JSON, OURS, csrf, ("authorization", "Bearer cc_wrong")], 401, "unauthorized"),
    ] {
        let answer = server.ask("POST", "/v1/messages", headers, body.as_bytes());
        assert_eq!(answer.status, expected, "{headers:?}: {answer:?}");
        if expected != 200 {
            assert_eq!(answer.json()["type"], format!("urn:cuecard:problem:{kind}"), "{headers:?}");
            assert!(answer.json()["hint"].is_string());
        }
    }
    let login = json!({"name": "ana", "password": PASSWORD}).to_string();
    let evil = ("origin", "http://evil.example");
    server.ask("POST", "/v1/session", &[JSON, evil], login.as_bytes()).expect(403);
    server.ask("POST", "/v1/session", &[("content-type", "text/plain")], login.as_bytes()).expect(415);
    server.ask("POST", "/v1/session", &[JSON, host], login.as_bytes()).expect(200);
}

#[test]
fn roles_open_what_they_open_for_keys() {
    let people = [("ana", KeyRole::Agent), ("olga", KeyRole::Operator), ("ivo", KeyRole::Author)];
    let server = server_with(arrived(&people.map(|(name, role)| person(name, &[role]))));
    let [ana, olga, ivo] = ["ana", "olga", "ivo"].map(|name| Browser::new(&server, name, PASSWORD));
    for (browser, path, expected) in [
        (&ana, "/v1/outreach", 200),
        (&ana, "/v1/keys", 403),
        (&ivo, "/v1/plugins", 200),
        (&ivo, "/v1/outreach", 403),
        (&olga, "/v1/outreach", 200),
        (&olga, "/v1/keys", 200),
        (&ana, "/v1/session", 200),
    ] {
        let answer = browser.ask("GET", path, "");
        assert_eq!(answer.status, expected, "{path}: {answer:?}");
    }
}

#[test]
fn a_session_ends_by_age_and_by_rest() {
    let ago = |seconds: i64| Timestamp::from_seconds(clock::now().seconds() - seconds);
    let ana = person("ana", &[KeyRole::Agent]);
    let session = |token: &str, created: i64, used: i64| {
        let (hash, merchant, name) = (key_hash(token).into(), "shop".into(), "ana".into());
        let session = Session { hash, merchant, name, created_at: ago(created), used_at: ago(used) };
        Change::People(PeopleChange::Began { session, password: ana.password.clone() })
    };
    let (hour, minute) = (3600, 60);
    let mut changes = arrived(std::slice::from_ref(&ana));
    changes.extend([
        session("fresh", 11 * hour, hour),
        session("rested", 3 * hour, 2 * hour),
        session("old", 12 * hour, minute),
    ]);
    let server = server_with(changes);
    let ask = |server: &Server, token: &str| {
        server.ask("GET", "/v1/outreach", &[("cookie", &format!("cuecard={token}"))], b"").status
    };
    assert_eq!(["fresh", "rested", "old", "unknown"].map(|token| ask(&server, token)), [200, 401, 401, 401]);
    // That it was used is kept: the next rest is counted from there.
    let folder = server.stop();
    let engine = SqliteEngine::open(folder.path().join("data")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (kept, _) = runtime.block_on(engine.session(&key_hash("fresh"))).unwrap().unwrap();
    assert!(kept.used_at > ago(minute), "{kept:?}");
}

#[test]
fn guessing_is_slowed_down_and_says_nothing() {
    let server = server_with(arrived(&[person("ana", &[KeyRole::Agent])]));
    let known = log_in(&server, "ana", "a wrong password");
    let unknown = log_in(&server, "nobody", "a wrong password");
    assert_eq!(known.expect(401), unknown.expect(401));
    for _ in 0..4 {
        log_in(&server, "ana", "a wrong password").expect(401);
    }
    let paused = log_in(&server, "ana", PASSWORD);
    paused.expect(429);
    assert!(paused.headers.contains("retry-after: 1"), "{paused:?}");
    let wait = std::time::Instant::now();
    // Right after the pause the right password opens.
    let opened = loop {
        let answer = log_in(&server, "ana", PASSWORD);
        if answer.status != 429 {
            break answer;
        }
        assert!(wait.elapsed().as_secs() < 10, "{answer:?}");
        std::thread::yield_now();
    };
    opened.expect(200);
    assert!(wait.elapsed().as_millis() > 300, "the pause lasts");
}

#[test]
fn people_change_their_own_password() {
    let server = server_with(arrived(&[person("ana", &[KeyRole::Agent])]));
    let [browser, other] = [0, 1].map(|_| Browser::new(&server, "ana", PASSWORD));
    let change = |browser: &Browser<'_>, from: &str, to: &str| {
        browser.ask("POST", "/v1/session/password", &json!({"password": from, "new_password": to}).to_string())
    };
    assert_eq!(change(&browser, "not my password", "four other words will").expect(403)["field"], "password");
    change(&browser, PASSWORD, "short").expect(400);
    let answer = change(&browser, PASSWORD, "four other words will");
    let csrf = answer.expect(200)["csrf"].as_str().unwrap().to_owned();
    let goes_on = Browser { server: &server, cookie: cookie(&answer), csrf };
    let statuses = [&browser, &other, &goes_on].map(|browser| browser.ask("GET", "/v1/outreach", "").status);
    assert_eq!(statuses, [401, 401, 200]);
    log_in(&server, "ana", PASSWORD).expect(401);
    log_in(&server, "ana", "four other words will").expect(200);
    let demo = Server::start();
    change(&Browser::new(&demo, "demo", "demo"), "demo", "four other words will").expect(409);
}

#[test]
fn who_is_disabled_or_has_a_new_password_is_out() {
    let ana = person("ana", &[KeyRole::Agent]);
    let server = server_with(arrived(&[ana.clone(), person("bo", &[KeyRole::Agent])]));
    let tokens = ["ana", "bo"].map(|name| cookie(&log_in(&server, name, PASSWORD)));
    let disabled = Person { disabled_at: Some(clock::now()), ..ana };
    let server = change(server.stop(), vec![Change::People(PeopleChange::Changed(disabled))]);
    let ask = |token: &str| server.ask("GET", "/v1/outreach", &[("cookie", token)], b"").status;
    assert_eq!([ask(&tokens[0]), ask(&tokens[1])], [401, 200]);
    let answer: Value = log_in(&server, "ana", PASSWORD).expect(401);
    assert_eq!(answer["detail"], "the name or the password is wrong");
}
