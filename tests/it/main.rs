//! The integration tests: one binary, one file per room, every test on both databases.

#[macro_use]
mod harness;

mod arrows;
mod database;
mod flow;
mod postgres_harness;
mod transports;
