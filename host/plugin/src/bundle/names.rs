//! Which names may stand in a bundle, and which of them belong to one.
//!
//! A name that could leave the folder, or mean another file elsewhere, is refused; a name that is merely no part of
//! a bundle is left out, so that a plugin's folder may hold its sources and an editor's traces.

use crate::problem::{Problem, quoted};

const MOST_BYTES: usize = 200;
const MOST_PARTS: usize = 8;

/// Refuses a name that is not plain and relative.
pub(super) fn check(name: &str) -> Result<(), Problem> {
    let refused = |reason: &str, hint: &str| {
        let shown: String = quoted(name);
        Err(Problem::new("", format!("{shown} {reason}")).hint(hint))
    };
    if name.len() > MOST_BYTES {
        return refused("is longer than 200 bytes", "shorten the name");
    }
    if name.chars().any(char::is_control) {
        return refused("has control characters in its name", "rename the file");
    }
    if name.starts_with('/') || name.contains(['\\', ':']) {
        return refused("is not a relative name", "pack the plugin's folder with names such as messages/en.json");
    }
    if name.split('/').any(|part| part == "..") {
        return refused("leaves the plugin's folder", "a bundle holds files of its own folder alone");
    }
    if name.split('/').any(|part| part.is_empty() || part == ".") {
        return refused("is not a plain name", "pack the plugin's folder with names such as messages/en.json");
    }
    if name.split('/').count() > MOST_PARTS {
        return refused("is nested too deeply", "at most 8 levels");
    }
    Ok(())
}

/// Whether a file is part of a bundle: `plugin.toml`, its signature, code, `scenarios.toml`, `messages/*.json`, `culture/*.toml`,
/// `tests/*.toml`, `README.md` and licences. Everything else in a plugin's folder is the author's own.
pub fn belongs(name: &str) -> bool {
    if is_passing(name) {
        return false;
    }
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let json = file.ends_with(".json");
    let toml = file.ends_with(".toml");
    match folder {
        "" => {
            matches!(file, "plugin.toml" | "scenarios.toml" | "README.md" | crate::signature::FILE)
                || file.starts_with("LICENSE")
                || file.ends_with(".wasm")
                || file.ends_with(".luau")
        }
        "messages" if json => true,
        "culture" | "tests" if toml => true,
        _ => file.ends_with(".luau") && enters(folder),
    }
}

/// Whether files in a folder can belong; others are not looked into.
pub(super) fn enters(folder: &str) -> bool {
    // `src` and `target` hold a component's sources and build, which may well be large.
    let first = folder.split('/').next().unwrap_or_default();
    !matches!(first, "src" | "target" | "node_modules" | "__MACOSX")
        && !folder.split('/').any(|part| part.starts_with('.'))
}

/// Hidden files, and what editors leave beside a file while and after they save it.
fn is_passing(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.split('/').any(|part| part.starts_with('.'))
        || file.ends_with('~')
        || (file.starts_with('#') && file.ends_with('#'))
        || [".swp", ".swo", ".swx", ".tmp", ".bak", ".orig"].iter().any(|end| file.ends_with(end))
        || file == "4913"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs() {
        for name in [
            "plugin.toml",
            "main.luau",
            "lib/dates.luau",
            "plugin.wasm",
            "scenarios.toml",
            "messages/zh-Hans.json",
            "culture/de.toml",
            "tests/late.toml",
            "README.md",
            "LICENSE-MIT",
        ] {
            assert!(belongs(name) && check(name).is_ok(), "{name}");
        }
        for name in [
            "Cargo.toml",
            "src/lib.rs",
            "src/x.luau",
            "target/debug/plugin.wasm",
            "lib/plugin.wasm",
            ".git/config",
            ".#main.luau",
            "main.luau~",
            ".main.luau.swp",
            "#main.luau#",
            "4913",
            "messages/.en.json",
            "messages/en.json.bak",
            "messages/deep/en.json",
            "notes.txt",
        ] {
            assert!(!belongs(name) && check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_refused() {
        let long = "x".repeat(201);
        let deep = "x/".repeat(8) + "x";
        for name in [
            "../plugin.toml",
            "a/../../b",
            "/etc/passwd",
            "C:/x",
            "a\\b",
            "a//b",
            "./a",
            "",
            "a/",
            "a\0b",
            "a\nb",
            &long,
            &deep,
        ] {
            let problem = check(name).unwrap_err();
            assert!(problem.hint.is_some(), "{problem}");
        }
    }
}
