//! Signed bundles, from `cuecard sign` to the refusal: what is unsigned, changed, expired or signed by somebody else
//! never serves where a signature is required.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that fails says where")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cuecard::config::Config;
use cuecard_plugin::bundle::{BundleLimits, read_folder, to_archive};
use minisign::{KeyPair, SecretKeyBox};
use serde_json::{Value, json};
use support::{CODE, DEV, Server, conforms, message_body, write};
use tempfile::TempDir;

fn cuecard(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cuecard")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An author with a key and a plugin.
struct Author {
    folder: TempDir,
    public: String,
}

impl Author {
    fn new(code: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("echo"), "2.0.0", code);
        cuecard(&["sign", "--new-key", folder.path().join("ci").to_str().unwrap()]);
        let public = fs::read_to_string(folder.path().join("ci.pub")).unwrap();
        Self { folder, public: public.lines().last().unwrap().to_owned() }
    }

    fn plugin(&self) -> PathBuf {
        self.folder.path().join("echo")
    }

    fn sign(&self) -> String {
        cuecard(&[
            "sign",
            self.plugin().to_str().unwrap(),
            "--key",
            self.folder.path().join("ci.key").to_str().unwrap(),
        ])
    }

    /// Signs with words that `cuecard sign` would not write.
    fn sign_with(&self, comment: &str) {
        let key = fs::read_to_string(self.folder.path().join("ci.key")).unwrap();
        let key = SecretKeyBox::from_string(&key).unwrap().into_unencrypted_secret_key().unwrap();
        let text = cuecard(&["sign", self.plugin().to_str().unwrap(), "--print"]);
        let signature = minisign::sign(None, &key, text.as_bytes(), Some(comment), None).unwrap();
        fs::write(self.plugin().join("plugin.minisig"), signature.into_string()).unwrap();
    }

    fn push(&self, server: &Server, status: u16) -> Value {
        let bundle = read_folder(&self.plugin(), &BundleLimits::default()).unwrap();
        server.ask("PUT", "/v1/plugins/echo", &[DEV], &to_archive(&bundle).unwrap()).expect(status)
    }

    fn refused(&self, server: &Server, words: &str) {
        let refused = self.push(server, 422);
        assert_eq!(refused["problems"][0]["file"], "plugin.minisig");
        let reason = refused["problems"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(words), "{reason}");
        assert!(!refused["problems"][0]["hint"].as_str().unwrap().is_empty());
    }
}

fn host(keys: &[(&str, &str)], folder: TempDir) -> Server {
    let keys: Vec<_> = keys.iter().map(|(name, key)| format!("{{ name = \"{name}\", key = \"{key}\" }}")).collect();
    let text =
        format!("[[merchant]]\nid = \"demo\"\n[merchant.signatures]\nrequired = true\nkeys = [{}]", keys.join(", "));
    Server::on(folder, move |options| options.config = Config::parse(&text).unwrap())
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("plugins/echo"), "1.0.0", CODE);
    folder
}

/// The version that answers, and the hash it names.
fn answers(server: &Server, message: &str) -> (String, String) {
    let reply = server.send("POST", "/v1/messages", &message_body("c-1", message)).expect(200);
    conforms("Reply", &reply);
    let suggestion = &reply["suggestions"][0];
    (suggestion["plugin"].as_str().unwrap().to_owned(), suggestion["hash"].as_str().unwrap().to_owned())
}

#[test]
fn only_what_is_signed_serves() {
    let author = Author::new(CODE);
    let server = host(&[("release", &author.public)], folder());
    author.refused(&server, "not signed");
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let text = cuecard(&["sign", author.plugin().to_str().unwrap(), "--print"]);
    let by_other = minisign::sign(None, &other.sk, text.as_bytes(), None, None).unwrap().into_string();
    for (signature, words) in
        [("nonsense", "no signature of minisign"), (by_other.as_str(), "not trusted here; trusted is 'release'")]
    {
        fs::write(author.plugin().join("plugin.minisig"), signature).unwrap();
        author.refused(&server, words);
    }
    author.sign_with("expires:2020-01-01T00:00:00Z");
    author.refused(&server, "expired at 2020-01-01");
    author.sign_with("expires:tomorrow");
    author.refused(&server, "'tomorrow'");
    assert_eq!(answers(&server, "m-1").0, "echo@1.0.0", "the shared one serves on");

    assert!(author.sign().contains(&author.public));
    let pushed = author.push(&server, 201);
    let (version, hash) = answers(&server, "m-2");
    assert_eq!(version, "echo@2.0.0");
    assert!(pushed["hash"].as_str().unwrap().starts_with(&hash) && hash.len() == 12, "{hash}");
    let listed = server.get("/v1/plugins").expect(200);
    conforms("PluginList", &listed);
    let own = listed["plugins"].as_array().unwrap().iter().find(|it| it["version"] == "2.0.0").unwrap();
    assert_eq!(own["signature"]["signed_by"], "release");
    let reloads = server.get("/v1/reloads").expect(200);
    let reasons = reloads["reloads"].to_string();
    assert!(reasons.contains("signed by release") && reasons.contains("expired"), "{reasons}");

    // One byte more, under the same signature.
    write(&author.plugin(), "2.0.1", CODE);
    author.refused(&server, "changed since");
    assert_eq!(answers(&server, "m-3").0, "echo@2.0.0");

    // Without its key it does not come back; with it, it does.
    let data = server.stop();
    let server = host(&[("another", &other.pk.to_base64())], data);
    assert_eq!(answers(&server, "m-4").0, "echo@1.0.0");
    let server = host(&[("release", &author.public)], server.stop());
    assert_eq!(answers(&server, "m-5").0, "echo@2.0.0");
}

#[test]
fn the_watched_folder_asks_for_signatures_too() {
    let author = Author::new(CODE);
    author.sign();
    let place = folder();
    let own = place.path().join("plugins/@demo/echo");
    copy(&author.plugin(), &own);
    let server = host(&[("release", &author.public)], place);
    assert_eq!(answers(&server, "m-1").0, "echo@2.0.0");
    let mut reloads = server.listen("/v1/stream", None);
    fs::write(own.join("messages/en.json"), r#"{"hello": "something else"}"#).unwrap();
    let reload = reloads.next().2;
    assert_eq!(
        (&reload["outcome"], reload["reason"].as_str().unwrap().contains("changed since")),
        (&json!("refused"), true)
    );
    assert_eq!(answers(&server, "m-2").0, "echo@2.0.0");
}

#[test]
fn a_key_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("ci");
    cuecard(&["sign", "--new-key", name.to_str().unwrap()]);
    let again = Command::new(env!("CARGO_BIN_EXE_cuecard")).args(["sign", "--new-key"]).arg(&name).output().unwrap();
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("is there already"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
