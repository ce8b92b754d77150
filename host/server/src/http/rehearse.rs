//! `POST /v1/plugins/{id}/rehearse`: what another version would have said on turns that were answered. Nothing is kept.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, Request, State},
};
use cuecard_model::{ConversationId, MerchantId, Scope};
use cuecard_plugin::{bundle::Bundle, problem::Problem as BundleProblem, registry::Place};
use serde::Deserialize;

use super::{
    Problem,
    bundles::{Sent, sent},
    guard::Caller,
    json::Json,
    messages::understanding,
    plugins::place,
};
use crate::{
    app::App,
    reasons::problem,
    rehearse::{Again, FailureShown, Rehearsal, Summary, TURNS, TurnShown, Wanted, again, evidence},
};

/// Failures of a rehearsal that a refusal names.
const SHOWN: usize = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default)]
    shared: bool,
    turns: Option<usize>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Rehearsal>, Problem> {
    let asked = Query::<Asked>::try_from_uri(request.uri());
    let asked = asked.map_err(|error| Problem::bad_request(error.body_text()).field("query"))?.0;
    let place = place(&caller, &id, asked.shared)?;
    let merchant = app.merchants.get(&*app.engine, &caller.merchant).await?;
    let Sent { bundle, conversations } = sent(&app, &caller.merchant, &id, request).await?;
    let limit = asked.turns.unwrap_or(TURNS.0).min(TURNS.1);
    let turns = turns(&app, &caller.merchant, &conversations, limit).await?;
    let (snapshot, _) = understanding(&app, &caller.merchant).await?;
    let wanted = Wanted { snapshot, merchant, place, bundle, turns, show_all: !conversations.is_empty() };
    Ok(Json(app.rehearsals.rehearse(wanted).await?))
}

/// Rehearses a push where the merchant wants that before it takes the place of what serves. A line of evidence if it
/// may; of a larger difference that a person has confirmed, too.
pub(crate) async fn before_swap(
    app: &App,
    caller: &Caller,
    place: &Place,
    bundle: &Bundle,
    confirmed: Option<&str>,
) -> Result<Option<String>, Problem> {
    let merchant = app.merchants.get(&*app.engine, &caller.merchant).await?;
    let (snapshot, _) = understanding(app, &caller.merchant).await?;
    let serving = snapshot.generation.plugins(&caller.merchant).find(|live| live.plugin.id == place.1);
    let (Some(terms), Some(live)) = (merchant.rehearsal, serving.cloned()) else { return Ok(None) };
    // Other merchants' turns are not ours to rehearse on, and what serves has shown itself.
    if place.0 == Scope::Shared || live.hash == bundle.hash() {
        return Ok(None);
    }
    let turns = turns(app, &caller.merchant, &[], terms.turns.min(TURNS.1)).await?;
    let any = !turns.is_empty();
    let (place, bundle, hash) = (place.clone(), bundle.clone(), bundle.hash().to_string());
    let wanted = Wanted { snapshot, merchant, place, bundle, turns, show_all: false };
    let found = app.rehearsals.rehearse(wanted).await?;
    let Summary { turns, different, failing, .. } = found.summary;
    if found.new.is_none() || !found.problems.is_empty() {
        // Its proof refuses it, and says more.
        return Ok(None);
    }
    if any && turns == 0 {
        return Err(Problem::busy("no turn could be rehearsed in time"));
    }
    let slower = found.times.iter().filter(|times| times.plugin == found.plugin && times.slower).count();
    let evidence = evidence(&found.summary, slower);
    if terms.refuse_new_failures && failing > 0 {
        return Err(Problem::bundle(failures(&found, &evidence)).rehearsal(&found));
    }
    if different as f64 <= terms.ask_above * turns as f64 {
        return Ok(Some(evidence));
    }
    if confirmed == Some(hash.as_str()) {
        return Ok(Some(format!("{evidence}; confirmed")));
    }
    let asks = format!("{evidence}; more than {} % want a person's word", terms.ask_above * 100.0);
    let hint = format!("read what would be different; ?confirm={hash} lets these very bytes through");
    Err(Problem::new(409, "confirm", "Wants a person's word", asks).hint(hint).rehearsal(&found))
}

/// The newest failures with their places and turns; the first says how many there are.
fn failures(found: &Rehearsal, evidence: &str) -> Vec<BundleProblem> {
    let all = found.turns.iter().flat_map(|turn| turn.failures.iter().map(move |failure| (turn, failure)));
    let newly = all.filter(|(_, failure)| failure.kind == "failing").take(SHOWN);
    let one = |(turn, failure): (&TurnShown, &FailureShown)| {
        let hook = failure.detail.strip_prefix("in ").and_then(|said| said.split_once(": "));
        let mut problem = problem(hook.map_or(&*failure.detail, |(_, what)| what));
        problem.reason = format!("{} ({}, turn {})", problem.reason, failure.plugin, turn.turn_id);
        problem
    };
    std::iter::once(BundleProblem::new("", evidence)).chain(newly.map(one)).collect()
}

/// Turns that can be answered again, newest first.
async fn turns(
    app: &App,
    merchant: &MerchantId,
    conversations: &[ConversationId],
    limit: usize,
) -> Result<Vec<Again>, Problem> {
    let kept = app.engine.kept_turns(merchant, conversations, limit).await?;
    let mut turns = Vec::with_capacity(kept.len());
    for turn in kept {
        turns.push(again(&*app.engine, merchant, turn).await?);
    }
    Ok(turns)
}
