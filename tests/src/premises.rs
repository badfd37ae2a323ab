//! The office's machine: the real `jobsheet-office` as a process that can be killed, on a folder that survives it.

use crate::pocket::program;
use jobsheet_office::{Office, Options};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub struct Premises {
    folder: tempfile::TempDir,
    running: Option<Child>,
}

impl Premises {
    /// Not opened yet.
    pub fn new() -> std::io::Result<Premises> {
        Ok(Premises { folder: tempfile::tempdir()?, running: None })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the office with the demo company, on a port of its own; answers where it listens.
    pub async fn opens(&mut self) -> SocketAddr {
        let mut child = Command::new(program("office"))
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.folder.path())
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the office starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let line = lines.next_line().await.expect("a line").expect("the office says where it listens");
        self.running = Some(child);
        let address = line.strip_prefix("listening on http://").expect("an address");
        address.parse().expect("an address")
    }

    /// `kill -9`, whatever it is doing.
    pub async fn is_killed(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().await.expect("killed");
        }
    }

    /// What lies in the folder, looked at with the same code. Only while no office runs on it.
    pub fn looked_at(&self) -> Office {
        assert!(self.running.is_none(), "the office still runs");
        Office::open(Options::new(self.folder.path())).expect("the office opens")
    }
}
