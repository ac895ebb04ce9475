//! Steps of the warehouse side, for tests that go another way than [`Server::order`].

use serde_json::{Value, json};

use super::server::*;

/// A request by somebody else than [`request`]'s customer; `phone` is nine digits.
pub fn request_by(phone: &str, language: &str) -> Value {
    json!({
        "customer": {"name": "Эрмек Токтосунов", "phone": format!("+996{phone}"), "language": language},
        "items": [{"description": "Чайник", "quantity": 1}],
    })
}

/// The strings of a list, in its order.
pub fn words<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|item| item[member].as_str().expect("a word")).collect()
}

/// Sums are written with a space that does not break; a test is easier to read with a plain one.
pub fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

impl Server {
    /// An order that was bought and comes in these parcels.
    pub fn buy(&self, body: Value, numbers: &[&str]) -> String {
        let code = self.order_of(body, Until::Paid).code;
        let bought = json!({"marketplace": "1688", "tracking_numbers": numbers});
        self.post(OPERATOR, &format!("/v1/orders/{code}/purchase"), bought).expect(200);
        code
    }

    /// A forwarding order of the customer with this phone, with these numbers announced.
    pub fn forward(&self, phone: &str, numbers: &[&str]) -> String {
        let mut body = request_by(phone, "ru");
        body["kind"] = json!("forwarding");
        body["tracking_numbers"] = json!(numbers);
        self.post(ANYONE, "/v1/orders", body).expect(201)["code"].as_str().expect("a code").to_owned()
    }

    /// Receives a box of one kilogram.
    pub fn receive(&self, number: &str) -> Value {
        let body = json!({"tracking_number": number, "weight_g": 1000});
        self.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200)
    }

    /// Says what happened to a parcel.
    pub fn set_parcel(&self, parcel: &Value, status: &str) -> Answer {
        let path = format!("/v1/parcels/{}/status", parcel["id"].as_str().expect("an identifier"));
        self.post(WAREHOUSE, &path, json!({"status": status, "reason": "as told"}))
    }

    /// Calls a shipment.
    pub fn ship(&self, truck: &str, call: &str, body: Value) -> Answer {
        self.post(WAREHOUSE, &format!("/v1/shipments/{truck}/{call}"), body)
    }

    /// A truck to Bishkek that has left with these parcels.
    pub fn departed_with(&self, numbers: &[&str]) -> String {
        let truck = self.truck();
        let loaded = self.ship(&truck, "load", json!({"barcodes": numbers})).expect(200);
        assert_eq!(loaded["counts"], json!({"loaded": numbers.len()}), "{loaded}");
        self.ship(&truck, "depart", json!({})).expect(200);
        truck
    }

    /// The latest parcel with a courier's number.
    pub fn parcel(&self, number: &str) -> Value {
        self.get(ADMIN, &format!("/v1/parcels?tracking_number={number}")).expect(200)["items"][0].clone()
    }

    pub fn status(&self, code: &str) -> String {
        self.see(code)["status"].as_str().expect("a status").to_owned()
    }

    /// What the timeline of an order tells, oldest first.
    pub fn kinds(&self, code: &str) -> Vec<String> {
        words(&self.see(code)["timeline"], "kind").into_iter().map(str::to_owned).collect()
    }

    /// The messages about an order, oldest first.
    pub fn messages(&self, code: &str) -> Vec<Value> {
        let page = self.get(ADMIN, &format!("/v1/notifications?order={code}")).expect(200);
        let mut messages = page["items"].as_array().expect("a list").clone();
        messages.reverse();
        messages
    }

    /// The texts of the messages of one occasion and channel in the whole outbox, oldest first.
    pub fn told(&self, event: &str, channel: &str) -> Vec<String> {
        let page = self.get(ADMIN, "/v1/notifications?limit=200").expect(200);
        let items = page["items"].as_array().expect("a list");
        let fits = |item: &&Value| item["event"] == event && item["channel"] == channel;
        items.iter().rev().filter(fits).map(|item| item["text"].as_str().expect("a text").to_owned()).collect()
    }
}
