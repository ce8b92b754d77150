//! A shop's days against the real host with `kill -9` in between, judged by a program that reads the event file and the
//! send log alone. `python3 tests/month/run.py` runs the whole month.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test: what goes wrong fails it")]

use std::{path::Path, process::Command};

#[test]
fn no_event_is_lost_and_no_contact_is_made_twice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let asked = ["--events", "3000", "--customers", "100", "--days", "2", "--kills", "6"];
    let run = Command::new("python3")
        .arg(root.join("tests/month/run.py"))
        .args(asked)
        .env("CUECARD", env!("CARGO_BIN_EXE_cuecard"))
        .output()
        .unwrap();
    let (out, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    println!("{out}{errors}");
    assert!(run.status.success(), "{out}{errors}");
    assert!(out.contains("0 faults") && out.contains("6 kills"), "{out}");
}
