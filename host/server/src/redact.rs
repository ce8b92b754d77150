//! Texts as an author may read them: without what would lead to the person who wrote or is meant.
//!
//! Takes out addresses of mail, telephone numbers, numbers of cards and accounts, and addresses of houses. Knows
//! rules and no customers: names and numbers of orders stay, for the words around them could not be judged without.
//! A false alarm costs an author a word; a miss costs a customer more. Plugins are handed what they get live.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

/// What is found, what stands in its place, and whether it really is one.
struct Rule {
    pattern: Regex,
    mark: &'static str,
    is_one: Check,
}

type Check = fn(&str) -> bool;

/// In this order: an account holds what a telephone number could be.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let yes: Check = |_| true;
    let rules: [(&str, &'static str, Check); 10] = [
        (r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", "[email]", yes),
        (r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", "[account]", is_iban),
        (r"[0-9](?:[ \-]?[0-9]){12,18}", "[card]", is_card),
        (r"(?:\+|\b00)[0-9](?:[ \-.()/]{0,2}[0-9]){6,14}", "[phone]", yes),
        (r"\([0-9]{2,5}\)[ \-]?[0-9](?:[ \-.]?[0-9]){4,9}", "[phone]", yes),
        // Groups, as one writes a number down.
        (r"\b[0-9]{2,4}(?:[ \-.][0-9]{2,4}){2,4}\b", "[phone]", is_grouped),
        // Mobile numbers of China, Spain.
        (r"\b(?:1[3-9][0-9]{9}|[67][0-9]{8})\b", "[phone]", yes),
        (
            r"\b[0-9]{1,5}[a-zA-Z]?,? (?:(?:[A-Z][\w'.\-]* ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Sq|Terrace|Close)|(?:[\w'.\-]+ ){1,3}(?:street|road|avenue|lane|boulevard))\b\.?",
            "[address]",
            yes,
        ),
        (
            r"(?i)\b(?:(?:calle|avenida|avda\.?|plaza|paseo|rue|avenue|boulevard|via|viale|piazza|rua|travessa|c/) ?(?:[^\s,0-9]+ ){0,4}[^\s,0-9]+,? ?(?:n[.º°]* ?)?[0-9]{1,5}|[^\s,0-9]*(?:straße|strasse|str\.|weg|platz|allee|gasse) [0-9]{1,4} ?[a-z]?)\b",
            "[address]",
            yes,
        ),
        (
            r"(?:[\x{4e00}-\x{9fff}]{2,8}(?:省|自治区))?(?:[\x{4e00}-\x{9fff}]{2,6}市)?(?:[\x{4e00}-\x{9fff}]{1,6}[区县])?[\x{4e00}-\x{9fff}]{1,8}[路街道巷弄][0-9一二三四五六七八九十]{1,5}[号號弄](?:[0-9A-Za-z一二三四五六七八九十]{1,4}(?:号楼|栋|幢|单元|楼|层|室))*",
            "[address]",
            yes,
        ),
    ];
    let rule = |(pattern, mark, is_one): (&str, _, _)| Some(Rule { pattern: Regex::new(pattern).ok()?, mark, is_one });
    rules.into_iter().filter_map(rule).collect()
});

/// The text without what leads to a person.
pub(crate) fn redact(text: &str) -> String {
    let mut text = text.to_owned();
    for Rule { pattern, mark, is_one } in RULES.iter() {
        let instead = |found: &Captures<'_>| {
            let found = found.get(0).map_or("", |found| found.as_str());
            if is_one(found) { (*mark).to_owned() } else { found.to_owned() }
        };
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, instead).into_owned();
        }
    }
    text
}

/// As many digits as a telephone number has, and no date at its beginning.
fn is_grouped(text: &str) -> bool {
    let groups: Vec<_> = text.split([' ', '-', '.']).collect();
    let is_year = |group: &&str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let is_date = groups.first().is_some_and(is_year) || groups.get(2).is_some_and(is_year);
    (9..=12).contains(&groups.iter().map(|group| group.len()).sum::<usize>()) && !is_date
}

/// ISO/IEC 7812: the last digit checks the others. A tracking number passes one time in ten.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().rev().filter_map(|sign| sign.to_digit(10)).collect();
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighed = digits.iter().enumerate().map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit });
    (13..=19).contains(&digits.len()) && weighed.sum::<u32>() % 10 == 0
}

/// ISO 13616: with its first four signs behind, the number leaves 1 over 97.
fn is_iban(text: &str) -> bool {
    let signs: Vec<u32> = text.chars().filter_map(|sign| sign.to_digit(36)).collect();
    if !(15..=34).contains(&signs.len()) {
        return false;
    }
    let (country, rest) = signs.split_at(4);
    let left = |left: u64, sign: &u32| {
        let shift = if *sign > 9 { 100 } else { 10 };
        (left * shift + u64::from(*sign)) % 97
    };
    rest.iter().chain(country).fold(0, left) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_a_person_is_taken_out() {
        assert_eq!(RULES.len(), 10, "every rule reads");
        for (text, expected) in [
            ("write to sara.lopez+x@mail.example.com, please", "write to [email], please"),
            ("我的邮箱是li@example.cn谢谢", "我的邮箱是[email]谢谢"),
            ("card 4111 1111 1111 1111 was charged", "card [card] was charged"),
            ("ship 4111111111111112 is a parcel", "ship 4111111111111112 is a parcel"),
            ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [account]."),
            ("call +44 20 7946 0958 or 0044 20 7946 0958", "call [phone] or [phone]"),
            ("(555) 010-4477", "[phone]"),
            ("ring 555-010-4477 today", "ring [phone] today"),
            ("手机13800138000", "手机[phone]"),
            ("手机 13800138000", "手机 [phone]"),
            ("mi móvil es 612345678", "mi móvil es [phone]"),
            ("I live at 12 Old Mill Road, Leeds", "I live at [address], Leeds"),
            ("at 7 mill lane", "at [address]"),
            ("Vivo en Calle Mayor 5, Madrid", "Vivo en [address], Madrid"),
            ("Ich wohne Hauptstraße 12 b.", "Ich wohne [address]."),
            ("寄到北京市朝阳区建国路88号。", "[address]。"),
            ("order 1001 of 2026-11-22 08:15 for 12.50 EUR", "order 1001 of 2026-11-22 08:15 for 12.50 EUR"),
            ("订单100200300已经发货，运单号 SF1234567890123", "订单100200300已经发货，运单号 SF1234567890123"),
            ("Dear Ms Wang, 2 pieces on the way", "Dear Ms Wang, 2 pieces on the way"),
        ] {
            assert_eq!(redact(text), expected, "{text}");
        }
    }
}
