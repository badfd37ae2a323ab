//! What a phone asks, carried to the office and back without a network.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use jobsheet_model::Problem;
use jobsheet_model::pack::{PACKED, unpack};
use jobsheet_office::Office;
use jobsheet_phone::{Ask, Clock, Heard, Phone, Reply, Step};
use tower::ServiceExt;

/// What the office says to it. `clock` is the phone's.
pub async fn carry(office: &Office, ask: Ask, clock: &dyn Clock) -> Heard {
    let mut request = Request::builder().method(ask.method).uri(&ask.path);
    for (name, value) in &ask.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(ask.body)).map_err(|why| why.to_string())?;
    let at = (clock.utc(), clock.elapsed());
    let Ok(response) = office.router().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|why| why.to_string())?.to_vec();
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Ok(Reply { status: parts.status.as_u16(), headers: headers.collect(), body, at })
}

/// One whole pass. `meddle` sees each question, and may change what the phone hears.
pub async fn pass(
    phone: &Phone,
    office: &Office,
    clock: &dyn Clock,
    mut meddle: impl FnMut(&Ask, Heard) -> Heard,
) -> Result<(), Problem> {
    let mut pass = phone.pass()?;
    let mut heard = None;
    while let Step::Ask(ask) = pass.step(heard)? {
        let answer = carry(office, ask.clone(), clock).await;
        heard = Some(meddle(&ask, answer));
    }
    Ok(())
}

/// A body as JSON, unpacked.
pub fn unpacked(headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let coding = headers.iter().find(|(name, _)| name == "content-encoding").map(|(_, value)| value.as_str());
    match coding {
        Some("zstd") => zstd::decode_all(body).expect("zstd"),
        Some(PACKED) => unpack(body, 1 << 25).expect(PACKED),
        _ => body.to_vec(),
    }
}
