//! A connector that sends nothing: each parcel becomes a line of a file, synced before it counts as sent. For trying
//! things out, and for fault runs, because it can be asked what it took.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use async_trait::async_trait;

use super::{Connector, Parcel, Sending};

/// A file of parcels, a JSON object a line.
pub struct Log {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

impl Log {
    /// Opens the file, or makes it.
    pub fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self { path: path.to_owned(), file: Arc::new(Mutex::new(file)) })
    }
}

#[async_trait]
impl Connector for Log {
    async fn send(&self, parcel: &Parcel) -> Sending {
        let Ok(mut line) = serde_json::to_vec(parcel) else {
            return Sending::Refused { detail: "the parcel cannot be written as JSON".into() };
        };
        line.push(b'\n');
        let file = Arc::clone(&self.file);
        let written = tokio::task::spawn_blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(&line)?;
            file.sync_data()
        });
        match written.await {
            Ok(Ok(())) => Sending::Sent { reference: Some(parcel.idempotency_key.clone()) },
            Ok(Err(error)) => Sending::Unknown { detail: error.to_string() },
            Err(error) => Sending::Unknown { detail: error.to_string() },
        }
    }

    async fn lookup(&self, parcel: &Parcel) -> Option<bool> {
        let (path, key) = (self.path.clone(), parcel.idempotency_key.clone());
        let found = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(File::open(path).ok()?).lines().map_while(Result::ok);
            let took =
                |line: String| serde_json::from_str::<Parcel>(&line).is_ok_and(|parcel| parcel.idempotency_key == key);
            Some(lines.any(took))
        });
        found.await.ok().flatten()
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}
