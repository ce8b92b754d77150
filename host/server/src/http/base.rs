//! Two people who write the same plugin: `ETag` says what was read, `If-Match` what a push builds on (RFC 9110, 13.1.1).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use cuecard_model::PluginId;
use cuecard_plugin::{
    bundle::BundleHash,
    generation::Generation,
    registry::{Base, Place},
};

use super::Problem;

/// The tag of a content.
pub(crate) fn tag(hash: &BundleHash) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{hash}\"")).ok()
}

/// What a push says that it builds on: `If-Match` with tags or `*`, or `If-None-Match: *` for a plugin that is new.
pub(crate) fn base(headers: &HeaderMap) -> Result<Option<Base>, Problem> {
    match (sent(headers, &header::IF_MATCH)?, sent(headers, &header::IF_NONE_MATCH)?) {
        (None, None) => Ok(None),
        (Some("*"), None) => Ok(Some(Base::Something)),
        (Some(tags), None) => Ok(Some(Base::OneOf(tags.split(',').map(content).collect::<Result<_, _>>()?))),
        (None, Some("*")) => Ok(Some(Base::Nothing)),
        _ => Err(unread(&header::IF_NONE_MATCH)),
    }
}

fn sent<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let value = headers.get(name).map(|value| value.to_str().map(str::trim));
    value.transpose().map_err(|_| unread(name))
}

fn content(tag: &str) -> Result<BundleHash, Problem> {
    let quoted = tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    quoted.and_then(BundleHash::from_hex).ok_or_else(|| unread(&header::IF_MATCH))
}

fn unread(name: &HeaderName) -> Problem {
    Problem::bad_request(format!("the {name} header cannot be read"))
        .field(name.to_string())
        .hint("send the ETag of GET /v1/plugins/{id}/bundle as If-Match, or `If-None-Match: *` for a new plugin")
}

/// Turns a push away that builds on something else than what serves, before anything is done for it. The registry looks
/// again when it is to go live.
pub(crate) fn check(generation: &Generation, place: &Place, base: Option<&Base>) -> Result<(), Problem> {
    let head = generation.head(&place.0, &place.1).map(|head| head.hash);
    if base.is_none_or(|base| base.fits(head)) { Ok(()) } else { Err(changed(&place.1)) }
}

/// 412: somebody else was there in the meantime.
pub(crate) fn changed(plugin: &PluginId) -> Problem {
    let detail = format!("'{plugin}' is not what you have read: another version has come since");
    Problem::new(412, "changed", "Changed meanwhile", detail).hint(
        "GET /v1/plugins/{id}/bundle has it, and says by whom and when; to put it aside, send its ETag as If-Match",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_what_a_push_builds_on() {
        let one = "a".repeat(64);
        let hash = |letter: &str| BundleHash::from_hex(&letter.repeat(64)).unwrap();
        for (name, value, expected) in [
            ("accept", "*/*".to_owned(), Some(None)),
            ("if-match", "*".into(), Some(Some(Base::Something))),
            ("if-match", format!("\"{one}\""), Some(Some(Base::OneOf(vec![hash("a")])))),
            (
                "if-match",
                format!("\"{one}\", \"{}\"", "b".repeat(64)),
                Some(Some(Base::OneOf(vec![hash("a"), hash("b")]))),
            ),
            ("if-match", one.clone(), None),
            ("if-match", format!("W/\"{one}\""), None),
            ("if-match", "\"abc\"".into(), None),
            ("if-match", String::new(), None),
            ("if-none-match", "*".into(), Some(Some(Base::Nothing))),
            ("if-none-match", format!("\"{one}\""), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(&value).unwrap());
            assert_eq!(base(&headers).ok(), expected, "{name}: {value}");
        }
        let mut both = HeaderMap::new();
        both.insert(header::IF_MATCH, HeaderValue::from_static("*"));
        both.insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
        assert_eq!(base(&both).unwrap_err().status(), 400);
    }
}
