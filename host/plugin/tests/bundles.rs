//! Bundles from folders and archives: what is taken, what is refused, and that both give the same hash.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use cuecard_plugin::bundle::{Bundle, BundleLimits, ReadError, from_archive, read_folder, read_settled, to_archive};
use flate2::{Compression, write::GzEncoder};
use zip::{ZipWriter, write::SimpleFileOptions};

const MANIFEST: &str = "[plugin]\nid = \"a\"\nversion = \"1.0.0\"\napi = \"1\"\n";

fn limits() -> BundleLimits {
    BundleLimits::default()
}

fn bundle() -> Bundle {
    let files = [("plugin.toml", MANIFEST), ("main.luau", "return {}\n"), ("messages/en.json", "{}")];
    Bundle::from_files(files.map(|(name, text)| (name, text.as_bytes())), &limits()).unwrap()
}

fn write(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// One entry as it stands in a tar; the name is written raw, because the builder would refuse the bad ones.
fn tar_entry(name: &[u8], kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tar_of(entries: &[(&[u8], tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(|(name, kind, content)| tar_entry(name, *kind, content)).collect();
    bytes.extend([0; 1024]);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn refusal(archive: &[u8]) -> String {
    let problems = from_archive(archive, &limits()).unwrap_err();
    assert!(problems.iter().all(|problem| problem.hint.is_some()), "{problems:?}");
    problems[0].reason.clone()
}

#[test]
fn folder_tar_gz_and_zip_give_the_same_bundle() {
    let bundle = bundle();
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<(&str, &[u8])> = bundle.files().iter().map(|(name, content)| (name.as_str(), &**content)).collect();
    write(folder.path(), &files);
    assert_eq!(read_folder(folder.path(), &limits()).unwrap().hash(), bundle.hash());

    let packed = to_archive(&bundle).unwrap();
    assert_eq!(packed, to_archive(&bundle).unwrap());
    assert_eq!(from_archive(&packed, &limits()).unwrap(), bundle);
    assert_eq!(from_archive(&zip_of(&files), &limits()).unwrap(), bundle);

    let topped: Vec<(String, &[u8])> =
        files.iter().map(|(name, content)| (format!("a-1.0.0/{name}"), *content)).collect();
    let topped: Vec<(&[u8], _, &[u8])> =
        topped.iter().map(|(name, content)| (name.as_bytes(), tar::EntryType::Regular, *content)).collect();
    assert_eq!(from_archive(&tar_of(&topped), &limits()).unwrap(), bundle, "a top folder is taken off");
    assert_eq!(from_archive(&gzip(&tar_of(&topped)), &limits()).unwrap(), bundle);
}

#[test]
fn the_hash_tells_names_from_contents() {
    let of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| (*name, text.as_bytes()));
        Bundle::from_files(files, &limits()).unwrap().hash()
    };
    let hashes = [
        of(&[]),
        of(&[("a.luau", "")]),
        of(&[("a.luau", "b")]),
        of(&[("a.luau", "b.luau")]),
        of(&[("a.luau", ""), ("b.luau", "")]),
        of(&[("b.luau", "")]),
    ];
    assert_eq!(hashes.iter().collect::<std::collections::BTreeSet<_>>().len(), hashes.len());
    let hex = hashes[0].to_string();
    assert_eq!(cuecard_plugin::bundle::BundleHash::from_hex(&hex), Some(hashes[0]));
}

#[test]
fn hostile_archives_are_refused_with_a_reason() {
    use tar::EntryType as Kind;
    let good = (b"plugin.toml".as_slice(), Kind::Regular, MANIFEST.as_bytes());
    let tar = |name: &[u8], kind| refusal(&tar_of(&[good, (name, kind, b"")]));
    for (got, expected) in [
        (tar(b"../evil.luau", Kind::Regular), "leaves the plugin's folder"),
        (tar(b"a/../../evil.luau", Kind::Regular), "leaves the plugin's folder"),
        (tar(b"/etc/passwd", Kind::Regular), "is not a relative name"),
        (tar(b"C:\\evil.luau", Kind::Regular), "is not a relative name"),
        (tar(b"main.luau", Kind::Symlink), "is a link or device"),
        (tar(b"main.luau", Kind::Link), "is a link or device"),
        (tar(b"main.luau", Kind::Char), "is a link or device"),
        (tar(b"main.luau", Kind::Fifo), "is a link or device"),
        (tar(b"main.luau", Kind::GNUSparse), "the archive is damaged: sparse"),
        (tar(b"plugin.toml", Kind::Regular), "stands twice"),
        (tar(b"Plugin.toml.luau/../x", Kind::Regular), "leaves the plugin's folder"),
        (tar(b"m\xff.luau", Kind::Regular), "is not a name in UTF-8"),
        (tar(b"m\x07.luau", Kind::Regular), "has control characters"),
        (refusal(b"hello"), "not a tar, tar.gz or zip"),
        (refusal(b""), "not a tar, tar.gz or zip"),
        (refusal(&gzip(b"hello")), "archive"),
        (refusal(&tar_of(&[])), "not a tar"),
        (refusal(&tar_of(&[(b"notes.txt", Kind::Regular, b"x")])), "no file of a bundle"),
        (refusal(&zip_of(&[("../evil.luau", b"")])), "leaves the plugin's folder"),
        (refusal(&zip_of(&[("plugin.toml", b""), ("main.luau", b""), ("MAIN.luau", b"")])), "differ in case alone"),
    ] {
        assert!(got.contains(expected), "{got:?} should say {expected:?}");
    }
}

#[test]
fn bombs_and_oversize_are_refused() {
    let zeros = vec![0_u8; 20 << 20];
    let lua = vec![b' '; (64 << 10) + 1];
    let regular = tar::EntryType::Regular;
    let many: Vec<(String, &[u8])> = (0..300).map(|number| (format!("f{number}.luau"), b"".as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let crowd: Vec<(String, &[u8])> = (0..5000).map(|number| (format!("x{number}"), b"".as_slice())).collect();
    let crowd: Vec<(&str, &[u8])> = crowd.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let lua_files: Vec<(String, &[u8])> = (0..5).map(|number| (format!("f{number}.luau"), &lua[1..])).collect();
    let lua_files: Vec<(&str, &[u8])> = lua_files.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    for (archive, expected) in [
        (gzip(&tar_of(&[(b"README.md", regular, &zeros)])), "more than 8 MiB in all"),
        (gzip(&tar_of(&[(b"junk.bin", regular, &zeros)])), "more than 8 MiB in all"),
        (zip_of(&[("README.md", &zeros)]), "more than 8 MiB in all"),
        (zip_of(&[("plugin.wasm", &zeros[..(4 << 20) + 1])]), "larger than 4 MiB"),
        (zip_of(&[("main.luau", &lua)]), "larger than 64 KiB"),
        (zip_of(&lua_files), "more than 256 KiB of Lua"),
        (zip_of(&many), "more than 256 files"),
        (zip_of(&crowd), "more than 4096 entries"),
    ] {
        let got = refusal(&archive);
        assert!(got.contains(expected), "{got:?} should say {expected:?}");
    }
}

#[test]
fn a_folder_may_hold_what_is_no_part_of_the_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<(&str, &[u8])> = vec![
        ("plugin.toml", MANIFEST.as_bytes()),
        ("main.luau", b"return {}\n"),
        ("messages/en.json", b"{}"),
        ("main.luau~", b"old"),
        (".main.luau.swp", b"swap"),
        ("4913", b""),
        (".git/config", b""),
        ("src/lib.rs", b"fn main() {}"),
        ("target/debug/deps/x.wasm", b"\0asm"),
        ("notes.txt", b"mine"),
    ];
    write(folder.path(), &files);
    std::os::unix::fs::symlink("nobody@nowhere:1", folder.path().join(".#main.luau")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("notes")).unwrap();
    assert_eq!(read_folder(folder.path(), &limits()).unwrap(), bundle());
}

#[test]
fn links_and_pipes_in_place_of_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("plugin.toml", MANIFEST.as_bytes())]);
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("main.luau")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("messages")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("scenarios.toml"), mode).unwrap();
    let Err(ReadError::Refused(problems)) = read_folder(folder.path(), &limits()) else { panic!("taken") };
    let files: Vec<&str> = problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, ["main.luau", "messages", "scenarios.toml"]);

    let gone = folder.path().join("gone");
    assert!(matches!(read_folder(&gone, &limits()), Err(ReadError::Gone)));
    let linked = folder.path().join("linked");
    let target = tempfile::tempdir().unwrap();
    write(target.path(), &[("plugin.toml", MANIFEST.as_bytes())]);
    std::os::unix::fs::symlink(target.path(), &linked).unwrap();
    assert!(read_folder(&linked, &limits()).is_ok(), "the folder itself may be a link");
}

#[test]
fn reading_goes_on_until_the_folder_rests() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("plugin.toml", MANIFEST.as_bytes())]);
    let mut saves = 0;
    let settled = read_settled(folder.path(), &limits(), 10, || {
        saves += 1;
        if saves <= 3 {
            fs::write(folder.path().join("main.luau"), format!("return {saves}")).unwrap();
        }
    });
    assert_eq!(settled.unwrap().file("main.luau").unwrap().as_ref(), b"return 3");
    assert_eq!(saves, 4);

    let mut saves = 0;
    let restless = read_settled(folder.path(), &limits(), 5, || {
        saves += 1;
        fs::write(folder.path().join("main.luau"), format!("return {saves}, 0")).unwrap();
    });
    assert!(matches!(restless, Err(ReadError::NotSettled)));
}

#[test]
fn limits_can_be_raised_for_guests_that_carry_their_language() {
    let large = vec![0_u8; 10 << 20];
    let files: BTreeMap<&str, &[u8]> = [("plugin.wasm", large.as_slice())].into();
    assert!(Bundle::from_files(files.clone(), &limits()).is_err());
    assert!(Bundle::from_files(files, &BundleLimits::LARGE_GUESTS).is_ok());
}
