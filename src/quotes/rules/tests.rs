use chrono::DateTime;

use super::*;
use crate::config::Config;
use crate::ids::EntryId;
use crate::rates::Source;
use crate::tariffs::{DensityBand, SizeMm, WeightStep};

/// Everything that the sums of a quote depend on.
#[derive(Clone, Debug)]
struct Case {
    #[expect(dead_code, reason = "printed when a case fails")]
    seed: u64,
    new: NewQuote,
    tariff: Tariff,
    yuan: PinnedRate,
    dollar: PinnedRate,
    step_tyiyn: i64,
    prepaid_percent: (u8, u8),
}

fn pinned(currency: Currency, rate_e4: i64) -> PinnedRate {
    let effective_on = DateTime::UNIX_EPOCH.date_naive();
    PinnedRate { currency, rate: Decimal::new(rate_e4, 4), effective_on, source: Source::Nbkr }
}

/// Numbers that are the same in every run: splitmix64, so that a failing case is known by its seed.
struct Dice(u64);

impl Dice {
    fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        least + i64::try_from((mixed ^ (mixed >> 31)) % u64::try_from(most - least + 1).unwrap()).unwrap()
    }

    fn perhaps(&mut self, least: i64, most: i64) -> Option<i64> {
        (self.between(0, 1) == 1).then(|| self.between(least, most))
    }

    fn percent(&mut self) -> u8 {
        u8::try_from(self.between(0, 100)).unwrap()
    }
}

fn yuan(fen: i64) -> Money {
    Money { amount: fen, currency: Currency::Cny }
}

fn line(fen: i64, quantity: i64) -> LineRequest {
    let quantity = i32::try_from(quantity).unwrap();
    LineRequest { description: String::new(), link: None, quantity, unit_price: yuan(fen) }
}

fn asked(dice: &mut Dice) -> NewQuote {
    let lines = (0..dice.between(0, 4)).map(|_| line(dice.between(0, 2_000_000), dice.between(1, 40))).collect();
    let mut side = || dice.between(10, 1_500);
    let size = SizeMm { length: side(), width: side(), height: side() };
    NewQuote {
        domestic_delivery: dice.perhaps(0, 100_000).map(yuan),
        size: dice.perhaps(0, 0).map(|_| size),
        service_fee_bp: dice.perhaps(0, 10_000).map(|bp| i32::try_from(bp).unwrap()),
        ..NewQuote::of(lines, dice.between(1, 200_000))
    }
}

fn tariff(dice: &mut Dice) -> Tariff {
    let at = DateTime::UNIX_EPOCH.naive_utc();
    let price_currency = if dice.between(0, 1) == 0 { Currency::Kgs } else { Currency::Usd };
    let most = if price_currency == Currency::Kgs { 60_000 } else { 900 };
    let mut price_minor = || dice.between(1, most);
    let (price_per_kg_minor, of_step, of_band, of_dense) = (price_minor(), price_minor(), price_minor(), price_minor());
    let (from, to) = (dice.between(0, 300), dice.between(301, 900));
    let band = |from_kg_m3, to_kg_m3, price_minor| DensityBand { from_kg_m3, to_kg_m3, price_minor };
    let (volumetric_divisor, density_bands) = match dice.between(0, 2) {
        0 => (None, Vec::new()),
        1 => (Some(dice.between(3_000, 8_000)), Vec::new()),
        _ => (None, vec![band(from, Some(to), of_band), band(to, None, of_dense)]),
    };
    let step = dice.perhaps(1, 100_000).map(|from_g| WeightStep { from_g, price_minor: of_step });
    Tariff {
        id: EntryId::new(),
        valid_from: at,
        price_per_kg_minor,
        price_currency,
        min_weight_g: dice.between(0, 5_000),
        free_storage_days: 7,
        service_fee_bp: i32::try_from(dice.between(0, 2_000)).unwrap(),
        created_at: at,
        created_by: String::new(),
        from_branch: None,
        to_branch: None,
        mode: None,
        category: None,
        weight_steps: step.into_iter().collect(),
        density_bands,
        volumetric_divisor,
        weight_rounding_g: dice.between(1, 1_000),
        storage_fee_tyiyn: 0,
        service_fee_min_tyiyn: dice.between(0, 100_000),
        valid_until: None,
    }
}

fn case(seed: u64) -> Case {
    let mut dice = Dice(seed);
    Case {
        seed,
        new: asked(&mut dice),
        tariff: tariff(&mut dice),
        yuan: pinned(Currency::Cny, dice.between(90_000, 160_000)),
        dollar: pinned(Currency::Usd, dice.between(700_000, 1_100_000)),
        step_tyiyn: [1, 50, 100, 1_000][usize::try_from(dice.between(0, 3)).unwrap()],
        prepaid_percent: (dice.percent(), dice.percent()),
    }
}

/// Says which case it was.
macro_rules! holds {
    ($case:expr, $what:expr) => {
        assert!($what, "{} of {:?}", stringify!($what), $case)
    };
}

/// Whether a rounded sum is as near to the exact one as whole steps allow.
fn is_near(rounded: i64, exact: Decimal, step_tyiyn: i64) -> bool {
    rounded % step_tyiyn == 0 && (Decimal::from(rounded) - exact).abs() * Decimal::TWO <= Decimal::from(step_tyiyn)
}

fn check(case: &Case, firm: &Firm) {
    let step = case.step_tyiyn;
    let Some(priced) = price(&case.new, &case.tariff, Some(&case.yuan), Some(&case.dollar), firm) else {
        let fen: i64 = case.new.lines.iter().filter_map(fen_of).sum();
        // Freight and delivery are small beside it, and the fee is no more than the goods.
        holds!(case, Decimal::from(fen) * case.yuan.rate > Decimal::from(CEILING_MINOR / 4));
        return;
    };
    let sums = [priced.goods_tyiyn, priced.domestic_tyiyn, priced.service_fee_tyiyn, priced.freight_tyiyn];
    holds!(case, sums.iter().sum::<i64>() == priced.total_tyiyn);
    holds!(case, sums.iter().all(|sum| *sum >= 0 && sum % step == 0));
    holds!(case, (0..=priced.total_tyiyn).contains(&priced.prepayment_tyiyn));
    holds!(case, priced.prepayment_tyiyn % step == 0);
    holds!(case, priced.total_tyiyn <= CEILING_MINOR);
    check_goods(case, &priced);
    check_fee(case, &priced);
    check_freight(case, &priced);
}

fn check_goods(case: &Case, priced: &Priced) {
    let details = &priced.details;
    holds!(case, details.lines.iter().map(|line| line.amount.amount).sum::<i64>() == priced.goods_tyiyn);
    holds!(case, details.lines.len() == case.new.lines.len());
    let mut fen = 0;
    for (line, asked) in details.lines.iter().zip(&case.new.lines) {
        let of_line = asked.unit_price.amount * i64::from(asked.quantity);
        holds!(case, line.amount.original == Some(yuan(of_line)));
        holds!(case, is_near(line.amount.amount, Decimal::from(of_line) * case.yuan.rate, case.step_tyiyn));
        fen += of_line;
    }
    holds!(case, details.goods_original == yuan(fen));
    holds!(case, details.domestic_original == case.new.domestic_delivery);
    let domestic_fen = details.domestic_original.map_or(0, |money| money.amount);
    holds!(case, is_near(priced.domestic_tyiyn, Decimal::from(domestic_fen) * case.yuan.rate, case.step_tyiyn));
}

fn check_fee(case: &Case, priced: &Priced) {
    let least = case.tariff.service_fee_min_tyiyn;
    let bp = case.new.service_fee_bp.unwrap_or(case.tariff.service_fee_bp);
    let share = Decimal::from(priced.goods_tyiyn) * Decimal::new(bp.into(), 4);
    let fee = priced.service_fee_tyiyn;
    if priced.goods_tyiyn == 0 {
        holds!(case, fee == 0);
    } else if is_near(fee, share, case.step_tyiyn) {
        holds!(case, fee >= least);
    } else {
        // The least fee, in whole steps.
        holds!(case, (least..least + case.step_tyiyn).contains(&fee) && Decimal::from(fee) > share);
    }
}

fn check_freight(case: &Case, priced: &Priced) {
    let freight = priced.details.freight.unwrap();
    holds!(case, freight.charged_weight_g >= case.new.estimated_weight_g.max(case.tariff.min_weight_g));
    holds!(case, freight.charged_weight_g % case.tariff.weight_rounding_g == 0);
    let exact = Decimal::new(freight.charged_weight_g, 3) * Decimal::from(freight.price_per_kg.amount);
    match priced.details.freight_original {
        None => {
            holds!(case, freight.price_per_kg.currency == Currency::Kgs);
            holds!(case, is_near(priced.freight_tyiyn, exact, case.step_tyiyn));
        }
        Some(original) => {
            holds!(case, original.currency == Currency::Usd && is_near(original.amount, exact, 1));
            holds!(case, is_near(priced.freight_tyiyn, exact * case.dollar.rate, case.step_tyiyn));
        }
    }
}

#[test]
fn a_hundred_thousand_quotes_add_up() {
    let mut firm = Config::defaults().unwrap().business;
    let mut priced = 0;
    for seed in 0..100_000 {
        let case = case(seed);
        firm.rounding_step_tyiyn = case.step_tyiyn;
        (firm.prepayment_goods_percent, firm.prepayment_freight_percent) = case.prepaid_percent;
        check(&case, &firm);
        priced += usize::from(price(&case.new, &case.tariff, Some(&case.yuan), Some(&case.dollar), &firm).is_some());
    }
    assert!(priced > 50_000, "most of them must be quotes: {priced}");
}

#[test]
fn nothing_is_counted_at_a_rate_that_was_not_given() {
    let firm = Config::defaults().unwrap().business;
    let tariff = Tariff { price_currency: Currency::Usd, ..tariff(&mut Dice(1)) };
    let (yuan, dollar) = (pinned(Currency::Cny, 128_707), pinned(Currency::Usd, 874_500));
    let goods = NewQuote::of(vec![line(100, 1)], 1_000);
    assert!(price(&goods, &tariff, Some(&yuan), Some(&dollar), &firm).is_some());
    assert!(price(&goods, &tariff, None, Some(&dollar), &firm).is_none());
    assert!(price(&goods, &tariff, Some(&yuan), None, &firm).is_none());
    assert!(price(&NewQuote::of(Vec::new(), 1_000), &tariff, None, Some(&dollar), &firm).is_some());
}

#[test]
fn a_quote_from_before_offers_had_titles_is_read() {
    let old = r#"{"lines":[],"goods_original":{"amount":0,"currency":"CNY"},"domestic_original":null,
        "freight_original":{"amount":30,"currency":"USD"},"estimated_weight_g":100,"service_fee_bp":500,
        "tariff_id":"019e5f0c-0000-7000-8000-000000000000","rates":[]}"#;
    let details: Details = serde_json::from_str(old).unwrap();
    assert_eq!((details.title, details.freight, details.size), (None, None, None));
}
