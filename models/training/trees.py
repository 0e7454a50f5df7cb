"""Trains the decision trees of the verifier on evidence (evidence.mjs), and calibrates them.

    python trees.py --evidence A.csv B.csv --out ../askonce-verifier-v1/trees.json [--dev pairs.csv traps.csv]

Needs numpy and xgboost 1.7 or later. The margins of every row are found with trees that did not
see its question (five folds), and the curve of right and wrong served by cut is kept in the file:
the server chooses its cut there for the operator's target.
"""
import argparse
import json

import numpy as np
import xgboost as xgb

FOLDS = 5


def read(path):
    with open(path) as f: names = f.readline().strip().split(",")
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32)
    return names, rows


def booster(args):
    return xgb.XGBClassifier(n_estimators=args.trees, max_depth=args.depth, learning_rate=args.rate, subsample=0.7, colsample_bytree=0.5, min_child_weight=10,
        reg_lambda=2, n_jobs=args.threads, tree_method="hist", random_state=7)


def figures(title, same, margin):
    other, hits = np.sort(margin[same == 0])[::-1], margin[same == 1]
    at = " ".join(f"{100 * s:g} %: {100 * np.mean(hits > other[int(s * len(other))]):.1f}" for s in (0.005, 0.01, 0.02, 0.05))
    print(f"{title}: hits at a share of near-misses served of {at}", flush=True)


def tree(node, out):
    """A node to the flat lists; its number."""
    at = len(out["feature"])
    for key in out: out[key].append(0)
    if "leaf" in node:
        out["feature"][at], out["value"][at] = -1, round(node["leaf"], 5)
        return at
    out["feature"][at], out["value"][at] = int(node["split"][1:]), node["split_condition"]
    low, high = (next(c for c in node["children"] if c["nodeid"] == node[k]) for k in ("yes", "no"))
    out["low"][at] = tree(low, out)
    out["high"][at] = tree(high, out)
    return at


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--evidence", nargs="+", required=True)
    p.add_argument("--weights", nargs="*", type=float, default=[], help="weight of the rows of each file, 1 where not given")
    p.add_argument("--stream", nargs="*", type=float, default=[],
        help="how often a pair of each file is expected in use, 1 where not given: the weight of its rows in the curves (0 where labels are too doubtful to calibrate by)")
    p.add_argument("--dev", nargs="*", default=[], help="evidence of pairs that are only measured")
    p.add_argument("--out", required=True)
    p.add_argument("--trees", type=int, default=600)
    p.add_argument("--depth", type=int, default=6)
    p.add_argument("--rate", type=float, default=0.05)
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    parts = [read(path) for path in args.evidence]
    names = parts[0][0][2:]
    rows = np.vstack([r for _, r in parts])
    weight = np.concatenate([np.full(len(r), args.weights[i] if i < len(args.weights) else 1.0) for i, (_, r) in enumerate(parts)])
    fold, same, x = rows[:, 0].astype(int) % FOLDS, rows[:, 1].astype(int), rows[:, 2:]
    margin = np.zeros(len(rows))
    for k in range(FOLDS):
        model = booster(args).fit(x[fold != k], same[fold != k], sample_weight=weight[fold != k])
        margin[fold == k] = model.predict(x[fold == k], output_margin=True)
    at = 0
    for path, (_, r) in zip(args.evidence, parts):
        figures(f"folds {path.rsplit('/', 1)[-1]}", same[at:at + len(r)], margin[at:at + len(r)])
        at += len(r)
    model = booster(args).fit(x, same, sample_weight=weight)
    for path in args.dev:
        _, dev = read(path)
        figures(path.rsplit("/", 1)[-1], dev[:, 1].astype(int), model.predict(dev[:, 2:], output_margin=True))
    # What each cut would have served, by risk class (hold.ts).
    refused, figure = x[:, names.index("held")] == 2, x[:, names.index("sql_aggregates")] > 0
    stream = np.concatenate([np.full(len(r), args.stream[i] if i < len(args.stream) else 1.0) for i, (_, r) in enumerate(parts)])
    curves = {}
    for name, of in (("figure", figure), ("list", ~figure)):
        right, wrong = ~refused & of & (same == 1), ~refused & of & (same == 0)
        cuts = np.quantile(margin[right & (stream > 0)], np.linspace(0.02, 0.98, 97))
        served = lambda which, cut: stream[which & (margin >= cut)].sum()
        curves[name] = [[round(float(c), 3), int(served(right, c)), int(np.ceil(served(wrong, c)))] for c in cuts]
    # A probability for people to read: a logistic curve through the margins of the folds.
    a, b = 1.0, 0.0
    for _ in range(200):
        q = 1 / (1 + np.exp(-(a * margin + b)))
        g, w = same - q, q * (1 - q)
        h = np.array([[np.sum(w * margin * margin), np.sum(w * margin)], [np.sum(w * margin), np.sum(w)]])
        step = np.linalg.solve(h + 1e-6 * np.eye(2), np.array([np.sum(g * margin), np.sum(g)]))
        a, b = a + step[0], b + step[1]
    dump = [json.loads(t) for t in model.get_booster().get_dump(dump_format="json")]
    base = float(np.log(model.base_score / (1 - model.base_score))) if getattr(model, "base_score", None) else 0.0
    trees = []
    for t in dump:
        out = {"feature": [], "value": [], "low": [], "high": []}
        tree(t, out)
        trees.append(out)
    with open(args.out, "w") as f:
        json.dump({"measures": names, "base": base, "scale": [round(float(a), 4), round(float(b), 4)], "pairs": [int(same.sum()), int((same == 0).sum())], "curves": curves,
            "trees": trees}, f, separators=(",", ":"))
    print(f"{args.out}: {len(trees)} trees over {len(names)} measures")


if __name__ == "__main__":
    main()
