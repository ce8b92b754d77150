//! `[hooks]`: for which scenarios, locales and events a plugin is called.
//!
//! Owns the patterns and how they match. A hook that is absent is never called.

use cuecard_model::ScenarioId;
use toml::Spanned;

use crate::{document::Section, problem::quoted};

/// Which hooks are called, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// `[hooks.compose]`
    pub compose: Option<ComposeHook>,
    /// `[hooks.localize]`
    pub localize: Option<LocalizeHook>,
    /// `[hooks.trigger]`
    pub trigger: Option<TriggerHook>,
    /// `[hooks.classify]`
    pub classify: Option<ClassifyHook>,
}

impl Hooks {
    /// Whether nothing is ever called.
    pub fn is_empty(&self) -> bool {
        self.compose.is_none() && self.localize.is_none() && self.trigger.is_none() && self.classify.is_none()
    }
}

/// When `compose` is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeHook {
    /// Scenario ids; `*` is every scenario, `none` included.
    pub scenarios: Vec<String>,
}

impl ComposeHook {
    /// Whether it is called for a scenario.
    pub fn matches(&self, scenario: &ScenarioId) -> bool {
        self.scenarios.iter().any(|wanted| wanted == "*" || wanted == scenario.as_str())
    }
}

/// When `localize` is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalizeHook {
    /// Locales such as `de-AT`, or `zh-*` for `zh` and all below it; empty is every locale.
    pub locales: Vec<String>,
}

impl LocalizeHook {
    /// Whether it is called for a locale.
    pub fn matches(&self, locale: &str) -> bool {
        self.locales.is_empty() || self.locales.iter().any(|pattern| matches_parts(pattern, locale, '-'))
    }
}

/// When `trigger` is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerHook {
    /// Event types such as `cart.updated`, or `cart.*` for all below it; `*` is every event.
    pub events: Vec<String>,
}

impl TriggerHook {
    /// Whether it is called for a type of event.
    pub fn matches(&self, event: &str) -> bool {
        self.events.iter().any(|pattern| matches_parts(pattern, event, '.'))
    }
}

/// When `classify` is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassifyHook {
    /// Scenario ids that the host has found, `none` among them; empty is whatever it has found.
    pub scenarios: Vec<String>,
}

impl ClassifyHook {
    /// Whether it is called where the host has found a scenario.
    pub fn matches(&self, scenario: &ScenarioId) -> bool {
        self.scenarios.is_empty() || self.scenarios.iter().any(|wanted| wanted == "*" || wanted == scenario.as_str())
    }
}

/// `zh-*` matches `zh`, `zh-TW` and `zh-Hans-CN`, but not `zhx`.
fn matches_parts(pattern: &str, text: &str, separator: char) -> bool {
    let Some(stem) = pattern.strip_suffix('*') else { return pattern.eq_ignore_ascii_case(text) };
    let stem = stem.trim_end_matches(separator);
    let head = text.get(..stem.len()).is_some_and(|head| head.eq_ignore_ascii_case(stem));
    let rest = text.get(stem.len()..).unwrap_or_default();
    stem.is_empty() || head && (rest.is_empty() || rest.starts_with(separator))
}

pub(super) fn read(mut section: Section<'_, '_>) -> Hooks {
    let compose = section.table("compose").map(|hook| ComposeHook {
        scenarios: list(hook, "scenarios", Some("name the scenarios, or write scenarios = [\"*\"]"), &is_scenario),
    });
    let localize = section
        .table("localize")
        .map(|hook| LocalizeHook { locales: list(hook, "locales", None, &|text| is_pattern(text, '-')) });
    let trigger = section.table("trigger").map(|hook| TriggerHook {
        events: list(hook, "events", Some("name the events, such as events = [\"cart.*\"]"), &|text| {
            is_pattern(text, '.')
        }),
    });
    let classify =
        section.table("classify").map(|hook| ClassifyHook { scenarios: list(hook, "scenarios", None, &is_scenario) });
    section.finish();
    Hooks { compose, localize, trigger, classify }
}

fn is_scenario(text: &str) -> bool {
    text == "*" || is_scenario_id(text)
}

fn list(
    mut section: Section<'_, '_>,
    key: &'static str,
    needed: Option<&str>,
    fits: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let list = section.texts(key);
    match (&list, needed) {
        (None, Some(hint)) if !section.was_mistyped(key) => section.missing(key, hint),
        (Some(list), Some(hint)) if list.get_ref().is_empty() => {
            section.error(list.span(), format!("'{}' is empty, so the hook is never called", section.path(key)), hint);
        }
        _ => (),
    }
    let list = list.map(Spanned::into_inner).unwrap_or_default();
    for text in list.iter().filter(|text| !fits(text.get_ref())) {
        let reason = format!("{} cannot stand in '{}'", quoted(text.get_ref()), section.path(key));
        section.error(text.span(), reason, hint_for(key));
    }
    section.finish();
    list.into_iter().map(Spanned::into_inner).collect()
}

fn hint_for(key: &str) -> &'static str {
    match key {
        "scenarios" => "a scenario's id such as \"order_status\", or \"*\"",
        "locales" => "a locale such as \"de-AT\", or \"zh-*\"",
        _ => "an event's type such as \"cart.updated\", or \"cart.*\"",
    }
}

/// Lower-case words joined by underscores, at most 64 characters.
pub(crate) fn is_scenario_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let whole = !text.is_empty() && !text.starts_with('_') && !text.ends_with('_') && !text.contains("__");
    whole && text.len() <= 64 && text.bytes().all(fits)
}

/// Letters, digits and underscores between separators, with a star as the last part at most.
fn is_pattern(text: &str, separator: char) -> bool {
    let parts: Vec<&str> = text.split(separator).collect();
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.len() <= 100
        && parts
            .split_last()
            .is_some_and(|(last, head)| (*last == "*" || plain(last)) && head.iter().all(|part| plain(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_parts() {
        for (pattern, text, expected) in [
            ("zh-*", "zh-Hans-CN", true),
            ("zh-*", "zh", true),
            ("zh-*", "zhx-CN", false),
            ("de-AT", "de-at", true),
            ("de-AT", "de", false),
            ("*", "anything", true),
            ("ü-*", "u", false),
        ] {
            assert_eq!(matches_parts(pattern, text, '-'), expected, "{pattern} {text}");
        }
        assert!(matches_parts("cart.*", "cart.updated", '.') && !matches_parts("cart.*", "cartoon.updated", '.'));
    }

    #[test]
    fn scenario_ids_are_snake_case() {
        for good in ["order_status", "none", "a1", "100_night_trial"] {
            assert!(is_scenario_id(good), "{good}");
        }
        for bad in ["", "Order", "order-status", "_a", "a_", "a__b", "快递"] {
            assert!(!is_scenario_id(bad), "{bad}");
        }
    }
}
