#!/usr/bin/env python3
"""How fast peers from PyPI read the pages that the benches read, in CPU time on this machine.

    pip install trafilatura resiliparse lxml_html_clean
    python3 benches/peers.py SET.jsonl.gz … -- BENCH [ARGUMENT …]

Each peer extracts the text of every page of the sets once a round, after a round that warms it up, from the decoded
page, in one thread; the best round counts. What follows "--" is a built bench (cargo bench --no-run prints its path):
it is run on the same sets, before and after the peers, so that its figures stand beside theirs.
"""

import base64
import gzip
import json
import subprocess
import sys
import time

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from resiliparse.parse.html import HTMLTree
import trafilatura

ROUNDS = 3


def pages(sets):
    for path in sets:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield base64.b64decode(json.loads(line)["html_b64"])


def resiliparse(raw, text):
    tree = HTMLTree.parse(bytes_to_str(raw, detect_encoding(raw, from_html_meta=True)))
    return extract_plain_text(tree, main_content=True)


def whole_trafilatura(raw, text):
    return trafilatura.extract(text)


def measure(work, samples):
    best = float("inf")
    for _ in range(1 + ROUNDS):
        start = time.thread_time()
        for raw, text in samples:
            try:
                work(raw, text)
            except Exception as error:  # a page that a peer fails on costs what it costs
                print(f"{work.__name__}: {error!r}", file=sys.stderr)
        best = min(best, time.thread_time() - start)
    return best * 1e3 / len(samples)


def main():
    if "--" not in sys.argv:
        sys.exit(__doc__)
    at = sys.argv.index("--")
    sets, bench = sys.argv[1:at], sys.argv[at + 1 :]
    samples = [
        (raw, bytes_to_str(raw, detect_encoding(raw, from_html_meta=True))) for raw in pages(sets)
    ]
    subprocess.run(bench + sets, check=True)
    for name, work in [("resiliparse", resiliparse), ("trafilatura", whole_trafilatura)]:
        print(f"{name:12} {measure(work, samples):.3f} ms a page", flush=True)
    subprocess.run(bench + sets, check=True)


if __name__ == "__main__":
    main()
