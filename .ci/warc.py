#!/usr/bin/env python3
"""Read WARC files that baogao wrote with warcio and FastWARC: the same records, and every digest right.

    warc.py FILE...

Prints one line a file; exits 1 with what is wrong.
"""
import base64
import hashlib
import sys

from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator


def by_warcio(path):
    """WARC-Type and address of every record; its digests are checked by warcio itself."""
    records = []
    with open(path, "rb") as file:
        for record in ArchiveIterator(file, no_record_parse=False, check_digests="raise"):
            record.content_stream().read()
            if record.digest_checker is not None and record.digest_checker.passed is False:
                raise ValueError(f"{record.rec_headers}: {record.digest_checker.problems}")
            records.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI")))
    return records


def by_fastwarc(path):
    """The same by FastWARC, and digests once more by hand, since it knows no SHA-256."""
    records, n_digests = [], 0
    with open(path, "rb") as file:
        for record in FastIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
            block = record.reader.read()
            head, _, payload = block.partition(b"\r\n\r\n")
            kind = record.headers["WARC-Type"]
            stated = {"WARC-Block-Digest": block}
            if kind == "response":
                stated["WARC-Payload-Digest"] = payload
            for name, content in stated.items():
                algorithm, _, value = record.headers[name].partition(":")
                digest = hashlib.new(algorithm, content).digest()
                if base64.b32encode(digest).decode() != value:
                    raise ValueError(f"{name} of {record.headers.get('WARC-Target-URI')} is wrong")
                n_digests += 1
            records.append((kind, record.headers.get("WARC-Target-URI")))
    return records, n_digests


def main(paths):
    failed = False
    for path in paths:
        try:
            (fast, n_digests), slow = by_fastwarc(path), by_warcio(path)
            if fast != slow:
                raise ValueError(f"FastWARC reads {fast}, warcio {slow}")
            if not fast:
                raise ValueError("no records")
            print(f"{path}: {len(fast)} records, {n_digests} digests right")
        except Exception as error:  # whatever another reader trips over is our fault
            print(f"{path}: {type(error).__name__}: {error}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
