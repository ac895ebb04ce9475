//! `/my/orders/{code}`: one order, with what its customer can do about it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDateTime;

use super::pages::{Offer, OrderPage, Thing, Transfer, page, refused, rendered};
use super::pages_http::{SaidQuery, say};
use super::request::{Errors, complaint, som};
use super::signed_in::SignedIn;
use super::view;
use crate::claims::{self, NewClaim};
use crate::clock::BISHKEK_OFFSET;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Error, Result, Slug};
use crate::http::page::private as html;
use crate::http::{Call, Form, Spoken};
use crate::ids::QuoteId;
use crate::links;
use crate::orders::{self, Order, http::Code};
use crate::photos::{self, MOST_BYTES, Prepared};
use crate::quotes::{self, Quote};
use crate::state::App;
use crate::texts::{self, Arg, Lang};

/// One order.
pub async fn order(
    app: App,
    me: SignedIn,
    code: Code,
    Spoken(lang): Spoken,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse> {
    let shown =
        show(&app, &me.call, &code, lang, StatusCode::OK, said.notice(), (Transfer::default(), Errors::new())).await;
    shown.or_else(|error| refused(&app, lang, error))
}

/// What was typed for a transfer, and what is wrong with it.
type Typed = (Transfer, Errors);

/// The customer's own order.
fn own(tx: &mut Tx, code: &OrderCode) -> Result<Order> {
    let me = super::me(tx)?;
    orders::find_of(tx, &me.id, code)
}

async fn show(
    app: &App,
    call: &Call,
    code: &OrderCode,
    lang: Lang,
    status: StatusCode,
    notice: Option<&'static str>,
    (transfer, errors): Typed,
) -> Result<HttpResponse> {
    let asked = code.clone();
    let (order, offers, items, claims) = app
        .read(&call.actor, move |tx| {
            let order = own(tx, &asked)?;
            let mut open =
                if order.status == orders::Status::Quoted { quotes::open(tx, &order.id)? } else { Vec::new() };
            open.retain(|quote| quote.valid_until > tx.now);
            let offers = open.into_iter().map(|quote| offer(lang, &quote)).collect::<Result<Vec<_>>>()?;
            let items: Vec<_> = orders::items(tx, &order.id)?.into_iter().map(thing).collect();
            let claims: Vec<_> = claims::of_order(tx, &asked)?.iter().map(|claim| told(lang, claim)).collect();
            Ok((view::order(tx, order, lang)?, offers, items, claims))
        })
        .await?;
    let address = format!("/my/orders/{code}");
    let shown = OrderPage {
        page: page(app, lang, &address),
        tab: "",
        notice,
        takes_transfers: orders::rules::may_be_paid(order.status, order.balance.amount),
        order: &order,
        offers,
        items,
        claims,
        transfer,
        errors,
    };
    Ok(html(status, rendered(&shown)))
}

fn thing(item: orders::Item) -> Thing {
    let url = item.link.as_deref().and_then(links::recognise).map(|link| link.url);
    Thing { description: item.description, quantity: item.quantity, note: item.note, url }
}

fn said_som(lang: Lang, tyiyn: i64) -> String {
    texts::text(lang, "amount-som", &[("amount", Arg::Num(tyiyn))])
}

fn offer(lang: Lang, quote: &Quote) -> Result<Offer> {
    let details = quote.details()?;
    let title = details.title.unwrap_or_else(|| texts::text(lang, "my-offer", &[]));
    let parts = [
        ("account-domestic-delivery", quote.domestic_tyiyn),
        ("account-service", quote.service_fee_tyiyn),
        ("account-freight", quote.freight_tyiyn),
    ];
    let goods = details.lines.iter().map(|line| {
        let what = if line.quantity > 1 {
            format!("{} × {}", line.description, line.quantity)
        } else {
            line.description.clone()
        };
        (what, said_som(lang, line.amount.amount))
    });
    let rest = parts.into_iter().filter(|(_, tyiyn)| *tyiyn > 0);
    let lines = goods.chain(rest.map(|(key, tyiyn)| (texts::text(lang, key, &[]), said_som(lang, tyiyn)))).collect();
    Ok(Offer {
        id: quote.id.to_string(),
        title,
        lines,
        total: said_som(lang, quote.total_tyiyn),
        prepayment: said_som(lang, quote.prepayment_tyiyn),
        valid_until: quote.valid_until.and_utc(),
    })
}

/// A transfer that was told of: how much, when, and what became of it.
fn told(lang: Lang, claim: &claims::Claim) -> String {
    let state = texts::text(lang, &format!("transfer-{}", claim.state), &[]);
    let reason = claim.reject_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "{}, {}. {state}{reason}",
        said_som(lang, claim.amount_tyiyn),
        texts::datetime(lang, claim.paid_at.and_utc())
    )
}

/// The customer takes an offer, or does not want it.
pub async fn answer(app: App, me: SignedIn, code: Code, Spoken(lang): Spoken, form: Form<0>) -> Result<HttpResponse> {
    let address = format!("/my/orders/{}", *code);
    let takes = form.get("answer") == "confirm";
    let Ok(quote) = QuoteId::try_from(form.get("quote_id").to_owned()) else {
        return Ok(say(&address, lang, "too-late"));
    };
    // What has ended is written down although the answer is refused, so it has a transaction of its own.
    let asked = (*code).clone();
    let have_ended = me.call.change(&app, move |tx| {
        own(tx, &asked)?;
        orders::expire_offers(tx, &asked)
    });
    match have_ended.await {
        Ok(true) => return Ok(say(&address, lang, "expired")),
        Ok(false) => {}
        Err(error) => return refused(&app, lang, error),
    }
    let asked = (*code).clone();
    let answered = me.call.change(&app, move |tx| {
        own(tx, &asked)?;
        if takes { orders::confirm(tx, &asked, Some(&quote)) } else { orders::decline(tx, &asked, Some(&quote), None) }
    });
    let said = match answered.await {
        Ok(_) if takes => "confirmed",
        Ok(_) => "declined",
        Err(Error::Problem(problem)) => match problem.slug {
            Slug::QuoteExpired => "expired",
            Slug::WrongStatus | Slug::ValidationFailed => "too-late",
            _ => return refused(&app, lang, Error::Problem(problem)),
        },
        Err(error) => return Err(error),
    };
    Ok(say(&address, lang, said))
}

/// "I paid by transfer", with the photo of the receipt.
pub async fn transfer(
    app: App,
    me: SignedIn,
    code: Code,
    Spoken(lang): Spoken,
    form: Form<MOST_BYTES>,
) -> Result<HttpResponse> {
    let said = |name: &str| form.get(name).trim().to_owned();
    let typed =
        Transfer { amount: said("amount"), bank: said("bank"), paid_at: said("paid_at"), reference: said("reference") };
    let refuse = async |errors: Errors| {
        let bad = StatusCode::UNPROCESSABLE_ENTITY;
        show(&app, &me.call, &code, lang, bad, Some("form-error"), (typed.clone(), errors)).await
    };
    if form.is_too_large {
        return refuse(Errors::from([("photo", "form-error-photo-large")])).await;
    }
    let new = match checked(&typed) {
        Ok(new) => new,
        Err(errors) => return refuse(errors).await,
    };
    let photo = match form.file.clone().map(|file| photos::glance(&file).map(|()| file)).transpose() {
        Ok(Some(file)) => app.compute_alone(move || photos::prepare(&file)).await?.map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    let photo = match photo {
        Ok(photo) => photo,
        Err(Error::Problem(_)) => return refuse(Errors::from([("photo", "form-error-photo")])).await,
        Err(error) => return Err(error),
    };
    let address = format!("/my/orders/{}", *code);
    match tell(&app, &me.call, &code, new, photo).await {
        Ok(()) => Ok(say(&address, lang, "transfer")),
        Err(Error::Problem(problem)) => match problem.slug {
            Slug::TooManyClaims => Ok(say(&address, lang, "busy")),
            Slug::WrongStatus => Ok(say(&address, lang, "too-late")),
            Slug::ValidationFailed => refuse(Errors::from([("paid_at", "form-error-time")])).await,
            _ => refused(&app, lang, Error::Problem(problem)),
        },
        Err(error) => Err(error),
    }
}

fn checked(typed: &Transfer) -> std::result::Result<NewClaim, Errors> {
    let mut errors = Errors::new();
    for (field, text, most) in [("bank", &typed.bank, 60), ("reference", &typed.reference, 100)] {
        errors.extend(complaint(text, most).map(|complaint| (field, complaint)));
    }
    if typed.bank.is_empty() {
        errors.insert("bank", "form-error-empty");
    }
    let amount = som(&typed.amount);
    // A browser's own field writes it so, and whoever has none can.
    let paid_at = NaiveDateTime::parse_from_str(&typed.paid_at, "%Y-%m-%dT%H:%M");
    let paid_at = paid_at.or_else(|_| NaiveDateTime::parse_from_str(&typed.paid_at, "%d.%m.%Y %H:%M")).ok();
    let in_range = |at: &NaiveDateTime| (2000..2100).contains(&chrono::Datelike::year(at));
    let paid_at = paid_at.filter(in_range).map(|at: NaiveDateTime| at - BISHKEK_OFFSET);
    errors.extend(amount.is_none().then_some(("amount", "form-error-sum")));
    errors.extend(paid_at.is_none().then_some(("paid_at", "form-error-time")));
    let (Some(amount_tyiyn), Some(paid_at), true) = (amount, paid_at, errors.is_empty()) else { return Err(errors) };
    let reference = Some(typed.reference.clone()).filter(|reference| !reference.is_empty());
    Ok(NewClaim { amount_tyiyn, bank: typed.bank.clone(), paid_at, payer: None, reference })
}

async fn tell(app: &App, call: &Call, code: &OrderCode, new: NewClaim, photo: Option<Prepared>) -> Result<()> {
    let asked = code.clone();
    let claim = call
        .change(app, move |tx| {
            own(tx, &asked)?;
            claims::make(tx, &asked, &new)
        })
        .await?;
    let Some(picture) = photo else { return Ok(()) };
    let (writer, caller, asked) = (app.clone(), call.clone(), code.clone());
    let attach = async move |photo| {
        caller.change(&writer, move |tx| claims::attach(tx, &asked, &claim.id, &photo).map(|_| ())).await
    };
    photos::keep(app.clone(), picture, attach).await
}
