#!/usr/bin/env python3
"""How runs behave as pages grow in number: memory, time a page, threads, what an unchanged rerun and a changed page cost.

    cargo build --release && python3 benches/scale.py [--pages 20000] [--many 200000] [--dir /tmp]

Needs ../shared beside the clone for its pages (see pages.py) and, for 200,000 pages, about 20 GB of disk in --dir. Every
number is a ratio of runs that were made one after another; processor time is used where the clock of a shared machine
would mislead. Threads are compared by the median of the ratios of --rounds pairs of runs: a shared machine gets faster and
slower within seconds, and the best runs of each need not be of the same moment. Exits 1 where a ratio misses its bar.
"""
import argparse
import filecmp
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pages

ROOT = Path(__file__).resolve().parent.parent
MISSED = []


def run(baogao, folder, output, *more):
    """One run: wall seconds, processor seconds, peak MiB, what it said."""
    command = [baogao, "run", "--input", folder, "--output", output, *more]
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{command} ended with status {status}: {said}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said


def bar(name, value, bar, holds):
    print(f"{'ok   ' if holds else 'MISS '} {name}: {value} (bar: {bar})", flush=True)
    if not holds:
        MISSED.append(name)


def same_files(one, other):
    """Whether two runs have the same files with the same bytes."""
    names = [sorted(p.relative_to(d) for p in Path(d).rglob("*")) for d in (one, other)]
    return names[0] == names[1] and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names[0] if (one / name).is_file()
    )


def change(folder, number):
    """Changes a page: a figure in a sentence more."""
    path = folder / f"{number // 1000:04}" / f"{number:07}.html"
    path.write_bytes(path.read_bytes() + "<p>全年新修道路12公里，比上年多3公里，群众出行更加方便。</p>".encode())


def threads(baogao, work, rounds):
    folder = work / "threads"
    pages.make(folder, 1500)

    def wall(n):
        seconds = run(baogao, folder, work / "out", "--threads", n, "--fresh")[0]
        shutil.rmtree(work / "out")
        return seconds

    rounds = [{n: wall(n) for n in "12"} for _ in range(rounds)]
    shutil.rmtree(folder)
    ratio = statistics.median(r["1"] / r["2"] for r in rounds)
    best = {n: min(r[n] for r in rounds) for n in "12"}
    said = f"{ratio:.2f} times as fast (best {best['1']:.1f} s, {best['2']:.1f} s)"
    bar("two threads against one", said, "1.85", ratio >= 1.85)


def incremental(baogao, work, folder, n):
    """Full, unchanged and one page changed; gives the full run's numbers."""
    time.sleep(3)  # files must be at rest for their digests to be kept
    full = run(baogao, folder, work / "out")
    print(f"      {n} pages: {full[0]:.1f} s, {full[1]:.1f} s of processors, peak {full[2]:.0f} MiB", flush=True)
    again = run(baogao, folder, work / "out")
    assert "nothing to do" in again[3], again[3]
    share = again[1] / full[1]
    bar("nothing changed", f"{100 * share:.2f} % of the full run's processor time, {100 * again[0] / full[0]:.2f} % of its wall time", "3 %", share < 0.03)
    change(folder, n // 3)
    one = run(baogao, folder, work / "out")
    assert "taken over" in one[3], one[3]
    clean = run(baogao, folder, work / "clean", "--fresh")
    ratio, wall = clean[1] / one[1], clean[0] / one[0]
    bar("one page changed", f"{ratio:.1f} times less processor time, {wall:.1f} times less wall time, peak {one[2]:.0f} MiB", "10", min(ratio, wall) >= 10)
    bar("its bytes", "as a clean run's", "identical", same_files(work / "out" / "latest", work / "clean" / "latest"))
    shutil.rmtree(work / "out")
    shutil.rmtree(work / "clean")
    return full


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", default=str(ROOT / "target/release/baogao"))
    arguments.add_argument("--dir", default=None, help="where to make the folders")
    arguments.add_argument("--pages", type=int, default=20_000)
    arguments.add_argument("--many", type=int, default=200_000, help="0 to leave that out")
    arguments.add_argument("--rounds", type=int, default=15, help="pairs of runs of the comparison of threads; 0 to leave it out")
    arguments.add_argument("--page-bytes", type=int, default=30_000, help="larger pages are left out")
    a = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="baogao-scale-", dir=a.dir) as work:
        work = Path(work)
        if a.rounds:
            threads(a.bin, work, a.rounds)
        folder = work / "pages"
        print(f"      {pages.make(folder, a.pages, a.page_bytes) / a.pages / 1000:.1f} kB a page", flush=True)
        few = incremental(a.bin, work, folder, a.pages)
        if a.many:
            pages.make(folder, a.many, a.page_bytes)
            many = run(a.bin, folder, work / "out")
            print(f"      {a.many} pages: {many[0]:.1f} s, {many[1]:.1f} s of processors, peak {many[2]:.0f} MiB", flush=True)
            bar("peak memory", f"{many[2]:.0f} MiB", "600 MiB", many[2] < 600)
            growth = many[2] / few[2] - 1
            bar("peak memory against fewer pages", f"{100 * growth:+.0f} %", "+20 %", growth <= 0.2)
            # A shared machine gets faster and slower within minutes: few pages before and after the many.
            first = work / "first"
            for inner in sorted(folder.iterdir())[: -(-a.pages // 1000)]:
                shutil.copytree(inner, first / inner.name, copy_function=os.link)
            again = run(a.bin, first, work / "again")
            costs = [1000 * seconds / a.pages for seconds in (few[1], again[1])]
            each = 1000 * many[1] / a.many / (sum(costs) / 2) - 1
            print(f"      {costs[0]:.2f} ms a page before, {costs[1]:.2f} after", flush=True)
            bar("processor time a page against fewer pages", f"{100 * each:+.1f} %", "+10 %", each <= 0.1)
    return 1 if MISSED else 0


if __name__ == "__main__":
    sys.exit(main())
