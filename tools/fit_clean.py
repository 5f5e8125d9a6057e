#!/usr/bin/env python3
"""Fit the two models of `src/clean/rules/` on the development halves in ../shared, and cross-validate them.

    cargo build --release --no-default-features --example clean_features
    fit_clean.py --features target/release/examples/clean_features --shared ../shared --write src/clean/rules

(version 4.x of lightgbm; the defaults below are what the models in the repository were fitted with)

A line of a page is content if the page's gold text has it. The first model sees the features of the page alone, the
second those and what the first says of the lines around (its out-of-fold answers, so that it learns how far to trust
them). Folds are by site: no page is judged by a model that has seen a page of its site. A line weighs by its share
of the page's tokens, so that each page counts about the same; every set counts by its pages to the power of 3/4.
Prints, per set, tokF1 of the cross-validated models as `choose.rs` applies them. Needs lightgbm, numpy, rapidfuzz.
"""
import argparse, base64, collections, glob, gzip, hashlib, json, os, re, subprocess, sys
import numpy as np
import lightgbm as lgb

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--features", required=True, help="the example clean_features, built")
ap.add_argument("--shared", default="../shared")
ap.add_argument("--write", metavar="DIR", help="fit on everything and write model1.tsv and model2.tsv here")
ap.add_argument("--work", default="/tmp")
ap.add_argument("--draw", type=int, default=0, help="another division into folds: how much figures move by chance")
ap.add_argument("--trees1", type=int, default=110)
ap.add_argument("--trees2", type=int, default=60)
ap.add_argument("--leaves", type=int, default=8)
ap.add_argument("--hess", type=float, default=30.0)
ap.add_argument("--rate", type=float, default=0.08)
ap.add_argument("--short", type=int, default=0, help="shortened copies of each page to fit on")
ap.add_argument("--sets", help="only these sets, by comma")
ap.add_argument("--per-page", metavar="FILE")
ap.add_argument("--importance", action="store_true")
a = ap.parse_args()
sys.path.insert(0, os.path.join(a.shared, "tools"))
import score_content as sc  # noqa: E402

FOLDS = 10

# Features that the second model is fitted without. There are a few hundred pages, and what is the same on all lines of
# a page tells the trees which page it is; of names and places it has the first model's opinion. With all features, 80
# trees and no monotone ones its cross-validated log loss was above the first model's: 0.268, 0.277 and 0.252 on three
# divisions into folds, against 0.252, 0.259 and 0.241. As it is now, with 40 trees: 0.240, 0.259 and 0.231, against
# 0.250, 0.249 and 0.242; tokF1 is the same within chance, readability's one point higher. From 30 to 60 trees the log
# loss hardly moves; with 60 it is 0.243 on the first division, and most sets' tokF1 is the best by a hair. The first model's log loss falls too without
# those of the page (0.250 to 0.240 on one division), but what is kept gets no better.
OF_THE_PAGE = ["page_", "half_", "body_known", "body_of_all", "body_after", "article_known", "article_of_all", "article_after",
               "main_known", "main_of_all", "main_after", "has_described", "p_mass", "p_mass_share", "p_half", "p_most", "p_all"]
OF_THE_PLACE = ["near_", "alike", "depth", "index", "before", "before_abs", "after_abs"]
GROUPS = ("page_", "half_", "near_", "alike")


def decode(raw, _=None):
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    m = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", raw[:4096])
    name = (m[1].decode() if m else "gb18030").lower()
    name = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "utf-8": "utf-8"}.get(name, name)
    try:
        return raw.decode(name, "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")


def site(page):
    host = re.sub(r"^\w+://", "", page.get("url") or "").split("/")[0].split(":")[0]
    if not host or host == "fakehost":
        return page["id"]
    parts = host.split(".")
    n = 3 if len(parts) > 2 and parts[-2] in ("com", "co", "gov", "org", "net", "edu", "ac") else 2
    return ".".join(parts[-n:])


def fold(page):
    key = site(page) + (f"#{a.draw}" if a.draw else "")
    return int(hashlib.sha1(key.encode()).hexdigest(), 16) % FOLDS


def load():
    pages = []
    for path in sorted(glob.glob(os.path.join(a.shared, "bench/content", "*.dev.jsonl.gz"))):
        name = os.path.basename(path)[:-len(".dev.jsonl.gz")]
        if name == "webmainbench-zh":
            continue
        for p in sc.read_set(path):
            if a.sets and name not in a.sets.split(","):
                continue
            p["set"] = name
            p["html"] = decode(base64.b64decode(p["html_b64"]))
            pages.append(p)
    # Chinese pages with their text labelled by hand, but for those that a set above has too.
    known = {p["id"] for p in pages}
    folder = os.path.join(a.shared, "bench/zh/html")
    for line in open(os.path.join(folder, "manifest.jsonl"), encoding="utf-8"):
        m = json.loads(line)
        stem = os.path.basename(m["origin"]["path"])[:-5]
        if not m.get("gt_content_file") or "cwced-" + stem in known or m["kind"] in ("error_page", "list"):
            continue
        raw = open(os.path.join(folder, m["file"]), "rb").read()
        gold = open(os.path.join(folder, m["gt_content_file"]), encoding="utf-8").read()
        pages.append({"id": "zh-" + m["file"], "set": "zh-gt", "url": "http://" + m["site"], "lang": "zh", "html": decode(raw), "gold_text": gold})
    return pages


def features(pages, key):
    path = os.path.join(a.work, f"rows-{key}.f32")
    lines = "".join(json.dumps({k: p[k] for k in ("html", "p", "without") if k in p}) + "\n" for p in pages)
    out = subprocess.run([a.features, path], input=lines.encode(), capture_output=True, check=True).stdout
    names, rows, at = [], [], 0
    data = np.fromfile(path, dtype="<f4")
    for page, line in zip(pages, out.splitlines()):
        d = json.loads(line)
        n, names = len(d["texts"]), d["names"] or names
        page["texts"] = d["texts"]
        rows.append(data[at:at + n * len(names)].reshape(n, len(names)))
        at += n * len(names)
    return names, rows


def shingles(tok, n=4):
    return [tuple(tok[i:i + n]) for i in range(len(tok) - n + 1)]


def label(page):
    """For every piece how much of it is gold, 0 to 1, and how far to believe that."""
    toks = [sc.tokens(t) for t in page["texts"]]
    page["toks"] = toks
    n = len(toks)
    y, w = np.zeros(n), np.ones(n)
    if not page.get("gold_text"):
        w[:] = 0
        flat = [sc.SPACE.sub(" ", t) for t in page["texts"]]
        for snippets, value in ((page.get("with", []), 1), (page.get("without", []), 0)):
            for s in snippets:
                s = sc.SPACE.sub(" ", s).strip()
                for i, t in enumerate(flat):
                    if s in t:
                        y[i], w[i] = value, 1
        page["y"], page["w"] = y, w
        return
    gold = sc.tokens(page["gold_text"])
    grams = collections.Counter(shingles(gold))
    lines = collections.Counter("".join(sc.tokens(x)) for x in page["gold_text"].splitlines())
    flat = " " + " ".join(gold) + " "
    for i, t in enumerate(toks):
        if len(t) >= 6:
            own = collections.Counter(shingles(t))
            y[i] = sum(min(c, grams[g]) for g, c in own.items()) / max(1, len(t) - 3)
        elif t:
            y[i] = float(lines["".join(t)] > 0 or f" {' '.join(t)} " in flat)
    # A short line, and one that stands on the page more often than in the gold, is content where its neighbours are.
    near = np.zeros(n)
    mass = np.array([len(t) for t in toks], float)
    sure = np.array([len(t) >= 6 for t in toks])
    seen = collections.defaultdict(list)
    for i in range(n):
        lo, hi = max(0, i - 6), min(n, i + 7)
        k = [j for j in range(lo, hi) if j != i and sure[j]]
        near[i] = sum(y[j] * min(mass[j], 40) / (1 + abs(i - j)) for j in k) / max(1e-9, sum(min(mass[j], 40) / (1 + abs(i - j)) for j in k))
        if toks[i]:
            seen["".join(toks[i])].append(i)
    out = y.copy()
    for text, where in seen.items():
        if len(where) > 1:
            count = max(lines[text], flat.count(f" {' '.join(toks[where[0]])} "))
            order = sorted(where, key=lambda i: -near[i])
            for rank, i in enumerate(order):
                if rank >= count or near[i] < 0.2 and rank > 0:
                    out[i] = 0.0
        elif not sure[where[0]] and near[where[0]] < 0.15:
            out[where[0]] = 0.0
    page["y"], page["w"] = out, w


def shorten(pages):
    """Copies of pages with most of the article taken off, so that short articles beside long other text are learnt."""
    copies = []
    rng = np.random.default_rng(1)
    for p in pages:
        if not p.get("gold_text") or p["set"] == "webmainbench-all":
            continue
        for _ in range(a.short):
            y, n = p["y"], len(p["toks"])
            gold = [i for i in range(n) if y[i] > 0.5 and p["toks"][i]]
            if len(gold) < 3:
                continue
            keep = max(1, int(len(gold) * rng.choice([0.1, 0.2, 0.3, 0.5])))
            off = set(gold[keep:])
            left = [i for i in range(n) if i not in off]
            c = {k: p[k] for k in ("id", "set", "html", "url", "lang", "gold_text") if k in p}
            c.update(without=sorted(off), texts=[p["texts"][i] for i in left], toks=[p["toks"][i] for i in left],
                     y=y[left], w=p["w"][left])
            copies.append(c)
    return copies


def weigh(pages):
    sets = collections.Counter(p["set"] for p in pages)
    for p in pages:
        mass = np.array([len(t) for t in p["toks"]], float)
        total = max(1.0, (mass * p["y"]).sum()) if p.get("gold_text") else max(1.0, mass[p["w"] > 0].sum())
        w = np.minimum(mass / total, 1.0) * 100 + 0.05
        w = np.minimum(w, 30)
        p["weight"] = w * p["w"] / sets[p["set"]] ** 0.25


def left_out(name):
    """Whether the second model is fitted without this feature."""
    return any(name == x or x in GROUPS and name.startswith(x) for x in OF_THE_PAGE + OF_THE_PLACE)


def rises(name):
    """Whether a line can but gain from a higher value: probabilities of the first model, near the line."""
    return name == "p" or name.startswith("p_") and not name.endswith("_share") and not name.startswith("p_mass_")


def fit(X, y, w, trees, seed, names):
    second = "p" in names
    if second:
        # A column of zeros is never split on.
        X = np.where([left_out(n) for n in names], np.float32(0), X)
    # Labels are soft: cross entropy takes each piece as content with weight y and as none with weight 1 - y.
    d = lgb.Dataset(X[w > 0], y[w > 0], weight=w[w > 0])
    params = dict(objective="cross_entropy", learning_rate=a.rate, num_leaves=a.leaves, min_data_in_leaf=60, min_sum_hessian_in_leaf=a.hess,
                  feature_fraction=0.3, bagging_fraction=0.7, bagging_freq=1, lambda_l2=5.0, max_depth=8, verbosity=-1, seed=seed,
                  deterministic=True, force_col_wise=True, num_threads=1, max_bin=63,
                  monotone_constraints=[int(second and rises(n)) for n in names])
    return lgb.train(params, d, num_boost_round=trees)


def pick(p, mass):
    """choose.rs: the set of pieces with the highest expected F1 where likelier pieces are content if others are, and its
    expected F1 where they are independent."""
    order = np.argsort(-p, kind="stable")
    got = np.cumsum(mass[order])
    truths = np.array([mass[p > (n + 0.5) / 40].sum() for n in range(40)])
    f = sum(2 * np.minimum(got, t) / np.maximum(got + t, 1e-9) for t in truths if t > 0)
    k = int(np.argmax(f))
    keep = np.zeros(len(p), bool)
    keep[order[:k + 1]] = True
    return keep, 2 * (p * mass)[keep].sum() / (got[k] + (p * mass).sum() + 1e-9)


def final(pages, key):
    """The body that the program makes of these probabilities."""
    lines = "".join(json.dumps({"html": p["html"], "final": [float(x) for x in p[key]]}) + "\n" for p in pages)
    out = subprocess.run([a.features, os.path.join(a.work, "none")], input=lines.encode(), capture_output=True, check=True).stdout
    for p, line in zip(pages, out.splitlines()):
        p["final"] = json.loads(line)
        if p["final"].get("reject"):
            print("rejected:", p["id"], p["final"]["reject"])


def report(pages, key):
    per = []
    for p in pages:
        if key == "final":
            per.append({"id": p["id"], "text": p["final"]["text"], "conf": p["final"].get("confidence", 0)})
            continue
        if not len(p["texts"]):
            per.append({"id": p["id"], "text": ""})
            continue
        mass = np.array([len(t) for t in p["toks"]], float)
        keep, f = pick(p[key], mass)
        per.append({"id": p["id"], "text": "\n".join(t for t, k in zip(p["texts"], keep) if k), "conf": f})
    rows, allrec = {}, []
    for name in sorted({p["set"] for p in pages}) + ["zh-articles", "magic-article:zh"]:
        idx = [i for i, p in enumerate(pages) if p["set"] == name or p.get("lang") == "zh" and (
            name == "zh-articles" and p["set"] in ("cwced", "magic-article") or name == "magic-article:zh" and p["set"] == "magic-article")]
        pred = {sc.clean_id(per[i]["id"]): {"text": per[i]["text"], "title": "", "date": "", "author": ""} for i in idx}
        rows[name], recs = sc.evaluate([pages[i] for i in idx], pred, True)
        if name in {p["set"] for p in pages}:
            for r, i in zip(recs, idx):
                r["set"], r["conf"] = name, per[i].get("conf", 0)
                allrec.append(r)
        recs = [r for r in recs if "tokF1" in r]
        if recs:
            conf = {per[i]["id"]: per[i].get("conf", 0) for i in idx}
            recs.sort(key=lambda r: -conf[r["id"]])
            h = len(recs) // 2
            rows[name]["top"] = 100 * np.mean([r["tokF1"] for r in recs[:h]])
            rows[name]["low"] = 100 * np.mean([r["tokF1"] for r in recs[h:]])
    cols = ["tokF1", "tokP", "tokR", "bad", "lineP", "lineR", "snF1", "top", "low"]
    print(f"{key:18} {'n':>4} " + " ".join(f"{c:>6}" for c in cols))
    for n, r in rows.items():
        print(f"{n:18} {r['n']:4d} " + " ".join(f"{r[c]:6.1f}" if c in r else "     -" for c in cols))
    return allrec


def oracle(pages):
    for p in pages:
        p["best"] = p["y"]
    report(pages, "best")


def dump(model, names, path):
    """One line a tree: nodes as feature,threshold,left,right and leaves as =value, children by index."""
    out = ["# Fitted by tools/fit_clean.py; a line a tree, nodes by semicolons: feature<=threshold?left:right, or a value."]
    out.append("\t".join(names))
    for tree in model.dump_model()["tree_info"]:
        nodes = []

        def walk(t):
            i = len(nodes)
            nodes.append(None)
            if "leaf_value" in t:
                nodes[i] = f"{t['leaf_value']:.5g}"
            else:
                l = walk(t["left_child"])
                r = walk(t["right_child"])
                assert t["decision_type"] == "<="
                nodes[i] = f"{t['split_feature']} {t['threshold']:.6g} {l} {r}"
            return i
        walk(tree["tree_structure"])
        out.append(";".join(nodes))
    open(path, "w").write("\n".join(out) + "\n")


def main():
    pages = load()
    names, rows = features(pages, "own")
    for p in pages:
        label(p)
    weigh(pages)
    oracle(pages)
    copies = shorten(pages)
    weigh(copies)
    for c in copies:
        c["weight"] = c["weight"] * 0.5
    n_real = len(pages)
    _, rows_c = features(copies, "own-short") if copies else ([], [])
    every, rows = pages + copies, rows + rows_c
    folds = np.array([fold(p) for p in every])
    y, w = [p["y"] for p in every], [p["weight"] for p in every]

    def cat(x, idx):
        return np.concatenate([x[i] for i in idx])

    def cv(rows, names, trees, key):
        total = 0.0
        for f in range(FOLDS):
            tr = [i for i in range(len(every)) if folds[i] != f and len(y[i])]
            m = fit(cat(rows, tr), cat(y, tr), cat(w, tr), trees, f, names)
            for i in range(len(every)):
                if folds[i] == f:
                    every[i][key] = m.predict(rows[i]) if len(y[i]) else np.zeros(0)
                    if i < n_real:
                        q = np.clip(every[i][key], 1e-6, 1 - 1e-6)
                        total -= (w[i] * (y[i] * np.log(q) + (1 - y[i]) * np.log(1 - q))).sum()
        print(f"{key}: log loss {total / sum(x.sum() for x in w[:n_real]):.4f}")

    cv(rows, names, a.trees1, "p1")
    report(pages, "p1")
    for p in every:
        p["p"] = [float(x) for x in p["p1"]]
    names2, rows2 = features(every, "context")
    both = [np.concatenate([r, c], axis=1) if len(r) else np.zeros((0, len(names) + len(names2))) for r, c in zip(rows, rows2)]
    cv(both, names + names2, a.trees2, "p2")
    report(pages, "p2")
    final(pages, "p2")
    per = report(pages, "final")
    if a.per_page:
        import pickle
        with open(a.per_page, "w") as f:
            for r in sorted(per, key=lambda r: r.get("tokF1", 1)):
                f.write(json.dumps(r) + "\n")
        keys = ("id", "set", "url", "lang", "texts", "y", "w", "p1", "p2", "gold_text", "final", "with", "without", "html")
        pickle.dump([{k: p.get(k) for k in keys} for p in pages], open(a.per_page + ".pkl", "wb"))
    if a.write or a.importance:
        ok = [i for i in range(len(every)) if len(y[i])]
        Y, W = cat(y, ok), cat(w, ok)
        m1 = fit(cat(rows, ok), Y, W, a.trees1, 1, names)
        m2 = fit(cat(both, ok), Y, W, a.trees2, 1, names + names2)
        if a.importance:
            for m, nm in ((m1, names), (m2, names + names2)):
                g = m.feature_importance("gain")
                print([f"{nm[i]} {g[i]:.0f}" for i in np.argsort(-g)])
        if a.write:
            dump(m1, names, os.path.join(a.write, "model1.tsv"))
            dump(m2, names + names2, os.path.join(a.write, "model2.tsv"))


main()
