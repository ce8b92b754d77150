//! JSON lines in and out, with a sign of progress on a terminal.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use serde::{Serialize, de::DeserializeOwned};

/// Reads JSON lines from a file, or from standard input for `-`. Empty lines are passed over.
pub(crate) fn read<T: DeserializeOwned>(
    path: &Path,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<T>> + use<T>> {
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let reader: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path).with_context(|| format!("cannot open {name}"))?))
    };
    let lines = reader.lines().enumerate().filter(|(_, line)| !line.as_ref().is_ok_and(|line| line.trim().is_empty()));
    Ok(lines.map(move |(number, line)| {
        let place = || format!("{name}:{}", number + 1);
        serde_json::from_str(&line.with_context(place)?).with_context(place)
    }))
}

/// Standard output, a JSON value a line. A reader that has gone away ends the program quietly.
pub(crate) struct Output {
    out: BufWriter<io::Stdout>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { out: BufWriter::new(io::stdout()) }
    }

    pub(crate) fn line(&mut self, value: &impl Serialize) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }
}

/// A counter on standard error, if a person is looking.
pub(crate) struct Progress {
    what: &'static str,
    count: u64,
    shown: Option<Instant>,
}

impl Progress {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, count: 0, shown: io::stderr().is_terminal().then(Instant::now) }
    }

    pub(crate) fn step(&mut self) {
        self.count += 1;
        if let Some(shown) = self.shown.filter(|shown| shown.elapsed() > Duration::from_millis(200)) {
            let _ = write!(io::stderr(), "\r{} {}", self.count, self.what);
            self.shown = Some(shown.max(Instant::now()));
        }
    }

    pub(crate) fn finish(self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Says what is going on in place of what was said before, if a person is looking.
pub(crate) fn progress(what: impl std::fmt::Display) {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K{what}");
    }
}

/// Writes a line for a person to standard error.
pub(crate) fn say(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr(), "{}", text.as_ref());
}

/// Writes a line for a person to standard output.
pub(crate) fn print(text: impl std::fmt::Display) {
    let _ = writeln!(io::stdout(), "{}", text);
}
