//! What can go wrong inside, and what of it is said at the door.
//!
//! Inside, an error keeps everything that helps to find it; at the door it becomes a [`Problem`], whose code
//! the screens have words for. An error that nobody expected never shows its text.

use jobsheet_model::{Problem, Refusal};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Said as it is.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A rule of the sheet.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Open(#[from] jobsheet_sqlite::Error),
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl From<serde_json::Error> for Error {
    fn from(why: serde_json::Error) -> Self {
        Error::Other(anyhow::anyhow!("JSON: {}", place(&why)))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = match &error {
            Error::Problem(problem) => return problem.clone(),
            Error::Refused(refusal) => return refused(*refusal),
            Error::Sqlite(why) => storage(why),
            Error::Open(why) => match why {
                jobsheet_sqlite::Error::Newer { .. } => Problem::new(
                    "database_newer",
                    "The records on this phone were made by a newer version of the app. Update it; nothing is lost.",
                ),
                jobsheet_sqlite::Error::Sealed => Problem::new(
                    "database_sealed",
                    "The records on this phone do not open with the key that is here. Nothing was deleted; tell the office.",
                ),
                jobsheet_sqlite::Error::NoCipher => Problem::new(
                    "storage",
                    "This phone could not read or write its records. What was saved before is kept.",
                ),
                jobsheet_sqlite::Error::Copy(why) => file(why),
                jobsheet_sqlite::Error::Migration { source, .. } => storage(source),
                jobsheet_sqlite::Error::Sqlite(why) => storage(why),
            },
            Error::File(why) => file(why),
            Error::Other(_) => Problem::new(
                "unexpected",
                "Something went wrong. What was saved before is safe on this phone.",
            ),
        };
        tracing::error!(code = problem.code, "{error:#}");
        problem
    }
}

/// Where JSON could not be read, for the log. Serde's own words quote what stands there, which may be a customer's.
pub(crate) fn place(why: &serde_json::Error) -> String {
    format!("{:?} at {}:{}", why.classify(), why.line(), why.column())
}

/// A refusal as a problem: `refusal_quantity`.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    Problem::new(&format!("refusal_{}", word(&refusal)), format!("This was not saved: {refusal}."))
}

/// The word an enum without data is in JSON: `digest_differs`.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn disk_full() -> Problem {
    Problem::new(
        "disk_full",
        "There is no room left on this phone, so this was not saved. Everything before it is safe. Make room and try again.",
    )
}

fn storage(why: &rusqlite::Error) -> Problem {
    use rusqlite::{ErrorCode, ffi};
    const WRITING: [i32; 6] = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_SHMSIZE,
        ffi::SQLITE_IOERR_COMMIT_ATOMIC,
    ];
    match why.sqlite_error() {
        Some(e) if e.code == ErrorCode::DiskFull || WRITING.contains(&e.extended_code) => disk_full(),
        _ => Problem::new(
            "storage",
            "This phone could not read or write its records. What was saved before is kept.",
        ),
    }
}

fn file(why: &std::io::Error) -> Problem {
    match why.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => disk_full(),
        _ => Problem::new(
            "storage",
            "This phone could not read or write its records. What was saved before is kept.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_a_code_that_the_screens_know() {
        assert_eq!(refused(Refusal::DigestDiffers).code, "refusal_digest_differs");
        assert_eq!(refused(Refusal::Quantity).code, "refusal_quantity");
    }

    #[test]
    fn an_unexpected_error_does_not_show_its_text() {
        let problem = Problem::from(Error::from(anyhow::anyhow!("secret path /data/x")));
        assert_eq!(problem.code, "unexpected");
        assert!(!problem.message.contains("secret"));
    }

    #[test]
    fn json_that_cannot_be_read_is_named_by_its_place_alone() {
        let why = serde_json::from_str::<u32>("\n \"Frau Schwarzenbeck\"").unwrap_err();
        assert!(why.to_string().contains("Schwarzenbeck"), "serde quotes it");
        assert_eq!(place(&why), "Data at 2:21");
        assert_eq!(Error::from(why).to_string(), "JSON: Data at 2:21");
    }

    #[test]
    fn a_full_disk_is_told_apart_from_other_trouble() {
        let full =
            rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        assert_eq!(Problem::from(Error::from(full)).code, "disk_full");
        let corrupt =
            rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None);
        assert_eq!(Problem::from(Error::from(corrupt)).code, "storage");
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(Problem::from(Error::from(full)).code, "disk_full");
    }
}
