//! One pass of sending and fetching, without a network: [`Pass::step`] takes what was heard and says what to ask
//! next. The shell's loop carries it over HTTP (`sync`), a simulated world over anything it likes.
//!
//! First the waiting changes go up, in one request when they are few and otherwise what others wait for first, and
//! what changed comes down. Then reference data. Then thumbnails of the photos, several at once. Then photos, in
//! segments; a change that is recorded meanwhile goes before the next segment.

use crate::{
    brief::filled,
    door::{Door, Through},
    error::{Error, Result},
    moment::uuid_at,
    office::{self, Ask, Heard, Trouble, Upload},
    phone::{Core, Signed, lock},
    photos::to_send_ahead,
    record::fold,
    reference::keep,
    settle::{self, Ahead, check, settle},
    store::{Sendable, Waiting, WaitingPhoto},
};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    DeviceId, Digest, Problem, Refusal, WorkOrderId,
    change::Urgency,
    planted,
    view::{Event, Link},
    wire::{
        HeldMark, MAX_PUSH, MAX_THUMBS, ReferenceSet, SyncRequest, SyncResponse, Thumb, Thumbs,
        reference_digest,
    },
};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Bytes of changes in a pass's first request, before they are packed: what little signal may carry. Each of the
/// next may have eight times as many, up to [`MAX_BODY`].
const FIRST_BODY: usize = 64 * 1024;
const MAX_BODY: usize = 4 * 1024 * 1024;
/// Times that the same changes may fail at the office before it is asked which of them it is.
const PATIENCE: u32 = 3;
/// How long what the office has signed for is kept, when no backup of the office says that it has it.
const KEPT: TimeDelta = TimeDelta::days(35);
/// How often a pass that brought nothing is written down: each write costs a phone's flash and battery.
const NOTED: TimeDelta = TimeDelta::minutes(10);
/// Bytes of work orders in one answer: the least, and as many as any office gives.
const ROOM: std::ops::Range<u64> = 16 * 1024..1024 * 1024;
/// Bytes of a photo in one request.
const SEGMENTS: std::ops::RangeInclusive<usize> = 16 * 1024..=1024 * 1024;
/// A link that is cut so often in a row, without a byte more of a photo at the office, ends the pass.
const CUTS: u32 = 3;
/// Bytes of thumbnails in one request, and how often one is sent before the office is left to wait for the photo.
const THUMBS: usize = 24 * 1024;
const THUMB_TRIES: u32 = 3;
/// Photos up to this size are there as soon as their thumbnails would be.
const SMALL_PHOTO: u64 = 32 * 1024;

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
            Failed::Office(Trouble::SignInNeeded | Trouble::Revoked | Trouble::Wipe(_)) => Link::SignInNeeded,
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
    /// Renews the session under what is asked here.
    door: Door,
    /// The door puts the session's own in its place.
    token: String,
    /// What this pass has sent.
    sent: BTreeSet<u64>,
    /// Bytes and number of changes of the next request.
    body: usize,
    most: usize,
    /// The office fails at something among the changes, and it is being found out at which.
    searching: bool,
    /// A new identity was taken in this pass.
    renewed: bool,
    /// What went wrong with one thing and must not keep the others waiting (I5).
    apart: Option<Trouble>,
    /// The office may say briefly what this phone can fold itself.
    folds: bool,
    /// The office's time when it last answered a sync: what is asked after that is not earlier.
    as_of: Option<DateTime<Utc>>,
    /// Reference data to be fetched, as of an office time.
    wanted: Option<(Vec<ReferenceSet>, DateTime<Utc>)>,
    at: At,
}

/// Whose answer is waited for.
enum At {
    Begin,
    Sync(Box<Exchange>),
    Quarantine(Waiting),
    Set(Sets, usize),
    Thumbs(Photos, Vec<Digest>),
    Photo(Photos, Sending),
    Over,
}

/// A sync that was asked.
struct Exchange {
    asked: settle::Asked,
    begun: (DateTime<Utc>, u64),
}

struct Sets {
    list: Vec<ReferenceSet>,
    as_of: DateTime<Utc>,
}

struct Photos {
    left: VecDeque<WaitingPhoto>,
    /// Those whose thumbnails go ahead, and bytes of them in the next request.
    thumbs: VecDeque<Digest>,
    room: usize,
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
    /// Times in a row that the link was cut without progress.
    cuts: u32,
}

enum Asked {
    Progress,
    /// From that offset, at that count of the phone's clock.
    Segment(u64, u64),
}

impl Pass {
    pub(crate) fn begin(core: &Arc<Core>, signed: Arc<Signed>) -> Result<Self, Failed> {
        let door = Door::new(core, &signed);
        let token = String::new();
        Ok(Self {
            core: core.clone(),
            signed,
            door,
            token,
            sent: BTreeSet::new(),
            body: FIRST_BODY,
            most: MAX_PUSH,
            searching: false,
            renewed: false,
            apart: None,
            folds: true,
            as_of: None,
            wanted: None,
            at: At::Begin,
        })
    }

    /// Takes what came of the last [`Step::Ask`] (nothing, the first time) and says what follows.
    pub fn step(&mut self, heard: Option<Heard>) -> Result<Step, Problem> {
        self.advance(heard).map_err(|failed| failed.problem())
    }

    pub(crate) fn advance(&mut self, heard: Option<Heard>) -> Result<Step, Failed> {
        let heard = match heard {
            None => match self.door.open()? {
                Some(ask) => return Ok(Step::Ask(ask)),
                None => None,
            },
            Some(heard) => match self.door.heard(heard)? {
                Through::Ask(ask) => return Ok(Step::Ask(ask)),
                Through::Heard(heard) => heard,
            },
        };
        Ok(match self.proceed(heard)? {
            Step::Ask(ask) => Step::Ask(self.door.ask(ask)),
            Step::Done => Step::Done,
        })
    }

    fn proceed(&mut self, heard: Option<Heard>) -> Result<Step, Failed> {
        match (std::mem::replace(&mut self.at, At::Over), heard) {
            (At::Begin, None) => self.ask_sync(),
            (At::Sync(exchange), Some(heard)) => self.synced(*exchange, heard),
            (At::Quarantine(change), Some(heard)) => self.quarantined(change, heard),
            (At::Set(sets, index), Some(heard)) => self.set_heard(sets, index, heard),
            (At::Thumbs(photos, asked), Some(heard)) => self.thumbs_heard(photos, asked, heard),
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
        let (device, sent) = self.rows(|rows| {
            let left = rows.sendable()?.into_iter().filter(|one| !self.sent.contains(&one.sequence));
            let mut sent = Vec::new();
            for sequence in next_batch(left.collect(), self.body, self.most) {
                sent.extend(rows.waiting(sequence)?);
            }
            Ok((rows.device()?, sent))
        })?;
        let mut changes = Vec::with_capacity(sent.len());
        for change in &sent {
            changes.push(RawValue::from_string(change.body.clone()).map_err(Error::from)?);
        }
        let office_key = self.signed.account.enrolment.map(|(_, key)| key);
        let nonce = rand::random();
        let request = SyncRequest {
            nonce,
            device: device.id,
            app: self.core.version.clone(),
            cursor: device.cursor.clone(),
            recorded: device.sequence,
            held: HeldMark { sequence: device.receipt_sequence, safe: device.safe.position },
            incarnation: device.incarnation.clone(),
            changes,
            reference: device.reference.clone(),
            check: false,
            differed: device.differed,
            mismatch: device.receipt_mismatch,
            folds: self.folds,
            room: lock(&self.core.live).room,
        };
        let ask = Ask::new("POST", "/v1/sync", Some(&self.token)).json(&request).map_err(Error::from)?;
        let ask = if sent.is_empty() { ask } else { ask.whole() };
        let begun = (self.core.clock.utc(), self.core.clock.elapsed());
        self.at =
            At::Sync(Box::new(Exchange { asked: settle::Asked { nonce, device, sent, office_key }, begun }));
        Ok(Step::Ask(ask))
    }

    fn synced(&mut self, exchange: Exchange, heard: Heard) -> Result<Step, Failed> {
        let Exchange { asked, begun } = exchange;
        let answered = heard.as_ref().map_or(begun, |reply| reply.at);
        if planted::on("drop_on_ack") && heard.as_ref().is_ok_and(|reply| reply.status == 200) {
            self.write(|rows| asked.sent.iter().try_for_each(|change| rows.forget(change.sequence)))?;
        }
        let response: SyncResponse = match office::json(heard) {
            Ok(response) => response,
            Err(Trouble::Superseded) if !self.renewed => return self.renew(false),
            Err(Trouble::AskFirst) if !asked.sent.is_empty() => {
                let most = std::mem::replace(&mut self.most, 0);
                return self.ask_sync().inspect(|_| self.most = most);
            }
            Err(Trouble::Status(status)) if !asked.sent.is_empty() && may_be_the_changes(status) => {
                return self.push_failed(asked.sent, status);
            }
            Err(trouble) => {
                if matches!(trouble, Trouble::Unreachable(_)) {
                    self.cut_answer();
                }
                return Err(trouble.into());
            }
        };
        if !planted::on("reply_for_another") {
            check(&response, &asked)?;
        }
        if !self.renewed && settle::is_behind(&asked, &response) {
            // The office is told: the next ask says that a receipt did not match.
            return self.renew(true);
        }
        let Some(response) = self.rows(|rows| filled(rows, &asked.sent, response))? else {
            // The office has something of them that this phone has not: it is asked for the whole, once.
            return match std::mem::replace(&mut self.folds, false) {
                true => self.ask_sync(),
                false => Err(Trouble::NotAnOffice("said briefly without being asked to".into()).into()),
            };
        };
        let ahead = Ahead::measured(begun, answered, response.office_time, self.core.clock.boot());
        self.sent.extend(asked.sent.iter().map(|change| change.sequence));
        if !asked.sent.is_empty() {
            lock(&self.core.live).push_failures = 0;
            self.body = self.body.saturating_mul(8).min(MAX_BODY);
        } else if self.searching {
            // It answers when nothing is sent, so it is one of the changes.
            self.most = self.most.max(1);
        }
        let more = response.more;
        {
            let mut live = lock(&self.core.live);
            live.room = live.room.map(|room| room.saturating_mul(4)).filter(|room| ROOM.contains(room));
        }
        self.as_of = Some(response.office_time);
        if let Some(list) = response.reference.clone() {
            lock(&self.core.live).sets = list.iter().map(|set| (set.name.clone(), set.bytes)).collect();
            self.wanted = Some((list, response.office_time));
        }
        if planted::on("cursor_before_apply") {
            self.write(|rows| rows.save_pull(&response.cursor, !more))?;
        }
        let now = self.core.now(asked.device.ahead.as_ref());
        let (events, waits) = self.write(|rows| {
            let events = settle(rows, &asked, response, &ahead, now)?;
            Ok((events, rows.is_sendable_besides(&self.sent)?))
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

    /// The link was cut. When it was in the middle of an answer, the next one is to be smaller.
    fn cut_answer(&self) {
        let mut live = lock(&self.core.live);
        if live.heard {
            live.room = Some((live.room.unwrap_or(ROOM.end) / 4).max(ROOM.start));
        }
    }

    /// The office takes this phone for a copy (or it is one: restored from the system's backup, or cloned): what waits
    /// is sent as another phone's. Nothing is lost, and nothing is held twice: the facts keep their ids.
    fn renew(&mut self, mismatch: bool) -> Result<Step, Failed> {
        let id = DeviceId(uuid_at(self.core.clock.utc()));
        tracing::warn!("this phone takes a new identity");
        self.write(|rows| {
            rows.renew(id)?;
            rows.save_receipt_mismatch(mismatch)
        })?;
        self.renewed = true;
        self.sent.clear();
        self.ask_sync()
    }

    /// The same changes failed again and again: the office is asked for news alone, and if it can answer that,
    /// half of the changes are sent, and half of these, until the one is found that it cannot take (I5).
    fn push_failed(&mut self, sent: Vec<Waiting>, status: u16) -> Result<Step, Failed> {
        if !self.searching {
            let mut live = lock(&self.core.live);
            live.push_failures += 1;
            if live.push_failures < PATIENCE {
                return Err(Trouble::Status(status).into());
            }
            drop(live);
            self.searching = true;
            self.most = 0;
            return self.ask_sync().inspect(|_| self.most = sent.len().div_ceil(2));
        }
        self.most = sent.len() / 2;
        let mut sent = sent.into_iter();
        match (sent.next(), sent.next()) {
            (Some(poison), None) => {
                tracing::warn!(sequence = poison.sequence, "the office cannot take this change");
                let ask = Ask::quarantine(&self.token, &poison.body);
                self.at = At::Quarantine(poison);
                Ok(Step::Ask(ask))
            }
            _ => self.ask_sync(),
        }
    }

    fn quarantined(&mut self, poison: Waiting, heard: Heard) -> Result<Step, Failed> {
        match office::accepted(heard) {
            Ok(_) => {
                self.write(|rows| {
                    rows.refuse(poison.sequence, Refusal::Quarantined)?;
                    fold(rows, poison.work_order)
                })?;
                self.core.tell(Event::Job { work_order: poison.work_order });
            }
            // Not even so: it stays, and the others go on.
            Err(Trouble::Status(status)) => self.apart = Some(Trouble::Status(status)),
            Err(trouble) => return Err(trouble.into()),
        }
        self.sent.insert(poison.sequence);
        self.most = MAX_PUSH;
        self.searching = false;
        self.ask_sync()
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
        match office::named(heard, &set.digest) {
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
        if !self.sent.is_empty() {
            lock(&self.core.live).progressed = true;
        }
        let (left, thumbs) = self.rows(|rows| {
            let left = rows.photos_to_send(self.core.clock.utc())?;
            let mut thumbs = VecDeque::new();
            for photo in left.iter().filter(|photo| photo.size - photo.sent.min(photo.size) > SMALL_PHOTO) {
                if rows.thumb_tries(&photo.digest)? < THUMB_TRIES {
                    thumbs.push_back(photo.digest.clone());
                }
            }
            Ok((left, thumbs))
        })?;
        self.next_thumbs(Photos { left: left.into(), thumbs, room: THUMBS, failures: 0 })
    }

    /// The office sees what is on the photos before the first of them is there. Nothing depends on it.
    fn next_thumbs(&mut self, mut photos: Photos) -> Result<Step, Failed> {
        let (mut thumbs, mut asked, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(digest) = photos.thumbs.pop_front() {
            let shown = self.rows(|rows| rows.photo(&digest, true))?.unwrap_or_default();
            let Some(jpeg) = to_send_ahead(&shown) else { continue };
            bytes += jpeg.len();
            if !thumbs.is_empty() && (bytes > photos.room || thumbs.len() == MAX_THUMBS) {
                photos.thumbs.push_front(digest);
                break;
            }
            thumbs.push(Thumb { photo: digest.clone(), jpeg });
            asked.push(digest);
        }
        if thumbs.is_empty() {
            return self.next_photo(photos);
        }
        if self.rows(|rows| rows.is_sendable_besides(&self.sent))? {
            return self.ask_sync();
        }
        let ask = Ask::new("POST", "/v1/thumbs", Some(&self.token));
        let ask = ask.json(&Thumbs { thumbs }).map_err(Error::from)?;
        self.at = At::Thumbs(photos, asked);
        Ok(Step::Ask(ask))
    }

    fn thumbs_heard(&mut self, mut photos: Photos, asked: Vec<Digest>, heard: Heard) -> Result<Step, Failed> {
        let outcome = office::accepted(heard);
        // An office that does not know thumbnails, or does not want these, is not asked again.
        let settled = match &outcome {
            Ok(_) => true,
            Err(Trouble::Status(status)) => *status < 500,
            Err(_) => false,
        };
        let again = self.write(|rows| {
            let mut again = Vec::new();
            for digest in asked {
                let tries = if settled { THUMB_TRIES } else { rows.thumb_tries(&digest)? + 1 };
                rows.thumb_tried(&digest, tries)?;
                again.extend((tries < THUMB_TRIES).then_some(digest));
            }
            Ok(again)
        })?;
        match outcome {
            Ok(_) => lock(&self.core.live).progressed = true,
            // Cut once, less of it may get through. Then the photos are tried, which find out what becomes of the link.
            Err(Trouble::Unreachable(_)) if photos.room == THUMBS => {
                photos.room /= 3;
                again.into_iter().rev().for_each(|digest| photos.thumbs.push_front(digest));
            }
            Err(Trouble::Unreachable(_) | Trouble::Status(_)) => photos.thumbs.clear(),
            Err(trouble) => return Err(trouble.into()),
        }
        self.next_thumbs(photos)
    }

    fn next_photo(&mut self, mut photos: Photos) -> Result<Step, Failed> {
        while let Some(photo) = photos.left.pop_front() {
            let Some(bytes) = self.rows(|rows| rows.photo(&photo.digest, false))? else { continue };
            let sending = Sending { photo, bytes, asked: Asked::Progress, without_progress: 0, cuts: 0 };
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
        if self.rows(|rows| rows.is_sendable_besides(&self.sent))? {
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
        let held = match office::upload(heard, &sending.photo.digest) {
            Ok(held) => held,
            Err(Trouble::Status(status)) => return self.spurned(photos, &sending.photo, status),
            Err(Trouble::Unreachable(why)) => return self.cut(photos, sending, why),
            Err(trouble) => return Err(trouble.into()),
        };
        if held.complete || held.offset > sending.photo.sent {
            sending.cuts = 0;
            lock(&self.core.live).progressed = true;
        }
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

    /// The link was cut in the middle. The office keeps what arrived, so it is asked how much that is, and the
    /// photo goes on from there in the same pass.
    fn cut(&mut self, photos: Photos, mut sending: Sending, why: String) -> Result<Step, Failed> {
        sending.cuts += 1;
        if sending.cuts > 1 {
            // Something on the way passes on whole requests only, and such large ones don't get through.
            let mut live = lock(&self.core.live);
            live.segment = (live.segment / 2).max(*SEGMENTS.start());
        }
        if sending.cuts >= CUTS {
            return Err(Trouble::Unreachable(why).into());
        }
        self.progress(photos, sending)
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
            // The phone's clock may have been set back since.
            let now = self.as_of.map_or(now, |as_of| as_of.max(now));
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
            let now = now - TimeDelta::milliseconds(ahead);
            rows.drop_kept(now - KEPT)?;
            let device = rows.device()?;
            rows.drop_photos(device.safe.at, now - KEPT)?;
            lock(&self.core.live).last_sync = Some(now);
            // After a kill it may be shown older than it is, never younger.
            match device.last_sync {
                Some(noted) if self.sent.is_empty() && (noted..noted + NOTED).contains(&now) => Ok(()),
                _ => rows.save_last_sync(now),
            }
        })?;
        match self.apart.take() {
            Some(trouble) => Err(trouble.into()),
            None => Ok(Step::Done),
        }
    }
}

/// Could the office's failure be about what was sent to it?
fn may_be_the_changes(status: u16) -> bool {
    matches!(status, 400 | 413 | 415 | 422 | 500..=502 | 504..=599)
}

/// What goes with the next request. Everything in the order it was recorded, when it is little; otherwise what others
/// wait for first, each with everything that was recorded before it on its work order.
fn next_batch(left: Vec<Sendable>, body: usize, most: usize) -> Vec<u64> {
    let all: usize = left.iter().map(|one| one.bytes).sum();
    let in_order = if all <= body { left } else { by_value(left) };
    let mut bytes = 0;
    let fits = in_order.into_iter().take(most).take_while(|one| {
        let first = bytes == 0;
        bytes += one.bytes;
        first || bytes <= body
    });
    fits.map(|one| one.sequence).collect()
}

fn by_value(left: Vec<Sendable>) -> Vec<Sendable> {
    let mut by_order: BTreeMap<WorkOrderId, VecDeque<Sendable>> = BTreeMap::new();
    for one in &left {
        by_order.entry(one.work_order).or_default().push_back(*one);
    }
    let mut sorted = Vec::with_capacity(left.len());
    for urgency in [Urgency::Status, Urgency::SignOff, Urgency::Record] {
        for urgent in left.iter().filter(|one| one.urgency == urgency) {
            let Some(queue) = by_order.get_mut(&urgent.work_order) else { continue };
            while queue.front().is_some_and(|next| next.sequence <= urgent.sequence) {
                sorted.extend(queue.pop_front());
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sendable(rows: &[(u128, Urgency, usize)]) -> Vec<Sendable> {
        let rows = rows.iter().zip(1..);
        rows.map(|(&(order, urgency, bytes), sequence)| Sendable {
            sequence,
            work_order: WorkOrderId(uuid::Uuid::from_u128(order)),
            urgency,
            bytes,
        })
        .collect()
    }

    #[test]
    fn what_others_wait_for_goes_first_with_what_came_before_it() {
        use Urgency::{Record, SignOff, Status};
        let left = sendable(&[
            (1, Record, 50),  // 1
            (1, Record, 50),  // 2
            (2, Record, 50),  // 3
            (2, SignOff, 50), // 4
            (1, Record, 50),  // 5
            (3, Status, 50),  // 6
        ]);
        assert_eq!(next_batch(left.clone(), 300, 500), [1, 2, 3, 4, 5, 6], "little enough: as recorded");
        assert_eq!(next_batch(left.clone(), 290, 500), [6, 3, 4, 1, 2], "the answer, the sign-off, the rest");
        assert_eq!(next_batch(left.clone(), 100, 500), [6, 3]);
        assert_eq!(next_batch(left.clone(), 10, 500), [6], "one, however large");
        assert_eq!(next_batch(left.clone(), 300, 2), [1, 2]);
        assert!(next_batch(left, 300, 0).is_empty());
    }
}
