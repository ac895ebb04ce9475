//! A cashier sees the orders that are picked up at their own branch, and what belongs to these; others do not exist for them.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use torugart::app::routes;
use torugart::ids::Role;

use crate::contract::{document, filled, operation, shape};
use crate::harness::server::*;

/// Opens a second pickup point and moves the cashier there.
fn move_cashier_to_osh(s: &Server) {
    let branch = json!({
        "code": "OSH", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "A 1", "phone": "0700123456", "hours": "10-19",
    });
    s.post(ADMIN, "/v1/branches", branch).expect(201);
    let accounts = s.get(ADMIN, "/v1/staff?limit=100").expect(200);
    let cashier = accounts["items"].as_array().unwrap().iter().find(|member| member["login"] == "cashier").unwrap();
    s.patch(ADMIN, &format!("/v1/staff/{}", cashier["id"].as_str().unwrap()), json!({"branch": "OSH"})).expect(200);
}

fn first(s: &Server, list: &str) -> String {
    s.get(ADMIN, list).expect(200)["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{list} is empty")).to_owned()
}

on_both! {
    fn whatever_belongs_to_another_branch_is_not_found(s: &Server) {
        let code = s.order(Until::Arrived).code;
        let payment = s.post(CASHIER, &format!("/v1/orders/{code}/payments"), json!({"method": "cash", "amount": som(100)})).expect(201);
        let claim = json!({"amount": som(9_900), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"});
        let claim = s.post(ADMIN, &format!("/v1/orders/{code}/transfer-claims"), claim).expect(201);
        let (parcel, shift) = (first(s, "/v1/parcels"), first(s, "/v1/cash-shifts"));
        let message = first(s, "/v1/notifications");
        move_cashier_to_osh(s);
        let (document, before) = (document(s), s.state());
        let id_of = |path: &str| match path {
            _ if path.contains("transfer-claims") => claim["id"].as_str().unwrap().to_owned(),
            _ if path.starts_with("/v1/cash-shifts/") => shift.clone(),
            _ if path.starts_with("/v1/parcels/") => parcel.clone(),
            _ if path.starts_with("/v1/notifications/") => message.clone(),
            _ => String::new(),
        };
        let rooms = ["orders", "transfer-claims", "cash-shifts", "parcels", "notifications", "receipts"];
        let mut tried = Vec::new();
        for route in routes().iter().filter(|route| route.path.contains('{') && route.who.allows(Role::Cashier)) {
            // Whether the provider is switched on is asked first, and here it is not.
            if route.path == "/v1/orders/{code}/acquiring" && route.method == "POST" {
                continue;
            }
            if !rooms.iter().any(|room| route.path.starts_with(&format!("/v1/{room}/"))) || !route.takes_file.is_empty() {
                continue;
            }
            let own = route.path.replace("{code}", &code).replace("{receipt_no}", payment["receipt_no"].as_str().unwrap());
            let path = own.replace("{id}", &id_of(route.path));
            assert!(!path.contains('{'), "{path}, and not {}", filled(route));
            let body = route.takes.map(|_| {
                shape(&document, &operation(&document, route)["requestBody"]["content"])["example"].to_string()
            });
            let key = uuid::Uuid::now_v7().to_string();
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let answer = s.send(route.method.as_str(), CASHIER, &path, &headers, &body.unwrap_or_default());
            assert_eq!(answer.status, 404, "{} {path}: {}", route.method, answer.text);
            assert_eq!(answer.json()["code"], "not_found", "{} {path}", route.method);
            tried.push(path);
        }
        assert!(tried.len() > 25, "{tried:?}");
        assert!(before == s.state(), "something changed");
        for list in ["orders", "parcels", "notifications", "transfer-claims", "cash-shifts"] {
            assert_eq!(s.get(CASHIER, &format!("/v1/{list}")).expect(200)["items"], json!([]), "{list}");
            assert_ne!(s.get(OPERATOR, &format!("/v1/{list}")).expect(200)["items"], json!([]), "{list}");
        }
        for list in ["orders", "parcels", "notifications"] {
            let file = s.get(CASHIER, &format!("/v1/{list}?format=csv"));
            assert!(file.status == 200 && !file.text.contains(&code), "{list}: {}", file.text);
        }
        s.get(ANYONE, &format!("/v1/track/{code}")).expect(200);
    }

    fn an_order_that_moves_changes_hands(s: &Server) {
        let code = s.order(Until::Arrived).code;
        move_cashier_to_osh(s);
        let path = format!("/v1/orders/{code}");
        s.get(CASHIER, &path).expect_problem(404, "not_found");
        s.post(ADMIN, &format!("{path}/pickup-point"), json!({"branch": "OSH"})).expect(200);
        assert_eq!(s.get(CASHIER, &path).expect(200)["code"], json!(code));
        let listed = s.get(CASHIER, "/v1/orders").expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
        s.post(CASHIER, &format!("{path}/payments"), json!({"method": "cash", "amount": som(100)})).expect(201);
        s.post(CASHIER, &format!("{path}/pickup-point"), json!({"branch": "BISH"})).expect(200);
        s.get(CASHIER, &path).expect_problem(404, "not_found");
    }

    fn who_is_bound_is_a_setting(s: &Server) {
        let code = s.order(Until::Requested).code;
        move_cashier_to_osh(s);
        let free = Server::start_with(s.app.config.database.url.expose_secret(), |config| config.business.own_branch_roles.clear());
        free.get(CASHIER, &format!("/v1/orders/{code}")).expect(200);
        let mut config = settings("sqlite://x.db");
        config.business.own_branch_roles.push(Role::Warehouse);
        assert!(config.check().expect_err("a complaint").to_string().contains("own_branch_roles"));
    }

    fn a_cashier_may_take_a_request_for_another_branch(s: &Server) {
        move_cashier_to_osh(s);
        let mut body = request();
        body["pickup_point"] = json!("BISH");
        let placed: Value = s.post(CASHIER, "/v1/orders", body).expect(201);
        s.get(CASHIER, &format!("/v1/orders/{}", placed["code"].as_str().unwrap())).expect_problem(404, "not_found");
    }

    fn of_a_truck_a_bag_a_shelf_and_the_customers_only_the_own_are_shown(s: &Server) {
        let ready = s.order(Until::Arrived);
        let owner = s.get(ADMIN, &format!("/v1/orders/{}", ready.code)).expect(200)["customer"]["client_code"].clone();
        let truck = s.get(ADMIN, "/v1/shipments").expect(200)["items"][0]["code"].as_str().unwrap().to_owned();
        let parcel = s.get(ADMIN, "/v1/parcels").expect(200)["items"][0].clone();
        let bag = s.post(WAREHOUSE, "/v1/bags", json!({})).expect(201)["code"].as_str().unwrap().to_owned();
        let stored = |by| s.get(by, "/v1/storage").expect(200)["items"].as_array().unwrap().len();
        let (truck, client) = (format!("/v1/shipments/{truck}"), format!("/v1/customers/{}", owner.as_str().unwrap()));
        let cells = "/v1/cells?branch=BISH".to_owned();
        s.put(ADMIN, "/v1/cells", json!({"branch": "BISH", "addresses": ["A-1"]})).expect(200);
        s.post(ADMIN, "/v1/cells/A-1/parcels", json!({"branch": "BISH", "barcodes": [parcel["barcode"]]})).expect(200);
        let bagged = torugart::db::schema::bag_parcels::table;
        s.app.db.write(|conn| {
            use diesel::prelude::*;
            use torugart::db::schema::{bag_parcels, bags};
            let id: String = bags::table.select(bags::id).first(conn)?;
            let parcel = parcel["id"].as_str().unwrap();
            let row = (bag_parcels::parcel_id.eq(parcel), bag_parcels::bag_id.eq(id), bag_parcels::added_at.eq(s.now().naive_utc()));
            Ok(diesel::insert_into(bagged).values(row).execute(conn)?)
        }).unwrap();
        let views = ["sorting", "load", "manifest", "customs-estimate"].map(|view| format!("{truck}/{view}"));
        let names_it = |by, path: &str| {
            let answer = s.get(by, path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            [parcel["barcode"].as_str().unwrap(), &ready.code, owner.as_str().unwrap()].iter().any(|said| answer.text.contains(said))
        };
        let bag = format!("/v1/bags/{bag}");
        let told: Vec<_> = views.iter().chain([&bag, &cells]).filter(|path| !path.ends_with("/load")).collect();
        for path in &told {
            assert!(names_it(CASHIER, path), "{path} at the own branch");
        }
        let accounts = ["", "/messages", "/channels"].map(|what| format!("{client}{what}"));
        for path in &accounts {
            s.get(CASHIER, path).expect(200);
        }
        assert_eq!(stored(CASHIER), 1);
        move_cashier_to_osh(s);
        for path in views.iter().chain([&bag]) {
            assert!(!names_it(CASHIER, path), "{path} at another branch");
        }
        for path in &told {
            assert!(names_it(OPERATOR, path), "{path} for an operator");
        }
        for path in accounts.iter().chain([&cells]) {
            s.get(CASHIER, path).expect_problem(404, "not_found");
            s.get(OPERATOR, path).expect(200);
        }
        let choice = json!({"language": "ky"});
        s.unchanged_by(|| s.put(CASHIER, &accounts[1], choice.clone())).expect_problem(404, "not_found");
        let laid = json!({"branch": "BISH", "barcodes": [parcel["barcode"]]});
        s.unchanged_by(|| s.post(CASHIER, "/v1/cells/A-1/parcels", laid.clone())).expect_problem(404, "not_found");
        assert_eq!((stored(CASHIER), stored(OPERATOR)), (1, 2));
    }
}
