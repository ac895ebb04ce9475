use proptest::prelude::*;

use super::*;

/// Marketplace, item and address of a text.
fn read(text: &str) -> Option<(&'static str, Option<String>, String)> {
    let link = recognise(text)?;
    assert_eq!(link.original, text);
    Some((link.marketplace.as_str(), link.item_id, link.url))
}

#[test]
fn every_form_names_its_item() {
    let rows: &[(&str, &str, &str, &str)] = &[
        (
            "https://detail.1688.com/offer/689213456789.html?spm=a26352.b28411319",
            "1688",
            "689213456789",
            "https://detail.1688.com/offer/689213456789.html",
        ),
        (
            "http://m.1688.com/offer/689213456789.html",
            "1688",
            "689213456789",
            "https://detail.1688.com/offer/689213456789.html",
        ),
        (
            "https://detail.m.1688.com/page/index.html?offerId=689213456789&sk=order",
            "1688",
            "689213456789",
            "https://detail.1688.com/offer/689213456789.html",
        ),
        (
            "https://detail.m.1688.com/page/index.htm?offerId=689213456789",
            "1688",
            "689213456789",
            "https://detail.1688.com/offer/689213456789.html",
        ),
        (
            "https://item.taobao.com/item.htm?spm=a21n57.1&id=738401234567&ns=1",
            "taobao",
            "738401234567",
            "https://item.taobao.com/item.htm?id=738401234567",
        ),
        (
            "https://h5.m.taobao.com/awp/core/detail.htm?itemId=738401234567",
            "taobao",
            "738401234567",
            "https://item.taobao.com/item.htm?id=738401234567",
        ),
        (
            "https://world.taobao.com/item/738401234567.htm?fromSite=main",
            "taobao",
            "738401234567",
            "https://item.taobao.com/item.htm?id=738401234567",
        ),
        (
            "https://detail.tmall.com/item.htm?abbucket=1&id=612345678901&skuId=5",
            "tmall",
            "612345678901",
            "https://detail.tmall.com/item.htm?id=612345678901",
        ),
        (
            "https://detail.m.tmall.com/item.htm?id=612345678901",
            "tmall",
            "612345678901",
            "https://detail.tmall.com/item.htm?id=612345678901",
        ),
        (
            "https://detail.tmall.hk/hk/item.htm?id=612345678901",
            "tmall",
            "612345678901",
            "https://detail.tmall.hk/item.htm?id=612345678901",
        ),
        (
            "https://mobile.yangkeduo.com/goods.html?goods_id=412345678901&_x_share_id=a",
            "pinduoduo",
            "412345678901",
            "https://mobile.yangkeduo.com/goods.html?goods_id=412345678901",
        ),
        (
            "https://mobile.pinduoduo.com/goods2.html?goods_id=412345678901",
            "pinduoduo",
            "412345678901",
            "https://mobile.yangkeduo.com/goods.html?goods_id=412345678901",
        ),
        (
            "https://www.alibaba.com/product-detail/Robot-Vacuum_1600984312491.html?spm=1",
            "alibaba",
            "1600984312491",
            "https://www.alibaba.com/product-detail/Robot-Vacuum_1600984312491.html",
        ),
        (
            "https://wholesaler.alibaba.com/product-detail/x_y_62567779532.html",
            "alibaba",
            "62567779532",
            "https://www.alibaba.com/product-detail/x_y_62567779532.html",
        ),
        ("https://item.jd.com/100012043978.html", "jd", "100012043978", "https://item.jd.com/100012043978.html"),
        (
            "https://item.m.jd.com/product/100012043978.html?utm_source=x",
            "jd",
            "100012043978",
            "https://item.jd.com/100012043978.html",
        ),
        (
            "https://m.dewu.com/router/product/ProductDetail?spuId=1234567&skuId=600123",
            "poizon",
            "1234567",
            "https://m.dewu.com/router/product/ProductDetail?spuId=1234567",
        ),
        (
            "https://fast.dewu.com/page/productDetail?spuId=1234567",
            "poizon",
            "1234567",
            "https://m.dewu.com/router/product/ProductDetail?spuId=1234567",
        ),
        (
            "https://weidian.com/item.html?itemID=4412345678",
            "weidian",
            "4412345678",
            "https://weidian.com/item.html?itemID=4412345678",
        ),
        (
            "https://haohuo.jinritemai.com/views/product/item2?id=3512345678901234567&origin_type=1",
            "douyin",
            "3512345678901234567",
            "https://haohuo.jinritemai.com/views/product/item2?id=3512345678901234567",
        ),
    ];
    for (text, marketplace, id, url) in rows {
        assert_eq!(read(text), Some((*marketplace, Some((*id).to_owned()), (*url).to_owned())), "{text}");
    }
}

#[test]
fn a_short_link_tells_only_its_marketplace() {
    for (text, marketplace, url) in [
        ("https://qr.1688.com/s/Ab12Cd3E", "1688", "https://qr.1688.com/s/Ab12Cd3E"),
        ("https://m.tb.cn/h.gKx1?id=123456789", "taobao", "https://m.tb.cn/h.gKx1?id=123456789"),
        ("https://e.tb.cn/h.6Qx?tk=Zx81abc", "taobao", "https://e.tb.cn/h.6Qx?tk=Zx81abc"),
        (
            "https://mobile.yangkeduo.com/goods1.html?ps=Xy12&_x_query=a&utm_source=b",
            "pinduoduo",
            "https://mobile.yangkeduo.com/goods1.html?ps=Xy12",
        ),
        ("https://dw4.co/t/A/1abcDEF", "poizon", "https://dw4.co/t/A/1abcDEF"),
        ("https://v.douyin.com/iAbCdE/", "douyin", "https://v.douyin.com/iAbCdE/"),
        ("https://shop123.taobao.com/?spm=1#top", "taobao", "https://shop123.taobao.com/"),
        ("https://detail.1688.com/offer/latest.html", "1688", "https://detail.1688.com/offer/latest.html"),
    ] {
        assert_eq!(read(text), Some((marketplace, None, url.to_owned())), "{text}");
    }
}

#[test]
fn a_link_is_found_in_what_an_app_shares() {
    for text in [
        "【淘宝】http://item.taobao.com/item.htm?id=738401234567「扫地机器人」\n点击链接直接打开",
        "复制￥CZ3457 abC1d￥ 打开，https://item.taobao.com/item.htm?id=738401234567，快来看",
        "Посмотри: https://item.taobao.com/item.htm?id=738401234567.",
        "(https://item.taobao.com/item.htm?id=738401234567)",
        "HTTPS://ITEM.TAOBAO.COM/item.htm?id=738401234567",
        "ｈｔｔｐｓ：／／item.taobao.com／item.htm？id＝７３８４０１２３４５６７",
        "item.taobao.com/item.htm?id=738401234567",
        "сначала https://example.com/x потом https://item.taobao.com/item.htm?id=738401234567",
        "https://item.taobao.com:443/item.htm?id=738401234567",
    ] {
        let link = recognise(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(link.item_id.as_deref(), Some("738401234567"), "{text}");
        assert_eq!(link.url, "https://item.taobao.com/item.htm?id=738401234567", "{text}");
    }
}

#[test]
fn what_only_looks_like_a_marketplace_is_none() {
    for text in [
        "",
        "пылесос, белый",
        "https://item.taobao.com.evil/item.htm?id=738401234567",
        "https://item.taobao.com.evil.kg/item.htm?id=738401234567",
        "https://evil.kg/item.taobao.com/item.htm?id=738401234567",
        "https://item.taobao.com@evil.kg/item.htm?id=738401234567",
        "https://item.taobao.com:pass@evil.kg/item.htm?id=738401234567",
        "https://user@item.taobao.com/item.htm?id=738401234567",
        "https://item.taobao.com:8443/item.htm?id=738401234567",
        "https://nottaobao.com/item.htm?id=738401234567",
        "https://taobao.com-sale.kg/item.htm?id=738401234567",
        "https://item.tаobao.com/item.htm?id=738401234567",
        "https://xn--item-taobao-9za.com/item.htm?id=738401234567",
        "https://item.taobao.com./item.htm?id=738401234567",
        "ftp://item.taobao.com/item.htm?id=738401234567",
        "javascript:location='https:item.taobao.com'",
        "data:text/html,https:",
        "https://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "https://",
        "http://\u{0}taobao.com",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

fn any_item() -> impl Strategy<Value = String> {
    let id = "[1-9][0-9]{5,12}";
    prop_oneof![
        id.prop_map(|id| format!("https://detail.1688.com/offer/{id}.html?spm=a")),
        id.prop_map(|id| format!("http://ITEM.taobao.com/item.htm?ft=t&id={id}&spm=1#detail")),
        id.prop_map(|id| format!("看 https://world.taobao.com/item/{id}.htm")),
        id.prop_map(|id| format!("https://detail.tmall.hk/hk/item.htm?id={id}")),
        id.prop_map(|id| format!("https://mobile.pinduoduo.com/goods1.html?ps=1&goods_id={id}")),
        ("[A-Za-z0-9%._-]{0,20}", id)
            .prop_map(|(slug, id)| format!("https://x.alibaba.com/product-detail/{slug}_{id}.html")),
        id.prop_map(|id| format!("https://item.m.jd.com/product/{id}.html")),
        id.prop_map(|id| format!("https://cdn-m.dewu.com/router/product/ProductDetail?spuId={id}")),
        id.prop_map(|id| format!("https://weidian.com/item.html?itemID={id}")),
        id.prop_map(|id| format!("https://haohuo.jinritemai.com/views/product/item2?id={id}")),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>(), tail in any::<String>()) {
        let _ = recognise(&text);
        let _ = recognise(&format!("{text}https://item.taobao.com/{tail}"));
        let _ = recognise(&format!("http://{tail}"));
        let _ = recognise(&format!("https://www.alibaba.com/product-detail/{tail}_123456.html"));
    }

    #[test]
    fn the_address_of_an_item_is_the_same_item(text in any_item()) {
        let link = recognise(&text).unwrap();
        prop_assert!(link.item_id.is_some(), "{}", text);
        let again = recognise(&link.url).unwrap();
        prop_assert_eq!((again.marketplace, &again.item_id, &again.url), (link.marketplace, &link.item_id, &link.url));
    }

    #[test]
    fn only_the_hosts_of_a_marketplace_are_it(front in "[a-z0-9.-]{0,12}", end in "[a-z.]{1,8}") {
        let text = format!("https://{front}taobao.com.{end}/item.htm?id=738401234567");
        if let Some(link) = recognise(&text) {
            prop_assert!(!link.url.contains("evil") && rules::marketplace(Url::parse(&link.url).unwrap().host_str().unwrap()).is_some());
        }
    }
}
