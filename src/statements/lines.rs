//! From the rows of a file to the money that came in.

use std::collections::HashMap;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::amounts;
use super::columns::{self, Columns};
use crate::sheets::{self, Cell, Row, Sheet, SheetError, Workbook, plain};

/// No statement has more lines: one transaction should not hold the writers long.
pub const MOST_LINES: usize = 5_000;
/// Longer texts are cut.
const MOST_PURPOSE_CHARS: usize = 1_000;
const MOST_FIELD_CHARS: usize = 200;

/// A statement as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The account it is of, when its title says so.
    pub bank_account: Option<String>,
    /// The first and the last day of its lines.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// Money that came in, and what may be money that came in.
    pub lines: Vec<Line>,
    /// How many lines are money that went out. They are none of our business.
    pub debits: usize,
}

/// Money that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The row of the file.
    pub row: u32,
    /// What it is recognised by for ever: SHA-256, hexadecimal, over what is in it, and over which of those it is when
    /// a file has several alike.
    pub fingerprint: String,
    /// When, as the bank counts.
    pub on: Option<NaiveDate>,
    /// How much, tyiyn, positive.
    pub amount_tyiyn: Option<i64>,
    /// Why nothing can be proposed: no sum, no day, another currency.
    pub refusal: Option<String>,
    /// The bank's number of it.
    pub document_no: Option<String>,
    /// From whom.
    pub payer: Option<String>,
    /// What it is for.
    pub purpose: String,
}

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No table.
    #[error("{0}")]
    Sheets(#[from] SheetError),
    /// A table of something else.
    #[error(
        "no statement was found in it: a row of headings must name a date, a sum (or credit) and a purpose or payer"
    )]
    NoHeadings,
    /// Too long.
    #[error("the statement has more than {MOST_LINES} incoming lines; export a shorter period")]
    TooLong,
}

/// Reads a statement.
///
/// # Errors
/// [`Unreadable`] says what is wrong with the file. A line with something wrong is no error: it says so itself.
pub fn read(bytes: &[u8]) -> Result<Parsed, Unreadable> {
    of_workbook(&sheets::read(bytes)?)
}

fn of_workbook(workbook: &Workbook) -> Result<Parsed, Unreadable> {
    let mut parsed = Parsed::default();
    let mut found_any = false;
    for sheet in workbook.sheets.iter().filter(|sheet| !sheet.hidden) {
        let Some((columns, first)) = columns::find(sheet) else { continue };
        found_any = true;
        let title = Title::of(sheet, first);
        parsed.bank_account = parsed.bank_account.take().or_else(|| title.bank_account.clone());
        for row in &sheet.rows[first..] {
            match line(row, &columns, title.currency.as_deref()) {
                Read::In(line) => parsed.lines.push(line),
                Read::Out => parsed.debits += 1,
                Read::Nothing => {}
            }
            if parsed.lines.len() > MOST_LINES {
                return Err(Unreadable::TooLong);
            }
        }
    }
    if !found_any {
        return Err(Unreadable::NoHeadings);
    }
    number_the_alike(&mut parsed.lines);
    let days = || parsed.lines.iter().filter_map(|line| line.on);
    parsed.period = days().min().zip(days().max());
    Ok(parsed)
}

/// What stands above the table.
struct Title {
    bank_account: Option<String>,
    /// A currency that is not the som.
    currency: Option<String>,
}

impl Title {
    fn of(sheet: &Sheet, first: usize) -> Self {
        let above =
            || sheet.rows[..first.saturating_sub(1)].iter().flat_map(|row| &row.cells).map(|cell| plain(&cell.shown()));
        // Accounts of Kyrgyz banks have sixteen digits.
        let account = |text: String| {
            let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| number.len() == 16);
            numbers.next().map(str::to_owned)
        };
        let foreign = |text: String| {
            let mut words = text.split(|c: char| !c.is_alphabetic()).map(str::to_uppercase);
            words.find(|word| matches!(word.as_str(), "USD" | "EUR" | "RUB" | "RUR" | "KZT" | "CNY" | "UZS"))
        };
        Self { bank_account: above().find_map(account), currency: above().find_map(foreign) }
    }
}

/// What a row is.
enum Read {
    In(Line),
    Out,
    Nothing,
}

fn line(row: &Row, columns: &Columns, title_currency: Option<&str>) -> Read {
    let text = |column: Option<usize>| column.map(|at| plain(&row.cell(at).shown())).filter(|text| !text.is_empty());
    let first = row.cells.iter().map(|cell| plain(&cell.shown())).find(|text| !text.is_empty()).unwrap_or_default();
    if is_total(&first) {
        return Read::Nothing;
    }
    let (purpose, payer, document) = (text(columns.purpose), text(columns.payer), text(columns.document));
    let amount = match sum(row, columns) {
        None => return Read::Nothing,
        Some(Ok(tyiyn)) if tyiyn <= 0 => return Read::Out,
        Some(amount) => amount,
    };
    let on = day(row.cell(columns.date));
    // The foot of a table has sums too, but neither a day nor a purpose.
    if on.is_none() && purpose.is_none() && payer.is_none() {
        return Read::Nothing;
    }
    let currency = text(columns.currency).filter(|word| !amounts::is_som(word));
    let foreign = currency.or_else(|| title_currency.filter(|_| columns.currency.is_none()).map(str::to_owned));
    let refusal = match (&amount, on, foreign) {
        (_, _, Some(foreign)) => Some(format!("the currency is {}, not KGS", cut(&foreign, 20))),
        (Err(why), ..) => Some(why.clone()),
        (_, None, _) => Some(format!("\"{}\" is no day", cut(&row.cell(columns.date).shown(), 40))),
        (Ok(_), Some(_), None) => None,
    };
    let fields = [&on.map(|on| on.to_string()), &text(columns.credit.or(columns.amount)), &document, &payer, &purpose];
    Read::In(Line {
        row: row.number,
        fingerprint: fingerprint(&amount, &fields.map(|field| field.clone().unwrap_or_default())),
        on,
        amount_tyiyn: amount.ok().filter(|_| refusal.is_none()),
        refusal,
        document_no: document.map(|text| cut(&text, 100)),
        payer: payer.map(|text| cut(&text, MOST_FIELD_CHARS)),
        purpose: cut(&purpose.unwrap_or_default(), MOST_PURPOSE_CHARS),
    })
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Whether a row sums up the others.
fn is_total(first: &str) -> bool {
    let first = first.to_lowercase();
    ["итог", "всего", "оборот", "сальдо", "остаток", "жалпы", "баары", "total", "balance", "closing", "opening"]
        .iter()
        .any(|word| first.starts_with(word))
}

/// The sum of a line; not positive when it went out, `None` when there is none.
fn sum(row: &Row, columns: &Columns) -> Option<Result<i64, String>> {
    let of = |column: Option<usize>| column.and_then(|at| amounts::read(row.cell(at)));
    if columns.credit.is_some() {
        return match (of(columns.credit), of(columns.debit)) {
            (None | Some(Ok(0)), None) => None,
            (None | Some(Ok(0)), Some(_)) => Some(Ok(0)),
            (credit, _) => credit,
        };
    }
    let amount = of(columns.amount)?;
    let direction = columns.direction.map(|at| plain(&row.cell(at).shown()).to_lowercase());
    if direction.is_some_and(|word| is_out(&word)) { Some(Ok(0)) } else { Some(amount) }
}

fn is_out(direction: &str) -> bool {
    let begins = ["дт", "деб", "расход", "спис", "исход", "чыг", "debit", "dr", "out", "-"];
    direction == "d" || direction == "д" || begins.iter().any(|word| direction.starts_with(word))
}

/// The day of a line, as a date of the spreadsheet or as text, whatever time follows it.
fn day(cell: &Cell) -> Option<NaiveDate> {
    if let Cell::Date(at) = cell {
        return Some(at.date());
    }
    let text = plain(&cell.shown());
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y.%m.%d", "%d.%m.%y"].iter().find_map(|form| {
        let read = NaiveDate::parse_from_str(day, form).ok()?;
        // `%Y` reads the year 26, too.
        (NaiveDate::from_ymd_opt(2000, 1, 1)? <= read && read < NaiveDate::from_ymd_opt(2100, 1, 1)?).then_some(read)
    })
}

/// The digest of a line's fields as they are compared; the sum by its value, however it is written.
fn fingerprint(amount: &Result<i64, String>, fields: &[String; 5]) -> String {
    let mut digest = Sha256::new();
    for (at, field) in fields.iter().enumerate() {
        let value = match (at, amount) {
            (1, Ok(tyiyn)) => tyiyn.to_string(),
            _ => field.to_lowercase(),
        };
        digest.update(value.len().to_le_bytes());
        digest.update(value);
    }
    hex(digest)
}

/// The second of two lines that are alike in everything is another payment than the first.
fn number_the_alike(lines: &mut [Line]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for line in lines {
        let ordinal = seen.entry(line.fingerprint.clone()).or_insert(0);
        *ordinal += 1;
        line.fingerprint = hex(Sha256::new().chain_update(&line.fingerprint).chain_update(ordinal.to_le_bytes()));
    }
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(csv: &str) -> Parsed {
        read(csv.as_bytes()).unwrap()
    }

    fn told(csv: &str) -> Vec<(Option<i64>, String)> {
        of(csv).lines.into_iter().map(|line| (line.amount_tyiyn, line.purpose)).collect()
    }

    #[test]
    fn headings_are_known_in_three_languages_under_title_rows() {
        for csv in [
            "Выписка по счету 1030120000000001\nза период 01.11.2026 - 30.11.2026\n\nДата операции;№ док.;Плательщик;Счет плательщика;Дебет;Кредит;Назначение платежа\n14.11.2026;17;Асанова Б.;1;;1 245,00;за товар\n",
            "Күнү;Төлөөчү;Кириш;Чыгыш;Төлөмдүн максаты\n14.11.2026;Асанова Б.;1245,00;;за товар\n",
            "No,Date,Bank reference,Beneficiary name,Sender,Amount,Currency,Details\n1,2026-11-14,17,Torugart,Asanova B.,\"1,245.00\",KGS,за товар\n",
            "Дата\tСумма\tДт/Кт\tОписание\n14.11.2026 10:30\t1245.00\tКт\tза товар\n",
            "Дата;Сумма;;Назначение\n;Дебет;Кредит;\n14.11.2026;;1245,00;за товар\n",
        ] {
            let parsed = of(csv);
            assert_eq!(told(csv), [(Some(124_500), "за товар".to_owned())], "{csv}");
            assert_eq!(parsed.lines[0].on, NaiveDate::from_ymd_opt(2026, 11, 14), "{csv}");
        }
        let full = of(
            "Счет 1030120000000001\nДата;№ док.;Плательщик;Кредит;Назначение\n14.11.2026;17;А;1;x\n16.11.2026;18;Б;2;y",
        );
        assert_eq!(full.bank_account.as_deref(), Some("1030120000000001"));
        assert_eq!(
            full.period.map(|(from, to)| (from.to_string(), to.to_string())),
            Some(("2026-11-14".into(), "2026-11-16".into()))
        );
        assert_eq!(
            (full.lines[1].row, full.lines[1].document_no.as_deref(), full.lines[1].payer.as_deref()),
            (4, Some("18"), Some("Б"))
        );
    }

    #[test]
    fn money_that_went_out_and_totals_are_no_lines() {
        let csv = "Дата;Дебет;Кредит;Назначение\n14.11.2026;500,00;;аренда\n14.11.2026;0,00;7,00;a\n14.11.2026;7,00;0,00;b\nИтого;500,00;7,00;\n;;9,00;\n";
        assert_eq!((told(csv), of(csv).debits), (vec![(Some(700), "a".to_owned())], 2));
        let csv = "Дата;Сумма;Тип операции;Назначение\n14.11.2026;5,00;Расход;a\n14.11.2026;6,00;Приход;b\n14.11.2026;-7,00;;c\n";
        assert_eq!((told(csv), of(csv).debits), (vec![(Some(600), "b".to_owned())], 2));
    }

    #[test]
    fn a_line_that_cannot_be_read_says_why() {
        let csv = "Дата;Сумма;Валюта;Назначение\n14.11.2026;5,0012;KGS;a\n14.11.2026;6,00;USD;b\nвчера;7,00;сом;c\n31.02.2026;7,00;;d\n";
        let why: Vec<_> = of(csv).lines.into_iter().map(|line| line.refusal.unwrap()).collect();
        assert_eq!(
            why,
            [
                "5,0012 has a fraction of a tyiyn",
                "the currency is USD, not KGS",
                "\"вчера\" is no day",
                "\"31.02.2026\" is no day"
            ]
        );
        let dollars = of("Выписка, валюта счета USD\nДата;Кредит;Назначение\n14.11.2026;5;a\n");
        assert_eq!(dollars.lines[0].refusal.as_deref(), Some("the currency is USD, not KGS"));
    }

    #[test]
    fn a_fingerprint_is_that_of_the_payment_not_of_the_file() {
        let prints = |csv: &str| of(csv).lines.into_iter().map(|line| line.fingerprint).collect::<Vec<_>>();
        let one = prints("Дата;Кредит;Назначение\n14.11.2026;1 245,00;Оплата\n14.11.2026;1 245,00;Оплата\n");
        let other = prints("Bank\nDate,Credit,Purpose\n2026-11-14,1245.00,\" ОПЛАТА\u{A0}\"\n");
        assert_ne!(one[0], one[1]);
        assert_eq!(one[0], other[0]);
        for csv in [
            "Дата;Кредит;Назначение\n15.11.2026;1 245,00;Оплата\n",
            "Дата;Кредит;Назначение\n14.11.2026;1 245,01;Оплата\n",
            "Дата;Кредит;Назначение\n14.11.2026;1 245,00;Оплата 2\n",
            "Дата;Кредит;Назначение;Плательщик\n14.11.2026;1 245,00;Оплата;А\n",
            "Дата;Кредит;Назначение;Номер\n14.11.2026;1 245,00;Оплата;А\n",
        ] {
            assert!(!one.contains(&prints(csv)[0]), "{csv}");
        }
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        for csv in ["a;b\n1;2\n", "Дата;Назначение\n14.11.2026;x\n", "Дата;Сумма\n14.11.2026;5\n"]
        {
            assert_eq!(read(csv.as_bytes()), Err(Unreadable::NoHeadings), "{csv}");
        }
        let long = format!("Дата;Кредит;Назначение\n{}", "14.11.2026;5;x\n".repeat(MOST_LINES + 1));
        assert_eq!(read(long.as_bytes()), Err(Unreadable::TooLong));
        assert_eq!(read(b"%PDF-1.4"), Err(Unreadable::Sheets(SheetError::NotATable("a PDF document"))));
    }
}
