//! `cuecard check --lint`: the words of a bundle, judged by the real program.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::{fs, path::Path, process::Command};

/// The exit code and what was printed.
fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cuecard")).arg("check").args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn plugin(folder: &Path, german: &str) -> String {
    let manifest = "[plugin]\nid = \"words\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\nentry = \"main.luau\"\n[hooks.compose]\nscenarios = [\"*\"]\n";
    fs::create_dir_all(folder.join("messages")).unwrap();
    fs::create_dir_all(folder.join("culture")).unwrap();
    fs::write(folder.join("plugin.toml"), manifest).unwrap();
    fs::write(folder.join("main.luau"), "return { compose = function(turn) return {} end }").unwrap();
    fs::write(folder.join("messages/de.json"), german).unwrap();
    folder.display().to_string()
}

#[test]
fn errors_warnings_and_a_merchants_own_rules() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let fine = r#"{"late": "Ihr Paket kommt am {$day :date}."}"#;
    let mixed = "{\n\"a\": \"Gern.\",\n\"late\": \"Ihr Paket ist da, {$name}. Haben Sie es? Melde dich bei mir.\"}";
    let promised =
        r#"{"late": ".input {$n :number} .match $n one {{Es kommt.}} * {{{$n} Pakete kommen garantiert heute.}}"}"#;
    for (german, lint, code, expected) in [
        (fine, true, 0, "fine, version 1.0.0"),
        (mixed, false, 0, "fine, version 1.0.0"),
        (mixed, true, 0, "messages/de.json:3: warning: 'late' says 'Melde' at character"),
        (promised, false, 0, "fine, version 1.0.0"),
        (
            promised,
            true,
            1,
            "messages/de.json:1: error: 'late' says 'garantiert' at character 17 (de-DE/claim.guaranteed)",
        ),
        (promised, true, 1, "hint: write 'voraussichtlich'"),
    ] {
        let name = plugin(folder, german);
        let arguments = if lint { vec!["--lint", &name] } else { vec![name.as_str()] };
        let (found, printed) = check(&arguments);
        assert_eq!(found, Some(code), "{german}: {printed}");
        assert!(printed.contains(expected), "{german}: {printed}");
    }

    // The bundle's own rules lie over the packs.
    let own = "off = [\"claim.guaranteed\"]\n[taboo.parcel]\nwords = [\"Pakete\"]\ninstead = \"Sendungen\"\nwhy = \"our word\"\nsource = \"style guide\"\n";
    let name = plugin(folder, promised);
    fs::write(folder.join("culture/de.toml"), own).unwrap();
    let (code, printed) = check(&["--lint", &name]);
    assert_eq!(code, Some(1));
    assert!(printed.contains("words/taboo.parcel") && !printed.contains("claim.guaranteed"), "{printed}");
}

#[test]
fn what_ships_passes() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let (code, printed) = check(&["--lint", plugins.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{printed}");
}

#[test]
fn help_says_what_it_does() {
    let (code, printed) = check(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(printed.contains("--lint") && printed.contains("What must not be said is an error"), "{printed}");
}
