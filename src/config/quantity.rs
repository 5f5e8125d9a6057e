//! Values of the configuration that are written as text and mean something: times ("2s"), sizes ("20MiB"), rates,
//! networks, selectors, patterns, addresses. Each is checked as it is read, so that an error has its line and what
//! comes through holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// A span of time: "500ms", "2s", "1m30s", "2h", "90d".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Time(pub Duration);

/// Units of time with their milliseconds, largest first.
const TIMES: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Time {
    /// So many seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }

    /// So many milliseconds.
    pub const fn milliseconds(n: u64) -> Self {
        Self(Duration::from_millis(n))
    }
}

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || {
            format!(
                "bad time {text:?}: write it as \"500ms\", \"2s\", \"1m30s\", \"2h\" or \"90d\""
            )
        };
        let mut rest = text.trim();
        let mut sum = 0u64;
        if rest.is_empty() {
            return Err(bad());
        }
        while !rest.is_empty() {
            let (number, unit, next) = number_and_unit(rest).ok_or_else(bad)?;
            let (_, factor) = TIMES.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
            let added = number.checked_mul(*factor).and_then(|n| sum.checked_add(n));
            (sum, rest) = (added.ok_or_else(bad)?, next);
        }
        Ok(Self::milliseconds(sum))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, factor) in TIMES {
            if rest >= factor {
                write!(f, "{}{unit}", rest / factor)?;
                rest %= factor;
            }
        }
        Ok(())
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.to_string()
    }
}

/// A number of bytes: "512B", "64KiB", "20MiB", "1GiB"; kB, MB and GB are powers of ten.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Size(pub u64);

/// Units of size, those that the program itself writes first, largest first.
const SIZES: [(&str, u64); 8] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("KB", 1000),
];

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad =
            || format!("bad size {text:?}: write it as \"512B\", \"64KiB\", \"20MiB\" or \"1GiB\"");
        let (number, unit, rest) = number_and_unit(text.trim()).ok_or_else(bad)?;
        let (_, factor) = SIZES.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
        if !rest.is_empty() {
            return Err(bad());
        }
        number.checked_mul(*factor).map(Self).ok_or_else(bad)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole =
            SIZES.iter().find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor));
        let (unit, factor) = whole.copied().unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

/// Bytes in a second: "1KiB/s".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Rate(pub u64);

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || format!("bad rate {text:?}: write it as \"1KiB/s\"");
        let size = text.trim().strip_suffix("/s").ok_or_else(bad)?;
        Size::try_from(size.to_owned()).map(|size| Self(size.0)).map_err(|_| bad())
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        format!("{}/s", Size(rate.0))
    }
}

/// "20MiB and more" → 20, "MiB", " and more".
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?.trim_start();
    let unit_len = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    Some((number, &rest[..unit_len], rest[unit_len..].trim_start()))
}

/// A network in CIDR notation, "10.0.0.0/8" or "fd00::/8"; a bare address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Cidr {
    address: IpAddr,
    bits: u8,
}

impl Cidr {
    /// Whether `address` lies in the network. IPv4-mapped IPv6 addresses are the IPv4 addresses they stand for.
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = |width: u8| u32::from(width - self.bits);
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(one)) => {
                let differing = net.to_bits() ^ one.to_bits();
                differing.checked_shr(shift(32)).unwrap_or(0) == 0
            }
            (IpAddr::V6(net), IpAddr::V6(one)) => {
                let differing = Ipv6Addr::to_bits(net) ^ Ipv6Addr::to_bits(one);
                differing.checked_shr(shift(128)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || format!("bad network {text:?}: write it as \"127.0.0.1/32\" or \"fd00::/8\"");
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| bad())?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        // A mapped network would have to be counted in IPv4's bits: it is said as IPv4 instead.
        if address != address.to_canonical() {
            return Err(bad());
        }
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return Err(bad());
        }
        Ok(Self { address, bits })
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        format!("{}/{}", cidr.address, cidr.bits)
    }
}

/// Declares a text that must hold as something.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $name(String);

        impl $name {
            /// As written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

checked_text!(
    /// A CSS selector.
    Css,
    |text| match scraper::Selector::parse(text) {
        Ok(_) => Ok(()),
        Err(e) => Err(format!("bad CSS selector {text:?}: {e}")),
    }
);

checked_text!(
    /// A regular expression, looked for anywhere in an address or a title.
    Pattern,
    |text| match regex::Regex::new(text) {
        Ok(_) => Ok(()),
        Err(e) => {
            let last = e.to_string().lines().last().unwrap_or_default().to_owned();
            Err(format!("bad pattern {text:?}: {last}"))
        }
    }
);

checked_text!(
    /// An absolute address of a page: http or https.
    Address,
    check_address
);

checked_text!(
    /// Addresses that are counted through: {n} stands for the number.
    Template,
    |text| {
        if text.matches("{n}").count() != 1 {
            return Err(format!("bad template {text:?}: it must have {{n}} once, for the number"));
        }
        // Relative to the page that it is followed on, or an address of its own.
        if text.contains("://") { check_address(&text.replace("{n}", "1")) } else { Ok(()) }
    }
);

checked_text!(
    /// The name of a host: "www.example.cn", or "*.example.cn" for all names under it.
    Host,
    |text| {
        let name = text.strip_prefix("*.").unwrap_or(text);
        let odd = |c: char| c.is_whitespace() || c.is_control() || "/?#@*\\".contains(c);
        if name.is_empty() || name.contains(odd) {
            return Err(format!(
                "bad host {text:?}: write \"www.example.cn\", or \"*.example.cn\" for all names under it"
            ));
        }
        Ok(())
    }
);

fn check_address(text: &str) -> Result<(), String> {
    let bad = |why: &str| Err(format!("bad address {text:?}: {why}"));
    let Some((scheme, rest)) = text.split_once("://") else {
        return bad("write it whole, as https://www.example.cn/list/");
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return bad("only http and https are fetched");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return bad("user names and passwords in addresses are not sent; remove them");
    }
    #[cfg(feature = "fetch")]
    if let Err(e) = url::Url::parse(text) {
        return bad(&e.to_string());
    }
    if authority.is_empty() { bad("it has no host") } else { Ok(()) }
}

impl Host {
    /// Whether a host's name is the one meant, or under it; case does not matter.
    pub fn matches(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        match self.0.strip_prefix("*.") {
            None => host.eq_ignore_ascii_case(self.0.trim_end_matches('.')),
            Some(parent) => {
                let at = host.len().checked_sub(parent.len());
                at.is_some_and(|at| {
                    at > 0
                        && host.is_char_boundary(at)
                        && host[at..].eq_ignore_ascii_case(parent)
                        && host[..at].ends_with('.')
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<u128> {
        Time::try_from(text.to_owned()).ok().map(|t| t.0.as_millis())
    }

    #[test]
    fn times_are_read_and_written() {
        assert_eq!(time("2s"), Some(2000));
        assert_eq!(time("1m30s"), Some(90_000));
        assert_eq!(time("500ms"), Some(500));
        assert_eq!(time("90 d"), Some(7_776_000_000));
        assert_eq!(Time::seconds(90).to_string(), "1m30s");
        for wrong in
            ["", "2", "s", "2 weeks", "-1s", "1.5s", "99999999999999999999s", "999999999999999999d"]
        {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_and_rates_are_read_and_written() {
        let size = |text: &str| Size::try_from(text.to_owned()).ok().map(|s| s.0);
        assert_eq!(size("20MiB"), Some(20 << 20));
        assert_eq!(size("512 B"), Some(512));
        assert_eq!(size("1GB"), Some(1_000_000_000));
        assert_eq!([size("20"), size("MiB"), size("1MiBs"), size("1MiB 2")], [None; 4]);
        assert_eq!(Size(20 << 20).to_string(), "20MiB");
        assert_eq!(Rate::try_from("1KiB/s".to_owned()), Ok(Rate(1024)));
        assert!(Rate::try_from("1KiB".to_owned()).is_err());
    }

    #[test]
    fn networks_hold_their_addresses() {
        let net = |text: &str| Cidr::try_from(text.to_owned());
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let loopback = net("127.0.0.1/32").expect("right");
        assert!(loopback.contains(ip("127.0.0.1")) && !loopback.contains(ip("127.0.0.2")));
        assert!(loopback.contains(ip("::ffff:127.0.0.1")));
        assert!(net("0.0.0.0/0").expect("right").contains(ip("8.8.8.8")));
        assert!(net("fd00::/8").expect("right").contains(ip("fdab::1")));
        assert!(!net("fd00::/8").expect("right").contains(ip("10.0.0.1")));
        assert!(
            net("10.0.0.0/33").is_err()
                && net("here/8").is_err()
                && net("::ffff:10.0.0.0/104").is_err()
        );
    }

    #[test]
    fn hosts_match_their_own_name_and_with_a_star_all_under_it() {
        let host = |text: &str| Host::try_from(text.to_owned()).expect("right");
        assert!(host("www.example.cn").matches("WWW.example.cn."));
        assert!(!host("example.cn").matches("www.example.cn"));
        assert!(host("*.example.cn").matches("a.b.example.cn"));
        assert!(!host("*.example.cn").matches("example.cn"));
        assert!(!host("*.example.cn").matches("badexample.cn"));
        assert!(Host::try_from("https://example.cn/".to_owned()).is_err());
    }

    #[test]
    fn addresses_are_whole_and_http() {
        let right = |text: &str| Address::try_from(text.to_owned()).is_ok();
        assert!(right("https://www.example.cn/list/") && right("http://127.0.0.1:8080"));
        assert!(
            !right("www.example.cn/list/") && !right("ftp://example.cn/") && !right("https:///a")
        );
        assert!(!right("https://user:secret@example.cn/"));
    }
}
