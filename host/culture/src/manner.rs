//! How this one reply is worded: a culture's rules, and the moment, the customer and the feeling that they meet.
//!
//! Owns what one can say at this moment. `polish` changes a reply by it, `lint` judges a text by it.

use std::sync::Arc;

use cuecard_model::{Emotion, EmotionLabel, PersonName, Register, Timestamp, Trend};
use jiff::tz::TimeZone;

use crate::{
    Rules, name,
    pack::{Channel, Gender, Moment, Phrase, Solemnity, fill},
    rules::tone_of,
    setting::zone,
};

/// How one reply is worded.
#[derive(Clone, Debug)]
pub struct Manner {
    /// The culture.
    pub rules: Arc<Rules>,
    /// `web_chat`, `email`, ...
    pub channel: String,
    /// The form of address.
    pub register: Register,
    /// How the customer feels.
    pub emotion: Emotion,
    /// The customer's day.
    pub occasion: Occasion,
    /// The customer's name as one would say it.
    pub person: Option<String>,
    /// The customer's gender, where the merchant knows it: `female`, `male`, ... Messages select on it as `$gender`.
    pub gender: Option<String>,
    /// Whether shorter words are wanted, because the channel takes no more. Messages select on it as `$length`.
    pub short: bool,
    /// Rules that the agent has switched off for this reply, by id: `taboo.clock`, `tone`.
    pub off: Vec<String>,
}

/// What day it is for the customer.
#[derive(Clone, Debug)]
pub struct Occasion {
    hour: i8,
    weekday: crate::pack::Weekday,
    holidays: Vec<String>,
    /// The same without joyful ones.
    grave: Vec<String>,
    /// The name of the solemn day that is being kept, if one is.
    pub solemn: Option<String>,
}

/// What phrases name as `holiday` to be said on any solemn day.
pub(crate) const SOLEMN: &str = "solemn";

/// Things that the host says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying {
    /// Opens a reply.
    Greeting,
    /// Ends it.
    Closing,
    /// The customer, by name.
    Address,
    /// That the customer was heard.
    Empathy,
    /// Sorry.
    Apology,
}

impl Occasion {
    /// The customer's day at a moment.
    pub fn at(now: Timestamp, time_zone: Option<&str>, rules: &Rules) -> Self {
        Self::in_zone(now, &zone(time_zone), rules)
    }

    pub(crate) fn in_zone(now: Timestamp, zone: &TimeZone, rules: &Rules) -> Self {
        use crate::pack::Weekday as Day;
        let local = zone.to_datetime(now.to_jiff());
        let weekday = match local.weekday() {
            jiff::civil::Weekday::Monday => Day::Monday,
            jiff::civil::Weekday::Tuesday => Day::Tuesday,
            jiff::civil::Weekday::Wednesday => Day::Wednesday,
            jiff::civil::Weekday::Thursday => Day::Thursday,
            jiff::civil::Weekday::Friday => Day::Friday,
            jiff::civil::Weekday::Saturday => Day::Saturday,
            jiff::civil::Weekday::Sunday => Day::Sunday,
        };
        let kept = rules.holidays_on(local.date(), local.hour());
        let is_solemn = |(_, holiday, is_today): &&(&str, &crate::pack::Holiday, bool)| {
            *is_today && holiday.tone == Solemnity::Solemn
        };
        let solemn = kept.iter().find(is_solemn).map(|(_, holiday, _)| holiday.name.clone());
        let named = |joyful: bool| {
            let kept = kept.iter().filter(|(_, holiday, _)| joyful || holiday.tone != Solemnity::Joyful);
            let ids = kept.map(|(id, ..)| *id).chain(solemn.is_some().then_some(SOLEMN));
            ids.map(str::to_owned).collect()
        };
        Self { hour: local.hour(), weekday, holidays: named(true), grave: named(false), solemn }
    }

    /// Whether a holiday is kept, or near enough to be wished.
    pub(crate) fn has(&self, holiday: &str) -> bool {
        self.holidays.iter().any(|it| it == holiday)
    }
}

impl Manner {
    /// The manner where nothing is known but the locale's rules and the moment.
    pub fn plain(rules: Arc<Rules>, channel: &str, register: Register, occasion: Occasion) -> Self {
        let emotion = Emotion::new(EmotionLabel::Neutral, 0.0, Trend::Steady);
        let channel = channel.to_owned();
        Self { rules, channel, register, emotion, occasion, person: None, gender: None, short: false, off: Vec::new() }
    }

    /// The same with the customer's name.
    pub fn with_person(mut self, name: Option<&PersonName>, locale: &str) -> Self {
        self.person = name.and_then(|name| name::person(name, locale, self.register));
        self
    }

    /// Whether the agent has switched a rule off, or the whole section.
    pub(crate) fn is_off(&self, rule: &str) -> bool {
        self.off.iter().any(|off| rule == off || rule.strip_prefix(off.as_str()).is_some_and(|it| it.starts_with('.')))
    }

    pub(crate) fn is_letter(&self) -> bool {
        tone_of(&self.channel) == Channel::Letter
    }

    /// What is said at this moment, and the id of the rule that says so.
    pub(crate) fn phrase(&self, saying: Saying) -> Option<(&'static str, &str, &Phrase)> {
        let pack = &self.rules.pack;
        let (section, phrases) = match saying {
            Saying::Greeting => ("greeting", &pack.greeting),
            Saying::Closing => ("closing", &pack.closing),
            Saying::Address => ("address", &pack.address),
            Saying::Empathy => ("empathy", &pack.empathy),
            Saying::Apology => ("apology", &pack.apology),
        };
        let moment = Moment {
            hour: self.occasion.hour,
            weekday: self.occasion.weekday,
            // Who is upset does not want to be wished a merry anything.
            holidays: if self.emotion.label.is_upset() { &self.occasion.grave } else { &self.occasion.holidays },
            is_letter: self.is_letter(),
            emotion: self.emotion.label,
            intensity: self.emotion.intensity,
            gender: self.gender.as_deref().and_then(Gender::parse),
        };
        Rules::phrase(phrases, &moment).map(|(id, phrase)| (section, id, phrase))
    }

    /// As whom the shop speaks: `female`, `male`, or nothing.
    pub(crate) fn speaker(&self) -> &'static str {
        self.rules.pack.brand.speaker.map_or("", Gender::name)
    }

    pub(crate) fn fill(&self, phrase: &Phrase) -> String {
        fill(phrase.template(self.register), self.person.as_deref(), self.rules.pack.brand.speaker)
    }

    /// What is said at this moment; the name alone where the culture has no form for [`Saying::Address`].
    pub fn say(&self, saying: Saying) -> Option<String> {
        match self.phrase(saying) {
            Some((.., phrase)) => Some(self.fill(phrase)),
            None if saying == Saying::Address => self.person.clone(),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cultures;

    fn manner(locale: &str, zone: &str, at: &str, label: EmotionLabel) -> Manner {
        let rules = Cultures::shipped().rules(locale);
        let occasion = Occasion::at(at.parse().unwrap(), Some(zone), &rules);
        let plain = Manner::plain(rules, "web_chat", Register::Formal, occasion);
        Manner { emotion: Emotion::new(label, 0.8, Trend::Steady), ..plain }
    }

    #[test]
    fn days_that_begin_in_the_evening() {
        for (at, expected) in [
            ("2026-04-20T16:30:00+03:00", None),
            ("2026-04-20T20:30:00+03:00", Some("יום הזיכרון לחללי מערכות ישראל ולנפגעי פעולות האיבה")),
            ("2026-04-21T12:00:00+03:00", Some("יום הזיכרון לחללי מערכות ישראל ולנפגעי פעולות האיבה")),
            // Independence Day has begun.
            ("2026-04-21T20:30:00+03:00", None),
        ] {
            let occasion = manner("he-IL", "Asia/Jerusalem", at, EmotionLabel::Neutral).occasion;
            assert_eq!(occasion.solemn.as_deref(), expected, "{at}");
        }
        let evening = manner("he-IL", "Asia/Jerusalem", "2026-04-21T20:30:00+03:00", EmotionLabel::Neutral);
        assert!(evening.occasion.has("independence") && !evening.occasion.has("memorial"));
    }

    #[test]
    fn who_is_upset_is_not_wished_a_merry_anything() {
        use EmotionLabel::{Angry, Disappointed, Frustrated, Happy, Neutral};
        for (locale, zone, at, wish) in [
            ("en-GB", "Europe/London", "2026-12-25T10:00:00Z", "Christmas"),
            ("de-DE", "Europe/Berlin", "2026-12-25T10:00:00Z", "Weihnacht"),
            ("zh-CN", "Asia/Shanghai", "2026-02-17T04:00:00Z", "新春"),
            ("es-MX", "America/Mexico_City", "2026-12-25T18:00:00Z", "fiestas"),
        ] {
            let said = |label| {
                let manner = manner(locale, zone, at, label);
                [Saying::Greeting, Saying::Closing].map(|saying| manner.say(saying).unwrap_or_default()).join(" ")
            };
            assert!([Neutral, Happy].into_iter().all(|label| said(label).contains(wish)), "{}", said(Neutral));
            for label in [Disappointed, Frustrated, Angry] {
                assert!(!said(label).contains(wish), "{}", said(label));
            }
        }
    }
}
