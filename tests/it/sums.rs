//! What a quote says, what the ledger charges and what the order owes are one sum, for numbers that nobody chose.

use serde_json::{Value, json};
use torugart::code::OrderCode;
use torugart::db::Tx;
use torugart::error::Result;
use torugart::ids::Actor;
use torugart::ledger::{self, Account};
use torugart::money::{Currency, Money};
use torugart::orders::{self, NewItem, NewOrder};
use torugart::payments::{self, Method, NewPayment};
use torugart::phone::Phone;
use torugart::quotes::rules::LineRequest;
use torugart::quotes::{self, NewQuote};
use torugart::texts::Lang;
use torugart::{customers, receipts, tracking};

use crate::harness::server::*;

/// Numbers that are the same in every run: splitmix64, so that a failing quote is known by its turn.
struct Dice(u64);

impl Dice {
    fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        least + i64::try_from((mixed ^ (mixed >> 31)) % u64::try_from(most - least + 1).unwrap()).unwrap()
    }
}

fn yuan(fen: i64) -> Value {
    json!({"amount": fen, "currency": "CNY"})
}

fn tariff(dice: &mut Dice) -> Value {
    let currency = ["USD", "KGS"][usize::try_from(dice.between(0, 1)).unwrap()];
    let most = if currency == "USD" { 900 } else { 60_000 };
    let price = |dice: &mut Dice| json!({"amount": dice.between(1, most), "currency": currency});
    let mut tariff = json!({
        "price_per_kg": price(dice), "min_weight_g": dice.between(0, 2_000), "weight_rounding_g": dice.between(1, 500),
        "service_fee_percent": format!("{}.{:02}", dice.between(0, 20), dice.between(0, 99)),
        "service_fee_min": som(dice.between(0, 50_000)), "weight_steps": [{"from_g": dice.between(1, 9_000), "price_per_kg": price(dice)}],
    });
    if dice.between(0, 1) == 0 {
        tariff["volumetric_divisor"] = json!(dice.between(3_000, 8_000));
    } else {
        let edge = dice.between(100, 900);
        tariff["density_bands"] = json!([
            {"from_kg_m3": 50, "to_kg_m3": edge, "price_per_kg": price(dice)},
            {"from_kg_m3": edge, "price_per_kg": price(dice)},
        ]);
    }
    tariff
}

fn offer(dice: &mut Dice) -> Value {
    let count = dice.between(1, 4);
    let mut line =
        || json!({"description": "x", "quantity": dice.between(1, 9), "unit_price": yuan(dice.between(0, 90_000))});
    let lines: Vec<_> = (0..count).map(|_| line()).collect();
    let mut body = json!({"lines": lines, "estimated_weight_g": dice.between(1, 60_000)});
    if dice.between(0, 1) == 1 {
        body["domestic_delivery"] = yuan(dice.between(0, 9_000));
    }
    if dice.between(0, 1) == 1 {
        for side in ["length_mm", "width_mm", "height_mm"] {
            body[side] = json!(dice.between(10, 900));
        }
    }
    body
}

fn tyiyn(sum: &Value) -> i64 {
    assert_eq!(sum["currency"], "KGS");
    sum["amount"].as_i64().unwrap()
}

/// The charge of an order as the ledger has it: the receivable, and what stands against it.
fn charged(ledger: &Value) -> (i64, i64, i64, i64) {
    let journals = ledger["journals"].as_array().unwrap();
    let of = |account: &str| -> i64 {
        let postings = journals.iter().flat_map(|journal| journal["postings"].as_array().unwrap());
        let fits = |posting: &&Value| posting["account"].as_str().unwrap().starts_with(account);
        postings.filter(fits).map(|posting| tyiyn(&posting["amount"])).sum()
    };
    (of("receivable:"), -of("goods"), -of("domestic_delivery"), -of("service"))
}

/// The estimate of the same, where one line says what the quote's goods cost.
fn same_estimate(s: &Server, body: &Value, quote: &Value) {
    let [line] = &body["lines"].as_array().unwrap()[..] else { return };
    if line["quantity"] != 1 {
        return;
    }
    let mut asked = json!({"goods": line["unit_price"], "weight_g": body["estimated_weight_g"]});
    for member in ["domestic_delivery", "length_mm", "width_mm", "height_mm"] {
        asked[member] = body[member].clone();
    }
    let estimate = s.post(ANYONE, "/v1/estimate", asked).expect(200);
    assert_eq!(estimate["total"], quote["total"], "{body}");
    let lines = estimate["lines"].as_array().unwrap().iter().map(|line| tyiyn(&line["amount"])).sum::<i64>();
    assert_eq!(lines, tyiyn(&quote["total"]));
}

/// What the customer is shown on the page and on the receipt is what the ledger says, also of a part.
fn same_on_paper(s: &Server, code: &str, owed_tyiyn: i64) {
    let shown = s.get(ANYONE, &format!("/v1/track/{code}")).expect(200)["balance_due"].clone();
    assert_eq!(tyiyn(&shown), owed_tyiyn);
    let part_tyiyn = (owed_tyiyn / 3).max(1);
    let body = json!({"method": "bank_transfer", "amount": som(part_tyiyn)});
    let payment = s.post(CASHIER, &format!("/v1/orders/{code}/payments"), body).expect(201);
    let receipt = s.get(CASHIER, payment["receipt_url"].as_str().unwrap()).expect(200);
    let lines = receipt["lines"].as_array().unwrap().iter().map(|line| tyiyn(&line["amount"])).sum::<i64>();
    let of = |name: &str| tyiyn(&receipt[name]);
    assert_eq!((lines, of("charged"), of("balance_before")), (owed_tyiyn, owed_tyiyn, owed_tyiyn), "{receipt}");
    assert_eq!((of("amount"), of("paid_before"), of("balance_after")), (part_tyiyn, 0, owed_tyiyn - part_tyiyn));
}

/// Quotes priced in one transaction.
const BATCH: u64 = 250;

/// How many quotes: `TORUGART_SUMS_QUOTES`, or as many as an everyday run has time for.
fn quotes_wanted() -> u64 {
    std::env::var("TORUGART_SUMS_QUOTES").ok().and_then(|quotes| quotes.parse().ok()).unwrap_or(1_000)
}

fn new_quote(dice: &mut Dice) -> NewQuote {
    let line = |dice: &mut Dice| LineRequest {
        description: "x".to_owned(),
        link: None,
        quantity: i32::try_from(dice.between(1, 9)).unwrap(),
        unit_price: Money { amount: dice.between(0, 90_000), currency: Currency::Cny },
    };
    let lines = (0..dice.between(1, 4)).map(|_| line(dice)).collect();
    let delivery = Money { amount: dice.between(0, 9_000), currency: Currency::Cny };
    NewQuote { domestic_delivery: Some(delivery), ..NewQuote::of(lines, dice.between(1, 60_000)) }
}

/// One order from its request to a receipt; every place that says its sum says the same one.
fn one_sum(tx: &mut Tx, dice: &mut Dice) -> Result<()> {
    let person = customers::Person {
        name: "x".to_owned(),
        phone: Phone::parse("0700123456").unwrap(),
        email: None,
        language: Lang::Ru,
    };
    let item = NewItem { description: "x".to_owned(), link: None, quantity: 1, budget: None, note: None };
    let new = NewOrder { kind: orders::Kind::Purchase, person, items: vec![item], pickup_point: None };
    let code = OrderCode::parse("TG", &orders::place(tx, &new)?.code).unwrap();
    let order = orders::quote(tx, &code, &new_quote(dice))?;
    let quote = quotes::shown(tx, &order.id)?.expect("an offer");
    let lines: i64 = quote.details()?.lines.iter().map(|line| line.amount.amount).sum();
    assert_eq!(lines, quote.goods_tyiyn);
    let owed = quote.goods_tyiyn + quote.domestic_tyiyn + quote.service_fee_tyiyn;
    assert_eq!(owed + quote.freight_tyiyn, quote.total_tyiyn);
    let order = orders::confirm(tx, &code, None)?;
    assert_eq!(
        (order.balance_tyiyn, ledger::balance(tx, &Account::Receivable(order.code.clone()).to_string())?),
        (owed, owed)
    );
    if owed == 0 {
        return Ok(());
    }
    let shown = tracking::look_up(tx, &code, Lang::Ru)?.balance_due.map(|due| due.amount);
    assert_eq!(shown, Some(owed));
    let part = dice.between(1, owed);
    let (payment, _) = payments::record(tx, &code, &NewPayment::of(Method::BankTransfer, part))?;
    let receipt = receipts::find(tx, &payment.receipt_no)?.standing;
    assert_eq!(receipt.lines.iter().map(|line| line.amount_tyiyn).sum::<i64>(), owed);
    assert_eq!((receipt.charged_tyiyn, receipt.balance_after_tyiyn), (owed, owed - part));
    Ok(())
}

on_both! {
    fn random_quotes_are_one_sum_in_quote_ledger_page_and_receipt(s: &Server) {
        for batch in 0..quotes_wanted().div_ceil(BATCH) {
            s.put(ADMIN, "/v1/tariffs", tariff(&mut Dice(batch))).expect(200);
            let all = |tx: &mut Tx| {
                let mut dice = Dice(1_000_000 + batch);
                (0..BATCH).try_for_each(|_| one_sum(tx, &mut dice))
            };
            s.app.write_now(&Actor::System, all).unwrap();
        }
    }

    fn two_hundred_random_quotes_agree_over_http_with_ledger_balance_page_and_receipt(s: &Server) {
        let mut dice = Dice(20_261_123);
        for turn in 0..200 {
            if turn % 20 == 0 {
                s.put(ADMIN, "/v1/tariffs", tariff(&mut dice)).expect(200);
            }
            let body = offer(&mut dice);
            let code = s.order(Until::Requested).code;
            let order = s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), body.clone()).expect(200);
            let quote = &order["quote"];
            let part = |name: &str| tyiyn(&quote[name]);
            let [goods, domestic, fee, freight] = ["goods", "domestic_delivery", "service_fee", "freight"].map(part);
            assert_eq!(goods + domestic + fee + freight, part("total"), "turn {turn}: {body}");
            assert_eq!(quote["lines"].as_array().unwrap().iter().map(|line| tyiyn(&line["amount"])).sum::<i64>(), goods);
            assert!(part("prepayment") <= part("total") && [goods, domestic, fee, freight].iter().all(|sum| sum % 100 == 0));
            same_estimate(s, &body, quote);
            let confirmed = s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
            let ledger = s.get(CASHIER, &format!("/v1/orders/{code}/ledger")).expect(200);
            let owed = goods + domestic + fee;
            assert_eq!(charged(&ledger), (owed, goods, domestic, fee), "turn {turn}: {ledger}");
            assert_eq!((tyiyn(&confirmed["balance"]), tyiyn(&ledger["balance"])), (owed, owed), "turn {turn}: {body}");
            if owed > 0 {
                same_on_paper(s, &code, owed);
            }
        }
    }
}
