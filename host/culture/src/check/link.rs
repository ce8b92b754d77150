//! Links in a text, with the host that a reader would end up at.
//!
//! Owns what counts as a link: what chat programs make clickable. Knows no list of allowed hosts.

use std::ops::Range;

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it stands in the text.
    pub url: String,
    /// Lower case, without user, port and the last dot; empty for schemes without one (`javascript:`).
    pub host: String,
    /// Where, in bytes.
    pub at: Range<usize>,
}

/// Endings that chat programs take for a web address without `https://`. A bare word with a dot and another ending is
/// a missing space after a full stop more often than a link.
const BARE_ENDINGS: &[&str] = &[
    "app", "biz", "cc", "cn", "co", "com", "de", "dev", "es", "eu", "fr", "gg", "hk", "info", "io", "jp", "kr", "link",
    "ly", "me", "mx", "net", "online", "org", "ru", "shop", "site", "store", "top", "tw", "uk", "us", "vip", "xyz",
];

/// All links of a text, in order: anything with `scheme://`, `www.`, a few schemes without slashes, and bare hosts
/// with a common ending or a path.
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(is_boundary) {
        let start = at;
        at += word.len();
        let word = word.trim_end_matches(is_boundary);
        let leading = word.len() - word.trim_start_matches(is_opening).len();
        let url = word.get(leading..).unwrap_or_default().trim_end_matches(is_closing);
        if let Some(host) = host_of(url) {
            let start = start + leading;
            found.push(Link { url: url.to_owned(), host, at: start..start + url.len() });
        }
    }
    found
}

/// White space and what never stands unescaped in an address: quotes, angle brackets, full-width punctuation,
/// invisible characters.
fn is_boundary(sign: char) -> bool {
    // Most of a text, at a glance.
    if sign.is_ascii_alphanumeric() {
        return false;
    }
    sign.is_whitespace()
        || sign.is_control()
        || matches!(sign, '"' | '<' | '>' | '|' | '`' | '«' | '»' | '“' | '”' | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{ff01}' | '\u{ff08}'
            | '\u{ff09}' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}')
}

fn is_opening(sign: char) -> bool {
    matches!(sign, '(' | '[' | '{' | '\'' | '*' | '_' | ',' | ';' | '-')
}

fn is_closing(sign: char) -> bool {
    matches!(sign, ')' | ']' | '}' | '\'' | '*' | '_' | ',' | ';' | '.' | '!' | '?' | ':' | '…')
}

fn host_of(url: &str) -> Option<String> {
    // Most words end here: without one of these signs nothing below can come of it.
    if !url.bytes().any(|byte| matches!(byte, b'.' | b':')) {
        return None;
    }
    if let Some((before, after)) = url.split_once("://") {
        let scheme = before.rsplit(|sign: char| !sign.is_ascii_alphanumeric()).next().unwrap_or_default();
        return (!scheme.is_empty()).then(|| host(after));
    }
    let lower = url.to_lowercase();
    if ["javascript:", "data:", "vbscript:"].iter().any(|scheme| lower.starts_with(scheme)) {
        return Some(String::new());
    }
    let address = lower.strip_prefix("mailto:").unwrap_or(&lower);
    if address.contains('@') && !address.contains('/') {
        return lower.starts_with("mailto:").then(|| host(address));
    }
    // Text without spaces may run into the address, as in 请看example.com: the host starts at its last ASCII run.
    let bare = if lower.is_ascii() { lower.as_str() } else { last_ascii_run(&lower) };
    let found = host(bare);
    let (name, ending) = found.rsplit_once('.')?;
    let is_host =
        !name.is_empty() && found.split('.').all(is_label) && ending.chars().all(|it| it.is_ascii_alphabetic());
    let has_path = bare.get(found.len()..).is_some_and(|rest| rest.starts_with('/')) && ending.len() >= 2;
    (is_host && (found.starts_with("www.") || BARE_ENDINGS.contains(&ending) || has_path)).then_some(found)
}

fn last_ascii_run(text: &str) -> &str {
    text.split(|sign: char| !sign.is_ascii()).rfind(|run| run.contains('.')).unwrap_or_default()
}

/// The host of what follows `://`. Browsers read `\` as `/`, and what stands before `@` is a user's name.
fn host(after: &str) -> String {
    let authority = after.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    host.trim_end_matches('.').to_lowercase()
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (text, expected) in [
            ("see https://shop.example/track?id=1.", "shop.example"),
            ("(https://Shop.Example:8443/x)", "shop.example"),
            ("https://shop.example@evil.example/x", "evil.example"),
            ("https:\\\\evil.example\\x https://evil.example\\@shop.example", "evil.example"),
            ("请看https://a.example/b，谢谢 http://c.example。", "a.example c.example"),
            ("<a href=\"http://a.example\">x</a>", "a.example"),
            (
                "www.shop.example or evil.com or bit.ly/x or odd.pizza/menu",
                "www.shop.example evil.com bit.ly odd.pizza",
            ),
            ("请看evil.com", "evil.com"),
            ("javascript:alert(1)", ""),
            ("[link](https://a.example)", "a.example"),
            ("llegó.Gracias e.g. 3.50 a.m. v1.2 and sara@shop.com", "none"),
            ("HTTPS://WWW.SHOP.EXAMPLE.", "www.shop.example"),
            ("https://[::1]/x", "[::1]"),
            ("no link", "none"),
        ] {
            let found = links(text);
            for link in &found {
                assert_eq!(text.get(link.at.clone()), Some(link.url.as_str()));
            }
            let hosts: Vec<_> = found.iter().map(|link| link.host.as_str()).collect();
            let hosts = if hosts.is_empty() { "none".to_owned() } else { hosts.join(" ") };
            assert_eq!(hosts, expected, "{text}");
        }
    }
}
