//! Chance from one seed, and changes by it: the same rounds on every machine.

/// SplitMix64: the same rounds on every machine.
pub struct Chance(pub u64);

impl Chance {
    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    /// Changes up to five places.
    pub fn change(&mut self, bytes: &mut Vec<u8>) {
        (0..=self.below(4)).for_each(|_| self.change_once(bytes));
    }

    /// Flips, cuts, repeats, or puts in what parsers stumble over.
    pub fn change_once(&mut self, bytes: &mut Vec<u8>) {
        const TOKENS: &[&str] = &[
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\"\"\"",
            "=",
            ".",
            "\n",
            "[[",
            "]]",
            "\0",
            "\u{feff}",
            "é",
            "快",
            "null",
            "nan",
            "-1",
            "99999999999999999999",
            "1e999",
            "now-9999999999d",
            "../",
            "/",
            "\\",
            "\\u{0}",
            "\\ud800",
            ",",
            "#",
            "2026-02-30",
            "true",
            "plugin",
            "[hooks.compose]",
            "{$",
            "}}",
            ".match",
            "while true do end ",
            "(function() ",
            " end",
            "string.rep",
        ];
        let at = self.below(bytes.len() + 1);
        let end = (at + self.below(12)).min(bytes.len());
        match self.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, TOKENS[self.below(TOKENS.len())].bytes())),
            3 => drop(bytes.splice(at..end, TOKENS[self.below(TOKENS.len())].bytes())),
            4 => bytes.truncate(at),
            _ => {
                let copied = bytes[at..end].repeat(1 + self.below(40));
                bytes.splice(at..at, copied);
            }
        }
    }
}
