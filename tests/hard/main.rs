//! What must hold when things are hard: programs that are killed in the middle, and links that are slow, cut, or do not last.
//!
//! - `kills`: the real phone process and the real office process, each killed (SIGKILL) a hundred times under load, on real files.
//!   Nothing that a phone said was saved is lost, and nothing is there twice.
//! - `bad_link`: real phones and the real office with `slow_link` between them. It counts bytes and requests; no test measures time.
//!
//! A failure prints its seed. `SEED=7 cargo test --workspace --test hard kills` runs the kills with that one; when a kill falls
//! between two instructions depends on the machine too.

mod bad_link;
mod job;
mod kills;
