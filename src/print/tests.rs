use quick_xml::events::Event;

use super::font::Weight;
use super::layout::{Mark, lay_out};
use super::*;

const PAPERS: [Paper; 3] = [Paper::Mm58, Paper::Mm80, Paper::Phone];
const LINK: &str = "https://cargo.example.kg/t/TG-7K4M9-2QX8C-5";
const LONG: &str =
    "Кыргызская Республика, Чуйская область, Сокулукский район, село Военно-Антоновка, улица Фрунзенская, 217/4";

/// The words of a drawing, as a screen reader gets them.
fn words(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut words = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(element) => {
                let label = element.try_get_attribute("aria-label").expect("good attributes");
                words.extend(label.map(|label| {
                    label.normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("good entities").into_owned()
                }));
            }
            Event::Eof => return words,
            _ => {}
        }
    }
}

/// The QR code of a picture.
fn scanned(png: &[u8]) -> String {
    let (width, height, pixels) = greys(png);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    seen.detect_grids().first().expect("a QR code").decode().expect("a readable QR code").1
}

/// Width, height and pixels of a picture.
pub(super) fn greys(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    (info.width as usize, info.height as usize, pixels)
}

/// The numbers of the page's size, points.
fn media_box(pdf: &[u8]) -> Vec<f32> {
    let text = String::from_utf8_lossy(pdf);
    let numbers = text.split("/MediaBox [").nth(1).and_then(|rest| rest.split(']').next()).expect("a MediaBox");
    numbers.split(' ').map(|number| number.parse().expect("a number")).collect()
}

fn receipt() -> Slip {
    Slip::new("BISH-2026-000001")
        .title("Torugart Cargo")
        .centred(LONG)
        .heading("Квитанция № BISH-2026-000001")
        .rule()
        .pair("Способ оплаты", "Наличные")
        .pair(LONG, "12 304,00")
        .total("Оплачено", "12 304,00 сом")
        .stamp("ВОЗВРАЩЕНО ПОЛНОСТЬЮ")
        .line("Спасибо!")
        .space()
        .qr(LINK)
        .small("Не является фискальным чеком.")
}

#[test]
fn a_picture_is_as_wide_as_the_printer_reaches_and_black_and_white_for_it() {
    for (paper, width, depth) in [
        (Paper::Mm58, 384, png::BitDepth::One),
        (Paper::Mm80, 576, png::BitDepth::One),
        (Paper::Phone, 720, png::BitDepth::Eight),
    ] {
        let file = receipt().png(paper).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(file.as_slice())).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().bit_depth), (width, depth));
        assert_eq!(reader.info().color_type, png::ColorType::Grayscale);
    }
}

#[test]
fn the_qr_code_reads_back_on_every_paper() {
    for paper in PAPERS {
        for text in [LINK, "Айгүл, ө ң ү", &"0123456789".repeat(12)] {
            assert_eq!(scanned(&Slip::new("").qr(text).png(paper).unwrap()), text, "{paper:?}");
        }
        assert_eq!(scanned(&receipt().png(paper).unwrap()), LINK, "{paper:?}");
    }
}

#[test]
fn a_page_is_one_and_as_wide_as_the_paper() {
    for (paper, millimetres) in [(Paper::Mm58, 58.0), (Paper::Mm80, 80.0), (Paper::Phone, 95.25)] {
        let file = receipt().pdf(paper).unwrap();
        assert!(file.starts_with(b"%PDF-1."));
        assert_eq!(String::from_utf8_lossy(&file).matches("/MediaBox").count(), 1);
        let size = media_box(&file);
        assert!((size[2] - millimetres / 25.4 * 72.0).abs() < 0.01, "{paper:?}: {size:?}");
        let sheet = lay_out(&receipt().parts, paper).unwrap();
        assert!(
            (size[3] / size[2] - sheet.height as f32 / (sheet.width + 2 * layout::unreached_side(paper)) as f32).abs()
                < 0.001
        );
    }
}

#[test]
fn nothing_stands_outside_the_paper_or_upon_another_line() {
    let web = format!("{LINK}/{LINK}/{LINK}");
    let slip = receipt()
        .title(LONG)
        .heading(LONG)
        .total(LONG, LONG)
        .pair(&web, &web)
        .pair("", &web)
        .stamp(LONG)
        .small(&web)
        .line(&web);
    for paper in PAPERS {
        let sheet = lay_out(&slip.parts, paper).unwrap();
        let mut last = (0, 0.0_f32);
        for mark in &sheet.marks {
            let Mark::Text { x, y, size, weight, text, .. } = mark else { continue };
            let width = weight.letters().unwrap().width(text, *size);
            assert!(*x >= 0.0 && x + width <= sheet.width as f32 + 0.01, "{paper:?} {text}: {x} + {width}");
            assert!(y + size / 3 <= sheet.height, "{paper:?} {text}");
            let (above, ends_at) = last;
            assert!(*y >= above + size || *y == above, "{paper:?} {text}: {y} after {above}");
            // The right one of a pair is drawn first; what stands beside it ends before it.
            assert!(*y != above || x + width < ends_at, "{paper:?} {text}");
            last = (*y, *x);
        }
    }
}

#[test]
fn a_pair_shares_a_line_where_it_fits_and_a_long_one_takes_more() {
    let lines = |slip: Slip| {
        let sheet = lay_out(&slip.parts, Paper::Mm58).unwrap();
        let texts = sheet.marks.into_iter().filter_map(|mark| match mark {
            Mark::Text { y, text, .. } => Some((y, text)),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    let short = lines(Slip::new("").pair("Оплата", "1 245,00"));
    assert_eq!(short.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["1 245,00", "Оплата"]);
    assert_eq!(short[0].0, short[1].0);
    let long_left = lines(Slip::new("").pair("Доставка внутри Китая до склада в Гуанчжоу", "1 245,00"));
    assert_eq!(long_left.len(), 3, "{long_left:?}");
    assert_eq!((long_left[1].1.as_str(), long_left[1].0), ("1 245,00", long_left[2].0));
    let long_right = lines(Slip::new("").pair("Способ оплаты", "Электронный кошелёк mbank"));
    assert_eq!(
        long_right.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
        ["Способ оплаты", "Электронный кошелёк mbank"]
    );
    assert!(long_right[1].0 > long_right[0].0);
}

#[test]
fn a_centred_text_has_no_lonely_word_at_its_end() {
    for paper in PAPERS {
        let sheet = lay_out(&Slip::new("").centred(LONG).parts, paper).unwrap();
        let widths: Vec<f32> = sheet
            .marks
            .iter()
            .map(|mark| match mark {
                Mark::Text { size, weight, text, .. } => weight.letters().unwrap().width(text, *size),
                _ => unreachable!(),
            })
            .collect();
        let widest = widths.iter().copied().fold(0.0, f32::max);
        assert!(widths.len() > 1 && widths.iter().all(|width| *width > widest * 0.4), "{paper:?}: {widths:?}");
    }
}

#[test]
fn every_letter_of_the_three_languages_is_there_and_figures_are_equally_wide() {
    for weight in [Weight::Regular, Weight::Bold] {
        let letters = weight.letters().unwrap();
        let cyrillic = ('А'..='я').chain("ЁёҢңӨөҮү".chars());
        for sign in cyrillic.chain(' '..='~').chain("№—–«»„“”’…×−·•\u{a0}".chars()) {
            assert!(letters.glyph(sign).is_some(), "{sign}");
        }
        let one = letters.width("1", 1000);
        assert!(one > 0.0 && ('0'..='9').all(|digit| letters.width(&digit.to_string(), 1000) == one));
    }
}

#[test]
fn a_sign_that_the_typeface_lacks_is_a_question_mark_and_an_invisible_one_is_nothing() {
    for (text, printed) in [
        ("吸尘器", "???"),
        ("Айгүл 🙂", "Айгүл ?"),
        ("👩🏽\u{200d}💻", "??"),
        ("❤\u{fe0f}", "?"),
        ("a\u{ad}b\u{200b}c\u{202e}d\u{feff}", "abcd"),
        ("one\ntwo\tthree\u{7}", "one two three"),
        ("  edges  ", "edges"),
    ] {
        assert_eq!(words(&Slip::new("").line(text).svg(Paper::Mm80).unwrap()), [printed], "{text:?}");
    }
}

#[test]
fn any_text_stays_text_in_the_drawing() {
    let nasty = "</g><script>alert(\"1\")</script> & &amp; ' \u{0}\u{1b}[31m";
    let svg = Slip::new(nasty).line(nasty).svg(Paper::Phone).unwrap();
    assert_eq!(words(&svg).join(" "), "</g><script>alert(\"1\")</script> & &amp; ' [31m");
    assert!(!svg.contains("<script") && svg.contains("<title>&lt;/g&gt;"));
    for paper in PAPERS {
        assert!(Slip::new(nasty).title(nasty).pair(nasty, nasty).png(paper).is_ok());
    }
}

#[test]
fn what_no_paper_holds_is_refused_in_words() {
    assert!(Slip::new("").qr(&"x".repeat(3000)).svg(Paper::Mm80).is_err());
    assert_eq!(scanned(&Slip::new("").qr(&"x".repeat(2000)).png(Paper::Mm58).unwrap()).len(), 2000);
    let endless = (0..2000).fold(Slip::new(""), |slip, _| slip.line("и ещё"));
    assert!(endless.png(Paper::Mm58).unwrap_err().to_string().contains("longer"));
}

#[test]
fn an_empty_slip_is_a_white_piece_of_paper() {
    for paper in PAPERS {
        assert!(Slip::new("").png(paper).is_ok() && Slip::new("").pdf(paper).is_ok());
    }
}
