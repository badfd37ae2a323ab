//! The world of one day: an office, its dispatcher, technicians with phones, and what they have recorded.

use crate::{
    dice::Dice,
    disk::{Disk, copy_tree},
    eyes::Eyes,
    link::{Fates, Link},
    template::{Database, LOGINS, Template, morning, numbered, scratch},
    trace::Trace,
};
use anyhow::{Context, Result, anyhow, bail, ensure};
use axum::Router;
use chrono::TimeDelta;
use jobsheet_model::{Change, Digest, Problem, WorkOrderId};
use jobsheet_office::{HandClock, Office};
use jobsheet_phone::{Ask, Heard, Options, Pass, Phone, Reply, TestClock};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Eight o'clock in Chengdu, on a Monday.
pub const MORNING: &str = "2026-11-23T00:00:00Z";

/// What may go wrong beside the link on this day.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub phones_die: bool,
    pub office_dies: bool,
    pub disks_fill: bool,
    pub clocks_jump: bool,
    /// The office is put back to an earlier backup.
    pub restores: bool,
    /// A phone is put back to what it was earlier that day, as its system's backup does.
    pub phones_go_back: bool,
    /// The office asks for a newer app, and the phones get it some time later.
    pub apps_age: bool,
}

/// What may happen at all; the dice decide what of it does on a day.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// No fault at all.
    pub calm: bool,
    /// Backups of the office are put back.
    pub restores: bool,
    /// Replies that were meant for another ask or another phone.
    pub stale: bool,
    /// Print the trace as it happens.
    pub aloud: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { calm: false, restores: true, stale: true, aloud: false }
    }
}

/// One thing that was recorded, as the screen confirmed it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub order: WorkOrderId,
    pub name: String,
    /// A text that only this record has.
    pub mark: Option<String>,
    pub photo: Option<Digest>,
}

/// What a phone's screen last showed of a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub version: u32,
    pub revision: u32,
    pub changes: u32,
}

pub struct Pocket {
    pub login: &'static str,
    pub data: PathBuf,
    pub disk: Arc<Disk>,
    pub clock: Arc<TestClock>,
    pub phone: Option<Phone>,
    pub pass: Option<Pass>,
    /// What the pass asked last was a sync.
    pub asked_sync: bool,
    /// Counts starts; what was under way in an earlier one is over.
    pub life: u32,
    pub recorded: Vec<Recorded>,
    /// Changes that the screen counts as only here, refused ones included.
    pub count: u32,
    /// Photos that the screen counts as only here.
    pub photos: u32,
    pub pictures: BTreeSet<Digest>,
    pub seen: BTreeMap<WorkOrderId, Seen>,
    pub link: Link,
    pub marks: u32,
    /// A copy of it as it was earlier, and what it had recorded by then.
    pub copy: Option<Copy>,
    pub went_back: bool,
    /// The version of its app.
    pub version: &'static str,
    /// It heard a reply to something else.
    pub misled: bool,
}

/// What a system's backup holds of a phone.
pub struct Copy {
    pub image: PathBuf,
    pub recorded: Vec<Recorded>,
    pub pictures: BTreeSet<Digest>,
}

/// A phone that can be opened.
pub struct PhoneSeed {
    pub data: PathBuf,
    pub clock: Arc<TestClock>,
    pub version: &'static str,
}

/// What the phones have in the morning, and what they are brought to when the office asks for it.
pub const APPS: [&str; 2] = ["0.1.0", "0.2.0"];

impl PhoneSeed {
    pub fn open(&self) -> Result<Phone> {
        let options = Options {
            data: self.data.clone(),
            office: None,
            version: self.version.into(),
            clock: self.clock.clone(),
        };
        Phone::open(options).map_err(|why| anyhow!("A phone does not open: {}", why.code))
    }
}

impl Pocket {
    fn seed(&self) -> PhoneSeed {
        PhoneSeed { data: self.data.clone(), clock: self.clock.clone(), version: self.version }
    }

    pub fn phone(&self) -> Result<&Phone> {
        self.phone.as_ref().context("A phone that is not open")
    }
}

/// The office's machine.
pub struct Desk {
    pub office: Option<Office>,
    pub router: Router,
    pub data: PathBuf,
    pub disk: Arc<Disk>,
    pub clock: HandClock,
    /// Looks into the office's database, past all of its code.
    pub eyes: Option<Eyes>,
    /// Where the office is not a file in `data`.
    pub database: Option<Database>,
    /// Back in service from then on, in milliseconds of the day.
    pub back_at: u64,
}

/// Who ever had a work order, and whether it was ever offered anew.
#[derive(Clone, Debug, Default)]
pub struct Life {
    pub holders: BTreeSet<usize>,
    pub offers: u32,
}

impl Life {
    /// Nobody else can have recorded on it.
    pub fn is_ones_own(&self) -> bool {
        self.holders.len() == 1 && self.offers <= 1
    }
}

#[derive(Debug)]
pub enum Event {
    Act(usize),
    Pass(usize),
    /// An ask comes to the office.
    Arrive {
        phone: usize,
        life: u32,
        ask: Ask,
    },
    /// A reply, or that there is none, comes to the phone.
    Hear {
        phone: usize,
        life: u32,
        heard: Heard,
    },
    /// Something comes to the office again, long after.
    Again(usize, Ask),
    LinkChange(usize),
    Dispatch,
    PhoneDies(usize),
    OfficeDies,
    ClockJumps(usize),
    PhoneFills(usize),
    PhoneHasRoom(usize),
    OfficeFills,
    OfficeHasRoom,
    Backup,
    Restore,
    PhoneIsCopied(usize),
    PhoneGoesBack(usize),
    AppsAge,
    AppIsUpdated(usize),
}

pub struct World {
    pub seed: u64,
    pub dice: Dice,
    pub trace: Trace,
    /// Milliseconds since [`MORNING`].
    pub now: u64,
    pub template: &'static Template,
    pub desk: Desk,
    pub pockets: Vec<Pocket>,
    pub lives: BTreeMap<WorkOrderId, Life>,
    pub queue: BTreeMap<(u64, u64), Event>,
    pub faults: Faults,
    pub fates: Fates,
    pub backup: Option<PathBuf>,
    pub was_restored: bool,
    /// Replies that were sent today, for those that come late or to the wrong phone.
    pub replies: Vec<(usize, Reply)>,
    pub runtime: tokio::runtime::Runtime,
    serial: u64,
    folders: u32,
    /// Last, so that it goes when all that is open in it is closed.
    base: tempfile::TempDir,
}

impl World {
    pub fn of(seed: u64, rules: Rules) -> Result<World> {
        let template = Template::get()?;
        let base = scratch()?;
        let mut dice = Dice::of(seed);
        let technicians = 2 + dice.below(3);
        let on = |dice: &mut Dice| !rules.calm && dice.chance(0.5);
        let faults = Faults {
            phones_die: on(&mut dice),
            office_dies: on(&mut dice),
            disks_fill: on(&mut dice),
            clocks_jump: on(&mut dice),
            restores: rules.restores && on(&mut dice),
            phones_go_back: on(&mut dice),
            apps_age: on(&mut dice),
        };
        // A phone and an office that both lose what they had lose it for good.
        let faults = Faults { phones_go_back: faults.phones_go_back && !faults.restores, ..faults };
        let fates = if rules.calm { Fates::none() } else { Fates::of(&mut dice, rules.stale) };
        let data = base.path().join("office-0");
        template.copy_office(&data)?;
        let clock = HandClock::at(morning());
        let mut world = World {
            seed,
            dice,
            trace: Trace::new(rules.aloud),
            now: 0,
            template,
            desk: Desk {
                office: None,
                router: Router::new(),
                disk: Disk::under(&data)?,
                data,
                clock,
                eyes: None,
                database: template.database()?,
                back_at: 0,
            },
            pockets: Vec::new(),
            lives: BTreeMap::new(),
            queue: BTreeMap::new(),
            faults,
            fates,
            backup: None,
            was_restored: false,
            replies: Vec::new(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_time().build()?,
            serial: 0,
            folders: 0,
            base,
        };
        world.open_office()?;
        for login in LOGINS.into_iter().take(technicians) {
            let data = numbered(world.base.path(), login, 0);
            template.copy_phone(login, &data)?;
            let clock = Arc::new(TestClock::at(MORNING));
            let disk = Disk::under(&data)?;
            let seed = PhoneSeed { data: data.clone(), clock: clock.clone(), version: APPS[0] };
            let phone = Some(seed.open()?);
            world.pockets.push(Pocket {
                login,
                data,
                disk,
                clock,
                phone,
                pass: None,
                asked_sync: false,
                life: 0,
                recorded: Vec::new(),
                count: 0,
                photos: 0,
                pictures: BTreeSet::new(),
                seen: BTreeMap::new(),
                link: Link::Good,
                marks: 0,
                copy: None,
                went_back: false,
                version: APPS[0],
                misled: false,
            });
        }
        Ok(world)
    }

    pub fn say(&mut self, line: impl AsRef<str>) {
        self.trace.say(self.now, line.as_ref());
    }

    /// Puts an event on the day, so many milliseconds from now.
    pub fn in_(&mut self, millis: u64, event: Event) {
        self.serial += 1;
        self.queue.insert((self.now + millis, self.serial), event);
    }

    /// All clocks go on to `then`.
    pub fn pass_time_to(&mut self, then: u64) {
        let by = then.saturating_sub(self.now);
        self.now = then;
        self.desk.clock.advance(TimeDelta::milliseconds(i64::try_from(by).unwrap_or(0)));
        for pocket in &self.pockets {
            pocket.clock.pass(Duration::from_millis(by));
        }
    }

    pub fn folder(&mut self, name: &str) -> PathBuf {
        self.folders += 1;
        numbered(self.base.path(), name, self.folders)
    }

    pub fn life(&self, order: WorkOrderId) -> Life {
        self.lives.get(&order).cloned().unwrap_or_default()
    }

    // --- The office ----------------------------------------------------------------------------------------

    fn open_office(&mut self) -> Result<()> {
        let office = Office::open(jobsheet_office::Options {
            clock: self.desk.clock.clock(),
            database: self.desk.database.as_ref().map(Database::url),
            ..jobsheet_office::Options::new(&self.desk.data)
        })?;
        self.desk.router = office.router();
        self.desk.office = Some(office);
        self.desk.eyes = Some(match &self.desk.database {
            Some(database) => database.eyes()?,
            None => Eyes::on_file(&self.desk.data.join("office.db"))?,
        });
        Ok(())
    }

    pub fn office(&self) -> Result<&Office> {
        self.desk.office.as_ref().context("The office is closed")
    }

    pub fn eyes(&self) -> Result<&Eyes> {
        self.desk.eyes.as_ref().context("The office is closed")
    }

    /// A copy of the office's folder as a killed process would leave it now.
    pub fn office_image(&mut self) -> Result<PathBuf> {
        let image = self.folder("office");
        copy_tree(&self.desk.data, &image)?;
        Ok(image)
    }

    /// The office's machine dies; it comes back with what `image` holds.
    pub fn office_from(&mut self, image: PathBuf) -> Result<()> {
        self.desk.eyes = None;
        self.desk.router = Router::new();
        self.desk.office = None;
        let old = std::mem::replace(&mut self.desk.data, image);
        std::fs::remove_dir_all(old)?;
        self.desk.disk = Disk::under(&self.desk.data)?;
        self.open_office()
    }

    /// Puts the office back to a backup, as `jobsheet-office restore` does. All sessions end; phones begin new ones.
    pub fn restore(&mut self, backup: &Path) -> Result<()> {
        let data = self.folder("office");
        jobsheet_office::restore(backup, &data)?;
        self.was_restored = true;
        self.office_from(data)
    }

    /// How many of a technician's changes the office holds.
    pub fn held(&self, phone: usize) -> Result<u32> {
        let login = self.pockets[phone].login;
        let sql = "SELECT count(*) FROM change c JOIN technician t ON t.id = c.technician WHERE t.login = ?1";
        Ok(u32::try_from(self.eyes()?.row(sql, &[login.into()])?.number(0)?)?)
    }

    /// Links that the office holds of the longest chain of a technician.
    pub fn proved(&self, phone: usize) -> Result<u64> {
        let login = self.pockets[phone].login;
        let sql = "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM link l JOIN device d ON d.id = l.device
                   JOIN technician t ON t.id = d.technician WHERE t.login = ?1 GROUP BY l.device) AS longest";
        self.eyes()?.row(sql, &[login.into()])?.count(0)
    }

    /// How many changes of each work order the office holds of a technician.
    fn held_by_order(&self, phone: usize) -> Result<BTreeMap<WorkOrderId, usize>> {
        let sql = "SELECT c.body FROM change c JOIN technician t ON t.id = c.technician WHERE t.login = ?1";
        let mut held = BTreeMap::new();
        for row in self.eyes()?.rows(sql, &[self.pockets[phone].login.into()])? {
            let change: Change = serde_json::from_str(&row.text(0)?)?;
            *held.entry(change.work_order).or_default() += 1;
        }
        Ok(held)
    }

    // --- The phones ----------------------------------------------------------------------------------------

    /// Puts a phone back to its copy. What was recorded since is gone with it, unless the office holds it.
    pub fn goes_back(&mut self, phone: usize) -> Result<bool> {
        let Some(copy) = self.pockets[phone].copy.take() else { return Ok(false) };
        let Copy { image, recorded, pictures } = copy;
        // What is on its way is of a phone that is no more.
        self.queue.retain(|_, event| {
            !matches!(event, Event::Arrive { phone: whose, .. } | Event::Again(whose, _) if *whose == phone)
        });
        let held = self.held_by_order(phone)?;
        self.restart(phone, Some(image))?;
        let office = self.office()?;
        let mut at_office = BTreeSet::new();
        for digest in &self.pockets[phone].pictures {
            if office.photo(digest).is_some() {
                at_office.insert(digest.clone());
            }
        }
        let mut left: BTreeMap<WorkOrderId, usize> = held;
        for one in &recorded {
            let left = left.entry(one.order).or_default();
            *left = left.saturating_sub(1);
        }
        // Those of the copy; then those that the office got after it.
        let mut known = recorded.len();
        let pocket = &mut self.pockets[phone];
        pocket.recorded.retain(|one| {
            if known > 0 {
                known -= 1;
                return true;
            }
            let left = left.entry(one.order).or_default();
            let held = *left > 0;
            *left = left.saturating_sub(1);
            held
        });
        pocket.pictures.retain(|digest| pictures.contains(digest) || at_office.contains(digest));
        pocket.went_back = true;
        let app = pocket.phone.as_ref().context("A phone that is not open")?;
        pocket.seen.retain(|id, seen| {
            *seen = Seen::default();
            app.job(*id).is_ok()
        });
        let screen = self.screen(phone)?;
        let pocket = &mut self.pockets[phone];
        (pocket.count, pocket.photos) = (screen.count(), screen.photos);
        Ok(true)
    }

    /// The app starts again: after a kill with what `image` holds, otherwise with what it closed with.
    pub fn restart(&mut self, phone: usize, image: Option<PathBuf>) -> Result<()> {
        let pocket = &mut self.pockets[phone];
        pocket.pass = None;
        pocket.phone = None;
        pocket.life += 1;
        if let Some(image) = image {
            let old = std::mem::replace(&mut pocket.data, image);
            std::fs::remove_dir_all(old)?;
        }
        pocket.disk = Disk::under(&pocket.data)?;
        pocket.phone = Some(pocket.seed().open()?);
        if self.dice.chance(0.2) {
            self.pockets[phone].clock.reboot();
        }
        Ok(())
    }

    /// Does something at a phone that may die of it.
    pub fn at_phone<T>(
        &mut self,
        phone: usize,
        act: impl FnOnce(&mut Pocket) -> Result<T, Problem>,
    ) -> Result<Did<T>> {
        let dies = self.faults.phones_die && self.dice.chance(0.02);
        if !dies {
            return Ok(match act(&mut self.pockets[phone]) {
                Ok(done) => Did::Done(done),
                Err(problem) => Did::Not(problem),
            });
        }
        let image = self.folder("phone");
        let (commits, torn) = (u32::try_from(self.dice.between(0, 2))?, self.dice.chance(0.5));
        self.pockets[phone].disk.dies_after(commits, torn, image);
        let done = act(&mut self.pockets[phone]);
        let image = match self.pockets[phone].disk.died() {
            Some(image) => image,
            // It committed less than that: killed when it was done, and before anybody saw it.
            None => {
                let image = self.folder("phone");
                copy_tree(&self.pockets[phone].data, &image)?;
                image
            }
        };
        drop(done);
        self.restart(phone, Some(image))?;
        Ok(Did::Died)
    }

    /// What the screens count, after checking that they agree among themselves.
    pub fn screen(&self, phone: usize) -> Result<Screen> {
        let pocket = &self.pockets[phone];
        let outbox = pocket.phone()?.outbox().map_err(|why| anyhow!("no outbox: {}", why.code))?;
        let sync = &outbox.sync;
        let photos: usize = outbox.groups.iter().map(|group| group.photos.len()).sum();
        let refused: usize = outbox.groups.iter().map(|group| group.refused.len()).sum();
        let named: u32 = outbox.groups.iter().map(|g| g.answers + g.parts + g.other).sum();
        ensure!(
            photos == sync.waiting_photos as usize,
            "counted-once: {photos} photos listed, {} counted",
            sync.waiting_photos
        );
        ensure!(
            refused == sync.refused as usize,
            "counted-once: {refused} refusals listed, {} counted",
            sync.refused
        );
        ensure!(
            named <= sync.waiting_changes,
            "counted-once: {named} listed, {} counted",
            sync.waiting_changes
        );
        let ledger = &outbox.ledger;
        ensure!(
            ledger.held <= ledger.recorded,
            "receipt: {} held of {} recorded",
            ledger.held,
            ledger.recorded
        );
        Ok(Screen {
            changes: sync.waiting_changes,
            refused: sync.refused,
            photos: sync.waiting_photos,
            proved: ledger.held,
        })
    }

    /// The bytes of the sheet that the screen shows.
    pub fn sheet_text(&self, phone: usize, order: WorkOrderId) -> Result<Option<String>> {
        match self.pockets[phone].phone()?.job(order) {
            Ok(job) => Ok(Some(serde_json::to_string(&job.sheet)?)),
            Err(why) if why.code == "no_such_job" => Ok(None),
            Err(why) => bail!("no job: {}", why.code),
        }
    }
}

/// What came of an act at a phone.
pub enum Did<T> {
    Done(T),
    Not(Problem),
    Died,
}

/// What a phone's screens count.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub changes: u32,
    pub refused: u32,
    pub photos: u32,
    /// Changes for which it says to have the office's receipt.
    pub proved: u64,
}

impl Screen {
    pub fn count(self) -> u32 {
        self.changes + self.refused
    }
}
