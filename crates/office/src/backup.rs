//! Backup and restore (I12). A backup is a folder like the office's own: the database and the photos, whole and
//! checked. Only when every byte of it was read back does the office tell phones that they need not keep what is in
//! it ([`Safe`](jobsheet_model::wire::Safe)).

use crate::{Office, accounts, store};
use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use jobsheet_model::{Digest, moment::millis};
use rusqlite::{Connection, OpenFlags};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

const DATABASE: &str = "office.db";

/// What a backup contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The office's counter in it.
    pub position: u64,
    /// Photos that are whole in it.
    pub photos: u64,
    /// When it was begun: what was held before is in it.
    pub at: DateTime<Utc>,
}

impl Office {
    /// Copies the office into a new folder, beside everything that goes on, and checks the copy byte for byte.
    /// A backup that was cut off leaves `TO.unfinished` and changes nothing.
    pub fn back_up(&self, to: &Path) -> Result<Backup> {
        ensure!(
            self.0.store.is_a_file(),
            "this office is in PostgreSQL: back it up with pg_dump, and its photos with it (docs/OPERATIONS.md)"
        );
        ensure!(!to.exists(), "{} is there already: give a folder that is not", to.display());
        let at = self.now();
        let unfinished = beside(to, "unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).with_context(|| format!("Removing {}", unfinished.display()))?;
        }
        fs::create_dir_all(&unfinished).with_context(|| format!("Making {}", unfinished.display()))?;
        self.0.store.copy_to(&unfinished.join(DATABASE)).context("Copying the database")?;
        for digest in whole_photos(&unfinished)? {
            let copy = photo(&unfinished, &digest);
            self.0.photos.copy_to(&digest, &copy).with_context(|| format!("Copying photo {digest}"))?;
        }
        let found = check(&unfinished)?;
        sync_tree(&unfinished)?;
        fs::rename(&unfinished, to).with_context(|| format!("Giving {} its name", to.display()))?;
        if let Some(parent) = to.canonicalize()?.parent() {
            File::open(parent)?.sync_all()?;
        }
        let backup = Backup { position: found.position, photos: found.photos, at };
        let held = opened(to)?;
        self.write(|tx| store::note_backup(tx, &store::of_file(&held), backup.position, at))?;
        Ok(backup)
    }
}

/// Makes an office of a backup, in a folder where there is none. It gets a new epoch, so that every phone notices and
/// sends again what the backup does not have; everybody at the console signs in again.
pub fn restore(from: &Path, data: &Path) -> Result<Backup> {
    ensure!(
        !data.join(DATABASE).exists(),
        "there is an office in {}: move it away first, nothing of it is overwritten",
        data.display()
    );
    let found = check(from)?;
    let unfinished = beside(data, "unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("Removing {}", unfinished.display()))?;
    }
    fs::create_dir_all(&unfinished).with_context(|| format!("Making {}", unfinished.display()))?;
    copy_file(&from.join(DATABASE), &unfinished.join(DATABASE)).context("Copying the database")?;
    for digest in whole_photos(from)? {
        copy_file(&photo(from, &digest), &photo(&unfinished, &digest))
            .with_context(|| format!("Copying photo {digest}"))?;
    }
    {
        let db = Connection::open(unfinished.join(DATABASE))?;
        let db = store::of_file(&db);
        store::set_fact(&db, "epoch", &accounts::random_text(9))?;
        store::end_sessions(&db)?;
    }
    check(&unfinished)?;
    sync_tree(&unfinished)?;
    if data.exists() {
        // Only an empty folder goes; anything else stays, and so does the backup.
        fs::remove_dir(data).with_context(|| format!("{} is not empty", data.display()))?;
    }
    fs::rename(&unfinished, data).with_context(|| format!("Giving {} its name", data.display()))?;
    Ok(found)
}

/// Reads everything: the database's own check, and the digest of every photo.
fn check(folder: &Path) -> Result<Backup> {
    let db = opened(folder)?;
    let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    ensure!(verdict == "ok", "the database in {} is damaged: {verdict}", folder.display());
    let mut photos = 0;
    for digest in whole_photos(folder)? {
        let path = photo(folder, &digest);
        let bytes = fs::read(&path).with_context(|| format!("Reading {}", path.display()))?;
        ensure!(Digest::of(&bytes) == digest, "photo {digest} in {} is damaged", folder.display());
        photos += 1;
    }
    Ok(Backup { position: store::counter(&store::of_file(&db))?, photos, at: DateTime::<Utc>::UNIX_EPOCH })
}

fn opened(folder: &Path) -> Result<Connection> {
    let file = folder.join(DATABASE);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !file.is_file() {
        bail!("there is no backup of an office in {}", folder.display());
    }
    Connection::open_with_flags(&file, flags).with_context(|| format!("Opening {}", file.display()))
}

fn whole_photos(folder: &Path) -> Result<Vec<Digest>> {
    store::sync::whole_photos(&store::of_file(&opened(folder)?))
}

fn photo(folder: &Path, digest: &Digest) -> PathBuf {
    folder.join("photos").join(&digest.as_str()[..2]).join(digest.as_str())
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("From {}", from.display()))?;
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}

/// Every file and folder on the disk before anybody relies on them.
fn sync_tree(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(&path)?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()?;
    Ok(())
}

impl std::fmt::Display for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "position {}, {} photos", self.position, self.photos)?;
        if self.at > DateTime::<Utc>::UNIX_EPOCH {
            write!(f, ", as of {}", millis::text(&self.at))?;
        }
        Ok(())
    }
}
