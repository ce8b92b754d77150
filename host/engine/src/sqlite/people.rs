//! People and their sessions: in the writer's transaction, and in memory, where every request looks them up.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use cuecard_model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    apply::{Step, json},
    read::from_json,
};
use crate::{PeopleChange, Person, Session};

/// Writes a change; `Ok(false)` if it is refused.
pub(super) fn change(connection: &Connection, change: &PeopleChange) -> Step<bool> {
    let changed = match change {
        PeopleChange::Arrived(person) => {
            let sql = "insert into people (merchant, name, body) values (?1, ?2, ?3) on conflict do nothing";
            let row = params![person.merchant.as_str(), person.name, json("a person", person)?];
            connection.prepare_cached(sql)?.execute(row)?
        }
        PeopleChange::Changed(person) => {
            let sql = "delete from sessions where merchant = ?1 and name = ?2";
            connection.prepare_cached(sql)?.execute(params![person.merchant.as_str(), person.name])?;
            let sql = "update people set body = ?3 where merchant = ?1 and name = ?2";
            let row = params![person.merchant.as_str(), person.name, json("a person", person)?];
            connection.prepare_cached(sql)?.execute(row)?
        }
        PeopleChange::Began { session, password } => return began(connection, session, password),
        PeopleChange::Used { session, at } => {
            let sql = "update sessions set used_at = ?2 where hash = ?1";
            connection.prepare_cached(sql)?.execute(params![session, at.millis()])?;
            1
        }
        PeopleChange::Ended { session } => {
            connection.prepare_cached("delete from sessions where hash = ?1")?.execute([session])?;
            1
        }
        PeopleChange::Outlived { began_before } => {
            let sql = "delete from sessions where created_at < ?1";
            connection.prepare_cached(sql)?.execute([began_before.millis()])?;
            1
        }
    };
    Ok(changed > 0)
}

fn began(connection: &Connection, session: &Session, password: &str) -> Step<bool> {
    let mut statement = connection.prepare_cached("select body from people where merchant = ?1 and name = ?2")?;
    let place = params![session.merchant.as_str(), session.name];
    let person = statement.query_row(place, |row| from_json::<Person>(row, 0)).optional()?;
    if !person.is_some_and(|person| person.disabled_at.is_none() && *person.password == *password) {
        return Ok(false);
    }
    let sql = "insert into sessions (hash, merchant, name, created_at, used_at) values (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![
        session.hash,
        session.merchant.as_str(),
        session.name,
        session.created_at.millis(),
        session.used_at.millis(),
    ])?;
    Ok(true)
}

/// All people of all merchants.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Person>> {
    let mut statement = connection.prepare_cached("select body from people order by merchant, name")?;
    statement.query_map([], |row| from_json(row, 0))?.collect()
}

fn sessions(connection: &Connection) -> rusqlite::Result<Vec<Session>> {
    let mut statement = connection.prepare_cached("select hash, merchant, name, created_at, used_at from sessions")?;
    let one = |row: &rusqlite::Row<'_>| {
        Ok(Session {
            hash: row.get(0)?,
            merchant: row.get::<_, String>(1)?.into(),
            name: row.get(2)?,
            created_at: Timestamp::from_millis(row.get(3)?),
            used_at: Timestamp::from_millis(row.get(4)?),
        })
    };
    statement.query_map([], one)?.collect()
}

/// Everybody, and every session, in memory.
#[derive(Default)]
pub(super) struct Known(RwLock<Everybody>);

#[derive(Default)]
struct Everybody {
    /// By name: a login need not say the merchant.
    people: HashMap<Arc<str>, Vec<Person>>,
    sessions: HashMap<Arc<str>, Session>,
}

impl Known {
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut known = Everybody::default();
        all(connection)?.into_iter().for_each(|person| known.put(person));
        known.sessions = sessions(connection)?.into_iter().map(|session| (session.hash.clone(), session)).collect();
        Ok(Self(RwLock::new(known)))
    }

    fn look(&self) -> RwLockReadGuard<'_, Everybody> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn named(&self, name: &str) -> Vec<Person> {
        self.look().people.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn session(&self, hash: &str) -> Option<(Session, Person)> {
        let known = self.look();
        let session = known.sessions.get(hash)?;
        let person = known.people.get(&session.name)?.iter().find(|person| person.merchant == session.merchant)?;
        Some((session.clone(), person.clone()))
    }

    /// Takes in a change that is durable now.
    pub(super) fn changed(&self, change: PeopleChange) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match change {
            PeopleChange::Arrived(person) => known.put(person),
            PeopleChange::Changed(person) => {
                let is_theirs = |session: &Session| session.merchant == person.merchant && session.name == person.name;
                known.sessions.retain(|_, session| !is_theirs(session));
                known.put(person);
            }
            PeopleChange::Began { session, .. } => drop(known.sessions.insert(session.hash.clone(), session)),
            PeopleChange::Used { session, at } => {
                if let Some(session) = known.sessions.get_mut(&session) {
                    session.used_at = at;
                }
            }
            PeopleChange::Ended { session } => drop(known.sessions.remove(&session)),
            PeopleChange::Outlived { began_before } => {
                known.sessions.retain(|_, session| session.created_at >= began_before);
            }
        }
    }
}

impl Everybody {
    fn put(&mut self, person: Person) {
        let named = self.people.entry(person.name.clone()).or_default();
        named.retain(|other| other.merchant != person.merchant);
        named.push(person);
    }
}
