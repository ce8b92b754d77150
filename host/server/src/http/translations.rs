//! `POST /v1/translations`: texts in another language, by the merchant's translation connector. Nothing is kept but in its
//! memory of translations.

use std::{sync::Arc, time::Duration};

use axum::{Extension, extract::State};
use cuecard_culture as culture;
use serde::{Deserialize, Serialize};

use super::{Problem, guard::Caller, json::Json, messages::check_text};
use crate::{
    app::App,
    translate::{Asked, NotTranslated},
};

/// So many texts at once: what DeepL takes in one request.
const TEXTS: usize = 50;
/// Bytes of all texts together.
const BYTES: usize = 64 << 10;
/// Nobody's turn waits for this, so it may take longer.
const WITHIN: Duration = Duration::from_secs(10);
/// A detected language below this is left to the provider.
const SURE: f64 = 0.5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    texts: Vec<String>,
    /// BCP 47.
    target: String,
    /// BCP 47; each text's own language is detected if absent.
    #[serde(default)]
    source: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Translations {
    provider: &'static str,
    /// In the order of the texts.
    translations: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    /// Null if there is none.
    text: Option<String>,
    /// The language of the text that was sent, where it is known.
    source: Option<String>,
    /// False for a text that was in the language already.
    machine_translated: bool,
    /// Why there is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Body>,
) -> Result<Json<Translations>, Problem> {
    check(&body)?;
    let target = tag("target", &body.target)?;
    let source = body.source.as_deref().map(|source| tag("source", source)).transpose()?;
    let connector = app.translations.of(&caller.merchant).ok_or_else(|| {
        Problem::new(409, "not-enabled", "Not switched on", "there is no translation connector for this merchant")
            .hint("the operator adds [merchant.translation] to the file of --config")
    })?;
    let asked: Vec<_> = body.texts.into_iter().map(|text| asked(text, source.as_deref(), &target)).collect();
    let (there, to_ask): (Vec<_>, Vec<_>) = asked.iter().cloned().partition(is_there);
    let mut made = connector.ask(&to_ask, WITHIN).await.into_iter();
    let nothing = there.is_empty() && made.as_slice().iter().all(is_of_provider);
    if let Some(Some(Err(why))) = nothing.then(|| made.next()) {
        return Err(refused(&why));
    }
    let translations = asked.into_iter().map(|asked| {
        if is_there(&asked) {
            return One { text: Some(asked.text), source: asked.source, machine_translated: false, problem: None };
        }
        match made.next() {
            Some(Ok(made)) => {
                let source = asked.source.or(made.source);
                One { text: Some(made.text), source, machine_translated: true, problem: None }
            }
            failed => {
                let problem = failed.and_then(Result::err).map(|why| why.to_string());
                One { text: None, source: asked.source, machine_translated: false, problem }
            }
        }
    });
    Ok(Json(Translations { provider: connector.provider(), translations: translations.collect() }))
}

fn check(body: &Body) -> Result<(), Problem> {
    if !(1..=TEXTS).contains(&body.texts.len()) {
        let detail = format!("there are {} texts, and 1 to {TEXTS} are taken", body.texts.len());
        return Err(Problem::bad_request(detail).field("texts").hint("send them in several requests"));
    }
    let bytes: usize = body.texts.iter().map(String::len).sum();
    if bytes > BYTES {
        let detail = format!("the texts have {bytes} bytes together, at most {BYTES} are taken");
        return Err(Problem::bad_request(detail).field("texts").hint("send them in several requests"));
    }
    body.texts.iter().try_for_each(|text| check_text(text))
}

fn tag(field: &str, tag: &str) -> Result<String, Problem> {
    culture::normalize(tag).ok_or_else(|| {
        Problem::bad_request(format!("{tag:?} is no language tag"))
            .field(field)
            .hint("send a BCP 47 tag, such as en or zh-Hant")
    })
}

fn asked(text: String, source: Option<&str>, target: &str) -> Asked {
    let detected = || {
        let detected = cuecard_understand::language_of(&text);
        (detected.confidence >= SURE && detected.tag != "und").then_some(detected.tag)
    };
    let source = source.map(str::to_owned).or_else(detected);
    Asked { text, source, target: target.to_owned(), ..Asked::default() }
}

/// Whether a text needs no translation.
fn is_there(asked: &Asked) -> bool {
    asked.source.as_deref().is_some_and(|source| culture::language(source) == culture::language(&asked.target))
}

/// Whether it was the provider that failed, and not a text.
fn is_of_provider(made: &Result<crate::translate::Translation, NotTranslated>) -> bool {
    matches!(made, Err(NotTranslated::Late(_) | NotTranslated::Paused(_) | NotTranslated::Failed(_)))
}

fn refused(why: &NotTranslated) -> Problem {
    let wait = if let NotTranslated::Paused(left) = why { *left } else { Duration::from_secs(1) };
    Problem::new(503, "translation", "Not translated", format!("the provider of translations failed: {why}"))
        .hint("try again later; the host's log and /metrics say more")
        .retry_after(wait)
}
