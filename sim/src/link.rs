//! The link between a phone and the office, and all that it can do to a message.

use crate::dice::Dice;
use anyhow::{Context, Result};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::Request,
};
use futures_util::stream;
use jobsheet_phone::{Ask, Reply};
use serde_json::Value;
use tower::ServiceExt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Good,
    Flaky,
    Dead,
}

/// What becomes of one exchange. Fractions say where, from the first byte to the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    Through,
    NoLink,
    /// The office gets the beginning and sees that the rest is missing.
    CutUp(f64),
    /// Something on the way ends the request early and says that it is whole.
    ShortUp(f64),
    /// The office got it; the phone hears nothing whole.
    LostReply,
    /// Something on the way ends the reply early and says that it is whole.
    ShortDown(f64),
    /// A hotel's sign-in page, with 200.
    Portal,
    /// A proxy's page; the office may have got the request all the same.
    BadGateway {
        office_got_it: bool,
    },
    /// The office gets it twice.
    Twice,
    /// The phone hears nothing; the office gets it later.
    Late,
    /// The phone hears a reply that was meant for another ask of its own.
    Stale,
    /// The phone hears a reply that was meant for another phone.
    Foreign,
    /// Somebody on the way wrote another receipt into the reply.
    Forged,
}

/// Which of them this day knows. Days differ, so that one fault does not hide another.
#[derive(Clone, Debug)]
pub struct Fates(Vec<u8>);

const KINDS: u8 = 12;

impl Fates {
    pub fn of(dice: &mut Dice, stale: bool) -> Self {
        Self((0..KINDS).filter(|kind| (stale || *kind < 9) && dice.chance(0.6)).collect())
    }

    pub fn none() -> Self {
        Self(Vec::new())
    }

    pub fn roll(&self, dice: &mut Dice, link: Link) -> Fate {
        let trouble = match link {
            Link::Good => 0.02,
            Link::Flaky => 0.5,
            Link::Dead => 0.97,
        };
        if self.0.is_empty() || !dice.chance(trouble) {
            return Fate::Through;
        }
        if link == Link::Dead {
            return Fate::NoLink;
        }
        let at = dice.between(0, 1000) as f64 / 1000.0;
        match *dice.pick(&self.0) {
            0 => Fate::NoLink,
            1 => Fate::CutUp(at),
            2 => Fate::ShortUp(at),
            3 => Fate::LostReply,
            4 => Fate::ShortDown(at),
            5 => Fate::Portal,
            6 => Fate::BadGateway { office_got_it: dice.chance(0.5) },
            7 => Fate::Twice,
            8 => Fate::Late,
            9 => Fate::Stale,
            10 => Fate::Foreign,
            _ => Fate::Forged,
        }
    }
}

/// How a request's body reaches the office.
#[derive(Clone, Copy, Debug)]
pub enum Up {
    Whole,
    Cut(f64),
    Short(f64),
}

pub fn cut(bytes: &[u8], at: f64) -> &[u8] {
    // Never all of it: that would be no cut.
    let end = (bytes.len() as f64 * at) as usize;
    &bytes[..end.min(bytes.len().saturating_sub(1))]
}

/// One request through the office's own routes; the reply as it left the office.
pub async fn serve(router: Router, ask: &Ask, up: Up) -> Result<Reply> {
    let mut request = Request::builder().method(ask.method).uri(&ask.path);
    for (name, value) in &ask.headers {
        request = request.header(*name, value);
    }
    let body = match up {
        Up::Whole => Body::from(ask.body.clone()),
        Up::Short(at) => Body::from(cut(&ask.body, at).to_vec()),
        Up::Cut(at) => {
            let begun = Ok(Bytes::copy_from_slice(cut(&ask.body, at)));
            Body::from_stream(stream::iter([begun, Err(std::io::Error::other("cut"))]))
        }
    };
    let Ok(response) = router.oneshot(request.body(body).context("A request")?).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.context("A reply")?.to_vec();
    let headers = head.headers.iter();
    let headers = headers.filter_map(|(n, v)| Some((n.as_str().to_owned(), v.to_str().ok()?.to_owned())));
    Ok(Reply { status: head.status.as_u16(), headers: headers.collect(), body, at: Default::default() })
}

/// The reply with a receipt for `more` changes more than the office signed for.
pub fn forged(reply: &Reply, more: u64) -> Result<Reply> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(&plain(reply)?) else { return Ok(reply.clone()) };
    let Some(sequence) = answer.pointer_mut("/receipt/sequence") else { return Ok(reply.clone()) };
    *sequence = (sequence.as_u64().unwrap_or(0) + more).into();
    let headers = reply.headers.iter().filter(|(name, _)| name != "content-encoding").cloned().collect();
    Ok(Reply { headers, body: serde_json::to_vec(&answer)?, ..reply.clone() })
}

/// The body of a reply, unpacked.
pub fn plain(reply: &Reply) -> Result<Vec<u8>> {
    let packed = reply.headers.iter().any(|(name, value)| name == "content-encoding" && value == "zstd");
    if packed {
        zstd::decode_all(reply.body.as_slice()).context("A packed reply")
    } else {
        Ok(reply.body.clone())
    }
}

/// Somebody else's page.
pub fn page(status: u16) -> Reply {
    Reply {
        status,
        headers: vec![("content-type".into(), "text/html".into())],
        body: b"<html><body>Welcome</body></html>".to_vec(),
        at: Default::default(),
    }
}
