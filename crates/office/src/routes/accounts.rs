//! The routes of accounts and of the audit, part of the console's.

use super::{
    console::Staff,
    doors::{ADMIN, Doors, SUPERVISOR},
    problem::HttpProblem,
    wire::{In, Paged, Sent, seen_version},
};
use crate::{Office, accounts::Unaccountable};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jobsheet_model::view::{Account, AccountEdit, AuditEntry, NewAccount, Page};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub fn of_console(doors: Doors) -> Doors {
    doors
        .door(ADMIN, routes!(accounts, add))
        .door(ADMIN, routes!(account, edit))
        .door(ADMIN, routes!(reset))
        .door(SUPERVISOR, routes!(audit))
}

#[utoipa::path(get, path = "/accounts", responses((status = 200, description = "By login", body = Vec<Account>)))]
async fn accounts(State(office): State<Office>) -> Result<Json<Vec<Account>>, HttpProblem> {
    Ok(Json(office.run(|office| office.accounts()).await?))
}

#[utoipa::path(post, path = "/accounts", request_body = NewAccount, responses(
    (status = 201, description = "Added", body = Account), (status = 409, description = "Somebody has this login")))]
async fn add(
    State(office): State<Office>,
    Sent(new): Sent<NewAccount>,
) -> Result<(StatusCode, Json<Account>), HttpProblem> {
    Ok((StatusCode::CREATED, Json(office.run(move |office| office.add_account(new)).await?)))
}

#[utoipa::path(get, path = "/accounts/{login}", responses(
    (status = 200, description = "With its version as `ETag`", body = Account, headers(("etag" = String)))))]
async fn account(State(office): State<Office>, In(login): In<String>) -> Result<Response, HttpProblem> {
    let found = office.run(move |office| office.staff_account(&login)).await?;
    Ok(tagged(found.ok_or_else(HttpProblem::not_found)?))
}

#[utoipa::path(put, path = "/accounts/{login}", request_body = AccountEdit,
    params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), responses(
    (status = 200, description = "Changed", body = Account, headers(("etag" = String))),
    (status = 409, description = "It is the last administrator"),
    (status = 412, description = "Somebody has changed it meanwhile"),
    (status = 428, description = "`If-Match` is missing")))]
async fn edit(
    State(office): State<Office>,
    In(login): In<String>,
    headers: HeaderMap,
    Sent(edit): Sent<AccountEdit>,
) -> Result<Response, HttpProblem> {
    let version = seen_version(&headers)?;
    Ok(tagged(office.run(move |office| office.edit_account(&login, version, edit)).await?))
}

fn tagged(account: Account) -> Response {
    ([(header::ETAG, format!("\"{}\"", account.version))], Json(account)).into_response()
}

#[derive(Deserialize, ToSchema)]
struct Reset {
    password: String,
}

#[utoipa::path(post, path = "/accounts/{login}/password", request_body = Reset, responses(
    (status = 204, description = "Reset, and signed out everywhere")))]
async fn reset(
    State(office): State<Office>,
    staff: Staff,
    In(login): In<String>,
    Sent(Reset { password }): Sent<Reset>,
) -> Result<StatusCode, HttpProblem> {
    tracing::info!(own = staff.login == login, "a password is reset");
    office.run(move |office| office.reset_password(&login, &password)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/audit", params(
    ("after" = Option<String>, Query, description = "`next` of the page before"),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 unless said")),
    responses((status = 200, description = "The newest first", body = Page<AuditEntry>)))]
async fn audit(
    State(office): State<Office>,
    asked: Result<Query<Paged>, QueryRejection>,
) -> Result<Json<Page<AuditEntry>>, HttpProblem> {
    let paged = Paged::of(asked)?;
    Ok(Json(office.run(move |office| office.audit(paged.after.as_deref(), paged.limit())).await?))
}

impl From<Unaccountable> for HttpProblem {
    fn from(why: Unaccountable) -> Self {
        let detail = why.to_string();
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            Unaccountable::NoSuch => return Self::not_found(),
            Unaccountable::Taken => {
                Self::new(StatusCode::CONFLICT, "login-taken", "Somebody has this login.")
            }
            Unaccountable::Changed => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "account-changed",
                "Somebody has changed the account meanwhile.",
            ),
            Unaccountable::LastAdmin => {
                Self::new(StatusCode::CONFLICT, "last-admin", "It is the last administrator.")
            }
            Unaccountable::Login => unfit("unfit-login", "This is no login."),
            Unaccountable::Name => unfit("unfit-name", "A name is needed."),
            Unaccountable::Password => unfit("unfit-password", "The password is too short or too long."),
            Unaccountable::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}
