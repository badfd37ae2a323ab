//! What people of the office did.

use super::At;
use super::tx::{Tx, params};
use anyhow::Result;
use jobsheet_model::view::AuditEntry;

/// Writes an entry; with the same id it is the same.
pub fn note(tx: &dyn Tx, entry: &AuditEntry) -> Result<()> {
    tx.run(
        "INSERT INTO audit (id, at, actor, role, act, refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO NOTHING",
        params![entry.id, At(entry.at), entry.actor, entry.role, entry.act, entry.refused],
    )?;
    Ok(())
}

/// The latest before an entry, the newest first.
pub fn before(db: &dyn Tx, id: &str, limit: u32) -> Result<Vec<AuditEntry>> {
    let sql = "SELECT id, at, actor, role, act, refused FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
    Ok(db.all(sql, params![id, limit], |row| {
        Ok(AuditEntry {
            id: row.get(0)?,
            at: row.get::<At>(1)?.0,
            actor: row.get(2)?,
            role: row.get(3)?,
            act: row.get(4)?,
            refused: row.get(5)?,
        })
    })?)
}
