//! Where this phone keeps its secrets: in the system's key store, or, where there is none, in files that only
//! their owner may read. Which of the two is settled once, when the phone is first used, and never changes: a key
//! that is looked for in the wrong place would look lost.

use crate::{
    device::Device,
    error::{Error, Result},
};
use jobsheet_model::{Problem, TechnicianId, view::KeyStore};
use keyring_core::{CredentialStore, Entry};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// All secrets of a phone have 32 random bytes.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

pub(crate) fn fresh() -> Secret {
    Zeroizing::new(rand::random())
}

/// What is kept for each technician.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Signs sessions: the phone's key.
    Phone,
    /// Without it no PIN and no password opens anything.
    Pepper,
    /// The database's key as it is; only while somebody is signed in who has no PIN.
    Database,
    /// Goes into the locks of the office's codes by telephone, and on with each that was used: what it was before
    /// cannot be made of it.
    Codes,
}

impl Kept {
    pub const ALL: [Kept; 4] = [Kept::Database, Kept::Pepper, Kept::Phone, Kept::Codes];

    fn word(self) -> &'static str {
        match self {
            Kept::Phone => "phone",
            Kept::Pepper => "pepper",
            Kept::Database => "database",
            Kept::Codes => "codes",
        }
    }
}

pub(crate) enum Keys {
    Folder(PathBuf),
    /// The name tells apart two folders of data under one user of a desktop.
    System(Arc<CredentialStore>, String),
}

impl Keys {
    /// The store that this phone has used so far; a new phone takes the system's if that answers.
    pub fn choose(data: &Path, system: Option<Arc<CredentialStore>>, device: &Device) -> Result<Self> {
        let used = device.setting("key_store")?;
        match (used.as_deref(), system) {
            (None, Some(store)) => {
                let name = uuid::Uuid::new_v7(uuid::Timestamp::now(uuid::NoContext)).to_string();
                let keys = Keys::System(store, name.clone());
                match keys.answers() {
                    Ok(()) => {
                        device.save_setting("key_store", &name)?;
                        Ok(keys)
                    }
                    Err(why) => {
                        tracing::warn!("no key store of the system, so keys are kept in files: {why}");
                        Self::folder(data, device)
                    }
                }
            }
            (None | Some(""), _) => Self::folder(data, device),
            (Some(name), Some(store)) => Ok(Keys::System(store, name.to_owned())),
            (Some(_), None) => Err(unavailable()),
        }
    }

    fn folder(data: &Path, device: &Device) -> Result<Self> {
        let folder = data.join("keys");
        std::fs::create_dir_all(&folder)?;
        only_owner(&folder, 0o700)?;
        device.save_setting("key_store", "")?;
        Ok(Keys::Folder(folder))
    }

    /// A store that takes a secret and gives it back.
    fn answers(&self) -> Result<()> {
        let (nobody, secret) = (TechnicianId(uuid::Uuid::nil()), fresh());
        self.put(nobody, Kept::Phone, &secret)?;
        let back = self.get(nobody, Kept::Phone)?;
        self.forget(nobody, Kept::Phone)?;
        if back.is_some_and(|back| *back == *secret) { Ok(()) } else { Err(unavailable()) }
    }

    pub fn kind(&self) -> KeyStore {
        match self {
            Keys::Folder(_) => KeyStore::File,
            Keys::System(..) => KeyStore::System,
        }
    }

    pub fn get(&self, whose: TechnicianId, what: Kept) -> Result<Option<Secret>> {
        let bytes = match self {
            Keys::Folder(folder) => match std::fs::read(folder.join(file(whose, what))) {
                Ok(bytes) => Zeroizing::new(bytes),
                Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                Err(why) => return Err(why.into()),
            },
            Keys::System(..) => match self.entry(whose, what)?.get_secret() {
                Ok(bytes) => Zeroizing::new(bytes),
                Err(keyring_core::Error::NoEntry) => return Ok(None),
                Err(why) => return Err(silent(&why)),
            },
        };
        let secret: Option<[u8; 32]> = bytes.as_slice().try_into().ok();
        secret.map(|secret| Some(Zeroizing::new(secret))).ok_or_else(unavailable)
    }

    /// On disk before this returns.
    pub fn put(&self, whose: TechnicianId, what: Kept, secret: &Secret) -> Result<()> {
        match self {
            Keys::Folder(folder) => {
                let (path, fresh) = (folder.join(file(whose, what)), folder.join("fresh"));
                // A rest of a write that was cut short may not be ours to write to.
                let _ = std::fs::remove_file(&fresh);
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut written = options.open(&fresh)?;
                written.write_all(secret.as_slice())?;
                written.sync_all()?;
                std::fs::rename(&fresh, path)?;
                sync_folder(folder)
            }
            Keys::System(..) => {
                self.entry(whose, what)?.set_secret(secret.as_slice()).map_err(|why| silent(&why))
            }
        }
    }

    pub fn forget(&self, whose: TechnicianId, what: Kept) -> Result<()> {
        match self {
            Keys::Folder(folder) => match std::fs::remove_file(folder.join(file(whose, what))) {
                Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(why.into()),
                _ => sync_folder(folder),
            },
            Keys::System(..) => match self.entry(whose, what)?.delete_credential() {
                Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
                Err(why) => Err(silent(&why)),
            },
        }
    }

    fn entry(&self, whose: TechnicianId, what: Kept) -> Result<Entry> {
        let Keys::System(store, name) = self else { return Err(unavailable()) };
        let user = format!("{name}/{}", file(whose, what));
        Entry::new_in_store(store, "jobsheet", &user).map_err(|why| silent(&why))
    }
}

fn file(whose: TechnicianId, what: Kept) -> String {
    format!("{whose}-{}", what.word())
}

fn unavailable() -> Error {
    Problem::new(
        "key_store_unavailable",
        "This phone's key store does not answer. Unlock the phone or restart it; nothing is lost.",
    )
    .into()
}

fn silent(why: &keyring_core::Error) -> Error {
    // Its text names entries, never secrets; an error that carries bytes does not show them.
    tracing::error!("key store: {why}");
    unavailable()
}

/// What stands in a folder after a rename or a removal is on disk too.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

pub(crate) fn only_owner(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(folder: &Path) -> Device {
        Device::open(&folder.join("device.db")).unwrap()
    }

    fn keeps(keys: &Keys) {
        let (one, two) = (TechnicianId(uuid::Uuid::from_u128(1)), TechnicianId(uuid::Uuid::from_u128(2)));
        let secret = fresh();
        keys.put(one, Kept::Phone, &fresh()).unwrap();
        keys.put(one, Kept::Phone, &secret).unwrap();
        assert_eq!(keys.get(one, Kept::Phone).unwrap().as_deref(), Some(&*secret));
        assert!(keys.get(one, Kept::Database).unwrap().is_none());
        assert!(keys.get(two, Kept::Phone).unwrap().is_none());
        keys.forget(one, Kept::Phone).unwrap();
        keys.forget(one, Kept::Phone).unwrap();
        assert!(keys.get(one, Kept::Phone).unwrap().is_none());
    }

    #[test]
    fn without_a_key_store_keys_are_files_that_only_their_owner_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::choose(folder.path(), None, &device(folder.path())).unwrap();
        assert_eq!(keys.kind(), KeyStore::File);
        keeps(&keys);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            keys.put(TechnicianId(uuid::Uuid::nil()), Kept::Pepper, &fresh()).unwrap();
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let keys = folder.path().join("keys");
            assert_eq!(mode(&keys), 0o700);
            for file in std::fs::read_dir(&keys).unwrap() {
                assert_eq!(mode(&file.unwrap().path()), 0o600);
            }
        }
    }

    #[test]
    fn a_phone_goes_on_with_the_key_store_it_began_with() {
        let folder = tempfile::tempdir().unwrap();
        let system: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        let keys = Keys::choose(folder.path(), Some(system.clone()), &device(folder.path())).unwrap();
        assert_eq!(keys.kind(), KeyStore::System);
        keeps(&keys);
        let (nobody, secret) = (TechnicianId(uuid::Uuid::nil()), fresh());
        keys.put(nobody, Kept::Pepper, &secret).unwrap();
        let again = Keys::choose(folder.path(), Some(system.clone()), &device(folder.path())).unwrap();
        assert_eq!(again.get(nobody, Kept::Pepper).unwrap().as_deref(), Some(&*secret));
        let without = Keys::choose(folder.path(), None, &device(folder.path()));
        assert_eq!(Problem::from(without.err().unwrap()).code, "key_store_unavailable");
        assert!(!folder.path().join("keys").exists());

        let other = tempfile::tempdir().unwrap();
        Keys::choose(other.path(), None, &device(other.path())).unwrap();
        let stays = Keys::choose(other.path(), Some(system), &device(other.path())).unwrap();
        assert_eq!(stays.kind(), KeyStore::File);
    }
}
