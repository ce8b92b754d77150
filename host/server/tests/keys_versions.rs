//! Stored keys from one version of a plugin to the next: copied beside the live path, swapped with the version, given
//! back by a rollback, refused with a reason.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that fails says where")]

mod support;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use cuecard_plugin::bundle::{Bundle, BundleLimits, to_archive};
use serde_json::{Value, json};
use support::{Answer, DEV, JSON, Server, conforms};

/// Counts a customer's messages.
const ONE: &str = r#"
local function compose(turn)
    local count = (cuecard.get_key("count") or 0) + 1
    cuecard.set_key("count", count)
    return { { message = "said", arguments = { count = count }, reason = "counted", confidence = 0.9 } }
end
return { compose = compose }
"#;

/// The same under another name, in hundredths.
const TWO: &str = r#"
local function compose(turn)
    local count = (cuecard.get_key("hundredths") or 0) / 100 + 1
    cuecard.set_key("hundredths", count * 100)
    return { { message = "said", arguments = { count = count }, reason = "counted", confidence = 0.9 } }
end
local function migrate(from, keys)
    assert(from == 1, "only from the first version")
    if keys.broken then
        error("cannot be read")
    end
    return { hundredths = keys.count * 100 }
end
return { compose = compose, migrate = migrate }
"#;

fn archive(version: &str, keys: u32, code: &str, case: &str) -> Vec<u8> {
    let manifest = format!(
        "[plugin]\nid = \"counter\"\nversion = \"{version}\"\napi = \"1\"\nruntime = \"lua\"\n\
         [hooks.compose]\nscenarios = [\"*\"]\n[capabilities]\nkeys = true\n[keys]\nversion = {keys}\n"
    );
    let messages = format!(r#"{{"said": "{version} counts {{$count}}"}}"#);
    let mut files = vec![("plugin.toml", manifest), ("main.luau", code.to_owned()), ("messages/en.json", messages)];
    if !case.is_empty() {
        files.push(("tests/keys.toml", case.to_owned()));
    }
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    to_archive(&Bundle::from_files(files, &BundleLimits::default()).unwrap()).unwrap()
}

fn put(server: &Server, archive: &[u8], query: &str) -> Answer {
    server.ask("PUT", &format!("/v1/plugins/counter?{query}"), &[DEV], archive)
}

fn ask(server: &Server, customer: &str, message: &str) -> Value {
    let body = json!({"conversation_id": format!("c-{customer}"), "message_id": message, "text": "hello there",
        "customer": {"id": customer}});
    server.send("POST", "/v1/messages", &body).expect(200)
}

/// On a busy machine a plugin may be kept waiting past its time. It has stored nothing then, and is asked again.
fn said(server: &Server, customer: &str, message: &str) -> String {
    for again in 0..200 {
        let reply = ask(server, customer, &format!("{message}-{again}"));
        let counter = |it: &&Value| it["plugin"].as_str().unwrap().starts_with("counter@");
        if let Some(suggestion) = reply["suggestions"].as_array().unwrap().iter().find(counter) {
            return suggestion["text"].as_str().unwrap().to_owned();
        }
        let failure = reply["failures"].as_array().unwrap().iter().find(counter);
        let kind = failure.unwrap_or_else(|| panic!("{reply:#}"))["kind"].as_str().unwrap();
        assert!(matches!(kind, "timeout" | "killed" | "skipped"), "{reply:#}");
        thread::sleep(Duration::from_millis(100));
    }
    panic!("the machine is too busy for a plugin");
}

fn counter(server: &Server) -> Value {
    let plugins = server.get("/v1/plugins").expect(200);
    conforms("PluginList", &plugins);
    plugins["plugins"].as_array().unwrap().iter().find(|plugin| plugin["id"] == "counter").unwrap().clone()
}

fn rollback(server: &Server) -> Answer {
    server.ask("POST", "/v1/plugins/counter/rollback", &[DEV, JSON], b"")
}

#[test]
fn keys_come_along_and_go_back() {
    let server = Server::start();
    put(&server, &archive("1.0.0", 1, ONE, ""), "").expect(201);
    for (number, customer) in ["u-1", "u-1", "u-2"].into_iter().enumerate() {
        said(&server, customer, &format!("m-{number}"));
    }
    let case = "[[case]]\nname = \"in hundredths\"\nfrom = 1\nkeys = { count = 3 }\n\
        expect.keys = { hundredths = 300 }\nexpect.keys_forgotten = [\"count\"]\n";
    let path = "/v1/plugins/counter/rehearse?turns=10";
    let rehearsed = server.ask("POST", path, &[DEV], &archive("2.0.0", 2, TWO, case)).expect(200);
    assert!(rehearsed.to_string().contains("2.0.0 counts 2"), "with the keys of then: {rehearsed:#}");
    let live = put(&server, &archive("2.0.0", 2, TWO, case), "").expect(200);
    conforms("Reload", &live);
    assert!(live["reason"].as_str().unwrap().starts_with("keys 1 -> 2, 2 customers; "), "{live:#}");
    assert_eq!((&counter(&server)["keys_version"], &counter(&server)["version"]), (&json!(2), &json!("2.0.0")));
    assert_eq!(said(&server, "u-1", "m-10"), "2.0.0 counts 3");
    assert_eq!(said(&server, "u-3", "m-11"), "2.0.0 counts 1");
    let shown = server.get("/v1/plugins/counter").expect(200);
    assert_eq!((&shown["stored_keys"]["version"], &shown["stored_keys"]["customers"]), (&json!(2), &json!(3)));

    let back = rollback(&server).expect(200);
    assert_eq!(back["reason"], "keys 2 -> 1 as they were, 2 writes since are lost");
    assert_eq!(said(&server, "u-1", "m-12"), "1.0.0 counts 3");
    assert_eq!(said(&server, "u-3", "m-13"), "1.0.0 counts 1");

    // The same version once more: what was stored since is migrated anew.
    put(&server, &archive("2.0.0", 2, TWO, ""), "").expect(200);
    assert_eq!(said(&server, "u-1", "m-14"), "2.0.0 counts 4");
    let folder = server.stop();
    let server = Server::on(folder, |_| ());
    assert_eq!(said(&server, "u-1", "m-15"), "2.0.0 counts 5");
    let audit = server.get("/v1/audit?limit=50").expect(200);
    assert!(audit.to_string().contains("keys 1 -> 2, 2 customers"), "{audit:#}");
}

#[test]
fn what_cannot_be_migrated_changes_nothing() {
    let server = Server::start();
    put(&server, &archive("1.0.0", 1, ONE, ""), "").expect(201);
    said(&server, "u-1", "m-1");
    let refused = |archive: &[u8], query: &str, status: u16| {
        let told = put(&server, archive, query).expect(status);
        assert_eq!(said_version(&server), "1.0.0");
        told.to_string()
    };
    let without = refused(&archive("2.0.0", 2, ONE, ""), "", 422);
    assert!(without.contains("need 'migrate'") && without.contains("main.luau"), "{without}");
    let wrong = TWO.replace("keys.count * 100", "keys.cuont * 100");
    let told = refused(&archive("2.0.0", 2, &wrong, ""), "", 422);
    assert!(told.contains("main.luau") && told.contains("\"line\":12"), "{told}");
    assert!(told.contains("migrate(1) failed for a customer whose keys are count (a number)"), "{told}");
    let odd = TWO.replace("return { hundredths", "cuecard.set_key(\"a\", 1) return { hundredths");
    assert!(refused(&archive("2.0.0", 2, &odd, ""), "", 422).contains("set_key has no say"));
    let endless = TWO.replace("assert(from == 1, \"only from the first version\")", "while true do end");
    assert!(refused(&archive("2.0.0", 2, &endless, ""), "", 422).contains("stopped after 20 ms"));
    let case = "[[case]]\nname = \"wrong\"\nfrom = 1\nkeys = { count = 3 }\nexpect.keys = { hundredths = 3 }\n";
    assert!(refused(&archive("2.0.0", 2, TWO, case), "", 422).contains("the case 'wrong' failed"));
    let canary = refused(&archive("2.0.0", 2, TWO, ""), "canary=0.5", 409);
    assert!(canary.contains("its keys are of version 2, those of 1.0.0 of 1"), "{canary}");
    assert_eq!(said(&server, "u-1", "m-9"), "1.0.0 counts 2");

    put(&server, &archive("2.0.0", 2, TWO, ""), "").expect(200);
    let older = put(&server, &archive("3.0.0", 1, ONE, ""), "").expect(422).to_string();
    assert!(older.contains("the stored keys are of version 2, and this bundle's are of version 1"), "{older}");
    let last = server.get("/v1/reloads?limit=1").expect(200)["reloads"][0].clone();
    assert_eq!(last["outcome"], "refused");
    assert_eq!(said(&server, "u-1", "m-10"), "2.0.0 counts 3");
}

fn said_version(server: &Server) -> String {
    counter(server)["version"].as_str().unwrap().to_owned()
}

/// Everybody's messages are counted, whichever version answers them: none is lost at the swap.
#[test]
fn live_turns_lose_nothing_and_hardly_wait() {
    const CUSTOMERS: usize = 4;
    let server = Server::start();
    put(&server, &archive("1.0.0", 1, ONE, ""), "").expect(201);
    let (stop, worst) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..CUSTOMERS)
            .map(|customer| {
                let (server, stop, worst) = (&server, &stop, &worst);
                scope.spawn(move || {
                    let customer = format!("u-{customer}");
                    let mut count = 0;
                    while !stop.load(Ordering::Relaxed) {
                        count += 1;
                        let began = Instant::now();
                        let text = said(server, &customer, &format!("m-{count}"));
                        worst.fetch_max(began.elapsed().as_millis() as u64, Ordering::Relaxed);
                        assert!(text.ends_with(&format!(" counts {count}")), "{customer}: {text}, not {count}");
                    }
                    count
                })
            })
            .collect();
        let mut code = TWO.replace("assert(from == 1, \"only from the first version\")", "");
        for keys in 2..8 {
            thread::sleep(Duration::from_millis(200));
            let live = put(&server, &archive(&format!("{keys}.0.0"), keys, &code, ""), "").expect(200);
            assert!(live["reason"].as_str().unwrap().ends_with("4 customers"), "{live:#}");
            code = code.replace("keys.count * 100", "keys.hundredths");
        }
        stop.store(true, Ordering::Relaxed);
        let counted: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        println!("turns {counted:?}, the longest took {} ms", worst.load(Ordering::Relaxed));
        assert!(counted.iter().all(|count| *count > 10), "{counted:?}");
    });
}
