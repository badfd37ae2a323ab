//! Others are told what happens: signed as standardwebhooks.com has it, and again until it arrives or is given up. What is
//! to be told is written in the transaction in which it happened (`store::webhooks`); a message may arrive twice, under
//! one id, and not in order.

use crate::{
    Office,
    store::{
        self,
        webhooks::{self, Due},
    },
};
use anyhow::{Context, Result, anyhow};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use jobsheet_model::webhook::{
    HookEvent, HookTry, MOST_TRIES, NewWebhook, TryResult, Webhook, WebhookMade, next_try,
};
use sha2::Sha256;
use std::{net::IpAddr, sync::OnceLock, time::Duration};
use uuid::Uuid;

/// Longer addresses are none.
const LONGEST_URL: usize = 500;
/// Each act is written down for each of them.
const MOST: usize = 20;
/// A try has an end long before the next one is due: there are never two of a message at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why nobody is told.
#[derive(Debug, thiserror::Error)]
pub enum Unhooked {
    #[error("there is no such webhook")]
    NoSuch,
    #[error("an address that begins with https://, or is one of this machine")]
    Url,
    #[error("at least one event is needed")]
    Events,
    #[error("there are {MOST} already")]
    TooMany,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Unhooked {
    fn from(why: store::Error) -> Self {
        Unhooked::Failed(why.into())
    }
}

impl Office {
    pub fn webhooks(&self) -> Result<Vec<Webhook>> {
        self.read(|db| webhooks::list(db))
    }

    pub fn add_webhook(&self, new: NewWebhook, by: &str) -> Result<WebhookMade, Unhooked> {
        let url = fit_url(&new.url).ok_or(Unhooked::Url)?;
        let events: Vec<HookEvent> =
            HookEvent::ALL.into_iter().filter(|one| new.events.contains(one)).collect();
        if events.is_empty() {
            return Err(Unhooked::Events);
        }
        let secret = rand::random::<[u8; 32]>();
        let (id, made_at, made_by) = (Uuid::now_v7(), self.now(), by.to_owned());
        let webhook = Webhook { id, url, events, made_at, made_by, tried: None, waiting: 0, given_up: 0 };
        self.write(|tx| {
            if webhooks::list(tx)?.len() >= MOST {
                return Err(Unhooked::TooMany);
            }
            Ok(webhooks::insert(tx, &webhook, &secret)?)
        })?;
        Ok(WebhookMade { webhook, secret: format!("whsec_{}", STANDARD.encode(secret)) })
    }

    pub fn remove_webhook(&self, id: Uuid) -> Result<(), Unhooked> {
        self.write(|tx| if webhooks::remove(tx, id)? { Ok(()) } else { Err(Unhooked::NoSuch) })
    }

    /// Tries what is due by now. Returns how many messages arrived.
    pub async fn tell_others(&self) -> Result<usize> {
        let due = self
            .run(|office| {
                let now = office.now();
                office.read(|db| webhooks::due(db, now))
            })
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut arrived = 0;
        for told in join_all(due.into_iter().map(|messages| self.tell(messages))).await {
            arrived += told?;
        }
        Ok(arrived)
    }

    /// Tells one, message by message; where one does not arrive the next ones wait for the next pass.
    async fn tell(&self, messages: Vec<Due>) -> Result<usize> {
        let mut arrived = 0;
        for message in messages {
            let now = self.now();
            let tries = message.tries + 1;
            // Whoever began the last try did not come back from it.
            let is_over = message.tries >= MOST_TRIES;
            let next = next_try(tries, now).unwrap_or(now + PATIENCE * 2);
            let taken = {
                let message = message.clone();
                self.run(move |office| {
                    office
                        .note(|tx| {
                            if is_over {
                                webhooks::end(tx, &message.id, true, now)?;
                                return Ok(false);
                            }
                            webhooks::take(tx, &message, next)
                        })
                        .map_err(|why: store::Error| anyhow::Error::from(why))
                })
                .await?
            };
            if !taken {
                continue;
            }
            let (result, status) = post(&message, now).await;
            let has_arrived = result == TryResult::Arrived;
            let given_up = !has_arrived && tries >= MOST_TRIES;
            // Neither where it goes nor what it says: the first may be a secret.
            match result {
                TryResult::Arrived => {
                    tracing::debug!(webhook = %message.webhook, id = %message.id, "told")
                }
                _ => tracing::warn!(
                    webhook = %message.webhook, id = %message.id, tries, given_up, status, ?result, "could not be told"
                ),
            }
            self.run(move |office| {
                let now = office.now();
                office
                    .note(|tx| {
                        webhooks::note_try(tx, message.webhook, &HookTry { at: now, result, status })?;
                        if has_arrived || given_up {
                            webhooks::end(tx, &message.id, given_up, now)?;
                        }
                        Ok::<_, store::Error>(())
                    })
                    .map_err(anyhow::Error::from)
            })
            .await?;
            if !has_arrived {
                break;
            }
            arrived += 1;
        }
        Ok(arrived)
    }
}

async fn post(message: &Due, now: DateTime<Utc>) -> (TryResult, u16) {
    let seconds = now.timestamp();
    let signature = signature(&message.secret, &message.id, seconds, &message.body);
    let sent = async {
        let request = client(&message.url)?
            .post(&message.url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(message.body.clone());
        anyhow::Ok(request.send().await?.status())
    };
    match tokio::time::timeout(PATIENCE, sent).await {
        Ok(Ok(status)) if status.is_success() => (TryResult::Arrived, status.as_u16()),
        Ok(Ok(status)) => (TryResult::Refused, status.as_u16()),
        Ok(Err(_)) => (TryResult::Unreachable, 0),
        Err(_) => (TryResult::Silence, 0),
    }
}

/// `v1,` and HMAC-SHA256 of id, seconds and body with full stops between.
fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    // Any length is a key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The address made whole, when it is one that may be told: what is told does not travel the open network as plain text,
/// and carries no password that a list would show.
fn fit_url(typed: &str) -> Option<String> {
    let url = reqwest::Url::parse(typed.trim()).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let is_here = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let fits = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (fits && bare && url.as_str().len() <= LONGEST_URL).then(|| url.to_string())
}

/// Follows nobody elsewhere: an address that an administrator wrote down must not lead to one that nobody did.
fn client(url: &str) -> Result<&'static reqwest::Client> {
    static SECURE: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    static PLAIN: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    let make = |plain: bool| {
        // Somebody else may have installed one; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let builder = if plain { builder.no_proxy().tls_certs_only([]) } else { builder.https_only(true) };
        builder.build().map_err(|why| format!("{why:?}"))
    };
    let made = if url.starts_with("http://") {
        PLAIN.get_or_init(|| make(true))
    } else {
        SECURE.get_or_init(|| make(false))
    };
    made.as_ref().map_err(|why| anyhow!("{why}")).context("Getting ready to tell others")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the libraries of standardwebhooks.com are tested with.
    #[test]
    fn a_message_is_signed_as_others_sign_it() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed =
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_https_or_this_machine_is_told() {
        for (typed, whole) in [
            ("https://erp.example.com/hooks?from=jobsheet", "https://erp.example.com/hooks?from=jobsheet"),
            (" https://ERP.example.com ", "https://erp.example.com/"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/"),
            ("http://[::1]:9000/", "http://[::1]:9000/"),
            ("http://localhost/", "http://localhost/"),
        ] {
            assert_eq!(fit_url(typed).as_deref(), Some(whole), "{typed}");
        }
        let long = format!("https://example.com/{}", "a".repeat(LONGEST_URL));
        for typed in [
            "",
            "erp.example.com",
            "http://erp.example.com/",
            "http://192.168.1.20/",
            "http://169.254.169.254/latest",
            "http://127.0.0.1.example.com/",
            "http://0.0.0.0/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://user:secret@example.com/",
            "https://user@example.com/",
            "https://example.com/#x",
            "https://",
            long.as_str(),
        ] {
            assert_eq!(fit_url(typed), None, "{typed}");
        }
    }
}
