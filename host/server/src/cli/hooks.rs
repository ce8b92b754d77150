//! `cuecard hooks`: works on the data folder directly, so no server may hold it. A running host takes `/v1/hooks`.

use std::{io::Read as _, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use cuecard_engine::{Engine, Hook, SqliteEngine};

use super::{
    keys::{COMMAND_LINE, open},
    lines::{print as say, say as note},
};
use crate::{
    clock,
    http::{hook_changes, make_hook},
};

/// Make, list and take back addresses for a shop's webhooks.
#[derive(Debug, Parser)]
pub(crate) struct Hooks {
    /// Folder that holds all state
    #[arg(long, value_name = "FOLDER", default_value = "cuecard-data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an address; it is shown this once
    Create {
        /// Whose shop it is
        #[arg(long)]
        merchant: String,
        /// Which system: shopify, woocommerce, saleor, generic, chatwoot
        #[arg(long)]
        kind: String,
        /// The shop's name, if the merchant has several: it goes before the ids of its customers and orders
        #[arg(long)]
        shop: Option<String>,
        #[command(flatten)]
        secret: Secret,
    },
    /// List all addresses, without keys and secrets
    List,
    /// Take an address back
    Revoke {
        /// Its id, as `hooks list` shows it
        id: String,
    },
}

/// What the shop signs with; nothing for Chatwoot. Never an argument: other users of the machine can read those.
#[derive(Args, Debug)]
#[group(multiple = false)]
struct Secret {
    /// Read the secret, or Saleor's JWK set, from standard input
    #[arg(long)]
    secret_stdin: bool,
    /// Read it from this environment variable
    #[arg(long, value_name = "NAME")]
    secret_env: Option<String>,
}

impl Secret {
    fn read(&self) -> Result<String> {
        match &self.secret_env {
            Some(name) => std::env::var(name).with_context(|| format!("the variable {name} is not set")),
            None if !self.secret_stdin => Ok(String::new()),
            None => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
                Ok(text)
            }
        }
    }
}

impl Hooks {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let engine = open(&self.data, "/v1/hooks")?;
        let result = act(&engine, self.command).await;
        engine.close().await;
        result.map(|()| ExitCode::SUCCESS)
    }
}

async fn act(engine: &SqliteEngine, command: Command) -> Result<()> {
    let by = Arc::from(COMMAND_LINE);
    match command {
        Command::Create { merchant, kind, shop, secret } => {
            if merchant.is_empty() || merchant.len() > 200 {
                bail!("'{merchant}' is no merchant's id\n  hint: use 1 to 200 bytes");
            }
            let made = make_hook(merchant.into(), kind, &secret.read()?, shop);
            let (key, hook) = made.map_err(|reason| anyhow!("{reason}\n  hint: `cuecard hooks create --help`"))?;
            engine.change(hook_changes(&by, hook.clone(), "hook.created")).await?;
            say(format!("/hooks/{}/{key}", hook.kind));
            note(format!("{}\nput this path after your host's address: only its hash is stored", line(&hook)));
        }
        Command::List => engine.hooks().await?.iter().for_each(|hook| say(line(hook))),
        Command::Revoke { id } => {
            let hooks = engine.hooks().await?;
            let mut found = hooks.into_iter().filter(|hook| id.len() >= 8 && hook.hash.starts_with(&id));
            let hook =
                found.next().with_context(|| format!("no webhook has the id '{id}'\n  hint: `cuecard hooks list`"))?;
            if found.next().is_some() {
                bail!("more than one webhook has an id that begins with '{id}'\n  hint: write more of it");
            }
            let hook = Hook { revoked_at: Some(clock::now()), ..hook };
            say(line(&hook));
            engine.change(hook_changes(&by, hook, "hook.revoked")).await?;
        }
    }
    Ok(())
}

fn line(hook: &Hook) -> String {
    let revoked = hook.revoked_at.map_or_else(String::new, |at| format!("  revoked {at}"));
    let shop = hook.shop.as_ref().map_or_else(String::new, |shop| format!("  {shop}"));
    let id = hook.hash.get(..12).unwrap_or_default();
    format!("{id}  {}  {}{shop}  made {}{revoked}", hook.merchant, hook.kind, hook.created_at)
}
