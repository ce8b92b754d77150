//! The operator's file: merchants, address, limits. Unknown keys are refused with the ones that are known.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

use anyhow::{Result, anyhow};
use cuecard_pipeline::Merchant;
use serde::Deserialize;

use crate::limits::Limits;

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
    /// How much may be asked for.
    pub limits: Limits,
    /// Settings of merchants, written `[[merchant]]`.
    pub merchant: Vec<Merchant>,
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
            anyhow!("{error}  hint: known here are listen, workers, proxies, embed_in, [limits] and [[merchant]] with id, default_locale, languages, links, actions, min_confidence")
        })?;
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
}

/// A scheme and a host alone: it goes into a header's list, where a space or a semicolon would say something else.
fn is_origin(site: &str) -> bool {
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
            ("workers = 0", "leaves nobody"),
            ("embed_in = [\"https://a.example/path\"]", "is no origin"),
            ("embed_in = [\"https://a.example; script-src *\"]", "is no origin"),
            ("[limits]\nburst = nan", "at least 1"),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
        let config = Config::parse("[[merchant]]\nid = \"a\"\nlinks = [\"a.example\"]").unwrap();
        assert_eq!(config.merchant[0].default_locale, "en");
    }
}
