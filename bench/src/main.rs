//! The headless driver of the figures: the shipped phone core against the shipped office, over an address, so that
//! any link can be put between them. `bench/README.md` says what each command does.

mod core;
mod crowd;
mod fixtures;
mod link;
mod office;
mod phone;
mod said;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use fixtures::Fixtures;
use std::{path::PathBuf, process::ExitCode};

/// The headless driver of Jobsheet's figures. Prints one JSON line; times in milliseconds.
#[derive(Parser)]
pub struct Args {
    #[arg(long, value_enum)]
    cmd: Command,
    /// Folder of whatever this command keeps: the office below `office/`, a phone below `phone/`.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Folder that `basement_day.py` made.
    #[arg(long)]
    fixtures: Option<PathBuf>,
    /// Address of the office.
    #[arg(long)]
    url: Option<String>,
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Lines of each sheet and photos of all that `fill` makes.
    #[arg(long, default_value_t = 100)]
    lines: usize,
    #[arg(long, default_value_t = 0)]
    photos: usize,
    /// How many phones (`noop`), records (`commit`), jobs (`fill`, `grow`) or times (`core`).
    #[arg(long, default_value_t = 200)]
    n: usize,
    /// How many of the phones ask at the same time.
    #[arg(long, default_value_t = 8)]
    conc: usize,
    /// How often each phone of `noop` asks.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// The phones of `noop` belong to the technicians of `multi.jsonl` in turn, not all to one.
    #[arg(long)]
    own: bool,
    /// Say `{"prepared": n}` and wait for a line on standard input before what is measured.
    #[arg(long)]
    sync: bool,
    /// What `pull` fetches.
    #[arg(long, value_enum, default_value = "all")]
    what: What,
    /// `commit` without the bare SQLite insert beside each record.
    #[arg(long)]
    alone: bool,
    #[command(flatten)]
    link: link::Options,
}

#[derive(Clone, Copy, ValueEnum)]
enum Command {
    Server,
    Seed,
    /// Visits that are over, beside what `seed` made.
    Grow,
    Init,
    Offline,
    Push,
    Verify,
    Pull,
    Noop,
    Fan,
    Commit,
    /// A phone for `core`.
    Fill,
    Core,
    /// A TCP link that counts, and that can be slow and cut.
    Link,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    All,
    /// Work orders and sheets.
    Facts,
    /// The photos that the sheets name.
    Photos,
}

impl Args {
    fn dir(&self) -> Result<&PathBuf> {
        self.dir.as_ref().context("--dir is missing")
    }

    fn fixtures(&self) -> Result<Fixtures> {
        Fixtures::read(self.fixtures.as_ref().context("--fixtures is missing")?)
    }

    fn url(&self) -> Result<&str> {
        self.url.as_deref().context("--url is missing")
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("jobsheet-bench: {why:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(args: &Args) -> Result<()> {
    match args.cmd {
        Command::Server => office::serve(args).await,
        Command::Seed => office::seed(args).await,
        Command::Grow => office::grow(args),
        Command::Init => phone::init(args).await,
        Command::Offline => phone::offline(args),
        Command::Push => phone::push(args).await,
        Command::Verify => phone::verify(args).await,
        Command::Pull => phone::pull(args).await,
        Command::Noop => crowd::noop(args).await,
        Command::Fan => crowd::fan(args).await,
        Command::Commit => phone::commit(args),
        Command::Fill => core::fill(args).await,
        Command::Core => core::core(args),
        Command::Link => link::run(args.port, &args.link).await,
    }
}
