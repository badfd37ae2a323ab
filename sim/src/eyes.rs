//! Looks into the office's database, past all of its code: a file of SQLite, or PostgreSQL (scripts/with-postgres).

use anyhow::{Context, Result, anyhow, bail};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::path::Path;
use tokio_postgres::{Client, NoTls, types::ToSql};

pub enum Eyes {
    File(Connection),
    Server(Server),
}

/// A value asked with or answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Number(i64),
    Text(String),
}

pub struct Row(Vec<Cell>);

impl Eyes {
    pub fn on_file(file: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self::File(Connection::open_with_flags(file, flags)?))
    }

    /// In SQL that both databases understand, with `?1`, `?2`, ...
    pub fn rows(&self, sql: &str, asked: &[Cell]) -> Result<Vec<Row>> {
        match self {
            Self::File(db) => in_file(db, sql, asked),
            Self::Server(server) => server.rows(sql, asked),
        }
    }

    pub fn row(&self, sql: &str, asked: &[Cell]) -> Result<Row> {
        self.rows(sql, asked)?.into_iter().next().context("No row")
    }
}

fn in_file(db: &Connection, sql: &str, asked: &[Cell]) -> Result<Vec<Row>> {
    let mut statement = db.prepare_cached(sql)?;
    let asked = asked.iter().map(|cell| match cell {
        Cell::Null => rusqlite::types::Value::Null,
        Cell::Number(n) => (*n).into(),
        Cell::Text(text) => text.clone().into(),
    });
    let (count, mut found) = (statement.column_count(), Vec::new());
    let mut rows = statement.query(rusqlite::params_from_iter(asked))?;
    while let Some(row) = rows.next()? {
        let cell = |n| {
            Ok(match row.get_ref(n)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(n) => Cell::Number(n),
                ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text)?.to_owned()),
                other => bail!("{:?} is not looked at", other.data_type()),
            })
        };
        found.push(Row((0..count).map(cell).collect::<Result<_>>()?));
    }
    Ok(found)
}

/// One database on a server, and the thread that carries the connection.
pub struct Server {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Server {
    pub fn open(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            Ok::<_, tokio_postgres::Error>(client)
        })?;
        Ok(Self { runtime, client })
    }

    pub fn does(&self, sql: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.batch_execute(sql))?)
    }

    fn rows(&self, sql: &str, asked: &[Cell]) -> Result<Vec<Row>> {
        let sql = sql.replace('?', "$");
        let asked: Vec<&(dyn ToSql + Sync)> = asked
            .iter()
            .map(|cell| match cell {
                Cell::Null => &None::<i64> as &(dyn ToSql + Sync),
                Cell::Number(n) => n,
                Cell::Text(text) => text,
            })
            .collect();
        let rows = self.runtime.block_on(self.client.query(&sql, &asked))?;
        rows.iter().map(of_server).collect()
    }
}

fn of_server(row: &tokio_postgres::Row) -> Result<Row> {
    let cell = |n: usize| {
        let number = row.try_get::<_, Option<i64>>(n).map(|n| n.map(Cell::Number));
        let text = || row.try_get::<_, Option<String>>(n).map(|text| text.map(Cell::Text));
        Ok(number.or_else(|_| text())?.unwrap_or(Cell::Null))
    };
    Ok(Row((0..row.len()).map(cell).collect::<Result<_>>()?))
}

impl Row {
    fn cell(&self, n: usize) -> Result<&Cell> {
        self.0.get(n).with_context(|| format!("No column {n}"))
    }

    pub fn number(&self, n: usize) -> Result<i64> {
        match self.cell(n)? {
            Cell::Number(number) => Ok(*number),
            other => Err(anyhow!("{other:?} is no number")),
        }
    }

    /// What cannot be below nought.
    pub fn count(&self, n: usize) -> Result<u64> {
        Ok(u64::try_from(self.number(n)?)?)
    }

    pub fn text(&self, n: usize) -> Result<String> {
        self.maybe(n)?.with_context(|| format!("Nothing in column {n}"))
    }

    pub fn maybe(&self, n: usize) -> Result<Option<String>> {
        match self.cell(n)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text.clone())),
            Cell::Number(_) => Err(anyhow!("Column {n} is no text")),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
