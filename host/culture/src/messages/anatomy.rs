//! One message's source taken apart; `write` puts it together again with other words.
//!
//! Owns where the declarations, the variants, the text and the placeholders stand. Knows neither locales nor what a
//! function does.

mod write;

use std::ops::Range;

use mf2_syntax::{SyntaxKind as Kind, SyntaxNode};

pub(super) use write::written;

/// A message that has parsed without problems.
#[derive(Debug)]
pub(super) struct Anatomy<'a> {
    pub(super) source: &'a str,
    /// `.input` and `.local` as they are written, and the space after them.
    pub(super) declarations: &'a str,
    /// The variables after `.match`, without `$`.
    pub(super) selectors: Vec<&'a str>,
    /// The one pattern, without keys, where nothing is selected.
    pub(super) variants: Vec<Variant<'a>>,
}

/// One of the texts that a message may give.
#[derive(Debug)]
pub(super) struct Variant<'a> {
    pub(super) keys: Vec<Key>,
    pub(super) pieces: Vec<Piece>,
    /// From the first key to the closing braces.
    pub(super) whole: Range<usize>,
    /// What stands between the braces.
    inner: Range<usize>,
    quoted: bool,
    source: &'a str,
}

/// A key of a variant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A value, without quotes.
    Literal(String),
    /// `*`
    Any,
}

/// A run of text, or what must stay as it is within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Escapes are resolved.
    Text(String),
    /// A placeholder or markup.
    Code(Code),
}

/// `{$due :date}`, `{#b}`, `{/b}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) raw: String,
    /// The variable, the function or the markup, with its sign: `$due`, `:greeting`, `#b`.
    pub(super) name: String,
    pub(super) kind: CodeKind,
}

/// Whether a code stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeKind {
    Alone,
    Open,
    Close,
}

impl Key {
    /// The value, unless it is `*`.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Any => None,
        }
    }
}

impl<'a> Anatomy<'a> {
    /// Takes a message apart; `None` if it is not well-formed.
    pub(super) fn of(source: &'a str) -> Option<Self> {
        let parsed = mf2_syntax::parse_cst(source);
        let root = parsed.root().filter(|_| !parsed.has_errors())?;
        if root.kind() == Kind::SimpleMessage {
            let pattern = child(root, Kind::Pattern)?;
            let variant = Variant::of(source, Vec::new(), 0..source.len(), pattern, false);
            return Some(Self { source, declarations: "", selectors: Vec::new(), variants: vec![variant] });
        }
        let matcher = child(root, Kind::Matcher);
        let body = matcher.or_else(|| child(root, Kind::QuotedPattern))?;
        let declarations = source.get(..range(body).start)?;
        let Some(matcher) = matcher else {
            let variant = Variant::of(source, Vec::new(), range(body), child(body, Kind::Pattern)?, true);
            return Some(Self { source, declarations, selectors: Vec::new(), variants: vec![variant] });
        };
        let selectors = matcher.children().filter(|it| it.kind() == Kind::Variable).filter_map(name).collect();
        let variants = matcher.children().filter(|it| it.kind() == Kind::Variant);
        let variants = variants.map(|it| Variant::in_matcher(source, it)).collect::<Option<_>>()?;
        Some(Self { source, declarations, selectors, variants })
    }

    /// Whether the variant with these keys is there and reads so.
    pub(super) fn says(&self, keys: &[Key], pieces: &[Piece]) -> bool {
        self.variants.iter().any(|it| it.keys == keys && it.pieces == pieces)
    }
}

impl<'a> Variant<'a> {
    fn in_matcher(source: &'a str, node: SyntaxNode<'_, 'a>) -> Option<Self> {
        let keys = node.children().filter_map(|it| match it.kind() {
            Kind::Star => Some(Key::Any),
            Kind::UnquotedLiteral => Some(Key::Literal(it.text().to_owned())),
            Kind::QuotedLiteral => Some(Key::Literal(resolved(it))),
            _ => None,
        });
        let quoted = child(node, Kind::QuotedPattern)?;
        let whole = range(node).start..range(quoted).end;
        Some(Self::of(source, keys.collect(), whole, child(quoted, Kind::Pattern)?, true))
    }

    fn of(source: &'a str, keys: Vec<Key>, whole: Range<usize>, pattern: SyntaxNode<'_, 'a>, is_quoted: bool) -> Self {
        let inner =
            if is_quoted { whole.end.saturating_sub(2 + pattern.text().len())..whole.end - 2 } else { whole.clone() };
        Self { keys, pieces: pieces(pattern), whole, inner, quoted: is_quoted, source }
    }

    /// The keys as they are written.
    pub(super) fn written_keys(&self) -> &'a str {
        let head = self.source.get(self.whole.start..self.inner.start).unwrap_or_default();
        head.trim_end_matches('{').trim_end()
    }

    /// Whether it serves whatever the values are.
    pub(super) fn is_fallback(&self) -> bool {
        self.keys.iter().all(|key| *key == Key::Any)
    }
}

/// Adds a text to pieces, as one with a text before it.
pub(super) fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

fn pieces(pattern: SyntaxNode<'_, '_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for node in pattern.children() {
        let kind = match node.kind() {
            Kind::Text => {
                push_text(&mut pieces, node.text());
                continue;
            }
            Kind::Escape => {
                push_text(&mut pieces, unescaped(node.text()));
                continue;
            }
            Kind::MarkupOpen => CodeKind::Open,
            Kind::MarkupClose => CodeKind::Close,
            _ => CodeKind::Alone,
        };
        pieces.push(Piece::Code(Code { raw: node.text().to_owned(), name: code_name(node), kind }));
    }
    pieces
}

fn code_name(node: SyntaxNode<'_, '_>) -> String {
    if node.kind().is_markup() {
        return format!("#{}", child(node, Kind::Identifier).map_or("", |it| it.text()));
    }
    let function = || Some(child(child(node, Kind::Function)?, Kind::Identifier)?.text());
    match child(node, Kind::Variable).and_then(name) {
        Some(variable) => format!("${variable}"),
        None => function().map_or_else(|| node.text().to_owned(), |name| format!(":{name}")),
    }
}

/// A quoted literal's value.
fn resolved(node: SyntaxNode<'_, '_>) -> String {
    let parts = node.children().map(|it| match it.kind() {
        Kind::LiteralText => it.text(),
        Kind::Escape => unescaped(it.text()),
        _ => "",
    });
    parts.collect()
}

/// `\{` without the backslash.
fn unescaped(escape: &str) -> &str {
    escape.strip_prefix('\\').unwrap_or(escape)
}

fn name<'a>(variable: SyntaxNode<'_, 'a>) -> Option<&'a str> {
    child(variable, Kind::Name).map(|it| it.text())
}

fn child<'n, 'a>(node: SyntaxNode<'n, 'a>, kind: Kind) -> Option<SyntaxNode<'n, 'a>> {
    node.children().find(|it| it.kind() == kind)
}

fn range(node: SyntaxNode<'_, '_>) -> Range<usize> {
    node.span().start as usize..node.span().end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        let Some(anatomy) = Anatomy::of(source) else { return "malformed".into() };
        let variants = anatomy.variants.iter().map(|variant| {
            let pieces = variant.pieces.iter().map(|piece| match piece {
                Piece::Text(text) => format!("'{text}'"),
                Piece::Code(code) => format!("<{} {} {:?}>", code.name, code.raw, code.kind),
            });
            format!("[{}] {}", variant.written_keys(), pieces.collect::<String>())
        });
        let head = format!("({}) {}", anatomy.declarations, anatomy.selectors.join(","));
        std::iter::once(head).chain(variants).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn takes_apart() {
        assert_eq!(shown(""), "() \n[] ");
        assert_eq!(shown(" a\\{b {$x :date  length=long}"), "() \n[] ' a{b '<$x {$x :date  length=long} Alone>");
        assert_eq!(shown("{{}}"), "() \n[] ");
        assert_eq!(
            shown(".local $a = {$n :integer}\n{{ {#b}x{/b} {:greeting} {|lit|} }}"),
            "(.local $a = {$n :integer}\n) \n[] ' '<#b {#b} Open>'x'<#b {/b} Close>' '<:greeting {:greeting} Alone>' '\
             <{|lit|} {|lit|} Alone>' '"
        );
        assert_eq!(
            shown(".input {$n :number}.match $n $register\n 1 |a \\| b| {{x}} * *{{}} "),
            "(.input {$n :number}) n,register\n[1 |a \\| b|] 'x'\n[* *] "
        );
        assert_eq!(shown("{$x"), "malformed");
    }
}
