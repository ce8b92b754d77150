//! Precision and recall of the register detector: `register [--errors] FILE.jsonl ...`.
//!
//! A file is named for its language (`de.jsonl`, `pt-BR.jsonl`). A line has `formal` and `informal`, two wordings of
//! one sentence, or `neither`. Every fifth line by its hash is held out; `--errors` lists what went wrong in the rest.

use std::{collections::BTreeMap, env, fs, io, io::Write, path::Path};

use cuecard_culture::register;
use cuecard_model::Register;

/// Of one register: found and right, found in all, there in all.
#[derive(Clone, Copy, Default)]
struct Count {
    right: u32,
    found: u32,
    there: u32,
}

#[derive(Clone, Copy, Default)]
struct Score {
    lines: u32,
    /// Wordings with signs of both registers, which in these files are one or the other.
    mixed: u32,
    formal: Count,
    informal: Count,
}

impl Score {
    fn add(&mut self, expected: Option<Register>, found: Option<Register>) {
        for (register, count) in [(Register::Formal, &mut self.formal), (Register::Informal, &mut self.informal)] {
            count.found += u32::from(found == Some(register));
            count.there += u32::from(expected == Some(register));
            count.right += u32::from(found == Some(register) && expected == found);
        }
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        let ratio = |whole: u32| f64::from(self.right) / f64::from(whole.max(1));
        write!(out, "{:.3}  {:.3}", ratio(self.found), ratio(self.there))
    }
}

/// FNV-1a, so that a line is held out by what it says, for good.
fn is_held_out(line: &str) -> bool {
    let hash = line
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash.is_multiple_of(5)
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (flags, files): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument.starts_with("--"));
    writeln!(
        out,
        "{:<8} {:<9} {:>5}  {:<12}  {:<13} mixed",
        "language", "part", "lines", "formal P  R", "informal P  R"
    )?;
    for file in files {
        let path = Path::new(&file);
        let language = path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let mut parts: BTreeMap<&str, Score> = BTreeMap::new();
        for line in fs::read_to_string(path)?.lines() {
            let texts: BTreeMap<String, String> = serde_json::from_str(line)?;
            let part = if is_held_out(line) { "held out" } else { "the rest" };
            let expectations =
                [("formal", Some(Register::Formal)), ("informal", Some(Register::Informal)), ("neither", None)];
            for part in [part, "all"] {
                parts.entry(part).or_default().lines += 1;
            }
            for (key, expected) in expectations {
                let Some(text) = texts.get(key) else { continue };
                let found = register::of(text, &language);
                let mixed = u32::from(register::mixed(text, &language).is_some());
                for part in [part, "all"] {
                    let score = parts.entry(part).or_default();
                    score.add(expected, found);
                    score.mixed += mixed;
                }
                let is_wrong = found != expected || mixed > 0;
                if is_wrong && part == "the rest" && flags.iter().any(|flag| flag == "--errors") {
                    let also = if mixed > 0 { ", mixed" } else { "" };
                    writeln!(out, "{key} read as {found:?}{also}: {text}")?;
                    for sign in register::read(text, &language) {
                        let word = text.get(sign.at).unwrap_or_default();
                        writeln!(out, "    {word}: {} {:?} {:?}", sign.rule, sign.register, sign.weight)?;
                    }
                }
            }
        }
        for (part, score) in parts {
            writeln!(
                out,
                "{language:<8} {part:<9} {:>5}  {}  {}  {}",
                score.lines, score.formal, score.informal, score.mixed
            )?;
        }
    }
    Ok(())
}
