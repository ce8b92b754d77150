//! LibreTranslate: `POST /translate`, in one's own house or hosted.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::try_join_all;
use hyper::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};

use super::{Batch, Failed, Secret, Translation, Translator, exchange};
use crate::outgoing::Outgoing;

pub(super) struct LibreTranslate {
    pub(super) url: Uri,
    pub(super) key: Option<Secret>,
    pub(super) outgoing: Outgoing,
}

#[derive(Serialize)]
struct Request<'a> {
    q: &'a [String],
    source: &'a str,
    target: &'a str,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    translated_text: Vec<String>,
    #[serde(default)]
    detected_language: Vec<Detected>,
}

#[derive(Deserialize)]
struct Detected {
    language: String,
}

#[async_trait]
impl Translator for LibreTranslate {
    fn name(&self) -> &'static str {
        "libretranslate"
    }

    async fn translate(&self, batch: &Batch, within: Duration) -> Result<Vec<Translation>, Failed> {
        if batch.source.is_some() {
            return self.ask(&batch.texts, batch, within).await;
        }
        // It would detect one language for all of them.
        let each = batch.texts.iter().map(|text| self.ask(std::slice::from_ref(text), batch, within));
        Ok(try_join_all(each).await?.into_iter().flatten().collect())
    }
}

impl LibreTranslate {
    async fn ask(&self, q: &[String], batch: &Batch, within: Duration) -> Result<Vec<Translation>, Failed> {
        let source = batch.source.as_deref().map_or("auto", code);
        let api_key = self.key.as_ref().map(Secret::reveal);
        let request = Request { q, source, target: code(&batch.target), format: "text", api_key };
        let answer: Answer = exchange(&self.outgoing, &self.url, HeaderMap::new(), &request, within).await?;
        let mut detected = answer.detected_language.into_iter().map(|it| tag(it.language));
        let texts = answer.translated_text.into_iter();
        Ok(texts.map(|text| Translation { text, source: detected.next() }).collect())
    }
}

/// Its languages, by the names of its models: every version knows these, newer ones the tags as well.
fn code(tag: &str) -> &str {
    let language = tag.split('-').next().unwrap_or(tag);
    match language {
        "zh" if cuecard_culture::language(tag) == "zh-Hant" => "zt",
        "pt" if tag.ends_with("-BR") => "pb",
        "no" | "nn" => "nb",
        "fil" => "tl",
        _ => language,
    }
}

fn tag(code: String) -> String {
    match code.as_str() {
        "zt" => "zh-Hant".into(),
        "zh" => "zh-Hans".into(),
        "pb" => "pt-BR".into(),
        _ => code,
    }
}
