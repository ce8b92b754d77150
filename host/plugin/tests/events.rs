//! Many events in one exchange: each is answered as if it had been asked alone, also beside one that never ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use cuecard_model::{Customer, Decision, Event, FailureKind, Fields, MerchantId, PluginId, PluginVersion, Timestamp};
use cuecard_plugin::{
    api::Api,
    job::{Ask, Called, Code, EventJob, Hooks, Load},
    limits::Limits,
    workers::{Loadable, Options, Spawn, Workers},
};

/// Sets a timer named after the event and counts what it was handed; `slow` takes its time, `loop` never ends.
const SOURCE: &str = r#"
local function trigger(event, customer)
	local seen = cuecard.get_key("seen") or 0
	cuecard.set_key("seen", seen + 1)
	local turns = if event.type == "loop" then math.huge elseif event.type == "slow" then 300000 else 0
	local sum = 0
	while turns > 0 do
		turns -= 1
		sum += turns
	end
	if event.type == "error" then
		error("not today")
	end
	return { { timer = { key = `{event.id}-{customer.id}`, at = event.at, event = "again" } } }
end
return { trigger = trigger }
"#;

const LOAD: u64 = 7;

fn plugin() -> BTreeMap<u64, Arc<Loadable>> {
    let version = PluginVersion { id: PluginId::from("counter"), version: "1.0.0".into() };
    let files = [("main.luau".to_owned(), SOURCE.into())].into();
    let load = Load {
        id: LOAD,
        plugin: version,
        api: Api::V1,
        limits: Limits::default(),
        hooks: Hooks { trigger: true, ..Hooks::default() },
        code: Code::Lua { entry: "main.luau".into(), files },
        counts: false,
        messages: Vec::new(),
    };
    [(LOAD, Arc::new(Loadable::new(load)))].into()
}

fn job(number: usize, kind: &str) -> EventJob {
    let customer = Customer::unknown(format!("u-{number}").into());
    let seen = Fields::from([("seen".to_owned(), (number as f64).into())]);
    EventJob {
        event: Event {
            id: format!("e-{number}").into(),
            kind: kind.into(),
            at: Timestamp::from_seconds(number as i64),
            customer_id: Some(customer.id.clone()),
            fields: Fields::new(),
        },
        customer: customer.into(),
        now: Timestamp::from_seconds(1_795_000_000),
        locale: "en".into(),
        default_locale: "en".into(),
        trigger: vec![Ask { load: LOAD, keys: Some(seen), timed: true }],
    }
}

fn key(called: &Called<Vec<Decision>>) -> Result<String, FailureKind> {
    match &called.outcome {
        Ok(decisions) => match &decisions[..] {
            [Decision::Timer(timer)] => Ok(timer.key.clone()),
            other => unreachable!("{other:?}"),
        },
        Err(failed) => Err(failed.kind),
    }
}

async fn answers(kinds: &[&str]) -> Vec<Called<Vec<Decision>>> {
    let (workers, _) = Workers::start(Options::new(Spawn::Threads)).await.unwrap();
    let (plugins, merchant) = (plugin(), MerchantId::from("shop"));
    let jobs = kinds.iter().enumerate().map(|(number, kind)| job(number, kind)).collect();
    let answers = workers.events(&merchant, jobs, &plugins).await.unwrap();
    assert_eq!(answers.len(), kinds.len());
    answers.into_iter().map(|mut called| called.pop().unwrap()).collect()
}

#[tokio::test]
async fn each_is_answered_in_its_place_with_its_own_keys() {
    let mut kinds = vec!["quick"; 200];
    kinds[50] = "error";
    for number in [3, 4, 100, 101, 102] {
        kinds[number] = "slow"; // more than one exchange has time for
    }
    for (number, (called, kind)) in answers(&kinds).await.iter().zip(&kinds).enumerate() {
        let expected = if *kind == "error" { Err(FailureKind::Error) } else { Ok(format!("e-{number}-u-{number}")) };
        assert_eq!(key(called), expected);
        if expected.is_ok() {
            assert_eq!(called.key_writes["seen"], Some((number as f64 + 1.0).into()));
        } else {
            assert!(called.key_writes.is_empty());
        }
    }
}

#[tokio::test]
async fn one_that_never_ends_costs_only_itself() {
    let mut kinds = vec!["quick"; 40];
    kinds[20] = "loop";
    let answers = answers(&kinds).await;
    for (number, called) in answers.iter().enumerate() {
        let expected = if number == 20 { Err(FailureKind::Timeout) } else { Ok(format!("e-{number}-u-{number}")) };
        assert_eq!(key(called), expected, "{:?}", called.outcome);
    }
}

#[tokio::test]
async fn nothing_to_ask_asks_nobody() {
    assert!(answers(&[]).await.is_empty());
}
