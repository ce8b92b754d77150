//! A real `cuecard` process with its own data and plugins, and a plain way to talk to it.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test of the whole uses a part")]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};

/// The repository's own folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A running host. Dropping it kills the process.
pub struct Host {
    pub address: String,
    pub plugins: PathBuf,
    pub data: PathBuf,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    agent: ureq::Agent,
}

/// An answer: status, headers of interest, body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub duplicate: bool,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text))
    }
}

impl Host {
    /// Starts the demo host on a free port over `plugins`, with all state in `data`, and waits until it is ready.
    pub fn start(plugins: &Path, data: &Path) -> Self {
        Self::start_with(plugins, data, |_| ())
    }

    /// The same with more arguments, another environment, another folder to stand in.
    pub fn start_with(plugins: &Path, data: &Path, change: impl FnOnce(&mut Command)) -> Self {
        // Taken and let go again: the host gets a port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
        command
            .args(["serve", "--dev", "--listen", &address])
            .arg("--plugins")
            .arg(plugins)
            .arg("--data")
            .arg(data)
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        collect(child.stdout.take().unwrap(), Arc::clone(&log));
        collect(child.stderr.take().unwrap(), Arc::clone(&log));
        let agent = agent();
        let mut host = Self { address, plugins: plugins.into(), data: data.into(), child, log, agent };
        host.wait_until_ready();
        host
    }

    fn wait_until_ready(&mut self) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the host ended at its start ({status}):\n{}", self.log());
            }
            if self.get("/readyz").is_ok_and(|answer| answer.status == 200) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the host was not ready in 60 s:\n{}", self.log());
            thread::yield_now();
        }
    }

    /// Everything that the host has written so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, without a word.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn get(&self, path: &str) -> Result<Answer, ureq::Error> {
        call(&self.agent, &self.address, "GET", path, Vec::new())
    }

    /// Comes back when it is told that it was too fast, as a client should.
    pub fn post(&self, path: &str, body: &Json) -> Answer {
        loop {
            let answer = call(&self.agent, &self.address, "POST", path, body.to_string().into_bytes()).unwrap();
            if answer.status != 429 {
                return answer;
            }
            thread::park_timeout(Duration::from_millis(200));
        }
    }

    pub fn put(&self, path: &str, body: Vec<u8>) -> Answer {
        call(&self.agent, &self.address, "PUT", path, body).unwrap()
    }

    /// Asks as a customer who writes `text`.
    pub fn say(&self, id: &str, text: &str) -> Json {
        let answer = self.post("/v1/messages", &message(id, text));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("---- the host's log\n{}", self.log());
        }
    }
}

/// A client that keeps its connections and takes every status for an answer.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.timeout_global(Some(Duration::from_secs(30))).build().into()
}

/// One request with the demo key.
pub fn call(
    agent: &ureq::Agent,
    address: &str,
    method: &str,
    path: &str,
    body: Vec<u8>,
) -> Result<Answer, ureq::Error> {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"))
        .header("authorization", "Bearer dev")
        .header("content-type", if method == "PUT" { "application/octet-stream" } else { "application/json" })
        .body(body)
        .unwrap();
    let mut response = agent.run(request)?;
    let status = response.status().as_u16();
    let duplicate = response.headers().contains_key("cuecard-duplicate");
    Ok(Answer { status, duplicate, text: response.body_mut().read_to_string()? })
}

/// The body of a message; each id is a conversation of its own.
pub fn message(id: &str, text: &str) -> Json {
    json!({
        "conversation_id": format!("c-{id}"), "message_id": format!("m-{id}"), "channel": "web_chat", "text": text,
        "customer": {"id": format!("u-{id}"), "locale": "en-US"},
    })
}

fn collect(stream: impl std::io::Read + Send + 'static, log: Arc<Mutex<Vec<String>>>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            log.lock().unwrap().push(line);
        }
    });
}

/// Waits until `look` finds something, and says how long that took.
pub fn wait_for<T>(what: &str, most: Duration, mut look: impl FnMut() -> Option<T>) -> (T, Duration) {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return (found, began.elapsed());
        }
        assert!(began.elapsed() < most, "{what}: not within {most:?}");
        thread::yield_now();
    }
}

/// A Lua plugin that answers everything, always with its version in its words.
pub fn probe(id: &str, version: u32) -> [(&'static str, String); 2] {
    let manifest = format!(
        "[plugin]\nid = \"{id}\"\nversion = \"1.{version}.0\"\napi = \"1\"\nruntime = \"lua\"\n\n\
         [hooks.compose]\nscenarios = [\"*\"]\n"
    );
    let main = format!(
        "return {{ compose = function(turn)\n\
         \treturn {{ {{ text = \"{id} says 1.{version}.0\", reason = \"probe\", confidence = 0.9 }} }}\n\
         end }}\n"
    );
    [("plugin.toml", manifest), ("main.luau", main)]
}

/// Writes files into a folder, in place, as some editors do.
pub fn write_in_place(folder: &Path, files: &[(&str, String)]) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Copies a folder without what is built in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if !entry.file_type().unwrap().is_dir() {
            fs::copy(entry.path(), target).unwrap();
        } else if entry.file_name() != "target" {
            copy_folder(&entry.path(), &target);
        }
    }
}
