//! Arguments of a command whose body is bytes travel as percent-encoded JSON in the header `jobsheet-args`.

use serde::de::DeserializeOwned;

pub fn decode<T: DeserializeOwned>(header: &str) -> Option<T> {
    let mut bytes = Vec::with_capacity(header.len());
    let mut rest = header.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digit = |b: &u8| char::from(*b).to_digit(16);
                bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
                rest = tail;
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_survive_the_header() {
        let text: Option<Vec<String>> = decode("%5B%22a%20%E7%94%B5%22%2C%20%22b%22%5D");
        assert_eq!(text, Some(vec!["a 电".to_owned(), "b".to_owned()]));
        for bad in ["%", "%2", "%zz", "{", ""] {
            assert_eq!(decode::<Vec<String>>(bad), None, "{bad}");
        }
    }
}
