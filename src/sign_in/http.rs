//! `/v1/auth/code`, and the token that a customer has from there.

use actix_web::HttpResponse;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules;
use crate::error::{Problem, Result, Slug};
use crate::http::{Body, Call, Spoken};
use crate::ids::Actor;
use crate::phone::Phone;
use crate::state::App;
use crate::texts::Lang;
use crate::tokens::RefreshToken;

/// How long a sign-in lasts without being used, seconds.
pub const LIFE_S: i64 = rules::SESSION_LIFE.num_seconds();

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "0700 123 456", "language": "ky"}))]
pub struct CodeRequest {
    #[schema(value_type = String)]
    phone: Phone,
    /// Of the message; what the caller reads when it is left out.
    #[serde(default)]
    language: Option<Lang>,
}

/// The same for every phone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInCode)]
pub struct CodeAnswer {
    /// How long a code is good for, seconds.
    expires_in: i64,
}

/// The code of the message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInRequest, example = json!({"phone": "0700 123 456", "code": "271828"}))]
pub struct VerifyRequest {
    #[schema(value_type = String)]
    phone: Phone,
    #[schema(value_type = String)]
    code: SecretString,
}

/// A sign-in. It has no `Debug`, so that no log shows the token.
#[derive(Serialize, ToSchema)]
#[schema(as = SignIn)]
pub struct SignInAnswer {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// How long it is good for without being used, seconds.
    expires_in: i64,
}

/// Which sign-ins end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"everywhere": true}))]
pub struct SignOutRequest {
    /// All of the customer's, on every device.
    #[serde(default)]
    everywhere: bool,
}

/// Sends a code.
pub async fn ask(app: App, call: Call, Spoken(spoken): Spoken, body: Body<CodeRequest>) -> Result<HttpResponse> {
    let CodeRequest { phone, language } = body.value;
    send(&app, &call, phone, language.unwrap_or(spoken)).await?;
    Ok(HttpResponse::Accepted().json(CodeAnswer { expires_in: rules::CODE_LIFE.num_seconds() }))
}

/// Sends a code, or does not: nobody is told which.
///
/// # Errors
/// Those of the database.
pub async fn send(app: &App, call: &Call, phone: Phone, language: Lang) -> Result<()> {
    let code = rules::code(&mut rand::rng());
    let seal = app.tokens.seal(super::PURPOSE, &rules::sealed(phone.as_str(), &code))?;
    call.change(app, move |tx| super::send(tx, &phone, language, &code, &seal)).await
}

/// Signs in.
pub async fn verify(app: App, call: Call, Spoken(spoken): Spoken, body: Body<VerifyRequest>) -> Result<HttpResponse> {
    let VerifyRequest { phone, code } = body.value;
    match sign_in(&app, &call, phone, code, spoken).await? {
        Some(token) => Ok(HttpResponse::Ok().json(SignInAnswer {
            access_token: rules::shown(&token),
            token_type: "Bearer",
            expires_in: LIFE_S,
        })),
        None => Problem::new(
            Slug::Unauthenticated,
            "The code is wrong, was used, or is older than ten minutes. Ask for another one.",
        )
        .fail(),
    }
}

/// The token of a new sign-in, when the code is right.
///
/// # Errors
/// Those of the database.
pub async fn sign_in(
    app: &App,
    call: &Call,
    phone: Phone,
    code: SecretString,
    language: Lang,
) -> Result<Option<RefreshToken>> {
    let token = RefreshToken::generate();
    let text = SecretString::from(rules::sealed(phone.as_str(), &rules::typed(code.expose_secret())));
    let (sealer, opened) = (app.clone(), token.clone());
    let is_right = call
        .change(app, move |tx| {
            let fits = |seal: &str| sealer.tokens.is_seal(super::PURPOSE, text.expose_secret(), seal);
            super::verify(tx, &phone, language, fits, &opened)
        })
        .await?;
    Ok(is_right.then_some(token))
}

/// Ends this sign-in, or all of them.
pub async fn sign_out(app: App, call: Call, body: Body<SignOutRequest>) -> Result<HttpResponse> {
    let SignOutRequest { everywhere } = body.value;
    call.change(&app, move |tx| super::sign_out(tx, everywhere)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who stands behind a token that looks like a customer's; `None` when it does not look so.
///
/// # Errors
/// `unauthenticated` when it is not good any more.
pub async fn customer(app: &App, sent: &str) -> Result<Option<Actor>> {
    let Some(token) = rules::read(sent) else { return Ok(None) };
    let Some((actor, is_due)) = app.read(&Actor::System, move |tx| super::actor(tx, &token)).await? else {
        return Problem::new(Slug::Unauthenticated, "This sign-in has ended. Ask for another code.").fail();
    };
    if let (true, Actor::Customer { session, .. }) = (is_due, &actor) {
        let session = session.clone();
        app.write(&actor, move |tx| super::prolong(tx, &session)).await?;
    }
    Ok(Some(actor))
}

/// The token as a cookie or a client keeps it.
pub fn shown(token: &RefreshToken) -> SecretString {
    SecretString::from(rules::shown(token))
}
