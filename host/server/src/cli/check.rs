//! `cuecard check` and `cuecard test`: whether bundles are fit to serve, before a server has to say so.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, bail};
use clap::Args;
use cuecard_culture::{CatalogFinding, Cultures, MessageFinding, check_messages, lint_messages};
use cuecard_plugin::{
    bundle::{Bundle, BundleLimits, ReadError, read_folder},
    contents::Contents,
    cost::grouped,
    deprecated,
    problem::Problem,
    prove::{CaseReport, Prover},
};

use super::{lines::print, offline, types};

/// Read, compile and load bundles; say what is wrong, with file, line and hint.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Folders of plugins, or folders that hold some.
    #[arg(default_value = "plugins")]
    folders: Vec<PathBuf>,
    /// Judge the words of messages/, too: taboos, forbidden claims, mixed forms of address, quotes, spacing
    ///
    /// Every variant of every message is read in its own language, with sample values, by the culture packs and the
    /// bundle's own culture/. What must not be said is an error, the rest are warnings.
    #[arg(long)]
    lint: bool,
}

/// Run the tests that bundles bring, on the runtime that will serve them.
#[derive(Args, Debug)]
pub(crate) struct Test {
    /// Folders of plugins, or folders that hold some.
    folders: Vec<PathBuf>,
    /// The folder of plugins, if no other is named.
    #[arg(long, default_value = "plugins")]
    plugins: PathBuf,
    /// Show the plugin's log lines of cases that passed, too.
    #[arg(long)]
    log: bool,
}

impl Check {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let prover = offline::prover()?;
        let mut bad = 0;
        for folder in plugin_folders(&self.folders)? {
            let name = folder.display().to_string();
            match read_bundle(&folder) {
                Err(problems) => bad += report(&name, &problems),
                Ok(bundle) => bad += check(&name, &bundle, &prover, self.lint),
            }
        }
        Ok(ExitCode::from(u8::from(bad > 0)))
    }
}

fn check(name: &str, bundle: &Bundle, prover: &Prover, lint: bool) -> usize {
    let proof = prover.check(bundle);
    let mut forbidden = 0;
    if let Some(contents) = proof.contents() {
        if lint {
            forbidden = wording(name, bundle, &Cultures::with(contents.culture.clone()));
        }
        warn(name, bundle, contents);
    }
    let types = types::check(bundle);
    let mistyped = types.report(name);
    if proof.problems.is_empty() && mistyped == 0 {
        print(format!(
            "{name}: fine, version {}, {} files, {}",
            proof.version,
            bundle.files().len(),
            bundle.hash().short()
        ));
    }
    forbidden + mistyped + report(name, &proof.problems)
}

/// What is likely wrong or will be gone one day, though the bundle may serve.
pub(crate) fn warn(name: &str, bundle: &Bundle, contents: &Contents) {
    for warning in deprecated::warnings(contents) {
        let Problem { file, line, reason, hint, .. } = warning;
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        let hint = hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
        print(format!("{name}/{file}{line}: warning: {reason}{hint}"));
    }
    for CatalogFinding { file, line, reason, hint, .. } in check_messages(messages(bundle)) {
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        print(format!("{name}/{file}{line}: warning: {reason}\n  hint: {hint}"));
    }
}

/// What the linter says about a bundle's messages, and how many of them must not be said.
fn wording(name: &str, bundle: &Bundle, cultures: &Cultures) -> usize {
    let mut forbidden = 0;
    for (locale, text) in messages(bundle) {
        for found in lint_messages(locale, text, cultures) {
            forbidden += usize::from(found.finding.is_forbidden());
            print(format!("{name}/messages/{locale}.json:{}", shown(&found)));
        }
    }
    forbidden
}

/// `3: error: 'late' says 'garantiert' at character 14 (de-DE/claim.guaranteed): why`, and what to write instead.
fn shown(found: &MessageFinding) -> String {
    let MessageFinding { key, line, text, finding } = found;
    let kind = if finding.is_forbidden() { "error" } else { "warning" };
    let place = text.get(..finding.at.start).map_or(0, |before| before.chars().count()) + 1;
    let (excerpt, rule, why) = (&finding.excerpt, &finding.rule, &finding.why);
    let hint = finding.suggestion.as_ref().map(|instead| format!("\n  hint: write '{instead}'")).unwrap_or_default();
    format!("{line}: {kind}: '{key}' says '{excerpt}' at character {place} ({rule}): {why}\n  in: {text}{hint}")
}

/// The message files of a bundle, by locale.
pub(crate) fn messages(bundle: &Bundle) -> impl Iterator<Item = (&str, &str)> {
    bundle.files().iter().filter_map(|(name, bytes)| {
        let locale = name.strip_prefix("messages/")?.strip_suffix(".json")?;
        Some((locale, std::str::from_utf8(bytes).ok()?))
    })
}

pub(crate) fn report(name: &str, problems: &[Problem]) -> usize {
    for problem in problems {
        print(problem.clone().within(name).to_string());
    }
    problems.len()
}

impl Test {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let prover = offline::prover()?.counting();
        let folders = if self.folders.is_empty() { vec![self.plugins] } else { self.folders };
        let (mut passed, mut failed) = (0, 0);
        for folder in plugin_folders(&folders)? {
            let name = folder.display().to_string();
            let began = Instant::now();
            let proof = match read_bundle(&folder) {
                Ok(bundle) => prover.prove(&bundle),
                Err(problems) => {
                    failed += report(&name, &problems);
                    continue;
                }
            };
            for case in &proof.cases {
                show(&name, case, self.log);
            }
            passed += proof.cases.iter().filter(|case| case.passed()).count();
            let broken = proof.cases.iter().filter(|case| !case.passed()).count();
            // A bundle that does not even load has no failed case to count.
            failed += if proof.cases.is_empty() { report(&name, &proof.problems) } else { broken };
            print(format!("{name}: {} cases, {} ms\n", proof.cases.len(), began.elapsed().as_millis()));
        }
        print(format!("{passed} passed, {failed} failed"));
        Ok(ExitCode::from(u8::from(failed > 0)))
    }
}

/// One case as it went; the plugin's log lines too, if it failed or `log` asks for them.
pub(crate) fn show(name: &str, case: &CaseReport, log: bool) {
    let CaseReport { name: title, file, line, differences, micros, cost, .. } = case;
    let mark = if case.passed() { "ok    " } else { "FAILED" };
    let cost = cost.map(|steps| format!(", cost {} steps", grouped(steps))).unwrap_or_default();
    print(format!("{mark} {title} ({micros} us{cost})"));
    if !case.passed() {
        print(format!("  {name}/{file}:{line}"));
    }
    for difference in differences {
        print(format!("  {}", difference.replace('\n', "\n  ")));
    }
    if log || !case.passed() {
        for line in &case.log {
            print(format!("  log: {:?} {}", line.level, line.text));
        }
    }
}

/// The folders themselves where they hold a manifest, else those in them that do.
pub(crate) fn plugin_folders(folders: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders {
        if folder.join("plugin.toml").is_file() {
            found.push(folder.clone());
            continue;
        }
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut inside: Vec<_> =
            entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        inside.retain(|path| path.join("plugin.toml").is_file());
        inside.sort();
        if inside.is_empty() {
            bail!(
                "{} holds no plugin\n  hint: a plugin is a folder with a plugin.toml; `cuecard new` makes one",
                folder.display()
            );
        }
        found.append(&mut inside);
    }
    Ok(found)
}

/// Reads a plugin's folder.
pub(crate) fn read_bundle(folder: &Path) -> Result<Bundle, Vec<Problem>> {
    read_folder(folder, &BundleLimits::LARGE_GUESTS).map_err(reasons)
}

/// Why a folder gave no bundle, as problems.
pub(crate) fn reasons(error: ReadError) -> Vec<Problem> {
    match error {
        ReadError::Refused(problems) => problems,
        other => vec![Problem::new("", other.to_string())],
    }
}
