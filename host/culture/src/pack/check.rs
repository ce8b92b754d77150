//! What makes a pack wrong, with a line and a cure.
//!
//! Owns the words of these problems. What concerns several packs at once (a holiday that a phrase names, a parent) is
//! found by `rules`.

use std::collections::BTreeMap;

use super::{Day, OneOrMore, Pack, Phrase, Wording, phrase::is_template};
use crate::messages::FileProblem;

/// Longer phrases are not phrases.
const LONGEST_PHRASE: usize = 300;

/// A reader's error in our words.
pub(super) fn toml_problem(file: &str, text: &str, error: &toml::de::Error) -> FileProblem {
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    let hint = if message.starts_with("unknown field") {
        Some("remove it, or see which keys packs/README.md knows".to_owned())
    } else if message.starts_with("missing field `source`") {
        Some("name where the rule comes from: source = \"…\", with its title under [sources.…]".to_owned())
    } else {
        None
    };
    let line = error.span().map(|span| line_of(text, span.start));
    FileProblem { file: file.into(), line, reason: message, hint }
}

fn line_of(text: &str, byte: usize) -> u32 {
    let before = text.as_bytes().iter().take(byte);
    u32::try_from(before.filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

/// All that is wrong with one file.
pub(super) fn check(pack: &Pack, file: &str, text: &str, ships: bool) -> Vec<FileProblem> {
    let mut checking = Checking { pack, file, text, ships, problems: Vec::new() };
    checking.sources();
    checking.phrases();
    checking.wordings("taboo", &pack.taboo);
    checking.wordings("claim", &pack.claim);
    checking.days();
    checking.numbers();
    checking.problems
}

struct Checking<'a> {
    pack: &'a Pack,
    file: &'a str,
    text: &'a str,
    ships: bool,
    problems: Vec<FileProblem>,
}

impl Checking<'_> {
    /// Notes a problem at the table of a rule.
    fn wrong(&mut self, rule: &str, reason: &str, hint: &str) {
        let header = format!("[{rule}]");
        let line = self.text.lines().position(|line| line.trim_start().starts_with(&header));
        let line = line.and_then(|line| u32::try_from(line + 1).ok());
        let reason = format!("{rule}: {reason}");
        self.problems.push(FileProblem { file: self.file.into(), line, reason, hint: Some(hint.into()) });
    }

    fn sources(&mut self) {
        let pack = self.pack;
        for (name, source) in &pack.sources {
            let rule = format!("sources.{name}");
            if source.date.parse::<jiff::civil::Date>().is_err() {
                self.wrong(&rule, "the date is no day", "write it as date = \"2026-11-22\"");
            }
            if source.title.trim().is_empty() {
                self.wrong(&rule, "the title is empty", "say which law, standard or book it is");
            }
            if source.url.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
                self.wrong(&rule, "the url is none", "begin it with https://");
            }
        }
        if !self.ships {
            return;
        }
        for (rule, source) in pack.rules() {
            if !pack.sources.contains_key(source) {
                self.wrong(&rule, &format!("no source '{source}'"), &format!("add [sources.{source}]"));
            }
        }
    }

    fn phrases(&mut self) {
        for (section, phrases) in self.pack.phrases() {
            for (id, phrase) in phrases {
                self.phrase(&format!("{section}.{id}"), phrase);
            }
        }
    }

    fn phrase(&mut self, rule: &str, phrase: &Phrase) {
        if phrase.text.is_none() && (phrase.formal.is_none() || phrase.informal.is_none()) {
            self.wrong(rule, "has no words for each register", "give it text, or both formal and informal");
        }
        for template in phrase.templates() {
            if !is_template(template) {
                let hint = "only {person} may stand in braces, inside brackets: Hello[, {person}], Dear [{person}|customer]; <a|b> is as a woman and as a man says it";
                self.wrong(rule, "the template is not one", hint);
            }
            if template.trim().is_empty() || template.chars().count() > LONGEST_PHRASE {
                self.wrong(rule, "is empty or too long", "a phrase has 1 to 300 letters");
            }
        }
        let is_hour = |hour: Option<i8>| hour.is_none_or(|hour| (0..=24).contains(&hour));
        if !is_hour(phrase.from) || !is_hour(phrase.to) {
            self.wrong(rule, "from and to are no hours", "they are whole hours from 0 to 24");
        }
        if phrase.intensity.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
            self.wrong(rule, "the intensity is out of range", "it lies between 0 and 1");
        }
    }

    fn wordings(&mut self, section: &str, wordings: &BTreeMap<String, Wording>) {
        for (id, wording) in wordings {
            let rule = format!("{section}.{id}");
            if wording.words.is_empty() && wording.numbers.is_empty() {
                self.wrong(&rule, "forbids nothing", "list words or numbers");
            }
            let all = wording.words.iter().chain(&wording.except).chain(&wording.near);
            if all.clone().any(|word| word.trim_matches('*').trim().is_empty()) {
                self.wrong(&rule, "has an empty word", "remove it: it would stand everywhere");
            }
            if wording.numbers.iter().any(|number| number.is_empty() || !number.bytes().all(|it| it.is_ascii_digit())) {
                self.wrong(&rule, "a number is none", "write whole numbers as text: numbers = [\"4\", \"14\"]");
            }
            let excepted = |word: &String| wording.words.iter().any(|bad| word.contains(bad.trim_matches('*')));
            if !wording.except.iter().all(excepted) {
                self.wrong(&rule, "an exception contains none of the words", "except lists longer runs around a word");
            }
            if wording.block && wording.instead.is_some() {
                self.wrong(&rule, "blocks what it could replace", "keep either block or instead");
            }
        }
    }

    fn days(&mut self) {
        for (id, holiday) in &self.pack.holiday {
            let rule = format!("holiday.{id}");
            let days = holiday.on.as_slice();
            if days.is_empty() || days.iter().any(|day| Day::parse(day).is_none()) {
                self.wrong(
                    &rule,
                    "on is no day",
                    "write 12-25, easter+1, orthodox-easter-2, 4th thursday of november, monday before 05-25 or 2026-02-17",
                );
            }
            if matches!(&holiday.on, OneOrMore::One(day) if day.len() == 10 && Day::parse(day).is_some()) {
                self.wrong(&rule, "stands for one year alone", "list the day of each year from 2026 to 2028");
            }
            if !(1..=45).contains(&holiday.days) || !(0..=30).contains(&holiday.before) {
                self.wrong(&rule, "lasts too long", "days lie between 1 and 45, before between 0 and 30");
            }
            if holiday.evening.is_some_and(|evening| !(12..24).contains(&evening)) {
                self.wrong(&rule, "begins at no evening hour", "evening is an hour of the day before, 12 to 23");
            }
        }
    }

    fn numbers(&mut self) {
        for (id, tone) in &self.pack.tone {
            let rule = format!("tone.{id}");
            if tone.emotion.is_empty() {
                self.wrong(&rule, "is for no emotion", "list at least one");
            }
            if tone.intensity.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
                self.wrong(&rule, "the intensity is out of range", "it lies between 0 and 1");
            }
            if tone.add.iter().any(|kind| tone.drop.contains(kind)) {
                self.wrong(&rule, "adds what it drops", "keep one of the two");
            }
        }
    }
}

impl Pack {
    /// The sections of phrases.
    pub(crate) fn phrases(&self) -> [(&'static str, &BTreeMap<String, Phrase>); 5] {
        [
            ("greeting", &self.greeting),
            ("closing", &self.closing),
            ("address", &self.address),
            ("empathy", &self.empathy),
            ("apology", &self.apology),
        ]
    }

    /// Every rule's id and the short name of its source.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (String, &str)> {
        fn of<'a, T>(
            section: &'static str,
            rules: &'a BTreeMap<String, T>,
            source: impl Fn(&'a T) -> &'a str,
        ) -> Vec<(String, &'a str)> {
            rules.iter().map(|(id, rule)| (format!("{section}.{id}"), source(rule))).collect()
        }
        let style = &self.style;
        let habits = [
            ("forms", self.forms.as_ref().map(|it| &it.source)),
            ("style.week", style.week.as_ref().map(|it| &it.source)),
            ("style.units", style.units.as_ref().map(|it| &it.source)),
            ("style.quotes", style.quotes.as_ref().map(|it| &it.source)),
            ("style.spacing", style.spacing.as_ref().map(|it| &it.source)),
            ("style.emoji", style.emoji.as_ref().map(|it| &it.source)),
            ("style.exclamation", style.exclamation.as_ref().map(|it| &it.source)),
            ("style.apology", style.apology.as_ref().map(|it| &it.source)),
        ];
        let habits = habits.into_iter().filter_map(|(id, source)| Some((id.to_owned(), source?.as_str())));
        let phrases = self.phrases().into_iter().flat_map(|(section, phrases)| of(section, phrases, |it| &it.source));
        habits
            .chain(of("register", &self.register, |it| &it.source))
            .chain(phrases)
            .chain(of("tone", &self.tone, |it| &it.source))
            .chain(of("holiday", &self.holiday, |it| &it.source))
            .chain(of("taboo", &self.taboo, |it| &it.source))
            .chain(of("claim", &self.claim, |it| &it.source))
            .chain(of("lucky", &self.lucky, |it| &it.source))
    }
}
