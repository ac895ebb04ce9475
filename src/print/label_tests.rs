use rxing::common::HybridBinarizer;
use rxing::oned::MultiFormatOneDReader;
use rxing::{BinaryBitmap, Luma8LuminanceSource, Reader};

use super::label::{Piece, pieces};
use super::tests::greys;
use super::*;

const SIZES: [LabelSize; 3] = [LabelSize::Mm58, LabelSize::Mm80, LabelSize::A4];

/// The first parcel of three.
fn label() -> Label {
    Label {
        client_code: Some("KG-10427".to_owned()),
        order_code: Some("TG-7K4M9-2QX8C-5".to_owned()),
        barcode: "P7K4M92QX8C5".to_owned(),
        tracking_number: Some("YT8812345678901".to_owned()),
        track_url: Some("https://cargo.example.kg/t/TG-7K4M9-2QX8C-5".to_owned()),
        branch_code: Some("BISH".to_owned()),
        weight_g: Some(4350),
        number: Some((1, 3)),
    }
}

/// Whatever is longest everywhere.
fn long() -> Label {
    Label {
        client_code: Some("KOLLISHO-10427337".to_owned()),
        order_code: Some("KOLLISHO-7K4M9-2QX8C-5".to_owned()),
        track_url: Some(format!("https://{}.example.kg/t/KOLLISHO-7K4M9-2QX8C-5", "cargo".repeat(6))),
        branch_code: Some("WWWWWWWW".to_owned()),
        weight_g: Some(999_999),
        number: Some((499, 500)),
        ..label()
    }
}

/// A box of nobody.
fn nobody() -> Label {
    let (barcode, tracking_number) = ("P00000000000".to_owned(), Some("9".repeat(40)));
    Label { barcode, tracking_number, ..Label::default() }
}

/// The linear code of a part of a picture, as a scanner of another maker reads it.
fn beeped((width, _, pixels): &(usize, usize, Vec<u8>), at: (usize, usize), size: (usize, usize)) -> Option<String> {
    let part = (at.1..at.1 + size.1).flat_map(|y| &pixels[y * width + at.0..y * width + at.0 + size.0]).copied();
    let source = Luma8LuminanceSource::new(part.collect(), size.0 as u32, size.1 as u32).unwrap();
    let found = MultiFormatOneDReader::new(&rxing::DecodeHints::default())
        .decode(&mut BinaryBitmap::new(HybridBinarizer::new(source)))
        .ok()?;
    assert_eq!(*found.getBarcodeFormat(), rxing::BarcodeFormat::CODE_128);
    Some(found.getText().to_owned())
}

#[test]
fn a_code_128_is_what_the_standard_says() {
    // Start B, `P` to `5` with their values in subset B, the check symbol 3, stop: widths by table 1 of ISO/IEC 15417.
    let values = [48, 23, 43, 20, 45, 25, 18, 49, 56, 24, 35, 21];
    let check = values.iter().zip(1..).fold(104, |sum, (value, place)| sum + value * place) % 103;
    let widths = |value: i32| match value {
        104 => "211214",
        48 => "313121",
        23 => "312131",
        43 => "112331",
        20 => "221231",
        45 => "113123",
        25 => "321122",
        18 => "223211",
        49 => "211331",
        56 => "331121",
        24 => "311222",
        35 => "131321",
        21 => "213212",
        3 => "121223",
        106 => "2331112",
        other => panic!("{other} is not needed here"),
    };
    let symbols = [104].into_iter().chain(values).chain([check, 106]);
    let mut expected = Vec::new();
    let mut at = 10;
    for (width, is_bar) in symbols.flat_map(|value| widths(value).chars()).zip([true, false].into_iter().cycle()) {
        let width = width.to_digit(10).unwrap();
        if is_bar {
            expected.push((at, width));
        }
        at += width;
    }
    let code = code128::encode("P7K4M92QX8C5").unwrap();
    assert_eq!(code.bars, expected);
    assert_eq!(code.modules, at + 10, "ten modules of white on each side");
    for unfit in ["", "Ж", "a\nb", "\u{7f}"] {
        assert!(code128::encode(unfit).is_err(), "{unfit:?}");
    }
}

#[test]
fn scanners_and_phones_read_every_size() {
    for size in SIZES {
        let all = [label(), long(), nobody()];
        let picture = greys(&labels::png(&all, size).unwrap());
        let (width, height) = (size.label().0 as usize, size.label().1 as usize);
        for (index, label) in all.iter().enumerate() {
            let corner = match size {
                LabelSize::A4 => (index * width, 4),
                LabelSize::Mm58 | LabelSize::Mm80 => (0, index * height),
            };
            assert_eq!(beeped(&picture, corner, (width, height)).as_ref(), Some(&label.barcode), "{size:?} {index}");
            let pixel = |x, y| picture.2[(corner.1 + y) * picture.0 + corner.0 + x];
            let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
            let read = seen.detect_grids().first().map(|grid| grid.decode().expect("a readable QR code").1);
            assert_eq!(read, label.track_url, "{size:?} {index}");
        }
    }
}

#[test]
fn nothing_lies_upon_another_thing_or_out_of_the_printers_reach() {
    for size in SIZES {
        let (width, height) = size.label();
        let (side, edge) = match size {
            LabelSize::Mm58 => (40, 12),
            LabelSize::Mm80 | LabelSize::A4 => (32, 18),
        };
        for label in [label(), long(), nobody()] {
            let areas = pieces(&label, size).unwrap().into_iter().map(|piece| match piece {
                Piece::Text { area, .. } | Piece::Flag { area, .. } | Piece::Bars { area, .. } => (area, 0),
                // White may lie upon white.
                Piece::Qr { area, .. } => (area, 8),
            });
            let areas: Vec<_> = areas
                .map(|(area, white)| {
                    let (left, top) = (area.x + white, area.y + white);
                    (left, top, area.x + area.width - white, area.y + area.height - white)
                })
                .collect();
            for (index, one) in areas.iter().enumerate() {
                assert!(one.0 >= side && one.2 <= width - side, "{size:?} {one:?}");
                assert!(one.1 >= edge && one.3 <= height - edge, "{size:?} {one:?}");
                for other in &areas[..index] {
                    let is_apart = one.0 >= other.2 || other.0 >= one.2 || one.1 >= other.3 || other.1 >= one.3;
                    assert!(is_apart, "{size:?} {one:?} {other:?}");
                }
            }
        }
    }
}

#[test]
fn the_client_code_is_the_largest_and_an_order_code_is_cut_where_it_is_read_with_a_breath() {
    for size in SIZES {
        let text = labels::zpl(&[label()], LabelSize::Mm58).unwrap();
        let pieces = pieces(&label(), size).unwrap();
        let height = |wanted: &str| {
            pieces.iter().find_map(|piece| match piece {
                Piece::Text { area, text, .. } if text == wanted => Some(area.height),
                _ => None,
            })
        };
        let largest = height("KG-10427").unwrap();
        assert!(largest >= 54, "{size:?}: nearly seven millimetres");
        for other in ["TG-7K4M9-", "2QX8C-5", "TG-7K4M9-2QX8C-5", "1/3", "P7K4M92QX8C5", "4.35 kg"] {
            assert!(height(other).is_none_or(|height| height < largest), "{size:?} {other}");
        }
        assert!(text.contains("^FDTG-7K4M9-^FS") && text.contains("^FD2QX8C-5^FS"), "{text}");
    }
}

#[test]
fn a_label_in_zpl_says_all_and_obeys_nobody_else() {
    let text = labels::zpl(&[label()], LabelSize::Mm80).unwrap();
    assert!(text.starts_with("^XA\n^CI28\n") && text.ends_with("^PQ1\n^XZ\n"), "{text}");
    for part in [
        "^PW640\n^LL480\n",
        "^FDKG-10427^FS",
        "^FDBISH^FS",
        "^FD1/3^FS",
        "^FD4.35 kg^FS",
        "^BY3,3,111^BCN,111,N,N,N^FH^FDP7K4M92QX8C5^FS",
        "^BQN,2,4^FH^FDMA,https://cargo.example.kg/t/TG-7K4M9-2QX8C-5^FS",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let nasty = "^XZ~JA_5E\\&\r\n^FSӨү";
    let label = Label {
        client_code: Some(nasty.to_owned()),
        branch_code: Some(nasty.to_owned()),
        order_code: None,
        tracking_number: Some(nasty.to_owned()),
        track_url: Some(nasty.to_owned()),
        ..label()
    };
    let text = labels::zpl(&[label], LabelSize::Mm58).unwrap();
    assert!(text.is_ascii() && !text.contains('~') && !text.contains('\\'), "{text}");
    let ours = [
        "XA", "CI", "LH", "PW", "LL", "FT", "A0", "FB", "FO", "GB", "FR", "FH", "FD", "FS", "BY", "BC", "BQ", "PQ",
        "XZ",
    ];
    let commands: Vec<&str> = text.split('^').skip(1).map(|command| &command[..2]).collect();
    assert!(commands.iter().all(|command| ours.contains(command)), "{commands:?}");
    assert_eq!(commands.iter().filter(|command| **command == "XZ").count(), 1);
    assert_eq!(
        commands.iter().filter(|command| **command == "FD").count() + 1,
        commands.iter().filter(|command| **command == "FS").count(),
        "each field ends once, and the black area has no data"
    );
    assert!(text.contains("_5EXZ_7EJA_5F5E_5C&  _5EFS_D3_A8_D2_AF^FS"), "{text}");
}

#[test]
fn a_sheet_of_a4_has_three_times_eight_labels_and_there_are_as_many_as_needed() {
    for (count, size, pages, points) in [
        (1, LabelSize::A4, 1, (595.28, 841.89)),
        (24, LabelSize::A4, 1, (595.28, 841.89)),
        (25, LabelSize::A4, 2, (595.28, 841.89)),
        (3, LabelSize::Mm58, 3, (164.41, 113.39)),
        (2, LabelSize::Mm80, 2, (226.77, 170.08)),
    ] {
        let file = labels::pdf(&vec![label(); count], size).unwrap();
        let text = String::from_utf8_lossy(&file);
        assert!(text.starts_with("%PDF-1.") && text.contains(&format!("/Count {pages}")), "{size:?} {count}");
        let boxes: Vec<_> = text.match_indices("/MediaBox [").map(|(at, start)| &text[at + start.len()..]).collect();
        assert_eq!(boxes.len(), pages, "{size:?} {count}");
        for size in boxes {
            let numbers: Vec<f32> =
                size.split(']').next().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
            assert!((numbers[2] - points.0).abs() < 0.1 && (numbers[3] - points.1).abs() < 0.1, "{numbers:?}");
        }
    }
    let corners = LabelSize::A4.corners();
    assert_eq!((corners[0], corners[1], corners[3], corners[23]), ((0, 4), (560, 4), (0, 300), (1120, 2076)));
}

#[test]
fn a_drawing_is_as_large_as_on_paper() {
    let svg = |size, count| labels::svg(&vec![label(); count], size).unwrap();
    assert!(svg(LabelSize::Mm58, 1).contains("width=\"58mm\" height=\"40mm\" viewBox=\"-0 0 464 320\""));
    assert!(svg(LabelSize::Mm80, 2).contains("width=\"80mm\" height=\"120mm\""));
    assert!(svg(LabelSize::A4, 25).contains("width=\"210mm\" height=\"594mm\""));
}

#[test]
fn what_no_label_holds_is_refused_in_words() {
    let barcode = Label { barcode: "P".repeat(20), ..label() };
    let address = Label { track_url: Some("x".repeat(1500)), ..label() };
    for label in [barcode, address] {
        for size in SIZES {
            assert!(labels::svg(std::slice::from_ref(&label), size).is_err());
        }
    }
    assert!(labels::zpl(&[label()], LabelSize::A4).is_err());
}
