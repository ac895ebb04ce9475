//! How the value of an order is shared by its boxes.

/// Splits a sum over the boxes of an order by their weights, or into equal parts where one of them was not weighed.
/// The parts add up: what is left of whole units goes to those that lost most by cutting, the earlier ones first.
pub fn split(total: i64, weights_g: &[Option<i64>]) -> Vec<i64> {
    let weighed: Option<Vec<i64>> = weights_g.iter().copied().collect();
    let shares = weighed.filter(|weights| weights.iter().sum::<i64>() > 0).unwrap_or_else(|| vec![1; weights_g.len()]);
    let whole: i128 = shares.iter().map(|share| i128::from(*share)).sum();
    if whole == 0 {
        return Vec::new();
    }
    let exact = |share: &i64| i128::from(total) * i128::from(*share);
    let mut parts: Vec<i64> =
        shares.iter().map(|share| i64::try_from(exact(share).div_euclid(whole)).unwrap_or_default()).collect();
    let left = usize::try_from(total - parts.iter().sum::<i64>()).unwrap_or_default();
    let mut by_loss: Vec<usize> = (0..parts.len()).collect();
    by_loss.sort_by_key(|at| std::cmp::Reverse(exact(&shares[*at]).rem_euclid(whole)));
    by_loss.into_iter().take(left).for_each(|at| parts[at] += 1);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_goes_by_weight_or_in_equal_parts() {
        assert_eq!(split(10_000, &[Some(1_000), Some(3_000)]), [2_500, 7_500]);
        assert_eq!(split(10_000, &[Some(1_000), None]), [5_000, 5_000]);
        assert_eq!(split(10_000, &[Some(0), Some(0)]), [5_000, 5_000], "a scale that showed nothing");
        assert_eq!(split(100, &[Some(1), Some(1), Some(1)]), [34, 33, 33]);
        assert_eq!(split(100, &[Some(1), Some(2), Some(4)]), [14, 29, 57], "14.28, 28.57, 57.14");
        assert_eq!(split(7, &[None]), [7]);
        assert_eq!(split(0, &[None, None]), [0, 0]);
        assert!(split(5, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn the_parts_add_up(
            total in 0..1_000_000_000_i64,
            weights in proptest::collection::vec(proptest::option::weighted(0.95, 0..5_000_000_i64), 1..50),
        ) {
            let parts = split(total, &weights);
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            prop_assert!(parts.iter().all(|part| *part >= 0));
        }
    }
}
