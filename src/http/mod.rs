//! What all rooms' handlers share: who calls, what they sent, how answers and refusals look.

pub mod address;
pub mod body;
pub mod call;
pub mod decimal;
pub mod document;
pub mod figures;
pub mod form;
pub mod headers;
pub mod language;
pub mod limits;
pub mod metrics;
pub mod moment;
pub mod page;
pub mod paging;
pub mod parts;
pub mod problem;
pub mod raw;
pub mod request;
pub mod text;

pub use body::{Body, Nothing};
pub use call::{Call, Reply};
pub use form::Form;
pub use language::{LangQuery, Spoken};
pub use paging::{Page, Paging};
pub use parts::InParts;
pub use raw::Raw;
