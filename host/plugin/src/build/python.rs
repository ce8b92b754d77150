//! Python: componentize-py puts main.py beside CPython, imports it, and keeps the memory as it is then.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{BuildError, io_error, program, run, sdk};

pub(super) fn compile(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let own = folder.join(".venv/bin/componentize-py");
    let tool = Some(own).filter(|own| own.is_file()).or_else(|| program("componentize-py"));
    let tool = tool.ok_or_else(|| BuildError::Missing {
        what: "componentize-py".into(),
        hint: format!(
            "run `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt` in {}",
            folder.display()
        ),
    })?;
    let sdk = sdk::write(folder, sdk::PYTHON)?;
    let modules = sdk.join("python");
    copy_sources(folder, &modules).map_err(|source| io_error("cannot copy the sources".into(), source))?;
    let out = folder.join("target/plugin.wasm");
    let mut build = Command::new(tool);
    // Else the packages of whichever Python this machine has would decide what the plugin can import.
    build.env("VIRTUAL_ENV", folder.join(".venv"));
    build.arg("--quiet").arg("--wit-path").arg(sdk.join("wit/v1")).args(["--world", "plugin", "componentize"]);
    build.args(["cuecard_guest", "--stub-wasi"]).arg("--python-path").arg(&modules).arg("--output").arg(&out);
    run(build.current_dir(folder), progress)?;
    Ok(out)
}

/// The plugin's own modules, without the folders beside them: whatever is on the path becomes part of the component.
fn copy_sources(folder: &Path, modules: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|it| it == "py")) {
            fs::copy(&path, modules.join(name))?;
        }
    }
    Ok(())
}
