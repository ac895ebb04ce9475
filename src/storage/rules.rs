//! When a customer is reminded, and when an order counts as not collected.

use chrono::NaiveDate;

/// What a day asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Free storage ends soon.
    pub is_reminder: bool,
    /// Nobody came.
    pub is_uncollected: bool,
}

/// What is due today for an order that was told of on `told_day` and lies free through `free_day`; 0 days mean never.
/// Who was told today is not reminded today, and not of free days that are over.
pub fn due(
    today: NaiveDate,
    told_day: NaiveDate,
    free_day: NaiveDate,
    reminder_days: i64,
    uncollected_days: i64,
) -> Due {
    let left = (free_day - today).num_days();
    let waited = (today - told_day).num_days();
    Due {
        is_reminder: reminder_days > 0 && waited > 0 && (0..=reminder_days).contains(&left),
        is_uncollected: uncollected_days > 0 && waited >= uncollected_days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_comes_before_the_fee_and_not_with_the_arrival() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
        let at = |today, reminder, uncollected| due(day(today), day(1), day(8), reminder, uncollected);
        let flags = |due: Due| (due.is_reminder, due.is_uncollected);
        let by_day: Vec<_> = [1, 5, 6, 8, 9, 10, 11, 20].into_iter().map(|today| flags(at(today, 2, 10))).collect();
        let (no, remind, uncollected) = ((false, false), (true, false), (false, true));
        assert_eq!(by_day, [no, no, remind, remind, no, no, uncollected, uncollected]);
        assert_eq!(flags(at(1, 30, 10)), no, "told today");
        assert_eq!((flags(at(8, 0, 0)), flags(at(30, 0, 0))), (no, no), "switched off");
    }
}
