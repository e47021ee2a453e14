//! Base64, as `BinaryEquals` compares it.

/// Decodes standard base64 with padding; `None` for anything else.
pub(super) fn decode(text: &str) -> Option<Box<[u8]>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(4) {
        return None;
    }
    let body = text.trim_end_matches('=');
    if bytes.len() - body.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(body.len() * 3 / 4);
    let mut buffer = 0u32;
    let mut bits = 0;
    for byte in body.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = (buffer << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    // Bits left over from the last group must be zero, or two texts would stand for the same bytes.
    (buffer == 0).then(|| out.into())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_padding_and_refuses_the_rest() {
        assert_eq!(decode("aGVsbG8=").as_deref(), Some(b"hello".as_slice()));
        assert_eq!(decode("").as_deref(), Some(b"".as_slice()));
        assert_eq!(decode("aGVsbG8"), None);
        assert_eq!(decode("a==="), None);
        assert_eq!(decode("a b="), None);
    }
}
