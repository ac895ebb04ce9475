//! What people paste for a link: whatever it is, the address of a recognised item is the same item.
#![no_main]

use libfuzzer_sys::fuzz_target;
use torugart::links;

fuzz_target!(|typed: &str| {
    let Some(link) = links::recognise(typed) else { return };
    assert!(link.url.starts_with("https://"), "{typed:?} became {}", link.url);
    if link.item_id.is_some() {
        let again = links::recognise(&link.url).expect("its own address");
        assert_eq!((again.marketplace, again.item_id, again.url), (link.marketplace, link.item_id, link.url), "{typed:?}");
    }
});
