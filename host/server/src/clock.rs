//! Real time: the one place where it enters. A fault run may put a file in its place and turn the clock by hand.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path, sync::OnceLock, time::Duration};

use cuecard_model::Timestamp;

/// Milliseconds since the epoch, in 13 digits: a length that lasts until the year 2286.
const DIGITS: usize = 13;
/// How often a clock that is turned by hand is looked at.
const LOOK: Duration = Duration::from_millis(1);

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

/// Waits until the clock shows this moment.
pub async fn wait_until(at: Timestamp) {
    let left = |now: Timestamp| u64::try_from(at.millis().saturating_sub(now.millis())).unwrap_or_default();
    if BY_HAND.get().is_none() {
        return tokio::time::sleep(Duration::from_millis(left(now()))).await;
    }
    while left(now()) > 0 {
        tokio::time::sleep(LOOK).await;
    }
}

fn read(file: &File) -> io::Result<Timestamp> {
    let mut digits = [0; DIGITS];
    file.read_exact_at(&mut digits, 0)?;
    let millis = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok());
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "a clock is 13 digits: milliseconds since the epoch");
    millis.map(Timestamp::from_millis).ok_or_else(wrong)
}
