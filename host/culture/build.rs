//! Makes the table of packs that ship: adding a file to `packs/` adds a pack.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=packs");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("packs");
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let paths = files.iter().map(fs::DirEntry::path).filter(|path| path.extension().is_some_and(|it| it == "toml"));
    let entries = paths.map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        format!("({name:?}, include_str!({:?})),", path.display().to_string())
    });
    let table = format!("&[{}]", entries.collect::<String>());
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("packs.rs"), table)
}
