//! What a Lua plugin may count on, and what it cannot do: tables of source and outcome on the real runtime.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_culture::{Catalog, Setting};
use cuecard_model::{
    Alternative, Classification, ClassifiedEmotion, Culture, Customer, Decision, DetectedLanguage, DetectedScenario,
    Direction, Draft, EmotionLabel, Event, FailureKind, Fields, Register, Stage, Timestamp, Trend, Turn, Value,
};
use cuecard_plugin::{
    call::{Call, CallError, LogLevel, Runtime},
    limits::Limits,
    lua::{Hook, LoadError, LuaPlugin},
    watchdog::Watchdog,
};
use serde_json::json;

fn load_files(files: &[(&str, &str)], hooks: &[Hook]) -> Result<LuaPlugin, LoadError> {
    let watchdog = Arc::new(Watchdog::start(|| (), || ()).unwrap());
    let sources = files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text))).collect();
    let name = serde_json::from_value(json!("test@1.0.0")).unwrap();
    LuaPlugin::load(&name, &sources, "main.luau", hooks, &patient(), watchdog)
}

fn load(source: &str) -> LuaPlugin {
    load_files(&[("main.luau", source)], &[Hook::Compose]).unwrap()
}

fn body(code: &str) -> LuaPlugin {
    load(&format!("return {{ compose = function(turn)\n{code}\nend }}"))
}

/// Time enough on a busy machine, where the deadline is not what is tested.
fn patient() -> Limits {
    Limits { time_ms: 500, ..Limits::default() }
}

fn compose(plugin: &mut LuaPlugin) -> Result<Vec<Draft>, CallError> {
    plugin.compose(&mut call(patient()), &turn())
}

/// The text of the one draft.
fn said(plugin: &mut LuaPlugin) -> String {
    compose(plugin).unwrap().remove(0).text.unwrap()
}

fn call(limits: Limits) -> Call {
    let setting = Setting {
        locale: "en".into(),
        default_locale: "en".into(),
        time_zone: None,
        now: Timestamp::from_seconds(1_800_000_000),
        register: Register::Formal,
        name: None,
        manner: None,
    };
    let catalog = Catalog::parse([("en", r#"{ "hello": "hello {$a}" }"#)]).unwrap();
    Call::new(limits, Arc::new(catalog), Arc::new(setting), Some(Fields::new()), "turn-1")
}

fn turn() -> Turn {
    serde_json::from_str(include_str!("../benches/lua/turn.json")).unwrap()
}

#[test]
fn nothing_outlives_a_call() {
    for (what, code) in [
        ("a global", "seen = (seen or 0) + 1 return { { text = tostring(seen) } }"),
        ("_G", "pcall(function() _G.seen = 1 end) return { { text = tostring((_G.seen or 0) + 1) } }"),
        ("rawset of _G", "pcall(rawset, _G, 'seen', 1) return { { text = tostring((_G.seen or 0) + 1) } }"),
        (
            "the metatable of texts",
            "pcall(function() getmetatable('').__index = 1 end) return { { text = ('1'):rep(1) } }",
        ),
        ("a library", "pcall(function() string.rep = nil end) return { { text = string.rep('1', 1) } }"),
        ("the host", "pcall(function() cuecard.now = nil end) return { { text = cuecard.now and '1' or '0' } }"),
        (
            "rawset of the host",
            "pcall(rawset, cuecard, 'now', 1) return { { text = cuecard.now == 1 and '0' or '1' } }",
        ),
        (
            "the metatable of the globals",
            "local mt = getmetatable(_G) if mt then mt.x = 1 end return { { text = '1' } }",
        ),
        ("the argument", "turn.seen = (turn.seen or 0) + 1 return { { text = tostring(turn.seen) } }"),
        (
            "a table of the library",
            "pcall(setmetatable, string, { __index = function() return 2 end }) return { { text = tostring(string.nothing or 1) } }",
        ),
    ] {
        let mut plugin = body(code);
        for round in 0..3 {
            assert_eq!(said(&mut plugin), "1", "{what}, round {round}");
            plugin.tidy();
        }
        assert!(!plugin.is_spent(), "{what}");
    }
}

#[test]
fn upvalues_and_modules_begin_anew() {
    let main = "local count = 0 local lib = require('lib/x')
        return { compose = function() count += 1 return { { text = `{count} {lib.next()} {require('./lib/x').next()}` } } end }";
    let lib = "local count = 0 return { next = function() count += 1 return count end }";
    let mut plugin = load_files(&[("main.luau", main), ("lib/x.luau", lib)], &[Hook::Compose]).unwrap();
    for _ in 0..3 {
        assert_eq!(said(&mut plugin), "1 1 2");
    }
}

#[test]
fn requires_files_of_the_bundle_alone() {
    for (main, lib, reason) in [
        ("return require('lib/x')", "return require('./y')", "lib/x.luau:1: no file 'lib/y.luau' in this bundle"),
        ("return require('lib/x')", "return require('../main')", "cyclic require"),
        ("return require('lib/x')", "local x = 1", "the required file returns nothing"),
        ("return require('lib/x')", "\n\nerror('broken')", "lib/x.luau:3: broken"),
        ("return require('../x')", "", "leads out of the bundle"),
        ("return require('/etc/passwd')", "", "leads out of the bundle"),
        ("return require({})", "", "require takes the path"),
        ("return require('lib\\0x')", "", "leads out of the bundle"),
    ] {
        let error = load_files(&[("main.luau", main), ("lib/x.luau", lib)], &[]).unwrap_err().to_string();
        assert!(error.contains(reason), "{main}: {error}");
    }
}

#[test]
fn says_file_line_and_cure_when_it_cannot_load() {
    for (source, told) in [
        ("local x = \nlocal function", "main.luau:2: Expected identifier when parsing expression, got 'local'"),
        ("return {", "main.luau:1: Expected identifier when parsing expression, got <eof>"),
        ("\nlocal x = nil\nprint(x.y)", "main.luau:3: attempt to index nil with 'y'"),
        (
            "print('x')",
            "main.luau:1: print is not available; hint: cuecard.log(\"info\", text) reaches the plugin's author",
        ),
        (
            "function compose() end",
            "main.luau: the file returns nil, not a table of hooks; hint: 'compose' is a global function; end the \
             file with: return { compose = compose }",
        ),
        (
            "return { localize = function() end }",
            "main.luau: the manifest declares the hook 'compose', but the returned table has none; hint: end the file \
             with: return { compose = function(...) ... end }",
        ),
        ("while true do end", "main.luau:1: stopped after 500 ms"),
        ("local now = cuecard.now() return {}", "main.luau:1: the host answers only while a hook runs"),
    ] {
        let error = load_files(&[("main.luau", source)], &[Hook::Compose]).unwrap_err();
        assert_eq!(error.to_string(), told, "{source}");
    }
    let error = load_files(&[("other.luau", "return {}")], &[]).unwrap_err();
    assert!(error.to_string().contains("there is no such file in the bundle"), "{error}");
}

#[test]
fn refuses_what_is_no_reply_with_its_path() {
    for (reply, told) in [
        ("{ { text = 'a', txt = 'b' } }", "reply[1].: unknown field 'txt'; hint: did you mean 'text'?"),
        ("{ { text = 1 } }", "reply[1].text: a text is wanted, not the number 1"),
        ("{ {}, { steps = { { kind = 'fact' }, { kind = 'fct' } } } }", "reply[2].steps[2].kind: unknown word 'fct'"),
        ("{ { steps = { { text = 'x' } } } }", "reply[1].steps[1]: 'kind' is missing"),
        ("{ { text = 'a\\0b' } }", "reply[1].text: a text with the character U+0000"),
        ("{ { text = '\\xff' } }", "reply[1].text: a text that is not UTF-8 from byte 1"),
        ("{ { confidence = 0/0 } }", "reply[1].confidence: NaN is not a finite number"),
        ("{ { confidence = 7 } }", "reply[1].confidence: 7 is not from 0 to 1"),
        ("{ { arguments = { x = 1/0 } } }", "reply[1].arguments.x: inf is not a finite number"),
        (
            "{ { arguments = { x = function() end } } }",
            "reply[1].arguments.x: a boolean, number, text or {amount, currency} is wanted",
        ),
        ("{ { arguments = { 1 } } }", "reply[1].arguments: names are texts, this one is the number 1"),
        (
            "{ { arguments = { x = { amount = 5, currency = 'EUR' } } } }",
            "reply[1].arguments.x.amount: amounts are texts",
        ),
        (
            "{ { arguments = { x = { amount = '5', currency = 'euro' } } } }",
            "reply[1].arguments.x: 'euro' is not an ISO 4217",
        ),
        ("{ { actions = { { args = {} } } } }", "reply[1].actions[1]: 'type' is missing"),
        ("{ {}, nil, {} }", "reply: a list with holes; hint: no item may be nil"),
        ("{ {}, x = {} }", "reply: a list is wanted, this has the name 'x'"),
        ("{ {}, {}, {}, {}, {}, {}, {}, {}, {} }", "reply: 9 items, at most 8 are taken"),
        ("{ { text = string.rep('x', 70000) } }", "reply[1].text: too many bytes of text"),
        ("nil", "reply: nothing was returned; hint: return {} to suggest nothing"),
        ("'text'", "reply: a list is wanted, not a text"),
        (
            "{ setmetatable({}, { __index = function() error('ran') end, __iter = function() error('ran') end, __len = error }) }",
            "",
        ),
    ] {
        let mut plugin = body(&format!("return {reply}"));
        let error = compose(&mut plugin);
        if told.is_empty() {
            assert_eq!(error.unwrap(), [Draft::default()], "{reply}");
            continue;
        }
        let error = error.unwrap_err();
        assert_eq!(error.kind, FailureKind::Reply, "{reply}: {error}");
        let told = told.replace("[1].: ", "[1]: ");
        assert!(error.detail.contains(&told), "{reply}: {error}");
        assert!(!plugin.is_spent(), "{reply}");
    }
    let mut many = body("local f = {} for i = 1, 11000 do f['k' .. i] = 1 end return { { arguments = f } }");
    assert!(compose(&mut many).unwrap_err().detail.contains("too many values"));
}

#[test]
fn hands_over_the_turn_and_takes_a_whole_draft() {
    let mut plugin = body(
        "local order = turn.customer.orders[1]
        assert(turn.now == 1795335304 and turn.message.role == 'customer' and #turn.history == 0)
        assert(order.fulfillments[1].status == 'in_transit' and order.number == nil and turn.customer.phone == nil)
        assert(turn.live[1].fields.percent == 10 and #turn.customer.orders == 3)
        return { { scenario = 'delivery_delay', title = 't', message = 'm', text = 'x', reason = 'r', confidence = 1,
            arguments = { flag = true, number = 2.5, text = 'é', money = order.total },
            steps = { { kind = 'empathy', message = 'e', arguments = {} } }, actions = { { type = 'go', args = { a = 1 } } } } }",
    );
    let expected: Vec<Draft> = serde_json::from_value(json!([{
        "scenario": "delivery_delay", "title": "t", "message": "m", "text": "x", "reason": "r", "confidence": 1.0,
        "arguments": {"flag": true, "number": 2.5, "text": "é", "money": {"amount": "59.90", "currency": "EUR"}},
        "steps": [{"kind": "empathy", "message": "e"}], "actions": [{"type": "go", "args": {"a": 1.0}}]
    }]))
    .unwrap();
    assert_eq!(compose(&mut plugin).unwrap(), expected);
}

#[test]
fn localizes_and_triggers() {
    let source = "return {
        localize = function(draft, culture) draft.text = culture.person .. ' ' .. culture.register return draft end,
        trigger = function(event, customer) return {
            { timer = { key = 'k', at = event.at + 60, event = 'look' } }, { cancel = 'old' },
            { outreach = { occurrence = event.id, purpose = 'service', text = customer.id } } } end }";
    let mut plugin = load_files(&[("main.luau", source)], &[Hook::Localize, Hook::Trigger]).unwrap();
    let culture = Culture {
        locale: "de".into(),
        register: Register::Formal,
        direction: Direction::Ltr,
        person: Some("Frau Lind".into()),
        max_length: None,
    };
    let draft = Draft { arguments: Fields::from([("a".into(), Value::Flag(true))]), ..Draft::default() };
    let localized = plugin.localize(&mut call(patient()), &draft, &culture).unwrap();
    assert_eq!(localized, Draft { text: Some("Frau Lind formal".into()), ..draft });
    let event: Event =
        serde_json::from_value(json!({"id": "e-1", "type": "cart.updated", "at": "2026-11-22T08:15:04Z"})).unwrap();
    let decisions = plugin.trigger(&mut call(patient()), &event, &Customer::unknown("u-1".into())).unwrap();
    let expected: Vec<Decision> = serde_json::from_value(json!([
        {"timer": {"key": "k", "at": "2026-11-22T08:16:04Z", "event": "look"}}, {"cancel": "old"},
        {"outreach": {"occurrence": "e-1", "purpose": "service", "text": "u-1", "reason": ""}}
    ]))
    .unwrap();
    assert_eq!(decisions, expected);
}

/// A plugin whose `classify` does this.
fn classifier(code: &str) -> LuaPlugin {
    let source = format!("return {{ classify = function(turn) {code} end }}");
    load_files(&[("main.luau", &source)], &[Hook::Classify]).unwrap()
}

#[test]
fn classifies() {
    let mut plugin = classifier(
        "assert(turn.signals.scenario.id == 'delivery_delay' and turn.profile.orders == 0 and #turn.profile.spend == 0)
        return {
            language = { tag = 'zh-Hant', confidence = 1 },
            scenario = { id = 'vip_call', confidence = 0.5, alternatives = { { id = 'none', confidence = 0 } } },
            emotion = { label = 'angry', intensity = 0.8, trend = 'falling' }, stage = 'after_sale', reason = 'r' }",
    );
    let found = plugin.classify(&mut call(patient()), &turn()).unwrap();
    let alternatives = vec![Alternative { id: "none".into(), confidence: 0.0 }];
    let (label, trend) = (EmotionLabel::Angry, Some(Trend::Falling));
    assert_eq!(
        found,
        Classification {
            language: Some(DetectedLanguage { tag: "zh-Hant".into(), confidence: 1.0 }),
            scenario: Some(DetectedScenario { id: "vip_call".into(), confidence: 0.5, alternatives }),
            emotion: Some(ClassifiedEmotion { label, intensity: 0.8, trend }),
            stage: Some(Stage::AfterSale),
            reason: "r".into(),
        }
    );
    let nothing = classifier("return {}").classify(&mut call(patient()), &turn()).unwrap();
    assert_eq!(nothing, Classification::default());
}

#[test]
fn refuses_what_is_no_signal_with_its_path() {
    for (code, expected) in [
        ("", "reply: nothing was returned; hint: return {} to leave everything as it is"),
        ("return { scenario = 'order_status' }", "reply.scenario: a table is wanted"),
        ("return { scenario = { id = 'order_status' } }", "reply.scenario: 'confidence' is missing"),
        (
            "return { scenario = { id = 'Order Status', confidence = 1 } }",
            "reply.scenario.id: 'Order Status' is not a scenario's id; hint: lower-case words",
        ),
        ("return { scenario = { id = 'a', confidence = 1.5 } }", "reply.scenario.confidence: 1.5 is not from 0 to 1"),
        (
            "return { scenario = { id = 'a', confidence = 0/0 } }",
            "reply.scenario.confidence: NaN is not a finite number",
        ),
        (
            "return { scenario = { id = 'a', confidence = 1, alternatives = { { id = 'b', confidence = -1 } } } }",
            "reply.scenario.alternatives[1].confidence: -1 is not from 0 to 1",
        ),
        (
            "return { scenario = { id = 'a', confidence = 1, alternatives = table.create(9, { id = 'b', confidence = 1 }) } }",
            "reply.scenario.alternatives: 9 items, at most 8 are taken",
        ),
        (
            "return { language = { tag = 'Englisch!', confidence = 1 } }",
            "reply.language.tag: 'Englisch!' is not a language; hint: a BCP 47 tag",
        ),
        ("return { language = 'en' }", "reply.language: a table is wanted"),
        (
            "return { emotion = { label = 'cross', intensity = 1 } }",
            "reply.emotion.label: unknown word 'cross', expected one of 'neutral'",
        ),
        ("return { emotion = { label = 'angry', intensity = 2 } }", "reply.emotion.intensity: 2 is not from 0 to 1"),
        ("return { stage = 'shipping' }", "reply.stage: unknown word 'shipping', expected one of 'browsing'"),
        ("return { stages = 'delivered' }", "reply: unknown field 'stages'; hint: did you mean 'stage'?"),
    ] {
        let error = classifier(code).classify(&mut call(patient()), &turn()).unwrap_err();
        assert_eq!(error.kind, FailureKind::Reply, "{code}: {error}");
        assert!(error.detail.starts_with(expected), "{code}: {error}");
    }
}

#[test]
fn the_host_answers_and_bounds_itself() {
    let mut plugin = body(
        "cuecard.log('warn', 'late')
        cuecard.set_key('seen', 2) assert(cuecard.get_key('seen') == 2) assert(cuecard.get_key('other') == nil)
        assert(cuecard.now() == 1800000000)
        local drawn, dice = cuecard.random(), math.random(6) assert(drawn >= 0 and drawn < 1 and dice >= 1 and dice <= 6)
        return { { text = cuecard.format_money({ amount = '12.50', currency = 'EUR' }) .. cuecard.render('hello', { a = 1 }) } }",
    );
    let mut made = call(patient());
    let drafts = plugin.compose(&mut made, &turn()).unwrap();
    assert!(drafts[0].text.as_ref().unwrap().contains("hello"));
    assert_eq!((made.log[0].level, made.log[0].text.as_str()), (LogLevel::Warn, "late"));
    assert_eq!(made.key_writes, BTreeMap::from([("seen".to_owned(), Some(Value::Number(2.0)))]));
    for (code, kind, told) in [
        ("for i = 1, 2000 do cuecard.now() end", FailureKind::HostLimit, "main.luau:2: more than 1000 calls"),
        ("for i = 1, 2000 do cuecard.log('info', 'x') end", FailureKind::HostLimit, "main.luau:2: more than 100 lines"),
        ("cuecard.log('loud', 'x')", FailureKind::Error, "main.luau:2: log.level: unknown word 'loud'"),
        ("cuecard.render('x', { a = {} })", FailureKind::Error, "main.luau:2: render.arguments.a: '' is not a decimal"),
        ("cuecard.format_date('now')", FailureKind::Error, "main.luau:2: format_date: a number is wanted, not a text"),
        ("error({ code = 1 })", FailureKind::Error, "it raised an error that is not a text but a table"),
    ] {
        let error = compose(&mut body(code)).unwrap_err();
        assert_eq!(error.kind, kind, "{code}: {error}");
        assert!(error.detail.starts_with(told), "{code}: {error}");
    }
}

#[test]
fn the_same_turn_gives_the_same_answer_in_every_machine() {
    let code = "local words, t = {}, {} for i = 1, 200 do t['k' .. i * 7919 % 1000] = i end
        for key in t do table.insert(words, key) end
        table.insert(words, tostring(math.random(1000)) .. tostring(cuecard.random()))
        table.insert(words, tostring({}) .. tostring(print) .. string.format('%s', {}) .. `{words}`)
        return { { text = table.concat(words, ' ') } }";
    let answers: Vec<_> = (0..4).map(|_| said(&mut body(code))).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    let mut twice = body(code);
    assert_eq!(said(&mut twice), answers[0]);
    assert_eq!(said(&mut twice), answers[0]);
}

/// Code that reaches no loop end and no call, or that hides in a C function, and no `pcall` that outlives the end.
#[test]
fn ends_what_no_interrupt_sees() {
    let many = |statement: &str| statement.repeat((60 << 10) / statement.len());
    let long = "local a = string.rep('x', 500000) local b = a .. 'y' local s, t = a, table.create(32000, 1) ";
    let cases = [
        ("joins", format!("{long} {}", many("s=a..1 s=a..2 s=a..3 "))),
        ("subs", format!("{long} {}", many("s=string.sub(a,2) s=string.sub(a,3) "))),
        (
            "reverses as metamethods",
            format!("{long} local m=setmetatable({{}},{{__concat=string.reverse}}) {}", many("s=a..m ")),
        ),
        ("finds as metamethods", format!("{long} setmetatable(t,{{__index=table.find}}) {}", many("s=t.x "))),
        ("concats as metamethods", format!("{long} setmetatable(t,{{__index=table.concat}}) {}", many("s=t.x "))),
        ("clones as metamethods", format!("{long} setmetatable(t,{{__index=table.clone}}) {}", many("s=t.x "))),
        (
            "nexts as metamethods",
            format!("{long} table.clear(t) setmetatable(t,{{__index=next}}) {}", many("s=t[nil] ")),
        ),
        (
            "sorts as metamethods",
            format!("{long} t=table.create(8000,1) setmetatable(t,{{__index=table.sort}}) {}", many("s=t[rawequal] ")),
        ),
        ("hidden pcalls", format!("{long} {}", many("pcall(string.upper,a) "))),
        ("front inserts", format!("{long} {}", many("table.insert(t,1,1) "))),
        ("tables", many("do local t={1,2,3,{4,5,6}} end ")),
        (
            "searches",
            "local a=string.rep('a',60000) while true do string.find(a, string.rep('[ab]*', 12)..'c') end".into(),
        ),
        (
            "coroutines",
            "while true do coroutine.wrap(function() pcall(function() while true do end end) end)() end".into(),
        ),
    ];
    for (what, code) in cases {
        let mut plugin = body(&code);
        let began = Instant::now();
        let result = plugin.compose(&mut call(Limits::default()), &turn());
        let spent = began.elapsed();
        println!("{what:26} {spent:>9.1?} {:?}", result.as_ref().err().map(|error| &error.detail));
        assert!(spent < Duration::from_secs(1), "{what} took {spent:?}: {result:?}");
        assert!(result.is_err(), "{what}");
    }
}

/// The work of one step between two looks at the deadline stays small.
#[test]
fn no_single_library_call_is_long() {
    for (what, code) in [
        ("find", "string.find(string.rep('a', 60000), string.rep('a', 60) .. 'b', 1, true)"),
        ("class", "string.find(string.rep('a', 60000), '[' .. string.rep('b', 60) .. ']*!')"),
        ("sort", "local t = {} for i = 1, 8000 do t[i] = i * 7919 % 8009 end table.sort(t)"),
        ("sort of texts", "local t = {} for i = 1, 8000 do t[i] = string.rep('x', 1000) .. i % 10 end table.sort(t)"),
        ("remove at the front", "local t = table.create(32000, 1) table.remove(t, 1)"),
    ] {
        let began = Instant::now();
        let result = compose(&mut body(&format!("{code} return {{}}")));
        println!("{what:20} {:>9.1?} {result:?}", began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(1), "{what}: {:?}", began.elapsed());
    }
}

#[test]
fn a_machine_that_hit_a_limit_is_not_used_again() {
    for (code, kind) in [
        ("while true do end", FailureKind::Timeout),
        ("local t = {} while true do t[#t + 1] = string.rep('x', 10000) .. #t end", FailureKind::Memory),
    ] {
        let mut plugin = body(code);
        assert_eq!(compose(&mut plugin).unwrap_err().kind, kind, "{code}");
        assert!(plugin.is_spent(), "{code}");
        assert!(compose(&mut plugin).unwrap_err().detail.contains("must be loaded again"), "{code}");
    }
}

#[test]
fn garbage_does_not_pile_up() {
    let mut plugin = body("local t = {} for i = 1, 2000 do t[i] = { i } end return {}");
    let mut most = 0;
    for _ in 0..300 {
        compose(&mut plugin).unwrap();
        plugin.tidy();
        most = most.max(plugin.memory());
    }
    assert!(most < 4 << 20, "{most} bytes");
    assert!(!plugin.is_spent());
}
