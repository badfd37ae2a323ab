//! What people at the office keep of the crew: skills and grades, areas, the rota, and whether work is offered by rule.

use crate::{
    Office,
    rule::{Firm, day_of, end_of_day},
    store::{self, Tx, crew, customers, people},
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    TechnicianId,
    area::{self, Area, Map},
    board::{ConsoleArea, ConsoleCrew, ConsolePerson, ConsoleRota, Span},
    dispatch::{CrewAct, GRADES, Profile, Rules, Turn, TurnKind, Unfit, fits, on_duty},
    ids::TurnId,
    intake::Named,
    standard::Finding,
};
use uuid::Uuid;

/// Longest text that somebody may type, in characters.
const MAX_TEXT: usize = 200;
/// As long as a rota is shown at once.
const MOST_DAYS: i64 = 62;

/// Why it cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum Unkept {
    #[error("there is no such thing")]
    NoSuch,
    #[error("somebody has changed it meanwhile")]
    Changed,
    #[error("it cannot be kept so")]
    Unfit(Vec<Finding>),
    #[error("it ends before it begins, or is longer than a week")]
    Length,
    #[error("they have such a turn then already")]
    Overlaps,
    #[error("a range of at most two months is asked for")]
    Range,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Unkept {
    fn from(why: store::Error) -> Self {
        Unkept::Failed(why.into())
    }
}

impl Office {
    /// Offers work orders by rule from now on, or no longer.
    pub fn set_by_rule(&self, on: bool, by: &str) -> Result<()> {
        let now = self.now();
        self.write(|tx| {
            store::set_fact(tx, "by_rule", if on { "on" } else { "off" })?;
            crew::note(tx, now, by, &CrewAct::ByRule { on })
        })
    }

    pub fn crew(&self) -> Result<ConsoleCrew> {
        let now = self.now();
        self.read(|db| {
            let firm = Firm::read(db)?;
            let map = Map::new(&firm.areas);
            let rules = firm.standard.dispatch.clone().unwrap_or_else(Rules::plain);
            let (_, today) = day_of(&firm.standard, &rules, now);
            let hours = firm.standard.hours(&rules.calendar, now, now);
            let day_end = end_of_day(hours.as_ref(), now);
            let turns = crew::turns(db, now, now + TimeDelta::milliseconds(1))?;
            let people = firm.technicians.iter().map(|one| {
                let profile = firm.profile(one.id);
                ConsolePerson {
                    version: firm.profiles.get(&one.id).map_or(0, |(version, _)| *version),
                    areas: firm.areas_of(one, &map).into_iter().collect(),
                    away: profile.is_away(today),
                    on_duty: on_duty(one.id, hours.as_ref(), &turns, now),
                    open_minutes: firm.open_minutes(one.id, day_end, None),
                    technician: one.clone(),
                    profile,
                }
            });
            Ok(ConsoleCrew {
                people: people.collect(),
                skills: customers::kinds(db)?,
                areas: named(&firm.areas),
                by_rule: firm.by_rule,
            })
        })
    }

    /// Keeps what somebody can do and where; `version` is the one that was seen. Answers the new one.
    pub fn set_profile(
        &self,
        technician: TechnicianId,
        version: u32,
        mut profile: Profile,
        by: &str,
    ) -> Result<u32, Unkept> {
        let now = self.now();
        if let Some(away) = &mut profile.away {
            away.reason = away.reason.trim().to_owned();
        }
        self.write(|tx| {
            people::technician(tx, technician)?.ok_or(Unkept::NoSuch)?;
            let known = crew::profiles(tx)?.get(&technician).map_or(0, |(version, _)| *version);
            if known != version {
                return Err(Unkept::Changed);
            }
            let found = check(tx, &profile)?;
            if !found.is_empty() {
                return Err(Unkept::Unfit(found));
            }
            let version = version.saturating_add(1);
            crew::save_profile(tx, technician, version, &profile)?;
            crew::note(tx, now, by, &CrewAct::ProfileSet { technician, profile: profile.clone() })?;
            Ok(version)
        })
    }

    pub fn areas(&self) -> Result<Vec<ConsoleArea>> {
        self.read(|db| {
            let firm = Firm::read(db)?;
            let map = Map::new(&firm.areas);
            let people: Vec<_> =
                firm.technicians.iter().map(|one| (one.name.clone(), firm.areas_of(one, &map))).collect();
            let whose = |area: &Area| {
                let theirs = people.iter().filter(|(_, areas)| areas.contains(&area.key));
                theirs.map(|(name, _)| name.clone()).collect()
            };
            Ok(firm
                .areas
                .iter()
                .map(|area| ConsoleArea { people: whose(area), area: area.clone() })
                .collect())
        })
    }

    /// Takes the areas of a GeoJSON file instead of those there are. Answers how many.
    pub fn import_areas(&self, json: &str, by: &str) -> Result<usize, Unkept> {
        let areas = area::import(json).map_err(Unkept::Unfit)?;
        let now = self.now();
        self.write(|tx| {
            crew::set_areas(tx, &areas)?;
            let count = u32::try_from(areas.len()).unwrap_or(u32::MAX);
            crew::note(tx, now, by, &CrewAct::AreasImported { areas: count })?;
            Ok(areas.len())
        })
    }

    pub fn rota(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<ConsoleRota, Unkept> {
        if from >= to || (to - from).num_days() > MOST_DAYS {
            return Err(Unkept::Range);
        }
        self.0.store.read(|db| -> Result<_, Unkept> {
            let firm = Firm::read(db)?;
            let rules = firm.standard.dispatch.clone().unwrap_or_else(Rules::plain);
            let (_, first) = day_of(&firm.standard, &rules, from);
            let hours = firm.standard.hours(&rules.calendar, from, to);
            let spans = hours.map(|hours| hours.spans(from, to)).unwrap_or_default();
            let away = firm.technicians.iter().filter(|one| firm.profile(one.id).is_away(first));
            Ok(ConsoleRota {
                turns: crew::turns(db, from, to)?,
                hours: spans.into_iter().map(|(from, to)| Span { from, to }).collect(),
                away: away.map(|one| one.id).collect(),
                people: firm.technicians,
            })
        })
    }

    pub fn add_turn(
        &self,
        technician: TechnicianId,
        kind: TurnKind,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        by: &str,
    ) -> Result<TurnId, Unkept> {
        let turn = Turn { id: TurnId(Uuid::now_v7()), technician, kind, from, to };
        let now = self.now();
        self.write(|tx| {
            keep_turn(tx, &turn)?;
            crew::note(tx, now, by, &CrewAct::TurnAdded { turn: turn.clone() })?;
            Ok(turn.id)
        })
    }

    pub fn remove_turn(&self, id: TurnId, by: &str) -> Result<(), Unkept> {
        let now = self.now();
        self.write(|tx| {
            let turn = crew::turn(tx, id)?.ok_or(Unkept::NoSuch)?;
            crew::remove_turn(tx, id)?;
            Ok(crew::note(tx, now, by, &CrewAct::TurnRemoved { turn })?)
        })
    }

    /// Somebody else takes a turn.
    pub fn give_turn(&self, id: TurnId, to: TechnicianId, by: &str) -> Result<(), Unkept> {
        let now = self.now();
        self.write(|tx| {
            let turn = crew::turn(tx, id)?.ok_or(Unkept::NoSuch)?;
            keep_turn(tx, &Turn { technician: to, ..turn.clone() })?;
            Ok(crew::note(tx, now, by, &CrewAct::TurnGiven { turn, to })?)
        })
    }
}

fn keep_turn(tx: &dyn Tx, turn: &Turn) -> Result<(), Unkept> {
    people::technician(tx, turn.technician)?.ok_or(Unkept::NoSuch)?;
    fits(turn, &crew::turns(tx, turn.from, turn.to)?).map_err(|why| match why {
        Unfit::Length => Unkept::Length,
        Unfit::Overlaps => Unkept::Overlaps,
    })?;
    Ok(crew::save_turn(tx, turn)?)
}

pub fn named(areas: &[Area]) -> Vec<Named> {
    areas.iter().map(|area| Named { key: area.key.clone(), name: area.name.clone() }).collect()
}

fn check(db: &dyn Tx, profile: &Profile) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let mut say = |path: &str, en: String, zh: String| {
        found.push(Finding { path: path.into(), is_error: true, text: jobsheet_model::Text::new(en, zh) });
    };
    if !GRADES.contains(&profile.grade) {
        let (low, high) = (GRADES.start(), GRADES.end());
        say("grade", format!("Between {low} and {high}."), format!("应为 {low} 到 {high}。"));
    }
    let kinds = customers::kinds(db)?;
    for skill in profile.skills.iter().filter(|skill| !kinds.iter().any(|kind| kind.key == **skill)) {
        say(
            "skills",
            format!("There is no kind of equipment “{skill}”."),
            format!("没有“{skill}”这类设备。"),
        );
    }
    if !profile.area.is_empty() && !crew::areas(db)?.iter().any(|area| area.key == profile.area) {
        say("area", "There is no such area.".into(), "没有这个区域。".into());
    }
    if profile.away.as_ref().is_some_and(|away| away.reason.is_empty()) {
        say("away", "Please say why.".into(), "请说明原因。".into());
    }
    if profile.away.as_ref().is_some_and(|away| away.reason.chars().count() > MAX_TEXT) {
        say("away", "This is too long.".into(), "内容过长。".into());
    }
    Ok(found)
}
