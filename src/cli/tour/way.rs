//! The way of one order, step by step.

use rand::RngExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::guide::Guide;
use super::rates::OwnRates;
use super::step::Step;
use super::team::Team;
use super::voice::pick;
use crate::error::{Error, Result};
use crate::ids::Role;
use crate::phone::Phone;
use crate::texts::som;

/// What the parcel weighs: estimated for the quote, at the China warehouse, at the pickup point.
const ESTIMATED_G: i64 = 4_200;
const RECEIVED_G: i64 = 4_350;
const ARRIVED_G: i64 = 4_410;

/// One order, and what is known of it so far.
pub(super) struct Way {
    phone: String,
    phone_last4: String,
    tracking_number: String,
    pickup_point: String,
    code: String,
    shipment: String,
}

impl Way {
    pub fn new(phone: &Phone) -> Self {
        let digits: u64 = rand::rng().random_range(0..10_000_000_000_000);
        Self {
            phone: phone.as_str().to_owned(),
            phone_last4: phone.last4().to_owned(),
            tracking_number: format!("YT{digits:013}"),
            pickup_point: String::new(),
            code: String::new(),
            shipment: String::new(),
        }
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    fn order(&self, call: &str) -> String {
        format!("/v1/orders/{}/{call}", self.code)
    }

    fn truck(&self, call: &str) -> String {
        format!("/v1/shipments/{}/{call}", self.shipment)
    }

    /// All of it.
    pub fn walk(&mut self, guide: &mut Guide, team: &mut Team, rates: &mut OwnRates) -> Result<()> {
        self.look_around(guide)?;
        team.gather(guide)?;
        rates.see_to(guide, team)?;
        self.ask(guide)?;
        self.agree(guide)?;
        self.pay_before(guide)?;
        self.buy(guide)?;
        self.drive(guide)?;
        self.arrive(guide)?;
        self.pick_up(guide)?;
        self.look_back(guide)
    }

    fn look_around(&mut self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("Is the service there, and can it reach its database?")?;
        guide.call(&Step::get("/healthz").show(&["status"]))?;
        guide.call(&Step::get("/readyz").show(&["status"]))?;
        guide.voice.tell("A visitor looks where parcels can be picked up.")?;
        let step = Step::get("/v1/branches").show(&["items/*/code", "items/*/address", "items/*/hours"]);
        let branches = pick(&guide.call(&step)?.body, "items").unwrap_or_default();
        let pickup_point = branches.as_array().into_iter().flatten().find(|branch| branch["kind"] == "pickup_point");
        match pickup_point.and_then(|branch| branch["code"].as_str()) {
            Some(code) => self.pickup_point = code.to_owned(),
            None => return Err(Error::Startup("this server has no pickup point: open one first".to_owned())),
        }
        Ok(())
    }

    fn ask(&mut self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("Somebody in Bishkek wants a robot vacuum cleaner and gets an order code at once.")?;
        let request = json!({
            "customer": {"name": "Айгуль Садыкова", "phone": self.phone, "email": "aigul@example.com", "language": "ru"},
            "items": [{"description": "Робот-пылесос, белый", "link": "https://detail.1688.com/offer/689213456789.html",
                "quantity": 1, "budget": {"amount": 1_500_000, "currency": "KGS"}}],
            "pickup_point": self.pickup_point,
        });
        let step = Step::post("/v1/orders", request).gives(201).holds("status", "requested");
        self.code = guide.call(&step.show(&["code", "status", "track_url"]))?.text("code")?;
        guide.voice.tell("The order desk has found it on 1688 and quotes it: goods, fee and freight in som.")?;
        let offer = json!({
            "lines": [{"description": "Robot vacuum cleaner, white", "quantity": 1,
                "unit_price": {"amount": 89_900, "currency": "CNY"}}],
            "domestic_delivery": {"amount": 1_200, "currency": "CNY"}, "estimated_weight_g": ESTIMATED_G,
        });
        let step = Step::post(self.order("quote"), offer).by(Role::Operator).holds("status", "quoted");
        let quoted = guide.call(&step.show(&[
            "status",
            "quote/goods",
            "quote/domestic_delivery",
            "quote/service_fee",
            "quote/freight",
            "quote/total",
            "quote/prepayment",
            "quote/rates",
            "quote/valid_until",
        ]))?;
        let parts = ["goods", "domestic_delivery", "service_fee", "freight"];
        let parts = parts.iter().map(|part| quoted.number(&format!("quote/{part}/amount"))).sum::<Result<i64>>()?;
        let total = quoted.number("quote/total/amount")?;
        if parts != total {
            return Err(Error::Startup(format!(
                "the lines of the quote add up to {parts} tyiyn, its total is {total}"
            )));
        }
        guide.voice.remark(&format!("The four sums add up to the total of {} som.", som(total)))
    }

    fn agree(&self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("The customer agrees, and proves the order theirs by the end of their phone number.")?;
        let step = Step::post(self.order("confirm"), json!({"phone_last4": self.phone_last4}));
        guide.call(&step.show(&["status", "balance"])).map(|_| ())
    }

    fn pay_before(&self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("The cashier looks up what is to be paid now.")?;
        let step = Step::get(format!("/v1/orders/{}", self.code)).by(Role::Cashier);
        let order = guide.call(&step.show(&["status", "balance", "quote/prepayment"]))?;
        let amount = order.number("balance/amount")?.max(order.number("quote/prepayment/amount")?);
        let sentence =
            format!("The customer pays {} som by e-wallet; the prepayment makes the order paid.", som(amount));
        guide.voice.tell(&sentence)?;
        let key = fresh_key();
        let payment =
            json!({"method": "e_wallet", "amount": {"amount": amount, "currency": "KGS"}, "reference": "ELQR-1"});
        let pay = || {
            let step = Step::post(self.order("payments"), payment.clone()).by(Role::Cashier).keyed(&key).gives(201);
            step.holds("order_status", "paid").show(&["id", "receipt_no", "amount", "balance", "order_status"])
        };
        let first = guide.call(&pay())?.text("id")?;
        guide.voice.tell("The cashier's network was slow, so the same request is sent again: no second payment.")?;
        let again = guide.call(&pay().replayed())?.text("id")?;
        if first != again {
            return Err(Error::Startup(format!("the repeated payment made another one: {again} beside {first}")));
        }
        guide.voice.remark("The same payment as before: its Idempotency-Key was known.")
    }

    fn buy(&self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("The order desk buys it; the seller names the courier's tracking number.")?;
        let bought = json!({"marketplace": "1688", "marketplace_order_no": "260622-129520125451352",
            "tracking_numbers": [self.tracking_number]});
        let step = Step::post(self.order("purchase"), bought).by(Role::Operator).holds("status", "purchased");
        guide.call(&step.show(&["status", "parcels/*/tracking_number", "parcels/*/status"]))?;
        guide.voice.tell("The box reaches the warehouse in China and is matched by its tracking number.")?;
        let measured = json!({"tracking_number": self.tracking_number, "weight_g": RECEIVED_G,
            "length_mm": 400, "width_mm": 300, "height_mm": 250});
        let step = Step::post("/v1/parcels/receive", measured).by(Role::Warehouse).holds("status", "received");
        guide.call(&step.show(&["barcode", "status", "weight_g"])).map(|_| ())
    }

    fn drive(&mut self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("A truck to the pickup point is opened for loading.")?;
        let truck = json!({"route": "Guangzhou-Kashgar-Torugart-Bishkek", "vehicle": "01KG777ABC",
            "cmr_number": "KG-2026-118", "to_branch": self.pickup_point});
        let step = Step::post("/v1/shipments", truck).by(Role::Warehouse).gives(201).holds("status", "loading");
        self.shipment = guide.call(&step.show(&["code", "status", "route"]))?.text("code")?;
        guide.voice.tell("The box is scanned onto it.")?;
        let step = Step::post(self.truck("load"), json!({"barcodes": [self.tracking_number]})).by(Role::Warehouse);
        guide.call(&step.holds("results/0/outcome", "loaded").show(&["counts"]))?;
        guide.voice.tell("The truck leaves; every order on it is in transit.")?;
        let step = Step::post(self.truck("depart"), json!({})).by(Role::Warehouse).holds("status", "departed");
        guide.call(&step.show(&["status", "departed_at"]))?;
        guide.voice.tell("The driver calls from the pass.")?;
        let news = json!({"place": "Torugart", "status": "at_border", "note": "queue of forty trucks"});
        let step = Step::post(self.truck("checkpoints"), news).by(Role::Warehouse).gives(201);
        guide.call(&step.show(&["checkpoints/*/place", "checkpoints/*/status"])).map(|_| ())
    }

    fn arrive(&self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("The truck is unloaded and the box weighed again: freight is charged by this weight.")?;
        let unloaded = json!({"weights": {&self.tracking_number: ARRIVED_G}});
        let step = Step::post(self.truck("arrive"), unloaded).by(Role::Warehouse).holds("shipment/status", "arrived");
        guide.call(&step.show(&["shipment/status", "counts", "missing", "unexpected"]))?;
        guide.voice.tell("The customer follows the order by its code alone; nothing personal is shown.")?;
        let step = Step::get(format!("/v1/track/{}?lang=en", self.code)).holds("status", "ready_for_pickup");
        guide.call(&step.show(&[
            "status_text",
            "balance_due",
            "pickup_point/address",
            "free_storage_until",
            "timeline/*/text",
        ]))?;
        guide.voice.tell("The same on a page, for a phone.")?;
        guide.call(&Step::get(format!("/t/{}?lang=en", self.code))).map(|_| ())
    }

    fn pick_up(&self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("The customer comes for the parcel, but freight is not paid yet: nothing is handed over.")?;
        let to_customer = json!({"received_by": "Айгуль Садыкова"});
        let hand_over = || Step::post(self.order("hand-over"), to_customer.clone()).by(Role::Cashier);
        guide.call(&hand_over().keyed(&fresh_key()).refused(409, "balance_due"))?;
        let step = Step::get(format!("/v1/orders/{}", self.code)).by(Role::Cashier);
        let balance = guide.call(&step.show(&["status", "balance"]))?.number("balance/amount")?;
        guide.voice.tell(&format!("The customer pays the {} som of freight in cash.", som(balance)))?;
        let payment = json!({"method": "cash", "amount": {"amount": balance, "currency": "KGS"}});
        let key = fresh_key();
        let step = Step::post(self.order("payments"), payment).by(Role::Cashier).keyed(&key).gives(201);
        guide.call(&step.show(&["receipt_no", "amount", "balance"]))?;
        guide.voice.tell("Now the parcel is handed over.")?;
        let key = fresh_key();
        let step = hand_over().keyed(&key).holds("status", "picked_up");
        guide.call(&step.show(&["status", "parcels/*/status", "balance"]))?;
        guide.voice.tell("Somebody else comes with the same code: an order is handed over once.")?;
        guide.call(&hand_over().keyed(&fresh_key()).refused(409, "already_picked_up")).map(|_| ())
    }

    fn look_back(&self, guide: &mut Guide) -> Result<()> {
        guide.voice.tell("Every som is in the ledger, in journals that sum to zero.")?;
        let step = Step::get(self.order("ledger")).by(Role::Cashier);
        let ledger = guide.call(&step.show(&["journals/*/kind", "balance"]))?;
        let (journals, postings) = check_books(&ledger.body)?;
        let sentence =
            format!("Added up: {journals} journals with {postings} postings, and each journal sums to zero.");
        guide.voice.remark(&sentence)?;
        guide.voice.tell("These messages went to the customer, or are on their way.")?;
        let step = Step::get(format!("/v1/notifications?order={}", self.code)).by(Role::Operator);
        guide.call(&step.show(&["items/*/event", "items/*/channel", "items/*/state", "items/*/text"]))?;
        guide.voice.tell("The auditor reads who did what.")?;
        let step = Step::get(format!("/v1/audit?object={}", self.code)).by(Role::Auditor);
        guide.call(&step.show(&["items/*/action", "items/*/by"])).map(|_| ())
    }
}

fn fresh_key() -> String {
    Uuid::now_v7().to_string()
}

/// Adds up every journal; tells how many journals and postings there are.
fn check_books(ledger: &Value) -> Result<(usize, usize)> {
    let journals = ledger["journals"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut postings = 0;
    for journal in journals {
        let legs = journal["postings"].as_array().map(Vec::as_slice).unwrap_or_default();
        let sum: i64 = legs.iter().filter_map(|leg| leg["amount"]["amount"].as_i64()).sum();
        if sum != 0 || legs.is_empty() {
            return Err(Error::Startup(format!("journal {} sums to {sum}, not to zero", journal["id"])));
        }
        postings += legs.len();
    }
    Ok((journals.len(), postings))
}
