//! Whole days of technicians and a dispatcher, with the phone and the office as they are shipped, from a seed.
//!
//! No real time and no socket: the phone's pass is carried by hand from ask to reply, the office's routes are called
//! in-process, all clocks are moved by hand. Links break at any byte, replies are lost, doubled and late, phones and
//! office die between and inside transactions, disks fill, clocks jump. [`check`] looks at every step, and at the end
//! of the day after the faults have stopped. See docs/SIMULATOR.md.

pub mod bugs;
pub mod check;
pub mod day;
pub mod dice;
pub mod disk;
pub mod eyes;
pub mod link;
pub mod run;
pub mod template;
pub mod trace;
pub mod visit;
pub mod world;
