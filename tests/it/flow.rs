//! One order from request to pickup, through the API alone.

use serde_json::json;

use crate::harness::server::*;

on_both! {
    fn an_order_goes_all_the_way(s: &Server) {
        let example = s.order(Until::PickedUp);
        let order = s.see(&example.code);
        assert_eq!(order["status"], "picked_up");
        assert_eq!(order["balance"], som(0));
        let statuses: Vec<_> = order["timeline"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(statuses, [
            "order_requested", "order_quoted", "order_confirmed", "payment_received", "order_paid", "order_purchased",
            "parcel_registered", "parcel_received", "parcel_packed", "shipment_departed", "freight_charged",
            "parcel_arrived", "order_ready", "payment_received", "parcel_handed_over", "order_picked_up",
        ]);
        let track = s.get(ANYONE, &format!("/v1/track/{}?lang=en", example.code)).expect(200);
        assert_eq!(track["status_text"], "Picked up");
        assert_eq!(track.get("customer"), None);
        let _ = json!({});
    }
}
