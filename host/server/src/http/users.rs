//! `/v1/users`: an operator adds people, gives them new passwords, and keeps them out. Of a password only its hash is
//! kept; one that we made is shown once.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use cuecard_engine::{AuditEntry, Change, KeyRole, PeopleChange, Person, Scope};
use cuecard_model::{MerchantId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{self, Json, check_id, reply},
    keys::words,
};
use crate::{
    app::App,
    clock,
    people::{self, password},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    name: String,
    roles: Vec<KeyRole>,
    #[serde(default)]
    merchant: Option<MerchantId>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    no_password: bool,
}

/// Somebody to be added.
pub(crate) struct NewPerson {
    pub(crate) merchant: MerchantId,
    pub(crate) name: String,
    pub(crate) roles: Vec<KeyRole>,
    pub(crate) password: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    no_password: bool,
}

/// The password that a person is to have.
pub(crate) enum Wanted {
    /// One of ours, shown once.
    Made,
    /// One that somebody has thought of.
    Chosen(String),
    /// None: a login service vouches for them.
    Without,
}

fn wanted(password: Option<String>, no_password: bool) -> Result<Wanted, Problem> {
    match (password, no_password) {
        (Some(_), true) => {
            Err(Problem::bad_request("there is a password, and no_password too").field("no_password").hint(HINT))
        }
        (Some(chosen), false) => Ok(Wanted::Chosen(chosen)),
        (None, true) => Ok(Wanted::Without),
        (None, false) => Ok(Wanted::Made),
    }
}

/// Whose person: the caller's merchant's, if it is not said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    merchant: Option<MerchantId>,
}

pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let people = app.engine.people().await?;
    Ok(Json(json!({ "users": people.iter().map(shown).collect::<Vec<_>>() })))
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let Asked { name, roles, merchant, password, no_password } = asked;
    let merchant = merchant.unwrap_or_else(|| caller.merchant.clone());
    check_id("merchant", merchant.as_str())?;
    let password = wanted(password, no_password)?;
    let (by, now) = (Arc::clone(&caller.by), clock::now());
    let asked = NewPerson { merchant, name, roles, password };
    let made = blocking(move || arrived(asked, &by, now)).await?;
    let (person, made, changes) = made.map_err(|reason| Problem::bad_request(reason).hint(HINT))?;
    if !app.engine.change(changes).await? {
        return Err(Problem::conflict(format!("{} has a person '{}' already", person.merchant, person.name))
            .hint("choose another name, or give them a new password"));
    }
    Ok(reply(StatusCode::CREATED, &with_password(&person, made)))
}

pub(crate) async fn password(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    json::Asked(which): json::Asked<Which>,
    Json(body): Json<PasswordBody>,
) -> Result<Json<Value>, Problem> {
    let person = find(&app, &caller, &name, which).await?;
    let (person, made) = with_new_password(person, wanted(body.password, body.no_password)?).await?;
    keep(&app, &caller, &person, "person.password").await?;
    Ok(Json(with_password(&person, made)))
}

/// Puts a password that the person has chosen in the place of theirs; their sessions end.
pub(crate) async fn replace_password(
    app: &App,
    by: &Arc<str>,
    person: Person,
    chosen: String,
) -> Result<Person, Problem> {
    let (person, _) = with_new_password(person, Wanted::Chosen(chosen)).await?;
    app.engine.change(changed(&person, by, "person.password", clock::now())).await?;
    Ok(person)
}

async fn with_new_password(person: Person, wanted: Wanted) -> Result<(Person, Option<String>), Problem> {
    let name = Arc::clone(&person.name);
    let settled = blocking(move || settle(wanted, &name)).await?;
    let (hash, made) = settled.map_err(|reason| Problem::bad_request(reason).field("password").hint(HINT))?;
    Ok((Person { password: hash.into(), ..person }, made))
}

pub(crate) async fn disable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    json::Asked(which): json::Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let person = find(&app, &caller, &name, which).await?;
    let person = Person { disabled_at: person.disabled_at.or_else(|| Some(clock::now())), ..person };
    keep(&app, &caller, &person, "person.disabled").await?;
    Ok(Json(shown(&person)))
}

pub(crate) async fn enable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    json::Asked(which): json::Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let person = Person { disabled_at: None, ..find(&app, &caller, &name, which).await? };
    keep(&app, &caller, &person, "person.enabled").await?;
    Ok(Json(shown(&person)))
}

const HINT: &str =
    "leave the password out to have one made; four words will do as one; no_password is for a login service's people";

async fn find(app: &App, caller: &Caller, name: &str, which: Which) -> Result<Person, Problem> {
    let merchant = which.merchant.unwrap_or_else(|| caller.merchant.clone());
    let named = app.engine.people_named(&people::name(name).unwrap_or_default()).await?;
    let found = named.into_iter().find(|person| person.merchant == merchant);
    found.ok_or_else(|| {
        Problem::not_found(format!("{merchant} has no person of that name"))
            .hint("GET /v1/users lists them; ?merchant= says whose")
    })
}

async fn keep(app: &App, caller: &Caller, person: &Person, action: &'static str) -> Result<(), Problem> {
    app.engine.change(changed(person, &caller.by, action, clock::now())).await?;
    Ok(())
}

/// A person who is new, the password if we made it, and the changes that keep them.
pub(crate) fn arrived(
    asked: NewPerson,
    by: &Arc<str>,
    now: Timestamp,
) -> Result<(Person, Option<String>, Vec<Change>), String> {
    let NewPerson { merchant, name, mut roles, password } = asked;
    let name = people::name(&name).ok_or("the name is empty, too long or has control characters in it")?;
    roles.sort_by_key(|role| *role as u8);
    roles.dedup();
    if roles.is_empty() {
        return Err("a person needs at least one role".to_owned());
    }
    let (hash, made) = settle(password, &name)?;
    let person =
        Person { merchant, name: name.into(), roles, password: hash.into(), created_at: now, disabled_at: None };
    let changes =
        vec![Change::People(PeopleChange::Arrived(person.clone())), audit(&person, by, "person.created", now)];
    Ok((person, made, changes))
}

/// The changes that keep a person who is known, and end their sessions.
pub(crate) fn changed(person: &Person, by: &Arc<str>, action: &'static str, now: Timestamp) -> Vec<Change> {
    vec![Change::People(PeopleChange::Changed(person.clone())), audit(person, by, action, now)]
}

fn audit(person: &Person, by: &Arc<str>, action: &'static str, now: Timestamp) -> Change {
    let has_password = (*person.password != *password::NONE).to_string();
    let entry = AuditEntry::new(now, Arc::clone(by), action, &*person.name).with("roles", words(&person.roles));
    let entry = entry.with("has_password", has_password);
    Change::Audit(Scope::Merchant(person.merchant.clone()), entry)
}

/// The hash of the password that was chosen, or of one that is made, and the one that was made.
pub(crate) fn settle(wanted: Wanted, name: &str) -> Result<(String, Option<String>), String> {
    let hash = |password: &str| password::hash(password).map_err(|error| error.to_string());
    match wanted {
        Wanted::Without => Ok((password::NONE.to_owned(), None)),
        Wanted::Chosen(chosen) => {
            password::check(&chosen, name)?;
            Ok((hash(&chosen)?, None))
        }
        Wanted::Made => {
            let made = password::generate();
            Ok((hash(&made)?, Some(made)))
        }
    }
}

/// Hashing takes a while.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::busy("the host is stopping"))
}

fn shown(person: &Person) -> Value {
    let Person { merchant, name, roles, password, created_at, disabled_at } = person;
    json!({"merchant": merchant, "name": name, "roles": roles, "has_password": **password != *password::NONE,
        "created_at": created_at, "disabled_at": disabled_at})
}

fn with_password(person: &Person, made: Option<String>) -> Value {
    let mut shown = shown(person);
    if let (Some(made), Some(shown)) = (made, shown.as_object_mut()) {
        shown.insert("password".into(), made.into());
    }
    shown
}
