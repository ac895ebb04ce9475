//! What a customs broker is given of a truck: what lies on it, whose it is, what it is worth.

mod estimate;
pub mod http;
mod manifest;
pub mod rules;

use std::collections::{BTreeSet, HashMap};

use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{CustomerId, OrderId, ParcelId};
use crate::orders::{self, Item, Order};
use crate::parcels::{self, Parcel, Status};
use crate::quotes::{self, Details};
use crate::shipments::Shipment;

/// A parcel of a truck, with what is known of its order.
#[derive(Clone, Debug)]
pub struct Goods {
    /// The box.
    pub parcel: Parcel,
    /// What it belongs to; none for a box of nobody.
    pub order: Option<Whose>,
    /// Its share of what the goods of its order cost, fen; none when that is not known.
    pub value_fen: Option<i64>,
}

/// Whose a parcel is, and what may be in it.
#[derive(Clone, Debug)]
pub struct Whose {
    /// Whose account it is.
    pub customer_id: CustomerId,
    /// Their code.
    pub client_code: String,
    /// The order's name.
    pub name: String,
    /// The order's phone, E.164.
    pub phone: String,
    /// The order's code.
    pub order_code: String,
    /// Where it was bought.
    pub marketplace: Option<String>,
    /// Its number there.
    pub marketplace_order_no: Option<String>,
    /// All goods of the order in words; nobody wrote down what lies in which box.
    pub description: Option<String>,
    /// How many pieces the whole order has, on the first of its parcels here; a column of them adds up.
    pub quantity: Option<i64>,
    /// Which of the order's boxes it is, and how many there are.
    pub place: (usize, usize),
}

/// What one order brings to its parcels.
struct Bought {
    description: Option<String>,
    quantity: Option<i64>,
    /// The order's boxes, in their sequence, with their shares of the value.
    boxes: Vec<(ParcelId, Option<i64>)>,
}

/// Everything on a truck, recipient by recipient.
///
/// # Errors
/// Those of the database.
pub fn goods(tx: &mut Tx, shipment: &Shipment) -> Result<Vec<Goods>> {
    let on_board = parcels::of_shipment(tx, &shipment.id)?;
    let ids: BTreeSet<_> = on_board.iter().filter_map(|parcel| parcel.order_id.clone()).collect();
    let orders = orders::many(tx, ids.clone())?;
    let owners = customers::many(tx, orders.values().map(|order| order.customer_id.clone()).collect())?;
    let mut bought = bought(tx, shipment, &ids.into_iter().collect::<Vec<_>>())?;
    let mut goods: Vec<_> = on_board.into_iter().map(|parcel| one(parcel, &orders, &owners, &mut bought)).collect();
    goods.sort_by(|a, b| a.sequence().cmp(&b.sequence()));
    // The pieces of an order are told once, whichever of its boxes comes first.
    let mut told = BTreeSet::new();
    for whose in goods.iter_mut().filter_map(|goods| goods.order.as_mut()) {
        if !told.insert(whose.order_code.clone()) {
            whose.quantity = None;
        }
    }
    Ok(goods)
}

impl Goods {
    /// One recipient's parcels lie together, one order's too.
    fn sequence(&self) -> (Option<(&str, &str, usize)>, &str) {
        let whose = self.order.as_ref();
        (
            whose.map(|whose| (whose.client_code.as_str(), whose.order_code.as_str(), whose.place.0)),
            &self.parcel.barcode,
        )
    }
}

fn one(
    parcel: Parcel,
    orders: &HashMap<OrderId, Order>,
    owners: &HashMap<CustomerId, Customer>,
    bought: &mut HashMap<OrderId, Bought>,
) -> Goods {
    let known = parcel.order_id.as_ref().and_then(|id| orders.get(id).zip(bought.get(id)));
    let Some((order, bought)) = known else { return Goods { parcel, order: None, value_fen: None } };
    let place = bought.boxes.iter().position(|(id, _)| *id == parcel.id).unwrap_or_default();
    let whose = Whose {
        customer_id: order.customer_id.clone(),
        client_code: owners.get(&order.customer_id).map(|owner| owner.client_code.clone()).unwrap_or_default(),
        name: order.name.clone(),
        phone: order.phone.clone(),
        order_code: order.code.clone(),
        marketplace: order.marketplace.clone(),
        marketplace_order_no: order.marketplace_order_no.clone(),
        description: bought.description.clone(),
        quantity: bought.quantity,
        place: (place + 1, bought.boxes.len()),
    };
    let value_fen = bought.boxes.get(place).and_then(|(_, value_fen)| *value_fen);
    Goods { parcel, order: Some(whose), value_fen }
}

/// What the orders of a truck are of: by the quote that was taken, else by what was asked for.
fn bought(tx: &mut Tx, shipment: &Shipment, ids: &[OrderId]) -> Result<HashMap<OrderId, Bought>> {
    let mut items = orders::items_of_many(tx, ids)?;
    let quotes = quotes::accepted_of_many(tx, ids)?;
    let mut boxes: HashMap<OrderId, Vec<Parcel>> = HashMap::new();
    for parcel in parcels::of_orders(tx, ids)? {
        // What is lost or went back takes no share of the value from what is here, unless it is itself on this truck.
        let is_gone = matches!(parcel.status, Status::Lost | Status::Returned);
        if let Some(id) =
            parcel.order_id.clone().filter(|_| !is_gone || parcel.shipment_id.as_ref() == Some(&shipment.id))
        {
            boxes.entry(id).or_default().push(parcel);
        }
    }
    let mut bought = HashMap::with_capacity(boxes.len());
    for (id, boxes) in boxes {
        let details = quotes.get(&id).map(|quote| quote.details()).transpose()?;
        let items = items.remove(&id).unwrap_or_default();
        bought.insert(id, Bought::of(details, &items, &boxes));
    }
    Ok(bought)
}

impl Bought {
    fn of(details: Option<Details>, items: &[Item], boxes: &[Parcel]) -> Self {
        let (lines, value_fen): (Vec<(&str, i32)>, _) = match &details {
            Some(details) => {
                let lines = details.lines.iter().map(|line| (line.description.as_str(), line.quantity)).collect();
                (lines, Some(details.goods_original.amount))
            }
            None => (items.iter().map(|item| (item.description.as_str(), item.quantity)).collect(), None),
        };
        let weights_g: Vec<_> = boxes.iter().map(|parcel| parcel.weight_g).collect();
        let shares: Vec<_> = match value_fen {
            Some(value_fen) => rules::split(value_fen, &weights_g).into_iter().map(Some).collect(),
            None => vec![None; boxes.len()],
        };
        let words: Vec<_> = lines.iter().map(|(words, quantity)| format!("{words} × {quantity}")).collect();
        Self {
            description: (!words.is_empty()).then(|| words.join("; ")),
            quantity: (!lines.is_empty()).then(|| lines.iter().map(|(_, quantity)| i64::from(*quantity)).sum()),
            boxes: boxes.iter().map(|parcel| parcel.id.clone()).zip(shares).collect(),
        }
    }
}
