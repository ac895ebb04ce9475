//! Torugart: the order-tracking backend of a cargo consolidator.
//!
//! Request, code, quote, som, truck, message, pickup. `ARCHITECTURE.md` walks through the house.
#![forbid(unsafe_code)]

// What everything stands on.
#[macro_use]
pub mod db;
pub mod clock;
pub mod config;
pub mod error;
#[cfg(feature = "faults")]
pub mod faults;
pub mod ids;
pub mod money;
// What people type and read.
pub mod client_code;
pub mod code;
pub mod couriers;
pub mod elqr;
pub mod fold;
pub mod links;
pub mod phone;
pub mod print;
pub mod sheets;
pub mod texts;
pub mod xml;
// The service around the rooms.
pub mod app;
pub mod aside;
pub mod counters;
pub mod face;
pub mod http;
pub mod idempotency;
pub mod objects;
pub mod starter;
pub mod state;
pub mod tallies;
pub mod tokens;
// The rooms, lower ones first.
pub mod acquirers;
pub mod acts;
pub mod audit;
pub mod bags;
pub mod branches;
pub mod broker;
pub mod cells;
pub mod claims;
pub mod customers;
pub mod customs;
pub mod desk;
pub mod exports;
pub mod guesses;
pub mod ledger;
pub mod manifests;
pub mod my;
pub mod notifications;
pub mod orders;
pub mod parcels;
pub mod payments;
pub mod photos;
pub mod proofs;
pub mod quotes;
pub mod rates;
pub mod receipts;
pub mod shifts;
pub mod shipments;
pub mod sign_in;
pub mod staff;
pub mod statements;
pub mod storage;
pub mod tariffs;
pub mod tracking;
pub mod verify;
// What keeps them safe.
pub mod backup;
// The command line.
pub mod cli;
