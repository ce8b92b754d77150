//! A host with a good neighbour on it, to which hostile plugins are pushed: what became of each, and in what time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

use super::support::{Answer, Host, probe, write_in_place};

/// What the neighbour says in every turn.
pub const NEIGHBOUR: &str = "neighbour says 1.1.0";

/// A host that is warm.
pub struct Court {
    pub host: Host,
    folder: tempfile::TempDir,
    asked: u32,
    /// Of each turn: microseconds for all plugins together, by the host's own clock.
    pub compose: Vec<u64>,
    /// Of each failure of a hostile plugin: its kind, and how often.
    pub kinds: BTreeMap<String, u32>,
}

/// What became of a hostile plugin.
pub enum Outcome {
    Refused(String),
    /// It went live, and this is what it did in each turn.
    Live(Vec<String>),
}

impl Court {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().join("plugins");
        write_in_place(&plugins.join("neighbour"), &probe("neighbour", 1));
        let host = Host::start(&plugins, &folder.path().join("data"));
        let mut court = Self { host, folder, asked: 0, compose: Vec::new(), kinds: BTreeMap::new() };
        (0..30).for_each(|_| drop(court.turn("hello")));
        court.compose.clear();
        court
    }

    /// Where a folder of a plugin for the demo's merchant goes.
    pub fn own(&self, id: &str) -> std::path::PathBuf {
        self.folder.path().join("plugins/@demo").join(id)
    }

    /// One turn: answered, by the neighbour too, and no failure without its reason.
    pub fn turn(&mut self, text: &str) -> Json {
        self.asked += 1;
        let answer = self.host.say(&format!("t{}", self.asked), text);
        self.compose.push(answer["timing_us"]["compose"].as_u64().unwrap());
        let suggestions = answer["suggestions"].as_array().unwrap();
        assert!(suggestions.iter().any(|one| one["text"] == NEIGHBOUR), "no neighbour: {answer:#}");
        for failure in answer["failures"].as_array().unwrap() {
            assert!(failure["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{answer:#}");
            assert_ne!(failure["plugin"], "neighbour@1.1.0", "{answer:#}");
            *self.kinds.entry(failure["kind"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        answer
    }

    pub fn push(&self, archive: Vec<u8>) -> Answer {
        self.host.put("/v1/plugins/hostile", archive)
    }

    /// Pushes a plugin with the id `hostile`, and asks it three times if it goes live.
    pub fn judge(&mut self, files: &[(&str, &[u8])]) -> Outcome {
        self.judge_archive(tar(files))
    }

    /// The same of an archive as it is.
    pub fn judge_archive(&mut self, archive: Vec<u8>) -> Outcome {
        let answer = self.push(archive);
        if answer.status == 422 {
            let first = &answer.json()["problems"][0];
            let reason = first["reason"].as_str().unwrap_or_default();
            assert!(!reason.is_empty(), "{}", answer.text);
            return Outcome::Refused(reason.to_owned());
        }
        assert!(matches!(answer.status, 200 | 201), "{} {}", answer.status, answer.text);
        Outcome::Live((0..3).map(|_| did(&self.turn("where is my order?"), "hostile")).collect())
    }
}

/// What a plugin did in a turn: its failure with the reason, or that it answered.
pub fn did(answer: &Json, id: &str) -> String {
    let named = |plugin: &Json| plugin.as_str().is_some_and(|plugin| plugin.split('@').next() == Some(id));
    let failure = answer["failures"].as_array().unwrap().iter().find(|failure| named(&failure["plugin"]));
    match failure {
        Some(failure) => format!("{}: {}", failure["kind"].as_str().unwrap(), failure["detail"].as_str().unwrap()),
        None => "answered".into(),
    }
}

/// A plugin's manifest that asks for every turn.
pub fn manifest(id: &str, runtime: &str, entry: &str) -> String {
    format!(
        "[plugin]\nid = \"{id}\"\nversion = \"6.6.6\"\napi = \"1\"\nruntime = \"{runtime}\"\nentry = \"{entry}\"\n\n\
         [hooks.compose]\nscenarios = [\"*\"]\n"
    )
}

/// An archive of files as they are, good or bad.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

/// A sorted list's quantile, in its own unit.
pub fn quantile(times: &[u64], part: f64) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

/// Asks as fast as it can until `until`, and gives the wall times in microseconds.
pub fn timed(mut ask: impl FnMut(), until: Instant) -> Vec<u64> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let began = Instant::now();
        ask();
        times.push(u64::try_from(began.elapsed().as_micros()).unwrap());
    }
    times
}

/// What the sums say, in a line.
pub fn spread(times: &[u64]) -> String {
    let [half, most, all] = [0.5, 0.99, 1.0].map(|part| Duration::from_micros(quantile(times, part)));
    format!("{} turns, median {half:.1?}, 99th percentile {most:.1?}, longest {all:.1?}", times.len())
}
