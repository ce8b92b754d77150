//! What the triggers that ship cost for each event, on both runtimes: each plugin judges the events of its own cases, one
//! after the other, a fresh call each. `cargo bench -p cuecard-plugin --bench trigger`

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::{collections::BTreeMap, fs, hint::black_box, path::Path, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_plugin::{
    api::Api,
    call::{Call, Runtime},
    cases::{self, Case, Input},
    limits::Limits,
    lua::{Hook, LuaPlugin},
    wasm::{self, PoolSize, Size, WasmEngine, compile},
    watchdog::Watchdog,
};

fn triggers(criterion: &mut Criterion) {
    let engine = WasmEngine::new(PoolSize::default()).unwrap();
    let mut group = criterion.benchmark_group("trigger");
    let plugins = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins"));
    let mut folders: Vec<_> = fs::read_dir(plugins).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|folder| listens(folder)) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(folder.join(format!("tests/{name}.toml"))).unwrap();
        let cases = cases::parse("tests", &text).unwrap();
        let mut plugin = load(folder, &engine);
        let mut next = cases.iter().cycle();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                black_box(judge(&mut *plugin, next.next().unwrap()));
                plugin.tidy();
            });
        });
    }
    group.finish();
}

fn listens(folder: &Path) -> bool {
    fs::read_to_string(folder.join("plugin.toml")).is_ok_and(|manifest| manifest.contains("[hooks.trigger]"))
}

fn load(folder: &Path, engine: &WasmEngine) -> Box<dyn Runtime> {
    if let Ok(component) = fs::read(folder.join("plugin.wasm")) {
        return wasm::load(Api::V1, engine, &compile(Api::V1, &component, &Size::USUAL).unwrap()).unwrap();
    }
    let watchdog = Arc::new(Watchdog::start(|| (), || ()).unwrap());
    let source = fs::read_to_string(folder.join("main.luau")).unwrap();
    let sources = BTreeMap::from([("main.luau".to_owned(), source.into())]);
    let name = serde_json::from_str("\"bench@1.0.0\"").unwrap();
    let plugin = LuaPlugin::load(&name, &sources, "main.luau", &[Hook::Trigger], &Limits::default(), watchdog);
    Box::new(plugin.unwrap())
}

fn judge(plugin: &mut dyn Runtime, case: &Case) -> usize {
    let Input::Trigger(event, customer) = &case.input else { return 0 };
    // Time enough where the machine has other work: what counts here is the median.
    let limits = Limits { time_ms: 1000, ..Limits::default() };
    let setting = Arc::new(case.setting.clone());
    let mut call = Call::new(limits, Arc::default(), setting, Some(case.keys.clone()), &case.name);
    plugin.trigger(&mut call, event, customer).unwrap().len()
}

criterion_group!(benches, triggers);
criterion_main!(benches);
