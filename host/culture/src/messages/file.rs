//! Reads a message file: a JSON object of strings, nested objects joined with dots.
//!
//! Owns lines and duplicate keys, which a JSON library forgets. Knows nothing of what the strings mean.

use std::{collections::HashMap, ops::Range};

use serde::de::IgnoredAny;

use super::FileProblem;

/// One message as it stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// `returns.apology`
    pub(super) key: String,
    /// MessageFormat 2.
    pub(super) source: String,
    /// From 1.
    pub(super) line: u32,
    /// For those who change the file.
    pub(super) place: Place,
}

/// Where a message stands, in bytes behind a byte order mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The keys of the objects around it, joined with dots.
    pub(super) within: String,
    /// Its name, with quotes.
    pub(super) name: Range<usize>,
    /// Its text, with quotes.
    pub(super) text: Range<usize>,
}

/// The entries of a file, or all that is wrong with it.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Entry>, Vec<FileProblem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let hint =
            "write a JSON object, such as {\"greeting\": \"Hello {$name}\"}; no comments, no comma after the last";
        return Err(vec![FileProblem {
            file: file.into(),
            line: u32::try_from(error.line()).ok(),
            reason: format!("not valid JSON: {error}"),
            hint: Some(hint.into()),
        }]);
    }
    let mut reader = Reader { file, text, at: 0, line: 1, entries: Vec::new(), problems: Vec::new() };
    reader.skip_space();
    if reader.peek() == Some(b'{') {
        reader.object("");
    } else {
        reader.problem("the file is not a JSON object".into(), "write {\"key\": \"text\"}");
    }
    reader.find_duplicates();
    if reader.problems.is_empty() { Ok(reader.entries) } else { Err(reader.problems) }
}

/// Walks text that is known to be valid JSON, so it need not be strict.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    at: usize,
    line: u32,
    entries: Vec<Entry>,
    problems: Vec<FileProblem>,
}

impl Reader<'_> {
    fn object(&mut self, prefix: &str) {
        self.step();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'"') => self.member(prefix),
                Some(b',') => self.step(),
                _ => return self.step(),
            }
        }
    }

    fn member(&mut self, prefix: &str) {
        let named = self.at;
        let name = self.string();
        let named = named..self.at;
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if name.is_empty() {
            self.problem(format!("a key in '{prefix}' is empty"), "give each message a name");
        }
        self.skip_space();
        self.step();
        self.skip_space();
        let line = self.line;
        match self.peek() {
            Some(b'"') => {
                let written = self.at;
                let source = self.string();
                let place = Place { within: prefix.to_owned(), name: named, text: written..self.at };
                self.entries.push(Entry { key, source, line, place });
            }
            Some(b'{') => self.object(&key),
            _ => {
                self.problem(format!("the value of '{key}' is not a text"), "put the message into double quotes");
                self.skip_value();
            }
        }
    }

    /// The string at this place; leaves it behind.
    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let literal = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(literal).unwrap_or_else(|error| {
            let shown: String = literal.chars().take(40).collect();
            self.problem(
                format!("{shown} is not a text: {error}"),
                "write an emoji as itself or as a pair of \\u escapes",
            );
            String::new()
        })
    }

    /// Leaves a number, a word or an array behind.
    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth > 0 => depth -= 1,
                b'}' | b',' if depth == 0 => return,
                _ => {}
            }
            self.step();
        }
    }

    fn find_duplicates(&mut self) {
        let mut first: HashMap<&str, u32> = HashMap::new();
        let mut found = Vec::new();
        for entry in &self.entries {
            if let Some(line) = first.insert(&entry.key, entry.line) {
                found.push(FileProblem {
                    file: self.file.into(),
                    line: Some(entry.line),
                    reason: format!("the key '{}' is there already, in line {line}", entry.key),
                    hint: Some("remove or rename one of the two".into()),
                });
            }
        }
        self.problems.append(&mut found);
    }

    fn problem(&mut self, reason: String, hint: &str) {
        let (file, line) = (self.file.to_owned(), Some(self.line));
        self.problems.push(FileProblem { file, line, reason, hint: Some(hint.into()) });
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.step();
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        if self.peek() == Some(b'\n') {
            self.line += 1;
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> String {
        let entries = read("messages/en.json", text).unwrap();
        entries.iter().map(|it| format!("{}:{}={}", it.line, it.key, it.source)).collect::<Vec<_>>().join(" ")
    }

    fn problems(text: &str) -> String {
        let problems = read("messages/en.json", text).unwrap_err();
        problems.iter().map(|it| format!("{}: {}", it.line.unwrap_or(0), it.reason)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn reads_flat_and_nested() {
        assert_eq!(keys("{}"), "");
        assert_eq!(keys("{\n \"a\": \"x\",\n \"b\": {\"c\": \"\\u00e9\\\"}\"}\n}"), "2:a=x 3:b.c=é\"}");
        assert_eq!(keys("\u{feff}{\"a.b\":\"1\"}"), "1:a.b=1");
    }

    #[test]
    fn names_every_problem() {
        assert_eq!(
            problems("{\n\"a\": 1,\n\"b\": [\"}\", {\"c\": 2}],\n\"c\": \"x\",\n\"c\": \"y\",\n\"d\": {\"\": null}}"),
            "2: the value of 'a' is not a text; 3: the value of 'b' is not a text; 6: a key in 'd' is empty; \
             6: the value of 'd.' is not a text; 5: the key 'c' is there already, in line 4"
        );
        assert_eq!(
            problems("{\"a\": \"\\ud800\"}"),
            "1: \"\\ud800\" is not a text: unexpected end of hex escape at line 1 column 8"
        );
        assert_eq!(problems("[]"), "1: the file is not a JSON object");
        assert!(problems("{\"a\": \"x\",\n}").starts_with("2: not valid JSON: "));
        assert!(problems("").starts_with("1: not valid JSON: "));
    }
}
