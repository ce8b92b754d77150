//! Judges a text by the rules of a culture: what is wrong, where, and what to write instead.
//!
//! Owns no wording of its own and changes nothing; `polish` does. `cuecard check --lint` and the live guard call it.

mod letters;
mod marks;

use std::ops::Range;

use cuecard_model::Register;
use unicode_segmentation::UnicodeSegmentation;

use crate::{Fit, Manner, check_text, fit, locale::with_region, polish::marks as limits, register};

/// Something about a text that its culture would not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    /// `zh-CN/claim.best`, `text.placeholder`
    pub rule: String,
    /// Where, in bytes.
    pub at: Range<usize>,
    /// The place itself, at most 40 characters.
    pub excerpt: String,
    /// What is wrong, and by which source.
    pub why: String,
    /// What to write there.
    pub suggestion: Option<String>,
    /// Whether a reply with it is held back.
    pub blocks: bool,
}

impl LintFinding {
    /// Whether it must not be said, and not merely be said better: by law, by taboo, or because it is broken.
    pub fn is_forbidden(&self) -> bool {
        let rule = self.rule.rsplit('/').next().unwrap_or_default();
        self.blocks || rule.starts_with("taboo.") || rule.starts_with("claim.")
    }
}

/// All that is wrong with a text, in order of place. `locale` is the text's own, with its region.
pub fn lint(text: &str, manner: &Manner, locale: &str) -> Vec<LintFinding> {
    let mut found: Vec<_> = check_text(text)
        .into_iter()
        .map(|it| {
            let (rule, why) = match it.kind {
                crate::FindingKind::Empty => ("text.empty", "there are no words"),
                crate::FindingKind::Placeholder => ("text.placeholder", "a placeholder was not filled in"),
                crate::FindingKind::Control => ("text.control", "a character that changes how text is shown"),
                crate::FindingKind::Replacement => ("text.mojibake", "the text was decoded wrongly"),
            };
            LintFinding { blocks: true, ..plain(rule, text, it.at, why.into(), None) }
        })
        .collect();
    found.extend(lint_words(text, manner, locale));
    if let Fit::Cut { text: cut, why } = fit(text, &manner.channel) {
        let from = cut.trim_end_matches('…').len().min(text.len());
        let at = text.floor_char_boundary(from)..text.len();
        found.push(plain("text.channel-length", text, at, why, Some(cut)));
    }
    found.sort_by_key(|finding| finding.at.start);
    found
}

/// What only a culture can say about a text, without the checks of any text: the live guard makes those itself.
pub fn lint_words(text: &str, manner: &Manner, locale: &str) -> Vec<LintFinding> {
    let mut found = letters::mojibake(text);
    found.extend(letters::mixed_scripts(text));
    found.extend(words(text, manner));
    found.extend(marks::quotes(text, manner));
    found.extend(marks::spacing(text, manner));
    found.extend(marks::inverted(text, manner));
    found.extend(too_many(text, manner));
    found.extend(mixed_register(text, manner, locale));
    // What must never be said cannot be switched off.
    let is_off = |it: &LintFinding| !it.blocks && manner.is_off(it.rule.rsplit('/').next().unwrap_or_default());
    found.retain(|finding| manner.off.is_empty() || !is_off(finding));
    found.sort_by_key(|finding| finding.at.start);
    found
}

fn words<'a>(text: &'a str, manner: &'a Manner) -> impl Iterator<Item = LintFinding> + 'a {
    let words = &manner.rules.words;
    words.hits(text).into_iter().filter_map(move |hit| {
        let rule = words.rules.get(hit.rule).filter(|rule| manner.applies(rule))?;
        let origin = manner.rules.origin(rule.section, &rule.id);
        let why = format!("{}; {}", rule.wording.why, origin.source);
        let finding = plain(&origin.rule, text, hit.at, why, rule.wording.instead.clone());
        Some(LintFinding { blocks: rule.wording.block, ..finding })
    })
}

fn too_many(text: &str, manner: &Manner) -> Vec<LintFinding> {
    let is_picture = |cluster: &str| cluster.chars().any(limits::is_emoji);
    let is_exclaimed = |cluster: &str| cluster.chars().any(limits::is_exclamation);
    let over = |cap: Option<limits::Cap>, is_one: &dyn Fn(&str) -> bool| {
        let cap = cap?;
        let (at, it) = text.grapheme_indices(true).filter(|(_, it)| is_one(it)).nth(cap.most)?;
        Some(plain(&cap.origin.rule, text, at..at + it.len(), format!("{}; {}", cap.why, cap.origin.source), None))
    };
    let emoji = text.contains(limits::is_emoji).then(|| over(manner.emoji_cap(), &is_picture)).flatten();
    let marks = text.contains(limits::is_exclamation).then(|| over(manner.exclamation_cap(), &is_exclaimed)).flatten();
    emoji.into_iter().chain(marks).collect()
}

/// The first word that addresses the reader in another form than the words before it.
fn mixed_register(text: &str, manner: &Manner, locale: &str) -> Option<LintFinding> {
    let (formal, informal) = register::mixed(text, &with_region(locale))?;
    let form = |register, otherwise: &str| manner.rules.form(register).unwrap_or(otherwise).to_owned();
    let said = |at: &Range<usize>| text.get(at.clone()).unwrap_or_default().to_owned();
    let (polite, familiar) = (form(Register::Formal, "a formal form"), form(Register::Informal, "an informal one"));
    let why = format!("one text says both {polite} ('{}') and {familiar} ('{}')", said(&formal.at), said(&informal.at));
    let second = if formal.at.start < informal.at.start { informal } else { formal };
    Some(plain("text.mixed-register", text, second.at, why, None))
}

fn plain(rule: &str, text: &str, at: Range<usize>, why: String, suggestion: Option<String>) -> LintFinding {
    let excerpt = text.get(at.clone()).unwrap_or_default().chars().take(40).collect();
    LintFinding { rule: rule.to_owned(), at, excerpt, why, suggestion, blocks: false }
}

#[cfg(test)]
mod tests;
