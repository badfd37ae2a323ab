//! Photos as files: `photos/ab/abcd...`, and `photos/partial/abcd...` while bytes still arrive; or in a [`bucket`].
//!
//! Bytes are written as they come, so what arrived before a link was cut stays. A photo gets its name only
//! after its SHA-256 was checked and its bytes are on disk.

mod bucket;

use crate::{
    Office,
    store::{self, sync as held},
    sync::note_back,
};
use anyhow::{Context, Result, anyhow};
use axum::body::{Body, Bytes};
use chrono::TimeDelta;
use futures_util::StreamExt;
use image::{
    DynamicImage, ImageDecoder, Limits,
    codecs::jpeg::{JpegDecoder, JpegEncoder},
};
use jobsheet_model::{
    Digest, planted,
    view::PhotoKept,
    wire::{MAX_PHOTO, MAX_THUMB, THUMB_EDGE, Thumb},
    work_order::Technician,
};
use jobsheet_picture::{Most, NotTaken};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    fs::File,
    io::{Cursor, ErrorKind, Read, Write},
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    fs,
    io::AsyncWriteExt,
    sync::Notify,
    time::{Instant, timeout},
};

/// An upload without a byte for this long is over.
const SILENCE: Duration = Duration::from_secs(30);
/// A second upload of the same photo ends one that has been silent for this long: the phone has come back
/// before the office noticed that the old connection is dead.
const STALE: Duration = Duration::from_secs(2);
/// An upload that nothing was added to for so long is given up. Phones keep no photo for longer without need.
const ABANDONED: Duration = Duration::from_secs(35 * 24 * 60 * 60);

/// Of a picture that somebody of the office brings in: what is looked at at most, and the longest edge of what is kept.
pub const BROUGHT: Most = Most { bytes: 20_000_000, pixels: 60_000_000 };
const EDGE: u32 = 2048;

/// The longest edge of what is made small, and of what comes of it.
const SMALLER_FROM: u32 = 3072;
const SHOWN_EDGE: u32 = 320;

/// Bytes that are gathered for one write.
const PIECE: usize = 128 * 1024;

pub struct Photos {
    folder: PathBuf,
    /// Where they lie instead of in the folder, which is left what is written at the moment.
    bucket: Option<bucket::Bucket>,
    uploads: Mutex<HashMap<Digest, Arc<Upload>>>,
}

/// Only one request at a time writes a photo.
struct Upload {
    turn: tokio::sync::Mutex<()>,
    last_byte: Mutex<Instant>,
    superseded: Notify,
}

/// How much of a photo the office has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub offset: u64,
    pub whole: bool,
}

/// Why an upload stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error("no change of this technician names the photo")]
    NotNamed,
    #[error("the office has {0} bytes")]
    WrongOffset(u64),
    #[error("the photo is larger than {MAX_PHOTO} bytes")]
    TooLarge,
    #[error("the bytes are not those of the digest")]
    WrongHash,
    #[error("the link was cut")]
    Cut,
    #[error("the bytes are no JPEG")]
    NotAJpeg,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Why a picture that somebody brought in is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotBrought {
    #[error("the picture is larger than {} bytes or {} pixels", BROUGHT.bytes, BROUGHT.pixels)]
    TooLarge,
    #[error("it is no JPEG, PNG or WebP that can be read")]
    NotAPicture,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<NotTaken> for NotBrought {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::TooLarge => NotBrought::TooLarge,
            NotTaken::NotAPicture => NotBrought::NotAPicture,
            NotTaken::Failed(_) => NotBrought::Failed(anyhow!(why)),
        }
    }
}

impl From<Stopped> for NotBrought {
    fn from(why: Stopped) -> Self {
        match why {
            Stopped::Failed(why) => NotBrought::Failed(why),
            why => NotBrought::Failed(anyhow!(why)),
        }
    }
}

impl From<std::io::Error> for Stopped {
    fn from(why: std::io::Error) -> Self {
        Stopped::Failed(anyhow::Error::new(why).context("Keeping a photo"))
    }
}

impl Photos {
    pub fn open(folder: PathBuf, bucket: Option<&str>) -> Result<Self> {
        std::fs::create_dir_all(folder.join("partial"))
            .with_context(|| format!("Making the folder {}", folder.display()))?;
        let bucket = bucket.map(bucket::Bucket::open).transpose()?;
        Ok(Self { folder, bucket, uploads: Mutex::default() })
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(&digest.as_str()[..2]).join(digest.as_str())
    }

    fn partial(&self, digest: &Digest) -> PathBuf {
        self.folder.join("partial").join(digest.as_str())
    }

    /// The bytes of a photo that is whole.
    pub fn bytes(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        if let Some(bucket) = &self.bucket {
            return bucket.bytes(digest);
        }
        match std::fs::read(self.path(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why).context("Reading a photo"),
        }
    }

    /// Copies a photo that is whole to where nothing is yet.
    pub fn copy_to(&self, digest: &Digest, to: &Path) -> Result<()> {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if self.bucket.is_some() {
            return Ok(std::fs::write(to, self.bytes(digest)?.context("It is not in the bucket")?)?);
        }
        let from = self.path(digest);
        std::fs::copy(&from, to).map(|_| ()).with_context(|| format!("From {}", from.display()))
    }

    /// Counted from the files, which is where the bytes are.
    pub fn progress(&self, digest: &Digest) -> Result<Progress> {
        if let Some(bucket) = &self.bucket {
            return bucket.progress(digest);
        }
        let length = |path: PathBuf| std::fs::metadata(path).ok().map(|file| file.len());
        Ok(match length(self.path(digest)) {
            Some(offset) => Progress { offset, whole: true },
            None => Progress { offset: length(self.partial(digest)).unwrap_or(0), whole: false },
        })
    }

    fn upload(&self, digest: &Digest) -> Arc<Upload> {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        uploads.retain(|_, upload| Arc::strong_count(upload) > 1);
        uploads
            .entry(digest.clone())
            .or_insert_with(|| {
                Arc::new(Upload {
                    turn: tokio::sync::Mutex::new(()),
                    last_byte: Mutex::new(Instant::now()),
                    superseded: Notify::new(),
                })
            })
            .clone()
    }

    /// Where the next bytes of a photo are written: behind those that are here, or in a bucket's case into a file of
    /// their own.
    fn room(&self, digest: &Digest) -> std::io::Result<Room> {
        Ok(match self.bucket {
            Some(_) => Room::Piece(self.new_file()?.into_temp_path()),
            None => Room::Behind(self.partial(digest)),
        })
    }

    /// Keeps what came from `offset` on before the link was cut, or where more is to come.
    fn keep_piece(&self, digest: &Digest, offset: u64, room: &Room) -> Result<()> {
        match &self.bucket {
            Some(bucket) => bucket.keep_piece(digest, offset, room),
            None => Ok(()), // it is where it belongs
        }
    }

    /// Forgets what came of a photo that can never become right.
    fn drop_pieces(&self, digest: &Digest) -> Result<()> {
        match &self.bucket {
            Some(bucket) => bucket.drop_pieces(digest),
            None => remove(&self.partial(digest)).context("Removing a part of a photo"),
        }
    }

    /// Checks a photo whose last bytes came from `offset` on, and gives it its name.
    fn finish(&self, digest: &Digest, offset: u64, room: Room) -> Result<(), Stopped> {
        let whole = match (&self.bucket, room) {
            (Some(bucket), Room::Piece(last)) if offset > 0 => {
                let mut whole = self.new_file()?;
                bucket.before(digest, offset, &mut whole)?;
                std::io::copy(&mut File::open(last)?, &mut whole)?;
                Room::Piece(whole.into_temp_path())
            }
            (_, room) => room,
        };
        match check(&whole, digest) {
            Ok(()) => self.place(&whole, digest)?,
            Err(why @ Stopped::Failed(_)) => return Err(why),
            Err(why) => {
                self.drop_pieces(digest)?;
                return Err(why);
            }
        }
        if self.bucket.is_some() && offset > 0 {
            self.drop_pieces(digest)?;
        }
        Ok(())
    }

    /// Gives a file that was checked the photo's name.
    fn place(&self, file: &Path, digest: &Digest) -> Result<(), Stopped> {
        if let Some(bucket) = &self.bucket {
            return Ok(bucket.place(file, digest)?);
        }
        let path = self.path(digest);
        let folder = path.parent().ok_or_else(|| anyhow!("a photo without a folder"))?;
        std::fs::create_dir_all(folder)?;
        std::fs::rename(file, &path)?;
        // The names are on disk too, or the photo could be gone after a power cut.
        File::open(folder)?.sync_all()?;
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    /// Takes a photo from the folder into the bucket. `false`: it is there, or was never in the folder.
    fn take_over(&self, digest: &Digest) -> Result<bool, Stopped> {
        let path = self.path(digest);
        if self.bucket.is_none() || !path.is_file() || self.progress(digest)?.whole {
            return Ok(false);
        }
        check(&path, digest)?;
        self.place(&path, digest)?;
        Ok(true)
    }

    /// Removes a photo that nothing names any more.
    fn remove_whole(&self, digest: &Digest) -> Result<()> {
        match &self.bucket {
            Some(bucket) => bucket.remove_whole(digest),
            None => remove(&self.path(digest)).context("Removing a photo"),
        }
    }

    /// Removes uploads that nothing was added to for so long: the phone begins again with the photo, if it has it still.
    pub fn drop_abandoned(&self, now: SystemTime) -> Result<u32> {
        let mut dropped = match &self.bucket {
            Some(bucket) => bucket.drop_abandoned(now)?,
            None => 0,
        };
        for entry in std::fs::read_dir(self.folder.join("partial"))? {
            let entry = entry?;
            let changed = entry.metadata()?.modified()?;
            let abandoned = now.duration_since(changed).is_ok_and(|age| age > ABANDONED);
            let busy = || {
                let digest = entry.file_name().to_str().and_then(Digest::parse);
                let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
                digest.and_then(|d| uploads.get(&d).map(Arc::strong_count)).is_some_and(|count| count > 1)
            };
            if abandoned && !busy() {
                std::fs::remove_file(entry.path())?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    fn new_file(&self) -> std::io::Result<tempfile::NamedTempFile> {
        tempfile::NamedTempFile::new_in(self.folder.join("partial"))
    }

    /// A file without a name, gone when it is closed.
    pub fn scratch(&self) -> std::io::Result<File> {
        tempfile::tempfile_in(self.folder.join("partial"))
    }
}

/// Where bytes of a photo are written.
enum Room {
    Behind(PathBuf),
    /// Gone when it is dropped.
    Piece(tempfile::TempPath),
}

impl Deref for Room {
    type Target = Path;

    fn deref(&self) -> &Path {
        match self {
            Room::Behind(path) => path,
            Room::Piece(path) => path,
        }
    }
}

/// What is gone already is no error.
fn remove(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

impl Upload {
    fn heard(&self) {
        *self.last_byte.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn silent_for(&self) -> Duration {
        self.last_byte.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    async fn wait_for_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        loop {
            match timeout(Duration::from_millis(100), self.turn.lock()).await {
                Ok(turn) => return turn,
                Err(_) if self.silent_for() > STALE => self.superseded.notify_waiters(),
                Err(_) => {}
            }
        }
    }
}

fn check(file: &Path, digest: &Digest) -> Result<(), Stopped> {
    let mut file = File::open(file)?;
    let (mut hash, mut start, mut buffer) = (Sha256::new(), Vec::new(), vec![0; 64 * 1024]);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        if start.len() < 3 {
            start.extend_from_slice(&buffer[..count.min(3)]);
        }
        hash.update(&buffer[..count]);
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if hex != digest.as_str() && !planted::on("photo_without_hash") {
        return Err(Stopped::WrongHash);
    }
    if !start.starts_with(&[0xff, 0xd8, 0xff]) {
        return Err(Stopped::NotAJpeg);
    }
    file.sync_all()?;
    Ok(())
}

impl Office {
    /// How much of a photo is here, for somebody whose change names it. What a connection that was cut has left to
    /// be written counts too: a phone that asks too early would send it again.
    pub(crate) async fn photo_progress(&self, me: Technician, digest: Digest) -> Result<Progress, Stopped> {
        let upload = self.0.photos.upload(&digest);
        let _turn = upload.wait_for_turn().await;
        self.photo_held(me, digest).await
    }

    async fn photo_held(&self, me: Technician, digest: Digest) -> Result<Progress, Stopped> {
        self.run(move |office| {
            if !office.read(|db| held::photo_named_by(db, &digest, me.id))? {
                return Err(Stopped::NotNamed);
            }
            let progress = office.0.photos.progress(&digest)?;
            if progress.whole {
                office.photo_is_whole(&digest)?; // a crash may have come between file and row
            }
            Ok(progress)
        })
        .await
    }

    /// Appends the bytes of `body` from `offset` on. After the last (`complete`) the photo is checked and kept.
    /// A task of its own: a cut link ends the request, but never in the middle of a write.
    pub(crate) async fn take_photo(
        &self,
        me: Technician,
        digest: Digest,
        offset: u64,
        complete: bool,
        body: Body,
    ) -> Result<Progress, Stopped> {
        let office = self.clone();
        let task = async move { office.take_photo_now(me, digest, offset, complete, body).await };
        tokio::spawn(task).await.map_err(|why| Stopped::Failed(anyhow!(why).context("Taking a photo")))?
    }

    async fn take_photo_now(
        &self,
        me: Technician,
        digest: Digest,
        offset: u64,
        complete: bool,
        body: Body,
    ) -> Result<Progress, Stopped> {
        // In line before anything else is looked up: whoever asks for the progress after this connection was cut must
        // come after it.
        let upload = self.0.photos.upload(&digest);
        let _turn = upload.wait_for_turn().await;
        upload.heard();
        let before = self.photo_held(me, digest.clone()).await?;
        if before.whole {
            return Ok(before);
        }
        if before.offset != offset {
            return Err(Stopped::WrongOffset(before.offset));
        }
        let room = self.0.photos.room(&digest)?;
        let arrived = append(&room, offset, body, &upload).await;
        self.run(move |office| {
            let photos = &office.0.photos;
            match arrived {
                Ok(arrived) if complete => {
                    photos.finish(&digest, offset, room)?;
                    office.photo_is_whole(&digest)?;
                    Ok(Progress { offset: arrived, whole: true })
                }
                Ok(arrived) => {
                    photos.keep_piece(&digest, offset, &room)?;
                    Ok(Progress { offset: arrived, whole: false })
                }
                Err(Stopped::TooLarge) => {
                    photos.drop_pieces(&digest)?;
                    Err(Stopped::TooLarge)
                }
                Err(why) => {
                    photos.keep_piece(&digest, offset, &room)?;
                    Err(why)
                }
            }
        })
        .await
    }

    /// Keeps a photo whose bytes came all at once. `false`: it was here before.
    pub(crate) fn keep_photo(&self, digest: &Digest, bytes: &[u8]) -> Result<bool, Stopped> {
        let photos = &self.0.photos;
        if photos.progress(digest)?.whole {
            self.photo_is_whole(digest)?; // a crash may have come between file and row
            return Ok(false);
        }
        if bytes.len() as u64 > MAX_PHOTO {
            return Err(Stopped::TooLarge);
        }
        let mut file = photos.new_file()?;
        file.write_all(bytes)?;
        check(file.path(), digest)?;
        let path = file.into_temp_path();
        photos.place(&path, digest)?;
        self.photo_is_whole(digest)?;
        Ok(true)
    }

    /// Takes a picture that somebody of the office brought in, for a request to name: upright, of a modest size, and
    /// without what a camera wrote into it. The same picture again is the one that is there.
    pub async fn bring_photo(&self, picture: Bytes) -> Result<PhotoKept, NotBrought> {
        // One at a time: a large one takes a few hundred megabytes while it is looked at.
        let _turn = self.0.developing.acquire().await.map_err(|why| NotBrought::Failed(why.into()))?;
        self.run(move |office| {
            let developed = jobsheet_picture::develop(&picture, EDGE, BROUGHT)?;
            let size = u32::try_from(developed.bytes.len()).map_err(|_| NotTaken::TooLarge)?;
            let (digest, now) = (developed.digest, office.now());
            // Before its bytes are here: who looks for photos that nothing names finds that this one is wanted.
            office.write(|tx| held::spare_photo(tx, &digest, size, now))?;
            office.keep_photo(&digest, &developed.bytes)?;
            Ok(PhotoKept { digest, bytes: size })
        })
        .await
    }

    /// Removes photos that were brought in and that no request has named for so long, or not any more. How many.
    pub fn drop_spare_photos(&self) -> Result<u32> {
        let since = self.now() - TimeDelta::from_std(ABANDONED)?;
        let mut dropped = 0;
        for digest in self.read(|db| held::spare_photos(db, since))? {
            self.write(|tx| held::forget_spare(tx, &digest))?;
            // Whoever brings or names it again writes its row first, and only then its bytes: nobody does between this
            // look and the end of the transaction.
            let gone = self.write(|tx| -> Result<bool> {
                if store::console::photo_is_known(tx, &digest)? {
                    return Ok(false);
                }
                self.0.photos.remove_whole(&digest)?;
                held::spare_is_gone(tx, &digest)?;
                Ok(true)
            })?;
            dropped += u32::from(gone);
        }
        Ok(dropped)
    }

    /// Thumbnails that came ahead of their photos. They take a number, so that the console hears of them; no work order
    /// moves.
    pub(crate) fn take_thumbs(&self, me: &Technician, thumbs: &[Thumb]) -> Result<()> {
        let pictures: Vec<&Thumb> = thumbs.iter().filter(|thumb| is_a_thumb(&thumb.jpeg)).collect();
        self.write(|tx| {
            let mut kept = false;
            for Thumb { photo, jpeg } in &pictures {
                kept |= held::keep_thumb(tx, photo, me.id, jpeg)?;
            }
            if kept {
                store::next(tx)?;
            }
            Ok(())
        })
    }

    /// A photo's file is in place: its row says so, its work orders move on, a signed sheet may now be back.
    fn photo_is_whole(&self, digest: &Digest) -> Result<()> {
        if self.read(|db| held::photo_is_whole(db, digest))? {
            return Ok(());
        }
        let now = self.now();
        self.write(|tx| {
            if held::set_photo_whole(tx, digest, now)? {
                for id in held::orders_of_photo(tx, digest)? {
                    store::touch(tx, id)?;
                    note_back(tx, id, now)?;
                }
            }
            Ok(())
        })
    }

    /// A photo of a work order of this technician; foreign and absent ones are alike (I10).
    pub(crate) fn photo_for(&self, me: &Technician, digest: &Digest) -> Result<Option<Vec<u8>>> {
        if !self.read(|db| held::photo_seen_by(db, digest, me.id))? {
            return Ok(None);
        }
        self.photo_bytes(digest)
    }

    /// The same, small: to be looked at over a weak link.
    pub(crate) fn small_photo_for(&self, me: &Technician, digest: &Digest) -> Result<Option<Vec<u8>>> {
        match self.photo_for(me, digest)? {
            Some(whole) => Ok(smaller(&whole)),
            None if self.read(|db| held::photo_seen_by(db, digest, me.id))? => self.console_thumb(digest),
            None => Ok(None),
        }
    }

    pub(crate) fn photo_bytes(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.0.photos.bytes(digest)
    }

    /// Brings the photos of an office that has lain in its folder into its bucket. What is there already stays; the
    /// folder keeps what it has. How many came, and how many are in neither place.
    pub fn take_photos_over(&self) -> Result<(u64, u64)> {
        let (mut taken, mut missing) = (0, 0);
        for digest in self.read(held::whole_photos)? {
            if self.0.photos.take_over(&digest).with_context(|| format!("Photo {digest}"))? {
                taken += 1;
            } else if !self.0.photos.progress(&digest)?.whole {
                missing += 1;
            }
        }
        Ok((taken, missing))
    }
}

/// As a phone shows it in a row. `None` where it cannot be read, or would take too much room.
fn smaller(jpeg: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = JpegDecoder::new(Cursor::new(jpeg)).ok()?;
    let mut limits = Limits::default();
    // Before a single pixel is made room for: phones make no larger ones (docs/adr/0003).
    (limits.max_image_width, limits.max_image_height) = (Some(SMALLER_FROM), Some(SMALLER_FROM));
    decoder.set_limits(limits).ok()?;
    let picture = DynamicImage::from_decoder(decoder).ok()?.thumbnail(SHOWN_EDGE, SHOWN_EDGE);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 75).encode_image(&picture).ok()?;
    Some(bytes)
}

/// A JPEG of a thumbnail's size that can be read to its end.
fn is_a_thumb(jpeg: &[u8]) -> bool {
    let read = || {
        let mut decoder = JpegDecoder::new(Cursor::new(jpeg))?;
        let (width, height) = decoder.dimensions();
        // Before a single pixel is made room for.
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(THUMB_EDGE), Some(THUMB_EDGE));
        limits.max_alloc = Some(1024 * 1024);
        decoder.set_limits(limits)?;
        DynamicImage::from_decoder(decoder).map(|_| width > 0 && height > 0)
    };
    jpeg.len() <= MAX_THUMB && read().unwrap_or(false)
}

/// Writes what arrives, a good piece at a time. A cut link is no error here: what came before it stays, and the phone
/// asks how much.
async fn append(partial: &Path, offset: u64, body: Body, upload: &Upload) -> Result<u64, Stopped> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(partial).await?;
    let (mut length, mut piece) = (offset, Vec::with_capacity(PIECE));
    let mut body = body.into_data_stream();
    let ended = loop {
        // Given up only between two writes: a write under way must not land after the next upload has begun.
        let next = tokio::select! {
            next = timeout(SILENCE, body.next()) => next,
            () = upload.superseded.notified() => break Err(Stopped::WrongOffset(length)),
        };
        let chunk: Bytes = match next {
            Ok(None) => break Ok(()),
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(_))) => break Err(Stopped::Cut),
            Err(_) => break Err(Stopped::Cut), // silent for too long
        };
        upload.heard();
        length += chunk.len() as u64;
        if length > MAX_PHOTO {
            return Err(Stopped::TooLarge);
        }
        piece.extend_from_slice(&chunk);
        if piece.len() >= PIECE {
            file.write_all(&piece).await?;
            piece.clear();
        }
    };
    file.write_all(&piece).await?;
    // Tokio's file writes in the background; whoever comes next must find everything written.
    file.flush().await?;
    ended.map(|()| length)
}
