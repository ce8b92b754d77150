//! `cuecard simulate`: what would have been sent over recorded history, on a virtual clock, and why the rest would not.

mod person;
mod report;
mod run;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, anyhow};
use clap::Args;
use cuecard_gate::Settings;
use cuecard_model::MerchantId;
use cuecard_pipeline::Merchant;

use self::{report::compare, run::Run};
use super::{
    lines::{self, Output},
    offline,
};

/// Tell what would have been sent over recorded history: by scenario and week, and the rest by the reason that stopped it.
///
/// In: JSON lines. An event as POST /v1/events takes it, or {"customer": {...}} as PUT /v1/customers takes it, with
/// "consents". Each customer's events are taken in the order of their times. What agents would be asked about counts as
/// approved at once.
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// The file to read; standard input if absent
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The folder of plugins that judge, and no others
    #[arg(long, value_name = "FOLDER", default_value = "plugins")]
    plugins: PathBuf,
    /// Settings of outreach, as under [merchant.outreach] in the operator's file; the defaults, if absent
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Other settings, to see what they would change
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Take it that every customer has agreed to offers on every channel
    #[arg(long)]
    consented: bool,
    /// Where messages fall back to
    #[arg(long, default_value = "en")]
    default_locale: String,
    /// A JSON line for each contact instead of the tables
    #[arg(long, conflicts_with = "against")]
    json: bool,
}

impl Simulate {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let Self { file, plugins, settings, against, consented, default_locale, json } = self;
        let merchant = Merchant { default_locale, ..Merchant::new(MerchantId::from("offline")) };
        let settled = |path: Option<&Path>| -> anyhow::Result<Merchant> {
            Ok(Merchant { outreach: path.map_or_else(|| Ok(Settings::default()), read)?, ..merchant.clone() })
        };
        let (settled, other) =
            (settled(settings.as_deref())?, against.as_deref().map(|it| settled(Some(it))).transpose()?);
        let people = person::read(&file, consented)?;
        let offline = offline::load(&plugins, merchant.clone())?;
        let workers = offline::workers().await?;
        let run = Run::new(&offline.snapshot, &workers);
        let report = run.of(&settled, people.clone()).await?;
        if json {
            let mut out = Output::new();
            report.contacts.iter().try_for_each(|contact| out.line(contact))?;
            out.finish()?;
        } else {
            lines::print(report.tables());
        }
        if let Some(other) = other {
            let changed = run.of(&other, people).await?;
            lines::print(compare(&report, &changed));
        }
        lines::say(report.pace());
        if report.lacks_consent() && !consented {
            lines::say(
                "hint: most offers lack a consent in this file; add \"consents\" to its customers, or say --consented",
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn read(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Settings::parse(&text).map_err(|error| anyhow!("{}: {error}", path.display()))
}
