//! What the operator's file says of a merchant's translations. Held in memory alone: no API shows it, and no engine keeps it.

use std::{fmt, time::Duration};

use hyper::{Uri, header::HeaderValue};
use serde::Deserialize;

use super::{Translator, deepl::DeepL, libretranslate::LibreTranslate, openai::OpenAi};
use crate::outgoing::{self, Outgoing};

/// `[merchant.translation]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whom to ask.
    pub provider: Provider,
    /// Where; the provider's own address if it has one.
    pub url: Option<String>,
    /// The key to it.
    pub key: Option<Secret>,
    /// The variable of the environment that holds the key, so that no file has to.
    pub key_env: Option<String>,
    /// Which model, for an OpenAI-compatible endpoint.
    pub model: Option<String>,
    /// How long a turn may wait, in milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// How customers are addressed.
    #[serde(default)]
    pub formality: FormOfAddress,
}

/// Who translates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// LibreTranslate, in one's own house or hosted.
    LibreTranslate,
    /// DeepL's API, version 2.
    DeepL,
    /// Whatever answers `/v1/chat/completions`.
    OpenAi,
}

/// How customers are addressed in what a machine translates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormOfAddress {
    /// By the form of address of the turn, as the culture's rules choose it.
    #[default]
    Register,
    /// Formally, always.
    More,
    /// Informally, always.
    Less,
    /// As the provider likes.
    Default,
}

/// A key that nobody reads by accident.
#[derive(Clone, Deserialize)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl Secret {
    /// The key itself, for the request.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// A header that says the key, marked so that nobody prints it.
    pub(super) fn header(&self, scheme: &str) -> Result<HeaderValue, String> {
        let value = HeaderValue::from_str(&format!("{scheme} {}", self.0));
        let mut value = value.map_err(|_| "the key has characters that no header takes".to_owned())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn timeout_ms() -> u64 {
    300
}

impl Settings {
    /// How long a turn may wait.
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// The provider, ready to be asked; or what is wrong with the settings.
    pub(super) fn connect(
        self,
        env: &impl Fn(&str) -> Option<String>,
        outgoing: &Outgoing,
    ) -> Result<Box<dyn Translator>, String> {
        if !(1..=10_000).contains(&self.timeout_ms) {
            let hint = "turns wait for translations so long; 300 suits most";
            return Err(format!("timeout_ms = {} is not between 1 and 10000\n  hint: {hint}", self.timeout_ms));
        }
        let key = self.key(env)?;
        let outgoing = outgoing.clone();
        if self.model.is_some() && self.provider != Provider::OpenAi {
            return Err("only provider = \"openai\" takes a model\n  hint: leave `model` out".into());
        }
        let url = self.url.as_deref();
        Ok(match self.provider {
            Provider::LibreTranslate => {
                let url = url.ok_or("there is no url\n  hint: add url = \"http://localhost:5000\"")?;
                Box::new(LibreTranslate { url: join(url, "/translate")?, key, outgoing })
            }
            Provider::DeepL => {
                let key = key.ok_or("there is no key\n  hint: add key_env = \"DEEPL_KEY\"")?;
                let url = url.unwrap_or(DeepL::address(&key));
                Box::new(DeepL { url: join(url, "/v2/translate")?, key: key.header("DeepL-Auth-Key")?, outgoing })
            }
            Provider::OpenAi => {
                let url = url.ok_or("there is no url\n  hint: add url = \"https://api.openai.com\"")?;
                let url = url.trim_end_matches('/').trim_end_matches("/v1");
                let model = self.model.ok_or("there is no model\n  hint: add model = \"...\"")?;
                let key = key.map(|key| key.header("Bearer")).transpose()?;
                Box::new(OpenAi { url: join(url, "/v1/chat/completions")?, key, model, outgoing })
            }
        })
    }

    fn key(&self, env: &impl Fn(&str) -> Option<String>) -> Result<Option<Secret>, String> {
        match (&self.key, &self.key_env) {
            (Some(_), Some(_)) => {
                Err("both key and key_env are there\n  hint: keep key_env, and the key out of the file".into())
            }
            (key, None) => Ok(key.clone()),
            (None, Some(name)) => {
                let key = env(name).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
                let missing = || {
                    let hint = "set it where the host is started, or leave [merchant.translation] out";
                    format!("key_env = {name:?}, and the environment has no {name}\n  hint: {hint}")
                };
                key.map(|key| Some(Secret(key))).ok_or_else(missing)
            }
        }
    }
}

fn join(url: &str, path: &str) -> Result<Uri, String> {
    outgoing::address(&format!("{}{path}", url.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Settings, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn says_what_is_wrong() {
        let env = |name: &str| match name {
            "DEEPL_KEY" => Some("very-secret:fx".to_owned()),
            "EMPTY" => Some(" ".to_owned()),
            _ => None,
        };
        for (text, expected) in [
            ("provider = \"deepl\"\nkey_env = \"DEEPL_KEY\"", ""),
            ("provider = \"deepl\"\nkey = \"very-secret\"\ntimeout_ms = 500\nformality = \"more\"", ""),
            ("provider = \"libretranslate\"\nurl = \"http://127.0.0.1:5000/\"", ""),
            ("provider = \"openai\"\nurl = \"http://127.0.0.1:11434/v1/\"\nmodel = \"m\"", ""),
            ("provider = \"bing\"", "unknown variant `bing`"),
            ("provider = \"deepl\"\nkay = \"very-secret\"", "unknown field `kay`"),
            ("url = \"http://a\"", "missing field `provider`"),
            ("provider = \"deepl\"", "hint: add key_env"),
            ("provider = \"deepl\"\nkey_env = \"NOWHERE\"", "the environment has no NOWHERE"),
            ("provider = \"deepl\"\nkey_env = \"EMPTY\"", "the environment has no EMPTY"),
            ("provider = \"deepl\"\nkey_env = \"DEEPL_KEY\"\nkey = \"very-secret\"", "both key and key_env"),
            ("provider = \"deepl\"\nkey = \"very-secret\\n\"", "no header takes"),
            ("provider = \"deepl\"\nkey = \"very-secret\"\nmodel = \"m\"", "takes a model"),
            ("provider = \"deepl\"\nkey = \"very-secret\"\ntimeout_ms = 0", "not between 1 and 10000"),
            ("provider = \"deepl\"\nkey = \"very-secret\"\nurl = \"a.example\"", "is no address"),
            ("provider = \"libretranslate\"", "there is no url"),
            ("provider = \"openai\"\nurl = \"http://a\"", "there is no model"),
        ] {
            let said = settings(text).and_then(|settings| {
                let shown = format!("{settings:?}");
                assert!(!shown.contains("very-secret"), "{shown}");
                settings.connect(&env, &Outgoing::default()).map(drop)
            });
            let said = said.map_or_else(|error| error, |()| String::new());
            assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{text}: {said}");
        }
    }
}
