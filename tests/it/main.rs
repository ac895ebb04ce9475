//! The integration tests: one binary, one file per room, every test on both databases.

#[macro_use]
mod harness;

mod arrival;
mod arrows;
mod bad_input;
mod branches;
mod commands;
mod concurrency;
mod database;
mod flow;
mod guards;
mod hand_over;
mod ledger;
mod notifications;
mod orders;
mod pages;
mod parcels;
mod payments;
mod postgres_harness;
mod quotes;
mod rates;
mod shipments;
mod tour;
mod tracking;
mod transports;
