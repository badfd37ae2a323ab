//! Enrols a phone at an office and prints the token of its session: for programs that ask as a phone does.
//! `phone-session 127.0.0.1:8080 LOGIN PASSWORD`

use anyhow::{Context, Result, ensure};
use jobsheet_model::{
    enrol::{Enrol, EnrolBy, Enrolled},
    sign::SecretKey,
    wire::{PROTOCOL, PROTOCOL_HEADER},
};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let mut next = |what| given.next().with_context(|| format!("{what} is missing"));
    let (office, login, password) = (next("the office")?, next("the login")?, next("the password")?);
    let key = SecretKey::from_bytes(rand::random());
    let asked = Enrol::signed(EnrolBy::Password { login, password }, "A program".to_owned(), &key);
    let body = serde_json::to_string(&asked)?;
    let mut link = TcpStream::connect(&office).with_context(|| format!("Connecting to {office}"))?;
    write!(
        link,
        "POST /v1/enrol HTTP/1.1\r\nhost: {office}\r\n{PROTOCOL_HEADER}: {PROTOCOL}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    link.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    println!("{}", serde_json::from_str::<Enrolled>(body)?.session.token);
    Ok(())
}
