//! The order code in an address.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev, web};

use crate::code::OrderCode;
use crate::error::{Error, Problem, Result, Slug};
use crate::state::App;

/// `{code}` of the path, read forgivingly and refused before the database is asked when its check symbol is wrong.
#[derive(Clone, Debug)]
pub struct Code(OrderCode);

impl std::ops::Deref for Code {
    type Target = OrderCode;

    fn deref(&self) -> &OrderCode {
        &self.0
    }
}

impl FromRequest for Code {
    type Error = Error;
    type Future = Ready<Result<Code>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(read(req))
    }
}

fn read(req: &HttpRequest) -> Result<Code> {
    let app = req
        .app_data::<web::Data<App>>()
        .ok_or_else(|| Error::Startup("the application state is missing".to_owned()))?;
    let typed = req.match_info().query("code");
    OrderCode::parse(&app.config.business.code_prefix, typed)
        .map(Code)
        .map_err(|error| Problem::new(Slug::MistypedCode, error.to_string()).into())
}
