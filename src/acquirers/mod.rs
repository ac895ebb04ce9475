//! Payment providers.

mod adapter;
mod fields;
mod finik;
mod freedom_pay;
mod hash;
mod mkassa;
mod odengi;
mod outside;
mod pem;
mod som;
mod xml;

pub use adapter::{Acquirer, Bill, Callback, Created, Failure, Question, Reaction, Reply, Said, Told};

words! {
    /// A payment provider.
    Provider as AcquirerName {
        /// Freedom Pay, formerly PayBox.money.
        FreedomPay = "freedom_pay",
        /// O!Dengi.
        ODengi = "odengi",
        /// MKassa, of MBank.
        MKassa = "mkassa",
        /// Finik.
        Finik = "finik",
    }
}
