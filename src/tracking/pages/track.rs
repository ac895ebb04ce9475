//! The page of an order as anybody sees it: status, sum and place first, all else below.

use askama::Template;
use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Page, dialled, rendered, som};
use crate::config::PLACE;
use crate::face::Face;
use crate::payments::elqr::ElqrView;
use crate::print;
use crate::shipments;
use crate::texts::{self, Arg, Lang};
use crate::tracking::map::{self, Map};
use crate::tracking::road::{self, Road};
use crate::tracking::view::{TrackEvent, TrackParcels, TrackView};

/// The way of one order. The texts inside `view` are in `lang` already; `code` is there when it can be paid by one.
pub fn track(face: &Face, lang: Lang, view: &TrackView, code: Option<&ElqrView>, now: DateTime<Utc>) -> String {
    let path = format!("/t/{}", view.code);
    let page = Page::new(face, lang, &path);
    let url = format!("{}{path}", face.public_url);
    rendered(&Track {
        hint: page.t(&format!("{}-hint", road::status_key(&view.status))),
        road: Road::of(lang, view),
        journey: Journey::of(lang, view, now),
        sum: Sum::of(lang, view),
        facts: Facts::of(lang, face, view),
        pay: code.and_then(|code| Pay::of(&page, code)),
        share: Share::of(&page, url),
        order_path: &path,
        page,
        view,
    })
}

#[derive(Template)]
#[template(path = "track.html")]
struct Track<'a> {
    page: Page<'a>,
    order_path: &'a str,
    view: &'a TrackView,
    hint: String,
    road: Option<Road>,
    journey: Option<Journey>,
    sum: Sum,
    facts: Facts,
    pay: Option<Pay<'a>>,
    share: Share,
}

impl Track<'_> {
    /// Where something happened, in the reader's language where we have a word for the place.
    fn place(&self, event: &TrackEvent) -> Option<String> {
        let place = event.place.as_deref()?;
        Some(map::name(self.page.lang, &shipments::code_of(place), place))
    }
}

/// What is known of the truck, for an order that is on its way.
struct Journey {
    /// "about 28 November"
    eta: Option<String>,
    /// That it is late, and why.
    delay: Option<String>,
    map: Option<Map>,
}

impl Journey {
    fn of(lang: Lang, view: &TrackView, now: DateTime<Utc>) -> Option<Journey> {
        let road = view.road.as_ref().filter(|_| view.status == "in_transit")?;
        // A day that is over tells nothing of the next one.
        let eta = road.eta.filter(|eta| *eta > now);
        let about = |eta| texts::text(lang, "eta-about", &[("date", Arg::from(&texts::day(lang, eta)))]);
        let delay = road.delayed.as_ref().map(|delay| match &delay.reason {
            Some(reason) => texts::text(lang, "delayed-why", &[("reason", Arg::from(reason))]),
            None => texts::text(lang, "delayed", &[]),
        });
        Some(Journey { eta: eta.map(about), delay, map: Map::of(lang, road, now) })
    }
}

/// What is to be paid now, or what there is to say instead: nobody should wonder whether a sum is missing.
struct Sum {
    due: Option<String>,
    instead: Option<String>,
}

impl Sum {
    fn of(lang: Lang, view: &TrackView) -> Sum {
        let owed = view.balance_due.map_or(0, |money| money.amount);
        if owed > 0 && view.status != "cancelled" {
            return Sum { due: Some(som(lang, owed)), instead: None };
        }
        let key = match view.status.as_str() {
            "cancelled" | "picked_up" => None,
            "requested" => Some("sum-not-yet"),
            "quoted" => Some("sum-in-details"),
            "ready_for_pickup" => Some("nothing-to-pay"),
            // Earlier than at the counter "nothing to pay" would be a promise: freight is charged by the scale.
            _ => Some("sum-none-now"),
        };
        Sum { due: None, instead: key.map(|key| texts::text(lang, key, &[])) }
    }
}

/// What the customer should know before leaving home.
struct Facts {
    parcels: Option<String>,
    tel: String,
    maps: Vec<(String, String)>,
}

impl Facts {
    fn of(lang: Lang, face: &Face, view: &TrackView) -> Facts {
        let TrackParcels { arrived, total } = view.parcels;
        let counts = [("arrived", Arg::from(arrived)), ("total", Arg::from(total))];
        let branch = view.pickup_point.as_ref();
        let place = branch.map(|branch| format!("{}, {}", branch.city, branch.address)).unwrap_or_default();
        let place = utf8_percent_encode(&place, NON_ALPHANUMERIC).to_string();
        Facts {
            // Only a part of several is news; the rest the status itself says.
            parcels: (total > 1 && arrived > 0).then(|| texts::text(lang, "parcels-arrived", &counts)),
            tel: branch.map(|branch| dialled(&branch.phone)).unwrap_or_default(),
            maps: face.settings.maps.iter().map(|map| (map.name.clone(), map.url.replace(PLACE, &place))).collect(),
        }
    }
}

/// The national payment code for what is due.
struct Pay<'a> {
    drawing: String,
    wallets: Vec<(&'a str, &'a str)>,
}

impl<'a> Pay<'a> {
    fn of(page: &Page, code: &'a ElqrView) -> Option<Self> {
        let drawing = print::qr_svg(&code.url, &page.t("pay-code")).ok()?;
        let wallets = code.wallets.iter().map(|wallet| (wallet.name.as_str(), wallet.url.as_str())).collect();
        Some(Self { drawing, wallets })
    }
}

/// The page's own address, to be given on.
struct Share {
    url: String,
    drawing: Option<String>,
    links: [(&'static str, String); 2],
}

impl Share {
    fn of(page: &Page, url: String) -> Share {
        let encoded = utf8_percent_encode(&url, NON_ALPHANUMERIC).to_string();
        Share {
            drawing: print::qr_svg(&url, &page.t("share-code")).ok(),
            links: [
                ("WhatsApp", format!("https://wa.me/?text={encoded}")),
                ("Telegram", format!("https://t.me/share/url?url={encoded}")),
            ],
            url,
        }
    }
}
