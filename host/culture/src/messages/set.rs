//! One locale's messages, compiled once and formatted many times.
//!
//! The seam to the mf2 crates: `compile`, `index`, `format`, `variables` are all that the rest of the host needs of a
//! MessageFormat 2 interpreter. Here all messages of a file share one binary catalog and one table of plural rules.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use cuecard_model::{Direction, Fields};
use mf2::{BidiStrategy, ErrorKind, FormatContext, FormatError, Formatter, MsgId, Registry};
use mf2_catalog::{
    Manifest,
    writer::{self, Options},
};
use mf2_locale_data::LocaleNeeds;

use super::{
    FileProblem,
    arguments::{Argument, Host},
    file::Entry,
    functions,
    scene::{self, Scene},
};
use crate::locale;

/// The longest message in bytes: four times what the most generous channel takes.
pub(super) const LONGEST: usize = 16 * 1024;

/// One slip can make the rest of a message look wrong, so only the first few problems of each are shown.
const SHOWN: usize = 3;

/// The messages of one file.
#[derive(Debug)]
pub(super) struct MessageSet {
    /// The functions that its messages may call.
    registry: &'static Registry,
    catalog: mf2::Catalog,
    manifest: Manifest,
    index: HashMap<String, usize>,
}

/// What formatting gave.
#[derive(Debug)]
pub(super) struct Formatted {
    pub(super) text: String,
    pub(super) missing: Vec<String>,
    /// What functions could not do; the text shows the placeholder in such a place.
    #[cfg_attr(not(test), allow(dead_code, reason = "the text shows it and the guard finds it; tests look closer"))]
    pub(super) errors: Vec<FormatError>,
}

impl MessageSet {
    /// Compiles the entries of a file.
    pub(super) fn compile(locale: &str, file: &str, entries: &[Entry]) -> Result<Self, Vec<FileProblem>> {
        Self::compile_for(&functions::REGISTRY, locale, file, entries)
    }

    fn compile_for(
        registry: &'static Registry,
        locale: &str,
        file: &str,
        entries: &[Entry],
    ) -> Result<Self, Vec<FileProblem>> {
        let mut problems = Vec::new();
        let mut models = BTreeMap::new();
        for entry in entries {
            if entry.source.len() > LONGEST {
                problems.push(too_long(file, entry));
                continue;
            }
            let parsed = mf2_syntax::parse_model(&entry.source);
            let shown = parsed.diagnostics.iter().take(SHOWN);
            problems.extend(shown.map(|found| syntax_problem(file, entry, found)));
            if let Some(model) = parsed.message {
                problems.extend(unknown_functions(registry, file, entry, &mf2_syntax::analyze(&model)));
                models.insert(entry.key.as_str(), model);
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Self::write(registry, locale, &models).map_err(|reason| {
            let hint = Some("report this message: the compiler should have said where it stands".into());
            vec![FileProblem { file: file.into(), line: None, reason, hint }]
        })
    }

    /// Compiles messages that were parsed, by key.
    pub(super) fn write(
        registry: &'static Registry,
        locale: &str,
        models: &BTreeMap<&str, mf2_model::Message<'_>>,
    ) -> Result<Self, String> {
        let manifest = manifest(models);
        let direction = match locale::direction(locale) {
            Direction::Ltr => mf2::Dir::Ltr,
            Direction::Rtl => mf2::Dir::Rtl,
        };
        let mut options = Options::new(locale, direction);
        options.cldr_version = Some(mf2_locale_data::CLDR_VERSION);
        options.locale_entries = plural_rules(locale)?;
        let messages: Vec<_> = models.values().map(Some).collect();
        let bytes = writer::catalog(&manifest, &messages, &options).map_err(|error| error.to_string())?;
        let catalog = mf2::Catalog::new(bytes, manifest.hash()).map_err(|error| error.to_string())?;
        let index = manifest.ids.iter().cloned().zip(0..).collect();
        Ok(Self { registry, catalog, manifest, index })
    }

    /// Where a key stands.
    pub(super) fn index(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// All keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    /// The variables that a message takes, in order.
    pub(super) fn variables(&self, index: usize) -> &[String] {
        self.manifest.slots.get(index).map_or(&[], Vec::as_slice)
    }

    /// Whether any message asks for a greeting or its like.
    pub(super) fn says_things(&self) -> bool {
        self.manifest.functions.iter().any(|name| functions::SAYINGS.contains(&name.as_str()))
    }

    /// Formats the message at an index.
    ///
    /// Isolates round values are noise to an agent who pastes text that runs one way only, so they are left out then.
    pub(super) fn format(&self, index: usize, fields: &Fields, scene: Scene) -> Formatted {
        let names = self.variables(index);
        let host = Host {
            register: scene.register,
            person: scene.person.clone(),
            gender: scene.gender.clone(),
            short: scene.short,
            speaker: scene.speaker,
        };
        let arguments: Vec<_> = names.iter().map(|name| Argument::of(name, fields, &host)).collect();
        let is_rtl = scene.words.direction == Direction::Rtl || arguments.iter().any(Argument::has_rtl);
        self.format_in(if is_rtl { &ISOLATED } else { &PLAIN }, index, &arguments, scene)
    }

    fn format_in(&self, context: &FormatContext, index: usize, arguments: &[Argument<'_>], scene: Scene) -> Formatted {
        let positional: Vec<_> = arguments.iter().map(Argument::as_arg).collect();
        let playing = scene::play(scene);
        let (mut text, mut errors) = (String::new(), Vec::new());
        let id = MsgId::from_raw(u32::try_from(index).unwrap_or(u32::MAX));
        Formatter::new(&self.catalog, self.registry, context).write(id, &positional, &mut text, &mut errors);
        drop(playing);
        let missed = arguments.iter().zip(self.variables(index)).filter(|(argument, _)| argument.was_missed());
        Formatted { missing: missed.map(|(_, name)| name.clone()).collect(), text, errors }
    }
}

/// No isolates.
static PLAIN: FormatContext = {
    let mut context = FormatContext::new(&mf2::host_std::HOST);
    context.bidi = BidiStrategy::None;
    context
};

/// The default bidi strategy of MessageFormat 2, wherever something runs from right to left.
static ISOLATED: FormatContext = FormatContext::new(&mf2::host_std::HOST);

type LocaleEntries = Vec<(u32, Vec<u8>)>;

/// Plural rules as a catalog carries them. Finding them means reading through all of CLDR's, so they are kept; files
/// are named by strangers, so not without end.
fn plural_rules(locale: &str) -> Result<LocaleEntries, String> {
    const KEPT: usize = 256;
    static RULES: Mutex<BTreeMap<String, LocaleEntries>> = Mutex::new(BTreeMap::new());
    let mut kept = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(entries) = kept.get(locale) {
        return Ok(entries.clone());
    }
    let mut needs = LocaleNeeds::default();
    needs.cardinal = true;
    needs.ordinal = true;
    let entries = mf2_locale_data::locale_entries(locale, &needs).map_err(|error| error.to_string())?;
    if kept.len() < KEPT {
        kept.insert(locale.to_owned(), entries.clone());
    }
    Ok(entries)
}

fn manifest(models: &BTreeMap<&str, mf2_model::Message<'_>>) -> Manifest {
    let mut manifest = Manifest::default();
    let mut functions = BTreeSet::new();
    for (key, model) in models {
        let analysis = mf2_syntax::analyze(model);
        let names = |names: &[mf2_syntax::Name<'_>]| names.iter().map(|name| name.nfc.to_string()).collect();
        manifest.ids.push((*key).to_owned());
        manifest.slots.push(names(&analysis.externals));
        manifest.markup.push(names(&analysis.markup));
        functions.extend(analysis.functions.iter().map(|name| name.nfc.to_string()));
    }
    manifest.functions = functions.into_iter().collect();
    manifest
}

fn unknown_functions<'a>(
    registry: &Registry,
    file: &'a str,
    entry: &'a Entry,
    analysis: &mf2_syntax::Analysis<'a>,
) -> Vec<FileProblem> {
    let unknown = analysis.functions.iter().filter(|name| registry.get(&name.nfc).is_none());
    let problem = |name: &mf2_syntax::Name<'_>| FileProblem {
        file: file.into(),
        line: Some(entry.line),
        reason: format!("message '{}' calls :{}, which does not exist", entry.key, name.nfc),
        hint: Some(format!("use one of {}", functions::NAMES.join(" "))),
    };
    unknown.map(problem).collect()
}

fn too_long(file: &str, entry: &Entry) -> FileProblem {
    FileProblem {
        file: file.into(),
        line: Some(entry.line),
        reason: format!("message '{}' has {} bytes, and {LONGEST} are allowed", entry.key, entry.source.len()),
        hint: Some("split it into several messages".into()),
    }
}

fn syntax_problem(file: &str, entry: &Entry, found: &mf2_model::Diagnostic) -> FileProblem {
    let detail = mf2_syntax::code::describe(found.code).unwrap_or("not well-formed");
    let place = found.span.map_or_else(String::new, |span| {
        let (start, end) = (span.start as usize, (span.end as usize).max(span.start as usize));
        let column = entry.source.get(..start).map_or(0, |before| before.chars().count()) + 1;
        let near: String = entry.source.get(start..end).unwrap_or_default().chars().take(30).collect();
        if near.is_empty() { format!(" at character {column}") } else { format!(" at character {column}, '{near}'") }
    });
    FileProblem {
        file: file.into(),
        line: Some(entry.line),
        reason: format!("message '{}'{place}: {detail}", entry.key),
        hint: Some(cure(found.kind).into()),
    }
}

fn cure(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::MissingFallbackVariant => "add a last variant whose keys are all *, such as `* {{...}}`",
        ErrorKind::VariantKeyMismatch => "give each variant as many keys as .match has selectors",
        ErrorKind::MissingSelectorAnnotation => {
            "declare the selector with a function, such as `.input {$count :number}`"
        }
        ErrorKind::DuplicateDeclaration => "declare each variable once",
        ErrorKind::DuplicateOptionName => "give each option once",
        ErrorKind::DuplicateVariant => "remove one of the variants with the same keys",
        _ => "write variables as {$name}, braces in text as \\{ and \\}, and patterns after .match or .input in {{ }}",
    }
}

#[cfg(test)]
mod suite;
