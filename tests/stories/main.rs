//! A day's work, told with the real phone core and the real office.

mod archive;
mod bad_input;
mod basement_day;
mod by_itself;
mod copy;
mod dispatch;
mod doors;
mod fetched;
mod field;
mod future;
mod intake;
mod logs;
mod pains;
mod phones;
mod requirements;
mod rescue;
mod restored;
mod shell;
mod sources;
mod standards;
mod too_old;
mod visit;
mod years;
