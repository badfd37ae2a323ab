use anyhow::{Context, bail};
use clap::Parser;
use jobsheet_phone::{Options, Phone};
use jobsheet_preview::{Preview, router};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// The technician's app in a browser.
#[derive(Parser)]
#[command(name = "jobsheet-preview", version)]
struct Args {
    /// Folder of the databases; made when it is not there.
    #[arg(long)]
    data: PathBuf,
    /// Address of the office, put into the sign-in screen.
    #[arg(long)]
    office: Option<String>,
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Let other machines reach it: whoever does acts as the technician who is signed in.
    #[arg(long)]
    reachable_by_others: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let args = Args::parse();
    if !args.listen.ip().is_loopback() && !args.reachable_by_others {
        bail!(
            "{} can be reached by other machines, and whoever reaches it acts as the technician; say \
             --reachable-by-others if that is meant",
            args.listen
        );
    }
    let phone = Phone::open(Options::new(args.data, args.office, env!("CARGO_PKG_VERSION").into()))?;
    phone.start();

    let listener =
        TcpListener::bind(args.listen).await.with_context(|| format!("Listening on {}", args.listen))?;
    let address = listener.local_addr()?;
    println!("listening on http://{address}");
    let hosts = vec![address.to_string(), format!("localhost:{}", address.port())];
    axum::serve(listener, router(Preview { phone, hosts }))
        .with_graceful_shutdown(stop())
        .await
        .context("Serving")
}

/// Ctrl-C or SIGTERM. Open event streams would hold a graceful end for ever, so it ends here.
async fn stop() {
    let ctrl_c = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut term) => tokio::select! { _ = ctrl_c => {}, _ = term.recv() => {} },
            Err(_) => drop(ctrl_c.await),
        }
    }
    #[cfg(not(unix))]
    drop(ctrl_c.await);
    // Everything recorded is on disk already.
    std::process::exit(0);
}
