//! A technician's phone as a process of its own, so that a story can kill it for real.
//!
//! Reads one JSON order a line from standard input and answers each with one JSON line once it is done. Not
//! having answered is all that a killed phone may forget.

use jobsheet_model::change::PhotoSubject;
use jobsheet_model::view::Today;
use jobsheet_model::{Language, Problem, StepKey, What, WorkOrderId};
use jobsheet_phone::{Options, Phone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    SignIn {
        office: String,
        login: String,
        password: String,
    },
    Today,
    Job {
        work_order: WorkOrderId,
    },
    Record {
        work_order: WorkOrderId,
        what: What,
    },
    Photo {
        work_order: WorkOrderId,
        subject: PhotoSubject,
        step: Option<StepKey>,
        file: PathBuf,
    },
    Review {
        work_order: WorkOrderId,
        language: Language,
    },
    Parts {
        query: String,
    },
    Outbox,
    /// From now on the loop sends by itself, as in the app.
    Start,
    /// From now on a record is answered with nothing but that it is done, a photo with its digest.
    Brief,
    /// One whole pass; its problem is part of the answer, not a failure of the order.
    Sync,
}

fn main() {
    let data = std::env::args().nth(1).expect("a data folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let phone = match Phone::open(Options::new(data.into(), None, "test".into())) {
        Ok(phone) => phone,
        Err(problem) => return say(&json!({ "problem": problem })),
    };
    say(&json!({ "ok": "open" }));
    let mut brief = false;
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let order: Order = serde_json::from_str(&line).expect("an order");
        brief |= matches!(order, Order::Brief);
        let answer = runtime.block_on(obey(&phone, order, brief));
        say(&match answer {
            Ok(value) => json!({ "ok": value }),
            Err(problem) => json!({ "problem": problem }),
        });
    }
}

async fn obey(phone: &Phone, order: Order, brief: bool) -> Result<Value, Problem> {
    match order {
        Order::SignIn { office, login, password } => value(phone.sign_in(&office, &login, &password).await?),
        Order::Today => value::<Today>(phone.today()?),
        Order::Job { work_order } => value(phone.job(work_order)?),
        Order::Record { work_order, what } => {
            let job = phone.record(work_order, what)?;
            if brief { Ok(Value::Null) } else { value(job) }
        }
        Order::Photo { work_order, subject, step, file } => {
            let bytes = std::fs::read(file).expect("a photo");
            let job = phone.add_photo(work_order, subject, step, &bytes)?;
            if brief { value(job.sheet.photos.last().map(|photo| &photo.digest)) } else { value(job) }
        }
        Order::Review { work_order, language } => value(phone.review(work_order, language)?),
        Order::Parts { query } => value(phone.search_parts(&query, false, 0, 5)?),
        Order::Outbox => value(phone.outbox()?),
        Order::Start => {
            phone.start();
            Ok(Value::Null)
        }
        Order::Brief => Ok(Value::Null),
        Order::Sync => value(phone.sync_once().await.err()),
    }
}

fn value<T: Serialize>(answer: T) -> Result<Value, Problem> {
    Ok(serde_json::to_value(answer).expect("an answer is JSON"))
}

fn say(answer: &Value) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{answer}");
    let _ = out.flush();
}
