//! One script three ways, from JSON to JSON: native Rust, Lua, and a component in a fresh instance; and the way to a
//! worker and back. `cargo bench -p cuecard-plugin --bench script`
//!
//! In: a turn of about 1 KB with three orders and two promotions. Out: three drafts of a template with eight variables,
//! a tone by emotion, and two amounts each. All three give the same drafts, which is checked before anything is timed.

#![allow(unreachable_pub, dead_code, missing_docs, reason = "shared with the tests; made by a macro")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a benchmark: what goes wrong ends it"
)]

#[path = "../tests/support/desk.rs"]
mod desk;
#[path = "script/native.rs"]
mod native;

use std::{collections::BTreeMap, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_model::{Culture, Direction, Draft, MerchantId, Register, Turn};
use cuecard_plugin::{
    api::Api,
    job::{Ask, Code, Hooks, Load, TurnJob},
    limits::Limits,
    runtimes::{Runtimes, compile},
    wasm::Size,
    workers::{Loadable, Options, Spawn, Workers},
};

const TURN: &str = include_str!("script/turn.json");

fn lua() -> Code {
    let files = BTreeMap::from([("main.luau".to_owned(), Arc::from(include_str!("script/lua/main.luau")))]);
    Code::Lua { entry: "main.luau".into(), files }
}

fn wasm() -> Code {
    let bytes: Arc<[u8]> = include_bytes!("script/guest/plugin.wasm").as_slice().into();
    Code::Wasm(compile(Api::V1, "plugin.wasm", &bytes, &Size::USUAL).unwrap().into())
}

fn load(id: u64, code: Code) -> Load {
    Load {
        id,
        plugin: serde_json::from_str("\"bench-script@1.0.0\"").unwrap(),
        api: Api::V1,
        limits: Limits::default(),
        hooks: Hooks { compose: true, ..Hooks::default() },
        code,
        counts: false,
        messages: Vec::new(),
    }
}

fn json_to_json(compose: impl FnOnce(&Turn) -> Vec<Draft>) -> String {
    let turn: Turn = serde_json::from_str(black_box(TURN)).unwrap();
    serde_json::to_string(&compose(&turn)).unwrap()
}

fn script(criterion: &mut Criterion) {
    let runtimes = Runtimes::start().unwrap();
    let mut plugins =
        [("lua", runtimes.load(&load(1, lua())).unwrap()), ("wasm", runtimes.load(&load(2, wasm())).unwrap())];
    let expected = json_to_json(native::compose);
    for (name, plugin) in &mut plugins {
        let got = json_to_json(|turn| plugin.compose(&mut desk::call(Limits::default(), None), turn).unwrap());
        assert_eq!(got, expected, "{name} gives other drafts than native");
    }
    let mut group = criterion.benchmark_group("script, json to json");
    group.bench_function("native", |bencher| bencher.iter(|| json_to_json(native::compose)));
    for (name, plugin) in &mut plugins {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                let json = json_to_json(|turn| plugin.compose(&mut desk::call(Limits::default(), None), turn).unwrap());
                plugin.tidy();
                json
            });
        });
    }
    group.finish();
}

/// The same drafts, asked of a worker over its socket pair. The difference to the calls alone is the hop.
fn hop(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let turn: Arc<Turn> = Arc::new(serde_json::from_str(TURN).unwrap());
    let culture = Culture {
        locale: "en-US".into(),
        register: Register::Formal,
        direction: Direction::Ltr,
        person: None,
        max_length: None,
    };
    let job = |asks: &[u64]| TurnJob {
        turn: Arc::clone(&turn),
        culture: culture.clone(),
        default_locale: "en".into(),
        compose: asks.iter().map(|load| Ask { load: *load, keys: None, timed: false }).collect(),
        localize: Vec::new(),
        budget_ms: 100,
    };
    let merchant = MerchantId::from("bench");
    let workers = runtime.block_on(Workers::start(Options::new(Spawn::Threads))).unwrap().0;
    let plugins =
        BTreeMap::from([(1, Arc::new(Loadable::new(load(1, lua())))), (2, Arc::new(Loadable::new(load(2, wasm()))))]);
    let silent = "return { compose = function() return {} end }";
    let files = BTreeMap::from([("main.luau".to_owned(), Arc::from(silent))]);
    let silent = Code::Lua { entry: "main.luau".into(), files };
    let plugins: BTreeMap<_, _> = plugins.into_iter().chain([(3, Arc::new(Loadable::new(load(3, silent))))]).collect();
    let mut alone = Runtimes::start().unwrap().load(plugins[&3].load()).unwrap();
    let mut group = criterion.benchmark_group("worker");
    group.bench_function("a silent plugin, called in place", |bencher| {
        bencher.iter(|| alone.compose(&mut desk::call(Limits::default(), None), &turn).unwrap());
    });
    for (name, asks) in [
        ("a silent plugin, asked of a worker", &[3][..]),
        ("lua script, asked of a worker", &[1]),
        ("both scripts, one exchange", &[1, 2]),
    ] {
        group.bench_function(name, |bencher| {
            // On a thread of the runtime, where a request's task runs.
            bencher.iter_custom(|rounds| {
                let (workers, merchant, plugins) = (workers.clone(), merchant.clone(), plugins.clone());
                let jobs: Vec<_> = (0..rounds).map(|_| job(asks)).collect();
                runtime
                    .block_on(runtime.spawn(async move {
                        let began = std::time::Instant::now();
                        for job in jobs {
                            let called = workers.turn(&merchant, job, &plugins).await.unwrap();
                            assert!(called.iter().all(|called| called.outcome.is_ok()));
                        }
                        began.elapsed()
                    }))
                    .unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, script, hop);
criterion_main!(benches);
