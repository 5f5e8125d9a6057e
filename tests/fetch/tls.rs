//! TLS that can't be trusted, or is none.
//!
//! The tests run in a process whose only trusted certificate is one that they make: SSL_CERT_FILE names it.

use crate::harness::{Site, in_own_process};
use crate::server::{Conn, PAGE, Request, Server, Stream};
use expect_test::expect;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

/// Who signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "authority of the tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A TLS server's configuration with a certificate for this name, until this year.
    fn signs(&self, name: &str, until: i32) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        server_config(certificate.der().clone(), &key)
    }
}

/// A TLS server's configuration with a certificate that nobody signed.
fn self_signed() -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    server_config(certificate.der().clone(), &key)
}

fn server_config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

fn page(request: &Request, conn: &mut Conn) {
    match request.path.as_str() {
        "/robots.txt" => conn.missing(),
        _ => conn.html(PAGE),
    }
}

/// A server over TLS.
fn over_tls(
    config: Arc<ServerConfig>,
    serve: impl Fn(&Request, &mut Conn) + Send + Sync + 'static,
) -> Server {
    let wrap = move |tcp: TcpStream| -> Option<Box<dyn Stream>> {
        let connection = ServerConnection::new(config.clone()).ok()?;
        Some(Box::new(StreamOwned::new(connection, tcp)))
    };
    Server::over(wrap, serve)
}

/// Runs a test in a process that trusts one authority alone.
fn trusting(name: &str, body: impl FnOnce(Authority)) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("authority.pem");
    let path = file.to_str().unwrap().to_owned();
    in_own_process(name, &[("SSL_CERT_FILE", path.as_str())], || {
        // Made in this process, which reads the file when it prepares its first connection.
        let authority = Authority::new();
        let file = std::env::var("SSL_CERT_FILE").unwrap();
        fs::write(Path::new(&file), authority.0.pem()).unwrap();
        body(authority);
    });
}

/// A site whose one page is at https, on this server.
fn site(server: Server) -> Site {
    let seed = format!("https://127.0.0.1:{}/a", server.port());
    Site::new(server, &[seed])
}

#[test]
fn certificates() {
    // Group 28.
    trusting("tls::certificates", |authority| {
        let sound = site(over_tls(authority.signs("127.0.0.1", 4000), page));
        sound.check(expect![[r#"
            https://127.0.0.1:PORT/a fetched 200 x1 page 236 B [response]
        "#]]);
        site(over_tls(authority.signs("127.0.0.1", 2020), page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no TLS connection: invalid peer certificate: certificate expired
        "#]]);
        site(over_tls(authority.signs("other.example", 4000), page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no TLS connection: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("other.example")
        "#]]);
        site(over_tls(self_signed(), page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no TLS connection: invalid peer certificate: UnknownIssuer
        "#]]);
    });
}

#[test]
fn handshakes() {
    // Group 28.
    trusting("tls::handshakes", |_| {
        // It stalls.
        let stalls = |mut tcp: TcpStream| -> Option<Box<dyn Stream>> {
            while tcp.read(&mut [0; 1024]).is_ok_and(|n| n > 0) {}
            None
        };
        site(Server::over(stalls, page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no connection: client error (Connect): operation timed out
        "#]]);
        // It knows only an old version: the alert "protocol_version".
        let old = |mut tcp: TcpStream| -> Option<Box<dyn Stream>> {
            let _ = tcp.read(&mut [0; 4096]);
            let _ = tcp.write_all(&[21, 3, 1, 0, 2, 2, 70]);
            None
        };
        site(Server::over(old, page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no TLS connection: received fatal alert: ProtocolVersion
        "#]]);
        // It answers in an old version: the begin of a ServerHello of TLS 1.0.
        let hello = |mut tcp: TcpStream| -> Option<Box<dyn Stream>> {
            let _ = tcp.read(&mut [0; 4096]);
            let body = [&[2, 0, 0, 38, 3, 1][..], &[7; 32], &[0, 0, 0x2F, 0]].concat();
            let _ = tcp.write_all(&[&[22, 3, 1, 0, 42][..], &body].concat());
            None
        };
        site(Server::over(hello, page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no TLS connection: peer is incompatible: ServerDoesNotSupportTls12Or13
        "#]]);
    });
}

#[test]
fn the_other_protocol_on_a_port() {
    // Group 29.
    trusting("tls::the_other_protocol_on_a_port", |authority| {
        // HTTP where TLS is expected.
        let plain = |mut tcp: TcpStream| -> Option<Box<dyn Stream>> {
            let _ = tcp.read(&mut [0; 4096]);
            let _ = tcp.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            None
        };
        site(Server::over(plain, page)).check(expect![[r#"
            https://127.0.0.1:PORT/a robots x0: no TLS connection: received corrupt message of type InvalidContentType
        "#]]);
        // TLS where HTTP is expected.
        let tls = over_tls(authority.signs("127.0.0.1", 4000), page);
        Site::new(tls, &["/a"]).check(expect![[r#"
            /a robots x0: the answer breaks the rules of HTTP: invalid HTTP version parsed
        "#]]);
    });
}

#[test]
fn a_downgrade_is_followed_and_told() {
    // Group 26: nothing secret is ever sent, and where the page came from stands in its row.
    trusting("tls::a_downgrade_is_followed_and_told", |authority| {
        let plain = Server::start(|_, conn| conn.html(PAGE));
        let (target, port) = (plain.url("/page"), plain.port());
        let tls = over_tls(authority.signs("127.0.0.1", 4000), move |request, conn| match request
            .path
            .as_str()
        {
            "/robots.txt" => conn.missing(),
            _ => conn.redirect(&target),
        });
        let ports = format!("fetch.network.ports = [{}, {port}]", tls.port());
        let fetched = site(tls).with(&ports).fetch();
        let codes: Vec<_> = fetched.rows.iter().map(|r| r.url.outcome.unwrap().code()).collect();
        assert_eq!(codes, ["redirected", "fetched"]);
        assert_eq!(fetched.rows[0].url.target.as_deref(), Some(plain.url("/page").as_str()));
        let sent = &plain.requests()[0];
        let unsaid = ["cookie", "authorization", "referer"].map(|name| sent.header(name));
        assert_eq!(unsaid, [None; 3]);
    });
}
