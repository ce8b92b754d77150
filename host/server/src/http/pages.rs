//! The pages: static files that are part of the binary. Knows what a file is called and what kind it is,
//! and nothing of what is in it.

use std::{borrow::Cow, path::Path as Folder, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Problem, json::reply};
use crate::app::App;

struct File {
    name: &'static str,
    bytes: &'static [u8],
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(File { name: $name, bytes: include_bytes!(concat!("../../pages/", $name)) }),+]
    };
}

const FILES: &[File] = &files![
    "author/app.js",
    "author/author.css",
    "author/control.js",
    "author/difference.js",
    "author/editor.js",
    "author/index.html",
    "author/lang/en.js",
    "author/lang/es.js",
    "author/lang/zh.js",
    "author/store.js",
    "author/vendor/codemirror/LICENSE",
    "author/vendor/codemirror/codemirror.js",
    "author/views/asked.js",
    "author/views/bar.js",
    "author/views/conflict.js",
    "author/views/files.js",
    "author/views/fresh.js",
    "author/views/output.js",
    "author/views/proposals.js",
    "author/words.js",
    "console/app.js",
    "console/console.css",
    "console/index.html",
    "console/lang/en.js",
    "console/lang/es.js",
    "console/lang/zh.js",
    "console/store.js",
    "console/views/canary.js",
    "console/views/confirm.js",
    "console/views/histogram.js",
    "console/views/host.js",
    "console/views/log.js",
    "console/views/parts.js",
    "console/views/plugin.js",
    "console/views/plugins.js",
    "console/views/refusal.js",
    "console/views/reloads.js",
    "console/views/turn.js",
    "console/views/turns.js",
    "console/words.js",
    "desk/app.js",
    "desk/control.js",
    "desk/desk.css",
    "desk/index.html",
    "desk/keys.js",
    "desk/lang/en.js",
    "desk/lang/es.js",
    "desk/lang/zh.js",
    "desk/store.js",
    "desk/views/act.js",
    "desk/views/cards.js",
    "desk/views/composer.js",
    "desk/views/conversation.js",
    "desk/views/customer.js",
    "desk/views/dismiss.js",
    "desk/views/help.js",
    "desk/views/list.js",
    "desk/views/mood.js",
    "desk/views/outreach.js",
    "desk/views/proposal.js",
    "desk/views/scripts.js",
    "desk/views/tabs.js",
    "desk/views/trace.js",
    "desk/words.js",
    "embed/app.js",
    "embed/cards.js",
    "embed/embed.css",
    "embed/index.html",
    "embed/lang/en.js",
    "embed/lang/es.js",
    "embed/lang/zh.js",
    "embed/login.html",
    "embed/login.js",
    "embed/parent.js",
    "embed/session.js",
    "embed/store.js",
    "embed/stream.js",
    "embed/words.js",
    "insights/app.js",
    "insights/format.js",
    "insights/index.html",
    "insights/insights.css",
    "insights/lang/en.js",
    "insights/lang/es.js",
    "insights/lang/zh.js",
    "insights/store.js",
    "insights/vendor/uplot/LICENSE",
    "insights/vendor/uplot/uPlot.css",
    "insights/vendor/uplot/uPlot.js",
    "insights/views/attention.js",
    "insights/views/charts.js",
    "insights/views/filters.js",
    "insights/views/tables.js",
    "insights/views/targets.js",
    "insights/views/tiles.js",
    "insights/words.js",
    "shared/base.css",
    "shared/dialog.js",
    "shared/focus.js",
    "shared/format.js",
    "shared/frame.js",
    "shared/header.js",
    "shared/i18n.js",
    "shared/icon.svg",
    "shared/icons.js",
    "shared/lang/en.js",
    "shared/lang/es.js",
    "shared/lang/zh.js",
    "shared/login.js",
    "shared/page.js",
    "shared/session.js",
    "shared/stream.js",
    "shared/vendor/lit-html/LICENSE",
    "shared/vendor/lit-html/directive-helpers.js",
    "shared/vendor/lit-html/directive.js",
    "shared/vendor/lit-html/directives/live.js",
    "shared/vendor/lit-html/directives/repeat.js",
    "shared/vendor/lit-html/lit-html.js",
    "shared/words.js",
];

/// Where the files lie in the sources, from the repository's folder: `serve --dev` reads them there if it can, so that
/// an edit shows when the page is loaded again.
pub(crate) const SOURCES: &str = "host/server/pages";

/// The page of this name, e.g. `desk`.
pub(crate) async fn index(page: &str, app: State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    file(app, Path(format!("{page}/index.html")), headers).await
}

/// A file's name, for a route that is for this file alone.
pub(crate) fn named(name: &str) -> Path<String> {
    Path(name.to_owned())
}

/// Who may show the panel in a frame: what the frame's own policy says too, so it is no secret.
pub(crate) async fn origins(State(app): State<Arc<App>>) -> Response {
    reply(StatusCode::OK, &app.embed_in)
}

pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = FILES.iter().find(|file| file.name == name);
    let Some(file) = found else {
        return Err(Problem::not_found("no page has such a file").hint("open /desk"));
    };
    let bytes = read(app.pages.as_deref(), file);
    let tag = format!("\"{}\"", blake3::hash(&bytes).to_hex());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let is_known =
        known.is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    // Asked for again each time, and sent again only if it has changed.
    let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, [(header::CONTENT_TYPE, kind(file.name))], bytes).into_response())
}

fn read(folder: Option<&Folder>, file: &File) -> Cow<'static, [u8]> {
    let newer = folder.and_then(|folder| std::fs::read(folder.join(file.name)).ok());
    newer.map_or(Cow::Borrowed(file.bytes), Cow::Owned)
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every file of the folder is in the binary, but for types that only the checker reads.
    #[test]
    fn every_file_is_there() {
        let folder = Folder::new(env!("CARGO_MANIFEST_DIR")).join("pages");
        let mut found = BTreeSet::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                if kind.is_dir() {
                    folders.push(path);
                } else if !name.ends_with(".d.ts") && !name.ends_with("config.json") {
                    found.insert(name);
                }
            }
        }
        assert_eq!(FILES.iter().map(|file| file.name.to_owned()).collect::<BTreeSet<_>>(), found);
    }
}
