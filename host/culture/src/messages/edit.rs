//! Changes a message file's texts and leaves all else in it as it stands: order, nesting, indentation.

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use serde_json::{Map, Value, ser::PrettyFormatter};

use super::file::{self, Entry};

/// Texts by key.
pub(super) type Texts = BTreeMap<String, String>;

/// A byte order mark, which some editors write.
const MARK: char = '\u{feff}';

/// The file with these texts: those that are there exchanged, new ones added where their neighbours in `order` stand, or
/// in order of the alphabet if the file keeps it. `None` if the text is not a message file.
pub(super) fn edited(text: &str, texts: &Texts, order: &[&str]) -> Option<String> {
    let bare = text.strip_prefix(MARK).unwrap_or(text);
    let entries = file::read("", bare).ok()?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for entry in &entries {
        if let Some(text) = texts.get(&entry.key) {
            edits.push((entry.place.text.clone(), quoted(text)));
        }
    }
    let is_new = |key: &&&str| entries.iter().all(|entry| entry.key != ***key);
    let mut new: Vec<&str> = order.iter().filter(is_new).copied().collect();
    let alphabetic = entries.len() > 1 && entries.is_sorted_by(|one, two| one.key <= two.key);
    if alphabetic {
        new.sort_unstable();
    }
    for key in new {
        if let Some(text) = texts.get(key) {
            edits.push(insertion(bare, &entries, key, text, if alphabetic { None } else { Some(order) })?);
        }
    }
    // Stable, so that what is inserted at one place keeps its order.
    edits.sort_by_key(|(range, _)| range.start);
    let mut out: String = text.chars().take_while(|sign| *sign == MARK).take(1).collect();
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(bare.get(at..range.start)?);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(bare.get(at..)?);
    Some(out)
}

/// Where a new text goes, and how it is written there.
fn insertion(
    file: &str,
    entries: &[Entry],
    key: &str,
    text: &str,
    order: Option<&[&str]>,
) -> Option<(Range<usize>, String)> {
    let fits = |entry: &&Entry| {
        let within = &entry.place.within;
        within.is_empty()
            || key.strip_prefix(within.as_str()).is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
    };
    let Some(nearest) = entries.iter().filter(fits).max_by_key(|entry| entry.place.within.len()) else {
        return at_the_top(file, key, text);
    };
    let within = &nearest.place.within;
    let name = if within.is_empty() { key } else { key.get(within.len() + 1..)? };
    let siblings: Vec<_> = entries.iter().filter(|entry| entry.place.within == *within).collect();
    let rank = |key: &str| order.and_then(|order| order.iter().position(|it| *it == key));
    let before = |entry: &&&Entry| match order {
        None => entry.key.as_str() < key,
        Some(_) => rank(&entry.key) < rank(key),
    };
    let nearest = siblings.iter().filter(before).max_by_key(|entry| (rank(&entry.key), entry.place.text.end));
    let model = nearest.or(siblings.first())?;
    let (gap, colon) = (gap(file, model)?, file.get(model.place.name.end..model.place.text.start)?);
    let written = format!("{}{colon}{}", quoted(name), quoted(text));
    Some(match nearest {
        Some(entry) => (entry.place.text.end..entry.place.text.end, format!(",{gap}{written}")),
        None => (model.place.name.start..model.place.name.start, format!("{written},{gap}")),
    })
}

/// Before all else, where the file has nothing but objects.
fn at_the_top(file: &str, key: &str, text: &str) -> Option<(Range<usize>, String)> {
    let at = file.find('{')? + 1;
    let rest = file.get(at..)?;
    let gap = rest.get(..rest.len() - rest.trim_start().len())?;
    Some((at..at, format!("{gap}{}: {},", quoted(key), quoted(text))))
}

/// The space before an entry, which is what goes between two.
fn gap<'f>(file: &'f str, entry: &Entry) -> Option<&'f str> {
    let before = file.get(..entry.place.name.start)?;
    let gap = before.get(before.trim_end().len()..)?;
    Some(if gap.is_empty() { " " } else { gap })
}

/// A new file with these texts, laid out as the model is.
pub(super) fn fresh(model: &str, texts: &Texts) -> Option<String> {
    let model = model.strip_prefix(MARK).unwrap_or(model);
    let kept = keep("", &serde_json::from_str(model).ok()?, texts).unwrap_or_else(|| Value::Object(Map::new()));
    let indent: String = model.split_once('\n').map_or("  ", |(_, rest)| rest).chars().take_while(is_indent).collect();
    let mut out = Vec::new();
    let formatter = PrettyFormatter::with_indent(if indent.is_empty() { b"  " } else { indent.as_bytes() });
    serde::Serialize::serialize(&kept, &mut serde_json::Serializer::with_formatter(&mut out, formatter)).ok()?;
    let mut out = String::from_utf8(out).ok()?;
    out.push('\n');
    Some(out)
}

fn is_indent(sign: &char) -> bool {
    matches!(sign, ' ' | '\t')
}

/// The model with the texts instead of its own, without what has none.
fn keep(prefix: &str, model: &Value, texts: &Texts) -> Option<Value> {
    let Value::Object(members) = model else { return texts.get(prefix).cloned().map(Value::String) };
    let kept = members.iter().filter_map(|(name, value)| {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        Some((name.clone(), keep(&key, value, texts)?))
    });
    let kept: Map<String, Value> = kept.collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    let _ = write!(out, "{}", Value::from(text));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[(&str, &str)]) -> Texts {
        texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn leaves_the_rest_alone() {
        let order = ["z", "a", "b", "b.c", "b.d", "m"];
        for (file, new, expected) in [
            ("{\"a\":\"\\u00e9\"}", vec![], "{\"a\":\"\\u00e9\"}"),
            ("{ \"a\" : \"x\" }\n", vec![("a", "é\"")], "{ \"a\" : \"é\\\"\" }\n"),
            ("{\n  \"a\": \"x\"\n}", vec![("b", "y")], "{\n  \"a\": \"x\",\n  \"b\": \"y\"\n}"),
            ("{\n\t\"a\": \"x\"\n}\n", vec![("z", "0")], "{\n\t\"z\": \"0\",\n\t\"a\": \"x\"\n}\n"),
            ("{\"a\":\"x\"}", vec![("b", "y"), ("m", "z")], "{\"a\":\"x\", \"b\":\"y\", \"m\":\"z\"}"),
            // Sorted: by the alphabet, though the source has z first.
            (
                "{\n  \"a\": \"x\",\n  \"m\": \"y\"\n}",
                vec![("b", "1"), ("z", "2")],
                "{\n  \"a\": \"x\",\n  \"b\": \"1\",\n  \"m\": \"y\",\n  \"z\": \"2\"\n}",
            ),
            // In the source's order otherwise.
            (
                "{\n  \"z\": \"x\",\n  \"m\": \"y\"\n}",
                vec![("a", "1"), ("b", "2")],
                "{\n  \"z\": \"x\",\n  \"a\": \"1\",\n  \"b\": \"2\",\n  \"m\": \"y\"\n}",
            ),
            (
                "{\n  \"m\": \"x\",\n  \"b\": {\n    \"c\": \"y\"\n  }\n}",
                vec![("b.d", "1")],
                "{\n  \"m\": \"x\",\n  \"b\": {\n    \"c\": \"y\",\n    \"d\": \"1\"\n  }\n}",
            ),
            ("{ \"b\": { \"c\": \"x\" } }", vec![("a", "1")], "{ \"a\": \"1\", \"b\": { \"c\": \"x\" } }"),
            ("\u{feff}{\"a\": \"x\"}", vec![("a", "y")], "\u{feff}{\"a\": \"y\"}"),
        ] {
            assert_eq!(edited(file, &texts(&new), &order).unwrap(), expected);
        }
        assert_eq!(edited("[]", &texts(&[]), &order), None);
    }

    #[test]
    fn writes_a_new_file_as_the_model() {
        let model = "{\n    \"b\": {\"x\": \"1\", \"y\": \"2\"},\n    \"a\": \"3\",\n    \"n\": {\"o\": \"4\"}\n}";
        let texts = texts(&[("a", "A"), ("b.y", "Y")]);
        let expected = "{\n    \"b\": {\n        \"y\": \"Y\"\n    },\n    \"a\": \"A\"\n}\n";
        assert_eq!(fresh(model, &texts).unwrap(), expected);
    }
}
