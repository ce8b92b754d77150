//! `cuecard keys`: works on the data folder directly, so no server may hold it. A running host takes
//! `/v1/keys` instead.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Parser, Subcommand, ValueEnum};
use cuecard_engine::{ApiKey, Engine, Error, KeyRole, SqliteEngine};
use cuecard_model::MerchantId;

use super::lines::{print as say, say as note};
use crate::{
    clock,
    http::{key_changes, key_words, make_key},
};

/// Make, list and take back keys to the API.
#[derive(Debug, Parser)]
pub(crate) struct Keys {
    /// Folder that holds all state
    #[arg(long, value_name = "FOLDER", default_value = "cuecard-data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key; it is shown this once
    Create {
        /// The merchant whose data it opens
        #[arg(long)]
        merchant: String,
        /// What it may do
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<Role>,
        /// What people call it
        #[arg(long)]
        name: Option<String>,
    },
    /// List all keys, without the keys themselves
    List,
    /// Take a key back
    Revoke {
        /// The key's id, as `keys list` shows it
        id: String,
    },
}

/// What may be done, as it is written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Role {
    /// Send messages, events, customers and live data
    Ingest,
    /// Read suggestions and answer to them
    Agent,
    /// Push plugins
    Author,
    /// Everything, shared plugins and keys too
    Operator,
}

impl Keys {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let engine = open(&self.data, "/v1/keys")?;
        let result = act(&engine, self.command).await;
        engine.close().await;
        result.map(|()| ExitCode::SUCCESS)
    }
}

/// Who it was that did something on the command line.
pub(super) const COMMAND_LINE: &str = "command-line";

/// The engine of a data folder that no host holds.
pub(super) fn open(data: &Path, instead: &str) -> Result<SqliteEngine> {
    SqliteEngine::open(data).map_err(|error| match error {
        Error::InUse { folder } => anyhow!(
            "a running host holds {}\n  hint: ask it with an operator's key ({instead}), or stop it first",
            folder.display()
        ),
        error => anyhow!(error),
    })
}

async fn act(engine: &SqliteEngine, command: Command) -> Result<()> {
    let by = Arc::from(COMMAND_LINE);
    match command {
        Command::Create { merchant, role, name } => {
            if merchant.is_empty() || merchant.len() > 200 {
                bail!("'{merchant}' is no merchant's id\n  hint: use 1 to 200 bytes");
            }
            let roles = role.into_iter().map(KeyRole::from).collect();
            let (key, record) = make_key(MerchantId::from(merchant), roles, name).map_err(|reason| anyhow!(reason))?;
            engine.change(key_changes(&by, &record, "key.created")).await?;
            say(&key);
            note(format!("{}\nkeep the key: only its hash is stored", line(&record)));
        }
        Command::List => engine.api_keys().await?.iter().for_each(|key| say(line(key))),
        Command::Revoke { id } => {
            let keys = engine.api_keys().await?;
            let mut found = keys.into_iter().filter(|key| id.len() >= 8 && key.hash.starts_with(&id));
            let key = found.next().with_context(|| format!("no key has the id '{id}'\n  hint: `cuecard keys list`"))?;
            if found.next().is_some() {
                bail!("more than one key has an id that begins with '{id}'\n  hint: write more of it");
            }
            let key = ApiKey { revoked_at: Some(clock::now()), ..key };
            say(line(&key));
            engine.change(key_changes(&by, &key, "key.revoked")).await?;
        }
    }
    Ok(())
}

impl From<Role> for KeyRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Ingest => Self::Ingest,
            Role::Agent => Self::Agent,
            Role::Author => Self::Author,
            Role::Operator => Self::Operator,
        }
    }
}

fn line(key: &ApiKey) -> String {
    let revoked = key.revoked_at.map_or_else(String::new, |at| format!("  revoked {at}"));
    let id = key.hash.get(..12).unwrap_or_default();
    format!("{id}  {}  {}  '{}'  made {}{revoked}", key.merchant, key_words(&key.roles), key.name, key.created_at)
}
