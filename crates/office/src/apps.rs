//! How old an app may be. A phone with an older one is told so in place of an answer to its sync (426), and goes on
//! recording.

use crate::{Office, store};
use anyhow::{Context, Result};
use semver::Version;

const MINIMUM: &str = "minimum_app";

impl Office {
    /// The oldest version of the app that is answered, like `0.2.0`; `0.0.0` for any. Kept.
    pub fn set_minimum_app(&self, version: &str) -> Result<()> {
        let version: Version =
            version.trim().parse().with_context(|| format!("{version:?} is no version like 0.2.0"))?;
        self.write(|tx| store::set_fact(tx, MINIMUM, &version.to_string()))
    }

    /// The version that an app of version `app` must be brought to first; `None` when it is answered as it is. A
    /// version that cannot be read is not held against anybody: it is no release.
    pub(crate) fn newer_needed(&self, app: &str) -> Result<Option<String>> {
        let Some(minimum) = self.read(|db| store::fact(db, MINIMUM))? else { return Ok(None) };
        let least: Version = minimum.parse().context("Reading the oldest app that is answered")?;
        Ok(Version::parse(app).is_ok_and(|app| app < least).then_some(minimum))
    }
}
