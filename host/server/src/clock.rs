//! Real time: the one place where it enters. A fault run may put a file in its place and turn the clock by hand.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path, sync::OnceLock, time::Duration};

use cuecard_model::Timestamp;

/// Milliseconds since the epoch, in 13 digits: a length that lasts until the year 2286.
const DIGITS: usize = 13;
/// How often a clock that is turned by hand is looked at.
const LOOK: Duration = Duration::from_millis(2);

static BY_HAND: OnceLock<File> = OnceLock::new();

/// Now.
#[allow(clippy::disallowed_methods, reason = "real time enters here, and nowhere else")]
pub fn now() -> Timestamp {
    BY_HAND.get().and_then(|file| read(file).ok()).unwrap_or_else(|| jiff::Timestamp::now().into())
}

/// Takes this file for the clock from now on, once for the whole process.
pub fn take_from(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    read(&file)?;
    let _ = BY_HAND.set(file);
    Ok(())
}

/// How long to sleep to a moment; a clock that is turned by hand has to be looked at meanwhile.
pub fn span_to(moment: Timestamp) -> Duration {
    let millis = moment.millis().saturating_sub(now().millis()).max(0).cast_unsigned();
    let span = Duration::from_millis(millis);
    if BY_HAND.get().is_some() { span.min(LOOK) } else { span }
}

fn read(file: &File) -> io::Result<Timestamp> {
    let mut digits = [0; DIGITS];
    file.read_exact_at(&mut digits, 0)?;
    let millis = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok());
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "a clock is 13 digits: milliseconds since the epoch");
    millis.map(Timestamp::from_millis).ok_or_else(wrong)
}
