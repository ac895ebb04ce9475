//! What customs might want of each recipient of a truck.

use super::Goods;
use crate::customs::{CustomsEstimate, Terms, Unknown};
use crate::ids::CustomerId;

/// One recipient's parcels together.
#[derive(Clone, Debug)]
pub struct Share {
    /// Whose; none for a box of nobody, which stands alone.
    pub customer_id: Option<CustomerId>,
    /// Their code.
    pub client_code: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// How many.
    pub parcels: usize,
    /// Grams; none when one of them was not weighed.
    pub weight_g: Option<i64>,
    /// Fen; none when the value of one of them is not known.
    pub value_fen: Option<i64>,
}

impl Share {
    fn of(goods: &Goods) -> Self {
        let whose = goods.order.as_ref();
        Self {
            customer_id: whose.map(|whose| whose.customer_id.clone()),
            client_code: whose.map(|whose| whose.client_code.clone()).or(goods.parcel.client_code.clone()),
            name: whose.map(|whose| whose.name.clone()),
            parcels: 1,
            weight_g: goods.parcel.weight_g,
            value_fen: goods.value_fen,
        }
    }

    fn add(&mut self, other: Share) {
        let sum = |one: Option<i64>, other: Option<i64>| one.zip(other).map(|(one, other)| one.saturating_add(other));
        self.parcels += other.parcels;
        self.weight_g = sum(self.weight_g, other.weight_g);
        self.value_fen = sum(self.value_fen, other.value_fen);
    }

    /// What customs might want; none when it is within the limits.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn estimate(&self, terms: &Terms, step_tyiyn: i64) -> Result<Option<CustomsEstimate>, Unknown> {
        let value_fen = self.value_fen.ok_or(Unknown::Value)?;
        terms.estimate(value_fen, self.weight_g.ok_or(Unknown::Weight)?, step_tyiyn)
    }
}

/// The recipients of a truck, in the sequence of its goods, which lie together for each of them.
pub fn shares(goods: &[Goods]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for share in goods.iter().map(Share::of) {
        match shares.last_mut().filter(|last| last.customer_id.is_some() && last.customer_id == share.customer_id) {
            Some(last) => last.add(share),
            None => shares.push(share),
        }
    }
    shares
}
