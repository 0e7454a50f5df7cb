"""Pairs for the verifier: two questions, the SQL of the first, and whether they mean the same.

The sources are those of pool.py. A pair that means the same is two wordings of one meaning, each
perhaps edited without changing it (edits.py). A near-miss is half of the time one of those with a
meaning-changing edit, else two questions that a source itself tells apart.
"""
import collections
import json
import os
import random

import edits
import pool

SHARE_ALIKE = {"spider": "CC-BY-SA-4.0", "spider_syn": "CC-BY-SA-4.0"}


class Source:
    """Meanings with their wordings, in families of near-misses."""

    def __init__(self, domains, sql=None, extra=()):
        self.sql = sql or {}
        self.families = []
        for families in domains.values():
            vocabulary = edits.vocabulary([w for fam in families for _, ws in fam for w in ws])
            self.families += [(fam, vocabulary) for fam in families]
        # Where a family holds one meaning, its near-misses are the other meanings of the database.
        self.near = {id(fam): [m for other in families for m in other] for families in domains.values() for fam in families if len(fam) == 1}
        # Families that people told apart count by their number of meanings.
        self.weights = [sum(len(ws) > 1 for _, ws in fam) + 0.2 for fam, _ in self.families]
        self.extra = list(extra)

    def pair(self, rng):
        """(earlier, SQL or '', later, same)"""
        if self.extra and rng.random() < 0.35: return dressed(rng, *rng.choice(self.extra))
        fam, vocabulary = rng.choices(self.families, cum_weights=self.cumulative)[0]
        meaning, wordings = rng.choice(fam)
        one = rng.choice(wordings)
        two = rng.choice([w for w in wordings if w != one] or [one]) if rng.random() < 0.85 else one
        sql = self.sql.get(meaning, "")
        if rng.random() < 0.5: return dressed(rng, one, sql, two, True)
        if rng.random() < 0.45:
            others = [m for m in (fam if len(fam) > 1 else self.near.get(id(fam), ())) if m[0] != meaning]
            if others:
                # The nearest in words among some: a random question would be no near-miss.
                words = set(one.lower().split())
                drawn = [rng.choice(rng.choice(others)[1]) for _ in range(12 if len(fam) == 1 else 2)]
                other = max(drawn, key=lambda q: len(words & set(q.lower().split())) / (3 + len(set(q.lower().split()))))
                if other.lower() not in (w.lower() for w in wordings): return dressed(rng, one, sql, other, False)
        # Edit the far wording as often as the near one.
        new = edits.change_meaning(rng, two, vocabulary)
        return dressed(rng, one, sql, new, False) if new else dressed(rng, one, sql, two, True)

    def ready(self):
        total, self.cumulative = 0, []
        for w in self.weights:
            total += w
            self.cumulative.append(total)
        return self


def dressed(rng, one, sql, two, same):
    """Both wordings with some edits that keep the meaning; now and then without the SQL, or the other way round."""
    one = edits.keep_meaning(rng, one, rng.choice([0, 0, 0, 1, 2]))
    two = edits.keep_meaning(rng, two, rng.choice([0, 0, 1, 1, 2, 3]))
    if rng.random() < 0.3: sql = ""
    if not sql and rng.random() < 0.5: one, two = two, one
    return one, sql, two, same


def with_sql(path):
    return {f"{r['domain']} {r['sql_id']}": r["sql"] for r in pool.read(path)}


def spider(folder):
    """Questions of one query over both sets, and the labelled pairs of their databases."""
    domains, sql = collections.defaultdict(lambda: collections.defaultdict(list)), {}
    for name in SHARE_ALIKE:
        for r in pool.read(os.path.join(folder, name + ".jsonl")):
            if r["split"] != "train": continue
            key = f"{r['domain']} {r['sql_id']}"
            domains[r["domain"]][key].append(r["question"])
            sql[key] = r["sql"]
    extra = [(r["cached_question"], r["cached_sql"], r["new_question"], r["same"]) for r in pool.read(os.path.join(folder, "pairs.train.jsonl.gz"))
        if r["dataset"] in SHARE_ALIKE]
    return Source({d: [[m] for m in g.items()] for d, g in domains.items()}, sql, extra)


def load(generated, questions=None, share_alike=False):
    """[(share of the pairs, Source)]"""
    sources = [(0.3, Source(pool.generated(generated)))]
    if questions:
        path = lambda name: next(p for p in (os.path.join(questions, name + e) for e in (".jsonl.gz", ".jsonl")) if os.path.exists(p))
        sources += [(0.25, Source(pool.wikisql(path("wikisql")), with_sql(path("wikisql")))), (0.12, Source(pool.grouped(path("overnight")), with_sql(path("overnight")))),
            (0.13, Source(pool.grouped(path("mimicsql")), with_sql(path("mimicsql"))))]
        if share_alike: sources.append((0.6, spider(questions)))
    return [(share, s.ready()) for share, s in sources]


if __name__ == "__main__":
    import argparse
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--generated", required=True)
    p.add_argument("--questions")
    p.add_argument("--share-alike", action="store_true")
    p.add_argument("--number", type=int, default=40000)
    p.add_argument("--seed", type=int, default=11)
    p.add_argument("--labelled", action="store_true", help="instead: the labelled pairs of people's questions (pairs.train.jsonl.gz) that may be used")
    args = p.parse_args()
    if args.labelled:
        for r in pool.read(os.path.join(args.questions, "pairs.train.jsonl.gz")):
            if r["dataset"] == "mimicsql" or args.share_alike and r["dataset"] in SHARE_ALIKE:
                print(json.dumps({k: r[k] for k in ("cached_question", "cached_sql", "new_question", "same")}))
        raise SystemExit
    rng = random.Random(args.seed)
    sources = load(args.generated, args.questions, args.share_alike)
    for _ in range(args.number):
        _, s = rng.choices(sources, [w for w, _ in sources])[0]
        one, sql, two, same = s.pair(rng)
        print(json.dumps({"cached_question": one, "cached_sql": sql, "new_question": two, "same": same}))
