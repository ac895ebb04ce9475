//! The integration tests: one binary, one file per room, every test on both databases.

#[macro_use]
mod harness;

mod acquirer_storm;
mod acquirers;
mod acts;
mod adjustments;
mod arrival;
mod arrows;
mod audit;
mod bad_input;
mod branches;
mod claims;
mod commands;
mod concurrency;
mod contract;
mod database;
mod elqr;
mod estimate;
mod flow;
mod guards;
mod hand_over;
mod idempotency;
mod labels;
mod ledger;
mod model;
mod notifications;
mod offers;
mod orders;
mod pages;
mod parcels;
mod payments;
mod photos;
mod postgres_harness;
mod quotes;
mod rates;
mod receipts;
mod shifts;
mod shipments;
mod staff;
mod statements;
mod sums;
mod tariffs;
mod tour;
mod tracking;
mod transports;
