//! What makes a culture file wrong, beside the golden messages in `golden/packs/`: each `x.toml` has its `x.txt`.

use std::{env, fs, path::Path};

use cuecard_culture::Layer;

#[test]
fn golden() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/packs");
    let mut seen = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "toml") {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&path).unwrap();
        let problems = Layer::parse("shop", "culture/de.toml", &text).expect_err(&path.display().to_string());
        let show = |it: &cuecard_culture::FileProblem| {
            let line = it.line.map_or_else(String::new, |line| format!(":{line}"));
            let hint = it.hint.as_ref().map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
            format!("{}{line}: {}{hint}\n", it.file, it.reason)
        };
        let found: String = problems.iter().map(show).collect();
        let expected = path.with_extension("txt");
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        assert_eq!(fs::read_to_string(&expected).unwrap_or_default(), found, "{}", path.display());
    }
    assert!(seen >= 8, "{seen} cases");
}

#[test]
fn a_file_is_named_after_a_locale() {
    let problems = Layer::parse("shop", "culture/german!.toml", "").unwrap_err();
    assert_eq!(problems[0].reason, "'german!' is not a language tag");
}
