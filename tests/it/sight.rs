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
}
