//! Disks that fill up, and machines that die in the middle of a write.
//!
//! SQLite reaches the disk through a table of functions (its VFS). This one is SQLite's own, with a hand on `xWrite` and
//! `xSync`: for a watched folder the n-th commit from now may be the one in whose middle the machine dies (the folder is
//! copied as it is at one of the commit's writes, half of that write included if wished), or that finds no more room.
//! Commits are counted and not writes: how many pages a commit takes depends on ids that are random, and the same seed is
//! to give the same day. Phone and office run as they are shipped and know nothing of it.

#![allow(unsafe_code)]

use anyhow::{Context, Result, ensure};
use rusqlite::ffi;
use std::os::raw::{c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// The disk of one phone or of the office.
pub struct Disk {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    death: Option<Death>,
    /// What still fits; `None` while there is room.
    room: Option<Room>,
    /// Writes that met a full disk.
    refused: u32,
    /// Something was written to a write-ahead log since the last commit.
    uncommitted: bool,
}

struct Room {
    commits: u32,
    /// Of the commit that does not fit: fewer than any commit takes.
    writes: u32,
}

struct Death {
    /// Commits before it.
    commits: u32,
    /// Half of the fatal write reaches the disk.
    torn: bool,
    image: PathBuf,
    /// Writes of the fatal commit so far. The image is of one of them, each as likely as the others.
    writes: u64,
    dice: u64,
    happened: bool,
}

impl Death {
    /// Is this write the one to look like, as far as is known?
    fn is_here(&mut self) -> bool {
        self.writes += 1;
        // A generator of its own, so that how often it is asked moves no other dice.
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33).is_multiple_of(self.writes)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk {
    /// Watches a folder: databases opened below it from now on are on this disk.
    pub fn under(folder: &Path) -> Result<Arc<Disk>> {
        vfs()?;
        let disk = Arc::new(Disk { folder: folder.to_owned(), state: Mutex::default() });
        let mut watched = lock(&WATCHED);
        watched.retain(|(_, disk)| disk.strong_count() > 0);
        watched.push((folder.to_owned(), Arc::downgrade(&disk)));
        Ok(disk)
    }

    /// The machine will die in the middle of a commit, after so many others; what is on disk then is copied to `image`.
    pub fn dies_after(&self, commits: u32, torn: bool, image: PathBuf) {
        let dice = u64::from(commits) + 1;
        lock(&self.state).death = Some(Death { commits, torn, image, writes: 0, dice, happened: false });
    }

    /// The copy made when the machine died, if it did. Nothing is planned any more.
    pub fn died(&self) -> Option<PathBuf> {
        lock(&self.state).death.take().filter(|death| death.happened).map(|death| death.image)
    }

    pub fn is_to_die(&self) -> bool {
        lock(&self.state).death.is_some()
    }

    /// So many more commits fit, and of the next one the first write if `begun`; `None`: room enough.
    pub fn set_room(&self, room: Option<(u32, bool)>) {
        lock(&self.state).room = room.map(|(commits, begun)| Room { commits, writes: begun.into() });
    }

    /// How many writes met a full disk.
    pub fn refused(&self) -> u32 {
        lock(&self.state).refused
    }
}

/// A copy of a folder as a killed process leaves it. What SQLite keeps in shared memory dies with the process.
pub fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to.join(name))?;
        } else if !name.to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

static WATCHED: Mutex<Vec<(PathBuf, Weak<Disk>)>> = Mutex::new(Vec::new());

/// Bytes.
const LOG_HEADER: i64 = 32;

/// A file that is open on a watched disk.
struct Watched {
    disk: Arc<Disk>,
    is_log: bool,
}

/// The functions of one kind of file, with our own in place of three.
#[repr(C)]
struct Methods {
    ours: ffi::sqlite3_io_methods,
    theirs: *const ffi::sqlite3_io_methods,
}

/// Where a file's disk stands: behind what SQLite's own VFS keeps of the file.
static BEHIND: OnceLock<usize> = OnceLock::new();
static KINDS: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands us what it would hand its own VFS, and room for `szOsFile` bytes at `file`.
    unsafe {
        let theirs = (*vfs).pAppData.cast::<Original>();
        let Some(real) = (*theirs).open else { return ffi::SQLITE_CANTOPEN };
        let slot = slot(file);
        *slot = std::ptr::null_mut();
        let opened = real((*theirs).vfs, name, file, flags, out);
        if opened == ffi::SQLITE_OK && !(*file).pMethods.is_null() && !name.is_null() {
            let path = Path::new(std::ffi::CStr::from_ptr(name).to_str().unwrap_or_default());
            // A folder that was watched before has the disk that was made last.
            let watched = lock(&WATCHED);
            let mut on_it = watched.iter().rev().filter(|(folder, _)| path.starts_with(folder));
            let disk = on_it.find_map(|(_, disk)| disk.upgrade());
            drop(watched);
            if let Some(disk) = disk {
                let is_log = flags & ffi::SQLITE_OPEN_WAL != 0;
                *slot = Box::into_raw(Box::new(Watched { disk, is_log }));
                (*file).pMethods = with_hands_on((*file).pMethods);
            }
        }
        opened
    }
}

unsafe fn slot(file: *mut ffi::sqlite3_file) -> *mut *mut Watched {
    let behind = BEHIND.get().copied().unwrap_or_default();
    // SAFETY: `szOsFile` was made larger by one pointer, at this offset.
    unsafe { file.cast::<u8>().add(behind).cast() }
}

fn with_hands_on(theirs: *const ffi::sqlite3_io_methods) -> *const ffi::sqlite3_io_methods {
    let mut kinds = lock(&KINDS);
    if let Some((_, ours)) = kinds.iter().find(|(known, _)| *known == theirs as usize) {
        return *ours as *const _;
    }
    // SAFETY: the table is SQLite's own and stays as long as the process. Ours is made once for each kind and stays too.
    let mut ours = unsafe { *theirs };
    ours.xWrite = Some(write);
    ours.xSync = Some(sync);
    ours.xClose = Some(close);
    let made: *const Methods = Box::leak(Box::new(Methods { ours, theirs }));
    kinds.push((theirs as usize, made as usize));
    made.cast()
}

unsafe fn theirs(file: *mut ffi::sqlite3_file) -> *const ffi::sqlite3_io_methods {
    // SAFETY: only files with our table come here.
    unsafe { (*(*file).pMethods.cast::<Methods>()).theirs }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the slot holds what `open` put there.
    unsafe {
        let watched = std::mem::replace(&mut *slot(file), std::ptr::null_mut());
        if !watched.is_null() {
            drop(Box::from_raw(watched));
        }
        match (*theirs(file)).xClose {
            Some(close) => close(file),
            None => ffi::SQLITE_OK,
        }
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, n: c_int, at: i64) -> c_int {
    // SAFETY: the slot holds what `open` put there; bytes, length and offset are SQLite's and go on unchanged.
    unsafe {
        let Some(real) = (*theirs(file)).xWrite else { return ffi::SQLITE_IOERR_WRITE };
        if let Some(Watched { disk, is_log }) = (*slot(file)).as_ref() {
            let mut state = lock(&disk.state);
            match &mut state.room {
                Some(Room { commits: 0, writes: 0 }) => {
                    state.refused += 1;
                    return ffi::SQLITE_FULL;
                }
                Some(Room { commits: 0, writes }) => *writes -= 1,
                _ => {}
            }
            // A log that begins anew has its header synced by itself: that is no commit.
            state.uncommitted |= *is_log && at >= LOG_HEADER;
            let fatal = |death: &&mut Death| *is_log && death.commits == 0 && !death.happened;
            if let Some(death) = state.death.as_mut().filter(fatal)
                && death.is_here()
            {
                if death.torn && n > 1 {
                    real(file, bytes, n / 2, at);
                }
                let _ = std::fs::remove_dir_all(&death.image);
                // Where it cannot be copied, the machine lives.
                if copy_tree(&disk.folder, &death.image).is_err() {
                    state.death = None;
                }
            }
        }
        real(file, bytes, n, at)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: the slot holds what `open` put there; the flags go on unchanged.
    unsafe {
        let Some(real) = (*theirs(file)).xSync else { return ffi::SQLITE_IOERR_FSYNC };
        if let Some(Watched { disk, is_log: true }) = (*slot(file)).as_ref() {
            let mut state = lock(&disk.state);
            // Before a checkpoint the log is synced once more: that is none either.
            if std::mem::take(&mut state.uncommitted) {
                if let Some(room) = &mut state.room {
                    room.commits = room.commits.saturating_sub(1);
                }
                match &mut state.death {
                    Some(death) if death.commits > 0 => death.commits -= 1,
                    Some(death) => death.happened = true,
                    None => {}
                }
            }
        }
        real(file, flags)
    }
}

struct Original {
    vfs: *mut ffi::sqlite3_vfs,
    open: Option<
        unsafe extern "C" fn(
            *mut ffi::sqlite3_vfs,
            *const c_char,
            *mut ffi::sqlite3_file,
            c_int,
            *mut c_int,
        ) -> c_int,
    >,
}

/// Puts our VFS in front, once.
fn vfs() -> Result<()> {
    static DONE: OnceLock<Result<(), String>> = OnceLock::new();
    let done = DONE.get_or_init(|| install().map_err(|why| format!("{why:#}")));
    done.clone().map_err(anyhow::Error::msg).context("Putting a hand on SQLite's disk")
}

fn install() -> Result<()> {
    // SAFETY: the found VFS is SQLite's default and stays; ours is a copy of it that stays as long as the process.
    unsafe {
        let real = ffi::sqlite3_vfs_find(std::ptr::null());
        ensure!(!real.is_null(), "SQLite has no VFS");
        let behind = usize::try_from((*real).szOsFile)?.next_multiple_of(align_of::<*const Disk>());
        let _ = BEHIND.set(behind);
        let original = Box::leak(Box::new(Original { vfs: real, open: (*real).xOpen }));
        let ours = Box::leak(Box::new(*real));
        ours.pNext = std::ptr::null_mut();
        ours.szOsFile = c_int::try_from(behind + size_of::<*const Disk>())?;
        ours.zName = c"simulated".as_ptr();
        // The other functions of SQLite's VFS on unix do not look at their `pAppData`.
        ours.pAppData = std::ptr::from_mut(original).cast();
        ours.xOpen = Some(open);
        let registered = ffi::sqlite3_vfs_register(ours, 1);
        ensure!(registered == ffi::SQLITE_OK, "SQLite does not take a VFS: {registered}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    fn database(folder: &Path) -> Connection {
        let db = Connection::open(folder.join("a.db")).unwrap();
        db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (x TEXT)").unwrap();
        db
    }

    fn count(folder: &Path) -> u32 {
        database(folder).query_row("SELECT count(*) FROM t", [], |r| r.get(0)).unwrap()
    }

    #[test]
    fn a_full_disk_refuses_and_with_room_again_it_takes() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::under(folder.path()).unwrap();
        let db = database(folder.path());
        db.execute("INSERT INTO t VALUES ('a')", []).unwrap();
        disk.set_room(Some((0, true)));
        let full = db.execute("INSERT INTO t VALUES ('b')", []).unwrap_err();
        assert_eq!(full.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
        assert!(disk.refused() > 0);
        disk.set_room(None);
        db.execute("INSERT INTO t VALUES ('c')", []).unwrap();
        assert_eq!(count(folder.path()), 2);
    }

    #[test]
    fn a_folder_that_is_watched_anew_is_on_the_new_disk() {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Disk::under(folder.path()).unwrap();
        drop(database(folder.path()));
        // The old one is still there while the new one is made.
        disk.set_room(None);
        disk = Disk::under(folder.path()).unwrap();
        disk.set_room(Some((0, false)));
        let db = Connection::open(folder.path().join("a.db")).unwrap();
        assert!(db.execute("INSERT INTO t VALUES ('a')", []).is_err());
        assert!(disk.refused() > 0);
    }

    #[test]
    fn who_dies_before_the_commit_is_on_disk_has_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::under(folder.path()).unwrap();
        let db = database(folder.path());
        for torn in [false, true] {
            let image = tempfile::tempdir().unwrap();
            let before = count(folder.path());
            disk.dies_after(0, torn, image.path().to_owned());
            db.execute("INSERT INTO t VALUES ('a')", []).unwrap();
            assert_eq!(disk.died().as_deref(), Some(image.path()));
            assert_eq!(count(image.path()), before);
            assert_eq!(count(folder.path()), before + 1);
        }
    }
}
