//! What the linter says about a file of messages, for `cuecard check --lint`: every variant of every message, with
//! sample values where a turn would put its own.
//!
//! Owns the samples and the walk. A variant is rendered by itself, so that no plural form or register goes unread.

use std::collections::BTreeMap;

use cuecard_model::{Fields, Money, Register, Value};
use mf2_model::{Declaration, Expression, Message, Pattern, PatternMessage, PatternPart};

use super::{Scene, file, functions, set::MessageSet};
use crate::{Cultures, LintFinding, Manner, Occasion, lint, locale, setting::zone, words::words};

/// Something about a message that its culture would not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFinding {
    /// The message.
    pub key: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// The variant in words; the finding's place is in it.
    pub text: String,
    /// What is wrong.
    pub finding: LintFinding,
}

/// A day without a holiday anywhere that we know of: Wednesday, 2026-06-10, 09:00 UTC.
const DAY: i64 = 1_781_082_000;

/// Judges `messages/<name>.json` by the rules of its locale. A file that [`super::Catalog::parse`] refuses has no
/// findings: what is wrong with it is said there.
pub fn lint_messages(name: &str, text: &str, cultures: &Cultures) -> Vec<MessageFinding> {
    let (Some(tag), Ok(entries)) = (locale::normalize(name), file::read(name, text)) else { return Vec::new() };
    let rules = cultures.rules(&tag);
    let occasion = Occasion::at(cuecard_model::Timestamp::from_seconds(DAY), None, &rules);
    let manner = Manner::plain(rules, "web_chat", Register::Formal, occasion);
    let mut found: Vec<MessageFinding> = Vec::new();
    for entry in entries {
        let Some(message) = mf2_syntax::parse_model(&entry.source).message else { continue };
        let samples = samples(&message);
        for text in variants(message).into_iter().filter_map(|variant| render(&tag, &variant, &samples, &manner)) {
            for finding in lint(&text, &manner, &tag) {
                let is_known = |it: &MessageFinding| {
                    it.key == entry.key && it.finding.rule == finding.rule && it.finding.excerpt == finding.excerpt
                };
                if !found.iter().any(is_known) {
                    let key = entry.key.clone();
                    found.push(MessageFinding { key, line: entry.line, text: text.clone(), finding });
                }
            }
        }
    }
    found
}

/// Each variant as a message without a choice.
fn variants(message: Message<'_>) -> Vec<Message<'_>> {
    match message {
        Message::Select(select) => {
            let declarations = select.declarations;
            let one = |pattern| Message::Pattern(PatternMessage { declarations: declarations.clone(), pattern });
            select.variants.into_iter().map(|variant| one(variant.value)).collect()
        }
        other => vec![other],
    }
}

fn render(tag: &str, message: &Message<'_>, samples: &Fields, manner: &Manner) -> Option<String> {
    let set = MessageSet::write(&functions::REGISTRY, tag, &BTreeMap::from([("", message.clone())])).ok()?;
    let scene = Scene {
        words: words(tag),
        zone: zone(None),
        now: cuecard_model::Timestamp::from_seconds(DAY),
        register: manner.register,
        person: PERSON.to_owned(),
        gender: String::new(),
        short: false,
        speaker: "",
        manner: Some(manner.clone().into()),
    };
    Some(set.format(0, samples, scene).text)
}

/// A name and an order's number that no rule is about.
const PERSON: &str = "Sara";
const TEXT: &str = "1001";
/// Of the numbers that Ofcom keeps for fiction.
const PHONE: &str = "+442079460018";

/// A value for every variable that a function or an option asks for, by what the function takes.
fn samples(message: &Message<'_>) -> Fields {
    let mut samples = Fields::new();
    for name in mf2_syntax::analyze(message).externals {
        if !matches!(name.nfc.as_ref(), "register" | "person" | "gender" | "speaker" | "length") {
            samples.insert(name.nfc.to_string(), TEXT.into());
        }
    }
    let mut take = |expression: &Expression<'_>| {
        if let (Expression::Variable(variable), Some(function)) = (expression, expression.function()) {
            let name = variable.arg.name.as_ref();
            if let (Some(old), Some(value)) = (samples.get_mut(name), sample(&function.name)) {
                *old = value;
            }
        }
    };
    for declaration in message.declarations() {
        match declaration {
            Declaration::Input(input) => take(&Expression::Variable(input.value.clone())),
            Declaration::Local(local) => take(&local.value),
            _ => {}
        }
    }
    let patterns: Vec<&Pattern<'_>> = match message {
        Message::Pattern(message) => vec![&message.pattern],
        Message::Select(select) => select.variants.iter().map(|variant| &variant.value).collect(),
        _ => Vec::new(),
    };
    for part in patterns.iter().flat_map(|pattern| pattern.parts()) {
        if let PatternPart::Expression(expression) = part {
            take(expression);
        }
    }
    samples
}

fn sample(function: &str) -> Option<Value> {
    match function {
        "money" | "currency" => Some(Value::Money(Money { amount: "89.90".into(), currency: "EUR".into() })),
        "date" | "time" | "datetime" | "relative" => Some(Value::Number(1_781_341_200.0)),
        "number" | "integer" | "offset" => Some(3.0.into()),
        "percent" => Some(0.2.into()),
        "person" => Some(PERSON.into()),
        "phone" => Some(PHONE.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_is_read() {
        for (locale, source, expected) in [
            ("de", "Ihr Paket kommt am {$day :date} für {$sum :money}.", ""),
            ("de", "{$count :number} von {$order}, {:greeting}, {$who :person family=$x}, {$at :relative}", ""),
            (
                "de",
                ".input {$n :number} .match $n one {{{$n} Paket kommt garantiert morgen}} * {{{$n} Pakete}}",
                "2 claim.guaranteed 'garantiert'",
            ),
            (
                "de",
                ".input {$register :string} .match $register informal {{Kannst du warten?}} * {{Können Sie warten?}}",
                "",
            ),
            ("de", "Können Sie warten? Sag mir, ob du das Paket hast.", "2 text.mixed-register 'Sag'"),
            (
                "zh-Hans",
                ".input {$x :string} .match $x a {{我们最好的产品}} * {{最好的产品}}",
                "2 claim.superlative '最好的'",
            ),
        ] {
            let file = format!("{{\n\"m\": {}}}", serde_json::json!(source));
            let found = lint_messages(locale, &file, &Cultures::shipped());
            let show = |it: &MessageFinding| {
                let rule = it.finding.rule.rsplit('/').next().unwrap_or_default();
                format!("{} {rule} '{}'", it.line, it.finding.excerpt)
            };
            assert_eq!(found.iter().map(show).collect::<Vec<_>>().join("; "), expected, "{locale}: {source}");
        }
    }
}
