//! What a change must be before it is recorded, judged against the work order the technician saw.
//!
//! [`prepare`] refuses what is no answer to this work order, and fills in the facts that follow from it
//! (verdict, distance, tariff), so that the change carries them and no later fold needs the work order: phone and
//! office then agree even when the office has sent a newer work order meanwhile. It is idempotent; the
//! office prepares what it receives again, and a difference is what it looks at.

use crate::{
    Digest, Refusal, Sheet, What, WorkOrder,
    canonical::canonical,
    change::{KnownWhat, SignOffAct, Stroke},
    document::document,
    place::at_site,
    step::judge,
    text::tidy,
};

pub fn prepare(order: &WorkOrder, sheet: &Sheet, what: What) -> Result<What, Refusal> {
    let What::Known(known) = what else { return Ok(what) };
    let known = match known {
        KnownWhat::StepAnswered { step, answer, note, .. } => {
            let asked = order.template.step(&step).ok_or(Refusal::NoSuchStep)?;
            let verdict = judge(&asked.kind, &answer).map_err(|_| Refusal::WrongAnswer)?;
            KnownWhat::StepAnswered { step, answer, verdict: Some(verdict), note }
        }
        KnownWhat::Arrived { position, note, .. } => {
            let position = position.filter(|p| p.is_real());
            let distance_m = position.zip(order.site.position).map(|(here, site)| here.metres_to(&site));
            let on_site = position
                .zip(distance_m)
                .map(|(here, metres)| at_site(metres, here.accuracy_m, order.site.radius_m));
            KnownWhat::Arrived { position, distance_m, on_site, note }
        }
        KnownWhat::QuoteAgreed { total, agreed_by, .. } => {
            KnownWhat::QuoteAgreed { total, agreed_by, tariff: Some(order.tariff.version.clone()) }
        }
        KnownWhat::SignedOff { act, ink, phone } => {
            if !sheet.is_locked() && document(order, sheet, act.language).digest() != act.digest {
                return Err(Refusal::DigestDiffers);
            }
            // Tidied here, where it is not signed yet: what the phone signs must be what the sheet keeps.
            let act = SignOffAct { ink: Some(ink_digest(&ink)), signatory: tidy(&act.signatory), ..act };
            KnownWhat::SignedOff { act, ink, phone }
        }
        other => other,
    };
    Ok(known.into())
}

/// Fingerprint of the ink: of its canonical JSON (whole numbers only).
pub fn ink_digest(ink: &[Stroke]) -> Digest {
    Digest::of(&canonical(&ink))
}
