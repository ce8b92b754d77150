//! A translated document, as far as an import needs it: which unit reads how in the target language.
//!
//! Strict where harm could come from (a DTD, an unknown entity, depth, size), lenient where tools differ (prefixes, order
//! of attributes, several segments, foreign elements).

mod unit;

use std::collections::HashMap;

use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesStart, Event},
    name::ResolveResult,
};

use super::{
    document::{CORE, CORE_2_2, METADATA},
    unit::Marks,
};
use unit::Draft;

/// The largest document that is read, in bytes: a bundle's messages twice, with much around them.
pub const LONGEST_DOCUMENT: usize = 32 * 1024 * 1024;

/// Elements within each other; XLIFF needs some ten.
const DEEPEST: usize = 64;

/// Attributes of one element; each is compared with all before it.
const MOST_ATTRIBUTES: usize = 64;

/// A translated document.
#[derive(Debug)]
pub struct Xliff {
    /// The locale that was translated from, in canonical form.
    pub source: String,
    /// The locale that was translated to, in canonical form.
    pub target: String,
    /// What `export_xliff` said that it is made of: `late-parcel/messages/en.json`. Empty if it does not say.
    pub original: String,
    pub(super) units: Vec<Translated>,
}

/// A unit of a translated document.
#[derive(Debug, Default)]
pub(super) struct Translated {
    pub(super) id: String,
    pub(super) name: String,
    /// `None` if the document does not carry them any more.
    pub(super) marks: Option<Marks>,
    pub(super) state: State,
}

/// Whether there is a translation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Untranslated,
    Done(Vec<Run>),
    /// Why it cannot be read.
    Unreadable(String),
}

/// A run of a translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Run {
    Text(String),
    /// A code by its id, and whether it is the end of a pair.
    Code {
        id: String,
        ends: bool,
    },
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}\n  hint: {hint}")]
pub struct XliffError {
    /// From 1.
    pub line: usize,
    /// What and why.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

/// What is wrong, and what to do.
type Refusal = (String, &'static str);

const DAMAGED: &str = "the file is damaged or was edited by hand; export it again, or mend the line";
const NOT_OURS: &str = "give a file that `cuecard messages export` has made";

impl Xliff {
    /// Reads a document.
    pub fn parse(text: &str) -> Result<Self, XliffError> {
        if text.len() > LONGEST_DOCUMENT {
            let reason = format!("the document has {} bytes, and {LONGEST_DOCUMENT} are allowed", text.len());
            return Err(XliffError { line: 1, reason, hint: "export fewer messages at a time".into() });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut xml = NsReader::from_str(text);
        xml.config_mut().expand_empty_elements = true;
        let mut reader = Reader::default();
        reader.all(&mut xml).map_err(|(reason, hint)| {
            let at = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX).min(text.len());
            let line = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            XliffError { line, reason, hint: hint.into() }
        })
    }
}

#[derive(Default)]
struct Reader {
    /// The elements around this place.
    path: Vec<Element>,
    languages: Option<(String, String)>,
    original: Option<String>,
    units: Vec<Translated>,
    /// The unit around this place.
    draft: Draft,
}

/// An element, by what it means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Xliff,
    File,
    Group,
    Unit,
    Segment,
    Ignorable,
    Source,
    Target,
    /// `<ph>`, `<sc>`, `<ec>`, `<cp>`: no text within.
    Code,
    /// `<pc>`: text goes on within.
    Pair,
    /// `<mrk>`, `<sm>`, `<em>`: a remark on the text within.
    Remark,
    Metadata,
    Meta,
    Other,
}

impl Element {
    fn of(namespace: &str, name: &str) -> Self {
        match (namespace, name) {
            (METADATA, "metadata" | "metaGroup") => Self::Metadata,
            (METADATA, "meta") => Self::Meta,
            (CORE | CORE_2_2, name) => match name {
                "xliff" => Self::Xliff,
                "file" => Self::File,
                "group" => Self::Group,
                "unit" => Self::Unit,
                "segment" => Self::Segment,
                "ignorable" => Self::Ignorable,
                "source" => Self::Source,
                "target" => Self::Target,
                "ph" | "sc" | "ec" | "cp" => Self::Code,
                "pc" => Self::Pair,
                "mrk" | "sm" | "em" => Self::Remark,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// Attributes by name, without those of other namespaces.
pub(super) type Attributes = HashMap<String, String>;

impl Reader {
    fn all(&mut self, xml: &mut NsReader<&[u8]>) -> Result<Xliff, Refusal> {
        loop {
            let event = xml.read_event().map_err(|error| (format!("not well-formed XML: {error}"), DAMAGED))?;
            match event {
                Event::Start(start) => {
                    let (namespace, name) = xml.resolver().resolve_element(start.name());
                    let namespace = match namespace {
                        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
                        ResolveResult::Unbound => String::new(),
                        ResolveResult::Unknown(prefix) => {
                            return Err((format!("the prefix '{prefix}' is not declared"), DAMAGED));
                        }
                    };
                    self.start(&namespace, name.into_inner(), &start)?;
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let sign = match reference.resolve_char_ref() {
                        Ok(Some(sign)) => sign.to_string(),
                        Ok(None) => named(&reference.xml10_content())?.to_owned(),
                        Err(error) => return Err((format!("not a character: {error}"), DAMAGED)),
                    };
                    self.text(&sign);
                }
                Event::DocType(_) => {
                    return Err((
                        "the document has a DTD, which could name other files or grow without end".into(),
                        "remove the <!DOCTYPE ...>; XLIFF 2 has none",
                    ));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if !self.path.is_empty() {
            return Err(("the document ends in the middle".into(), DAMAGED));
        }
        let (source, target) = self.languages.take().ok_or(("the document is not XLIFF 2".into(), NOT_OURS))?;
        let original = self.original.take().unwrap_or_default();
        Ok(Xliff { source, target, original, units: std::mem::take(&mut self.units) })
    }

    fn start(&mut self, namespace: &str, name: &str, start: &BytesStart<'_>) -> Result<(), Refusal> {
        if self.path.len() >= DEEPEST {
            return Err((format!("more than {DEEPEST} elements within each other"), DAMAGED));
        }
        let element = match (Element::of(namespace, name), self.path.last()) {
            // A module's own, such as a candidate from a translation memory.
            (Element::Source | Element::Target, parent)
                if !matches!(parent, Some(Element::Segment | Element::Ignorable)) =>
            {
                Element::Other
            }
            (element, _) => element,
        };
        let attributes = attributes(start)?;
        if self.path.is_empty() {
            self.root(element, namespace, &attributes)?;
        }
        match element {
            Element::File => {
                let original = attributes.get("original").cloned().unwrap_or_default();
                if self.original.replace(original).is_some() {
                    return Err(("the document has several files".into(), "import one exported file at a time"));
                }
            }
            Element::Unit => {
                let id = attributes.get("id").ok_or(("a unit has no id".into(), DAMAGED))?;
                self.draft = Draft::new(id, attributes.get("name"));
            }
            _ => self.draft.start(element, name, &attributes, &self.path),
        }
        self.path.push(element);
        Ok(())
    }

    fn root(&mut self, element: Element, namespace: &str, attributes: &Attributes) -> Result<(), Refusal> {
        if self.languages.is_some() {
            return Err(("something follows the document's end".into(), DAMAGED));
        }
        if namespace.starts_with("urn:oasis:names:tc:xliff:document:1") {
            return Err(("the document is XLIFF 1".into(), "have the tool save it as XLIFF 2"));
        }
        if element != Element::Xliff {
            return Err(("the document is not XLIFF 2".into(), NOT_OURS));
        }
        let language = |name: &str| {
            let tag = attributes.get(name).ok_or((format!("<xliff> has no {name}"), NOT_OURS))?;
            crate::locale::normalize(tag).ok_or((format!("{name} \"{tag}\" is not a language tag"), NOT_OURS))
        };
        self.languages = Some((language("srcLang")?, language("trgLang")?));
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.path.pop() else { return };
        if element == Element::Unit {
            self.units.push(std::mem::take(&mut self.draft).finish());
        } else {
            self.draft.end(element);
        }
    }

    fn text(&mut self, text: &str) {
        self.draft.text(text, &self.path);
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<Attributes, Refusal> {
    let mut attributes = Attributes::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| (format!("not well-formed XML: {error}"), DAMAGED))?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0);
        let value = value.map_err(|error| (format!("an attribute cannot be read: {error}"), DAMAGED))?;
        if attributes.len() >= MOST_ATTRIBUTES {
            return Err((format!("an element has more than {MOST_ATTRIBUTES} attributes"), DAMAGED));
        }
        attributes.insert(attribute.key.into_inner().to_owned(), value.into_owned());
    }
    Ok(attributes)
}

/// XML's own five entities; there are no others without a DTD.
fn named(entity: &str) -> Result<&'static str, Refusal> {
    match entity {
        "lt" => Ok("<"),
        "gt" => Ok(">"),
        "amp" => Ok("&"),
        "apos" => Ok("'"),
        "quot" => Ok("\""),
        _ => Err((format!("the entity &{entity}; is not known"), "write the character itself")),
    }
}
