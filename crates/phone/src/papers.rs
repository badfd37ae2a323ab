//! What is handed out on paper or as a file: the customer's copy and the sheet for printing. They are made when they are
//! asked for and lie in the clear, unlike all else here, so they are gone as soon as nobody is at work any more.

use crate::{
    error::{Error, Result},
    keys::only_owner,
    phone::Core,
    store::no_such_job,
};
use jobsheet_model::{
    Language, Problem, Refusal, WorkOrderId,
    document::document,
    paper,
    view::{CopyCode, PaperFile, PaperKind},
};
use qrcode::{QrCode, render::svg};
use std::{
    fs,
    io::{ErrorKind, Write},
    path::PathBuf,
};

const ENDING: &str = ".html";

impl Core {
    /// The copy is in the language that was signed in, whatever `language` is.
    pub fn make_paper(&self, id: WorkOrderId, kind: PaperKind, language: Language) -> Result<PaperFile> {
        let known = self.signed()?.store.read(|rows| rows.work_order(id))?.ok_or_else(no_such_job)?;
        let (html, word) = match kind {
            PaperKind::Copy if known.sheet.sign_off.is_none() => return Err(Refusal::NotSigned.into()),
            PaperKind::Copy => (paper::copy(&known.order, &known.sheet).ok_or_else(changed_since)?, "copy"),
            PaperKind::Sheet => {
                (paper::sheet(&known.order, &known.sheet, language, self.clock.offset()), "sheet")
            }
        };
        let folder = self.papers_folder();
        fs::create_dir_all(&folder)?;
        // Not every file system knows owners.
        let _ = only_owner(&folder, 0o700);
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let number: String = known.order.number.chars().map(plain).take(60).collect();
        let name = format!("{number}-{word}{ENDING}");
        let path = folder.join(&name);
        let mut file = fs::File::create(&path)?;
        let _ = only_owner(&path, 0o600);
        file.write_all(html.as_bytes())?;
        let bytes = u64::try_from(html.len()).map_err(|why| Error::Other(why.into()))?;
        Ok(PaperFile { name, path: path.to_string_lossy().into_owned(), bytes })
    }

    /// What the customer's own phone reads off this one.
    pub fn copy_code(&self, id: WorkOrderId) -> Result<CopyCode> {
        let seated = self.signed()?;
        let known = seated.store.read(|rows| rows.work_order(id))?.ok_or_else(no_such_job)?;
        let signed = known.sheet.sign_off.as_ref().ok_or(Refusal::NotSigned)?;
        let document = document(&known.order, &known.sheet, signed.act.language);
        let link = paper::Check::of(&document, signed).link(&seated.account.office);
        let picture = QrCode::new(&link).map_err(|why| Error::Other(why.into()))?;
        let qr = picture.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
        Ok(CopyCode { link, qr })
    }

    fn papers_folder(&self) -> PathBuf {
        self.data.join("papers")
    }

    /// Only a name that stands in the folder: no path leads out of it.
    pub fn paper_file(&self, name: &str) -> Option<PathBuf> {
        let mut entries = fs::read_dir(self.papers_folder()).ok()?.filter_map(|entry| entry.ok());
        let found = entries.find(|entry| entry.file_name().to_str() == Some(name))?;
        name.ends_with(ENDING).then(|| found.path())
    }

    pub fn forget_papers(&self) -> Result<()> {
        match fs::remove_dir_all(self.papers_folder()) {
            Err(why) if why.kind() != ErrorKind::NotFound => Err(why.into()),
            _ => Ok(()),
        }
    }
}

fn changed_since() -> Error {
    Problem::new(
        "copy_at_office",
        "The office has changed this job since it was signed. The office has the sheet as it was signed.",
    )
    .into()
}
