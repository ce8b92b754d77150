//! The operator's file: strict, and every mistake with what to write instead.

use cuecard::{config::Config, connectors::Connectors};

fn open(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let opened = Config::parse(text).and_then(|config| Connectors::open(config.connector, folder.path()));
    opened.map_or_else(|error| format!("{error:#}"), |_| "fine".to_owned())
}

#[test]
fn mistakes_are_named() {
    let connector = "[[connector]]\nmerchant = \"a\"\nchannels = [\"email\"]\nthrough";
    let from = "from = \"care@shop.example\"";
    for (through, expected) in [
        ("= \"log\"", "fine"),
        (&*format!(".smtp = {{ url = \"smtps://mail.example\", {from} }}"), "fine"),
        ("= \"pigeon\"", "unknown variant `pigeon`, expected one of `log`, `webhook`, `smtp`, `chatwoot`"),
        (".webhook = { url = \"https://a.example\" }", "missing field `secret_env`"),
        (".webhook = { url = \"https://a.example\", secret = \"very-secret\" }", "unknown field `secret`"),
        (".webhook = { url = \"https://a.example\", secret_env = \"NOBODY_SETS_THIS\" }", "hint: set NOBODY_SETS_THIS"),
        (".chatwoot = { url = \"https://a.example\", account = 1, token_env = \"NOBODY_SETS_THIS\" }", "token_env"),
        (".chatwoot = { url = \"https://a.example\", account = \"x\", token_env = \"T\" }", "expected u64"),
        (&*format!(".smtp = {{ url = \"mail.example\", {from} }}"), "hint: write smtps://mail.example"),
    ] {
        let said = open(&format!("{connector}{through}"));
        assert!(said.contains(expected), "{through}: {said}");
        assert!(!said.contains("a connector of b"));
    }
}
