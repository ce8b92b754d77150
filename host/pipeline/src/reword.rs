//! A suggestion that was given before, in words without some rules. No plugin is asked again.
//!
//! The trace says what the culture's rules have changed, so they are taken back and applied anew without those that the
//! agent has switched off; then the guard looks at the words as it does at all others.

use cuecard_culture::{Contact, Manner, Rules, Said, direction};
use cuecard_model::{Failure, MerchantId, Register, Suggestion, Trace, Turn};

use crate::{Snapshot, guard, localize::manner};

/// Why there are no other words.
#[derive(Clone, Debug, PartialEq)]
pub enum NotReworded {
    /// No rule of that id can be switched off.
    UnknownRule(String),
    /// The guard holds the words back.
    Blocked(Failure),
}

/// Words a suggestion of a turn anew. `off` names rules as traces do, with or without the pack's name, or sections.
pub fn reword(
    snapshot: &Snapshot,
    merchant: &MerchantId,
    turn: &Turn,
    suggestion: Suggestion,
    off: &[String],
) -> Result<Suggestion, NotReworded> {
    let cultures = snapshot.cultures(merchant);
    let rules = cultures.rules(&suggestion.locale);
    let off: Vec<_> = off.iter().map(|id| id.rsplit('/').next().unwrap_or(id).to_owned()).collect();
    if let Some(unknown) = off.iter().find(|id| !rules.may_switch_off(id)) {
        return Err(NotReworded::UnknownRule(unknown.clone()));
    }
    let register = register(&suggestion, &rules, turn);
    let manner = Manner { off, ..manner(&cultures, turn, &suggestion.locale, register) };
    let (mut said, mut trace) = said(&suggestion).unpolished(&suggestion.trace);
    trace.extend(manner.polish(&mut said, direction(&suggestion.locale)));
    let reworded = Suggestion { text: said.text(), steps: said.steps, trace, ..suggestion };
    guard::check_words(reworded, &manner).map_err(NotReworded::Blocked)
}

/// The suggestion in its parts, before the channel cut it.
fn said(suggestion: &Suggestion) -> Said {
    let is_cut = |entry: &&Trace| entry.stage == "guard" && entry.rule.starts_with("channel-length/");
    let uncut = suggestion.trace.iter().find(is_cut).and_then(|entry| entry.before.as_deref());
    let text = uncut.unwrap_or(&suggestion.text);
    let steps = Said { whole: None, steps: suggestion.steps.clone() };
    let whole = text.strip_suffix(&steps.text()).map(|whole| whole.trim_end_matches('\n'));
    Said { whole: whole.filter(|whole| !whole.is_empty()).map(str::to_owned), ..steps }
}

/// The form of address that the words were chosen for.
fn register(suggestion: &Suggestion, rules: &Rules, turn: &Turn) -> Register {
    let is_form = |entry: &&Trace| entry.stage == "localize" && entry.before.is_none() && entry.after.is_some();
    let form = suggestion.trace.iter().find(is_form).and_then(|entry| entry.after.as_deref());
    let named = [Register::Formal, Register::Informal].into_iter().find(|it| form.is_some() && rules.form(*it) == form);
    let contact = || rules.register(&Contact::of(&turn.customer, &turn.channel, turn.now)).map(|it| it.register);
    named.or_else(contact).unwrap_or(Register::Formal)
}
