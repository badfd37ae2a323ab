//! What technicians can do and where, the areas, the rota.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    TechnicianId,
    area::Area,
    dispatch::{CrewAct, Profile, Turn, TurnKind},
    ids::TurnId,
};
use std::collections::HashMap;

/// Of all who have one, with its version.
pub fn profiles(db: &dyn Tx) -> Result<HashMap<TechnicianId, (u32, Profile)>> {
    let sql = "SELECT technician, version, body FROM profile";
    Ok(db.all(sql, [], |row| Ok((row.get::<Id<_>>(0)?.0, (row.get(1)?, row.get::<Json<_>>(2)?.0))))?)
}

pub fn save_profile(tx: &dyn Tx, technician: TechnicianId, version: u32, profile: &Profile) -> Result<()> {
    tx.run(
        "INSERT INTO profile (technician, version, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (technician) DO UPDATE SET version = excluded.version, body = excluded.body",
        params![Id(technician), version, Json(profile)],
    )?;
    Ok(())
}

pub fn areas(db: &dyn Tx) -> Result<Vec<Area>> {
    Ok(db.all("SELECT body FROM area ORDER BY key", [], |row| Ok(row.get::<Json<_>>(0)?.0))?)
}

/// These instead of those that were there.
pub fn set_areas(tx: &dyn Tx, areas: &[Area]) -> Result<()> {
    tx.run("DELETE FROM area", [])?;
    for area in areas {
        tx.run("INSERT INTO area (key, body) VALUES (?1, ?2)", params![area.key, Json(area)])?;
    }
    Ok(())
}

const TURN: &str = "SELECT id, technician, kind, starts, ends FROM turn";

fn turn_row(row: &Row<'_>) -> Result<Turn, Error> {
    Ok(Turn {
        id: row.get::<Id<_>>(0)?.0,
        technician: row.get::<Id<_>>(1)?.0,
        kind: row.get::<Word<TurnKind>>(2)?.0,
        from: row.get::<At>(3)?.0,
        to: row.get::<At>(4)?.0,
    })
}

/// Turns of which any part lies between.
pub fn turns(db: &dyn Tx, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Turn>> {
    let sql = format!("{TURN} WHERE ends > ?1 AND starts < ?2 ORDER BY starts, kind, id");
    Ok(db.all(&sql, params![At(from), At(to)], turn_row)?)
}

pub fn turn(db: &dyn Tx, id: TurnId) -> Result<Option<Turn>> {
    Ok(db.one(&format!("{TURN} WHERE id = ?1"), params![Id(id)], turn_row).optional()?)
}

pub fn save_turn(tx: &dyn Tx, turn: &Turn) -> Result<()> {
    tx.run(
        "INSERT INTO turn (id, technician, kind, starts, ends) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET technician = excluded.technician, kind = excluded.kind,
             starts = excluded.starts, ends = excluded.ends",
        params![Id(turn.id), Id(turn.technician), Word(turn.kind), At(turn.from), At(turn.to)],
    )?;
    Ok(())
}

pub fn remove_turn(tx: &dyn Tx, id: TurnId) -> Result<()> {
    tx.run("DELETE FROM turn WHERE id = ?1", params![Id(id)])?;
    Ok(())
}

/// Writes down what a person changed, under the next number: whoever waits for news looks again.
pub fn note(tx: &dyn Tx, at: DateTime<Utc>, actor: &str, act: &CrewAct) -> Result<()> {
    let n = super::next(tx)?;
    tx.run(
        "INSERT INTO crew_entry (n, at, actor, body) VALUES (?1, ?2, ?3, ?4)",
        params![n, At(at), actor, Json(act)],
    )?;
    Ok(())
}
