//! Logins of people for whom the login service vouches: they must be people that an operator has added, and every refusal
//! that costs a stranger an effort is on record. Knows no protocol.

use std::{net::IpAddr, time::Instant};

use cuecard_engine::{AuditEntry, Change, Engine, Error, Person, Scope};
use cuecard_model::Timestamp;

use super::{
    People, Refused,
    oidc::{Begun, Callback, Failure, Oidc},
};
use crate::ids::new_token;

impl People {
    /// Begins a session of whom the service names; its token is given this once.
    pub async fn log_in_vouched(
        &self,
        engine: &dyn Engine,
        oidc: &Oidc,
        (back, begun): (Callback, &Begun),
        address: IpAddr,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let code = oidc.code(back, begun)?;
        self.throttle.begin(None, address, Instant::now()).map_err(Refused::TooMany)?;
        let named = oidc.named(&code, begun, now).await;
        let (person, subject, reason, failure) = match named {
            Err(Failure::Unfit(reason)) => (None, "unknown".to_owned(), reason, Failure::Unfit(reason)),
            Err(failure) => {
                // A service that was down is nobody's attempt.
                self.throttle.succeeded(None, address);
                return Err(failure);
            }
            Ok(name) => match self.vouched_for(engine, oidc, &name).await.map_err(Refused::Engine)? {
                Some(person) if person.disabled_at.is_none() => {
                    self.throttle.succeeded(None, address);
                    let how = Some(("through", "oidc"));
                    return Ok(self.begin_with(new_token(), how, engine, &person, address, now).await?);
                }
                Some(person) => (Some(person), name, "switched off", Refused::Wrong.into()),
                None => (None, name, "nobody of that name", Refused::Wrong.into()),
            },
        };
        let merchant = person.as_ref().map(|person| &person.merchant).or(oidc.settings.merchant.as_ref());
        let scope = merchant.map_or(Scope::Shared, |merchant| Scope::Merchant(merchant.clone()));
        let by = person.as_ref().map_or("unknown", |person| &person.name);
        let entry = AuditEntry::new(now, format!("person:{by}"), "login.failed", subject);
        let entry = entry.with("address", address.to_string()).with("through", "oidc").with("reason", reason);
        engine.change(vec![Change::Audit(scope, entry)]).await.map_err(Refused::Engine)?;
        Err(failure)
    }

    /// The one person of that name. The demo's is nobody whom a service could know.
    async fn vouched_for(&self, engine: &dyn Engine, oidc: &Oidc, name: &str) -> Result<Option<Person>, Error> {
        let person = self.find(engine, name, oidc.settings.merchant.as_ref()).await?;
        Ok(person.filter(|person| !self.is_demo(person)))
    }
}
