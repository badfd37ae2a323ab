//! What is true of a job, on the phone and at the office.
//!
//! Everything here is pure: values in, values out. No clock, no file, no network, no database. The
//! phone and the office both link this crate, so a rule that lives here cannot differ between them,
//! and every type that travels (IPC, HTTP, the journal) is defined here once; `tests/types.rs` writes
//! the same types down for TypeScript.
//!
//! Where to start reading: [`change`] is the one way to write, [`sheet`] is what the changes add up
//! to, [`step`] is what is asked on site.

pub mod act;
pub mod archive;
pub mod area;
pub mod asked;
pub mod asset;
pub mod attention;
pub mod board;
pub mod calendar;
pub mod canonical;
pub mod change;
pub mod changed;
pub mod charges;
pub mod closing;
pub mod customer;
pub mod diagnostics;
pub mod dispatch;
pub mod document;
pub mod due;
pub mod enrol;
pub mod expected;
mod forward;
pub mod hours;
pub mod ids;
pub mod intake;
pub mod link;
pub mod moment;
pub mod money;
pub mod notice;
pub mod pack;
pub mod paper;
pub mod place;
pub mod planted;
pub mod prepare;
pub mod problem;
pub mod reference;
pub mod rescue;
pub mod role;
pub mod search;
pub mod sheet;
pub mod sign;
pub mod sign_off;
pub mod standard;
pub mod step;
pub mod table;
pub mod text;
pub mod times;
pub mod unlock;
pub mod view;
pub mod visit_rules;
pub mod webhook;
pub mod wire;
pub mod work_order;
pub mod xlsform;

pub use change::{Change, What};
pub use ids::{ChangeId, DeviceId, Digest, LineId, StepKey, TechnicianId, WorkOrderId};
pub use moment::Moment;
pub use money::Money;
pub use problem::Problem;
pub use sheet::{Refusal, Sheet, Stage, apply};
pub use text::{Language, Text};
pub use work_order::WorkOrder;
