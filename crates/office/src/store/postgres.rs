//! The office on a server of PostgreSQL, which several offices may share.
//!
//! SQLite has one writer. Here one office at a time judges and numbers: a writing transaction begins by locking the row of
//! the counter, and whoever comes later waits for it at the database (docs/adr/0015). So what was read within it is still
//! true when it commits, and a number is never seen before a smaller one.

mod address;

use self::address::Address;
use super::tx::{Columns, Each, Error, Row, ToValue, Tx, Value};
use crate::beside::{Beside, wait};
use anyhow::{Context, Result, ensure};
use jobsheet_sqlite::Migration;
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio_postgres::{
    Client, NoTls, Socket, Statement,
    error::SqlState,
    tls::{MakeTlsConnect, TlsConnect},
    types::{FromSql, IsNull, ToSql, Type},
};

/// Connections of one office: as many as it works at a time (`Office::run`).
const MOST: usize = 16;
/// A transaction that met another one is done again so often.
const TRIES: u32 = 10;

/// Asked of each new connection. An office that hangs in the middle of a transaction keeps the others waiting no longer than
/// this, and nobody waits for ever.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '30s';
    SET statement_timeout = '60s'; SET client_min_messages = 'warning'";
/// The transaction's turn: see above. What it reads afterwards is what the one before has left.
const WRITE: &str = "BEGIN; SELECT n FROM counter WHERE stream = 'office' FOR UPDATE";
const NOTE: &str = "BEGIN";
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub struct Postgres {
    /// Carries the connections.
    beside: Beside,
    address: Address,
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Session>,
    /// Idle and lent.
    open: usize,
}

/// One connection, with the statements that were prepared on it.
struct Session {
    client: Client,
    statements: RefCell<HashMap<String, Statement>>,
}

impl Postgres {
    /// `url` as [`Address`] reads it.
    pub fn open(url: &str, migrations: &[Migration]) -> Result<Self> {
        let address = Address::read(url)?;
        let beside = Beside::new("database")?;
        let pool = Mutex::default();
        let this = Self { beside, address, pool, freed: Condvar::new() };
        this.migrate(migrations).context("Preparing the office's database")?;
        Ok(this)
    }

    /// Judges and numbers.
    pub fn write<T, E: From<Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        self.transaction(WRITE, work)
    }

    /// Changes rows that nothing is judged by, each by one statement.
    pub fn note<T, E: From<Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        self.transaction(NOTE, work)
    }

    pub fn read<T, E: From<Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        self.transaction(READ, work)
    }

    fn transaction<T, E: From<Error>>(
        &self,
        begin: &str,
        work: impl Fn(&dyn Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tries = 1;
        loop {
            match self.once(begin, &work)? {
                Done::Well(done) => return Ok(done),
                Done::Badly(why) => return Err(why),
                Done::Met(why) if tries == TRIES => return Err(why.into()),
                Done::Met(why) => tracing::debug!("a transaction is done again: {why}"),
            }
            // Those that met must not meet in step.
            std::thread::sleep(Duration::from_millis(
                u64::from(rand::random::<u8>()) * u64::from(tries) / 32,
            ));
            tries += 1;
        }
    }

    fn once<T, E: From<Error>>(
        &self,
        begin: &str,
        work: impl Fn(&dyn Tx) -> Result<T, E>,
    ) -> Result<Done<T, E>, E> {
        let lent = self.lend(begin)?;
        let tx = Within { session: lent.session(), failed: Cell::new(None) };
        let done = work(&tx);
        let failed = tx.failed.take();
        let ended = match (&done, &failed) {
            (Ok(_), None) => lent.session().batch("COMMIT"),
            _ => lent.session().batch("ROLLBACK"),
        };
        let done = match (done, failed, ended) {
            (_, Some(Failed::Met(why)), _) => Done::Met(Error::Passed(why)),
            (Ok(_), _, Err(why)) if has_met(&why) => Done::Met(why),
            (Ok(_), None, Err(why)) => Done::Badly(why.into()),
            (Ok(done), None, Ok(())) => Done::Well(done),
            // PostgreSQL has forgotten the whole transaction, whatever `work` made of it.
            (Ok(_), Some(Failed::Otherwise(why)), _) => Done::Badly(Error::Passed(why).into()),
            (Err(why), ..) => Done::Badly(why),
        };
        lent.give_back();
        Ok(done)
    }

    /// A connection on which a transaction has begun. One that has died in the meantime is replaced.
    fn lend(&self, begin: &str) -> Result<Lent<'_>, Error> {
        loop {
            let mut lent = self.place();
            let fresh = lent.session.is_none();
            if fresh {
                lent.session = Some(self.connect()?);
            }
            match lent.session().batch(begin) {
                Ok(()) => return Ok(lent),
                Err(_) if !fresh && lent.session().client.is_closed() => {}
                Err(why) => {
                    let _ = lent.session().batch("ROLLBACK");
                    lent.give_back();
                    return Err(why);
                }
            }
        }
    }

    /// Waits for the right to have a connection, and gives one that is idle, if there is one.
    fn place(&self) -> Lent<'_> {
        let mut pool = self.pool();
        let idle = loop {
            if let Some(session) = pool.idle.pop() {
                break Some(session);
            }
            if pool.open < MOST {
                pool.open += 1;
                break None;
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        };
        Lent { of: self, session: idle }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<Session, Error> {
        let client = match &self.address.tls {
            Some(tls) => self.connected(tls.clone())?,
            None => self.connected(NoTls)?,
        };
        let session = Session { client, statements: RefCell::default() };
        session.batch(SETTINGS)?;
        if let Some(schema) = &self.address.schema {
            session.batch(&format!("SET search_path = \"{schema}\""))?;
        }
        Ok(session)
    }

    fn connected<T>(&self, tls: T) -> Result<Client, Error>
    where
        T: MakeTlsConnect<Socket, Stream: Send, TlsConnect: Send> + Send + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let closing = || Error::value("closing");
        let config = self.address.config.clone();
        let connecting = self.beside.spawn(async move { config.connect(tls).await }).ok_or_else(closing)?;
        let (client, connection) = wait(connecting).map_err(Error::value)??;
        self.beside.spawn(connection).ok_or_else(closing)?;
        Ok(client)
    }

    // --- The schema --------------------------------------------------------------------------------

    /// Applies what is missing, each file in a transaction of its own. Offices that start at once take turns.
    fn migrate(&self, migrations: &[Migration]) -> Result<()> {
        let session = self.connect()?;
        self.first(&session)?;
        loop {
            session.batch("BEGIN")?;
            let row = wait(session.client.query_one("SELECT version FROM schema_version FOR UPDATE", &[]))?;
            let found = usize::try_from(row.get::<_, i64>(0))?;
            ensure!(
                found <= migrations.len(),
                "the database was made by a newer version (schema {found}, this version knows {})",
                migrations.len()
            );
            let Some(migration) = migrations.get(found) else { break };
            for statement in statements(migration.sql) {
                session
                    .batch(&statement)
                    .with_context(|| format!("Migration {}: {statement}", migration.name))?;
            }
            session.batch("UPDATE schema_version SET version = version + 1; COMMIT")?;
        }
        session.batch("ROLLBACK")?;
        Ok(())
    }

    /// The row that says which schema it is. Two offices that make it at once stumble over each other once.
    fn first(&self, session: &Session) -> Result<()> {
        let schema =
            self.address.schema.as_ref().map(|name| format!("CREATE SCHEMA IF NOT EXISTS \"{name}\";"));
        let sql = format!(
            "{} CREATE TABLE IF NOT EXISTS schema_version (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL);
             INSERT INTO schema_version (one, version) VALUES (1, 0) ON CONFLICT DO NOTHING",
            schema.unwrap_or_default()
        );
        session.batch(&sql).or_else(|_| session.batch(&sql))?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.pool().idle.clear();
    }
}

/// How a transaction ended.
enum Done<T, E> {
    Well(T),
    Badly(E),
    /// Another one was in its way: it is done again from the beginning.
    Met(Error),
}

/// A connection that goes back to the others only where its transaction was ended; dropped, it is closed, and PostgreSQL
/// forgets what was under way.
struct Lent<'a> {
    of: &'a Postgres,
    session: Option<Session>,
}

impl Lent<'_> {
    fn session(&self) -> &Session {
        match &self.session {
            Some(session) => session,
            None => unreachable!("a connection is lent until it is given back"),
        }
    }

    fn give_back(mut self) {
        if let Some(session) = self.session.take().filter(|session| !session.client.is_closed()) {
            self.of.pool().idle.push(session);
            self.of.freed.notify_one();
            std::mem::forget(self);
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.of.pool().open -= 1;
        self.of.freed.notify_one();
    }
}

// --- Asking ----------------------------------------------------------------------------------------

struct Within<'a> {
    session: &'a Session,
    /// What a statement failed for: the transaction is lost then.
    failed: Cell<Option<Failed>>,
}

enum Failed {
    Met(String),
    Otherwise(String),
}

impl Within<'_> {
    fn noted<T>(&self, done: Result<T, Error>) -> Result<T, Error> {
        if let Err(why) = &done {
            let text = why.to_string();
            let failed = if has_met(why) { Failed::Met(text) } else { Failed::Otherwise(text) };
            // The first one is why; those after it only say that the transaction is lost.
            let first = self.failed.take().unwrap_or(failed);
            self.failed.set(Some(first));
        }
        done
    }

    fn bound(&self, sql: &str, params: &[&dyn ToValue]) -> Result<(Statement, Vec<Kept>), Error> {
        let statement = self.session.prepared(sql)?;
        let values = params.iter().map(|param| Ok(Kept::of(param.to_value()?)));
        Ok((statement, values.collect::<Result<_, Error>>()?))
    }
}

impl Tx for Within<'_> {
    fn execute(&self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, Error> {
        self.noted((|| {
            let (statement, values) = self.bound(sql, params)?;
            let count = wait(self.session.client.execute(&statement, &as_sql(&values)))?;
            usize::try_from(count).map_err(Error::value)
        })())
    }

    fn query(&self, sql: &str, params: &[&dyn ToValue], each: Each<'_>) -> Result<(), Error> {
        let rows = self.noted((|| {
            let (statement, values) = self.bound(sql, params)?;
            Ok(wait(self.session.client.query(&statement, &as_sql(&values)))?)
        })())?;
        for row in &rows {
            if !each(&Row(row))? {
                break;
            }
        }
        Ok(())
    }
}

impl Session {
    fn batch(&self, sql: &str) -> Result<(), Error> {
        Ok(wait(self.client.batch_execute(sql))?)
    }

    fn prepared(&self, sql: &str) -> Result<Statement, Error> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let statement = wait(self.client.prepare(&dialect(sql)))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Did it meet another transaction, so that it may well succeed when it is done again?
fn has_met(why: &Error) -> bool {
    let Error::Postgres(why) = why else { return false };
    matches!(why.code(), Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED))
}

// --- Values ----------------------------------------------------------------------------------------

/// A value on its way to PostgreSQL.
#[derive(Debug)]
enum Kept {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Kept {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null => Kept::Null,
            Value::Integer(n) => Kept::Integer(n),
            // The one character that text of PostgreSQL cannot hold.
            Value::Text(text) if text.contains('\0') => Kept::Text(text.replace('\0', "\u{fffd}")),
            Value::Text(text) => Kept::Text(text.into_owned()),
            Value::Bytes(bytes) => Kept::Bytes(bytes.into_owned()),
        }
    }
}

fn as_sql(values: &[Kept]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

type Refused = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Kept {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Refused> {
        match (self, ty) {
            (Kept::Null, _) => Ok(IsNull::Yes),
            (Kept::Integer(n), &Type::INT8) => n.to_sql(ty, out),
            (Kept::Integer(n), &Type::INT4) => i32::try_from(*n)?.to_sql(ty, out),
            (Kept::Integer(n), &Type::BOOL) => (*n != 0).to_sql(ty, out),
            (Kept::Text(text), &Type::TEXT) => text.to_sql(ty, out),
            (Kept::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (_, ty) => Err(format!("{self:?} for {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Refused> {
        Ok(match *ty {
            Type::INT8 => Value::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Integer(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Integer(bool::from_sql(ty, raw)?.into()),
            Type::TEXT => Value::Text(Cow::Borrowed(<&str>::from_sql(ty, raw)?)),
            Type::BYTEA => Value::Bytes(Cow::Borrowed(raw)),
            _ => return Err(format!("{ty} is not in the subset").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refused> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Columns for tokio_postgres::Row {
    fn value(&self, column: usize) -> Result<Value<'_>, Error> {
        Ok(self.try_get(column)?)
    }
}

// --- The text --------------------------------------------------------------------------------------

/// `?1` is `$1`, and `INDEXED BY name` is for SQLite alone.
fn dialect(sql: &str) -> String {
    let mut parts = sql.split(" INDEXED BY ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
        text.push_str(&part[name..]);
    }
    text.replace('?', "$")
}

/// The statements of a migration that are PostgreSQL's too, in its words.
fn statements(sql: &str) -> Vec<String> {
    const ALONE: &str = "SQLite alone:";
    let (mut all, mut alone, mut text, mut quoted) = (Vec::new(), false, String::new(), false);
    for line in sql.lines() {
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '-' if !quoted && rest.peek() == Some(&'-') => {
                    alone |= rest.by_ref().skip(1).collect::<String>().trim() == ALONE;
                }
                ';' if !quoted => {
                    let statement = std::mem::take(&mut text);
                    if !std::mem::take(&mut alone) && !statement.trim().is_empty() {
                        all.push(in_its_words(statement.trim()));
                    }
                }
                _ => {
                    quoted ^= c == '\'';
                    text.push(c);
                }
            }
        }
        text.push('\n');
    }
    if !alone && !text.trim().is_empty() {
        all.push(in_its_words(text.trim()));
    }
    all
}

fn in_its_words(statement: &str) -> String {
    let of_a_table = statement.starts_with("CREATE TABLE") || statement.starts_with("ALTER TABLE");
    let statement = match statement.rfind(')') {
        Some(end) if of_a_table && statement[end..].contains("STRICT") => &statement[..=end],
        _ => statement,
    };
    if !of_a_table {
        return statement.to_owned();
    }
    let mut text = String::with_capacity(statement.len());
    for part in statement.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        match word {
            "INTEGER" => text.push_str("BIGINT"),
            "BLOB" => text.push_str("BYTEA"),
            // By bytes, as SQLite does, whatever the server's language is.
            "TEXT" => text.push_str("TEXT COLLATE \"C\""),
            word => text.push_str(word),
        }
        text.push_str(&part[word.len()..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_said_in_the_words_of_postgresql() {
        let sql =
            "SELECT a FROM t x INDEXED BY t_a CROSS JOIN u INDEXED BY u_b\nWHERE x.a = ?1 AND u.b = ?12";
        assert_eq!(dialect(sql), "SELECT a FROM t x CROSS JOIN u\nWHERE x.a = $1 AND u.b = $12");
    }

    #[test]
    fn a_migration_is_said_in_the_words_of_postgresql() {
        let sql = "-- What it is; and who's it for.\nCREATE TABLE a (\n  x INTEGER NOT NULL, -- one; two\n  \
                   y TEXT CHECK (y IN ('TEXT', ';')),\n  z BLOB\n) STRICT, WITHOUT ROWID;\n\
                   -- SQLite alone:\nUPDATE a SET x = json_extract(y, '$.x');\nCREATE INDEX i ON a (x) WHERE x > 0;";
        let words: Vec<String> =
            statements(sql).iter().map(|one| one.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        // A word within quotes is changed too: no migration has one of these there.
        assert_eq!(words.len(), 2);
        assert!(
            words[0].starts_with("CREATE TABLE a ( x BIGINT NOT NULL, y TEXT COLLATE \"C\" CHECK"),
            "{words:?}"
        );
        assert!(words[0].ends_with("z BYTEA )"), "{words:?}");
        assert_eq!(words[1], "CREATE INDEX i ON a (x) WHERE x > 0");
    }
}
