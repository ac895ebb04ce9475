//! No call reads a large table as a whole: what the service sends is explained by either database.

use torugart::app::routes;

use crate::harness::plans::complaint;
use crate::harness::server::*;

/// The lists with what they can be asked for, which the walk does not.
const LISTS: &[&str] = &[
    "/v1/orders?status=quoted",
    "/v1/orders?q=qwerty",
    "/v1/orders?q=q",
    "/v1/orders?phone=%2B996700123456",
    "/v1/orders?branch=BISH",
    "/v1/orders?from=2026-05-24T00:00:00Z&to=2026-05-26T00:00:00Z",
    "/v1/orders?uncollected=true",
    "/v1/parcels?status=arrived",
    "/v1/parcels?tracking_number=YT8812345678901",
    "/v1/notifications?state=pending",
    "/v1/unclaimed?q=qwerty",
];

on_both! {
    fn an_index_serves_every_statement_of_every_call(s: &Server) {
        crate::audit_walk::every_call_that_changes_something_leaves_one_line_in_the_trail::body(s);
        let walked = s.order(Until::Received);
        for route in routes().into_iter().filter(|route| route.method == "GET") {
            let path = route.path.replace("{code}", &walked.code);
            if !path.contains('{') {
                s.get(ADMIN, &path);
                s.get(ANYONE, &path);
                s.get(CASHIER, &path);
            }
        }
        for list in LISTS {
            s.get(ADMIN, list).expect(200);
            s.get(CASHIER, list);
        }
        s.post(ADMIN, "/v1/storage/sweep", serde_json::json!({}));
        s.assert_indexes_serve();
    }

    fn a_statement_that_reads_a_large_table_as_a_whole_is_complained_about(s: &Server) {
        let url = s.app.config.database.url().unwrap();
        let complains = |sql: &str| complaint(&url, sql).is_some();
        for whole in [
            "SELECT code FROM orders WHERE name = 'x'",
            "SELECT code FROM orders WHERE search LIKE '%x%' ORDER BY id DESC LIMIT 50",
            "UPDATE parcels SET note = NULL WHERE condition = 'dry'",
            "DELETE FROM tallies WHERE count = 3",
            "SELECT o.code FROM branches b JOIN orders o ON o.marketplace = b.code WHERE b.kind = 'pickup_point'",
        ] {
            assert!(complains(whole), "{whole}");
        }
        for served in [
            "SELECT code FROM orders WHERE phone = 'x' ORDER BY id DESC LIMIT 50",
            "SELECT code FROM branches",
            "UPDATE parcels SET note = NULL WHERE barcode = 'x'",
            "SELECT code FROM orders WHERE pickup_point_id IN (SELECT id FROM branches WHERE kind = 'pickup_point')",
        ] {
            assert!(!complains(served), "{served}");
        }
    }
}
