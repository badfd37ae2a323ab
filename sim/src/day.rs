//! One day: what happens, in the order of its virtual time.

use crate::{
    check,
    link::{Fate, Link, Up, cut, forged, page, serve},
    template::{PLANNED, order_id},
    visit::{self, Doing},
    world::{APPS, Copy, Did, Event, Life, Recorded, Rules, World},
};
use anyhow::{Context, Result, anyhow, bail, ensure};
use jobsheet_model::{
    Digest, Language, WorkOrderId,
    change::{KnownWhat, What},
    view::Job,
    work_order::AssignmentState,
};
use jobsheet_phone::{Ask, Heard, Phone, Reply, Step};
use uuid::Uuid;

const MINUTE: u64 = 60_000;
/// The working day.
const DAY: u64 = 9 * 60 * MINUTE;
/// A day that is not over after so many events never is.
const MOST_EVENTS: u32 = 20_000;
/// Asks in one undisturbed pass.
const MOST_ASKS: u32 = 300;
/// Undisturbed passes after which everything must be at the office.
const MOST_PASSES: u32 = 40;

/// What a day came to.
#[derive(Debug)]
pub struct Report {
    pub seed: u64,
    pub changes: usize,
    pub photos: usize,
    pub refused: u32,
    pub technicians: usize,
    pub asks: u32,
    pub deaths: u32,
    /// Undisturbed passes of each phone until everything was at the office.
    pub passes: u32,
    /// What happened, line by line.
    pub trace: Vec<String>,
}

impl Report {
    /// Where two lives of one day differ first.
    pub fn differs(&self, again: &Report) -> Option<String> {
        let [first, second] = [&self.trace, &again.trace];
        let at = (0..first.len().max(second.len())).find(|at| first.get(*at) != second.get(*at))?;
        let line = |trace: &Vec<String>| trace.get(at).cloned().unwrap_or_else(|| "nothing".into());
        Some(format!("seed {}: {}\ninstead of {}", self.seed, line(second), line(first)))
    }
}

/// A day that broke a rule.
#[derive(Debug)]
pub struct Broken {
    pub seed: u64,
    /// The rule, and what was seen.
    pub why: String,
    /// The last lines of the trace.
    pub tail: String,
}

/// Lives one day and checks it. The same seed and rules give the same day.
pub fn live(seed: u64, rules: Rules) -> Result<Report, Broken> {
    let broken = |why: String, tail: String| Broken { seed, why, tail };
    let mut world = World::of(seed, rules).map_err(|why| broken(format!("{why:#}"), String::new()))?;
    let day = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.day()));
    match day {
        Ok(Ok(report)) => Ok(report),
        Ok(Err(why)) => Err(broken(format!("{why:#}"), world.trace.tail(12))),
        Err(panic) => {
            let why = panic.downcast_ref::<String>().map(String::as_str);
            let why = why.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
            Err(broken(format!("panic: {why}"), world.trace.tail(12)))
        }
    }
}

/// What is told of a failure, with the line that replays it.
impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Broken { seed, why, tail } = self;
        write!(f, "seed {seed}: {why}\n{tail}\nreplay: scripts/sim --seed {seed} --days 1 --trace")
    }
}

#[derive(Default)]
struct Tally {
    asks: u32,
    deaths: u32,
}

impl World {
    fn day(&mut self) -> Result<Report> {
        let mut tally = Tally::default();
        self.begin()?;
        let mut events = 0;
        while let Some(((then, _), event)) = self.queue.pop_first() {
            self.pass_time_to(then);
            self.happens(event, &mut tally)?;
            events += 1;
            ensure!(events < MOST_EVENTS, "liveness: the day does not end");
        }
        let passes = self.evening(&mut tally)?;
        let refused = check::everything(self)?;
        Ok(Report {
            seed: self.seed,
            changes: self.pockets.iter().map(|p| p.recorded.len()).sum(),
            photos: self.pockets.iter().map(|p| p.pictures.len()).sum(),
            refused,
            technicians: self.pockets.len(),
            asks: tally.asks,
            deaths: tally.deaths,
            passes,
            trace: std::mem::take(&mut self.trace).into_lines(),
        })
    }

    fn begin(&mut self) -> Result<()> {
        let planned = 6 + self.dice.below(PLANNED as usize - 5) as u128;
        for n in 1..=planned {
            let to = self.dice.below(self.pockets.len());
            if self.dice.chance(0.75) {
                self.offer(order_id(n), to);
            }
        }
        for phone in 0..self.pockets.len() {
            // The day begins with the day's jobs, as the firm's mornings do.
            self.whole_pass(phone, &mut Tally::default())?;
            let begins = self.dice.between(1, 40) * MINUTE;
            self.in_(begins, Event::Act(phone));
            self.in_(begins + MINUTE, Event::Pass(phone));
            let changes = self.dice.between(1, 60) * MINUTE;
            self.in_(changes, Event::LinkChange(phone));
            if self.faults.phones_die {
                self.some_time(Event::PhoneDies(phone));
            }
            if self.faults.clocks_jump {
                self.some_time(Event::ClockJumps(phone));
            }
            if self.faults.disks_fill {
                self.some_time(Event::PhoneFills(phone));
            }
            if self.faults.phones_go_back && self.dice.chance(0.5) {
                self.some_time(Event::PhoneIsCopied(phone));
                self.some_time(Event::PhoneGoesBack(phone));
            }
            if self.faults.apps_age {
                self.some_time(Event::AppIsUpdated(phone));
            }
        }
        for _ in 0..self.dice.between(3, 14) {
            self.some_time(Event::Dispatch);
        }
        if self.faults.office_dies {
            for _ in 0..self.dice.between(1, 3) {
                self.some_time(Event::OfficeDies);
            }
        }
        if self.faults.disks_fill {
            self.some_time(Event::OfficeFills);
        }
        if self.faults.apps_age {
            self.some_time(Event::AppsAge);
        }
        // What is done to the file that an office of SQLite is.
        if self.faults.restores && self.desk.database.is_none() {
            self.some_time(Event::Backup);
            self.some_time(Event::Restore);
        }
        Ok(())
    }

    /// At any time of the day.
    fn some_time(&mut self, event: Event) {
        let when = self.dice.between(0, DAY);
        self.in_(when, event);
    }

    fn happens(&mut self, event: Event, tally: &mut Tally) -> Result<()> {
        match event {
            Event::Act(phone) => {
                for _ in 0..self.dice.between(1, 3) {
                    self.act(phone, tally)?;
                }
                let next = self.dice.between(1, 45) * MINUTE;
                if self.now + next < DAY {
                    self.in_(next, Event::Act(phone));
                }
                if self.dice.chance(0.6) {
                    self.in_(1_000, Event::Pass(phone));
                }
            }
            Event::Pass(phone) => self.begin_pass(phone, tally)?,
            Event::Arrive { phone, life, ask } => self.arrives(phone, life, ask, tally)?,
            Event::Hear { phone, life, heard } => {
                if life == self.pockets[phone].life {
                    self.hears(phone, heard, tally)?;
                }
            }
            Event::Again(_, ask) => {
                if self.office_is_there() {
                    let reply = self.serve(&ask, Up::Whole, tally)?;
                    self.say(format!("{} {} came again: {}", ask.method, kind(&ask), status(&reply)));
                }
            }
            Event::LinkChange(phone) => {
                let link = [Link::Good, Link::Flaky, Link::Dead][self.dice.weighted(&[4, 4, 3])];
                self.pockets[phone].link = link;
                self.say(format!("{}: link {link:?}", self.pockets[phone].login));
                let next = self.dice.between(5, 90) * MINUTE;
                if self.now + next < DAY {
                    self.in_(next, Event::LinkChange(phone));
                }
            }
            Event::Dispatch => self.dispatch()?,
            Event::PhoneDies(phone) => {
                self.say(format!("{}: killed", self.pockets[phone].login));
                tally.deaths += 1;
                let image = self.folder("phone");
                crate::disk::copy_tree(&self.pockets[phone].data, &image)?;
                self.starts_again(phone, Some(image))?;
            }
            Event::OfficeDies => {
                // On a server it dies between two requests; its transactions are the server's affair.
                if self.dice.chance(0.5) && self.desk.database.is_none() {
                    // In the middle of the next request.
                    let image = self.folder("office");
                    let (commits, torn) = (u32::try_from(self.dice.between(0, 3))?, self.dice.chance(0.5));
                    self.desk.disk.dies_after(commits, torn, image);
                } else {
                    let image = self.office_image()?;
                    self.office_dies(image, tally)?;
                }
            }
            Event::ClockJumps(phone) => {
                let hours =
                    i64::try_from(self.dice.between(1, 11))? * if self.dice.chance(0.5) { 1 } else { -1 };
                let clock = self.pockets[phone].clock.clone();
                clock.set(jobsheet_phone::Clock::utc(&*clock) + chrono::TimeDelta::hours(hours));
                if self.dice.chance(0.5) {
                    clock.set_offset(*self.dice.pick(&[-300, 0, 330, 480, 540]));
                }
                self.say(format!("{}: clock {hours:+} h", self.pockets[phone].login));
            }
            Event::PhoneFills(phone) => {
                let room = (u32::try_from(self.dice.between(0, 3))?, self.dice.chance(0.5));
                self.pockets[phone].disk.set_room(Some(room));
                self.say(format!("{}: disk full after {} commits", self.pockets[phone].login, room.0));
                let lasts = self.dice.between(5, 60) * MINUTE;
                self.in_(lasts, Event::PhoneHasRoom(phone));
            }
            Event::PhoneHasRoom(phone) => self.pockets[phone].disk.set_room(None),
            Event::OfficeFills => {
                let room = (u32::try_from(self.dice.between(0, 5))?, self.dice.chance(0.5));
                self.desk.disk.set_room(Some(room));
                self.say(format!("office: disk full after {} commits", room.0));
                let lasts = self.dice.between(5, 60) * MINUTE;
                self.in_(lasts, Event::OfficeHasRoom);
            }
            Event::OfficeHasRoom => self.desk.disk.set_room(None),
            Event::Backup => {
                let folder = self.folder("backup");
                let made = self.office()?.back_up(&folder);
                self.say(format!("office: backed up: {}", made.is_ok()));
                if made.is_ok() {
                    self.backup = Some(folder);
                }
                self.sometimes_again(Event::Backup);
            }
            Event::Restore => {
                if let Some(backup) = self.backup.take() {
                    self.say("office: restored from its backup");
                    self.restore(&backup)?;
                    self.backup = Some(backup);
                }
                self.sometimes_again(Event::Restore);
            }
            Event::PhoneIsCopied(phone) => {
                let image = self.folder("phone");
                crate::disk::copy_tree(&self.pockets[phone].data, &image)?;
                let pocket = &mut self.pockets[phone];
                let (recorded, pictures) = (pocket.recorded.clone(), pocket.pictures.clone());
                pocket.copy = Some(Copy { image, recorded, pictures });
                self.say(format!("{}: copied", self.pockets[phone].login));
            }
            Event::PhoneGoesBack(phone) => {
                if self.goes_back(phone)? {
                    self.say(format!("{}: put back to its copy", self.pockets[phone].login));
                    check::screen_stands(self, phone, "after it was put back")?;
                }
            }
            Event::AppsAge => {
                let told = self.office()?.set_minimum_app(APPS[1]);
                self.say(format!("office: asks for {}: {}", APPS[1], told.is_ok()));
            }
            Event::AppIsUpdated(phone) => self.update(phone)?,
        }
        Ok(())
    }

    /// The app is closed and comes up as a newer one.
    fn update(&mut self, phone: usize) -> Result<()> {
        self.pockets[phone].version = APPS[1];
        self.say(format!("{}: updated", self.pockets[phone].login));
        self.starts_again(phone, None)
    }

    fn sometimes_again(&mut self, event: Event) {
        let when = self.dice.between(5, 300) * MINUTE;
        if self.now + when < DAY && self.dice.chance(0.6) {
            self.in_(when, event);
        }
    }

    fn office_is_there(&self) -> bool {
        self.now >= self.desk.back_at
    }

    fn office_dies(&mut self, image: std::path::PathBuf, tally: &mut Tally) -> Result<()> {
        self.say("office: killed");
        tally.deaths += 1;
        self.office_from(image)?;
        self.desk.back_at = self.now + self.dice.between(0, 20) * MINUTE;
        Ok(())
    }

    fn starts_again(&mut self, phone: usize, image: Option<std::path::PathBuf>) -> Result<()> {
        self.restart(phone, image)?;
        check::screen_stands(self, phone, "after a start")?;
        check::all_jobs(self, phone)
    }

    // --- The dispatcher ------------------------------------------------------------------------------------

    fn offer(&mut self, id: WorkOrderId, to: usize) {
        let login = self.pockets[to].login;
        let Ok(office) = self.office() else { return };
        let done = office.offer(id, login, "office");
        self.dispatched(id, to, "offered", done.map_err(|why| why.to_string()));
    }

    fn dispatched(&mut self, id: WorkOrderId, to: usize, what: &str, done: Result<(), String>) {
        match done {
            Ok(()) => {
                let life = self.lives.entry(id).or_default();
                life.holders.insert(to);
                life.offers += 1;
                self.say(format!("office: {} {what} to {}", name(id), self.pockets[to].login));
            }
            Err(why) => self.say(format!(
                "office: {} not {what}: {}",
                name(id),
                why.chars().take(40).collect::<String>()
            )),
        }
    }

    fn dispatch(&mut self) -> Result<()> {
        if !self.office_is_there() {
            return Ok(());
        }
        let orders = self.office()?.work_orders()?;
        let (taken, free): (Vec<_>, Vec<_>) =
            orders.into_iter().filter(|order| order.cancelled.is_none()).partition(|order| {
                matches!(order.assignment.state, AssignmentState::Offered | AssignmentState::Assigned)
            });
        let to = self.dice.below(self.pockets.len());
        let login = self.pockets[to].login;
        match self.dice.weighted(&[4, 5, 1]) {
            0 if !free.is_empty() => {
                let id = self.dice.pick(&free).id;
                self.offer(id, to);
            }
            1 if !taken.is_empty() => {
                let id = self.dice.pick(&taken).id;
                let done = self.office()?.reassign(id, login, "nearer", "office");
                self.dispatched(id, to, "reassigned", done.map_err(|why| why.to_string()));
            }
            2 if !taken.is_empty() => {
                let id = self.dice.pick(&taken).id;
                let done = self.office()?.cancel(id, "customer", "office");
                self.say(format!("office: {} cancelled: {}", name(id), done.is_ok()));
            }
            _ => {}
        }
        Ok(())
    }

    // --- A technician at the screen ------------------------------------------------------------------------

    fn act(&mut self, phone: usize, tally: &mut Tally) -> Result<()> {
        let pocket = &mut self.pockets[phone];
        pocket.marks += 1;
        let mark = format!("{} {}", pocket.login, pocket.marks);
        let today = pocket.phone()?.today().map_err(|why| anyhow!("no list of today: {}", why.code))?;
        let nothing = today.jobs.is_empty();
        for job in &today.jobs {
            pocket.seen.entry(job.id).or_default();
        }
        if self.dice.chance(if nothing { 0.3 } else { 0.02 }) {
            let id = WorkOrderId(Uuid::from_u128(
                0x1_0000 * (phone as u128 + 1) + u128::from(self.pockets[phone].marks),
            ));
            self.lives.insert(id, Life { holders: [phone].into(), offers: 1 });
            return self.records(phone, id, visit::opened(&mark), Some(mark), tally);
        }
        if nothing {
            return Ok(());
        }
        // What was begun is gone on with; now and then something else is looked at.
        let begun =
            today.jobs.iter().position(|job| !job.stage.is_over() && job.gone.is_none() && !job.cancelled);
        let at = match begun {
            Some(begun) if self.dice.chance(0.8) => begun,
            _ => self.dice.below(today.jobs.len()),
        };
        let id = today.jobs[at].id;
        let job = self.job(phone, id)?;
        match visit::next(&mut self.dice, &job, &mark) {
            Doing::Record(what) => {
                let marked = serde_json::to_string(&what)?.contains(&mark);
                self.records(phone, id, what, marked.then_some(mark), tally)
            }
            Doing::Photo(subject) => {
                let pictures = &self.template.pictures;
                let picture = self.dice.pick(pictures);
                let before = job.sheet.photos.len();
                self.recording(phone, id, "photo_taken", None, tally, before, move |phone| {
                    phone.add_photo(id, subject, None, picture).map(|_| ())
                })
            }
            Doing::Review => self.review(phone, id, tally).map(|_| ()),
            Doing::Sign => match self.review(phone, id, tally)? {
                Some(digest) => self.records(phone, id, visit::signature(digest), None, tally),
                None => Ok(()),
            },
            Doing::Dismiss => {
                let did = self.at_phone(phone, |pocket| {
                    pocket.phone.as_ref().map_or(Ok(()), |phone| phone.dismiss_gone(id).map(|_| ()))
                })?;
                self.died_then(phone, matches!(did, Did::Died), tally)
            }
        }
    }

    pub fn job(&self, phone: usize, id: WorkOrderId) -> Result<Job> {
        let job = self.pockets[phone].phone()?.job(id);
        job.map_err(|why| anyhow!("{} of {}: {}", name(id), self.pockets[phone].login, why.code))
    }

    fn died_then(&mut self, phone: usize, died: bool, tally: &mut Tally) -> Result<()> {
        if died {
            tally.deaths += 1;
            self.say(format!("{}: killed in the middle", self.pockets[phone].login));
            check::screen_stands(self, phone, "after a kill")?;
            check::all_jobs(self, phone)?;
        }
        Ok(())
    }

    fn review(&mut self, phone: usize, id: WorkOrderId, tally: &mut Tally) -> Result<Option<Digest>> {
        let mut shown = None;
        let out = &mut shown;
        self.recording(phone, id, "work_finished", None, tally, 0, |phone| {
            *out = Some(phone.review(id, Language::En)?.digest);
            Ok(())
        })?;
        Ok(shown)
    }

    fn records(
        &mut self,
        phone: usize,
        id: WorkOrderId,
        what: What,
        mark: Option<String>,
        tally: &mut Tally,
    ) -> Result<()> {
        let named = what.name();
        let before = self.sheet_text(phone, id)?.is_some();
        debug_assert!(before || matches!(what, What::Known(KnownWhat::SheetOpened { .. })));
        self.recording(phone, id, &named, mark, tally, 0, |phone| phone.record(id, what).map(|_| ()))
    }

    /// Does something that may record one change, and sees that the screens say what became of it.
    #[allow(clippy::too_many_arguments)]
    fn recording(
        &mut self,
        phone: usize,
        id: WorkOrderId,
        named: &str,
        mark: Option<String>,
        tally: &mut Tally,
        photos: usize,
        act: impl FnOnce(&Phone) -> Result<(), jobsheet_model::Problem>,
    ) -> Result<()> {
        let before = self.sheet_text(phone, id)?;
        let (counted, pictured) = (self.pockets[phone].count, self.pockets[phone].photos);
        let full = self.pockets[phone].disk.refused();
        let did = self.at_phone(phone, |pocket| match &pocket.phone {
            Some(phone) => act(phone),
            None => Ok(()),
        })?;
        let screen = self.screen(phone)?;
        let more = screen.count().checked_sub(counted);
        let saved = match (&did, more) {
            (Did::Done(()), Some(1)) => true,
            // The work was finished before, or the picture was there.
            (Did::Done(()), Some(0)) if matches!(named, "work_finished" | "photo_taken") => false,
            (Did::Not(_), Some(0)) => false,
            (Did::Died, Some(more @ 0..=1)) => more == 1,
            _ => bail!(
                "counted-once: after {named} there are {} only here, before it {counted}",
                screen.count()
            ),
        };
        let outcome = match &did {
            Did::Done(()) => String::new(),
            Did::Died => " (killed)".into(),
            Did::Not(problem) => {
                let code = problem.code.as_str();
                let expected = code.starts_with("refusal_")
                    || (code == "disk_full" && self.pockets[phone].disk.refused() > full);
                ensure!(expected, "unexpected: {named} met {code}");
                format!(" ({code})")
            }
        };
        let after = self.sheet_text(phone, id)?;
        if saved {
            let job = self.job(phone, id)?;
            ensure!(before != after, "read-your-writes: {named} is saved and not shown");
            let photo =
                (named == "photo_taken").then(|| job.sheet.photos.last().map(|p| p.digest.clone())).flatten();
            ensure!(
                named != "photo_taken" || job.sheet.photos.len() == photos + 1,
                "read-your-writes: a photo is not shown"
            );
            if let Some(mark) = &mark {
                let shown = after.as_deref().is_some_and(|text| text.contains(mark)) || named == "robot_sent";
                ensure!(shown, "read-your-writes: {named} is saved and not shown");
            }
            let fresh = photo.clone().is_some_and(|photo| self.pockets[phone].pictures.insert(photo));
            let expected = pictured + u32::from(fresh);
            // One that was put back, or gave the picture up since a backup has it, does not know that the office has it.
            let unknown = self.pockets[phone].went_back || self.backup.is_some();
            let again = unknown && photo.is_some();
            ensure!(
                screen.photos == expected || (again && screen.photos == pictured + 1),
                "counted-once: {} photos only here, not {expected}",
                screen.photos
            );
            let pocket = &mut self.pockets[phone];
            pocket.photos = screen.photos;
            pocket.count = screen.count();
            pocket.recorded.push(Recorded { order: id, name: named.to_owned(), mark, photo });
        } else {
            ensure!(
                before == after || (before.is_none() && named == "sheet_opened"),
                "all-or-nothing: {named} was not saved and is shown"
            );
            ensure!(screen.photos == pictured, "all-or-nothing: a photo without its change");
        }
        self.say(format!(
            "{}: {} {named}{}{outcome}",
            self.pockets[phone].login,
            name(id),
            if saved { "" } else { " not saved" }
        ));
        check::screen_stands(self, phone, "after a record")?;
        check::one_job(self, phone, id)?;
        self.died_then(phone, matches!(did, Did::Died), tally)
    }

    // --- A pass --------------------------------------------------------------------------------------------

    fn begin_pass(&mut self, phone: usize, tally: &mut Tally) -> Result<()> {
        let next = self.dice.between(10, 60) * MINUTE;
        if self.now + next < DAY && self.dice.chance(0.6) {
            self.in_(next, Event::Pass(phone));
        }
        let pocket = &mut self.pockets[phone];
        if pocket.pass.is_some() {
            return Ok(());
        }
        pocket.pass = pocket.phone()?.pass().ok();
        self.step(phone, None, tally)
    }

    fn hears(&mut self, phone: usize, heard: Heard, tally: &mut Tally) -> Result<()> {
        if self.pockets[phone].pass.is_none() {
            return Ok(());
        }
        self.step(phone, Some(heard), tally)
    }

    fn step(&mut self, phone: usize, heard: Option<Heard>, tally: &mut Tally) -> Result<()> {
        match self.step_at_phone(phone, heard, tally)? {
            Some(Step::Ask(ask)) => {
                let travels = self.dice.between(50, 20_000);
                let life = self.pockets[phone].life;
                self.in_(travels, Event::Arrive { phone, life, ask });
            }
            Some(Step::Done) | None => {}
        }
        Ok(())
    }

    /// One step of the pass under way; `None` when that ended it.
    fn step_at_phone(
        &mut self,
        phone: usize,
        heard: Option<Heard>,
        tally: &mut Tally,
    ) -> Result<Option<Step>> {
        let heard = heard.map(|heard| {
            let clock = &self.pockets[phone].clock;
            heard.map(|reply| Reply {
                at: (jobsheet_phone::Clock::utc(&**clock), jobsheet_phone::Clock::elapsed(&**clock)),
                ..reply
            })
        });
        let replied = heard.as_ref().is_some_and(Result::is_ok);
        let synced = replied && self.pockets[phone].asked_sync;
        let did = self.at_phone(phone, |pocket| match &mut pocket.pass {
            Some(pass) => pass.step(heard),
            None => Ok(Step::Done),
        })?;
        let (step, line) = match did {
            Did::Done(Step::Ask(ask)) => {
                self.pockets[phone].asked_sync = ask.path == "/v1/sync";
                let line = format!("asks {} {}", ask.method, kind(&ask));
                (Some(Step::Ask(ask)), line)
            }
            Did::Done(Step::Done) => (None, "pass done".to_owned()),
            Did::Not(problem) => (None, format!("pass ended: {}", problem.code)),
            Did::Died => {
                self.died_then(phone, true, tally)?;
                return Ok(None);
            }
        };
        self.say(format!("{}: {line}", self.pockets[phone].login));
        if step.is_none() {
            self.pockets[phone].pass = None;
        }
        if replied {
            check::screen_stands(self, phone, "after a reply")?;
        }
        if synced {
            check::all_jobs(self, phone)?;
        }
        Ok(step)
    }

    fn arrives(&mut self, phone: usize, life: u32, ask: Ask, tally: &mut Tally) -> Result<()> {
        let fate = if self.office_is_there() {
            let link = self.pockets[phone].link;
            let fates = self.fates.clone();
            fates.roll(&mut self.dice, link)
        } else {
            Fate::NoLink
        };
        let lost = |why: &str| -> Heard { Err(why.into()) };
        let heard = match fate {
            Fate::Through => self.answer(phone, &ask, Up::Whole, tally)?,
            Fate::NoLink => lost("no link"),
            Fate::CutUp(at) => {
                self.answer(phone, &ask, Up::Cut(at), tally)?.ok();
                lost("cut")
            }
            Fate::ShortUp(at) => self.answer(phone, &ask, Up::Short(at), tally)?,
            Fate::LostReply => {
                self.answer(phone, &ask, Up::Whole, tally)?.ok();
                lost("cut")
            }
            Fate::ShortDown(at) => self
                .answer(phone, &ask, Up::Whole, tally)?
                .map(|reply| Reply { body: cut(&reply.body, at).to_vec(), ..reply }),
            Fate::Portal => Ok(page(200)),
            Fate::BadGateway { office_got_it } => {
                if office_got_it {
                    self.answer(phone, &ask, Up::Whole, tally)?.ok();
                }
                Ok(page(502))
            }
            Fate::Twice => {
                let first = self.answer(phone, &ask, Up::Whole, tally)?;
                let second = self.answer(phone, &ask, Up::Whole, tally)?;
                if self.dice.chance(0.5) { first } else { second }
            }
            Fate::Late => {
                let later = self.dice.between(1, 120) * MINUTE;
                self.in_(later, Event::Again(phone, ask.clone()));
                lost("silence")
            }
            Fate::Forged => {
                let more = self.dice.between(1, 3);
                match self.answer(phone, &ask, Up::Whole, tally)? {
                    Ok(reply) => Ok(forged(&reply, more)?),
                    lost => lost,
                }
            }
            Fate::Stale | Fate::Foreign => {
                self.pockets[phone].misled = true;
                let own = fate == Fate::Stale;
                let (mine, others): (Vec<_>, Vec<_>) =
                    self.replies.iter().cloned().partition(|(whose, _)| *whose == phone);
                let from = if own { mine } else { others };
                if self.dice.chance(0.5) {
                    self.answer(phone, &ask, Up::Whole, tally)?.ok();
                }
                if from.is_empty() { lost("silence") } else { Ok(self.dice.pick(&from).1.clone()) }
            }
        };
        if fate != Fate::Through {
            self.say(format!("{}: {} {} {}", self.pockets[phone].login, ask.method, kind(&ask), told(fate)));
        }
        let travels = self.dice.between(50, if heard.is_ok() { 20_000 } else { 40_000 });
        self.in_(travels, Event::Hear { phone, life, heard });
        Ok(())
    }

    /// The office's reply to a phone; none when its machine dies of it.
    fn answer(&mut self, phone: usize, ask: &Ask, up: Up, tally: &mut Tally) -> Result<Heard> {
        if !self.office_is_there() {
            return Ok(Err("no link".into()));
        }
        let reply = self.serve(ask, up, tally)?;
        if let Ok(reply) = &reply {
            if self.replies.len() >= 12 {
                self.replies.remove(0);
            }
            self.replies.push((phone, reply.clone()));
        }
        Ok(reply)
    }

    fn serve(&mut self, ask: &Ask, up: Up, tally: &mut Tally) -> Result<Heard> {
        tally.asks += 1;
        let reply = self.runtime.block_on(serve(self.desk.router.clone(), ask, up))?;
        if self.desk.disk.is_to_die()
            && let Some(image) = self.desk.disk.died()
        {
            self.office_dies(image, tally)?;
            return Ok(Err("the office is gone".into()));
        }
        if ask.path == "/v1/sync" && reply.status == 200 {
            check::receipt(self, &reply)?;
        }
        Ok(Ok(reply))
    }

    // --- The evening ---------------------------------------------------------------------------------------

    /// The faults stop. Within so many passes everything is at the office.
    fn evening(&mut self, tally: &mut Tally) -> Result<u32> {
        self.say("evening");
        self.faults = Default::default();
        self.desk.disk.set_room(None);
        let _ = self.desk.disk.died();
        self.desk.back_at = 0;
        for pocket in &mut self.pockets {
            pocket.disk.set_room(None);
            pocket.link = Link::Good;
            pocket.pass = None;
        }
        for phone in 0..self.pockets.len() {
            // Also one that the office told to, on this day or never.
            if self.pockets[phone].version != APPS[1] {
                self.update(phone)?;
            }
        }
        let mut drained = None;
        for round in 1..=MOST_PASSES {
            for phone in 0..self.pockets.len() {
                self.whole_pass(phone, tally)?;
            }
            let mut left = Vec::new();
            for phone in 0..self.pockets.len() {
                let screen = self.screen(phone)?;
                if screen.changes + screen.photos > 0 {
                    left.push(format!("{} {screen:?}", self.pockets[phone].login));
                }
            }
            match drained {
                None if left.is_empty() => drained = Some(round),
                // Once more, so that everybody has seen what the others sent last.
                Some(round) => return Ok(round),
                None => {}
            }
            ensure!(round < MOST_PASSES, "liveness: after {round} undisturbed passes: {}", left.join(", "));
            self.pass_time_to(self.now + 15 * MINUTE);
        }
        bail!("liveness: the evening does not end")
    }

    /// A pass that nothing disturbs.
    fn whole_pass(&mut self, phone: usize, tally: &mut Tally) -> Result<()> {
        let pass = self.pockets[phone].phone()?.pass().map_err(|why| anyhow!("no pass: {}", why.code))?;
        self.pockets[phone].pass = Some(pass);
        let mut heard = None;
        for _ in 0..MOST_ASKS {
            match self.step_at_phone(phone, heard.take(), tally)? {
                Some(Step::Ask(ask)) => heard = Some(self.serve(&ask, Up::Whole, tally)?),
                Some(Step::Done) | None => return Ok(()),
            }
        }
        bail!("liveness: a pass does not end")
    }
}

/// `W-3`, or `S-` for one opened on site.
pub fn name(id: WorkOrderId) -> String {
    let n = id.0.as_u128();
    if n <= PLANNED { format!("W-{n}") } else { format!("S-{n:x}") }
}

/// Paths hold digests; those of photos are the same each time, and long.
fn kind(ask: &Ask) -> String {
    let path: String = ask.path.chars().take(22).collect();
    let from = ask.headers.iter().find(|(name, _)| *name == "upload-offset");
    match from {
        Some((_, offset)) => format!("{path} from {offset}"),
        None => path,
    }
}

fn told(fate: Fate) -> String {
    match fate {
        Fate::CutUp(_) => "cut on the way up".into(),
        Fate::ShortUp(_) => "ended early on the way up".into(),
        Fate::ShortDown(_) => "ended early on the way down".into(),
        other => format!("{other:?}"),
    }
}

fn status(reply: &Heard) -> String {
    match reply {
        Ok(reply) => reply.status.to_string(),
        Err(why) => why.clone(),
    }
}

/// For the template's check that a day can begin.
pub fn one_calm_day() -> Result<Report> {
    let rules = Rules { calm: true, ..Rules::default() };
    live(1, rules).map_err(|broken| anyhow!("{broken}")).context("A calm day")
}
