//! The face that the firm shows to customers: its name, colours, logo and languages, made ready once at the start.

mod asset;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::config::{self, Firm};
use crate::error::{Error, Result};

pub use asset::{Asset, gzip, tag};

/// The style sheet of all pages.
const STYLE: &str = include_str!("face/torugart.css");
/// What copies a link; pages work without it.
const SCRIPT: &str = include_str!("face/torugart.js");
/// The icon of all pages.
const ICON: &str = include_str!("face/torugart.svg");
/// The colour of the built-in head of a page, for the browser's own bars.
const THEME: &str = "#082b38";
/// A larger logo would be most of what a page weighs.
const MOST_LOGO_BYTES: usize = 16 * 1024;
/// Side of the icon on the home screen of a phone, pixels.
const TOUCH_ICON_PX: u32 = 180;

/// A firm's face.
#[derive(Debug)]
pub struct Face {
    /// The firm's name.
    pub name: String,
    /// The address customers see.
    pub public_url: String,
    /// Languages, phones, links, maps.
    pub settings: config::Face,
    /// Colour for the browser's own bars.
    pub theme: String,
    /// `/assets/torugart.css`
    pub style: Asset,
    /// `/assets/torugart.js`
    pub script: Asset,
    /// `/assets/torugart.svg`
    pub icon: Asset,
    /// `/assets/torugart.png`
    pub touch_icon: Asset,
    /// `/assets/logo`
    pub logo: Option<Asset>,
}

impl Face {
    /// Makes it ready.
    ///
    /// # Errors
    /// [`Error::Startup`] for a logo that cannot be used.
    pub fn of(firm: &Firm) -> Result<Self> {
        let settings = firm.face.clone();
        let theme = if settings.color.is_empty() { THEME.to_owned() } else { settings.color.clone() };
        Ok(Self {
            name: firm.name.clone(),
            public_url: firm.public_url.clone(),
            style: Asset::text("/assets/torugart.css", "text/css; charset=utf-8", style(&settings)),
            script: Asset::text("/assets/torugart.js", "text/javascript; charset=utf-8", SCRIPT.to_owned()),
            icon: Asset::text("/assets/torugart.svg", "image/svg+xml", ICON.to_owned()),
            touch_icon: Asset::picture("/assets/torugart.png", "image/png", touch_icon()?),
            logo: logo(&settings.logo)?,
            theme,
            settings,
        })
    }
}

/// The style sheet with the firm's colours, whose contrast the settings answer for.
fn style(settings: &config::Face) -> String {
    let config::Face { color, text_on_color: text, .. } = settings;
    if color.is_empty() {
        return STYLE.to_owned();
    }
    // After the sheet's own, for day and night alike.
    format!(
        "{STYLE}:root{{--sky:{color};--sky-low:{color};--on-sky:{text};--code:{text};--mark-sky:{text};--button:{color};\
         --on-button:{text}}}\n"
    )
}

fn touch_icon() -> Result<Vec<u8>> {
    let broken = |error: &dyn std::fmt::Display| Error::Startup(format!("the icon cannot be drawn: {error}"));
    let tree = Tree::from_str(ICON, &Options::default()).map_err(|error| broken(&error))?;
    let mut picture = Pixmap::new(TOUCH_ICON_PX, TOUCH_ICON_PX).ok_or_else(|| broken(&"no room"))?;
    let scale = TOUCH_ICON_PX as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|error| broken(&error))
}

/// The firm's logo; what it is, its bytes say.
fn logo(file: &str) -> Result<Option<Asset>> {
    if file.is_empty() {
        return Ok(None);
    }
    let refused = |why: String| Error::Startup(format!("business.face.logo: {file}: {why}"));
    let bytes = std::fs::read(file).map_err(|error| refused(error.to_string()))?;
    if bytes.len() > MOST_LOGO_BYTES {
        return Err(refused(format!(
            "has {} bytes, and at most {MOST_LOGO_BYTES} are carried by every page",
            bytes.len()
        )));
    }
    let content_type = match image::guess_format(&bytes) {
        Ok(image::ImageFormat::Png) => "image/png",
        Ok(image::ImageFormat::Jpeg) => "image/jpeg",
        Ok(image::ImageFormat::WebP) => "image/webp",
        _ if Tree::from_data(&bytes, &Options::default()).is_ok() => "image/svg+xml",
        _ => return Err(refused("is neither SVG, PNG, JPEG nor WebP".to_owned())),
    };
    Ok(Some(Asset::picture("/assets/logo", content_type, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn face(change: impl FnOnce(&mut config::Face)) -> Result<Face> {
        let mut firm = Config::defaults().unwrap().business;
        change(&mut firm.face);
        Face::of(&firm)
    }

    #[test]
    fn the_colours_of_a_firm_end_its_style_sheet_and_change_its_address() {
        let (plain, own) = (face(|_| ()).unwrap(), face(|face| face.color = "#b00020".to_owned()).unwrap());
        let sheet = String::from_utf8(own.style.body.to_vec()).unwrap();
        assert!(sheet.ends_with("--on-button:#ffffff}\n") && sheet.contains("--button:#b00020"), "{sheet}");
        assert_ne!(plain.style.href(), own.style.href());
        assert_eq!(plain.style.href(), face(|_| ()).unwrap().style.href());
        assert_eq!((plain.theme.as_str(), own.theme.as_str()), (THEME, "#b00020"));
    }

    #[test]
    fn a_logo_is_what_its_bytes_say() {
        let folder = tempfile::tempdir().unwrap();
        let with = |name: &str, bytes: &[u8]| {
            let file = folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            face(|face| face.logo = file.to_str().unwrap().to_owned()).map(|face| face.logo.unwrap().content_type)
        };
        assert_eq!(with("logo.png", ICON.as_bytes()).unwrap(), "image/svg+xml");
        assert_eq!(with("logo.svg", &touch_icon().unwrap()).unwrap(), "image/png");
        for (bytes, why) in [(&b"<html>"[..], "is neither SVG"), (&[0; MOST_LOGO_BYTES + 1][..], "at most 16384")] {
            let refused = with("logo", bytes).unwrap_err().to_string();
            assert!(refused.contains("business.face.logo") && refused.contains(why), "{refused}");
        }
        assert!(face(|face| face.logo = "no/such/file".to_owned()).is_err());
    }
}
