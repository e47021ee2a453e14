//! Address ranges.

use std::net::IpAddr;

/// A range of IPv4 or IPv6 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// The address as a number, host bits cleared.
    base: u128,
    /// Number of fixed bits.
    prefix: u8,
    v6: bool,
}

const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

impl Network {
    /// Reads `address/prefix` or a bare address. Host bits are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => {
                let plain = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
                (address, Some(plain.then(|| prefix.parse::<u8>().ok()).flatten()?))
            }
            None => (text, None),
        };
        let (bits, width, v6) = number(address.parse().ok()?);
        let prefix = prefix.unwrap_or(width);
        if prefix > width {
            return None;
        }
        Some(Self { base: bits & mask(prefix, width), prefix, v6 })
    }

    /// Whether a text is an address in the range. IPv4 and IPv6 are apart.
    #[must_use]
    pub fn contains_text(&self, text: &str) -> bool {
        Self::parse(text).is_some_and(|inner| self.contains(&inner))
    }

    /// Whether a range lies in this one. (A request key may itself hold a range, as some of EC2 do.)
    #[must_use]
    pub fn contains(&self, inner: &Self) -> bool {
        let width = if self.v6 { 128 } else { 32 };
        inner.v6 == self.v6
            && inner.prefix >= self.prefix
            && inner.base & mask(self.prefix, width) == self.base
    }

    /// Whether no address of the network is one of the Internet.
    #[must_use]
    pub fn is_private(&self) -> bool {
        Self::private().any(|range| range.contains(self))
    }

    /// Ranges of IPv4 and IPv6 in which no address of the Internet lies.
    /// <https://www.iana.org/assignments/iana-ipv4-special-registry> (checked 2026-11)
    pub fn private() -> impl Iterator<Item = Self> {
        PRIVATE.iter().filter_map(|range| Self::parse(range))
    }

    /// First and last address as numbers, and whether they are IPv6.
    #[must_use]
    pub fn bounds(&self) -> (u128, u128, bool) {
        let width = if self.v6 { 128 } else { 32 };
        let all = if self.v6 { u128::MAX } else { u128::from(u32::MAX) };
        (self.base, self.base | (all & !mask(self.prefix, width)), self.v6)
    }
}

fn number(address: IpAddr) -> (u128, u8, bool) {
    match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32, false),
        IpAddr::V6(v6) => (u128::from(v6), 128, true),
    }
}

fn mask(prefix: u8, width: u8) -> u128 {
    let all = if width == 128 { u128::MAX } else { u128::from(u32::MAX) };
    let host = u32::from(width - prefix);
    if host >= 128 { 0 } else { all & !((1u128 << host) - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_addresses() {
        let net = |text: &str| Network::parse(text).unwrap();
        assert!(net("203.0.113.0/24").contains_text("203.0.113.200"));
        assert!(!net("203.0.113.0/24").contains_text("203.0.114.1"));
        assert!(net("203.0.113.77/24").contains_text("203.0.113.1"), "host bits are ignored");
        assert!(net("203.0.113.9").contains_text("203.0.113.9"));
        assert!(net("0.0.0.0/0").contains_text("8.8.8.8"));
        assert!(!net("0.0.0.0/0").contains_text("2001:db8::1"), "families are apart");
        assert!(net("2001:DB8:1234::/48").contains_text("2001:db8:1234:5678::1"));
        assert!(net("::/0").contains_text("2001:db8::1"));
        assert_eq!(Network::parse("10.0.0.0/33"), None);
        assert_eq!(Network::parse("10.0.0/8"), None);
    }
}
