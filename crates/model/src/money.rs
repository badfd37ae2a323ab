//! Money: whole minor units (fen, cents) with a currency. Never a float.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// Minor units: 48600 is ¥486.00.
    #[ts(type = "number")]
    pub minor: i64,
    /// ISO 4217, upper case.
    pub currency: String,
}

impl Money {
    pub fn new(minor: i64, currency: impl Into<String>) -> Self {
        Self { minor, currency: currency.into() }
    }

    /// `486.00`: how an amount stands in a signed document.
    pub fn decimal(&self) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        let abs = self.minor.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_two_places() {
        for (minor, text) in [(48600, "486.00"), (5, "0.05"), (0, "0.00"), (-150, "-1.50")] {
            assert_eq!(Money::new(minor, "CNY").decimal(), text);
        }
    }
}
