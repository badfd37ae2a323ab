//! What is signed is written and signed as the standards say: their published vectors, all of them (see
//! `vectors/README.md`). None is left out: the canonical writer takes floats too, although nothing we sign holds one.

use jobsheet_model::{
    canonical::canonical,
    sign::{PublicKey, SecretKey, Signature, sign_bare, verify_bare},
};
use serde_json::{Value, json};

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

#[test]
fn rfc_8785_the_reference_test_data_comes_out_byte_for_byte() {
    macro_rules! files {
        ($($name:literal),*) => {[$((
            $name,
            include_str!(concat!("vectors/jcs/", $name, ".json")),
            include_str!(concat!("vectors/jcs/", $name, ".hex")),
        )),*]};
    }
    for (name, input, expected) in files!["arrays", "french", "structures", "unicode", "values", "weird"] {
        let input: Value = serde_json::from_str(input).unwrap();
        assert_eq!(canonical(&input), unhex(expected), "{name}");
    }
}

#[test]
fn rfc_8785_properties_are_sorted_by_their_utf_16() {
    let input = json!({
        "\u{20ac}": "Euro Sign",
        "\r": "Carriage Return",
        "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\u{1f600}": "Emoji: Grinning Face",
        "\u{80}": "Control",
        "\u{f6}": "Latin Small Letter O With Diaeresis",
    });
    let sorted = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
                  \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
                  \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
    assert_eq!(String::from_utf8(canonical(&input)).unwrap(), sorted);
}

#[test]
fn rfc_8785_appendix_b_numbers_are_written_as_ecmascript_writes_them() {
    for (bits, text) in [
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7fefffffffffffff, "1.7976931348623157e+308"),
        (0xffefffffffffffff, "-1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0xc340000000000000, "-9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44b52d02c7e14af5, "9.999999999999997e+22"),
        (0x44b52d02c7e14af6, "1e+23"),
        (0x44b52d02c7e14af7, "1.0000000000000001e+23"),
        (0x444b1ae4d6e2ef4e, "999999999999999700000"),
        (0x444b1ae4d6e2ef4f, "999999999999999900000"),
        (0x444b1ae4d6e2ef50, "1e+21"),
        (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
        (0x3eb0c6f7a0b5ed8d, "0.000001"),
        (0x41b3de4355555553, "333333333.3333332"),
        (0x41b3de4355555554, "333333333.33333325"),
        (0x41b3de4355555555, "333333333.3333333"),
        (0x41b3de4355555556, "333333333.3333334"),
        (0x41b3de4355555557, "333333333.33333343"),
        (0xbecbf647612f3696, "-0.0000033333333333333333"),
        (0x43143ff3c1cb0959_u64, "1424953923781206.2"),
    ] {
        assert_eq!(String::from_utf8(canonical(&f64::from_bits(bits))).unwrap(), text, "{bits:016x}");
    }
    // The RFC's two errors: what is no number is not written at all.
    for bits in [0x7fffffffffffffff, 0x7ff0000000000000_u64] {
        assert!(canonical(&f64::from_bits(bits)).is_empty(), "{bits:016x}");
    }
}

#[test]
fn rfc_8032_section_7_1_all_five_and_a_bent_bit_of_each_is_refused() {
    let mut seen = 0;
    for line in include_str!("vectors/ed25519.txt").lines() {
        let fields: Vec<Vec<u8>> = line.split(':').map(unhex).collect();
        let [secret, public, message, signature] = &fields[..] else { panic!("four fields: {line}") };
        let key = SecretKey::from_bytes(secret[..].try_into().unwrap());
        let public = PublicKey::from_bytes(public[..].try_into().unwrap());
        let signature = Signature::from_bytes(signature[..].try_into().unwrap());
        assert_eq!(key.public(), public);
        assert_eq!(sign_bare(&key, message), signature);
        assert!(verify_bare(&public, message, &signature));
        for bent in [0, 31, 32, 63] {
            let mut bytes = signature.to_bytes();
            bytes[bent] ^= 1;
            assert!(!verify_bare(&public, message, &Signature::from_bytes(bytes)), "byte {bent}");
        }
        assert!(!verify_bare(&public, &[message, &b"!"[..]].concat(), &signature));
        seen += 1;
    }
    assert_eq!(seen, 5);
}
