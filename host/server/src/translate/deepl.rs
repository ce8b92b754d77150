//! DeepL's API, version 2: `POST /v2/translate`, with formality.

use std::time::Duration;

use async_trait::async_trait;
use hyper::{
    HeaderMap, Uri,
    header::{AUTHORIZATION, HeaderValue},
};
use serde::{Deserialize, Serialize};

use super::{Batch, Failed, Formality, Secret, Translation, Translator, exchange};
use crate::outgoing::Outgoing;

pub(super) struct DeepL {
    pub(super) url: Uri,
    /// `DeepL-Auth-Key ...`
    pub(super) key: HeaderValue,
    pub(super) outgoing: Outgoing,
}

#[derive(Serialize)]
struct Request<'a> {
    text: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    source_lang: Option<String>,
    target_lang: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    formality: Option<&'static str>,
}

#[derive(Deserialize)]
struct Answer {
    translations: Vec<Made>,
}

#[derive(Deserialize)]
struct Made {
    text: String,
    detected_source_language: Option<String>,
}

#[async_trait]
impl Translator for DeepL {
    fn name(&self) -> &'static str {
        "deepl"
    }

    async fn translate(&self, batch: &Batch, within: Duration) -> Result<Vec<Translation>, Failed> {
        let request = Request {
            text: &batch.texts,
            source_lang: batch.source.as_deref().map(source),
            target_lang: target(&batch.target),
            // `prefer_`: a language without forms of address is translated all the same.
            formality: match batch.formality {
                Formality::Default => None,
                Formality::More => Some("prefer_more"),
                Formality::Less => Some("prefer_less"),
            },
        };
        let headers = HeaderMap::from_iter([(AUTHORIZATION, self.key.clone())]);
        let answer: Answer = exchange(&self.outgoing, &self.url, headers, &request, within).await?;
        let made = answer.translations.into_iter().map(|Made { text, detected_source_language }| {
            let source = detected_source_language.map(|code| code.to_lowercase());
            Translation { text, source }
        });
        Ok(made.collect())
    }
}

impl DeepL {
    /// Keys of the free plan end with `:fx` and have an address of their own.
    pub(super) fn address(key: &Secret) -> &'static str {
        if key.reveal().ends_with(":fx") { "https://api-free.deepl.com" } else { "https://api.deepl.com" }
    }
}

/// Sources are languages, without a country.
fn source(tag: &str) -> String {
    let language = tag.split('-').next().unwrap_or(tag);
    if matches!(language, "no" | "nn") { "NB".into() } else { language.to_uppercase() }
}

/// Targets have a variant where DeepL tells them apart.
fn target(tag: &str) -> String {
    const LIKE_AMERICA: &[&str] = &["US", "PH", "PR"];
    let region = tag.split('-').skip(1).find(|part| part.len() == 2 || part.bytes().all(|it| it.is_ascii_digit()));
    let language = source(tag);
    let variant = match (language.as_str(), region) {
        ("EN", None) => "EN-US",
        ("EN", Some(region)) if LIKE_AMERICA.contains(&region) => "EN-US",
        ("EN", _) => "EN-GB",
        ("PT", None | Some("BR")) => "PT-BR",
        ("PT", _) => "PT-PT",
        ("ES", None | Some("ES" | "GQ" | "EA" | "IC")) => "ES",
        ("ES", _) => "ES-419",
        ("ZH", _) if cuecard_culture::language(tag) == "zh-Hant" => "ZH-HANT",
        ("ZH", _) => "ZH-HANS",
        _ => return language,
    };
    variant.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        for (tag, expected) in [
            ("de-CH", "DE DE"),
            ("en", "EN EN-US"),
            ("en-IN", "EN EN-GB"),
            ("pt-AO", "PT PT-PT"),
            ("pt", "PT PT-BR"),
            ("es-MX", "ES ES-419"),
            ("es-419", "ES ES-419"),
            ("es", "ES ES"),
            ("zh-Hant-TW", "ZH ZH-HANT"),
            ("zh-HK", "ZH ZH-HANT"),
            ("zh-Hans-CN", "ZH ZH-HANS"),
            ("zh", "ZH ZH-HANS"),
            ("no", "NB NB"),
        ] {
            assert_eq!(format!("{} {}", source(tag), target(tag)), expected, "{tag}");
        }
    }
}
