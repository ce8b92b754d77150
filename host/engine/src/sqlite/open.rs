//! Opening the data folder: the lock, the file's settings, migrations. Knows no tables but through the migrations.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use crate::{Error, Result};

/// Forward only: one script a version, each run once, in order. Never change one that was released.
const MIGRATIONS: &[&str] = &[
    include_str!("0001_start.sql"),
    include_str!("0002_recent.sql"),
    include_str!("0003_outreach.sql"),
    include_str!("0004_people.sql"),
    include_str!("0005_desk.sql"),
    include_str!("0006_identities.sql"),
    include_str!("0007_trace.sql"),
    include_str!("0008_insights.sql"),
    include_str!("0009_learned.sql"),
    include_str!("0011_errands.sql"),
    include_str!("0012_author.sql"),
    include_str!("0013_key_sets.sql"),
    include_str!("0014_judged.sql"),
    include_str!("0015_cost.sql"),
];

/// How long a connection waits for another.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Statements that one connection keeps prepared; more than the engine has.
const STATEMENTS: usize = 128;

/// Where the database lies in its folder.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("cuecard.db")
}

/// Makes the folder and takes it for this process; the folder is free again when the file is dropped.
pub(super) fn lock(folder: &Path) -> Result<File> {
    let failed = |error: std::io::Error| Error::Storage { path: folder.to_owned(), detail: error.to_string() };
    make_folder(folder).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("cuecard.lock"));
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Customers' messages lie here: on Unix nobody but the owner may look in.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The one connection that writes, with the schema brought up to date.
pub(super) fn writer(path: &Path) -> Result<Connection> {
    let open = || {
        let connection = Connection::open(path)?;
        // Every commit is on the disk before it is acknowledged: a write-ahead log, and a sync of it per commit.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        // A checkpoint stalls the commit that sets it off, so it comes rarely: every 16 MiB of log.
        connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
        connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        connection.pragma_update(None, "cache_size", -32_768)?;
        // What is deleted or replaced is overwritten, or an erased customer could still be read in the file.
        connection.pragma_update(None, "secure_delete", "on")?;
        common(&connection)?;
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|found| (connection, found))
    };
    let (connection, found) = open().map_err(|error| fault(path, &error))?;
    migrate(&connection, path, found)?;
    Ok(connection)
}

/// One of the connections that read.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    common(&connection)?;
    Ok(connection)
}

fn common(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // No memory map: a disk that fails under one kills the process instead of failing the call.
    connection.pragma_update(None, "trusted_schema", false)?;
    // The plan of a statement must not hang on the values bound to it: or each new value has it compiled again, which
    // takes longer than to run it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn migrate(connection: &Connection, path: &Path, found: u32) -> Result<()> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(Error::Newer { path: path.to_owned(), found, known });
    }
    let missing = MIGRATIONS.iter().zip(1..=known).filter(|(_, version)| *version > found);
    for (script, version) in missing {
        let script = format!("begin immediate;\n{script}\npragma user_version = {version};\ncommit;");
        connection.execute_batch(&script).map_err(|error| fault(path, &error))?;
    }
    Ok(())
}

/// What the database said, as what a caller can act on.
pub(super) fn fault(path: &Path, error: &rusqlite::Error) -> Error {
    let (path, detail) = (path.to_owned(), error.to_string());
    if matches!(error, rusqlite::Error::FromSqlConversionFailure(..)) {
        return Error::Corrupt { path, detail };
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full { path },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Corrupt { path, detail },
        _ => Error::Storage { path, detail },
    }
}
