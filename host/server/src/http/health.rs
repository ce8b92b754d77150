//! For those who watch the host: alive, ready, figures.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Problem, json::Json};
use crate::app::App;

pub(crate) async fn alive() -> Json<Value> {
    Json(json!({"status": "alive"}))
}

pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    if *app.stopping.borrow() {
        return Err(Problem::busy("the host is stopping"));
    }
    app.engine.ready().await?;
    match app.generation() {
        0 => Err(Problem::busy("the plugins are not loaded yet")),
        generation => Ok(Json(json!({"status": "ready", "generation": generation}))),
    }
}

pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    if let Some(snapshot) = app.snapshot.load_full() {
        let aside = snapshot.generation.all().filter_map(|plugin| plugin.loadable.as_ref());
        let aside = aside.filter(|loadable| loadable.standing().is_set_aside()).count();
        app.metrics.standing(snapshot.generation.trials().count(), aside);
    }
    let (waiting, replaced) = (app.workers.waiting(), app.workers.replaced());
    let text = app.metrics.text(app.generation(), app.hub.listeners(), waiting, replaced);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
