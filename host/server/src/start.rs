//! Puts the host together and runs it: `run(listener, options, stop)`. The caller owns the port and says when to stop, so
//! a test needs no process.

use std::{
    future::Future,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context, Result};
use arc_swap::ArcSwapOption;
use cuecard_engine::{ApiKey, Engine, KeyRole, SqliteEngine};
use cuecard_gate::Rulebook;
use cuecard_model::MerchantId;
use cuecard_plugin::{
    bundle::BundleLimits,
    limits::Ceiling,
    prove::{self, Prover},
    registry::{self, Registry},
    signature::Trusts,
    workers::{self, Workers},
};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, watch},
};

use crate::{
    accept,
    alerts::Alerts,
    app::App,
    clock,
    config::{self, Config, MerchantSection},
    connectors::{Connector, Connectors, Log},
    demo, events,
    helpdesk::{self, Helpdesks},
    http,
    hub::Hub,
    ids::Ids,
    journal::Journal,
    limits::Rates,
    merchants::Merchants,
    metrics::Metrics,
    outbox::{self, Outbox},
    outgoing::Outgoing,
    people::{self, People, oidc::Oidc},
    privacy::{self, Privacy},
    rehearse::{Rehearsals, Reviewer},
    store,
    translate::Translations,
};

/// What a host is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds all state.
    pub data: PathBuf,
    /// The watched folder of plugins, if there is one.
    pub plugins: Option<PathBuf>,
    /// The folder of the demo shop; its merchant then has the key `dev`.
    pub demo: Option<PathBuf>,
    /// What the operator has settled.
    pub config: Config,
    /// How workers are started.
    pub workers: workers::Spawn,
    /// How bundles are proved.
    pub prover: prove::Spawn,
}

impl Options {
    /// Workers and provers as processes of this very program.
    pub fn new(data: PathBuf) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find the program's own file")?;
        let arguments = |name: &str| vec![name.to_owned()];
        Ok(Self {
            data,
            plugins: None,
            demo: None,
            config: Config::default(),
            workers: workers::Spawn::Processes { program: program.clone(), arguments: arguments("worker") },
            prover: prove::Spawn::Process { program, arguments: arguments("prove-worker") },
        })
    }
}

/// A host that is put together, and not yet open.
pub struct Host {
    /// What requests share.
    pub app: Arc<App>,
    stop: watch::Sender<bool>,
}

impl Host {
    /// Opens the state, starts the workers, brings the plugins to service.
    pub async fn build(options: Options) -> Result<Self> {
        let Options { data, plugins, demo, config, workers, prover } = options;
        let folder = data.clone();
        let engine = tokio::task::spawn_blocking(move || SqliteEngine::open(&folder)).await??;
        let engine: Arc<dyn Engine> = Arc::new(engine);
        let rulebook = Rulebook::shipped().map_err(|error| anyhow::anyhow!("{error}"))?;
        let merchants = Arc::new(Merchants::new(rulebook));
        let (outgoing, metrics) = (Outgoing::default(), Arc::new(Metrics::default()));
        let translation = config.merchant.iter().filter_map(|it| Some((it.plain.id.clone(), it.translation.clone()?)));
        let translations = Translations::new(translation, |name| std::env::var(name).ok(), &outgoing, &metrics)?;
        let helpdesks = config.merchant.iter().filter_map(|it| Some((it.plain.id.clone(), it.chatwoot.clone()?)));
        let helpdesks = Helpdesks::open(helpdesks, &outgoing)?;
        let merchants_trust = config.merchant.iter().map(|it| (it.plain.id.clone(), it.signatures.clone()));
        let trusts = Trusts { shared: config.signatures, merchants: merchants_trust.collect(), now: clock::now };
        for MerchantSection { plain: merchant, .. } in config.merchant {
            let id = merchant.id.clone();
            merchants.set(&*engine, merchant).await.with_context(|| format!("[[merchant]] {id}"))?;
        }
        let mut connectors = Connectors::open(config.connector, &data)?;
        for (merchant, channels, chatwoot) in helpdesks.connectors() {
            let chatwoot: Arc<dyn Connector> = Arc::clone(chatwoot) as _;
            connectors.add(merchant, channels, &chatwoot)?;
        }
        let oidc = config.oidc.map(|settings| Oidc::new(settings, &outgoing)).transpose()?;
        let (mut dev_key, mut person) = (None, None);
        if let Some(folder) = &demo {
            let merchant = demo::load(folder, &*engine, &merchants, clock::now()).await?;
            connectors.add_rest(&merchant, Arc::new(Log::open(&data.join("outbox.jsonl"))?));
            dev_key = Some(self::dev_key(merchant.clone()));
            person = Some(people::demo(merchant, clock::now())?);
        }
        let compiled = Some(data.join("compiled"));
        let large = config.large_plugins || demo.is_some();
        let beside = Prover::new(prover.clone(), compiled.clone(), Ceiling::new(large));
        let rehearsals = Rehearsals::start(workers.clone(), beside)?;
        let mut settled = workers::Options::new(workers);
        settled.count = config.workers.unwrap_or(settled.count);
        let (workers, confinement) = Workers::start(settled).await.context("the workers could not be started")?;
        let (stop, stopping) = watch::channel(false);
        // Whoever tries things out on one's own machine needs no leave.
        let limits = config.limits;
        let privacy = Privacy::open(&*engine).await?;
        let app = Arc::new(App {
            engine,
            privacy,
            snapshot: Arc::new(ArcSwapOption::empty()),
            workers,
            registry: OnceLock::new(),
            bundle_limits: if large { BundleLimits::LARGE_GUESTS } else { BundleLimits::default() },
            merchants,
            helpdesks,
            outgoing,
            translations,
            metrics,
            journal: Journal::new(clock::now()),
            hub: Arc::new(Hub::new(Ids::default().next(clock::now()))),
            ids: Ids::default(),
            limits,
            rates: Rates::new(&limits),
            turns: Arc::new(Semaphore::new(limits.turns as usize)),
            events: Notify::new(),
            outbox: Outbox::new(connectors),
            dev_key,
            pages: demo.and_then(|_| existing(Path::new(http::pages::SOURCES))),
            rehearsals,
            people: People::new(person, oidc, config.proxies),
            embed_in: config.embed_in.clone(),
            frame_ancestors: config::frame_ancestors(&config.embed_in),
            started: clock::now(),
            data: data.clone(),
            confinement,
            stopping,
        });
        let prover = Prover::new(prover, compiled, Ceiling::new(large));
        let alerts = Alerts::open(config.alerts, &app.outgoing, &app.metrics)?;
        start_registry(&app, plugins, (prover, trusts), alerts).await?;
        Ok(Self { app, stop })
    }

    /// Serves until `stop` is done; then finishes what is in flight and closes the state.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let Self { app, stop: tell, .. } = self;
        let deciders = events::start(&app);
        let sweep = privacy::start(&app);
        let senders = outbox::start(&app);
        let helpdesks = helpdesk::start(&app);
        let limits = app.limits;
        let serving = accept::serve(listener, http::router(&app), limits, app.stopping.clone());
        let stopping = async {
            stop.await;
            tracing::info!("stopping: finishing what is in flight");
            tell.send_replace(true);
        };
        tokio::join!(serving, stopping);
        // Turns whose client has gone away are finished too.
        let drain = Duration::from_millis(limits.drain_ms);
        let turns = tokio::time::timeout(drain, app.turns.acquire_many(limits.turns)).await;
        if turns.is_err() {
            tracing::warn!("some turns did not finish in time");
        }
        for task in deciders.into_iter().chain(senders).chain(helpdesks).chain([sweep]) {
            let _ = tokio::time::timeout(drain, task).await;
        }
        if let Some(registry) = app.registry.get() {
            registry.stop();
        }
        app.engine.close().await;
    }

    /// Plugins that serve, as `id@version (scope)`.
    pub fn plugins(&self) -> Vec<String> {
        let snapshot = self.app.snapshot.load_full();
        let plugins = snapshot.iter().flat_map(|snapshot| snapshot.generation.all());
        plugins.map(|plugin| format!("{} ({})", plugin.plugin, plugin.scope)).collect()
    }
}

/// Puts a host together and serves on a listener of the caller's until `stop` is done.
pub async fn run(listener: TcpListener, options: Options, stop: impl Future<Output = ()>) -> Result<()> {
    Host::build(options).await?.serve(listener, stop).await;
    Ok(())
}

/// Brings back what served before and proves what the folder holds; returns once a generation is in service.
async fn start_registry(
    app: &Arc<App>,
    folder: Option<PathBuf>,
    (prover, trusts): (Prover, Trusts),
    alerts: Alerts,
) -> Result<()> {
    let engine = &*app.engine;
    let options = registry::Options {
        folder,
        bundle_limits: app.bundle_limits,
        prover,
        trusts,
        restored: store::restored(engine, &app.bundle_limits).await?,
        unwanted: engine.disabled().await?,
        last_generation: engine.last_generation().await?,
    };
    let store = store::EngineStore {
        engine: Arc::clone(&app.engine),
        runtime: tokio::runtime::Handle::current(),
        limits: app.bundle_limits,
        snapshot: Arc::clone(&app.snapshot),
        hub: Arc::clone(&app.hub),
        metrics: Arc::clone(&app.metrics),
        alerts,
        reviewer: Reviewer::new(app),
        pending: Vec::new(),
    };
    let registry = tokio::task::spawn_blocking(move || Registry::start(options, store)).await??;
    let _ = app.registry.set(registry);
    Ok(())
}

/// The demo's key, in every role. It is held in memory alone, so that the data folder can be served without it.
fn dev_key(merchant: MerchantId) -> ApiKey {
    ApiKey {
        hash: crate::ids::key_hash("dev").into(),
        name: "dev".into(),
        merchant,
        roles: vec![KeyRole::Ingest, KeyRole::Agent, KeyRole::Author, KeyRole::Operator],
        created_at: clock::now(),
        revoked_at: None,
    }
}

/// Refuses to serve the demo's well-known key to a network.
pub fn check_loopback(listen: SocketAddr) -> Result<()> {
    anyhow::ensure!(
        listen.ip().is_loopback(),
        "{listen} is not a loopback address, and with --dev everybody who can reach it has every right\n  hint: use --listen 127.0.0.1:{}, or serve without --dev and make keys with `cuecard keys create`",
        listen.port()
    );
    Ok(())
}

/// The folder, if it is there.
pub fn existing(folder: &Path) -> Option<PathBuf> {
    folder.is_dir().then(|| folder.to_owned())
}
