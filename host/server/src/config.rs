//! The operator's file: merchants, address, limits. Unknown keys are refused with the ones that are known.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
};

use anyhow::{Result, anyhow};
use cuecard_gate::{Policy, Rulebook};
use cuecard_pipeline::{Merchant, SuggestionHoldout};
use cuecard_plugin::{canary::Terms, signature::Trust};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{alerts, connectors::Connection, helpdesk, limits::Limits, people::oidc, translate};

/// What `--config` may say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen; the command line goes first.
    pub listen: Option<SocketAddr>,
    /// How many worker processes.
    pub workers: Option<usize>,
    /// Reverse proxies whose `X-Forwarded-For` is believed, by address.
    pub proxies: Vec<IpAddr>,
    /// Sites that may show `/desk/embed` in a frame, e.g. `https://helpdesk.example`.
    pub embed_in: Vec<String>,
    /// Whether plugins may carry their language with them, such as Python: up to 20 MiB of component and 64 MiB of memory.
    pub large_plugins: bool,
    /// A login service that vouches for people.
    pub oidc: Option<oidc::Settings>,
    /// How much may be asked for.
    pub limits: Limits,
    /// Who is told when a plugin is set aside, a canary ends, a change is refused.
    pub alerts: Option<alerts::Settings>,
    /// Whose plugins may serve every merchant.
    pub signatures: Trust,
    /// Settings of merchants, written `[[merchant]]`.
    pub merchant: Vec<MerchantSection>,
    /// Who carries contacts to customers, written `[[connector]]`.
    pub connector: Vec<Connection>,
}

/// One `[[merchant]]`: what the pipeline goes by and the engine keeps, and beside it what holds secrets and stays here.
#[derive(Clone, Debug)]
pub struct MerchantSection {
    /// The plain settings.
    pub plain: Merchant,
    /// `[merchant.translation]`: whom to ask for words that no plugin has.
    pub translation: Option<translate::Settings>,
    /// `[merchant.chatwoot]`: the helpdesk that its agents work in.
    pub chatwoot: Option<helpdesk::Settings>,
    /// `[merchant.signatures]`: whose plugins may serve this merchant as its own.
    pub signatures: Trust,
}

impl<'de> Deserialize<'de> for MerchantSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = toml::Table::deserialize(deserializer)?;
        let translation = table.remove("translation").map(toml::Value::try_into).transpose();
        let translation = translation.map_err(|error| D::Error::custom(format!("[merchant.translation]: {error}")))?;
        let chatwoot = table.remove("chatwoot").map(toml::Value::try_into).transpose();
        let chatwoot = chatwoot.map_err(|error| D::Error::custom(format!("[merchant.chatwoot]: {error}")))?;
        let signatures = table.remove("signatures").map(toml::Value::try_into).transpose();
        let signatures = signatures.map_err(|error| D::Error::custom(format!("[merchant.signatures]: {error}")))?;
        let plain = table.try_into().map_err(D::Error::custom)?;
        Ok(Self { plain, translation, chatwoot, signatures: signatures.unwrap_or_default() })
    }
}

impl Config {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow!("cannot read {}: {error}\n  hint: name the file with --config", path.display()))?;
        Self::parse(&text).map_err(|error| anyhow!("{}: {error:#}", path.display()))
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|error| {
            anyhow!("{error}  hint: known here are listen, workers, proxies, embed_in, large_plugins, [limits], [oidc] with name, issuer, client_id, secret_env, origin, claim, merchant, [signatures] with required and keys, [alerts] with url, secret_env, [[connector]] with merchant, channels, through, and [[merchant]] with id, default_locale, languages, links, actions, min_confidence, holdout, retention, outreach, [merchant.canary] with share, window_s, min_calls, slower, slower_us, [merchant.rehearsal] with turns, events, refuse_new_failures, ask_above, [merchant.translation] with provider, url, key_env, key, model, timeout_ms, formality, and [merchant.chatwoot] with url, account, token_env, secret_env, allow_unsigned, notes, poll_seconds, agent_locale, trust_identifiers, channels, timeout_ms, and [merchant.signatures] like [signatures]")
        })?;
        config.check_merchants(text)?;
        config.check_canaries(text)?;
        if config.workers == Some(0) {
            return Err(anyhow!(
                "workers = 0 leaves nobody to run plugins\n  hint: leave it out for one more than there are processors"
            ));
        }
        if let Some(site) = config.embed_in.iter().find(|site| !is_origin(site)) {
            return Err(anyhow!(
                "embed_in has '{site}', which is no origin\n  hint: write it as https://helpdesk.example, without a path"
            ));
        }
        let limits = &config.limits;
        if !(limits.requests_per_second > 0.0 && limits.burst >= 1.0) {
            return Err(anyhow!(
                "limits.requests_per_second must be above 0 and limits.burst at least 1\n  hint: leave them out for 2000 and 4000"
            ));
        }
        Ok(config)
    }

    /// Each merchant's terms must be terms.
    fn check_canaries(&self, text: &str) -> Result<()> {
        for (place, MerchantSection { plain: merchant, .. }) in self.merchant.iter().enumerate() {
            if let Some(share) = merchant.rehearsal.map(|it| it.ask_above).filter(|it| !(0.0..=1.0).contains(it)) {
                let reason = format!("ask_above is {share}, and a share is from 0 to 1");
                return Err(anyhow!("line {}: [[merchant]] {}: rehearsal: {reason}", line(text, place), merchant.id));
            }
            let Some(Err(reason)) = merchant.canary.map(Terms::checked) else { continue };
            return Err(anyhow!("line {}: [[merchant]] {}: canary: {reason}", line(text, place), merchant.id));
        }
        Ok(())
    }

    /// The gate must be able to decide by what each merchant has settled, and shares must be shares.
    fn check_merchants(&self, text: &str) -> Result<()> {
        let rulebook = Rulebook::shipped().map_err(|error| anyhow!("{error}"))?;
        for (place, MerchantSection { plain: merchant, .. }) in self.merchant.iter().enumerate() {
            let policy = Policy::new(&merchant.id, &merchant.outreach, Arc::clone(&rulebook));
            let place = || format!("line {}: [[merchant]] {}", line(text, place), merchant.id);
            policy.map_err(|error| anyhow!("{}: {error}", place()))?;
            let holdout = merchant.holdout.as_ref().map_or(Ok(()), SuggestionHoldout::check);
            holdout.map_err(|error| anyhow!("{}: {error}", place()))?;
        }
        Ok(())
    }
}

/// The line on which the merchant at this place begins.
fn line(text: &str, place: usize) -> usize {
    #[derive(Deserialize)]
    struct Places {
        merchant: Vec<toml::Spanned<toml::Value>>,
    }
    let start = toml::from_str::<Places>(text).ok().and_then(|file| Some(file.merchant.get(place)?.span().start));
    text.bytes().take(start.unwrap_or_default()).filter(|byte| *byte == b'\n').count() + 1
}

/// A scheme and a host alone: it goes into a header's list, where a space or a semicolon would say something else.
pub(crate) fn is_origin(site: &str) -> bool {
    let host = site.strip_prefix("https://").or_else(|| site.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    })
}

/// Who may show a page in a frame, as Content-Security-Policy writes it.
pub fn frame_ancestors(embed_in: &[String]) -> String {
    std::iter::once("'self'").chain(embed_in.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_and_what_is_known() {
        for (text, expected) in [
            ("listem = 1", "unknown field `listem`"),
            ("listen = 1", "expected socket address"),
            ("[limits]\nburts = 1", "line 2"),
            ("[[merchant]]\nid = \"a\"\nlinkz = []", "hint: known here are"),
            (
                "[[merchant]]\nid = \"a\"\n[merchant.translation]\nprovider = \"deepl\"\nkye = \"x\"",
                "[merchant.translation]: unknown field `kye`",
            ),
            (
                "[[merchant]]\nid = \"a\"\n[merchant.chatwoot]\nurl = \"http://a\"\naccount = 1\ntoken_env = \"X\"\npol = 1",
                "[merchant.chatwoot]: unknown field `pol`",
            ),
            ("[signatures]\nkeys = [{ name = \"ci\", key = \"RWx\" }]", "is no public key of minisign"),
            ("[[merchant]]\nid = \"a\"\n[merchant.signatures]\nrequire = true", "unknown field `require`"),
            ("workers = 0", "leaves nobody"),
            ("embed_in = [\"https://a.example/path\"]", "is no origin"),
            ("embed_in = [\"https://a.example; script-src *\"]", "is no origin"),
            ("[limits]\nburst = nan", "at least 1"),
            (
                "[[merchant]]\nid = \"a\"\n[merchant.canary]\nshare = 1.5",
                "line 1: [[merchant]] a: canary: a share of 1.5",
            ),
            ("[alerts]\nurl = \"https://a.example\"", "missing field `secret_env`"),
            ("[oidc]\nissuer = \"https://id.example\"", "missing field `client_id`"),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
        let config = Config::parse("[[merchant]]\nid = \"a\"\nlinks = [\"a.example\"]").unwrap();
        assert_eq!(config.merchant[0].plain.default_locale, "en");
    }
}
