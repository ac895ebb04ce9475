//! The integration tests: one binary, one file per room, every test on both databases.

#[macro_use]
mod harness;

mod arrival;
mod arrows;
mod commands;
mod concurrency;
mod database;
mod flow;
mod guards;
mod hand_over;
mod notifications;
mod pages;
mod parcels;
mod postgres_harness;
mod shipments;
mod tour;
mod tracking;
mod transports;
