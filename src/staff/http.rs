//! `/v1/auth`, `/v1/me`, `/v1/staff`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::password::Verdict;
use super::sessions::wrong;
use super::{Knock, Member, MemberChange, Network, NewMember, Password, Refreshed, SignIn, tries};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::body::Fingerprint;
use crate::http::text::one_line;
use crate::http::{Body, Call, Nothing, Page, Reply};
use crate::ids::{Actor, BranchId, Role, SessionId, StaffId};
use crate::state::App;
use crate::tokens::RefreshToken;

/// Credentials.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "operator", "password": "demo-operator"}))]
pub struct LoginRequest {
    login: String,
    #[schema(value_type = String)]
    password: SecretString,
    /// The six digits that the app shows now, for an account with a second factor.
    #[serde(default)]
    totp_code: Option<String>,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "9f2c4e0b7a5d4c1e8b3f6a9d0c2e4f7b9f2c4e0b7a5d4c1e8b3f6a9d0c2e4f7b"}))]
pub struct RefreshRequest {
    #[schema(value_type = String)]
    refresh_token: RefreshToken,
}

/// Tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Life of the access token, seconds.
    expires_in: i64,
    /// Good for one refresh.
    refresh_token: String,
}

/// A staff member.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StaffMember)]
pub struct MemberView {
    id: StaffId,
    login: String,
    name: String,
    role: Role,
    branch_id: Option<BranchId>,
    disabled: bool,
    /// Whether signing in takes the code of a second factor.
    totp: bool,
    created_at: DateTime<Utc>,
}

/// The JSON shape of a staff member.
pub fn view(member: Member) -> MemberView {
    MemberView {
        id: member.id,
        login: member.login,
        name: member.name,
        role: member.role,
        branch_id: member.branch_id,
        disabled: member.disabled_at.is_some(),
        totp: member.totp_confirmed_at.is_some(),
        created_at: member.created_at.and_utc(),
    }
}

/// An account to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "bakyt", "name": "Bakyt", "role": "cashier", "branch": "BISH", "password": "three quiet words"}))]
pub struct StaffRequest {
    login: String,
    #[serde(default)]
    name: Option<String>,
    role: Role,
    /// Code or identifier; cashiers and warehouse people need one.
    #[serde(default)]
    branch: Option<String>,
    #[schema(value_type = String)]
    password: Password,
}

/// What may change of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disabled": true}))]
pub struct StaffChange {
    name: Option<String>,
    role: Option<Role>,
    branch: Option<String>,
    disabled: Option<bool>,
    #[schema(value_type = Option<String>)]
    password: Option<Password>,
    /// `false` takes the second factor away, because its phone is lost; only its owner sets one up.
    totp: Option<bool>,
}

/// Logs in.
pub async fn login(app: App, call: Call, from: Network, body: Body<LoginRequest>) -> Result<HttpResponse> {
    let LoginRequest { login, password, totp_code } = body.value;
    let knock = Knock::new(&app.tokens, &login, &from.0)?;
    let member = {
        let knock = knock.clone();
        let look = move |tx: &mut Tx| {
            let member = super::for_login(tx, &login)?;
            tries::look(tx, &knock, member.as_ref().map(|member| &member.id))?;
            Ok(member)
        };
        app.read(&call.actor, look).await?
    };
    let verdict = judged(&app, &call, &knock, member.as_ref(), password).await?;
    let Some(seen) = member.filter(|_| verdict != Verdict::Wrong) else { return wrong() };
    let renewed_hash = if let Verdict::RightButOld(hash) = verdict { Some(hash) } else { None };
    let who = SignIn { seen, renewed_hash, totp_code, knock, token: RefreshToken::generate() };
    let session = {
        let (state, who) = (app.clone(), who.clone());
        call.change(&app, move |tx| super::sign_in(tx, &state.tokens, &who)).await?
    };
    Ok(HttpResponse::Ok().json(tokens(&app, &who.seen, &session, &who.token)?))
}

/// Compares a password, when it is its turn: a place in the queue first, so that nothing is counted that is not looked at.
pub(super) async fn judged(
    app: &App,
    call: &Call,
    knock: &Knock,
    member: Option<&Member>,
    password: SecretString,
) -> Result<Verdict> {
    let place = app.place_to_sign_in()?;
    let (knock, id) = (knock.clone(), member.map(|member| member.id.clone()));
    call.change(app, move |tx| tries::take(tx, &knock, id.as_ref())).await?;
    let stored = member.map(|member| member.password_hash.clone());
    app.compute_in_place(place, move || super::verify(&password, stored.as_deref())).await?
}

fn tokens(app: &App, member: &Member, session: &SessionId, refresh: &RefreshToken) -> Result<TokenAnswer> {
    Ok(TokenAnswer {
        access_token: app.tokens.issue(&member.id, session, app.clock.now())?,
        token_type: "Bearer".to_owned(),
        expires_in: app.tokens.access_ttl.num_seconds(),
        refresh_token: refresh.reveal().to_owned(),
    })
}

/// Gives the next pair of tokens.
pub async fn refresh(app: App, call: Call, body: Body<RefreshRequest>) -> Result<HttpResponse> {
    let token = body.value.refresh_token;
    let state = app.clone();
    match call.change(&app, move |tx| super::refresh(tx, &state.tokens, &token)).await? {
        Refreshed::GoesOn(member, session, next) => {
            Ok(HttpResponse::Ok().json(tokens(&app, &member, &session, &next)?))
        }
        Refreshed::Refused => {
            Problem::new(Slug::Unauthenticated, "The refresh token is not valid any more. Log in again.").fail()
        }
    }
}

/// Ends this login.
pub async fn logout(app: App, call: Call, _: Body<Nothing>) -> Result<HttpResponse> {
    call.change(&app, super::log_out).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who am I.
pub async fn me(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| Ok(view(super::own(tx)?))).await
}

/// All accounts.
pub async fn list(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let items = super::list(tx)?.into_iter().map(view).collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Makes an account.
pub async fn add(app: App, call: Call, body: Body<StaffRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let login = checked_login(&request.login)?;
    let password = request.password;
    password.refuse_known_words("/password", &login, &app.config.business.name)?;
    let password_hash = app.compute_password(move || password.hash()).await??;
    // A fast hash of the body is kept with its Idempotency-Key, so the password is no part of it.
    let fingerprint = Fingerprint::of(&format!("{login} {} {:?}", request.role, request.branch));
    let new = NewMember {
        name: checked_name(request.name)?.unwrap_or_else(|| login.clone()),
        login,
        role: request.role,
        branch: request.branch,
        password_hash,
    };
    call.write(app, fingerprint, move |tx| {
        let member = super::add(tx, &new)?;
        Ok(Reply::created_at(format!("/v1/staff/{}", member.id), view(member)))
    })
    .await
}

/// Logins appear in receipts and logs: letters, digits, dot, dash, underscore. Those that name others than staff are taken.
///
/// # Errors
/// `validation_failed` at `/login`.
pub fn checked_login(login: &str) -> Result<String> {
    let fits = (2..=32).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b));
    if !fits {
        return Problem::field("/login", "must be 2 to 32 of a-z, 0-9, dot, dash, underscore").fail();
    }
    if [Actor::Anyone.name(), Actor::System.name()].contains(&login) {
        return Problem::field("/login", format!("{login} means somebody else in the audit trail")).fail();
    }
    Ok(login.to_owned())
}

pub(super) fn checked_name(name: Option<String>) -> Result<Option<String>> {
    name.map(|name| one_line(&name, 100, "/name")).transpose()
}

/// Changes an account.
pub async fn change(app: App, call: Call, id: web::Path<StaffId>, body: Body<StaffChange>) -> Result<HttpResponse> {
    let request = body.value;
    if request.totp == Some(true) {
        return Problem::field("/totp", "only its owner sets a second factor up, with POST /v1/me/totp").fail();
    }
    let password_hash = match request.password {
        Some(password) => {
            let id = id.clone();
            let login = app.read(&call.actor, move |tx| Ok(super::get(tx, &id)?.login)).await?;
            password.refuse_known_words("/password", &login, &app.config.business.name)?;
            Some(app.compute_password(move || password.hash()).await??)
        }
        None => None,
    };
    let change = MemberChange {
        name: checked_name(request.name)?,
        role: request.role,
        branch: request.branch,
        disabled: request.disabled,
        password_hash,
        without_totp: request.totp == Some(false),
    };
    let state = app.clone();
    call.write(app, body.fingerprint, move |tx| {
        let member = super::change(tx, &id, &change)?;
        if change.password_hash.is_some() {
            tries::forget_all(tx, &state.tokens, &member.login)?;
        }
        Ok(Reply::ok(view(member)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_short_and_plain_and_names_nobody_else() {
        for fine in ["ab", "a.b-c_9", "0700", &"x".repeat(32)] {
            assert_eq!(checked_login(fine).ok().as_deref(), Some(fine));
        }
        for wrong in ["", "a", &"x".repeat(33), "Bakyt", "ba kyt", "бакыт", "a:b", "a\u{0}b", "customer", "system"]
        {
            assert!(checked_login(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_or_none() {
        let name = |name: &str| checked_name(Some(name.to_owned())).ok().flatten();
        assert_eq!(name("  Bakyt B. "), Some("Bakyt B.".to_owned()));
        assert_eq!((name("Bakyt\r\nB."), name(&"x".repeat(101))), (None, None));
        assert!(checked_name(None).is_ok_and(|none| none.is_none()));
    }
}
