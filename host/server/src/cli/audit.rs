//! `cuecard audit`: who did what, checked or written out. Reads the database file alone, so a host may be running.

use std::{io::Write, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use cuecard_engine::{AuditRecord, Broken, Chain, Scope, StoredAudit, read_audit};
use cuecard_model::MerchantId;
use serde_json::json;

use super::lines::{print as say, say as note};

/// Check or write out the records of who did what.
#[derive(Debug, Parser)]
pub(crate) struct Audit {
    /// Folder that holds all state
    #[arg(long, value_name = "FOLDER", default_value = "cuecard-data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check every record against its hash, and every hash against the one before; name the first that does not hold
    Verify {
        /// A hash that was written down earlier: that no record up to it was cut off or written anew is checked too
        #[arg(long, value_name = "HASH")]
        head: Vec<String>,
    },
    /// Write the records as JSON lines, each with its hash
    Export {
        /// One merchant's alone
        #[arg(long)]
        merchant: Option<String>,
    },
}

impl Audit {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Verify { head } => verify(&self.data, head),
            Command::Export { merchant } => export(&self.data, merchant),
        }
    }
}

/// What a pass over all chains has found.
#[derive(Default)]
struct Pass {
    chains: Vec<Chain>,
    broken: Vec<Broken>,
}

impl Pass {
    fn take(&mut self, stored: &StoredAudit) {
        if self.chains.last().is_none_or(|chain| chain.chain != stored.chain) {
            self.chains.push(Chain::new(stored.chain.clone()));
        }
        let known = self.broken.last().is_some_and(|broken| broken.chain == stored.chain);
        if let Some(chain) = self.chains.last_mut().filter(|_| !known) {
            self.broken.extend(chain.next(stored).err());
        }
    }
}

fn verify(data: &std::path::Path, mut heads: Vec<String>) -> Result<ExitCode> {
    let mut pass = Pass::default();
    read_audit(data, |stored| {
        pass.take(&stored);
        heads.retain(|head| *head != stored.hash);
    })?;
    for Chain { chain, records, head } in &pass.chains {
        say(format!("{chain}  {records} records hold  head {head}"));
    }
    pass.broken.iter().for_each(|broken| note(broken.to_string()));
    heads.iter().for_each(|head| note(format!("no record has the hash {head}: records were cut off or written anew")));
    if pass.broken.is_empty() && heads.is_empty() {
        note("every record holds; whoever keeps the heads elsewhere can check with --head that nothing is cut off");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

fn export(data: &std::path::Path, merchant: Option<String>) -> Result<ExitCode> {
    let wanted = merchant.map(|merchant| Scope::Merchant(MerchantId::from(merchant)).to_string());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    read_audit(data, |stored| {
        if written.is_ok() && wanted.as_ref().is_none_or(|wanted| *wanted == stored.chain) {
            let record = serde_json::from_str::<AuditRecord>(&stored.body);
            let line = match record {
                Ok(record) => json!({"hash": stored.hash, "record": record}),
                Err(_) => json!({"hash": stored.hash, "damaged": stored.body}),
            };
            written = writeln!(out, "{line}");
        }
    })?;
    written.and_then(|()| out.flush()).context("the records could not be written")?;
    Ok(ExitCode::SUCCESS)
}
