//! One unit while it is being read.

use std::collections::HashMap;

use super::{
    super::{
        document::{MARK_CATEGORY, MARK_SOURCE, MARK_TARGET},
        unit::Marks,
    },
    Attributes, Element, Run, State, Translated,
};

/// What is known of a unit so far.
#[derive(Default)]
pub(super) struct Draft {
    id: String,
    name: String,
    /// Hashes by type, while within our own group of metadata.
    marks: HashMap<String, String>,
    /// Ours, if the group around this place is.
    is_ours: bool,
    /// The type of the `<meta>` around this place.
    meta: Option<String>,
    /// Runs of the whole unit: of the targets, and of what lies between segments.
    runs: Vec<Run>,
    /// The runs of this segment's source and target.
    source: Vec<Run>,
    target: Option<Vec<Run>>,
    /// `initial` unless the segment says otherwise.
    is_initial: bool,
    /// Segments without a translation.
    open: usize,
    /// Ids of copies, and of what they are copies.
    copies: HashMap<String, String>,
    /// The pairs around this place, by id.
    pairs: Vec<String>,
    trouble: Option<String>,
}

impl Draft {
    pub(super) fn new(id: &str, name: Option<&String>) -> Self {
        Self { id: id.to_owned(), name: name.map_or(id, String::as_str).to_owned(), ..Self::default() }
    }

    pub(super) fn start(&mut self, element: Element, name: &str, attributes: &Attributes, path: &[Element]) {
        let attribute = |name: &str| attributes.get(name).map(String::as_str);
        match element {
            Element::Metadata if name == "metaGroup" => self.is_ours = attribute("category") == Some(MARK_CATEGORY),
            Element::Meta if self.is_ours => {
                let kind = attribute("type").unwrap_or_default().to_owned();
                self.marks.insert(kind.clone(), String::new());
                self.meta = Some(kind);
            }
            Element::Segment | Element::Ignorable => {
                self.is_initial = attribute("state").is_none_or(|state| state == "initial");
                (self.source, self.target) = (Vec::new(), None);
            }
            Element::Target => {
                if attribute("order").is_some() {
                    self.trouble = Some("its segments are in another order than in the source".into());
                }
                self.target = Some(Vec::new());
            }
            Element::Code | Element::Pair => self.code(name, attributes, path),
            Element::Other if path.contains(&Element::Target) => {
                self.trouble = Some(format!("<{name}> cannot stand in a translation"));
            }
            _ => {}
        }
    }

    fn code(&mut self, name: &str, attributes: &Attributes, path: &[Element]) {
        if name == "cp" {
            let sign = attributes.get("hex").and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
            match sign {
                Some(sign) => self.text(sign.encode_utf8(&mut [0; 4]), path),
                None => self.trouble = Some("a <cp> names no character".into()),
            }
            return;
        }
        let id = attributes.get("id").or_else(|| attributes.get("startRef")).cloned().unwrap_or_default();
        if let Some(original) = attributes.get("copyOf") {
            self.copies.insert(id.clone(), original.clone());
        }
        if name == "pc" {
            self.pairs.push(id.clone());
        }
        self.push(Run::Code { id: self.original(id), ends: name == "ec" }, path);
    }

    pub(super) fn end(&mut self, element: Element) {
        match element {
            Element::Metadata => self.is_ours = false,
            Element::Meta => self.meta = None,
            Element::Pair => {
                let id = self.pairs.pop().unwrap_or_default();
                // A pair may be in the source or in the target; it is closed where it was opened.
                let run = Run::Code { id: self.original(id), ends: true };
                self.target.as_mut().unwrap_or(&mut self.source).push(run);
            }
            Element::Segment => {
                let target = self.target.take().filter(|runs| !runs.is_empty() || !self.is_initial);
                match target {
                    Some(runs) => self.runs.extend(runs),
                    None => self.open += 1,
                }
            }
            Element::Ignorable => {
                let between = self.target.take().unwrap_or_else(|| std::mem::take(&mut self.source));
                self.runs.extend(between);
            }
            _ => {}
        }
    }

    pub(super) fn text(&mut self, text: &str, path: &[Element]) {
        if let Some(kind) = &self.meta {
            self.marks.entry(kind.clone()).or_default().push_str(text);
        } else if !matches!(path.last(), Some(Element::Other)) {
            self.push(Run::Text(text.to_owned()), path);
        }
    }

    fn push(&mut self, run: Run, path: &[Element]) {
        let runs = if path.contains(&Element::Target) {
            self.target.get_or_insert_default()
        } else if path.contains(&Element::Source) {
            &mut self.source
        } else {
            return;
        };
        match (runs.last_mut(), run) {
            (Some(Run::Text(last)), Run::Text(text)) => last.push_str(&text),
            (_, run) => runs.push(run),
        }
    }

    fn original(&self, id: String) -> String {
        self.copies.get(&id).cloned().unwrap_or(id)
    }

    pub(super) fn finish(mut self) -> Translated {
        let source = self.marks.remove(MARK_SOURCE).filter(|hash| !hash.trim().is_empty());
        let target = self.marks.remove(MARK_TARGET).unwrap_or_default();
        let marks = source.map(|hash| Marks { source: hash.trim().into(), target: target.trim().into() });
        let state = match self.trouble {
            Some(trouble) => State::Unreadable(trouble),
            None if self.open > 0 => State::Untranslated,
            None => State::Done(self.runs),
        };
        Translated { id: self.id, name: self.name, marks, state }
    }
}
