//! The rescue file: all that waits here, in one file that somebody carries to the office (docs/RESCUE.md).
//!
//! It is for the day when the phone itself cannot reach the office any more, so it needs no network and no session,
//! only the keys that the phone got when it was enrolled. Making it changes nothing: what waits goes on waiting, and
//! is sent as well when that becomes possible.

use crate::{
    error::{Error, Result},
    keys::{only_owner, sync_folder},
    office::Trouble,
    phone::{Core, Signed},
};
use jobsheet_model::{
    Problem,
    rescue::{Head, Writer},
    view::RescueFile,
};
use std::{
    fs::{self, File},
    io::{BufWriter, ErrorKind},
    path::{Path, PathBuf},
};

const ENDING: &str = ".rescue";

impl Core {
    pub fn rescue_export(&self) -> Result<RescueFile> {
        let signed = self.signed()?;
        let login = &signed.account.login;
        let (folder, now) = (self.rescue_folder(), self.clock.utc());
        fs::create_dir_all(&folder)?;
        // Not every file system knows owners.
        let _ = only_owner(&folder, 0o700);
        let name = format!("{}{}{ENDING}", beginning(login), now.format("%Y%m%dT%H%M%SZ"));
        let (path, unfinished) = (folder.join(&name), folder.join(format!("{name}.unfinished")));
        let written = self.write_rescue(&signed, &unfinished);
        let (waiting, kept, photos) = match written {
            Ok(counts) => counts,
            Err(why) => {
                let _ = fs::remove_file(&unfinished);
                return Err(why);
            }
        };
        fs::rename(&unfinished, &path)?;
        sync_folder(&folder)?;
        // The newest has all that the older ones had, but for what the office holds by now.
        self.forget_rescue_files(login, Some(&name))?;
        let bytes = fs::metadata(&path)?.len();
        tracing::info!(bytes, waiting, kept, photos, "a rescue file was made");
        Ok(RescueFile { name, path: path.to_string_lossy().into_owned(), bytes, waiting, kept, photos })
    }

    /// Counts of what waits, of what is kept, and of photos. One photo at a time is in memory.
    fn write_rescue(&self, signed: &Signed, to: &Path) -> Result<(u32, u32, u32)> {
        let proof = signed.proof.as_ref().ok_or_else(|| Error::from(Trouble::SignInNeeded.problem()))?;
        let (device, changes, digests) =
            signed.store.read(|rows| Ok((rows.device()?, rows.to_rescue()?, rows.photos_to_rescue()?)))?;
        if changes.is_empty() && digests.is_empty() {
            return Err(Problem::new(
                "nothing_to_rescue",
                "Everything recorded on this phone is safe at the office. There is nothing to carry there.",
            )
            .into());
        }
        let head = Head {
            device: device.id,
            technician: signed.account.technician.id,
            app: self.version.clone(),
            at: self.moment(device.ahead.as_ref()),
        };
        let out = BufWriter::new(File::create(to)?);
        let _ = only_owner(to, 0o600);
        let mut file = Writer::begin(out, &proof.office_key, proof.phone, &head, &mut rand::rng())?;
        let (mut waiting, mut kept, mut photos) = (0, 0, 0);
        for (body, waits) in &changes {
            file.change(device.id, body)?;
            *(if *waits { &mut waiting } else { &mut kept }) += 1;
        }
        for digest in &digests {
            // The office may have got it meanwhile, and the phone given it up.
            if let Some(bytes) = signed.store.read(|rows| rows.photo(digest, false))?
                && jobsheet_model::Digest::of(&bytes) == *digest
            {
                file.photo(&bytes)?;
                photos += 1;
            }
        }
        let out = file.end(&proof.key)?.into_inner().map_err(|why| why.into_error())?;
        out.sync_all()?;
        Ok((waiting, kept, photos))
    }

    fn rescue_folder(&self) -> PathBuf {
        self.data.join("rescue")
    }

    /// Only a name that stands in the folder: no path leads out of it.
    pub fn rescue_file(&self, name: &str) -> Option<PathBuf> {
        let mut entries = fs::read_dir(self.rescue_folder()).ok()?.filter_map(|entry| entry.ok());
        let found = entries.find(|entry| entry.file_name().to_str() == Some(name))?;
        name.ends_with(ENDING).then(|| found.path())
    }

    /// Removes the files that were made for this login, but for one.
    pub fn forget_rescue_files(&self, login: &str, but: Option<&str>) -> Result<()> {
        let entries = match fs::read_dir(self.rescue_folder()) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        let beginning = beginning(login);
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&beginning) && but != Some(name.as_ref()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// What the files of this login begin with: nothing that a file system or a chat could object to.
fn beginning(login: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let login: String = login.chars().map(|c| if plain(c) { c } else { '_' }).take(40).collect();
    format!("jobsheet-{login}-")
}
