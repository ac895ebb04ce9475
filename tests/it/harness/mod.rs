//! What the integration tests share: a real server on a real database, and the world outside, small enough for a test.

pub mod acquirers;
pub mod bot_api;
pub mod client;
pub mod gateway;
pub mod http;
pub mod outbox;
pub mod pictures;
pub mod plans;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod record;
pub mod s3;
pub mod server;
pub mod shown;
pub mod smtp;
pub mod state;
pub mod truck;
pub mod warehouse;

/// Makes a test run on SQLite and on PostgreSQL. Its body gets a running [`server::Server`] with a database of its own.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($server:ident: &Server) $body:block)+) => {
        $(
            $(#[$meta])*
            pub mod $name {
                #[allow(unused_imports)]
                use super::*;

                pub fn body($server: &$crate::harness::server::Server) $body

                #[test]
                fn sqlite() {
                    $crate::harness::server::on_sqlite(body);
                }

                #[test]
                fn postgres() {
                    $crate::harness::server::on_postgres(concat!(module_path!(), "::postgres"), body);
                }
            }
        )+
    };
}
