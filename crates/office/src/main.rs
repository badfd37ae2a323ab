//! `jobsheet-office`: serves the office, and what is done to one from a shell.

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jobsheet_model::{place::Position, table::Register};
use jobsheet_office::{NewStaff, NewTechnician, Office, Options, Role};
use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The central service of Jobsheet, and its console.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How the log on standard error is written.
    #[arg(long, global = true, value_enum, default_value = "text")]
    log: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Serve phones and the console.
    Serve(Serve),
    /// Copy the office into a new folder and check the copy; works beside the running office. Phones then stop
    /// keeping what is in it.
    Backup {
        #[command(flatten)]
        place: Place,
        /// A folder that is not there yet.
        #[arg(long)]
        to: PathBuf,
    },
    /// Make an office of a backup. Phones send again what the backup does not have.
    Restore {
        #[arg(long)]
        from: PathBuf,
        /// A folder without an office.
        #[arg(long)]
        data: PathBuf,
    },
    /// Take a phone's rescue file: what it could not send. Works beside the running office, and may be done twice.
    Rescue {
        #[command(flatten)]
        place: Place,
        /// Also when the phone was reported stolen.
        #[arg(long)]
        stolen: bool,
        file: PathBuf,
    },
    /// Bring in a register as CSV: all rows or none. Without --write it only says what would become of it.
    Import {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        write: bool,
        /// customers, equipment, parts or work-orders
        #[arg(value_parser = register)]
        register: Register,
        file: PathBuf,
    },
    /// Write a register as CSV to standard output.
    Export {
        #[command(flatten)]
        place: Place,
        /// customers, equipment, parts or work-orders
        #[arg(value_parser = register)]
        register: Register,
    },
    /// Close what the rules would close, and make the words of the archive anew; works beside the running office.
    Reindex {
        #[command(flatten)]
        place: Place,
    },
    /// Copy the photos of an office that has kept them in its folder into its bucket; works beside the running office,
    /// and may be done again.
    MovePhotos {
        #[command(flatten)]
        place: Place,
    },
    /// What only the demo company has.
    #[command(subcommand)]
    Demo(Demo),
    /// People of the office.
    #[command(subcommand)]
    Staff(Staff),
    /// Technicians.
    #[command(subcommand)]
    Technician(Technician),
}

/// Where the office is.
#[derive(Args)]
struct Place {
    /// Folder of the photos, and of the database.
    #[arg(long)]
    data: PathBuf,
    /// A database of PostgreSQL instead of a file in that folder; JOBSHEET_DATABASE says it where others cannot read it.
    #[arg(long, value_name = "postgres://...")]
    database: Option<String>,
    /// A bucket for the photos instead of that folder. Who may use it say AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION
    /// and, where it is not Amazon's, AWS_ENDPOINT.
    #[arg(long, value_name = "s3://BUCKET/FOLDER")]
    photos: Option<String>,
}

impl Place {
    fn options(self) -> Options {
        let told = |name| std::env::var(name).ok();
        let database = self.database.or_else(|| told("JOBSHEET_DATABASE"));
        let photos = self.photos.or_else(|| told("JOBSHEET_PHOTOS"));
        Options { database, photos, ..Options::new(self.data) }
    }
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    place: Place,
    /// Port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Fill an empty office with the demo company.
    #[arg(long)]
    demo: bool,
    /// Where a monitor finds /metrics: 127.0.0.1:9100, say. Nowhere unless said; whoever reaches it may read it.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// The firm's name, as sign-in screens show it. Kept.
    #[arg(long)]
    company: Option<String>,
    /// The oldest version of the app that is answered, like 0.2.0; 0.0.0 for any. Kept.
    #[arg(long, value_name = "VERSION")]
    minimum_app: Option<String>,
    /// The time zone in which phones are expected to be: like +08:00, `local` for this machine's, or `any`. Kept; this
    /// machine's otherwise, unless that is UTC.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    zone: Option<String>,
}

#[derive(Subcommand)]
enum Demo {
    /// Make a waiting request an offer to a technician; works beside the running office.
    Offer {
        #[command(flatten)]
        place: Place,
        /// Login of the technician.
        #[arg(long)]
        to: String,
        /// Which request; the most urgent one otherwise.
        #[arg(long)]
        number: Option<String>,
    },
}

#[derive(Subcommand)]
enum Staff {
    /// Add somebody to the office; the password is read from standard input.
    Add {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value = "admin")]
        role: StaffRole,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum StaffRole {
    Dispatcher,
    Supervisor,
    Admin,
}

#[derive(Subcommand)]
enum Technician {
    /// Add a technician; the password is read from standard input.
    Add {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "")]
        phone: String,
        /// Where the day starts: `30.6586,104.0648`.
        #[arg(long, default_value = "30.6586,104.0648", value_parser = position)]
        base: Position,
    },
    /// Make a one-time code for a technician's new phone: good for 15 minutes, once.
    Code {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        login: String,
    },
}

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("jobsheet-office: {why:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<()> {
    let Cli { command, log } = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let logs = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    match log {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    match command {
        Command::Serve(serve) => run(serve),
        Command::Backup { place, to } => {
            let backup = existing(place)?.back_up(&to)?;
            println!("backed up: {backup}");
            Ok(())
        }
        Command::Restore { from, data } => {
            let backup = jobsheet_office::restore(&from, &data)?;
            println!("restored: {backup}");
            Ok(())
        }
        Command::Rescue { place, stolen, file } => {
            let opened = std::fs::File::open(&file).with_context(|| format!("Opening {}", file.display()))?;
            let taken = existing(place)?.take_rescue(&opened, "jobsheet-office rescue", stolen)?;
            println!(
                "from {}, made {}{}",
                taken.technician_name,
                taken.made_at.format("%Y-%m-%d %H:%M UTC"),
                if taken.revoked { ", by a revoked phone: look at the work orders it is for" } else { "" }
            );
            let (new, before, refused) = (taken.accepted, taken.duplicates, taken.refused);
            println!("changes: {new} new, {before} held before, {refused} refused");
            let (new, before, refused) = (taken.photos, taken.photos_held, taken.photos_refused);
            println!("photos: {new} new, {before} held before, {refused} refused");
            Ok(())
        }
        Command::Import { place, write, register, file } => import(place, write, register, &file),
        Command::Export { place, register } => {
            let table = existing(place)?.take_out(register)?;
            Ok(std::io::stdout().write_all(&table)?)
        }
        Command::Reindex { place } => {
            let count = existing(place)?.rebuild_archive()?;
            println!("closed work orders in the archive: {count}");
            Ok(())
        }
        Command::MovePhotos { place } => {
            let options = place.options();
            ensure!(options.photos.is_some(), "say where to: --photos s3://BUCKET/FOLDER");
            let (copied, missing) = existing_at(options)?.take_photos_over()?;
            println!("photos: {copied} copied, {missing} in neither place");
            Ok(())
        }
        Command::Demo(Demo::Offer { place, to, number }) => {
            let offered = existing(place)?.demo_offer(&to, number.as_deref())?;
            println!("offered {} ({}) to {}", offered.number, offered.customer, offered.to);
            Ok(())
        }
        Command::Staff(Staff::Add { place, login, name, role }) => {
            let role = match role {
                StaffRole::Dispatcher => Role::Dispatcher,
                StaffRole::Supervisor => Role::Supervisor,
                StaffRole::Admin => Role::Admin,
            };
            let password = password()?;
            Office::open(place.options())?.add_staff(NewStaff { login, name, role, password })
        }
        Command::Technician(Technician::Add { place, login, name, phone, base }) => {
            let password = password()?;
            let new = NewTechnician { login, name, phone, base, password };
            Office::open(place.options())?.add_technician(new).map(|_| ())
        }
        Command::Technician(Technician::Code { place, login }) => {
            let (code, until) = existing(place)?.code_for(&login)?;
            println!("{code} until {}", until.format("%H:%M UTC"));
            Ok(())
        }
    }
}

#[tokio::main]
async fn run(serve: Serve) -> Result<()> {
    let office = Office::open(Options { demo: serve.demo, ..serve.place.options() })?;
    if let Some(company) = &serve.company {
        office.set_company(company)?;
    }
    if let Some(version) = &serve.minimum_app {
        office.set_minimum_app(version)?;
    }
    match &serve.zone {
        Some(zone) => office.set_zone(zone)?,
        None => office.assume_zone()?,
    }
    if !serve.demo {
        office.ask_for_an_admin()?;
    }
    let listener = tokio::net::TcpListener::bind(serve.listen)
        .await
        .with_context(|| format!("Listening on {}", serve.listen))?;
    println!("listening on http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    if let Some(address) = serve.metrics {
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .with_context(|| format!("Listening on {address}"))?;
        println!("metrics on http://{}/metrics", listener.local_addr()?);
        tokio::spawn(axum::serve(listener, office.metrics_router()).into_future());
    }
    // The demo company waits for whoever looks around: its offers stand.
    if serve.demo {
        return office.serve(listener, stop()).await;
    }
    let (served, ()) = tokio::join!(office.serve(listener, stop()), office.keep_time(stop()));
    served
}

/// Ends with SIGTERM or Ctrl-C.
async fn stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

fn existing(place: Place) -> Result<Office> {
    existing_at(place.options())
}

fn existing_at(options: Options) -> Result<Office> {
    if options.database.is_none() && !options.data.join("office.db").is_file() {
        bail!("there is no office in {}", options.data.display());
    }
    Office::open(options)
}

fn password() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("Reading the password from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    ensure!(!password.is_empty(), "no password on standard input");
    Ok(password.to_owned())
}

fn register(word: &str) -> Result<Register, String> {
    word.parse().map_err(|()| "customers, equipment, parts or work-orders".to_owned())
}

fn import(place: Place, write: bool, register: Register, file: &Path) -> Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("Reading {}", file.display()))?;
    let taken = existing(place)?.bring_in(register, &bytes, !write, "jobsheet-office import")?;
    for fault in &taken.faults {
        let wrong = serde_json::to_value(fault.wrong)?;
        let at = if fault.column.is_empty() { String::new() } else { format!(", {}", fault.column) };
        println!("row {}{at}: {}", fault.row, wrong.as_str().unwrap_or_default().replace('_', " "));
    }
    ensure!(taken.faults.is_empty(), "nothing was written");
    let done = if taken.written { "brought in" } else { "could be brought in (--write does it)" };
    println!("{} rows, read as {}: {done}", taken.rows, taken.encoding);
    Ok(())
}

fn position(text: &str) -> Result<Position, String> {
    let (lat, lon) = text.split_once(',').ok_or("latitude and longitude, with a comma between them")?;
    let degrees =
        |text: &str| text.trim().parse::<f64>().map_err(|_| format!("{text} is no number of degrees"));
    let position = Position::new(degrees(lat)?, degrees(lon)?);
    if position.is_real() { Ok(position) } else { Err("no place on earth".into()) }
}
