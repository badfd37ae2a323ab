//! The office: the central service that every phone and the console talk to.
//!
//! [`Office`] is the one type callers hold. [`sync`] judges what phones push and answers what they pull,
//! [`dispatch`] is what the office does to work orders, [`decide`] what people decide of what came back, [`closing`] when that is over and goes
//! into the [`archive`], [`register`] the customers, [`ticker`] what happens because time passes, [`photos`] keeps photos as files, [`accounts`] knows
//! who of the office is who, [`phones`] which phone is whose, [`webhooks`] tells others, [`store`] holds all SQL, [`routes`] only forwards. The demo company is in [`demo`].

mod accounts;
mod acting;
mod apps;
mod archive;
mod backup;
mod beside;
mod board;
mod brief;
mod clock;
mod closing;
mod console;
mod crew;
mod decide;
mod demo;
mod dispatch;
mod first_start;
mod hints;
mod import;
mod metrics;
mod phones;
mod photos;
mod register;
mod requests;
mod rescue;
mod routes;
mod rule;
mod standards;
mod store;
mod sync;
mod tables;
mod ticker;
mod webhooks;
mod xlsx;

pub use accounts::{NewStaff, NewTechnician, Unaccountable};
pub use backup::{Backup, restore};
pub use clock::{Clock, HandClock, system_clock};
pub use crew::Unkept;
pub use decide::{Decided, Undecided};
pub use demo::Offered;
pub use dispatch::Cannot;
pub use jobsheet_model::role::Role;
pub use photos::NotBrought;
pub use requests::{Once, Untaken};
pub use rescue::NoRescue;
pub use routes::doors::{Door, Needs};
pub use standards::Unpublished;
pub use webhooks::Unhooked;

use crate::store::Tx;
use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SubsecRound, Utc};
use jobsheet_model::{
    Digest, Sheet, WorkOrder, WorkOrderId,
    act::JournalEntry,
    sign::{PublicKey, SecretKey},
    view::Raised,
    work_order::Technician,
};
use std::{future::Future, path::PathBuf, sync::Arc};
use store::{Store, people};

/// How an office is opened.
pub struct Options {
    /// Folder of the database and the photos; made when it is not there.
    pub data: PathBuf,
    /// `postgres://...`, where the office is not a file in `data`.
    pub database: Option<String>,
    /// `s3://...`, where the photos are not files in `data`.
    pub photos: Option<String>,
    /// Fill an empty office with the demo company.
    pub demo: bool,
    pub clock: Clock,
}

impl Options {
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), database: None, photos: None, demo: false, clock: system_clock() }
    }

    /// The same in the database and the bucket that tests are told to use, if they are: a place there for each folder.
    #[doc(hidden)]
    pub fn in_tests(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        let schema = Digest::of(data.as_os_str().as_encoded_bytes());
        let schema = schema.as_str().get(..24).unwrap_or_default();
        let told = |name| std::env::var(name).ok();
        let database = told("JOBSHEET_TEST_DATABASE").map(|url| format!("{url}?schema=t_{schema}"));
        let photos = told("JOBSHEET_TEST_PHOTOS").map(|url| format!("{url}/{schema}"));
        Self { database, photos, ..Self::new(data) }
    }
}

/// The central service. Cheap to clone; all clones are the same office.
#[derive(Clone)]
pub struct Office(Arc<Inner>);

struct Inner {
    store: Store,
    photos: photos::Photos,
    hints: hints::Hints,
    /// Argon2 takes 19 MiB each time: no more than two at once.
    hashing: tokio::sync::Semaphore,
    developing: tokio::sync::Semaphore,
    /// Work with the store that may be under way at once: each holds what it read in memory, and more than this
    /// would only wait for the database.
    working: tokio::sync::Semaphore,
    /// Signs receipts and wipes.
    key: SecretKey,
    metrics: metrics::Metrics,
    /// What the ticker knows of the time to come.
    quiet: std::sync::Mutex<Option<ticker::Quiet>>,
    clock: Clock,
}

impl Office {
    pub fn open(options: Options) -> Result<Self> {
        std::fs::create_dir_all(&options.data)
            .with_context(|| format!("Making the folder {}", options.data.display()))?;
        let store = match &options.database {
            Some(url) => Store::at(url)?,
            None => Store::in_file(&options.data.join("office.db"))?,
        };
        let now = (options.clock)().trunc_subsecs(3);
        let (counter, key) = store.write(|tx| -> Result<_> {
            if store::fact(tx, "epoch")?.is_none() {
                store::set_fact(tx, "epoch", &accounts::random_text(9))?;
            }
            standards::ship(tx, now)?;
            // What was written before there were markers has a name too.
            let n = store::counter(tx)?;
            store::mark(tx, n)?;
            store::archive::fill_in(tx)?;
            Ok((n, signing_key(tx)?))
        })?;
        let office = Self(Arc::new(Inner {
            store,
            photos: photos::Photos::open(options.data.join("photos"), options.photos.as_deref())?,
            hints: hints::Hints::new(counter),
            hashing: tokio::sync::Semaphore::new(2),
            developing: tokio::sync::Semaphore::new(1),
            working: tokio::sync::Semaphore::new(16),
            key,
            metrics: metrics::Metrics::default(),
            quiet: std::sync::Mutex::default(),
            clock: options.clock,
        }));
        office.tidy();
        if options.demo {
            demo::prepare(&office)?;
        }
        Ok(office)
    }

    /// Every route of the office: `/v1` for phones, `/console/api` and the console's page for browsers.
    pub fn router(&self) -> axum::Router {
        routes::router(self.clone())
    }

    /// What a monitor asks, apart from all that others are let in to.
    pub fn metrics_router(&self) -> axum::Router {
        routes::metrics(self.clone())
    }

    pub(crate) fn metrics_page(&self) -> Result<String> {
        let (entries, undecided, (waiting, given_up)) = self.read(|db| {
            Ok((store::counter(db)?, store::attention::undecided(db)?, store::webhooks::counts(db)?))
        })?;
        Ok(self.0.metrics.page(&[
            ("jobsheet_entries", "The counter that numbers everything.", entries),
            ("jobsheet_attention_undecided", "What waits for a person to decide.", undecided),
            ("jobsheet_webhook_messages_waiting", "What others are still to be told.", waiting),
            (
                "jobsheet_webhook_messages_given_up",
                "What others could not be told, of the last days.",
                given_up,
            ),
        ]))
    }

    /// Every one of them, and whose it is.
    pub fn doors(&self) -> Vec<Door> {
        routes::list(self)
    }

    /// Serves until `shutdown`, then lets requests under way finish for at most five seconds.
    pub async fn serve(
        &self,
        listener: tokio::net::TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (begun, ending) = tokio::sync::oneshot::channel();
        let office = self.clone();
        let graceful = async move {
            shutdown.await;
            office.0.hints.close();
            let _ = begun.send(());
        };
        let router = self.router().into_make_service_with_connect_info::<std::net::SocketAddr>();
        let server = axum::serve(listener, router).with_graceful_shutdown(graceful).into_future();
        let tidying = async {
            // Opening the office did it just now.
            let day = std::time::Duration::from_secs(24 * 60 * 60);
            let mut daily = tokio::time::interval_at(tokio::time::Instant::now() + day, day);
            loop {
                daily.tick().await;
                let tidied = self.run(|office| {
                    office.tidy();
                    anyhow::Ok(())
                });
                let _ = tidied.await;
            }
        };
        let patience = async {
            if ending.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        };
        tokio::select! {
            served = server => served.context("Serving"),
            () = patience => Ok(()),
            () = tidying => Ok(()),
        }
    }

    /// Removes what nobody will come back to.
    fn tidy(&self) {
        match self.0.photos.drop_abandoned(std::time::SystemTime::now()) {
            Ok(0) => {}
            Ok(dropped) => tracing::info!(dropped, "uploads that were never finished were removed"),
            Err(why) => tracing::warn!("looking for uploads that were never finished: {why}"),
        }
        match self.drop_spare_photos() {
            Ok(0) => {}
            Ok(dropped) => tracing::info!(dropped, "photos that no request names were removed"),
            Err(why) => tracing::warn!("looking for photos that no request names: {why:#}"),
        }
        let now = self.now();
        if let Err(why) = self.note(|tx| store::webhooks::forget(tx, now)) {
            tracing::warn!("forgetting what others were told: {why}");
        }
    }

    /// The office's clock, to the millisecond.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.clock)().trunc_subsecs(3)
    }

    /// What its receipts are signed with.
    pub fn key(&self) -> PublicKey {
        self.0.key.public()
    }

    /// The firm's name.
    pub fn company(&self) -> Result<String> {
        self.read(|db| Ok(store::fact(db, "company")?.unwrap_or_default()))
    }

    pub fn set_company(&self, name: &str) -> Result<()> {
        self.write(|tx| store::set_fact(tx, "company", name))
    }

    /// The zone in which phones are expected to be: `+08:00`, `local` for that of this machine, `any`.
    pub fn set_zone(&self, zone: &str) -> Result<()> {
        let fixed = zone.parse::<chrono::FixedOffset>();
        anyhow::ensure!(
            fixed.is_ok() || matches!(zone, "local" | "any"),
            "{zone} is no time zone like +08:00"
        );
        self.write(|tx| store::set_fact(tx, "zone", zone))
    }

    /// Where nobody said otherwise, the machine's zone is the office's; one on UTC says nothing of where it stands.
    pub fn assume_zone(&self) -> Result<()> {
        let known = self.read(|db| Ok(store::fact(db, "zone")?.is_some()))?;
        let utc = chrono::Local::now().offset().local_minus_utc() == 0;
        if known || utc { Ok(()) } else { self.set_zone("local") }
    }

    pub fn technicians(&self) -> Result<Vec<Technician>> {
        self.read(|db| people::technicians(db))
    }

    pub fn work_orders(&self) -> Result<Vec<WorkOrder>> {
        self.read(|db| store::work_orders(db))
    }

    pub fn work_order(&self, id: WorkOrderId) -> Result<Option<WorkOrder>> {
        Ok(self.read(|db| store::held(db, id))?.map(|held| held.order))
    }

    pub fn by_number(&self, number: &str) -> Result<Option<WorkOrder>> {
        self.read(|db| store::order_by_number(db, number))
    }

    /// Everything the office holds of what was recorded on a work order.
    pub fn sheet(&self, id: WorkOrderId) -> Result<Option<Sheet>> {
        Ok(self.read(|db| store::held(db, id))?.map(|held| held.sheet))
    }

    pub fn journal(&self, id: WorkOrderId) -> Result<Vec<JournalEntry>> {
        self.read(|db| store::console::journal(db, id))
    }

    /// What the office should look at on a work order.
    pub fn raised(&self, id: WorkOrderId) -> Result<Vec<Raised>> {
        self.read(|db| store::console::raised(db, id))
    }

    /// The bytes of a photo that the office holds whole.
    pub fn photo(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.0.photos.bytes(digest).ok().flatten()
    }

    /// What a phone has sent ahead of a photo that is not here yet.
    pub fn thumb(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.console_thumb(digest).ok()?
    }

    /// Makes one of the demo company's waiting requests an offer to a technician, with today's times.
    pub fn demo_offer(&self, to_login: &str, number: Option<&str>) -> Result<Offered> {
        demo::offer(self, to_login, number)
    }

    fn read<T>(&self, work: impl Fn(&dyn Tx) -> Result<T>) -> Result<T> {
        self.0.store.read(work)
    }

    /// One transaction; whoever waits for hints hears of it after the commit.
    fn write<T, E: From<store::Error> + From<anyhow::Error>>(
        &self,
        work: impl Fn(&dyn Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let (done, n) = self.0.store.write(|tx| {
            let before = store::counter(tx)?;
            let done = work(tx)?;
            if let Some(acting) = acting::here() {
                store::audit::note(tx, &acting.entry(self.now(), false))?;
            }
            let n = store::counter(tx)?;
            if n != before {
                store::mark(tx, n)?;
            }
            Ok::<_, E>((done, n))
        })?;
        self.0.hints.moved_to(n);
        Ok(done)
    }

    /// Changes rows that nothing is judged by (`Store::note`).
    fn note<T, E: From<store::Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        self.0.store.note(work)
    }

    /// Runs what waits for the disk away from the async threads.
    async fn run<T, E>(&self, work: impl FnOnce(&Office) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        let office = self.clone();
        let _turn = self.0.working.acquire().await.map_err(anyhow::Error::new)?;
        let (acting, span) = (acting::of_task(), tracing::Span::current());
        match tokio::task::spawn_blocking(move || {
            span.in_scope(|| acting::on_this_thread(acting, || work(&office)))
        })
        .await
        {
            Ok(done) => done,
            Err(why) => Err(E::from(anyhow::Error::new(why).context("Running store work"))),
        }
    }
}

/// The office's key, made with the office.
fn signing_key(tx: &dyn Tx) -> Result<SecretKey> {
    let seed = match store::fact(tx, "signing_key")? {
        Some(text) => {
            let bytes = URL_SAFE_NO_PAD.decode(text).context("Reading the office's key")?;
            bytes.try_into().map_err(|_| anyhow::anyhow!("The office's key has another length"))?
        }
        None => {
            let seed = rand::random::<[u8; 32]>();
            store::set_fact(tx, "signing_key", &URL_SAFE_NO_PAD.encode(seed))?;
            seed
        }
    };
    Ok(SecretKey::from_bytes(seed))
}
