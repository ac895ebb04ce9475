//! What each marketplace's links look like. Hosts are compared whole or by what follows a dot: a part of a name proves
//! nothing.

use super::Marketplace;

/// An item, and its address in one form.
#[derive(Debug)]
pub struct Item {
    pub id: String,
    pub url: String,
}

/// The domains of each marketplace, its own for short links among them.
const DOMAINS: &[(Marketplace, &[&str])] = &[
    (Marketplace::Alibaba1688, &["1688.com"]),
    (Marketplace::Taobao, &["taobao.com", "tb.cn"]),
    (Marketplace::Tmall, &["tmall.com", "tmall.hk"]),
    (Marketplace::Pinduoduo, &["yangkeduo.com", "pinduoduo.com"]),
    (Marketplace::Alibaba, &["alibaba.com"]),
    (Marketplace::Jd, &["jd.com"]),
    (Marketplace::Poizon, &["dewu.com", "poizon.com", "dw4.co"]),
    (Marketplace::Weidian, &["weidian.com"]),
    (Marketplace::Douyin, &["jinritemai.com", "v.douyin.com"]),
];

/// Names under which Taobao and Tmall have carried an item's number.
const TAOBAO_NAMES: &[&str] = &["id", "item_id", "itemid", "default_item_id", "mallstitemid"];
/// Digits of an item's number: fewer are a page, more are nothing.
const ITEM_DIGITS: std::ops::RangeInclusive<usize> = 5..=20;
/// What follows people around, whole names and beginnings of names.
const TRACKERS: &[&str] = &[
    "spm",
    "scm",
    "fromuserid",
    "share_crt_v",
    "sourcetype",
    "suid",
    "un",
    "ut_sk",
    "wxsid",
    "refer_share_id",
    "refer_share_uin",
    "page_from",
];
const TRACKER_BEGINS: &[&str] = &["_x_", "_oak_", "utm_", "share_", "refer_"];

/// Whose host this is, in lower case.
pub fn marketplace(host: &str) -> Option<Marketplace> {
    let is_of =
        |domain: &&str| host.strip_suffix(*domain).is_some_and(|front| front.is_empty() || front.ends_with('.'));
    DOMAINS.iter().find(|(_, domains)| domains.iter().any(is_of)).map(|(marketplace, _)| *marketplace)
}

/// The item that a link of a marketplace names, if it names one.
pub fn item(marketplace: Marketplace, host: &str, path: &str, query: &[(String, String)]) -> Option<Item> {
    use Marketplace as M;
    let named = |names: &[&str]| {
        let is_it = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        query.iter().find(|(name, value)| is_it(name) && is_number(value)).map(|(_, value)| value.clone())
    };
    let (id, url) = match marketplace {
        M::Alibaba1688 => {
            let id = between(path, "/offer/", ".html").or_else(|| named(&["offerId"]))?;
            let url = format!("https://detail.1688.com/offer/{id}.html");
            (id, url)
        }
        M::Taobao => {
            let id = between(path, "/item/", ".htm").or_else(|| named(TAOBAO_NAMES).filter(|_| !is_short(host)))?;
            let url = format!("https://item.taobao.com/item.htm?id={id}");
            (id, url)
        }
        M::Tmall => {
            let id = named(TAOBAO_NAMES)?;
            let domain = if host.ends_with(".hk") { "hk" } else { "com" };
            let url = format!("https://detail.tmall.{domain}/item.htm?id={id}");
            (id, url)
        }
        M::Pinduoduo => {
            let id = named(&["goods_id"])?;
            let url = format!("https://mobile.yangkeduo.com/goods.html?goods_id={id}");
            (id, url)
        }
        M::Alibaba => {
            let slug = path.strip_prefix("/product-detail/")?.strip_suffix(".html")?;
            let id = slug.rsplit('_').next().filter(|id| is_number(id))?.to_owned();
            (id, format!("https://www.alibaba.com{path}"))
        }
        M::Jd => {
            let id = between(path, "/product/", ".html").or_else(|| between(path, "/", ".html"))?;
            let url = format!("https://item.jd.com/{id}.html");
            (id, url)
        }
        M::Poizon => {
            let id = named(&["spuId"])?;
            let url = format!("https://m.dewu.com/router/product/ProductDetail?spuId={id}");
            (id, url)
        }
        M::Weidian => {
            let id = named(&["itemID"])?;
            let url = format!("https://weidian.com/item.html?itemID={id}");
            (id, url)
        }
        M::Douyin => {
            let id = named(&["id"])?;
            let url = format!("https://haohuo.jinritemai.com/views/product/item2?id={id}");
            (id, url)
        }
    };
    Some(Item { id, url })
}

/// Whether a parameter only tells who shared a link with whom.
pub fn is_tracker(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKERS.contains(&name.as_str()) || TRACKER_BEGINS.iter().any(|begin| name.starts_with(begin))
}

/// Taobao's short links have a token where others have an item.
fn is_short(host: &str) -> bool {
    host == "tb.cn" || host.ends_with(".tb.cn")
}

/// The number that is all there is between two parts of a path.
fn between(path: &str, before: &str, after: &str) -> Option<String> {
    path.strip_prefix(before)?.strip_suffix(after).filter(|id| is_number(id)).map(str::to_owned)
}

fn is_number(text: &str) -> bool {
    ITEM_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
