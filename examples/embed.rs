//! Cuecard's plugins in a program of your own: no server, no database, no process.
//!
//! ```text
//! cargo run --example embed -- plugins
//! ```
//! Threads run the hooks here, so a plugin that does not stop is not stopped. A host that runs strangers' code starts
//! processes instead (`Spawn::Processes`).

#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::{collections::BTreeMap, error::Error, path::PathBuf, sync::Arc};

use cuecard_model::{
    Culture, Customer, DetectedLanguage, DetectedScenario, Direction, Emotion, EmotionLabel, MerchantId, Message,
    Order, OrderStatus, Profile, Register, Role, Signals, Stage, Timestamp, Trend, Turn,
};
use cuecard_plugin::{
    bundle::{BundleLimits, read_folder},
    job::{Ask, TurnJob},
    limits::Ceiling,
    prove::{self, Prover, load},
    words::words,
    workers::{Loadable, Options, Spawn, Workers},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("plugins"), PathBuf::from);

    // Read, compile and test one bundle.
    let bundle = read_folder(&folder.join("order-status"), &BundleLimits::default())?;
    let prover = Prover::new(prove::Spawn::Caller, None, Ceiling::default());
    let (contents, code) = prover.prove(&bundle).into_parts().map_err(|problems| format!("{problems:?}"))?;
    let code = code.ok_or("the bundle brings no code")?;
    let plugin = Arc::new(Loadable::new(load(1, &contents, &bundle, code)));

    // Ask it for suggestions.
    let (workers, _) = Workers::start(Options { count: 1, ..Options::new(Spawn::Threads) }).await?;
    let turn = turn();
    let culture = Culture {
        locale: "en-GB".into(),
        register: Register::Formal,
        direction: Direction::Ltr,
        person: None,
        max_length: None,
    };
    let job = TurnJob {
        turn: turn.clone().into(),
        culture,
        default_locale: "en".into(),
        compose: vec![Ask { load: 1, keys: None, timed: false }],
        localize: Vec::new(),
        budget_ms: 100,
    };
    let called = workers.turn(&MerchantId::from("me"), job, &BTreeMap::from([(1, plugin)])).await?;

    // Put its drafts into words.
    let setting = cuecard_culture::Setting {
        locale: "en-GB".into(),
        default_locale: "en".into(),
        time_zone: None,
        now: turn.now,
        register: Register::Formal,
        name: None,
        manner: None,
    };
    for called in called {
        for draft in called.outcome.map_err(|failed| failed.detail)? {
            println!("{}", words(&draft.draft, &contents.catalog, &setting)?.said.text());
            println!("  because {} ({} us)", draft.draft.reason, called.micros);
        }
    }
    Ok(())
}

fn turn() -> Turn {
    let now = Timestamp::from_seconds(1_795_000_000);
    let order = Order {
        id: "1001".into(),
        number: None,
        status: OrderStatus::Processing,
        placed_at: Some(Timestamp::from_seconds(1_794_900_000)),
        total: None,
        items: Vec::new(),
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: BTreeMap::new(),
    };
    Turn {
        id: "turn-1".into(),
        now,
        channel: "web_chat".into(),
        conversation_id: "c-1".into(),
        message: Message { role: Role::Customer, text: "Where is my order?".into(), at: now },
        history: Vec::new(),
        signals: Signals {
            language: DetectedLanguage { tag: "en".into(), confidence: 1.0 },
            scenario: DetectedScenario { id: "order_status".into(), confidence: 0.9, alternatives: Vec::new() },
            emotion: Emotion::new(EmotionLabel::Neutral, 0.0, Trend::Steady),
            stage: Stage::AwaitingShipment,
        },
        customer: Customer { orders: vec![order], ..Customer::unknown("u-1".into()) }.into(),
        profile: Profile::default(),
        live: Vec::new(),
        locale: "en-GB".into(),
        agent_locale: None,
    }
}
