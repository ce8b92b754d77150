//! `plugin.toml`: who a plugin is, what code it brings, which hooks it wants and what it may use up.
//!
//! Owns the file's shape and refuses everything else. Knows no other file of the bundle.

use std::{fmt, ops::Range, str::FromStr, sync::Arc};

use borsh::{BorshDeserialize, BorshSerialize};
use cuecard_model::{PluginId, PluginVersion, ScenarioId};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    api::Api,
    document::{Document, Section},
    limits::{Ceiling, Limits},
    problem::{Problem, quoted},
    wasm::Size,
};

mod hooks;

pub(crate) use hooks::is_scenario_id;
pub use hooks::{ClassifyHook, ComposeHook, Hooks, LocalizeHook, TriggerHook};

/// The file's name in every bundle.
pub const FILE: &str = "plugin.toml";

/// Nobody needs more, and parsing is done before anything else is known about the bundle.
const MOST_BYTES: usize = 64 << 10;

/// Far more than any plugin's format will ever change.
const MOST_KEYS_VERSION: u32 = 1_000_000;

/// What `plugin.toml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Lower-case letters, digits and hyphens; 1 to 64.
    pub id: PluginId,
    /// The version of the contract that it was written for.
    pub api: Api,
    /// Semantic version.
    pub version: semver::Version,
    /// For people; the id, if absent.
    pub name: Option<String>,
    /// One or two sentences.
    pub description: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// SPDX expression.
    pub license: Option<String>,
    /// What runs, if the bundle brings code.
    pub code: Option<Code>,
    /// Which hooks are called, and when.
    pub hooks: Hooks,
    /// The host's limits, lowered where the manifest lowers them.
    pub limits: Limits,
    /// Steps that a case of the bundle's own tests may cost; `cuecard test` holds it.
    pub budget: Option<u64>,
    /// What it asks for beyond its hooks.
    pub capabilities: Capabilities,
    /// The version of the format in which it stores keys, from 1. Above 1 it brings `migrate`.
    pub keys_version: u32,
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// In what.
    pub runtime: RuntimeKind,
    /// `main.luau`, `plugin.wasm`
    pub entry: String,
}

/// The two runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuntimeKind {
    /// Luau.
    Lua,
    /// A component of the world in sdk/wit.
    Wasm,
}

impl RuntimeKind {
    /// `lua`, `wasm`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lua => "lua",
            Self::Wasm => "wasm",
        }
    }

    /// The entry where the manifest names none.
    pub fn default_entry(self) -> &'static str {
        match self {
            Self::Lua => "main.luau",
            Self::Wasm => "plugin.wasm",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Lua => ".luau",
            Self::Wasm => ".wasm",
        }
    }
}

impl fmt::Display for RuntimeKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What a plugin asks for beyond its hooks; the operator grants it or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Values stored per customer.
    pub keys: bool,
    /// Room for a component that carries its language with it.
    pub large: bool,
}

impl Manifest {
    /// Reads the file. `ceiling` is what this host allows; the manifest may only go below it.
    pub fn parse(text: &str, ceiling: &Ceiling) -> Result<Self, Vec<Problem>> {
        let document = Document::new(FILE, text);
        let manifest = document.parse(MOST_BYTES).and_then(|root| read(&document, root, ceiling));
        match manifest {
            Some(manifest) if document.is_sound() => Ok(manifest),
            _ => Err(document.into_problems()),
        }
    }

    /// Whether keys of an older version may come to it, for which it brings a hook.
    pub fn migrates(&self) -> bool {
        self.keys_version > 1
    }

    /// `late-parcel@1.2.0`
    pub fn plugin_version(&self) -> PluginVersion {
        PluginVersion { id: self.id.clone(), version: Arc::from(self.version.to_string()) }
    }

    /// How large its component may be.
    pub fn component_size(&self) -> Size {
        if self.capabilities.large { Size::LARGE } else { Size::USUAL }
    }

    /// Whether `compose` is called for a scenario.
    pub fn composes(&self, scenario: &ScenarioId) -> bool {
        self.hooks.compose.as_ref().is_some_and(|hook| hook.matches(scenario))
    }

    /// Whether `localize` is called for a locale.
    pub fn localizes(&self, locale: &str) -> bool {
        self.hooks.localize.as_ref().is_some_and(|hook| hook.matches(locale))
    }

    /// Whether `classify` is called where the host has found a scenario.
    pub fn classifies(&self, scenario: &ScenarioId) -> bool {
        self.hooks.classify.as_ref().is_some_and(|hook| hook.matches(scenario))
    }

    /// Whether `trigger` is called for a type of event.
    pub fn triggers_on(&self, event: &str) -> bool {
        self.hooks.trigger.as_ref().is_some_and(|hook| hook.matches(event))
    }
}

fn read<'a>(document: &Document<'a>, mut root: Section<'_, 'a>, ceiling: &Ceiling) -> Option<Manifest> {
    let plugin = root.table("plugin");
    if plugin.is_none() && !root.was_mistyped("plugin") {
        root.missing("plugin", "start the file with [plugin], id, version and api");
    }
    let hooks = root.table("hooks");
    let hooks_at = hooks.as_ref().map(Section::place);
    let hooks = hooks.map(hooks::read).unwrap_or_default();
    let limits = root.table("limits");
    let capabilities =
        root.table("capabilities").map(|section| read_capabilities(section, ceiling)).unwrap_or_default();
    let keys_version = root.table("keys").map_or(1, |section| read_keys(section, capabilities));
    let ceiling = ceiling.large.filter(|_| capabilities.large).unwrap_or(ceiling.usual);
    let (limits, budget) = limits.map_or((ceiling, None), |section| read_limits(section, &ceiling));
    let read = plugin.and_then(read_plugin);
    root.finish();
    let (manifest, runtime_at) = read?;
    // Only when all else is well: an unknown key may well be a misspelt hook.
    if document.is_sound() {
        match (runtime_at, hooks_at.filter(|_| !hooks.is_empty())) {
            (Some(at), None) => {
                let hint =
                    "add [hooks.compose], [hooks.localize], [hooks.trigger] or [hooks.classify], or drop runtime";
                document.error(at, "no hook calls this plugin's code", hint);
            }
            (None, Some(at)) => {
                let hint = "add runtime = \"lua\" or \"wasm\" under [plugin], or drop [hooks]";
                document.error(at, "hooks need code to call", hint);
            }
            _ => (),
        }
    }
    Some(Manifest { hooks, limits, budget, capabilities, keys_version, ..manifest })
}

/// Also tells where the runtime stands, if one is named.
fn read_plugin(mut section: Section<'_, '_>) -> Option<(Manifest, Option<Range<usize>>)> {
    let id = section.text("id");
    if id.is_none() {
        missing(&section, "id", "id = \"late-parcel\"");
    }
    let version = section.text("version");
    if version.is_none() {
        missing(&section, "version", "version = \"0.1.0\"");
    }
    let api = read_api(&mut section);
    let name = section.bounded_text("name", 80).map(Spanned::into_inner);
    let description = section.bounded_text("description", 500).map(Spanned::into_inner);
    let authors = section.texts("authors").map(Spanned::into_inner).unwrap_or_default();
    let license = section.bounded_text("license", 100).map(Spanned::into_inner);
    let code = read_code(&mut section);
    let id = id.and_then(|id| check_id(&section, &id));
    let version = version.and_then(|version| check_version(&section, &version));
    section.finish();
    let (code, runtime_at) = code.unzip();
    let manifest = Manifest {
        id: id?,
        api: api?,
        version: version?,
        name,
        description,
        authors: authors.into_iter().map(Spanned::into_inner).collect(),
        license,
        code,
        hooks: Hooks::default(),
        limits: Limits::default(),
        budget: None,
        capabilities: Capabilities::default(),
        keys_version: 1,
    };
    Some((manifest, runtime_at))
}

/// A key that was there with a wrong type has its problem already.
fn missing(section: &Section<'_, '_>, key: &'static str, example: &str) {
    if !section.was_mistyped(key) {
        section.missing(key, format!("add {example}"));
    }
}

fn read_api(section: &mut Section<'_, '_>) -> Option<Api> {
    let newest = Api::newest();
    let Some(api) = section.text("api") else {
        missing(section, "api", &format!("api = \"{newest}\""));
        return None;
    };
    let known = Api::named(api.get_ref());
    if known.is_none() {
        let reason = format!("this host does not speak api {}, but {}", quoted(api.get_ref()), Api::spoken());
        section.error(api.span(), reason, format!("write api = \"{newest}\", or use a host that speaks it"));
    }
    known
}

fn check_id(section: &Section<'_, '_>, id: &Spanned<String>) -> Option<PluginId> {
    let text = id.get_ref();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let edges = text.starts_with('-') || text.ends_with('-');
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) && !edges {
        return Some(PluginId::from(text.as_str()));
    }
    let reason = format!("{} is not a plugin's id", quoted(text));
    section.error(id.span(), reason, "1 to 64 lower-case letters, digits and hyphens, no hyphen at the ends");
    None
}

fn check_version(section: &Section<'_, '_>, version: &Spanned<String>) -> Option<semver::Version> {
    let text = version.get_ref();
    match semver::Version::from_str(text) {
        Ok(version) if text.len() <= 64 => Some(version),
        _ => {
            let reason = format!("{} is not a semantic version", quoted(text));
            section.error(version.span(), reason, "three numbers such as 1.2.0, see semver.org");
            None
        }
    }
}

fn read_code(section: &mut Section<'_, '_>) -> Option<(Code, Range<usize>)> {
    let runtime = section.text("runtime");
    let entry = section.text("entry");
    let Some(runtime) = runtime else {
        if let Some(entry) = entry
            && !section.was_mistyped("runtime")
        {
            section.error(entry.span(), "an entry without a runtime", "add runtime = \"lua\" or \"wasm\"");
        }
        return None;
    };
    let kind = section.as_word("runtime", &runtime, &[("lua", RuntimeKind::Lua), ("wasm", RuntimeKind::Wasm)])?;
    let name = entry.as_ref().map_or(kind.default_entry(), |entry| entry.get_ref().as_str());
    let plain = !name.contains(['/', '\\']) && !name.starts_with('.') && name.len() <= 100;
    if let Some(entry) = entry.as_ref().filter(|_| !plain || !name.ends_with(kind.extension())) {
        let reason = format!("{} cannot be the entry of a {kind} plugin", quoted(name));
        let hint = format!("a file beside plugin.toml whose name ends in {}", kind.extension());
        section.error(entry.span(), reason, hint);
    }
    Some((Code { runtime: kind, entry: name.to_owned() }, runtime.span()))
}

fn read_limits(mut section: Section<'_, '_>, ceiling: &Limits) -> (Limits, Option<u64>) {
    let mut limits = *ceiling;
    let mut lower = |key, slot: &mut u32, unit: u32| {
        let Some(wanted) = section.whole(key) else { return };
        let most = u64::from(*slot / unit);
        if (1..=most).contains(wanted.get_ref()) {
            *slot = u32::try_from(*wanted.get_ref()).unwrap_or(u32::MAX).saturating_mul(unit);
        } else if *wanted.get_ref() == 0 {
            section.error(wanted.span(), format!("'limits.{key}' cannot be 0"), format!("1 to {most}"));
        } else {
            let reason = format!("'limits.{key}' is {}, this host allows {most}", wanted.get_ref());
            section.error(wanted.span(), reason, format!("at most {most}; for more, ask the operator"));
        }
    };
    lower("time_ms", &mut limits.time_ms, 1);
    lower("memory_mb", &mut limits.memory_bytes, 1 << 20);
    lower("host_calls", &mut limits.host_calls, 1);
    lower("log_lines", &mut limits.log_lines, 1);
    lower("log_line_bytes", &mut limits.log_line_bytes, 1);
    lower("reply_bytes", &mut limits.reply_bytes, 1);
    lower("reply_nodes", &mut limits.reply_nodes, 1);
    lower("reply_depth", &mut limits.reply_depth, 1);
    lower("drafts", &mut limits.drafts, 1);
    lower("key_bytes", &mut limits.key_bytes, 1);
    let budget = section.whole("cost");
    if let Some(cost) = budget.as_ref().filter(|cost| *cost.get_ref() == 0) {
        section.error(cost.span(), "'limits.cost' cannot be 0", "`cuecard test` shows what each case costs");
    }
    section.finish();
    (limits, budget.map(Spanned::into_inner))
}

/// The version of the stored keys.
fn read_keys(mut section: Section<'_, '_>, capabilities: Capabilities) -> u32 {
    let version = section.whole("version");
    if !capabilities.keys {
        section.error_here("keys have a version, but the plugin keeps none", "add keys = true under [capabilities]");
    }
    let most = u64::from(MOST_KEYS_VERSION);
    let wrong = version.as_ref().filter(|version| !(1..=most).contains(version.get_ref()));
    if let Some(wrong) = wrong {
        let hint = format!("1, and one more each time that their format changes; at most {most}");
        section.error(wrong.span(), format!("'keys.version' cannot be {}", wrong.get_ref()), hint);
    }
    section.finish();
    version.and_then(|version| u32::try_from(version.into_inner()).ok()).unwrap_or(1)
}

fn read_capabilities(mut section: Section<'_, '_>, ceiling: &Ceiling) -> Capabilities {
    let keys = section.flag("keys").is_some_and(Spanned::into_inner);
    let large = section.flag("large");
    if let Some(asked) = large.as_ref().filter(|asked| *asked.get_ref() && ceiling.large.is_none()) {
        let reason = "this host grants no room for guests that carry their language ('capabilities.large')";
        section.error(asked.span(), reason, "the operator grants it with large_plugins = true in the file of --config");
    }
    section.finish();
    Capabilities { keys, large: large.is_some_and(Spanned::into_inner) }
}
