//! The pages of the desk: static files that are part of the binary. Knows what a file is called and what kind it is,
//! and nothing of what is in it.

use std::{borrow::Cow, path::Path as Folder, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::Problem;
use crate::app::App;

struct File {
    name: &'static str,
    bytes: &'static [u8],
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(File { name: $name, bytes: include_bytes!(concat!("../../desk/", $name)) }),+]
    };
}

const FILES: &[File] = &files![
    "app.js",
    "base.css",
    "control.js",
    "desk.css",
    "focus.js",
    "format.js",
    "i18n.js",
    "icon.svg",
    "index.html",
    "keys.js",
    "lang/en.js",
    "lang/es.js",
    "lang/zh.js",
    "session.js",
    "store.js",
    "stream.js",
    "vendor/lit-html/LICENSE",
    "vendor/lit-html/directive-helpers.js",
    "vendor/lit-html/directive.js",
    "vendor/lit-html/directives/live.js",
    "vendor/lit-html/directives/repeat.js",
    "vendor/lit-html/lit-html.js",
    "views/act.js",
    "views/cards.js",
    "views/composer.js",
    "views/conversation.js",
    "views/customer.js",
    "views/dialog.js",
    "views/dismiss.js",
    "views/header.js",
    "views/help.js",
    "views/icons.js",
    "views/list.js",
    "views/login.js",
    "views/mood.js",
    "views/outreach.js",
    "views/scripts.js",
    "views/trace.js",
];

/// Where the files lie in the sources, from the repository's folder: `serve --dev` reads them there if it can, so that
/// an edit shows when the page is loaded again.
pub(crate) const SOURCES: &str = "host/server/desk";

pub(crate) async fn index(app: State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    file(app, Path("index.html".to_owned()), headers).await
}

pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = FILES.iter().find(|file| file.name == name);
    let Some(file) = found else {
        return Err(Problem::not_found("the desk has no such file").hint("open /desk"));
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
        let folder = Folder::new(env!("CARGO_MANIFEST_DIR")).join("desk");
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
