//! `business.face.*`: what the firm's own pages look like and which languages they speak.

use serde::Deserialize;

use crate::phone::Phone;
use crate::texts::Lang;

/// WCAG 2.2, criterion 1.4.3: the least contrast of text with what is behind it.
const LEAST_CONTRAST: f64 = 4.5;
/// What stands for the searched address in a map's own address.
pub const PLACE: &str = "{place}";

/// `business.face.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Face {
    /// File of the logo: SVG, PNG, JPEG or WebP. Empty: a drawn mountain.
    pub logo: String,
    /// What is behind the head of a page and on its buttons, `#rrggbb`. Empty: the built-in colours.
    pub color: String,
    /// Text on it, `#rrggbb`.
    pub text_on_color: String,
    /// What the pages speak, in the sequence of the language switch.
    pub languages: Vec<Lang>,
    /// Spoken to who asks for none of them.
    pub default_language: Lang,
    /// Phones for questions, shown at the foot of every page.
    pub phones: Vec<String>,
    /// The firm in messengers and networks, shown there too.
    pub links: Vec<Link>,
    /// Maps that find an address; `{place}` stands for it.
    pub maps: Vec<Link>,
}

/// A named address on another host, followed only by who taps it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub url: String,
}

impl Face {
    /// What cannot work, and what could not be read.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        complaints.extend(self.color_complaint());
        let is_doubled = |(index, lang): (usize, &Lang)| self.languages[..index].contains(lang);
        if self.languages.is_empty() || self.languages.iter().enumerate().any(is_doubled) {
            complaints
                .push("business.face.languages must name ky, ru and en at most once, and one at least".to_owned());
        }
        if !self.languages.contains(&self.default_language) {
            complaints.push("business.face.default_language must be one of business.face.languages".to_owned());
        }
        for phone in self.phones.iter().filter(|phone| Phone::parse(phone).is_err()) {
            complaints.push(format!("business.face.phones: {phone:?} is no phone number such as +996 312 000 000"));
        }
        for link in self.links.iter().filter(|link| !link.url.starts_with("https://")) {
            complaints.push(format!("business.face.links: {:?} must begin with https://", link.url));
        }
        let is_map = |url: &str| (url.starts_with("https://") || url.starts_with("geo:")) && url.contains(PLACE);
        for map in self.maps.iter().filter(|map| !is_map(&map.url)) {
            complaints
                .push(format!("business.face.maps: {:?} must begin with https:// or geo: and hold {PLACE}", map.url));
        }
        complaints
    }

    fn color_complaint(&self) -> Option<String> {
        if self.color.is_empty() {
            return None;
        }
        let (Some(behind), Some(text)) = (luminance(&self.color), luminance(&self.text_on_color)) else {
            return Some("business.face.color and text_on_color must look like #0b4a5e".to_owned());
        };
        let contrast = contrast(behind, text);
        (contrast < LEAST_CONTRAST).then(|| {
            format!(
                "business.face: text in {} on {} has a contrast of {contrast:.1}, and nobody reads less than \
                 {LEAST_CONTRAST} in the sun: choose a darker or lighter color, or another text_on_color",
                self.text_on_color, self.color
            )
        })
    }
}

/// Relative luminance of `#rrggbb`, as WCAG defines it.
fn luminance(color: &str) -> Option<f64> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let mut sum = 0.0;
    for (index, weight) in [0.2126, 0.7152, 0.0722].into_iter().enumerate() {
        let part = f64::from(u8::from_str_radix(&digits[index * 2..index * 2 + 2], 16).ok()?) / 255.0;
        let linear = if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
        sum += weight * linear;
    }
    Some(sum)
}

/// From 1, the same colour, to 21, black on white.
fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(color: &str, text_on_color: &str) -> Face {
        Face {
            logo: String::new(),
            color: color.to_owned(),
            text_on_color: text_on_color.to_owned(),
            languages: Lang::ALL.to_vec(),
            default_language: Lang::Ru,
            phones: vec!["+996 312 000 000".to_owned()],
            links: Vec::new(),
            maps: vec![Link { name: "2GIS".to_owned(), url: "https://2gis.kg/search/{place}".to_owned() }],
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let of = |one, other| contrast(luminance(one).unwrap(), luminance(other).unwrap());
        assert!((of("#000000", "#ffffff") - 21.0).abs() < 0.01);
        assert!((of("#777777", "#ffffff") - 4.48).abs() < 0.01);
        assert!((of("#0b4a5e", "#0b4a5e") - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_colour_that_nobody_can_read_is_refused() {
        assert_eq!(face("", "").complaints(), Vec::<String>::new());
        assert_eq!(face("#b00020", "#ffffff").complaints(), Vec::<String>::new());
        let yellow = face("#ffcc00", "#ffffff").complaints();
        assert!(yellow.len() == 1 && yellow[0].contains("#ffffff on #ffcc00 has a contrast of 1.5"), "{yellow:?}");
        assert_eq!(face("#ffcc00", "#1a1a1a").complaints(), Vec::<String>::new());
        for odd in ["red", "#fff", "#12345g", "#żżż"] {
            assert_eq!(face(odd, "#ffffff").complaints().len(), 1, "{odd}");
        }
    }

    #[test]
    fn what_pages_lead_to_must_be_whole() {
        let mut odd = face("", "");
        odd.languages = vec![Lang::Ky, Lang::Ky];
        odd.phones.push("call us".to_owned());
        odd.links.push(Link { name: "WhatsApp".to_owned(), url: "javascript:alert(1)".to_owned() });
        odd.maps.push(Link { name: "Map".to_owned(), url: "https://map.example/".to_owned() });
        assert_eq!(odd.complaints().len(), 5, "{:?}", odd.complaints());
    }
}
