//! How small JSON travels: zstd with a dictionary that both sides know, since a short message has nothing of its own
//! to be packed by. A request that brings nothing takes a third of what it takes without.

use std::io::Read;

/// The content coding, as it stands in `content-encoding`.
pub const PACKED: &str = "jz1";

/// What messages are made of; the most common last. Another dictionary needs another name for the coding: what was
/// packed with this one can be read with no other.
const DICTIONARY: &[u8] = br#"{"what":"step_answered","step":"","answer":{"kind":"text","value":""},"note":"","what":"photo_taken","digest":"","subject":"other","bytes":"what":"part_fitted","line":"","quantity":1,"part":{"number":"","name":{"en":"","zh":""},"unit":"","price":"from":"van","what":"departed","what":"arrived","what":"work_started","what":"work_finished","what":"offer_accepted","what":"signed_off","what":"note_written","text":""}},"changes":[{"id":"019","device":"019","sequence":1,"previous":"","previous":null,"author":"","work_order":"","base":1,"template":"","at":{"utc":"2026-01-01T00:00:00.000Z","offset":480,"elapsed":100,"boot":"","ahead":0},"what":{"what":"{"nonce":1,"device":"019f-7000-8000-","app":"0.1.0","cursor":null,"recorded":0,"held":{"sequence":0,"safe":0},"incarnation":"0.","changes":[],"reference":"","check":true,"folds":true}{"nonce":,"device":"019","app":"0.1.0","cursor":".","recorded":,"held":{"sequence":,"safe":},"reference":"","folds":true}"#;

pub fn pack(json: &[u8], level: i32) -> std::io::Result<Vec<u8>> {
    zstd::bulk::Compressor::with_dictionary(level, DICTIONARY)?.compress(json)
}

/// What [`pack`] packed, up to one byte more than `most`.
pub fn unpack(packed: &[u8], most: usize) -> std::io::Result<Vec<u8>> {
    inflate(zstd::stream::read::Decoder::with_dictionary(packed, DICTIONARY)?, most)
}

/// The same for plain zstd.
pub fn unpack_plain(packed: &[u8], most: usize) -> std::io::Result<Vec<u8>> {
    inflate(zstd::stream::read::Decoder::with_buffer(packed)?, most)
}

fn inflate(
    mut stream: zstd::stream::read::Decoder<'_, impl std::io::BufRead>,
    most: usize,
) -> std::io::Result<Vec<u8>> {
    // A few bytes may ask for a window that is larger than anything that is taken.
    stream.window_log_max(most.max(1024).ilog2())?;
    let mut json = Vec::new();
    stream.take(most as u64 + 1).read_to_end(&mut json)?;
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_a_bomb_does_not() {
        let quiet = br#"{"nonce":9327150193846177213,"device":"019ac0de-7123-7abc-9def-0123456789ab","app":"0.1.0","cursor":"Zm9vYmFyYmF6.4711.cXV1eA","recorded":12,"held":{"sequence":12,"safe":0},"reference":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","folds":true}"#;
        let packed = pack(quiet, 9).unwrap();
        assert_eq!(unpack(&packed, quiet.len()).unwrap(), quiet);
        assert!(packed.len() < 170, "{} bytes", packed.len());
        let bomb = pack(&vec![b' '; 10 << 20], 9).unwrap();
        assert!(bomb.len() < 10_000);
        assert!(unpack(&bomb, 1 << 20).map_or(true, |json| json.len() == (1 << 20) + 1));
        assert!(unpack(b"no frame", 1000).is_err());
    }
}
