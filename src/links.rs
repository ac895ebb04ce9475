//! Links to Chinese marketplaces, as people paste them: the marketplace and the item are recognised by the form of the
//! link alone. Nothing is ever fetched: an address that somebody else chose is no place for this server to go.
//!
//! The forms are those of public clients and of the marketplaces' own pages, collected in 2026. Short links hide the item
//! until they are followed, which staff may do; here only the marketplace is known.

mod rules;

use url::{Position, Url};

use crate::fold;

words! {
    /// Where goods are sold.
    Marketplace {
        /// 1688.com, wholesale.
        Alibaba1688 = "1688",
        /// Taobao.
        Taobao = "taobao",
        /// Tmall, also Tmall Global.
        Tmall = "tmall",
        /// Pinduoduo, also Yangkeduo.
        Pinduoduo = "pinduoduo",
        /// Alibaba.com.
        Alibaba = "alibaba",
        /// JD.
        Jd = "jd",
        /// Poizon, also Dewu.
        Poizon = "poizon",
        /// Weidian.
        Weidian = "weidian",
        /// Douyin's shops.
        Douyin = "douyin",
    }
}

/// A longer address is none that anybody shares.
const MOST_CHARACTERS: usize = 2000;

/// What is known of a link by its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub marketplace: Marketplace,
    /// The item there; none in short links and shop pages.
    pub item_id: Option<String>,
    /// The address without what only follows people around.
    pub url: String,
    /// What was pasted.
    pub original: String,
}

/// The first link to a marketplace in a text: an address alone, or a whole `【title】复制￥…￥ https://…` as apps share it.
pub fn recognise(text: &str) -> Option<Link> {
    let found = addresses(text).find_map(|address| of(&address));
    let (marketplace, item_id, url) = found.or_else(|| of_bare(text))?;
    Some(Link { marketplace, item_id, url, original: text.to_owned() })
}

type Known = (Marketplace, Option<String>, String);

/// Every address in a text that begins with its scheme.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let signs: Vec<char> = text.chars().collect();
    let begins = move |at: usize| {
        let head: String = signs.iter().skip(at).take(8).map(|sign| fold::narrow(*sign).to_ascii_lowercase()).collect();
        let is_begin = head.starts_with("http://") || head.starts_with("https://");
        is_begin.then(|| written(signs.get(at..).unwrap_or_default()))
    };
    (0..text.chars().count()).filter_map(begins)
}

/// An address from its begin up to the first sign that none has. A keyboard for Chinese types some signs in full width;
/// its comma or bracket is no part of the address but what follows it.
fn written(signs: &[char]) -> String {
    let in_address = |sign: &char| {
        let narrow = fold::narrow(*sign);
        let fits = narrow.is_ascii_graphic() && !"\"<>\\^`{|}".contains(narrow);
        let is_wide = narrow != *sign;
        (fits && (!is_wide || narrow.is_ascii_alphanumeric() || ":/?=&.%-_#".contains(narrow))).then_some(narrow)
    };
    let address: String = signs.iter().take(MOST_CHARACTERS).map_while(in_address).collect();
    address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']']).to_owned()
}

/// An address without its scheme, alone: `item.taobao.com/item.htm?id=…`.
fn of_bare(text: &str) -> Option<Known> {
    let text: Vec<char> = text.trim().chars().collect();
    let is_alone = !text.iter().any(|sign| sign.is_whitespace()) && !text.contains(&'@');
    let address = written(&text);
    if is_alone && address.chars().count() == text.len() && !address.contains("://") {
        of(&format!("https://{address}"))
    } else {
        None
    }
}

fn of(address: &str) -> Option<Known> {
    let url = Url::parse(address).ok()?;
    // A name before an `@`, or a port, is no part of any shared link, but of tricks with them.
    let is_plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if !is_plain || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?;
    let marketplace = rules::marketplace(host)?;
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    match rules::item(marketplace, host, url.path(), &query) {
        Some(item) => Some((marketplace, Some(item.id), item.url)),
        None => Some((marketplace, None, without_trackers(url, &query))),
    }
}

/// A link whose item is not in it keeps what may lead there, such as a token of whoever shared it.
fn without_trackers(mut url: Url, query: &[(String, String)]) -> String {
    // With the default port of the other scheme it could not be plain; the host of a marketplace speaks TLS.
    let _ = url.set_scheme("https");
    url.set_fragment(None);
    let kept: Vec<_> = query.iter().filter(|(name, _)| !rules::is_tracker(name)).collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url[..Position::AfterQuery].to_owned()
}

#[cfg(test)]
mod tests;
