//! [`Phone`]: the one type that the shell, the preview and the stories hold. It only forwards.

use crate::{
    codes,
    device::{Account, Device},
    door::Proof,
    error::{Error, Result},
    keys::{Keys, Secret, only_owner},
    moment::{Clock, moment},
    pass::Pass,
    photos::{Developed, as_given, develop},
    record::SignedPaper,
    runner,
    status::Live,
    store::{Store, no_such_job},
};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest, Language, Moment, Problem, StepKey, What, WorkOrderId,
    asset::Asset,
    change::{KnownWhat, PhotoSubject},
    diagnostics::{Diagnostics, Trouble},
    hours::Hours,
    notice::Notice,
    place::Position,
    view::{
        CopyCode, Event, FaultsFound, Job, Opening, Opens, Outbox, PaperFile, PaperKind, PartsFound,
        PhotoPlace, RescueFile, Review, Session, Settings, SignedOut, Today,
    },
};
use keyring_core::CredentialStore;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, broadcast};

pub struct Options {
    /// Folder of everything that is kept. Made when it is not there.
    pub data: PathBuf,
    /// Address of the office that the sign-in screen begins with.
    pub office: Option<String>,
    /// Of the app.
    pub version: String,
    pub clock: Arc<dyn Clock>,
}

impl Options {
    /// With the system's clock.
    pub fn new(data: PathBuf, office: Option<String>, version: String) -> Self {
        Self { data, office, version, clock: Arc::new(crate::moment::SystemClock) }
    }
}

#[derive(Clone)]
pub struct Phone(Arc<Handle>);

/// Ends the tasks with the last `Phone`.
struct Handle {
    core: Arc<Core>,
    tasks: Mutex<Vec<tokio::task::JoinHandle<()>>>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        for task in lock(&self.tasks).drain(..) {
            task.abort();
        }
    }
}

/// What the tasks share.
pub(crate) struct Core {
    pub data: PathBuf,
    pub preset: Option<String>,
    pub version: String,
    pub clock: Arc<dyn Clock>,
    pub device: Device,
    pub keys: Keys,
    signed: Mutex<Option<Arc<Signed>>>,
    pub live: Mutex<Live>,
    events: broadcast::Sender<Event>,
    /// Wakes the sync loop.
    pub nudge: Notify,
    /// Wakes the listener for hints: somebody else is signed in, or the office was reached.
    pub listen: Notify,
    /// One pass at a time.
    pub pass: tokio::sync::Mutex<()>,
    /// What went wrong since the app was opened.
    pub troubles: Mutex<Vec<Trouble>>,
}

/// Whoever is signed in, with their database.
pub(crate) struct Signed {
    pub account: Account,
    pub store: Arc<Store>,
    /// What the database opens with.
    pub database: Secret,
    /// `None` until this phone is enrolled.
    pub proof: Option<Proof>,
    pub session: Mutex<OfficeSession>,
}

/// In memory only.
#[derive(Default)]
pub(crate) struct OfficeSession {
    pub token: Option<String>,
    /// The technician leaves: once all is sent, the phone is emptied.
    pub leaves: bool,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    fn open(options: Options, system: Option<Arc<CredentialStore>>) -> Result<Self> {
        let technicians = options.data.join("technicians");
        std::fs::create_dir_all(&technicians)?;
        // Not every file system knows owners.
        let _ = only_owner(&options.data, 0o700);
        let device = Device::open(&options.data.join("device.db"))?;
        let keys = Keys::choose(&options.data, system, &device)?;
        let core = Self {
            preset: options
                .office
                .map(|o| o.trim().trim_end_matches('/').to_owned())
                .filter(|o| !o.is_empty()),
            version: options.version,
            clock: options.clock,
            data: options.data,
            signed: Mutex::new(None),
            live: Mutex::default(),
            events: broadcast::channel(256).0,
            nudge: Notify::new(),
            listen: Notify::new(),
            pass: tokio::sync::Mutex::new(()),
            troubles: Mutex::default(),
            device,
            keys,
        };
        core.device.restart_waits((&core.clock.boot(), core.clock.elapsed()))?;
        core.device.latest(core.clock.utc())?;
        core.forget_papers()?;
        core.finish_wipes()?;
        core.resume()?;
        Ok(core)
    }

    pub fn seat(&self, signed: Option<Arc<Signed>>) {
        if signed.is_none()
            && let Err(why) = self.forget_papers()
        {
            tracing::warn!("papers stay: {why}");
        }
        *lock(&self.signed) = signed;
        *lock(&self.live) = Live::default();
    }

    pub fn signed(&self) -> Result<Arc<Signed>> {
        let signed = lock(&self.signed).clone();
        signed.ok_or_else(|| Problem::new("signed_out", "Sign in first.").into())
    }

    pub fn is_signed_in(&self) -> bool {
        lock(&self.signed).is_some()
    }

    /// Now, as a change carries it.
    pub fn moment(&self, ahead: Option<&(i64, String)>) -> Moment {
        moment(&*self.clock, ahead)
    }

    /// The best guess at the true time.
    pub fn now(&self, ahead: Option<&(i64, String)>) -> DateTime<Utc> {
        self.moment(ahead).best()
    }

    pub fn tell(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.events.send(event);
    }
}

impl Phone {
    pub fn open(options: Options) -> Result<Phone, Problem> {
        Self::open_with(options, None)
    }

    /// Keeps its keys in the system's key store if that answers; files that only their owner may read otherwise.
    pub fn open_with(options: Options, system: Option<Arc<CredentialStore>>) -> Result<Phone, Problem> {
        let core = Arc::new(Core::open(options, system)?);
        Ok(Phone(Arc::new(Handle { core, tasks: Mutex::default() })))
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.0.core
    }

    /// Spawns the sync loop on the current tokio runtime; it ends with the last `Phone`.
    pub fn start(&self) {
        let mut tasks = lock(&self.0.tasks);
        if tasks.is_empty() {
            tasks.push(tokio::spawn(runner::run(self.core().clone())));
            tasks.push(tokio::spawn(runner::listen(self.core().clone())));
        }
    }

    /// What a start shows: who is at work, whether the customer has the phone, and the day.
    pub fn opening(&self) -> Result<Opening, Problem> {
        Ok(self.core().opening()?)
    }

    pub fn session(&self) -> Result<Session, Problem> {
        Ok(self.core().session()?)
    }

    pub async fn sign_in(&self, office: &str, login: &str, password: &str) -> Result<Session, Problem> {
        Ok(self.core().sign_in(office, login, password).await?)
    }

    /// By the office's one-time code, typed or read from its QR code; `office` is not looked at for a whole link.
    pub async fn enrol(&self, office: &str, code: &str) -> Result<Session, Problem> {
        Ok(self.core().enrol(office, code).await?)
    }

    /// Opens what is locked, without a network too.
    pub async fn unlock(&self, login: &str, pin: &str) -> Result<Session, Problem> {
        Ok(self.core().unlock(login, pin).await?)
    }

    /// With the code that the office gave by telephone; without a network too, and once.
    pub async fn unlock_by_code(&self, login: &str, code: &str) -> Result<Session, Problem> {
        Ok(self.core().unlock_by_code(login, code).await?)
    }

    /// 6 to 12 digits, or empty for none; `old` is looked at when there is a PIN.
    pub async fn set_pin(&self, pin: &str, old: &str) -> Result<Session, Problem> {
        Ok(self.core().set_pin(pin, old).await?)
    }

    /// Fails when this is not the PIN of whoever is at work; the last wrong one signs them out of what is open.
    pub async fn check_pin(&self, pin: &str) -> Result<Session, Problem> {
        Ok(self.core().check_pin(pin).await?)
    }

    pub fn lock(&self) -> Result<Session, Problem> {
        Ok(self.core().lock()?)
    }

    pub fn sign_out(&self) -> Result<SignedOut, Problem> {
        Ok(self.core().sign_out()?)
    }

    pub fn save_settings(&self, settings: Settings) -> Result<Session, Problem> {
        Ok(self.core().save_settings(settings)?)
    }

    pub fn today(&self) -> Result<Today, Problem> {
        Ok(self.core().today()?)
    }

    pub fn job(&self, id: WorkOrderId) -> Result<Job, Problem> {
        Ok(self.core().job(id)?)
    }

    /// The one way to write: returns when the change is durable.
    pub fn put_down(&self, id: WorkOrderId, what: What) -> Result<(), Problem> {
        Ok(self.core().put_down(id, what, None, SignedPaper::MayBeVoided)?)
    }

    /// The same for who looks at the job then.
    pub fn record(&self, id: WorkOrderId, what: What) -> Result<Job, Problem> {
        self.record_of(id, what, SignedPaper::MayBeVoided)
    }

    /// As a screen records it, which asks before a signed paper is voided.
    pub fn record_of(&self, id: WorkOrderId, what: What, paper: SignedPaper) -> Result<Job, Problem> {
        Ok(self.core().record(id, what, None, paper)?)
    }

    pub fn dismiss_gone(&self, id: WorkOrderId) -> Result<Today, Problem> {
        self.core().signed()?.store.write(|rows| rows.dismiss(id))?;
        self.core().tell(Event::Job { work_order: id });
        self.today()
    }

    /// What the office changed in the plan of a job was seen.
    pub fn changes_seen(&self, id: WorkOrderId) -> Result<Job, Problem> {
        self.core().changes_seen(id)?;
        self.job(id)
    }

    /// The last visits to a job's machine, with what this phone holds of them.
    pub fn asset(&self, id: WorkOrderId) -> Result<Asset, Problem> {
        Ok(self.core().asset(id)?)
    }

    /// Working hours of today and of this week.
    pub fn hours(&self) -> Result<Hours, Problem> {
        Ok(self.core().hours()?)
    }

    /// What may be sent when the app does not do what it should: nothing of a person is in it.
    pub fn diagnostics(&self) -> Result<Diagnostics, Problem> {
        Ok(self.core().diagnostics()?)
    }

    /// What a screen was told went wrong, for the diagnostics; only its code is kept.
    pub fn note(&self, problem: &Problem) {
        self.core().note(problem);
    }

    /// Stores the photo and records `PhotoTaken`, in one transaction.
    pub fn add_photo(
        &self,
        id: WorkOrderId,
        subject: PhotoSubject,
        step: Option<StepKey>,
        bytes: &[u8],
    ) -> Result<Job, Problem> {
        self.add_photo_of(id, subject, step, bytes, SignedPaper::MayBeVoided)
    }

    pub fn add_photo_of(
        &self,
        id: WorkOrderId,
        subject: PhotoSubject,
        step: Option<StepKey>,
        bytes: &[u8],
        paper: SignedPaper,
    ) -> Result<Job, Problem> {
        let photo = develop(bytes, self.core().device.settings()?.unwrap_or_default().photo_edge)?;
        self.keep_photo(id, (subject, step, None), photo, paper)
    }

    /// Marks drawn on a photo of this job make a photo of its own, for the same purpose; the one below stays.
    pub fn add_drawing(
        &self,
        id: WorkOrderId,
        drawn_on: &Digest,
        bytes: &[u8],
        paper: SignedPaper,
    ) -> Result<Job, Problem> {
        let known = self.core().signed()?.store.read(|rows| rows.work_order(id))?.ok_or_else(no_such_job)?;
        let below = known.sheet.photos.into_iter().find(|p| &p.digest == drawn_on);
        let below = below.ok_or_else(no_such_photo)?;
        let photo = develop(bytes, self.core().device.settings()?.unwrap_or_default().photo_edge)?;
        self.keep_photo(id, (below.subject, below.step, Some(below.digest)), photo, paper)
    }

    /// The same for a picture that was made ready elsewhere: kept and sent byte for byte, without a thumbnail.
    pub fn add_photo_as_given(
        &self,
        id: WorkOrderId,
        subject: PhotoSubject,
        step: Option<StepKey>,
        bytes: Vec<u8>,
    ) -> Result<Job, Problem> {
        self.keep_photo(id, (subject, step, None), as_given(bytes)?, SignedPaper::MayBeVoided)
    }

    fn keep_photo(
        &self,
        id: WorkOrderId,
        (subject, step, drawn_on): (PhotoSubject, Option<StepKey>, Option<Digest>),
        photo: Developed,
        paper: SignedPaper,
    ) -> Result<Job, Problem> {
        let core = self.core();
        let known = core.signed()?.store.read(|rows| rows.work_order(id))?.ok_or_else(no_such_job)?;
        if !known.sheet.photos.iter().any(|p| p.digest == photo.digest) {
            let bytes = u32::try_from(photo.bytes.len()).map_err(|e| Error::Other(e.into()))?;
            let digest = photo.digest.clone();
            let taken = KnownWhat::PhotoTaken { digest, subject, step, bytes, drawn_on };
            return Ok(core.record(id, taken.into(), Some(&photo), paper)?);
        }
        self.job(id)
    }

    /// What the code on a still photo says; `None` where none is found. Nothing is kept.
    pub fn read_code(&self, bytes: &[u8]) -> Result<Option<String>, Problem> {
        Ok(codes::read(bytes)?)
    }

    /// A photo of this job that may be at the office alone; seen once, it is here.
    pub async fn fetch_photo(
        &self,
        id: WorkOrderId,
        digest: Digest,
        thumb: bool,
    ) -> Result<Vec<u8>, Problem> {
        self.core().fetch_photo(id, digest, thumb).await
    }

    pub fn photo_place(&self, digest: &Digest) -> Result<PhotoPlace, Problem> {
        Ok(self.core().photo_place(digest)?)
    }

    /// Removes from this phone a photo that came from the office.
    pub fn drop_photo(&self, digest: &Digest) -> Result<PhotoPlace, Problem> {
        Ok(self.core().drop_photo(digest)?)
    }

    pub fn photo(&self, digest: &Digest, thumb: bool) -> Result<Vec<u8>, Problem> {
        let found = self.core().signed()?.store.read(|rows| rows.photo(digest, thumb))?;
        found.ok_or_else(no_such_photo)
    }

    pub fn search_parts(
        &self,
        query: &str,
        on_van: bool,
        offset: u32,
        limit: u32,
    ) -> Result<PartsFound, Problem> {
        Ok(self.core().search_parts(query, on_van, offset, limit)?)
    }

    pub fn search_faults(&self, query: &str) -> Result<FaultsFound, Problem> {
        Ok(self.core().search_faults(query)?)
    }

    /// Ends the work if it runs, and shows the document that is to be signed.
    pub fn review(&self, id: WorkOrderId, language: Language) -> Result<Review, Problem> {
        Ok(self.core().review(id, language)?)
    }

    /// What a link from outside opens.
    pub fn follow(&self, link: &str) -> Result<Opens, Problem> {
        Ok(self.core().follow(link)?)
    }

    /// What to say of an event when the app is not on the screen; each offer is told of once.
    pub fn notice(&self, event: &Event) -> Option<Notice> {
        // Whoever is not at work any more is told nothing.
        self.core().notice(event).ok().flatten()
    }

    pub fn outbox(&self) -> Result<Outbox, Problem> {
        Ok(self.core().outbox()?)
    }

    /// Writes everything that waits into one sealed file for the office. Nothing here changes by it.
    pub fn rescue_export(&self) -> Result<RescueFile, Problem> {
        Ok(self.core().rescue_export()?)
    }

    /// Where the rescue file of that name lies, if there is one.
    pub fn rescue_file(&self, name: &str) -> Option<PathBuf> {
        self.core().rescue_file(name)
    }

    /// The customer's copy, or the sheet for printing, as a file; gone when nobody is at work any more.
    pub fn make_paper(
        &self,
        id: WorkOrderId,
        kind: PaperKind,
        language: Language,
    ) -> Result<PaperFile, Problem> {
        Ok(self.core().make_paper(id, kind, language)?)
    }

    /// Where the paper of that name lies, if there is one.
    pub fn paper_file(&self, name: &str) -> Option<PathBuf> {
        self.core().paper_file(name)
    }

    /// What the customer asks the office with, as a QR code.
    pub fn copy_code(&self, id: WorkOrderId) -> Result<CopyCode, Problem> {
        Ok(self.core().copy_code(id)?)
    }

    /// Nudges the loop; returns at once.
    pub fn sync_now(&self) {
        self.core().nudge.notify_one();
    }

    /// One whole pass: push, pull until there is no more, reference data, photos. What the loop calls.
    pub async fn sync_once(&self) -> Result<(), Problem> {
        self.core().sync_once().await.map_err(|failed| failed.problem())
    }

    /// One whole pass without a network: [`Pass::step`] says what to ask and takes what was heard.
    pub fn pass(&self) -> Result<Pass, Problem> {
        let signed = self.core().signed()?;
        Pass::begin(self.core(), signed).map_err(|failed| failed.problem())
    }

    pub fn position_seen(&self, position: Position) -> Result<(), Problem> {
        if position.is_real() {
            self.core().signed()?.store.write_beside(|rows| rows.save_position(&position))?;
        }
        Ok(())
    }

    pub fn draft(&self, key: &str) -> Result<Option<serde_json::Value>, Problem> {
        Ok(self.core().signed()?.store.read(|rows| rows.draft(key))?)
    }

    /// `null` forgets the draft.
    pub fn save_draft(&self, key: &str, value: &serde_json::Value) -> Result<(), Problem> {
        Ok(self.core().signed()?.store.write_beside(|rows| rows.save_draft(key, value))?)
    }

    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.core().events.subscribe()
    }
}

pub(crate) fn no_such_photo() -> Problem {
    Problem::new("no_such_photo", "This photo is not on this phone.")
}
