//! `cuecard insights`: what became of turns and cases, as CSV from a running server.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value as Json;

use super::{lines::print, remote::Server};

/// Print what became of messages and cases, by scenario, plugin and day, as CSV.
#[derive(Args, Debug)]
pub(crate) struct Insights {
    /// From this day or moment, e.g. 2026-11-01; 30 days before the end, if absent.
    #[arg(long)]
    from: Option<String>,
    /// Up to the end of this day, or up to a moment; today, if absent.
    #[arg(long)]
    to: Option<String>,
    /// Of this scenario alone.
    #[arg(long)]
    scenario: Option<String>,
    /// Of this plugin alone.
    #[arg(long)]
    plugin: Option<String>,
    /// Answered by this agent alone.
    #[arg(long)]
    agent: Option<String>,
    #[command(flatten)]
    server: Server,
}

impl Insights {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self { from, to, scenario, plugin, agent, server } = self;
        let named = [("from", from), ("to", to), ("scenario", scenario), ("plugin", plugin), ("agent", agent)];
        let given = named.iter().filter_map(|(name, value)| Some(format!("{name}={}", escaped(value.as_deref()?))));
        let path = format!("/v1/insights.csv?{}", given.collect::<Vec<_>>().join("&"));
        match server.get(&path)? {
            Json::String(table) => print(table.trim_end()),
            other => print(other.to_string()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A value as it stands in a query.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_values() {
        assert_eq!(escaped("a&b=c d/é"), "a%26b%3Dc%20d%2F%C3%A9");
        assert_eq!(escaped("2026-11-22"), "2026-11-22");
    }
}
