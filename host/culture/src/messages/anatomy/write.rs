//! The way back: a message with other words, and all else as it stands.

use super::{Anatomy, Key, Piece};

impl<'a> Anatomy<'a> {
    /// The message with the patterns of some variants exchanged, and all else as it stands.
    pub(in super::super) fn with_patterns(&self, patterns: &[(usize, &[Piece])]) -> Option<String> {
        let mut text = self.source.to_owned();
        let mut patterns = patterns.to_vec();
        patterns.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        for (index, pieces) in patterns {
            let variant = self.variants.get(index)?;
            let bare = pattern(pieces);
            let fits = variant.quoted || Anatomy::of(&bare).is_some_and(|it| it.says(&[], pieces));
            let new = if fits { bare } else { format!("{{{{{bare}}}}}") };
            text.replace_range(variant.inner.clone(), &new);
        }
        Some(text)
    }

    /// The message with further variants, before the last resort if that is the last one.
    pub(in super::super) fn with_variants(&self, more: &[(&[Key], &[Piece])]) -> Option<String> {
        let (last, gap) = (self.variants.last()?, self.gap());
        let more = more.iter().map(|(keys, pieces)| variant(keys, pieces));
        let (at, more) = if last.is_fallback() {
            (last.whole.start, more.map(|variant| format!("{variant}{gap}")).collect::<String>())
        } else {
            (last.whole.end, more.map(|variant| format!("{gap}{variant}")).collect())
        };
        let mut text = self.source.to_owned();
        text.insert_str(at, &more);
        Some(text)
    }

    /// The message with one text for all cases.
    pub(in super::super) fn with_pattern(&self, pieces: &[Piece]) -> Option<String> {
        if self.declarations.is_empty() {
            return Anatomy::of("")?.with_patterns(&[(0, pieces)]);
        }
        Some(format!("{}{{{{{}}}}}", self.declarations, pattern(pieces)))
    }

    /// The message with other variants altogether, laid out as this one is.
    pub(in super::super) fn with_only(&self, variants: &[(&[Key], &[Piece])]) -> Option<String> {
        let (first, last) = (self.variants.first()?, self.variants.last()?);
        if self.selectors.is_empty() {
            return self.with_patterns(&[(0, variants.first()?.1)]);
        }
        let written: Vec<_> = variants.iter().map(|(keys, pieces)| variant(keys, pieces)).collect();
        let (head, tail) = (self.source.get(..first.whole.start)?, self.source.get(last.whole.end..)?);
        Some(format!("{head}{}{tail}", written.join(self.gap())))
    }

    /// What stands between two variants.
    fn gap(&self) -> &'a str {
        let between = match self.variants.as_slice() {
            [first, second, ..] => self.source.get(first.whole.end..second.whole.start),
            [only] => self.source.get(..only.whole.start).map(|head| head.get(head.trim_end().len()..).unwrap_or(" ")),
            [] => None,
        };
        between.filter(|gap| !gap.is_empty()).unwrap_or(" ")
    }
}

impl Key {
    /// As MessageFormat writes it.
    pub(in super::super) fn written(&self) -> String {
        match self {
            Self::Any => "*".into(),
            Self::Literal(text) if is_plain(text) => text.clone(),
            Self::Literal(text) => format!("|{}|", escaped(text, &['\\', '|'])),
        }
    }
}

/// Narrower than the grammar, which allows most letters: quotes are never wrong.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.'))
}

/// The keys in a row, as MessageFormat writes them.
pub(in super::super) fn written(keys: &[Key]) -> String {
    keys.iter().map(Key::written).collect::<Vec<_>>().join(" ")
}

fn variant(keys: &[Key], pieces: &[Piece]) -> String {
    format!("{} {{{{{}}}}}", written(keys), pattern(pieces))
}

/// Pieces as MessageFormat writes them.
fn pattern(pieces: &[Piece]) -> String {
    let written = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => escaped(text, &['\\', '{', '}']),
        Piece::Code(code) => code.raw.clone(),
    });
    written.collect()
}

fn escaped(text: &str, signs: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if signs.contains(&sign) {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Vec<Piece> {
        vec![Piece::Text(text.into())]
    }

    #[test]
    fn puts_together() {
        let plain = Anatomy::of("Hello").unwrap();
        assert_eq!(plain.with_patterns(&[(0, &text("a {b} \\"))]).unwrap(), "a \\{b\\} \\\\");
        assert_eq!(plain.with_patterns(&[(0, &text(" .x"))]).unwrap(), "{{ .x}}");
        assert_eq!(plain.with_patterns(&[(0, &[])]).unwrap(), "");
        let quoted = Anatomy::of(" {{Hello}} ").unwrap();
        assert_eq!(quoted.with_patterns(&[(0, &text("x"))]).unwrap(), " {{x}} ");
        let choice = Anatomy::of(".input {$n :number}\n.match $n\n  one {{a}}\n  *   {{b}}\n").unwrap();
        assert_eq!(
            choice.with_patterns(&[(0, &text("x")), (1, &text("y"))]).unwrap(),
            ".input {$n :number}\n.match $n\n  one {{x}}\n  *   {{y}}\n"
        );
        let few = [Key::Literal("few".into())];
        assert_eq!(
            choice.with_variants(&[(&few, &text("x"))]).unwrap(),
            ".input {$n :number}\n.match $n\n  one {{a}}\n  few {{x}}\n  *   {{b}}\n"
        );
        assert_eq!(
            choice.with_only(&[(&few, &text("x")), (&[Key::Any], &text("y"))]).unwrap(),
            ".input {$n :number}\n.match $n\n  few {{x}}\n  * {{y}}\n"
        );
    }
}
