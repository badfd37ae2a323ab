//! One pass of sending and fetching, without a network: [`Pass::step`] takes what was heard and says what to ask
//! next. The shell's loop carries it over HTTP (`sync`), a simulated world over anything it likes.
//!
//! First the waiting changes go up in order, and what changed comes down. Then reference data. Then photos, in
//! segments; a change that is recorded meanwhile goes before the next segment.

use crate::{
    error::{Error, Result},
    office::{self, Ask, Heard, Trouble, Upload},
    phone::{Core, Signed, lock},
    reference::keep,
    settle::{Ahead, check, settle},
    store::{DeviceRow, Waiting, WaitingPhoto},
};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Problem, planted,
    view::{Event, Link},
    wire::{MAX_PUSH, ReferenceSet, SyncRequest, SyncResponse, reference_digest},
};
use serde_json::value::RawValue;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes of changes in one request, before they are packed.
const MAX_BODY: usize = 4 * 1024 * 1024;
const SEGMENTS: std::ops::RangeInclusive<usize> = 64 * 1024..=1024 * 1024;

/// Why a pass ended early.
#[derive(Debug)]
pub(crate) enum Failed {
    Office(Trouble),
    Phone(Problem),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Failed::Office(trouble)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed::Phone(error.into())
    }
}

impl Failed {
    pub fn problem(&self) -> Problem {
        match self {
            Failed::Office(trouble) => trouble.problem(),
            Failed::Phone(problem) => problem.clone(),
        }
    }

    pub fn link(&self) -> Link {
        match self {
            Failed::Office(Trouble::Unreachable(_)) => Link::Offline,
            Failed::Office(Trouble::SignInNeeded) => Link::SignInNeeded,
            _ => Link::Trouble,
        }
    }
}

/// What a pass wants now.
#[derive(Debug)]
pub enum Step {
    Ask(Ask),
    /// Nothing more: everything was sent and fetched.
    Done,
}

/// One pass, for one technician. Dropped at any point it leaves nothing half done.
pub struct Pass {
    core: Arc<Core>,
    signed: Arc<Signed>,
    token: String,
    /// The last change that this pass has sent.
    after: u64,
    /// What went wrong with one thing and must not keep the others waiting (I5).
    apart: Option<Trouble>,
    /// Reference data to be fetched, as of an office time.
    wanted: Option<(Vec<ReferenceSet>, DateTime<Utc>)>,
    at: At,
}

/// Whose answer is waited for.
enum At {
    Begin,
    Sync(Exchange),
    Set(Sets, usize),
    Photo(Photos, Sending),
    Over,
}

/// A sync that was asked.
struct Exchange {
    device: DeviceRow,
    sent: Vec<Waiting>,
    begun: (DateTime<Utc>, u64),
}

struct Sets {
    list: Vec<ReferenceSet>,
    as_of: DateTime<Utc>,
}

#[derive(Default)]
struct Photos {
    left: VecDeque<WaitingPhoto>,
    /// Times in a row that the office could not take one.
    failures: u32,
}

/// The photo that is being sent.
struct Sending {
    photo: WaitingPhoto,
    bytes: Vec<u8>,
    /// What was asked last.
    asked: Asked,
    without_progress: u32,
}

enum Asked {
    Progress,
    /// From that offset, at that count of the phone's clock.
    Segment(u64, u64),
}

impl Pass {
    pub(crate) fn begin(core: &Arc<Core>, signed: Arc<Signed>) -> Result<Self, Failed> {
        let token = signed.account.token.clone().ok_or(Trouble::SignInNeeded)?;
        Ok(Self { core: core.clone(), signed, token, after: 0, apart: None, wanted: None, at: At::Begin })
    }

    /// Takes what came of the last [`Step::Ask`] (nothing, the first time) and says what follows.
    pub fn step(&mut self, heard: Option<Heard>) -> Result<Step, Problem> {
        self.advance(heard).map_err(|failed| failed.problem())
    }

    pub(crate) fn advance(&mut self, heard: Option<Heard>) -> Result<Step, Failed> {
        match (std::mem::replace(&mut self.at, At::Over), heard) {
            (At::Begin, None) => self.ask_sync(),
            (At::Sync(exchange), Some(heard)) => self.synced(exchange, heard),
            (At::Set(sets, index), Some(heard)) => self.set_heard(sets, index, heard),
            (At::Photo(photos, sending), Some(heard)) => self.photo_heard(photos, sending, heard),
            (At::Over, None) => Ok(Step::Done),
            _ => Err(Trouble::Unreachable("out of turn".into()).into()),
        }
    }

    fn rows<T>(&self, look: impl FnOnce(&crate::store::Rows<'_>) -> Result<T>) -> Result<T> {
        self.signed.store.read(look)
    }

    fn write<T>(&self, act: impl FnOnce(&crate::store::Rows<'_>) -> Result<T>) -> Result<T> {
        self.signed.store.write(act)
    }

    // --- Changes up, bases down ------------------------------------------------------------------------

    fn ask_sync(&mut self) -> Result<Step, Failed> {
        let (device, waiting) =
            self.rows(|rows| Ok((rows.device()?, rows.waiting(self.after, MAX_PUSH)?)))?;
        let (mut sent, mut changes, mut bytes) = (Vec::new(), Vec::new(), 0);
        for change in waiting {
            bytes += change.body.len();
            if bytes > MAX_BODY && !sent.is_empty() {
                break;
            }
            changes.push(RawValue::from_string(change.body.clone()).map_err(Error::from)?);
            sent.push(change);
        }
        let request = SyncRequest {
            device: device.id,
            app: self.core.version.clone(),
            cursor: device.cursor.clone(),
            at: self.core.moment(device.ahead.as_ref()),
            changes,
            reference: device.reference.clone(),
        };
        let ask = Ask::new("POST", "/v1/sync", Some(&self.token)).json(&request).map_err(Error::from)?;
        let begun = (self.core.clock.utc(), self.core.clock.elapsed());
        self.at = At::Sync(Exchange { device, sent, begun });
        Ok(Step::Ask(ask))
    }

    fn synced(&mut self, exchange: Exchange, heard: Heard) -> Result<Step, Failed> {
        let Exchange { device, sent, begun } = exchange;
        let answered = heard.as_ref().map_or(begun, |reply| reply.at);
        if planted::on("drop_on_ack") && heard.as_ref().is_ok_and(|reply| reply.status == 200) {
            self.write(|rows| sent.iter().try_for_each(|change| rows.forget(change.sequence)))?;
        }
        let response: SyncResponse = office::json(heard)?;
        if !planted::on("reply_for_another") {
            check(&response, &device, &sent)?;
        }
        let ahead = Ahead::measured(begun, answered, response.office_time, self.core.clock.boot());
        self.after = sent.last().map_or(self.after, |last| last.sequence);
        let more = response.more;
        if let Some(list) = response.reference.clone() {
            self.wanted = Some((list, response.office_time));
        }
        if planted::on("cursor_before_apply") {
            self.write(|rows| rows.save_pull(&response.cursor, !more))?;
        }
        let now = self.core.now(device.ahead.as_ref());
        let (events, waits) = self.write(|rows| {
            let events = settle(rows, &sent, response, &ahead, now)?;
            Ok((events, rows.is_waiting_after(self.after)?))
        })?;
        events.into_iter().for_each(|event| self.core.tell(event));
        self.core.tell(Event::Sync {});
        if more || waits {
            return self.ask_sync();
        }
        match self.wanted.take() {
            Some((list, as_of)) => self.next_set(Sets { list, as_of }, 0),
            None => self.begin_photos(),
        }
    }

    // --- Reference data --------------------------------------------------------------------------------

    /// Asks for the next set that changed, each replaced whole with its index in one transaction.
    fn next_set(&mut self, sets: Sets, from: usize) -> Result<Step, Failed> {
        for (index, set) in sets.list.iter().enumerate().skip(from) {
            // A set that only a newer version knows is none of ours.
            if !matches!(set.name.as_str(), "parts" | "faults" | "van")
                || self.rows(|rows| rows.reference_digest(&set.name))?.as_ref() == Some(&set.digest)
            {
                continue;
            }
            let ask = Ask::new("GET", format!("/v1/reference/{}", set.digest), Some(&self.token));
            self.at = At::Set(sets, index);
            return Ok(Step::Ask(ask));
        }
        self.write(|rows| rows.save_reference_list(&reference_digest(&sets.list)))?;
        self.begin_photos()
    }

    fn set_heard(&mut self, sets: Sets, index: usize, heard: Heard) -> Result<Step, Failed> {
        let Some(set) = sets.list.get(index) else { return self.begin_photos() };
        match office::reference(heard, &set.digest) {
            Ok(bytes) => {
                keep(&self.signed.store, set, &bytes, sets.as_of)?;
                self.core.tell(Event::Reference {});
                self.next_set(sets, index + 1)
            }
            Err(Trouble::Status(status)) => {
                self.apart = Some(Trouble::Status(status));
                self.begin_photos()
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    // --- Photos ----------------------------------------------------------------------------------------

    fn begin_photos(&mut self) -> Result<Step, Failed> {
        let left = self.rows(|rows| rows.photos_to_send(self.core.clock.utc()))?;
        self.next_photo(Photos { left: left.into(), failures: 0 })
    }

    fn next_photo(&mut self, mut photos: Photos) -> Result<Step, Failed> {
        while let Some(photo) = photos.left.pop_front() {
            let Some(bytes) = self.rows(|rows| rows.photo(&photo.digest, false))? else { continue };
            let sending = Sending { photo, bytes, asked: Asked::Progress, without_progress: 0 };
            // A new photo is sent straight away; the office says when it has more of it than that.
            return match sending.photo.sent {
                0 => self.segment(photos, sending, 0),
                _ => self.progress(photos, sending),
            };
        }
        self.finish()
    }

    fn progress(&mut self, photos: Photos, sending: Sending) -> Result<Step, Failed> {
        let ask = Ask::photo_progress(&self.token, &sending.photo.digest);
        self.at = At::Photo(photos, Sending { asked: Asked::Progress, ..sending });
        Ok(Step::Ask(ask))
    }

    /// Sends on from where the office has the photo.
    fn segment(&mut self, photos: Photos, mut sending: Sending, from: u64) -> Result<Step, Failed> {
        let size = sending.bytes.len() as u64;
        self.sent(&mut sending.photo, from.min(size))?;
        if self.rows(|rows| rows.is_waiting_after(self.after))? {
            return self.ask_sync();
        }
        let begin = usize::try_from(from).unwrap_or(usize::MAX).min(sending.bytes.len());
        let end = begin.saturating_add(lock(&self.core.live).segment).min(sending.bytes.len());
        let segment = sending.bytes.get(begin..end).unwrap_or_default().to_vec();
        let last = end == sending.bytes.len();
        let ask = Ask::segment(&self.token, &sending.photo.digest, begin as u64, last, segment);
        sending.asked = Asked::Segment(begin as u64, self.core.clock.elapsed());
        self.at = At::Photo(photos, sending);
        Ok(Step::Ask(ask))
    }

    fn photo_heard(
        &mut self,
        mut photos: Photos,
        mut sending: Sending,
        heard: Heard,
    ) -> Result<Step, Failed> {
        let held = match office::upload(heard) {
            Ok(held) => held,
            Err(Trouble::Status(status)) => return self.spurned(photos, &sending.photo, status),
            Err(trouble) => {
                let mut live = lock(&self.core.live);
                live.segment = (live.segment / 2).max(*SEGMENTS.start());
                return Err(trouble.into());
            }
        };
        if let Asked::Segment(from, begun) = sending.asked {
            self.pace(self.core.clock.elapsed().saturating_sub(begun));
            sending.without_progress = if held.offset > from { 0 } else { sending.without_progress + 1 };
        }
        let Upload { offset, complete } = held;
        if complete {
            photos.failures = 0;
            self.photo_held(&sending.photo)?;
            return self.next_photo(photos);
        }
        if sending.without_progress == 4 || offset > sending.bytes.len() as u64 {
            return self.spurned(photos, &sending.photo, 409);
        }
        self.segment(photos, sending, offset)
    }

    /// The office does not want it, or could not take it: others go first.
    fn spurned(&mut self, mut photos: Photos, photo: &WaitingPhoto, status: u16) -> Result<Step, Failed> {
        if status < 500 {
            let now = self.core.clock.utc();
            self.write(|rows| rows.photo_trouble(&photo.digest, &status.to_string(), now))?;
        } else {
            photos.failures += 1;
        }
        self.apart = self.apart.take().or(Some(Trouble::Status(status)));
        if photos.failures == 3 {
            photos.left.clear();
        }
        self.next_photo(photos)
    }

    fn photo_held(&self, photo: &WaitingPhoto) -> Result<()> {
        self.write(|rows| {
            let now = self.core.now(rows.device()?.ahead.as_ref());
            rows.photo_held(&photo.digest, now)?;
            rows.save_received(photo.work_order, now)
        })?;
        self.core.tell(Event::Sync {});
        self.core.tell(Event::Job { work_order: photo.work_order });
        Ok(())
    }

    fn sent(&self, photo: &mut WaitingPhoto, sent: u64) -> Result<()> {
        if sent != photo.sent {
            self.write(|rows| rows.photo_sent(&photo.digest, sent))?;
            photo.sent = sent;
            self.core.tell(Event::Sync {});
        }
        Ok(())
    }

    /// Larger segments while they are quick, smaller ones when they are slow.
    fn pace(&self, millis: u64) {
        let mut live = lock(&self.core.live);
        live.segment = match millis {
            0..5_000 => live.segment.saturating_mul(2),
            5_000..20_000 => live.segment,
            _ => live.segment / 2,
        }
        .clamp(*SEGMENTS.start(), *SEGMENTS.end());
    }

    fn finish(&mut self) -> Result<Step, Failed> {
        let (now, boot) = (self.core.clock.utc(), self.core.clock.boot());
        self.write(|rows| {
            let ahead = rows.device()?.ahead.filter(|(_, b)| *b == boot).map_or(0, |(ahead, _)| ahead);
            rows.save_last_sync(now - TimeDelta::milliseconds(ahead))
        })?;
        match self.apart.take() {
            Some(trouble) => Err(trouble.into()),
            None => Ok(Step::Done),
        }
    }
}
