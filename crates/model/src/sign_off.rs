//! The phone's signature under a sign-off: who signed what is the customer's; that this phone took exactly that, and
//! when, is what the phone's own key says. Without the office, anybody who has the copy can check it ([`crate::paper`]).

use crate::{
    Digest, WorkOrderId,
    canonical::canonical_text,
    change::SignOffAct,
    moment::Moment,
    sign::{PublicKey, SecretKey, Signature, sign, verify},
};
use chrono::{FixedOffset, SecondsFormat};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the signature is for, and the form of what is signed.
pub const DOMAIN: &str = "jobsheet-sign-off/1";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneSignature {
    /// When, where the phone was: `2026-11-22T10:20:33+08:00`.
    pub at: String,
    #[ts(type = "string")]
    pub key: PublicKey,
    #[ts(type = "string")]
    pub signature: Signature,
}

impl PhoneSignature {
    pub fn under(key: &SecretKey, work_order: WorkOrderId, act: &SignOffAct, at: &Moment) -> Self {
        let at = local_time(at);
        let signature = sign(key, DOMAIN, statement(work_order, act, &at).as_bytes());
        Self { at, key: key.public(), signature }
    }

    /// Does it fit this act, on this work order? Whose phone has the key is another question.
    pub fn is_genuine(&self, work_order: WorkOrderId, act: &SignOffAct) -> bool {
        verify(&self.key, DOMAIN, statement(work_order, act, &self.at).as_bytes(), &self.signature)
    }
}

/// What is signed: the act, which holds the digests of the document and of the ink, bound to one work order.
pub fn statement(work_order: WorkOrderId, act: &SignOffAct, at: &str) -> String {
    #[derive(Serialize)]
    struct Statement<'a> {
        form: &'static str,
        work_order: WorkOrderId,
        at: &'a str,
        act: &'a SignOffAct,
    }
    canonical_text(&Statement { form: DOMAIN, work_order, at, act })
}

/// The eight characters by which people tell keys apart: `7F3A-91C2`.
pub fn key_code(key: &PublicKey) -> String {
    Digest::of(&key.to_bytes()).code()
}

fn local_time(at: &Moment) -> String {
    let utc = at.best();
    let zone = FixedOffset::east_opt(at.offset.saturating_mul(60));
    zone.map_or_else(|| utc.fixed_offset(), |zone| utc.with_timezone(&zone))
        .to_rfc3339_opts(SecondsFormat::Secs, false)
}
