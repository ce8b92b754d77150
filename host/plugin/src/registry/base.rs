//! What a change builds on, so that nobody puts aside unseen what another has brought meanwhile.

use crate::bundle::BundleHash;

/// What must serve for a change to be made. Its canary counts as what serves: it is the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing yet.
    Nothing,
    /// Anything.
    Something,
    /// One of these contents.
    OneOf(Vec<BundleHash>),
}

impl Base {
    /// Whether the change may be made where this content serves.
    pub fn fits(&self, head: Option<BundleHash>) -> bool {
        match (self, head) {
            (Self::Nothing, head) => head.is_none(),
            (Self::Something, head) => head.is_some(),
            (Self::OneOf(contents), head) => head.is_some_and(|head| contents.contains(&head)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_seen_is_put_aside() {
        let [one, two] = ["a", "b"].map(|letter| BundleHash::from_hex(&letter.repeat(64)).unwrap());
        for (base, head, fits) in [
            (Base::Nothing, None, true),
            (Base::Nothing, Some(one), false),
            (Base::Something, None, false),
            (Base::Something, Some(one), true),
            (Base::OneOf(vec![one]), Some(one), true),
            (Base::OneOf(vec![two, one]), Some(one), true),
            (Base::OneOf(vec![two]), Some(one), false),
            (Base::OneOf(vec![one]), None, false),
            (Base::OneOf(Vec::new()), Some(one), false),
        ] {
            assert_eq!(base.fits(head), fits, "{base:?} over {head:?}");
        }
    }
}
