//! Many people do the same thing at the same instant; it happens once.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use torugart::code::OrderCode;
use torugart::customers::Person;
use torugart::db::Tx;
use torugart::error::Result;
use torugart::ids::Actor;
use torugart::money::{Currency, Money};
use torugart::orders::{self, Kind, NewItem, NewOrder};
use torugart::parcels::{self, NewReceipt, Tracking};
use torugart::payments::{self, Method, NewPayment};
use torugart::phone::Phone;
use torugart::quotes::{NewQuote, rules::LineRequest};
use torugart::shipments::{self, Arrival, NewShipment, Scan};
use torugart::texts::Lang;

use crate::harness::server::*;
use crate::harness::warehouse::request_by;

const CLERKS: usize = 32;
const ORDERS: usize = 500;

/// The answers to `rounds` calls, round by round, that many clerks each make, all of them at the same instant.
fn at_once(s: &Server, rounds: usize, call: impl Fn(usize, usize) -> (As, String, Value) + Sync) -> Vec<Vec<Answer>> {
    let barrier = Barrier::new(CLERKS);
    let (barrier, call) = (&barrier, &call);
    let by_clerk: Vec<Vec<Answer>> = thread::scope(|scope| {
        let clerk = |clerk| {
            scope.spawn(move || {
                let answer = |round| {
                    let (by, path, body) = call(round, clerk);
                    barrier.wait();
                    // A clerk who gave up here would leave the others at the barrier for ever.
                    catch_unwind(AssertUnwindSafe(|| s.post(by, &path, body)))
                };
                let answers: Vec<_> = (0..rounds).map(answer).collect();
                answers.into_iter().map(|answer| answer.unwrap_or_else(|panic| resume_unwind(panic))).collect()
            })
        };
        let clerks: Vec<_> = (0..CLERKS).map(clerk).collect();
        clerks.into_iter().map(|clerk| clerk.join().expect("a clerk's answers")).collect()
    });
    (0..rounds).map(|round| by_clerk.iter().map(|answers| answers[round].clone()).collect()).collect()
}

/// Checks that one was served and everybody else was refused in this way.
#[track_caller]
fn assert_one_served(answers: &[Answer], refusal: &str) {
    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(served.len(), 1, "{:?}", answers.iter().map(|answer| &answer.text).collect::<Vec<_>>());
    for answer in refused {
        answer.expect_problem(409, refusal);
    }
}

/// Brings orders to the pickup point and has them paid, in one transaction, without HTTP.
fn ready_orders(s: &Server) -> Vec<String> {
    let make = |tx: &mut Tx| {
        let codes = (0..ORDERS).map(|index| received_order(tx, index)).collect::<Result<Vec<_>>>()?;
        let truck = shipments::open(
            tx,
            &NewShipment {
                route: "Guangzhou-Torugart-Bishkek".to_owned(),
                vehicle: "01KG777ABC".to_owned(),
                to_branch: "BISH".to_owned(),
                ..NewShipment::default()
            },
        )?;
        let barcodes: Vec<_> = (0..ORDERS).map(|index| Scan::of(number(index).as_str())).collect();
        shipments::load(tx, &truck.code, &barcodes)?;
        shipments::depart(tx, &truck.code, None)?;
        shipments::arrive(tx, &truck.code, &Arrival::whole_load())?;
        for code in &codes {
            pay(tx, code)?;
        }
        Ok(codes.iter().map(ToString::to_string).collect())
    };
    s.app.write_now(&Actor::System, make).expect("orders at the pickup point")
}

fn number(index: usize) -> Tracking {
    Tracking::try_from(format!("YT77{index:011}")).expect("a tracking number")
}

fn received_order(tx: &mut Tx, index: usize) -> Result<OrderCode> {
    let item = NewItem { description: "Чайник".to_owned(), link: None, quantity: 1, budget: None, note: None };
    let person = Person {
        name: "Айгуль Садыкова".to_owned(),
        phone: Phone::parse("+996700123456").expect("a phone"),
        email: None,
        language: Lang::Ky,
    };
    let order = orders::place(tx, &NewOrder { kind: Kind::Purchase, person, items: vec![item], pickup_point: None })?;
    let code = OrderCode::parse("TG", &order.code).expect("its own code");
    let line = LineRequest {
        description: "Kettle".to_owned(),
        link: None,
        quantity: 1,
        unit_price: Money { amount: 9_900, currency: Currency::Cny },
    };
    let offer = NewQuote::of(vec![line], 1_000);
    orders::quote(tx, &code, &offer)?;
    orders::confirm(tx, &code, None)?;
    pay(tx, &code)?;
    parcels::purchase(tx, &code, "1688", None, &[number(index)])?;
    parcels::receive(tx, &NewReceipt::of(number(index), 1_000))?;
    Ok(code)
}

fn pay(tx: &mut Tx, code: &OrderCode) -> Result<()> {
    let amount_tyiyn = orders::find(tx, code)?.balance_tyiyn;
    payments::record(tx, code, &NewPayment::of(Method::EWallet, amount_tyiyn))?;
    Ok(())
}

on_both! {
    fn each_of_500_orders_is_handed_over_by_one_of_32_clerks(s: &Server) {
        let codes = ready_orders(s);
        let answers =
            at_once(s, codes.len(), |round, _| (CASHIER, format!("/v1/orders/{}/hand-over", codes[round]), json!({})));
        assert_eq!(answers.len(), ORDERS);
        for answers in &answers {
            assert_one_served(answers, "already_picked_up");
        }
        for code in codes.iter().step_by(50) {
            let kinds = s.kinds(code);
            assert_eq!(kinds.iter().filter(|kind| *kind == "parcel_handed_over").count(), 1);
            assert_eq!(kinds.iter().filter(|kind| *kind == "order_picked_up").count(), 1);
        }
    }

    fn one_box_is_received_by_one_of_32_clerks(s: &Server) {
        let code = s.buy(request(), &["YT8800000000001"]);
        // The first is expected, the others match nothing: both ways into the house.
        let numbers = ["YT8800000000001", "ZT8800000000002", "ZT8800000000003"];
        let answers = at_once(s, numbers.len(), |round, clerk| {
            let body = json!({"tracking_number": numbers[round], "weight_g": 1_000 + clerk});
            (WAREHOUSE, "/v1/parcels/receive".to_owned(), body)
        });
        for answers in &answers {
            assert_one_served(answers, "wrong_status");
        }
        assert_eq!(s.get(ADMIN, "/v1/parcels").expect(200)["items"].as_array().unwrap().len(), numbers.len());
        assert_eq!(s.kinds(&code).iter().filter(|kind| *kind == "parcel_received").count(), 1);
    }

    fn one_new_phone_is_one_customer_however_many_orders_come_at_once(s: &Server) {
        let phones = ["555000030", "555000031", "555000032"];
        let answers =
            at_once(s, phones.len(), |round, _| (ANYONE, "/v1/orders".to_owned(), request_by(phones[round], "ky")));
        let mut client_codes = Vec::new();
        for answers in &answers {
            let codes = answers.iter().map(|answer| answer.expect(201)["code"].as_str().unwrap().to_owned());
            let mut owners: Vec<_> = codes.map(|code| s.see(&code)["customer"]["client_code"].to_string()).collect();
            owners.dedup();
            assert_eq!(owners.len(), 1, "{owners:?}");
            client_codes.append(&mut owners);
        }
        client_codes.sort();
        client_codes.dedup();
        assert_eq!(client_codes.len(), phones.len());
    }

    fn one_truck_arrives_once_however_many_scan_it(s: &Server) {
        let example = s.order(Until::Departed);
        let path = format!("/v1/shipments/{}/arrive", example.shipment);
        let answers = at_once(s, 1, |_, _| (WAREHOUSE, path.clone(), json!({})));
        assert_one_served(&answers[0], "already_arrived");
        let scans = at_once(s, 1, |_, _| (WAREHOUSE, path.clone(), json!({"barcodes": [example.tracking_number]})));
        for answer in &scans[0] {
            assert_eq!(answer.expect(200)["counts"], json!({"already_arrived": 1}));
        }
        assert_eq!(s.see(&example.code)["balance"], som(112_800));
        assert_eq!(s.told("order-arrived", "sms").len(), 1);
    }

    fn the_last_place_in_a_cell_goes_to_one_of_32_clerks(s: &Server) {
        ready_orders(s);
        let rounds = ORDERS / CLERKS;
        let cells: Vec<_> = (0..rounds).map(|round| format!("P4-{round}")).collect();
        s.put(WAREHOUSE, "/v1/cells", json!({"branch": "BISH", "addresses": cells, "capacity": 1})).expect(200);
        let answers = at_once(s, rounds, |round, clerk| {
            let body = json!({"barcodes": [number(round * CLERKS + clerk).as_str()]});
            (CASHIER, format!("/v1/cells/{}/parcels", cells[round]), body)
        });
        for answers in &answers {
            let placed = answers.iter().filter(|answer| answer.expect(200)["counts"] == json!({"placed": 1}));
            let full = answers.iter().filter(|answer| answer.expect(200)["counts"] == json!({"full": 1}));
            assert_eq!((placed.count(), full.count()), (1, CLERKS - 1));
        }
        let shelves = s.get(CASHIER, "/v1/cells?branch=BISH").expect(200);
        assert!(shelves["items"].as_array().unwrap().iter().all(|cell| cell["occupied"] == 1), "{shelves}");
    }

    fn a_day_of_storage_is_charged_once_however_many_sweep_and_pay(s: &Server) {
        let tariff = json!({"price_per_kg": {"amount": 300, "currency": "USD"}, "storage_fee_per_day": som(5_000)});
        s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
        let codes: Vec<_> = (0..4).map(|_| s.order(Until::Arrived).code).collect();
        codes.iter().for_each(|code| { s.pay_balance(code); });
        s.advance(chrono::TimeDelta::days(2));
        let answers = at_once(s, codes.len(), |round, clerk| match clerk % 2 {
            0 => (OPERATOR, "/v1/storage/sweep".to_owned(), json!({})),
            _ => (CASHIER, format!("/v1/orders/{}/payments", codes[round]), json!({"method": "cash", "amount": som(100)})),
        });
        assert!(answers.iter().flatten().all(|answer| [200, 201].contains(&answer.status)), "{answers:?}");
        for code in &codes {
            let order = s.see(code);
            let paid_tyiyn = 100 * i64::try_from(CLERKS / 2).unwrap();
            assert_eq!((&order["storage"], &order["balance"]), (&som(10_000), &som(10_000 - paid_tyiyn)));
        }
    }

    fn of_32_guesses_at_once_five_are_looked_at(s: &Server) {
        let code = s.order(Until::Arrived).code;
        s.pay_balance(&code);
        let path = format!("/v1/orders/{code}/hand-over");
        let answers = at_once(s, 1, |_, clerk| (CASHIER, path.clone(), json!({"pin": format!("{clerk:06}")})));
        let of = |slug: &str| answers[0].iter().filter(|answer| answer.status == 409 && answer.json()["code"] == slug).count();
        assert_eq!((of("wrong_proof"), of("proof_blocked")), (5, CLERKS - 5));
    }
}
