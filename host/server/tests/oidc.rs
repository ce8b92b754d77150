//! Login through another service, against one on a real socket that checks what it is sent as such services do.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

#[path = "oidc/browser.rs"]
mod browser;
#[path = "oidc/service.rs"]
mod service;
mod support;

use std::net::TcpListener;

use browser::{Browser, location};
use cuecard::people::oidc::Settings;
use serde_json::{Value, json};
use service::{Service, Twist, query};
use support::{JSON, Server, conforms};

const ORIGIN: &str = "http://127.0.0.1:9";
const ANA: &str = "ana@shop.example";

fn settings(issuer: &str, more: &str) -> Settings {
    // The secret is what cargo says in this variable: "cuecard".
    let text = format!(
        "name = \"Shop\"\nissuer = {issuer:?}\nclient_id = \"the desk\"\norigin = {ORIGIN:?}\nsecret_env = \"CARGO_PKG_NAME\"\n{more}"
    );
    toml::from_str(&text).unwrap()
}

/// A host with these people, who have no password.
fn host(settings: Settings, people: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    support::write(&folder.path().join("plugins/echo"), "1.0.0", support::CODE);
    let server = Server::on(folder, move |options| options.config.oidc = Some(settings));
    for name in people {
        let person = json!({"name": name, "roles": ["agent"], "no_password": true});
        server.send("POST", "/v1/users", &person).expect(201);
    }
    server
}

fn failed_logins(server: &Server) -> Vec<Value> {
    let all = records(server, "/v1/audit").into_iter().chain(records(server, "/v1/audit?shared=true"));
    all.filter(|record| record["action"] == "login.failed").collect()
}

fn records(server: &Server, path: &str) -> Vec<Value> {
    let listed = server.get(path).expect(200);
    listed["audit"].as_array().unwrap().iter().map(|stored| stored["record"].clone()).collect()
}

#[test]
fn whom_the_service_names_and_an_operator_added_is_in() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    let ways = server.ask("GET", "/v1/session/ways", &[], b"").expect(200);
    conforms("LoginWays", &ways);
    assert_eq!(ways, json!({"oidc": {"name": "Shop"}}));
    // With a password nobody is let in as them.
    let guess = json!({"name": ANA, "password": ""}).to_string();
    server.ask("POST", "/v1/session", &[JSON], guess.as_bytes()).expect(401);

    let mut browser = Browser::new(&server);
    let away = browser.get("/v1/session/oidc?to=/console");
    let set = away.head.lines().find_map(|line| line.strip_prefix("set-cookie: cuecard-oidc=")).unwrap();
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=600"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    let sent = query(&location(&away));
    assert_eq!((&*sent["client_id"], &*sent["response_type"]), ("the desk", "code"));
    assert_eq!(
        (&*sent["redirect_uri"], &*sent["code_challenge_method"]),
        (&*format!("{ORIGIN}/v1/session/oidc/callback"), "S256")
    );
    assert!(sent["scope"].split(' ').any(|scope| scope == "openid"), "{sent:?}");

    let back = browser.leave(&service, "/insights?from=2026-11-01%26to=2026-11-02");
    let answer = browser.get(&back);
    assert_eq!(location(&answer), "/insights?from=2026-11-01&to=2026-11-02", "{answer:?}");
    let session = answer.head.lines().find(|line| line.starts_with("set-cookie: cuecard=")).unwrap();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"] {
        assert!(session.contains(part), "{part}: {session}");
    }
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["cuecard"], "the other cookie is gone");
    // A session like any other: roles, the token against other sites, an end.
    let me = browser.get("/v1/session").expect(200);
    conforms("Session", &me);
    assert_eq!((&me["name"], &me["roles"], &me["merchant"]), (&json!(ANA), &json!(["agent"]), &json!("demo")));
    browser.get("/v1/users").expect(403);
    let (cookie, csrf) = (format!("cuecard={}", browser.cookies["cuecard"]), me["csrf"].as_str().unwrap());
    let ours = ("sec-fetch-site", "same-origin");
    server.ask("DELETE", "/v1/session", &[("cookie", &cookie), ours], b"").expect(403);
    server.ask("DELETE", "/v1/session", &[("cookie", &cookie), ours, ("x-csrf-token", csrf)], b"").expect(204);
    assert!(!browser.is_in());
    let records = records(&server, "/v1/audit");
    let login = records.iter().find(|record| record["action"] == "login.ok").unwrap();
    assert_eq!(
        (&login["by"], &login["detail"]["through"]),
        (&json!(format!("person:{ANA}")), &json!("oidc")),
        "{login}"
    );
}

/// Each of these lets nobody in and leaves its word, and its reason on record; what costs a stranger nothing leaves none.
fn nobody_gets_in(service: &Service, server: &Server, rows: Vec<(Twist, &str, &str)>) {
    for (twist, word, reason) in rows {
        let before = failed_logins(server).len();
        let told = format!("{twist:?}");
        service.twist(twist);
        let mut browser = Browser::new(server);
        assert_eq!(browser.log_in(service, "/console"), format!("/console?login={word}"), "{told}");
        assert!(browser.cookies.is_empty() && !browser.is_in(), "{told}: {:?}", browser.cookies);
        let records = failed_logins(server);
        assert_eq!(records.len() - before, usize::from(!reason.is_empty()), "{told}: {records:?}");
        let has_reason = |record: &Value| record["detail"]["reason"].as_str().is_some_and(|it| it.contains(reason));
        assert!(reason.is_empty() || records.iter().any(has_reason), "{told}: {records:?}");
    }
}

#[test]
fn claims_that_do_not_fit_let_nobody_in() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    let now = cuecard::clock::now().seconds();
    let claims = |claims: Value| Twist { claims, ..Twist::default() };
    let beside = |userinfo: Value| Twist { userinfo, claims: json!({"email": null}), ..Twist::default() };
    let rows = vec![
        (claims(json!({"nonce": "another"})), "unfit", "belongs to another login"),
        (claims(json!({"nonce": null})), "unfit", "belongs to another login"),
        (claims(json!({"aud": "another"})), "unfit", "for somebody else"),
        (claims(json!({"aud": ["the desk", "another"]})), "unfit", "for somebody else"),
        (claims(json!({"azp": "another"})), "unfit", "for somebody else"),
        (claims(json!({"iss": "https://evil.example"})), "unfit", "another issuer's"),
        (claims(json!({"exp": now - 100})), "unfit", "run out"),
        (claims(json!({"iat": now + 300})), "unfit", "of the future"),
        (claims(json!({"nbf": now + 300})), "unfit", "of the future"),
        (claims(json!({"email_verified": false})), "unfit", "not verified"),
        (claims(json!({"email": null})), "unfit", "does not say who"),
        (beside(json!({"sub": "u-8", "email": ANA, "email_verified": true})), "unfit", "about somebody else"),
        (beside(json!({"sub": null, "email": ANA, "email_verified": true})), "unfit", "about somebody else"),
        (beside(json!({"email": ANA})), "unfit", "not verified"),
        (beside(json!({"email": "eve@shop.example", "email_verified": true})), "unknown", "nobody of that name"),
    ];
    nobody_gets_in(&service, &server, rows);
}

#[test]
fn answers_that_do_not_fit_let_nobody_in() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA, "off@shop.example"]);
    server.send("POST", "/v1/users/off@shop.example/disable", &Value::Null).expect(200);
    let named = |email: &str| Twist { claims: json!({"email": email}), ..Twist::default() };
    let says = |status: u16, body: &str| Twist { answer: Some((status, body.to_owned())), ..Twist::default() };
    let back = |query: &'static str| Twist { instead: Some(query), ..Twist::default() };
    let rows = vec![
        (named("eve@shop.example"), "unknown", "nobody of that name"),
        (named("demo"), "unknown", "nobody of that name"),
        (named("off@shop.example"), "unknown", "switched off"),
        (says(400, r#"{"error": "invalid_grant"}"#), "unfit", "does not take the code"),
        (says(401, r#"{"error": "invalid_client"}"#), "down", ""),
        (says(500, "<h1>oh</h1>"), "down", ""),
        (says(302, "{}"), "down", ""),
        (says(200, "{}"), "down", ""),
        (says(200, r#"{"id_token": "e30.e30"}"#), "down", ""),
        (says(200, r#"{"id_token": "e30.e30.e30.e30.e30"}"#), "down", ""),
        (says(200, r#"{"id_token": "a.?.b"}"#), "down", ""),
        (says(200, &format!("{{\"id_token\": \"{}\"}}", "a".repeat(300_000))), "down", ""),
        (back("error=access_denied&error_description=%3Cb%3Eno%3C%2Fb%3E"), "denied", ""),
        (back("error=temporarily_unavailable"), "down", ""),
        (back("error=login_required&code=good"), "denied", ""),
        // Nothing that comes through the browser is taken for a token.
        (back("id_token=e30.e30.e30&access_token=a"), "denied", ""),
        (back("code=made-up"), "unfit", "does not take the code"),
        (back("code=good&iss=https%3A%2F%2Fevil.example"), "unfit", ""),
    ];
    nobody_gets_in(&service, &server, rows);
    let tried: Vec<_> = failed_logins(&server).iter().map(|record| record["subject"].clone()).collect();
    assert!(tried.contains(&json!("eve@shop.example")) && tried.contains(&json!("off@shop.example")), "{tried:?}");
}

#[test]
fn what_may_differ_lets_people_in() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    let mut browser = Browser::new(&server);
    let now = cuecard::clock::now().seconds();
    for twist in [
        Twist { claims: json!({"email": "Ana@SHOP.example"}), ..Twist::default() },
        Twist { claims: json!({"aud": ["the desk"], "azp": "the desk"}), ..Twist::default() },
        // Clocks differ.
        Twist { claims: json!({"exp": now - 30, "iat": now + 30, "nbf": now + 30}), ..Twist::default() },
        // No signature is needed on what TLS has brought from the token endpoint itself.
        Twist { header: r#"{"alg": "none"}"#, ..Twist::default() },
        Twist {
            discovery: json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}),
            ..Twist::default()
        },
        Twist { issuer_in_answer: true, ..Twist::default() },
        // Many services say the mail address beside the ID token alone.
        Twist {
            claims: json!({"email": null, "email_verified": null}),
            userinfo: json!({"email": ANA, "email_verified": true}),
            ..Twist::default()
        },
    ] {
        let told = format!("{twist:?}");
        // What the service says of itself is asked for once an hour: another host for each.
        let server = host(settings(&service.url, ""), &[ANA]);
        service.twist(twist);
        assert_eq!(Browser::new(&server).log_in(&service, "/desk"), "/desk", "{told}");
    }
    service.twist(Twist::default());
    assert_eq!(browser.log_in(&service, "/desk"), "/desk");
    // Without a secret, PKCE alone vouches for us.
    let mut public = settings(&service.url, "");
    public.secret_env = None;
    let server = host(public, &[ANA]);
    service.twist(Twist { is_public: true, ..Twist::default() });
    assert_eq!(Browser::new(&server).log_in(&service, "/desk"), "/desk");
}

#[test]
fn a_login_is_finished_once_and_where_it_was_begun() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    let [mut ana, mut eve] = [Browser::new(&server), Browser::new(&server)];
    let [anas, eves] = [ana.leave(&service, "/desk"), eve.leave(&service, "/desk")];
    // Eve sends Ana the link that ends Eve's own login: Ana would work as Eve. Or she has caught Ana's.
    assert_eq!(ana.come(&eves), "/desk?login=expired");
    assert_eq!(eve.come(&anas), "/desk?login=expired");
    assert_eq!(Browser::new(&server).come(&anas), "/desk?login=expired", "a browser without any cookie");
    // Her code with Ana's state: PKCE's verifier is another.
    let code = query(&eves)["code"].clone();
    let mixed = format!("/v1/session/oidc/callback?state={}&code={code}", query(&anas)["state"]);
    let cookie = ana.cookies.clone();
    assert_eq!(ana.come(&mixed), "/desk?login=unfit");
    // That has ended the login, and a browser that holds on to the cookie gets no further.
    assert_eq!(ana.come(&anas), "/desk?login=expired");
    ana.cookies.clone_from(&cookie);
    assert_eq!(ana.come(&anas), "/desk");
    assert!(ana.is_in());
    ana.cookies = cookie;
    assert_eq!(ana.come(&anas), "/desk?login=unfit", "a code is good once");
    assert!(!ana.is_in() && !eve.is_in());
    // Too late, and without anything.
    for path in ["", "?state=", "?code=good", "?error=access_denied"] {
        assert_eq!(eve.come(&format!("/v1/session/oidc/callback{path}")), "/desk?login=expired", "{path}");
    }
}

#[test]
fn a_login_under_way_outlives_a_restart() {
    let service = Service::start();
    let shop = settings(&service.url, "");
    let server = host(shop.clone(), &[ANA]);
    let mut before = Browser::new(&server);
    let back = before.leave(&service, "/desk");
    let cookies = before.cookies;
    let server = Server::on(server.stop(), move |options| options.config.oidc = Some(shop));
    let mut after = Browser { server: &server, cookies };
    assert_eq!(after.come(&back), "/desk");
    assert!(after.is_in());
}

#[test]
fn nobody_is_sent_elsewhere() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    for to in [
        "//evil.example",
        "https://evil.example/desk",
        "/desk/../evil",
        "/%5Cevil.example",
        "/v1/session",
        "",
        "/desk?a=%0d%0ax:y",
    ] {
        assert_eq!(Browser::new(&server).log_in(&service, to), "/desk", "{to}");
    }
    // A cookie of one's own making leads nowhere else either.
    let mut browser = Browser::new(&server);
    let back = browser.leave(&service, "/desk");
    let changed = browser.cookies["cuecard-oidc"].replace("/desk", "//evil.example");
    browser.cookies.insert("cuecard-oidc".into(), changed);
    assert_eq!(browser.come(&back), "/desk?login=expired");
}

#[test]
fn a_service_that_is_down_or_another_is_said_to_be() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let server = host(settings(&url, ""), &[]);
    let mut browser = Browser::new(&server);
    assert_eq!(browser.come("/v1/session/oidc?to=/author"), "/author?login=down");

    let service = Service::start();
    for discovery in [
        json!({"issuer": "https://evil.example"}),
        json!({"issuer": format!("{}/", service.url)}),
        json!({"token_endpoint": "http://evil.example/token"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"authorization_endpoint": null}),
    ] {
        service.twist(Twist { discovery: discovery.clone(), ..Twist::default() });
        let server = host(settings(&service.url, ""), &[]);
        assert_eq!(Browser::new(&server).come("/v1/session/oidc"), "/desk?login=down", "{discovery}");
        // It is asked again, and is well.
        service.twist(Twist::default());
        Browser::new(&server).leave(&service, "/desk");
    }
}

#[test]
fn a_service_that_never_answers_costs_seconds_and_no_attempt() {
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let server = host(settings(&url, ""), &[]);
    let began = std::time::Instant::now();
    assert_eq!(Browser::new(&server).come("/v1/session/oidc?to=/desk"), "/desk?login=down");
    let took = began.elapsed().as_secs();
    assert!((4..10).contains(&took), "{took} s");
    assert!(failed_logins(&server).is_empty());
}

#[test]
fn whoever_tries_on_waits() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    service.twist(Twist { claims: json!({"email": "eve@shop.example"}), ..Twist::default() });
    let words: Vec<_> = (0..22).map(|_| Browser::new(&server).log_in(&service, "/desk")).collect();
    assert!(words[..20].iter().all(|word| word == "/desk?login=unknown"), "{words:?}");
    assert_eq!(words[21], "/desk?login=wait");
    // The service's own failures are nobody's attempts.
    let server = host(settings(&service.url, ""), &[ANA]);
    service.twist(Twist { answer: Some((503, "{}".to_owned())), ..Twist::default() });
    for _ in 0..25 {
        assert_eq!(Browser::new(&server).log_in(&service, "/desk"), "/desk?login=down");
    }
    service.twist(Twist::default());
    assert_eq!(Browser::new(&server).log_in(&service, "/desk"), "/desk");
}

#[test]
fn another_claim_and_one_merchants_people() {
    let service = Service::start();
    let server = host(settings(&service.url, "claim = \"sub\"\nmerchant = \"demo\""), &["u-1"]);
    // Another merchant has a person of that name too.
    let other = json!({"name": "u-1", "roles": ["agent"], "merchant": "other"});
    server.send("POST", "/v1/users", &other).expect(201);
    service.twist(Twist { claims: json!({"sub": "u-1", "email": null}), ..Twist::default() });
    let mut browser = Browser::new(&server);
    assert_eq!(browser.log_in(&service, "/desk"), "/desk");
    assert_eq!(browser.get("/v1/session").expect(200)["merchant"], "demo");
    service.twist(Twist { claims: json!({"sub": "U-1"}), ..Twist::default() });
    assert_eq!(Browser::new(&server).log_in(&service, "/desk"), "/desk?login=unfit", "another subject");

    // Where nothing says which merchant's, it is nobody.
    let server = host(settings(&service.url, "claim = \"sub\""), &["u-1"]);
    server.send("POST", "/v1/users", &other).expect(201);
    service.twist(Twist { claims: json!({"sub": "u-1"}), ..Twist::default() });
    assert_eq!(Browser::new(&server).log_in(&service, "/desk"), "/desk?login=unknown");
}

#[test]
fn behind_tls_both_cookies_are_secure() {
    let service = Service::start();
    let server = host(settings(&service.url, ""), &[ANA]);
    let tls = ("x-forwarded-proto", "https");
    let away = server.ask("GET", "/v1/session/oidc", &[tls], b"");
    let set = away.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(set.starts_with("__Host-cuecard-oidc=") && set.ends_with("; Secure"), "{set}");
    let back = service.authorize(&location(&away));
    let cookie = set.split(';').next().unwrap();
    let back = server.ask("GET", back.strip_prefix(ORIGIN).unwrap(), &[tls, ("cookie", cookie)], b"");
    let set: Vec<_> = back.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")).collect();
    assert!(set.len() == 2 && set[0].starts_with("__Host-cuecard=") && set[0].ends_with("; Secure"), "{back:?}");
    assert!(set[1].starts_with("__Host-cuecard-oidc=;") && set[1].ends_with("; Secure"), "{back:?}");
}

#[test]
fn without_a_service_there_is_none() {
    let server = Server::start();
    assert_eq!(server.ask("GET", "/v1/session/ways", &[], b"").expect(200), json!({"oidc": null}));
    for path in ["/v1/session/oidc", "/v1/session/oidc/callback?state=a&code=b"] {
        let answer = server.ask("GET", path, &[], b"").expect(404);
        assert!(answer["hint"].as_str().unwrap().contains("[oidc]"), "{answer}");
    }
}
