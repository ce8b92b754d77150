//! `cuecard serve`: opens the port, says what to do next, serves until it is told to stop.

use std::{
    io::{IsTerminal, stderr},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow, ensure};
use clap::{Parser, ValueEnum};
use cuecard_engine::ReloadOutcome;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

use super::lines::print as say;
use crate::{
    clock,
    config::Config,
    demo,
    start::{Host, Options, check_loopback, existing},
};

/// Where the host listens if nobody says.
const LISTEN: &str = "127.0.0.1:8787";
/// Which plugins, if nobody says.
const PLUGINS: &str = "plugins";

/// Serve messages over HTTP.
#[derive(Debug, Parser)]
pub(crate) struct Serve {
    /// Serve the demo shop: loopback only, and the key `dev` may do everything
    #[arg(long)]
    dev: bool,
    /// Address to listen on [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Folder of plugins to watch
    #[arg(long, value_name = "FOLDER", default_value = PLUGINS)]
    plugins: PathBuf,
    /// Folder that holds all state
    #[arg(long, value_name = "FOLDER", default_value = "cuecard-data")]
    data: PathBuf,
    /// File with merchants, limits, a login service and more
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the log is written; RUST_LOG says how much
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// For fault runs: a file that holds the time, in milliseconds since the epoch
    #[arg(long, value_name = "FILE", hide = true)]
    clock: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// For machines
    Json,
}

impl Serve {
    /// What `cuecard` without arguments does.
    pub(crate) fn demo() -> Self {
        Self::parse_from(["serve", "--dev"])
    }

    pub(crate) async fn run(self) -> Result<ExitCode> {
        log(self.log_format);
        serve(self).await.map(|()| ExitCode::SUCCESS)
    }
}

async fn serve(args: Serve) -> Result<()> {
    if let Some(file) = &args.clock {
        let wrong = || format!("cannot take the time from {}\n  hint: write 13 digits into it", file.display());
        clock::take_from(file).with_context(wrong)?;
    }
    let config = args.config.as_deref().map_or_else(|| Ok(Config::default()), Config::read)?;
    let default = LISTEN.parse().context("the default address")?;
    let listen = args.listen.or(config.listen).unwrap_or(default);
    if args.dev {
        check_loopback(listen)?;
    }
    let plugins = existing(&args.plugins);
    ensure!(
        plugins.is_some() || args.dev,
        "there is no folder {}\n  hint: create it, or name another with --plugins",
        args.plugins.display()
    );
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        anyhow!("cannot listen on {listen}: {error}\n  hint: stop what listens there, or choose another address with --listen")
    })?;
    let mut stop = Stop::new()?;
    let mut options = Options::new(args.data.clone())?;
    options.plugins.clone_from(&plugins);
    options.demo = args.dev.then(|| PathBuf::from("examples/shop"));
    options.config = config;
    let shop = options.demo.clone();
    let host = Host::build(options).await?;
    // The conversations are about what the plugins that ship can answer.
    let are_shipped = args.plugins == Path::new(PLUGINS);
    if let (Some(shop), Some(key), true) = (shop, &host.app.dev_key, are_shipped)
        && let Err(error) = demo::conversations::hold(&host.app, &shop, &key.merchant).await
    {
        tracing::warn!(%error, "the demo's conversations are not all there");
    }
    greet(&host, &args, listener.local_addr()?, plugins.is_some()).await?;
    let asked = async move {
        stop.asked().await;
        // Who asks twice does not want to wait. What was acknowledged is kept in any case.
        tokio::spawn(async move {
            stop.asked().await;
            std::process::exit(130);
        });
    };
    host.serve(listener, asked).await;
    say("stopped; everything acknowledged is kept");
    Ok(())
}

async fn greet(host: &Host, args: &Serve, address: SocketAddr, watching: bool) -> Result<()> {
    let (app, plugins) = (&host.app, host.plugins());
    say(format!("cuecard {} on http://{address}", env!("CARGO_PKG_VERSION")));
    say(format!("  state       {}", args.data.display()));
    match watching {
        true => say(format!("  plugins     {}, watched; generation {}", args.plugins.display(), app.generation())),
        false => say(format!("  plugins     none: there is no folder {}", args.plugins.display())),
    }
    plugins.iter().for_each(|plugin| say(format!("              {plugin}")));
    // Only what this start has refused: an older refusal may be mended by now.
    let refused = app.engine.reloads(None, 100).await?.into_iter();
    let serves = |record: &cuecard_engine::ReloadRecord| record.generation + 1 >= app.generation();
    for record in refused.filter(|record| record.outcome == ReloadOutcome::Refused).filter(serves) {
        say(format!("  refused     {}: {}", record.plugin, record.reason.replace('\n', "\n              ")));
    }
    say(format!("  workers     {}", host.app.confinement));
    say(format!("  API         http://{address}/openapi.json"));
    say(format!("  desk        http://{address}/desk"));
    say(format!("  pages       http://{address}/console, /insights, /author"));
    if args.dev {
        say(format!(
            "\nask it something (key 'dev', merchant 'demo'):\n  curl -s http://{address}/v1/messages -H 'authorization: Bearer dev' \\\n    -H 'content-type: application/json' -d '{ASK}'\n\nthen edit a file under {}/ and ask again with another message_id. Ctrl-C stops.\n",
            args.plugins.display()
        ));
    } else if app.engine.api_keys().await?.is_empty() {
        say(
            "\nno key can open this host yet\n  hint: stop it, and run `cuecard keys create --merchant <id> --role operator`",
        );
    }
    Ok(())
}

const ASK: &str = r#"{"conversation_id":"c-1","message_id":"m-1","text":"where is my order?","customer":{"id":"u-2"}}"#;

/// Ctrl-C and what service managers send.
struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    fn new() -> Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    // A second start in one process keeps the first log.
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
