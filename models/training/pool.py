"""Reads the training questions: what generate.py wrote, what was written by hand, and public sets.

Every source becomes {domain: [family, ...]} with family = [(meaning, [wording, ...]), ...]:
groups of questions that mean the same, near-misses of each other. Equal meanings are never told
apart, even where they come from two databases. The public sets come from a folder
of JSON lines files (fields question, sql, sql_id, domain, variant, split); only rows of the
train split are read, and only from the sets named in ALLOWED, whose licences let the
weights be given away (under CC BY-SA 4.0, as some of the sets).
"""
import collections
import gzip
import json
import os
import random
import re

import phrases

ALLOWED = {"wikisql": "BSD-3-Clause", "mimicsql": "MIT", "overnight": "Apache-2.0", "defog": "Apache-2.0", "spider": "CC-BY-SA-4.0",
    "spider_syn": "CC-BY-SA-4.0", "bird_minidev": "CC-BY-SA-4.0", "kaggledbqa": "CC-BY-SA-4.0"}
# What shares its queries: Spider-Syn words those of Spider anew.
SMALL = ["spider", "spider_syn", "bird_minidev", "kaggledbqa", "defog"]
AGG = {"COUNT": "count", "MAX": "max", "MIN": "min", "AVG": "avg", "SUM": "sum"}


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)


def generated(path):
    out = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    for r in read(path):
        out[r["domain"]][r["family"]][r["intent"]].append(r["question"])
    result = {}
    for d, families in out.items():
        # One intent can come up in two families: its wordings then stay in the first.
        seen, result[d] = set(), []
        for intents in families.values():
            fam = [(k, w) for k, w in intents.items() if k not in seen]
            seen.update(intents)
            if fam: result[d].append(fam)
    return result


def grouped(path, seed=8):
    """Sets with several sentences for one query."""
    rng, out = random.Random(seed), collections.defaultdict(lambda: collections.defaultdict(list))
    for r in read(path):
        if r["split"] == "train": out[r["domain"]][r["sql_id"]].append(r["question"])
    # A copy with some words replaced by synonyms: people's sentences with more words in them.
    return {d: [[(f"{d} {k}", w + [reworded(rng, rng.choice(w))])] for k, w in g.items() if len(w) > 1] for d, g in out.items()}


def reworded(rng, text):
    return phrases.surface(rng, phrases.synonyms(rng, text.rstrip("?. "), 0.4))


FIELD = r"TABLEalias0\s?\.(.+?)_FIELD"


def wikisql(path, seed=7):
    """WikiSQL has one sentence for a query. Others are made: from the SQL by phrase patterns, and by synonyms."""
    rng, out = random.Random(seed), collections.defaultdict(dict)
    for r in read(path):
        if r["split"] != "train": continue
        m = re.match(rf"SELECT (?:(COUNT|MAX|MIN|AVG|SUM)\s)?\(?{FIELD}\)? FROM TABLE AS TABLEalias0(?: WHERE (.*))?$", r["sql"])
        if not m: continue
        conds = []
        for c in re.split(r" AND (?=TABLEalias0)", m.group(3) or ""):
            k = re.match(rf"{FIELD} (=|>|<) (.+)$", c)
            value = re.sub(r"\s*([-:./–])\s*", r"\1", k.group(3).strip("'")) if k else ""
            if k and not re.search(r"\bvar\d", value): conds.append((k.group(1), k.group(2), value))
        said = [r["question"]] + [verbalise(rng, m.group(1), m.group(2), conds) for _ in range(2)] + [reworded(rng, r["question"])]
        out[r["domain"]].setdefault(r["sql_id"], []).extend(said)
    return {d: [[(f"{d} {k}", w) for k, w in g.items()]] for d, g in out.items()}


def verbalise(rng, agg, col, conds):
    col = col.replace("_", " ").strip().lower()
    parts = []
    for name, op, value in conds:
        name = name.replace("_", " ").strip().lower()
        cmp = {"=": ["is", "of", "", "=", "equal to"], ">": ["more than", "over", "greater than", ">", "above"], "<": ["less than", "under",
            "below", "<", "smaller than"]}[op]
        parts.append(rng.choice(["with {0} {1} {2}", "where {0} {1} {2}", "when the {0} {1} {2}", "whose {0} is {1} {2}", "{0} {1} {2}",
            "{2} {0}" if op == "=" else "{0} {1} {2}", "for {2}" if op == "=" else "with {0} {1} {2}"]).format(name, rng.choice(cmp),
            value).replace("is is", "is"))
    rng.shuffle(parts)
    tail = rng.choice([" and ", " ", ", "]).join(parts)
    ask = rng.choice(["what is the", "show the", "tell me the", "name the", "find", "which", "give the", "", "list the"])
    if agg == "COUNT": head = rng.choice([f"how many {col}", f"{ask} number of {col}", f"count of {col}", f"{ask} total number of {col}",
        f"how many {phrases.plural(col)} are there"])
    elif agg: head = f"{ask} {phrases.pick(rng, phrases.AGG[AGG[agg]])} {col}"
    else: head = f"{ask} {col}"
    text = re.sub(r"\s+", " ", f"{head} {tail}" if rng.random() < 0.8 else f"{tail}, {head}").strip()
    return phrases.surface(rng, phrases.synonyms(rng, text, 0.2))


def people(paths):
    """Sets of people's questions, wordings of one query together though they stand in several files."""
    out = collections.defaultdict(lambda: collections.defaultdict(dict))
    for path in paths:
        for r in read(path):
            if r["split"] == "train": out[r["domain"]][r["sql_id"]][r["question"]] = True
    return {d: [[(f"{d} {k}", list(w))] for k, w in g.items()] for d, g in out.items()}


def written(paths):
    """Questions written by hand: one with its rephrasings and with near-misses, which are all a family."""
    out = collections.defaultdict(list)
    for path in paths:
        for i, r in enumerate(read(path)):
            d = f"{os.path.basename(path)} {r['domain']}"
            out[d].append([(f"{d} {i}", [r["question"], *r["same"]])] + [(f"{d} {i} {q}", [q]) for _, q in r["different"]])
    return out


def load(generated_path, questions=None, written_paths=()):
    """{name: (share of batches, {domain: families})}"""
    sources = {"generated": (0.4, generated(generated_path))}
    if written_paths: sources["written"] = (0.1, written(written_paths))
    if questions:
        where = lambda name: next(p for p in (os.path.join(questions, name + e) for e in (".jsonl.gz", ".jsonl")) if os.path.exists(p))
        assert all(n in ALLOWED for n in SMALL)
        sources |= {"spider": (0.2, people(map(where, SMALL))), "wikisql": (0.15, wikisql(where("wikisql"))), "overnight": (0.1,
            people([where("overnight")])), "mimicsql": (0.05, people([where("mimicsql")]))}
    return sources


def texts(sources):
    """For the vocabulary: all that people wrote, and a part of what was generated."""
    for name, (_, domains) in sources.items():
        for families in domains.values():
            for fam in families:
                for _, wordings in fam:
                    yield from wordings[:2] if name == "generated" else wordings
