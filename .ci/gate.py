#!/usr/bin/env python3
"""Compare the quality figures of evaluate.py with the floors that are committed here.

    gate.py FIGURES.json                   fail where a figure is below its floor
    gate.py FIGURES.json --raise           write higher floors where a figure is better; never a lower one
    gate.py FIGURES.json --lower PATH ...  write these floors as measured, also where that is lower: say why in the commit

floors.toml has one line a floor: "pages > seeds > lines > role_accuracy" = 0.95. The path leads through the JSON; where
it ends at a pair [right, asked] the figure is their share, and for a pair named leak it is the share that did not
leak, so that more is always better. A figure that is no longer reported is below its floor.
"""
import argparse
import json
import math
import re
import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python before 3.11
    import tomli as tomllib

FLOORS = Path(__file__).with_name("floors.toml")
LINE = re.compile(r'^"(?P<path>[^"]+)" = (?P<number>[0-9.]+)(?P<rest>.*)$')
# A floor stands this far below what was measured: two decimals of headroom for a rule that helps elsewhere.
HEADROOM = 0.002
# Better than the floor by this much of the scale: time to raise it.
MARGIN = 0.01


def figure(tree, path):
    """The number at a path, or None."""
    keys = path.split(" > ")
    for key in keys:
        if not isinstance(tree, dict) or key not in tree:
            return None
        tree = tree[key]
    if isinstance(tree, list) and len(tree) == 2:
        part, whole = tree
        share = part / whole if whole else 1.0
        return 1 - share if keys[-1] == "leak" else share
    return float(tree) if isinstance(tree, (int, float)) and not isinstance(tree, bool) else None


def scale(path):
    """Shares go to 1, the content measures to 100."""
    return 100.0 if path.startswith("content > ") else 1.0


def written(number, path):
    """A measured figure as a floor: headroom off, rounded down to four digits; what is perfect stays perfect."""
    one = scale(path)
    if number >= one:
        return f"{one:g}"
    return f"{max(0.0, math.floor((number / one - HEADROOM) * 1e4) / 1e4 * one):.6g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures")
    parser.add_argument("--floors", type=Path, default=FLOORS)
    parser.add_argument("--raise", dest="up", action="store_true")
    parser.add_argument("--lower", nargs="+", default=[], metavar="PATH")
    args = parser.parse_args()
    tree = json.loads(Path(args.figures).read_text(encoding="utf-8"))
    floors = tomllib.loads(args.floors.read_text(encoding="utf-8"))["floor"]
    unknown = [path for path in args.lower if path not in floors]
    if unknown:
        sys.exit("no such floor: " + ", ".join(unknown))
    if args.up or args.lower:
        rewrite(args, tree)
        floors = tomllib.loads(args.floors.read_text(encoding="utf-8"))["floor"]
    below, better = [], []
    print(f"{'floor':>9} {'now':>9}  figure")
    for path, floor in floors.items():
        now = figure(tree, path)
        low = now is None or now < floor - 1e-9
        if low:
            below.append(path)
        elif now > floor + MARGIN * scale(path):
            better.append(path)
        print(f"{floor:9.4f} {'missing' if now is None else format(now, '9.4f'):>9}  {path}{'   <-- below' if low else ''}")
    if better:
        print(f"\n{len(better)} figures are well above their floors; raise them with .ci/gate.py FIGURES.json --raise")
    if below:
        print(f"\n{len(below)} of {len(floors)} figures are below their floors:")
        for path in below:
            print(f"  {path}: {figure(tree, path)} < {floors[path]}")
        sys.exit(1)
    print(f"\nall {len(floors)} figures hold their floors")


def rewrite(args, tree):
    """Changes the numbers in place, so that comments and order stay."""
    out = []
    for line in args.floors.read_text(encoding="utf-8").splitlines():
        match = LINE.match(line)
        now = match and figure(tree, match["path"])
        if match and now is not None:
            new = written(now, match["path"])
            if match["path"] in args.lower or (args.up and float(new) > float(match["number"])):
                line = f'"{match["path"]}" = {new}{match["rest"]}'
        out.append(line)
    args.floors.write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
