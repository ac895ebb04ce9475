//! Every call that changes something is made once: it leaves one line in the trail, in the name of whoever made it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::{Value, json};
use torugart::app::routes;
use torugart::db::schema::{audit, notifications};

use crate::harness::pictures;
use crate::harness::server::*;

/// Calls without a line of their own, and why.
const WITHOUT: [(&str, &str); 9] = [
    ("POST /v1/auth/refresh", "goes on with a login; only a stolen one is told of"),
    ("POST /v1/estimate", "changes nothing"),
    ("POST /v1/notifications/preview", "changes nothing"),
    ("POST /v1/labels", "draws"),
    ("POST /v1/storage/sweep", "has a line for each order that it changes, and here it changes none"),
    ("POST /v1/acquirers/{provider}/callback", "only kept; what it leads to is written down when it is booked"),
    ("POST /v1/acquirers/mkassa/callback/{secret}", "the same"),
    ("POST /v1/sms/reports/{secret}", "only kept until the gateway is asked"),
    ("POST /v1/parcels/scan", "its scans are kept themselves, with who made them"),
];

/// Calls that do two things, each with its line: a decision and the payment it leads to, a list and what was received by it.
const TWO: [&str; 3] = [
    "POST /v1/transfer-claims/{id}/approve",
    "POST /v1/statements/{id}/lines/{n}/confirm",
    "POST /v1/manifests/{id}/commit",
];

/// Calls that need somebody outside, an empty database or a customer who is signed in; the tests of their rooms look at
/// their lines.
const ELSEWHERE: [&str; 5] = [
    "POST /v1/orders/{code}/acquiring",
    "POST /v1/acquiring/{id}/check",
    "POST /v1/auth/setup",
    "POST /v1/orders/{code}/telegram",
    "POST /v1/telegram/updates",
];

/// Where the calls of customers and of their pages begin. They do what calls of the desk do, by the same operations.
const OF_CUSTOMERS: [&str; 9] = [
    "/my",
    "/v1/my",
    "/request",
    "/t/",
    "/v1/track/",
    "/v1/auth/code",
    "/v1/auth/code/verify",
    "/unsubscribe/",
    "/price",
];

struct Walk<'a> {
    s: &'a Server,
    walked: RefCell<BTreeSet<String>>,
}

impl Walk<'_> {
    /// Makes a call of a route, its names filled in, and gives the answer.
    #[track_caller]
    fn call(&self, by: As, route: &str, names: &[&str], body: Value) -> Value {
        let (method, path) = self.filled(route, names);
        let key = uuid::Uuid::now_v7().to_string();
        let headers = [("idempotency-key", key.as_str()), ("content-type", "application/json")];
        self.judge(by, route, &self.s.send(method, by, &path, &headers, &body.to_string()))
    }

    /// The same with a file for a body.
    #[track_caller]
    fn send(&self, by: As, route: &str, names: &[&str], media_type: &str, file: &[u8]) -> Value {
        let (method, path) = self.filled(route, names);
        self.judge(by, route, &self.s.upload(method, by, &path, media_type, file))
    }

    fn filled<'r>(&self, route: &'r str, names: &[&str]) -> (&'r str, String) {
        let (method, pattern) = route.split_once(' ').expect("a method and a path");
        let mut names = names.iter();
        let part = |part: &str| match part.starts_with('{') {
            true => (*names.next().expect("a name")).to_owned(),
            false => part.to_owned(),
        };
        (method, pattern.split('/').map(part).collect::<Vec<_>>().join("/"))
    }

    #[track_caller]
    fn judge(&self, by: As, route: &str, answer: &Answer) -> Value {
        assert!(answer.status < 300, "{route}: {}", answer.text);
        let request = answer.header("x-request-id").expect("an identifier").to_owned();
        let lines = audit::table.filter(audit::request_id.eq(request)).select((audit::action, audit::actor));
        let lines: Vec<(String, String)> = self.s.app.db.read(|conn| Ok(lines.load(conn)?)).unwrap();
        let expected = match TWO.contains(&route) {
            true => 2,
            false => usize::from(!WITHOUT.iter().any(|(without, _)| *without == route)),
        };
        assert_eq!(lines.len(), expected, "{route}: {lines:?}");
        let name = match by {
            As::Anyone => "customer",
            As::Staff(role) => role.as_str(),
        };
        assert!(lines.iter().all(|(_, actor)| actor == name), "{route}: {lines:?}");
        self.walked.borrow_mut().insert(route.to_owned());
        serde_json::from_str(&answer.text).unwrap_or(Value::Null)
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member} of {value}"))
}

fn the_house(walk: &Walk) {
    let account = json!({"login": "bakyt", "role": "cashier", "password": "three quiet words"});
    let member = walk.call(ADMIN, "POST /v1/staff", &[], account);
    walk.call(ADMIN, "PATCH /v1/staff/{id}", &[text(&member, "id")], json!({"role": "operator"}));
    let branch = json!({"code": "KB", "kind": "pickup_point", "name": "Kara-Balta", "city": "Kara-Balta", "address": "A 1", "phone": "0700123456", "hours": "10-19"});
    let branch = walk.call(ADMIN, "POST /v1/branches", &[], branch);
    walk.call(ADMIN, "PATCH /v1/branches/{id}", &[text(&branch, "id")], json!({"hours": "24"}));
    walk.call(ADMIN, "PUT /v1/rates", &[], json!({"rates": [{"currency": "CNY", "rate": "12.9"}]}));
    walk.call(ADMIN, "PUT /v1/tariffs", &[], json!({"price_per_kg": {"amount": 300, "currency": "USD"}}));
    let rule = json!({
        "valid_from": "2026-07-01", "free_value": {"amount": 20000, "currency": "EUR"}, "rate_percent": "5",
        "min_per_kg": {"amount": 100, "currency": "EUR"}, "base": "whole", "vat_percent": "12", "status": "confirmed",
        "source": "the decree",
    });
    walk.call(ADMIN, "POST /v1/customs/rules", &[], rule);
    let own =
        json!({"event": "quote-ready", "channel": "sms", "language": "ru", "text": "Заказ { $code }: { $total } сом."});
    walk.call(ADMIN, "PUT /v1/texts", &[], own);
}

fn a_login(walk: &Walk) {
    use torugart::ids::Role;
    let s = walk.s;
    let log_in = json!({"login": "aida", "password": "three quiet words"});
    s.post(ADMIN, "/v1/staff", json!({"login": "aida", "role": "operator", "password": "three quiet words"}))
        .expect(201);
    let answer = s.post(ANYONE, "/v1/auth/login", log_in);
    let tokens = answer.expect(200);
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    // Whose line it is cannot be told by a role here: the login is its own.
    let made = |route: &str, answer: &Answer, action: &str| {
        assert!(answer.status < 300, "{route}: {}", answer.text);
        let request = answer.header("x-request-id").expect("an identifier").to_owned();
        let lines = audit::table.filter(audit::request_id.eq(request)).select((audit::action, audit::actor));
        let lines: Vec<(String, String)> = s.app.db.read(|conn| Ok(lines.load(conn)?)).unwrap();
        assert_eq!(lines, [(action.to_owned(), "aida".to_owned())], "{route}");
        walk.walked.borrow_mut().insert(route.to_owned());
    };
    made("POST /v1/auth/login", &answer, "staff.logged_in");
    let call = |path: &str, body: Value| {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        s.send("POST", ANYONE, path, &headers, &body.to_string())
    };
    let change = json!({"current_password": "three quiet words", "new_password": "four quiet words"});
    made("POST /v1/me/password", &call("/v1/me/password", change), "staff.password_changed");
    let own = json!({"password": "four quiet words"});
    let begun = call("/v1/me/totp", own.clone());
    made("POST /v1/me/totp", &begun, "staff.totp_begun");
    let code = crate::sign_in::digits(text(&begun.json(), "secret"), s.now().timestamp());
    made("POST /v1/me/totp/confirm", &call("/v1/me/totp/confirm", json!({"code": code})), "staff.totp_added");
    made("POST /v1/me/totp/remove", &call("/v1/me/totp/remove", own), "staff.totp_removed");
    made("POST /v1/auth/logout", &call("/v1/auth/logout", json!({})), "staff.logged_out");
    assert!(s.token(Role::Admin).len() > 20);
}

fn an_order(walk: &Walk) -> (String, String) {
    let order = walk.call(ANYONE, "POST /v1/orders", &[], request());
    let code = text(&order, "code").to_owned();
    let of = |by: As, route: &str, body: Value| walk.call(by, route, &[&code], body);
    of(OPERATOR, "POST /v1/orders/{code}/quote", offer());
    of(ANYONE, "POST /v1/orders/{code}/confirm", json!({"phone_last4": "3456"}));
    let cash = json!({"method": "cash", "amount": som(1_500_000)});
    let payment = of(CASHIER, "POST /v1/orders/{code}/payments", cash);
    let back = json!({"payment_id": payment["id"], "amount": som(100), "reason": "too much"});
    of(CASHIER, "POST /v1/orders/{code}/refunds", back);
    let client = text(&walk.s.see(&code)["customer"], "client_code").to_owned();
    of(CASHIER, "POST /v1/orders/{code}/credit/keep", json!({"amount": som(100_000)}));
    let out = json!({"method": "cash", "amount": som(10_000), "reason": "asked for it"});
    walk.call(ADMIN, "POST /v1/customers/{client_code}/credit/pay-out", &[&client], out);
    let wishes = json!({"language": null, "channels": ["email"], "opted_out": false});
    walk.call(CASHIER, "PUT /v1/customers/{client_code}/messages", &[&client], wishes);
    let duty = json!({"account": "customs", "amount": som(35_000), "reason": "as agreed"});
    let duty = of(OPERATOR, "POST /v1/orders/{code}/corrections", duty);
    let names = [code.as_str(), text(&duty, "journal_id")];
    walk.call(OPERATOR, "POST /v1/orders/{code}/journals/{id}/reverse", &names, json!({"reason": "another order"}));
    let bought = json!({"marketplace": "1688", "tracking_numbers": ["YT8812345678901"]});
    of(OPERATOR, "POST /v1/orders/{code}/purchase", bought);
    of(OPERATOR, "POST /v1/orders/{code}/parcels", json!({"tracking_numbers": ["YT8812345678902"]}));
    (code, client)
}

/// What other orders are for.
fn more_orders(walk: &Walk) {
    let s = walk.s;
    let declined = s.order(Until::Quoted).code;
    let no = json!({"phone_last4": "3456", "reason": "hm"});
    walk.call(ANYONE, "POST /v1/orders/{code}/decline", &[&declined], no);
    let cancelled = s.order(Until::Requested).code;
    walk.call(OPERATOR, "POST /v1/orders/{code}/cancel", &[&cancelled], json!({"reason": "no"}));
    let owing = s.order(Until::Confirmed).code;
    walk.call(CASHIER, "POST /v1/orders/{code}/credit/use", &[&owing], json!({"amount": som(1_000)}));
    walk.call(ADMIN, "POST /v1/orders/{code}/write-offs", &[&owing], json!({"amount": som(300), "reason": "kind"}));
    let moved = s.order(Until::Confirmed).code;
    walk.call(OPERATOR, "POST /v1/orders/{code}/pickup-point", &[&moved], json!({"branch": "KB"}));
    let photo = pictures::receipt(7);
    walk.send(OPERATOR, "POST /v1/orders/{code}/photos", &[&owing], "image/jpeg", &photo);
    let claim = json!({"amount": som(9_000), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"});
    let mut own = claim.clone();
    own["phone_last4"] = json!("3456");
    let made = walk.call(ANYONE, "POST /v1/orders/{code}/transfer-claims", &[&owing], own);
    let names = [owing.as_str(), text(&made, "id")];
    walk.send(OPERATOR, "PUT /v1/orders/{code}/transfer-claims/{id}/photo", &names, "image/jpeg", &photo);
    walk.call(
        CASHIER,
        "POST /v1/transfer-claims/{id}/approve",
        &[text(&made, "id")],
        json!({"override_reason": "seen"}),
    );
    let mut other = claim;
    other["amount"] = som(8_000);
    let other = walk.call(OPERATOR, "POST /v1/orders/{code}/transfer-claims", &[&owing], other);
    walk.call(CASHIER, "POST /v1/transfer-claims/{id}/reject", &[text(&other, "id")], json!({"reason": "not ours"}));
    let csv = format!("Дата;Кредит;Назначение\n21.05.2026;5,00;{owing}\n21.05.2026;6,00;nothing\n");
    let bank = walk.send(CASHIER, "POST /v1/statements", &[], "text/csv", csv.as_bytes());
    let statement = text(&bank, "id");
    let confirmed = json!({"order_code": owing, "override_reason": "seen"});
    walk.call(CASHIER, "POST /v1/statements/{id}/lines/{n}/confirm", &[statement, "1"], confirmed);
    walk.call(CASHIER, "POST /v1/statements/{id}/lines/{n}/ignore", &[statement, "2"], json!({"reason": "not ours"}));
    let message = s.get(ADMIN, &format!("/v1/notifications?order={owing}")).expect(200)["items"][0].clone();
    let id = text(&message, "id");
    walk.call(OPERATOR, "POST /v1/notifications/{id}/cancel", &[id], json!({}));
    let fail =
        || diesel::update(notifications::table.filter(notifications::id.eq(id))).set(notifications::state.eq("failed"));
    s.app.db.write(|conn| Ok(fail().execute(conn)?)).unwrap();
    walk.call(OPERATOR, "POST /v1/notifications/{id}/retry", &[id], json!({}));
    let part = s.buy(request(), &["YT6000000000001", "YT6000000000002"]);
    s.receive("YT6000000000001");
    s.receive("YT6000000000002");
    let truck = s.departed_with(&["YT6000000000001", "YT6000000000002"]);
    s.ship(&truck, "arrive", json!({"barcodes": ["YT6000000000001"]})).expect(200);
    walk.call(OPERATOR, "POST /v1/orders/{code}/release", &[&part], json!({"reason": "asked for it"}));
}

fn the_china_warehouse(walk: &Walk) -> Value {
    let first = json!({"tracking_number": "YT8812345678901", "weight_g": 4300});
    let parcel = walk.call(WAREHOUSE, "POST /v1/parcels/receive", &[], first);
    walk.s
        .post(WAREHOUSE, "/v1/parcels/receive", json!({"tracking_number": "YT8812345678902", "weight_g": 900}))
        .expect(200);
    let id = text(&parcel, "id");
    walk.call(
        WAREHOUSE,
        "POST /v1/parcels/{id}/weigh",
        &[id],
        json!({"weight_g": 4200, "reason": "without the pallet"}),
    );
    walk.call(OPERATOR, "POST /v1/parcels/{id}/status", &[id], json!({"status": "damaged", "reason": "wet"}));
    walk.call(OPERATOR, "POST /v1/parcels/{id}/status", &[id], json!({"status": "received", "reason": "dry"}));
    walk.send(WAREHOUSE, "POST /v1/parcels/{id}/photos", &[id], "image/jpeg", &pictures::receipt(8));
    let nobodys = walk
        .s
        .post(WAREHOUSE, "/v1/parcels/receive", json!({"tracking_number": "ZT7000000001", "weight_g": 500}))
        .expect(200);
    let forwarding = json!({"kind": "forwarding", "customer": {"name": "Client", "phone": "0700555555"}});
    let its = walk.s.post(OPERATOR, "/v1/orders", forwarding).expect(201);
    walk.call(OPERATOR, "POST /v1/parcels/{id}/claim", &[text(&nobodys, "id")], json!({"order_code": its["code"]}));
    let csv = "tracking number,weight kg\nZT7000000077,1.5\n";
    let list = walk.send(WAREHOUSE, "POST /v1/manifests", &[], "text/csv", csv.as_bytes());
    walk.call(WAREHOUSE, "PATCH /v1/manifests/{id}", &[text(&list, "id")], json!({"include_hidden": true}));
    walk.call(WAREHOUSE, "POST /v1/manifests/{id}/commit", &[text(&list, "id")], json!({"skip_errors": true}));
    let bag = walk.call(WAREHOUSE, "POST /v1/bags", &[], json!({"note": "small things"}));
    let code = text(&bag, "code");
    let both = json!({"barcodes": ["YT8812345678901", "YT8812345678902"]});
    walk.call(WAREHOUSE, "POST /v1/bags/{code}/parcels", &[code], both);
    walk.call(WAREHOUSE, "POST /v1/bags/{code}/remove", &[code], json!({"barcodes": ["YT8812345678902"]}));
    walk.call(WAREHOUSE, "POST /v1/bags/{code}/close", &[code], json!({"seal_number": "CN 1"}));
    parcel
}

fn a_truck(walk: &Walk) {
    let truck = json!({"route": "Torugart", "vehicle": "01KG777ABC", "to_branch": "BISH"});
    let truck = walk.call(WAREHOUSE, "POST /v1/shipments", &[], truck);
    let shipment = text(&truck, "code");
    let of = |route: &str, body: Value| walk.call(WAREHOUSE, route, &[shipment], body);
    let both = json!({"barcodes": ["YT8812345678901", "YT8812345678902"]});
    of("PUT /v1/shipments/{code}/plan", both.clone());
    of("POST /v1/shipments/{code}/load", both.clone());
    of("POST /v1/shipments/{code}/unload", json!({"barcodes": ["YT8812345678902"]}));
    walk.s.post(WAREHOUSE, &format!("/v1/shipments/{shipment}/load"), both).expect(200);
    of("POST /v1/shipments/{code}/depart", json!({}));
    of("POST /v1/shipments/{code}/checkpoints", json!({"place": "Torugart", "status": "at_border"}));
    of("POST /v1/shipments/{code}/arrive", json!({}));
}

fn the_pickup_point(walk: &Walk, code: &str) {
    let cells = json!({"branch": "BISH", "addresses": ["A-03-2"], "capacity": 9});
    walk.call(WAREHOUSE, "PUT /v1/cells", &[], cells);
    let laid = json!({"branch": "BISH", "barcodes": ["YT8812345678901"]});
    walk.call(WAREHOUSE, "POST /v1/cells/{address}/parcels", &["A-03-2"], laid);
    walk.call(OPERATOR, "POST /v1/storage/sweep", &[], json!({}));
    if walk.s.see(code)["balance"]["amount"].as_i64().unwrap() > 0 {
        walk.s.pay_balance(code);
    }
    walk.call(CASHIER, "POST /v1/orders/{code}/hand-over", &[code], json!({}));
    // The admin who paid credit out has a drawer too.
    let shifts = walk.s.get(CASHIER, "/v1/cash-shifts").expect(200);
    let is_own = |shift: &&Value| shift["cashier"] == "cashier" && shift["state"] == "open";
    let id = text(shifts["items"].as_array().unwrap().iter().find(is_own).expect("a drawer"), "id");
    let change = json!({"direction": "in", "amount": som(1_000), "reason": "change"});
    walk.call(CASHIER, "POST /v1/cash-shifts/{id}/movements", &[id], change);
    let expected = walk.s.get(CASHIER, &format!("/v1/cash-shifts/{id}")).expect(200)["expected"].clone();
    walk.call(CASHIER, "POST /v1/cash-shifts/{id}/close", &[id], json!({"counted": expected}));
    walk.call(CASHIER, "POST /v1/cash-shifts", &[], json!({"opening": som(0)}));
}

on_both! {
    fn every_call_that_changes_something_leaves_one_line_in_the_trail(s: &Server) {
        let walk = Walk { s, walked: RefCell::default() };
        the_house(&walk);
        a_login(&walk);
        let (code, _) = an_order(&walk);
        more_orders(&walk);
        the_china_warehouse(&walk);
        a_truck(&walk);
        the_pickup_point(&walk, &code);
        let walked = walk.walked.into_inner();
        let is_known = |route: &String| {
            walked.contains(route) || ELSEWHERE.contains(&route.as_str()) || WITHOUT.iter().any(|(without, _)| without == route)
        };
        let is_of_customers = |path: &str| OF_CUSTOMERS.iter().any(|begin| path.starts_with(begin));
        let changing = routes().into_iter().filter(|route| route.method != "GET" && !is_of_customers(route.path));
        let forgotten: Vec<_> = changing.map(|route| format!("{} {}", route.method, route.path)).filter(|route| !is_known(route)).collect();
        assert_eq!(forgotten, ["x"; 0], "calls that nobody walked");
    }
}
