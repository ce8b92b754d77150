//! Versions of the contract: a component that was built for version 1, and is never built again, goes on working.
//!
//! `tests/api/v1/plugin.wasm` calls every host function and answers in every hook. If this test fails, every plugin that
//! merchants have built for version 1 is about to fail: mend the host, not the fixture.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::too_many_lines,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers that they share"
)]

#[path = "support/desk.rs"]
mod desk;

use std::sync::Arc;

use cuecard_culture::{Catalog, Setting};
use cuecard_model::{Culture, Customer, Decision, Direction, Event, Fields, Register, Timestamp, Value};
use cuecard_plugin::{
    api::Api,
    call::Call,
    limits::{Ceiling, Limits},
    manifest::Manifest,
    wasm::PoolSize,
};
use desk::{Desk, turn};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/v1");

/// Written down when the component was built.
const HASH: &str = "025b179e7d88f9c7d61e71bd8bedd68e253d90edb67dc21062e429f448fcde68";

#[test]
fn a_component_of_version_1_is_served_as_ever() {
    let component = std::fs::read(format!("{FOLDER}/plugin.wasm")).unwrap();
    assert_eq!(blake3::hash(&component).to_hex().as_str(), HASH, "the fixture is never rebuilt");
    let desk = Desk::new(PoolSize(2), || ());
    let mut plugin = desk.load(&component).unwrap();

    let mut call = call();
    let draft = plugin.compose(&mut call, &turn("hello?")).unwrap().remove(0);
    assert_eq!(draft.text.as_deref(), Some("Good day. | €12.50 | Nov 18, 2026 | 1,234.5 | in 3 days | true | 2"),);
    assert_eq!(draft.reason, "all of version 1");
    assert_eq!(call.key_writes["seen"], Some(Value::Number(3.0)));
    assert_eq!(call.log[0].text, "version 1 speaks");
    let refused = plugin.compose(&mut call, &turn("refuse")).unwrap_err();
    assert_eq!(refused.detail, "refused as asked");

    let (register, direction) = (Register::Formal, Direction::Ltr);
    let culture = Culture { locale: "de".into(), register, direction, person: None, max_length: None };
    let localized = plugin.localize(&mut call, &draft, &culture).unwrap();
    assert!(localized.text.unwrap().ends_with("| 2 (de)"));

    let (id, kind) = ("e-1".into(), "order.created".into());
    let event = Event { id, kind, at: Timestamp::from_seconds(5), customer_id: None, fields: Fields::new() };
    let decisions = plugin.trigger(&mut call, &event, &Customer::unknown("u-1".into())).unwrap();
    assert!(matches!(&decisions[0], Decision::Timer(timer) if timer.at == Timestamp::from_seconds(65)));
    assert!(matches!(&decisions[1], Decision::Outreach(outreach) if outreach.text.as_deref() == Some("hello u-1")));
    assert!(matches!(&decisions[2], Decision::Cancel(key) if key == "before"));

    let found = plugin.classify(&mut call, &turn("where is it?")).unwrap();
    assert_eq!((found.scenario.unwrap().id.as_str(), found.reason.as_str()), ("order_status", "version 1 says so"));
}

#[test]
fn a_manifest_picks_the_version_and_an_unknown_one_is_told_what_there_is() {
    let text = std::fs::read_to_string(format!("{FOLDER}/plugin.toml")).unwrap();
    assert_eq!(Manifest::parse(&text, &Ceiling::default()).unwrap().api, Api::V1);
    let problems = Manifest::parse(&text.replace("api = \"1\"", "api = \"7\""), &Ceiling::default()).unwrap_err();
    let said = problems[0].to_string();
    assert!(said.contains("this host does not speak api '7', but 1") && said.contains("hint: write api = "), "{said}");
}

/// Each version has its folder of WIT and its folder in the host, and no two share a name.
#[test]
fn every_version_has_a_folder_of_its_own() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<_> = Api::ALL.iter().map(|api| api.as_str()).collect();
    for name in &names {
        for folder in [format!("{root}/../../sdk/wit/v{name}"), format!("{root}/src/wasm/v{name}")] {
            assert!(std::path::Path::new(&folder).is_dir(), "{folder}");
        }
    }
    names.dedup();
    assert_eq!(names.len(), Api::ALL.len());
    assert_eq!(Api::named(Api::newest().as_str()), Some(Api::newest()));
}

fn call() -> Call {
    let setting = Setting {
        locale: "en".into(),
        default_locale: "en".into(),
        time_zone: None,
        now: Timestamp::from_seconds(1_795_000_000),
        register: Register::Formal,
        name: None,
        manner: None,
    };
    let catalog = Catalog::parse([("en", "{\"hello\": \"Good day.\"}")]).unwrap();
    let keys = Fields::from([("seen".to_owned(), Value::Number(2.0))]);
    Call::new(Limits::default(), Arc::new(catalog), Arc::new(setting), Some(keys), "turn-1")
}
