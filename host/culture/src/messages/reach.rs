//! Which variants of a message some value chooses, in one locale.
//!
//! Asks the interpreter instead of knowing the rules: the keys are tried with sample values, and then the message with
//! one value of each sort. So options (`select=ordinal`, `select=exact`), offsets and rounding count as they will when
//! the message is rendered.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use cuecard_model::{Fields, Register, Timestamp, Value};
use jiff::tz::TimeZone;

use super::{
    anatomy::{Anatomy, Key},
    file::Entry,
    scene::Scene,
    set::{LONGEST, MessageSet},
};
use crate::words::{Words, words};

/// CLDR's plural categories.
pub(super) const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Combinations of values beyond which the message as a whole is not tried.
const COMBINATIONS: usize = 20_000;

/// Keys of a message beyond which they are not tried.
const KEYS: usize = 200;

/// What a message's variants are good for.
#[derive(Debug)]
pub(super) struct Reach {
    /// Variants that no value chooses, by index; the last resort is never one of them, because the syntax wants it.
    pub(super) unreached: Vec<usize>,
    /// Keys that no value matches, with the index of their selector.
    pub(super) dead: BTreeSet<(usize, String)>,
    /// By selector: the plural categories that numbers fall into, with whole numbers of each (fractions where there is
    /// no whole one). Empty if the selector does not sort numbers by plural rules.
    pub(super) categories: Vec<BTreeMap<&'static str, Vec<f64>>>,
}

/// A message and how it is tried.
struct Probes<'a> {
    anatomy: &'a Anatomy<'a>,
    /// Compiled for all messages at once, because most of what compiling costs is the same for one and for a hundred.
    set: &'a MessageSet,
    words: Rc<Words>,
    plan: &'a Plan,
}

/// What is to be compiled for a message.
struct Plan {
    /// The message with numbers for texts.
    whole: Entry,
    probes: Vec<Probe>,
    /// The keys that variants have, with the index of their selector.
    used: BTreeSet<(usize, String)>,
}

/// `.match $selector key {{0}} * {{}}`
struct Probe {
    entry: Entry,
    selector: usize,
    /// All plural categories, of which a value has one, or a single other key.
    keys: Vec<String>,
}

impl Reach {
    /// One for each message; `None` where it selects nothing, or has too many keys to be tried.
    pub(super) fn of(tag: &str, messages: &[&Anatomy<'_>]) -> Vec<Option<Self>> {
        let plans: Vec<_> = messages.iter().enumerate().map(|(index, anatomy)| Plan::of(index, anatomy)).collect();
        let entries = plans.iter().flatten().flat_map(Plan::entries).cloned().collect::<Vec<_>>();
        let (Ok(set), words) = (MessageSet::compile(tag, "", &entries), words(tag)) else {
            return plans.iter().map(|_| None).collect();
        };
        let probes = |anatomy, plan| Probes { anatomy, set: &set, words: Rc::clone(&words), plan };
        plans.iter().zip(messages).map(|(plan, anatomy)| Self::tried(&probes(*anatomy, plan.as_ref()?))).collect()
    }

    fn tried(probes: &Probes<'_>) -> Option<Self> {
        let mut reach = Self {
            unreached: Vec::new(),
            dead: probes.plan.used.clone(),
            categories: vec![BTreeMap::new(); probes.anatomy.selectors.len()],
        };
        let index = probes.set.index(&probes.plan.whole.key)?;
        let names = probes.set.variables(index);
        let sorts: Vec<_> = names.iter().map(|name| reach.sorts(probes, name)).collect();
        let combinations = sorts.iter().try_fold(1_usize, |product, values| product.checked_mul(values.len()));
        if combinations.is_some_and(|number| number <= COMBINATIONS) {
            let reached = reached(probes, index, names, &sorts);
            let variants = probes.anatomy.variants.iter().enumerate();
            let unreached = variants.filter(|(index, it)| !reached.contains(index) && !it.is_fallback());
            reach.unreached = unreached.map(|(index, _)| index).collect();
        }
        Some(reach)
    }

    /// One value of each sort that the keys tell apart. Notes on the way which keys match at all.
    fn sorts(&mut self, probes: &Probes<'_>, name: &str) -> Vec<Option<Value>> {
        let mut sorts: BTreeMap<Vec<(usize, String)>, Option<Value>> = BTreeMap::new();
        for value in probes.samples(name) {
            let fields: Fields = value.iter().map(|value| (name.to_owned(), value.clone())).collect();
            let mut matched = probes.matched(&fields);
            for (selector, key) in &matched {
                self.note(*selector, key, value.as_ref());
            }
            matched.retain(|it| probes.plan.used.contains(it));
            sorts.entry(matched).or_insert(value);
        }
        sorts.into_values().collect()
    }

    fn note(&mut self, selector: usize, key: &str, value: Option<&Value>) {
        self.dead.remove(&(selector, key.to_owned()));
        let category = CATEGORIES.iter().find(|it| **it == key);
        let (Some(category), Some(Value::Number(number))) = (category, value) else { return };
        let Some(categories) = self.categories.get_mut(selector) else { return };
        let numbers = categories.entry(category).or_default();
        let is_whole = number.fract() == 0.0;
        if is_whole && numbers.iter().any(|it| it.fract() != 0.0) {
            numbers.clear();
        }
        if (is_whole || numbers.iter().all(|it| it.fract() != 0.0)) && !numbers.contains(number) {
            numbers.push(*number);
        }
    }
}

/// The variants that some combination of values gives.
fn reached(probes: &Probes<'_>, index: usize, names: &[String], sorts: &[Vec<Option<Value>>]) -> BTreeSet<usize> {
    let mut combinations = vec![Fields::new()];
    for (name, values) in names.iter().zip(sorts) {
        combinations = combinations
            .iter()
            .flat_map(|fields| {
                values.iter().map(|value| {
                    let mut fields = fields.clone();
                    fields.extend(value.iter().map(|value| (name.clone(), value.clone())));
                    fields
                })
            })
            .collect();
    }
    combinations.iter().filter_map(|fields| probes.say(index, fields).parse().ok()).collect()
}

impl Plan {
    fn of(index: usize, anatomy: &Anatomy<'_>) -> Option<Self> {
        let keys = anatomy.variants.iter().flat_map(|variant| variant.keys.iter().enumerate());
        let used: BTreeSet<_> =
            keys.filter_map(|(selector, key)| Some((selector, key.literal()?.to_owned()))).collect();
        if anatomy.selectors.is_empty() || used.len() > KEYS {
            return None;
        }
        let selectors: String = anatomy.selectors.iter().map(|name| format!(" ${name}")).collect();
        let variants = anatomy.variants.iter().enumerate();
        let variants: String = variants.map(|(index, it)| format!(" {} {{{{{index}}}}}", it.written_keys())).collect();
        let whole = entry(format!("{index}"), format!("{}.match{selectors}{variants}", anatomy.declarations));
        let others = used.iter().filter(|(_, key)| !CATEGORIES.contains(&key.as_str()));
        let others = others.map(|(selector, key)| (*selector, vec![key.clone()]));
        let plurals = (0..anatomy.selectors.len()).map(|selector| (selector, CATEGORIES.map(str::to_owned).to_vec()));
        let probes = plurals.chain(others).enumerate().map(|(number, (selector, keys))| {
            let variants = keys.iter().map(|key| Key::Literal(key.clone()).written()).enumerate();
            let variants: String = variants.map(|(index, key)| format!(" {key} {{{{{index}}}}}")).collect();
            let name = anatomy.selectors.get(selector)?;
            let source = format!("{}.match ${name}{variants} * {{{{}}}}", anatomy.declarations);
            Some(Probe { entry: entry(format!("{index}.{number}"), source), selector, keys })
        });
        let plan = Self { whole, probes: probes.collect::<Option<_>>()?, used };
        // What cannot be compiled would take the other messages' chance.
        let fits = plan.entries().all(|entry| entry.source.len() <= LONGEST);
        fits.then_some(plan)
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.whole).chain(self.probes.iter().map(|probe| &probe.entry))
    }
}

impl Probes<'_> {
    /// Values to try for a variable: nothing at all, every key, another text, and numbers that CLDR's rules tell apart
    /// (they look at the last two digits, at millions and at fractions).
    fn samples(&self, name: &str) -> Vec<Option<Value>> {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        if name == "register" {
            return vec![text("formal"), text("informal")];
        }
        let keys = self.plan.used.iter().map(|(_, key)| key.as_str());
        // A plugin may have a length of its own, of a scarf or a rope.
        if name == "length" && keys.clone().any(|key| key == "short") {
            return vec![text("full"), text("short")];
        }
        let near = keys.clone().filter_map(|key| key.parse().ok()).filter(|key: &f64| key.is_finite());
        let near = near.flat_map(|key| [key, key - 1.0, key + 1.0, key / 100.0]);
        let whole = (0..=121_u32).chain([200, 1_000, 10_000, 1_000_000, 2_000_000]).map(f64::from);
        let numbers = whole.chain([0.1, 0.5, 1.1, 1.5, 2.5, 10.5]).chain(near);
        let texts = keys.chain(["", "·"]).map(text);
        std::iter::once(None).chain(numbers.map(|it| Some(Value::Number(it)))).chain(texts).collect()
    }

    /// The keys that match, with the index of their selector.
    fn matched(&self, fields: &Fields) -> Vec<(usize, String)> {
        let matched = self.plan.probes.iter().filter_map(|probe| {
            let said = self.say(self.set.index(&probe.entry.key)?, fields);
            Some((probe.selector, probe.keys.get(said.parse::<usize>().ok()?)?.clone()))
        });
        matched.collect()
    }

    fn say(&self, index: usize, fields: &Fields) -> String {
        let scene = Scene {
            words: Rc::clone(&self.words),
            zone: TimeZone::UTC,
            now: Timestamp::from_seconds(0),
            register: Register::Formal,
            person: String::new(),
            gender: String::new(),
            short: false,
            speaker: "",
            manner: None,
        };
        self.set.format(index, fields, scene).text
    }
}

fn entry(key: String, source: String) -> Entry {
    Entry { key, source, ..Entry::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreached(tag: &str, source: &str) -> String {
        let anatomy = Anatomy::of(source).unwrap();
        let Some(reach) = Reach::of(tag, &[&anatomy]).remove(0) else { return "selects nothing".into() };
        let keys = reach.unreached.iter().map(|index| anatomy.variants[*index].written_keys());
        let dead = reach.dead.iter().map(|(selector, key)| format!("{selector}:{key}"));
        format!("{} / {}", keys.collect::<Vec<_>>().join(", "), dead.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn finds_what_nothing_chooses() {
        let integer = |keys: &str| {
            let variants: String = keys.split(' ').map(|key| format!(" {key} {{{{x}}}}")).collect();
            format!(".input {{$n :integer}} .match $n{variants} * {{{{x}}}}")
        };
        for (tag, source, expected) in [
            ("en", "Hello".to_owned(), "selects nothing"),
            ("en", integer("one"), " / "),
            ("en", integer("0 1 other"), " / "),
            ("en", integer("1 one"), "one / "),
            ("en", integer("1 1.0"), "1.0 / 0:1.0"),
            ("en", integer("zero few"), "zero, few / 0:few, 0:zero"),
            ("en", integer("1.5 first"), "1.5, first / 0:1.5, 0:first"),
            ("ja", integer("one other"), "one / 0:one"),
            ("cs", integer("one few many"), "many / 0:many"),
            ("ru", integer("one few many other"), "other / 0:other"),
            ("fr", integer("one many"), " / "),
            ("ar", integer("zero one two few many"), " / "),
            ("en", ".input {$n :number} .match $n one {{}} other {{}} 1 {{}} * {{}}".into(), "one / "),
            ("cs", ".input {$n :number} .match $n one {{}} few {{}} many {{}} * {{}}".into(), " / "),
            ("en", ".input {$n :number select=ordinal} .match $n one {{}} two {{}} few {{}} * {{}}".into(), " / "),
            ("en", ".input {$n :number select=exact} .match $n 1 {{}} one {{}} * {{}}".into(), "one / 0:one"),
            ("en", ".input {$n :offset subtract=1} .match $n 1 {{}} 250 {{}} * {{}}".into(), " / "),
            ("en", ".input {$x :string} .match $x a {{}} || {{}} * {{}}".into(), " / "),
            ("de", ".input {$register :string} .match $register du {{}} formal {{}} * {{}}".into(), "du / 0:du"),
            ("de", ".input {$length :string} .match $length short {{}} long {{}} * {{}}".into(), "long / 0:long"),
            ("de", ".input {$length :integer} .match $length 90 {{}} one {{}} * {{}}".into(), " / "),
            (
                "en",
                ".input {$n :integer} .input {$x :string} .match $n $x one a {{}} other a {{}} * a {{}} * * {{}}".into(),
                " / ",
            ),
            (
                "ja",
                ".input {$n :integer} .input {$register :string} .match $register $n formal one {{}} formal * {{}} * * {{}}"
                    .into(),
                "formal one / 1:one",
            ),
        ] {
            assert_eq!(unreached(tag, &source), expected, "{tag} {source}");
        }
    }

    #[test]
    fn names_the_numbers_of_a_category() {
        let anatomy = Anatomy::of(".input {$n :integer} .match $n one {{}} * {{}}").unwrap();
        let reach = Reach::of("ru", &[&anatomy]).remove(0).unwrap();
        let shown = reach.categories[0].iter().map(|(name, numbers)| format!("{name} {:?}", &numbers[..3]));
        assert_eq!(shown.collect::<Vec<_>>(), ["few [2.0, 3.0, 4.0]", "many [0.0, 5.0, 6.0]", "one [1.0, 21.0, 31.0]"]);
    }
}
