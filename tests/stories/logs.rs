//! What is written to the log may be read by whoever is sent it: nothing of a customer, and nothing that opens anything.

use crate::field::alone;
use jobsheet_model::Language;
use jobsheet_model::change::*;
use jobsheet_model::view::{Event, Opens};
use jobsheet_tests::carry::pass;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::EnvFilter;

/// Everything that our own crates say, however softly.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_customer_and_no_secret_is_in_the_log_whatever_goes_wrong() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("jobsheet=trace"))
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .try_init()
        .expect("the only log of these stories");

    let mut field = alone().await;
    let (phone, id) = (field.phone.clone(), field.id);
    let order = phone.job(id).expect("a job").order;
    let office = phone.session().expect("a session").office;
    let _ = phone.notice(&Event::Offered { work_order: id });

    // A visit, with what people write.
    field.note("Frau Schwarzenbeck hat den Schlüssel");
    let note = "门卫老赵有钥匙".to_owned();
    field.records(KnownWhat::CustomerContacted { outcome: ContactOutcome::Reached, agreed: None, note });
    field.picture();
    phone.review(id, Language::Zh).expect("a review");

    // What goes wrong at the door.
    phone.sign_in(&office, "wang.lei", "not-his-password").await.expect_err("a wrong password");
    phone.set_pin("271828", "").await.expect("a PIN");
    phone.check_pin("314159").await.expect_err("a wrong PIN");
    let link = "jobsheet:enrol?office=https%3A%2F%2Foffice.test&code=K7QF92MDXP4T8WVA";
    assert!(matches!(phone.follow(link), Ok(Opens::SignIn { .. })));
    phone.enrol(&office, "K7QF-92MD-XP4T-8WVA").await.expect_err("no code of this office");

    // What goes wrong with what is read: a picture that is none, an answer that quotes a customer in the wrong place.
    phone.add_photo(id, PhotoSubject::During, None, order.customer.name.as_bytes()).expect_err("no picture");
    let body = serde_json::json!({ "results": order.customer.name, "n": order.customer.phone }).to_string();
    let meddled = pass(&phone, field.office(), &*field.clock, |_, heard| {
        let mut reply = heard?;
        reply.body = body.clone().into_bytes();
        reply.headers.retain(|(name, _)| name != "content-encoding");
        reply.headers.push(("content-type".into(), "application/json".into()));
        Ok(reply)
    });
    meddled.await.expect_err("not what was asked");

    // No signal, and again.
    let company = Arc::get_mut(&mut field.company).expect("nobody else is there");
    company.goes_dark().await;
    phone.sync_once().await.expect_err("no signal");
    phone.rescue_export().expect("a rescue file");
    phone.lock().expect("locked");

    let bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let said = String::from_utf8_lossy(&bytes);
    // Also what the office says, of each request by its door.
    for there in ["a pass ended", "a rescue file was made", "answered", "door=\"/v1/sync\""] {
        assert!(said.contains(there), "{there} is not in the log: {said}");
    }
    let technician = &order.assignment.technician_name;
    for secret in [
        &order.customer.name,
        &order.customer.contact,
        &order.customer.phone,
        &order.site.address,
        &order.request.symptom,
        technician,
    ] {
        assert!(!secret.is_empty() && !said.contains(secret.as_str()), "{secret} is in the log: {said}");
    }
    for secret in [
        "Schwarzenbeck",
        "老赵",
        "wang.lei",
        "demo-wang-lei",
        "not-his-password",
        "271828",
        "314159",
        "K7QF",
        "Bearer",
    ] {
        assert!(!said.contains(secret), "{secret} is in the log: {said}");
    }
}
