//! What a translation must keep of its source: links, mail addresses, codes, figures, names; and what it must not invent.
//!
//! Owns when two texts say the same figure though they write it differently. Knows no language: what it cannot compare,
//! such as "3" and "three", counts as lost, because an untranslated text costs less than a wrong amount.

use std::collections::BTreeSet;

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
    let given = codes.iter().filter(|code| source.contains(code.as_str()));
    if let Some(code) = before.codes.iter().chain(given).find(|code| !translation.contains(code.as_str())) {
        return Some(format!("{code} is lost"));
    }
    if let Some(figure) = before.figures.iter().find(|figure| !figure.is_in(&after.figures)) {
        return Some(format!("{} is lost", figure.written));
    }
    if let Some(figure) = after.figures.iter().find(|figure| figure.weighs() && !figure.is_in(&before.figures)) {
        return Some(format!("{} is new", figure.written));
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
    figures: Vec<Figure>,
}

impl Facts {
    fn of(text: &str) -> Self {
        let found = links(text);
        let identity = |url: &str, host: &str| {
            let scheme = url.find("://").map(|at| url.get(..at).map_or(0, |before| start_of_scheme(before)));
            scheme.and_then(|start| url.get(start..)).unwrap_or(host).to_owned()
        };
        let mut addresses: BTreeSet<_> = found.iter().map(|link| identity(&link.url, &link.host)).collect();
        // What is inside a link is compared with the link.
        let mut rest = text.to_owned();
        for link in found.iter().rev() {
            rest.replace_range(link.at.clone(), " ");
        }
        addresses.extend(mails(&rest));
        Self { addresses, codes: codes(&rest), figures: figures(&rest) }
    }
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

/// A number as it stands in a text.
#[derive(Clone, Debug)]
struct Figure {
    written: String,
    /// Its digits, in ASCII, without what stands between them.
    digits: String,
    /// How many of them may be behind the point: 1.234 is either 1234 or a bit more than one.
    behind: Vec<usize>,
    /// Its two halves, where it may be an hour and its minutes, or euros and cents.
    halves: Option<(String, String)>,
    /// A currency's or a per cent sign stands beside it.
    is_priced: bool,
    /// It is the hour of a time, which may be written with 12 or 24 hours.
    is_hour: bool,
    /// It need not be there again: full hours, and months that may have a name elsewhere.
    is_spare: bool,
}

impl Figure {
    fn is_in(&self, others: &[Self]) -> bool {
        let alone = |digits: &str| others.iter().any(|other| other.says(digits, &[0]));
        let hours = || {
            let hour: Option<u32> = self.digits.parse().ok().filter(|_| self.is_hour);
            hour.is_some_and(|hour| {
                others.iter().any(|other| other.digits.parse().is_ok_and(|it: u32| it < 25 && it % 12 == hour % 12))
            })
        };
        self.is_spare
            || others.iter().any(|other| other.says(&self.digits, &self.behind))
            || self.halves.as_ref().is_some_and(|(first, second)| alone(first) && alone(second))
            || hours()
    }

    fn says(&self, digits: &str, behind: &[usize]) -> bool {
        let is_same = plain(&self.digits) == plain(digits) && self.behind.iter().any(|it| behind.contains(it));
        let half = |half: &String| plain(half) == plain(digits) && behind.contains(&0);
        is_same || self.halves.as_ref().is_some_and(|(first, second)| half(first) || half(second))
    }

    /// Whether a translation that has it of its own invents something: amounts, and what is no plain word in any language.
    fn weighs(&self) -> bool {
        self.is_priced || self.digits.len() > 3
    }
}

/// A day or a month may have a nought in front.
fn plain(digits: &str) -> &str {
    if digits.len() == 2 { digits.strip_prefix('0').unwrap_or(digits) } else { digits }
}

fn figures(text: &str) -> Vec<Figure> {
    let signs: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        if digit(&signs, at).is_none() {
            at += 1;
            continue;
        }
        let (groups, end) = groups(&signs, at);
        read(&signs, at..end, &groups, &mut found);
        at = end;
    }
    found
}

/// Digits, and the sign in front of them.
type Group = (Option<char>, String);

/// The groups of digits from here on that may be one number, and where they end.
fn groups(signs: &[char], start: usize) -> (Vec<Group>, usize) {
    let mut groups: Vec<Group> = vec![(None, String::new())];
    let mut at = start;
    loop {
        let sign = signs.get(at).copied().unwrap_or('\n');
        if let Some(digit) = digit(signs, at) {
            groups.last_mut().map(|group| group.1.push(digit)).unwrap_or_default();
        } else if is_between(sign) && digit(signs, at + 1).is_some() && (sign != ' ' || is_group(signs, at, &groups)) {
            groups.push((Some(sign), String::new()));
        } else {
            return (groups, at);
        }
        at += 1;
    }
}

/// Whether three digits and no more follow a space that stands behind at most three: 1 234, and not 030 1234.
fn is_group(signs: &[char], at: usize, groups: &[Group]) -> bool {
    let follows = (1..=3).all(|step| digit(signs, at + step).is_some()) && digit(signs, at + 4).is_none();
    follows && groups.last().is_some_and(|(_, digits)| digits.len() <= 3 && !digits.starts_with('0'))
}

fn is_between(sign: char) -> bool {
    matches!(sign, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{66b}' | '\u{66c}')
}

/// One number, or several that only stand close together (25.11.2026).
fn read(signs: &[char], at: std::ops::Range<usize>, groups: &[Group], found: &mut Vec<Figure>) {
    let written: String = signs.get(at.clone()).unwrap_or_default().iter().collect();
    let length = |group: usize| groups.get(group).map_or(0, |(_, digits)| digits.len());
    let last = groups.len().saturating_sub(1);
    let (first_sign, last_sign) = (groups.get(1).and_then(|it| it.0), groups.last().and_then(|it| it.0));
    let is_number = (1..last).all(|group| matches!(length(group), 2 | 3));
    let behind = match last {
        0 => Some(vec![0]),
        1 if length(1) == 3 && length(0) <= 3 => Some(if last_sign == Some(' ') { vec![0] } else { vec![0, 3] }),
        1 => Some(vec![length(1)]),
        _ if is_number && last_sign != first_sign => Some(vec![length(last)]),
        _ if is_number && length(last) == 3 => Some(vec![0]),
        _ => None,
    };
    let next = signs.get(at.end).copied().unwrap_or('\n');
    let near = |sign: &char| is_price(*sign);
    let is_priced = at.start.checked_sub(1).and_then(|it| signs.get(it)).is_some_and(near)
        || at
            .start
            .checked_sub(2)
            .and_then(|it| signs.get(it..at.start))
            .is_some_and(|it| it.last().is_some_and(|it| it.is_whitespace()) && it.first().is_some_and(near))
        || near(&next)
        || next.is_whitespace() && signs.get(at.end + 1).is_some_and(near);
    let plain = Figure {
        written,
        digits: String::new(),
        behind: vec![0],
        halves: None,
        is_priced,
        is_hour: false,
        is_spare: false,
    };
    if let Some(behind) = behind {
        let digits: String = groups.iter().map(|(_, digits)| digits.as_str()).collect();
        let halves = match groups {
            [(_, first), (Some('.' | ','), second)] if first.len() <= 3 && second.len() <= 2 => {
                Some((first.clone(), second.clone()))
            }
            _ => None,
        };
        let is_minutes =
            digits == "00" && at.start > 0 && signs.get(at.start - 1).is_some_and(|it| matches!(it, ':' | '：'));
        let is_month = digits.len() < 3 && matches!(next, '月' | '월');
        let is_hour = digits.len() < 3 && is_hour(signs, at.end);
        found.push(Figure { digits, behind, halves, is_hour, is_spare: is_minutes || is_month, ..plain });
        return;
    }
    found.extend(groups.iter().map(|(_, digits)| Figure { digits: digits.clone(), ..plain.clone() }));
}

/// Whether what follows makes an hour of a number: `:30`, `pm`, `p.m.`.
fn is_hour(signs: &[char], end: usize) -> bool {
    let rest: String = signs.get(end..).unwrap_or_default().iter().take(6).collect::<String>().to_lowercase();
    let rest = rest.trim_start();
    let minutes = rest.strip_prefix([':', '：']).is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
    minutes || ["am", "pm", "a.m", "p.m", "uhr", "時", "点", "點", "시"].iter().any(|it| rest.starts_with(it))
}

/// Signs of currencies (Unicode's Sc, as far as shops use them) and parts of a hundred.
fn is_price(sign: char) -> bool {
    matches!(sign, '$' | '£' | '¥' | '¢' | '₠'..='₿' | '%' | '٪' | '％' | '＄' | '￥' | '円' | '元' | '원' | '฿')
}

/// The digit at a place, of whichever script.
fn digit(signs: &[char], at: usize) -> Option<char> {
    const NOUGHTS: &[u32] = &[
        0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040,
        0x17e0, 0xff10,
    ];
    let sign = u32::from(*signs.get(at)?);
    let value = NOUGHTS.iter().find_map(|nought| sign.checked_sub(*nought).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
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
            ("It costs €12.50.", "Es kostet 1250 €.", "12.50 is lost"),
            ("It costs €12.50.", "Es kostet 12,5 €.", "12.50 is lost"),
            ("It costs €1,234.", "Es kostet 1,24 €.", "1,234 is lost"),
            ("You get 30 days.", "Sie haben dreißig Tage.", "30 is lost"),
            ("You get 20% off.", "Sie bekommen 25 % Rabatt.", "20 is lost"),
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
