//! Faults put in on purpose, so that the simulator can show that it finds them (adr/0010).
//!
//! Without the feature `planted-bugs`, which no shipped program is built with, [`on`] is `false` for the compiler too,
//! and nothing of them is in the program.

#[cfg(feature = "planted-bugs")]
static PLANTED: std::sync::RwLock<Option<String>> = std::sync::RwLock::new(None);

/// Is this fault planted now?
#[cfg(feature = "planted-bugs")]
pub fn on(bug: &str) -> bool {
    PLANTED.read().is_ok_and(|planted| planted.as_deref() == Some(bug))
}

/// Is this fault planted now? Never, in a program without the feature.
#[cfg(not(feature = "planted-bugs"))]
#[inline(always)]
pub const fn on(_bug: &str) -> bool {
    false
}

/// Plants a fault in the whole process, or takes it out again.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<&str>) {
    if let Ok(mut planted) = PLANTED.write() {
        *planted = bug.map(str::to_owned);
    }
}
