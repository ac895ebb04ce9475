//! Whether a JPEG came whole. Decoders paint the missing rest grey, and half a receipt proves nothing.

/// Whether the end of the picture is there. Goes from marker to marker (ITU-T T.81, annex B), because a small picture
/// inside the metadata has an end of its own, and other things may follow the end.
pub fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair[0] == 0xFF && begins_segment(pair[1])) {
        if rest[at + 1] == END_OF_IMAGE {
            return true;
        }
        let segment = &rest[at + 2..];
        // The length counts its own two bytes. What follows a scan's header is searched for the next marker.
        let length = segment.first_chunk().map_or(2, |length| usize::from(u16::from_be_bytes(*length)).max(2));
        rest = segment.get(length..).unwrap_or_default();
    }
    false
}

const END_OF_IMAGE: u8 = 0xD9;

/// Whether a byte after 0xFF is a marker with a segment, or the end: not a stuffed byte, padding, restart or start.
fn begins_segment(code: u8) -> bool {
    !matches!(code, 0x00 | 0x01 | 0xD0..=0xD8 | 0xFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_the_picture_itself_counts() {
        let thumbnail_inside = [0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9];
        let scan = [0xFF, 0xDA, 0, 3, 0, 1, 2, 0xFF, 0, 0xFF, 0xD3, 0xD9, 7];
        let cut = [&[0xFF, 0xD8][..], &thumbnail_inside, &scan].concat();
        assert!(!is_whole(&cut));
        let whole = [&cut[..], &[0xFF, 0xFF, 0xD9]].concat();
        assert!(is_whole(&whole));
        assert!(is_whole(&[&whole[..], b"<html>PK\x03\x04"].concat()));
        for end in 0..whole.len() {
            assert!(!is_whole(&whole[..end]), "{end}");
        }
    }
}
