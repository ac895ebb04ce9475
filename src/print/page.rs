//! A slip as a page: for the screen, and for the browser's own printing on a roll.

use askama::Template;

use super::{Paper, Part, Unprintable, draw};
use crate::texts::Lang;

/// The style sheet of all slips, served at `/assets/slip.css`.
pub const STYLE: &str = include_str!("slip.css");

#[derive(Template)]
#[template(path = "slip.html")]
struct SlipPage<'a> {
    lang: Lang,
    paper: &'static str,
    name: &'a str,
    blocks: Vec<Block<'a>>,
}

/// What follows each other on a slip and belongs together on a page.
enum Block<'a> {
    Title(&'a str),
    Headings(Vec<&'a str>),
    Text(&'static str, &'a str),
    Pairs(Vec<Pair<'a>>),
    Qr(&'a str, String),
    Rule,
}

struct Pair<'a> {
    left: &'a str,
    right: &'a str,
    is_total: bool,
}

/// The whole page; askama escapes all values but the QR code, which is ours.
pub(super) fn render(name: &str, parts: &[Part], lang: Lang, paper: Paper) -> Result<String, Unprintable> {
    let paper = match paper {
        Paper::Mm58 => "mm58",
        Paper::Mm80 => "mm80",
        Paper::Phone => "phone",
    };
    let mut blocks = Vec::new();
    for part in parts {
        put(&mut blocks, part)?;
    }
    let page = SlipPage { lang, paper, name, blocks };
    page.render().map_err(|error| Unprintable(error.to_string()))
}

fn put<'a>(blocks: &mut Vec<Block<'a>>, part: &'a Part) -> Result<(), Unprintable> {
    let block = match (part, blocks.last_mut()) {
        (Part::Heading(text), Some(Block::Headings(texts))) => {
            texts.push(text);
            return Ok(());
        }
        (Part::Pair(left, right), Some(Block::Pairs(pairs))) => {
            pairs.push(Pair { left, right, is_total: false });
            return Ok(());
        }
        (Part::Total(left, right), Some(Block::Pairs(pairs))) => {
            pairs.push(Pair { left, right, is_total: true });
            return Ok(());
        }
        (Part::Title(text), _) => Block::Title(text),
        (Part::Heading(text), _) => Block::Headings(vec![text]),
        (Part::Centred(text), _) => Block::Text("centred", text),
        (Part::Line(text), _) => Block::Text("line", text),
        (Part::Stamp(text), _) => Block::Text("stamp", text),
        (Part::Small(text), _) => Block::Text("small", text),
        (Part::Pair(left, right), _) => Block::Pairs(vec![Pair { left, right, is_total: false }]),
        (Part::Total(left, right), _) => Block::Pairs(vec![Pair { left, right, is_total: true }]),
        (Part::Qr(text), _) => Block::Qr(text, draw::qr_svg(text, text)?),
        (Part::Rule, _) => Block::Rule,
        // Room between blocks is the style sheet's.
        (Part::Space, _) => return Ok(()),
    };
    blocks.push(block);
    Ok(())
}
