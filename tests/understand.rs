//! The scenarios that ship, asked messages by an author who had not seen their examples (`tests/understand`).
//! Owns the floors; what was measured stands in BENCHMARKS.md.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "tests")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Right scenario, and what was found, best first.
fn asked(file: &str) -> Vec<(String, Vec<String>)> {
    let lines = fs::read_to_string(root().join("tests/understand").join(file)).unwrap();
    let right =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["scenario"].as_str().unwrap().to_owned());
    let mut program = Command::new(env!("CARGO_BIN_EXE_cuecard"))
        .args(["understand", "--plugins", "plugins"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, lines) = (program.stdin.take().unwrap(), lines.clone());
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = program.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = String::from_utf8(output.stdout).unwrap();
    let found = found.lines().map(|line| {
        let scenario = &serde_json::from_str::<Value>(line).unwrap()["signals"]["scenario"];
        let others = scenario["alternatives"].as_array().unwrap().iter();
        [scenario].into_iter().chain(others).map(|found| found["id"].as_str().unwrap().to_owned()).collect()
    });
    right.zip(found.collect::<Vec<Vec<String>>>()).collect()
}

#[test]
fn wishes_are_found() {
    for language in ["en", "es", "zh"] {
        let answers = asked(&format!("scenarios.{language}.jsonl"));
        let wishes: Vec<_> = answers.iter().filter(|(right, _)| right != "none").collect();
        let share = |within: usize| {
            let is_right = |(right, found): &&&(String, Vec<String>)| {
                found.iter().filter(|id| *id != "none" || within == 1).take(within).any(|id| id == right)
            };
            wishes.iter().filter(is_right).count() as f64 / wishes.len() as f64
        };
        println!("{language}: first {:.3}, among three {:.3}", share(1), share(3));
        assert!(wishes.len() == 270 && share(1) >= 0.85 && share(3) >= 0.95, "{language}");
    }
}

#[test]
fn small_talk_wants_nothing() {
    let mut answers = Vec::new();
    for language in ["en", "es", "zh"] {
        let more = asked(&format!("smalltalk.{language}.jsonl"));
        let alarms = more.iter().filter(|(_, found)| found[0] != "none").count();
        println!("{language}: {alarms} of {}", more.len());
        answers.extend(more);
    }
    let alarms = answers.iter().filter(|(_, found)| found[0] != "none").count();
    assert!(answers.len() == 300 && alarms < 15, "{alarms} false alarms, 5 in a hundred are too many");
}
