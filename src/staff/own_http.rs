//! `/v1/me/…`: what everybody does with their own account. `/v1/auth/setup`: how the first account is made.

use actix_web::HttpResponse;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::http::{MemberView, checked_login, checked_name, judged, view};
use super::password::Verdict;
use super::{Knock, Member, Network, NewMember, Password, totp, tries};
use crate::elqr;
use crate::error::{Error, Problem, Result};
use crate::http::{Body, Call};
use crate::ids::Role;
use crate::state::App;
use crate::tokens::RefreshToken;

/// A new password, by whoever knows the old one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "three quiet words", "new_password": "four other quiet words"}))]
pub struct PasswordRequest {
    #[schema(value_type = String)]
    current_password: SecretString,
    #[schema(value_type = String)]
    new_password: Password,
}

/// The password of whoever calls: an access token alone does not change how somebody signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "three quiet words"}))]
pub struct OwnPassword {
    #[schema(value_type = String)]
    password: SecretString,
}

/// What an authenticator app is given, once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotpAnswer {
    /// The key, to be typed.
    secret: String,
    /// The same as an address that apps understand.
    uri: String,
    /// The same as a picture to be scanned, SVG.
    qr_svg: String,
}

/// What the app shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "492039"}))]
pub struct TotpCode {
    code: String,
}

/// The first admin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "the setup_token in the log of serve", "login": "nurlan", "name": "Nurlan", "password": "three quiet words"}))]
pub struct SetupRequest {
    #[schema(value_type = String)]
    token: RefreshToken,
    login: String,
    #[serde(default)]
    name: Option<String>,
    #[schema(value_type = String)]
    password: Password,
}

/// The account of whoever calls, who has to know its password; a wrong one counts as a try to sign in.
async fn proven(app: &App, call: &Call, from: Network, password: SecretString, pointer: &str) -> Result<Member> {
    let member = app.read(&call.actor, super::own).await?;
    let knock = Knock::new(&app.tokens, &member.login, &from.0)?;
    if judged(app, call, &knock, Some(&member), password).await? == Verdict::Wrong {
        return Problem::field(pointer, "this is not the password of this account").fail();
    }
    call.change(app, move |tx| tries::forget(tx, &knock)).await?;
    Ok(member)
}

/// Changes one's own password.
pub async fn change_password(app: App, call: Call, from: Network, body: Body<PasswordRequest>) -> Result<HttpResponse> {
    let PasswordRequest { current_password, new_password } = body.value;
    let member = proven(&app, &call, from, current_password, "/current_password").await?;
    new_password.refuse_known_words("/new_password", &member.login, &app.config.business.name)?;
    let hash = app.compute_password(move || new_password.hash()).await??;
    call.change(&app, move |tx| super::change_own_password(tx, &member, &hash)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begins to set up a second factor.
pub async fn begin_totp(app: App, call: Call, from: Network, body: Body<OwnPassword>) -> Result<HttpResponse> {
    let member = proven(&app, &call, from, body.value.password, "/password").await?;
    let key = totp::generate();
    let uri = totp::uri(&app.config.business.name, &member.login, &key);
    let qr_svg = elqr::svg(&uri).map_err(|error| Error::Startup(error.to_string()))?;
    let answer = TotpAnswer { secret: totp::base32(&key), uri, qr_svg };
    let state = app.clone();
    call.change(&app, move |tx| super::begin_totp(tx, &state.tokens, &member, &key)).await?;
    Ok(HttpResponse::Ok().json(answer))
}

/// Turns one's second factor on.
pub async fn confirm_totp(app: App, call: Call, body: Body<TotpCode>) -> Result<HttpResponse> {
    let code = body.value.code;
    let state = app.clone();
    call.change(&app, move |tx| super::confirm_totp(tx, &state.tokens, &code)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes one's second factor away.
pub async fn remove_totp(app: App, call: Call, from: Network, body: Body<OwnPassword>) -> Result<HttpResponse> {
    let member = proven(&app, &call, from, body.value.password, "/password").await?;
    call.change(&app, move |tx| super::remove_totp(tx, &member)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes the first admin of an empty database.
pub async fn set_up(app: App, call: Call, body: Body<SetupRequest>) -> Result<HttpResponse> {
    let SetupRequest { token, login, name, password } = body.value;
    let place = app.place_to_sign_in()?;
    {
        let token = token.clone();
        app.read(&call.actor, move |tx| super::check_setup(tx, &token)).await?;
    }
    let login = checked_login(&login)?;
    password.refuse_known_words("/password", &login, &app.config.business.name)?;
    let password_hash = app.compute_in_place(place, move || password.hash()).await??;
    let name = checked_name(name)?.unwrap_or_else(|| login.clone());
    let new = NewMember { login, name, role: Role::Admin, branch: None, password_hash };
    let member: MemberView = view(call.change(&app, move |tx| super::make_first_admin(tx, &token, &new)).await?);
    Ok(HttpResponse::Created().json(member))
}
