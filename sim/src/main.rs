//! `sim`: lives simulated days and says how they went.

use clap::Parser;
use jobsheet_sim::{run, template::Template, world::Rules};
use std::process::ExitCode;
use std::time::Instant;

/// Lives whole days of technicians and a dispatcher, with everything going wrong, and checks that nothing is lost.
#[derive(Parser)]
struct Cli {
    /// How many days.
    #[arg(long, default_value_t = 100)]
    days: u64,
    /// Of the first day; each day's seed is one more.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print what happens, line by line (days then follow each other).
    #[arg(long)]
    trace: bool,
    /// Live each day twice, and compare.
    #[arg(long)]
    twice: bool,
    /// Without any fault.
    #[arg(long)]
    calm: bool,
    /// Plant a fault; only in a build with the feature `planted-bugs`.
    #[arg(long)]
    bug: Option<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut rules = Rules { calm: cli.calm, aloud: cli.trace, ..Rules::default() };
    if let Some(bug) = &cli.bug {
        match plant(bug) {
            Some(restores) => rules.restores = restores,
            None => {
                eprintln!("sim: this build has no bug named {bug} to plant");
                return ExitCode::FAILURE;
            }
        }
    }
    if let Err(why) = Template::get() {
        eprintln!("sim: {why:#}");
        return ExitCode::FAILURE;
    }
    let begun = Instant::now();
    let lived = if cli.trace {
        (cli.seed..cli.seed.saturating_add(cli.days))
            .map(|seed| jobsheet_sim::day::live(seed, rules))
            .collect()
    } else {
        run::days(cli.seed, cli.days, rules)
    };
    let reports = match lived {
        Ok(reports) => reports,
        Err(broken) => {
            println!("{broken}");
            return ExitCode::FAILURE;
        }
    };
    let took = begun.elapsed().as_secs_f64();
    if cli.twice {
        match run::days(cli.seed, cli.days, Rules { aloud: false, ..rules }) {
            Ok(again) => {
                if let Some(why) =
                    reports.iter().zip(&again).find_map(|(first, second)| first.differs(second))
                {
                    println!("the same seed gave another day: {why}");
                    return ExitCode::FAILURE;
                }
            }
            Err(broken) => {
                println!("{broken}");
                return ExitCode::FAILURE;
            }
        }
    }
    let sum = |of: fn(&run::Report) -> u64| reports.iter().map(of).sum::<u64>();
    println!(
        "{} days stood, seeds {}..{}: {:.1} days a second; {} changes, {} photos, {} refused, {} asks, {} kills, at most {} passes to drain",
        reports.len(),
        cli.seed,
        cli.seed.saturating_add(cli.days).saturating_sub(1),
        reports.len() as f64 / took.max(0.001),
        sum(|r| r.changes as u64),
        sum(|r| r.photos as u64),
        sum(|r| r.refused.into()),
        sum(|r| r.asks.into()),
        sum(|r| r.deaths.into()),
        reports.iter().map(|r| r.passes).max().unwrap_or(0),
    );
    ExitCode::SUCCESS
}

/// Does it need an office that is put back to be seen?
#[cfg(feature = "planted-bugs")]
fn plant(name: &str) -> Option<bool> {
    let bug = jobsheet_sim::bugs::ALL.iter().find(|bug| bug.name == name)?;
    jobsheet_model::planted::plant(Some(name));
    Some(bug.restores)
}

#[cfg(not(feature = "planted-bugs"))]
fn plant(_: &str) -> Option<bool> {
    None
}
