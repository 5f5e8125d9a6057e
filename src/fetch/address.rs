//! May this be connected to? Checked for the address of a page at every hop, and for every IP address that its host's
//! name resolves to, right before the connection: only so a name that answers differently the second time gains nothing.
//!
//! Refused are all networks that IANA's special-purpose registries hold for other uses than hosts on the internet
//! (private, loopback, link-local with the metadata services of clouds, shared, benchmarks, documentation, multicast),
//! also where they are wrapped: IPv4-mapped and -compatible, NAT64, 6to4 and Teredo addresses count as the IPv4
//! address inside.

use crate::config::{Cidr, web::Network};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Where connections may go.
#[derive(Debug, Clone)]
pub struct Gate {
    allow_private: Vec<Cidr>,
    ports: Vec<u16>,
}

/// Why a connection is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Neither http nor https.
    #[error("the scheme {0:?} is not fetched")]
    Scheme(String),
    /// A port that is not in `fetch.network.ports`.
    #[error("port {0} is not in fetch.network.ports")]
    Port(u16),
    /// The address has a user name or a password.
    #[error("the address has a user name or a password")]
    Credentials,
    /// There is no host.
    #[error("the address has no host")]
    NoHost,
    /// The host is, or resolves to, an address for special use.
    #[error("{address} is {network} and not in fetch.network.allow_private")]
    Special {
        /// The address.
        address: IpAddr,
        /// What its network is for.
        network: &'static str,
    },
    /// The host's name has no address.
    #[error("the name has no address")]
    NoAddress,
}

impl Gate {
    /// The gate that `[fetch.network]` asks for.
    pub fn new(network: &Network) -> Self {
        Self { allow_private: network.allow_private.clone(), ports: network.ports.clone() }
    }

    /// Whether an address of a page may be asked for: scheme, port, no credentials, and no literal special address.
    ///
    /// # Errors
    /// Why not.
    pub fn url(&self, url: &Url) -> Result<(), Denied> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Denied::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Denied::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if !self.ports.contains(&port) {
            return Err(Denied::Port(port));
        }
        match url.host() {
            None => Err(Denied::NoHost),
            Some(Host::Domain(_)) => Ok(()),
            Some(Host::Ipv4(address)) => self.address(address.into()),
            Some(Host::Ipv6(address)) => self.address(address.into()),
        }
    }

    /// Whether all that a name resolves to may be connected to: one refused address refuses the name.
    ///
    /// # Errors
    /// The first refused address, or that there is none.
    pub fn answers(&self, answers: &[SocketAddr]) -> Result<(), Denied> {
        if answers.is_empty() {
            return Err(Denied::NoAddress);
        }
        answers.iter().try_for_each(|answer| self.address(answer.ip()))
    }

    /// Whether an address may be connected to.
    ///
    /// # Errors
    /// That it is for special use and not allowed.
    pub fn address(&self, address: IpAddr) -> Result<(), Denied> {
        match special(address) {
            Some(network) if !self.allow_private.iter().any(|net| net.contains(address)) => {
                Err(Denied::Special { address, network })
            }
            _ => Ok(()),
        }
    }
}

/// IPv4 networks for special use, and what for.
const V4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "of \"this network\""),
    ([10, 0, 0, 0], 8, "private"),
    ([100, 64, 0, 0], 10, "shared by a provider's customers"),
    ([127, 0, 0, 0], 8, "loopback"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private"),
    ([192, 0, 0, 0], 24, "for protocol assignments"),
    ([192, 0, 2, 0], 24, "for documentation"),
    ([192, 88, 99, 0], 24, "for 6to4 relays"),
    ([192, 168, 0, 0], 16, "private"),
    ([198, 18, 0, 0], 15, "for benchmarks"),
    ([198, 51, 100, 0], 24, "for documentation"),
    ([203, 0, 113, 0], 24, "for documentation"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([240, 0, 0, 0], 4, "reserved"),
];

/// IPv6 networks for special use, and what for.
const V6: &[([u16; 8], u32, &str)] = &[
    ([0; 8], 128, "unspecified"),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "for local translation"),
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 64, "for discarding"),
    ([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, "for benchmarks"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "for documentation"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "for documentation"),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "private"),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local"),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site-local"),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast"),
];

/// What the network of an address is for, if it is not the internet.
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => V4
            .iter()
            .find(|(net, bits, _)| {
                (Ipv4Addr::from(*net).to_bits() ^ address.to_bits()) >> (32 - bits) == 0
            })
            .map(|(_, _, what)| *what),
        IpAddr::V6(address) => V6
            .iter()
            .find(|(net, bits, _)| {
                (Ipv6Addr::from(*net).to_bits() ^ address.to_bits()) >> (128 - bits) == 0
            })
            .map(|(_, _, what)| *what)
            .or_else(|| special(IpAddr::V4(wrapped(address)?))),
    }
}

/// The IPv4 address inside an IPv6 address that stands for one.
fn wrapped(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 =
        |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match s {
        // Mapped (::ffff:a.b.c.d), translated (::ffff:0:a.b.c.d), compatible (::a.b.c.d), NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        // 6to4.
        | [0x2002, high, low, ..] => v4(high, low),
        // Teredo: the client's address, inverted.
        [0x2001, 0, _, _, _, _, high, low] => v4(!high, !low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(allowed: &[&str]) -> Gate {
        let cidr = |text: &&str| Cidr::try_from((*text).to_owned()).expect("a network");
        Gate::new(&Network {
            allow_private: allowed.iter().map(cidr).collect(),
            ..Network::default()
        })
    }

    #[test]
    fn addresses_for_special_use_are_refused_in_every_disguise() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2001:0:1:2:3:4:f5ff:fffe",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            let ip: IpAddr = address.parse().expect("an address");
            assert!(gate(&[]).address(ip).is_err(), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_internet_pass() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.0.0.1",
            "128.0.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2400:3200::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2606:4700::1111",
        ] {
            let ip: IpAddr = address.parse().expect("an address");
            assert_eq!(gate(&[]).address(ip), Ok(()), "{address}");
        }
    }

    #[test]
    fn a_network_that_is_allowed_passes_alone() {
        let gate = gate(&["127.0.0.1/32", "fd00::/8"]);
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(gate.address(ip("127.0.0.1")), Ok(()));
        assert_eq!(gate.address(ip("::ffff:127.0.0.1")), Ok(()));
        assert_eq!(gate.address(ip("fd00::1")), Ok(()));
        assert!(gate.address(ip("127.0.0.2")).is_err() && gate.address(ip("::1")).is_err());
    }

    #[test]
    fn one_refused_answer_refuses_the_name() {
        let to = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let gate = gate(&[]);
        assert_eq!(gate.answers(&[to("1.1.1.1:443")]), Ok(()));
        assert!(gate.answers(&[to("1.1.1.1:443"), to("10.0.0.1:443")]).is_err());
        assert_eq!(gate.answers(&[]), Err(Denied::NoAddress));
    }

    #[test]
    fn urls_are_refused_by_scheme_port_credentials_and_literal_address() {
        let url = |text: &str| gate(&[]).url(&Url::parse(text).expect("a URL"));
        assert_eq!(url("https://www.example.cn/a"), Ok(()));
        assert_eq!(url("http://www.example.cn:8080/"), Err(Denied::Port(8080)));
        assert_eq!(url("https://a:b@www.example.cn/"), Err(Denied::Credentials));
        for text in [
            "file:///etc/passwd",
            "ftp://example.cn/",
            "data:text/html,a",
            "javascript:alert(1)",
            "gopher://example.cn/",
        ] {
            assert!(matches!(url(text), Err(Denied::Scheme(_))), "{text}");
        }
        for text in [
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::1]/",
        ] {
            assert!(matches!(url(text), Err(Denied::Special { .. })), "{text}");
        }
    }
}
