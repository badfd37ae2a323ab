//! Photos in a bucket of S3, or of what speaks like it, which several offices share: `ab/abcd...`, and what has come of
//! those on their way in pieces, `partial/abcd.../00000000000000020000`, each named by its first byte. So any office goes
//! on where another has left off.

use super::{ABANDONED, Progress};
use crate::beside::{Beside, wait};
use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, TryStreamExt};
use jobsheet_model::Digest;
use object_store::{
    Error, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, path::Path as Key,
};
use std::{collections::HashMap, future::Future, io::Write, path::Path, sync::Arc, time::Duration};

/// A bucket that does not answer for so long fails the request; whoever asked asks again.
const PATIENCE: Duration = Duration::from_secs(20);
/// More pieces than this become one: a phone on a very bad link, or a hostile one, makes many.
const PIECES: usize = 64;

pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    root: Key,
    beside: Beside,
}

/// What arrived by one request.
struct Piece {
    key: Key,
    offset: u64,
    length: u64,
}

impl Bucket {
    /// `s3://BUCKET` or `s3://BUCKET/FOLDER`. Where it is and who may use it say the variables that all programs of S3 read:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, ...
    pub fn open(url: &str) -> Result<Self> {
        let (name, folder) = parts(url)?;
        // Somebody else may have installed one; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retries = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let store = AmazonS3Builder::from_env()
            .with_retry(retries)
            .with_bucket_name(name)
            .build()
            .with_context(|| format!("Opening {url}"))?;
        Self::of(Arc::new(store), folder)
    }

    fn of(store: Arc<dyn ObjectStore>, folder: &str) -> Result<Self> {
        let root = Key::parse(folder).with_context(|| format!("{folder} is no name of a folder"))?;
        Ok(Self { store, root, beside: Beside::new("bucket")? })
    }

    pub fn progress(&self, digest: &Digest) -> Result<Progress> {
        match self.call(|store, key| async move { store.head(&key).await }, self.whole(digest)) {
            Ok(whole) => Ok(Progress { offset: whole.size, whole: true }),
            Err(Error::NotFound { .. }) => Ok(Progress { offset: end(&self.pieces(digest)?), whole: false }),
            Err(why) => Err(why).context("Looking for a photo"),
        }
    }

    pub fn bytes(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        match self.read(self.whole(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(why) => Err(why).context("Reading a photo"),
        }
    }

    /// Removes a photo that nothing names any more.
    pub fn remove_whole(&self, digest: &Digest) -> Result<()> {
        self.remove(vec![self.whole(digest)])
    }

    /// Gives what was checked the photo's name. It replaces nothing but the same bytes.
    pub fn place(&self, file: &Path, digest: &Digest) -> Result<()> {
        self.write(self.whole(digest), std::fs::read(file)?).context("Keeping a photo")
    }

    /// Keeps what came of a photo from `offset` on.
    pub fn keep_piece(&self, digest: &Digest, offset: u64, file: &Path) -> Result<()> {
        let bytes = std::fs::read(file)?;
        if bytes.is_empty() {
            return Ok(());
        }
        self.write(self.piece(digest, offset), bytes).context("Keeping a piece of a photo")?;
        let pieces = self.pieces(digest)?;
        if pieces.len() > PIECES {
            let mut all = Vec::new();
            self.gather(&pieces, end(&pieces), &mut all)?;
            self.write(self.piece(digest, 0), all).context("Keeping the pieces of a photo as one")?;
            self.remove(
                pieces.into_iter().filter(|piece| piece.offset > 0).map(|piece| piece.key).collect(),
            )?;
        }
        Ok(())
    }

    /// The bytes before `offset`.
    pub fn before(&self, digest: &Digest, offset: u64, to: &mut dyn Write) -> Result<()> {
        if offset == 0 { Ok(()) } else { self.gather(&self.pieces(digest)?, offset, to) }
    }

    pub fn drop_pieces(&self, digest: &Digest) -> Result<()> {
        let all = self.list(self.partial().join(digest.as_str()))?;
        self.remove(all.into_iter().map(|piece| piece.location).collect())
    }

    /// Removes the pieces of photos that nothing was added to for so long. How many photos these were.
    pub fn drop_abandoned(&self, now: std::time::SystemTime) -> Result<u32> {
        let mut uploads: HashMap<String, Vec<ObjectMeta>> = HashMap::new();
        for found in self.list(self.partial())? {
            let digest = found.location.parts().nth_back(1).map(|part| part.as_ref().to_owned());
            uploads.entry(digest.unwrap_or_default()).or_default().push(found);
        }
        uploads.retain(|_, pieces| {
            let age = |piece: &ObjectMeta| now.duration_since(piece.last_modified.into()).unwrap_or_default();
            pieces.iter().all(|piece| age(piece) > ABANDONED)
        });
        let dropped = u32::try_from(uploads.len()).unwrap_or(u32::MAX);
        self.remove(uploads.into_values().flatten().map(|piece| piece.location).collect())?;
        Ok(dropped)
    }

    // --- Names -------------------------------------------------------------------------------------

    fn whole(&self, digest: &Digest) -> Key {
        self.root.clone().join(&digest.as_str()[..2]).join(digest.as_str())
    }

    fn partial(&self) -> Key {
        self.root.clone().join("partial")
    }

    fn piece(&self, digest: &Digest, offset: u64) -> Key {
        self.partial().join(digest.as_str()).join(format!("{offset:020}"))
    }

    /// The pieces that follow each other from the first byte on. Two offices may have taken the same bytes at once, so
    /// they may overlap; what lies behind a gap is of no use, and comes again.
    fn pieces(&self, digest: &Digest) -> Result<Vec<Piece>> {
        let mut found: Vec<Piece> = self
            .list(self.partial().join(digest.as_str()))?
            .into_iter()
            .filter_map(|one| {
                let offset = one.location.filename()?.parse().ok()?;
                Some(Piece { offset, length: one.size, key: one.location })
            })
            .collect();
        found.sort_by_key(|piece| piece.offset);
        let mut reached = 0;
        let follows = |piece: &Piece| {
            let follows = piece.offset <= reached;
            reached = reached.max(piece.offset + piece.length);
            follows
        };
        let count = found.iter().map(follows).take_while(|follows| *follows).count();
        found.truncate(count);
        Ok(found)
    }

    fn gather(&self, pieces: &[Piece], upto: u64, to: &mut dyn Write) -> Result<()> {
        let mut written = 0;
        for piece in pieces {
            let bytes = self.read(piece.key.clone()).context("Reading a piece of a photo")?;
            let known = usize::try_from(written - piece.offset.min(written))?;
            let wanted = usize::try_from(upto - written)?;
            let new = bytes.get(known..).unwrap_or_default();
            let new = &new[..new.len().min(wanted)];
            to.write_all(new)?;
            written += new.len() as u64;
        }
        ensure!(written == upto, "pieces of a photo are gone");
        Ok(())
    }

    // --- The bucket --------------------------------------------------------------------------------

    fn read(&self, key: Key) -> Result<Vec<u8>, Error> {
        self.call(|store, key| async move { Ok(store.get(&key).await?.bytes().await?.to_vec()) }, key)
    }

    fn write(&self, key: Key, bytes: Vec<u8>) -> Result<(), Error> {
        self.call(|store, key| async move { store.put(&key, bytes.into()).await.map(|_| ()) }, key)
    }

    fn list(&self, under: Key) -> Result<Vec<ObjectMeta>, Error> {
        self.call(|store, key| async move { store.list(Some(&key)).try_collect().await }, under)
    }

    /// What is gone already is no error.
    fn remove(&self, keys: Vec<Key>) -> Result<()> {
        let gone = |store: Arc<dyn ObjectStore>, _| async move {
            let keys = futures_util::stream::iter(keys.into_iter().map(Ok)).boxed();
            let gone = store.delete_stream(keys).filter_map(async |one| match one {
                Ok(_) | Err(Error::NotFound { .. }) => None,
                Err(why) => Some(why),
            });
            std::pin::pin!(gone).next().await.map_or(Ok(()), Err)
        };
        self.call(gone, self.root.clone()).context("Removing pieces of photos")
    }

    fn call<T, F>(&self, ask: impl FnOnce(Arc<dyn ObjectStore>, Key) -> F, key: Key) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| Error::Generic { store: "bucket", source };
        match self.beside.spawn(ask(self.store.clone(), key)).map(wait) {
            Some(Ok(answer)) => answer,
            Some(Err(why)) => Err(failed(why.into())),
            None => Err(failed("closing".into())),
        }
    }
}

/// Where the pieces end.
fn end(pieces: &[Piece]) -> u64 {
    pieces.iter().map(|piece| piece.offset + piece.length).max().unwrap_or(0)
}

fn parts(url: &str) -> Result<(&str, &str)> {
    let Some(rest) = url.strip_prefix("s3://") else {
        bail!("photos lie in s3://BUCKET or s3://BUCKET/FOLDER")
    };
    let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
    ensure!(!name.is_empty(), "{url} names no bucket");
    Ok((name, folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;
    use std::time::SystemTime;

    fn bucket() -> Bucket {
        Bucket::of(Arc::new(InMemory::new()), "a firm/photos").unwrap()
    }

    fn picture() -> (Vec<u8>, Digest) {
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n * 31 % 251) as u8).collect();
        let digest = Digest::of(&bytes);
        (bytes, digest)
    }

    impl Bucket {
        fn keeps(&self, digest: &Digest, offset: usize, bytes: &[u8]) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            self.keep_piece(digest, offset as u64, file.path()).unwrap();
        }

        fn reaches(&self, digest: &Digest) -> u64 {
            self.progress(digest).unwrap().offset
        }
    }

    #[test]
    fn pieces_that_overlap_are_one_photo_and_what_lies_behind_a_gap_comes_again() {
        let (bucket, (bytes, digest)) = (bucket(), picture());
        bucket.keeps(&digest, 0, &bytes[..30_000]);
        bucket.keeps(&digest, 30_000, &[]);
        bucket.keeps(&digest, 20_000, &bytes[20_000..50_000]);
        bucket.keeps(&digest, 25_000, &bytes[25_000..26_000]);
        bucket.keeps(&digest, 60_000, &bytes[60_000..]);
        assert_eq!(bucket.reaches(&digest), 50_000);
        let mut before = Vec::new();
        bucket.before(&digest, 45_000, &mut before).unwrap();
        assert!(before == bytes[..45_000]);
        assert!(bucket.before(&digest, 55_000, &mut Vec::new()).is_err(), "what is not there is not made up");
        bucket.keeps(&digest, 50_000, &bytes[50_000..60_000]);
        assert_eq!(bucket.reaches(&digest), 100_000);
        bucket.drop_pieces(&digest).unwrap();
        assert_eq!(bucket.reaches(&digest), 0);
    }

    #[test]
    fn a_thousand_small_pieces_become_few() {
        let (bucket, (bytes, digest)) = (bucket(), picture());
        for (n, piece) in bytes.chunks(100).enumerate() {
            bucket.keeps(&digest, n * 100, piece);
        }
        assert_eq!(bucket.reaches(&digest), 100_000);
        assert!(bucket.pieces(&digest).unwrap().len() <= PIECES);
        let mut all = Vec::new();
        bucket.before(&digest, 100_000, &mut all).unwrap();
        assert!(all == bytes);
    }

    #[test]
    fn pieces_that_nobody_came_back_to_go_after_five_weeks_and_photos_stay() {
        let (bucket, (bytes, digest)) = (bucket(), picture());
        let whole = Digest::of(b"whole");
        bucket.keeps(&digest, 0, &bytes[..10]);
        bucket.write(bucket.whole(&whole), b"whole".to_vec()).unwrap();
        let in_days = |days: u64| SystemTime::now() + Duration::from_secs(days * 24 * 60 * 60);
        assert_eq!(bucket.drop_abandoned(in_days(34)).unwrap(), 0);
        assert_eq!(bucket.reaches(&digest), 10);
        assert_eq!(bucket.drop_abandoned(in_days(36)).unwrap(), 1);
        assert_eq!(bucket.reaches(&digest), 0);
        assert_eq!(bucket.bytes(&whole).unwrap().as_deref(), Some(&b"whole"[..]));
        assert_eq!(bucket.bytes(&digest).unwrap(), None);
    }

    #[test]
    fn what_is_no_bucket_is_refused() {
        for bad in ["", "photos", "http://photos", "s3://", "s3:///photos"] {
            assert!(Bucket::open(bad).is_err(), "{bad}");
        }
        assert_eq!(parts("s3://a/b/c").unwrap(), ("a", "b/c"));
        assert_eq!(parts("s3://a").unwrap(), ("a", ""));
    }
}
