//! What a plugin uses that the next version of the contract will not have: told to its author, never to its users.
//!
//! A component says by its imports which host functions it may call; Lua is searched for their names.

use crate::{
    api::Deprecated,
    contents::{CodeFiles, Contents},
    problem::Problem,
    wasm::imported_functions,
};

/// What the author should change before the next version; the plugin serves all the same.
pub fn warnings(contents: &Contents) -> Vec<Problem> {
    let api = contents.manifest.api;
    contents.code.as_ref().map_or_else(Vec::new, |code| used(code, api.deprecated()))
}

fn used(code: &CodeFiles, table: &[Deprecated]) -> Vec<Problem> {
    match code {
        CodeFiles::Wasm { entry, bytes } => {
            let imported = imported_functions(bytes);
            let met = table.iter().filter(|it| imported.iter().any(|name| name == it.name));
            met.map(|it| problem(Problem::new(entry, String::new()), it)).collect()
        }
        CodeFiles::Lua { sources, .. } => {
            let of_file = |(file, source): (&String, &std::sync::Arc<str>)| in_lua(file, source, table);
            sources.iter().flat_map(of_file).collect()
        }
    }
}

/// Calls of the global `cuecard`; comments are not looked at.
fn in_lua(file: &str, source: &str, table: &[Deprecated]) -> Vec<Problem> {
    let mut found = Vec::new();
    for it in table {
        let call = format!("cuecard.{}", it.name.replace('-', "_"));
        for (at, _) in source.match_indices(&call) {
            let before = source.get(..at).unwrap_or_default();
            let after = source.get(at + call.len()..).and_then(|rest| rest.chars().next());
            let line = before.rsplit('\n').next().unwrap_or_default();
            if line.contains("--") || after.is_some_and(|sign| sign.is_alphanumeric() || sign == '_') {
                continue;
            }
            found.push(problem(Problem::new(file, String::new()).at(source, at), it));
        }
    }
    found
}

fn problem(place: Problem, it: &Deprecated) -> Problem {
    let reason = format!("the host function '{}' is deprecated", it.name);
    Problem { reason, ..place }.hint(it.instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Deprecated] =
        &[Deprecated { name: "format-date", instead: "write {$at :date} in the message instead" }];

    #[test]
    fn lua_is_told_where_and_what_instead() {
        let source = "-- cuecard.format_date\nlocal t = cuecard.format_dates\nreturn cuecard.format_date(1)\n";
        let told: Vec<_> = in_lua("main.luau", source, TABLE).iter().map(ToString::to_string).collect();
        let expected = "main.luau:3:8: the host function 'format-date' is deprecated\n  hint: write {$at :date} in the \
                        message instead";
        assert_eq!(told, [expected]);
    }

    #[test]
    fn a_component_is_told_by_what_it_imports() {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/v1/plugin.wasm");
        let bytes = std::fs::read(shipped).unwrap();
        assert!(imported_functions(&bytes).iter().any(|name| name == "format-date"));
        let code = CodeFiles::Wasm { entry: "plugin.wasm".into(), bytes: bytes.into() };
        assert_eq!(used(&code, TABLE).len(), 1);
        assert!(used(&code, &[Deprecated { name: "format-nothing", instead: "" }]).is_empty());
    }
}
