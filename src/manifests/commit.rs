//! The rows of a manifest become parcels: all of them or none.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lines::{Line, Outcome};
use super::rules::{self, Act, Judged, Known};
use super::store::{self, Manifest, Row};
use super::{Counts, State};
use crate::audit;
use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::{CustomerId, ManifestId, OrderId};
use crate::orders;
use crate::parcels::receiving::{Listed, Receiving};
use crate::parcels::{self, Parcel};

/// What is known of everything that some rows name.
pub(super) struct Facts {
    parcels: HashMap<String, Parcel>,
    owners: HashMap<OrderId, String>,
    customers: BTreeMap<String, Customer>,
}

impl Facts {
    /// Asks for it.
    pub(super) fn gather<'a>(tx: &mut Tx, lines: impl Iterator<Item = &'a Line> + Clone) -> Result<Self> {
        let open = lines.filter(|line| line.settled.is_none());
        let numbers: Vec<String> = open.clone().filter_map(|line| line.tracking_number.clone()).collect();
        let codes: BTreeSet<String> = open.filter_map(|line| line.client_code.clone()).collect();
        let parcels = parcels::bulk::meant_by(tx, &numbers)?;
        let known: Vec<_> = parcels.values().cloned().collect();
        let owners = parcels::bulk::owners_of(tx, &known)?;
        let owners = owners.into_iter().map(|(order, owner)| (order, owner.client_code)).collect();
        let customers = customers::by_client_codes(tx, &codes.into_iter().collect::<Vec<_>>())?;
        Ok(Self { parcels, owners, customers })
    }

    pub(super) fn judge(&self, line: &Line) -> Judged {
        let parcel = line.tracking_number.as_ref().and_then(|number| self.parcels.get(number));
        let owner = |parcel: &Parcel| self.owners.get(parcel.order_id.as_ref()?).map(String::as_str);
        let known = parcel.map(|parcel| Known { parcel, owner: owner(parcel) });
        let is_customer = line.client_code.as_ref().is_some_and(|code| self.customers.contains_key(code));
        rules::judge(line, known, is_customer)
    }

    fn parcel(&self, line: &Line) -> Result<Parcel> {
        let parcel = line.tracking_number.as_ref().and_then(|number| self.parcels.get(number));
        parcel.cloned().ok_or_else(|| Error::Startup("a row changes a parcel that is not there".to_owned()))
    }
}

/// Takes the rows of a manifest; the second commit of the same one only tells what the first did.
///
/// # Errors
/// `not_found`; `rows_with_errors` unless those are to be left out.
pub fn commit(tx: &mut Tx, id: &ManifestId, skip_errors: bool) -> Result<Manifest> {
    let manifest = store::lock(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("manifest {id}")))?;
    if manifest.state == State::Committed {
        return Ok(manifest);
    }
    let mut rows = store::rows(tx, id)?;
    let foreseen = Facts::gather(tx, rows.iter().map(|row| &row.line))?;
    refuse_errors(rows.iter().map(|row| foreseen.judge(&row.line).outcome), skip_errors)?;
    let (locked, homes) = lock(tx, &rows, &foreseen)?;
    // Judged again under the locks: somebody else may have received some of these a moment ago.
    let facts = Facts::gather(tx, rows.iter().map(|row| &row.line))?;
    let judged: Vec<Judged> = rows.iter().map(|row| facts.judge(&row.line)).collect();
    refuse_errors(judged.iter().map(|judged| judged.outcome), skip_errors)?;
    let mut receiving = Receiving::begin(locked);
    for (row, judged) in rows.iter_mut().zip(judged) {
        take(tx, &mut receiving, &facts, &homes, (&manifest, &row.line), judged.act)?;
        (row.outcome, row.reason) = (judged.outcome, judged.reason);
    }
    receiving.write(tx)?;
    #[cfg(feature = "faults")]
    crate::faults::reached(crate::faults::Moment::MidImport);
    let counts = Counts::of(rows.iter().map(|row| row.outcome));
    let told = store::Told { sheets: &manifest.sheets()?, said: &manifest.said()?, counts };
    store::replace(tx, id, &told, &rows)?;
    audit::record(
        tx,
        "manifest.committed",
        id.as_str(),
        serde_json::json!({ "file_name": manifest.file_name, "counts": counts, "skip_errors": skip_errors }),
    )?;
    store::set_committed(tx, id)
}

fn refuse_errors(outcomes: impl Iterator<Item = Outcome>, skip_errors: bool) -> Result<()> {
    let errors = outcomes.filter(|outcome| *outcome == Outcome::Error).count();
    if errors == 0 || skip_errors {
        return Ok(());
    }
    let (rows, are) = if errors == 1 { ("row", "has an error") } else { ("rows", "have errors") };
    Problem::new(
        Slug::RowsWithErrors,
        format!(
            "{errors} {rows} {are}, so nothing was imported. Correct them and send the file again, or commit with \
             {{\"skip_errors\": true}} to import the others; `GET /v1/manifests/{{id}}/rows?outcome=error` lists them."
        ),
    )
    .with("errors_count", errors)
    .fail()
}

/// Locks every order that a box is going to join, in the sequence of their identifiers; then, client by client, begins
/// an order for whoever has none open. Gives the orders, and which client's boxes join which.
fn lock(
    tx: &mut Tx,
    rows: &[Row],
    facts: &Facts,
) -> Result<(BTreeMap<OrderId, crate::orders::Order>, HashMap<String, OrderId>)> {
    let (mut wanted, mut clients) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        match (facts.judge(&row.line).act, &row.line.client_code) {
            (Act::ReceiveNew | Act::Claim, Some(code)) => drop(clients.insert(code.as_str())),
            (Act::ReceiveExpected, _) => wanted.extend(facts.parcel(&row.line)?.order_id),
            _ => {}
        }
    }
    let ids: Vec<CustomerId> = clients.iter().filter_map(|code| Some(facts.customers.get(*code)?.id.clone())).collect();
    let open = orders::open_forwarding_of(tx, &ids)?;
    wanted.extend(open.values().cloned());
    let mut locked = orders::lock_ids(tx, wanted)?;
    // One of them may have left China before it was locked; whoever has none then is locked, looked at again, and gets one.
    let mut open = orders::open_forwarding_of(tx, &ids)?;
    open.retain(|_, id| locked.contains_key(id));
    let homeless: Vec<&Customer> = clients
        .iter()
        .filter_map(|code| facts.customers.get(*code))
        .filter(|customer| !open.contains_key(&customer.id))
        .collect();
    let homeless_ids: Vec<_> = homeless.iter().map(|customer| customer.id.clone()).collect();
    customers::lock_all(tx, &homeless_ids)?;
    let begun = orders::open_forwarding_of(tx, &homeless_ids)?;
    locked.extend(orders::lock_ids(tx, begun.values().cloned().collect())?);
    let (_, without): (Vec<_>, Vec<_>) = homeless.into_iter().partition(|customer| begun.contains_key(&customer.id));
    let placed = orders::place_forwarding_of(tx, &without)?;
    open.extend(begun);
    open.extend(placed.values().map(|order| (order.customer_id.clone(), order.id.clone())));
    locked.extend(placed);
    let home = |code: &str| Some((code.to_owned(), open.get(&facts.customers.get(code)?.id)?.clone()));
    Ok((locked, clients.into_iter().filter_map(home).collect()))
}

fn take(
    tx: &Tx,
    receiving: &mut Receiving,
    facts: &Facts,
    homes: &HashMap<String, OrderId>,
    (manifest, line): (&Manifest, &Line),
    act: Act,
) -> Result<()> {
    let listed = || Listed {
        tracking_number: line.tracking_number.clone(),
        client_code: line.client_code.clone(),
        weight_g: line.weight_g,
        size_mm: line.size_mm,
        condition: line.is_damaged.then(|| "damaged".to_owned()),
        note: line.note.clone(),
        branch_id: Some(manifest.branch_id.clone()),
    };
    // What was not foreseen when the locks were taken is foreseen the next time.
    let home = || homes.get(line.client_code.as_deref()?);
    match act {
        Act::Nothing => Ok(()),
        Act::ReceiveNew if line.client_code.is_none() => {
            receiving.receive_new(None, listed());
            Ok(())
        }
        Act::ReceiveNew => {
            receiving.receive_new(Some(home().ok_or_else(Error::lost_race)?), listed());
            Ok(())
        }
        Act::ReceiveExpected => {
            let parcel = facts.parcel(line)?;
            if !parcel.order_id.as_ref().is_some_and(|order| receiving.has(order)) {
                return Err(Error::lost_race());
            }
            receiving.receive_expected(tx, parcel, listed());
            Ok(())
        }
        Act::Claim => {
            receiving.claim(tx, facts.parcel(line)?, home().ok_or_else(Error::lost_race)?, listed());
            Ok(())
        }
        Act::Amend => {
            receiving.amend(facts.parcel(line)?, listed());
            Ok(())
        }
    }
}
