//! What was learned, and experiments.

use axum::routing::{get, post, put};

use super::{AUTHOR, KIB, Route};
use crate::http::{experiments, learned};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/learned", get(learned::get), "How suggestions were accepted, by scenario: what orders them")
            .roles(AUTHOR)
            .gives(200, "Learned"),
        route("get", "/v1/experiments", get(experiments::list), "Experiments with their results, newest first")
            .roles(AUTHOR)
            .gives(200, "ExperimentList"),
        route("get", "/v1/experiments/{id}", get(experiments::get), "An experiment with its result so far")
            .roles(AUTHOR)
            .gives(200, "Experiment"),
        route("put", "/v1/experiments/{id}", put(experiments::put), "Begins an experiment")
            .roles(AUTHOR)
            .takes("ExperimentRequest", 16 * KIB)
            .gives(200, "Experiment"),
        route("post", "/v1/experiments/{id}/stop", post(experiments::stop), "Ends an experiment; its result stays")
            .roles(AUTHOR)
            .gives(200, "Experiment"),
    ]
}
