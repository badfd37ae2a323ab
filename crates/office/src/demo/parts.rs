//! Ten thousand parts: what one finds in a firm's catalogue, from some sixty kinds in many sizes and series.

use super::company::{EQUIPMENT, list, pick, usual_parts};
use anyhow::{Context, Result};
use jobsheet_model::{
    Money, Text,
    reference::{Part, VanStock},
};
use serde::Deserialize;

const PARTS: usize = 10_000;
const SERIES: [&str; 12] = ["JC", "HT", "LD", "NB", "QX", "RS", "TW", "VK", "WX", "XH", "YD", "ZF"];
const SIZES: usize = 14;
const ON_VAN: usize = 80;

#[derive(Deserialize)]
struct Kind {
    key: String,
    name: Text,
    initials: String,
    unit: Text,
    /// `φ{} mm`; `{:02}` asks for leading zeros.
    size: String,
    start: u32,
    step: u32,
    /// Of the smallest size, in fen.
    price: i64,
    /// Percent that each size costs more than the one before.
    grow: i64,
    serialised: bool,
}

pub struct Catalogue(Vec<Kind>);

impl Catalogue {
    pub fn read() -> Result<Self> {
        list("parts", include_str!("../../demo/parts.json")).map(Self)
    }

    pub fn parts(&self) -> Vec<Part> {
        let kinds = &self.0;
        (0..PARTS).map(|index| part(&kinds[index % kinds.len()], index, index / kinds.len())).collect()
    }

    /// One size of a kind.
    pub fn of_kind(&self, key: &str, variant: usize) -> Result<Part> {
        let place = self.0.iter().position(|kind| kind.key == key);
        let place = place.with_context(|| format!("The demo company has no part {key}"))?;
        Ok(part(&self.0[place], variant * self.0.len() + place, variant))
    }

    /// What a technician carries: what work orders reserve, then a bit of everything.
    pub fn van(&self, login: &str) -> Result<Vec<VanStock>> {
        let usual = EQUIPMENT.iter().flat_map(|kind| usual_parts(kind)).map(|(key, size)| (key, size, 2));
        let more = (0..).flat_map(|round| {
            self.0.iter().map(move |kind| {
                let size = pick(&format!("{login}/{}/{round}", kind.key), 60);
                (kind.key.as_str(), size, 1)
            })
        });
        let mut stock: Vec<VanStock> = Vec::with_capacity(ON_VAN);
        for (key, size, at_least) in usual.chain(more) {
            if stock.len() == ON_VAN {
                break;
            }
            let part = self.of_kind(key, size)?;
            if stock.iter().all(|one| one.number != part.number) {
                let most = if part.serialised { 2 } else { 8 };
                let quantity = at_least + pick(&format!("{login}/{}", part.number), most);
                let quantity = u32::try_from(quantity).unwrap_or(1);
                stock.push(VanStock { number: part.number, quantity });
            }
        }
        Ok(stock)
    }
}

fn part(kind: &Kind, index: usize, variant: usize) -> Part {
    let (size, series) = (variant % SIZES, SERIES[variant / SIZES % SERIES.len()]);
    let steps = u32::try_from(size).unwrap_or_default();
    let size_text = sized(&kind.size, kind.start + steps * kind.step);
    let grown = (0..size).fold(kind.price, |price, _| price + price * kind.grow / 100);
    let brand = grown * i64::try_from(pick(series, 30)).unwrap_or_default() / 100;
    // Prices end in a whole or a half yuan.
    let minor = (grown + brand) / 50 * 50;
    Part {
        number: number(100_001 + index),
        name: Text::new(
            format!("{} {size_text}, {series} series", kind.name.en),
            format!("{} {size_text} {series} 系列", kind.name.zh),
        ),
        initials: kind.initials.clone(),
        unit: kind.unit.clone(),
        price: Some(Money::new(minor, "CNY")),
        serialised: kind.serialised,
    }
}

fn sized(pattern: &str, size: u32) -> String {
    pattern
        .replace("{:02}", &format!("{size:02}"))
        .replace("{:03}", &format!("{size:03}"))
        .replace("{}", &size.to_string())
}

/// `P100035-5`: the last digit is a Luhn check digit, so that a misread number is no number.
fn number(n: usize) -> String {
    let sum: u32 = n
        .to_string()
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, twice) if twice > 9 => twice - 9,
            (0, twice) => twice,
            _ => digit,
        })
        .sum();
    format!("P{n}-{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ten_thousand_parts_have_a_number_and_a_name_of_their_own() {
        let parts = Catalogue::read().unwrap().parts();
        assert_eq!(parts.len(), PARTS);
        let numbers: HashSet<_> = parts.iter().map(|part| &part.number).collect();
        let names: HashSet<_> = parts.iter().map(|part| &part.name).collect();
        assert_eq!((numbers.len(), names.len()), (PARTS, PARTS));
        assert!(parts.iter().all(|part| part.price.as_ref().is_some_and(|price| price.minor > 0)));
        assert!(parts.iter().all(|part| !part.initials.is_empty()));
    }

    #[test]
    fn the_check_digit_is_the_one_on_the_box() {
        assert_eq!(number(100_035), "P100035-5");
    }

    #[test]
    fn a_van_carries_eighty_parts_of_the_catalogue() {
        let numbers: HashSet<_> =
            Catalogue::read().unwrap().parts().into_iter().map(|part| part.number).collect();
        let van = Catalogue::read().unwrap().van("wang.lei").unwrap();
        assert_eq!(van.len(), ON_VAN);
        assert!(van.iter().all(|one| numbers.contains(&one.number) && one.quantity > 0));
    }
}
