#!/usr/bin/env python3
"""Fetching, measured on loopback: throughput beside other fetchers, kills, and refetching what did not change.

    cargo build --release
    benches/fetch.py throughput --bin target/release/baogao      # beside wget2 and Scrapy, where they are installed
    benches/fetch.py kills --bin target/release/baogao           # 100 kills of a fetch of 2,000 pages
    benches/fetch.py unchanged --bin target/release/baogao       # 5,000 pages fetched again
    benches/fetch.py stored --bin target/release/baogao          # memory of runs over 20,000 and 200,000 stored pages

throughput needs nginx (one server for all, so that it is no measure of the server); kills and unchanged bring a small
server of their own, and use warcio and fastwarc (pip) to read what was stored. All traffic stays on 127.0.0.1.
"""
import argparse
import collections
import glob
import hashlib
import http.server
import os
import random
import resource
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

PAGES_A_LIST = 50
LINE = "全年实现地区生产总值{}亿元，比上年增长5.1%。各项工作取得新的进展，人民生活持续改善，社会大局保持稳定。"


def report(no, n_lines):
    title = f"清溪县第{no}号工作报告"
    lines = "".join(f"<p>{LINE.format(no + i)}</p>" for i in range(n_lines))
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1>{lines}</body></html>".encode()


def list_page(no, n_pages):
    end = min(n_pages, (no + 1) * PAGES_A_LIST)
    links = "".join(f'<li><a href="/t/{i}.html">报告{i}</a></li>' for i in range(no * PAGES_A_LIST, end))
    further = f'<a href="index_{no + 1}.html">下一页</a>' if end < n_pages else ""
    return f'<meta charset=utf-8><ul class="news">{links}</ul><div class="pages">{further}</div>'.encode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pipeline(folder, port, store="store"):
    path = os.path.join(folder, f"{store}.toml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(textwrap.dedent(f"""\
            [fetch]
            store = "{store}"
            user_agent = "clerk/1.0 (+https://www.example.cn/bot)"
            per_host = {{ connections = 8, delay = "0s", jitter = "0s" }}
            retry = {{ failures_max = 1000 }}
            network = {{ allow_private = ["127.0.0.1/32"], ports = [{port}] }}
            [[source]]
            name = "county"
            kind = "web"
            seeds = ["http://127.0.0.1:{port}/list/index.html"]
            [[source.follow]]
            links = "ul.news a"
            [[source.follow]]
            next_text = "下一页"
            max_pages = 1000
            [source.refresh]
            report = {{ policy = "always" }}
            """))
    return path


class Site:
    """A site of lists and reports, that counts what it is asked for."""

    def __init__(self, n_pages, n_lines):
        self.asked = collections.Counter()
        self.bodies = 0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                site.asked[self.path] += 1
                body, media = site.page(self.path, n_pages, n_lines)
                etag = '"%s"' % hashlib.md5(body).hexdigest()
                status = 404 if not body else 304 if self.headers.get("if-none-match") == etag else 200
                body = body if status == 200 else b""
                site.bodies += bool(body) and not self.path.startswith("/robots")
                self.send_response(status)
                for name, value in (("Content-Type", media), ("ETag", etag), ("Content-Length", str(len(body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass  # a fetch that was killed hangs up

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def page(path, n_pages, n_lines):
        if path == "/robots.txt":
            return b"User-agent: *\nDisallow: /private/\n", "text/plain"
        if path.startswith("/list/index") and path.endswith(".html"):
            no = path[len("/list/index"):-len(".html")].lstrip("_")
            return list_page(int(no or 0), n_pages), "text/html"
        if path.startswith("/t/") and path.endswith(".html"):
            return report(int(path[3:-5]), n_lines), "text/html"
        return b"", "text/html"


def snapshot(output):
    return next(line.split()[1] for line in output.splitlines() if line.startswith("snapshot "))


def measured(command, cwd, env=None):
    """Wall time, CPU time and output of a command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in (0, 8):
        sys.exit(f"{command[0]} exited {done.returncode}: {done.stderr[-500:]}")
    return wall, cpu, done.stdout


SPIDER = """
import scrapy
class County(scrapy.Spider):
    name = "county"
    start_urls = ["http://127.0.0.1:{port}/list/index.html"]
    def parse(self, response):
        for href in response.css("ul.news a::attr(href)").getall():
            yield response.follow(href, self.keep)
        for href in response.css("div.pages a::attr(href)").getall():
            yield response.follow(href, self.parse)
    def keep(self, response):
        with open("pages/" + response.url.rsplit("/", 1)[1], "wb") as f:
            f.write(response.body)
"""


def throughput(a, work):
    root = os.path.join(work, "site")
    os.makedirs(os.path.join(root, "list"))
    os.makedirs(os.path.join(root, "t"))
    for i in range(a.pages):
        with open(os.path.join(root, "t", f"{i}.html"), "wb") as f:
            f.write(report(i, a.lines))
    for no in range((a.pages + PAGES_A_LIST - 1) // PAGES_A_LIST):
        with open(os.path.join(root, "list", f"index{f'_{no}' if no else ''}.html"), "wb") as f:
            f.write(list_page(no, a.pages))
    port = free_port()
    conf = os.path.join(work, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;\n"
                "events { worker_connections 256; }\n"
                "http { access_log off; types { text/html html; } keepalive_requests 1000000;\n"
                f"  server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n")
    nginx = shutil.which("nginx") or sys.exit("throughput needs nginx")
    server = subprocess.Popen([nginx, "-c", conf], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        config = pipeline(work, port)
        runs = {"baogao": lambda: [a.bin, "fetch", "-c", config]}
        if shutil.which("wget2"):
            runs["wget2"] = lambda: ["wget2", "-q", "-r", "-l", "inf", "--max-threads=8", "-P", os.path.join(work, "got"),
                                     f"http://127.0.0.1:{port}/list/index.html"]
        if shutil.which("wget"):
            runs["wget --warc-file"] = lambda: ["wget", "-q", "-r", "-l", "inf", "-P", os.path.join(work, "got"), "--warc-file",
                                                os.path.join(work, "got"), f"http://127.0.0.1:{port}/list/index.html"]
        if shutil.which("scrapy"):
            with open(os.path.join(work, "spider.py"), "w", encoding="utf-8") as f:
                f.write(SPIDER.format(port=port))
            runs["scrapy"] = lambda: ["scrapy", "runspider", "spider.py", "-L", "ERROR", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"]
        best = {}
        for _ in range(a.rounds):
            for name, command in runs.items():
                for old in ("store", "got", "pages"):
                    shutil.rmtree(os.path.join(work, old), ignore_errors=True)
                os.makedirs(os.path.join(work, "pages"))
                wall, cpu, _ = measured(command(), work)
                old = best.get(name, (wall, cpu))
                best[name] = (min(wall, old[0]), min(cpu, old[1]))
        print(f"{a.pages} pages of {len(report(1, a.lines))} bytes, best of {a.rounds}")
        for name, (wall, cpu) in best.items():
            print(f"{name:18} {a.pages / wall:8.0f} pages/s {cpu / a.pages * 1e3:8.3f} ms CPU a page")
    finally:
        server.terminate()
        server.wait()


def read_everything(store):
    """Every sealed file by warcio and fastwarc, with every digest; gives the number of records of each."""
    from fastwarc.warc import ArchiveIterator as Fast
    from warcio.archiveiterator import ArchiveIterator
    n = [0, 0]
    for path in sorted(glob.glob(os.path.join(store, "raw", "*.warc.gz"))):
        with open(path, "rb") as f:
            for record in ArchiveIterator(f, check_digests="raise"):
                record.content_stream().read()
                assert record.digest_checker.passed is not False, (path, record.rec_headers)
                n[0] += 1
        with open(path, "rb") as f:
            for record in Fast(f, parse_http=False):
                assert record.verify_block_digest(), (path, record.record_id)
                n[1] += 1
    return n


def kills(a, work):
    site = Site(a.pages, a.lines)
    calm = pipeline(work, site.port, "calm")
    started = time.monotonic()
    wanted = snapshot(subprocess.run([a.bin, "fetch", "-c", calm], capture_output=True, text=True, check=True).stdout)
    whole = time.monotonic() - started
    n_requests = sum(site.asked.values())
    site.asked.clear()
    config = pipeline(work, site.port, "killed")
    rng = random.Random(a.seed)
    n_killed, n_ended = 0, 0
    while n_killed < a.kills:
        process = subprocess.Popen([a.bin, "fetch", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # Short lives, so that the kills fall all over the fetch and not behind its end.
            process.wait(timeout=rng.uniform(0.01, 2.5 * whole / a.kills + 0.03))
            n_ended += 1
            shutil.rmtree(os.path.join(work, "killed"))  # it came to its end: kill another one
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            n_killed += 1
    asked_before_end = sum(site.asked.values())
    done = subprocess.run([a.bin, "fetch", "-c", config], capture_output=True, text=True, check=True)
    got = snapshot(done.stdout)
    records = read_everything(os.path.join(work, "killed"))
    fsck = subprocess.run([a.bin, "store", "fsck", "-c", config], capture_output=True, text=True)
    print(f"{n_killed} kills (and {n_ended} fetches that came to their end first): snapshot "
          f"{'the same as' if got == wanted else 'OTHER THAN'} that of an undisturbed fetch")
    print(f"requests: {n_requests} undisturbed, {asked_before_end} with the kills")
    print(f"records read with all digests right: warcio {records[0]}, fastwarc {records[1]}; fsck exits {fsck.returncode}")
    if got != wanted or records[0] != records[1] or fsck.returncode != 0:
        sys.exit(fsck.stderr or 1)


def unchanged(a, work):
    site = Site(a.pages, a.lines)
    config = pipeline(work, site.port)
    first = subprocess.run([a.bin, "fetch", "-c", config], capture_output=True, text=True, check=True).stdout
    asked, bodies = sum(site.asked.values()), site.bodies
    site.asked.clear()
    site.bodies = 0
    again = subprocess.run([a.bin, "fetch", "-c", config], capture_output=True, text=True, check=True).stdout
    print(f"first: {asked} requests, {bodies} bodies; again: {sum(site.asked.values())} requests, {site.bodies} bodies; "
          f"snapshot {'the same' if snapshot(first) == snapshot(again) else 'ANOTHER'}")
    if site.bodies or snapshot(first) != snapshot(again):
        sys.exit(1)


def stored(a, work):
    """Runs over a store whose index names each fetched page ten and a hundred times, under other addresses."""
    site = Site(a.pages, a.lines)
    config = pipeline(work, site.port)
    subprocess.run([a.bin, "fetch", "-c", config], capture_output=True, check=True)
    with open(config, encoding="utf-8") as f:
        text = f.read()
    for times in (10, 100):
        store = f"store{times}"
        shutil.copytree(os.path.join(work, "store"), os.path.join(work, store))
        index = sqlite3.connect(os.path.join(work, store, "state.sqlite"))
        columns = ", ".join(r[1] for r in index.execute("PRAGMA table_info(url)") if r[1] not in ("id", "url"))
        for no in range(1, times):
            index.execute(f"INSERT INTO url (url, {columns}) SELECT url || '?n={no}', {columns} FROM url "
                          "WHERE kind = 'report' AND url NOT LIKE '%?n=%'")
        index.commit()
        index.close()
        with open(os.path.join(work, f"{store}.toml"), "w", encoding="utf-8") as f:
            f.write(text.replace('store = "store"', f'store = "{store}"') + f'\n[write]\noutput = "out{times}"\n')
        command = [a.bin, "run", "--offline", "-c", f.name, "--timings"]
        said = subprocess.run(command, cwd=work, capture_output=True, text=True, check=True)
        line = next(x for x in (said.stdout + said.stderr).splitlines() if "peak memory" in x)
        print(f"{a.pages * times} stored pages: {line.strip()}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["throughput", "kills", "unchanged", "stored"])
    ap.add_argument("--bin", required=True)
    ap.add_argument("--pages", type=int)
    ap.add_argument("--lines", type=int, help="paragraphs of a page, each of about 160 bytes")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--kills", type=int, default=100)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    a.bin = os.path.abspath(a.bin)
    a.pages = a.pages or {"throughput": 3000, "kills": 2000, "unchanged": 5000, "stored": 2000}[a.what]
    a.lines = a.lines or {"throughput": 100, "kills": 20, "unchanged": 5, "stored": 12}[a.what]
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)  # nginx reads as nobody
    try:
        {"throughput": throughput, "kills": kills, "unchanged": unchanged, "stored": stored}[a.what](a, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
