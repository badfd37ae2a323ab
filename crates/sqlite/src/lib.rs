//! Opens a SQLite database and brings it up to date. Knows nothing of jobs.
//!
//! Every database of ours is opened here, so that the settings that make "saved" mean saved stand in one
//! place: write-ahead log, `synchronous=FULL` (a commit is on disk before it returns, I1), foreign keys on.
//!
//! Migrations are numbered SQL files, applied in order, each in a transaction of its own; the number reached
//! is kept in `user_version`. A database from a newer version is refused untouched, and an older one is
//! copied before it is changed (P6). See `migrations/NOTES.md`.
//!
//! A database may be sealed: encrypted whole by SQLCipher under a key of 32 bytes ([`open_sealed`]).

use rusqlite::{Connection, ErrorCode, OpenFlags, Params, Row, TransactionBehavior};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Statements that a connection keeps compiled.
const STATEMENTS: usize = 200;

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
    #[error("the database does not open with this key")]
    Sealed,
    #[error("this program was built without SQLCipher")]
    NoCipher,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// What a sealed database opens with. Never shown.
pub type Key = [u8; 32];

/// Opens `file`, making it when it is not there, and applies what is missing of `migrations`.
pub fn open(file: &Path, migrations: &[Migration]) -> Result<Connection, Error> {
    opened(file, None, migrations)
}

/// The same for a database that is sealed with `key`. One that is still plain is sealed first, whole or not at all,
/// and so are its copies.
pub fn open_sealed(file: &Path, key: &Key, migrations: &[Migration]) -> Result<Connection, Error> {
    if is_plain(file) {
        seal(file, key)?;
    }
    for version in 1..migrations.len() {
        let copy = copy_path(file, version);
        if is_plain(&copy) {
            seal(&copy, key)?;
        }
    }
    opened(file, Some(key), migrations)
}

/// A second connection for reading only.
pub fn open_reader(file: &Path) -> Result<Connection, Error> {
    reader(file, None)
}

/// A second connection to a sealed database, for reading only.
pub fn open_sealed_reader(file: &Path, key: &Key) -> Result<Connection, Error> {
    reader(file, Some(key))
}

/// Does a file of SQLite lie there that anybody can read?
pub fn is_plain(file: &Path) -> bool {
    let mut header = [0; 16];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header == *b"SQLite format 3\0"
}

fn opened(file: &Path, key: Option<&Key>, migrations: &[Migration]) -> Result<Connection, Error> {
    let mut connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    unseal(&connection, key)?;
    let found = version(&connection).map_err(|why| sealed(why, key))?;
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

fn reader(file: &Path, key: Option<&Key>) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    unseal(&connection, key)?;
    settings(&connection).map_err(|why| sealed(why, key))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Must come before anything else is asked of a connection.
fn unseal(connection: &Connection, key: Option<&Key>) -> Result<(), Error> {
    let Some(key) = key else { return Ok(()) };
    // SQLite without SQLCipher would take the key, ignore it, and write plain text.
    let cipher = connection.query_row("PRAGMA cipher_version", [], |row| row.get::<_, String>(0));
    if cipher.is_err() {
        return Err(Error::NoCipher);
    }
    // A wrong key is told by our own error; SQLCipher would tell it on standard error too.
    connection.execute_batch(&format!("PRAGMA cipher_log_level = NONE; PRAGMA key = \"{}\"", words(key)))?;
    Ok(())
}

/// The key as SQLCipher reads it, without stretching: it is random already.
fn words(key: &Key) -> String {
    use std::fmt::Write;
    let mut words = String::with_capacity(67);
    words.push_str("x'");
    for byte in key {
        let _ = write!(words, "{byte:02x}");
    }
    words.push('\'');
    words
}

fn sealed(why: rusqlite::Error, key: Option<&Key>) -> Error {
    match why.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) if key.is_some() => Error::Sealed,
        _ => why.into(),
    }
}

/// Puts a sealed copy in the place of a plain database. Killed at any point it leaves one or the other, whole.
fn seal(file: &Path, key: &Key) -> Result<(), Error> {
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(".sealing");
    let fresh = file.with_file_name(name);
    match std::fs::remove_file(&fresh) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(Error::Copy(why)),
        _ => {}
    }
    // What is attached is opened with the same flags, so one of them must let it be made.
    let plain = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    if plain.query_row("PRAGMA cipher_version", [], |row| row.get::<_, String>(0)).is_err() {
        return Err(Error::NoCipher);
    }
    // What stands in the log moves into the file, and the log is gone.
    plain.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    let schema = version(&plain)?;
    let name = fresh.to_str().ok_or_else(|| Error::Copy(std::io::Error::other("a name that is no text")))?;
    plain.execute("ATTACH DATABASE ?1 AS sealed KEY ?2", [name, &words(key)])?;
    plain.execute_batch("PRAGMA sealed.auto_vacuum = INCREMENTAL")?;
    plain.query_row("SELECT sqlcipher_export('sealed')", [], |_| Ok(()))?;
    plain.pragma_update(Some("sealed"), "user_version", i64::try_from(schema).unwrap_or(i64::MAX))?;
    plain.execute_batch("DETACH DATABASE sealed")?;
    plain.close().map_err(|(_, why)| why)?;
    let whole = std::fs::File::open(&fresh).and_then(|file| file.sync_all());
    whole.and_then(|()| std::fs::rename(&fresh, file)).map_err(Error::Copy)?;
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::Copy)?;
    }
    Ok(())
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
    // All that a program asks again and again, so that none of it is compiled twice.
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Android has no writable temporary folder that SQLite would find by itself.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Statements that are compiled once for each connection.
pub trait Kept {
    fn run(&self, sql: &str, params: impl Params) -> Result<usize, rusqlite::Error>;
    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error>;
}

impl Kept for Connection {
    fn run(&self, sql: &str, params: impl Params) -> Result<usize, rusqlite::Error> {
        self.prepare_cached(sql)?.execute(params)
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        self.prepare_cached(sql)?.query_row(params, read)
    }
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

    const KEY: Key = [7; 32];

    fn rows(db: &Connection) -> Vec<i64> {
        let mut rows = db.prepare("SELECT x FROM a ORDER BY x").unwrap();
        rows.query_map([], |r| r.get(0)).unwrap().map(|x| x.unwrap()).collect()
    }

    #[test]
    fn i11_a_sealed_database_opens_with_its_key_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let db = open_sealed(&file, &KEY, &[FIRST]).unwrap();
        db.execute("INSERT INTO a VALUES (7)", []).unwrap();
        assert_eq!(rows(&open_sealed_reader(&file, &KEY).unwrap()), [7]);
        drop(db);
        assert!(!is_plain(&file));
        for wrong in [open_sealed(&file, &[8; 32], &[FIRST]), open_sealed_reader(&file, &[8; 32])] {
            assert!(matches!(wrong, Err(Error::Sealed)));
        }
        assert!(open(&file, &[FIRST]).is_err());
        assert_eq!(rows(&open_sealed(&file, &KEY, &[FIRST]).unwrap()), [7]);
    }

    #[test]
    fn i11_a_plain_database_and_its_copies_are_sealed_when_a_key_comes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        open(&file, &[FIRST]).unwrap().execute("INSERT INTO a VALUES (7)", []).unwrap();
        open(&file, &[FIRST, SECOND]).unwrap().execute("INSERT INTO a VALUES (8, '')", []).unwrap();
        assert!(is_plain(&file) && is_plain(&copy_path(&file, 1)));
        // A rest of a sealing that was killed.
        std::fs::write(dir.path().join("a.db.sealing"), b"half").unwrap();

        let db = open_sealed(&file, &KEY, &[FIRST, SECOND]).unwrap();
        assert_eq!((rows(&db), version(&db).unwrap()), (vec![7, 8], 2));
        let vacuum: i64 = db.query_row("PRAGMA auto_vacuum", [], |r| r.get(0)).unwrap();
        assert_eq!(vacuum, 2, "freed pages can be given back");
        let copy = open_sealed_reader(&copy_path(&file, 1), &KEY).unwrap();
        assert_eq!((rows(&copy), version(&copy).unwrap()), (vec![7], 1));
        for file in std::fs::read_dir(dir.path()).unwrap() {
            assert!(!is_plain(&file.unwrap().path()));
        }
    }

    #[test]
    fn i11_the_copy_before_a_migration_is_sealed_too() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        open_sealed(&file, &KEY, &[FIRST]).unwrap().execute("INSERT INTO a VALUES (7)", []).unwrap();
        drop(open_sealed(&file, &KEY, &[FIRST, SECOND]).unwrap());
        assert!(!is_plain(&copy_path(&file, 1)));
        assert_eq!(rows(&open_sealed_reader(&copy_path(&file, 1), &KEY).unwrap()), [7]);
    }

    #[test]
    fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let _writer = open(&file, &[FIRST]).unwrap();
        assert!(open_reader(&file).unwrap().execute("INSERT INTO a VALUES (1)", []).is_err());
    }
}
