//! `/v1/auth`, `/v1/me`, `/v1/staff`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Member, MemberChange, NewMember, Password, Refreshed};
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
}

/// Logs in.
pub async fn login(app: App, call: Call, body: Body<LoginRequest>) -> Result<HttpResponse> {
    let LoginRequest { login, password } = body.value;
    let member = app.read(&call.actor, move |tx| super::for_login(tx, &login)).await?;
    let stored = member.as_ref().map(|member| member.password_hash.clone());
    let fits = app.compute(move || super::matches(&password, stored.as_deref())).await?;
    let Some(member) = member.filter(|_| fits) else {
        return Problem::new(Slug::Unauthenticated, "The login or the password is wrong.").fail();
    };
    let (token, life) = (RefreshToken::generate(), app.tokens.refresh_ttl);
    let answer = {
        let (token, member) = (token.clone(), member.clone());
        call.change(&app, move |tx| super::open_session(tx, &member, &token, life)).await?
    };
    Ok(HttpResponse::Ok().json(tokens(&app, &member, &answer, &token)?))
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
    let successor = app.tokens.successor(&token)?;
    let life = app.tokens.refresh_ttl;
    let outcome = {
        let successor = successor.clone();
        call.change(&app, move |tx| super::refresh(tx, &token, &successor, life)).await?
    };
    match outcome {
        Refreshed::GoesOn(member, session) => Ok(HttpResponse::Ok().json(tokens(&app, &member, &session, &successor)?)),
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
    call.read(app, |tx| match tx.by {
        Actor::Staff { id, .. } => Ok(view(super::get(tx, id)?)),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => {
            Problem::new(Slug::Unauthenticated, "Log in first.").fail()
        }
    })
    .await
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
    let password_hash = app.compute(move || password.hash()).await??;
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

fn checked_name(name: Option<String>) -> Result<Option<String>> {
    name.map(|name| one_line(&name, 100, "/name")).transpose()
}

/// Changes an account.
pub async fn change(app: App, call: Call, id: web::Path<StaffId>, body: Body<StaffChange>) -> Result<HttpResponse> {
    let request = body.value;
    let password_hash = match request.password {
        Some(password) => Some(app.compute(move || password.hash()).await??),
        None => None,
    };
    let change = MemberChange {
        name: checked_name(request.name)?,
        role: request.role,
        branch: request.branch,
        disabled: request.disabled,
        password_hash,
    };
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::change(tx, &id, &change)?)))).await
}
