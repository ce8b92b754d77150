//! The parts of a message that could hold a wish each: between marks, and around words like "and also".
//!
//! Owns where to cut. Knows no meaning.

/// So many clauses are read on their own, so that a long message costs no more than a few short ones.
const CLAUSES: usize = 6;
/// A clause has so many letters at least.
const LETTERS: usize = 4;

const MARKS: [char; 14] = ['.', '!', '?', ';', ',', '\n', '。', '！', '？', '；', '，', '、', '؟', '،'];

/// Words that join one wish to the next, in lower case.
const JOINTS: &[&str] = &[
    "and", "also", "but", "plus", "&", "y", "pero", "tambien", "también", "und", "aber", "auch", "et", "mais", "aussi",
    "e", "ma", "anche", "mas", "também", "aur", "lekin", "और", "dan", "tapi", "juga", "и", "а", "но",
];
/// The same for Chinese, which writes no spaces.
const DENSE_JOINTS: [&str; 6] = ["还有", "另外", "然后", "而且", "顺便", "還有"];

/// The clauses in order; one if there is nothing to cut.
pub(super) fn of(text: &str) -> Vec<&str> {
    let mut clauses = Vec::new();
    for part in text.split(MARKS) {
        let mut rest = part;
        while let Some((before, after)) = DENSE_JOINTS.iter().find_map(|joint| rest.split_once(joint)) {
            push_joined(before, &mut clauses);
            rest = after;
        }
        push_joined(rest, &mut clauses);
    }
    clauses.truncate(CLAUSES);
    clauses
}

/// The parts between joining words.
fn push_joined<'a>(part: &'a str, clauses: &mut Vec<&'a str>) {
    let mut start = 0;
    let mut at = 0;
    for word in part.split_inclusive(char::is_whitespace) {
        if JOINTS.contains(&word.trim_end().to_lowercase().as_str()) {
            push(part.get(start..at), clauses);
            start = at + word.len();
        }
        at += word.len();
    }
    push(part.get(start..), clauses);
}

fn push<'a>(clause: Option<&'a str>, clauses: &mut Vec<&'a str>) {
    let long_enough =
        |clause: &&str| clause.chars().filter(|letter| letter.is_alphanumeric()).nth(LETTERS - 1).is_some();
    clauses.extend(clause.map(str::trim).filter(long_enough));
}

#[cfg(test)]
mod tests {
    #[test]
    fn messages_are_cut_between_wishes() {
        for (text, expected) in [
            ("where is my order", &["where is my order"][..]),
            ("Cancel it. And where is my REFUND?", &["Cancel it", "where is my REFUND"]),
            ("return this AND ALSO the invoice please", &["return this", "the invoice please"]),
            ("quiero devolver y pedir factura", &["quiero devolver", "pedir factura"]),
            ("我要退货还有发票怎么开，谢谢", &["我要退货", "发票怎么开"]),
            ("sandy beach", &["sandy beach"]),
            ("ok, so", &[]),
            ("", &[]),
        ] {
            assert_eq!(super::of(text), expected, "{text}");
        }
    }
}
