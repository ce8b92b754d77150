//! One hook call: what both runtimes share. The hooks as a trait, the host's functions, and how a call fails.
//!
//! Everything that a plugin can reach is here and bounds itself by count and bytes: a deadline does not stop a host
//! function. Neither Lua nor WASM is known here.

use std::{collections::BTreeMap, sync::Arc};

use borsh::{BorshDeserialize, BorshSerialize};
use cuecard_culture::{self as culture, Catalog, Setting};
use cuecard_model::{
    Classification, Culture, Customer, Decision, Draft, Event, FailureKind, Fields, Money, Timestamp, Turn, Value,
};

use crate::limits::Limits;

/// A loaded plugin, on the thread that loaded it.
///
/// A call leaves nothing behind: no global, upvalue, metatable or memory written in one call is seen by another.
pub trait Runtime {
    /// What an agent could say next.
    fn compose(&mut self, call: &mut Call, turn: &Turn) -> Result<Vec<Draft>, CallError>;
    /// Changes a draft for a culture.
    fn localize(&mut self, call: &mut Call, draft: &Draft, culture: &Culture) -> Result<Draft, CallError>;
    /// Whom to contact, or when to look again.
    fn trigger(&mut self, call: &mut Call, event: &Event, customer: &Customer) -> Result<Vec<Decision>, CallError>;
    /// What the plugin understands otherwise than the host.
    fn classify(&mut self, call: &mut Call, turn: &Turn) -> Result<Classification, CallError>;
    /// One customer's keys, of an older version, in the format of this one.
    fn migrate(&mut self, call: &mut Call, from: u32, keys: &Fields) -> Result<Fields, CallError>;
    /// Steps of all calls since this was last asked, where they are counted: a figure that is the same on every run and
    /// machine.
    fn take_steps(&mut self) -> Option<u64> {
        None
    }
    /// Called after the answer is out: the time to collect garbage.
    fn tidy(&mut self) {}
    /// Whether a limit was hit, so that the instance must not be used again.
    fn is_spent(&self) -> bool;
}

/// Why a hook call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct CallError {
    /// What a reader reacts to.
    pub kind: FailureKind,
    /// The reason, with file and line where known; at most 2 KiB, no control characters.
    pub detail: String,
}

impl CallError {
    const DETAIL_BYTES: usize = 2048;

    /// An error whose detail is fit to be shown: control characters are escaped, the length is bounded.
    pub fn new(kind: FailureKind, detail: impl AsRef<str>) -> Self {
        Self { kind, detail: printable(detail.as_ref(), Self::DETAIL_BYTES, true) }
    }
}

/// One line that a plugin wrote to its author.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// One line, control characters escaped.
    pub text: String,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For the author alone.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth looking at.
    Warn,
    /// Something is wrong.
    Error,
}

/// The host's side of one hook call: what the plugin may read, and what it has asked for so far.
#[derive(Debug)]
pub struct Call {
    limits: Limits,
    catalog: Arc<Catalog>,
    setting: Arc<Setting>,
    keys: Option<Fields>,
    random: u64,
    host_calls: u32,
    key_bytes: u32,
    /// Keys written, in name order; `None` forgets.
    pub key_writes: BTreeMap<String, Option<Value>>,
    /// Lines written to the author.
    pub log: Vec<LogLine>,
}

impl Call {
    /// `keys` is what the plugin stored for this customer, or `None` if it has not asked for keys in its manifest.
    /// `seed` makes the random numbers: the same turn draws the same.
    pub fn new(limits: Limits, catalog: Arc<Catalog>, setting: Arc<Setting>, keys: Option<Fields>, seed: &str) -> Self {
        // FNV-1a: any even spread will do, and it must not change between releases, or replays would.
        let random = seed
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self {
            limits,
            catalog,
            setting,
            keys,
            random,
            host_calls: 0,
            key_bytes: 0,
            key_writes: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    /// Moves the call out, e.g. into a store that wants to own it, and leaves an empty one behind.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::new(self.limits, Arc::clone(&self.catalog), Arc::clone(&self.setting), None, "");
        std::mem::replace(self, empty)
    }

    /// The limits of this call.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Puts a message of this plugin into words.
    pub fn render(&mut self, key: &str, arguments: &Fields) -> Result<String, CallError> {
        self.count()?;
        let rendered = self.catalog.render(key, arguments, &self.setting);
        rendered.map(|rendered| rendered.text).map_err(|error| CallError::new(FailureKind::Error, error.to_string()))
    }

    /// An amount as the customer writes it.
    pub fn format_money(&mut self, money: &Money) -> Result<String, CallError> {
        self.count()?;
        money.check().map_err(|error| CallError::new(FailureKind::Error, error.to_string()))?;
        Ok(culture::format_money(money, &self.setting))
    }

    /// A day as the customer writes it.
    pub fn format_date(&mut self, at: Timestamp) -> Result<String, CallError> {
        self.count()?;
        Ok(culture::format_date(at, &self.setting))
    }

    /// A number as the customer writes it.
    pub fn format_number(&mut self, number: f64) -> Result<String, CallError> {
        self.count()?;
        Ok(culture::format_number(number, &self.setting))
    }

    /// A span from now.
    pub fn format_relative(&mut self, at: Timestamp) -> Result<String, CallError> {
        self.count()?;
        Ok(culture::format_relative(at, &self.setting))
    }

    /// What this plugin stored for this customer, this call's own writes first.
    pub fn get_key(&mut self, name: &str) -> Result<Option<Value>, CallError> {
        self.count()?;
        let keys = self.keys.as_ref().ok_or_else(no_keys)?;
        Ok(self.key_writes.get(name).cloned().unwrap_or_else(|| keys.get(name).cloned()))
    }

    /// Stores a value for this customer, or forgets it.
    pub fn set_key(&mut self, name: &str, value: Option<Value>) -> Result<(), CallError> {
        self.count()?;
        if self.keys.is_none() {
            return Err(no_keys());
        }
        let size = name.len() + value.as_ref().map_or(0, value_bytes) + 16;
        self.key_bytes = self.key_bytes.saturating_add(u32::try_from(size).unwrap_or(u32::MAX));
        if name.is_empty() || name.len() > 128 {
            return Err(CallError::new(FailureKind::Error, "a key's name has 1 to 128 bytes"));
        }
        if self.key_bytes > self.limits.key_bytes {
            let detail = format!("more than {} bytes of keys written in one call", self.limits.key_bytes);
            return Err(CallError::new(FailureKind::HostLimit, detail));
        }
        self.key_writes.insert(name.to_owned(), value);
        Ok(())
    }

    /// Writes a line that reaches the plugin's author.
    pub fn log(&mut self, level: LogLevel, text: &str) -> Result<(), CallError> {
        self.count()?;
        if self.log.len() >= self.limits.log_lines as usize {
            let detail = format!("more than {} lines of log in one call", self.limits.log_lines);
            return Err(CallError::new(FailureKind::HostLimit, detail));
        }
        self.log.push(LogLine { level, text: printable(text, self.limits.log_line_bytes as usize, false) });
        Ok(())
    }

    /// The clock of the turn.
    pub fn now(&mut self) -> Result<Timestamp, CallError> {
        self.count()?;
        Ok(self.setting.now)
    }

    /// A number from 0 up to 1, by SplitMix64 from the turn's seed.
    pub fn random(&mut self) -> Result<f64, CallError> {
        self.count()?;
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        Ok((mixed >> 11) as f64 / (1_u64 << 53) as f64)
    }

    fn count(&mut self) -> Result<(), CallError> {
        self.host_calls += 1;
        if self.host_calls > self.limits.host_calls {
            let detail = format!("more than {} calls of host functions in one hook call", self.limits.host_calls);
            return Err(CallError::new(FailureKind::HostLimit, detail));
        }
        Ok(())
    }
}

fn no_keys() -> CallError {
    CallError::new(
        FailureKind::Error,
        "this plugin may not keep keys; hint: add `keys = true` under [capabilities] in plugin.toml",
    )
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Flag(_) | Value::Number(_) => 8,
        Value::Text(text) => text.len(),
        Value::Money(money) => money.amount.len() + money.currency.len(),
    }
}

/// Text that cannot drive a terminal or forge a line: control characters escaped, cut at `limit` bytes.
fn printable(text: &str, limit: usize, keep_newlines: bool) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for character in text.chars() {
        if out.len() + 8 > limit {
            out.push('…');
            break;
        }
        match character {
            '\n' if keep_newlines => out.push('\n'),
            control if control.is_control() => out.extend(control.escape_default()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use cuecard_model::Register;

    use super::*;

    fn call(limits: Limits, keys: Option<Fields>) -> Call {
        let setting = Setting {
            locale: "en".into(),
            default_locale: "en".into(),
            time_zone: None,
            now: Timestamp::from_seconds(0),
            register: Register::Formal,
            name: None,
            manner: None,
        };
        Call::new(limits, Arc::default(), Arc::new(setting), keys, "turn-1")
    }

    #[test]
    fn random_numbers_repeat_with_the_seed() {
        let draw = || {
            (0..3).map(|_| 0).fold((call(Limits::default(), None), vec![]), |(mut call, mut drawn), _| {
                drawn.push(call.random().unwrap());
                (call, drawn)
            })
        };
        assert_eq!(draw().1, draw().1);
        assert!(draw().1.iter().all(|number| (0.0..1.0).contains(number)));
    }

    #[test]
    fn host_functions_bound_themselves() {
        let mut call = call(Limits { host_calls: 3, log_lines: 1, ..Limits::default() }, None);
        call.log(LogLevel::Info, "one\u{1b}[2J\nforged").unwrap();
        assert_eq!(call.log[0].text, "one\\u{1b}[2J\\nforged");
        assert_eq!(call.log(LogLevel::Info, "two").unwrap_err().kind, FailureKind::HostLimit);
        assert!(call.now().is_ok());
        assert_eq!(call.now().unwrap_err().kind, FailureKind::HostLimit);
    }

    #[test]
    fn keys_are_a_capability_and_bounded() {
        assert!(call(Limits::default(), None).get_key("a").unwrap_err().detail.contains("keys = true"));
        let mut with_keys = call(Limits { key_bytes: 100, ..Limits::default() }, Some(Fields::new()));
        with_keys.set_key("a", Some("x".into())).unwrap();
        assert_eq!(with_keys.get_key("a").unwrap(), Some("x".into()));
        assert_eq!(with_keys.set_key("b", Some("y".repeat(100).into())).unwrap_err().kind, FailureKind::HostLimit);
    }
}
