//! Labels of parcels: what they say, the forms they come in, whose they are.

use serde_json::{Value, json};

use crate::harness::server::*;

/// The label of a parcel in ZPL.
fn zpl(s: &Server, parcel: &Value) -> String {
    let answer = s.get(AUDITOR, &format!("{}?format=zpl", path(parcel)));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zpl")), "{}", answer.text);
    answer.text
}

fn path(parcel: &Value) -> String {
    format!("/v1/parcels/{}/label", parcel["id"].as_str().unwrap())
}

/// The texts of the fields of each label.
fn fields(zpl: &str) -> Vec<Vec<String>> {
    let text = |field: &str| field.split("^FS").next().unwrap().to_owned();
    zpl.split("^XZ\n")
        .filter(|label| !label.is_empty())
        .map(|label| label.split("^FD").skip(1).map(text).collect())
        .collect()
}

/// The barcodes of all labels of one file.
fn barcodes(s: &Server, mut body: Value) -> Vec<String> {
    body["format"] = json!("zpl");
    let answer = s.post(CASHIER, "/v1/labels", body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    // The end of an order code may begin with a P, too.
    let is_barcode = |text: &&String| text.starts_with('P') && text.len() == 12;
    fields(&answer.text).iter().map(|label| label.iter().find(is_barcode).unwrap().clone()).collect()
}

fn barcode(parcel: &Value) -> String {
    parcel["barcode"].as_str().unwrap().to_owned()
}

on_both! {
    fn a_label_says_whose_parcel_it_is_and_where_it_goes(s: &Server) {
        let code = s.buy(request(), &["YT5000000000001", "YT5000000000002"]);
        s.receive("YT5000000000001");
        let (first, second) = (s.parcel("YT5000000000001"), s.parcel("YT5000000000002"));
        let client = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let (head, tail) = code.split_at(9);
        let link = format!("MA,{}/t/{code}", s.app.config.business.public_url);
        let own = barcode(&first);
        let expected = [&client, head, tail, "BISH", "1/2", &link, &own, &own, "1 kg"];
        assert_eq!(fields(&zpl(s, &first)), [expected.map(str::to_owned)]);
        let own = barcode(&second);
        let expected = [&client, head, tail, "BISH", "2/2", &link, &own, &own];
        assert_eq!(fields(&zpl(s, &second)), [expected.map(str::to_owned)], "not weighed yet");
        s.set_parcel(&first, "lost").expect(200);
        assert!(fields(&zpl(s, &second))[0].contains(&"1/1".to_owned()), "nobody waits for a lost one");
        assert!(!fields(&zpl(s, &first))[0].iter().any(|text| text.ends_with("/1")));
    }

    fn a_box_of_nobody_has_a_label_too(s: &Server) {
        let body = json!({"tracking_number": "YT5000000000009", "weight_g": 12_050});
        let parcel = s.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
        assert_eq!(parcel["status"], "unclaimed");
        let own = barcode(&parcel);
        let expected = ["???", "YT5000000000009", &own, &own, "12.05 kg"];
        assert_eq!(fields(&zpl(s, &parcel)), [expected.map(str::to_owned)]);
        let marked = json!({"client_code": "KG-99999", "weight_g": 500});
        let marked = s.post(WAREHOUSE, "/v1/parcels/receive", marked).expect(200);
        assert_eq!(fields(&zpl(s, &marked))[0][0], "KG-99999", "what is written on it");
    }

    fn a_label_comes_as_asked(s: &Server) {
        let parcel = s.parcel(&s.order(Until::Received).tracking_number);
        for (query, accept, kind, start) in [
            ("", "*/*", "application/pdf", "%PDF-1."),
            ("", "image/png, */*;q=0.1", "image/png", "\u{fffd}PNG"),
            ("", "application/zpl", "application/zpl", "^XA"),
            ("?size=80", "image/svg+xml", "image/svg+xml", "<svg"),
            ("?format=pdf&size=a4", "image/png", "application/pdf", "%PDF-1."),
            ("?format=svg&size=a4", "*/*", "image/svg+xml", "<svg"),
            ("?format=png&size=80", "*/*", "image/png", "\u{fffd}PNG"),
            ("?format=zpl&size=80", "*/*", "application/zpl", "^XA"),
        ] {
            let (status, content_type, bytes) = s.file(&format!("{}{query}", path(&parcel)), accept);
            assert_eq!((status, content_type.as_str()), (200, kind), "{query} {accept}");
            assert!(String::from_utf8_lossy(&bytes).starts_with(start), "{query} {accept}");
        }
        let answer = s.get(WAREHOUSE, &format!("{}?format=svg", path(&parcel)));
        let name = format!("inline; filename=\"label-{}.svg\"", barcode(&parcel));
        assert_eq!(answer.header("content-disposition"), Some(name.as_str()));
        assert_eq!(answer.header("vary"), Some("Accept"));
        assert!(answer.text.contains("width=\"58mm\" height=\"40mm\""), "58 unless told");
    }

    fn a_label_that_cannot_be_is_refused(s: &Server) {
        let parcel = s.parcel(&s.order(Until::Received).tracking_number);
        for query in ["format=gif", "format=json", "size=57", "size=", "paper=58"] {
            s.get(CASHIER, &format!("{}?{query}", path(&parcel))).expect_problem(400, "malformed_request");
        }
        let problem = s.get(CASHIER, &format!("{}?format=zpl&size=a4", path(&parcel))).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "?size");
        s.get(CASHIER, "/v1/parcels/01900000-0000-7000-8000-000000000000/label").expect_problem(404, "not_found");
    }

    fn many_labels_are_one_file(s: &Server) {
        let numbers = ["YT5000000000001", "YT5000000000002", "YT5000000000003"];
        let code = s.buy(request(), &numbers);
        for number in numbers {
            s.receive(number);
        }
        let [first, second, third] = numbers.map(|number| s.parcel(number));
        let all = [&first, &second, &third].map(barcode);
        assert_eq!(barcodes(s, json!({"order": code.to_lowercase()})), all);
        let truck = s.truck();
        s.ship(&truck, "load", json!({"barcodes": [numbers[2], numbers[0]]})).expect(200);
        assert_eq!(barcodes(s, json!({"shipment": truck})), [all[0].clone(), all[2].clone()]);
        let named = json!([third["id"], first["barcode"], "yt5000000000002", third["barcode"]]);
        let sequence = [all[2].clone(), all[0].clone(), all[1].clone()];
        assert_eq!(barcodes(s, json!({"parcels": named})), sequence, "as they are named, each once");
        let pages = |size: &str| {
            let answer = s.post(WAREHOUSE, "/v1/labels", json!({"order": code, "size": size, "format": "svg"}));
            assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
            answer.text.split('"').find(|part| part.ends_with("mm") && *part != "58mm" && *part != "210mm" && *part != "80mm").unwrap().to_owned()
        };
        assert_eq!((pages("58"), pages("80"), pages("a4")), ("120mm".to_owned(), "180mm".to_owned(), "297mm".to_owned()));
        let many = vec![json!(numbers[0]); 500];
        assert_eq!(barcodes(s, json!({"parcels": many})).len(), 1);
    }

    fn labels_of_nothing_or_of_too_much_are_refused(s: &Server) {
        let code = s.order(Until::Paid).code;
        let truck = s.truck();
        for (pointer, body) in [
            ("/parcels", json!({})),
            ("/parcels", json!({"parcels": []})),
            ("/parcels", json!({"parcels": vec!["P00000000000"; 501]})),
            ("/parcels", json!({"order": code, "shipment": truck})),
            ("/parcels/1", json!({"parcels": [s.parcel(&s.order(Until::Received).tracking_number)["id"], "YT0000000000000"]})),
            ("/parcels/0", json!({"parcels": ["^XA"]})),
            ("/order", json!({"order": code})),
            ("/shipment", json!({"shipment": truck})),
            ("/size", json!({"order": code, "format": "zpl", "size": "a4"})),
            ("/size", json!({"order": code, "size": 58})),
            ("/format", json!({"order": code, "format": "html"})),
            ("/paper", json!({"order": code, "paper": "a4"})),
        ] {
            let problem = s.unchanged_by(|| s.post(WAREHOUSE, "/v1/labels", body.clone())).expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        s.post(WAREHOUSE, "/v1/labels", json!({"shipment": "TR-1999-0001"})).expect_problem(404, "not_found");
        s.post(WAREHOUSE, "/v1/labels", json!({"order": "TG-00000-00000-1"})).expect_problem(400, "mistyped_code");
    }

    fn a_received_box_brings_its_label_when_asked(s: &Server) {
        let numbers = ["YT5000000000001", "YT5000000000002"];
        s.buy(request(), &numbers);
        let box_of = |number: &str| json!({"tracking_number": number, "weight_g": 4350});
        let call = "/v1/parcels/receive";
        let plain = s.post_keyed(WAREHOUSE, call, "plain", box_of(numbers[0])).expect(200);
        assert!(plain.get("label").is_none());
        let asked = format!("{call}?label=zpl");
        let first = s.post_keyed(WAREHOUSE, &asked, "scan-2", box_of(numbers[1]));
        let mut parcel = first.expect(200);
        let label = parcel.as_object_mut().unwrap().remove("label").unwrap();
        let id = parcel["id"].as_str().unwrap().to_owned();
        let mut seen = s.get(WAREHOUSE, &format!("/v1/parcels/{id}")).expect(200);
        assert_eq!(seen.as_object_mut().unwrap().remove("photos"), Some(json!([])));
        for said in ["hint", "warnings"] {
            parcel.as_object_mut().unwrap().remove(said).unwrap();
        }
        assert_eq!(parcel, seen, "the rest is as ever");
        assert_eq!((&label["format"], &label["size"]), (&json!("zpl"), &json!("58")));
        assert_eq!(label["content"], zpl(s, &parcel));
        // What comes again is what came, whatever the label would say by now.
        let weighed = json!({"weight_g": 4000, "reason": "without the pallet"});
        s.post(WAREHOUSE, &format!("/v1/parcels/{id}/weigh"), weighed).expect(200);
        assert_ne!(label["content"], zpl(s, &parcel));
        let again = s.unchanged_by(|| s.post_keyed(WAREHOUSE, &asked, "scan-2", box_of(numbers[1])));
        assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), Some("true")));
        s.unchanged_by(|| s.post_keyed(WAREHOUSE, call, "scan-2", box_of(numbers[1]))).expect_problem(422, "idempotency_key_reused");
        let unclaimed = s.post(WAREHOUSE, &format!("{call}?label=svg&size=80"), box_of("YT5000000000077")).expect(200);
        assert_eq!((&unclaimed["status"], &unclaimed["label"]["size"]), (&json!("unclaimed"), &json!("80")));
        assert!(unclaimed["label"]["content"].as_str().unwrap().contains("aria-label=\"YT5000000000077\""));
        for (query, status, slug) in [
            ("label=pdf", 422, "validation_failed"),
            ("label=zpl&size=a4", 422, "validation_failed"),
            ("label=gif", 400, "malformed_request"),
            ("lable=zpl", 400, "malformed_request"),
        ] {
            s.unchanged_by(|| s.post(WAREHOUSE, &format!("{call}?{query}"), box_of("YT5000000000078"))).expect_problem(status, slug);
        }
    }
}
