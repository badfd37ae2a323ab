//! A rescue file's changes are judged and kept as a push of that phone would be. Incarnations are for phones that
//! speak for themselves: a file has none and moves none, so the phone goes on where it was.

use super::*;
use jobsheet_model::rescue::Head as Made;

/// What became of the changes.
#[derive(Default)]
pub(crate) struct Judged {
    pub accepted: u32,
    pub duplicates: u32,
    pub refused: u32,
}

impl Office {
    /// All of them or, on an error, none. Who gave the file in stands in the journal of every work order that something
    /// new came for. `marked`: every work order that something new came for is raised.
    pub(crate) fn take_rescued(
        &self,
        me: &Technician,
        by: &str,
        made: &Made,
        changes: &[(DeviceId, String)],
        marked: bool,
    ) -> Result<Judged, Halt> {
        let now = self.now();
        self.write(|tx| {
            let mut judged = Judged::default();
            for chain in changes.chunk_by(|one, next| one.0 == next.0) {
                let Some((device, _)) = chain.first() else { continue };
                let request = as_request(made, *device);
                let mut push = Push::begin(tx, me, &request, now)?;
                for (_, raw) in chain {
                    let result = match push.take(raw) {
                        Err(Halt::Superseded) => push.take_apart(raw)?,
                        taken => taken?,
                    };
                    *match result.outcome {
                        Outcome::Accepted => &mut judged.accepted,
                        Outcome::Duplicate => &mut judged.duplicates,
                        Outcome::Refused { .. } => &mut judged.refused,
                    } += 1;
                }
                for id in &push.accepted {
                    journal_act(tx, *id, now, by, Act::Rescued {})?;
                    if marked {
                        push.late.entry(*id).or_default().push("rescue file of a revoked phone".to_owned());
                    }
                }
                push.end(&request)?;
            }
            Ok(judged)
        })
    }
}

impl Push<'_> {
    /// One that does not fit into the chain that is held: a copy of the phone went on, here or there. A phone would
    /// take a new identity and come again; a file cannot, so the fact is kept without its place in the chain.
    fn take_apart(&mut self, raw: &str) -> Result<ChangeResult, Halt> {
        let (head, digest) = (Head::read(raw), Digest::of(raw.as_bytes()));
        let change = serde_json::from_str::<Change>(raw).ok();
        let mine = change.as_ref().is_none_or(|c| c.author == self.me.id && c.device == self.id);
        let (Some(id), true) = (head.id, mine) else {
            held::quarantine(self.tx, self.me.id, "no_link", raw.as_bytes(), self.now)?;
            let id = head.id.unwrap_or(ChangeId(uuid::Uuid::nil()));
            return Ok(ChangeResult { id, outcome: Outcome::Refused { reason: Refusal::Malformed } });
        };
        let outcome = match held::known_change(self.tx, id)? {
            Some(known) => known.refused.map_or(Outcome::Duplicate, |reason| Outcome::Refused { reason }),
            None => self.take_new(id, change.as_ref(), &head, raw, &digest)?,
        };
        if let Some(work_order) = head.work_order {
            let about = format!("phone {}", self.id);
            raise_once(self.tx, work_order, self.me, Attention::Forked, &about, self.now)?;
        }
        Ok(ChangeResult { id, outcome })
    }
}

/// The push that the phone would have sent, without its changes.
fn as_request(made: &Made, device: DeviceId) -> SyncRequest {
    SyncRequest {
        nonce: 0,
        folds: false,
        device,
        app: made.app.clone(),
        cursor: None,
        recorded: 0,
        held: HeldMark::default(),
        incarnation: None,
        changes: Vec::new(),
        reference: None,
        check: false,
        differed: false,
        mismatch: false,
        room: None,
    }
}
