use chrono::TimeDelta;

use super::super::view::{TrackBranch, TrackEvent};
use super::*;
use crate::money::Money;

const STATUSES: [&str; 11] = [
    "requested",
    "quoted",
    "confirmed",
    "paid",
    "purchased",
    "awaiting_parcel",
    "received_in_china",
    "in_transit",
    "ready_for_pickup",
    "picked_up",
    "cancelled",
];

fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-05-11T04:12:00Z").unwrap().to_utc()
}

/// An order of three parcels with the events that lead to `status`.
fn order(lang: Lang, status: &str) -> TrackView {
    let road = [
        ("requested", "event-order-requested", None),
        ("quoted", "event-order-quoted", None),
        ("confirmed", "event-order-confirmed", None),
        ("paid", "event-payment-received", None),
        ("purchased", "event-order-purchased", None),
        ("received_in_china", "event-parcel-received", Some("Гуанчжоу")),
        ("in_transit", "event-shipment-departed", Some("Гуанчжоу")),
        ("in_transit", "event-checkpoint-at-border", Some("Торугарт")),
        ("ready_for_pickup", "event-order-ready", Some("Бишкек")),
        ("picked_up", "event-order-picked-up", Some("Бишкек")),
    ];
    let stop = road.iter().rposition(|(at, ..)| *at == status).map_or(1, |last| last + 1);
    let mut timeline = Vec::new();
    for (day, (status, key, place)) in (0..).zip(&road[..stop]) {
        timeline.push(TrackEvent {
            at: start() + TimeDelta::hours(31 * day),
            status: (*status).into(),
            text: texts::text(lang, key, &[]),
            place: place.map(Into::into),
        });
    }
    if ["awaiting_parcel", "cancelled"].contains(&status) {
        timeline[0].status = status.into();
    }
    let arrived = ["ready_for_pickup", "picked_up"].contains(&status);
    TrackView {
        code: "TG-7K4M9-2QX8C-5".into(),
        status: status.into(),
        status_text: texts::text(lang, &road::status_key(status), &[]),
        updated_at: timeline.last().unwrap().at,
        timeline,
        pickup_point: Some(TrackBranch {
            name: "Рухий Мурас".into(),
            city: "Бишкек".into(),
            address: "ж/м Рухий Мурас, ул. Чүй 1".into(),
            phone: "+996 700 123 456".into(),
            hours: "10:00-19:00".into(),
        }),
        balance_due: (status == "ready_for_pickup").then(|| Money::tyiyn(124_550)),
        free_storage_until: (status == "ready_for_pickup").then(|| start() + TimeDelta::days(20)),
        parcels: TrackParcels { arrived: if arrived { 3 } else { 0 }, total: 3 },
    }
}

/// No key may be left where its text should be; keys are the only words with these beginnings and a dash.
fn assert_no_keys(page: &str) {
    for beginning in ["status-", "event-", "error-", "track-step-", "how-", "code-label", "SOM(", "{"] {
        assert!(!page.contains(beginning), "{beginning} is left in {page}");
    }
}

fn assert_small(page: &str) {
    let bytes = page.len() + STYLE.len() + ICON.len();
    assert!(bytes < 30_000, "{bytes} bytes with style and icon");
}

#[test]
fn home_asks_for_a_code_in_each_language() {
    for (lang, title, button) in [
        (Lang::Ky, "Буйрутмам кайда?", "Буйрутманы табуу"),
        (Lang::Ru, "Где мой заказ?", "Найти заказ"),
        (Lang::En, "Where is my order?", "Find my order"),
    ] {
        let page = home(lang, "Torugart", None, "");
        assert!(page.contains(&format!("<html lang=\"{}\">", lang.as_str())), "{page}");
        assert!(page.contains(title) && page.contains(button), "{page}");
        assert!(page.contains("action=\"/t\"") && page.contains("name=\"code\""), "{page}");
        assert!(!page.contains("role=\"alert\"") && !page.contains("noindex"), "{page}");
        assert_no_keys(&page);
        assert_small(&page);
    }
}

#[test]
fn home_repeats_what_was_typed_beside_the_error() {
    let error = texts::text(Lang::Ru, "error-mistyped-code", &[]);
    let page = home(Lang::Ru, "Torugart", Some(&error), "TG-7K4M9");
    assert!(page.contains("role=\"alert\">Похоже, в коде опечатка."), "{page}");
    assert!(page.contains("value=\"TG-7K4M9\"") && page.contains("aria-invalid=\"true\""), "{page}");
}

#[test]
fn track_says_status_sum_and_place_in_each_language() {
    for (lang, words) in [
        (Lang::Ky, ["Алып кетсеңиз болот", "Төлөнө турган сумма", "1 245,50 сом", "31-май, 2026-ж.", "Берүү пункту"]),
        (Lang::Ru, ["Можно забирать", "К оплате", "1 245,50 сом", "31 мая 2026", "Пункт выдачи"]),
        (Lang::En, ["Ready for pickup", "To pay", "1 245,50 som", "31 May 2026", "Pickup point"]),
    ] {
        let page = track(lang, "Torugart", &order(lang, "ready_for_pickup"));
        for word in words {
            assert!(page.contains(word), "{word} is not in {page}");
        }
        assert!(page.contains("href=\"tel:+996700123456\""), "{page}");
        assert!(page.contains("noindex"), "{page}");
        assert_no_keys(&page);
        assert_small(&page);
    }
}

#[test]
fn language_links_keep_the_code() {
    let page = track(Lang::Ru, "Torugart", &order(Lang::Ru, "paid"));
    for lang in ["ky", "ru", "en"] {
        assert!(page.contains(&format!("href=\"/t/TG-7K4M9-2QX8C-5?lang={lang}\"")), "{page}");
    }
}

#[test]
fn every_status_has_a_page_in_each_language() {
    for lang in Lang::ALL {
        for status in STATUSES {
            let page = track(lang, "Torugart", &order(lang, status));
            assert_no_keys(&page);
            assert_eq!(page.contains("<details class=\"steps\">"), status != "cancelled", "{status}");
        }
    }
}

#[test]
fn the_newest_event_comes_first() {
    let page = track(Lang::En, "Torugart", &order(Lang::En, "in_transit"));
    let place_of = |words: &str| page.find(&format!("<b>{words}</b>")).unwrap();
    assert!(place_of("Shipment at the border") < place_of("Request received"));
    assert!(page.contains("20 May 2026, 11:12"), "Bishkek time: {page}");
}

#[test]
fn a_step_is_told_by_word_as_well_as_by_shape() {
    let page = track(Lang::En, "Torugart", &order(Lang::En, "in_transit"));
    assert!(page.contains("<b>Step 7 of 9</b>"), "{page}");
    assert!(page.contains("aria-current=\"step\">On its way <small>now</small>"), "{page}");
    assert_eq!(page.matches("<small>done</small>").count(), 6);
    assert_eq!(page.matches("<small>ahead</small>").count(), 2);
}

#[test]
fn a_forwarded_order_has_the_short_road() {
    let mut view = order(Lang::En, "awaiting_parcel");
    assert!(track(Lang::En, "Torugart", &view).contains("Step 1 of 5"));
    view.status = "in_transit".into();
    assert!(track(Lang::En, "Torugart", &view).contains("Step 3 of 5"));
}

#[test]
fn after_pickup_no_step_is_waited_for() {
    let page = track(Lang::En, "Torugart", &order(Lang::En, "picked_up"));
    assert_eq!(page.matches("<small>done</small>").count(), 9);
    assert!(!page.contains("aria-current=\"step\""), "{page}");
}

#[test]
fn money_is_asked_for_only_where_it_is_due() {
    let mut view = order(Lang::En, "ready_for_pickup");
    view.balance_due = Some(Money::tyiyn(0));
    assert!(track(Lang::En, "Torugart", &view).contains("Nothing to pay"));
    view.status = "in_transit".into();
    assert!(!track(Lang::En, "Torugart", &view).contains("Nothing to pay"));
    view.status = "cancelled".into();
    view.balance_due = Some(Money::tyiyn(500_000));
    assert!(!track(Lang::En, "Torugart", &view).contains("To pay"));
}

#[test]
fn hostile_values_are_escaped() {
    let hostile = "\"><script>alert(1)</script>";
    let mut view = order(Lang::Ru, "in_transit");
    view.code = hostile.into();
    view.timeline[0].place = Some(hostile.into());
    view.timeline[0].text = hostile.into();
    if let Some(branch) = &mut view.pickup_point {
        branch.phone = hostile.into();
        branch.address = hostile.into();
    }
    for page in [
        track(Lang::Ru, hostile, &view),
        home(Lang::Ru, hostile, Some(hostile), hostile),
        message(Lang::Ru, hostile, hostile, hostile),
    ] {
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&#60;script&#62;"), "{page}");
    }
}

#[test]
fn message_keeps_its_address_in_the_language_links() {
    let page = message(Lang::En, "Torugart", "Order not found", "Check the code.\n\nOr call us.");
    assert!(page.contains("<h1>Order not found</h1>") && page.contains("Or call us."), "{page}");
    assert!(page.contains("href=\"?lang=ky\""), "{page}");
    assert_no_keys(&page);
    assert_small(&page);
}

#[test]
fn pages_need_no_script_and_nothing_from_elsewhere() {
    for page in [home(Lang::Ru, "Torugart", None, ""), track(Lang::Ru, "Torugart", &order(Lang::Ru, "paid"))] {
        for foreign in ["<script", "style=", "onclick", "http://", "https://", "src="] {
            assert!(!page.contains(foreign), "{foreign} in {page}");
        }
    }
}
