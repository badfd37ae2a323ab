//! What the office asks of a database: one transaction that is read and written through SQL text. The text is the same
//! for every database, in the subset that `docs/adr/0013` names; what differs stays below [`Tx`].

use std::borrow::Cow;

/// One transaction. Made by [`Store`](super::Store) alone.
pub trait Tx {
    /// How many rows it changed.
    fn execute(&self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, Error>;

    /// Gives rows to `each` until it says `false`.
    fn query(&self, sql: &str, params: &[&dyn ToValue], each: Each<'_>) -> Result<(), Error>;
}

pub type Each<'a> = &'a mut dyn FnMut(&Row<'_>) -> Result<bool, Error>;

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such row")]
    NoRow,
    #[error("a value that does not fit: {0}")]
    Value(String),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
    /// An earlier statement failed, and with it the transaction.
    #[error("the transaction was lost: {0}")]
    Passed(String),
}

impl Error {
    pub fn value(why: impl ToString) -> Self {
        Error::Value(why.to_string())
    }

    /// No room, or a disk that does not answer: it is not what was asked that is at fault, and later it may do.
    pub fn is_the_disks(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DiskFull, SystemIoFailure};
        match self {
            Error::Sqlite(why) => {
                matches!(why.sqlite_error_code(), Some(DiskFull | SystemIoFailure | DatabaseBusy))
            }
            // The server is away, full, or did not answer in time.
            Error::Postgres(why) => why.code().is_none_or(|code| {
                matches!(code.code().get(..2), Some("08" | "53" | "57" | "58" | "55" | "40"))
            }),
            Error::NoRow | Error::Value(_) | Error::Passed(_) => false,
        }
    }
}

// --- The ways in which it is asked -----------------------------------------------------------------

impl<'t> dyn Tx + 't {
    /// How many rows it changed.
    pub fn run(&self, sql: &str, params: impl Params) -> Result<usize, Error> {
        params.bound(|params| self.execute(sql, params))
    }

    /// The first row; [`Error::NoRow`] when there is none (see [`Optional`]).
    pub fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut found = None;
        params.bound(|params| {
            self.query(sql, params, &mut |row| {
                found = Some(read(row)?);
                Ok(false)
            })
        })?;
        found.ok_or(Error::NoRow)
    }

    /// Every row.
    pub fn all<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<C, Error> {
        let mut all = Vec::new();
        params.bound(|params| {
            self.query(sql, params, &mut |row| {
                all.push(read(row)?);
                Ok(true)
            })
        })?;
        Ok(all.into_iter().collect())
    }

    pub fn exists(&self, sql: &str, params: impl Params) -> Result<bool, Error> {
        Ok(self.one(sql, params, |_| Ok(())).optional()?.is_some())
    }
}

/// Where there may be no row.
pub trait Optional<T> {
    fn optional(self) -> Result<Option<T>, Error>;
}

impl<T> Optional<T> for Result<T, Error> {
    fn optional(self) -> Result<Option<T>, Error> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(Error::NoRow) => Ok(None),
            Err(why) => Err(why),
        }
    }
}

// --- Values ----------------------------------------------------------------------------------------

/// What a column can hold. Truth is 0 or 1.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}

/// Columns of a row as one database has them.
pub trait Columns {
    fn value(&self, column: usize) -> Result<Value<'_>, Error>;
}

pub struct Row<'a>(pub &'a dyn Columns);

impl Row<'_> {
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, Error> {
        T::from_value(self.0.value(column)?).map_err(|why| Error::Value(format!("column {column}: {why}")))
    }
}

pub trait ToValue {
    fn to_value(&self) -> Result<Value<'_>, Error>;
}

pub trait FromValue: Sized {
    fn from_value(value: Value<'_>) -> Result<Self, Error>;
}

impl Value<'_> {
    /// The text that it is.
    pub fn text(&self) -> Result<&str, Error> {
        match self {
            Value::Text(text) => Ok(text),
            other => Err(Error::Value(format!("no text: {}", other.kind()))),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Integer(_) => "a number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
        }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl ToValue for $number {
            fn to_value(&self) -> Result<Value<'_>, Error> {
                i64::try_from(*self).map(Value::Integer).map_err(Error::value)
            }
        }
        impl FromValue for $number {
            fn from_value(value: Value<'_>) -> Result<Self, Error> {
                match value {
                    Value::Integer(n) => Self::try_from(n).map_err(Error::value),
                    other => Err(Error::Value(format!("no number: {}", other.kind()))),
                }
            }
        }
    )*};
}
numbers!(i32, i64, u32, u64, usize);

impl ToValue for bool {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Integer((*self).into()))
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        Ok(i64::from_value(value)? != 0)
    }
}

impl ToValue for str {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Text(self.into()))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        self.as_str().to_value()
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        value.text().map(str::to_owned)
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Bytes(self.into()))
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        self.as_slice().to_value()
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.into_owned()),
            other => Err(Error::Value(format!("no bytes: {}", other.kind()))),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Result<Value<'_>, Error> {
        self.as_ref().map_or(Ok(Value::Null), T::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

// --- Parameters ------------------------------------------------------------------------------------

/// `[]`, `[one]`, or `params![of, many, kinds]`, for `?1`, `?2`, ...
pub trait Params {
    fn bound<R>(self, use_them: impl FnOnce(&[&dyn ToValue]) -> R) -> R;
}

impl Params for [&dyn ToValue; 0] {
    fn bound<R>(self, use_them: impl FnOnce(&[&dyn ToValue]) -> R) -> R {
        use_them(&[])
    }
}

impl Params for &[&dyn ToValue] {
    fn bound<R>(self, use_them: impl FnOnce(&[&dyn ToValue]) -> R) -> R {
        use_them(self)
    }
}

macro_rules! of_one_kind {
    ($($count:literal),*) => {$(
        impl<T: ToValue> Params for [T; $count] {
            fn bound<R>(self, use_them: impl FnOnce(&[&dyn ToValue]) -> R) -> R {
                use_them(&self.each_ref().map(|value| value as &dyn ToValue))
            }
        }
    )*};
}
of_one_kind!(1, 2, 3, 4);

macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::store::tx::ToValue),*] as &[&dyn $crate::store::tx::ToValue]
    };
}
pub(crate) use params;
