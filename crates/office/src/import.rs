//! What another system planned and this office takes over: work orders that are given out already, and the
//! catalogue of parts.

use crate::{
    Office,
    store::{self, customers, people, sync as held},
    sync::journal_act,
};
use anyhow::{Context, Result};
use jobsheet_model::{
    WorkOrder,
    act::Act,
    reference::Part,
    work_order::{AssignmentState, Technician},
};

impl Office {
    /// Takes in work orders as they are, each for the technician in its assignment; all of them or none. `by` is
    /// who brings them.
    pub fn take_in_work_orders(&self, orders: &[WorkOrder], by: &str) -> Result<()> {
        let now = self.now();
        self.write(|tx| {
            for order in orders {
                let to = people::technician(tx, order.assignment.technician)?;
                let to = to.with_context(|| format!("{} is for nobody of this office", order.number))?;
                store::insert_order(tx, order)?;
                customers::remember(tx, order, None)?;
                journal_act(tx, order.id, now, by, Act::Registered {})?;
                journal_act(tx, order.id, now, by, Act::offered(to.id))?;
                let offered = order.assignment.state == AssignmentState::Offered;
                store::grant(tx, order.id, to.id, order.assignment.offered_at, offered)?;
            }
            Ok(())
        })
    }

    /// Replaces the catalogue that every phone keeps.
    pub fn replace_parts(&self, parts: &[Part]) -> Result<()> {
        self.write(|tx| held::save_reference(tx, "parts", None, &serde_json::to_vec(parts)?))
    }

    pub fn technician(&self, login: &str) -> Result<Option<Technician>> {
        self.read(|db| people::technician_by_login(db, login))
    }
}
