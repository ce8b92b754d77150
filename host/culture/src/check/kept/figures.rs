//! Numbers in a text, and when two texts say the same number though they write it differently: 1,234.50 and 1 234,50,
//! 3 PM and 15:00, ٢٥ and 25.

use std::{collections::HashSet, ops::Range};

/// The numbers of a text, each once.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) all: Vec<Figure>,
    /// Digits and how many may be behind the point: most figures are found here, so that a long list of numbers does not
    /// cost its square.
    said: HashSet<(String, usize)>,
}

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Figure {
    pub(super) written: String,
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
    pub(super) fn is_in(&self, Figures { all: others, said }: &Figures) -> bool {
        let is_said = |behind: &usize| said.contains(&(plain(&self.digits).to_owned(), *behind));
        if self.is_spare || self.behind.iter().any(is_said) {
            return true;
        }
        let alone = |digits: &str| others.iter().any(|other| other.says(digits, &[0]));
        let hours = || {
            let hour: Option<u32> = self.digits.parse().ok().filter(|_| self.is_hour);
            hour.is_some_and(|hour| {
                others.iter().any(|other| other.digits.parse().is_ok_and(|it: u32| it < 25 && it % 12 == hour % 12))
            })
        };
        others.iter().any(|other| other.says(&self.digits, &self.behind))
            || self.halves.as_ref().is_some_and(|(first, second)| alone(first) && alone(second))
            || hours()
    }

    fn says(&self, digits: &str, behind: &[usize]) -> bool {
        let is_same = plain(&self.digits) == plain(digits) && self.behind.iter().any(|it| behind.contains(it));
        let half = |half: &String| plain(half) == plain(digits) && behind.contains(&0);
        is_same || self.halves.as_ref().is_some_and(|(first, second)| half(first) || half(second))
    }

    /// Whether a translation that has it of its own invents something: amounts, and what is no plain word in any language.
    pub(super) fn weighs(&self) -> bool {
        self.is_priced || self.digits.len() > 3
    }
}

/// A day or a month may have a nought in front.
fn plain(digits: &str) -> &str {
    if digits.len() == 2 { digits.strip_prefix('0').unwrap_or(digits) } else { digits }
}

pub(super) fn figures(text: &str) -> Figures {
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
    let mut seen = HashSet::new();
    found.retain(|figure| seen.insert(figure.clone()));
    let digits = |figure: &Figure| plain(&figure.digits).to_owned();
    let said = found.iter().flat_map(|figure| figure.behind.iter().map(move |behind| (digits(figure), *behind)));
    Figures { said: said.collect(), all: found }
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
fn read(signs: &[char], at: Range<usize>, groups: &[Group], found: &mut Vec<Figure>) {
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
    let plain = Figure {
        written,
        digits: String::new(),
        behind: vec![0],
        halves: None,
        is_priced: is_priced(signs, &at),
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
        let before = at.start.checked_sub(1).and_then(|it| signs.get(it));
        let is_minutes = digits == "00" && matches!(before, Some(':' | '：'));
        let is_month = digits.len() < 3 && matches!(signs.get(at.end), Some('月' | '월'));
        let is_hour = digits.len() < 3 && is_hour(signs, at.end);
        found.push(Figure { digits, behind, halves, is_hour, is_spare: is_minutes || is_month, ..plain });
        return;
    }
    found.extend(groups.iter().map(|(_, digits)| Figure { digits: digits.clone(), ..plain.clone() }));
}

/// Whether a currency's or a per cent sign stands beside a number, with a space in between or without.
fn is_priced(signs: &[char], at: &Range<usize>) -> bool {
    let (before, after) = (signs.get(..at.start).unwrap_or_default(), signs.get(at.end..).unwrap_or_default());
    let near = |one: Option<&char>, two: Option<&char>| {
        let sign = if one.is_some_and(|it| it.is_whitespace()) { two } else { one };
        sign.is_some_and(|it| is_price(*it))
    };
    near(before.last(), before.iter().nth_back(1)) || near(after.first(), after.get(1))
}

/// Whether what follows makes an hour of a number: `:30`, `pm`, `p.m.`.
fn is_hour(signs: &[char], end: usize) -> bool {
    let rest: String = signs.get(end..).unwrap_or_default().iter().take(6).collect::<String>().to_lowercase();
    let rest = rest.trim_start();
    let minutes = rest.strip_prefix([':', '：']).is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
    minutes || ["am", "pm", "a.m", "p.m", "uhr", "時", "点", "點", "시"].iter().any(|it| rest.starts_with(it))
}

/// The sign of a currency, in one width.
pub(super) fn is_currency(sign: char) -> Option<char> {
    match sign {
        '＄' => Some('$'),
        '￥' => Some('¥'),
        '￡' => Some('£'),
        '￦' => Some('₩'),
        '$' | '£' | '¥' | '₠'..='₿' | '฿' => Some(sign),
        _ => None,
    }
}

/// What makes an amount or a share of a number beside it.
fn is_price(sign: char) -> bool {
    is_currency(sign).is_some() || matches!(sign, '¢' | '%' | '٪' | '％' | '円' | '元' | '원')
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
