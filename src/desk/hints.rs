//! What a person with a scanner in the hand needs to know of a box: whose it is, and where it goes now.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::branches;
use crate::customers;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{BranchId, OrderId};
use crate::orders::{self, Status};
use crate::parcels::{self, Parcel};
use crate::shipments;

/// Whose a box is, and where it goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IntakeHint)]
pub struct Hint {
    /// Client code.
    owner: Option<String>,
    order_code: Option<String>,
    order_status: Option<Status>,
    /// Code of the branch where it is picked up.
    destination: Option<String>,
    /// Code of a truck that is being loaded for that branch.
    truck: Option<String>,
    /// One short sentence to do next.
    say: String,
}

/// Makes hints; what several boxes of a batch share is asked once.
#[derive(Default)]
pub struct Hints {
    orders: BTreeMap<OrderId, Known>,
    branches: BTreeMap<BranchId, (String, Option<String>)>,
}

#[derive(Clone)]
struct Known {
    owner: String,
    code: String,
    status: Status,
    pickup_point: BranchId,
}

impl Hints {
    /// The hint of a parcel.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(&mut self, tx: &mut Tx, parcel: &Parcel) -> Result<Hint> {
        let Some(order) = &parcel.order_id else {
            return Ok(Hint::of_nobody("Nobody's: put it with the unclaimed ones."));
        };
        let known = self.order(tx, order)?;
        let (destination, truck) = self.branch(tx, &known.pickup_point)?;
        let say = format!("{}, to {destination}: {}", known.owner, next(parcel, truck.as_deref()));
        Ok(Hint {
            owner: Some(known.owner),
            order_code: Some(known.code),
            order_status: Some(known.status),
            destination: Some(destination),
            truck,
            say,
        })
    }

    fn order(&mut self, tx: &mut Tx, id: &OrderId) -> Result<Known> {
        if let Some(known) = self.orders.get(id) {
            return Ok(known.clone());
        }
        let order = orders::get(tx, id)?;
        let known = Known {
            owner: customers::get(tx, &order.customer_id)?.client_code,
            code: order.code,
            status: order.status,
            pickup_point: order.pickup_point_id,
        };
        self.orders.insert(id.clone(), known.clone());
        Ok(known)
    }

    fn branch(&mut self, tx: &mut Tx, id: &BranchId) -> Result<(String, Option<String>)> {
        if let Some(known) = self.branches.get(id) {
            return Ok(known.clone());
        }
        let code = branches::get(tx, id)?.code;
        let known = (code, shipments::loading_to(tx, id)?.map(|truck| truck.code));
        self.branches.insert(id.clone(), known.clone());
        Ok(known)
    }
}

impl Hint {
    /// Of a box that no order is known for.
    pub fn of_nobody(say: impl Into<String>) -> Self {
        Self { owner: None, order_code: None, order_status: None, destination: None, truck: None, say: say.into() }
    }
}

/// What is to be done with a box now.
fn next(parcel: &Parcel, truck: Option<&str>) -> String {
    use parcels::Status as S;
    match (parcel.status, truck) {
        (S::Expected, _) => "weigh it.".to_owned(),
        (S::Received, Some(truck)) => format!("truck {truck} is being loaded."),
        (S::Received, None) => "keep it for the next truck.".to_owned(),
        (S::Packed, _) => "it is loaded already.".to_owned(),
        (S::Damaged, _) => "damaged, put it aside.".to_owned(),
        (S::InTransit | S::Arrived | S::PickedUp | S::Unclaimed | S::Lost | S::Returned | S::HeldByCustoms, _) => {
            format!("it is {}; look at it.", parcel.status)
        }
    }
}
