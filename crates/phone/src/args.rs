//! Arguments of a command whose body is bytes travel as percent-encoded JSON in the header `jobsheet-args`.

use jobsheet_model::text::percent_decoded;
use serde::de::DeserializeOwned;

pub fn decode<T: DeserializeOwned>(header: &str) -> Option<T> {
    serde_json::from_slice(&percent_decoded(header)?).ok()
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
