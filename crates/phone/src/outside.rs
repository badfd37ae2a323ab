//! What comes from outside the app's own screens, and what goes there: links that open it, and what the phone says
//! of an offer while something else is on its screen.

use crate::{
    error::Result,
    phone::{Core, lock},
    store::no_such_job,
};
use chrono::TimeDelta;
use jobsheet_model::{
    link::{self, Link, Named},
    notice::{self, Notice},
    view::{Event, Opens},
};

/// Where the screens keep that a customer has the phone in hand.
pub(crate) const HANDED: &str = "customer";

impl Core {
    /// What a link opens. Nothing of it is done: the screen asks a person first, or only shows what is here.
    pub fn follow(&self, text: &str) -> Result<Opens> {
        let named = match link::read(text) {
            None => return Ok(Opens::Nothing {}),
            Some(Link::Enrol { office, code }) => return Ok(Opens::SignIn { office, code }),
            Some(Link::Job(named)) => named,
        };
        // Behind a PIN nobody learns which jobs are here.
        if !self.is_signed_in() {
            return Ok(Opens::Locked {});
        }
        let signed = self.signed()?;
        signed.store.read(|rows| {
            let (id, number) = match named {
                Named::Id(id) => (Some(id), String::new()),
                Named::Number(number) => (rows.by_number(&number)?, number),
            };
            let row = id.map(|id| rows.work_order(id)).transpose()?.flatten();
            Ok(match row.filter(|row| row.gone.is_none()) {
                Some(row) => {
                    let offer = self.card_of(rows, &signed.account.technician, &row)?.offer.is_some();
                    Opens::Job { work_order: row.order.id, offer }
                }
                None => Opens::NotHere { number },
            })
        })
    }

    /// What is to be said of an event when the app is not on the screen: of each offer once, and nothing while a
    /// customer holds the phone.
    pub fn notice(&self, event: &Event) -> Result<Option<Notice>> {
        let Event::Offered { work_order } = *event else { return Ok(None) };
        let signed = self.signed()?;
        let language = self.device.settings()?.unwrap_or_default().language;
        let offered = signed.store.read(|rows| {
            if rows.draft(HANDED)?.is_some_and(|handed| !handed.is_null()) {
                return Ok(None);
            }
            let row = rows.work_order(work_order)?.ok_or_else(no_such_job)?;
            let card = self.card_of(rows, &signed.account.technician, &row)?;
            Ok(card.offer.filter(|offer| offer.left > 0).map(|offer| (row, offer)))
        })?;
        let Some((row, offer)) = offered else { return Ok(None) };
        if !lock(&self.live).said.insert((work_order, row.order.assignment.offered_at)) {
            return Ok(None);
        }
        let until = offer.expires + TimeDelta::minutes(self.clock.offset().into());
        let (number, level) = (&row.order.number, &row.order.level.name);
        Ok(Some(notice::of_offer(work_order, number, level, &until.format("%H:%M").to_string(), language)))
    }
}
