//! The routes of webhooks, part of the console's.

use super::{
    console::Staff,
    doors::{ADMIN, Doors},
    problem::HttpProblem,
    wire::{In, Sent},
};
use crate::{Office, webhooks::Unhooked};
use axum::{Json, extract::State, http::StatusCode};
use jobsheet_model::webhook::{NewWebhook, Webhook, WebhookMade};
use utoipa_axum::routes;
use uuid::Uuid;

pub fn of_console(doors: Doors) -> Doors {
    doors.door(ADMIN, routes!(list, add)).door(ADMIN, routes!(remove))
}

#[utoipa::path(get, path = "/webhooks", responses((status = 200, description = "The oldest first", body = Vec<Webhook>)))]
async fn list(State(office): State<Office>) -> Result<Json<Vec<Webhook>>, HttpProblem> {
    Ok(Json(office.run(|office| office.webhooks()).await?))
}

#[utoipa::path(post, path = "/webhooks", request_body = NewWebhook, responses(
    (status = 201, description = "Added, with its secret, which is not shown again", body = WebhookMade),
    (status = 409, description = "There are as many as there may be")))]
async fn add(
    State(office): State<Office>,
    staff: Staff,
    Sent(new): Sent<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookMade>), HttpProblem> {
    let by = staff.session.name;
    Ok((StatusCode::CREATED, Json(office.run(move |office| office.add_webhook(new, &by)).await?)))
}

#[utoipa::path(delete, path = "/webhooks/{id}", responses((status = 204, description = "Removed, with what it was still to be told")))]
async fn remove(State(office): State<Office>, In(id): In<Uuid>) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.remove_webhook(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Unhooked> for HttpProblem {
    fn from(why: Unhooked) -> Self {
        let detail = why.to_string();
        let unfit = |kind, title| Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
        match why {
            Unhooked::NoSuch => return Self::not_found(),
            Unhooked::Url => unfit("unfit-url", "This address cannot be told."),
            Unhooked::Events => unfit("unfit-events", "At least one event is needed."),
            Unhooked::TooMany => {
                Self::new(StatusCode::CONFLICT, "too-many-webhooks", "There are as many as there may be.")
            }
            Unhooked::Failed(why) => return why.into(),
        }
        .detail(detail)
    }
}
