//! The office in one file. One connection writes, two read.

use super::tx::{Columns, Each, Error, Row, ToValue, Tx, Value};
use anyhow::{Context, Result};
use jobsheet_sqlite::Migration;
use rusqlite::{
    CachedStatement, Connection, TransactionBehavior,
    types::{ToSqlOutput, ValueRef},
};
use std::{
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

pub struct Sqlite {
    writer: Mutex<Connection>,
    readers: [Mutex<Connection>; 2],
    turn: AtomicUsize,
}

impl Sqlite {
    pub fn open(file: &Path, migrations: &[Migration]) -> Result<Self> {
        let writer = jobsheet_sqlite::open(file, migrations)
            .with_context(|| format!("Opening the office's database {}", file.display()))?;
        let reader = || -> Result<_> { Ok(Mutex::new(jobsheet_sqlite::open_reader(file)?)) };
        let readers = [reader()?, reader()?];
        Ok(Self { writer: Mutex::new(writer), readers, turn: AtomicUsize::new(0) })
    }

    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::from)?;
        let done = work(&Within(&tx))?;
        tx.commit().map_err(Error::from)?;
        Ok(done)
    }

    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.readers.len();
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        let mut reader = free.unwrap_or_else(|| lock(&self.readers[turn]));
        let tx = reader.transaction().map_err(Error::from)?;
        let done = work(&Within(&tx))?;
        tx.commit().map_err(Error::from)?;
        Ok(done)
    }

    /// Writes the database as it is now into a new file; writing goes on meanwhile.
    pub fn copy_to(&self, file: &Path) -> Result<()> {
        let reader = lock(&self.readers[0]);
        let file = file.to_str().context("The folder's name is no text")?;
        // It writes elsewhere, which SQLite does not tell apart from writing here.
        reader.pragma_update(None, "query_only", false)?;
        let copied = reader.execute("VACUUM INTO ?1", [file]);
        reader.pragma_update(None, "query_only", true)?;
        copied?;
        Ok(())
    }
}

/// A panic elsewhere left a transaction that was rolled back: the connection is as good as before.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is asked of this connection, in the transaction it is in. Each statement is compiled once.
pub struct Within<'a>(pub &'a Connection);

impl Within<'_> {
    fn bound(&self, sql: &str, params: &[&dyn ToValue]) -> Result<CachedStatement<'_>, Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        if statement.parameter_count() != params.len() {
            return Err(
                rusqlite::Error::InvalidParameterCount(params.len(), statement.parameter_count()).into()
            );
        }
        for (index, param) in params.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, param.to_value()?)?;
        }
        Ok(statement)
    }
}

impl Tx for Within<'_> {
    fn execute(&self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, Error> {
        Ok(self.bound(sql, params)?.raw_execute()?)
    }

    fn query(&self, sql: &str, params: &[&dyn ToValue], each: Each<'_>) -> Result<(), Error> {
        let mut statement = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if !each(&Row(row))? {
                break;
            }
        }
        Ok(())
    }
}

impl Columns for rusqlite::Row<'_> {
    fn value(&self, column: usize) -> Result<Value<'_>, Error> {
        Ok(match self.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(n) => Value::Integer(n),
            ValueRef::Real(_) => return Err(Error::value("a fraction, which no column of ours holds")),
            ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).map_err(Error::value)?.into()),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.into()),
        })
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(n) => ValueRef::Integer(*n),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
