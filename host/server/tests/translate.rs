//! The translation connector through the real host, against a provider on a real socket.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

#[path = "support/provider.rs"]
mod provider;
mod support;

use std::time::{Duration, Instant};

use cuecard::{
    config::Config,
    start::{Host, Options},
};
use provider::{KEY, Mode, Provider};
use serde_json::{Value, json};
use support::{JSON, Server};

/// Says one sentence, in English alone, and the closing in German too.
const CODE: &str = r#"
local function compose(turn)
    local arguments = { order = "AF-1009", sum = { amount = "1234.50", currency = "EUR" }, coupon = "SPRING" }
    local steps = {
        { kind = "fact", message = "late", arguments = arguments },
        { kind = "closing", message = "bye", arguments = {} },
    }
    return { { steps = steps, reason = "asked", confidence = 0.9 } }
end
return { compose = compose, trigger = function() return {} end }
"#;
const EN: &str = r#"{"late": "{$person}, order {$order} for {$sum :money} is late; the code {$coupon} is for you: https://alder-fern.example/{$order}", "bye": "Goodbye."}"#;
const LATE: &str =
    "Sara, order AF-1009 for €1,234.50 is late; the code SPRING is for you: https://alder-fern.example/AF-1009";

/// A host whose plugin speaks no German but in its closing, with this operator's file.
fn server(config: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("plugins/echo");
    support::write(&plugin, "1.0.0", CODE);
    std::fs::write(plugin.join("messages/en.json"), EN).unwrap();
    std::fs::write(plugin.join("messages/de.json"), r#"{"bye": "Auf Wiedersehen."}"#).unwrap();
    let config = Config::parse(config).unwrap();
    Server::on(folder, move |options| options.config = config)
}

/// A customer writes German; the agent reads what `agent` says.
fn body(message: &str, agent: Option<&str>) -> Value {
    let customer = json!({"id": "u-2", "locale": "de-DE", "name": {"given": "Sara"}});
    let text = "Wo ist mein Paket, das ich bestellt habe?";
    let mut body = json!({"conversation_id": "c", "message_id": message, "text": text, "customer": customer});
    body["agent_locale"] = agent.into();
    body
}

fn say(server: &Server, message: &str, agent: Option<&str>) -> Value {
    let reply = server.send("POST", "/v1/messages", &body(message, agent)).expect(200);
    support::conforms("Reply", &reply);
    reply
}

/// The entries of a trace by this stage, as rule and reason.
fn translations(trace: &Value) -> Vec<(&str, &str)> {
    let entries = trace.as_array().into_iter().flatten().filter(|entry| entry["stage"] == "translate");
    entries.map(|entry| (entry["rule"].as_str().unwrap(), entry["why"].as_str().unwrap())).collect()
}

#[test]
fn what_has_no_words_is_translated() {
    for (kind, note) in [("deepl", "DE prefer_more"), ("libretranslate", "de"), ("openai", "spoken to")] {
        let provider = Provider::start(kind);
        let server = server(&provider.section("demo", "timeout_ms = 5000"));
        let reply = say(&server, "m", None);
        let suggestion = &reply["suggestions"][0];
        // The closing has German words, and they stay.
        let expected = format!("{LATE} ({note})\nAuf Wiedersehen.");
        assert_eq!(suggestion["text"], expected, "{kind}: {suggestion}");
        assert_eq!(suggestion["steps"][0], json!({"kind": "fact", "text": format!("{LATE} ({note})")}));
        assert_eq!((&suggestion["machine_translated"], &suggestion["locale"]), (&json!(true), &json!("de-DE")));
        let why = format!("{kind} translated it from en to de-DE; no human has read it");
        assert_eq!(translations(&suggestion["trace"]), [("translation", why.as_str())]);
        let entry = suggestion["trace"].as_array().unwrap().iter().find(|it| it["rule"] == "translation").unwrap();
        assert_eq!(
            (entry["before"].as_str(), entry["after"].as_str()),
            (Some(LATE), suggestion["steps"][0]["text"].as_str())
        );
        assert_eq!(provider.asked().len(), 1, "{kind}");
        assert!(reply["message_for_agent"].is_null(), "{reply}");

        // The same text again is remembered, the kept answer is the one that was given.
        assert_eq!(say(&server, "m2", None)["suggestions"][0]["text"], expected);
        let again = server.send("POST", "/v1/messages", &body("m", None));
        assert_eq!((again.expect(200), again.headers.contains("cuecard-duplicate")), (reply, true));
        assert_eq!(provider.asked().len(), 1, "{kind}");
        let metrics = server.get("/metrics").body;
        for line in [
            format!("translations_total{{provider=\"{kind}\",outcome=\"translated\"}} 1"),
            format!("translations_total{{provider=\"{kind}\",outcome=\"remembered\"}} 1"),
            format!("translation_seconds_count{{provider=\"{kind}\"}} 1"),
        ] {
            assert!(metrics.contains(&line), "{line}: {metrics}");
        }
        assert!(!metrics.contains(KEY));
    }
}

#[test]
fn the_agent_reads_along() {
    let provider = Provider::start("deepl");
    let server = server(&provider.section("demo", "timeout_ms = 5000"));
    let german = "Wo ist mein Paket, das ich bestellt habe?";

    // There are words in English: the suggestion for the agent is the plugin's own.
    let reply = say(&server, "m1", Some("en-US"));
    let suggestion = &reply["suggestions"][0];
    assert_eq!(suggestion["text_for_agent"], format!("{LATE}\nGoodbye."));
    assert!(suggestion["text_for_agent_machine_translated"].is_null(), "{suggestion}");
    let expected = json!({"text": format!("{german} (EN-US -)"), "language": "en-US", "machine_translated": true});
    assert_eq!(reply["message_for_agent"], expected);

    // There are none in French.
    let reply = say(&server, "m2", Some("fr"));
    let suggestion = &reply["suggestions"][0];
    assert_eq!(suggestion["text"], format!("{LATE} (DE prefer_more)\nAuf Wiedersehen."));
    assert_eq!(suggestion["text_for_agent"], format!("{LATE}\nAuf Wiedersehen. (FR -)"));
    assert_eq!(suggestion["text_for_agent_machine_translated"], true);
    assert_eq!(reply["message_for_agent"]["text"], format!("{german} (FR -)"));
    // One request for each pair of languages, and none for what was known.
    let ways: Vec<_> =
        provider.asked().iter().map(|it| format!("{} {}", it["source_lang"], it["target_lang"])).collect();
    assert_eq!(ways.len(), 4, "{ways:?}");

    // An agent who reads the customer's language needs nothing.
    let reply = say(&server, "m3", Some("de-AT"));
    assert!(reply["message_for_agent"].is_null() && reply["suggestions"][0]["text_for_agent"].is_null(), "{reply}");
    assert_eq!(provider.asked().len(), 4);
}

#[test]
fn a_provider_that_fails_leaves_everything_as_it_was() {
    let plain = server("");
    let before = say(&plain, "m", Some("fr"));
    for (mode, why) in [
        (Mode::Held, "no answer within 300 ms"),
        (Mode::Status(403), "it answered 403: it does not accept the key"),
        (Mode::Status(456), "it answered 456: the quota is used up"),
        (Mode::Status(302), "it answered 302"),
        (
            Mode::Body("{\"translations\": [{\"text\": 3}]}"),
            "its answer cannot be used: not the JSON expected, at line 1",
        ),
        (Mode::Body("<html>"), "its answer cannot be used"),
        (Mode::TooFew, "its answer cannot be used: it has 0 texts instead of 1"),
        (Mode::Echo, "the translation was refused, because it came back as it was"),
        (Mode::Replacing("AF-1009 for", "AF-1008 for"), "the translation was refused, because AF-1009 is lost"),
        (Mode::Replacing("1,234.50", "1,234.05"), "the translation was refused, because 1,234.50 is lost"),
        (Mode::Replacing("https://alder-fern", "https://alder-farn"), "https://alder-fern.example/AF-1009 is lost"),
        (Mode::Replacing("SPRING", "FRÜHLING"), "SPRING is lost"),
        (Mode::Replacing("Sara", "Frau Müller"), "the name Sara is lost"),
        (Mode::Replacing("is for you", "is for www.evil.example"), "www.evil.example is new"),
        (Mode::Replacing("is for you", "is garantiert for you {$x}"), "the text has placeholder in it"),
    ] {
        let provider = Provider::start("deepl");
        provider.behave(mode);
        let server = server(&provider.section("demo", ""));
        let began = Instant::now();
        let reply = say(&server, "m", None);
        assert!(began.elapsed() < Duration::from_secs(5), "{mode:?}");
        let suggestion = &reply["suggestions"][0];
        assert_eq!(suggestion["text"], before["suggestions"][0]["text"], "{mode:?}");
        assert_eq!(suggestion["locale"], before["suggestions"][0]["locale"]);
        assert!(suggestion["machine_translated"].is_null(), "{suggestion}");
        let said = translations(&suggestion["trace"]);
        let [("translation-failed", said)] = said[..] else { panic!("{mode:?}: {said:?}") };
        assert!(said.starts_with("not translated by deepl: ") && said.contains(why), "{mode:?}: {said}");
        assert!(!reply.to_string().contains(KEY), "{mode:?}");
        if mode == Mode::Held {
            let total = reply["timing_us"]["total"].as_u64().unwrap();
            assert!((300_000..1_000_000).contains(&total), "{total}");
        }
    }
}

#[test]
fn a_provider_that_fails_again_and_again_is_left_alone() {
    let provider = Provider::start("deepl");
    provider.behave(Mode::Status(500));
    let server = server(&provider.section("demo", ""));
    let whys: Vec<_> = (0..5)
        .map(|number| {
            translations(&say(&server, &format!("m{number}"), None)["suggestions"][0]["trace"])[0].1.to_owned()
        })
        .collect();
    assert_eq!(whys[2], "not translated by deepl: it answered 500");
    assert!(whys[4].contains("it failed before and is asked again in "), "{whys:?}");
    assert_eq!(provider.asked().len(), 3);
    let down = server.send("POST", "/v1/translations", &json!({"texts": ["Wie geht es dir heute?"], "target": "fr"}));
    assert!(down.expect(503)["detail"].as_str().unwrap().contains("is asked again in"), "{down:?}");
    assert!(down.headers.contains("retry-after: "), "{down:?}");
    // Once the pause is over, an answer ends it all.
    provider.behave(Mode::Well);
    let mut number = 5;
    while !say(&server, &format!("m{number}"), None)["suggestions"][0]["machine_translated"].is_boolean() {
        number += 1;
    }
    assert_eq!(provider.asked().len(), 4);
}

/// The first who asks goes without, and what comes later is there for the next.
#[test]
fn a_late_answer_is_remembered() {
    let provider = Provider::start("libretranslate");
    provider.behave(Mode::Held);
    let server = server(&provider.section("demo", "timeout_ms = 20"));
    assert!(say(&server, "m1", None)["suggestions"][0]["machine_translated"].is_null());
    provider.release();
    while !server.get("/metrics").body.contains("translation_seconds_count{provider=\"libretranslate\"} 1") {}
    provider.behave(Mode::Status(500));
    assert_eq!(say(&server, "m2", None)["suggestions"][0]["machine_translated"], true);
    assert_eq!(provider.asked().len(), 1);
}

#[test]
fn texts_for_an_agent() {
    let provider = Provider::start("libretranslate");
    let server = server(&provider.section("demo", ""));
    let ask = |body: &Value| server.send("POST", "/v1/translations", body);
    let texts =
        ["¿Dónde está mi paquete?", "Where is my parcel, please?", "Wo ist mein Paket mit der Nummer 4711?", "3"];
    let answer = ask(&json!({"texts": texts, "target": "en"})).expect(200);
    support::conforms("Translations", &answer);
    let made = |text: &str, source: &str| json!({"text": format!("{text} (en)"), "source": source, "machine_translated": true});
    let expected = json!({"provider": "libretranslate", "translations": [
        made(texts[0], "es"),
        {"text": texts[1], "source": "en", "machine_translated": false},
        made(texts[2], "de"),
        // Nobody can tell, so the provider is asked.
        made(texts[3], "de"),
    ]});
    assert_eq!(answer, expected);
    let traditional = ask(&json!({"texts": ["hello"], "target": "zh_tw", "source": "en"})).expect(200);
    assert_eq!(traditional["translations"][0]["text"], "hello (zt)");

    let twice = ask(&json!({"texts": ["hola", "hola"], "target": "en", "source": "es"})).expect(200);
    assert_eq!(twice["translations"], json!([made("hola", "es"), made("hola", "es")]));
    assert_eq!(provider.asked().last().unwrap()["q"], json!(["hola"]));

    provider.behave(Mode::Replacing("4712", ""));
    let lost = json!({"texts": ["Die Bestellung 4712 ist noch nicht da.", texts[2]], "target": "en"});
    let lost = ask(&lost).expect(200);
    assert_eq!(lost["translations"][0]["problem"], "the translation was refused, because 4712 is lost");
    assert_eq!((&lost["translations"][0]["text"], &lost["translations"][1]), (&Value::Null, &made(texts[2], "de")));

    let many = vec!["x"; 51];
    for (body, field) in [
        (json!({"texts": [], "target": "en"}), "texts"),
        (json!({"texts": many, "target": "en"}), "texts"),
        (json!({"texts": [" "], "target": "en"}), "text"),
        (json!({"texts": ["x"], "target": "not a tag"}), "target"),
        (json!({"texts": ["x"], "target": "en", "source": "?"}), "source"),
        (json!({"texts": ["x"], "target": "en", "from": "de"}), "from"),
    ] {
        assert_eq!(ask(&body).expect(400)["field"], field, "{body}");
    }
    let ingest = json!({"merchant": "demo", "roles": ["ingest"]});
    let key = server.send("POST", "/v1/keys", &ingest).expect(201)["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), JSON];
    server.ask("POST", "/v1/translations", &headers, b"{\"texts\": [\"x\"], \"target\": \"en\"}").expect(403);
}

/// Another merchant has its own provider, its own memory, and none if it has settled none.
#[test]
fn nothing_crosses_merchants() {
    let (one, other) = (Provider::start("deepl"), Provider::start("libretranslate"));
    let server = server(&format!("{}{}", one.section("demo", ""), other.section("other", "")));
    let ask = |merchant: &str| {
        let key = json!({"merchant": merchant, "roles": ["agent"]});
        let key = server.send("POST", "/v1/keys", &key).expect(201)["key"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {key}");
        let body = json!({"texts": ["hello there"], "source": "en", "target": "de"}).to_string();
        server.ask("POST", "/v1/translations", &[("authorization", &bearer), JSON], body.as_bytes())
    };
    assert_eq!(ask("demo").expect(200)["translations"][0]["text"], "hello there (DE -)");
    assert_eq!(ask("other").expect(200)["translations"][0]["text"], "hello there (de)");
    assert_eq!((one.asked().len(), other.asked().len()), (1, 1));
    let none = ask("third").expect(409);
    assert!(none["hint"].as_str().unwrap().contains("[merchant.translation]"), "{none}");
}

/// An agent may still have it in other words.
#[test]
fn a_translation_can_be_reworded() {
    let provider = Provider::start("deepl");
    provider.behave(Mode::Replacing("is late", "ist garantiert morgen da!!!"));
    let server = server(&provider.section("demo", ""));
    let suggestion = say(&server, "m", None)["suggestions"][0].clone();
    let text = suggestion["text"].as_str().unwrap();
    assert!(text.contains("ist voraussichtlich morgen da"), "{text}");
    let path = format!("/v1/suggestions/{}/reword", suggestion["id"].as_str().unwrap());
    let reworded = server.send("POST", &path, &json!({"off": ["claim"]})).expect(200);
    assert_eq!(reworded["text"], text.replace("voraussichtlich", "garantiert"));
    assert_eq!(translations(&reworded["trace"]), translations(&suggestion["trace"]));
    assert_eq!(reworded["machine_translated"], true);
}

#[tokio::test]
async fn a_key_that_is_not_there_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(folder.path().join("data")).unwrap();
    let section =
        "[[merchant]]\nid = \"a\"\n[merchant.translation]\nprovider = \"deepl\"\nkey_env = \"CUECARD_NO_SUCH_KEY\"";
    options.config = Config::parse(section).unwrap();
    let error = format!("{:#}", Host::build(options).await.err().unwrap());
    let expected = "[merchant.translation] of a: key_env = \"CUECARD_NO_SUCH_KEY\", and the environment has no CUECARD_NO_SUCH_KEY\n  hint: ";
    assert!(error.starts_with(expected), "{error}");
}
