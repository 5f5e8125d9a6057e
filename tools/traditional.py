#!/usr/bin/env python3
"""Makes src/han/traditional.tsv from OpenCC's character dictionary.

    pip download --no-deps opencc-python-reimplemented==0.1.7 && python3 -m zipfile -e opencc_python_reimplemented-*.whl opencc
    python3 tools/traditional.py opencc/opencc/dictionary

OpenCC (BYVoid/OpenCC) and opencc-python-reimplemented are under the Apache License 2.0. Of a character with several
simplified forms the first, commonest one is kept. Left out are characters outside the basic block and those that
simplified texts print too (乾, 著). Simplified forms that traditional texts print too (后, 里) are marked with ~.
"""
import os
import sys

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "han", "traditional.tsv")


def entries(path):
    for line in open(path, encoding="utf-8"):
        key, values = line.rstrip("\n").split("\t")
        yield key, values.split(" ")


def main():
    both = {key for key, values in entries(os.path.join(sys.argv[1], "STCharacters.txt")) if key in values}
    rows = []
    for traditional, values in entries(os.path.join(sys.argv[1], "TSCharacters.txt")):
        simplified = values[0]
        if traditional not in values and all("\u4e00" <= c <= "\u9fff" for c in traditional + simplified):
            rows.append(f"{traditional}\t{simplified}" + ("\t~" if simplified in both else "") + "\n")
    with open(OUT, "w", encoding="utf-8") as f:
        f.write("# traditional\tsimplified\t~ if traditional texts print it too; from OpenCC, Apache License 2.0: tools/traditional.py\n")
        f.writelines(sorted(rows))


if __name__ == "__main__":
    main()
