//! `cuecard logs`: what a plugin says to its author on a running server, lately or as it happens.

use std::{
    io::{BufRead, BufReader},
    process::ExitCode,
};

use clap::Args;
use serde_json::Value as Json;

use super::{
    lines::print,
    remote::{Server, rows, text},
};

/// Show what a plugin said, and how it failed.
#[derive(Args, Debug)]
pub(crate) struct Logs {
    /// The plugin's id.
    plugin: String,
    /// Go on showing lines as they come.
    #[arg(short, long)]
    follow: bool,
    /// How many lines to begin with.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// As JSON lines.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

impl Logs {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let path = format!("/v1/plugins/{}/logs?limit={}", self.plugin, self.limit);
        if !self.follow {
            let answer = self.server.get(&path)?;
            rows(&answer, "lines").for_each(|line| self.show(line));
            return Ok(ExitCode::SUCCESS);
        }
        let stream = BufReader::new(self.server.listen(&format!("{path}&follow=true"))?);
        for line in stream.lines() {
            let line = line?;
            let said = line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok());
            said.iter().for_each(|said| self.show(said));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn show(&self, line: &Json) {
        if self.json {
            return print(line.to_string());
        }
        let failure = text(line, "failure");
        let level = if failure.is_empty() { text(line, "level") } else { failure };
        let about = [text(line, "turn_id"), text(line, "event_id")].concat();
        let (at, plugin, hook) = (text(line, "at"), text(line, "plugin"), text(line, "hook"));
        print(format!("{at}  {level:<7}  {plugin} {hook}  {about}"));
        text(line, "text").lines().for_each(|said| print(format!("    {said}")));
    }
}
