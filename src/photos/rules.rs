//! Whether two photos show the same.

use super::Photo;

/// Bits of the difference hash in which two encodings of one picture may differ.
const MOST_BITS_APART: u32 = 4;
/// Two encodings of one picture have the same proportions, but for rounding: percent.
const MOST_PERCENT_APART: i64 = 3;

/// Whether two photos look like one picture that was encoded twice, scaled or forwarded. The receipts of one bank look
/// much alike, too: whoever asks has to compare something else as well, such as the sum.
pub fn look_alike(a: &Photo, b: &Photo) -> bool {
    let bits_apart = (a.dhash ^ b.dhash).count_ones();
    let [across, down] =
        [i64::from(a.width_px) * i64::from(b.height_px), i64::from(b.width_px) * i64::from(a.height_px)];
    bits_apart <= MOST_BITS_APART && (across - down).abs() * 100 <= across.max(down) * MOST_PERCENT_APART
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PhotoId;
    use crate::photos::Kind;

    fn photo(dhash: i64, width_px: i32, height_px: i32) -> Photo {
        Photo {
            id: PhotoId::new(),
            sha256: String::new(),
            dhash,
            width_px,
            height_px,
            bytes: 1,
            kind: Kind::TransferReceipt,
            created_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
            created_by: String::new(),
            parcel_id: None,
            order_id: None,
        }
    }

    #[test]
    fn four_bits_and_a_rounded_side_make_no_other_picture() {
        let first = photo(-1, 1080, 2000);
        for (other, expected) in [
            (photo(-1, 1080, 2000), true),
            (photo(-1 ^ 0b1111, 540, 1000), true),
            (photo(-1 ^ 0b1111, 321, 600), true),
            (photo(-1 ^ 0b1_1111, 1080, 2000), false),
            (photo(-1, 2000, 1080), false),
            (photo(-1, 1200, 2000), false),
            (photo(i64::MIN, 1080, 2000), false),
        ] {
            assert_eq!(look_alike(&first, &other), expected, "{other:?}");
            assert_eq!(look_alike(&other, &first), expected, "{other:?}");
        }
    }
}
