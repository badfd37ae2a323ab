//! What the demo company's people can do and where, and who is on call: the outlines of the areas are made up.

use super::company::id_of;
use crate::store::{Tx, crew};
use anyhow::{Context, Result};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use jobsheet_model::{
    area,
    dispatch::{Profile, Turn, TurnKind},
    ids::TurnId,
    work_order::Technician,
};

/// By login: kinds of equipment, and the grade.
const SKILLS: [(&str, &[&str], u8); 6] = [
    ("wang.lei", &["autoclave", "centrifuge", "chiller", "dishwasher", "purifier", "split_ac", "ups"], 3),
    ("chen.chen", &["autoclave", "centrifuge", "dishwasher", "purifier", "split_ac", "ups"], 2),
    ("zhao.min", &["autoclave", "centrifuge", "chiller", "dishwasher", "purifier"], 2),
    ("ana.li", &["autoclave", "centrifuge", "chiller", "purifier", "split_ac", "ups"], 4),
    ("liu.yang", &["chiller", "dishwasher", "purifier", "split_ac", "ups"], 1),
    ("sun.hao", &["chiller", "dishwasher", "purifier", "split_ac", "ups"], 2),
];
/// The rota is filled so many days ahead.
const DAYS: u64 = 28;

pub fn seed(tx: &dyn Tx, technicians: &[Technician]) -> Result<()> {
    let areas = area::import(include_str!("../../demo/areas.json"));
    let areas = areas.map_err(|found| anyhow::anyhow!("Reading demo/areas.json: {found:?}"))?;
    crew::set_areas(tx, &areas)?;
    for (login, skills, grade) in SKILLS {
        let one = technicians.iter().find(|one| one.login == login).context("A skill of nobody's")?;
        let skills = skills.iter().map(|skill| (*skill).to_owned()).collect();
        crew::save_profile(tx, one.id, 1, &Profile { skills, grade, ..Profile::default() })?;
    }
    Ok(())
}

/// Each night one is on call, each day another one sits at the desk, all in turn. In Chengdu the day's hours are from
/// eight to eight.
pub fn rota(tx: &dyn Tx, technicians: &[Technician], today: NaiveDate) -> Result<()> {
    for n in 0..=DAYS {
        let day = today + Days::new(n) - Days::new(1);
        let whose = |ahead: usize| {
            let days = usize::try_from((day - NaiveDate::default()).num_days()).unwrap_or_default();
            technicians.get((days + ahead) % technicians.len().max(1)).map(|one| one.id)
        };
        let opens: DateTime<Utc> = day.and_time(chrono::NaiveTime::MIN).and_utc();
        let half = TimeDelta::hours(12);
        for (kind, technician, from) in
            [(TurnKind::Desk, whose(3), opens), (TurnKind::OnCall, whose(0), opens + half)]
        {
            let Some(technician) = technician else { continue };
            let id = TurnId(id_of(&format!("turn {kind:?} {day}")));
            // What somebody has changed meanwhile stands.
            if crew::turn(tx, id)?.is_none() {
                crew::save_turn(tx, &Turn { id, technician, kind, from, to: from + half })?;
            }
        }
    }
    Ok(())
}
