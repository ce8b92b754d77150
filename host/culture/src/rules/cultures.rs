//! Which packs there are, and the rules of every locale as one merchant has them.
//!
//! Owns the table of packs that ship and a cache of compiled rules. Knows merchants only as layers over the packs.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use super::Rules;
use crate::{locale, messages::FileProblem, pack::Pack, register, words::words};

/// `packs/*.toml`, by name; `build.rs` makes the table.
static SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The pack that all others build on.
const ROOT: &str = "root";

/// Locales come from customers, so the cache is bounded.
const CACHED: usize = 64;

/// A bundle's `culture/<locale>.toml`, or `culture/all.toml`.
#[derive(Debug)]
pub struct Layer {
    /// Who wrote it, for the trace.
    owner: String,
    /// The locale that it is for, canonical; `None` for all.
    locale: Option<String>,
    pack: Pack,
}

impl Layer {
    /// Reads a file of a bundle, e.g. `culture/de.toml`. Its rules hold in that locale and in those that fall back to
    /// it. `owner` names them in traces.
    pub fn parse(owner: &str, file: &str, text: &str) -> Result<Self, Vec<FileProblem>> {
        let name = file.trim_start_matches("culture/").trim_end_matches(".toml");
        let locale = match name {
            "all" => None,
            name => Some(locale::normalize(name).ok_or_else(|| {
                let hint = "name it after a BCP 47 tag, such as culture/de-DE.toml, or culture/all.toml";
                let reason = format!("'{name}' is not a language tag");
                vec![FileProblem { file: file.into(), line: None, reason, hint: Some(hint.into()) }]
            })?),
        };
        let pack = Pack::parse(file, text, false)?;
        let unknown: Vec<_> = pack.off.iter().filter(|id| !is_shipped(id)).map(|id| unknown_rule(file, id)).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        Ok(Self { owner: owner.to_owned(), locale, pack })
    }

    /// Whether the file holds for a locale with these fallbacks.
    fn is_for(&self, chain: &[String]) -> bool {
        self.locale.as_ref().is_none_or(|locale| chain.contains(locale))
    }
}

/// The rules of every locale.
#[derive(Debug)]
pub struct Cultures {
    layers: Vec<Arc<Layer>>,
    compiled: Mutex<HashMap<String, Arc<Rules>>>,
}

impl Cultures {
    /// The packs that ship, and nothing else.
    pub fn shipped() -> Arc<Self> {
        static PLAIN: LazyLock<Arc<Cultures>> = LazyLock::new(|| Arc::new(Cultures::with(Vec::new())));
        Arc::clone(&PLAIN)
    }

    /// The packs that ship, with a merchant's own rules over them, the last on top.
    pub fn with(layers: Vec<Arc<Layer>>) -> Self {
        Self { layers, compiled: Mutex::default() }
    }

    /// The names of the packs that ship: locales, and those that several of them build on.
    pub fn packs() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// Makes ready what is otherwise made when it is first needed: all packs, and the grammar of address.
    pub fn warm() {
        for (name, _) in SHIPPED {
            shipped(name);
        }
        register::warm();
    }

    /// The rules of a locale: its own pack's or that of the nearest fallback, or else the root pack's.
    pub fn rules(&self, tag: &str) -> Arc<Rules> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = compiled.get(tag) {
            return Arc::clone(rules);
        }
        if compiled.len() >= CACHED {
            compiled.clear();
        }
        let rules = self.compile(tag);
        compiled.insert(tag.to_owned(), Arc::clone(&rules));
        rules
    }

    fn compile(&self, tag: &str) -> Arc<Rules> {
        let words = words(tag);
        let pack = words.chain.iter().find_map(|tag| SHIPPED.iter().find(|(name, _)| *name == tag.as_str()));
        let name = pack.map_or(ROOT, |(name, _)| *name);
        let own: Vec<_> = self.layers.iter().filter(|layer| layer.is_for(&words.chain)).collect();
        if own.is_empty() {
            return shipped(name);
        }
        let below = packs_below(name);
        let mut layers = named(&below);
        layers.extend(own.iter().map(|layer| (layer.owner.as_str(), &layer.pack)));
        Arc::new(Rules::compile(&layers))
    }
}

/// Whether any pack that ships has the rule, or a section of that name.
fn is_shipped(id: &str) -> bool {
    let packs = || SHIPPED.iter().filter_map(|(name, _)| read(name));
    packs().any(|(_, pack)| pack.rules().any(|(rule, _)| rule == id || rule.split('.').next() == Some(id)))
}

fn unknown_rule(file: &str, id: &str) -> FileProblem {
    let hint = "traces name rules, such as zh-CN/claim.top; write the part after the pack's name".to_owned();
    FileProblem { file: file.into(), line: None, reason: format!("off: no pack has a rule '{id}'"), hint: Some(hint) }
}

/// The rules of a pack that ships, compiled once for all merchants that have none of their own.
fn shipped(name: &'static str) -> Arc<Rules> {
    static RULES: LazyLock<Mutex<HashMap<&str, Arc<Rules>>>> = LazyLock::new(Mutex::default);
    let mut rules = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    let compile = || Arc::new(Rules::compile(&named(&packs_below(name))));
    Arc::clone(rules.entry(name).or_insert_with(compile))
}

/// A pack and those that it builds on, the root first.
fn packs_below(name: &'static str) -> Vec<(&'static str, Pack)> {
    let mut layers = Vec::new();
    let mut next = Some(name);
    // As many steps as there are packs, or two that name each other would never end.
    for _ in SHIPPED {
        let Some((name, pack)) = next.and_then(read) else { break };
        let parent = pack.pack.inherits.as_deref().unwrap_or(ROOT);
        next = SHIPPED.iter().map(|(it, _)| *it).find(|it| name != ROOT && *it == parent);
        layers.push((name, pack));
    }
    layers.reverse();
    layers
}

fn named<'a>(packs: &'a [(&'a str, Pack)]) -> Vec<(&'a str, &'a Pack)> {
    packs.iter().map(|(name, pack)| (*name, pack)).collect()
}

/// A pack that ships. It is read when rules are made of it and not kept: that takes a millisecond, and a merchant's rules
/// of a locale are made once.
fn read(name: &str) -> Option<(&'static str, Pack)> {
    let (name, text) = SHIPPED.iter().find(|(it, _)| *it == name)?;
    Some((name, Pack::parse(&format!("packs/{name}.toml"), text, true).ok()?))
}

#[cfg(test)]
mod tests;
