//! Errors at the door: RFC 9457 problem details. Unexpected ones are logged whole and shown as nothing but that.

use crate::{
    accounts::Denied,
    crew::Unkept,
    decide::Undecided,
    dispatch::Cannot,
    phones::{NoCode, Unfit},
    photos::{NotBrought, Stopped},
    requests::Untaken,
    rescue::NoRescue,
    standards::Unpublished,
    store,
    sync::Halt,
};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jobsheet_model::{
    enrol::Extra,
    rescue::Unreadable,
    wire::{ProblemDetails, UPLOAD_COMPLETE, UPLOAD_OFFSET},
};

#[derive(Debug)]
pub struct HttpProblem {
    status: StatusCode,
    /// `wrong-password`, shown as `/problems/wrong-password`.
    kind: &'static str,
    title: &'static str,
    detail: String,
    /// Rare, so it does not make every answer larger.
    extra: Box<Extra>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl HttpProblem {
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self { status, kind, title, detail: String::new(), extra: Box::default(), headers: Vec::new() }
    }

    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }

    fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong at the office.")
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here.")
    }

    pub fn bad_request(why: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The office could not read this.").detail(why)
    }

    pub fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not-allowed", "This is not for your role.")
    }

    pub fn not_so() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not in this way.")
    }

    pub fn app_too_old(minimum: String) -> Self {
        let extra = Extra { minimum: Some(minimum), ..Extra::default() };
        Self {
            extra: Box::new(extra),
            ..Self::new(StatusCode::UPGRADE_REQUIRED, "app-too-old", "This app is too old for the office.")
        }
    }

    pub fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", "Sign in first.")
            .header("www-authenticate", "Bearer")
    }
}

/// Puts what a problem looks like among the described types.
pub fn schema(schemas: &mut serde_json::Value) {
    use utoipa::{PartialSchema, ToSchema};
    let mut within = Vec::new();
    ProblemDetails::schemas(&mut within);
    within.push((ProblemDetails::name().into_owned(), ProblemDetails::schema()));
    for (name, schema) in within {
        schemas[name] = serde_json::to_value(schema).unwrap_or_default();
    }
}

impl IntoResponse for HttpProblem {
    fn into_response(self) -> Response {
        let body = ProblemDetails {
            kind: format!("/problems/{}", self.kind),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            extra: *self.extra,
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response.headers_mut().extend(self.headers);
        response
    }
}

fn is_the_disks(why: &anyhow::Error) -> bool {
    why.chain().filter_map(|cause| cause.downcast_ref()).any(store::Error::is_the_disks)
}

impl From<anyhow::Error> for HttpProblem {
    fn from(why: anyhow::Error) -> Self {
        tracing::error!("{why:#}");
        if is_the_disks(&why) {
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "disk",
                "The office cannot write at the moment.",
            );
        }
        Self::internal()
    }
}

impl From<Denied> for HttpProblem {
    fn from(why: Denied) -> Self {
        match why {
            Denied::Wrong => {
                Self::new(StatusCode::UNAUTHORIZED, "wrong-password", "The name or the password is wrong.")
            }
            Denied::Wait { seconds } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", "Too many wrong tries.")
                    .detail(format!("Try again in {seconds} seconds."))
                    .header("retry-after", seconds)
            }
            Denied::Failed(why) => why.into(),
        }
    }
}

impl From<Unfit> for HttpProblem {
    fn from(why: Unfit) -> Self {
        match why {
            Unfit::SignedOut { challenge } => {
                Self { extra: Box::new(Extra { challenge, ..Extra::default() }), ..Self::signed_out() }
            }
            Unfit::NotGenuine => {
                Self::new(StatusCode::UNAUTHORIZED, "not-genuine", "This is not signed as it should be.")
            }
            Unfit::WrongCode => {
                Self::new(StatusCode::UNAUTHORIZED, "wrong-code", "This is no code of this office.")
            }
            Unfit::OldCode => Self::new(StatusCode::GONE, "old-code", "The code is used or too old."),
            Unfit::Revoked => {
                Self::new(StatusCode::FORBIDDEN, "phone-revoked", "The office has revoked this phone.")
            }
            Unfit::Wipe(order) => Self {
                extra: Box::new(Extra { wipe: Some(order), ..Extra::default() }),
                ..Self::new(StatusCode::FORBIDDEN, "phone-wiped", "This phone is to be emptied.")
            },
            Unfit::Denied(why) => why.into(),
        }
    }
}

impl From<NoCode> for HttpProblem {
    fn from(why: NoCode) -> Self {
        let detail = why.to_string();
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            NoCode::NoSuchPhone => return Self::not_found(),
            NoCode::Revoked => {
                Self::new(StatusCode::CONFLICT, "phone-revoked", "The office has revoked this phone.")
            }
            NoCode::NotItsQuestion => unfit("not-its-question", "This is not what that phone asks."),
            NoCode::Enough => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "enough-codes", "Enough codes for this phone today.")
            }
            NoCode::Reason => unfit("reason-needed", "A reason is needed."),
            NoCode::TooLong => unfit("reason-too-long", "The reason is too long."),
            NoCode::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Halt> for HttpProblem {
    fn from(why: Halt) -> Self {
        let detail = why.to_string();
        match why {
            Halt::NotYourDevice => {
                Self::new(StatusCode::FORBIDDEN, "not-your-device", "This phone belongs to somebody else.")
            }
            Halt::Superseded => {
                Self::new(StatusCode::CONFLICT, "superseded", "This phone must take a new identity.")
            }
            Halt::AskFirst => {
                Self::new(StatusCode::CONFLICT, "ask-first", "This office must be asked for news first.")
            }
            Halt::TooMany => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-many-changes", "Too many changes at once.")
            }
            Halt::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Stopped> for HttpProblem {
    fn from(why: Stopped) -> Self {
        let detail = why.to_string();
        match why {
            Stopped::NotNamed => Self::not_found(),
            Stopped::WrongOffset(offset) => {
                Self::new(StatusCode::CONFLICT, "wrong-offset", "The upload goes on elsewhere.")
                    .header(UPLOAD_OFFSET, offset)
                    .header(UPLOAD_COMPLETE, "?0")
                    .detail(detail)
            }
            Stopped::TooLarge => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large", "The photo is too large.")
                    .detail(detail)
            }
            Stopped::WrongHash => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "wrong-digest",
                "The photo arrived otherwise than it was announced.",
            )
            .detail(detail),
            // Nobody is there to read this.
            Stopped::Cut => Self::new(StatusCode::BAD_REQUEST, "link-cut", "The link was cut."),
            Stopped::NotAJpeg => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not-a-jpeg", "The photo is no JPEG picture.")
                    .detail(detail)
            }
            Stopped::Failed(why) => why.into(),
        }
    }
}

impl From<NotBrought> for HttpProblem {
    fn from(why: NotBrought) -> Self {
        let detail = why.to_string();
        match why {
            NotBrought::TooLarge => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large", "The photo is too large.")
            }
            NotBrought::NotAPicture => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not-a-picture",
                "This is no JPEG, PNG or WebP picture that can be read.",
            ),
            NotBrought::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<NoRescue> for HttpProblem {
    fn from(why: NoRescue) -> Self {
        let detail = why.to_string();
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            NoRescue::Unreadable(why) => match why {
                Unreadable::NotOne => unfit("rescue-not-one", "This is no rescue file."),
                Unreadable::Newer => unfit("rescue-newer", "This file was made by a newer app."),
                Unreadable::OtherOffice => unfit("rescue-other-office", "This file is for another office."),
                Unreadable::Damaged => unfit("rescue-damaged", "This file is damaged or not whole."),
                Unreadable::TooLarge => unfit("rescue-too-large", "This file holds too much."),
                Unreadable::NotGenuine => {
                    unfit("rescue-not-genuine", "This file was not made by the phone it names.")
                }
                Unreadable::Disk(why) => return anyhow::Error::new(why).context("A rescue file").into(),
            },
            NoRescue::UnknownPhone => unfit("rescue-unknown-phone", "This office does not know the phone."),
            NoRescue::Stolen => {
                Self::new(StatusCode::FORBIDDEN, "rescue-stolen", "The phone was reported stolen.")
            }
            NoRescue::NotItsOwn => unfit("rescue-not-its-own", "This file holds somebody else's records."),
            NoRescue::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Undecided> for HttpProblem {
    fn from(why: Undecided) -> Self {
        let detail = why.to_string();
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            Undecided::NoSuch => return Self::not_found(),
            Undecided::Already { by } => Self {
                extra: Box::new(Extra { by: Some(by), ..Extra::default() }),
                ..Self::new(StatusCode::CONFLICT, "decided", "Somebody has decided this already.")
            },
            Undecided::Unfit => unfit("unfit-choice", "This cannot be decided so."),
            Undecided::Handling => unfit("handling-needed", "Say who deals with it, and until when."),
            Undecided::Signed => {
                Self::new(StatusCode::CONFLICT, "signed-since", "The customer has signed for it since.")
            }
            Undecided::Reason => unfit("reason-needed", "A reason is needed."),
            Undecided::TooLong => unfit("reason-too-long", "The reason is too long."),
            Undecided::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Untaken> for HttpProblem {
    fn from(why: Untaken) -> Self {
        let detail = why.to_string();
        let conflict = |kind, title| Self::new(StatusCode::CONFLICT, kind, title);
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            Untaken::NoSuch => return Self::not_found(),
            Untaken::Unfit(fields) => Self {
                extra: Box::new(Extra { fields, ..Extra::default() }),
                ..unfit("unfit-request", "The request cannot be kept so.")
            },
            Untaken::Changed => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "request-changed",
                "Somebody has changed the request meanwhile.",
            ),
            Untaken::Settled => conflict("request-settled", "The request is settled already."),
            Untaken::Responded => conflict("response-given", "The customer was answered already."),
            Untaken::Awaits(_) => {
                conflict("awaiting-info", "The request waits for what the customer has to say.")
            }
            Untaken::Reason => unfit("reason-needed", "A reason is needed."),
            Untaken::TooLong => unfit("reason-too-long", "The reason is too long."),
            Untaken::NoKey => Self::bad_request("Idempotency-Key has 1 to 100 characters"),
            Untaken::KeyReused => unfit("key-reused", "The key was used for something else."),
            Untaken::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Unkept> for HttpProblem {
    fn from(why: Unkept) -> Self {
        let detail = why.to_string();
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            Unkept::NoSuch => return Self::not_found(),
            Unkept::Changed => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "crew-changed",
                "Somebody has changed this meanwhile.",
            ),
            Unkept::Unfit(fields) => Self {
                extra: Box::new(Extra { fields, ..Extra::default() }),
                ..unfit("unfit-crew", "This cannot be kept so.")
            },
            Unkept::Length => unfit("turn-length", "A turn ends after it begins, within a week."),
            Unkept::Overlaps => {
                Self::new(StatusCode::CONFLICT, "turn-overlaps", "They have such a turn then already.")
            }
            Unkept::Range => Self::bad_request("from and to are at most two months apart"),
            Unkept::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Unpublished> for HttpProblem {
    fn from(why: Unpublished) -> Self {
        let detail = why.to_string();
        let fields = |fields| Box::new(Extra { fields, ..Extra::default() });
        match why {
            Unpublished::NoSuch => return Self::not_found(),
            Unpublished::Unfit(findings) => Self {
                extra: fields(findings),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "unfit-standard",
                    "The standard cannot be kept so.",
                )
            },
            Unpublished::Unconfirmed(findings) => Self {
                extra: fields(findings),
                ..Self::new(
                    StatusCode::CONFLICT,
                    "standard-unconfirmed",
                    "What is odd about the standard must be confirmed.",
                )
            },
            Unpublished::Changed => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "standard-changed",
                "Somebody has changed the draft meanwhile.",
            ),
            Unpublished::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

impl From<Cannot> for HttpProblem {
    fn from(why: Cannot) -> Self {
        let detail = why.to_string();
        let conflict = |kind, title| Self::new(StatusCode::CONFLICT, kind, title);
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            Cannot::NoSuchWorkOrder => return Self::not_found(),
            Cannot::Changed => {
                return Self::new(
                    StatusCode::PRECONDITION_FAILED,
                    "work-order-changed",
                    "Somebody has changed this work order meanwhile.",
                );
            }
            Cannot::NoSuchTechnician => unfit("no-such-technician", "There is no such technician."),
            Cannot::Cancelled => conflict("cancelled", "The work order is cancelled."),
            Cannot::Closed => conflict("closed", "The work order is closed."),
            Cannot::NotClosed => conflict("not-closed", "The work order is not closed."),
            Cannot::NotOver => conflict("not-over", "Somebody is still at it."),
            Cannot::OtherExpected => {
                conflict("other-expected", "The customer is to know something else by now.")
            }
            Cannot::NothingSaid => unfit("nothing-said", "What was said is missing."),
            Cannot::TooLong => unfit("reason-too-long", "The text is too long."),
            Cannot::Taken => conflict("taken", "Somebody has this work order."),
            Cannot::NotTaken => conflict("not-taken", "Nobody has this work order."),
            Cannot::Same => conflict("same-technician", "It is this technician's already."),
            Cannot::Over => conflict("visit-over", "The visit is over."),
            Cannot::Reason => unfit("reason-needed", "A reason is needed."),
            Cannot::Against(_) => unfit("against-the-rules", "The rules are against it: a reason is needed."),
            Cannot::Responded => conflict("response-given", "The customer was answered already."),
            Cannot::Nobody => unfit("nobody-named", "Nobody is named."),
            Cannot::NotYours(role, _) => Self {
                extra: Box::new(Extra { by: Some(role.word().to_owned()), ..Extra::default() }),
                ..Self::new(StatusCode::FORBIDDEN, "not-yours-to-give", "Another role gives this work order.")
            },
            Cannot::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn status(code: i32) -> StatusCode {
        let why = store::Error::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        HttpProblem::from(anyhow::Error::new(why).context("Keeping a change")).status
    }

    #[test]
    fn a_full_disk_is_not_the_fault_of_what_was_sent() {
        assert_eq!(status(ffi::SQLITE_FULL), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(ffi::SQLITE_IOERR), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(ffi::SQLITE_CONSTRAINT), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
