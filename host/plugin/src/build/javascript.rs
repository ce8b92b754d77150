//! JavaScript and TypeScript: esbuild takes the types off and makes one file of it, componentize-qjs puts that beside
//! QuickJS, runs it up to the first call and keeps the memory as it is then.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{BuildError, program, run, sdk};

/// What package.json brings; both come with `npm install`.
const PACKAGES: [&str; 2] = ["esbuild", "componentize-qjs"];

pub(super) fn compile(folder: &Path, main: &str, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let missing = |what: String, hint: &str| BuildError::Missing { what, hint: hint.to_owned() };
    let node = program("node").filter(|node| is_modern(node));
    let node = node.ok_or_else(|| missing("Node 20 or later".into(), "install it from https://nodejs.org"))?;
    for package in PACKAGES {
        if !folder.ancestors().any(|above| above.join("node_modules").join(package).is_dir()) {
            let hint = format!("run `npm install` in {}", folder.display());
            return Err(missing(format!("the npm package {package}"), &hint));
        }
    }
    let sdk = sdk::write(folder, sdk::JAVASCRIPT)?;
    let out = folder.join("target/plugin.wasm");
    let mut build = Command::new(node);
    build.arg(sdk.join("js/build.mjs")).arg(folder.join(main)).arg(&out);
    run(build.current_dir(folder), progress)?;
    Ok(out)
}

fn is_modern(node: &Path) -> bool {
    let said = Command::new(node).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let version = String::from_utf8_lossy(&said);
    version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .is_some_and(|it: u32| it >= 20)
}
