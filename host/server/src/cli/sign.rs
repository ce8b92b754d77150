//! `cuecard sign`: puts an author's name to a bundle. Knows keys and files; what is signed, `cuecard_plugin` says.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use cuecard_model::Timestamp;
use cuecard_plugin::signature::{FILE, signed_text};
use minisign::{KeyPair, PublicKey, SecretKeyBox};

use super::{check::read_bundle, lines::print};
use crate::clock;

/// Sign a plugin, so that hosts that ask for it know whose it is
///
/// Writes plugin.minisig beside plugin.toml. Any change of the plugin's files makes it void. Keys and signatures are
/// those of minisign (ed25519); its own tool signs what --print prints.
#[derive(Args, Debug)]
pub(crate) struct Sign {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The secret key. One with a password asks for it, or takes it from CUECARD_SIGN_PASSWORD.
    #[arg(long, env = "CUECARD_SIGN_KEY", required_unless_present_any = ["new_key", "print"])]
    key: Option<PathBuf>,
    /// Days after which the signature no longer lets the bundle go live.
    #[arg(long, value_name = "DAYS")]
    expires: Option<u32>,
    /// Make a new key instead: FILE.key, to be kept secret, and FILE.pub, for hosts.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "print"])]
    new_key: Option<PathBuf>,
    /// Only print the line that is signed.
    #[arg(long)]
    print: bool,
}

const DAY: i64 = 24 * 3600 * 1000;

impl Sign {
    pub(crate) fn run(self) -> Result<ExitCode> {
        if let Some(name) = &self.new_key {
            return make_key(name);
        }
        let bundle = read_bundle(&self.folder).map_err(|problems| {
            anyhow!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        })?;
        ensure!(
            bundle.file("plugin.toml").is_some(),
            "{} has no plugin.toml\n  hint: name a plugin's folder",
            self.folder.display()
        );
        let text = signed_text(&bundle);
        if self.print {
            print(text.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        let now = clock::now();
        let expires = self.expires.map(|days| Timestamp::from_millis(now.millis() + i64::from(days) * DAY));
        let comment = match expires {
            Some(expires) => format!("signed:{now}\texpires:{expires}"),
            None => format!("signed:{now}"),
        };
        let key = self.key.as_deref().context("no key\n  hint: --key FILE")?;
        let secret = secret_key(key)?;
        let signature =
            minisign::sign(None, &secret, text.as_bytes(), Some(&comment), Some("signature of a Cuecard plugin"))?;
        let file = self.folder.join(FILE);
        fs::write(&file, signature.into_string()).with_context(|| format!("cannot write {}", file.display()))?;
        let public = PublicKey::from_secret_key(&secret)?;
        let until = expires.map(|expires| format!(", good until {expires}")).unwrap_or_default();
        print(format_args!("{} is signed by {}{until}", self.folder.display(), public.to_base64()));
        Ok(ExitCode::SUCCESS)
    }
}

fn secret_key(path: &Path) -> Result<minisign::SecretKey> {
    let text = fs::read_to_string(path).with_context(|| {
        format!("cannot read {}\n  hint: `cuecard sign --new-key FILE` makes a key", path.display())
    })?;
    let sealed =
        || SecretKeyBox::from_string(&text).with_context(|| format!("{} is no secret key of minisign", path.display()));
    if let Ok(open) = sealed()?.into_unencrypted_secret_key() {
        return Ok(open);
    }
    let password = env::var("CUECARD_SIGN_PASSWORD").ok();
    let opened = sealed()?.into_secret_key(password);
    opened.with_context(|| format!("{} does not open\n  hint: check the password", path.display()))
}

/// A key without a password: for whoever wants one, minisign's own tool makes it.
fn make_key(name: &Path) -> Result<ExitCode> {
    let (secret, public) = (name.with_extension("key"), name.with_extension("pub"));
    for file in [&secret, &public] {
        if file.exists() {
            bail!(
                "{} is there already\n  hint: name another, or remove it if nothing was signed with it",
                file.display()
            );
        }
    }
    let pair = KeyPair::generate_unencrypted_keypair()?;
    write_secret(&secret, &pair.sk.to_box(None)?.into_string())?;
    fs::write(&public, pair.pk.to_box()?.into_string())
        .with_context(|| format!("cannot write {}", public.display()))?;
    print(format_args!("{} is the secret key: keep it to yourself", secret.display()));
    print(format_args!(
        "{} is for hosts:\n\n[signatures]\nkeys = [{{ name = \"{}\", key = \"{}\" }}]",
        public.display(),
        name.file_stem().unwrap_or_default().to_string_lossy(),
        pair.pk.to_base64()
    ));
    Ok(ExitCode::SUCCESS)
}

fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))
}
