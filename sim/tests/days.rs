//! A hundred days and more, each lived twice.

use jobsheet_sim::{day, run, world::Rules};

#[test]
fn nothing_recorded_is_lost_on_any_of_these_days_and_the_same_seed_gives_the_same_day() {
    let days = std::env::var("JOBSHEET_SIM_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(120);
    let lived = || run::days(1, days, Rules::default()).unwrap_or_else(|broken| panic!("{broken}"));
    let reports = lived();
    for (first, second) in reports.iter().zip(&lived()) {
        assert_eq!(first.differs(second), None, "the same seed gave another day");
    }
    let changes: usize = reports.iter().map(|report| report.changes).sum();
    let deaths: u32 = reports.iter().map(|report| report.deaths).sum();
    assert!(changes as u64 > days * 20, "technicians that record nothing prove nothing: {changes} changes");
    assert!(deaths > 0, "nothing was killed");
}

/// Days on which a restored office once lost a change it had refused, a photo of a phone whose clock was set back, or
/// what a phone had recorded under an identity that it has no longer.
#[test]
fn i12_an_office_restored_from_its_backup_gets_again_what_it_lost() {
    for seed in [8, 111, 128, 2005, 2038] {
        day::live(seed, Rules::default()).unwrap_or_else(|broken| panic!("{broken}"));
    }
}

#[test]
fn a_day_without_faults_drains_at_once() {
    let rules = Rules { calm: true, ..Rules::default() };
    let reports = run::days(1, 10, rules).unwrap_or_else(|broken| panic!("{broken}"));
    assert!(reports.iter().all(|report| report.passes == 1 && report.deaths == 0), "{reports:#?}");
}
