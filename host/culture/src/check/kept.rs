//! What a translation must keep of its source: links, mail addresses, codes, figures, names; and what it must not invent.
//!
//! Knows no language: what it cannot compare, such as "3" and "three", counts as lost, because an untranslated text costs
//! less than a wrong amount.

mod figures;

use std::collections::BTreeSet;

use self::figures::{Figures, figures, is_currency};
use super::links;

/// What of `source` is not in its translation, or what the translation says and the source does not; `None` if nothing is.
///
/// `names` are the reader's own: they may be bent ("Tomasz", "Tomaszu") and are only looked for where Latin letters
/// stand on both sides. `codes` must be kept to the letter, like everything that has letters and digits.
pub fn lost(source: &str, translation: &str, names: &[String], codes: &[String]) -> Option<String> {
    if translation.trim().is_empty() {
        return Some("there are no words in it".into());
    }
    let (before, after) = (Facts::of(source), Facts::of(translation));
    if let Some(link) = before.addresses.iter().find(|link| !after.addresses.contains(*link)) {
        return Some(format!("{link} is lost"));
    }
    if let Some(link) = after.addresses.iter().find(|link| !before.addresses.contains(*link)) {
        return Some(format!("{link} is new"));
    }
    let given = codes.iter().filter(|code| before.rest.contains(code.as_str()));
    if let Some(code) = before.codes.iter().chain(given).find(|code| !after.rest.contains(code.as_str())) {
        return Some(format!("{code} is lost"));
    }
    if let Some(figure) = before.figures.all.iter().find(|figure| !figure.is_in(&after.figures)) {
        return Some(format!("{} is lost", figure.written));
    }
    if let Some(figure) = after.figures.all.iter().find(|figure| figure.weighs() && !figure.is_in(&before.figures)) {
        return Some(format!("{} is new", figure.written));
    }
    // A currency may be written out, and may not become another.
    let (paid, asked) = (currencies(&before.rest), currencies(&after.rest));
    if let (Some(old), Some(_)) = (paid.difference(&asked).next(), asked.difference(&paid).next()) {
        return Some(format!("{old} is lost"));
    }
    let name = names.iter().find(|name| source.contains(name.as_str()) && is_lost(name, translation));
    name.map(|name| format!("the name {name} is lost"))
}

/// What stands in a text and has nothing to do with its language.
#[derive(Debug)]
struct Facts {
    /// Links and mail addresses.
    addresses: BTreeSet<String>,
    codes: Vec<String>,
    figures: Figures,
    /// The text without its links.
    rest: String,
}

impl Facts {
    fn of(text: &str) -> Self {
        let found = links(text);
        let identity = |url: &str, host: &str| {
            let scheme = url.find("://").map(|at| url.get(..at).map_or(0, start_of_scheme));
            scheme.and_then(|start| url.get(start..)).unwrap_or(host).to_owned()
        };
        let mut addresses: BTreeSet<_> = found.iter().map(|link| identity(&link.url, &link.host)).collect();
        // What is inside a link is compared with the link.
        let mut rest = text.to_owned();
        for link in found.iter().rev() {
            rest.replace_range(link.at.clone(), " ");
        }
        addresses.extend(mails(&rest));
        Self { addresses, codes: codes(&rest), figures: figures(&rest), rest }
    }
}

fn currencies(text: &str) -> BTreeSet<char> {
    text.chars().filter_map(is_currency).collect()
}

fn start_of_scheme(before: &str) -> usize {
    before
        .rfind(|sign: char| !sign.is_ascii_alphanumeric())
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
}

fn mails(text: &str) -> impl Iterator<Item = String> {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "._%+-@".contains(sign);
    let words = text.split(move |sign| !is_part(sign)).map(|word| word.trim_matches(['.', '-']));
    words
        .filter(|word| word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')))
        .map(str::to_lowercase)
}

/// Words of Latin letters and digits: order numbers, coupons, models.
fn codes(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_')));
    let mut codes = Vec::new();
    for word in words.map(|word| word.trim_matches(['-', '_'])) {
        let is_plain =
            |part: &str| part.len() > 2 && part.bytes().all(|it| it.is_ascii_alphabetic()) && has_lower(part);
        // "A4-Format" is a code and a word, "AF-1009" is one code.
        if word.split('-').any(is_plain) {
            codes.extend(word.split('-').filter(|part| is_code(part)).map(str::to_owned));
        } else if is_code(word) {
            codes.push(word.to_owned());
        }
    }
    codes
}

fn has_lower(word: &str) -> bool {
    word.bytes().any(|it| it.is_ascii_lowercase())
}

/// Letters and digits, but no figure with a unit or an ending: `24h`, `2nd`, `30-day`, `5PM`.
fn is_code(word: &str) -> bool {
    let has_both = word.bytes().any(|it| it.is_ascii_digit()) && word.bytes().any(|it| it.is_ascii_alphabetic());
    let end = word.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let end = end.trim_start_matches('-');
    let is_unit =
        end.len() < word.len() && (end.bytes().all(|it| it.is_ascii_lowercase()) || matches!(end, "AM" | "PM"));
    has_both && !is_unit
}

/// A name of Latin letters is looked for by its beginning, in a text that is written in them.
fn is_lost(name: &str, translation: &str) -> bool {
    let is_latin =
        |sign: char| sign.is_alphabetic() && (u32::from(sign) < 0x250 || ('\u{1e00}'..'\u{1f00}').contains(&sign));
    let letters = translation.chars().filter(|sign| sign.is_alphabetic()).count();
    let latin = translation.chars().filter(|sign| is_latin(*sign)).count();
    let length = name.chars().count();
    if length < 2 || latin * 2 <= letters || !name.chars().all(|sign| is_latin(sign) || !sign.is_alphabetic()) {
        return false;
    }
    let stem: String = name.chars().take(length.saturating_sub(2).max(3)).collect();
    !translation.to_lowercase().contains(&stem.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps() {
        for (source, translation) in [
            ("Your order AF-1009 costs €1,234.50.", "Ihre Bestellung AF-1009 kostet 1.234,50 €."),
            ("Your order AF-1009 costs €1,234.50.", "Votre commande AF-1009 coûte 1 234,50 €."),
            ("It costs 12.50 €.", "Cela coûte 12€50."),
            ("1.500 Stück", "1,500 pieces"),
            ("1000円です。", "It costs ¥1,000."),
            ("It costs $25.", "Cuesta 25 dólares."),
            ("₹1,00,000 is due", "100.000 ₹ sind fällig"),
            ("It costs $25.", "يكلف ٢٥ دولارًا."),
            ("It costs $1,299.90", "السعر ١٬٢٩٩٫٩٠ دولار"),
            ("It costs $25.", "２５ドルです。"),
            ("It comes on 25.11.2026.", "Il arrive le 25/11/2026."),
            ("It comes on March 5, 2026 at 3:00 PM.", "2026年3月5日15時に届きます。"),
            ("2026年3月5日に届きます。", "It comes on 5 March 2026."),
            ("We call at 15.30.", "Wir rufen um 15:30 Uhr an."),
            ("Ship by 05/03.", "Versand bis 5.3."),
            ("See https://shop.example/a?b=1 now.", "请看https://shop.example/a?b=1。"),
            ("Write to Help@Shop.example.", "请发邮件至help@shop.example。"),
            ("Within 24h, on the 2nd day, 30-day return", "In 24 Stunden, am 2. Tag, 30 Tage Rückgabe"),
            ("Use A4-Format", "Usa el formato A4"),
            ("Call +49 30 1234567.", "Rufen Sie +49 30 1234567 an."),
            ("Within two days", "In 2 Tagen"),
            ("Sara, your code is SPRING.", "Sara, Ihr Code ist SPRING."),
            ("Tomasz, hello", "Cześć, Tomaszu"),
            ("Sara, hello", "サラさん、こんにちは"),
        ] {
            let names = ["Sara".to_owned(), "Tomasz".to_owned()];
            assert_eq!(lost(source, translation, &names, &["SPRING".to_owned()]), None, "{source} / {translation}");
        }
    }

    #[test]
    fn finds_what_is_lost() {
        for (source, translation, expected) in [
            ("Your order AF-1009 is here.", "Ihre Bestellung AF-1008 ist da.", "AF-1009 is lost"),
            ("Your order AF-1009 is here.", "Ihre Bestellung ist da.", "AF-1009 is lost"),
            ("Order AF-1009: https://a.example/AF-1009", "AF-1008: https://a.example/AF-1009", "AF-1009 is lost"),
            ("It costs €12.50.", "Es kostet 1250 €.", "12.50 is lost"),
            ("It costs €12.50.", "Es kostet 12,5 €.", "12.50 is lost"),
            ("It costs €1,234.", "Es kostet 1,24 €.", "1,234 is lost"),
            ("You get 30 days.", "Sie haben dreißig Tage.", "30 is lost"),
            ("You get 20% off.", "Sie bekommen 25 % Rabatt.", "20 is lost"),
            ("It costs €12.50.", "It costs $12.50.", "€ is lost"),
            ("It costs €12.", "Es kostet 12,50 €.", "12,50 is new"),
            ("Half off today.", "Heute 50 % Rabatt.", "50 is new"),
            ("You get money back.", "Sie bekommen 10 € zurück.", "10 is new"),
            ("Your order is here.", "Ihre Bestellung 4711 ist da.", "4711 is new"),
            ("On 25.11.2026.", "Am 26.11.2026.", "25.11.2026 is lost"),
            ("See https://a.example/x.", "Siehe https://a.example/y.", "https://a.example/x is lost"),
            ("See our page.", "Siehe www.evil.example.", "www.evil.example is new"),
            ("Write to us.", "Schreiben Sie an eve@mail.example.", "eve@mail.example is new"),
            ("Use code SPRING.", "Nutzen Sie FRÜHLING.", "SPRING is lost"),
            ("Hello Sara", "Hallo Sahra", "the name Sara is lost"),
            ("We call at 3:00 PM.", "Wir rufen um 16:00 Uhr an.", "3 is lost"),
            ("Hello", " \n", "there are no words in it"),
        ] {
            let found = lost(source, translation, &["Sara".to_owned()], &["SPRING".to_owned()]);
            assert_eq!(found.as_deref(), Some(expected), "{source} / {translation}");
        }
    }
}
