//! Counting: one pass over a window's turns, one over its cases, and what the newest texts are. Nothing is written, and
//! a reader blocks no writer.

use std::collections::{BTreeMap, HashMap};

use cuecard_model::{MerchantId, Reply, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::{
    facts::{case, mood},
    read::{all, rows},
};
use crate::{
    CaseTally, EditedOffer, Group, InsightQuery, Insights, Review, ScenarioTally, Tally, Tenure, Unheard,
    cases::is_angry,
};

const DAY: i64 = 24 * 3600 * 1000;
/// After an outreach, a customer's case on the same counts as a contact for so long.
const CONTACT: i64 = 14 * DAY;

pub(super) fn count(connection: &Connection, merchant: &MerchantId, query: &InsightQuery) -> Result<Insights> {
    let agents = agents(connection, merchant)?;
    let mut counted = Insights::default();
    turns(connection, merchant, query, &agents, &mut counted)?;
    cases(connection, merchant, query, &agents, &mut counted)?;
    for (name, scenario) in &mut counted.scenarios {
        scenario.first_at = first_at(connection, merchant, name)?;
    }
    counted.prevented = prevented(connection, merchant, query)?;
    counted.unheard = unheard(connection, merchant, query)?;
    counted.edited = edited(connection, merchant, query)?;
    counted.reviews = reviews(connection, merchant)?;
    counted.agents = agents.into_keys().collect();
    counted.agents.sort();
    Ok(counted)
}

/// Since when each agent answers.
fn agents(connection: &Connection, merchant: &MerchantId) -> Result<HashMap<String, i64>> {
    let sql = "select agent, first_at from agents where merchant = ?1";
    all(connection, sql, [merchant.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).map(HashMap::from_iter)
}

fn tenure(agents: &HashMap<String, i64>, agent: Option<&str>, at: i64) -> Option<Tenure> {
    let days = (at - agents.get(agent?)?) / DAY;
    Some(match days {
        ..30 => Tenure::New,
        30..180 => Tenure::Settled,
        _ => Tenure::Seasoned,
    })
}

/// One turn as it is counted.
struct Turn<'a> {
    offers: &'a str,
    uncovered: bool,
    shown: i64,
    inserted: i64,
    sent: i64,
    edited: i64,
    dismissed: i64,
    edit_sum: f64,
    answer: Option<u32>,
}

impl Turn<'_> {
    /// Bits of the offers that one plugin made.
    fn bits(&self, is_its: impl Fn(&str) -> bool) -> i64 {
        let its = self.offers.split(' ').enumerate().filter(|(_, offer)| is_its(offer));
        its.fold(0, |bits, (place, _)| bits | 1_i64.checked_shl(place as u32).unwrap_or(0))
    }

    /// Counts the turn, with the offers of these bits.
    fn count(&self, bits: i64, tally: &mut Tally) {
        let has = |marks: i64| u64::from(marks & bits != 0);
        tally.turns += 1;
        tally.uncovered += u64::from(self.uncovered);
        tally.offered += u64::from(!self.offers.is_empty());
        tally.shown += has(self.shown);
        tally.accepted += has(self.inserted | self.sent | self.edited);
        tally.sent += has(self.sent);
        tally.edited += has(self.edited);
        tally.dismissed += has(self.dismissed);
        tally.edit_sum += if has(self.sent | self.edited) > 0 { self.edit_sum } else { 0.0 };
        tally.answers.extend(self.answer);
    }
}

fn turns(
    connection: &Connection,
    merchant: &MerchantId,
    query: &InsightQuery,
    agents: &HashMap<String, i64>,
    counted: &mut Insights,
) -> Result<()> {
    let sql = "select at, scenario, offers, uncovered, shown, inserted, sent, edited, dismissed, edit_sum, answer_ms,
            agent, held_out from turn_facts where merchant = ?1 and at >= ?2 and at < ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params![merchant.as_str(), query.from.millis(), query.to.millis()])?;
    while let Some(row) = found.next()? {
        let (at, scenario, agent) = (row.get::<_, i64>(0)?, row.get_ref(1)?.as_str()?, text(row, 11)?);
        let turn = Turn {
            offers: row.get_ref(2)?.as_str()?,
            uncovered: row.get(3)?,
            shown: row.get(4)?,
            inserted: row.get(5)?,
            sent: row.get(6)?,
            edited: row.get(7)?,
            dismissed: row.get(8)?,
            edit_sum: row.get(9)?,
            answer: row.get::<_, Option<i64>>(10)?.map(|ms| u32::try_from(ms).unwrap_or(u32::MAX)),
        };
        let bits = query.plugin.as_ref().map_or(i64::MAX, |plugin| turn.bits(|offer| is_of(offer, plugin)));
        if bits == 0 || query.scenario.as_ref().is_some_and(|wanted| wanted != scenario) || !query.is_by(agent) {
            continue;
        }
        turn.count(bits, &mut counted.total);
        turn.count(bits, counted.days.entry(at.div_euclid(DAY)).or_default());
        with(&mut counted.scenarios, scenario, |it| turn.count(bits, query.part(it, at)));
        let held_out = row.get(12)?;
        turn.count(bits, if held_out { &mut counted.held_out } else { &mut counted.with_suggestions });
        if let Some(tenure) = tenure(agents, agent, at) {
            turn.count(bits, counted.tenures.entry(tenure).or_default());
        }
        for (place, offer) in turn.offers.split(' ').enumerate() {
            let is_first = turn.offers.split(' ').position(|other| other == offer) == Some(place);
            if is_first && !offer.is_empty() && query.plugin.as_ref().is_none_or(|plugin| is_of(offer, plugin)) {
                let bits = turn.bits(|other| other == offer);
                with(&mut counted.plugins, offer, |it| turn.count(bits, it));
            }
        }
    }
    Ok(())
}

/// A count.
fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// A column of text that may be null, without a copy.
fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

/// Whether an offer, `plugin@version`, is a plugin's.
fn is_of(offer: &str, plugin: &str) -> bool {
    offer.strip_prefix(plugin).is_some_and(|rest| rest.starts_with('@'))
}

impl InsightQuery {
    fn is_by(&self, agent: Option<&str>) -> bool {
        self.agent.as_deref().is_none_or(|wanted| agent == Some(wanted))
    }

    fn part<'a>(&self, scenario: &'a mut ScenarioTally, at: i64) -> &'a mut Tally {
        if at >= self.lately.millis() { &mut scenario.lately } else { &mut scenario.earlier }
    }
}

/// What stands under a key, without a copy of a key that is there.
fn with<T: Default>(map: &mut BTreeMap<String, T>, key: &str, change: impl FnOnce(&mut T)) {
    match map.get_mut(key) {
        Some(found) => change(found),
        None => change(map.entry(key.to_owned()).or_default()),
    }
}

fn cases(
    connection: &Connection,
    merchant: &MerchantId,
    query: &InsightQuery,
    agents: &HashMap<String, i64>,
    counted: &mut Insights,
) -> Result<()> {
    let sql = "select id, scenario, said_at, answered_at, resolved_at, escalated_at, reopened, opened_at, score, came,
            mood, held_out, has_order, refunded_at, agent, plugin from cases indexed by cases_by_time
        where merchant = ?1 and opened_at >= ?2 and opened_at < ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params![merchant.as_str(), query.from.millis(), query.to.millis()])?;
    while let Some(row) = found.next()? {
        let (agent, plugin) = (text(row, 14)?, text(row, 15)?);
        let (scenario, at) = (row.get_ref(1)?.as_str()?, row.get::<_, i64>(7)?);
        let is_of_plugin = |wanted: &String| plugin.is_some_and(|plugin| is_of(plugin, wanted));
        if query.scenario.as_ref().is_some_and(|wanted| wanted != scenario)
            || !query.is_by(agent)
            || !query.plugin.as_ref().is_none_or(is_of_plugin)
        {
            continue;
        }
        let one = one_case(row, query.now)?;
        counted.total.cases.add(&one);
        counted.days.entry(at.div_euclid(DAY)).or_default().cases.add(&one);
        with(&mut counted.scenarios, scenario, |it| query.part(it, at).cases.add(&one));
        let held_out = row.get(11)?;
        if held_out { &mut counted.held_out } else { &mut counted.with_suggestions }.cases.add(&one);
        if let Some(tenure) = tenure(agents, agent, at) {
            counted.tenures.entry(tenure).or_default().cases.add(&one);
        }
        if let Some(plugin) = plugin {
            with(&mut counted.plugins, plugin, |it| it.cases.add(&one));
        }
    }
    Ok(())
}

/// A tally of one case.
fn one_case(row: &Row<'_>, now: Timestamp) -> Result<CaseTally> {
    let (_, case) = case(row)?;
    let (came, left) = (mood(row, 9)?, mood(row, 10)?);
    let score = row.get::<_, Option<u32>>(8)?.map(u64::from);
    let resolved = case.resolved(now).is_some();
    let (has_order, is_refunded) = (row.get::<_, bool>(12)?, row.get::<_, Option<i64>>(13)?.is_some());
    Ok(CaseTally {
        all: 1,
        decided: u64::from(case.is_decided(now)),
        resolved: u64::from(resolved),
        ever_resolved: u64::from(resolved || case.reopened > 0),
        reopened: u64::from(case.reopened > 0),
        escalated: u64::from(case.escalated_at.is_some()),
        rated: u64::from(score.is_some()),
        rated_well: u64::from(score.is_some_and(|score| score >= 4)),
        score_sum: score.unwrap_or(0),
        came_angry: u64::from(is_angry(came)),
        calmed: u64::from(is_angry(came) && !left.is_upset()),
        turned_angry: u64::from(!is_angry(came) && is_angry(left)),
        ordered: u64::from(has_order),
        kept: u64::from(has_order && !is_refunded),
    })
}

/// A scenario's first turn of all time: rows stand in the order of time, so the search ends at the first.
fn first_at(connection: &Connection, merchant: &MerchantId, scenario: &str) -> Result<Option<Timestamp>> {
    let sql = "select at from turn_facts where merchant = ?1 and scenario = ?2 order by at limit 1";
    let first = connection.prepare_cached(sql)?.query_row([merchant.as_str(), scenario], |row| row.get(0));
    Ok(first.optional()?.map(Timestamp::from_millis))
}

/// Per scenario of outreach, the customers who were contacted and those who were held out, and who of them wrote.
fn prevented(
    connection: &Connection,
    merchant: &MerchantId,
    query: &InsightQuery,
) -> Result<BTreeMap<String, (Group, Group)>> {
    let sql = "with proposed as (
            select json_extract(body, '$.outreach.scenario') as scenario, state = 'dropped' as held_out, customer,
                min(created_at) as at
            from outreach indexed by outreach_by_time
            where merchant = ?1 and created_at >= ?2 and created_at < ?3
                and (state = 'sent' or state = 'dropped' and json_extract(body, '$.reason') = 'holdout')
            group by 1, 2, 3
        ), asked as (
            select p.scenario, p.held_out, (select count(*) from cases as c
                where c.merchant = ?1 and c.customer = p.customer and c.scenario = p.scenario
                    and c.opened_at >= p.at and c.opened_at < p.at + ?4) as contacts
            from proposed as p where p.scenario is not null
        ) select scenario, held_out, count(*), sum(contacts > 0), sum(contacts) from asked group by 1, 2";
    let params = params![merchant.as_str(), query.from.millis(), query.to.millis(), CONTACT];
    let mut found = BTreeMap::<String, (Group, Group)>::new();
    for (scenario, held_out, group) in all(connection, sql, params, |row| {
        let group = Group { customers: number(row, 2)?, wrote: number(row, 3)?, contacts: number(row, 4)? };
        Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, group))
    })? {
        let groups = found.entry(scenario).or_default();
        *(if held_out { &mut groups.1 } else { &mut groups.0 }) = group;
    }
    Ok(found)
}

fn unheard(connection: &Connection, merchant: &MerchantId, query: &InsightQuery) -> Result<Vec<Unheard>> {
    let sql = "select f.turn, m.text, f.at from (
            select turn, at from turn_facts indexed by turn_facts_uncovered
            where merchant = ?1 and at >= ?2 and at < ?3 and uncovered = 1
                and (?4 is null or scenario = ?4) and (?5 is null or agent = ?5)
            order by at desc limit ?6) as f
        cross join messages as m on m.merchant = ?1 and m.turn = f.turn order by f.at desc";
    if query.plugin.is_some() {
        return Ok(Vec::new());
    }
    let (from, to) = (query.from.millis(), query.to.millis());
    let params = params![merchant.as_str(), from, to, query.scenario, query.agent, rows(query.texts)];
    all(connection, sql, params, |row| {
        let at = Timestamp::from_millis(row.get(2)?);
        Ok(Unheard { turn: row.get::<_, String>(0)?.into(), text: row.get(1)?, at })
    })
}

fn edited(connection: &Connection, merchant: &MerchantId, query: &InsightQuery) -> Result<Vec<EditedOffer>> {
    let sql = "select e.suggestion, e.final_text, m.reply from (
            select turn, at from turn_facts indexed by turn_facts_edited
            where merchant = ?1 and at >= ?2 and at < ?3 and edited > 0
                and (?4 is null or scenario = ?4) and (?5 is null or agent = ?5)
            order by at desc limit ?6) as f
        cross join messages as m on m.merchant = ?1 and m.turn = f.turn
        cross join feedback as e on e.merchant = ?1 and e.suggestion > f.turn || '.' and e.suggestion < f.turn || '/'
            and e.action = 'edited' and e.final_text is not null
        order by f.at desc";
    let (from, to) = (query.from.millis(), query.to.millis());
    let params = params![merchant.as_str(), from, to, query.scenario, query.agent, rows(query.texts)];
    let found = all(connection, sql, params, |row| {
        let (suggestion, sent): (String, String) = (row.get(0)?, row.get(1)?);
        let reply = serde_json::from_str::<Reply>(row.get_ref(2)?.as_str()?).ok();
        Ok(reply.and_then(|reply| edited_offer(reply, &suggestion, sent)))
    })?;
    let is_asked = |offer: &EditedOffer| query.plugin.as_ref().is_none_or(|plugin| is_of(&offer.plugin, plugin));
    Ok(found.into_iter().flatten().filter(is_asked).collect())
}

fn edited_offer(reply: Reply, suggestion: &str, sent: String) -> Option<EditedOffer> {
    let found = reply.suggestions.into_iter().find(|offer| offer.id.as_str() == suggestion)?;
    let (plugin, scenario) = (found.plugin.to_string(), found.scenario.to_string());
    Some(EditedOffer { plugin, scenario, title: found.title, offered: found.text, sent })
}

fn reviews(connection: &Connection, merchant: &MerchantId) -> Result<Vec<Review>> {
    let sql = "select scenario, at, by, note from reviews where merchant = ?1 order by scenario";
    all(connection, sql, [merchant.as_str()], |row| {
        let at = Timestamp::from_millis(row.get(1)?);
        Ok(Review { scenario: row.get::<_, String>(0)?.into(), at, by: row.get(2)?, note: row.get(3)? })
    })
}
