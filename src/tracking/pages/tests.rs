use chrono::TimeDelta;

use super::super::road;
use super::super::view::{TrackBranch, TrackDelay, TrackEvent, TrackParcels, TrackRoad, TrackStation, TrackView};
use super::*;
use crate::config::Config;
use crate::face::gzip;
use crate::money::Money;
use crate::texts;

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

fn face() -> Face {
    Face::of(&Config::defaults().unwrap().business).unwrap()
}

/// A truck at the border, two days late.
fn way() -> TrackRoad {
    let codes = ["guangzhou", "urumqi", "kashgar", "torugart", "naryn", "bishkek"];
    let day = |index: usize, late: i64| start() + TimeDelta::days(10 + late + index as i64);
    let stations = codes.iter().enumerate().map(|(index, code)| TrackStation {
        code: (*code).to_owned(),
        place: (*code).to_owned(),
        planned_at: Some(day(index, 0)),
        expected_at: (index > 3).then(|| day(index, 2)),
        passed_at: (index <= 3).then(|| day(index, 0)),
    });
    let delayed = Some(TrackDelay { minutes: Some(2_880), reason: Some("snow on the pass".to_owned()) });
    TrackRoad { stations: stations.collect(), at_station: Some("torugart".to_owned()), eta: Some(day(5, 2)), delayed }
}

/// The page while the truck is at the border.
fn page_of(lang: Lang, view: &TrackView) -> String {
    track(&face(), lang, view, None, start() + TimeDelta::days(13)).replace('\u{a0}', " ")
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
        road: (status == "in_transit").then(way),
    }
}

/// No key may be left where its text should be; keys are the only words with these beginnings and a dash.
fn assert_no_keys(page: &str) {
    for beginning in ["status-", "event-", "error-", "track-step-", "how-", "code-label", "SOM(", "{"] {
        assert!(!page.contains(beginning), "{beginning} is left in {page}");
    }
}

/// What a phone loads for a page, packed as it is sent.
fn assert_small(page: &str) {
    let face = face();
    let packed = |bytes: &[u8]| gzip(bytes, flate2::Compression::new(4)).unwrap().len();
    let parts: usize = [&face.style, &face.script, &face.icon].iter().map(|part| packed(&part.body)).sum();
    let bytes = packed(page.as_bytes()) + parts;
    assert!(bytes < 30_000, "{bytes} bytes with style, script and icon");
}

#[test]
fn home_asks_for_a_code_in_each_language() {
    for (lang, title, button) in [
        (Lang::Ky, "Буйрутмам кайда?", "Буйрутманы табуу"),
        (Lang::Ru, "Где мой заказ?", "Найти заказ"),
        (Lang::En, "Where is my order?", "Find my order"),
    ] {
        let page = home(&face(), lang, None, "");
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
    let page = home(&face(), Lang::Ru, Some(&error), "TG-7K4M9");
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
        let page = page_of(lang, &order(lang, "ready_for_pickup"));
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
    let page = page_of(Lang::Ru, &order(Lang::Ru, "paid"));
    for lang in ["ky", "ru", "en"] {
        assert!(page.contains(&format!("href=\"/t/TG-7K4M9-2QX8C-5?lang={lang}\"")), "{page}");
    }
}

#[test]
fn every_status_has_a_page_in_each_language() {
    for lang in Lang::ALL {
        for status in STATUSES {
            let page = page_of(lang, &order(lang, status));
            assert_no_keys(&page);
            assert_eq!(page.contains("<details class=\"steps\">"), status != "cancelled", "{status}");
        }
    }
}

#[test]
fn the_newest_event_comes_first() {
    let page = page_of(Lang::En, &order(Lang::En, "in_transit"));
    let place_of = |words: &str| page.find(&format!("<b>{words}</b>")).unwrap();
    assert!(place_of("Shipment at the border") < place_of("Request received"));
    assert!(page.contains("20 May 2026, 11:12"), "Bishkek time: {page}");
}

#[test]
fn a_step_is_told_by_word_as_well_as_by_shape() {
    let page = page_of(Lang::En, &order(Lang::En, "in_transit"));
    assert!(page.contains("<b>Step 7 of 9</b>"), "{page}");
    assert!(page.contains("aria-current=\"step\">On its way <small>now</small>"), "{page}");
    assert_eq!(page.matches("<small>done</small>").count(), 6);
    assert_eq!(page.matches("<small>ahead</small>").count(), 2);
}

#[test]
fn a_forwarded_order_has_the_short_road() {
    let mut view = order(Lang::En, "awaiting_parcel");
    assert!(page_of(Lang::En, &view).contains("Step 1 of 5"));
    view.status = "in_transit".into();
    assert!(page_of(Lang::En, &view).contains("Step 3 of 5"));
}

#[test]
fn after_pickup_no_step_is_waited_for() {
    let page = page_of(Lang::En, &order(Lang::En, "picked_up"));
    assert_eq!(page.matches("<small>done</small>").count(), 9);
    assert!(!page.contains("aria-current=\"step\""), "{page}");
}

#[test]
fn money_is_asked_for_only_where_it_is_due() {
    let mut view = order(Lang::En, "ready_for_pickup");
    view.balance_due = Some(Money::tyiyn(0));
    assert!(page_of(Lang::En, &view).contains("Nothing to pay"));
    view.status = "in_transit".into();
    assert!(!page_of(Lang::En, &view).contains("Nothing to pay"));
    view.status = "cancelled".into();
    view.balance_due = Some(Money::tyiyn(500_000));
    assert!(!page_of(Lang::En, &view).contains("To pay"));
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
    let mut firm = Config::defaults().unwrap().business;
    firm.name = hostile.to_owned();
    let face = Face::of(&firm).unwrap();
    for page in [
        track(&face, Lang::Ru, &view, None, start()),
        home(&face, Lang::Ru, Some(hostile), hostile),
        message(&face, Lang::Ru, hostile, hostile),
    ] {
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("&#60;script&#62;"), "{page}");
    }
}

#[test]
fn message_keeps_its_address_in_the_language_links() {
    let page = message(&face(), Lang::En, "Order not found", "Check the code.\n\nOr call us.");
    assert!(page.contains("<h1>Order not found</h1>") && page.contains("Or call us."), "{page}");
    assert!(page.contains("href=\"?lang=ky\""), "{page}");
    assert_no_keys(&page);
    assert_small(&page);
}

#[test]
fn pages_hold_nothing_inline_and_load_nothing_from_elsewhere() {
    for page in [home(&face(), Lang::Ru, None, ""), page_of(Lang::Ru, &order(Lang::Ru, "in_transit"))] {
        for inline in ["<script>", "<style", "style=", "onclick", "src=\"http", "action=\"http"] {
            assert!(!page.contains(inline), "{inline} in {page}");
        }
        for loaded in page.split("<link ").skip(1).chain(page.split("<script ").skip(1)) {
            let tag = loaded.split('>').next().unwrap();
            assert!(tag.contains("=\"/assets/torugart."), "{tag}");
        }
    }
}

#[test]
fn status_sum_and_place_come_before_all_else() {
    let page = page_of(Lang::Ru, &order(Lang::Ru, "ready_for_pickup"));
    let place_of = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is not in {page}"));
    let order = ["<h1>Можно забирать", "1 245,50", "ж/м Рухий Мурас", "id=\"details\"", "class=\"timeline\""];
    assert!(order.windows(2).all(|pair| place_of(pair[0]) < place_of(pair[1])));
}

#[test]
fn nobody_has_to_wonder_whether_a_sum_is_missing() {
    for (status, words) in [
        ("requested", "Сумму назовём"),
        ("quoted", "Цена ниже"),
        ("paid", "Сейчас платить не нужно"),
        ("in_transit", "Сейчас платить не нужно"),
    ] {
        assert!(page_of(Lang::Ru, &order(Lang::Ru, status)).contains(words), "{status}");
    }
    assert!(!page_of(Lang::Ru, &order(Lang::Ru, "cancelled")).contains("К оплате"));
}

#[test]
fn a_truck_is_told_with_its_day_its_delay_and_its_places() {
    for (lang, words) in [
        (Lang::Ky, ["болжол менен 28-май", "Рейс кечигип жатат: snow on the pass", "Үрүмчү"]),
        (Lang::Ru, ["примерно 28 мая", "Рейс задерживается: snow on the pass", "Урумчи"]),
        (Lang::En, ["about 28 May", "The truck is late: snow on the pass", "Urumqi"]),
    ] {
        let page = page_of(lang, &order(lang, "in_transit"));
        for word in words {
            assert!(page.contains(word), "{word} is not in {page}");
        }
        assert!(page.contains("<svg class=\"map\"") && page.contains("class=\"truck\""), "{page}");
        // Once it is here, nobody needs its way.
        let mut arrived = order(lang, "ready_for_pickup");
        arrived.road = Some(way());
        assert!(!page_of(lang, &arrived).contains("<svg class=\"map\""));
    }
}

#[test]
fn a_day_that_is_over_is_not_promised() {
    let late = track(&face(), Lang::Ru, &order(Lang::Ru, "in_transit"), None, start() + TimeDelta::days(30));
    assert!(!late.contains("Прибытие груза") && late.contains("Рейс задерживается"), "{late}");
}

#[test]
fn places_of_the_timeline_are_in_the_readers_language() {
    let page = page_of(Lang::En, &order(Lang::En, "picked_up"));
    assert!(page.contains("<span>Torugart</span>") && !page.contains("<span>Торугарт</span>"), "{page}");
}

#[test]
fn a_preview_in_a_chat_says_nothing_of_the_order() {
    let page = page_of(Lang::Ru, &order(Lang::Ru, "ready_for_pickup"));
    let previews: Vec<_> = page.lines().filter(|line| line.contains("og:") || line.contains("description")).collect();
    assert_eq!(previews.len(), 5, "{previews:?}");
    for line in previews {
        for secret in ["TG-", "забирать", "1 245", "Рухий"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[test]
fn a_firm_offers_the_languages_it_wants_and_shows_its_own_face() {
    let mut firm = Config::defaults().unwrap().business;
    firm.face.languages = vec![Lang::Ky, Lang::Ru];
    firm.face.phones = vec!["+996 (312) 00-00-00".to_owned()];
    firm.face.links = vec![crate::config::Link { name: "WhatsApp".into(), url: "https://wa.me/996700123456".into() }];
    let page = home(&Face::of(&firm).unwrap(), Lang::Ky, None, "");
    assert!(page.contains("lang=ky\"") && page.contains("lang=ru\"") && !page.contains("lang=en\""), "{page}");
    assert!(page.contains("tel:+996312000000") && page.contains("https://wa.me/996700123456"), "{page}");
    firm.face.languages = vec![Lang::Ky];
    assert!(!home(&Face::of(&firm).unwrap(), Lang::Ky, None, "").contains("<nav"));
}
