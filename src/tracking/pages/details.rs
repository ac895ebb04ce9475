//! The page of an order as its customer sees it.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{Page, rendered, som};
use crate::claims::{self, Claim};
use crate::clock::BISHKEK_OFFSET;
use crate::code::OrderCode;
use crate::error::{Problem, Slug};
use crate::face::Face;
use crate::parcels::Parcel;
use crate::payments::Payment;
use crate::quotes::{self, Quote};
use crate::tariffs::wording;
use crate::texts::{self, Arg, Lang};
use crate::tracking::details::Details;
use crate::tracking::details_view::photo_path;
use crate::tracking::text_key;

/// The page with the field for the second fact. `error` is a whole sentence in `lang`.
pub fn unlock(face: &Face, lang: Lang, code: &OrderCode, error: Option<&str>) -> String {
    let (path, order_path) = paths(code);
    rendered(&Unlock { page: Page::new(face, lang, &path), order_path: &order_path, code: code.as_str(), error })
}

/// The page with a link to the firm's bot.
pub fn telegram(face: &Face, lang: Lang, code: &OrderCode, link: &str) -> String {
    let (path, _) = paths(code);
    rendered(&TelegramPage { page: Page::new(face, lang, &path), code: code.as_str(), link })
}

/// The open page; `said` is what became of a form on it, `has_bot` offers news in Telegram.
pub fn details(
    face: &Face,
    lang: Lang,
    code: &OrderCode,
    details: &Details,
    said: Option<Said>,
    now: DateTime<Utc>,
    has_bot: bool,
) -> String {
    let (path, order_path) = paths(code);
    let due = details.track.balance_due.filter(|due| due.amount > 0);
    rendered(&DetailsPage {
        page: Page::new(face, lang, &path),
        order_path: &order_path,
        code: code.as_str(),
        status: &details.track.status_text,
        due: due.map(|due| som(lang, due.amount)),
        items: details.items.iter().map(|item| Row::of(&item.description, counted(item.quantity))).collect(),
        offers: details.quotes.iter().filter_map(|quote| Offer::of(lang, quote, now)).collect(),
        parcels: details.parcels.iter().map(|parcel| Box::of(lang, code, parcel, details)).collect(),
        photos: photos(code, details, None),
        payments: details.payments.iter().map(|payment| Paid::of(lang, payment)).collect(),
        claims: details.claims.iter().map(|claim| Told::of(lang, claim)).collect(),
        may_claim: details.may_claim,
        claim_amount: due.map(|due| (due.amount / 100).to_string()).unwrap_or_default(),
        claim_now: (now + BISHKEK_OFFSET).format("%Y-%m-%dT%H:%M").to_string(),
        said,
        has_bot,
    })
}

fn paths(code: &OrderCode) -> (String, String) {
    (format!("/t/{code}/details"), format!("/t/{code}"))
}

/// What became of a form, in the reader's language.
pub struct Said {
    sentence: String,
}

impl Said {
    /// A refusal.
    pub fn of(lang: Lang, problem: &Problem) -> Self {
        let field = problem.fields.first().map(|(pointer, _)| pointer.as_str());
        let key = match (problem.slug, field) {
            (Slug::QuoteExpired, _) => "said-quote-expired",
            (Slug::WrongStatus, _) => "said-wrong-status",
            (Slug::TooManyClaims, _) => "said-too-many-claims",
            (Slug::PhotoRefused | Slug::BodyTooLarge, _) => "said-photo-refused",
            (_, Some("/amount")) => "said-amount",
            (_, Some("/bank")) => "said-bank",
            (_, Some("/paid_at")) => "said-paid-at",
            _ => "said-form",
        };
        Self { sentence: texts::text(lang, key, &[]) }
    }
}

/// Something and how much of it.
struct Row {
    name: String,
    value: String,
}

impl Row {
    fn of(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

fn counted(quantity: i32) -> String {
    format!("× {quantity}")
}

/// An offer with its sums.
struct Offer {
    id: String,
    title: Option<String>,
    state: String,
    is_open: bool,
    until: String,
    lines: Vec<Row>,
    total: String,
    prepayment: String,
}

impl Offer {
    /// One whose details cannot be read is left out: it is in no state to be agreed to.
    fn of(lang: Lang, quote: &Quote, now: DateTime<Utc>) -> Option<Offer> {
        let details = quote.details().ok()?;
        let is_open = quote.state == quotes::State::Offered && quote.valid_until.and_utc() > now;
        let word = |key| texts::text(lang, key, &[]);
        let mut lines: Vec<Row> = details
            .lines
            .iter()
            .map(|line| {
                Row::of(format!("{} {}", line.description, counted(line.quantity)), som(lang, line.amount.amount))
            })
            .collect();
        let freight = details
            .freight
            .map(|freight| wording::freight(lang, freight.charged_weight_g, freight.basis, freight.price_per_kg));
        for (name, tyiyn) in [
            (word("account-domestic-delivery"), quote.domestic_tyiyn),
            (word("account-service"), quote.service_fee_tyiyn),
            (freight.unwrap_or_else(|| word("account-freight")), quote.freight_tyiyn),
        ] {
            if tyiyn != 0 {
                lines.push(Row::of(name, som(lang, tyiyn)));
            }
        }
        // An offer whose time is over is only written down as such when somebody asks for it.
        let state =
            if quote.state == quotes::State::Offered && !is_open { quotes::State::Expired } else { quote.state };
        Some(Offer {
            id: quote.id.to_string(),
            title: details.title,
            state: texts::text(lang, &text_key("offer", state.as_str()), &[]),
            is_open,
            until: texts::datetime(lang, quote.valid_until.and_utc()),
            lines,
            total: som(lang, quote.total_tyiyn),
            prepayment: som(lang, quote.prepayment_tyiyn),
        })
    }
}

/// A box with its photos.
struct Box {
    name: String,
    status: String,
    facts: Vec<Row>,
    photos: Vec<String>,
}

impl Box {
    fn of(lang: Lang, code: &OrderCode, parcel: &Parcel, details: &Details) -> Box {
        let word = |key| texts::text(lang, key, &[]);
        let mut facts = Vec::new();
        if let Some(weight_g) = parcel.weight_g {
            let weight = texts::kilograms(lang, weight_g);
            facts.push(Row::of(word("weight"), texts::text(lang, "weight-kg", &[("weight", Arg::from(&weight))])));
        }
        if let (Some(length), Some(width), Some(height)) = (parcel.length_mm, parcel.width_mm, parcel.height_mm) {
            let sides = [length, width, height].map(|side| ((side + 5) / 10).to_string()).join(" × ");
            facts.push(Row::of(word("size"), texts::text(lang, "size-cm", &[("size", Arg::from(&sides))])));
        }
        if let Some(tyiyn) = parcel.freight_tyiyn {
            facts.push(Row::of(word("account-freight"), som(lang, tyiyn)));
        }
        if let Some(number) = &parcel.tracking_number {
            facts.push(Row::of(word("track-number"), number));
        }
        Box {
            name: parcel.barcode.clone(),
            status: texts::text(lang, &text_key("parcel", parcel.status.as_str()), &[]),
            facts,
            photos: photos(code, details, Some(parcel)),
        }
    }
}

/// The addresses of the photos of a box, or of what was asked for.
fn photos(code: &OrderCode, details: &Details, parcel: Option<&Parcel>) -> Vec<String> {
    let is_of = |owner: Option<&crate::ids::ParcelId>| owner == parcel.map(|parcel| &parcel.id);
    let photos = details.photos.iter().filter(|photo| is_of(photo.parcel_id.as_ref()));
    photos.map(|photo| photo_path(code, &photo.id)).collect()
}

/// Money that came in.
struct Paid {
    at: String,
    method: String,
    receipt_no: String,
    amount: String,
    refunded: Option<String>,
}

impl Paid {
    fn of(lang: Lang, payment: &Payment) -> Paid {
        let refunded = Some(payment.refunded_tyiyn).filter(|tyiyn| *tyiyn > 0);
        let given_back = |tyiyn| texts::text(lang, "given-back", &[("amount", Arg::Num(tyiyn))]);
        Paid {
            at: texts::datetime(lang, payment.at.and_utc()),
            method: texts::text(lang, &text_key("receipt-method", payment.method.as_str()), &[]),
            receipt_no: payment.receipt_no.clone(),
            amount: som(lang, payment.amount_tyiyn),
            refunded: refunded.map(given_back),
        }
    }
}

/// A transfer that the customer told of.
struct Told {
    at: String,
    bank: String,
    amount: String,
    state: String,
    reason: Option<String>,
}

impl Told {
    fn of(lang: Lang, claim: &Claim) -> Told {
        Told {
            at: texts::datetime(lang, claim.paid_at.and_utc()),
            bank: claim.bank.clone(),
            amount: som(lang, claim.amount_tyiyn),
            state: texts::text(lang, &text_key("claim", claim.state.as_str()), &[]),
            reason: claim.reject_reason.clone().filter(|_| claim.state == claims::State::Rejected),
        }
    }
}

#[derive(Template)]
#[template(path = "unlock.html")]
struct Unlock<'a> {
    page: Page<'a>,
    order_path: &'a str,
    code: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "details.html")]
struct DetailsPage<'a> {
    page: Page<'a>,
    order_path: &'a str,
    code: &'a str,
    status: &'a str,
    due: Option<String>,
    items: Vec<Row>,
    offers: Vec<Offer>,
    parcels: Vec<Box>,
    photos: Vec<String>,
    payments: Vec<Paid>,
    claims: Vec<Told>,
    may_claim: bool,
    claim_amount: String,
    claim_now: String,
    said: Option<Said>,
    has_bot: bool,
}

#[derive(Template)]
#[template(path = "telegram.html")]
struct TelegramPage<'a> {
    page: Page<'a>,
    code: &'a str,
    link: &'a str,
}
