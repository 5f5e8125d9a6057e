//! Addresses that must not be connected to, however they are written, and odd ones.

use crate::harness::Site;
use crate::server::{PAGE, Server};
use baogao::config::web::Network;
use baogao::fetch::address::{Denied, Gate};
use expect_test::expect;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

#[test]
fn redirects_to_private_addresses() {
    // Group 23. 127.0.0.1 is allowed, all else is not; that nothing is connected to shows at 127.0.0.2.
    let server = Server::start(|request, conn| {
        let port = request.header("host").unwrap().rsplit(':').next().unwrap();
        let host = match request.path.as_str() {
            "/loopback" => "127.0.0.2",
            "/loopback-6" => "[::1]",
            "/metadata" => "169.254.169.254",
            "/private" => "10.0.0.1",
            "/zero" => "0.0.0.0",
            "/mapped" => "[::ffff:127.0.0.2]",
            "/decimal" => "2130706434",
            "/hexadecimal" => "0x7f.2",
            "/octal" => "0177.0.0.2",
            "/nat64" => "[64:ff9b::7f00:2]",
            _ => return conn.redirect("http://127.0.0.1:1/"),
        };
        conn.redirect(&format!("http://{host}:{port}/target"));
    });
    let beside = TcpListener::bind(("127.0.0.2", server.port())).unwrap();
    beside.set_nonblocking(true).unwrap();
    let seeds = [
        "/loopback",
        "/loopback-6",
        "/metadata",
        "/private",
        "/zero",
        "/mapped",
        "/decimal",
        "/hexadecimal",
        "/octal",
        "/nat64",
        "/port",
    ];
    let hosts = r#"["127.0.0.1", "127.0.0.2", "[::1]", "169.254.169.254", "10.0.0.1", "0.0.0.0", "[::ffff:7f00:2]",
        "[64:ff9b::7f00:2]"]"#;
    let site = Site::new(server, &seeds)
        .with(&format!("source.allowed_hosts = {}", hosts.replace('\n', "")));
    site.check(expect![[r#"
        /decimal redirected 302 x1 [response] -> http://127.0.0.2:PORT/target
        /hexadecimal redirected 302 x1 [response] -> http://127.0.0.2:PORT/target
        /loopback redirected 302 x1 [response] -> http://127.0.0.2:PORT/target
        /loopback-6 redirected 302 x1 [response] -> http://[::1]:PORT/target
        /mapped redirected 302 x1 [response] -> http://[::ffff:7f00:2]:PORT/target
        /metadata redirected 302 x1 [response] -> http://169.254.169.254:PORT/target
        /nat64 redirected 302 x1 [response] -> http://[64:ff9b::7f00:2]:PORT/target
        /octal redirected 302 x1 [response] -> http://127.0.0.2:PORT/target
        /port redirected 302 x1 [response] -> http://127.0.0.1:1/
        /private redirected 302 x1 [response] -> http://10.0.0.1:PORT/target
        /zero redirected 302 x1 [response] -> http://0.0.0.0:PORT/target
        http://0.0.0.0:PORT/target failed x0: 0.0.0.0 is of "this network" and not in fetch.network.allow_private
        http://10.0.0.1:PORT/target failed x0: 10.0.0.1 is private and not in fetch.network.allow_private
        http://127.0.0.1:1/ failed x0: port 1 is not in fetch.network.ports
        http://127.0.0.2:PORT/target failed x0: 127.0.0.2 is loopback and not in fetch.network.allow_private
        http://169.254.169.254:PORT/target failed x0: 169.254.169.254 is link-local and not in fetch.network.allow_private
        http://[64:ff9b::7f00:2]:PORT/target failed x0: 64:ff9b::7f00:2 is loopback and not in fetch.network.allow_private
        http://[::1]:PORT/target failed x0: ::1 is loopback and not in fetch.network.allow_private
        http://[::ffff:7f00:2]:PORT/target failed x0: ::ffff:127.0.0.2 is loopback and not in fetch.network.allow_private
    "#]]);
    let nobody = beside.accept().map(|_| ()).map_err(|e| e.kind());
    assert_eq!(nobody, Err(ErrorKind::WouldBlock));
}

#[test]
fn names_of_private_addresses() {
    // Group 27: the name is looked up, and what it resolves to is refused before any connection.
    let server = Server::start(|_, conn| conn.html(PAGE));
    let seed = format!("http://localhost:{}/a", server.port());
    let site = Site::new(server, &[&seed]).with("fetch.network.allow_private = []");
    let fetched = site.fetch();
    let message = fetched.row(&seed).url.message.clone().unwrap();
    assert!(message.contains("is loopback and not in fetch.network.allow_private"), "{message}");
    assert_eq!(site.server.n_connections(), 0);
    let site = site.with("fetch.network.allow_private = [\"127.0.0.1/32\", \"::1/128\"]");
    assert_eq!(site.fetch().text(&seed), PAGE);
}

#[test]
fn one_private_answer_refuses_the_name() {
    // Group 27: public and private answers together; no lookup of these tests may leave the machine, so the answers
    // are given to the gate itself, which is asked for each connection anew.
    let gate = Gate::new(&Network::default());
    let answers = |texts: &[&str]| -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    };
    assert_eq!(gate.answers(&answers(&["93.184.216.34:80"])), Ok(()));
    for second in ["127.0.0.1:80", "169.254.169.254:80", "[::1]:80", "[::ffff:10.0.0.1]:80"] {
        let refused = gate.answers(&answers(&["93.184.216.34:80", second]));
        assert!(matches!(refused, Err(Denied::Special { .. })), "{second}");
    }
}

#[test]
fn odd_addresses_in_lists() {
    // Group 43.
    let server = Server::start(|request, conn| match request.path.as_str() {
        "/list" => conn.html(format!(
            "<a href='http://user:secret@127.0.0.1/a'>user</a>
             <a href='http://www.ex\u{430}mple.cn/'>Cyrillic</a>
             <a href='http://xn--80ak6aa92e.com/'>punycode</a>
             <a href='/{}'>10 kB</a>
             <a href='  /spa ces.html  '>spaces</a>
             <a href='\\back\\slash.html'>backslashes</a>
             <a href='/con\u{7}trol\tta\nb.html'>control characters</a>
             <a href='/报告.html?年=2023'>Chinese</a>
             <a href='http://'>no host</a>
             <a href='http://127.0.0.1:99999/'>no port</a>
             <a href='mailto:a@example.cn'>mail</a>
             <a href='javascript:open(1)'>script</a>
             <a href='/%'>stray</a>
             <a href='?'>itself</a>",
            "a".repeat(10_000)
        )),
        _ => conn.html(PAGE),
    });
    let fetched = Site::new(server, &["/list"])
        .with("source.seeds_as = \"list\"\nsource.follow = [{ links = \"a\" }]")
        .check(expect![[r#"
            /%25 fetched 200 x1 page 236 B [response]
            /%E6%8A%A5%E5%91%8A.html?%E5%B9%B4=2023 fetched 200 x1 page 236 B [response]
            /back/slash.html fetched 200 x1 page 236 B [response]
            /con%07troltab.html fetched 200 x1 page 236 B [response]
            /list fetched 200 x1 page 10717 B [response]
            /spa%20ces.html fetched 200 x1 page 236 B [response]
        "#]]);
    expect![[r#"
        {
            "credentials": 1,
            "host": 2,
            "malformed": 3,
            "scheme": 1,
        }
    "#]]
    .assert_debug_eq(&fetched.summary.sources[0].refused);
}
