//! The table of calls, the doors in front of them, and the document that describes them: three views of one thing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use torugart::app::access::{Key, Who};
use torugart::app::route::Route;
use torugart::app::routes;
use torugart::code::OrderCode;
use torugart::ids::Role;

use crate::harness::server::*;

/// The address with every name filled in by something that looks right and does not exist.
pub fn filled(route: &Route) -> String {
    let code = OrderCode::generate("TG").to_string();
    let id = uuid::Uuid::now_v7().to_string();
    route
        .path
        .replace("{code}", &code)
        .replace("{id}", &id)
        .replace("{slug}", "balance_due")
        .replace("{client_code}", "KG-99999")
        .replace("{receipt_no}", "BISH-2026-999999")
        .replace("{provider}", "freedom_pay")
        .replace("{secret}", "guess")
        .replace("{address}", "A-03-2")
        .replace("{n}", "1")
        .replace("{branch}", "GZ")
}

/// A call with nonsense for a body: whoever may not come in must not learn that it is nonsense.
pub fn knock(s: &Server, by: As, route: &Route) -> Answer {
    s.send(route.method.as_str(), by, &filled(route), &[("content-type", "text/plain")], "{nonsense")
}

pub fn document(s: &Server) -> Value {
    s.get(ANYONE, "/openapi.json").expect(200)
}

/// Every value of a key, anywhere in a document.
fn all_of<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == key {
                    found.extend(member.as_str());
                }
                all_of(member, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all_of(item, key, found)),
        _ => {}
    }
}

pub fn operation<'a>(document: &'a Value, route: &Route) -> &'a Value {
    &document["paths"][route.path][route.method.as_str().to_lowercase()]
}

/// The component that a body refers to.
pub fn shape<'a>(document: &'a Value, content: &'a Value) -> &'a Value {
    let name = content["application/json"]["schema"]["$ref"].as_str().expect("a named shape");
    document.pointer(name.strip_prefix('#').unwrap()).expect("a known shape")
}

on_both! {
    fn every_door_is_shut_to_those_without_a_token(s: &Server) {
        let before = s.state();
        for route in routes() {
            let answer = knock(s, ANYONE, &route);
            if route.who == Who::Anyone {
                assert!(![401, 403].contains(&answer.status), "{} {}: {}", route.method, route.path, answer.text);
            } else {
                answer.expect_problem(401, "unauthenticated");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            }
        }
        assert!(before == s.state());
    }

    fn every_door_is_shut_to_the_wrong_role_and_open_to_the_right_one(s: &Server) {
        let before = s.state();
        for route in routes() {
            for role in Role::ALL {
                let answer = knock(s, As::Staff(*role), &route);
                if route.who.allows(*role) {
                    assert!(![401, 403].contains(&answer.status), "{role} {} {}: {}", route.method, route.path, answer.text);
                } else {
                    answer.expect_problem(403, "forbidden");
                }
                assert!(answer.status < 500, "{role} {} {}: {}", route.method, route.path, answer.text);
            }
        }
        assert!(before == s.state(), "a knock at the door changed something");
    }
}

#[test]
fn an_auditor_changes_nothing_and_only_the_listed_calls_are_public() {
    let open: BTreeSet<String> = routes()
        .iter()
        .filter(|route| route.who == Who::Anyone && route.path.starts_with("/v1/"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let expected = [
        "GET /v1/branches",
        "GET /v1/orders/{code}/transfer-claims",
        "GET /v1/track/{code}",
        "POST /v1/acquirers/mkassa/callback/{secret}",
        "POST /v1/acquirers/{provider}/callback",
        "POST /v1/auth/code",
        "POST /v1/auth/code/verify",
        "POST /v1/auth/login",
        "POST /v1/auth/refresh",
        "POST /v1/auth/setup",
        "POST /v1/estimate",
        "POST /v1/orders",
        "POST /v1/orders/{code}/confirm",
        "POST /v1/orders/{code}/decline",
        "POST /v1/orders/{code}/telegram",
        "POST /v1/orders/{code}/transfer-claims",
        "POST /v1/sms/reports/{secret}",
        "POST /v1/telegram/updates",
        "POST /v1/track/{code}/details",
        "PUT /v1/orders/{code}/transfer-claims/{id}/photo",
    ];
    assert_eq!(open.iter().collect::<Vec<_>>(), expected);
    for route in routes().iter().filter(|route| route.who != Who::Anyone && route.method != "GET") {
        let own_account = route.path == "/v1/auth/logout" || route.path.starts_with("/v1/me/");
        assert_eq!(route.who.allows(Role::Auditor), own_account, "{} {}", route.method, route.path);
    }
}

#[test]
fn calls_that_move_money_or_goods_require_a_key() {
    let required: BTreeSet<_> =
        routes().iter().filter(|route| route.key == Key::Required).map(|route| route.path).collect();
    let expected = [
        "/v1/cash-shifts/{id}/close",
        "/v1/cash-shifts/{id}/movements",
        "/v1/customers/{client_code}/credit/pay-out",
        "/v1/manifests/{id}/commit",
        "/v1/orders/{code}/corrections",
        "/v1/orders/{code}/credit/keep",
        "/v1/orders/{code}/credit/use",
        "/v1/orders/{code}/hand-over",
        "/v1/orders/{code}/journals/{id}/reverse",
        "/v1/orders/{code}/payments",
        "/v1/orders/{code}/refunds",
        "/v1/orders/{code}/write-offs",
        "/v1/statements/{id}/lines/{n}/confirm",
        "/v1/transfer-claims/{id}/approve",
    ];
    assert_eq!(required.into_iter().collect::<Vec<_>>(), expected);
    for route in routes() {
        // Tokens are not kept, so they cannot be given again; a refresh knows its own way of being repeated. A payment
        // provider repeats as it likes, and every repeat is kept. An estimate changes nothing, nor does a report of SMSPRO.
        // A link to Telegram is a key, and Telegram numbers what it tells. A click says nothing new the second time.
        // Browsers send forms without a key, or bring their own in the form; what opens details changes nothing of an order.
        // Who is signed out or erased cannot be given an answer again.
        let own_ways = [
            "/t/",
            "/v1/track/",
            "/v1/auth/",
            "/v1/me/",
            "/v1/acquirers/",
            "/v1/estimate",
            "/v1/sms/reports/",
            "/v1/telegram/",
            "/unsubscribe/",
            "/v1/notifications/preview",
            "/v1/orders/{code}/telegram",
            "/request",
            "/my",
            "/v1/my/sign-out",
            "/v1/my/erase",
        ];
        let is_own_way = own_ways.iter().any(|own| route.path.starts_with(own));
        let is_ignored = route.method != "POST" || is_own_way;
        assert_eq!(route.key == Key::Ignored, is_ignored, "{} {}", route.method, route.path);
    }
}

on_both! {
    fn the_document_lists_the_calls_of_the_table_and_no_other(s: &Server) {
        let document = document(s);
        assert_eq!(document["openapi"].as_str().map(|version| &version[..4]), Some("3.1."));
        assert_eq!(document["servers"][0]["url"], s.app.config.business.public_url, "what an importer sends to");
        let mut listed = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            listed.extend(operations.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let table: BTreeSet<_> = routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(listed, table);
        assert_eq!(table.len(), routes().len(), "a call is in the table twice");
        let mut ids = Vec::new();
        all_of(&document["paths"], "operationId", &mut ids);
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), table.len(), "two calls share an operationId");
    }

    fn the_document_tells_of_each_call_what_the_table_tells(s: &Server) {
        let document = document(s);
        for route in routes() {
            let operation = operation(&document, &route);
            let which = format!("{} {}", route.method, route.path);
            let is_open = operation["security"].as_array().unwrap().contains(&json!({}));
            assert_eq!(is_open, route.who == Who::Anyone, "{which}: security");
            let token = |name: &str| operation["security"].as_array().unwrap().contains(&json!({name: []}));
            assert_eq!(token("staff"), route.who != Who::Customer, "{which}: a token of staff");
            assert_eq!(token("customer"), route.who.allows_customers(), "{which}: a token of a customer");
            let none = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&none);
            let key = parameters.iter().find(|parameter| parameter["in"] == "header");
            let told = key.map(|key| (key["name"].as_str().unwrap(), key["required"] == true));
            let expected = match route.key {
                Key::Ignored => None,
                key => Some(("Idempotency-Key", key == Key::Required)),
            };
            assert_eq!(told, expected, "{which}: key");
            let in_path = |parameter: &&Value| parameter["in"] == "path" && parameter["required"] == true;
            assert_eq!(parameters.iter().filter(in_path).count(), route.path.matches('{').count(), "{which}: names");
            assert!(parameters.iter().filter(in_path).all(|name| name["example"].is_string()), "{which}: examples");
            let takes_any = route.takes.is_some() || !route.takes_file.is_empty();
            assert_eq!(operation["requestBody"].is_null(), !takes_any, "{which}: body");
            for media_type in route.takes_file {
                assert!(operation["requestBody"]["content"][media_type].is_object(), "{which}: {media_type}");
            }
            assert_eq!(takes_any, ["POST", "PUT", "PATCH"].contains(&route.method.as_str()), "{which}: body");
            let success = &operation["responses"][route.gives.0.to_string()];
            assert!(success.is_object(), "{which}: {}", operation["responses"]);
            assert_eq!(success["content"].is_null(), route.gives.1.is_none(), "{which}: answer");
            for media_type in route.also {
                assert!(success["content"][media_type].is_object(), "{which}: {media_type}");
            }
            assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object(), "{which}: refusal");
        }
    }

    fn every_reference_of_the_document_leads_somewhere(s: &Server) {
        let document = document(s);
        let mut references = Vec::new();
        all_of(&document, "$ref", &mut references);
        assert!(references.len() > 90, "{}", references.len());
        let is_lost = |reference: &&&str| document.pointer(&reference[1..]).is_none();
        assert_eq!(references.iter().filter(is_lost).collect::<BTreeSet<_>>(), BTreeSet::new());
    }

    fn every_body_has_an_example_that_we_accept_ourselves(s: &Server) {
        let document = document(s);
        // Those of one's own account take one's own password.
        let is_own = |path: &str| path == "/v1/auth/logout" || path.starts_with("/v1/me/");
        for route in routes().iter().filter(|route| route.takes.is_some() && !is_own(route.path)) {
            let which = format!("{} {}", route.method, route.path);
            let example = &shape(&document, &operation(&document, route)["requestBody"]["content"])["example"];
            assert!(example.is_object(), "{which} has no example");
            let key = uuid::Uuid::now_v7().to_string();
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let answer = s.send(route.method.as_str(), ADMIN, &filled(route), &headers, &example.to_string());
            assert!(![400, 415, 422].contains(&answer.status) && answer.status < 500, "{which} {example}: {}", answer.text);
        }
    }

    fn what_we_answer_is_what_the_document_says(s: &Server) {
        let document = document(s);
        let example = s.order(Until::PickedUp);
        let code = example.code.as_str();
        let claimed = s.order(Until::Confirmed).code;
        let claim = json!({"amount": som(9_900_000), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"});
        s.post(ADMIN, &format!("/v1/orders/{claimed}/transfer-claims"), claim).expect(201);
        let statement = format!("Дата;Кредит;Назначение\n21.05.2026;5,00;{code}\n");
        let statement = s.upload("POST", CASHIER, "/v1/statements", "text/csv", statement.as_bytes()).expect(201);
        for (path, at) in [
            ("/v1/orders", "/v1/orders".to_owned()),
            ("/v1/orders/{code}", format!("/v1/orders/{code}")),
            ("/v1/orders/{code}/ledger", format!("/v1/orders/{code}/ledger")),
            ("/v1/orders/{code}/transfer-claims", format!("/v1/orders/{claimed}/transfer-claims")),
            ("/v1/transfer-claims", "/v1/transfer-claims".to_owned()),
            ("/v1/track/{code}", format!("/v1/track/{code}")),
            ("/v1/me", "/v1/me".to_owned()),
            ("/v1/staff", "/v1/staff".to_owned()),
            ("/v1/branches", "/v1/branches".to_owned()),
            ("/v1/rates", "/v1/rates".to_owned()),
            ("/v1/tariffs", "/v1/tariffs".to_owned()),
            ("/v1/parcels", "/v1/parcels".to_owned()),
            ("/v1/unclaimed", "/v1/unclaimed".to_owned()),
            ("/v1/orders/{code}/photos", format!("/v1/orders/{code}/photos")),
            ("/v1/cells", "/v1/cells".to_owned()),
            ("/v1/storage", "/v1/storage".to_owned()),
            ("/v1/shipments", "/v1/shipments".to_owned()),
            ("/v1/shipments/{code}", format!("/v1/shipments/{}", example.shipment)),
            ("/v1/shipments/{code}/manifest", format!("/v1/shipments/{}/manifest", example.shipment)),
            ("/v1/shipments/{code}/customs-estimate", format!("/v1/shipments/{}/customs-estimate", example.shipment)),
            ("/v1/customs/rules", "/v1/customs/rules".to_owned()),
            ("/v1/notifications", "/v1/notifications".to_owned()),
            ("/v1/audit", "/v1/audit".to_owned()),
            ("/v1/statements", "/v1/statements".to_owned()),
            ("/v1/statements/{id}", format!("/v1/statements/{}", statement["id"].as_str().unwrap())),
        ] {
            let schema = shape(&document, &document["paths"][path]["get"]["responses"]["200"]["content"]);
            fits(&document, schema, &s.get(ADMIN, &at).expect(200), path);
        }
    }
}

#[test]
fn a_name_in_the_document_means_one_shape() {
    let mut known = BTreeMap::new();
    for route in routes() {
        for (name, schema) in route.takes.into_iter().chain(route.gives.1).flat_map(|shape| shape().schemas) {
            if let Some(other) = known.insert(name.clone(), schema.clone()) {
                assert!(other == schema, "{} {}: {name} has two shapes", route.method, route.path);
            }
        }
    }
}

/// Checks members and types of a value against a schema: as much of JSON Schema as our document uses.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(document, document.pointer(&reference[1..]).unwrap(), value, at);
    }
    if let Some(one_of) = schema["oneOf"].as_array() {
        let alternative = one_of.iter().find(|schema| (schema["type"] == "null") == value.is_null());
        return fits(document, alternative.unwrap_or_else(|| panic!("{at}: {value} fits nothing")), value, at);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = &schema["type"];
    let is_listed = types == kind || types.as_array().is_some_and(|types| types.contains(&json!(kind)));
    assert!(is_listed || types.is_null(), "{at}: {value} is not {types}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(value.is_null() || words.contains(value), "{at}: {value} is none of {words:?}");
    }
    for item in value.as_array().into_iter().flatten() {
        fits(document, &schema["items"], item, &format!("{at}[]"));
    }
    let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object()) else { return };
    for (name, member) in members {
        let schema = properties.get(name).unwrap_or_else(|| panic!("{at}: {name} is not in the document"));
        fits(document, schema, member, &format!("{at}.{name}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(members.contains_key(name), "{at}: {name} is required and missing");
    }
}
