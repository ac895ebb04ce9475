use proptest::prelude::*;

use super::*;

const FINIK_DYNAMIC: &str = "https://qr.finik.kg/#00020101021232810011qr.finik.kg0114averspay-items10328606240d690d42e4b036d3dba9d0371a120212130212520448295303417540712412005908Finik-QR6304b127";
const FINIK_STATIC: [&str; 2] = [
    "https://qr.finik.kg/#00020101021132750011qr.finik.kg0114averspay-items10326cc60f3c453e4286ae7bbbed49208ead1302125204482953034175908Finik-QR630424e3",
    "https://qr.finik.kg/#00020101021132750011qr.finik.kg0114averspay-items1032c728e5bb087648b0a96fb55a677b9e721302125204482953034175908Finik-QR63040ad6",
];
const CARGO: &str = "00020101021232690014pay.example.kg0105cargo1007KG-10241115ORD-2026-00001712021213021252044215530341754061245005913BISHKEK CARGO63048a4c";
const CYRILLIC: &str = "https://pay.payqr.kg/#00020101021132550014pay.example.kg0105cargo10129967000000011202111302123410%D0%97%D0%B0%D0%BA%D0%B0%D0%B7%20%E2%84%96%20175204421553034175913BISHKEK%20CARGO630492E7";

/// A payload with the checksum that belongs to it.
fn signed(text: &str) -> String {
    format!("{text}6304{}", read::checksum(text))
}

fn template() -> Template {
    Template {
        provider_id: "pay.example.kg".to_owned(),
        service_code: "cargo".to_owned(),
        account: "KG-1024".to_owned(),
        mcc: "4215".to_owned(),
        name: "BISHKEK CARGO".to_owned(),
        host: "https://pay.payqr.kg/".to_owned(),
        wallets: Vec::new(),
    }
}

#[test]
fn a_recorded_dynamic_code_is_read() {
    let said = parse(FINIK_DYNAMIC).unwrap();
    assert_eq!(said.kind, Kind::Dynamic);
    assert_eq!(said.amount, Some(Money::tyiyn(1_241_200)));
    assert_eq!((said.mcc.as_str(), said.name.as_str()), ("4829", "Finik-QR"));
    assert_eq!(
        said.service,
        Service {
            provider_id: "qr.finik.kg".to_owned(),
            service_code: Some("averspay-items".to_owned()),
            account: Some("8606240d690d42e4b036d3dba9d0371a".to_owned()),
            transaction_id: None,
            amount_editable: false,
            account_editable: false,
        }
    );
}

#[test]
fn recorded_static_codes_leave_the_amount_to_the_payer() {
    for code in FINIK_STATIC {
        let said = parse(code).unwrap();
        assert_eq!((said.kind, said.amount), (Kind::Static, None));
        assert!(said.service.amount_editable && !said.service.account_editable);
    }
}

#[test]
fn an_order_in_a_bare_payload_is_read() {
    let said = parse(CARGO).unwrap();
    assert_eq!(said.service.transaction_id.as_deref(), Some("ORD-2026-000017"));
    assert_eq!(said.amount, Some(Money::tyiyn(124_500)));
}

#[test]
fn a_percent_encoded_cyrillic_comment_is_read() {
    let said = parse(CYRILLIC).unwrap();
    assert_eq!(said.comment.as_deref(), Some("Заказ № 17"));
    assert_eq!(said.name, "BISHKEK CARGO");
}

#[test]
fn one_changed_digit_of_the_amount_is_caught() {
    assert_eq!(parse(&CARGO.replace("5406124500", "5406124501")), Err(Unreadable::WrongChecksum));
}

#[test]
fn what_was_read_is_written_again_to_the_letter() {
    for code in [FINIK_DYNAMIC, FINIK_STATIC[0], FINIK_STATIC[1], CARGO] {
        let payload = code.rsplit('#').next().unwrap();
        assert_eq!(parse(code).unwrap().write().unwrap(), payload);
    }
}

#[test]
fn a_bill_is_the_code_of_the_template_the_order_and_the_amount() {
    let payload = template().bill("ORD-2026-000017", Money::tyiyn(124_500)).write().unwrap();
    assert_eq!(payload, CARGO);
    let url = template().url(&payload);
    assert!(url.starts_with("https://pay.payqr.kg/#0002") && url.contains("BISHKEK%20CARGO"), "{url}");
    assert_eq!(parse(&url), parse(&payload));
}

#[test]
fn a_plus_is_a_space_only_when_the_checksum_says_so() {
    assert_eq!(parse(&CARGO.replace("BISHKEK CARGO", "BISHKEK+CARGO")).unwrap().name, "BISHKEK CARGO");
    let real_plus = signed("00020101021132170004a.kg0105cargo5204421553034175903A+B");
    assert_eq!(parse(&real_plus).unwrap().name, "A+B");
}

#[test]
fn tags_may_come_in_any_order_and_be_empty() {
    let mixed = signed("00020101021132170004a.kg0105cargo330401005903Qyl530341754010520499996200");
    let said = parse(&mixed).unwrap();
    assert_eq!((said.name.as_str(), said.amount), ("Qyl", None));
    assert_eq!(said.merchant, Some(Merchant { id: None, service_name: None }));
}

#[test]
fn an_order_of_tags_that_two_apps_read_differently_is_refused() {
    let start = "00020101021132170004a.kg0105cargo52044215530341759";
    for (payload, refusal) in [
        (signed(&format!("{start}03Qyl5903Abc")), Unreadable::Twice("59".to_owned())),
        (
            signed("00020101021132250004a.kg0105cargo0004b.kg5204421553034175903Qyl"),
            Unreadable::Twice("32/00".to_owned()),
        ),
        (format!("{}5903Qyl", signed(&format!("{start}03Qyl"))), Unreadable::NoChecksum),
        (format!("{start}03Qyl"), Unreadable::NoChecksum),
        (format!("{start}03Qyl6304zzzz"), Unreadable::BadChecksum("zzzz".to_owned())),
    ] {
        assert_eq!(parse(&payload), Err(refusal), "{payload}");
    }
}

#[test]
fn a_refusal_names_the_tag() {
    let good = "00020101021132170004a.kg0105cargo5204421553034175405123455903Qyl";
    parse(&signed(good)).unwrap();
    for (from, to, tag) in [
        ("000201", "000202", "00"),
        ("010211", "010213", "01"),
        ("0004a.kg0105cargo", "0105cargo0204a.kg", "32/00"),
        ("0004a.kg0105cargo", "0004a.kg0195cargo", "32"),
        ("52044215", "520442I5", "52"),
        ("5303417", "5303840", "53"),
        ("540512345", "5405123.5", "54"),
        ("540512345", "541412345678901234", "54"),
        ("5903Qyl", "", "59"),
    ] {
        let refusal = parse(&signed(&good.replacen(from, to, 1))).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("tag {tag} ")), "{from} -> {to}: {refusal}");
    }
}

#[test]
fn what_is_no_code_is_said_to_be_none() {
    for text in ["", "#", "hello", "https://pay.payqr.kg/", "https://pay.payqr.kg/#", "Заказ", "%", "0a"] {
        assert_eq!(parse(text), Err(Unreadable::NotElqr), "{text}");
    }
    assert_eq!(parse(&"0".repeat(9_000)), Err(Unreadable::TooLong));
    assert!(matches!(parse(&CARGO[..60]), Err(Unreadable::Broken(12))));
}

#[test]
fn limits_are_refused_by_name() {
    let bill = |change: fn(&mut Template)| {
        let mut template = template();
        change(&mut template);
        template.check()
    };
    assert_eq!(bill(|_| {}), Ok(()));
    for (change, word) in [
        ((|t| t.name = "А".repeat(26)) as fn(&mut Template), "(59) has 26 characters; at most 25"),
        (|t| t.provider_id = "a".repeat(33), "(32/00) has 33"),
        (|t| t.account = "a".repeat(32) + "b", "(32/10) has 33"),
        (|t| (t.provider_id, t.service_code, t.account) = ("a".repeat(32), "b".repeat(32), "c".repeat(32)), "(32) has"),
        (|t| t.mcc = "42l5".to_owned(), "four digits"),
        (|t| t.name = "A\nB".to_owned(), "'\\n'"),
        (|t| t.mcc.clear(), "elqr.mcc must be set too"),
        (|t| t.host = "http://pay.payqr.kg/".to_owned(), "elqr.host"),
    ] {
        let refusal = bill(change).unwrap_err();
        assert!(refusal.contains(word), "{word} is not in {refusal}");
    }
    for tyiyn in [0, -1, 10_000_000_000_000] {
        assert_eq!(template().bill("TG-1", Money::tyiyn(tyiyn)).write(), Err(Unwritable::BadAmount), "{tyiyn}");
    }
}

#[test]
fn a_scanner_reads_the_picture() {
    let url = template().url(CARGO);
    let mut decoder = ::png::Decoder::new(std::io::Cursor::new(png(&url).unwrap()));
    decoder.set_transformations(::png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let side = info.width as usize;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * info.line_size + x]);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1);
    assert_eq!(grids[0].decode().unwrap().1, url);
}

#[test]
fn a_text_that_no_code_holds_is_not_drawn() {
    assert!(svg(&template().url(CARGO)).unwrap().ends_with("</svg>"));
    assert!(svg(&"x".repeat(3_000)).is_err() && png(&"x".repeat(3_000)).is_err());
}

/// Texts as firms write them: any letters, signs of percent, plus and hash among them, characters of two units too.
fn text(most: usize) -> impl Strategy<Value = String> {
    let symbol = prop_oneof![
        proptest::char::range('А', 'я'),
        proptest::char::range(' ', '~').prop_filter("a separator", |c| *c != ':'),
        proptest::sample::select(vec!['Ң', 'ө', 'ү', '№', '%', '+', '#', '汉', '😀']),
    ];
    proptest::collection::vec(symbol, 1..=most).prop_map(|symbols| symbols.into_iter().collect())
}

prop_compose! {
    fn anything()(
        provider_id in "[a-z]{1,10}\\.kg",
        codes in (proptest::option::of(text(5)), proptest::option::of(text(5)), proptest::option::of(text(5))),
        merchant in (text(8), proptest::option::of(text(8))),
        editable in any::<(bool, bool)>(),
        comment in proptest::option::of(text(16)),
        extra in proptest::collection::vec((text(4), text(4), text(4), text(4), any::<bool>()), 0..=5),
        mcc in "[0-9]{4}",
        amount in 1..=9_999_999_999_999_i64,
        is_open in any::<bool>(),
        name in text(12),
    ) -> Elqr {
        Elqr {
            kind: if is_open { Kind::Static } else { Kind::Dynamic },
            service: Service {
                provider_id,
                service_code: codes.0,
                account: codes.1,
                transaction_id: codes.2,
                amount_editable: editable.0,
                account_editable: editable.1,
            },
            merchant: Some(Merchant { id: Some(merchant.0), service_name: merchant.1 }),
            comment,
            extra: extra
                .into_iter()
                .map(|(key, label, value, title, is_visible)| Extra { key, label, value, title, is_visible })
                .collect(),
            mcc,
            amount: (!is_open).then(|| Money::tyiyn(amount)),
            name,
        }
    }
}

proptest! {
    #[test]
    fn reading_is_the_inverse_of_writing(code in anything()) {
        let payload = code.write().unwrap();
        prop_assert_eq!(parse(&payload), Ok(code.clone()));
        prop_assert_eq!(parse(&template().url(&payload)), Ok(code));
    }

    #[test]
    fn reading_never_panics(text in any::<String>(), digits in "[0-9]{0,40}", tail in any::<String>()) {
        let _ = parse(&text);
        let _ = parse(&signed(&format!("{digits}{tail}")));
        let _ = parse(&signed(&format!("00020101021132{digits}{tail}")));
    }
}

#[test]
fn a_changed_symbol_passes_only_when_the_checksum_collides() {
    let symbols: Vec<char> = CARGO.chars().collect();
    let (mut tried, mut passed) = (0, 0);
    // The checksum itself may change its case and nothing else.
    for place in 0..symbols.len() {
        for other in ('!'..='~').filter(|c| !c.eq_ignore_ascii_case(&symbols[place])) {
            let mut changed = symbols.clone();
            changed[place] = other;
            tried += 1;
            passed += usize::from(parse(&changed.iter().collect::<String>()).is_ok());
        }
    }
    assert!(tried > 10_000, "{tried}");
    // One in 65536 is expected; the space of the name, as a plus, is one more.
    assert!(passed <= 3, "{passed} of {tried}");
}
