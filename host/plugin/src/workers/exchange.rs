//! One exchange with one worker: what it has not loaded yet, the job, the answer, and the end of patience.

use std::{
    collections::{BTreeMap, HashMap},
    fmt, io,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cuecard_model::{FailureKind, MerchantId, PluginVersion, Timestamp};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::{Instant, sleep_until, timeout},
};

use super::spawn::Started;
use crate::{
    frame,
    job::{Answer, Load, LoadId, Request},
    limits::Limits,
    standing::{Failing, Standing, Turned},
    worker::{
        confine::Confinement,
        progress::{self, Progress},
    },
};

/// How long a worker may take to start: an exec, an engine, a filter.
const START_TIME: Duration = Duration::from_secs(10);

type Ring = dyn Fn(LoadId, &MerchantId, Turned) + Send + Sync;

/// Who is told when a plugin is set aside, or is back.
#[derive(Clone)]
pub struct Bell(Arc<Ring>);

impl Bell {
    /// It rings on the thread that noticed; `ring` must be quick.
    pub fn new(ring: impl Fn(LoadId, &MerchantId, Turned) + Send + Sync + 'static) -> Self {
        Self(Arc::new(ring))
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Bell")
    }
}

/// A plugin that a worker can be told to load. Encoded once, sent to each worker that needs it.
#[derive(Debug)]
pub struct Loadable {
    pub(super) plugin: PluginVersion,
    load: Load,
    frame: OnceLock<Arc<[u8]>>,
    standing: Standing,
    timed: AtomicBool,
    bell: Option<Bell>,
}

impl Loadable {
    /// Wraps a load; its id must be unique among all that these workers ever see.
    pub fn new(load: Load) -> Self {
        let (plugin, standing, timed) = (load.plugin.clone(), Standing::default(), AtomicBool::new(false));
        Self { plugin, load, frame: OnceLock::new(), standing, timed, bell: None }
    }

    /// The same with somebody who wants to know how its standing changes.
    pub fn with_bell(load: Load, bell: Bell) -> Self {
        Self { bell: Some(bell), ..Self::new(load) }
    }

    /// What a worker is told.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// How it has done lately.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether its processor time is wanted.
    pub fn is_timed(&self) -> bool {
        self.timed.load(Ordering::Relaxed)
    }

    /// Says whether its processor time is wanted from now on.
    pub(crate) fn set_timed(&self, timed: bool) {
        self.timed.store(timed, Ordering::Relaxed);
    }

    /// Takes down how it did in one turn.
    pub(super) fn note(&self, merchant: &MerchantId, failure: Option<FailureKind>, now: Timestamp) {
        let Some(turned) = self.standing.note(merchant, failure, now) else { return };
        match turned {
            Turned::SetAside(Failing { in_a_row, last, rests_until, .. })
            | Turned::RestsOn(Failing { in_a_row, last, rests_until, .. }) => {
                let (last, until) = (last.as_str(), rests_until.map(|until| until.to_string()));
                tracing::warn!(plugin = %self.plugin, %merchant, in_a_row, last, until, "plugin set aside: it failed too often");
            }
            Turned::Back => tracing::info!(plugin = %self.plugin, %merchant, "plugin back: it answered again"),
        }
        if let Some(Bell(ring)) = &self.bell {
            ring(self.load.id, merchant, turned);
        }
    }

    fn frame(&self) -> Arc<[u8]> {
        let encoded = || frame::encode(&Request::Load(Box::new(self.load.clone()))).unwrap_or_default().into();
        Arc::clone(self.frame.get_or_init(encoded))
    }
}

/// How long a worker may run no plugin and yet not answer. Then something outside has stopped it.
const SILENCE: Duration = Duration::from_millis(120);

/// How an exchange ended.
pub(super) enum Exchanged {
    Answer(Answer),
    /// A plugin did not stop: its worker is killed.
    Killed(LoadId),
    /// The worker ended by itself or went silent; the plugin that was running, if any.
    Lost {
        load: Option<LoadId>,
        detail: String,
    },
}

/// A plugin that a worker has loaded.
struct Held {
    used: u64,
    /// Gone when no generation has it any more.
    plugin: Weak<Loadable>,
}

/// A worker that is ready, and what it has loaded.
pub(super) struct Link {
    started: Started,
    loaded: HashMap<LoadId, Held>,
    clock: u64,
    body: Vec<u8>,
    out: Vec<u8>,
    /// Said while nobody listened: goes out before the next job.
    owed: Vec<u8>,
    /// It has loaded something new, so there is a new generation.
    changed: bool,
}

impl Link {
    /// Waits until a worker that was just started says that it is ready.
    pub(super) async fn open(started: Started) -> io::Result<(Self, Confinement)> {
        let mut link = Self {
            started,
            loaded: HashMap::new(),
            clock: 0,
            body: Vec::new(),
            out: Vec::new(),
            owed: Vec::new(),
            changed: false,
        };
        let ready = timeout(START_TIME, read(&mut link.started.stream, &mut link.body)).await??;
        match ready {
            Answer::Ready(confinement) => Ok((link, confinement)),
            _ => Err(io::Error::other("the worker did not begin with its report")),
        }
    }

    pub(super) fn has(&self, load: LoadId) -> bool {
        self.loaded.contains_key(&load)
    }

    /// Sends a job and waits for the answer, for as long as the plugin that is running may take.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        asks: &[LoadId],
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
        keep: usize,
    ) -> Exchanged {
        self.out.clear();
        self.out.append(&mut self.owed);
        let prepared = self.prepare(request, asks, plugins, keep);
        let Started { stream, progress, .. } = &mut self.started;
        let talk = async {
            prepared?;
            stream.write_all(&self.out).await?;
            read(stream, &mut self.body).await
        };
        tokio::pin!(talk);
        let mut look = Instant::now() + Limits::default().time() + Limits::GRACE;
        let mut silent = None;
        loop {
            tokio::select! {
                biased;
                answer = &mut talk => return match answer {
                    Ok(answer) => Exchanged::Answer(answer),
                    Err(error) => ended(progress, &error),
                },
                () = sleep_until(look) => match progress.read() {
                    Some(busy) => {
                        silent = None;
                        let left = (busy.due + Limits::GRACE).saturating_sub(progress::now());
                        if left.is_zero() {
                            return Exchanged::Killed(busy.load);
                        }
                        look = Instant::now() + left;
                    }
                    None if silent.get_or_insert_with(Instant::now).elapsed() > SILENCE => {
                        return Exchanged::Lost { load: None, detail: "its worker process went silent".into() };
                    }
                    None => look = Instant::now() + Limits::GRACE,
                },
            }
        }
    }

    /// Collects the loads that this worker lacks, makes room for them, and adds the job.
    fn prepare(
        &mut self,
        request: &Request,
        asks: &[LoadId],
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
        keep: usize,
    ) -> io::Result<()> {
        self.clock += 1;
        for (id, plugin) in asks.iter().filter_map(|id| Some((id, plugins.get(id)?))) {
            let held = Held { used: self.clock, plugin: Arc::downgrade(plugin) };
            if self.loaded.insert(*id, held).is_none() {
                self.out.extend_from_slice(&plugin.frame());
                self.changed = true;
            }
        }
        if self.changed {
            self.unload_gone()?;
        }
        while self.loaded.len() > keep.max(asks.len()) {
            let Some(oldest) = self.loaded.iter().min_by_key(|(_, held)| held.used).map(|(id, _)| *id) else { break };
            self.unload(oldest)?;
        }
        frame::append(&mut self.out, request)
    }

    /// Something new came, so something old may have gone: a reload leaves nothing behind.
    fn unload_gone(&mut self) -> io::Result<()> {
        let gone = self.loaded.iter().filter(|(_, held)| held.plugin.strong_count() == 0);
        gone.map(|(id, _)| *id).collect::<Vec<_>>().into_iter().try_for_each(|id| self.unload(id))
    }

    /// Whether it has loaded something new since it was last asked this.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Tells an idle worker what it need not keep any more.
    pub(super) fn release(&mut self) {
        self.out.clear();
        if self.unload_gone().is_ok() {
            self.owed.append(&mut self.out);
        }
        if let Ok(sent) = self.started.stream.try_write(&self.owed) {
            self.owed.drain(..sent);
        }
    }

    fn unload(&mut self, id: LoadId) -> io::Result<()> {
        self.loaded.remove(&id);
        frame::append(&mut self.out, &Request::Unload(id))
    }
}

fn ended(progress: &Progress, error: &io::Error) -> Exchanged {
    let load = progress.read().map(|busy| busy.load);
    Exchanged::Lost { load, detail: format!("its worker process ended ({error})") }
}

async fn read(stream: &mut UnixStream, body: &mut Vec<u8>) -> io::Result<Answer> {
    let mut chunk = [0; 4096];
    body.clear();
    let mut wanted = None;
    while wanted.is_none_or(|wanted| body.len() < wanted) {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        body.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if wanted.is_none()
            && let Some(header) = body.first_chunk()
        {
            wanted = Some(4 + frame::length(*header)?);
        }
    }
    frame::decode(body.get(4..).unwrap_or_default())
}
