//! Where something is. Positions are whole micro-degrees of WGS-84, so that they compare and hash alike everywhere.

use geo::{Distance, Haversine, Point};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Latitude in millionths of a degree, north positive (WGS-84).
    pub lat_e6: i32,
    /// Longitude in millionths of a degree, east positive (WGS-84).
    pub lon_e6: i32,
    /// Accuracy in metres as the phone states it; 0 when unknown.
    #[serde(default)]
    pub accuracy_m: u32,
}

impl Position {
    pub fn new(lat: f64, lon: f64) -> Self {
        Self { lat_e6: (lat * 1e6).round() as i32, lon_e6: (lon * 1e6).round() as i32, accuracy_m: 0 }
    }

    /// A real place on earth? Some platforms answer 0/0 with no accuracy when they know nothing.
    pub fn is_real(&self) -> bool {
        (self.lat_e6, self.lon_e6) != (0, 0)
            && self.lat_e6.abs() <= 90_000_000
            && self.lon_e6.abs() <= 180_000_000
    }

    fn point(&self) -> Point {
        Point::new(f64::from(self.lon_e6) / 1e6, f64::from(self.lat_e6) / 1e6)
    }

    /// Great-circle distance in metres, rounded.
    pub fn metres_to(&self, other: &Position) -> u32 {
        Haversine.distance(self.point(), other.point()).round() as u32
    }
}

/// Arrived at the site? Within its radius, allowing for what the fix itself may be off.
pub fn at_site(metres: u32, accuracy_m: u32, radius_m: u32) -> bool {
    metres.saturating_sub(accuracy_m.min(200)) <= radius_m
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tianfu_square_to_jinli_is_two_kilometres() {
        let tianfu = Position::new(30.657_4, 104.065_8);
        let jinli = Position::new(30.645_3, 104.049_5);
        let metres = tianfu.metres_to(&jinli);
        assert!((2_030..2_080).contains(&metres), "{metres}");
        assert_eq!(tianfu.metres_to(&tianfu), 0);
    }

    #[test]
    fn a_fix_counts_as_on_site_within_radius_and_its_own_error() {
        for (metres, accuracy, radius, on_site) in
            [(80, 0, 150, true), (151, 0, 150, false), (180, 40, 150, true), (900, 5_000, 150, false)]
        {
            assert_eq!(at_site(metres, accuracy, radius), on_site, "{metres} {accuracy} {radius}");
        }
        assert!(!Position::new(0.0, 0.0).is_real());
    }
}
