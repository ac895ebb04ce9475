//! The door: who may make a call, checked before a word is said about its body.

use std::net::Ipv4Addr;
use std::panic::AssertUnwindSafe;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};
use futures_util::FutureExt;

use crate::error::{Error, Problem, Result, Slug};
use crate::http::address::ClientAddress;
use crate::http::body::Unread;
use crate::http::call::{Call, RequestId};
use crate::http::limits::Limit;
use crate::ids::{Actor, Role};
use crate::sign_in::http as sign_in;
use crate::staff;
use crate::state::App;
use crate::tracking;

/// Who may make a call. A route without this does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody; a token is honoured when sent.
    Anyone,
    /// Every staff member: what is read, not changed.
    AnyStaff,
    /// These roles, and admins.
    Only(&'static [Role]),
    /// Customers who are signed in, and nobody else: what is theirs.
    Customer,
}

impl Who {
    /// Whether a role is let in.
    pub fn allows(self, role: Role) -> bool {
        match self {
            Who::Anyone | Who::AnyStaff => true,
            Who::Only(roles) => role == Role::Admin || roles.contains(&role),
            Who::Customer => false,
        }
    }

    /// Whether a customer who is signed in is let in: nowhere unless the row says so.
    pub fn allows_customers(self) -> bool {
        matches!(self, Who::Anyone | Who::Customer)
    }

    /// Refuses whoever may not make the call.
    fn refuse(self, actor: &Actor) -> Result<()> {
        match actor.role() {
            _ if self == Who::Anyone => Ok(()),
            Some(role) if !self.allows(role) => {
                Problem::new(Slug::Forbidden, format!("The role {role} may not do this.")).fail()
            }
            None if actor.customer().is_none() => unauthenticated("Send `Authorization: Bearer <access_token>`."),
            None if !self.allows_customers() => Problem::new(Slug::Forbidden, "A customer may not do this.").fail(),
            _ => Ok(()),
        }
    }
}

/// Whether a call needs an `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Safe by its method; the header is ignored.
    Ignored,
    /// Honoured when sent.
    Honoured,
    /// Money or goods change hands: 400 without it.
    Required,
}

/// What a route asks of whoever makes the call.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// Who they must be.
    pub who: Who,
    /// Whether they must name their intention.
    pub key: Key,
    /// How often they may come when they are no staff.
    pub limit: Limit,
}

/// The check itself, wrapped around each route. A refusal is an answer, not an error: the outer layers still see it.
///
/// # Errors
/// Those of the inner service.
pub async fn guard<B: MessageBody>(
    door: Door,
    req: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let (app, call) = match admit(door, &req).await {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(refuse(req, &refusal).map_into_right_body()),
    };
    let (actor, from) = (call.actor.clone(), caller(&req));
    req.extensions_mut().insert(call);
    let asked = req.request().clone();
    // A panic would take the whole connection along, and nobody would hear what the log knows it by.
    let Ok(response) = AssertUnwindSafe(next.call(req)).catch_unwind().await else {
        return Ok(ServiceResponse::new(asked, Error::panicked().error_response()).map_into_right_body());
    };
    let response = response?;
    app.limits.leave(door.limit, &actor, from, response.status());
    Ok(response.map_into_left_body())
}

/// A refusal in the form of the address that was called: a page for people, else a problem.
fn refuse(mut req: ServiceRequest, refusal: &Error) -> ServiceResponse {
    let unread = Unread(req.take_payload());
    req.extensions_mut().insert(unread);
    let problem = refusal.to_problem();
    let is_page = !req.path().starts_with("/v1/");
    let response = match &problem.slug {
        Slug::RateLimited if is_page => tracking::http::too_often(req.request(), &problem),
        _ => refusal.error_response(),
    };
    req.into_response(response)
}

async fn admit(door: Door, req: &ServiceRequest) -> Result<(App, Call)> {
    if req.uri().to_string().contains("%00") {
        return Problem::new(Slug::MalformedRequest, "The address contains a NUL character.").fail();
    }
    let app = req
        .app_data::<web::Data<App>>()
        .map(|app| app.get_ref().clone())
        .ok_or_else(|| Error::Startup("the application state is missing".to_owned()))?;
    let actor = match bearer(req)? {
        Some(token) => authenticate(&app, token, req.path()).await?,
        None => Actor::Anyone,
    };
    door.who.refuse(&actor)?;
    refuse_foreign_form(req, &app.config.business.public_url)?;
    app.limits.enter(door.limit, &actor, caller(req))?;
    let key = match (door.key, idempotency_key(req)?) {
        (Key::Ignored, _) => None,
        (Key::Required, None) => {
            return Problem::new(
                Slug::IdempotencyKeyMissing,
                "Send a header Idempotency-Key with a fresh random value, and the same value when you repeat this request.",
            )
            .fail();
        }
        (_, key) => key,
    };
    let request_id = req.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Ok((app, Call { actor, request_id, key, target: format!("{} {}", req.method(), req.path()) }))
}

/// Who is counted; the outermost layer found out.
fn caller(req: &ServiceRequest) -> ClientAddress {
    req.extensions().get::<ClientAddress>().copied().unwrap_or(ClientAddress(Ipv4Addr::UNSPECIFIED.into()))
}

fn bearer(req: &ServiceRequest) -> Result<Option<String>> {
    let Some(value) = req.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    match value.to_str().ok().and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => unauthenticated("The Authorization header must be `Bearer <access_token>`."),
    }
}

/// Refuses a form that a page of somebody else's sent: the browser would bring the customer's cookie along. What is below
/// `/v1/` knows no cookies. Browsers say where a form comes from in one of two headers; who is none says nothing.
fn refuse_foreign_form(req: &ServiceRequest, public_url: &str) -> Result<()> {
    if req.method() != Method::POST || req.path().starts_with("/v1/") {
        return Ok(());
    }
    let header = |name: &str| req.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let host = header("host").unwrap_or_default();
    let is_ours = |origin: &str| origin == public_url || origin.split_once("://").is_some_and(|(_, from)| from == host);
    let is_own = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => is_ours(origin),
        (None, None) => true,
    };
    if is_own { Ok(()) } else { Problem::new(Slug::Forbidden, "This form comes from another site.").fail() }
}

async fn authenticate(app: &App, token: String, path: &str) -> Result<Actor> {
    if let Some(customer) = sign_in::customer(app, &token).await? {
        return Ok(customer);
    }
    let claims = app.tokens.verify(&token, app.clock.now())?;
    // Where a second factor is set up, it cannot be asked for.
    let need_totp = if is_own_account(path) { Vec::new() } else { app.config.auth.totp_required_roles.clone() };
    app.glance(&Actor::System, move |tx| staff::authenticate(tx, &claims, &need_totp)).await
}

fn is_own_account(path: &str) -> bool {
    path == "/v1/me" || path.starts_with("/v1/me/") || path.starts_with("/v1/auth/")
}

fn unauthenticated<T>(detail: &str) -> Result<T> {
    Problem::new(Slug::Unauthenticated, detail).fail()
}

/// The header, once and printable: a doubled header is two intentions, and nobody could say which one counts.
fn idempotency_key(req: &ServiceRequest) -> Result<Option<String>> {
    let mut values = req.headers().get_all("idempotency-key");
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim_matches('"');
    if values.next().is_some() || text.is_empty() || text.len() > 255 {
        return Problem::new(
            Slug::MalformedRequest,
            "The header Idempotency-Key must be sent once, with 1 to 255 printable characters.",
        )
        .fail();
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::ids::{CustomerId, CustomerSessionId, SessionId, StaffId};

    #[test]
    fn a_door_lets_in_whom_its_row_names() {
        let staff = |role| {
            let (id, session) = (StaffId::new(), SessionId::new());
            Actor::Staff { id, login: "bakyt".to_owned(), role, branch: None, session }
        };
        let (id, session) = (CustomerId::new(), CustomerSessionId::new());
        let customer = Actor::Customer { id, client_code: "KG-10001".to_owned(), session };
        let actors = [Actor::Anyone, customer, staff(Role::Cashier), staff(Role::Warehouse), staff(Role::Admin)];
        let (out, no) = (Some(Slug::Unauthenticated), Some(Slug::Forbidden));
        for (who, expected) in [
            (Who::Anyone, [None; 5]),
            (Who::AnyStaff, [out, no, None, None, None]),
            (Who::Only(&[Role::Cashier]), [out, no, None, no, None]),
            (Who::Only(&[]), [out, no, no, no, None]),
            (Who::Customer, [out, None, no, no, no]),
        ] {
            let said = actors.each_ref().map(|actor| who.refuse(actor).err().map(|refusal| refusal.to_problem().slug));
            assert_eq!(said, expected, "{who:?}");
        }
    }

    fn sent(method: Method, path: &str, headers: &[(&'static str, &str)]) -> ServiceRequest {
        let request = TestRequest::with_uri(path).method(method);
        headers.iter().fold(request, |request, header| request.append_header(*header)).to_srv_request()
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for (method, path, headers, is_refused) in [
            (Method::POST, "/my/erase", &[("sec-fetch-site", "cross-site")][..], true),
            (Method::POST, "/my/erase", &[("sec-fetch-site", "same-site")], true),
            (Method::POST, "/my/erase", &[("sec-fetch-site", "same-origin")], false),
            (Method::POST, "/my/erase", &[("sec-fetch-site", "none"), ("origin", "https://other.example")], false),
            (Method::POST, "/my/erase", &[("host", "we.example"), ("origin", "https://other.example")], true),
            (Method::POST, "/my/erase", &[("host", "we.example"), ("origin", "null")], true),
            (Method::POST, "/my/erase", &[("host", "we.example"), ("origin", "http://we.example")], false),
            (Method::POST, "/my/erase", &[("host", "inside"), ("origin", "https://cargo.example")], false),
            (Method::POST, "/my/erase", &[], false),
            (Method::GET, "/my/erase", &[("sec-fetch-site", "cross-site")], false),
            (Method::POST, "/v1/orders", &[("sec-fetch-site", "cross-site")], false),
        ] {
            let refused = refuse_foreign_form(&sent(method.clone(), path, headers), "https://cargo.example").is_err();
            assert_eq!(refused, is_refused, "{method} {path} {headers:?}");
        }
    }

    #[test]
    fn a_token_comes_as_bearer_and_in_no_other_way() {
        let token = |value: &str| bearer(&sent(Method::GET, "/", &[("authorization", value)])).ok().flatten();
        assert_eq!(token("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(token("bEARER  abc "), Some("abc".to_owned()));
        for other in ["Basic abc", "abc", "Bearer", ""] {
            assert!(bearer(&sent(Method::GET, "/", &[("authorization", other)])).is_err(), "{other}");
        }
        assert!(bearer(&sent(Method::GET, "/", &[])).is_ok_and(|none| none.is_none()));
    }

    #[test]
    fn a_key_is_sent_once_and_has_up_to_255_characters() {
        let key = |values: &[&str]| {
            let headers: Vec<_> = values.iter().map(|value| ("idempotency-key", *value)).collect();
            idempotency_key(&sent(Method::POST, "/", &headers)).map_err(|refusal| refusal.to_problem().slug)
        };
        let (longest, longer) = ("k".repeat(255), "k".repeat(256));
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&["a"]), Ok(Some("a".to_owned())));
        assert_eq!(key(&["\"quoted\""]), Ok(Some("quoted".to_owned())));
        assert_eq!(key(&[&longest]), Ok(Some(longest.clone())));
        for wrong in [&["a", "a"][..], &[""], &["\"\""], &[&longer]] {
            assert_eq!(key(wrong), Err(Slug::MalformedRequest), "{wrong:?}");
        }
    }

    #[test]
    fn without_a_second_factor_one_reaches_the_own_account_alone() {
        for own in ["/v1/me", "/v1/me/totp", "/v1/auth/logout"] {
            assert!(is_own_account(own), "{own}");
        }
        for other in ["/v1/messages", "/v1/orders", "/v1/authors", "/", "/v1/my/orders"] {
            assert!(!is_own_account(other), "{other}");
        }
    }
}
