use std::collections::{BTreeMap, BTreeSet};

use super::*;

const FILES: [(Lang, &str); 3] = [
    (Lang::Ky, include_str!("../../locales/ky.ftl")),
    (Lang::Ru, include_str!("../../locales/ru.ftl")),
    (Lang::En, include_str!("../../locales/en.ftl")),
];

/// Kyrgyz texts that are rightly the same in Russian.
const SAME_IN_RUSSIAN: [&str; 20] = [
    "act-weight",
    "amount-som",
    "channel-sms",
    "channel-telegram",
    "claim-amount",
    "code-placeholder",
    "phone",
    "place-bishkek",
    "place-guangzhou",
    "place-naryn",
    "place-osh",
    "place-torugart",
    "place-yiwu",
    "receipt-number",
    "shift-cashier",
    "shift-report",
    "shift-till",
    "size-cm",
    "transfer-amount",
    "weight-kg",
];

/// Each key of a text file with its lines.
fn entries(source: &str) -> BTreeMap<&str, String> {
    let mut entries: BTreeMap<&str, String> = BTreeMap::new();
    let mut key = "";
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, value)) = line.split_once(" =").filter(|_| line.starts_with(char::is_alphabetic)) {
            key = name;
            assert!(entries.insert(key, value.to_owned()).is_none(), "{key} is said twice");
        } else if !line.is_empty() {
            *entries.get_mut(key).unwrap() += &format!("\n{line}");
        }
    }
    entries
}

fn variables(value: &str) -> BTreeSet<&str> {
    let name = |rest: &'_ str| rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    value.split('$').skip(1).map(|rest| &rest[..name(rest)]).collect()
}

#[test]
fn all_languages_have_the_same_keys_and_variables() {
    let shape = |source| -> BTreeMap<String, BTreeSet<String>> {
        let owned = |value: &str| variables(value).into_iter().map(str::to_owned).collect();
        entries(source).into_iter().map(|(key, value)| (key.to_owned(), owned(&value))).collect()
    };
    let russian = shape(FILES[1].1);
    assert!(russian.len() > 90 && russian["sms-quote-ready"].len() == 5);
    for (lang, source) in FILES {
        assert_eq!(shape(source), russian, "{lang:?}");
    }
}

#[test]
fn a_text_without_values_is_what_the_one_who_looks_for_values_says() {
    for (lang, source) in FILES {
        let is_plain = |value: &str| variables(value).is_empty();
        let plain: Vec<_> =
            entries(source).into_iter().filter(|(_, value)| is_plain(value)).map(|(key, _)| key).collect();
        let kept: BTreeSet<_> = PLAIN[lang as usize].keys().copied().collect();
        assert_eq!(kept, plain.iter().copied().collect(), "{lang:?}");
        for key in plain {
            assert_eq!(text(lang, key, &[]), text_of(&TEXTS[lang as usize], &TEXTS[1], key, &[]), "{lang:?} {key}");
        }
    }
}

#[test]
fn every_text_formats_for_any_number() {
    for (lang, source) in FILES {
        for (key, value) in entries(source) {
            for number in [0, 1, 2, 5, 124_550] {
                let args: FluentArgs = variables(&value).into_iter().map(|name| (name, number)).collect();
                let texts = &TEXTS[lang as usize];
                let mut errors = Vec::new();
                let pattern = texts.get_message(key).and_then(|message| message.value()).unwrap();
                let words = texts.format_pattern(pattern, Some(&args), &mut errors);
                assert!(errors.is_empty() && !words.contains(['{', '}', '$']), "{lang:?} {key}: {words}");
                assert_eq!(words.trim(), words, "{lang:?} {key}");
                assert!(!words.contains("  "), "{lang:?} {key}: {words}");
            }
        }
    }
}

#[test]
fn each_language_keeps_to_its_letters() {
    let is_cyrillic = |c: char| ('\u{400}'..='\u{4ff}').contains(&c);
    for (lang, source) in FILES {
        for (key, value) in entries(source) {
            for word in value.split(|c: char| !c.is_alphabetic()) {
                let (cyrillic, other): (Vec<char>, Vec<char>) = word.chars().partition(|&c| is_cyrillic(c));
                assert!(cyrillic.is_empty() || other.is_empty(), "{key}: {word} mixes alphabets");
                assert!(lang != Lang::En || cyrillic.is_empty(), "{key}: {word} is not English");
                assert!(lang != Lang::Ru || !word.contains(['ң', 'ө', 'ү', 'Ң', 'Ө', 'Ү']), "{key}: {word}");
            }
        }
    }
}

#[test]
fn kyrgyz_is_not_russian_left_untranslated() {
    let (kyrgyz, russian) = (entries(FILES[0].1), entries(FILES[1].1));
    let same: Vec<&str> = kyrgyz.iter().filter(|(key, value)| russian[*key] == **value).map(|(key, _)| *key).collect();
    assert_eq!(same, SAME_IN_RUSSIAN);
}

#[test]
fn a_missing_text_falls_back_to_russian_and_then_to_its_key() {
    let kyrgyz = read(Lang::Ky, "known = белгилүү");
    let russian = read(Lang::Ru, "known = известно\nonly-russian = по-русски { $n }");
    assert_eq!(text_of(&kyrgyz, &russian, "known", &[]), "белгилүү");
    assert_eq!(text_of(&kyrgyz, &russian, "only-russian", &[("n", Arg::Num(3))]), "по-русски 3");
    assert_eq!(text_of(&kyrgyz, &russian, "nobody-knows", &[]), "nobody-knows");
}

#[test]
fn sums_are_grouped_and_show_only_odd_tyiyn() {
    for (tyiyn, printed) in [
        (0, "0"),
        (5, "0,05"),
        (99_900, "999"),
        (124_500, "1 245"),
        (124_550, "1 245,50"),
        (1_000_000_000, "10 000 000"),
        (-124_550, "-1 245,50"),
        (i64::MIN, "-92 233 720 368 547 758,08"),
    ] {
        assert_eq!(som(tyiyn), printed);
    }
    for (tyiyn, printed) in [(0, "0,00"), (5, "0,05"), (124_500, "1 245,00"), (124_550, "1 245,50"), (-100, "-1,00")] {
        assert_eq!(som_exact(tyiyn), printed);
    }
}

#[test]
fn dates_are_those_of_bishkek() {
    let evening = "2026-05-23T20:05:00Z".parse().unwrap();
    assert_eq!(date(Lang::Ru, evening), "24 мая 2026");
    assert_eq!(date(Lang::En, evening), "24 May 2026");
    assert_eq!(datetime(Lang::Ru, evening), "24 мая 2026, 02:05");
    assert_eq!(datetime(Lang::Ky, evening), "24-май, 2026-ж., 02:05");
    assert_eq!(short_date(evening), "24.05.2026");
    for month in 1..=12 {
        let day = format!("2026-{month:02}-10T00:00:00Z").parse().unwrap();
        let next = format!("2026-{:02}-10T00:00:00Z", month % 12 + 1).parse().unwrap();
        for lang in Lang::ALL {
            assert_ne!(date(lang, day), date(lang, next), "each month has its own name");
        }
    }
}

#[test]
fn the_reader_chooses_the_language() {
    for (query, header, expected) in [
        (Some("ky"), Some("en"), Lang::Ky),
        (Some("EN"), None, Lang::En),
        (Some("de"), Some("ky"), Lang::Ky),
        (None, Some("ky-KG,ky;q=0.9,ru;q=0.8"), Lang::Ky),
        (None, Some("de, ru;q=0.5, en;q=0.7"), Lang::En),
        (None, Some("en;q=0.5, ky;q=0.5"), Lang::En),
        (None, Some("en;q=0, ky;q=0.1"), Lang::Ky),
        (None, Some("de, *;q=0.5"), Lang::Ru),
        (None, Some("нет;;q=х,,"), Lang::Ru),
        (None, None, Lang::Ru),
    ] {
        assert_eq!(Lang::negotiate(query, header), expected, "{query:?} {header:?}");
    }
}

#[test]
fn a_language_is_stored_by_its_code() {
    for lang in Lang::ALL {
        assert_eq!(serde_json::to_value(lang).unwrap(), lang.as_str());
        assert_eq!(lang.as_str().parse(), Ok(lang));
    }
    assert_eq!("de".parse::<Lang>(), Err(UnknownLang));
}

/// The SMS with usual values, the arrival with money to pay and without, and with a PIN.
fn usual_sms(lang: Lang) -> Vec<String> {
    let (code, url) = ("TG-7K4M9-2QX8C-5", "https://torugart.kg/t/TG-7K4M9-2QX8C-5");
    let quote = [
        ("code", Arg::Str(code)),
        ("total", Arg::Num(1_245_000)),
        ("prepayment", Arg::Num(830_000)),
        ("until", Arg::Str("24.05.2026")),
        ("url", Arg::Str(url)),
    ];
    let arrived = |total, pin| {
        [
            ("codes", Arg::Str(code)),
            ("count", Arg::Num(1)),
            ("total", Arg::Num(total)),
            ("branch", Arg::Str("Бишкек-2")),
            ("address", Arg::Str("Чүй 125, Токтогул")),
            ("hours", Arg::Str("10:00-19:00")),
            ("free_until", Arg::Str("31.05.2026")),
            ("pin", Arg::Str(pin)),
            ("code", Arg::Str(code)),
            ("arrived", Arg::Num(2)),
            ("parcels", Arg::Num(3)),
            ("fee", Arg::Num(5_000)),
        ]
    };
    let paid = [("code", Arg::Str(code)), ("amount", Arg::Num(830_000)), ("balance", Arg::Num(415_000))];
    let reason = ("short_reason", Arg::Str("банктын көчүрмөсүндө мындай которуу жок, текше..."));
    let rejected = [("code", Arg::Str(code)), ("amount", Arg::Num(830_050)), reason];
    let cancelled = [("code", Arg::Str(code)), ("refund", Arg::Num(830_000))];
    vec![
        text(lang, "sms-quote-ready", &quote),
        text(lang, "sms-payment-received", &paid),
        text(lang, "sms-order-arrived", &arrived(124_500, "no")),
        text(lang, "sms-order-arrived", &arrived(0, "no")),
        text(lang, "sms-order-cancelled", &cancelled),
        text(lang, "sms-transfer-rejected", &rejected),
        text(lang, "sms-order-arrived", &arrived(124_500, "123456")),
        text(lang, "sms-order-released", &arrived(124_500, "123456")),
        text(lang, "sms-storage-reminder", &arrived(124_500, "no")),
        text(lang, "sms-uncollected", &arrived(124_500, "no")),
    ]
}

#[test]
fn usual_sms_fit_two_parts() {
    for lang in Lang::ALL {
        for sms in usual_sms(lang) {
            // Two joined UCS-2 parts hold 2 x 67 UTF-16 units; a Cyrillic address makes English UCS-2 as well.
            let units = sms.encode_utf16().count();
            assert!(units <= 134, "{units}: {sms}");
        }
    }
}

#[test]
fn english_sms_stay_in_the_gsm_alphabet() {
    for (key, value) in entries(FILES[2].1).into_iter().filter(|(key, _)| key.starts_with("sms-")) {
        assert!(value.is_ascii() && !value.contains(['~', '^', '\\', '`']), "{key}: {value}");
    }
}

#[test]
fn the_arrival_says_what_to_pay_or_that_there_is_nothing() {
    let arrived = usual_sms(Lang::Ru);
    assert_eq!(
        arrived[2],
        "Заказ TG-7K4M9-2QX8C-5 прибыл. К оплате 1 245 сом. Бишкек-2, Чүй 125, Токтогул, 10:00-19:00. \
         Бесплатно до 31.05.2026."
    );
    assert!(arrived[6].ends_with("Бесплатно до 31.05.2026. PIN 123456."), "{}", arrived[6]);
    assert!(arrived[3].contains("Доплаты нет.") && !arrived[3].contains("сом"), "{}", arrived[3]);
}

#[test]
fn kilograms_have_as_many_digits_as_they_need() {
    for (weight_g, printed) in
        [(0, "0"), (1, "0,001"), (100, "0,1"), (4_200, "4,2"), (10_000, "10"), (100_050, "100,05")]
    {
        assert_eq!(kilograms(Lang::Ru, weight_g), printed);
        assert_eq!(kilograms(Lang::En, weight_g), printed.replace(',', "."));
    }
}
