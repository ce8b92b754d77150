//! Puts message keys, money, dates and names into words for a locale, and checks texts for a channel.
//!
//! Owns the words. Deliberately knows no plugins, no customers and no I/O: it is handed files as text.
//!
//! `messages/` renders keys; `money`, `date`, `number`, `relative`, `name`, `phone` and `postal` word single values; `locale` says
//! which locale may stand in for which; `channel` and `check` hold the rules any reply must keep.
//! `pack` reads culture packs, `rules` makes one locale's rules of them, `manner` meets them with a moment and a
//! customer; `polish` changes a reply by them, and `lint` judges a text.

mod channel;
mod check;
mod date;
mod lint;
mod locale;
mod manner;
mod manners;
mod messages;
mod money;
mod name;
mod number;
mod pack;
mod phone;
mod polish;
mod postal;
pub mod register;
mod relative;
mod rules;
mod setting;
mod words;

pub use channel::{Fit, Limit, Tone, Unit, fit, for_channel, limit, max_length};
pub use check::{Finding, FindingKind, Link, check_text, links, lost};
pub use date::{DateLength, format_date, format_date_as, format_date_time};
pub use lint::{LintFinding, lint, lint_words};
pub use locale::{direction, fallback_chain, language, locale_for, normalize, with_region};
pub use manner::{Manner, Occasion, Saying};
pub use manners::{culture, register_for};
pub use messages::{
    Catalog, CatalogFinding, FileProblem, Import, LONGEST_DOCUMENT, MessageFile, MessageFinding, RenderError, Rendered,
    Skipped, Xliff, XliffError, check_messages, export_xliff, lint_messages,
};
pub use money::format_money;
pub use name::{Formality, NameForm, NameLength, NameOrder, NameParts, NameUsage, format_name, person};
pub use number::{format_number, format_percent};
pub use pack::{Lucky, Relationship, Solemnity, System, Weekday};
pub use phone::format_phone;
pub use polish::Said;
pub use postal::{PostalAddress, postal_line, postal_lines};
pub use relative::format_relative;
pub use rules::{Addressed, Contact, Cultures, Layer, Rules};
pub use setting::Setting;
