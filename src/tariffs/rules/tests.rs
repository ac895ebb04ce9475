use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;

fn flat(price_per_kg_minor: i64, price_currency: Currency) -> Tariff {
    let at = DateTime::UNIX_EPOCH.naive_utc();
    Tariff {
        id: EntryId::new(),
        valid_from: at,
        price_per_kg_minor,
        price_currency,
        min_weight_g: 100,
        free_storage_days: 7,
        service_fee_bp: 500,
        created_at: at,
        created_by: String::new(),
        from_branch: None,
        to_branch: None,
        mode: None,
        category: None,
        weight_steps: Vec::new(),
        density_bands: Vec::new(),
        volumetric_divisor: None,
        weight_rounding_g: 1,
        storage_fee_tyiyn: 0,
        service_fee_min_tyiyn: 0,
        valid_until: None,
    }
}

/// The bands that a Kazakh consolidator prints for household goods, dollars: dense goods are cheap.
fn banded() -> Tariff {
    let band = |from_kg_m3, to_kg_m3, price_minor| DensityBand { from_kg_m3, to_kg_m3, price_minor };
    let density_bands =
        vec![band(100, Some(110), 360), band(110, Some(700), 300), band(700, Some(1000), 220), band(1000, None, 210)];
    Tariff { density_bands, ..flat(400, Currency::Usd) }
}

fn stepped() -> Tariff {
    let step = |from_g, price_minor| WeightStep { from_g, price_minor };
    Tariff { weight_steps: vec![step(10_000, 280), step(100_000, 250)], ..flat(300, Currency::Usd) }
}

fn cube(side: i64) -> Option<SizeMm> {
    SizeMm::of(Some(side), Some(side), Some(side))
}

fn dollar() -> Rate {
    Decimal::new(8745, 2)
}

fn sum(tariff: &Tariff, weight_g: i64) -> i64 {
    tariff.charge(weight_g, None, dollar(), 100).unwrap().amount_tyiyn
}

#[test]
fn freight_is_weight_times_price_times_rate_rounded_once() {
    // 1.234 kg x $3.00 x 87.45 = 323.7399 som.
    let charge = flat(300, Currency::Usd).charge(1_234, None, dollar(), 100).unwrap();
    assert_eq!((charge.amount_tyiyn, charge.basis, charge.charged_weight_g), (32_400, Basis::Actual, 1_234));
    assert_eq!(charge.original, Some(Money { amount: 370, currency: Currency::Usd }));
    // 1.234 kg x 265 som = 327.01 som.
    let charge = flat(26_500, Currency::Kgs).charge(1_234, None, dollar(), 100).unwrap();
    assert_eq!((charge.amount_tyiyn, charge.original), (32_700, None));
}

#[test]
fn a_feather_is_charged_the_least_weight() {
    let tariff = flat(26_500, Currency::Kgs);
    let feather = tariff.charge(1, None, Decimal::ONE, 1).unwrap();
    assert_eq!((feather.charged_weight_g, feather.basis, feather.amount_tyiyn), (100, Basis::Minimum, 2_650));
    assert_eq!(tariff.charge(100, None, Decimal::ONE, 1).unwrap().basis, Basis::Actual);
}

#[test]
fn charged_weight_is_rounded_up_and_never_down() {
    let tariff = Tariff { weight_rounding_g: 500, ..flat(300, Currency::Usd) };
    for (weight_g, charged) in [(1, 500), (500, 500), (501, 1_000), (1_000, 1_000), (4_201, 4_500)] {
        assert_eq!(tariff.charge(weight_g, None, dollar(), 100).unwrap().charged_weight_g, charged, "{weight_g}");
    }
}

#[test]
fn the_larger_of_actual_and_volumetric_weight_is_charged() {
    let tariff = Tariff { volumetric_divisor: Some(6_000), ..flat(550, Currency::Usd) };
    let charged = |weight_g, size| {
        let charge = tariff.charge(weight_g, size, dollar(), 100).unwrap();
        (charge.charged_weight_g, charge.basis)
    };
    // 30 x 30 x 30 cm is 27 000 cm3, by 6 000 is 4.5 kg.
    assert_eq!(charged(2_000, cube(300)), (4_500, Basis::Volumetric));
    assert_eq!(charged(4_500, cube(300)), (4_500, Basis::Actual));
    assert_eq!(charged(4_501, cube(300)), (4_501, Basis::Actual));
    assert_eq!(charged(2_000, None), (2_000, Basis::Actual), "without a size volume does not count");
    // A part of a gram is a gram: 27 000 001 mm3 / 6 000 is above 4 500 g.
    assert_eq!(charged(1, SizeMm::of(Some(27_000_001), Some(1), Some(1))), (4_501, Basis::Volumetric));
}

#[test]
fn a_band_of_density_begins_at_its_lower_bound_and_ends_before_its_upper_one() {
    let tariff = banded();
    // A litre of so many grams is so many kilograms in a cubic metre.
    let litre = cube(100);
    let of = |weight_g| {
        let charge = tariff.charge(weight_g, litre, dollar(), 100).unwrap();
        (charge.price_per_kg.amount, charge.basis)
    };
    for (weight_g, price) in [(100, 360), (109, 360), (110, 300), (699, 300), (700, 220), (999, 220), (1000, 210)] {
        assert_eq!(of(weight_g), (price, Basis::Density), "{weight_g} kg/m3");
    }
    assert_eq!(of(1_000_000), (210, Basis::Density), "the last band has no end");
    assert_eq!(of(99), (400, Basis::Minimum), "below the first band, weight decides");
    assert_eq!(tariff.charge(699, None, dollar(), 100).unwrap().price_per_kg.amount, 400, "without a size, too");
}

#[test]
fn a_weight_step_begins_at_its_weight() {
    let price = |weight_g| stepped().charge(weight_g, None, dollar(), 100).unwrap().price_per_kg.amount;
    for (weight_g, expected) in [(1, 300), (9_999, 300), (10_000, 280), (99_999, 280), (100_000, 250), (500_000, 250)] {
        assert_eq!(price(weight_g), expected, "{weight_g} g");
    }
    // The step is that of the charged weight: 9 501 g is charged as 10 kg.
    let rounded = Tariff { weight_rounding_g: 1_000, ..stepped() };
    assert_eq!(rounded.charge(9_501, None, dollar(), 100).unwrap().price_per_kg.amount, 280);
}

#[test]
fn steps_and_bands_that_contradict_themselves_are_named() {
    let steps =
        |of: &[i64]| -> Vec<_> { of.iter().map(|from_g| WeightStep { from_g: *from_g, price_minor: 1 }).collect() };
    assert_eq!(wrong_step(&steps(&[0, 10, 20])), None);
    assert_eq!(wrong_step(&steps(&[0, 10, 10])).unwrap().0, "/2/from_g");
    assert_eq!(wrong_step(&steps(&[10, 0])).unwrap().0, "/1/from_g");
    let bands = |of: &[(i64, Option<i64>)]| -> Vec<_> {
        of.iter().map(|(from, to)| DensityBand { from_kg_m3: *from, to_kg_m3: *to, price_minor: 1 }).collect()
    };
    assert_eq!(wrong_band(&bands(&[(0, Some(100)), (100, None)])), None);
    assert_eq!(wrong_band(&bands(&[(100, Some(110)), (110, Some(200))])), None);
    for (wrong, place) in [
        (bands(&[(0, Some(100)), (110, None)]), "/1/from_kg_m3"),
        (bands(&[(0, Some(100)), (90, None)]), "/1/from_kg_m3"),
        (bands(&[(0, None), (100, None)]), "/0/to_kg_m3"),
        (bands(&[(100, Some(100))]), "/0/to_kg_m3"),
    ] {
        assert_eq!(wrong_band(&wrong).unwrap().0, place, "{wrong:?}");
    }
}

#[test]
fn the_closest_tariff_is_taken_and_among_equals_the_latest() {
    let now = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(10);
    let day = |days| DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(days);
    let word = |word: &str| Some(word.to_owned());
    let named = |created_by: &str, tariff: Tariff| Tariff { created_by: created_by.to_owned(), ..tariff };
    let any = || flat(300, Currency::Usd);
    let all = [
        named("any", any()),
        named("later", Tariff { valid_from: day(5), ..any() }),
        named("tomorrow", Tariff { valid_from: day(11), category: word("clothes"), ..any() }),
        named("over", Tariff { valid_until: Some(now), category: word("clothes"), ..any() }),
        named("osh", Tariff { to_branch: word("OSH"), ..any() }),
        named("air", Tariff { mode: Some(Mode::Air), ..any() }),
        named("shoes", Tariff { category: word("shoes"), ..any() }),
        named("air to osh", Tariff { mode: Some(Mode::Air), to_branch: word("OSH"), ..any() }),
        named("from yiwu", Tariff { from_branch: word("YW"), ..any() }),
    ];
    let chosen = |mode, from: &str, to: &str, category: Option<&str>| {
        let wanted = Wanted { from: word(from), to: word(to), mode, category: category.map(str::to_owned) };
        let forward = choose(all.to_vec(), &wanted, now).map(|tariff| tariff.created_by);
        let backward = choose(all.iter().rev().cloned().collect(), &wanted, now).map(|tariff| tariff.created_by);
        assert_eq!(forward, backward, "the order of the rows decides");
        forward.unwrap()
    };
    assert_eq!(chosen(Mode::Truck, "GZ", "BISH", None), "later");
    assert_eq!(chosen(Mode::Truck, "GZ", "BISH", Some("clothes")), "later", "one is over, one has not begun");
    assert_eq!(chosen(Mode::Truck, "GZ", "OSH", None), "osh");
    assert_eq!(chosen(Mode::Air, "GZ", "BISH", None), "air");
    assert_eq!(chosen(Mode::Air, "GZ", "OSH", None), "air to osh");
    assert_eq!(chosen(Mode::Truck, "YW", "BISH", None), "from yiwu");
    // One named thing each: goods go before the mode, the mode before the way.
    assert_eq!(chosen(Mode::Air, "YW", "BISH", Some("shoes")), "shoes");
    assert_eq!(chosen(Mode::Truck, "YW", "OSH", None), "osh");
    let nothing = Wanted { from: None, to: None, mode: Mode::Truck, category: None };
    assert_eq!(choose(vec![all[4].clone(), all[5].clone()], &nothing, now).map(|tariff| tariff.created_by), None);
    assert_eq!(choose(all.to_vec(), &nothing, day(-1)).map(|tariff| tariff.created_by), None, "before the first");
}

proptest! {
    #[test]
    fn inside_a_step_more_weight_never_costs_less(a in 1_i64..200_000, b in 1_i64..200_000, rounding in 1_i64..2_000) {
        let tariff = Tariff { weight_rounding_g: rounding, ..stepped() };
        let of = |weight_g| tariff.charge(weight_g, None, dollar(), 100).unwrap();
        let (light, heavy) = (of(a.min(b)), of(a.max(b)));
        prop_assert!(light.charged_weight_g <= heavy.charged_weight_g);
        if light.price_per_kg == heavy.price_per_kg {
            prop_assert!(light.amount_tyiyn <= heavy.amount_tyiyn);
        }
    }

    #[test]
    fn what_is_charged_is_at_least_every_weight_and_less_than_a_rounding_more(
        weight_g in 1_i64..100_000, side in 1_i64..1_500, least in 0_i64..5_000, rounding in 1_i64..1_000,
        divisor in 3_000_i64..8_000,
    ) {
        let tariff = Tariff {
            volumetric_divisor: Some(divisor), min_weight_g: least, weight_rounding_g: rounding, ..flat(550, Currency::Usd)
        };
        let charge = tariff.charge(weight_g, cube(side), dollar(), 100).unwrap();
        let volumetric_g = (side * side * side + divisor - 1) / divisor;
        let largest = weight_g.max(least).max(volumetric_g);
        prop_assert!((largest..largest + rounding).contains(&charge.charged_weight_g));
        prop_assert_eq!(charge.charged_weight_g % rounding, 0);
        let named = match charge.basis {
            Basis::Actual => weight_g,
            Basis::Minimum => least,
            Basis::Volumetric => volumetric_g,
            Basis::Density => 0,
        };
        prop_assert_eq!(named, largest);
        prop_assert_eq!(charge.amount_tyiyn, sum(&flat(550, Currency::Usd), charge.charged_weight_g.max(100)));
    }

    #[test]
    fn every_density_has_the_one_band_that_holds_it(weight_g in 1_i64..50_000, side in 20_i64..800) {
        let charge = banded().charge(weight_g, cube(side), dollar(), 100).unwrap();
        let density = Decimal::from(weight_g * 1_000_000) / Decimal::from(side * side * side);
        let price = if density < Decimal::from(100) { 400 }
            else if density < Decimal::from(110) { 360 }
            else if density < Decimal::from(700) { 300 }
            else if density < Decimal::from(1_000) { 220 }
            else { 210 };
        prop_assert_eq!(charge.price_per_kg.amount, price);
    }
}
