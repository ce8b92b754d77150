//! Things one says, and when: greetings, closings, salutations, empathy, apologies.
//!
//! Owns the conditions and the template. Knows no clock: it is handed a moment.

use std::borrow::Cow;

use cuecard_model::{EmotionLabel, Register};
use serde::Deserialize;

use super::Channel;

/// One phrase. Of those that fit, the one that says most about when wins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrase {
    /// From this hour of the customer's day on, 0 to 23.
    #[serde(default)]
    pub(crate) from: Option<i8>,
    /// Until before this hour, 1 to 24; may lie after midnight.
    #[serde(default)]
    pub(crate) to: Option<i8>,
    #[serde(default)]
    pub(crate) weekdays: Vec<Weekday>,
    #[serde(default)]
    pub(crate) holiday: Option<String>,
    #[serde(default)]
    pub(crate) channel: Option<Channel>,
    #[serde(default)]
    pub(crate) emotion: Vec<EmotionLabel>,
    /// From this intensity on, 0 to 1.
    #[serde(default)]
    pub(crate) intensity: Option<f64>,
    /// Where the customer's gender is known and the language needs it.
    #[serde(default)]
    pub(crate) gender: Option<Gender>,
    /// The words in both registers.
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) formal: Option<String>,
    #[serde(default)]
    pub(crate) informal: Option<String>,
    pub(crate) source: String,
}

/// Days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A gender that words agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Gender {
    Female,
    Male,
}

impl Gender {
    /// As messages select on it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }

    /// As merchants write it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "female" | "f" | "woman" => Some(Self::Female),
            "male" | "m" | "man" => Some(Self::Male),
            _ => None,
        }
    }
}

/// When and how something is said.
pub(crate) struct Moment<'a> {
    pub(crate) hour: i8,
    pub(crate) weekday: Weekday,
    pub(crate) holidays: &'a [String],
    pub(crate) is_letter: bool,
    pub(crate) emotion: EmotionLabel,
    pub(crate) intensity: f64,
    pub(crate) gender: Option<Gender>,
}

impl Phrase {
    /// How well the phrase fits; `None` if it does not.
    pub(crate) fn fits(&self, moment: &Moment<'_>) -> Option<u32> {
        let mut weight = 0;
        let mut condition = |is_set: bool, holds: bool, counts: u32| {
            weight += if is_set { counts } else { 0 };
            !is_set || holds
        };
        let holiday = self.holiday.as_ref();
        let fits = condition(holiday.is_some(), holiday.is_some_and(|it| moment.holidays.contains(it)), 64)
            && condition(!self.emotion.is_empty(), self.emotion.contains(&moment.emotion), 32)
            && condition(self.intensity.is_some(), self.intensity.is_some_and(|least| moment.intensity >= least), 16)
            && condition(!self.weekdays.is_empty(), self.weekdays.contains(&moment.weekday), 8)
            && condition(self.from.is_some() || self.to.is_some(), self.has_hour(moment.hour), 4)
            && condition(self.channel.is_some(), self.channel == Some(moment.channel()), 2)
            && condition(self.gender.is_some(), self.gender == moment.gender, 1);
        fits.then_some(weight)
    }

    fn has_hour(&self, hour: i8) -> bool {
        let (from, to) = (self.from.unwrap_or(0), self.to.unwrap_or(24));
        if from < to { (from..to).contains(&hour) } else { hour >= from || hour < to }
    }

    /// The template in a register.
    pub(crate) fn template(&self, register: Register) -> &str {
        let own = match register {
            Register::Formal => &self.formal,
            Register::Informal => &self.informal,
        };
        own.as_deref().or(self.text.as_deref()).unwrap_or_default()
    }

    /// Every template.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &str> {
        [&self.text, &self.formal, &self.informal].into_iter().filter_map(|text| text.as_deref())
    }
}

impl Moment<'_> {
    fn channel(&self) -> Channel {
        if self.is_letter { Channel::Letter } else { Channel::Chat }
    }
}

/// The template with the name in it: `Good morning[, {person}]!`. What stands in brackets goes where there is no name,
/// or gives way to what stands behind a bar: `Dear [{person}|customer]`. `<ค่ะ|ครับ>` is as a woman and as a man says it; where
/// it is not known who speaks, it goes, or gives way to a third.
pub(crate) fn fill(template: &str, person: Option<&str>, speaker: Option<Gender>) -> String {
    let template = &spoken(template, speaker);
    let mut text = String::with_capacity(template.len() + person.map_or(0, str::len));
    for (number, piece) in template.split(['[', ']']).enumerate() {
        let is_bracketed = number % 2 == 1;
        let (named, nameless) = piece.split_once('|').unwrap_or((piece, ""));
        match person {
            _ if !is_bracketed => text.push_str(piece),
            Some(person) => text.push_str(&named.replace("{person}", person)),
            None => text.push_str(nameless),
        }
    }
    text
}

fn spoken(template: &str, speaker: Option<Gender>) -> Cow<'_, str> {
    if !template.contains('<') {
        return Cow::Borrowed(template);
    }
    let at = match speaker {
        Some(Gender::Female) => 0,
        Some(Gender::Male) => 1,
        None => 2,
    };
    let pieces = template.split(['<', '>']).enumerate();
    Cow::Owned(
        pieces
            .map(|(number, piece)| if number % 2 == 0 { piece } else { piece.split('|').nth(at).unwrap_or("") })
            .collect(),
    )
}

/// Whether a template is one: brackets in pairs and not nested, and the name inside them.
pub(super) fn is_template(template: &str) -> bool {
    let angles: String = template.chars().filter(|sign| matches!(sign, '<' | '>')).collect();
    let choices = template.split(['<', '>']).skip(1).step_by(2);
    if angles != "<>".repeat(angles.len() / 2) || !choices.map(|it| it.split('|').count()).all(|it| it == 2 || it == 3)
    {
        return false;
    }
    [Some(Gender::Female), Some(Gender::Male), None].into_iter().all(|speaker| has_brackets(&spoken(template, speaker)))
}

fn has_brackets(template: &str) -> bool {
    let marks: String = template.chars().filter(|sign| matches!(sign, '[' | ']')).collect();
    let pieces = || template.split(['[', ']']).enumerate();
    let outside = pieces().filter(|(number, _)| number % 2 == 0).all(|(_, piece)| !piece.contains(['{', '}', '|']));
    let inside = pieces().filter(|(number, _)| number % 2 == 1).all(|(_, piece)| {
        let bare = piece.replacen("{person}", "", 1);
        piece != bare && !bare.contains(['{', '}'])
    });
    marks == "[]".repeat(marks.len() / 2) && outside && inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills() {
        for (template, with, without) in [
            ("Hello[ {person}]!", "Hello Sara!", "Hello!"),
            ("[{person}，]您好！", "Sara，您好！", "您好！"),
            ("Hi", "Hi", "Hi"),
            ("[{person}]", "Sara", ""),
            ("Dear [{person}|customer],", "Dear Sara,", "Dear customer,"),
        ] {
            assert!(is_template(template), "{template}");
            assert_eq!((fill(template, Some("Sara"), None), fill(template, None, None)), (with.into(), without.into()));
        }
    }

    #[test]
    fn who_speaks() {
        for (template, expected) in [
            ("สวัสดี<ค่ะ|ครับ>[ {person}]", ["สวัสดีค่ะ Sara", "สวัสดีครับ Sara", "สวัสดี Sara"]),
            ("<Obrigada|Obrigado|Agradecemos>.", ["Obrigada.", "Obrigado.", "Agradecemos."]),
        ] {
            assert!(is_template(template), "{template}");
            let said = [Some(Gender::Female), Some(Gender::Male), None].map(|it| fill(template, Some("Sara"), it));
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn templates() {
        for template in [
            "Hi <a>",
            "Hi <a|b|c|d>",
            "Hi <a|b",
            "<a|<b|c>>",
            "Hi <[{person}|b>]",
            "Dear {person}",
            "Hi [you]",
            "Hi [{person}",
            "Hi ]{person}[",
            "Hi [[{person}]]",
            "Hi [{name}]",
        ] {
            assert!(!is_template(template), "{template}");
        }
    }
}
