//! Real time: the one place where it enters.

use cuecard_model::Timestamp;

/// Now.
#[allow(clippy::disallowed_methods, reason = "real time enters here, and nowhere else")]
pub fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}
