//! The office of the stories: the real one, with its demo company, on loopback.

use jobsheet_model::work_order::WorkOrder;
use jobsheet_office::{Clock, Office, system_clock};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub struct Company {
    pub office: Office,
    pub address: SocketAddr,
    clock: Clock,
    folder: tempfile::TempDir,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Company {
    pub async fn opens() -> Company {
        Company::opens_by(system_clock()).await
    }

    /// With a clock of its own on the wall.
    pub async fn opens_by(clock: Clock) -> Company {
        let folder = tempfile::tempdir().expect("a folder");
        let office = open(folder.path(), &clock);
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut company = Company { office, address, clock, folder, running: None };
        company.comes_back().await;
        company
    }

    /// The server stops; open connections end.
    pub async fn goes_dark(&mut self) {
        if let Some((stop, server)) = self.running.take() {
            let _ = stop.send(());
            server.abort();
            let _ = server.await;
        }
    }

    /// The server starts again on the same data, on a port of its own.
    pub async fn comes_back(&mut self) {
        self.office = open(self.folder.path(), &self.clock);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        self.address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let office = self.office.clone();
        let server = tokio::spawn(async move {
            let _ = office.serve(listener, async { drop(stopped.await) }).await;
        });
        self.running = Some((stop, server));
    }

    /// The machine burns down, and the office is made anew from a backup, on a port of its own.
    pub async fn burns_down_and_is_restored(&mut self, backup: &std::path::Path) {
        self.goes_dark().await;
        let folder = tempfile::tempdir().expect("a folder");
        jobsheet_office::restore(backup, folder.path()).expect("restored");
        self.office = open(folder.path(), &self.clock);
        self.folder = folder;
        self.comes_back().await;
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn order(&self, number: &str) -> WorkOrder {
        self.office.by_number(number).expect("a store").expect("a work order of that number")
    }
}

fn open(folder: &std::path::Path, clock: &Clock) -> Office {
    let options = jobsheet_office::Options {
        demo: true,
        clock: clock.clone(),
        ..jobsheet_office::Options::in_tests(folder)
    };
    Office::open(options).expect("the office opens")
}
