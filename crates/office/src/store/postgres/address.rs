//! Where the database is, and how it is spoken to. On this machine in the open; with any other over TLS, to a server whose
//! certificate names it, unless the address says otherwise.

use anyhow::{Context, Result, bail, ensure};
use reqwest::Url;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{net::IpAddr, sync::Arc};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

pub struct Address {
    pub config: Config,
    /// One of several offices in a database.
    pub schema: Option<String>,
    pub tls: Option<MakeRustlsConnect>,
}

/// What the address says besides what `tokio_postgres` reads.
#[derive(Debug, Default, PartialEq)]
struct Ours {
    schema: Option<String>,
    /// `disable` or `verify-full`.
    mode: Option<String>,
    /// A file with the certificates of those who may vouch for the server.
    roots: Option<String>,
}

impl Address {
    /// `url` as PostgreSQL knows it; `schema=NAME` besides, for one of several offices in a database.
    pub fn read(url: &str) -> Result<Self> {
        let (url, Ours { schema, mode, roots }) = apart(url)?;
        let mut config: Config = url.parse().context("Reading the address of the database")?;
        let in_the_open = match mode.as_deref() {
            None => roots.is_none() && is_here(&config),
            Some("disable") => true,
            Some("require" | "verify-full") => false,
            // The others go on in the open, or with somebody else, where TLS does not work out.
            Some(_) => bail!("sslmode is disable, or verify-full"),
        };
        let tls = if in_the_open { None } else { Some(MakeRustlsConnect::new(client(roots.as_deref())?)) };
        config.ssl_mode(if in_the_open { SslMode::Disable } else { SslMode::Require });
        Ok(Self { config, schema, tls })
    }
}

/// Does every way to the database stay on this machine?
fn is_here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|at: IpAddr| at.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    named && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn client(roots: Option<&str>) -> Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let Some(file) = roots else {
        let builder = builder.with_platform_verifier().context("Reading this machine's certificates")?;
        return Ok(builder.with_no_client_auth());
    };
    let reading = || format!("Reading the certificates in {file}");
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).with_context(reading)? {
        store.add(certificate.with_context(reading)?).with_context(reading)?;
    }
    ensure!(!store.is_empty(), "there is no certificate in {file}");
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

/// The address without what `tokio_postgres` does not read.
fn apart(url: &str) -> Result<(String, Ours)> {
    let mut ours = Ours::default();
    let Some((place, query)) = url.split_once('?') else { return Ok((url.to_owned(), ours)) };
    let mut others = Vec::new();
    for part in query.split('&') {
        let slot = match part.split('=').next() {
            Some("schema") => &mut ours.schema,
            Some("sslmode") => &mut ours.mode,
            Some("sslrootcert") => &mut ours.roots,
            _ => {
                others.push(part);
                continue;
            }
        };
        let pair = Url::parse(&format!("postgres:?{part}"))?;
        let said = pair.query_pairs().next().map(|(name, value)| (name.into_owned(), value.into_owned()));
        let (name, value) = said.context("Reading the address of the database")?;
        ensure!(slot.replace(value).is_none(), "the address says {name} more than once");
    }
    let is_name = |name: &str| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        (1..=63).contains(&name.len()) && name.chars().all(fits)
    };
    ensure!(ours.schema.as_deref().is_none_or(is_name), "a schema's name is made of a-z, 0-9 and _");
    let others = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    Ok((format!("{place}{others}"), ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks_tls(url: &str) -> bool {
        Address::read(url).unwrap().tls.is_some()
    }

    #[test]
    fn a_database_elsewhere_is_spoken_to_over_tls_unless_the_address_says_otherwise() {
        assert!(speaks_tls("postgres://jobsheet:secret@db.internal/jobsheet"));
        assert!(speaks_tls("postgres://jobsheet@10.0.0.7/jobsheet?schema=north"));
        assert!(speaks_tls("postgres://jobsheet@localhost/jobsheet?hostaddr=10.0.0.7"));
        assert!(speaks_tls("postgres://jobsheet@localhost/jobsheet?sslmode=verify-full"));
        assert!(!speaks_tls("postgres://jobsheet@db.internal/jobsheet?sslmode=disable"));
        assert!(!speaks_tls("postgres://jobsheet@127.0.0.1/jobsheet"));
        assert!(!speaks_tls("postgres:///jobsheet?host=/run/postgresql"));
    }

    #[test]
    fn what_the_address_says_besides_is_read_once_and_the_rest_is_passed_on() {
        let url = "postgres://a@b/c?sslmode=verify-full&connect_timeout=5&sslrootcert=/a%20b.pem&schema=x_1";
        let (rest, ours) = apart(url).unwrap();
        assert_eq!(rest, "postgres://a@b/c?connect_timeout=5");
        let said = |text: &str| Some(text.to_owned());
        let meant = Ours { schema: said("x_1"), mode: said("verify-full"), roots: said("/a b.pem") };
        assert_eq!(ours, meant);
        for wrong in [
            "postgres://a@b/c?schema=X",
            "postgres://a@b/c?schema=",
            "postgres://a@b/c?schema=a&schema=b",
            "postgres://a@b/c?sslmode=prefer",
            "postgres://a@b/c?sslmode=verify-ca",
            "postgres://a@b/c?sslrootcert=/there/is/no/such.pem",
        ] {
            assert!(Address::read(wrong).is_err(), "{wrong}");
        }
    }
}
