//! What the feed's reader takes, and what it refuses.

use proptest::prelude::*;

use super::*;

const DAILY: &[u8] = include_bytes!("../../../tests/data/nbkr/daily-2026-05-24.xml");
const WEEKLY: &[u8] = include_bytes!("../../../tests/data/nbkr/weekly-2026-05-23.xml");

/// A file with one currency, one unit of which costs 87.45 som; `change` replaces a part of it.
fn changed(from: &str, to: &str) -> Result<Feed, FeedError> {
    let file = "<CurrencyRates Date=\"24.05.2026\">\n<Currency ISOCode=\"USD\">\n\
        <Nominal>1</Nominal>\n<ValidFor>7</ValidFor>\n<Value>87,4500</Value>\n\
        </Currency>\n</CurrencyRates>\n";
    assert_eq!(file.matches(from).count(), 1, "{from}");
    parse(file.replace(from, to).as_bytes())
}

fn with_value(value: &str) -> Result<Feed, FeedError> {
    changed("87,4500", value)
}

fn only_rate(feed: Result<Feed, FeedError>) -> String {
    let feed = feed.unwrap();
    assert_eq!(feed.rates.len(), 1);
    feed.rates[0].kgs_per_unit.to_string()
}

fn usd() -> String {
    "USD".to_owned()
}

fn rate_of(feed: &Feed, currency: &str) -> String {
    let mut rates = feed.rates.iter();
    let rate = rates.find(|rate| rate.currency == currency);
    rate.unwrap().kgs_per_unit.to_string()
}

fn codes(feed: &Feed) -> String {
    let codes: Vec<_> = feed.rates.iter().map(|rate| rate.currency.as_str()).collect();
    codes.join(" ")
}

#[test]
fn the_recorded_daily_file_is_read() {
    let feed = parse(DAILY).unwrap();
    assert_eq!(feed.effective_on.to_string(), "2026-05-24");
    assert_eq!(codes(&feed), "USD EUR CNY KZT RUB");
    let rates = feed.rates.iter().map(|rate| rate.kgs_per_unit.to_string());
    assert!(rates.eq(["87.45", "101.5076", "12.8707", "0.1859", "1.2263"]));
    assert!(feed.rates.iter().all(|rate| rate.valid_days == 4));
}

#[test]
fn the_recorded_weekly_file_is_read() {
    let feed = parse(WEEKLY).unwrap();
    assert_eq!(feed.effective_on.to_string(), "2026-05-23");
    assert_eq!(
        codes(&feed),
        "GBP DKK INR CAD KRW NOK XDR SEK CHF JPY AMD BYR MDL TJS UZS UAH KWD HUF CZK NZD \
         PKR AUD TRY AZN SGD AFN BRL GEL AED IRR MYR MNT TWD TMT PLN SAR BYN OMR HKD IDR"
    );
    assert_eq!(feed.rates.len(), 40);
    assert_eq!(rate_of(&feed, "GBP"), "117.4147");
    assert_eq!(rate_of(&feed, "JPY"), "0.54969");
    assert!(feed.rates.iter().all(|rate| rate.valid_days == 7));
}

#[test]
fn every_proper_beginning_of_a_file_is_refused() {
    for file in [DAILY, WEEKLY] {
        let file = file.trim_ascii_end();
        assert!(parse(file).is_ok());
        for end in 0..file.len() {
            assert!(parse(&file[..end]).is_err(), "{end} bytes");
        }
    }
}

#[test]
fn a_file_that_breaks_off_is_said_to() {
    for from in ["</CurrencyRates>\n", ">\n</Currency>\n</CurrencyRates>\n"] {
        assert_eq!(changed(from, ""), Err(FeedError::Truncated));
    }
}

#[test]
fn values_have_a_comma_or_a_point() {
    for (value, rate) in [
        ("87,4500", "87.45"),
        ("87.4500", "87.45"),
        ("87", "87"),
        (" 87,45\n", "87.45"),
        ("87,<!-- half -->45", "87.45"),
        ("<![CDATA[87,45]]>", "87.45"),
        ("8&#55;,45", "87.45"),
        ("0,0001", "0.0001"),
    ] {
        assert_eq!(only_rate(with_value(value)), rate, "{value}");
    }
}

#[test]
fn values_that_are_not_positive_numbers_are_refused() {
    for value in [
        "", "0", "0,0000", "-87,45", "+87,45", "NaN", "inf", "Infinity", "1e3", "87,", ",45", "87,45,00", "1.087,45",
        "1 087,45", "1_087", "0x10", "٨٧", "-",
    ] {
        let (currency, text) = (usd(), value.to_owned());
        let expected = Err(FeedError::BadValue { currency, text });
        assert_eq!(with_value(value), expected);
    }
    let text = "the Value of USD is \"-87,45\"; expected a number greater than 0, such as 87,4500";
    assert_eq!(with_value("-87,45").unwrap_err().to_string(), text);
}

#[test]
fn values_with_too_many_digits_are_refused() {
    for value in ["9".repeat(30), format!("0,{}1", "0".repeat(28))] {
        let (currency, text) = (usd(), value.clone());
        let expected = Err(FeedError::TooManyDigits { currency, text });
        assert_eq!(with_value(&value), expected);
    }
    // It can be held, but not divided: nothing would be left.
    let file = format!(
        "<CurrencyRates Date=\"24.05.2026\"><Currency ISOCode=\"USD\"><Nominal>1000</Nominal>\
         <Value>0,{}1</Value></Currency></CurrencyRates>",
        "0".repeat(27)
    );
    let refused = parse(file.as_bytes());
    assert!(matches!(refused, Err(FeedError::TooManyDigits { .. })), "{refused:?}");
}

#[test]
fn the_value_is_divided_by_the_nominal() {
    let with_nominal = |nominal| only_rate(changed(">1<", &format!(">{nominal}<")));
    assert_eq!(with_nominal("10"), "8.745");
    assert_eq!(with_nominal("100"), "0.8745");
    assert_eq!(with_nominal(" 1\n"), "87.45");
}

#[test]
fn nominals_and_days_that_are_not_positive_whole_numbers_are_refused() {
    for (element, from, max) in [("Nominal", ">1<", u32::MAX), ("ValidFor", ">7<", 366)] {
        for text in ["0", "-1", "+1", "1,5", "1.0", "", "ten", "4294967296"] {
            let refused = changed(from, &format!(">{text}<"));
            let (currency, text) = (usd(), text.to_owned());
            let expected = FeedError::BadCount { currency, element, text, max };
            assert_eq!(refused, Err(expected));
        }
    }
    assert!(changed(">7<", ">366<").is_ok());
    assert!(changed(">7<", ">367<").is_err());
}

#[test]
fn a_rate_without_valid_for_holds_as_a_daily_one() {
    let days = |feed: Result<Feed, FeedError>| feed.unwrap().rates[0].valid_days;
    assert_eq!(days(changed("<ValidFor>7</ValidFor>", "")), DAILY_VALID_DAYS);
    assert_eq!(days(changed(">7<", ">14<")), 14);
}

#[test]
fn the_date_is_dd_mm_yyyy() {
    for text in [
        "",
        "24.05.26",
        "4.5.2026",
        " 24.05.2026",
        "2026-05-24",
        "24/05/2026",
        "31.02.2026",
        "00.05.2026",
        "24.13.2026",
        "24.05.+2026",
        "24.05.20260",
        "today",
    ] {
        let expected = Err(FeedError::BadDate(text.to_owned()));
        assert_eq!(changed("24.05.2026", text), expected);
    }
    let no_date = changed(" Date=\"24.05.2026\"", "");
    assert_eq!(no_date, Err(FeedError::NoDate));
}

#[test]
fn codes_are_three_upper_case_letters() {
    for text in ["", "US", "USDT", "usd", "U1D", "U D", "УСД", "€"] {
        let expected = Err(FeedError::BadCode(text.to_owned()));
        assert_eq!(changed("USD", text), expected);
    }
    let no_code = changed(" ISOCode=\"USD\"", "");
    assert_eq!(no_code, Err(FeedError::BadCode(String::new())));
}

#[test]
fn a_currency_is_there_once_and_whole() {
    let file = String::from_utf8(DAILY.to_vec()).unwrap();
    let twice = parse(file.replace("EUR", "USD").as_bytes());
    assert_eq!(twice, Err(FeedError::RepeatedCurrency(usd())));
    for (from, to, element) in [
        ("<Nominal>1</Nominal>", "", "Nominal"),
        ("<Nominal>", "<Nominal>10</Nominal><Nominal>", "Nominal"),
        ("<ValidFor>", "<ValidFor/><ValidFor>", "ValidFor"),
        ("<Value>87,4500</Value>", "", "Value"),
        ("<Value>", "<Value>1</Value><Value>", "Value"),
        ("87,4500", "87<b/>,4500", "Value"),
    ] {
        let currency = usd();
        let expected = Err(FeedError::BadShape { currency, element });
        assert_eq!(changed(from, to), expected);
    }
}

#[test]
fn a_file_without_currencies_is_refused() {
    let none = "<CurrencyRates Date=\"24.05.2026\"/>";
    assert_eq!(parse(none.as_bytes()), Err(FeedError::NoCurrency));
}

#[test]
fn what_the_bank_may_add_is_passed_over() {
    assert_eq!(only_rate(changed("<Value>", "<Name>Доллар</Name><Value>")), "87.45");
    assert_eq!(only_rate(changed("<Currency ", "<Note/><Currency New=\"1\" ")), "87.45");
}

#[test]
fn web_pages_are_recognised() {
    for page in [
        "<html>maintenance</html>",
        "<HTML lang=ru><body>Ведутся работы<br></body></HTML>",
        "<!doctype html><title>503</title>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\"><html/>",
        "\u{feff}\n <!-- down --> <html>",
    ] {
        assert_eq!(parse(page.as_bytes()), Err(FeedError::WebPage), "{page}");
    }
}

#[test]
fn document_types_are_refused() {
    for doctype in [
        "<!DOCTYPE CurrencyRates>",
        "<!DOCTYPE CurrencyRates SYSTEM \"http://127.0.0.1/x.dtd\">",
        "<!DOCTYPE r [<!ENTITY a \"1\"><!ENTITY b \"&a;&a;\">]>",
        "<!DOCTYPE я>",
    ] {
        let refused = changed("<CurrencyRates", &format!("{doctype}<CurrencyRates"));
        assert_eq!(refused, Err(FeedError::Doctype), "{doctype}");
    }
}

#[test]
fn only_the_five_predefined_entities_are_known() {
    let unknown = Err(FeedError::Entity("nbsp".to_owned()));
    assert_eq!(with_value("87&nbsp;"), unknown);
    assert_eq!(changed("USD", "U&nbsp;"), unknown);
    assert_eq!(changed("<Value>", "<Name>&nbsp;</Name><Value>"), unknown);
    let five = "&lt;&gt;&amp;&apos;&quot;";
    assert!(changed("<Value>", &format!("<Name>{five}</Name><Value>")).is_ok());
    assert!(changed("<Currency ", &format!("<Currency Name=\"{five}\" ")).is_ok());
    assert_eq!(changed("USD", "&lt;"), Err(FeedError::BadCode("<".to_owned())));
}

#[test]
fn other_and_broken_xml_is_refused() {
    assert_eq!(parse(b""), Err(FeedError::Empty));
    assert_eq!(parse(b" \n<!-- nothing -->"), Err(FeedError::Empty));
    let other = Err(FeedError::NotRates("rss".to_owned()));
    assert_eq!(parse(b"<rss><channel/></rss>"), other);
    for (from, to) in [
        ("</Value>", "</Val>"),
        ("</CurrencyRates>\n", "</CurrencyRates>more"),
        ("</CurrencyRates>\n", "</CurrencyRates><CurrencyRates/>"),
        ("</CurrencyRates>\n", "</CurrencyRates></CurrencyRates>"),
        ("ISOCode=\"USD\"", "ISOCode=USD"),
        ("ISOCode=\"USD\"", "ISOCode=\"USD\" ISOCode=\"EUR\""),
        ("87,4500", "87 & 4500"),
        ("87,4500", "8&#x0;7"),
    ] {
        let refused = changed(from, to);
        assert!(matches!(refused, Err(FeedError::Malformed(_))), "{to}: {refused:?}");
    }
    let text = "the file is not proper XML: text outside of all elements: \"Too busy\"";
    assert_eq!(parse(b"Too busy\n").unwrap_err().to_string(), text);
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth| changed("<Value>", &format!("{}{}<Value>", "<a>".repeat(depth), "</a>".repeat(depth)));
    assert!(nested(14).is_ok());
    assert!(matches!(nested(15), Err(FeedError::Malformed(_))));
    assert!(matches!(nested(30_000), Err(FeedError::Malformed(_))));
}

#[test]
fn files_up_to_the_cap_are_read() {
    let mut file = DAILY.to_vec();
    file.resize(MAX_BYTES, b'\n');
    assert!(parse(&file).is_ok());
    file.push(b'\n');
    assert_eq!(parse(&file), Err(FeedError::TooLarge));
}

fn encoded(declaration: &str, text: &str) -> Vec<u8> {
    let rest = format!("<CurrencyRates Date=\"24.05.2026\"><Currency ISOCode=\"{text}\"/>");
    let (rest, ..) = encoding_rs::WINDOWS_1251.encode(&rest);
    [declaration.as_bytes(), &rest, b"</CurrencyRates>"].concat()
}

#[test]
fn a_declared_windows_1251_is_honoured() {
    // The refusal repeats the code, so it shows how the bytes were understood.
    let declaration = "<?xml version='1.0' encoding='Windows-1251'?>";
    for declaration in [declaration, &format!("\n{declaration}")] {
        let file = encoded(declaration, "сом");
        assert_eq!(parse(&file), Err(FeedError::BadCode("сом".to_owned())));
    }
    for declaration in ["", "<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='utf-8'?>"] {
        let file = encoded(declaration, "сом");
        assert_eq!(parse(&file), Err(FeedError::Undecodable("UTF-8")));
    }
}

#[test]
fn utf_8_is_read_with_and_without_a_mark() {
    for start in ["", "\u{feff}", "\n", "<?xml version='1.0' encoding='UTF-8'?>"] {
        let file = format!("{start}<CurrencyRates Date=\"24.05.2026\"><Currency ISOCode=\"сом\"/></CurrencyRates>");
        let expected = Err(FeedError::BadCode("сом".to_owned()));
        assert_eq!(parse(file.as_bytes()), expected, "{start}");
    }
}

#[test]
fn other_encodings_are_refused() {
    let refused = |name: &str| Err(FeedError::Encoding(name.to_owned()));
    let koi8 = encoded("<?xml version='1.0' encoding='koi8-r'?>", "USD");
    assert_eq!(parse(&koi8), refused("KOI8-R"));
    let unknown = encoded("<?xml version='1.0' encoding='cp-1'?>", "USD");
    assert_eq!(parse(&unknown), refused("cp-1"));
    assert_eq!(parse(b"\xff\xfe<\0r\0"), refused("UTF-16LE"));
}

#[test]
fn foreign_text_is_shown_short_and_on_one_line() {
    let long = "9\u{202e}\n".repeat(100);
    let text = with_value(&long).unwrap_err().to_string();
    assert!(text.len() < 500 && text.contains('…'), "{text}");
    assert!(!text.contains(['\n', '\u{202e}']), "{text}");
}

/// A recorded file with bytes replaced, cut out or put in at a few places.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        proptest::sample::select(vec![
            "<",
            ">",
            "&",
            "&lt;",
            "&#",
            "<!DOCTYPE",
            "<![CDATA[",
            "-->",
            "<?",
            "/>",
            "\"",
            "-",
            "0",
            ",",
            "9999999999999999",
            "<Value>",
            "</Currency>",
            "<Currency ISOCode=\"USD\">",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
    ];
    let change = (any::<proptest::sample::Index>(), 0..6_usize, pieces);
    let changes = proptest::collection::vec(change, 1..6);
    (proptest::sample::select(vec![DAILY, WEEKLY]), changes).prop_map(|(file, changes)| {
        let mut file = file.to_vec();
        for (at, cut, piece) in changes {
            let at = at.index(file.len() + 1);
            let end = file.len().min(at + cut);
            file.splice(at..end, piece);
        }
        file
    })
}

/// What must hold of anything that was accepted.
fn sound(feed: &Feed) -> bool {
    let codes: HashSet<_> = feed.rates.iter().map(|rate| &rate.currency).collect();
    !feed.rates.is_empty()
        && codes.len() == feed.rates.len()
        && feed.rates.iter().all(|rate| {
            rate.kgs_per_unit > Decimal::ZERO
                && (1..=MAX_VALID_DAYS).contains(&rate.valid_days)
                && code(&rate.currency).is_ok()
        })
}

proptest! {
    #[test]
    fn damaged_files_are_refused_or_still_sound(file in damaged()) {
        prop_assert!(parse(&file).is_ok_and(|feed| sound(&feed)) || parse(&file).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(parse(&bytes).is_err());
    }

    #[test]
    fn values_are_read_exactly(mantissa in 1_i64..1_000_000_000, scale in 0_u32..6) {
        let value = Decimal::new(mantissa, scale);
        let feed = with_value(&value.to_string().replace('.', ",")).unwrap();
        prop_assert_eq!(feed.rates[0].kgs_per_unit, value);
    }
}
