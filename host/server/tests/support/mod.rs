//! A host in this process on a real socket, and a client that hides nothing.

#![allow(dead_code, unreachable_pub, reason = "each file of tests uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says where"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    thread::JoinHandle,
    time::Duration,
};

use cuecard::start::{Host, Options};
use cuecard_plugin::{bundle, prove, workers};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot};

/// Answers everything, proposes a contact for every `ping`.
pub const CODE: &str = r#"
local function compose(turn)
    return { { message = "hello", reason = "asked", confidence = 0.9 } }
end
local function trigger(event, customer)
    return { { outreach = { occurrence = event.id, purpose = "service", text = "hello", reason = "pinged" } } }
end
return { compose = compose, trigger = trigger }
"#;

/// The files of the test's plugin.
pub fn plugin(version: &str, code: &str) -> Vec<(&'static str, String)> {
    let manifest = format!(
        "[plugin]\nid = \"echo\"\nversion = \"{version}\"\napi = \"1\"\nruntime = \"lua\"\nentry = \"main.luau\"\n[hooks.compose]\nscenarios = [\"*\"]\n[hooks.trigger]\nevents = [\"ping\"]\n"
    );
    let messages = format!(r#"{{"hello": "hello from {version}"}}"#);
    vec![("plugin.toml", manifest), ("main.luau", code.to_owned()), ("messages/en.json", messages)]
}

/// The same as an archive.
pub fn archive(version: &str, code: &str) -> Vec<u8> {
    let files = plugin(version, code).into_iter().map(|(name, text)| (name, text.into_bytes()));
    bundle::to_archive(&bundle::Bundle::from_files(files, &bundle::BundleLimits::default()).unwrap()).unwrap()
}

/// The same as a folder.
pub fn write(folder: &Path, version: &str, code: &str) {
    for (name, text) in plugin(version, code) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A running host. Dropping it stops it in good order.
pub struct Server {
    pub address: SocketAddr,
    pub folder: Option<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A demo host with the test's plugin.
    pub fn start() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut Options) + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("plugins/echo"), "1.0.0", CODE);
        Self::on(folder, change)
    }

    pub fn on(folder: TempDir, change: impl FnOnce(&mut Options) + Send + 'static) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let root = folder.path().to_owned();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let mut options = Options::new(root.join("data")).unwrap();
                options.plugins = Some(root.join("plugins"));
                options.demo = Some(root.join("no-shop"));
                (options.workers, options.prover) = (workers::Spawn::Threads, prove::Spawn::Caller);
                change(&mut options);
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                let host = Host::build(options).await.unwrap();
                tell.send(address).unwrap();
                host.serve(listener, async { drop(stopped.await) }).await;
            });
        });
        let address = told.recv().expect("the host did not start");
        Self { address, folder: Some(folder), stop: Some(stop), thread: Some(thread) }
    }

    /// Tells the host to stop, and does not wait.
    pub fn tell(&mut self) {
        drop(self.stop.take());
    }

    /// Stops the host and gives back its folder.
    pub fn stop(mut self) -> TempDir {
        self.tell();
        self.thread.take().unwrap().join().unwrap();
        self.folder.take().unwrap()
    }

    /// One request with everything spelled out.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(&head(method, path, headers, Some(body.len()))).unwrap();
        // The host may answer before it has read everything.
        let _ = stream.write_all(body);
        Answer::read(stream)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[DEV], b"")
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(method, path, &[DEV, JSON], body.to_string().as_bytes())
    }

    pub fn message(&self, conversation: &str, message: &str) -> Answer {
        self.send("POST", "/v1/messages", &message_body(conversation, message))
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Opens the stream and reads up to its first comment.
    pub fn listen(&self, path: &str, last: Option<&str>) -> Events {
        let mut headers = vec![DEV];
        headers.extend(last.map(|last| ("last-event-id", last)));
        self.listen_as(path, &headers)
    }

    pub fn listen_as(&self, path: &str, headers: &[(&str, &str)]) -> Events {
        let mut stream = self.connect();
        stream.write_all(&head("GET", path, headers, None)).unwrap();
        let mut events = Events { lines: BufReader::new(stream) };
        while !events.line().starts_with(": connected") {}
        events
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tell();
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            assert!(result.is_ok() || std::thread::panicking());
        }
    }
}

pub const DEV: (&str, &str) = ("authorization", "Bearer dev");
pub const JSON: (&str, &str) = ("content-type", "application/json");

pub fn message_body(conversation: &str, message: &str) -> Value {
    json!({"conversation_id": conversation, "message_id": message, "text": "hello there", "customer": {"id": "u-2"}})
}

pub fn head(method: &str, path: &str, headers: &[(&str, &str)], length: Option<usize>) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    if let Some(length) = length {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters.
    pub headers: String,
    /// As they came.
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn read(mut stream: impl Read) -> Self {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (headers, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, headers: headers.to_lowercase(), head: headers.to_owned(), body: body.to_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body, if the status is the expected one.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

/// An open stream of events.
pub struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream has ended");
        line.trim_end().to_owned()
    }

    /// The next event: its name, id and data.
    pub fn next(&mut self) -> (String, String, Value) {
        let (mut event, mut id) = (String::new(), String::new());
        loop {
            let line = self.line();
            if let Some(name) = line.strip_prefix("event: ") {
                event = name.to_owned();
            } else if let Some(number) = line.strip_prefix("id: ") {
                id = number.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (event, id, serde_json::from_str(data).unwrap());
            }
        }
    }

    /// Whether nothing more comes, to the end of the stream.
    pub fn ends(mut self) -> bool {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).is_ok() && !rest.contains("event: ")
    }
}

/// Checks a value against the document that the host itself gives out: types, what must be there, what may be there.
pub fn conforms(name: &str, value: &Value) {
    static DOCUMENT: std::sync::LazyLock<Value> =
        std::sync::LazyLock::new(|| Server::start().get("/openapi.json").json());
    let wrong = mismatch(&DOCUMENT, &DOCUMENT["components"]["schemas"][name], value);
    assert_eq!(wrong, None, "{name}: {value}");
}

fn mismatch(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(path) = schema["$ref"].as_str() {
        return mismatch(document, document.pointer(path.trim_start_matches('#'))?, value);
    }
    if let Some(several) = schema["oneOf"].as_array() {
        let fits = several.iter().any(|schema| mismatch(document, schema, value).is_none());
        return (!fits).then(|| format!("fits none: {value}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = if schema["type"].is_array() { schema["type"].clone() } else { json!([schema["type"]]) };
    let allowed = |kind: &str| types.as_array().unwrap().iter().any(|allowed| allowed == kind);
    if !(allowed(kind) || kind == "integer" && allowed("number")) {
        return Some(format!("{value} is no {types}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Some(format!("{value} is not among {}", schema["enum"]));
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let absent = required.filter_map(Value::as_str).find(|name| value.get(name).is_none());
    if let Some(absent) = absent {
        return Some(format!("{absent} is absent"));
    }
    let parts = value.as_object().into_iter().flatten().map(|(name, part)| match &schema["properties"][name] {
        Value::Null if schema["additionalProperties"].is_object() => (&schema["additionalProperties"], part),
        schema => (schema, part),
    });
    let items = value.as_array().into_iter().flatten().map(|item| (&schema["items"], item));
    parts.chain(items).find_map(|(schema, part)| {
        if schema.is_null() { Some(format!("{part} is not in the document")) } else { mismatch(document, schema, part) }
    })
}
