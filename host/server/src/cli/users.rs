//! `cuecard users`: people who log in. Works on the data folder directly, so no host may hold it; a running host takes
//! `/v1/users` instead.

use std::{
    io::{BufRead, IsTerminal, stderr, stdin},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use cuecard_engine::{Engine, Person, SqliteEngine};
use cuecard_model::MerchantId;

use super::{
    keys::{COMMAND_LINE, Role, open},
    lines::{print as say, say as note},
};
use crate::{
    clock,
    http::{NewPerson, WantedPassword, arrived, changed, key_words, settle_password},
    people::{self, password},
};

/// Add and list people who log in, give them new passwords, keep them out.
#[derive(Debug, Parser)]
pub(crate) struct Users {
    /// Folder that holds all state
    #[arg(long, value_name = "FOLDER", default_value = "cuecard-data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a person; without a password of your own one is made and shown this once
    Create {
        #[command(flatten)]
        who: Who,
        /// What they may do
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<Role>,
        #[command(flatten)]
        password: Password,
    },
    /// List all people
    List,
    /// Log a person out and keep them out
    Disable {
        #[command(flatten)]
        who: Who,
    },
    /// Let a person log in again
    Enable {
        #[command(flatten)]
        who: Who,
    },
    /// Give a person a new password; their sessions end
    Password {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        password: Password,
    },
}

#[derive(Debug, Args)]
struct Who {
    /// The merchant whose data they see
    #[arg(long)]
    merchant: String,
    /// The name they log in with; with a login service, what it calls them (their mail address, as a rule)
    name: String,
}

#[derive(Debug, Args)]
#[group(id = "chosen", multiple = false)]
struct Password {
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// Ask for the password on the terminal
    #[arg(long)]
    ask: bool,
    /// No password: the login service of `[oidc]` vouches for them
    #[arg(long)]
    no_password: bool,
}

impl Users {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let engine = open(&self.data, "/v1/users")?;
        let result = act(&engine, self.command).await;
        engine.close().await;
        result.map(|()| ExitCode::SUCCESS)
    }
}

async fn act(engine: &SqliteEngine, command: Command) -> Result<()> {
    let (by, now) = (Arc::from(COMMAND_LINE), clock::now());
    match command {
        Command::Create { who, role, password } => {
            let merchant = merchant(&who.merchant)?;
            let roles = role.into_iter().map(Into::into).collect();
            let asked = NewPerson { merchant, name: who.name, roles, password: read(&password)? };
            let (person, made, changes) = arrived(asked, &by, now).map_err(|reason| anyhow!(reason))?;
            if !engine.change(changes).await? {
                bail!(
                    "{} has a person '{}' already\n  hint: choose another name, or give them a new password with `cuecard users password`",
                    person.merchant,
                    person.name
                );
            }
            tell(&person, made);
        }
        Command::List => engine.people().await?.iter().for_each(|person| say(line(person))),
        Command::Disable { who } => {
            let person = find(engine, &who).await?;
            let person = Person { disabled_at: person.disabled_at.or(Some(now)), ..person };
            engine.change(changed(&person, &by, "person.disabled", now)).await?;
            say(line(&person));
        }
        Command::Enable { who } => {
            let person = Person { disabled_at: None, ..find(engine, &who).await? };
            engine.change(changed(&person, &by, "person.enabled", now)).await?;
            say(line(&person));
        }
        Command::Password { who, password } => {
            let person = find(engine, &who).await?;
            let (hash, made) = settle_password(read(&password)?, &person.name).map_err(|reason| anyhow!(reason))?;
            let person = Person { password: hash.into(), ..person };
            engine.change(changed(&person, &by, "person.password", now)).await?;
            tell(&person, made);
        }
    }
    Ok(())
}

fn merchant(id: &str) -> Result<MerchantId> {
    if id.is_empty() || id.len() > 200 {
        bail!("'{id}' is no merchant's id\n  hint: use 1 to 200 bytes");
    }
    Ok(MerchantId::from(id))
}

async fn find(engine: &SqliteEngine, who: &Who) -> Result<Person> {
    let merchant = merchant(&who.merchant)?;
    let named = engine.people_named(&people::name(&who.name).unwrap_or_default()).await?;
    let found = named.into_iter().find(|person| person.merchant == merchant);
    found.with_context(|| format!("{merchant} has no person '{}'\n  hint: `cuecard users list`", who.name))
}

fn read(password: &Password) -> Result<WantedPassword> {
    let line = || -> Result<String> {
        let mut line = String::new();
        stdin().lock().read_line(&mut line).context("the password could not be read")?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    if password.password_stdin {
        return line().map(WantedPassword::Chosen);
    }
    if password.no_password {
        return Ok(WantedPassword::Without);
    }
    if !password.ask {
        return Ok(WantedPassword::Made);
    }
    if !stdin().is_terminal() || !stderr().is_terminal() {
        bail!("there is no terminal to ask on\n  hint: --password-stdin reads the password from standard input");
    }
    note("password (at least 15 characters; four words will do):");
    let first = silently(line)?;
    note("once more:");
    if first != silently(line)? {
        bail!("the two are not the same");
    }
    Ok(WantedPassword::Chosen(first))
}

/// Reads while the terminal does not show what is typed; it shows it again afterwards, come what may.
fn silently<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = stdin();
    let before = tcgetattr(&terminal).context("the terminal could not be asked")?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Flush, &silent).context("the terminal could not be silenced")?;
    let result = work();
    tcsetattr(&terminal, OptionalActions::Flush, &before).context("the terminal could not be set back")?;
    result
}

fn tell(person: &Person, made: Option<String>) {
    note(line(person));
    if let Some(made) = made {
        say(&made);
        note("keep the password: only its hash is stored");
    }
}

fn line(person: &Person) -> String {
    let Person { merchant, name, roles, password, created_at, disabled_at } = person;
    let no_password = if **password == *password::NONE { "  no password" } else { "" };
    let disabled = disabled_at.map_or_else(String::new, |at| format!("  disabled {at}"));
    format!("{merchant}  {name}  {}  since {created_at}{no_password}{disabled}", key_words(roles))
}
