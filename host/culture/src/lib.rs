//! Puts message keys, money, dates and names into words for a locale, and checks texts for a channel.
//!
//! Owns the words. Deliberately knows no plugins, no customers and no I/O: it is handed files as text.
//!
//! `messages/` renders keys; `money`, `date`, `number`, `relative` and `name` word single values; `locale` says
//! which locale may stand in for which; `manners`, `channel` and `check` hold the rules a reply must keep.

mod channel;
mod check;
mod date;
mod locale;
mod manners;
mod messages;
mod money;
mod name;
mod number;
mod relative;
mod setting;
mod words;

pub use channel::{Fit, Limit, Tone, Unit, fit, for_channel, limit, max_length};
pub use check::{Finding, FindingKind, Link, check_text, links};
pub use date::{DateLength, format_date, format_date_as, format_date_time};
pub use locale::{direction, fallback_chain, locale_for, normalize};
pub use manners::{culture, register_for};
pub use messages::{Catalog, CatalogFinding, MessageProblem, RenderError, Rendered};
pub use money::format_money;
pub use name::{Formality, NameForm, NameLength, NameOrder, NameParts, NameUsage, format_name, person};
pub use number::{format_number, format_percent};
pub use relative::format_relative;
pub use setting::Setting;
