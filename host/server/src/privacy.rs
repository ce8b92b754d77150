//! Being forgotten: a customer by request, a shop that has left, and what is older than a merchant wants to keep.
//!
//! Erasing leaves keyed hashes of address, number and ids behind, so that a later import cannot bring the contacts
//! back: the gate finds them, and nobody can read them backwards without this installation's key.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cuecard_engine::{AuditEntry, Batch, Change, Engine, Error, Outcome, Receipt, Room, Scope, Write};
use cuecard_model::{Claim, Customer, CustomerId, IdentityKind, MerchantId, Suppression, SuppressionCause, Timestamp};
use tokio::sync::Notify;

use crate::{app::App, clock, ids::new_key, stored_keys};

/// The name of the setting that holds the installation's key.
const SETTING: &str = "privacy-key";
/// Rows that one commit sweeps away: about a millisecond of the writer.
const ROWS: usize = 100;
/// Rows that are looked at in one read.
const LOOK: usize = 2000;
/// Between two batches, so that whoever answers customers always comes first.
const PAUSE: Duration = Duration::from_millis(50);
/// Between two rounds.
const ROUND: Duration = Duration::from_secs(3600);
/// A delivery is known again for so long.
const DELIVERIES: i64 = 90 * DAY;
/// What turns were answered and events judged from is kept for so many days: only newer ones are rehearsed exactly.
const INPUT_DAYS: u32 = 30;
/// What plugins stored in the version before is kept for so long, for a rollback.
const KEYS: i64 = 30 * DAY;
const DAY: i64 = 24 * 3600 * 1000;

/// What erasing needs to know.
#[derive(Debug)]
pub struct Privacy {
    key: [u8; 32],
    /// Something was erased and may still be in the log.
    unscrubbed: AtomicBool,
    more: Notify,
}

impl Privacy {
    /// Reads the installation's key, or makes it.
    pub async fn open(engine: &dyn Engine) -> Result<Self, Error> {
        let stored = engine.setting(&Scope::Shared, SETTING).await?;
        let text = match stored {
            Some(text) => text,
            None => {
                let value = new_key();
                let (scope, name) = (Scope::Shared, SETTING.to_owned());
                engine.change(vec![Change::Setting { scope, name, value: Some(value.clone()) }]).await?;
                value
            }
        };
        let key = blake3::derive_key("cuecard 2026 hashes of erased customers", text.as_bytes());
        Ok(Self { key, unscrubbed: AtomicBool::new(false), more: Notify::new() })
    }

    /// The subjects under which a customer may be suppressed although nothing else is known any more.
    pub fn subjects(&self, merchant: &MerchantId, customer: &Customer) -> Vec<Arc<str>> {
        let email = customer.email.as_deref().and_then(|text| Claim::email(text, false));
        let phone = customer.phone.as_deref().and_then(|text| Claim::phone(text, false));
        let names = email.iter().chain(&phone).map(|claim| self.subject(merchant, claim.kind, &claim.value));
        names.chain([self.subject(merchant, IdentityKind::Shop, customer.id.as_str())]).collect()
    }

    /// What stands for a customer in the audit, whose records outlive them: whoever knows the id can find it there, and
    /// nobody can read the id out of it.
    pub fn pseudonym(&self, merchant: &MerchantId, customer: &CustomerId) -> String {
        let subject = self.subject(merchant, IdentityKind::Shop, customer.as_str());
        let hash = subject.trim_start_matches("erased:");
        format!("customer:{}", hash.get(..16).unwrap_or(hash))
    }

    fn subject(&self, merchant: &MerchantId, kind: IdentityKind, value: &str) -> Arc<str> {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [merchant.as_str(), kind.as_str(), value] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        format!("erased:{}", hasher.finalize().to_hex()).into()
    }

    /// Erases a customer under all ids; whether anything was there. On return nothing of it can be read any more,
    /// unless somebody was reading the old log for seconds: then the sweep sees to it.
    pub async fn erase(
        &self,
        app: &App,
        merchant: &MerchantId,
        customer: &CustomerId,
        by: &Arc<str>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let engine = &*app.engine;
        let who = engine.identities(merchant, customer).await?;
        let profile = engine.customer(merchant, customer).await?.profile;
        let mut subjects = profile.map(|profile| self.subjects(merchant, &profile)).unwrap_or_default();
        let names = who.identities.iter().filter(|name| name.kind != IdentityKind::Shop);
        subjects.extend(names.map(|name| self.subject(merchant, name.kind, &name.value)));
        let ids: Vec<_> = who.also.iter().chain(&who.customer_id).chain([customer]).cloned().collect();
        subjects.extend(ids.iter().map(|id| self.subject(merchant, IdentityKind::Shop, id.as_str())));
        subjects.sort();
        subjects.dedup();
        let suppression = Suppression { channel: None, cause: SuppressionCause::Erased, at: now };
        let suppressed = |subject| Write::Suppression { subject, suppression: suppression.clone() };
        let mut writes: Vec<_> = subjects.into_iter().map(suppressed).collect();
        let erasure = writes.len();
        let did = AuditEntry::new(now, Arc::clone(by), "customer.erased", self.pseudonym(merchant, customer));
        writes.extend([Write::Erase(customer.clone()), Write::Audit(did)]);
        let receipt = engine.commit(Batch::new(merchant.clone(), writes)).await?;
        app.journal.forget(merchant, &ids);
        self.unscrubbed.store(true, Ordering::Relaxed);
        self.scrub(engine).await?;
        Ok(matches!(receipt, Receipt::Kept(outcomes) if outcomes.get(erasure) == Some(&Outcome::Done)))
    }

    async fn scrub(&self, engine: &dyn Engine) -> Result<(), Error> {
        for _ in 0..40 {
            if engine.scrub().await? {
                self.unscrubbed.store(false, Ordering::Relaxed);
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        tracing::warn!("the log could not be emptied, because it is being read; it is tried again");
        self.wake();
        Ok(())
    }

    /// Lets the sweep look at once.
    pub fn wake(&self) {
        self.more.notify_one();
    }
}

/// Starts the sweep; it ends when the host is told to stop.
pub fn start(app: &Arc<App>) -> tokio::task::JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut stopping = app.stopping.clone();
        loop {
            tokio::select! {
                swept = round(&app, clock::now()) => {
                    if let Err(error) = swept {
                        tracing::warn!(%error, "the sweep goes on later");
                    }
                }
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                () = app.privacy.more.notified() => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    })
}

/// One round: shops that have left, rows that are too old, deliveries that need not be known any more.
pub async fn round(app: &App, now: Timestamp) -> Result<(), Error> {
    let engine = &*app.engine;
    if app.privacy.unscrubbed.load(Ordering::Relaxed) {
        app.privacy.scrub(engine).await?;
    }
    for hook in engine.hooks().await? {
        let system = crate::webhooks::system(&hook.kind, hook.shop.as_deref());
        forget_shop(app, &hook.merchant, &system, now).await?;
    }
    for room in [Room::Messages, Room::Events, Room::Inputs, Room::Judged] {
        sweep(app, room, now).await?;
    }
    stored_keys::sweep(engine, Timestamp::from_millis(now.millis() - KEYS)).await?;
    let before = Timestamp::from_millis(now.millis() - DELIVERIES);
    let tidy = || Batch::new("*".into(), vec![Write::Tidy { before, limit: ROWS }]);
    while engine.commit(tidy()).await? == Receipt::Kept(vec![Outcome::Done]) {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Erases all customers whom a shop has told of, if it has asked for that. Goes on after a restart.
async fn forget_shop(app: &App, merchant: &MerchantId, system: &str, now: Timestamp) -> Result<(), Error> {
    let (scope, name) = (Scope::Merchant(merchant.clone()), format!("forget/{system}"));
    if app.engine.setting(&scope, &name).await?.is_none() {
        return Ok(());
    }
    let by = format!("webhook:{system}").into();
    loop {
        let found = app.engine.known_by(merchant, IdentityKind::Shop, &format!("{system}:"), ROWS).await?;
        if found.is_empty() {
            break;
        }
        for customer in found {
            app.privacy.erase(app, merchant, &customer, &by, now).await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    app.engine.change(vec![Change::Setting { scope, name, value: None }]).await?;
    Ok(())
}

async fn sweep(app: &App, room: Room, now: Timestamp) -> Result<(), Error> {
    let (mut after, mut swept) = (0, false);
    loop {
        let found = app.engine.aged(room, after, LOOK).await?;
        let Some(last) = found.last() else { break };
        after = last.row;
        let mut old = std::collections::BTreeMap::<MerchantId, Vec<i64>>::new();
        for aged in found {
            let merchant = app.merchants.get(&*app.engine, &aged.merchant).await?;
            let days = match room {
                Room::Messages => merchant.retention.messages_days,
                Room::Events => merchant.retention.events_days,
                Room::Inputs => Some(INPUT_DAYS),
                // It holds the event, so it goes with it.
                Room::Judged => Some(merchant.retention.events_days.unwrap_or(INPUT_DAYS).min(INPUT_DAYS)),
            };
            let is_old = days.is_some_and(|days| aged.at.millis() < now.millis() - i64::from(days) * DAY);
            if is_old {
                old.entry(aged.merchant).or_default().push(aged.row);
            }
        }
        for (merchant, rows) in old {
            for rows in rows.chunks(ROWS) {
                let write = Write::Sweep { room, rows: rows.to_vec() };
                app.engine.commit(Batch::new(merchant.clone(), vec![write])).await?;
                swept = true;
                tokio::time::sleep(PAUSE).await;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    if swept {
        app.privacy.unscrubbed.store(true, Ordering::Relaxed);
        app.privacy.scrub(&*app.engine).await?;
    }
    Ok(())
}
