//! What happened, line by line. Two runs of one seed give the same lines: no random id, no real time is in them.

use jobsheet_model::Digest;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Trace {
    lines: Vec<String>,
    /// Print each line as it happens.
    aloud: bool,
}

impl Trace {
    pub fn new(aloud: bool) -> Self {
        Self { aloud, ..Self::default() }
    }

    pub fn say(&mut self, millis: u64, line: &str) {
        let (minutes, seconds) = (millis / 60_000, millis % 60_000);
        let line =
            format!("{:02}:{:02}:{:06.3}  {line}", 8 + minutes / 60, minutes % 60, seconds as f64 / 1000.0);
        if self.aloud {
            println!("{line}");
        }
        self.lines.push(line);
    }

    pub fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// The end of it, for a failure's report.
    pub fn tail(&self, n: usize) -> String {
        self.lines[self.lines.len().saturating_sub(n)..].join("\n")
    }
}

/// A digest of JSON in which ids that differ from run to run stand by their names.
pub fn digest_named(value: &Value, names: &BTreeMap<String, String>) -> String {
    fn named(value: &Value, names: &BTreeMap<String, String>) -> Value {
        match value {
            Value::String(text) => Value::String(names.get(text).unwrap_or(text).clone()),
            Value::Array(items) => items.iter().map(|item| named(item, names)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), named(value, names))).collect()
            }
            other => other.clone(),
        }
    }
    Digest::of(named(value, names).to_string().as_bytes()).code()
}
