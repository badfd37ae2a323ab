//! `/check`: whether this office holds what a customer's copy says, for anybody who has the copy's text or scanned its
//! code. It tells nothing that the asker has not brought along: without the whole digest the answer is "no".

use super::problem::HttpProblem;
use crate::{
    Office,
    store::{self, phones},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::{Html, IntoResponse, Response},
};
use jobsheet_model::paper::{self, Answer, Check};
use serde::Deserialize;

/// Longer than any check there is.
const LONGEST: usize = 1_000;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    c: String,
}

#[utoipa::path(get, path = "/check", params(("c" = Option<String>, Query, description = "What a customer's copy says of itself")), responses((status = 200, description = "A page that says whether this office holds it", content_type = "text/html", body = String)))]
pub async fn check(
    State(office): State<Office>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, HttpProblem> {
    let Query(asked) = asked.map_err(|_| HttpProblem::bad_request("c says what a copy says"))?;
    let answer = match Check::read(&asked.c) {
        _ if asked.c.trim().is_empty() => None,
        Some(check) if asked.c.len() <= LONGEST => {
            Some(office.run(move |office| office.holds(&check)).await?)
        }
        _ => Some(Answer::Unreadable),
    };
    let headers = [(header::CONTENT_SECURITY_POLICY, paper::policy(None, "'self'"))];
    Ok((headers, Html(paper::answer_page(answer.as_ref()))).into_response())
}

impl Office {
    fn holds(&self, check: &Check) -> anyhow::Result<Answer> {
        self.read(|db| {
            let Some(order) = store::order_by_number(db, &check.number)? else { return Ok(Answer::NotHeld) };
            let Some(held) = store::held(db, order.id)? else { return Ok(Answer::NotHeld) };
            if let Some(signed) = held.sheet.sign_off.as_ref().filter(|signed| check.fits(signed)) {
                let phone = signed.phone.as_ref();
                let known = match phone {
                    Some(phone) => phones::key_is_known(db, &phone.key)?,
                    None => true,
                };
                let genuine = known && phone.is_none_or(|phone| phone.is_genuine(order.id, &signed.act));
                return Ok(if genuine {
                    Answer::Held { check: check.clone(), at: signed.at }
                } else {
                    Answer::InDoubt
                });
            }
            let was = held.sheet.superseded.iter().any(|earlier| earlier.act.digest == check.digest);
            Ok(if was { Answer::Superseded } else { Answer::NotHeld })
        })
    }
}
