//! Everything that a bundle says, parsed and checked: manifest, scenarios, messages, culture, code, cases.
//!
//! Collects all problems of all files. Runs nothing: code is handed on as text or bytes.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_culture::{Catalog, FileProblem, Layer};

use crate::{
    bundle::Bundle,
    cases::{self, Case},
    limits::Ceiling,
    manifest::{self, Manifest, RuntimeKind},
    problem::{Problem, nearest, quoted},
    scenarios::{self, Scenario, is_locale},
};

/// A bundle, read.
#[derive(Clone, Debug)]
pub struct Contents {
    /// `plugin.toml`
    pub manifest: Manifest,
    /// `scenarios.toml`
    pub scenarios: Vec<Scenario>,
    /// `messages/*.json`
    pub catalog: Arc<Catalog>,
    /// `culture/*.toml`, in name order: rules over the packs that ship.
    pub culture: Vec<Arc<Layer>>,
    /// What runs.
    pub code: Option<CodeFiles>,
    /// `tests/*.toml`, in file order.
    pub cases: Vec<Case>,
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeFiles {
    /// Lua sources.
    Lua {
        /// The file to run first.
        entry: String,
        /// Every Lua file, by name.
        sources: BTreeMap<String, Arc<str>>,
    },
    /// A component; not looked into here.
    Wasm {
        /// The component's name in the bundle.
        entry: String,
        /// The component.
        bytes: Arc<[u8]>,
    },
}

impl Contents {
    /// Reads a bundle. `ceiling` is what this host allows.
    pub fn parse(bundle: &Bundle, ceiling: &Ceiling) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading { bundle, problems: Vec::new() };
        let manifest = reading.manifest(ceiling);
        let scenarios = reading.scenarios();
        let catalog = reading.catalog();
        let culture = reading.culture(manifest.as_ref());
        let code = manifest.as_ref().and_then(|manifest| reading.code(manifest));
        let cases = reading.cases();
        match manifest {
            Some(manifest) if reading.problems.is_empty() => {
                Ok(Self { manifest, scenarios, catalog: Arc::new(catalog), culture, code, cases })
            }
            _ => Err(reading.problems),
        }
    }
}

struct Reading<'a> {
    bundle: &'a Bundle,
    problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    /// What was read, or nothing and its problems noted.
    fn note<T>(&mut self, result: Result<T, Vec<Problem>>) -> Option<T> {
        result.map_err(|problems| self.problems.extend(problems)).ok()
    }

    /// One file as text; a byte order mark, which some editors write, is taken off.
    fn text(&mut self, name: &str, bytes: &'a [u8]) -> Option<&'a str> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Err(error) => {
                let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
                let mut problem = Problem::new(name, "not text in UTF-8").hint("save the file as UTF-8");
                problem.line = u32::try_from(line).ok();
                self.problems.push(problem);
                None
            }
        }
    }

    /// The files of a folder as text: (full name, text).
    fn texts(&mut self, fits: impl Fn(&str) -> bool) -> Vec<(&'a str, &'a str)> {
        let bundle = self.bundle;
        let files = bundle.files().iter().filter(|(name, _)| fits(name));
        files.filter_map(|(name, bytes)| Some((name.as_str(), self.text(name, bytes)?))).collect()
    }

    fn manifest(&mut self, ceiling: &Ceiling) -> Option<Manifest> {
        let Some(bytes) = self.bundle.file(manifest::FILE) else {
            let problem = Problem::new(manifest::FILE, "the file is missing");
            self.problems.push(problem.hint("every plugin has one; `cuecard new` writes it"));
            return None;
        };
        let text = self.text(manifest::FILE, bytes)?;
        self.note(Manifest::parse(text, ceiling))
    }

    fn scenarios(&mut self) -> Vec<Scenario> {
        let text = self.bundle.file(scenarios::FILE).and_then(|bytes| self.text(scenarios::FILE, bytes));
        text.and_then(|text| self.note(scenarios::parse(text))).unwrap_or_default()
    }

    fn catalog(&mut self) -> Catalog {
        let files = self.texts(|name| name.starts_with("messages/"));
        let mut locales = Vec::new();
        for (name, text) in files {
            let locale = name.trim_start_matches("messages/").trim_end_matches(".json");
            if is_locale(locale) {
                locales.push((locale, text));
            } else {
                let problem = Problem::new(name, format!("{} is not a locale", quoted(locale)));
                self.problems.push(problem.hint("name the file after a BCP 47 tag, such as en.json or zh-Hans.json"));
            }
        }
        let parsed = Catalog::parse(locales);
        self.note(parsed.map_err(problems)).unwrap_or_default()
    }

    fn culture(&mut self, manifest: Option<&Manifest>) -> Vec<Arc<Layer>> {
        let owner = manifest.map_or("", |manifest| manifest.id.as_str());
        let files = self.texts(|name| name.starts_with("culture/"));
        let layers = files.into_iter().filter_map(|(name, text)| {
            let slips = crate::document::syntax_problems(name, text);
            let read = if slips.is_empty() { Layer::parse(owner, name, text).map_err(problems) } else { Err(slips) };
            self.note(read).map(Arc::new)
        });
        layers.collect()
    }

    fn code(&mut self, manifest: &Manifest) -> Option<CodeFiles> {
        let code = manifest.code.as_ref()?;
        let entry = code.entry.clone();
        let Some(bytes) = self.bundle.file(&entry) else {
            self.problems.push(self.no_entry(&entry));
            return None;
        };
        Some(match code.runtime {
            RuntimeKind::Wasm => {
                let size = manifest.component_size();
                if bytes.len() > size.bytes {
                    self.problems.push(too_large(&entry, bytes.len(), manifest));
                }
                CodeFiles::Wasm { entry, bytes: Arc::clone(bytes) }
            }
            RuntimeKind::Lua => {
                let sources = self.texts(|name| name.ends_with(".luau"));
                let sources = sources.into_iter().map(|(name, text)| (name.to_owned(), Arc::from(text))).collect();
                CodeFiles::Lua { entry, sources }
            }
        })
    }

    fn no_entry(&self, entry: &str) -> Problem {
        let problem = Problem::new(manifest::FILE, format!("the entry {} is not in the bundle", quoted(entry)));
        let code = self.bundle.files().keys().map(String::as_str);
        match nearest(entry, code.filter(|name| name.ends_with(".luau") || name.ends_with(".wasm"))) {
            Some(name) => problem.hint(format!("write entry = \"{name}\"")),
            None => problem.hint("add the file, or name another with entry = \"…\""),
        }
    }

    fn cases(&mut self) -> Vec<Case> {
        let files = self.texts(|name| name.starts_with("tests/"));
        files.into_iter().filter_map(|(name, text)| self.note(cases::parse(name, text))).flatten().collect()
    }
}

fn too_large(entry: &str, bytes: usize, manifest: &Manifest) -> Problem {
    let most = manifest.component_size().bytes;
    let problem = Problem::new(entry, format!("the component has {bytes} bytes, more than {most}"));
    problem.hint(if manifest.capabilities.large {
        "keep to the libraries that the plugin needs"
    } else {
        "build it with `cuecard build`; a guest that carries its language says `large = true` under [capabilities]"
    })
}

/// The culture room's problems as a bundle reports them.
fn problems(found: Vec<FileProblem>) -> Vec<Problem> {
    let problem =
        |it: FileProblem| Problem { file: it.file, line: it.line, column: None, reason: it.reason, hint: it.hint };
    found.into_iter().map(problem).collect()
}
