//! A translated document into a message file.
//!
//! Owns what may be written: a text whose two messages are still what they were when they were exported. Placeholders
//! are taken from the messages as they are now, by id; the document's own idea of them is not read.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    super::{
        Catalog, FileProblem,
        anatomy::{Anatomy, Key, Piece, push_text},
        edit::{self, Texts},
    },
    MessageFile, Side,
    inline::{Inline, tags},
    read::{Run, State, Translated, Xliff},
    unit::{Unit, units},
};

/// What an import came to.
#[derive(Debug, Default)]
pub struct Import {
    /// The new text of the target's file; `None` if nothing changed.
    pub text: Option<String>,
    /// The units whose translation is new or another one, by name.
    pub written: Vec<String>,
    /// How many read as they do already.
    pub unchanged: usize,
    /// How many have no translation yet.
    pub untranslated: usize,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// A unit that an import leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// `ask_carrier/one`
    pub unit: String,
    /// Why.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

/// Translations to write, by key: the index of the unit, and its pieces.
type Accepted<'u> = BTreeMap<&'u str, Vec<(&'u Unit, Vec<Piece>)>>;

const AGAIN: &str = "export again, and move the translation over";

impl Xliff {
    /// Puts the translations into the target's file. Refused if one of the files, or what would come out, is not fit to
    /// serve.
    pub fn merge(&self, from: MessageFile<'_>, to: MessageFile<'_>) -> Result<Import, Vec<FileProblem>> {
        let (from, to) = (Side::read(from)?, Side::read(to)?);
        let now = units(&from, &to);
        let mut import = Import::default();
        let accepted = self.accept(&now, &mut import);
        let mut texts = Texts::new();
        for (key, translations) in accepted {
            let names: Vec<_> = translations.iter().map(|(unit, _)| unit.name.clone()).collect();
            let of_message: Vec<_> = now.iter().filter(|unit| unit.key == key).collect();
            match message(from.source(key), to.source(key), &of_message, &translations) {
                Ok(source) => {
                    texts.insert(key.to_owned(), source);
                    import.written.extend(names);
                }
                Err((reason, hint)) => import.skipped.extend(names.into_iter().map(|unit| Skipped {
                    unit,
                    reason: reason.clone(),
                    hint: hint.clone(),
                })),
            }
        }
        if !texts.is_empty() {
            import.text = Some(write(&from, &to, &texts)?);
        }
        Ok(import)
    }

    /// Sorts the document's units into what may be written and the rest.
    fn accept<'u>(&self, now: &'u [Unit], import: &mut Import) -> Accepted<'u> {
        let by_id: HashMap<&str, &Unit> = now.iter().map(|unit| (unit.id.as_str(), unit)).collect();
        let (mut accepted, mut seen) = (Accepted::new(), HashSet::new());
        for translated in &self.units {
            let judged = if seen.insert(&translated.id) {
                judge(translated, by_id.get(translated.id.as_str()).copied())
            } else {
                Err(("there is a second unit with its id".into(), "remove one of the two from the document".into()))
            };
            match judged {
                Ok(Verdict::Untranslated) => import.untranslated += 1,
                Ok(Verdict::Unchanged) => import.unchanged += 1,
                Ok(Verdict::New(unit, pieces)) => accepted.entry(&unit.key).or_default().push((unit, pieces)),
                Err((reason, hint)) => {
                    import.skipped.push(Skipped { unit: translated.name.clone(), reason, hint });
                }
            }
        }
        accepted
    }
}

enum Verdict<'u> {
    Untranslated,
    Unchanged,
    New(&'u Unit, Vec<Piece>),
}

/// Why not, and what to do.
type Refusal = (String, String);

fn judge<'u>(translated: &Translated, now: Option<&'u Unit>) -> Result<Verdict<'u>, Refusal> {
    let runs = match &translated.state {
        State::Untranslated => return Ok(Verdict::Untranslated),
        State::Unreadable(why) => return Err((why.clone(), "mend the unit in the translation tool".into())),
        State::Done(runs) => runs,
    };
    let Some(unit) = now else {
        let reason = "the message, or this variant of it, is not there any more".into();
        return Err((reason, AGAIN.into()));
    };
    let pieces = pieces(runs, unit);
    let reads_so = |pieces: &Vec<Piece>| unit.target.as_ref().is_some_and(|target| same(target, pieces));
    if pieces.as_ref().is_ok_and(reads_so) {
        return Ok(Verdict::Unchanged);
    }
    match &translated.marks {
        None => Err(("the document has lost the mark of what it was translated from".into(), AGAIN.into())),
        Some(marks) if marks.source != unit.marks.source => {
            Err(("stale: the source message has changed since the export".into(), AGAIN.into()))
        }
        Some(marks) if marks.target != unit.marks.target => {
            Err(("stale: the translation in the bundle has changed since the export".into(), AGAIN.into()))
        }
        Some(_) => Ok(Verdict::New(unit, pieces?)),
    }
}

fn same(runs: &[Inline], pieces: &[Piece]) -> bool {
    runs.len() == pieces.len()
        && runs.iter().zip(pieces).all(|pair| match pair {
            (Inline::Text(one), Piece::Text(other)) => one == other,
            (Inline::Code(tag), Piece::Code(code)) => tag.code == *code,
            _ => false,
        })
}

/// The runs with the placeholders that their ids stand for.
fn pieces(runs: &[Run], unit: &Unit) -> Result<Vec<Piece>, Refusal> {
    let mut known = HashMap::new();
    for tag in tags(&unit.source).chain(unit.target.iter().flat_map(|target| tags(target))) {
        known.insert((tag.id.as_str(), tag.role.ends()), &tag.code);
    }
    let mut pieces = Vec::new();
    for run in runs {
        match run {
            Run::Text(text) => push_text(&mut pieces, text),
            Run::Code { id, ends } => match known.get(&(id.as_str(), *ends)) {
                Some(code) => pieces.push(Piece::Code((*code).clone())),
                None => {
                    let reason = format!("its placeholder with the id '{id}' is none of the source's");
                    return Err((reason, "copy placeholders from the source, and make no new ones".into()));
                }
            },
        }
    }
    Ok(pieces)
}

/// The message with its new translations.
fn message(
    source: Option<&str>,
    there: Option<&str>,
    units: &[&Unit],
    translations: &[(&Unit, Vec<Piece>)],
) -> Result<String, Refusal> {
    let variants: Vec<(&[Key], &[Piece])> =
        translations.iter().map(|(unit, pieces)| (unit.keys.as_slice(), pieces.as_slice())).collect();
    let written = match there.and_then(Anatomy::of) {
        Some(there) => changed(&there, &variants),
        None => {
            let done = |unit: &&&Unit| translations.iter().any(|(it, _)| it.id == unit.id);
            let lacking: Vec<_> = units.iter().filter(|unit| !done(unit)).map(|unit| unit.name.as_str()).collect();
            if !lacking.is_empty() {
                let reason = format!("the message is new, and {} is not translated", lacking.join(", "));
                return Err((reason, "translate all variants of a new message".into()));
            }
            source.and_then(Anatomy::of).and_then(|source| source.translated(&variants))
        }
    };
    let proven = written.filter(|written| {
        Anatomy::of(written).is_some_and(|it| variants.iter().all(|(keys, pieces)| it.says(keys, pieces)))
    });
    proven.ok_or_else(|| {
        let reason = "the translation has a character that no message can hold".into();
        (reason, "remove control characters from it".into())
    })
}

/// A message with some variants exchanged and others added.
fn changed(there: &Anatomy<'_>, variants: &[(&[Key], &[Piece])]) -> Option<String> {
    let index = |keys: &[Key]| there.variants.iter().position(|variant| variant.keys == keys);
    let (old, new): (Vec<_>, Vec<_>) = variants.iter().partition(|(keys, _)| index(keys).is_some());
    let old: Vec<_> = old.iter().filter_map(|(keys, pieces)| Some((index(keys)?, *pieces))).collect();
    let text = there.with_patterns(&old)?;
    Anatomy::of(&text)?.with_variants(&new)
}

impl Anatomy<'_> {
    /// The same message in another language.
    fn translated(&self, variants: &[(&[Key], &[Piece])]) -> Option<String> {
        match variants {
            [([], pieces)] if !self.selectors.is_empty() => self.with_pattern(pieces),
            variants => self.with_only(variants),
        }
    }
}

/// The file with the new texts, proven to be fit to serve.
fn write(from: &Side<'_>, to: &Side<'_>, texts: &Texts) -> Result<String, Vec<FileProblem>> {
    let order: Vec<_> = from.entries.iter().map(|entry| entry.key.as_str()).collect();
    let written = match to.text {
        Some(text) if !to.entries.is_empty() => edit::edited(text, texts, &order),
        _ => from.text.and_then(|model| edit::fresh(model, texts)),
    };
    let written = written.unwrap_or_default();
    Catalog::parse([(to.name, written.as_str())])?;
    Ok(written)
}
