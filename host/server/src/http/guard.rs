//! What stands before every route: the key or session and its role, the rate, the longest time, the count.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cuecard_engine::{ApiKey, AuditEntry, Error, KeyRole, Person};
use cuecard_model::{AgentId, MerchantId};
use futures::StreamExt;

use super::{Problem, routes::Route, session::cross_origin};
use crate::{
    app::App,
    clock,
    ids::key_hash,
    people::{self, visitor},
};

/// How soon an open stream ends after its key or session.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Who asks: what the key or the session says.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) merchant: MerchantId,
    /// Who it is in records: `key:<name>` or `person:<name>`, so that a key cannot pass for a person.
    pub(crate) by: Arc<str>,
    pub(crate) operator: bool,
    /// May read what customers write.
    pub(crate) agent: bool,
}

fn is_agent(roles: &[KeyRole]) -> bool {
    roles.iter().any(|role| matches!(role, KeyRole::Agent | KeyRole::Operator))
}

impl Caller {
    /// The agent, if a person asks: whoever has logged in speaks for nobody else. With a key, whom the body names.
    pub(crate) fn agent(&self, named: Option<AgentId>) -> Option<AgentId> {
        self.by.strip_prefix("person:").map(AgentId::from).or(named)
    }

    /// For the audit: what this caller does now.
    pub(crate) fn did(&self, action: &'static str, subject: impl Into<String>) -> AuditEntry {
        AuditEntry::new(clock::now(), Arc::clone(&self.by), action, subject)
    }
}

/// The session by which a person asks; a key has none.
#[derive(Clone)]
pub(crate) struct LoggedIn {
    pub(crate) person: Person,
    /// The hash of the session's token.
    pub(crate) hash: Arc<str>,
    pub(crate) csrf: Arc<str>,
    /// The session was handed over to a page in another site's frame.
    pub(crate) embedded: bool,
}

/// The largest body that the route takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// What the guard knows of its route.
#[derive(Clone)]
pub(crate) struct Guard {
    app: Arc<App>,
    roles: &'static [KeyRole],
    path: &'static str,
    method: &'static str,
    body_limit: usize,
    endless: bool,
}

impl Guard {
    pub(crate) fn new(app: &Arc<App>, route: &Route) -> Self {
        let Route { roles, path, method, body_limit, endless, .. } = *route;
        Self { app: Arc::clone(app), roles, path, method, body_limit, endless }
    }
}

/// From the outside in: who is it, may they, not too often, not too long.
pub(crate) async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let response = match guard.admit(&mut request).await {
        Err(problem) => problem.into_response(),
        Ok(Some(ticket)) if guard.endless => guard.while_valid(ticket, next.run(request).await),
        Ok(_) => match tokio::time::timeout(guard.app.limits.request_timeout(), next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::new(503, "timeout", "Took too long", "the request was not answered in time")
                .hint("send the body without pauses; try again in a second")
                .retry_after(Duration::from_secs(1))
                .into_response(),
        },
    };
    guard.app.metrics.request(guard.path, guard.method, response.status().as_u16());
    response
}

impl Guard {
    async fn admit(&self, request: &mut Request) -> Result<Option<Ticket>, Problem> {
        request.extensions_mut().insert(BodyLimit(self.body_limit));
        if self.roles.is_empty() {
            return Ok(None);
        }
        let (ticket, caller) = match self.key(request.headers())? {
            Some(token) if people::is_embedded(token) => {
                let token = token.to_owned();
                self.by_embedded(request, &token).await?
            }
            Some(key) => self.by_key(key_hash(key).into()).await?,
            None => self.by_session(request).await?,
        };
        self.app.rates.take(&caller.merchant, Instant::now()).map_err(|wait| {
            Problem::new(429, "too-many-requests", "Too many requests", "the merchant's rate is used up")
                .hint("send fewer requests a second, or ask the operator for a higher rate")
                .retry_after(wait)
        })?;
        request.extensions_mut().insert(caller);
        Ok(Some(ticket))
    }

    fn key<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a str>, Problem> {
        let Some(header) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
        let key = header.to_str().ok().and_then(|text| {
            let (scheme, key) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        key.map(Some).ok_or_else(|| unknown("the Authorization header is not of the form `Bearer <key>`"))
    }

    async fn by_key(&self, hash: Arc<str>) -> Result<(Ticket, Caller), Problem> {
        let found = find_key(&self.app, &hash).await?.ok_or_else(|| unknown("the key is not known"))?;
        let operator = self.may(&found.roles).ok_or_else(|| {
            let roles = self.wanted();
            forbidden(format!("the key has not the role {roles}"))
                .hint(format!("use a key with that role: `cuecard keys create --role {roles}`"))
        })?;
        let by = format!("key:{}", found.name).into();
        let caller = Caller { merchant: found.merchant, by, operator, agent: is_agent(&found.roles) };
        Ok((Ticket::Key(hash), caller))
    }

    async fn by_session(&self, request: &mut Request) -> Result<(Ticket, Caller), Problem> {
        let (app, now) = (&self.app, clock::now());
        let name = visitor::cookie_name(request.extensions().get(), request.headers());
        let token =
            visitor::cookie(request.headers(), name).ok_or_else(|| unknown("no key and no session was sent"))?;
        let (hash, csrf): (Arc<str>, Arc<str>) = (key_hash(token).into(), people::csrf(token).into());
        let found = app.people.session(&*app.engine, &hash, now).await?.filter(|_| !people::is_embedded(token));
        let (session, person) = found.ok_or_else(session_ended)?;
        if !request.method().is_safe() {
            from_our_page(request, &csrf)?;
        }
        let operator = self.may(&person.roles).ok_or_else(|| {
            forbidden(format!("{} has not the role {}", person.name, self.wanted()))
                .hint("ask an operator for a person with that role")
        })?;
        app.people.used(&*app.engine, &session, &person, now).await;
        let (merchant, by) = (person.merchant.clone(), format!("person:{}", person.name).into());
        let agent = is_agent(&person.roles);
        request.extensions_mut().insert(LoggedIn { person, hash: Arc::clone(&hash), csrf, embedded: false });
        Ok((Ticket::Session(hash), Caller { merchant, by, operator, agent }))
    }

    /// A page in another site's frame, where no cookie comes along, sends its session's token itself. No other site can
    /// make a browser do that, so there is nothing more to check; and it opens what an agent needs, whoever it is.
    async fn by_embedded(&self, request: &mut Request, token: &str) -> Result<(Ticket, Caller), Problem> {
        let (app, now, hash) = (&self.app, clock::now(), Arc::<str>::from(key_hash(token)));
        let found = app.people.session(&*app.engine, &hash, now).await?;
        let (session, person) = found.ok_or_else(session_ended)?;
        if !self.roles.contains(&KeyRole::Agent) || self.may(&person.roles).is_none() {
            return Err(forbidden("a session in a frame opens what agents use, and no more".to_owned())
                .hint("open the desk in a window of its own"));
        }
        app.people.used(&*app.engine, &session, &person, now).await;
        let (merchant, by) = (person.merchant.clone(), format!("person:{}", person.name).into());
        let csrf = "".into();
        request.extensions_mut().insert(LoggedIn { person, hash: Arc::clone(&hash), csrf, embedded: true });
        Ok((Ticket::Session(hash), Caller { merchant, by, operator: false, agent: true }))
    }

    /// Whether the roles open the route, and whether an operator's is among them.
    fn may(&self, roles: &[KeyRole]) -> Option<bool> {
        let operator = roles.contains(&KeyRole::Operator);
        (operator || roles.iter().any(|role| self.roles.contains(role))).then_some(operator)
    }

    fn wanted(&self) -> String {
        let roles: Vec<_> = self.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
        roles.join(" or ")
    }

    /// The body ends when the key or the session by which it was asked for does.
    fn while_valid(&self, ticket: Ticket, response: Response) -> Response {
        let kind = response.headers().get(header::CONTENT_TYPE);
        if kind.is_none_or(|kind| kind != "text/event-stream") {
            return response;
        }
        let app = Arc::clone(&self.app);
        let gone = async move {
            while ticket.holds(&app).await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(gone))))
    }
}

/// By what somebody was let in: the hash of a key or of a session's token.
enum Ticket {
    Key(Arc<str>),
    Session(Arc<str>),
}

impl Ticket {
    /// Whether it would be let in again. A failing engine says nothing about that.
    async fn holds(&self, app: &App) -> bool {
        match self {
            Self::Key(hash) => find_key(app, hash).await.map_or(true, |found| found.is_some()),
            Self::Session(hash) => {
                let found = app.people.session(&*app.engine, hash, clock::now()).await;
                found.map_or(true, |found| found.is_some())
            }
        }
    }
}

async fn find_key(app: &App, hash: &str) -> Result<Option<ApiKey>, Error> {
    let found = match app.dev_key.as_ref().filter(|dev| *dev.hash == *hash) {
        Some(dev) => Some(dev.clone()),
        None => app.engine.api_key(hash).await?,
    };
    Ok(found.filter(|key| key.revoked_at.is_none()))
}

/// A browser sends the cookie with whatever any page makes it send: so the page must also know the session's second
/// token, and the browser must say that the page is ours.
fn from_our_page(request: &Request, csrf: &str) -> Result<(), Problem> {
    if visitor::same_origin(request.headers(), request.uri()) != Some(true) {
        return Err(cross_origin());
    }
    let sent = request.headers().get("x-csrf-token").map(|sent| blake3::hash(sent.as_bytes()));
    // Hashes compare in constant time.
    if sent != Some(blake3::hash(csrf.as_bytes())) {
        return Err(Problem::new(
            403,
            "csrf",
            "Forbidden",
            "the x-csrf-token header is missing or is not this session's",
        )
        .hint("send the `csrf` that GET /v1/session gives as x-csrf-token"));
    }
    Ok(())
}

fn session_ended() -> Problem {
    Problem::new(401, "session-ended", "Not logged in", "the session has ended")
        .hint("POST /v1/session with a name and a password begins a new one")
}

fn unknown(detail: &'static str) -> Problem {
    Problem::new(401, "unauthorized", "Unauthorized", detail)
        .hint("send `Authorization: Bearer <key>` (`cuecard keys create` makes a key), or log in with POST /v1/session")
}

fn forbidden(detail: String) -> Problem {
    Problem::new(403, "forbidden", "Forbidden", detail)
}
