//! The office as phones and browsers meet it: its router, called in this process.

mod accounts;
mod api;
mod archive;
mod attention;
mod check;
mod checklists;
mod clocks;
mod console;
mod database;
mod demo;
mod dispatch;
mod phones;
mod photos;
mod register;
mod request_photos;
mod requests;
mod rescue;
mod roles;
mod sign_in;
mod standards;
mod sync;
mod tables;
mod webhooks;
mod world;
mod writers;
