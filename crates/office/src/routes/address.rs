//! Where somebody tries names and passwords from. Each login has its own limit of wrong tries; whoever tries one name after the
//! other is slowed down by where they come from.

use super::problem::HttpProblem;
use crate::Office;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use utoipa_axum::router::UtoipaMethodRouter;

/// A door through which people come in.
pub fn watched(
    office: &Office,
    (schemas, paths, door): UtoipaMethodRouter<Office>,
) -> UtoipaMethodRouter<Office> {
    (schemas, paths, door.layer(middleware::from_fn_with_state(office.clone(), guard)))
}

async fn guard(State(office): State<Office>, request: Request, next: Next) -> Response {
    // Called within the process there is none.
    let Some(key) = from(&request).map(|from| format!("address/{}", place(from))) else {
        return next.run(request).await;
    };
    let tried = key.clone();
    if let Err(why) = office.run(move |office| office.may_try(&tried)).await {
        return HttpProblem::from(why).into_response();
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED
        && let Err(why) = office.run(move |office| office.wrong_from(&key)).await
    {
        return HttpProblem::from(why).into_response();
    }
    response
}

/// Who is at the other end; behind a proxy nearby, whom that says it speaks for. What stands further left in its list anybody
/// may have written.
fn from(request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let said = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = said.and_then(|said| said.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    Some(last.filter(|_| is_near(peer)).unwrap_or(peer).to_canonical())
}

fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    }
}

/// One household or firm has 2^64 of the long addresses.
fn place(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(from) => Ipv6Addr::from_bits(from.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_proxy_nearby_says_for_whom_it_speaks_and_nobody_else_does() {
        let said = |peer: &str, forwarded: &[&str]| {
            let mut request = Request::builder();
            for one in forwarded {
                request = request.header("x-forwarded-for", *one);
            }
            let mut request = request.body(Body::empty()).unwrap();
            let peer: IpAddr = peer.parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 1)));
            place(from(&request).unwrap()).to_string()
        };
        assert_eq!(said("203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(said("203.0.113.7", &["198.51.100.1"]), "203.0.113.7", "it may have written that itself");
        assert_eq!(said("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(said("10.0.0.2", &["1.1.1.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(said("::1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(said("127.0.0.1", &["nonsense"]), "127.0.0.1");
        assert_eq!(said("2001:db8:1:2:3:4:5:6", &[]), "2001:db8:1:2::");
        assert_eq!(said("::ffff:203.0.113.7", &[]), "203.0.113.7");
        assert!(from(&Request::new(Body::empty())).is_none());
    }
}
