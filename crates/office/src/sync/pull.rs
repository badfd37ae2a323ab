//! What a sync is answered with: work orders that moved since the phone's cursor, a page at a time, and the receipt.

use super::*;

/// Work orders in one answer.
const PAGE: usize = 500;
/// Bytes of them in one answer, before they are packed; a phone may ask for less.
const PAGE_BYTES: usize = 1024 * 1024;
/// Of the very first: enough to work with, and soon there.
const FIRST_BYTES: usize = 128 * 1024;

/// What an answer says of work orders.
struct Moving<'a> {
    db: &'a dyn Tx,
    me: &'a Technician,
    /// The phone has all up to here, and can do with sheets.
    has: Option<u64>,
    bases: Vec<Base>,
    sheets: Vec<BaseSheet>,
    gone: Vec<Gone>,
    bytes: usize,
}

impl<'a> Moving<'a> {
    fn new(db: &'a dyn Tx, me: &'a Technician, has: Option<u64>) -> Self {
        Self { db, me, has, bases: Vec::new(), sheets: Vec::new(), gone: Vec::new(), bytes: 0 }
    }

    fn add(&mut self, id: WorkOrderId, active: bool, whole: bool) -> anyhow::Result<()> {
        if !active {
            self.gone.extend(held::gone(self.db, id, self.me.id)?);
            return Ok(());
        }
        let Some(held::Sent { base, known_from, bytes }) = held::base(self.db, id, self.me.id)? else {
            return Ok(());
        };
        self.bytes += bytes;
        if !whole && self.has.is_some_and(|has| known_from <= has) {
            let Base { n, order, sheet, photos_held } = base;
            self.sheets.push(BaseSheet { n, version: order.version, sheet, photos_held });
        } else {
            self.bases.push(base);
        }
        Ok(())
    }
}

impl Office {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn answer(
        &self,
        db: &dyn Tx,
        me: &Technician,
        request: &SyncRequest,
        cursor: Cursor,
        results: Vec<ChangeResult>,
        belongs: &BTreeSet<WorkOrderId>,
        now: DateTime<Utc>,
    ) -> Result<SyncResponse, Halt> {
        let mut moved = held::moved(db, me.id, cursor.position, PAGE + 1)?;
        let mut answer = Moving::new(db, me, request.folds.then_some(cursor.position));
        let most = if cursor.position == 0 { FIRST_BYTES } else { PAGE_BYTES };
        let room = request.room.map_or(most, |room| most.min(usize::try_from(room).unwrap_or(most)));
        let mut fit = 0;
        for one in moved.iter().take(PAGE) {
            answer.add(one.work_order, one.active, belongs.contains(&one.work_order))?;
            fit += 1;
            if answer.bytes >= room {
                break;
            }
        }
        let more = fit < moved.len();
        moved.truncate(fit);
        let position = match moved.last() {
            Some(last) if more => last.position,
            _ => store::counter(db)?,
        };
        for id in belongs.iter().filter(|id| !moved.iter().any(|one| one.work_order == **id)) {
            if let Some(access) = store::access(db, *id, me.id)? {
                answer.add(*id, access.active, true)?;
            }
        }
        let Moving { bases, sheets, gone, .. } = answer;

        let reference = held::reference_list(db, me.id)?;
        let current = Some(reference_digest(&reference)) == request.reference;
        let device = held::device(db, request.device)?;
        let held_to = device.as_ref().map_or(0, |device| device.sequence);
        let their_zone = device.as_ref().and_then(|device| device.zone);
        let moves = !bases.is_empty() || !sheets.is_empty() || !gone.is_empty();
        let brings = request.check || cursor.afresh || moves;
        let scope = match brings && !more && !planted::on("no_epoch") {
            true => Some(scope_digest(held::scope(db, me.id)?)),
            false => None,
        };
        let marker = store::marker(db, position)?.context("The counter's place has no name")?;
        let speaks = cursor.afresh || !request.changes.is_empty();
        Ok(SyncResponse {
            nonce: request.nonce,
            results,
            receipt: match &device {
                Some(device) => self.receipt(db, request, device, now)?,
                None => None,
            },
            incarnation: device.filter(|_| speaks).and_then(|device| device.incarnation),
            missing_from: (request.recorded > held_to).then_some(held_to + 1),
            beyond: match request.recorded > held_to {
                true => held::links_after(db, request.device, held_to)?,
                false => Vec::new(),
            },
            afresh: cursor.afresh,
            bases,
            sheets,
            same: Vec::new(),
            gone,
            reference: (!current).then_some(reference),
            photos_missing: held::photos_missing(db, me.id)?,
            scope,
            office_time: now,
            zone: store::zone(db, now)?.filter(|zone| their_zone != Some(*zone)),
            cursor: format!("{}.{}.{marker}", cursor.epoch, position),
            more,
        })
    }

    /// Nothing when it says what the phone knows.
    fn receipt(
        &self,
        db: &dyn Tx,
        request: &SyncRequest,
        device: &held::Device,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Option<Receipt>> {
        let backup = store::backup(db)?;
        let safe = Safe {
            position: backup.map_or(0, |(position, _)| position),
            sequence: device.safe_sequence,
            at: backup.map(|(_, at)| at),
        };
        if device.sequence == 0
            || request.held == (HeldMark { sequence: device.sequence, safe: safe.position })
        {
            return Ok(None);
        }
        let held = (device.sequence + u64::from(planted::on("receipt_ahead")), device.hash.clone());
        Ok(Some(Receipt::sign(&self.0.key, request.device, held, now, safe)))
    }
}
