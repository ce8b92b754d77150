//! `GET /v1/learned`: what agents' answers have taught about the order of suggestions.

use std::sync::Arc;

use axum::{Extension, extract::State};
use cuecard_model::{Arm, Tally};
use serde::{Deserialize, Serialize};

use super::{Problem, guard::Caller, json::Json};
use crate::{app::App, clock};

/// One arm with its counts as of a moment: also a line of what `cuecard replay --learned` reads.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    #[serde(flatten)]
    pub(crate) arm: Arm,
    #[serde(flatten)]
    pub(crate) tally: Tally,
}

/// All arms of a merchant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Everything {
    pub(crate) learned: Vec<Line>,
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Everything>, Problem> {
    let now = clock::now();
    let known = app.engine.learned(&caller.merchant).await?;
    let mut learned: Vec<_> =
        known.arms().map(|(arm, tally)| Line { arm: arm.clone(), tally: tally.faded(now) }).collect();
    learned.sort_by(|one, other| one.arm.cmp(&other.arm));
    Ok(Json(Everything { learned }))
}
