//! A day's work, told with the real phone core and the real office.

mod bad_input;
mod basement_day;
mod by_itself;
mod doors;
mod phones;
mod rescue;
mod restored;
