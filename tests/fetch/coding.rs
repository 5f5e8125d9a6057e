//! Content codings: bombs, nests, and headers that lie.

use crate::harness::{Site, within_memory};
use crate::server::{PAGE, Server};
use expect_test::expect;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compress, Compression, FlushCompress};
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Gzip that unpacks to so many MiB of blanks: a deflate block between two full flushes stands for itself, so it can
/// be repeated.
pub(crate) fn bomb(mib: usize) -> Vec<u8> {
    let mut deflate = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 16);
    deflate.compress_vec(&[b' '; 1 << 20], &mut block, FlushCompress::Full).unwrap();
    assert_eq!(deflate.total_in(), 1 << 20);
    let head = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    // The last, empty block; the checksum is never come to.
    [&head[..], &block.repeat(mib), &[3, 0], &[0; 8]].concat()
}

#[test]
fn bombs_do_not_fill_memory() {
    // The bombs themselves and the reading of their records afterwards are in this, too.
    within_memory("coding::bombs_do_not_fill_memory", 300, || {
        let bombs = [bomb(10 << 10), bomb(100), gzip(&bomb(10 << 10))];
        println!("{:?} bytes", bombs.each_ref().map(Vec::len));
        let server = Server::start(move |request, conn| {
            let (codings, body) = match request.path.as_str() {
                // Group 16: 10 MiB for 10 GiB, and a small one.
                "/10-GiB" => ("gzip", &bombs[0]),
                "/100-MiB" => ("gzip", &bombs[1]),
                _ => ("gzip, gzip", &bombs[2]),
            };
            let headers = format!("Content-Type: text/html\r\nContent-Encoding: {codings}\r\n");
            conn.answer("200 OK", &headers, body);
        });
        Site::new(server, &["/10-GiB", "/100-MiB", "/nested"])
            .with("fetch.per_host.connections = 1\nfetch.timeout = { idle = \"20s\", total = \"60s\" }")
            .check(expect![[r#"
                /10-GiB failed 200 x1 [response]: unpacked, it is larger than fetch.limits allows
                /100-MiB failed 200 x1 [response]: unpacked, it is larger than fetch.limits allows
                /nested failed 200 x1 [response]: unpacked, it is larger than fetch.limits allows
            "#]]);
    });
}

#[test]
fn codings_that_lie() {
    let plain = PAGE.as_bytes();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(plain).unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
    bare.write_all(plain).unwrap();
    let mut bad_crc = gzip(plain);
    let crc_at = bad_crc.len() - 8;
    bad_crc[crc_at] ^= 1;
    let whole =
        gzip(&[plain, &(0..60_000u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>()].concat());
    let cut = whole[..whole.len() / 2].to_vec();
    let no_trailer = gzip(plain)[..gzip(plain).len() - 8].to_vec();
    let answers: Vec<(&str, &str, Vec<u8>)> = vec![
        // Groups 17 and 18: never asked for, so never unpacked; neither can grow.
        ("/brotli", "br", b"\x5b\xff\xff\x03".repeat(10)),
        ("/zstd", "zstd", b"\x28\xb5\x2f\xfd\xc4\xff\xff\xff\xff".repeat(10)),
        // Group 19.
        ("/twice", "gzip, gzip", gzip(&gzip(plain))),
        ("/twice-said-once", "gzip", gzip(&gzip(plain))),
        ("/thrice", "gzip, gzip, gzip", gzip(&gzip(&gzip(plain)))),
        ("/two-headers", "gzip\r\nContent-Encoding: gzip", gzip(&gzip(plain))),
        // Group 20.
        ("/not-packed", "gzip", plain.to_vec()),
        ("/made-up", "made-up", plain.to_vec()),
        ("/none", "none", plain.to_vec()),
        ("/upper-case", "GZIP", gzip(plain)),
        ("/deflate", "deflate", zlib.finish().unwrap()),
        ("/bare-deflate", "deflate", bare.finish().unwrap()),
        ("/bad-crc", "gzip", bad_crc),
        ("/trailing-garbage", "gzip", [&gzip(plain)[..], b"<!-- cached -->"].concat()),
        ("/cut", "gzip", cut),
        ("/no-trailer", "gzip", no_trailer),
        ("/not-said", "identity", gzip(plain)),
    ];
    let seeds: Vec<&str> = answers.iter().map(|a| a.0).collect();
    let site_answers = answers.clone();
    let server = Server::start(move |request, conn| {
        let (_, codings, body) = site_answers.iter().find(|a| a.0 == request.path).unwrap();
        let headers = format!("Content-Type: text/html\r\nContent-Encoding: {codings}\r\n");
        conn.answer("200 OK", &headers, body);
    });
    let fetched = Site::new(server, &seeds).fetch();
    // How many bytes packing leaves is the packer's.
    let sizes = regex::Regex::new(r" page \d+ B").unwrap();
    expect![[r#"
        /bad-crc failed 200 x1 [response]: its packed content is damaged: corrupt gzip stream does not have a matching checksum
        /bare-deflate fetched 200 x1 [response]
        /brotli failed 200 x1 [response]: the content coding "br" is not known
        /cut failed 200 x2 [response] [response]: its packed content is cut off
        /deflate fetched 200 x1 [response]
        /made-up failed 200 x1 [response]: the content coding "made-up" is not known
        /no-trailer fetched 200 x1 [response]
        /none fetched 200 x1 [response]
        /not-packed fetched 200 x1 [response]
        /not-said failed 200 x1 [response]: the content is packed once more
        /thrice fetched 200 x1 [response]
        /trailing-garbage fetched 200 x1 [response]
        /twice fetched 200 x1 [response]
        /twice-said-once failed 200 x1 [response]: the content is packed once more
        /two-headers failed 200 x1 [response]: the content is packed once more
        /upper-case fetched 200 x1 [response]
        /zstd failed 200 x1 [response]: the content coding "zstd" is not known
    "#]].assert_eq(&sizes.replace_all(&fetched.report(), ""));
    for known in &fetched.rows {
        if known.body.is_some() {
            assert_eq!(fetched.text(&known.url.url), PAGE, "{}", known.url.url);
        }
    }
}
