//! What `cuecard bench` asks: the host as it is, or a bare route that gives a recorded reply.

use std::{io::Read, path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use axum::{Json, Router, extract::State, http::header, response::IntoResponse, routing::post};
use clap::{Args, ValueEnum};
use cuecard_engine::{Batch, Engine, MessageRecord, Receipt, SqliteEngine, TurnRecord, Write};
use cuecard_model::{IncomingMessage, MerchantId, Message, TurnId};
use tokio::{net::TcpListener, sync::oneshot};

use super::processor::pin;
use crate::{
    cli::lines::print,
    clock,
    ids::Ids,
    start::{Host, Options},
};

/// The file with the recorded reply.
pub(super) const REPLY: &str = "reply.json";

/// A server to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Everything: plugins, checks, state
    Host,
    /// A route that reads the message and gives the recorded bytes
    Bare,
    /// The same with the commit of the host
    Kept,
}

impl What {
    pub(super) const ALL: [Self; 3] = [Self::Host, Self::Bare, Self::Kept];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Host => "cuecard, the whole host",
            Self::Bare => "bare axum route, same bytes",
            Self::Kept => "bare axum route, same bytes and commit",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Bare => "bare",
            Self::Kept => "kept",
        }
    }
}

/// One server, until standard input ends.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    what: What,
    processor: usize,
    plugins: PathBuf,
    scratch: PathBuf,
    data: PathBuf,
}

impl Serve {
    pub(crate) fn run(self) -> Result<()> {
        // Before the runtime starts: its threads and the workers inherit it.
        pin(self.processor);
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.serve())
    }

    async fn serve(self) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (told, stop) = oneshot::channel::<()>();
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            drop(told);
        });
        let stop = async { drop(stop.await) };
        if self.what == What::Host {
            let mut options = Options::new(self.data)?;
            options.plugins = Some(self.plugins);
            options.demo = Some("examples/shop".into());
            options.config.limits.requests_per_second = 1e9;
            options.config.limits.burst = 1e9;
            let host = Host::build(options).await?;
            print(address);
            host.serve(listener, stop).await;
            return Ok(());
        }
        let reply: Arc<str> = std::fs::read_to_string(self.scratch.join(REPLY)).context("the recorded reply")?.into();
        let engine = if self.what == What::Kept { Some(SqliteEngine::open(&self.data)?) } else { None };
        let bare = Arc::new(Bare { reply, engine, ids: Ids::default(), merchant: "demo".into() });
        let router = Router::new().route("/v1/messages", post(answer)).with_state(bare);
        print(address);
        use axum::serve::ListenerExt;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, router).with_graceful_shutdown(stop).await?)
    }
}

struct Bare {
    reply: Arc<str>,
    engine: Option<SqliteEngine>,
    ids: Ids,
    merchant: MerchantId,
}

async fn answer(State(bare): State<Arc<Bare>>, Json(message): Json<IncomingMessage>) -> impl IntoResponse {
    if let Some(engine) = &bare.engine {
        let now = clock::now();
        let message = MessageRecord {
            conversation: message.conversation_id,
            id: message.message_id,
            customer: message.customer.id,
            channel: message.channel.into(),
            message: Message { role: message.role, text: message.text, at: message.at.unwrap_or(now) },
            agent: None,
        };
        let id = TurnId::from(bare.ids.next(now));
        let turn = TurnRecord { id, message, generation: 1, reply: Arc::clone(&bare.reply), trace: None, input: None };
        let receipt = engine.commit(Batch::new(bare.merchant.clone(), vec![Write::Turn(turn)])).await;
        if !matches!(receipt, Ok(Receipt::Kept(_))) {
            return Err(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
    Ok(([(header::CONTENT_TYPE, "application/json")], bare.reply.to_string()))
}
