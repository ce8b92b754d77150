//! The rules of one locale: its pack over the packs that it builds on, with a merchant's own on top.
//!
//! Owns merging and what is made ready once so that a reply costs little. Knows neither messages nor suggestions.

mod cultures;
mod words;

use std::collections::{BTreeMap, HashMap};

use cuecard_model::{Emotion, Register, Timestamp};

use crate::pack::{
    Channel, Day, Holiday, Lucky, Moment, Pack, Phrase, RegisterRule, Relationship, Solemnity, System, ToneRule,
    Weekday,
};

pub use cultures::{Cultures, Layer};
pub(crate) use words::{WordList, WordRule};

/// The rules of one locale.
#[derive(Debug)]
pub struct Rules {
    pub(crate) pack: Pack,
    origins: HashMap<String, Origin>,
    pub(crate) words: WordList,
    /// Words of an apology, and words that show understanding.
    pub(crate) apologies: WordList,
    pub(crate) heard: WordList,
    holidays: Vec<(String, Vec<Day>, Holiday)>,
}

/// Where a rule stands and what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `zh-CN/claim.best`, `my-plugin/taboo.cheap`
    pub(crate) rule: String,
    /// `Advertising Law of the PRC, article 9 (2026-11-22)`
    pub(crate) source: String,
}

/// What is known of the contact when the form of address is chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contact<'a> {
    /// `web_chat`, `email`, ...
    pub channel: &'a str,
    /// How many orders the customer has placed.
    pub orders: usize,
    /// Days since the first of them.
    pub known_days: Option<i64>,
    /// How the customer writes, if that can be told.
    pub customer_says: Option<Register>,
}

/// A form of address, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressed {
    /// The form.
    pub register: Register,
    /// The rule that chose it, e.g. `de-DE/register.shop`; `brand` where the merchant has.
    pub rule: String,
    /// Why.
    pub why: String,
}

impl Rules {
    /// Lays files over each other, the last on top. Each has a name for its rules' origin.
    pub(crate) fn compile(layers: &[(&str, &Pack)]) -> Self {
        let mut pack = Pack::default();
        let mut origins = HashMap::new();
        for (name, layer) in layers {
            for id in &layer.off {
                pack.remove(id);
            }
            for (id, source) in layer.rules() {
                let source = layer.sources.get(source).map_or_else(
                    || source.to_owned(),
                    |source| {
                        let url = source.url.as_ref().map_or_else(String::new, |url| format!(", {url}"));
                        format!("{}{url} ({})", source.title, source.date)
                    },
                );
                origins.insert(id.clone(), Origin { rule: format!("{name}/{id}"), source });
            }
            pack.lay(layer);
        }
        let apology = pack.style.apology.clone();
        let plain = |words: Option<&Vec<String>>| WordList::plain(words.map(Vec::as_slice).unwrap_or_default());
        let days = |holiday: &Holiday| holiday.on.as_slice().iter().filter_map(|day| Day::parse(day)).collect();
        let holidays = pack.holiday.iter().map(|(id, it)| (id.clone(), days(it), it.clone())).collect();
        Self {
            words: WordList::new(&mut pack),
            apologies: plain(apology.as_ref().map(|it| &it.words)),
            heard: plain(apology.as_ref().map(|it| &it.heard)),
            holidays,
            pack,
            origins,
        }
    }

    /// The form of address for a contact; `None` if no rule says anything.
    pub fn register(&self, contact: &Contact<'_>) -> Option<Addressed> {
        if let Some(register) = self.pack.brand.register {
            let why = "the merchant's brand voice".to_owned();
            return Some(Addressed { register, rule: "brand".to_owned(), why });
        }
        let channel = tone_of(contact.channel);
        let rules = self.pack.register.iter();
        let fitting = rules.filter_map(|(id, rule)| Some((rule.fits(contact, channel)?, id, rule)));
        let (_, id, rule) = fitting.max_by_key(|(weight, ..)| *weight)?;
        let origin = self.origin("register", id);
        let why = rule.why.clone().unwrap_or_else(|| "the custom of shops".to_owned());
        Some(Addressed { register: rule.register, rule: origin.rule, why: format!("{why}; {}", origin.source) })
    }

    /// Whether an agent may switch a rule off for one reply: by its id without the pack's name, or a whole section.
    /// The form of address is no such rule: it was chosen before the words were.
    pub fn may_switch_off(&self, id: &str) -> bool {
        const SECTIONS: &[&str] = &["taboo", "claim", "tone", "style", "empathy", "apology", "greeting", "closing"];
        const OTHERS: &[&str] = &[
            "holiday",
            "brand.emoji",
            "brand.exclamation",
            "text.mojibake",
            "text.mixed-scripts",
            "text.mixed-register",
        ];
        let section = id.split('.').next().unwrap_or_default();
        OTHERS.contains(&id) || SECTIONS.contains(&section) && (section == id || self.origins.contains_key(id))
    }

    /// What the culture calls a form of address, e.g. `Sie`; `None` where the language makes no difference.
    pub fn form(&self, register: Register) -> Option<&str> {
        self.pack.forms.as_ref().map(|forms| match register {
            Register::Formal => forms.formal.as_str(),
            Register::Informal => forms.informal.as_str(),
        })
    }

    /// The system of measurement, where a pack says so.
    pub fn units(&self) -> Option<System> {
        self.pack.style.units.as_ref().map(|units| units.system)
    }

    /// The first day of the week and the days of the weekend, where a pack says so.
    pub fn week(&self) -> Option<(Weekday, &[Weekday])> {
        self.pack.style.week.as_ref().map(|week| (week.first, week.weekend.as_slice()))
    }

    /// What brings luck, by id: for those who write promotions.
    pub fn lucky(&self) -> impl Iterator<Item = (&str, &Lucky)> {
        self.pack.lucky.iter().map(|(id, lucky)| (id.as_str(), lucky))
    }

    /// The first days of a year's holidays with their ids, names and tones, in order.
    pub fn holidays(&self, year: i16) -> Vec<(String, &str, &str, Solemnity)> {
        let on = |days: &[Day]| days.iter().find_map(|day| day.in_year(year)).map(|day| day.to_string());
        let named = self.holidays.iter();
        let mut found: Vec<_> = named
            .filter_map(|(id, days, holiday)| Some((on(days)?, id.as_str(), holiday.name.as_str(), holiday.tone)))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        found
    }

    /// The days that are kept at an hour of a date, by id, and whether they have begun.
    pub(crate) fn holidays_on(&self, date: jiff::civil::Date, hour: i8) -> Vec<(&str, &Holiday, bool)> {
        let kept = self.holidays.iter().filter_map(|(id, days, holiday)| {
            let is_evening = holiday.evening.is_some_and(|evening| hour >= evening);
            let offset = days.iter().find_map(|day| {
                let starts =
                    [date.year(), date.year() + 1, date.year() - 1].into_iter().filter_map(|year| day.in_year(year));
                starts
                    .map(|start| days_from(start, date) + i16::from(is_evening))
                    .find(|offset| (-holiday.before..holiday.days).contains(offset))
            })?;
            Some((id.as_str(), holiday, offset >= 0))
        });
        kept.collect()
    }

    /// The tone for a feeling: the rule that says most about when.
    pub(crate) fn tone(&self, emotion: &Emotion, is_off: impl Fn(&str) -> bool) -> Option<(&str, &ToneRule)> {
        let fitting = self.pack.tone.iter().filter_map(|(id, rule)| Some((rule.fits(emotion)?, id.as_str(), rule)));
        let allowed = fitting.filter(|(_, id, _)| !is_off(&format!("tone.{id}")));
        allowed.max_by_key(|(weight, ..)| *weight).map(|(_, id, rule)| (id, rule))
    }

    /// The phrase that fits a moment best.
    pub(crate) fn phrase<'a>(
        phrases: &'a BTreeMap<String, Phrase>,
        moment: &Moment<'_>,
    ) -> Option<(&'a str, &'a Phrase)> {
        let fitting = phrases.iter().filter_map(|(id, phrase)| Some((phrase.fits(moment)?, id.as_str(), phrase)));
        fitting.max_by_key(|(weight, ..)| *weight).map(|(_, id, phrase)| (id, phrase))
    }

    /// Where a rule stands, for the trace.
    pub(crate) fn origin(&self, section: &str, id: &str) -> Origin {
        self.origins.get(&format!("{section}.{id}")).cloned().unwrap_or_default()
    }

    /// Holidays that phrases and words name and that are not there.
    #[cfg(test)]
    pub(crate) fn unknown_holidays(&self) -> Vec<String> {
        let named = self
            .pack
            .phrases()
            .into_iter()
            .flat_map(|(_, phrases)| phrases.values().filter_map(|it| it.holiday.clone()));
        let during = self.words.rules.iter().filter_map(|rule| rule.wording.during.clone());
        named.chain(during).filter(|id| id != crate::manner::SOLEMN && !self.pack.holiday.contains_key(id)).collect()
    }
}

fn days_from(start: jiff::civil::Date, date: jiff::civil::Date) -> i16 {
    let hours = date.duration_since(start).as_hours();
    i16::try_from(hours / 24).unwrap_or(i16::MAX)
}

/// How one writes on a channel.
pub(crate) fn tone_of(channel: &str) -> Channel {
    match crate::channel::limit(channel).tone {
        crate::Tone::Chat => Channel::Chat,
        crate::Tone::Letter => Channel::Letter,
    }
}

impl<'a> Contact<'a> {
    /// A contact of whom nothing but the channel is known.
    pub fn unknown(channel: &'a str) -> Self {
        Self { channel, ..Self::default() }
    }

    /// A customer's contact at a moment.
    pub fn of(customer: &cuecard_model::Customer, channel: &'a str, now: Timestamp) -> Self {
        let first = customer.orders.iter().filter_map(|order| order.placed_at).min();
        let known_days = first.map(|first| (now.seconds() - first.seconds()) / 86_400);
        Self { channel, orders: customer.orders.len(), known_days, customer_says: None }
    }

    fn relationship(&self) -> Relationship {
        match self.orders {
            0 => Relationship::Prospect,
            1..3 => Relationship::Customer,
            _ => Relationship::Regular,
        }
    }
}

impl RegisterRule {
    /// How well the rule fits; `None` if it does not. What the customer says counts most, then how long one has known
    /// each other, then the channel.
    fn fits(&self, contact: &Contact<'_>, channel: Channel) -> Option<u32> {
        let says = self.customer_says.is_none_or(|it| contact.customer_says == Some(it));
        let relationship = self.relationship.is_none_or(|it| contact.relationship() == it);
        let known = self.known_days.is_none_or(|least| contact.known_days.is_some_and(|days| days >= least));
        let on_channel = self.channel.is_none_or(|it| it == channel);
        let weight = |is_set: bool, counts: u32| if is_set { counts } else { 0 };
        (says && relationship && known && on_channel).then(|| {
            weight(self.customer_says.is_some(), 8)
                + weight(self.known_days.is_some(), 4)
                + weight(self.relationship.is_some(), 2)
                + weight(self.channel.is_some(), 1)
        })
    }
}

impl ToneRule {
    fn fits(&self, emotion: &Emotion) -> Option<u32> {
        let fits = self.emotion.contains(&emotion.label)
            && self.intensity.is_none_or(|least| emotion.intensity >= least)
            && self.trend.is_none_or(|trend| emotion.trend == trend);
        fits.then(|| u32::from(self.intensity.is_some()) + 2 * u32::from(self.trend.is_some()))
    }
}

impl Pack {
    /// Takes a rule out, or a whole section.
    fn remove(&mut self, id: &str) {
        let (section, id) = id.split_once('.').unwrap_or((id, ""));
        macro_rules! take {
            ($($name:ident),*) => {
                match section {
                    $(stringify!($name) => {
                        if id.is_empty() { self.$name.clear() } else { self.$name.remove(id); }
                    })*
                    "style" => match id {
                        "quotes" => self.style.quotes = None,
                        "spacing" => self.style.spacing = None,
                        "emoji" => self.style.emoji = None,
                        "exclamation" => self.style.exclamation = None,
                        _ => {}
                    },
                    _ => {}
                }
            };
        }
        take!(register, greeting, closing, address, empathy, apology, tone, holiday, taboo, claim, lucky);
    }

    /// Lays another file's rules over these.
    fn lay(&mut self, over: &Self) {
        macro_rules! lay {
            (maps: $($map:ident),*; habits: $($habit:ident),*; brand: $($brand:ident),*) => {
                $(self.$map.extend(over.$map.clone());)*
                $(if over.style.$habit.is_some() { self.style.$habit.clone_from(&over.style.$habit); })*
                $(if over.brand.$brand.is_some() { self.brand.$brand = over.brand.$brand; })*
            };
        }
        lay!(
            maps: register, greeting, closing, address, empathy, apology, tone, holiday, taboo, claim, lucky;
            habits: week, units, quotes, spacing, emoji, exclamation, apology;
            brand: register, speaker, emoji, exclamation
        );
        if over.forms.is_some() {
            self.forms.clone_from(&over.forms);
        }
    }
}
