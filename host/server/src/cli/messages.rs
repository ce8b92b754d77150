//! `cuecard messages`: a plugin's messages out to translators and back.
//!
//! Owns files and words for people; what an import may change is decided in `cuecard_culture`.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use cuecard_culture::{
    FileProblem, Import, LONGEST_DOCUMENT, MessageFile, Skipped, Xliff, check_messages, export_xliff, normalize,
};
use cuecard_plugin::{limits::Ceiling, manifest::Manifest};

use super::{
    check::{messages, read_bundle, report},
    lines::{print, say},
};

/// Hand a plugin's messages to translators, and take their work back.
#[derive(Args, Debug)]
pub(crate) struct Messages {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write messages and the translations that are there as XLIFF 2.1 to standard output
    ///
    /// Each variant of a message is a unit; placeholders are protected inline codes. A message without a translation
    /// gets the variants that the language's plural rules need.
    Export(ExportMessages),
    /// Put translations from an XLIFF 2 file into messages/<locale>.json
    ///
    /// Writes what is new or changed and leaves all else in the file as it stands. What has changed in the bundle since
    /// the export is left alone and listed; the exit code is 1 then.
    Import(ImportMessages),
}

#[derive(Args, Debug)]
struct ExportMessages {
    /// The plugin's folder.
    plugin: PathBuf,
    /// The locale to translate to, such as fr or zh-Hant.
    #[arg(long, value_name = "LOCALE")]
    to: String,
    /// The locale to translate from.
    #[arg(long, value_name = "LOCALE", default_value = "en")]
    from: String,
}

#[derive(Args, Debug)]
struct ImportMessages {
    /// The plugin's folder.
    plugin: PathBuf,
    /// The translated file, or - for standard input.
    file: PathBuf,
}

impl Messages {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Export(export) => export.run(),
            Command::Import(import) => import.run(),
        }
    }
}

impl ExportMessages {
    fn run(self) -> anyhow::Result<ExitCode> {
        let Some(plugin) = Plugin::read(&self.plugin) else { return Ok(ExitCode::FAILURE) };
        let (from, to) = (plugin.source(&self.from)?, plugin.file(&self.to)?);
        if normalize(&self.from) == normalize(&self.to) {
            bail!("--from and --to are both {}\n  hint: name two locales", self.to);
        }
        match export_xliff(&plugin.id, from, to) {
            Ok(document) => io::stdout().write_all(document.as_bytes())?,
            Err(problems) => return Ok(plugin.refuse(problems)),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl ImportMessages {
    fn run(self) -> anyhow::Result<ExitCode> {
        let Some(plugin) = Plugin::read(&self.plugin) else { return Ok(ExitCode::FAILURE) };
        let document = read(&self.file)?;
        let xliff = Xliff::parse(&document).map_err(|error| anyhow!("{}: {error}", self.file.display()))?;
        let id = xliff.original.split_once('/').map_or("", |(id, _)| id);
        if !id.is_empty() && id != plugin.id {
            bail!(
                "{} is of the plugin '{id}', and {} is '{}'\n  hint: name the folder of '{id}'",
                self.file.display(),
                self.plugin.display(),
                plugin.id
            );
        }
        let (from, to) = (plugin.source(&xliff.source)?, plugin.file(&xliff.target)?);
        let import = match xliff.merge(from, to) {
            Ok(import) => import,
            Err(problems) => return Ok(plugin.refuse(problems)),
        };
        if let Some(text) = &import.text {
            write(&self.plugin.join("messages"), to.name, text)?;
        }
        plugin.tell(to.name, &import);
        Ok(ExitCode::from(u8::from(!import.skipped.is_empty())))
    }
}

/// A plugin's folder, as far as translators need it.
struct Plugin {
    /// As the person named it.
    folder: String,
    id: String,
    /// Locale as the file is named, and text.
    files: Vec<(String, String)>,
}

impl Plugin {
    /// Says what is wrong if the folder holds no bundle.
    fn read(folder: &Path) -> Option<Self> {
        let name = folder.display().to_string();
        let parsed = read_bundle(folder).and_then(|bundle| {
            let manifest = bundle.file(cuecard_plugin::manifest::FILE).map(|bytes| String::from_utf8_lossy(bytes));
            let manifest = Manifest::parse(&manifest.unwrap_or_default(), &Ceiling::default())?;
            let files = messages(&bundle).map(|(locale, text)| (locale.to_owned(), text.to_owned())).collect();
            Ok(Self { folder: name.clone(), id: manifest.id.to_string(), files })
        });
        parsed.inspect_err(|problems| _ = report(&name, problems)).ok()
    }

    /// The file of a locale, or the place for it.
    fn file<'a>(&'a self, locale: &'a str) -> anyhow::Result<MessageFile<'a>> {
        let Some(tag) = normalize(locale) else {
            bail!(
                "'{locale}' is not a language tag\n  hint: name a locale by its BCP 47 tag, such as es-MX or zh-Hans"
            );
        };
        let there = self.files.iter().find(|(name, _)| normalize(name).as_ref() == Some(&tag));
        Ok(there
            .map_or(MessageFile { name: locale, text: None }, |(name, text)| MessageFile { name, text: Some(text) }))
    }

    /// The file of a locale that must be there.
    fn source<'a>(&'a self, locale: &'a str) -> anyhow::Result<MessageFile<'a>> {
        let file = self.file(locale)?;
        if file.text.is_none() {
            let there: Vec<_> = self.files.iter().map(|(name, _)| name.as_str()).collect();
            let hint = if there.is_empty() {
                "the plugin has no messages".to_owned()
            } else {
                format!("translate from a locale that is there: {}", there.join(", "))
            };
            bail!("{} has no messages/{locale}.json\n  hint: {hint}", self.folder);
        }
        Ok(file)
    }

    fn refuse(&self, problems: Vec<FileProblem>) -> ExitCode {
        for FileProblem { file, line, reason, hint } in problems {
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            say(format!("{}/{file}{line}: {reason}", self.folder));
            if let Some(hint) = hint {
                say(format!("  hint: {hint}"));
            }
        }
        ExitCode::FAILURE
    }

    /// What the import came to, and what is doubtful in the messages that it wrote.
    fn tell(&self, locale: &str, import: &Import) {
        let file = format!("{}/messages/{locale}.json", self.folder);
        for Skipped { unit, reason, hint } in &import.skipped {
            print(format!("{file}: skipped {unit}: {reason}\n  hint: {hint}"));
        }
        if let Some(text) = &import.text {
            let others = self.files.iter().filter(|(name, _)| name != locale);
            let files = others.map(|(name, text)| (name.as_str(), text.as_str())).chain([(locale, text.as_str())]);
            let of_unit = |unit: &String, key: &str| {
                unit.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let tag = normalize(locale).unwrap_or_default();
            let doubts = check_messages(files).into_iter().filter(|it| it.locale == tag);
            for doubt in doubts.filter(|doubt| import.written.iter().any(|unit| of_unit(unit, &doubt.key))) {
                let line = doubt.line.map_or_else(String::new, |line| format!(":{line}"));
                print(format!("{file}{line}: warning: {}\n  hint: {}", doubt.reason, doubt.hint));
            }
        }
        print(format!(
            "{file}: {} written, {} as they were, {} not translated, {} skipped",
            import.written.len(),
            import.unchanged,
            import.untranslated,
            import.skipped.len()
        ));
    }
}

/// A document, as far as the longest that is read.
fn read(path: &Path) -> anyhow::Result<String> {
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let file: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(fs::File::open(path).with_context(|| format!("cannot open {name}"))?)
    };
    let mut bytes = Vec::new();
    let longest = u64::try_from(LONGEST_DOCUMENT).unwrap_or(u64::MAX);
    file.take(longest + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() > LONGEST_DOCUMENT {
        bail!("{name} has more than {LONGEST_DOCUMENT} bytes\n  hint: export fewer messages at a time");
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("{name} is not UTF-8\n  hint: have the tool save it as UTF-8"))
}

/// Whole or not at all: a host that watches the folder passes over names with a dot and never sees half a file.
fn write(folder: &Path, locale: &str, text: &str) -> anyhow::Result<()> {
    let (path, beside) = (folder.join(format!("{locale}.json")), folder.join(format!(".{locale}.json.new")));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path));
    written.with_context(|| format!("cannot write {}", path.display()))
}
