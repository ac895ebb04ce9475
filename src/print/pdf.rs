//! Drawings as pages of one PDF.

use std::collections::HashMap;

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref};
use svg2pdf::ConversionOptions;

use super::{Unprintable, draw};

/// What a page calls its drawing.
const DRAWING: Name = Name(b"D");

/// Puts each drawing on a page of its own size; `dpi` says how large a unit of the drawings is.
///
/// # Errors
/// [`Unprintable`].
pub(super) fn pages(
    drawings: impl Iterator<Item = Result<String, Unprintable>>,
    dpi: f32,
) -> Result<Vec<u8>, Unprintable> {
    let mut next = Ref::new(1);
    let (catalog, tree) = (next.bump(), next.bump());
    let (mut pdf, mut kids) = (Pdf::new(), Vec::new());
    for drawing in drawings {
        kids.push(page(&mut pdf, &mut next, tree, &drawing?, dpi)?);
    }
    let count = i32::try_from(kids.len()).map_err(|error| Unprintable(error.to_string()))?;
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(kids).count(count);
    Ok(pdf.finish())
}

fn page(pdf: &mut Pdf, next: &mut Ref, tree: Ref, drawing: &str, dpi: f32) -> Result<Ref, Unprintable> {
    let svg = draw::tree(drawing)?;
    let (width, height) = (svg.size().width() * 72.0 / dpi, svg.size().height() * 72.0 / dpi);
    let (chunk, drawn) =
        svg2pdf::to_chunk(&svg, ConversionOptions::default()).map_err(|error| Unprintable(error.to_string()))?;
    let mut renamed = HashMap::new();
    let chunk = chunk.renumber(|old| *renamed.entry(old).or_insert_with(|| next.bump()));
    let drawn = *renamed.entry(drawn).or_insert_with(|| next.bump());
    let (id, contents) = (next.bump(), next.bump());
    let mut page = pdf.page(id);
    page.media_box(Rect::new(0.0, 0.0, width, height)).parent(tree).contents(contents);
    page.resources().x_objects().pair(DRAWING, drawn);
    page.finish();
    // A drawing is one point wide and high; the page makes it its own size.
    let mut content = Content::new();
    content.transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(DRAWING);
    pdf.stream(contents, &content.finish());
    pdf.extend(&chunk);
    Ok(id)
}
