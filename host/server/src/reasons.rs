//! Reads reasons as they are kept, `main.luau:3: what is wrong` and a hint, back into their parts, so that people are shown
//! the place. Owns no wording: that is the plugin room's.

pub(crate) mod evidence;

use cuecard_plugin::problem::Problem;

/// Every problem of a refusal, in order.
pub(crate) fn problems(reason: &str) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for line in reason.lines() {
        let hint = line.trim_start().strip_prefix("hint: ");
        match (found.last_mut(), hint) {
            (Some(last), Some(hint)) => last.hint = Some(hint.to_owned()),
            (Some(last), None) if line.starts_with(' ') => {
                last.reason.push('\n');
                last.reason.push_str(line);
            }
            _ => found.push(problem(line)),
        }
    }
    found
}

/// One reason: a failure's detail, or a refusal's line.
pub(crate) fn problem(text: &str) -> Problem {
    let text = text.strip_prefix("in classify: ").unwrap_or(text);
    let (text, hint) = match text.split_once("hint: ") {
        Some((before, hint)) => (before.trim_end().trim_end_matches(';'), Some(hint.trim().to_owned())),
        None => (text, None),
    };
    let place = text.split_once(": ").and_then(|(place, reason)| Some((place_of(place)?, reason)));
    match place {
        Some(((file, line, column), reason)) => Problem { file, line, column, reason: reason.to_owned(), hint },
        None => Problem { hint, ..Problem::new("", text) },
    }
}

/// `main.luau`, `plugin.toml:7`, `plugin.toml:7:3`; a sentence that happens to have a colon in it is none.
fn place_of(text: &str) -> Option<(String, Option<u32>, Option<u32>)> {
    let mut parts = text.split(':');
    let file = parts.next().filter(|file| file.contains('.') && !file.contains(char::is_whitespace))?;
    let mut number = || parts.next().map(str::parse::<u32>).transpose();
    let (line, column) = (number().ok()?, number().ok()?);
    parts.next().is_none().then(|| (file.to_owned(), line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let written = [
            Problem { line: Some(7), column: Some(3), ..Problem::new("plugin.toml", "unknown key 'hook'") }
                .hint("did you mean 'hooks'?"),
            Problem::new("main.luau", "the file returns nil"),
            Problem::new("", "the bundle has no plugin.toml"),
            Problem {
                line: Some(2),
                ..Problem::new("tests/a.toml", "the case fails\n    expected: x\n         got: y")
            },
        ];
        let text: Vec<_> = written.iter().map(ToString::to_string).collect();
        assert_eq!(problems(&text.join("\n")), written);
    }

    #[test]
    fn a_place_is_only_what_looks_like_one() {
        let parts = |text| {
            let Problem { file, line, reason, hint, .. } = problem(text);
            (file, line, reason, hint)
        };
        for (text, file, line, reason, hint) in [
            ("main.luau:3: attempt to index nil", "main.luau", Some(3), "attempt to index nil", None),
            ("in classify: main.luau:3: no", "main.luau", Some(3), "no", None),
            (
                "main.luau:1: print is not available; hint: log",
                "main.luau",
                Some(1),
                "print is not available",
                Some("log"),
            ),
            ("stopped after 20 ms", "", None, "stopped after 20 ms", None),
            ("said: main.luau:3: x", "", None, "said: main.luau:3: x", None),
            ("e.g.:x: y", "", None, "e.g.:x: y", None),
        ] {
            assert_eq!(parts(text), (file.into(), line, reason.into(), hint.map(str::to_owned)), "{text}");
        }
    }
}
