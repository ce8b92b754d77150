//! What the locales of one bundle do not agree on, for `cuecard check`.
//!
//! Owns the comparison. None of it keeps a bundle from working: a missing key falls back to another locale.

use std::collections::BTreeSet;

use super::Catalog;

/// A difference between the files of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogFinding {
    /// The file that lacks something, `messages/es.json`.
    pub file: String,
    /// The message.
    pub key: String,
    /// What and why.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

impl Catalog {
    /// Keys that a locale lacks and variables that differ between locales, in order of file and key.
    ///
    /// A regional file (`es-MX` beside `es`) need not repeat the keys of its parents.
    pub fn check(&self) -> Vec<CatalogFinding> {
        let keys: BTreeSet<&str> = self.locales.values().flat_map(|locale| locale.keys()).collect();
        let mut findings = Vec::new();
        for (tag, locale) in &self.locales {
            for key in &keys {
                let finding = match locale.index(key) {
                    Some(index) => self.differing(tag, key, locale.variables(index)),
                    None => self.lacking(tag, key),
                };
                findings.extend(finding.map(|(reason, hint)| CatalogFinding {
                    file: format!("messages/{}.json", locale.name),
                    key: (*key).to_owned(),
                    reason,
                    hint,
                }));
            }
        }
        findings
    }

    fn lacking(&self, tag: &str, key: &str) -> Option<(String, String)> {
        let chain = crate::fallback_chain(tag, "");
        if self.among(key, &chain).is_some() {
            return None;
        }
        let others = self.locales.values().filter(|other| other.index(key).is_some());
        let others: Vec<_> = others.map(|other| other.name.as_str()).collect();
        let reason = format!("'{key}' is missing, and is there in {}", others.join(", "));
        Some((reason, format!("translate '{key}'; until then another locale's text is shown")))
    }

    /// Compares with the first other locale whose variables differ; each pair is reported once, at the later one.
    fn differing(&self, tag: &str, key: &str, variables: &[String]) -> Option<(String, String)> {
        let variables = handed_over(variables);
        let earlier = self.locales.iter().take_while(|(other, _)| other.as_str() != tag);
        let mut with_key = earlier.filter_map(|(_, other)| Some((other, other.index(key)?)));
        let (other, expected) = with_key.find_map(|(other, index)| {
            let expected = handed_over(other.variables(index));
            (expected != variables).then_some((other, expected))
        })?;
        let only = |these: &[&str], those: &[&str]| {
            let only = these.iter().filter(|name| !those.contains(name));
            only.map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
        };
        let (missing, extra) = (only(&expected, &variables), only(&variables, &expected));
        let mut parts = Vec::new();
        if !missing.is_empty() {
            parts.push(format!("does not use {missing}"));
        }
        if !extra.is_empty() {
            parts.push(format!("uses {extra} in addition"));
        }
        let reason = format!("'{key}' {}, unlike {}", parts.join(" and "), other.name);
        Some((reason, "use the same variables in all locales, or leave one out on purpose".into()))
    }
}

/// The variables that a plugin must give: `$register`, `$person` and `$gender` are the host's, and not every language uses them.
fn handed_over(variables: &[String]) -> Vec<&str> {
    variables.iter().map(String::as_str).filter(|name| !matches!(*name, "register" | "person" | "gender")).collect()
}
