//! Which column of a statement is what, by its heading.
//!
//! No export of a Kyrgyz bank was at hand when this was written, so it is forgiving: headings are recognised by words
//! within them, in Russian, Kyrgyz and English, wherever the table begins and in whatever order its columns stand.

use crate::sheets::{Row, Sheet, plain};

/// Title rows above the table.
const MOST_TITLE_ROWS: usize = 60;
/// A longer text is no heading.
const MOST_HEADING_CHARS: usize = 60;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Date,
    Credit,
    Debit,
    Amount,
    Direction,
    Currency,
    Purpose,
    Payer,
    Document,
}

/// The columns of a statement, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The day.
    pub date: usize,
    /// Money that came in.
    pub credit: Option<usize>,
    /// Money that went out.
    pub debit: Option<usize>,
    /// Money, whichever way it went.
    pub amount: Option<usize>,
    /// Which way it went.
    pub direction: Option<usize>,
    /// Its currency.
    pub currency: Option<usize>,
    /// What it is for.
    pub purpose: Option<usize>,
    /// From whom.
    pub payer: Option<usize>,
    /// The bank's number of it.
    pub document: Option<usize>,
}

/// Finds the row of headings; gives the columns and the index of the row after it.
///
/// A table has a date, a sum and something that tells whose it is. Where a heading spans two columns, `Дебет` and
/// `Кредит` stand in the row below it; then both rows are read as one.
pub fn find(sheet: &Sheet) -> Option<(Columns, usize)> {
    (0..sheet.rows.len().min(MOST_TITLE_ROWS)).find_map(|at| {
        let row = &sheet.rows[at];
        let below = sheet.rows.get(at + 1).filter(|below| below.number == row.number + 1);
        let single = columns(&headings(row, None));
        let double = below.and_then(|below| columns(&headings(row, Some(below))));
        match (single, double) {
            (Some(single), Some(double)) if single.credit.is_none() && double.credit.is_some() => {
                Some((double, at + 2))
            }
            (Some(single), _) => Some((single, at + 1)),
            (None, Some(double)) => Some((double, at + 2)),
            (None, None) => None,
        }
    })
}

fn headings(row: &Row, below: Option<&Row>) -> Vec<String> {
    let width = row.cells.len().max(below.map_or(0, |below| below.cells.len()));
    let text = |row: &Row, column| row.cell(column).shown().into_owned();
    (0..width)
        .map(|column| match below {
            None => text(row, column),
            Some(below) => format!("{} {}", text(row, column), text(below, column)),
        })
        .map(|heading| plain(&heading).to_lowercase().replace('ё', "е"))
        .collect()
}

/// The first column of each kind counts.
fn columns(headings: &[String]) -> Option<Columns> {
    let kinds: Vec<Option<Kind>> = headings.iter().map(|heading| kind(heading)).collect();
    let first = |wanted: Kind| kinds.iter().position(|kind| *kind == Some(wanted));
    let found = Columns {
        date: first(Kind::Date)?,
        credit: first(Kind::Credit),
        debit: first(Kind::Debit),
        amount: first(Kind::Amount),
        direction: first(Kind::Direction),
        currency: first(Kind::Currency),
        purpose: first(Kind::Purpose),
        payer: first(Kind::Payer),
        document: first(Kind::Document),
    };
    let has_sum = found.credit.is_some() || found.amount.is_some();
    (has_sum && (found.purpose.is_some() || found.payer.is_some())).then_some(found)
}

fn kind(heading: &str) -> Option<Kind> {
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    if heading.is_empty() || heading.chars().count() > MOST_HEADING_CHARS {
        return None;
    }
    // The sequence decides: `Дата документа` is a date, `Сумма по кредиту` a credit, `Счет плательщика` neither payer
    // nor anything else that is needed.
    let has_both = has(&["дебет", "дт", "debit", "dr"]) && has(&["кредит", "кт", "credit", "cr"]);
    let is_ours = has(&["получател", "алуучу", "beneficiar", "recipient"]);
    let is_theirs = has(&["плательщик", "отправ", "контрагент", "төлөөчү", "payer", "sender"]);
    let rows: [(bool, Option<Kind>); 14] = [
        // The number of the row differs from one export to the next.
        (has(&["п/п", "строк"]) || matches!(heading, "№" | "#" | "no" | "no."), None),
        (has(&["остаток", "сальдо", "баланс", "калдык", "balance"]) || (is_ours && !is_theirs), None),
        (
            has(&[
                "назначен",
                "описан",
                "основание",
                "содержан",
                "комментар",
                "максат",
                "дайынд",
                "багыт",
                "purpose",
                "detail",
                "descript",
                "narrat",
            ]),
            Some(Kind::Purpose),
        ),
        (has_both || has(&["тип ", "вид ", "направлен", "direction", "type"]), Some(Kind::Direction)),
        (has(&["дата", "күн", "date"]), Some(Kind::Date)),
        (has(&["счет", "бик", "инн", "эсеп", "account", "bic", "swift", "iban"]) && !has(&["наимен", "name"]), None),
        (has(&["банк", "bank"]) && !has(&["референс", "номер", "reference"]), None),
        (
            has(&[
                "кредит",
                "приход",
                "поступлен",
                "зачислен",
                "кириш",
                "кирүү",
                "киреше",
                "credit",
                "paid in",
                "incoming",
            ]),
            Some(Kind::Credit),
        ),
        (
            has(&["дебет", "расход", "списан", "чыгыш", "чыгаш", "чыгым", "debit", "paid out", "outgoing", "withdraw"]),
            Some(Kind::Debit),
        ),
        (heading.starts_with("валют") || heading.starts_with("currency") || heading == "ccy", Some(Kind::Currency)),
        (has(&["сумма", "amount"]), Some(Kind::Amount)),
        (
            has(&[
                "плательщик",
                "отправител",
                "контрагент",
                "корреспондент",
                "төлөөчү",
                "жөнөтүүчү",
                "наименован",
                "payer",
                "sender",
                "counterparty",
                "remitter",
            ]),
            Some(Kind::Payer),
        ),
        (has(&["документ", "док.", "номер", "№", "референс", "doc", "reference", "number"]), Some(Kind::Document)),
        (heading == "ref", Some(Kind::Document)),
    ];
    rows.into_iter().find(|(is_it, _)| *is_it).and_then(|(_, kind)| kind)
}
