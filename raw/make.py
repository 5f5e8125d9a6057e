#!/usr/bin/env python3
"""Makes the samples that are not plain UTF-8 files from their UTF-8 sources in raw/sources.

    python3 raw/make.py            write them into raw/samples
    python3 raw/make.py --check    say whether raw/samples holds just these bytes

Deterministic: no clock, no file times. The results are committed, so that nobody needs Python to run the program.
Compressors differ from one version of zlib to the next, so --check compares what gzip files hold.
"""
import base64
import gzip
import hashlib
import struct
import sys
import uuid
import zlib
from pathlib import Path

RAW = Path(__file__).resolve().parent
# What a crawler writes is fixed here once: the archive's day, a documentation address, reserved host names.
WARC_DATE = "2026-05-06T03:04:05Z"
WARC_IP = "192.0.2.10"


def source(name):
    return (RAW / "sources" / (name + ".src")).read_text(encoding="utf-8")


def gzip_member(data):
    """RFC 1952 without a file name or time."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def stored_member(data):
    """The same without compression: its bytes, and so the length of the record around it, never change."""
    block = struct.pack("<BHH", 1, len(data), len(data) ^ 0xFFFF) + data
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + block + struct.pack("<II", zlib.crc32(data), len(data))


def digest(data):
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def record(kind, url, content_type, block, payload=None, concurrent=None):
    """One WARC 1.1 record in a gzip member of its own; its id comes from what it holds."""
    identity = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + ' ' + (url or 'samples'))}>"
    fields = [("WARC-Type", kind), ("WARC-Record-ID", identity), ("WARC-Date", WARC_DATE)]
    if url:
        fields += [("WARC-Target-URI", url), ("WARC-IP-Address", WARC_IP)]
    if concurrent:
        fields.append(("WARC-Concurrent-To", concurrent))
    if payload is not None:
        fields.append(("WARC-Payload-Digest", digest(payload)))
    fields += [("WARC-Block-Digest", digest(block)), ("Content-Type", content_type), ("Content-Length", str(len(block)))]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    return identity, gzip_member(head.encode() + block + b"\r\n\r\n")


def exchange(url, status, headers, entity):
    """A request and its response, as a crawler stores them."""
    host, _, path = url.removeprefix("http://").partition("/")
    answer = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    identity, response = record("response", url, "application/http; msgtype=response", answer.encode() + entity, entity)
    question = f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: sample-crawler/1.0\r\nAccept: text/html\r\n\r\n"
    _, request = record("request", url, "application/http; msgtype=request", question.encode(), concurrent=identity)
    return response + request


def chunked(data, size=1400):
    chunks = [data[i:i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n" % len(c) + c + b"\r\n" for c in chunks) + b"0\r\n\r\n"


def warc():
    info = "software: sample-crawler/1.0\r\nformat: WARC File Format 1.1\r\ndescription: invented pages\r\n"
    out = record("warcinfo", None, "application/warc-fields", info.encode())[1]
    # The charset is in the HTTP header alone.
    page = source("warc_quarter.html").encode("gb18030")
    out += exchange("http://www.wangchao.example/sj/202604/t20260424_2291.html", "200 OK",
                    [("Date", "Wed, 06 May 2026 03:04:05 GMT"), ("Content-Type", "text/html; charset=GB18030"),
                     ("Content-Length", len(page))], page)
    missing = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>".encode()
    out += exchange("http://www.wangchao.example/sj/202603/old.html", "404 Not Found",
                    [("Content-Type", "text/html"), ("Content-Length", len(missing))], missing)
    moved = b""
    out += exchange("http://www.shilong-county.example/mw", "301 Moved Permanently",
                    [("Location", "http://www.shilong-county.example/xz/mw/202601/t6.html"), ("Content-Length", "0")], moved)
    # Compressed and chunked, as it came over the wire.
    packed = chunked(stored_member(source("warc_township.html").encode("utf-8")))
    out += exchange("http://www.shilong-county.example/xz/mw/202601/t6.html", "200 OK",
                    [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")], packed)
    out += exchange("http://www.shilong-county.example/files/plan.pdf", "200 OK",
                    [("Content-Type", "application/pdf"), ("Content-Length", "9")], b"%PDF-1.4\n")
    return out


def samples():
    return {
        "procuratorate_gb2312.html": source("procuratorate_gb2312.html").encode("gb18030"),
        "table_layout_2006.htm": source("table_layout_2006.htm").replace("\n", "\r\n").encode("gb18030"),
        "big5_policy_report.html": source("big5_policy_report.html").encode("big5"),
        "budget_report.html.gz": gzip_member(source("budget_report.html").encode("utf-8")),
        "archive.warc.gz": warc(),
    }


def plain(data):
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def main():
    wrong = []
    for name, data in samples().items():
        path = RAW / "samples" / name
        if "--check" not in sys.argv[1:]:
            path.write_bytes(data)
        elif not path.exists() or plain(path.read_bytes()) != plain(data):
            wrong.append(name)
    if wrong:
        sys.exit("differ from their sources, run python3 raw/make.py: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
