//! The host itself: everything between HTTP and the rest, and the command line.
//!
//! Owns routes, keys, limits, streams, metrics, the start and the end. Knows no plugin runtime and no database: the
//! first is behind `cuecard_plugin`, the second behind the engine's trait.

pub mod accept;
pub mod alerts;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connectors;
pub mod contacts;
pub mod demo;
mod edited;
pub mod events;
pub mod helpdesk;
pub mod http;
pub mod hub;
mod identity;
pub mod ids;
mod insights;
pub mod journal;
pub mod limits;
pub mod merchants;
pub mod metrics;
pub mod outbox;
pub mod outgoing;
pub mod people;
pub mod privacy;
pub mod proposals;
mod reasons;
pub mod receipts;
mod redact;
pub mod rehearse;
mod rollout;
pub mod start;
pub mod store;
mod stored_keys;
mod taught;
mod trace;
pub mod translate;
pub mod webhooks;
