"""Folders of many pages for the scripts beside this one: the sets of bench/content, repeated under other names.

Every page is its own: a paragraph with its number is put before the end of its body, so that no two files are the same
bytes, but copies of a page are still copies of a report. Pages are taken in the order of their digests, from the sets aeb,
cwced and webmainbench-all, and only those of at most PAGE_BYTES, so that 200,000 fit on a common disk.
"""
import base64
import gzip
import hashlib
import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "bench" / "content"
SETS = ("aeb", "cwced", "webmainbench-all")
PAGE_BYTES = 60_000


def pages(page_bytes=PAGE_BYTES):
    """The pages of the sets, as bytes."""
    found = []
    for name in SETS:
        with gzip.open(SHARED / f"{name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                page = base64.b64decode(json.loads(line)["html_b64"])
                if len(page) <= page_bytes:
                    found.append(page)
    return sorted(found, key=lambda page: hashlib.sha256(page).digest())


def numbered(page, number):
    """The page with a paragraph of its own."""
    note = f"<p>Copy {number} of this page, kept on shelf {number % 977}.</p>".encode()
    at = page.lower().rfind(b"</body>")
    return page + note if at < 0 else page[:at] + note + page[at:]


def make(folder, n, page_bytes=PAGE_BYTES):
    """Writes n pages below the folder, a thousand in each folder there; gives their bytes in sum."""
    source, total = pages(page_bytes), 0
    for number in range(n):
        inner = Path(folder) / f"{number // 1000:04}"
        if number % 1000 == 0:
            os.makedirs(inner, exist_ok=True)
        page = numbered(source[number % len(source)], number)
        total += len(page)
        (inner / f"{number:07}.html").write_bytes(page)
    # Files that have just been written are digested again next time: a run that must find them at rest waits.
    return total
