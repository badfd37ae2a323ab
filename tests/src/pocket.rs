//! A phone in somebody's pocket: a child process that can be killed, on a folder that survives it.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub struct Pocket {
    folder: tempfile::TempDir,
    running: Option<Running>,
}

struct Running {
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Pocket {
    pub async fn with_a_new_phone() -> Pocket {
        let folder = tempfile::tempdir().expect("a folder");
        let mut pocket = Pocket { folder, running: None };
        pocket.reopens().await;
        pocket
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn reopens(&mut self) {
        let mut child = Command::new(program("technician"))
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the phone starts");
        let orders = child.stdin.take().expect("stdin");
        let answers = BufReader::new(child.stdout.take().expect("stdout")).lines();
        self.running = Some(Running { child, orders, answers });
        assert_eq!(self.answer().await, json!({ "ok": "open" }));
    }

    /// `kill -9`, whatever it is doing. What it had answered by then and nobody had read.
    pub async fn is_killed(&mut self) -> Vec<Value> {
        let Some(mut running) = self.running.take() else { return Vec::new() };
        running.child.kill().await.expect("killed");
        let mut said = Vec::new();
        while let Ok(Some(line)) = running.answers.next_line().await {
            // The last line may be half a one: then it was not said.
            said.extend(serde_json::from_str::<Value>(&line).ok());
        }
        said
    }

    /// Gives an order without waiting for its answer.
    pub async fn begins(&mut self, order: &Value) {
        let running = self.running.as_mut().expect("the phone runs");
        running.orders.write_all(format!("{order}\n").as_bytes()).await.expect("an order");
        running.orders.flush().await.expect("an order");
    }

    pub async fn answer(&mut self) -> Value {
        let running = self.running.as_mut().expect("the phone runs");
        let line = running.answers.next_line().await.expect("an answer").expect("the phone answers");
        serde_json::from_str(&line).expect("JSON")
    }

    /// Gives an order and waits until it is done.
    pub async fn does(&mut self, order: Value) -> Value {
        self.begins(&order).await;
        let mut answer = self.answer().await;
        assert!(answer.get("problem").is_none(), "{order} met {answer}");
        answer["ok"].take()
    }

    /// The same for an order that must meet a problem; its code.
    pub async fn fails(&mut self, order: Value) -> String {
        self.begins(&order).await;
        let answer = self.answer().await;
        answer["problem"]["code"]
            .as_str()
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("{order} met no problem"))
    }
}

/// The binary of that name beside the test's own.
pub(crate) fn program(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("a test runs");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.join(name)
}
