#!/usr/bin/env python3
"""What is left of runs that are killed, run out of disk, may not write, or lose their inputs.

    cargo build --release && python3 benches/kills.py [--kills 200] [--seed 1] [--dir /tmp]

Each trial starts with a finished run and changed pages, starts a run (every second one with --fresh) and kills it with
SIGKILL at a moment drawn from the whole time that an undisturbed one takes. Then it expects that `latest` is the old run
or the new one and that `verify` finds it whole, as it does every other run there; that the next run succeeds; that it has
the bytes of an undisturbed run; and that nothing else is left in the folder. The other trials want an exit code of 1, a
message that names the file, `latest` as it was, and the same of the next run. Those that need a file system of their own
mount a tmpfs and are skipped where that is not permitted. Exits 1 where something does not hold.
"""
import argparse
import filecmp
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = []


def problem(text):
    PROBLEMS.append(text)
    print(f"MISS  {text}", flush=True)


class Trial:
    """A folder of pages, an output folder that runs go to, and one for undisturbed runs."""

    def __init__(self, baogao, work, dice):
        self.baogao, self.work, self.dice = baogao, work, dice
        self.pages, self.out, self.calm = work / "pages", work / "out", work / "calm"
        self.n_changes = 0

    def command(self, output, *more):
        return [self.baogao, "run", "--input", str(self.pages), "--output", str(output), *more]

    def run(self, output, *more):
        return subprocess.run(self.command(output, *more), capture_output=True, text=True)

    def change(self):
        """Changes a few pages, adds one, and removes one that was added."""
        self.n_changes += 1
        for _ in range(3):
            write_page(self.pages, self.dice.randrange(N_PAGES), self.n_changes)
        write_page(self.pages, N_PAGES + self.n_changes, 0)
        (self.pages / f"{N_PAGES + max(self.n_changes - 3, 0):05}.txt").unlink(missing_ok=True)

    def undisturbed(self):
        """Makes the run that the pages give; its folder and the seconds it took."""
        shutil.rmtree(self.calm, ignore_errors=True)
        began = time.perf_counter()
        ran = self.run(self.calm, "--fresh")
        if ran.returncode != 0:
            sys.exit(f"an undisturbed run failed: {ran.stderr}")
        return (self.calm / "latest").resolve(), time.perf_counter() - began

    def latest(self):
        link = self.out / "latest"
        return os.path.basename(os.readlink(link)) if link.is_symlink() else None

    def check(self, what, before, calm, may_be_new=True):
        """What must hold after a disturbed run, then after the next one."""
        latest = self.latest()
        if latest != before and not (may_be_new and latest == calm.name):
            problem(f"{what}: latest is {latest}, neither {before} nor {calm.name}")
        runs = self.out / "runs"
        for run in sorted(p for p in runs.iterdir() if not p.name.startswith(".")) if runs.is_dir() else []:
            verified = subprocess.run([self.baogao, "verify", str(run)], capture_output=True, text=True)
            if verified.returncode != 0:
                problem(f"{what}: {run.name} is there but not whole: {verified.stdout[-300:]}{verified.stderr}")
        after = self.run(self.out)
        if after.returncode != 0:
            return problem(f"{what}: the next run ends with {after.returncode}: {after.stderr[-300:]}")
        if self.latest() != calm.name:
            problem(f"{what}: the next run made {self.latest()}, not {calm.name}")
        for name in sorted(p.relative_to(calm) for p in calm.rglob("*") if p.is_file()):
            if not filecmp.cmp(calm / name, self.out / "latest" / name, shallow=False):
                problem(f"{what}: {name} differs from the undisturbed run's")
        expected = {".lock", "latest", "runs", ".cache", "files.tsv", f"signatures-{calm.name}"}
        left = {p.name for p in [*self.out.iterdir(), *(self.out / ".cache").iterdir()]} - expected
        left |= {p.name for p in runs.iterdir() if not (p / "run.json").is_file()}
        if left:
            problem(f"{what}: left over: {sorted(left)}")


N_PAGES = 2600


def write_page(folder, number, change):
    """A page of a place that does not exist; one in thirteen is a sample page of the repository."""
    samples = sorted((ROOT / "raw" / "samples").glob("*.html"))
    if number % 13 == 0:
        page = samples[number // 13 % len(samples)].read_bytes() + f"<!-- {number} {change} -->".encode()
        (folder / f"{number:05}.html").write_bytes(page)
        return
    text = f"某镇第{number}号工作总结\n\n全年新修道路{number % 977 + 12 + change}公里，比上年多{number % 31 + 3}公里，群众出行更加方便。\n"
    (folder / f"{number:05}.txt").write_text(text, encoding="utf-8")


def kill(trial, n):
    counts = {"old": 0, "new": 0, "done": 0}
    for number in range(n):
        trial.change()
        before = trial.latest()
        calm, seconds = trial.undisturbed()
        more = ["--fresh"] if number % 2 else []
        moment = trial.dice.uniform(0, seconds * (1.05 if more else 0.4))
        child = subprocess.Popen(trial.command(trial.out, *more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        child.send_signal(signal.SIGKILL)
        done = child.wait() == 0
        counts["done" if done else "old" if trial.latest() == before else "new"] += 1
        trial.check(f"kill {number} after {moment * 1000:.0f} ms{' of a fresh run' if more else ''}", before, calm)
        for run in (trial.out / "runs").iterdir():
            if run.name != calm.name:
                shutil.rmtree(run)
    print(f"      {n} kills: latest old after {counts['old']}, new after {counts['new']}, run done before the kill {counts['done']}")


def failing(trial, what, ran, before, calm):
    if ran.returncode != 1 or str(trial.work.name) not in ran.stderr or "error:" not in ran.stderr:
        problem(f"{what}: exit code {ran.returncode}, message {ran.stderr[-300:]!r}")
    if trial.latest() != before:
        problem(f"{what}: latest moved")


def mount(*arguments):
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True).returncode == 0


def small_disk(trial):
    """Runs that find less and less room, then a folder that may not be written to."""
    shutil.rmtree(trial.out)
    trial.out.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", trial.out):
        print("      full disk and read-only folder: skipped, a tmpfs can't be mounted")
        return
    try:
        if trial.run(trial.out).returncode != 0:
            problem("full disk: the first run fails")
        used = shutil.disk_usage(trial.out).used
        n_failed = 0
        for share in (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97):
            for more in ([], ["--fresh"]):
                trial.change()
                before = trial.latest()
                calm, _ = trial.undisturbed()
                room = shutil.disk_usage(trial.out).used + int(used * share)
                mount("-o", f"remount,size={room}", trial.out)
                ran = trial.run(trial.out, *more)
                mount("-o", "remount,size=64m", trial.out)
                what = f"full disk, room for {share:.0%} of a run{' that is fresh' if more else ''}"
                if ran.returncode != 0:
                    n_failed += 1
                    failing(trial, what, ran, before, calm)
                trial.check(what, before, calm)
                for run in (trial.out / "runs").iterdir():
                    if run.name != calm.name:
                        shutil.rmtree(run)
        print(f"      full disk: {n_failed} of 16 runs had too little room")
        if n_failed < 8:
            problem("full disk: most runs were meant to fail")
        trial.change()
        before = trial.latest()
        calm, _ = trial.undisturbed()
        mount("-o", "remount,ro", trial.out)
        ran = trial.run(trial.out)
        mount("-o", "remount,rw", trial.out)
        failing(trial, "read-only folder", ran, before, calm)
        trial.check("read-only folder", before, calm)
        print("      read-only folder: done")
    finally:
        subprocess.run(["umount", trial.out])


def vanishing(trial):
    """An input that goes away between the listing and its reading."""
    n_failed = 0
    for number in range(12):
        trial.change()
        trial.run(trial.out)
        before = trial.latest()
        _, seconds = trial.undisturbed()
        gone = trial.pages / f"{N_PAGES - 1:05}.txt"
        kept = gone.read_bytes()
        write_page(trial.pages, 0, 1000 + number)
        child = subprocess.Popen(trial.command(trial.out, "--fresh"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(seconds * number / 14)
        gone.unlink()
        said = child.communicate()[1]
        if child.returncode != 0:
            n_failed += 1
            if child.returncode != 1 or gone.name not in said:
                problem(f"vanished input: exit code {child.returncode}, message {said[-300:]!r}")
            if trial.latest() != before:
                problem("vanished input: latest moved")
        gone.write_bytes(kept)
        calm, _ = trial.undisturbed()
        trial.check("vanished input", trial.latest(), calm)
    print(f"      vanished inputs: {n_failed} of 12 runs noticed")
    if n_failed == 0:
        problem("vanished input: no run was meant to succeed")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", default=str(ROOT / "target/release/baogao"))
    arguments.add_argument("--dir", default=None, help="where to make the folders")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    a = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="baogao-kills-", dir=a.dir) as work:
        trial = Trial(a.bin, Path(work), random.Random(a.seed))
        trial.pages.mkdir()
        for number in range(N_PAGES):
            write_page(trial.pages, number, 0)
        trial.run(trial.out)
        kill(trial, a.kills)
        vanishing(trial)
        small_disk(trial)
    print("FAILED" if PROBLEMS else "ok    every state is as it must be")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
