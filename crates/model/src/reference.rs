//! Reference data that phones keep whole: the parts catalogue, fault codes, the van's stock.

use crate::{Money, Sheet, Text, change::PartSource};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    pub number: String,
    pub name: Text,
    /// Pinyin initials of the Chinese name: `zc` for 轴承.
    pub initials: String,
    /// What one is: "each", "m", "100 g".
    pub unit: Text,
    pub price: Option<Money>,
    /// Carries a serial number that must be recorded.
    #[serde(default)]
    pub serialised: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultCode {
    pub code: String,
    pub name: Text,
    pub cause: Text,
    pub remedy: Text,
}

/// What this technician carries of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VanStock {
    pub number: String,
    pub quantity: u32,
}

/// How many of a part a sheet takes from the van and how many that carries, where it is more.
pub fn beyond_stock(stock: &[VanStock], sheet: &Sheet, number: &str) -> Option<(u32, u32)> {
    let taken = sheet.parts.iter().filter(|line| line.from == PartSource::Van && line.part.number == number);
    let taken = taken.map(|line| line.quantity).fold(0, u32::saturating_add);
    let carried = stock.iter().filter(|one| one.number == number).map(|one| one.quantity).sum();
    (taken > carried).then_some((taken, carried))
}
