//! C: clang with wasi-libc, or zig, which brings both. Of the library only what needs no system is linked.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{BuildError, component, io_error, program, run, sdk};

/// A stack of 64 KiB and no names: see [`super::rust`].
const FLAGS: [&str; 8] = [
    "--target=wasm32-wasi",
    "-mexec-model=reactor",
    "-std=c11",
    "-Os",
    "-Wall",
    "-Wextra",
    "-Wl,-z,stack-size=65536",
    "-Wl,--strip-all",
];

pub(super) fn compile(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let mut compiler = compiler().ok_or_else(|| BuildError::Missing {
        what: "a C compiler for WebAssembly".into(),
        hint: "on Debian `apt install clang lld wasi-libc libclang-rt-dev-wasm32`, elsewhere install zig or set \
               WASI_SDK_PATH"
            .into(),
    })?;
    let sdk = sdk::write(folder, sdk::C)?.join("c");
    let out = folder.join("target/plugin.wasm");
    compiler.args(FLAGS).arg("-I").arg(&sdk).arg("main.c");
    for own in ["plugin.c", "defaults.c"] {
        compiler.arg(sdk.join(own));
    }
    run(compiler.arg("-o").arg(&out).current_dir(folder), progress)?;
    let module = fs::read(&out).map_err(|source| io_error(out.display().to_string(), source))?;
    let typed = component::with_types(module)?;
    fs::write(&out, typed).map_err(|source| io_error(out.display().to_string(), source))?;
    Ok(out)
}

fn compiler() -> Option<Command> {
    if let Some(sdk) = env::var_os("WASI_SDK_PATH") {
        return Some(Command::new(Path::new(&sdk).join("bin/clang")));
    }
    if Path::new("/usr/include/wasm32-wasi").is_dir()
        && let Some(clang) = program("clang")
    {
        return Some(Command::new(clang));
    }
    let mut zig = Command::new(program("zig")?);
    zig.arg("cc");
    Some(zig)
}
