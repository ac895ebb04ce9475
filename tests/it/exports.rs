//! Lists as files: all rows that fit, numbers that stay numbers, nothing that runs, and a line in the trail.

use serde_json::{Value, json};
use torugart::sheets::{self, Cell, Sheet};

use crate::harness::server::*;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A list as a file that a cashier gets.
fn sheet(s: &Server, path: &str) -> Sheet {
    let (status, content_type, bytes) = s.file(path, "*/*");
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
    assert!([XLSX, "text/csv; charset=utf-8"].contains(&content_type.as_str()), "{content_type}");
    sheets::read(&bytes).unwrap().sheets.remove(0)
}

/// The cells of a column, below its title.
fn column(sheet: &Sheet, title: &str) -> Vec<String> {
    let at = sheet.rows[0].cells.iter().position(|cell| cell.shown() == title).unwrap_or_else(|| panic!("no {title}"));
    sheet.rows[1..].iter().map(|row| row.cell(at).shown().into_owned()).collect()
}

fn exported(s: &Server) -> Vec<Value> {
    let page = s.get(AUDITOR, "/v1/audit?limit=200").expect(200);
    let is_export = |line: &&Value| line["action"] == "list.exported";
    page["items"].as_array().unwrap().iter().filter(is_export).cloned().collect()
}

on_both! {
    fn a_list_of_orders_is_a_file_with_every_page_of_it(s: &Server) {
        let codes: Vec<_> = (0..3).map(|_| s.order(Until::Requested).code).collect();
        let quoted = s.order(Until::Confirmed).code;
        for form in ["xlsx", "csv", "csv&delimiter=comma", "csv&delimiter=tab", "csv&delimiter=%3B"] {
            let all = sheet(s, &format!("/v1/orders?format={form}"));
            let expected: Vec<_> = [&quoted].into_iter().chain(codes.iter().rev()).cloned().collect();
            assert_eq!(column(&all, "code"), expected, "{form}: newest first, as the list");
            assert_eq!(column(&all, "phone")[0], "996 700 123 456");
            assert_eq!(column(&all, "created_at")[0], "2026-05-25 15:00:00", "by the clocks of Bishkek");
            assert_eq!(column(&all, "client_code")[0], s.see(&quoted)["customer"]["client_code"].as_str().unwrap());
            let some = sheet(s, &format!("/v1/orders?status=requested&format={form}"));
            assert_eq!(column(&some, "code").len(), 3, "{form}: the same filters");
        }
        let tyiyn = s.see(&quoted)["balance"]["amount"].as_i64().unwrap();
        let xlsx = sheet(s, "/v1/orders?format=xlsx&status=confirmed");
        let balance = xlsx.rows[1].cell(6);
        assert!(matches!(balance, Cell::Number(_)) && balance.shown() == (tyiyn / 100).to_string(), "{balance:?}");
        let (headers, bytes) = s.download(AUDITOR, "/v1/orders?format=csv&status=confirmed");
        assert_eq!(headers["content-disposition"], "attachment; filename=\"orders-2026-05-25.csv\"");
        assert_eq!((&headers["vary"], headers["content-length"].to_str().unwrap()), (&"Accept".parse().unwrap(), bytes.len().to_string().as_str()));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("\u{feff}code;kind;status;") && text.ends_with("\r\n"), "{text}");
        assert!(text.contains(&format!(";{},{:02};", tyiyn / 100, tyiyn % 100)), "{text}");
    }

    fn what_a_file_is_says_the_query_then_accept(s: &Server) {
        for (path, accept, content_type) in [
            ("/v1/orders", "*/*", "application/json"),
            ("/v1/orders", "text/csv", "text/csv; charset=utf-8"),
            ("/v1/parcels", XLSX, XLSX),
            ("/v1/shipments", "text/html, text/csv;q=0.5", "text/csv; charset=utf-8"),
            ("/v1/notifications?format=json", "text/csv", "application/json"),
            ("/v1/notifications?format=xlsx", "application/json", XLSX),
        ] {
            assert_eq!(s.file(path, accept).1, content_type, "{path} {accept}");
        }
        for query in ["format=pdf", "format=", "format=csv&delimiter=space"] {
            s.get(CASHIER, &format!("/v1/orders?{query}")).expect_problem(400, "malformed_request");
        }
        let paged = s.get(CASHIER, "/v1/orders?format=csv&limit=5").expect_problem(422, "validation_failed");
        assert_eq!(paged["errors"][0]["pointer"], "?limit");
        s.get(CASHIER, "/v1/orders?format=csv&branch=MOON").expect_problem(422, "validation_failed");
        assert_eq!(exported(s).len(), 4, "a refusal leaves no trace");
    }

    fn parcels_trucks_and_messages_come_with_the_codes_that_people_know(s: &Server) {
        let example = s.order(Until::Arrived);
        let parcel = s.parcel(&example.tracking_number);
        let parcels = sheet(s, &format!("/v1/parcels?shipment={}&format=xlsx", example.shipment));
        for (title, expected) in [
            ("barcode", parcel["barcode"].as_str().unwrap()),
            ("tracking_number", &example.tracking_number),
            ("order_code", &example.code),
            ("status", "arrived"),
            ("weight_kg", "4.3"),
            ("shipment", &example.shipment),
            ("branch", "BISH"),
        ] {
            assert_eq!(column(&parcels, title), [expected], "{title}");
        }
        let trucks = sheet(s, "/v1/shipments?format=csv");
        assert_eq!((column(&trucks, "code"), column(&trucks, "to_branch")), (vec![example.shipment], vec!["BISH".to_owned()]));
        let messages = sheet(s, &format!("/v1/notifications?order={}&format=xlsx", example.code));
        assert_eq!(column(&messages, "order_code").len(), s.messages(&example.code).len());
        assert!(column(&messages, "recipient").iter().all(|to| to.contains("***")), "as in the list");
    }

    fn cash_shifts_come_with_their_sums(s: &Server) {
        let opened = s.post(CASHIER, "/v1/cash-shifts", json!({"opening": {"1000": 2}})).expect(201);
        let code = s.order(Until::Confirmed).code;
        let paid = s.pay_balance(&code)["amount"]["amount"].as_i64().unwrap();
        let key = format!("/v1/cash-shifts/{}/close", opened["id"].as_str().unwrap());
        let counted = som(200_000 + paid - 10_000);
        s.post(CASHIER, &key, json!({"counted": counted, "explanation": "-100"})).expect(200);
        let shifts = sheet(s, "/v1/cash-shifts?state=closed&format=xlsx");
        let whole = |tyiyn: i64| (tyiyn / 100).to_string();
        for (title, expected) in [
            ("branch", "BISH".to_owned()),
            ("opening_kgs", "2000".to_owned()),
            ("cash_in_kgs", whole(paid)),
            ("expected_kgs", whole(200_000 + paid)),
            ("counted_kgs", whole(200_000 + paid - 10_000)),
            ("difference_kgs", "-100".to_owned()),
            ("explanation", "'-100".to_owned()),
        ] {
            assert_eq!(column(&shifts, title), [expected], "{title}");
        }
        assert!(column(&sheet(s, "/v1/cash-shifts?state=open&format=csv"), "till").is_empty());
    }

    fn nothing_in_a_file_runs(s: &Server) {
        let mut body = request();
        for (name, form) in ["=HYPERLINK(\"http://evil\")", "+1+1", "-2+3", "@SUM(A1)", "'=1", "\"; =1"].iter().zip(["xlsx", "csv"].iter().cycle()) {
            body["customer"]["name"] = json!(name);
            let code = s.post(ANYONE, "/v1/orders", body.clone()).expect(201)["code"].as_str().unwrap().to_owned();
            s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
            let all = sheet(s, &format!("/v1/orders?format={form}"));
            let shown = column(&all, "name").remove(0);
            assert_eq!(shown.trim_start_matches('\''), name.trim_start_matches('\''), "{form}");
            for cell in all.rows.iter().flat_map(|row| &row.cells) {
                let runs = matches!(cell, Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0']));
                assert!(!runs, "{cell:?}");
            }
        }
    }

    fn who_takes_a_list_away_is_in_the_trail(s: &Server) {
        s.order(Until::Requested);
        s.get(CASHIER, "/v1/orders").expect(200);
        assert_eq!(exported(s), Vec::<Value>::new(), "a page is no export");
        s.download(OPERATOR, "/v1/orders?status=requested&phone=0700123456&format=csv");
        let [line] = exported(s).try_into().unwrap();
        assert_eq!((&line["by"], &line["role"], &line["object"]), (&json!("operator"), &json!("operator"), &json!("orders")));
        assert_eq!(line["detail"], json!({"form": "csv", "filters": {"phone": "***", "status": "requested"}, "rows": 1}));
        s.download(AUDITOR, "/v1/orders?format=xlsx");
        assert_eq!(exported(s)[0]["detail"], json!({"form": "xlsx", "filters": {}, "rows": 1}));
    }
}

/// A list longer than a page, and one row longer than is allowed.
fn a_long_list(url: &str) {
    let s = Server::start_with(url, |config| config.server.export_rows = 450);
    let add = |from: i32, to: i32| {
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
             INSERT INTO shipments (id, code, route, vehicle, to_branch_id, status, created_at) \
             SELECT '0190b5a4-7b8e-7c3d-9a51-' || CAST(100000000000 + i AS TEXT), 'SH-X-' || CAST(i AS TEXT), 'r', 'v', \
             (SELECT MIN(id) FROM branches), 'loading', '2026-05-25 09:00:00' FROM n"
        );
        s.app.db.write(|conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(&sql), conn)?)).unwrap();
    };
    add(1, 450);
    for form in ["csv", "xlsx"] {
        let all = column(&sheet(&s, &format!("/v1/shipments?format={form}")), "code");
        assert_eq!(all, (1..=450).rev().map(|i| format!("SH-X-{i}")).collect::<Vec<_>>());
    }
    add(451, 451);
    for form in ["csv", "xlsx"] {
        let refused = s.unchanged_by(|| s.get(CASHIER, &format!("/v1/shipments?format={form}")));
        let problem = refused.expect_problem(422, "validation_failed");
        assert_eq!((&problem["most_rows"], exported(&s).len()), (&json!(450), 2));
        assert!(problem["detail"].as_str().unwrap().contains("narrow"), "{problem}");
    }
}

#[test]
fn a_long_list_is_whole_or_refused_on_sqlite() {
    let (_folder, url) = sqlite_database();
    a_long_list(&url);
}

#[test]
fn a_long_list_is_whole_or_refused_on_postgres() {
    if let Some(url) = postgres_database("exports::a_long_list_is_whole_or_refused_on_postgres") {
        a_long_list(&url);
    }
}
