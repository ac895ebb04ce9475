//! `docs/access.json` says in a form that machines read who may make each call; this holds it against the service.

use serde_json::{Value, json};
use torugart::app::access::Who;
use torugart::app::route::Route;
use torugart::app::routes;
use torugart::ids::Role;

use crate::contract::{document, filled, knock, operation, shape};
use crate::harness::server::*;

const MATRIX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access.json");

/// What the door says to those who carry no token.
fn to_a_stranger(who: Who) -> &'static str {
    if who == Who::Anyone { "allowed" } else { "401" }
}

fn to_a_customer(who: Who) -> &'static str {
    if who.allows_customers() { "allowed" } else { "403" }
}

fn to_staff(who: Who, role: Role) -> &'static str {
    if who.allows(role) { "allowed" } else { "403" }
}

fn row(route: &Route) -> String {
    let mut members = vec![
        format!("\"call\": {}", json!(format!("{} {}", route.method, route.path))),
        format!("\"anonymous\": \"{}\"", to_a_stranger(route.who)),
        format!("\"customer\": \"{}\"", to_a_customer(route.who)),
    ];
    for role in [Role::Operator, Role::Cashier, Role::Warehouse, Role::Auditor, Role::Admin] {
        members.push(format!("\"{role}\": \"{}\"", to_staff(route.who, role)));
    }
    format!("  {{{}}}", members.join(", "))
}

/// The file as the table of calls has it. `TORUGART_WRITE_ACCESS=1` writes it anew; then a person reads the difference.
fn drawn() -> String {
    format!("[\n{}\n]\n", routes().iter().map(row).collect::<Vec<_>>().join(",\n"))
}

fn matrix() -> Vec<Value> {
    serde_json::from_str(&std::fs::read_to_string(MATRIX).expect("docs/access.json")).expect("an array of rows")
}

#[test]
fn the_matrix_has_a_row_for_every_call_and_no_other() {
    if std::env::var_os("TORUGART_WRITE_ACCESS").is_some() {
        std::fs::write(MATRIX, drawn()).unwrap();
    }
    let (written, drawn) = (std::fs::read_to_string(MATRIX).unwrap(), drawn());
    for line in drawn.lines() {
        assert!(written.contains(line.trim_end_matches(',')), "docs/access.json has no row {line}");
    }
    assert_eq!(written, drawn, "docs/access.json has rows of calls that are not there");
}

on_both! {
    fn every_call_answers_every_role_as_the_matrix_says(s: &Server) {
        let (before, routes) = (s.state(), routes());
        for row in matrix() {
            let call = row["call"].as_str().unwrap();
            let route = routes.iter().find(|route| format!("{} {}", route.method, route.path) == call);
            let route = route.unwrap_or_else(|| panic!("{call} is not there"));
            let callers = Role::ALL.iter().map(|role| (role.to_string(), As::Staff(*role)));
            for (name, by) in callers.chain([("anonymous".to_owned(), ANYONE)]) {
                let answer = knock(s, by, route);
                match row[&name].as_str().unwrap() {
                    "allowed" => assert!(![401, 403].contains(&answer.status), "{call} {name}: {}", answer.text),
                    refusal => assert_eq!(answer.status.to_string(), refusal, "{call} {name}: {}", answer.text),
                }
            }
        }
        assert!(before == s.state(), "a knock at the door changed something");
    }

    fn a_field_that_nobody_knows_is_refused_wherever_it_stands(s: &Server) {
        let (document, before) = (document(s), s.state());
        let mut tried = 0;
        // Calls of customers let no admin in, and are refused by the same reader of bodies.
        for route in routes().iter().filter(|route| route.takes.is_some() && route.who.allows(Role::Admin)) {
            let schema = shape(&document, &operation(&document, route)["requestBody"]["content"]);
            let example = &schema["example"];
            let mut places = Vec::new();
            objects(&document, schema, example, String::new(), &mut places);
            for place in places {
                let which = format!("{} {} {place}", route.method, route.path);
                let mut body = example.clone();
                body.pointer_mut(&place).unwrap()["is_admin"] = json!(true);
                let key = uuid::Uuid::now_v7().to_string();
                let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
                let answer = s.send(route.method.as_str(), ADMIN, &filled(route), &headers, &body.to_string());
                assert_eq!(answer.status, 422, "{which}: {}", answer.text);
                assert!(answer.text.contains("is_admin"), "{which}: {}", answer.text);
                tried += 1;
            }
        }
        assert!(tried > 60, "{tried}");
        assert!(before == s.state());
    }
}

/// The places of an example at which an object with fixed members stands. Each must be closed in the document.
fn objects(document: &Value, schema: &Value, value: &Value, at: String, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return objects(document, document.pointer(&reference[1..]).unwrap(), value, at, found);
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten().filter(|choice| choice["type"] != "null") {
        objects(document, choice, value, at.clone(), found);
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        objects(document, &schema["items"], item, format!("{at}/{n}"), found);
    }
    let Some(members) = value.as_object() else { return };
    let is_map = schema["additionalProperties"].is_object();
    if !is_map && schema["properties"].is_object() {
        assert_eq!(schema["additionalProperties"], false, "{at} of {schema} is open in the document");
        found.push(at.clone());
    }
    for (name, member) in members {
        objects(document, &schema["properties"][name], member, format!("{at}/{name}"), found);
    }
}
