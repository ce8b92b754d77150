//! An author's loop over the real binary: each save is checked and tested at once, with types and with what it costs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test: what goes wrong fails it"
)]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use support::{Host, copy_folder, root};

fn cuecard(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cuecard")).args(arguments).current_dir(root()).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A copy of a plugin that ships, to be broken.
fn copy(plugin: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(plugin);
    copy_folder(&root().join("plugins").join(plugin), &copy);
    let name = copy.display().to_string();
    (folder, name)
}

fn edit(folder: &str, file: &str, old: &str, new: &str) {
    let path = Path::new(folder).join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} has no {old}");
    fs::write(path, text.replacen(old, new, 1)).unwrap();
}

/// `cuecard dev`, and what it prints.
struct Dev {
    child: Child,
    lines: Receiver<String>,
}

impl Dev {
    fn start(folder: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
        let mut child =
            command.args(["dev", folder]).args(more).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (send, lines) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    /// The lines up to the one that begins so.
    fn round(&self, verdict: &str) -> String {
        self.round_either(verdict, verdict)
    }

    fn round_either(&self, verdict: &str, other: &str) -> String {
        let mut text = String::new();
        loop {
            let line =
                self.lines.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| panic!("no {verdict}:\n{text}"));
            text.push_str(&line);
            text.push('\n');
            if line.starts_with(verdict) || line.starts_with(other) {
                return text;
            }
        }
    }
}

impl Dev {
    /// The same after a save whose own tests pass; saved again where a busy machine has ended one of them.
    fn good_round(&self, folder: &str, verdict: &str) -> String {
        let mut text = String::new();
        for again in 0..5 {
            text = self.round_either(verdict, "not fine: ");
            if !text.contains("not fine: ") {
                return text;
            }
            let path = Path::new(folder).join("main.luau");
            let code = fs::read_to_string(&path).unwrap();
            fs::write(path, format!("{code}-- again {again}\n")).unwrap();
        }
        panic!("never well:\n{text}")
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_save_is_judged_within_a_second() {
    let (_kept, folder) = copy("late-parcel");
    let dev = Dev::start(&folder, &[]);
    let first = dev.round("fine: ");
    assert!(first.starts_with("-- round 1\n") && first.contains(" cases passed, version "), "{first}");

    let saved = Instant::now();
    edit(&folder, "main.luau", "days_between(due, now) > 0", "days_between(due, now) > 1000");
    let second = dev.round("last good: ");
    let took = saved.elapsed();
    println!("saved to shown: {took:?}\n{second}");
    assert!(second.contains("-- round 2: main.luau\n") && second.contains("FAILED "), "{second}");
    assert!(second.contains(&format!("{folder}/tests/late-parcel.toml:")), "{second}");
    assert!(second.contains("last good: round 1, "), "{second}");
    assert!(second.contains("since then: main.luau"), "{second}");
    // A second on a machine that has nothing else to do; tests run beside others.
    assert!(took < Duration::from_secs(8), "saved to shown took {took:?}");

    edit(&folder, "main.luau", "return { compose = compose }", "return {{{");
    let third = dev.round("not fine: ");
    assert!(third.contains(&format!("{folder}/main.luau:")), "{third}");

    copy_folder(&root().join("plugins/late-parcel"), Path::new(&folder));
    let last = dev.round("fine: ");
    assert!(last.contains("cases passed"), "{last}");
}

#[test]
fn what_passes_is_sent_and_nothing_else() {
    let (kept, folder) = copy("stock");
    let plugins = kept.path().join("none");
    fs::create_dir(&plugins).unwrap();
    let host = Host::start(&plugins, &kept.path().join("data"));
    let dev = Dev::start(&folder, &["--push", "--server", &format!("http://{}", host.address)]);
    let sent = dev.round("stock@");
    assert!(sent.contains("fine: ") && sent.contains(" serves from generation "), "{sent}");

    edit(&folder, "main.luau", "return { compose = compose }", "return {}");
    edit(&folder, "plugin.toml", "version = \"", "version = \"9.");
    dev.round("last good: ");
    fs::remove_dir_all(&folder).unwrap();
    let gone = dev.round("last good: ");
    assert!(!gone.contains(" serves from"), "{gone}");
    copy_folder(&root().join("plugins/stock"), Path::new(&folder));
    edit(&folder, "plugin.toml", "version = \"1.0.0\"", "version = \"1.0.1\"");
    let sent = dev.round("stock@1.0.1");
    assert!(sent.contains(" serves from generation "), "{sent}");
}

/// Conversations about a late parcel, a fifth of them of customers who have ordered nothing.
fn conversations(folder: &Path, count: usize) -> String {
    let texts = ["my parcel was due on Monday", "my order is late", "my package is late", "why is my package delayed"];
    let line = |number: usize| {
        let fulfillments = json!([{"id": "f", "status": "in_transit", "expected_at": "2026-11-16T12:00:00Z"}]);
        let orders = json!([{"id": format!("1{number:03}"), "status": "shipped", "fulfillments": fulfillments}]);
        let orders = if number.is_multiple_of(5) { json!([]) } else { orders };
        let said = |place: usize| json!({"role": "customer", "text": texts[(number + place) % 4], "at": "2026-11-20T12:00:00Z"});
        let agent = json!({"role": "agent", "text": "I will look", "at": "2026-11-20T12:01:00Z"});
        let customer = json!({"id": format!("u-{number}"), "locale": "en", "orders": orders});
        let messages = json!([said(0), agent, said(1)]);
        json!({"conversation_id": format!("c-{number}"), "customer": customer, "messages": messages}).to_string()
    };
    let path = folder.join("conversations.jsonl");
    fs::write(&path, (0..count).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    path.display().to_string()
}

/// A host that serves one plugin, pushed, and has answered the first message of each conversation.
fn answered(folder: &str, conversations: &str, kept: &Path) -> (Host, String) {
    let plugins = kept.join("none");
    fs::create_dir(&plugins).unwrap();
    let host = Host::start(&plugins, &kept.join("data"));
    let address = format!("http://{}", host.address);
    assert!(cuecard(&["push", folder, "--server", &address]).status.success());
    for line in fs::read_to_string(conversations).unwrap().lines() {
        let told: Json = serde_json::from_str(line).unwrap();
        let said = json!({"conversation_id": told["conversation_id"], "message_id": "m", "customer": told["customer"],
            "text": told["messages"][0]["text"]});
        assert_eq!(host.post("/v1/messages", &said).status, 200);
    }
    (host, address)
}

const COMPOSE: &str = "local function compose(turn: Turn): { Draft }\n";

#[test]
fn each_save_is_held_against_recorded_turns() {
    let (kept, folder) = copy("late-parcel");
    let turns = conversations(kept.path(), 40);
    let dev = Dev::start(&folder, &["--turns", &turns]);
    dev.good_round(&folder, "rehearsals compare with version ");
    edit(&folder, "main.luau", "return { compose = compose }", "-- the same\nreturn { compose = compose }");
    let same = dev.good_round(&folder, "50 turns beside ");
    assert!(same.contains(": nothing differs, "), "{same}");
    assert!(same.contains("cost: costs the same as round "), "{same}");

    // It fails where its own tests say nothing.
    let fails = "\tif turn.message.text == \"my package is late\" then error(\"no packages\") end\n";
    edit(&folder, "main.luau", COMPOSE, &format!("{COMPOSE}{fails}"));
    let failing = dev.good_round(&folder, "    - ");
    assert!(failing.contains("fine: ") && failing.contains(" calls newly failing"), "{failing}");
    assert!(failing.contains("    ! error: ") && failing.contains("no packages"), "{failing}");
}

#[test]
fn each_save_is_held_against_what_a_server_says() {
    let (kept, folder) = copy("late-parcel");
    let (host, address) = answered(&folder, &conversations(kept.path(), 60), kept.path());
    let dev = Dev::start(&folder, &["--server", &address]);
    let first = dev.good_round(&folder, "50 turns beside ");
    assert!(first.contains(": nothing differs, "), "{first}");
    edit(&folder, "main.luau", COMPOSE, &format!("{COMPOSE}\tfor _ = 1, 500 do end\n"));
    let dearer = dev.good_round(&folder, "  compose: ");
    assert!(dearer.contains(" % dearer than 1.") && dearer.contains(" (median call "), "{dearer}");
    let plugins = host.get("/v1/plugins").unwrap().json();
    assert_eq!(plugins["plugins"][0]["cost"]["compared"], Json::Null, "nothing was put in service: {plugins}");
}

/// `cargo nextest run -p cuecard --test dev --run-ignored only --no-capture`
#[test]
#[ignore = "a measurement"]
fn how_long_from_save_to_shown() {
    let (kept, folder) = copy("late-parcel");
    let turns = conversations(kept.path(), 60);
    let path = Path::new(&folder).join("messages/en.json");
    let words = fs::read_to_string(&path).unwrap();
    let (_host, address) = answered(&folder, &turns, kept.path());
    for (source, more, ready) in [
        ("recorded", ["--turns", &turns], "rehearsals compare with version "),
        ("served", ["--server", &address], "50 turns beside "),
    ] {
        fs::write(&path, &words).unwrap();
        let dev = Dev::start(&folder, &more);
        dev.good_round(&folder, ready);
        let mut times: Vec<_> = (0..21)
            .map(|round| {
                let saved = Instant::now();
                fs::write(&path, words.replace("{{I am sorry", &format!("{{{{({round}) I am sorry"))).unwrap();
                let shown = dev.good_round(&folder, "  … and ");
                assert!(shown.contains("fine: "), "{shown}");
                if round == 0 {
                    println!("{shown}");
                }
                saved.elapsed()
            })
            .collect();
        times.sort_unstable();
        println!("{source}: save to shown {:?} at the median of 21, {:?} at most", times[10], times[20]);
    }
}

#[test]
fn a_new_plugin_brings_what_an_editor_needs_and_ships_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().display().to_string();
    assert!(cuecard(&["new", "probe", "--plugins", &plugins]).status.success());
    let probe = folder.path().join("probe");
    let contract = fs::read_to_string(root().join("sdk/lua/cuecard.luau")).unwrap();
    // The new plugin's own folder, and this repository's.
    for (settings, opened) in
        [(probe.join(".vscode/settings.json"), &probe), (root().join("sdk/lua/settings.json"), &root())]
    {
        let settings: Json = serde_json::from_str(&fs::read_to_string(settings).unwrap()).unwrap();
        assert_eq!(settings["luau-lsp.platform.type"], "standard");
        let definitions = settings["luau-lsp.types.definitionFiles"]["@cuecard"].as_str().unwrap();
        assert_eq!(fs::read_to_string(opened.join(definitions)).unwrap(), contract);
    }
    let bundle = cuecard_plugin::bundle::read_folder(&probe, &Default::default()).unwrap();
    assert!(bundle.files().keys().all(|name| !name.contains("vscode")), "{:?}", bundle.files().keys());
}

#[test]
fn an_interrupt_ends_it_well() {
    let (_kept, folder) = copy("stock");
    let mut dev = Dev::start(&folder, &[]);
    dev.round("fine: ");
    let pid = rustix::process::Pid::from_child(&dev.child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(dev.child.wait().unwrap().success());
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let output = cuecard(&["dev", "plugins/nowhere"]);
    assert!(!output.status.success());
    assert!(said(&output).contains("plugins/nowhere cannot be watched"), "{}", said(&output));
}

/// The cost of each case, by its line.
fn costs(folder: &str) -> Vec<String> {
    let output = cuecard(&["test", folder]);
    assert!(output.status.success(), "{}", said(&output));
    let text = said(&output);
    let costs = text.lines().filter_map(|line| Some(line.split_once(", cost ")?.1.to_owned()));
    let names =
        text.lines().filter(|line| line.starts_with("ok ")).map(|line| line.split(" (").next().unwrap().to_owned());
    names.zip(costs).map(|(name, cost)| format!("{name}: {cost}")).collect()
}

#[test]
fn what_a_case_costs_is_the_same_on_every_run() {
    for (plugin, cases) in [("returns", 5), ("cart-rescue", 3), ("size-advisor", 2), ("browse-hesitation", 2)] {
        let folder = format!("plugins/{plugin}");
        let first = costs(&folder);
        println!("{plugin}: {first:?}");
        assert!(first.len() >= cases && first.iter().all(|line| line.ends_with(" steps)")), "{first:?}");
        assert!(first.iter().all(|line| !line.contains(": 0 steps")), "{first:?}");
        assert_eq!(first, costs(&folder), "{plugin}");
    }
}

#[test]
fn a_loop_costs_its_rounds_and_a_budget_is_held() {
    let (_kept, folder) = copy("stock");
    let manifest = fs::read_to_string(format!("{folder}/plugin.toml")).unwrap();
    fs::write(format!("{folder}/plugin.toml"), format!("{manifest}\n[limits]\ncost = 900\n")).unwrap();
    let output = cuecard(&["test", &folder]);
    assert!(output.status.success(), "{}", said(&output));

    edit(&folder, "main.luau", "local function compose(turn", "for _ = 1, 1000 do\nend\n\nlocal function compose(turn");
    let output = cuecard(&["test", &folder]);
    assert!(!output.status.success());
    assert!(
        said(&output).contains("steps, 900 are allowed by `cost` under [limits] in plugin.toml"),
        "{}",
        said(&output)
    );
}

#[test]
fn what_ships_and_what_is_made_new_has_its_types() {
    let output = cuecard(&["check", "plugins"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!said(&output).contains("not checked"), "{}", said(&output));
    for hook in ["compose", "classify"] {
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().display().to_string();
        assert!(cuecard(&["new", "probe", "--hook", hook, "--plugins", &plugins]).status.success());
        let output = cuecard(&["check", &plugins]);
        assert!(output.status.success(), "{hook}: {}", said(&output));
    }
}

#[test]
fn a_wrong_type_is_found_with_its_place() {
    let (_kept, folder) = copy("stock");
    let main = format!("{folder}/main.luau");
    for (source, place, word) in [
        (
            "--!strict\nlocal function compose(turn: Turn): { Draft }\n\treturn { { title = turn.channl } }\nend\n\nreturn { compose = compose }\n",
            "main.luau:3:",
            "channl",
        ),
        (
            "--!strict\nlocal function compose(turn: Turn): { Draft }\n\treturn { { confidence = \"high\" } }\nend\n\nreturn { compose = compose }\n",
            "main.luau:3:",
            "number",
        ),
        (
            "--!strict\nlocal function compose(turn: Tern): { Draft }\n\treturn {}\nend\n\nreturn { compose = compose }\n",
            "main.luau:2:",
            "Tern",
        ),
        (
            "--!strict\nlocal function compose(turn: Turn): { Draft }\n\tcuecard.set_kye(\"a\", 1)\n\treturn {}\nend\n\nreturn { compose = compose }\n",
            "main.luau:3:",
            "set_kye",
        ),
    ] {
        fs::write(&main, source).unwrap();
        let output = cuecard(&["check", &folder]);
        let text = said(&output);
        assert!(!output.status.success() && text.contains(place) && text.contains(word), "{source}\n{text}");
        assert!(text.contains("hint: "), "{text}");
    }
}

#[test]
fn shells_get_their_completions() {
    for (shell, sign) in [("bash", "complete -F"), ("zsh", "#compdef cuecard"), ("fish", "complete -c cuecard")] {
        let output = cuecard(&["completions", shell]);
        let text = said(&output);
        assert!(output.status.success() && text.contains(sign), "{shell}: {text}");
        assert!(text.contains("canary") && text.contains("insights") && !text.contains("no such"), "{shell}");
    }
    let script = String::from_utf8(cuecard(&["completions", "bash"]).stdout).unwrap();
    let ask = format!(
        "{script}\nCOMP_WORDS=(cuecard de) COMP_CWORD=1; _cuecard cuecard de cuecard; echo \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash").args(["-c", &ask]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "dev", "{}", said(&output));
}
