//! Where the table of a sheet begins and which of its columns is what: by its headings, and by its contents where the
//! headings are odd or missing.

use std::collections::HashMap;

use super::contents::{self, Looks};
use super::headings::{self, Kind, Ranked};
use super::profile::{Column, Columns, Layout, LengthColumn, LengthUnit, WeightColumn, WeightUnit, shape};
use crate::sheets::{Row, Sheet};

/// Title rows above the table.
const MOST_TITLE_ROWS: usize = 60;
/// Columns that are looked at; what is further right is nobody's table.
const MOST_COLUMNS: usize = 200;

/// What is known beforehand when a sheet is looked at.
pub struct Expected<'a> {
    /// The prefix of client codes.
    pub prefix: &'a str,
    /// Columns that a person named for headings of this shape.
    pub remembered: &'a HashMap<String, Columns>,
}

/// The table of a sheet, if it has one.
pub fn find(sheet: &Sheet, expected: &Expected<'_>) -> Option<Layout> {
    remembered(sheet, expected).or_else(|| {
        let looks = contents::look(&sheet.rows, expected.prefix);
        by_headings(sheet, &looks).or_else(|| by_contents(sheet, &looks))
    })
}

fn remembered(sheet: &Sheet, expected: &Expected<'_>) -> Option<Layout> {
    sheet.rows.iter().take(MOST_TITLE_ROWS).enumerate().find_map(|(at, row)| {
        let columns = expected.remembered.get(&shape(row)?)?.clone();
        let below = sheet.rows.get(at + 1).filter(|below| is_heading_too(row, below));
        Some(Layout { header_row: Some(row.number), below: below.unwrap_or(row).number, columns })
    })
}

/// The row that names the most columns, of equals the first; where it takes a second row to name more, both.
fn by_headings(sheet: &Sheet, looks: &[Looks]) -> Option<Layout> {
    let mut best: Option<(usize, Layout)> = None;
    for (at, row) in sheet.rows.iter().take(MOST_TITLE_ROWS).enumerate() {
        let below = sheet.rows.get(at + 1).filter(|below| is_heading_too(row, below));
        for (headings, last) in
            [(Some(texts(row, None)), row), (below.map(|below| texts(row, Some(below))), below.unwrap_or(row))]
        {
            let Some(headings) = headings else { continue };
            let Some((known, columns)) = assign(&headings, looks, &sheet.rows[at + 1..]) else { continue };
            if best.as_ref().is_none_or(|(most, _)| known > *most) {
                let layout = Layout { header_row: Some(row.number), below: last.number, columns };
                best = Some((known, layout));
            }
        }
    }
    best.map(|(_, layout)| layout)
}

/// Whether the row below headings goes on with them: `长`, `宽`, `高` below `尺寸`, or the same in another language.
fn is_heading_too(row: &Row, below: &Row) -> bool {
    let kinds =
        |row: &Row| row.cells.iter().filter(|cell| headings::kind(&headings::folded(&cell.shown())).is_some()).count();
    let has_numbers = below.cells.iter().any(|cell| cell.shown().chars().filter(char::is_ascii_digit).count() >= 4);
    let filled = below.cells.iter().filter(|cell| !cell.is_empty()).count();
    below.number == row.number + 1 && kinds(row) > 0 && !has_numbers && 2 * kinds(below) >= filled && kinds(below) > 0
}

/// The headings of a row, or of two as one: a heading that spans several columns stands in the first of them.
fn texts(row: &Row, below: Option<&Row>) -> Vec<String> {
    let width = row.cells.len().max(below.map_or(0, |below| below.cells.len())).min(MOST_COLUMNS);
    let mut spanning = String::new();
    (0..width)
        .map(|column| {
            let own = row.cell(column).shown();
            let Some(below) = below else { return headings::folded(&own) };
            if !own.is_empty() {
                spanning = own.into_owned();
            }
            let lower = below.cell(column).shown();
            let upper = if lower.is_empty() { row.cell(column).shown().into_owned() } else { spanning.clone() };
            let (upper, lower) = (headings::folded(&upper), headings::folded(&lower));
            // The lower one is the nearer; the upper one completes it.
            match (headings::kind(&lower), headings::kind(&upper)) {
                (Some(_), Some(_))
                    if headings::kind(&lower).map(|(kind, _)| kind) == headings::kind(&upper).map(|(kind, _)| kind) =>
                {
                    format!("{upper} {lower}")
                }
                (Some(_), Some((Kind::Size, _))) => format!("{lower} {}", unit_of(&upper)),
                (Some(_), _) => lower,
                (None, _) => format!("{upper} {lower}").trim().to_owned(),
            }
        })
        .collect()
}

fn unit_of(heading: &str) -> String {
    headings::length_unit(heading).map(|unit| unit.to_string()).unwrap_or_default()
}

/// Gives each kind its column, and tells how many kinds were found; none when this is no table of parcels.
fn assign(headings: &[String], looks: &[Looks], rows: &[Row]) -> Option<(usize, Columns)> {
    let kinds: Vec<Option<Ranked>> = headings.iter().map(|heading| headings::kind(heading)).collect();
    let named: Vec<Kind> = kinds.iter().flatten().map(|(kind, _)| *kind).collect();
    let known = [
        Kind::Tracking,
        Kind::Client,
        Kind::Weight,
        Kind::TotalWeight,
        Kind::Size,
        Kind::Length,
        Kind::Width,
        Kind::Height,
        Kind::Pieces,
        Kind::Goods,
        Kind::Date,
        Kind::Remark,
    ];
    let mut known = known.iter().filter(|kind| named.contains(kind)).count();
    let look = |column: usize| looks.get(column).copied().unwrap_or_default();
    let tracking = tracking_column(&kinds, looks)?;
    let is_named = matches!(kinds.get(tracking), Some(Some((Kind::Tracking, _))));
    // Contents may stand in for the heading of the numbers, but a row without any heading is not headings.
    if known == 0 || (known == 1 && look(tracking).tracking() < 50) {
        return None;
    }
    known += usize::from(!is_named);
    let client = client_column(&kinds, looks, tracking);
    let first = |wanted: Kind| {
        let of_kind = kinds
            .iter()
            .enumerate()
            .filter_map(|(at, ranked)| ranked.filter(|(kind, _)| *kind == wanted).map(|(_, rank)| (rank, at)));
        of_kind.filter(|(_, at)| *at != tracking && Some(*at) != client).min().map(|(_, at)| at)
    };
    let weighed = |at: usize| {
        let unit = headings.get(at).and_then(|heading| headings::weight_unit(heading));
        let usual = if contents::are_grams(rows, at) { WeightUnit::G } else { WeightUnit::Kg };
        WeightColumn { column: Column(at), unit: unit.unwrap_or(usual) }
    };
    let measured = |at: usize| {
        let unit = headings.get(at).and_then(|heading| headings::length_unit(heading));
        LengthColumn { column: Column(at), unit: unit.unwrap_or(LengthUnit::Cm) }
    };
    let taken = |at: &usize| *at == tracking || Some(*at) == client || kinds.get(*at).is_some_and(Option::is_some);
    let by_unit = || (0..looks.len()).filter(|at| !taken(at)).find(|at| look(*at).with_unit() >= 60);
    let columns = Columns {
        client_code: client.map(Column),
        weight: first(Kind::Weight).or_else(by_unit).map(weighed),
        total_weight: first(Kind::TotalWeight).map(weighed),
        size: first(Kind::Size).map(measured),
        length: first(Kind::Length).map(measured),
        width: first(Kind::Width).map(measured),
        height: first(Kind::Height).map(measured),
        pieces: first(Kind::Pieces).map(Column),
        goods: first(Kind::Goods).map(Column),
        date: first(Kind::Date).map(Column),
        remark: first(Kind::Remark).map(Column),
        ..Columns::of(Column(tracking))
    };
    Some((known, columns))
}

/// The column whose heading says so, unless what stands in it says otherwise and another one fits.
fn tracking_column(kinds: &[Option<Ranked>], looks: &[Looks]) -> Option<usize> {
    let look = |at: usize| looks.get(at).copied().unwrap_or_default();
    let of_kind = |at: usize| kinds.get(at).copied().flatten();
    let named = (0..kinds.len()).filter_map(|at| match of_kind(at) {
        // A doubtful heading needs contents that agree.
        Some((Kind::Tracking, rank)) if rank < 2 || look(at).tracking() >= 30 => {
            let fits = look(at).tracking() >= 30 || look(at).filled <= 1;
            Some((!fits, rank, usize::MAX - look(at).tracking(), at))
        }
        _ => None,
    });
    let named = named.min().map(|(misfit, .., at)| (misfit, at));
    let by_contents = || {
        let may_be = |at: &usize| {
            matches!(
                of_kind(*at),
                None | Some((Kind::ShopOrder | Kind::Goods | Kind::Remark, _)) | Some((Kind::Client, 2))
            )
        };
        let columns = (0..looks.len().min(MOST_COLUMNS)).filter(may_be).filter(|at| look(*at).tracking() >= 60);
        columns.max_by_key(|at| (of_kind(*at).is_none(), look(*at).tracking(), look(*at).filled, usize::MAX - at))
    };
    match named {
        Some((false, at)) => Some(at),
        Some((true, at)) => by_contents().or(Some(at)),
        None => by_contents(),
    }
}

/// The column with the most client codes of those that are named for it; else one that is full of them.
fn client_column(kinds: &[Option<Ranked>], looks: &[Looks], tracking: usize) -> Option<usize> {
    let look = |at: usize| looks.get(at).copied().unwrap_or_default();
    let is_named = |at: &usize| matches!(kinds.get(*at), Some(Some((Kind::Client, _))));
    let rank = |at: usize| kinds.get(at).copied().flatten().map_or(u8::MAX, |(_, rank)| rank);
    let others = || (0..kinds.len().max(looks.len()).min(MOST_COLUMNS)).filter(|at| *at != tracking);
    let fullest = |columns: &mut dyn Iterator<Item = usize>| {
        columns.max_by_key(|at| (look(*at).client(), u8::MAX - rank(*at), usize::MAX - at))
    };
    let named = fullest(&mut others().filter(is_named));
    let is_full = |at: &usize| look(*at).client() >= 50;
    match named {
        Some(at) if look(at).client() >= 5 => Some(at),
        named => fullest(&mut others().filter(is_full)).or(named),
    }
}

/// A table without headings: a column of couriers' numbers beside one of client codes, of weights, or of nothing.
fn by_contents(sheet: &Sheet, looks: &[Looks]) -> Option<Layout> {
    let tracking = tracking_column(&[], looks)?;
    let client = client_column(&[], looks, tracking);
    let others = || (0..looks.len()).filter(|at| *at != tracking && Some(*at) != client);
    let is_full = |at: &usize| 2 * looks[*at].filled >= looks[tracking].filled;
    let with_unit = others().find(|at| looks[*at].with_unit() >= 60);
    let mut numbers = others().filter(is_full).filter(|at| looks[*at].numbers() >= 80 && looks[*at].has_fractions);
    let weight = with_unit.or_else(|| numbers.next().filter(|_| numbers.next().is_none()));
    let is_list = looks[tracking].filled >= 3 && looks.len() == 1;
    if client.is_none() && weight.is_none() && !is_list {
        return None;
    }
    let columns = Columns {
        client_code: client.map(Column),
        weight: weight.map(|at| WeightColumn { column: Column(at), unit: WeightUnit::Kg }),
        ..Columns::of(Column(tracking))
    };
    let above = sheet.rows.first().map_or(0, |row| row.number.saturating_sub(1));
    Some(Layout { header_row: None, below: above, columns })
}
