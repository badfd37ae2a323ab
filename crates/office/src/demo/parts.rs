//! Ten thousand parts: what one finds in a firm's catalogue, from some sixty kinds in many sizes and series.

use super::company::{list, pick};
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
pub struct Kind {
    pub key: String,
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

pub fn kinds() -> Result<Vec<Kind>> {
    list("parts", include_str!("../../demo/parts.json"))
}

pub fn catalogue() -> Result<Vec<Part>> {
    let kinds = kinds()?;
    let part = |index: usize| part(&kinds[index % kinds.len()], index, index / kinds.len());
    Ok((0..PARTS).map(part).collect())
}

/// The part of a kind that jobs of the demo company ask for.
pub fn of_kind(key: &str, variant: usize) -> Result<Part> {
    let kinds = kinds()?;
    let place = kinds.iter().position(|kind| kind.key == key);
    let place = place.with_context(|| format!("The demo company has no part {key}"))?;
    Ok(part(&kinds[place], variant * kinds.len() + place, variant))
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

/// What a technician carries: what jobs usually ask for, and a bit of everything.
pub fn van(login: &str) -> Result<Vec<VanStock>> {
    let kinds = kinds()?;
    let mut stock: Vec<VanStock> = Vec::with_capacity(ON_VAN);
    for round in 0.. {
        for kind in &kinds {
            if stock.len() == ON_VAN {
                return Ok(stock);
            }
            // The first round carries what work orders reserve: variant 0.
            let variant = if round == 0 { 0 } else { 1 + pick(&format!("{login}/{}/{round}", kind.key), 60) };
            let number = of_kind(&kind.key, variant)?.number;
            let most = if kind.serialised { 2 } else { 8 };
            let quantity = 1 + pick(&format!("{login}/{number}"), most);
            if !stock.iter().any(|one| one.number == number) {
                stock.push(VanStock { number, quantity: u32::try_from(quantity).unwrap_or(1) });
            }
        }
    }
    Ok(stock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ten_thousand_parts_have_a_number_and_a_name_of_their_own() {
        let parts = catalogue().unwrap();
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
        let numbers: HashSet<_> = catalogue().unwrap().into_iter().map(|part| part.number).collect();
        let van = van("wang.lei").unwrap();
        assert_eq!(van.len(), ON_VAN);
        assert!(van.iter().all(|one| numbers.contains(&one.number) && one.quantity > 0));
    }
}
