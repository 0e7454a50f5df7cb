"""Writes groups of questions that mean the same, over invented databases.

One line per question: {"domain", "family", "intent", "question"}. Questions of one
intent are rephrasings of each other. Intents of one family are near-misses: they differ
in one number, value, direction, negation, aggregate, column or time. A trainer must
keep them apart, so it takes whole families into one batch.
"""
import argparse
import json
import random
import re

import lexicon as lex
import phrases as ph


def groups(text):
    return [g.strip().split("/") for g in re.split(r"[;\n]", text) if g.strip()]


class Column:
    """An attribute: the words for it, and how its values look."""

    def __init__(self, kind, names, values=(), more=None, verbs=()):
        self.kind, self.names, self.values, self.more, self.verbs = kind, names, values, more, verbs


def parse_columns(cls):
    cols = {"num": [], "cat": [], "date": [], "text": [Column("text", g) for g in groups(lex.TEXTS[cls])]}
    for part in re.split(r"[;\n]", lex.NUMBERS[cls]):
        if part.strip():
            names, _, more = part.strip().partition("|")
            cols["num"].append(Column("num", names.split("/"), more=more.split(",") if more else None))
    for part in re.split(r"[;\n]", lex.CATS[cls]):
        if part.strip():
            names, values = part.strip().split("=")
            cols["cat"].append(Column("cat", names.split("/"), values.split(",")))
    for part in lex.DATES[cls].split(";"):
        names, verbs = part.strip().split("=")
        cols["date"].append(Column("date", names.split("/"), verbs=verbs.split("/")))
    return cols


COUNTRIES = [c.replace("_", " ") for c in lex.COUNTRIES.split(" ")]
COLUMNS = {c: parse_columns(c) for c in "potde"}


def parse_entities():
    out = {}
    for name, text in lex.DOMAINS.items():
        out[name] = [(line.strip()[0], line.strip()[2:].split("/")) for line in re.split(r"[;\n]", text) if line.strip()]
    return out


ENTITIES = parse_entities()


class Entity:
    """A table of one invented schema: its names and a random choice of columns."""

    def __init__(self, rng, cls, names):
        self.cls, self.names = cls, names
        pick = lambda kind, k: rng.sample(COLUMNS[cls][kind], min(k, len(COLUMNS[cls][kind])))
        self.num, self.cat = pick("num", 4), pick("cat", 3)
        self.date, self.text = pick("date", 2), pick("text", 4)
        # Places are the filter that people word in most ways, so most tables have one.
        self.place = rng.random() < 0.7
        self.all = self.num + self.cat + self.date + self.text


def schema(rng):
    """Entities of one domain; sometimes a stranger among them, so that words do not stick to one company."""
    base = ENTITIES[rng.choice(sorted(ENTITIES))]
    chosen = rng.sample(base, min(len(base), rng.randint(3, 6)))
    if rng.random() < 0.4:
        chosen.append(rng.choice(ENTITIES[rng.choice(sorted(ENTITIES))]))
    return [Entity(rng, c, n) for c, n in chosen]


# --- values -----------------------------------------------------------------------------

def number(rng):
    return rng.choice([rng.randint(2, 20), rng.randint(2, 100), rng.randint(1, 20) * 5, rng.randint(1, 30) * 100,
                       rng.randint(1, 90) * 1000, rng.randint(100, 9999), round(rng.uniform(0.5, 99), 1)])


def window(rng):
    """A time window in canonical form; phrases.py words it."""
    kind = rng.choice(["year", "year", "month", "rel", "rel", "day", "since", "until", "between", "lastn", "quarter"])
    y, m, d = rng.randint(1995, 2026), rng.randint(1, 12), rng.randint(1, 28)
    return {"year": ["year", y], "month": ["month", y, m], "rel": ["rel", rng.choice(sorted(ph.RELATIVE))], "day": ["day", y, m, d],
            "since": ["since", y], "until": ["until", y], "between": ["between", y, y + rng.randint(1, 6)],
            "lastn": ["lastn", rng.choice([2, 3, 5, 6, 7, 10, 12, 14, 24, 30, 60, 90]), rng.choice(["day", "week", "month", "year",
                "hour"])],
            "quarter": ["quarter", y, rng.randint(1, 4)]}[kind]


def a_filter(rng, ent, ents=()):
    others = [e for e in ents if e is not ent]
    kind = rng.choice(["cat"] * 4 + ["num"] * 4 + ["date"] * 3 + ["place"] * (5 if ent.place else 0) + ["text", "null",
        "either"] + ["linked"] * (2 if others else 0))
    if kind == "either":
        c = rng.choice(ent.cat)
        return ["either", c, sorted(rng.sample(c.values, 2))]
    if kind == "linked":
        a, b, verb = link(rng, ent, rng.choice(others))
        return ["linked", b, verb, a_filter(rng, b)]
    if kind == "cat":
        c = rng.choice(ent.cat)
        return ["cat", c, rng.choice(c.values), rng.random() < 0.15]
    if kind == "num":
        op = rng.choice([">", ">", "<", "<", ">=", "<=", "between", "=", ">avg", "<avg"])
        a = number(rng)
        return ["num", rng.choice(ent.num), op, a, a + rng.randint(1, 50) if op == "between" else None]
    if kind == "date":
        return ["date", rng.choice(ent.date), window(rng)]
    if kind == "place":
        value = rng.choice(COUNTRIES) if rng.random() < 0.5 else rng.choice(lex.PLACES.split(","))
        return ["place", value, rng.random() < 0.1]
    if kind == "text":
        return ["text", rng.choice(ent.text), rng.choice(["contains", "starts", "ends"]),
            rng.choice("abcdehlmnorst") if rng.random() < 0.3 else rng.choice(lex.LAST.split(",")).lower()]
    return ["null", rng.choice(ent.text + ent.date), rng.random() < 0.5]


def link(rng, a, b):
    verbs = lex.LINKS.get(a.cls + b.cls, lex.LINKS["**"])
    return [a, b, rng.choice(verbs.split(";")).strip().split("/")]


# --- intents ----------------------------------------------------------------------------

KINDS = (["list"] * 5 + ["columns"] * 4 + ["count"] * 6 + ["agg"] * 4 + ["groupcount"] * 3 + ["groupagg"] * 2 + ["top"] * 4 + ["extreme"] * 3 + ["order"] * 2
         + ["mostgroup"] * 2 + ["distinct"] + ["countdistinct"] + ["series"] * 2 + ["share"] + ["recent"] + ["lookup"] * 3
         + ["with"] * 2 + ["without"] * 2 + ["morethan"] * 2 + ["percount"] * 2 + ["mostlinked"] * 2 + ["sumlinked"] + ["having"] + ["owned"] * 4)


def instance(rng, ent):
    """The name of one row."""
    if ent.cls == "p" or rng.random() < 0.3: return rng.choice(lex.FIRST.split(",")) + " " + rng.choice(lex.LAST.split(","))
    return rng.choice([str(rng.randint(100, 99999)), rng.choice("ABCDEFGH") + str(rng.randint(10, 999)), rng.choice(lex.PLACES.split(",")),
        rng.choice(lex.LAST.split(",")) + " " + rng.choice(["One", "Park", "Plus", "Express", "House", "Lane", "Star"])])


def intent(rng, ents, ent=None, kind=None):
    ent = ent or rng.choice(ents)
    kind = kind or rng.choice(KINDS)
    n_filters = rng.choices([0, 1, 2], [0.35, 0.5, 0.15])[0]
    it = {"kind": kind, "ent": ent, "filters": [a_filter(rng, ent, ents) for _ in range(n_filters)]}
    if len({(f[0], f[1].names[0] if isinstance(f[1], Column) else "") for f in it["filters"]}) < n_filters:
        it["filters"] = it["filters"][:1]
    if kind == "columns":
        it["cols"] = rng.sample(ent.all, rng.choice([1, 1, 2, 2, 3]))
    if kind in ("agg", "groupagg"):
        it["agg"], it["col"] = rng.choice(["avg", "avg", "sum", "max", "min", "median"]), rng.choice(ent.num)
    if kind in ("groupcount", "groupagg", "mostgroup", "distinct", "countdistinct", "share", "having"):
        it["by"] = rng.choice(ent.cat + ent.text[:1])
        it["most"] = rng.random() < 0.6
        it["n"] = rng.randint(2, 30)
    if kind == "share":
        it["filters"] = [a_filter(rng, ent)]
    if kind in ("top", "extreme", "order"):
        it["col"], it["most"], it["n"] = rng.choice(ent.num), rng.random() < 0.6, rng.choice([3, 5, 10, 20, 2, 7, 15, 100, 50])
    if kind == "order" and rng.random() < 0.5:
        it["col"] = rng.choice(ent.text + ent.date)
    if kind == "series":
        it["step"] = rng.choice(["day", "week", "month", "quarter", "year"])
        it["agg"], it["col"] = rng.choice(["count", "count", "sum", "avg"]), rng.choice(ent.num)
    if kind == "recent":
        it["col"], it["most"], it["n"] = rng.choice(ent.date), rng.random() < 0.7, rng.choice([1, 5, 10, 20, 3])
    if kind == "lookup":
        it["cols"] = rng.sample(ent.all, rng.choice([1, 1, 2]))
        it["name"] = instance(rng, ent)
        it["filters"] = []
    if kind == "owned":
        owner = rng.choice([e for e in ents if e is not ent])
        it["link"], it["most"], it["name"] = link(rng, owner, ent), rng.random() < 0.65, instance(rng, owner)
        it["filters"] = it["filters"][:1]
    if kind in ("with", "without", "morethan", "percount", "mostlinked", "sumlinked"):
        other = rng.choice([e for e in ents if e is not ent])
        it["link"], it["most"], it["n"], it["op"] = link(rng, ent, other), rng.random() < 0.65, rng.randint(2, 12), rng.choice([">", ">=",
            "<", "="])
        it["filters"] = it["filters"][:1]
        if kind == "sumlinked":
            it["agg"], it["col"] = rng.choice(["sum", "avg", "max"]), rng.choice(other.num)
    return it


# What tells two intents of one kind apart; anything else in an intent is left over from making it.
TELLS = {"list": "", "columns": "cols", "count": "", "agg": "agg col", "groupcount": "by", "groupagg": "agg col by", "top": "col most n",
    "extreme": "col most", "order": "col most",
         "mostgroup": "by most", "distinct": "by", "countdistinct": "by", "series": "step agg col", "share": "", "recent": "most n",
             "lookup": "cols name", "with": "link most", "without": "link most",
         "morethan": "link n op most", "percount": "link", "mostlinked": "link most", "owned": "link name most",
             "sumlinked": "link agg col", "having": "by most n"}


def intent_key(it):
    """A canonical text of an intent: equal texts mean the same query."""
    told = {k: it[k][:2] if k == "link" else it[k] for k in TELLS[it["kind"]].split()}
    if it["kind"] == "series" and it["agg"] == "count": del told["col"]
    return json.dumps([it["kind"], key(it["ent"]), sorted(key(it["filters"]), key=str), key(told)])


def key(v):
    if isinstance(v, Entity):
        return v.names[0]
    if isinstance(v, Column):
        return v.names[0]
    if isinstance(v, dict):
        return {k: key(x) for k, x in sorted(v.items())}
    if isinstance(v, list):
        if v and v[0] == "num" and "avg" in v[2]: v = v[:3]
        if v and v[0] == "linked": v = [*v[:2], v[3]]  # the verb is only wording
        return [key(x) for x in v]
    return v


def mutate(rng, it, ents):
    """A near-miss: the same question with one thing changed."""
    new = dict(it)
    choices = ["most", "n", "kind", "ent"] + ["filter"] * 5 + ["agg"] * 2 + ["col", "cols", "by", "step", "name"]
    rng.shuffle(choices)
    for what in choices:
        if what == "filter" and it["filters"]:
            fs = [list(f) for f in it["filters"]]
            f = rng.choice(fs)
            if f[0] == "cat":
                if rng.random() < 0.3: f[3] = not f[3]
                else: f[2] = rng.choice(f[1].values)
            elif f[0] == "num":
                if rng.random() < 0.5: f[3] = number(rng); f[4] = f[3] + rng.randint(1, 50) if f[2] == "between" else None
                elif f[2] in "<>": f[2] = {">": "<", "<": ">"}[f[2]]
                else: f[1] = rng.choice(it["ent"].num)
            elif f[0] == "date": f[2] = window(rng)
            elif f[0] == "place":
                f[1] = rng.choice(COUNTRIES + lex.PLACES.split(","))
            elif f[0] == "either": f[2] = sorted(rng.sample(f[1].values, 2))
            elif f[0] == "linked": f[3] = a_filter(rng, f[1])
            elif f[0] == "null": f[2] = not f[2]
            else: f[3] = rng.choice(lex.LAST.split(",")).lower()
            new["filters"] = fs if rng.random() < 0.85 else []
        elif what == "most" and "most" in it: new["most"] = not it["most"]
        elif what == "n" and "n" in it and it["kind"] in ("top", "recent", "morethan", "having"): new["n"] = rng.randint(2, 40)
        elif what == "agg" and it.get("agg") not in (None, "count"): new["agg"] = rng.choice(["avg", "sum", "max", "min"])
        elif what == "col" and isinstance(it.get("col"), Column) and it["kind"] not in ("order", "sumlinked",
            "recent"): new["col"] = rng.choice(it["ent"].num)
        elif what == "cols" and "cols" in it: new["cols"] = rng.sample(it["ent"].all, len(it["cols"]))
        elif what == "by" and "by" in it: new["by"] = rng.choice(it["ent"].cat + it["ent"].text[:1])
        elif what == "step" and "step" in it: new["step"] = rng.choice(["day", "week", "month", "quarter", "year"])
        elif what == "name" and "name" in it: new["name"] = instance(rng, it["link"][0] if "link" in it else it["ent"])
        elif what == "kind":
            swap = {"list": ["count", "columns", "share"], "count": ["list", "groupcount"], "groupcount": ["count", "mostgroup"],
                "with": ["without"], "without": ["with"],
                    "mostlinked": ["percount", "morethan"], "extreme": ["top", "agg"], "top": ["extreme", "order"],
                        "distinct": ["countdistinct"], "countdistinct": ["distinct", "groupcount"]}.get(it["kind"])
            if not swap: continue
            fresh = intent(rng, ents, it["ent"], rng.choice(swap))
            shared = {k: it[k] for k in ("col", "by", "n", "most", "link", "op") if k in fresh and k in it}
            new = {**fresh, **shared, "filters": it["filters"] or fresh["filters"]}
        elif what == "ent" and it["kind"] in ("list", "count") and len(ents) > 1:
            other = rng.choice([e for e in ents if e is not it["ent"]])
            if any(f[0] != "place" for f in it["filters"]): continue
            new["ent"] = other
        else: continue
        return new
    return intent(rng, ents, it["ent"])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True, help="JSON lines file to write")
    p.add_argument("--schemas", type=int, default=500, help="invented databases")
    p.add_argument("--families", type=int, default=28, help="families of near-misses in each database")
    p.add_argument("--members", type=int, default=4, help="intents of a family")
    p.add_argument("--wordings", type=int, default=4, help="questions for each intent")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--show", type=int, default=0, help="print this many intents with their questions and stop")
    args = p.parse_args()
    rng, shown, lines = random.Random(args.seed), 0, 0
    with open(args.out, "w") as out:
        for s in range(args.schemas):
            ents = schema(rng)
            for f in range(args.families):
                base = intent(rng, ents)
                family = [base] + [mutate(rng, base, ents) for _ in range(args.members - 1)]
                for it in family:
                    name = intent_key(it)
                    if args.show:
                        print(name[:200], *("   " + ph.say(rng, it) for _ in range(6)), sep="\n")
                        shown += 1
                        if shown >= args.show: return
                        continue
                    said = {ph.say(rng, it) for _ in range(args.wordings)}
                    for q in sorted(said):
                        out.write(json.dumps({"domain": f"gen_{s}", "family": f, "intent": name, "question": q}, ensure_ascii=False) + "\n")
                        lines += 1
            if s % 50 == 49:
                print(f"{s + 1} schemas, {lines} questions", flush=True)


if __name__ == "__main__":
    main()
