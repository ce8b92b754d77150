//! People who log in: who they are, whether they may try, and how long they stay.
//!
//! Keeps nothing itself but attempts and, with `serve --dev`, the demo's person and their sessions. Knows no routes.

pub mod oidc;
pub mod password;
mod throttle;
pub mod visitor;
mod vouched;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cuecard_engine::{AuditEntry, Change, Engine, Error, KeyRole, PeopleChange, Person, Scope, Session};
use cuecard_model::{MerchantId, Timestamp};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use self::{oidc::Oidc, throttle::Throttle};
use crate::ids::{key_hash, new_token};

/// A session ends this long after the login,
const LONGEST: i64 = 12 * 3600;
/// and this long after it was last used.
const IDLE: i64 = 2 * 3600;
/// Use is kept no more often than this, so that a request costs no write; so a session may end this much early.
const KEPT_EVERY: i64 = 5 * 60;
/// Passwords that are checked at once; each takes 19 MiB and a processor for some 30 ms, which strangers may ask for.
const CHECKS: usize = 1;
/// How long a login waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a token begins that a page in another site's frame sends; so it can be taken for nothing else.
const EMBEDDED: &str = "embed_";

/// Whether it is such a token.
pub fn is_embedded(token: &str) -> bool {
    token.starts_with(EMBEDDED)
}

/// Those who log in.
pub struct People {
    throttle: Throttle,
    checks: Semaphore,
    demo: Option<Demo>,
    /// The login service, if there is one.
    pub(crate) oidc: Option<Oidc>,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub(crate) proxies: Vec<IpAddr>,
}

/// A person that is held in memory alone, with their sessions, so that the data folder can be served without them.
struct Demo {
    person: Person,
    sessions: Mutex<HashMap<Arc<str>, Session>>,
}

/// Who wants to log in, and from where.
pub struct Attempt<'a> {
    /// As [`name`] makes it.
    pub name: &'a str,
    /// Which merchant's, where a name alone does not tell.
    pub merchant: Option<&'a MerchantId>,
    /// As it was typed.
    pub password: &'a str,
    /// Where from.
    pub address: IpAddr,
}

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The name, the password, or the two together. Which of them is not said.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many attempts.
    #[error("too many attempts to log in")]
    TooMany(Duration),
    /// Too many others log in.
    #[error("too many people log in at once")]
    Busy,
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] Error),
}

impl People {
    /// Nobody but those in the engine, and the demo's person if there is a demo.
    pub fn new(demo: Option<Person>, oidc: Option<Oidc>, proxies: Vec<IpAddr>) -> Self {
        let demo = demo.map(|person| Demo { person, sessions: Mutex::default() });
        Self { throttle: Throttle::default(), checks: Semaphore::new(CHECKS), demo, oidc, proxies }
    }

    /// Checks a password and begins a session; its token is given this once.
    pub async fn log_in(
        &self,
        engine: &dyn Engine,
        attempt: Attempt<'_>,
        now: Timestamp,
    ) -> Result<(String, Person), Refused> {
        let person = self.recognise(engine, &attempt, now).await?;
        let token = self.begin(engine, &person, attempt.address, now).await?;
        Ok((token, person))
    }

    /// Whose name and password these are. A wrong name takes as long as a wrong password.
    pub async fn recognise(
        &self,
        engine: &dyn Engine,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<Person, Refused> {
        self.throttle.begin(Some(attempt.name), attempt.address, Instant::now()).map_err(Refused::TooMany)?;
        let person = self.find(engine, attempt.name, attempt.merchant).await?;
        let hash = person.as_ref().map(|person| Arc::clone(&person.password));
        let fits = self.check(attempt.password.to_owned(), hash).await?;
        if let Some(person) = person.as_ref().filter(|person| fits && person.disabled_at.is_none()) {
            self.throttle.succeeded(Some(attempt.name), attempt.address);
            return Ok(person.clone());
        }
        // A name that nobody has may be a password in the wrong field: it is not kept.
        let name = person.as_ref().map_or("unknown", |person| &person.name);
        let scope = person.as_ref().map_or(Scope::Shared, |person| Scope::Merchant(person.merchant.clone()));
        let entry = AuditEntry::new(now, format!("person:{name}"), "login.failed", name)
            .with("address", attempt.address.to_string());
        engine.change(vec![Change::Audit(scope, entry)]).await?;
        Err(Refused::Wrong)
    }

    async fn check(&self, password: String, hash: Option<Arc<str>>) -> Result<bool, Refused> {
        let permit = tokio::time::timeout(PATIENCE, self.checks.acquire()).await;
        let _permit = permit.ok().and_then(Result::ok).ok_or(Refused::Busy)?;
        let fits = tokio::task::spawn_blocking(move || password::fits(&password, hash.as_deref())).await;
        fits.map_err(|_| Refused::Busy)
    }

    /// The one person that is meant; nobody if the name is several people's.
    async fn find(
        &self,
        engine: &dyn Engine,
        name: &str,
        merchant: Option<&MerchantId>,
    ) -> Result<Option<Person>, Error> {
        let mut named = engine.people_named(name).await?;
        if let Some(Demo { person, .. }) = self.demo.as_ref().filter(|demo| *demo.person.name == *name) {
            named.retain(|other| other.merchant != person.merchant);
            named.push(person.clone());
        }
        named.retain(|person| merchant.is_none_or(|merchant| *merchant == person.merchant));
        let person = named.pop();
        Ok(person.filter(|_| named.is_empty()))
    }

    /// Begins a session for a page in another site's frame, of somebody who has logged in.
    pub async fn begin_embedded(
        &self,
        engine: &dyn Engine,
        person: &Person,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<String, Refused> {
        let token = format!("{EMBEDDED}{}", new_token());
        self.begin_with(token, Some(("in", "frame")), engine, person, address, now).await
    }

    /// Begins a session of somebody who was recognised.
    pub async fn begin(
        &self,
        engine: &dyn Engine,
        person: &Person,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<String, Refused> {
        self.begin_with(new_token(), None, engine, person, address, now).await
    }

    async fn begin_with(
        &self,
        token: String,
        how: Option<(&'static str, &'static str)>,
        engine: &dyn Engine,
        person: &Person,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<String, Refused> {
        let (merchant, name) = (person.merchant.clone(), Arc::clone(&person.name));
        let entry = AuditEntry::new(now, format!("person:{name}"), "login.ok", &*name);
        let entry = entry.with("address", address.to_string());
        let entry = how.into_iter().fold(entry, |entry, (name, value)| entry.with(name, value));
        let session = Session { hash: key_hash(&token).into(), merchant, name, created_at: now, used_at: now };
        let began_before = Timestamp::from_seconds(now.seconds() - LONGEST);
        let mut changes = vec![
            Change::People(PeopleChange::Outlived { began_before }),
            Change::Audit(Scope::Merchant(person.merchant.clone()), entry),
        ];
        if let Some(mut sessions) = self.demo_sessions(person) {
            sessions.retain(|_, session| session.created_at >= began_before);
            sessions.insert(Arc::clone(&session.hash), session);
        } else {
            let password = Arc::clone(&person.password);
            changes.push(Change::People(PeopleChange::Began { session, password }));
        }
        if engine.change(changes).await? { Ok(token) } else { Err(Refused::Wrong) }
    }

    /// Whether it is the demo's person, of whom nothing can be changed.
    pub fn is_demo(&self, person: &Person) -> bool {
        self.demo.as_ref().is_some_and(|demo| demo.person == *person)
    }

    fn demo_sessions(&self, person: &Person) -> Option<MutexGuard<'_, HashMap<Arc<str>, Session>>> {
        let demo = self.demo.as_ref().filter(|demo| demo.person == *person)?;
        Some(lock(&demo.sessions))
    }

    /// The session of a token, and whose it is; nothing if it has ended. Does not count as use.
    pub async fn session(
        &self,
        engine: &dyn Engine,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<(Session, Person)>, Error> {
        let demo = self.demo.as_ref().and_then(|demo| {
            let session = lock(&demo.sessions).get(hash).cloned()?;
            Some((session, demo.person.clone()))
        });
        let found = match demo {
            Some(found) => Some(found),
            None => engine.session(hash).await?,
        };
        Ok(found.filter(|(session, person)| person.disabled_at.is_none() && !is_over(session, now)))
    }

    /// Keeps that a session was used, if it was not kept lately.
    pub async fn used(&self, engine: &dyn Engine, session: &Session, person: &Person, now: Timestamp) {
        if now.seconds() - session.used_at.seconds() < KEPT_EVERY {
            return;
        }
        if let Some(mut sessions) = self.demo_sessions(person) {
            sessions.entry(Arc::clone(&session.hash)).and_modify(|session| session.used_at = now);
            return;
        }
        let used = PeopleChange::Used { session: Arc::clone(&session.hash), at: now };
        if let Err(error) = engine.change(vec![Change::People(used)]).await {
            tracing::warn!(%error, "the use of a session could not be kept");
        }
    }

    /// A logout.
    pub async fn log_out(&self, engine: &dyn Engine, hash: &str, person: &Person, now: Timestamp) -> Result<(), Error> {
        if let Some(mut sessions) = self.demo_sessions(person) {
            sessions.remove(hash);
        }
        let entry = AuditEntry::new(now, format!("person:{}", person.name), "logout", &*person.name);
        let ended = PeopleChange::Ended { session: hash.into() };
        let scope = Scope::Merchant(person.merchant.clone());
        engine.change(vec![Change::People(ended), Change::Audit(scope, entry)]).await.map(drop)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_over(session: &Session, now: Timestamp) -> bool {
    let since = |moment: Timestamp| now.seconds() - moment.seconds();
    since(session.created_at) >= LONGEST || since(session.used_at) >= IDLE
}

/// A name as it is kept: without spaces around it, in one form of Unicode and lower case. `None` if it is no name.
pub fn name(typed: &str) -> Option<String> {
    let name: String = typed.trim().nfkc().collect::<String>().to_lowercase();
    let fits = (1..=100).contains(&name.len()) && !name.chars().any(char::is_control);
    fits.then_some(name)
}

/// The token by which a page shows that it is ours. It follows from the session's, so nothing is kept of it.
pub fn csrf(token: &str) -> String {
    blake3::Hash::from_bytes(blake3::derive_key("cuecard 2026-11 csrf token of a session", token.as_bytes()))
        .to_hex()
        .to_string()
}

/// The demo's person: `demo` with the password `demo`, in every role.
pub fn demo(merchant: MerchantId, now: Timestamp) -> anyhow::Result<Person> {
    Ok(Person {
        merchant,
        name: "demo".into(),
        roles: vec![KeyRole::Ingest, KeyRole::Agent, KeyRole::Author, KeyRole::Operator],
        password: password::hash("demo")?.into(),
        created_at: now,
        disabled_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_age_and_by_rest() {
        let session = |created: i64, used: i64| Session {
            hash: "h".into(),
            merchant: "m".into(),
            name: "n".into(),
            created_at: Timestamp::from_seconds(created),
            used_at: Timestamp::from_seconds(used),
        };
        for (created, used, now, over) in [
            (0, 0, 0, false),
            (0, 0, 7199, false),
            (0, 0, 7200, true),
            (0, 40_000, 43_199, false),
            (0, 43_000, 43_200, true),
            (0, 0, -100, false),
        ] {
            let now = Timestamp::from_seconds(now);
            assert_eq!(is_over(&session(created, used), now), over, "{created} {used} {now}");
        }
    }

    #[test]
    fn names_have_one_form() {
        for (typed, expected) in
            [(" Ana ", Some("ana")), ("ＡＮＡ", Some("ana")), ("王伟", Some("王伟")), ("", None), ("a\nb", None)]
        {
            assert_eq!(name(typed).as_deref(), expected, "{typed}");
        }
        assert_eq!(name(&"x".repeat(101)), None);
    }

    #[test]
    fn the_csrf_token_follows_from_the_sessions() {
        assert_eq!(csrf("a"), csrf("a"));
        assert_ne!(csrf("a"), csrf("b"));
        assert!(csrf("a").len() == 64 && csrf("a") != key_hash("a"));
    }
}
