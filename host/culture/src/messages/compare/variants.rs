//! Words for what is wrong with a message's variants in one locale.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        anatomy::{Anatomy, Key},
        reach::{CATEGORIES, Reach},
    },
    Doubt,
};

/// For each message: variants that no value chooses, and numbers that share one text although the language tells them
/// apart.
pub(super) fn doubts<'m>(
    tag: &str,
    sources: impl Iterator<Item = (&'m str, &'m str)>,
) -> BTreeMap<&'m str, Vec<Doubt>> {
    let messages: Vec<_> = sources.filter_map(|(key, source)| Some((key, Anatomy::of(source)?))).collect();
    let reaches = Reach::of(tag, &messages.iter().map(|(_, anatomy)| anatomy).collect::<Vec<_>>());
    let doubts = messages.iter().zip(reaches).filter_map(|((key, anatomy), reach)| {
        let reach = reach?;
        let unreached = reach.unreached.iter().filter_map(|index| unreached(tag, anatomy, &reach, *index));
        let merged = (0..anatomy.selectors.len()).filter_map(|selector| merged(tag, anatomy, &reach, selector));
        Some((*key, unreached.chain(merged).collect()))
    });
    doubts.collect()
}

fn unreached(tag: &str, anatomy: &Anatomy<'_>, reach: &Reach, index: usize) -> Option<Doubt> {
    let variant = anatomy.variants.get(index)?;
    let keys = variant.written_keys();
    let dead = variant.keys.iter().enumerate().find_map(|(selector, key)| {
        let key = key.literal()?;
        reach.dead.contains(&(selector, key.to_owned())).then_some((selector, key))
    });
    let Some((selector, key)) = dead else {
        let reason = format!("never gives the variant `{keys}`: other variants take all that it would match");
        return Some((reason, "remove it, or one of those before it".into()));
    };
    let name = anatomy.selectors.get(selector)?;
    let reason = format!("never gives the variant `{keys}`: no value of ${name} matches `{key}` in {tag}");
    Some((reason, cure(tag, name, key, reach.categories.get(selector)?)))
}

fn cure(tag: &str, name: &str, key: &str, categories: &BTreeMap<&'static str, Vec<f64>>) -> String {
    let own: Vec<_> = CATEGORIES.iter().filter(|it| categories.contains_key(*it)).copied().collect();
    match key {
        _ if name == "register" => "$register is formal or informal".into(),
        _ if name == "length" => "$length is short or full".into(),
        "zero" if !own.is_empty() => "write 0 as the key for none at all".into(),
        _ if !own.is_empty() => {
            format!("remove it; the keys for numbers in {tag} are numbers and {}", own.join(", "))
        }
        _ if CATEGORIES.contains(&key) => "write a number as the key, or select by :number or :integer".into(),
        _ => "remove it, or declare the variable with the function that can give it".into(),
    }
}

/// Plural categories without a variant of their own are served by `*`, which is right for one of them.
fn merged(tag: &str, anatomy: &Anatomy<'_>, reach: &Reach, selector: usize) -> Option<Doubt> {
    let keys: BTreeSet<_> =
        anatomy.variants.iter().filter_map(|variant| variant.keys.get(selector)).filter_map(Key::literal).collect();
    if !CATEGORIES.iter().any(|category| keys.contains(category)) {
        return None;
    }
    let categories = reach.categories.get(selector)?;
    let served = CATEGORIES.iter().filter(|category| !keys.contains(*category));
    let served: Vec<_> = served.filter_map(|category| Some((category, everyday(categories.get(category)?)?))).collect();
    let [(first, _), _, ..] = served.as_slice() else { return None };
    let shown = served.iter().map(|(category, numbers)| format!("{category} ({numbers})")).collect::<Vec<_>>();
    let name = anatomy.selectors.get(selector)?;
    let reason = format!("has one text for numbers that {tag} tells apart in ${name}: {}", shown.join(", "));
    Some((reason, format!("add a variant for `{first}`")))
}

/// The first few whole numbers up to a hundred, if there are any but 0: some languages have a form for millions or for
/// none at all, which `*` may well serve.
fn everyday(numbers: &[f64]) -> Option<String> {
    let small = numbers.iter().filter(|it| it.fract() == 0.0 && **it <= 100.0).take(3);
    let shown = small.map(f64::to_string).collect::<Vec<_>>().join(", ");
    (!shown.is_empty() && shown != "0").then_some(shown)
}
