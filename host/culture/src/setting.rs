//! Where, when and for whom words are meant.
//!
//! Owns the one value that every wording needs. Knows nothing of how the words are found.

use std::sync::Arc;

use cuecard_model::{PersonName, Register, Timestamp};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::Manner;

/// Where, when and for whom words are meant.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The locale wanted, BCP 47.
    pub locale: String,
    /// The locale to fall back to when the wanted one and its parents are missing.
    pub default_locale: String,
    /// IANA name; UTC if absent or unknown.
    pub time_zone: Option<String>,
    /// The turn's clock.
    pub now: Timestamp,
    /// The form of address.
    pub register: Register,
    /// Who is addressed. Messages say it as `$person`, in the order and form of the locale; empty if unknown.
    pub name: Option<PersonName>,
    /// How the reply is worded, with the merchant's own rules; what the locale's pack says, if absent.
    pub manner: Option<Arc<Manner>>,
}

impl Setting {
    /// The same with shorter words, where messages have some; `None` if shorter words are wanted already.
    pub fn shorter(&self) -> Option<Self> {
        let manner = self.manner.as_deref().filter(|manner| !manner.short)?;
        let manner = Manner { short: true, ..manner.clone() };
        Some(Self { manner: Some(Arc::new(manner)), ..self.clone() })
    }
}

/// The zone of that name, from the tables in the binary: a worker that renders dates may have given up files.
pub(crate) fn zone(name: Option<&str>) -> TimeZone {
    thread_local! {
        static ZONES: TimeZoneDatabase = TimeZoneDatabase::bundled();
    }
    match name {
        None | Some("UTC") => TimeZone::UTC,
        Some(name) => ZONES.with(|zones| zones.get(name)).unwrap_or(TimeZone::UTC),
    }
}
