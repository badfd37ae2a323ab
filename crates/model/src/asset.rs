//! What a machine has been through: the visits that the office tells of, and what this phone itself holds of them.

use crate::{
    Digest, Sheet, Stage, Text, WorkOrder, WorkOrderId,
    moment::millis,
    work_order::{Equipment, PastVisit},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most visits that are told of.
pub const MOST_VISITS: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Asset {
    pub equipment: Option<Equipment>,
    /// The newest first, at most ten.
    pub visits: Vec<AssetVisit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssetVisit {
    #[ts(type = "string")]
    pub on: NaiveDate,
    pub number: String,
    pub technician: String,
    pub summary: String,
    /// Present where the visit's sheet is on this phone.
    pub sheet: Option<VisitSheet>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitSheet {
    pub work_order: WorkOrderId,
    pub parts: Vec<VisitPart>,
    pub photos: Vec<VisitPhoto>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitPart {
    pub number: String,
    pub name: Text,
    pub quantity: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitPhoto {
    pub digest: Digest,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// Its bytes are here; those of long ago are at the office alone.
    pub here: bool,
}

/// Is it the same machine? By the office's own number for it; a sheet opened on site has none, so by serial.
pub fn is_same(one: &Equipment, other: &Equipment) -> bool {
    if one.id.is_empty() || other.id.is_empty() {
        !one.serial.is_empty() && one.serial == other.serial
    } else {
        one.id == other.id
    }
}

/// `held`: the orders and sheets of the same machine that are on this phone. `here`: whether a photo's bytes are.
pub fn asset(
    order: &WorkOrder,
    held: &[(WorkOrder, Sheet)],
    offset: i32,
    here: impl Fn(&Digest) -> bool,
) -> Asset {
    let sheet_of = |sheet: &Sheet| VisitSheet {
        work_order: sheet.work_order,
        parts: (sheet.parts.iter())
            .map(|line| VisitPart {
                number: line.part.number.clone(),
                name: line.part.name.clone(),
                quantity: line.quantity,
            })
            .collect(),
        photos: (sheet.photos.iter())
            .map(|photo| VisitPhoto { digest: photo.digest.clone(), at: photo.at, here: here(&photo.digest) })
            .collect(),
    };
    let mut visits: Vec<AssetVisit> = (order.history.iter())
        .map(|PastVisit { on, number, technician, summary }| AssetVisit {
            on: *on,
            number: number.clone(),
            technician: technician.clone(),
            summary: summary.clone(),
            sheet: held.iter().find(|(other, _)| other.number == *number).map(|(_, sheet)| sheet_of(sheet)),
        })
        .collect();
    for (other, sheet) in held {
        let told = other.id == order.id || visits.iter().any(|visit| visit.number == other.number);
        let visited = !told && sheet.stage != Stage::Declined;
        let Some(over) = sheet.over_at().filter(|_| visited) else { continue };
        visits.push(AssetVisit {
            on: (over + TimeDelta::minutes(i64::from(offset))).date_naive(),
            number: other.number.clone(),
            technician: other.assignment.technician_name.clone(),
            summary: sheet.diagnosis.as_ref().map_or_else(String::new, |d| d.remedy.clone()),
            sheet: Some(sheet_of(sheet)),
        });
    }
    visits.sort_by(|a, b| b.on.cmp(&a.on).then_with(|| b.number.cmp(&a.number)));
    visits.truncate(MOST_VISITS);
    Asset { equipment: order.equipment.clone(), visits }
}
