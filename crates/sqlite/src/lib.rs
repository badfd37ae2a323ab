//! Opens a SQLite database and brings it up to date. Knows nothing of jobs.
//!
//! Every database of ours is opened here, so that the settings that make "saved" mean saved stand in one
//! place: write-ahead log, `synchronous=FULL` (a commit is on disk before it returns, I1), foreign keys on.
//!
//! Migrations are numbered SQL files, applied in order, each in a transaction of its own; the number reached
//! is kept in `user_version`. A database from a newer version is refused untouched, and an older one is
//! copied before it is changed (P6). See `migrations/NOTES.md`.

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};

/// One numbered step; its number is its place in the list, from 1.
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database was made by a newer version (schema {found}, this version knows {known})")]
    Newer { found: usize, known: usize },
    #[error("copying the database before its migration: {0}")]
    Copy(std::io::Error),
    #[error("migration {name}: {source}")]
    Migration { name: &'static str, source: rusqlite::Error },
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Opens `file`, making it when it is not there, and applies what is missing of `migrations`.
pub fn open(file: &Path, migrations: &[Migration]) -> Result<Connection, Error> {
    let mut connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    let found = version(&connection)?;
    if found > migrations.len() {
        return Err(Error::Newer { found, known: migrations.len() });
    }
    if found == 0 {
        // Only possible while the file is empty: freed pages can be given back later.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    settings(&connection)?;
    if found > 0 && found < migrations.len() {
        copy_before(&connection, file, found)?;
    }
    for (index, migration) in migrations.iter().enumerate().skip(found) {
        apply(&mut connection, index + 1, migration)
            .map_err(|source| Error::Migration { name: migration.name, source })?;
    }
    Ok(connection)
}

/// A second connection for reading only.
pub fn open_reader(file: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settings(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Where the copy of schema `version` is put.
pub fn copy_path(file: &Path, version: usize) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".before-{}", version + 1));
    file.with_file_name(name)
}

fn version(connection: &Connection) -> Result<usize, rusqlite::Error> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

fn settings(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Android has no writable temporary folder that SQLite would find by itself.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

fn copy_before(connection: &Connection, file: &Path, version: usize) -> Result<(), Error> {
    // Everything into the main file first, so that the copy is whole.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    std::fs::copy(file, copy_path(file, version)).map(|_| ()).map_err(Error::Copy)
}

fn apply(connection: &mut Connection, number: usize, migration: &Migration) -> Result<(), rusqlite::Error> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been here since we looked.
    if version(&tx)? >= number {
        return Ok(());
    }
    tx.execute_batch(migration.sql)?;
    tx.pragma_update(None, "user_version", i64::try_from(number).unwrap_or(i64::MAX))?;
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { name: "first", sql: "CREATE TABLE a (x INTEGER NOT NULL) STRICT" };
    const SECOND: Migration =
        Migration { name: "second", sql: "ALTER TABLE a ADD COLUMN y TEXT NOT NULL DEFAULT ''" };
    const BROKEN: Migration =
        Migration { name: "broken", sql: "CREATE TABLE b (x INTEGER) STRICT; CREATE nonsense" };

    #[test]
    fn a_commit_is_on_disk_before_it_returns() {
        let dir = tempfile::tempdir().unwrap();
        let db = open(&dir.path().join("a.db"), &[FIRST]).unwrap();
        let synchronous: i64 = db.query_row("PRAGMA synchronous", [], |r| r.get(0)).unwrap();
        let journal: String = db.query_row("PRAGMA journal_mode", [], |r| r.get(0)).unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }

    #[test]
    fn p6_an_old_database_is_copied_then_migrated_and_its_rows_survive() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        open(&file, &[FIRST]).unwrap().execute("INSERT INTO a VALUES (7)", []).unwrap();

        let db = open(&file, &[FIRST, SECOND]).unwrap();
        let row: (i64, String) =
            db.query_row("SELECT x, y FROM a", [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        assert_eq!(row, (7, String::new()));

        let copy = Connection::open(copy_path(&file, 1)).unwrap();
        let x: i64 = copy.query_row("SELECT x FROM a", [], |r| r.get(0)).unwrap();
        assert_eq!((x, version(&copy).unwrap()), (7, 1));
    }

    #[test]
    fn a_database_from_a_newer_version_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        drop(open(&file, &[FIRST, SECOND]).unwrap());
        let before = std::fs::read(&file).unwrap();
        assert!(matches!(open(&file, &[FIRST]), Err(Error::Newer { found: 2, known: 1 })));
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_database_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        drop(open(&file, &[FIRST]).unwrap());
        assert!(matches!(open(&file, &[FIRST, BROKEN]), Err(Error::Migration { name: "broken", .. })));
        let db = open(&file, &[FIRST]).unwrap();
        assert!(db.prepare("SELECT * FROM b").is_err());
    }

    #[test]
    fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let _writer = open(&file, &[FIRST]).unwrap();
        assert!(open_reader(&file).unwrap().execute("INSERT INTO a VALUES (1)", []).is_err());
    }
}
