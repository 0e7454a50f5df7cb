"""Words an intent of generate.py in one of the many ways in which people ask for it."""
import re

import lexicon as lex

RELATIVE = {
    "today": ["today", "so far today", "this very day"], "yesterday": ["yesterday", "the day before today"],
    "this week": ["this week", "in the current week", "during this week"], "last week": ["last week", "in the previous week",
        "the week before this one", "during the past calendar week"],
    "this month": ["this month", "in the current month", "month to date"], "last month": ["last month", "in the previous month",
        "during the prior month", "the month before this one"],
    "this quarter": ["this quarter", "in the current quarter"], "last quarter": ["last quarter", "in the previous quarter",
        "during the prior quarter"],
    "this year": ["this year", "in the current year", "year to date", "so far this year"], "last year": ["last year",
        "in the previous year", "the year before", "during the prior year"],
}
MONTHS = "January February March April May June July August September October November December".split()
NUMERALS = "zero one two three four five six seven eight nine ten eleven twelve".split()
TENS = {15: "fifteen", 20: "twenty", 30: "thirty", 50: "fifty", 100: "a hundred", 1000: "a thousand"}
AGG = {"avg": ["average", "mean", "avg", "typical"], "sum": ["total", "sum of the", "combined", "overall", "summed"], "max": ["maximum",
    "highest", "largest", "max", "greatest", "biggest", "top"],
       "min": ["minimum", "lowest", "smallest", "min", "least"], "median": ["median"]}
SHOW = ["show", "show me", "list", "display", "give me", "get", "fetch", "find", "return", "retrieve", "pull up", "print", "present",
    "tell me", "output", "see", "provide", "bring up", "look up", "view", "report", "select", "name", "state", "give", "let me see",
        "I want to see", "I need", "I would like to see", "what are", "which are", "can you show me", "could you list", "please show",
            "please give me", "can I see", "do you have"]
INFO = ["information", "data", "details", "records", "info", "entries", "rows", "table", "listing", "list", "overview"]
SYN = {}
for _g in re.split(r"[;\n]", lex.SYNONYMS):
    _w = [w.strip() for w in _g.split("/") if w.strip()]
    for _x in _w:
        SYN.setdefault(_x, set()).update(y for y in _w if y != _x)
SYN = {k: sorted(v) for k, v in SYN.items()}


ALIASES = {"United States": ["the United States", "US", "USA", "the US", "the USA", "America", "U.S.", "the states"],
    "United Kingdom": ["the United Kingdom", "UK", "the UK", "Britain", "Great Britain"], "New York": ["New York", "NYC", "New York City"],
           "Los Angeles": ["Los Angeles", "LA", "L.A."], "San Francisco": ["San Francisco", "SF"], "Netherlands": ["the Netherlands",
               "Netherlands", "Holland"]}
# Questions that ask for an attribute without its name; {0} is whom it is asked about.
ASKS = {"length": ["how long is {0}"], "duration": ["how long does {0} take", "how long is {0}", "how much time does {0} take"],
    "age": ["how old is {0}"], "height": ["how tall is {0}", "how high is {0}"], "weight": ["how heavy is {0}", "how much does {0} weigh"],
        "area": ["how big is {0}", "how large is {0}"], "size": ["how big is {0}", "how large is {0}"], "price": ["how much does {0} cost",
            "how much is {0}", "how expensive is {0}"], "cost": ["how much does {0} cost", "how expensive is {0}"],
            "salary": ["how much does {0} earn", "how much money does {0} make", "what does {0} earn"],
        "population": ["how many people live in {0}", "how many inhabitants does {0} have", "how many residents does {0} have"],
            "number of employees": ["how many people work at {0}", "how many employees does {0} have", "how many people does {0} employ"],
            "capacity": ["how many people fit in {0}", "how much can {0} hold", "how many can {0} take"],
        "distance": ["how far is {0}"], "speed": ["how fast is {0}"], "depth": ["how deep is {0}"], "elevation": ["how high is {0}",
            "how high up is {0}"], "temperature": ["how hot is {0}", "how warm is {0}"], "stock": ["how many of {0} are left",
            "how much of {0} is in stock", "how many of {0} do we have in stock"],
        "address": ["where is {0}", "where can I find {0}", "where is {0} located"], "location": ["where is {0}", "where is {0} located",
            "where can {0} be found", "in what place is {0}"], "author": ["who wrote {0}", "who is the writer of {0}"],
            "manager": ["who runs {0}", "who leads {0}", "who is in charge of {0}", "who manages {0}"],
        "winner": ["who won {0}"], "host": ["who hosted {0}", "who organized {0}"], "publisher": ["who published {0}"],
            "origin": ["where does {0} come from", "where does {0} start"], "destination": ["where does {0} go", "where is {0} going to"],
            "time": ["at what time is {0}", "when does {0} start"],
        "credit limit": ["how much credit does {0} have"], "balance": ["how much money does {0} have", "how much is left on {0}"],
            "delay": ["how late was {0}", "how many minutes late was {0}"], "number of pages": ["how many pages does {0} have",
            "how long is {0}"], "number of participants": ["how many people took part in {0}", "how many people attended {0}"],
        "email": ["how can I reach {0} by email", "what email does {0} use"], "phone number": ["how can I call {0}",
            "how do I reach {0} by phone"], "revenue": ["how much money does {0} make", "how much does {0} take in"],
            "profit": ["how much does {0} gain", "how much profit does {0} make"], "nationality": ["what country is {0} from",
            "where does {0} come from"],
        "job title": ["what is {0}'s job", "what does {0} do for work", "what does {0} work as"],
            "language": ["what language does {0} speak"], "color": ["what color is {0}"], "rating": ["how well is {0} rated",
            "how good is {0}"], "power": ["how powerful is {0}"], "wins": ["how often did {0} win", "how many wins does {0} have"],
        "brand": ["who makes {0}", "which company makes {0}"], "industry": ["what business is {0} in"], "description": ["what is {0} about",
            "describe {0}"], "founding year": ["when was {0} founded", "how old is {0}"], "number of views": ["how often was {0} viewed",
            "how many people saw {0}"]}
SUPERLATIVES = {"older": "oldest/most senior", "younger": "youngest", "taller": "tallest", "shorter": "shortest", "heavier": "heaviest",
    "lighter": "lightest", "larger": "largest/biggest", "smaller": "smallest/tiniest", "higher": "highest", "lower": "lowest",
    "longer": "longest/lengthiest", "deeper": "deepest", "shallower": "shallowest",
                "more expensive": "most expensive/priciest/costliest/dearest", "cheaper": "cheapest/least expensive/most affordable",
                    "bigger": "biggest/largest", "faster": "fastest/quickest", "slower": "slowest", "hotter": "hottest/warmest",
                    "colder": "coldest", "wider": "widest/broadest", "narrower": "narrowest", "newer": "newest/latest/most modern",
    "more densely populated": "densest/most densely populated",
        "more sparsely populated": "sparsest/least densely populated/most sparsely populated",
    "more populous": "most populous/most populated", "less populous": "least populous/least populated",
    "harder": "hardest/most difficult/toughest/most challenging", "easier": "easiest/least difficult/simplest/least challenging"}
KEEP = set("show list order name count number most least have has make made take last first per by free lead right at state report record view print present give address".split())


def plural(noun):
    head, _, tail = noun.partition(" of ")
    if head.endswith(("s", "x", "ch", "sh", "z")) and not head.endswith(("ss",)) and head.split()[-1] in ("premises", "series", "species",
        "sales", "goods", "dns"): p = head
    elif head.endswith("man") and not head.endswith("human"): p = head[:-3] + "men"
    elif head.endswith("person"): p = head[:-6] + "people"
    elif head.endswith(("s", "x", "ch", "sh", "z")): p = head + "es"
    elif head.endswith("y") and head[-2:-1] not in "aeiou": p = head[:-1] + "ies"
    elif head.endswith(("staff", "equipment", "livestock", "cattle", "info", "luggage", "baggage", "data")): p = head
    else: p = head + "s"
    return p + (" of " + tail if tail else "")


def pick(rng, names, usual=0.5):
    """The usual word half of the time, else any of the group."""
    return names[0] if rng.random() < usual else rng.choice(names)


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def say_number(rng, n):
    if isinstance(n, float):
        return str(n)
    if n <= 12 and rng.random() < 0.4: return NUMERALS[n]
    if n in TENS and rng.random() < 0.3: return TENS[n]
    if n >= 1000 and rng.random() < 0.3: return f"{n:,}"
    if n >= 1000 and n % 1000 == 0 and rng.random() < 0.25: return f"{n // 1000}k"
    return str(n)


def say_window(rng, w):
    kind = w[0]
    if kind == "rel": return rng.choice(RELATIVE[w[1]])
    if kind == "year": return rng.choice(["in {0}", "in {0}", "during {0}", "in the year {0}", "for {0}", "from January to December {0}",
        "within {0}"]).format(w[1])
    if kind == "month":
        m = MONTHS[w[2] - 1]
        return rng.choice([f"in {m} {w[1]}", f"during {m} {w[1]}", f"in {m[:3]} {w[1]}", f"in {w[1]}-{w[2]:02d}", f"in {m} of {w[1]}",
            f"in {w[2]:02d}/{w[1]}"])
    if kind == "day":
        m, d = MONTHS[w[2] - 1], w[3]
        suffix = "th" if 4 <= d <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th")
        return rng.choice([f"on {m} {d}, {w[1]}", f"on {w[1]}-{w[2]:02d}-{d:02d}", f"on {d} {m} {w[1]}", f"on {m} {d}{suffix} {w[1]}",
            f"on the {d}{suffix} of {m} {w[1]}", f"on {m[:3]} {d} {w[1]}"])
    if kind == "since": return rng.choice([f"since {w[1]}", f"from {w[1]} on", f"from {w[1]} onwards", f"in {w[1]} or later",
        f"starting in {w[1]}"])
    if kind == "until": return rng.choice([f"before {w[1]}", f"prior to {w[1]}", f"earlier than {w[1]}", f"up to the end of {w[1] - 1}"])
    if kind == "between": return rng.choice([f"between {w[1]} and {w[2]}", f"from {w[1]} to {w[2]}", f"from {w[1]} through {w[2]}",
        f"in the years {w[1]}-{w[2]}", f"in {w[1]} to {w[2]}"])
    if kind == "lastn":
        n = say_number(rng, w[1])
        return rng.choice(["in the last {0} {1}s", "in the past {0} {1}s", "over the last {0} {1}s", "during the previous {0} {1}s",
            "within the last {0} {1}s", "the past {0} {1}s"]).format(n, w[2])
    q = ["first", "second", "third", "fourth"][w[2] - 1]
    return rng.choice([f"in Q{w[2]} {w[1]}", f"in the {q} quarter of {w[1]}", f"during {w[1]} Q{w[2]}", f"in quarter {w[2]} of {w[1]}"])


def say_filter(rng, f, ent, terse):
    """(where it stands, words): "pre" before the noun or "post" after it."""
    person = ent.cls == "p"
    who = "who" if person else "that"
    kind = f[0]
    if kind == "either":
        c, (v, w) = pick(rng, f[1].names), rng.sample(f[2], 2)
        if rng.random() < 0.2: return "pre", f"{v} or {w}"
        return "post", rng.choice(["with {0} {1} or {2}", "whose {0} is {1} or {2}", "whose {0} is either {1} or {2}", "{3} are {1} or {2}",
            "that have {1} or {2} as {0}", "with {0} in ({1}, {2})", "in the {0}s {1} and {2}", "with either {1} or {2} {0}"]).format(c, v,
            w, who)
    if kind == "linked":
        # A filter on a second table, said in a clause of its own.
        other, verb, inner = f[1], f[2], f[3]
        noun = pick(rng, other.names, 0.55)
        where, w = say_filter(rng, inner, other, False)
        many = f"{w} {plural(noun)}" if where == "pre" else f"{plural(noun)} {w}"
        one = f"{w} {noun}" if where == "pre" else f"{noun} {w}"
        return "post", rng.choice(["{0} {1} {2}", "{0} have {3} {2}", "with {2}", "{0} have {2}", "{0} {1} a {4}", "having {2}",
            "{0} have {3} a {4}", "related to {2}", "with a {4}"]).format(who, verb[0], many, verb[2], one)
    if kind == "place":
        country, _, adjective = f[1].partition("/")
        if country in ALIASES and rng.random() < 0.6: country = rng.choice(ALIASES[country])
        if f[2]: return "post", rng.choice([f"not in {country}", f"outside {country}", f"outside of {country}",
            f"{who} are not in {country}", f"{who} are not from {country}", f"except in {country}", f"excluding {country}"])
        if terse and rng.random() < 0.6: return rng.choice(["pre", "post"]), country
        if adjective and rng.random() < 0.12: return "pre", adjective
        if rng.random() < 0.08: return "pre", country
        return "post", rng.choice(["in {0}", "in {0}", "in {0}", "located in {0}", "from {0}", "based in {0}", "{1} are in {0}",
            "{1} are located in {0}", "situated in {0}", "in the area of {0}", "we have in {0}", "within {0}", "of {0}",
            "{1} come from {0}",
                                   "with location {0}", "whose location is {0}",
                                       "whose " + ("country" if adjective else "city") + " is {0}"] + (["living in {0}", "{1} live in {0}",
                                       "residing in {0}"] if person else [f"{ent.date[0].verbs[0]} in {{0}}"] * 3)).format(country, who)
    if kind == "cat":
        c, v = pick(rng, f[1].names), f[2]
        if f[3]: return "post", rng.choice(["{2} are not {1}", "whose {0} is not {1}", "with a {0} other than {1}", "excluding {1}",
            "not {1}", "with {0} not equal to {1}", "except those with {0} {1}", "{2} do not have {0} {1}"]).format(c, v, who)
        if terse and rng.random() < 0.6: return rng.choice(["pre", "post"]), rng.choice([v, f"{c} {v}", f"{c}={v}", f"{c}: {v}"])
        if rng.random() < 0.35: return "pre", v
        return "post", rng.choice(["with {0} {1}", "whose {0} is {1}", "{2} are {1}", "having {0} {1}", "where {0} is {1}", "of {0} {1}",
            "{2} have the {0} {1}", "with the {0} {1}", "with {1} {0}", "where the {0} equals {1}", "marked as {1}",
            "that have {1} as {0}", "in the {1} {0}"]).format(c, v, who)
    if kind == "num":
        c, op = pick(rng, f[1].names), f[2]
        if op in (">avg", "<avg"):
            above = op == ">avg"
            return "post", rng.choice([f"with {c} {'above' if above else 'below'} average",
                f"whose {c} is {'higher' if above else 'lower'} than the average",
                f"with {'more' if above else 'less'} than the average {c}",
                f"with a {c} {'greater' if above else 'smaller'} than the mean",
                                       f"with {'above' if above else 'below'} average {c}"])
        a = say_number(rng, f[3])
        if op == "between":
            b = say_number(rng, f[4])
            return "post", rng.choice([f"with {c} between {a} and {b}", f"whose {c} is between {a} and {b}", f"with a {c} from {a} to {b}",
                f"with {c} ranging from {a} to {b}", f"with {c} in the range {a} to {b}", f"having a {c} of {a} to {b}", f"{c} {a}-{b}"])
        if f[1].more and op in "><" and rng.random() < 0.4:
            word = f[1].more[0] if op == ">" else f[1].more[1]
            return "post", rng.choice([f"{word} than {a}", f"{who} are {word} than {a}", f"being {word} than {a}"])
        cmp = {">": ["more than", "over", "above", "greater than", "higher than", "exceeding", "larger than", "bigger than", ">"],
            "<": ["less than", "under", "below", "lower than", "smaller than", "fewer than", "<"], "=": ["of", "equal to", "of exactly",
            "="],
               ">=": ["at least", "no less than", "of at least", "a minimum of", "not under", ">=", "greater than or equal to"],
                   "<=": ["at most", "no more than", "up to", "a maximum of", "not over", "<=", "less than or equal to"]}[op]
        w = rng.choice(cmp)
        if op in (">=", "<=") and rng.random() < 0.25:
            return "post", rng.choice(["with {0} {1} or {2}", "whose {0} is {1} or {2}"]).format(c, a, rng.choice(["more", "higher",
                "above"] if op == ">=" else ["less", "lower", "below"]))
        return "post", rng.choice(["with {0} {1} {2}", "whose {0} is {1} {2}", "with a {0} {1} {2}", "having {0} {1} {2}",
            "where the {0} is {1} {2}", "that have a {0} {1} {2}"] + (["{0} {1} {2}"] * 4 if terse or w in "<=>" else [])).format(c, w, a)
    if kind == "date":
        w = say_window(rng, f[2])
        if terse: return "post", rng.choice([w, re.sub(r"^(in|on|during) ", "", w)])
        verb, col = rng.choice(f[1].verbs), pick(rng, f[1].names)
        return "post", rng.choice([f"{verb} {w}", f"{verb} {w}", f"{who} were {verb} {w}", f"that got {verb} {w}", f"whose {col} is {w}",
            f"with {col} {w}", f"with a {col} {w}"])
    if kind == "text":
        c, v = pick(rng, f[1].names), rng.choice(["{0}", "'{0}'", '"{0}"']).format(f[3])
        return "post", rng.choice({"contains": ["whose {0} contains {1}", "with {1} in the {0}", "with {0} containing {1}",
            "whose {0} includes {1}", "having {1} in their {0}", "with {0} like {1}"],
                                   "starts": ["whose {0} starts with {1}", "with {0} beginning with {1}", "with a {0} starting with {1}",
                                       "whose {0} begins with {1}"], "ends": ["whose {0} ends with {1}", "with {0} ending in {1}",
                                       "with a {0} that ends with {1}"]}[f[2]]).format(c, v)
    c = pick(rng, f[1].names)
    if f[2]: return "post", rng.choice([f"without {article(c)}", f"with no {c}", f"missing {article(c)}", f"that have no {c}",
        f"whose {c} is missing", f"whose {c} is null", f"where {c} is empty", f"lacking a {c}"])
    return "post", rng.choice([f"with {article(c)}", f"that have {article(c)}", f"whose {c} is known", f"whose {c} is set",
        f"where {c} is not null", f"having {article(c)}"])


class Said:
    """One wording of the table and of the filters; np() puts a noun phrase together."""

    def __init__(self, rng, it, terse):
        self.rng, self.ent = rng, it["ent"]
        self.one = pick(rng, self.ent.names, 0.55)
        self.many = plural(self.one)
        parts = [say_filter(rng, f, self.ent, terse) for f in it["filters"]]
        rng.shuffle(parts)
        self.pre = [w for where, w in parts if where == "pre"]
        self.post = [w for where, w in parts if where == "post"]
        joined = rng.choice([" and ", " and ", " ", ", "]).join(self.post)
        self.tail = (" " + joined) if joined else ""
        self.head = (" ".join(self.pre) + " ") if self.pre else ""

    def np(self, noun=None):
        return f"{self.head}{noun or self.many}{self.tail}"


def columns(rng, cols):
    ws = [pick(rng, c.names) for c in cols]
    if rng.random() < 0.03: ws = [w.replace(" ", "_") for w in ws]  # as the column is spelled in the database
    if len(ws) == 1: return ws[0]
    if rng.random() < 0.15: rng.shuffle(ws)
    return rng.choice([", ".join(ws[:-1]) + " and " + ws[-1], ", ".join(ws), " and ".join(ws)])


def say_list(rng, it, s):
    v, x = rng.choice(SHOW), s.np()
    all_ = rng.choice(["", "", "all ", "the ", "all the ", "every single one of the ", "the full list of "])
    info = rng.choice(INFO)
    forms = [f"are there any {x}", f"do we have any {x}", f"which {x} can I find", f"{v} {all_}{x}", f"{v} {all_}{x}",
        f"{v} {s.head}{s.one} {info}{s.tail}", f"{v} {s.head}{s.one} {info}{s.tail}",
        f"{v} {info} {rng.choice(['of', 'about', 'on', 'for'])} {all_}{x}", f"{v} the {info} of {all_}{x}",
        f"{v} {info} for each {s.head}{s.one}{s.tail}",
             f"{v} everything about {x}", f"which {x} are there", f"what {x} do we have", f"which {x} exist", f"{x}", f"all {x}",
                 f"{s.head}{s.one} {info}{s.tail}", f"{s.head}{s.one} list{s.tail}", f"what do we know about {x}",
                 f"who are {x}" if s.ent.cls == "p" else f"what are the {x}"]
    if s.post: forms += [f"which {s.head}{s.many} are {s.post[0]} {' '.join(s.post[1:])}"] if not s.post[0].startswith(("who", "that",
        "with", "where", "hav")) else []
    return rng.choice(forms)


def say_columns(rng, it, s):
    v, x = rng.choice(SHOW + ["what is", "what are"] * 3), s.np()
    c = columns(rng, it["cols"])
    forms = [f"{v} the {c} of {rng.choice(['all ', 'the ', 'all the ', '', 'each of the '])}{x}",
        f"{v} {c} for {rng.choice(['all ', 'every one of the ', ''])}{x}",
        f"{v} {c} of {rng.choice(['each', 'every'])} {s.head}{s.one}{s.tail}",
        f"{v} the {s.many}' {c}{s.tail}" if not s.pre else f"{v} the {c} of {x}",
             f"{v} {x} with their {c}", f"for {rng.choice(['each', 'every'])} {s.head}{s.one}{s.tail} {v} the {c}", f"{x}: {c}",
                 f"{s.head}{s.one} {c}{s.tail}", f"{v} {s.head}{s.one} {c}{s.tail}", f"{c} of {x}", f"{v} the {c} for all {x}",
                 f"{v} {x} and show only {c}"]
    if len(it["cols"]) == 1: forms += [f"{v} the {plural(c)} of {x}", f"{s.head}{s.one} {plural(c)}{s.tail}",
        f"which {plural(c)} do {x} have", f"what {c} do {x} have", f"{v} the {plural(c)} of all {x}"]
    return rng.choice(forms)


def say_count(rng, it, s):
    x = s.np()
    the = rng.choice(["", "the ", "all ", "all the "])
    cnt = rng.choice(["number", "count", "total number", "amount", "total count", "quantity", "overall number"])
    ask = rng.choice(["", "what is the ", "give me the ", "show the ", "tell me the ", "find the ", "return the ", "get the ",
        "I need the ", "what's the ", "show me the ", "the "])
    forms = [f"how many {x} are there", f"how many {x} are there", f"how many {x} do we have", f"how many {x}", f"{ask}{cnt} of {the}{x}",
        f"{ask}{cnt} of {x}", f"{ask}{cnt} of {x}", f"count {the}{x}", f"count how many {x} there are",
        f"{ask}{s.head}{s.one} count{s.tail}",
             f"{s.head}{s.many} count{s.tail}", f"{s.tail.strip()} {s.one} count" if s.tail and not s.pre else f"{x} count",
                 f"count of {x}", f"tell me how many {x} there are", f"how many {x} exist", f"can you count the {x}",
                 f"how many {x} are in the database", f"number of {x}", f"# of {x}",
             f"count the {x} we have", f"how many of the {s.many}{s.tail} are there" if not s.pre else f"number of {x}",
                 f"I want to know how many {x} there are", f"what number of {x} do we have", f"{x} total number",
                 f"calculate the number of {x}"]
    if s.post and not s.post[0].startswith(("who", "that", "with", "where", "hav", "we ")):
        forms += [f"how many {s.head}{s.many} {'were' if it['filters'][0][0] == 'date' else 'are'} {' '.join(s.post)}"] * 4
    if len(it["filters"]) == 1 and it["filters"][0][0] == "place" and not it["filters"][0][2]:
        c = it["filters"][0][1].partition("/")[0]
        forms += [f"how many {s.many} are in {c}", f"how many {s.many} are there in {c}", f"how many {s.many} does {c} have",
            f"{c} {s.one} count", f"{s.one} count {c}", f"{s.one} count for {c}", f"count {s.many} {c}",
            f"how many {s.many} do we have in {c}", f"number of {s.many} located in {c}", f"in {c}, how many {s.many} are there",
            f"count the {s.many} we have in {c}"]
    return rng.choice(forms)


def say_agg(rng, it, s):
    x, c, a = s.np(), pick(rng, it["col"].names), pick(rng, AGG[it["agg"]], 0.6)
    ask = rng.choice(["what is the ", "what is the ", "show the ", "find the ", "give me the ", "calculate the ", "", "compute the ",
        "tell me the ", "return the ", "what's the "])
    forms = [f"{ask}{a} {c} of {rng.choice(['', 'all ', 'the ', 'all the '])}{x}", f"{ask}{a} {c} of {x}", f"{ask}{a} {c} for {x}",
        f"{a} {c} {x}", f"{ask}{a} {s.head}{s.one} {c}{s.tail}", f"{s.head}{s.one} {a} {c}{s.tail}", f"{ask}{c} of {x}, {a}",
        f"{ask}{a} {c} across all {x}", f"{ask}{a} {c} among {x}", f"for {x}, what is the {a} {c}"]
    if it["agg"] == "avg": forms += [f"what {c} do {x} have on average", f"on average, what is the {c} of {x}",
        f"how high is the {c} of {x} on average", f"average of the {c} of {x}"]
    if it["agg"] == "sum": forms += [f"add up the {c} of {x}", f"how much {c} do {x} have in total", f"sum of {c} for {x}",
        f"sum up the {c} of all {x}", f"{x} {c} total"]
    if it["agg"] == "avg" and it["col"].names[0] in ASKS: forms += [rng.choice(ASKS[it["col"].names[0]]).format(f"the average {s.np(s.one)}"),
        
        rng.choice(ASKS[it["col"].names[0]]).format(article(s.np(s.one))) + " on average"] * 2
    if it["agg"] in ("max", "min") and it["col"].more:
        sup = rng.choice(SUPERLATIVES[it["col"].more[it["agg"] == "min"]].split("/"))
        forms += [f"{c} of the {sup} {s.np(s.one)}"] + [rng.choice(ASKS.get(it["col"].names[0],
            ["what " + c + " has {0}"])).format(f"the {sup} {s.np(s.one)}")] * 3
    if it["agg"] in ("max", "min"): forms += [f"how {'high' if it['agg'] == 'max' else 'low'} is the {a} {c} of {x}",
        f"the {a} {c} that any {s.head}{s.one}{s.tail} has"]
    return rng.choice(forms)


def say_group(rng, g, what, many=None):
    """A measure for each group."""
    gs = plural(g)
    return rng.choice([f"{what} per {g}", f"{what} by {g}", f"{what} for each {g}", f"{what} for every {g}", f"{what} grouped by {g}",
        f"{what} broken down by {g}", f"for each {g}, {what}", f"{g} wise {what}", f"per {g} {what}", f"{what} of each {g}",
        f"{what} in each {g}", f"split {what} by {g}", f"for every {g} show {what}", f"{what} across {gs}", f"breakdown of {what} by {g}",
        f"{gs} with their {what}"])


def say_groupcount(rng, it, s):
    x, g = s.np(), pick(rng, it["by"].names)
    if rng.random() < 0.35:
        return rng.choice([f"how many {x} are there for each {g}", f"how many {x} does each {g} have", f"count {x} by {g}",
            f"distribution of {x} by {g}", f"{s.one} count by {g}{s.tail}", f"show each {g} and how many {x} it has",
            f"how are {x} distributed over {plural(g)}", f"list every {g} with the number of {x}",
            f"what are the different {plural(g)} and how many {x} are there of each"])
    return rng.choice(["", "what is ", "show ", "give me "]) + say_group(rng, g, rng.choice(["the number of ", "number of ",
        "the count of ", "count of ", "total number of "]) + x)


def superlative(rng, most):
    return rng.choice(["most", "highest", "largest", "greatest", "maximum", "biggest", "top"] if most else ["least", "lowest", "smallest",
        "minimum", "fewest"])


def say_ranked(rng, it, s, n):
    """The n with the highest (lowest) value of a column; n None: the one."""
    c, w = pick(rng, it["col"].names), superlative(rng, it["most"])
    adj = it["col"].more
    if n is None:
        forms = [f"which {s.head}{s.one}{s.tail} has the {w} {c}", f"{s.head}{s.one}{s.tail} with the {w} {c}",
            f"find the {s.head}{s.one}{s.tail} with the {w} {c}", f"what is the {s.head}{s.one}{s.tail} with the {w} {c}",
            f"{w} {c} {s.head}{s.one}{s.tail}", f"the {s.head}{s.one}{s.tail} having the {w} {c}",
            f"who has the {w} {c} of all {s.np()}" if s.ent.cls == "p" else f"what {s.one} has the {w} {c} of all {s.np()}",
                 f"show the {s.head}{s.one}{s.tail} whose {c} is the {w}", f"give the {s.one} that has the {w} {c} among {s.np()}",
                     f"which one of the {s.np()} has the {w} {c}"]
        if adj and rng.random() < 0.5:
            sup = rng.choice(SUPERLATIVES[adj[0 if it["most"] else 1]].split("/"))
            forms = [f"which {s.head}{s.one}{s.tail} is the {sup}", f"the {sup} {s.np(s.one)}", f"find the {sup} {s.np(s.one)}",
                f"{sup} {s.np(s.one)}", f"what is the {sup} {s.np(s.one)}",
                f"who is the {sup} {s.np(s.one)}" if s.ent.cls == "p" else f"show the {sup} {s.np(s.one)}"]
        return rng.choice(forms)
    k = say_number(rng, n)
    v = rng.choice(SHOW)
    side = "top" if it["most"] else "bottom"
    return rng.choice([f"{v} the {side} {k} {s.np()} by {c}", f"{side} {k} {s.np()} by {c}", f"{v} the {k} {s.np()} with the {w} {c}",
        f"{k} {s.np()} with the {w} {c}", f"which {k} {s.np()} have the {w} {c}", f"{v} {k} {s.np()} having the {w} {c}",
        f"{side} {k} {s.np()} ranked by {c}", f"{v} the {k} {w} {c} {s.np()}",
                       f"{s.np()} with the {k} {w} {c} values",
                           f"{v} {s.np()} ordered by {c} {'descending' if it['most'] else 'ascending'}, first {k}",
                           f"the {k} {s.np()} that have the {w} {c}", f"{side} {k} {s.np()} in terms of {c}",
                           f"{s.np()}: {side} {k} by {c}"])


def say_order(rng, it, s):
    c, up = pick(rng, it["col"].names), not it["most"]
    v, verb = rng.choice(SHOW), rng.choice(["sorted", "ordered", "ranked", "arranged"])
    text = it["col"].kind == "text"
    ways = ([f"alphabetically by {c}", f"in alphabetical order of {c}", f"by {c} from A to Z",
        f"by {c} ascending"] if up else [f"by {c} in descending order", f"by {c} from Z to A",
        f"in reverse alphabetical order of {c}"]) if text else \
        ([f"by {c} ascending", f"by {c} in ascending order", f"from lowest to highest {c}", f"by increasing {c}", f"by {c}, smallest first",
            f"by {c}, low to high"] if up else [f"by {c} descending", f"by {c} in descending order", f"from highest to lowest {c}",
            f"by decreasing {c}", f"by {c}, largest first", f"by {c}, high to low"])
    way = rng.choice(ways)
    return rng.choice([f"{v} {rng.choice(['', 'all ', 'the '])}{s.np()} {verb} {way}", f"sort {s.np()} {way}",
        f"order {rng.choice(['', 'the ', 'all '])}{s.np()} {way}", f"{s.np()} {verb} {way}",
        f"{v} all {s.np()} and {verb.replace('ed', '')} them {way}", f"rank {s.np()} {way}"])


def say_mostgroup(rng, it, s):
    g, w = pick(rng, it["by"].names), superlative(rng, it["most"])
    many = rng.choice(["most", "largest number of", "highest number of", "greatest number of",
        "most number of"] if it["most"] else ["fewest", "least", "smallest number of", "lowest number of"])
    common = "most common" if it["most"] else "least common"
    return rng.choice([f"which {g} has the {many} {s.np()}", f"{g} with the {many} {s.np()}", f"what is the {common} {g} of {s.np()}",
        f"what {g} do {'most' if it['most'] else 'the fewest'} {s.np()} have", f"{common} {g} among {s.np()}",
        f"the {g} having the {many} {s.np()}", f"in which {g} are there the {many} {s.np()}", f"find the {g} that has the {many} {s.np()}",
                       f"which is the {common} {g} for {s.np()}",
                           f"{g} that occurs {'most' if it['most'] else 'least'} often among {s.np()}",
                           f"which {g} has the {w} {s.one} count{s.tail}"])


def say_distinct(rng, it, s):
    g = plural(pick(rng, it["by"].names))
    d, v = rng.choice(["different", "distinct", "unique", "all the different", "possible"]), rng.choice(SHOW)
    return rng.choice([f"{v} the {d} {g} of {s.np()}", f"{d} {g} of {s.np()}", f"what {d} {g} do {s.np()} have",
        f"what are the {d} {g} of {s.np()}", f"which {g} occur among {s.np()}", f"{v} {d} {s.one} {g}{s.tail}",
        f"{v} each {s.one} {g[:-1]}{s.tail} once", f"{v} {g} of {s.np()} without duplicates"])


def say_countdistinct(rng, it, s):
    g, d = plural(pick(rng, it["by"].names)), rng.choice(["different", "distinct", "unique"])
    return rng.choice([f"how many {d} {g} do {s.np()} have", f"how many {d} {g} are there among {s.np()}", f"number of {d} {g} of {s.np()}",
        f"count the {d} {g} of {s.np()}", f"count of {d} {s.one} {g}{s.tail}", f"what is the number of {d} {g} for {s.np()}",
        f"how many kinds of {g} do {s.np()} have"])


def say_series(rng, it, s):
    step, ly = it["step"], {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}[it["step"]]
    what = rng.choice(["number of ", "count of ", "the number of ",
        ""]) + s.np() if it["agg"] == "count" else f"{pick(rng, AGG[it['agg']])} {pick(rng, it['col'].names)} of {s.np()}"
    if rng.random() < 0.3: return rng.choice([f"{ly} {what}", f"{what} on a {ly} basis", f"{ly} trend of {what}", f"{what}, {ly}",
        f"how does {what} develop {ly}"])
    return rng.choice(["", "show ", "what is ", "give me "]) + rng.choice([f"{what} per {step}", f"{what} by {step}",
        f"{what} for each {step}", f"{what} every {step}", f"{what} each {step}", f"{what} grouped by {step}",
        f"{what} over time by {step}"])


def say_share(rng, it, s):
    bare = s.many
    p = rng.choice(["percentage", "share", "proportion", "percent", "fraction", "ratio"])
    if not s.post: return rng.choice([f"what {p} of {bare} are {' '.join(s.pre)}", f"{p} of {s.np()}", f"what is the {p} of {s.np()}",
        f"how large is the {p} of {s.np()} among all {bare}"])
    return rng.choice([f"what {p} of {s.np()}", f"{p} of {s.np()}", f"what is the {p} of {s.np()} among all {bare}",
        f"the {p} of all {bare} that are {s.np()}", f"how big is the {p} of {s.np()}", f"{p} of {bare}{s.tail}"])


def say_recent(rng, it, s):
    w = rng.choice(["latest", "most recent", "newest", "last"] if it["most"] else ["oldest", "earliest", "first"])
    k = "" if it["n"] == 1 else say_number(rng, it["n"]) + " "
    noun = s.one if it["n"] == 1 else s.many
    v, verb = rng.choice(SHOW), rng.choice(it["col"].verbs)
    return rng.choice([f"{v} the {w} {k}{s.np(noun)}", f"{w} {k}{s.np(noun)}", f"{v} the {k}{w} {s.np(noun)}",
        f"the {k}{s.head}{noun} {verb} {'last' if it['most'] else 'first'}{s.tail}", f"{v} the {k}{w} {verb} {s.np(noun)}",
        f"which {k}{s.np(noun)} are the {w}",
        f"{v} {k}{s.np(noun)} with the {w} {pick(rng, it['col'].names)}"]) + (f" by {pick(rng, it['col'].names)}" if rng.random() < 0.3 else "")


def say_lookup(rng, it, s):
    c, n = columns(rng, it["cols"]), it["name"]
    v = rng.choice(SHOW + ["what is", "what is", "what is", "what's"])
    if len(it["cols"]) == 1 and rng.random() < 0.45:
        col, whom = it["cols"][0], rng.choice([n, n, f"{s.one} {n}", f"the {s.one} {n}",
            f"the {s.one} {rng.choice(['named', 'called'])} {n}"])
        if col.kind == "date": return rng.choice(["when was {0} {1}", "on what date was {0} {1}", "on which day was {0} {1}",
            "at what date was {0} {1}"]).format(whom, rng.choice(col.verbs))
        if col.names[0] in ASKS: return rng.choice(ASKS[col.names[0]]).format(whom)
    return rng.choice([f"{v} the {c} of {n}", f"{v} the {c} of {s.one} {n}", f"{v} {n}'s {c}", f"{v} the {c} for {n}", f"{n} {c}",
        f"{c} of {n}", f"{v} the {c} of the {s.one} {rng.choice(['named', 'called', 'with name'])} {n}", f"which {c} does {n} have",
        f"what {c} does {s.one} {n} have", f"{s.one} {n}: {c}", f"for {s.one} {n}, {v} the {c}", f"{c} for {s.one} {n}"])


def say_owned(rng, it, s):
    """What one named somebody has: "orders placed by John Smith"."""
    a, _, (v, v3, done) = it["link"]
    n, one = it["name"], pick(rng, a.names, 0.55)
    x, many, tail, show = s.np(), s.head + s.many, s.tail, rng.choice(SHOW)
    whom = rng.choice([n, n, f"{one} {n}", f"the {one} {n}", f"the {one} {rng.choice(['named', 'called', 'with the name'])} {n}"])
    by = rng.choice([f"{done} by {whom}", f"{done} by {whom}", f"of {whom}", f"for {whom}", f"belonging to {whom}", f"that {whom} {v3}",
        f"that {whom} has {done}", f"that belong to {whom}", f"from {whom}", f"linked to {whom}", f"whose {one} is {n}"])
    if it["most"]:
        return rng.choice([f"{show} {rng.choice(['', 'all ', 'the ', 'all the '])}{many} {by}{tail}", f"{many} {by}{tail}", f"{n}'s {x}",
            f"{show} {n}'s {x}", f"what {many} does {whom} have{tail}", f"which {many} has {whom} {done}{tail}",
            f"which {many} does {whom} {v}{tail}", f"what {many} did {whom} {v}{tail}", f"which {many} were {done} by {whom}{tail}",
            f"{x} {n}", f"what are the {many} {by}{tail}", f"{whom} {v3} which {x}"])
    return rng.choice([f"how many {many} does {whom} have{tail}", f"number of {many} {by}{tail}",
        f"how many {many} were {done} by {whom}{tail}", f"how many {many} has {whom} {done}{tail}", f"count the {many} {by}{tail}",
        f"{n} {s.one} count{tail}", f"how many {many} did {whom} {v}{tail}", f"{show} the number of {many} {by}{tail}",
        f"count of {n}'s {x}", f"total number of {many} {by}{tail}"])


def say_linked(rng, it, s):
    """Questions over two tables: which have, have no, have more than n, count for each, have the most."""
    a, b, verb = it["link"]
    one = pick(rng, b.names, 0.55)
    many, (v, v3, done), who = plural(one), verb, "who" if a.cls == "p" else "that"
    x, k, kind = s.np(), say_number(rng, it["n"]), it["kind"]
    show = rng.choice(SHOW)
    if kind == "with":
        w = rng.choice([f"{who} {v} {many}", f"with {many}", f"{who} have at least one {one}", f"{who} have {done} {many}",
            f"having any {many}", f"that have some {one}", f"{who} {v} {article(one)}", f"with at least one {one}",
            f"with one or more {many}"])
    elif kind == "without":
        w = rng.choice([f"without {many}", f"without any {one}", f"with no {many}", f"{who} do not {v} any {many}",
            f"{who} have never {done} {article(one)}", f"{who} have no {many}", f"with zero {many}", f"{who} don't have a {one}",
            f"that have not {done} any {one}", f"lacking {many}"])
    elif kind == "morethan":
        cmp = {">": ["more than", "over", "greater than"], ">=": ["at least", "no less than", "a minimum of"], "<": ["less than",
            "fewer than", "under"], "=": ["exactly", "just"]}[it["op"]]
        w = rng.choice(["with {0} {1} {2}", "{3} have {0} {1} {2}", "{3} {4} {0} {1} {2}", "having {0} {1} {2}", "{3} have {5} {0} {1} {2}",
            "whose number of {2} is {0} {1}"]).format(rng.choice(cmp), k, many, who, v, done)
    elif kind == "percount":
        return rng.choice([f"number of {many} per {s.one}{s.tail}", f"how many {many} does each {s.head}{s.one}{s.tail} have",
            f"count of {many} for each {s.head}{s.one}{s.tail}", f"for each {s.head}{s.one}{s.tail}, how many {many} are there",
            f"{show} {x} with their number of {many}", f"{one} count by {s.one}{s.tail}", f"{many} per {s.one}{s.tail}",
            f"how many {many} has every {s.head}{s.one}{s.tail} {done}",
            f"{show} every {s.head}{s.one}{s.tail} and the number of {many} they {v}",
                           f"count {many} by {s.one}{s.tail}", f"{show} each {s.head}{s.one}{s.tail} along with the count of their {many}"])
    elif kind == "sumlinked":
        return rng.choice([f"{show} the ", "", "what is the ", "for each one, the "]) + say_group(rng, s.one,
            f"{pick(rng, AGG[it['agg']])} {one} {pick(rng, it['col'].names)}") + s.tail
    else:
        m = rng.choice(["most", "highest number of", "largest number of", "greatest number of",
            "maximum number of"] if it["most"] else ["fewest", "least", "lowest number of", "smallest number of"])
        start = rng.choice([f"which {s.head}{s.one}{s.tail}", f"what {s.one}{s.tail}"] + (["who"] if a.cls == "p" and not s.tail else []))
        return rng.choice([f"{start} {v3} the {m} {many}", f"{start} has the {m} {many}", f"{s.head}{s.one}{s.tail} with the {m} {many}",
            f"find the {s.head}{s.one}{s.tail} {who} {v3} the {m} {many}", f"{start} has {done} the {m} {many}",
            f"{show} the {s.one}{s.tail} with the {m} {many}", f"the {s.one}{s.tail} that has the {m} {many}"])
    if not it["most"]:  # here "most" tells the list (true) from the count
        return rng.choice([f"how many {x} {w}", f"number of {x} {w}", f"count {x} {w}", f"count of {x} {w}", f"how many {x} are there {w}",
            f"what is the number of {x} {w}", f"tell me how many {x} {w}"])
    return rng.choice([f"{show} {rng.choice(['', 'all ', 'the '])}{x} {w}", f"{x} {w}",
        f"which {x} {w.replace(who + ' ', '', 1)}" if w.startswith(who) else f"which {x} are {w}", f"{show} the {x} {w}", f"all {x} {w}"])


def say_having(rng, it, s):
    g, k = plural(pick(rng, it["by"].names)), say_number(rng, it["n"])
    w = rng.choice(["more than", "over", "greater than"] if it["most"] else ["fewer than", "less than", "under"])
    return rng.choice([f"which {g} have {w} {k} {s.np()}", f"{g} with {w} {k} {s.np()}",
        f"{rng.choice(SHOW)} the {g} that have {w} {k} {s.np()}", f"{g} having {w} {k} {s.np()}",
        f"for which {g} are there {w} {k} {s.np()}", f"{g} whose number of {s.np()} is {w} {k}"])


def say_intent(rng, it):
    kind = it["kind"]
    s = Said(rng, it, terse=rng.random() < 0.2)
    if kind == "groupagg": return say_group(rng, pick(rng, it["by"].names), rng.choice(["the ",
        ""]) + f"{pick(rng, AGG[it['agg']])} {pick(rng, it['col'].names)} of {s.np()}")
    if kind in ("top", "extreme"): return say_ranked(rng, it, s, it["n"] if kind == "top" else None)
    if kind == "owned": return say_owned(rng, it, s)
    if kind in ("with", "without", "morethan", "percount", "mostlinked", "sumlinked"): return say_linked(rng, it, s)
    return {"list": say_list, "columns": say_columns, "count": say_count, "agg": say_agg, "groupcount": say_groupcount, "order": say_order,
        "mostgroup": say_mostgroup, "distinct": say_distinct,
            "countdistinct": say_countdistinct, "series": say_series, "share": say_share, "recent": say_recent, "lookup": say_lookup,
                "having": say_having}[kind](rng, it, s)


def synonyms(rng, text, chance):
    """Replaces words by others of their group, singular or plural, each with this chance."""
    def swap(m):
        w = m.group(0)
        low = w.lower()
        # Words that are mostly verbs or part of a phrase here are no synonyms of the noun.
        if rng.random() > chance or low in KEEP: return w
        if low in SYN: return rng.choice(SYN[low])
        if low.endswith("ies") and low[:-3] + "y" in SYN: return plural(rng.choice(SYN[low[:-3] + "y"]))
        if low.endswith("s") and low[:-1] in SYN and low[:-1] not in KEEP: return plural(rng.choice(SYN[low[:-1]]))
        return w
    return re.sub(r"[A-Za-z]+", swap, text)


def surface(rng, text):
    """Small changes that mean nothing: politeness, case, punctuation, a slip of the finger."""
    r = rng.random()
    if r < 0.06: text = rng.choice(["please ", "can you tell me ", "could you tell me ", "I want to know ", "hi, ", "quick question: ",
        "hey, "]) + text
    elif r < 0.1: text = text + rng.choice([" please", ", please", " thanks", " for me", " right now", " in the database", " in our system",
        " on record"])
    words = text.split()
    if len(words) > 4 and rng.random() < 0.04:
        i = rng.randrange(len(words))
        w = words[i]
        if len(w) > 4 and w.isalpha():
            j = rng.randrange(1, len(w) - 2)
            words[i] = w[:j] + w[j + 1] + w[j] + w[j + 2:] if rng.random() < 0.5 else w[:j] + w[j + 1:]
    text = " ".join(words)
    return text + rng.choice(["", "", "?", "?", "."])


def say(rng, it):
    text = say_intent(rng, it)
    if rng.random() < 0.35: text = synonyms(rng, text, 0.25)
    text = surface(rng, text)
    return text[:1].upper() + text[1:] if rng.random() < 0.5 else text
