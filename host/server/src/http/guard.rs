//! What stands before every route: the key and its role, the rate, the longest time, the count.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cuecard_engine::KeyRole;
use cuecard_model::MerchantId;

use super::{Problem, Route};
use crate::{app::App, ids::key_hash};

/// Who asks: what the key says.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) merchant: MerchantId,
    /// The key's name.
    pub(crate) name: Arc<str>,
    pub(crate) operator: bool,
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
        Ok(()) if guard.endless => next.run(request).await,
        Ok(()) => match tokio::time::timeout(guard.app.limits.request_timeout(), next.run(request)).await {
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
    async fn admit(&self, request: &mut Request) -> Result<(), Problem> {
        request.extensions_mut().insert(BodyLimit(self.body_limit));
        if self.roles.is_empty() {
            return Ok(());
        }
        let caller = self.caller(request.headers()).await?;
        self.app.rates.take(&caller.merchant, Instant::now()).map_err(|wait| {
            Problem::new(429, "too-many-requests", "Too many requests", "the merchant's rate is used up")
                .hint("send fewer requests a second, or ask the operator for a higher rate")
                .retry_after(wait)
        })?;
        request.extensions_mut().insert(caller);
        Ok(())
    }

    async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let unknown = |detail| {
            Problem::new(401, "unauthorized", "Unauthorized", detail)
                .hint("send `Authorization: Bearer <key>`; `cuecard keys create` makes a key")
        };
        let header = headers.get(header::AUTHORIZATION).ok_or_else(|| unknown("no key was sent"))?;
        let key = header.to_str().ok().and_then(|text| {
            let (scheme, key) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        let key = key.ok_or_else(|| unknown("the Authorization header is not of the form `Bearer <key>`"))?;
        let hash = key_hash(key);
        let found = match self.app.dev_key.as_ref().filter(|dev| *dev.hash == *hash) {
            Some(dev) => Some(dev.clone()),
            None => self.app.engine.api_key(&hash).await?,
        };
        let found = found.filter(|key| key.revoked_at.is_none()).ok_or_else(|| unknown("the key is not known"))?;
        let operator = found.roles.contains(&KeyRole::Operator);
        if !operator && !found.roles.iter().any(|role| self.roles.contains(role)) {
            return Err(forbidden(self.roles));
        }
        Ok(Caller { merchant: found.merchant, name: found.name.into(), operator })
    }
}

fn forbidden(roles: &[KeyRole]) -> Problem {
    let roles: Vec<_> = roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
    let roles = roles.join(" or ");
    Problem::new(403, "forbidden", "Forbidden", format!("the key has not the role {roles}"))
        .hint(format!("use a key with that role: `cuecard keys create --role {roles}`"))
}
