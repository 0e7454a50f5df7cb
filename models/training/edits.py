"""Small edits of a question: some leave its meaning, some change it.

A pair of true rephrasings stays the same under an edit of the first sort and becomes a
near-miss under one of the second sort. So a near-miss need not share its words with the
earlier question, and a rephrasing may share all of them: a verifier that counts words learns nothing.
Every edit takes (rng, text) and returns a new text, or None where it has nothing to do.
"""
import re

import phrases as ph

lines = lambda text: [[w.strip() for w in line.split("/")] for line in text.strip().split("\n")]

# One bound in many words. Within a line the meaning stays, between lines it changes.
BOUNDS = lines("""more than/over/above/greater than/higher than/exceeding/in excess of/>/larger than/bigger than
less than/under/below/fewer than/smaller than/lower than/</short of
at least/no less than/no fewer than/a minimum of/not less than/not below/>=/not under
at most/no more than/up to/a maximum of/not more than/not above/<=/not over
exactly/precisely/equal to/=
not equal to/other than/different from/!=
about/around/roughly""")
ENDS = lines("""highest/largest/biggest/greatest/maximum/max/most/top
lowest/smallest/least/minimum/min/fewest/bottom""")
OPPOSITES = lines("""oldest/youngest
newest/oldest
latest/earliest
first/last
longest/shortest
best/worst
cheapest/most expensive
tallest/shortest
heaviest/lightest
fastest/slowest
most/least
more/fewer
ascending/descending
alphabetical/reverse alphabetical
increasing/decreasing
before/after
since/until
and/or
both/either
with/without
above/below
inside/outside
from/to
this/last
next/last
last/next
current/previous
daily/weekly
monthly/yearly
weekly/monthly
active/inactive
open/closed
paid/unpaid
male/female
sent/received
bought/sold
arrival/departure
arrive/depart
arriving/departing
won/lost
start/end
started/ended
opened/closed
created/updated
shipped/delivered
approved/rejected
completed/cancelled
ordered/returned
same/different
north/south
east/west
include/exclude
including/excluding
online/offline
check-in/check-out
checked in/checked out
prepaid/postpaid
made/received
origin/destination
incoming/outgoing
deposit/withdrawal
deposits/withdrawals
debit/credit
arrivals/departures
day/night
joined/left
lent/borrowed
opened/filed
hired/fired
passed/failed
present/absent
public/private
new/used
domestic/international
hours/minutes
minutes/seconds
days/weeks
weeks/months
months/years
km/miles
dollars/euros
kg/pounds
gross/net
parent/child
winner/loser
home/away
buyer/seller
sender/receiver
employee/manager
teacher/student
supplier/customer
first name/last name
city/country
name/address
name/id
title/description
price/quantity
cost/price
age/height
year/month
date/time
length/width""")
AGGREGATES = lines("""average/mean/avg
total/sum/sum of/combined/overall
maximum/highest/largest/max
minimum/lowest/smallest/min
median
number of/count of/total number of
percentage of/share of/proportion of
standard deviation of""")
WORDS = lines("""average/avg/mean
number/no./num/count
quantity/qty
department/dept
maximum/max/highest
minimum/min/lowest
and/&
percent/%/percentage
customer/client/cust
customers/clients/custs
employee/emp/staff member
amount/amt
address/addr
telephone/phone/tel
telephone number/phone number/phone
between/within/ranging from
grouped by/for each/per/for every
each/every
for each/for every/per
excluding/except/other than/apart from/not counting/leaving out
without/with no/lacking/that have no/having no/not having any
never/not ever/at no time
do not/don't/dont
does not/doesn't/does'nt
did not/didn't/never
is not/isn't
are not/aren't
has not/hasn't
have not/haven't
was not/wasn't
who/that/which
located in/situated in/based in
named/called/with the name/whose name is/by the name of/with name
sorted by/ordered by/in order of/ranked by/sort by/arranged by
in ascending order/ascending/from low to high/from lowest to highest/lowest first/smallest first
in descending order/descending/from high to low/from highest to lowest/highest first/largest first
in alphabetical order/alphabetically/from A to Z
distinct/different/unique
earliest/first/oldest
latest/most recent/newest/last
last year/the previous year/the past year
the last/the past/the previous/the latest
together with/along with/and/as well as/and also
older than/over the age of/above the age of/aged over
younger than/under the age of/below the age of/aged under
most expensive/priciest/costliest/highest priced
cheapest/least expensive/lowest priced
usa/united states/america
reside in/live in/dwell in
how long/what length
pieces of/items of
hour/hr
hours/hrs
minutes/min
kilometres/km/kilometers
square metres/sqm/square meters
year/yr
street/st.
information/info/details/data
identifier/id
ids/identifiers
""")
HEADS = ["what is", "what are", "what is the", "what are the", "show me", "show", "list", "give me", "give", "find", "return", "tell me", "display", "please show",
    "can you show me", "could you list", "i need", "i want to see", "get", "pull up", "provide", "report", "name", "state", "which are", "fetch",
    "what were", "what was", "could you tell me", "i would like to know", "do you know", "let me know", "present", "retrieve", "output", "print", "list out"]
POLITE = (["please", "hi,", "hello,", "hey,", "could you please tell me:", "i was wondering:", "quick question:", "would you kindly tell me", "for my report,",
    "may i ask", "just checking:", "one more thing:", "can you tell me", "would you mind telling me"],
    ["please", "thanks", "thank you", "thanks in advance", "if you can", "kindly", "cheers", "much appreciated", "please?", "for me", "exactly"])
STOP = set("the a an of is are was were do does did there that all me please show list give what which find return have has had".split())
MODIFIERS = ("in 2019/in 2021/last year/this month/in the last 30 days/since 2018/before 2010/today/who are active/that are active/in Texas/in London/from Canada/"
    "in the north region/with a rating above 4/over 100/per year/by month/for each region/by department/per customer/grouped by status/on average/"
    "excluding cancelled ones/that were paid/not yet paid/without a manager/in the top 5/except the first/and their ids/and their names/with the date/"
    "more than once/at least twice/for the first time/at night/on weekends/under 18/with no email/in percent/in euros/in thousands/"
    "sorted by name/in descending order/only the first 10/including archived ones/for women/for men/older than 30/who never ordered/both online and in store").split("/")
UNITS = set("kg km m cm mm g lb lbs mile miles hour hours minute minutes second seconds percent % dollars euros usd eur pounds degrees metres meters feet inches litres gb mb sqm square hectares ha tons years days weeks months".split())
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.]*\w)")
SPOKEN = {w: i for i, w in enumerate(ph.NUMERALS)}
SPOKEN_RE = re.compile(r"\b(" + "|".join(ph.NUMERALS[1:]) + r")\b", re.I)


def whole(word):
    return (r"\b" if word[0].isalnum() else r"(?<!\S)") + re.escape(word) + (r"\b" if word[-1].isalnum() else r"(?!\S)")


def table(groups):
    """word -> groups that hold it; longest words first in the pattern."""
    where = {}
    for i, g in enumerate(groups):
        for w in g: where.setdefault(w.lower(), []).append(i)
    names = sorted(where, key=len, reverse=True)
    return where, re.compile("|".join(whole(w) for w in names), re.I)


T = {name: table(g) for name, g in dict(bounds=BOUNDS, ends=ENDS, opposites=OPPOSITES, aggregates=AGGREGATES, words=WORDS).items()}


def replace_one(rng, text, name, choose):
    where, pattern = T[name]
    found = list(pattern.finditer(text))
    rng.shuffle(found)
    for m in found:
        new = choose(m.group(0).lower(), where[m.group(0).lower()])
        if new is not None and new != m.group(0).lower():
            if m.group(0)[0].isupper() and new[0].isalpha() and m.start() == 0: new = new[0].upper() + new[1:]
            return text[:m.start()] + new + text[m.end():]
    return None


def within(groups):
    def edit(rng, text):
        return replace_one(rng, text, groups, lambda w, at: rng.choice(globals()[groups.upper()][rng.choice(at)]))
    return edit


def across(groups):
    def edit(rng, text):
        rows = globals()[groups.upper()]
        return replace_one(rng, text, groups, lambda w, at: rng.choice(rng.choice([g for i, g in enumerate(rows) if i not in at])))
    return edit


def opposite(rng, text):
    def choose(w, at):
        a, b = OPPOSITES[rng.choice(at)]
        return b if w == a else a
    return replace_one(rng, text, "opposites", choose)


def other_number(rng, text):
    found = list(NUMBER.finditer(text)) + list(SPOKEN_RE.finditer(text))
    if not found: return None
    m = rng.choice(found)
    raw = m.group(0).lower()
    if raw in SPOKEN: new = rng.choice([w for w in ph.NUMERALS[1:] if w != raw])
    else:
        n = float(raw.replace(",", ""))
        i = int(n)
        if "." in raw: new = str(round(n + rng.choice([-1, 1, 0.5, 10]), 2))
        elif 1900 <= i <= 2030: new = str(i + rng.choice([-10, -3, -2, -1, 1, 2, 3, 5]))
        else: new = str(max(0, rng.choice([i + 1, i - 1, i + 2, i * 10, i + 5, i + 10, i * 2, i + 100, rng.randint(1, 100)])))
        if new == raw: new = str(i + 1)
    return text[:m.start()] + new + text[m.end():]


def negate(rng, text):
    for pattern, new in rng.sample([(r"\b(?:not|never) ", ""), (r"n't\b", ""), (r"\bno (?=\w)", ""), (r"\bwithout\b", "with"), (r"\bwith no\b", "with")], 5):
        if re.search(pattern, text, re.I): return re.sub(pattern, new, text, count=1, flags=re.I)
    found = list(re.finditer(r"\b(?:that|who|which|and|they|with|where) (are|is|was|were|do|does|did|have|has|had|can)\b", text, re.I))
    if found:
        m = rng.choice(found)
        return text[:m.end()] + rng.choice([" not", " never", " not"]) + text[m.end():]
    for a, b in rng.sample([(r"\b(who|that|which) (?=\w+(?:ed|s) )", r"\1 never "), (r"\bwith (?!the|which|each)", "without "), (r"\bhave (?=\w+ed )", "have not "), (r"\bin (?=[A-Z\d])", "not in ")], 4):
        if re.search(a, text): return re.sub(a, b, text, count=1)
    return None


def modify(rng, text):
    extra = rng.choice(MODIFIERS)
    body = text.rstrip("?. !")
    if extra in body: return None
    return rng.choice([f"{body} {extra}", f"{extra}, {body}", f"{body} {extra}?"])


def unit_shift(rng, text):
    """"more than 4 orders" is "at least 5 orders", but "more than 4 kg" is not "at least 5 kg"."""
    m = re.search(r"\b(more than|over|at least|fewer than|less than|at most|no more than|no fewer than) (\d{1,3}) ([a-z]+s)\b", text)
    if not m or m.group(3) in UNITS: return None
    word, n, noun = m.group(1), int(m.group(2)), m.group(3)
    if n < 1: return None
    new = {"more than": [f"at least {n + 1}", f"{n + 1} or more", f">= {n + 1}"], "over": [f"at least {n + 1}", f"{n + 1} or more"],
        "at least": [f"more than {n - 1}", f"{n} or more", f"no fewer than {n}"], "no fewer than": [f"{n} or more", f"more than {n - 1}"], "fewer than": [f"at most {n - 1}", f"no more than {n - 1}"],
        "less than": [f"at most {n - 1}", f"{n - 1} or fewer"], "at most": [f"fewer than {n + 1}", f"{n} or fewer"], "no more than": [f"fewer than {n + 1}", f"up to {n}"]}[word]
    return f"{text[:m.start()]}{rng.choice(new)} {noun}{text[m.end():]}"


def or_more(rng, text):
    for pattern, forms in rng.sample([(r"\b(?:at least|no fewer than|no less than|a minimum of) (\$?\d[\d,.]*)", ["{0} or more", ">= {0}", "{0} or higher", "not below {0}"]),
            (r"\b(?:at most|no more than|a maximum of|up to) (\$?\d[\d,.]*)", ["{0} or less", "<= {0}", "{0} or fewer", "not above {0}"]),
            (r"\b(?:more than|over|above|greater than|exceeding) (\$?\d[\d,.]*)", ["> {0}", "not {0} or less", "in excess of {0}"]),
            (r"\b(?:less than|under|below|fewer than) (\$?\d[\d,.]*)", ["< {0}", "not {0} or more", "short of {0}"])], 4):
        m = re.search(pattern, text)
        if m: return text[:m.start()] + rng.choice(forms).format(m.group(1)) + text[m.end():]
    return None


def say_number(rng, text):
    m = SPOKEN_RE.search(text)
    if m and rng.random() < 0.6: return text[:m.start()] + str(SPOKEN[m.group(0).lower()]) + text[m.end():]
    found = [m for m in NUMBER.finditer(text) if m.group(0).isdigit()]
    if not found: return None
    m = rng.choice(found)
    n = int(m.group(0))
    forms = [ph.NUMERALS[n]] if n <= 12 else [ph.TENS[n]] if n in ph.TENS else [f"{n:,}"] if n >= 10000 or 1000 <= n < 1900 else []
    if n >= 1000 and n % 1000 == 0: forms.append(f"{n // 1000}k")
    return text[:m.start()] + rng.choice(forms) + text[m.end():] if forms else None


def polite(rng, text):
    if rng.random() < 0.5: return f"{rng.choice(POLITE[0])} {text[0].lower() + text[1:]}"
    return f"{text.rstrip('?. ')}{rng.choice([', ', ' ', '. '])}{rng.choice(POLITE[1])}"


def surface(rng, text):
    return rng.choice([text.lower(), text.rstrip("?. ").lower(), text.rstrip("?. ") + "?", text.rstrip("?. ") + ".", text.rstrip("?. !"), text.upper() if rng.random() < 0.2 else text.lower()])


def head(rng, text):
    """"What are the X?" is "Show me the X"."""
    m = re.match(r"(?:what (?:is|are|was|were)|show me|show|list|give me|give|find|return|tell me|display|can you \w+(?: me)?|please \w+(?: me)?|get|provide|report)\b(?: the| all the| all)? (?=\w)", text, re.I)
    if not m or re.match(r"(if|how|whether|which|who|what|out)\b", text[m.end():], re.I): return None
    return f"{rng.choice(HEADS + ['', ''])} {rng.choice(['the', 'the', '', 'all'])} {text[m.end():].rstrip('?. ')}{rng.choice(['', '?', '.'])}".strip()


def counting(rng, text):
    m = re.match(r"(?:how many|(?:what is |give |show |find |return |count |tell me )?(?:the )?(?:total )?(?:number|count) of|count the(?: number of)?|count)\s+(\w+(?: \w+)?)(?: (?:are|is) there)?\b", text, re.I)
    if not m or re.search(r"\b(did|does|do|has|have|and|are|is|of|in|that|who)\b", m.group(1)): return None
    rest = text[m.end():].rstrip("?. ")
    what = m.group(1)
    if re.match(r"\s*(do|does|did|are|is|were|was|have|has|had|can|will)\b", rest): return None
    return rng.choice(["how many {0} are there{1}", "number of {0}{1}", "count of {0}{1}", "count the {0}{1}", "what is the number of {0}{1}", "{0} count{1}", "total number of {0}{1}", "# of {0}{1}", "# {0}{1}",
        "tell me how many {0} there are{1}", "the {0}{1}, how many are there?"]).format(what, rest)


def keywords(rng, text):
    body = [w for w in text.rstrip("?. ").split() if w.lower() not in STOP or rng.random() < 0.15]
    return " ".join(body) if len(body) >= 2 and not re.search(r"\bhow many\b", text, re.I) else None


def typo(rng, text):
    at = [m for m in re.finditer(r"\b[a-z]{5,}\b", text)]
    if not at: return None
    out = text
    for m in sorted(rng.sample(at, min(len(at), rng.choice([1, 1, 2]))), key=lambda m: -m.start()):
        w, i = m.group(0), rng.randint(1, len(m.group(0)) - 2)
        new = rng.choice([w[:i] + w[i + 1] + w[i] + w[i + 2:], w[:i] + w[i + 1:], w[:i] + w[i] + w[i:]])
        out = out[:m.start()] + new + out[m.end():]
    return out if out != text else None


def front(rng, text):
    """A clause moves to the front: "for each region", "in 2023"."""
    found = list(re.finditer(r" ((?:for each|for every|per|in|during|since|before|after|among|for) (?:the )?[\w'-]+(?: [A-Z\d][\w'-]*)*)(?=[?.]?$)", text))
    if not found: return None
    m = found[-1]
    rest = (text[:m.start()] + text[m.end():]).strip()
    sep = rng.choice([", ", ": ", " "])
    lead = m.group(1)
    return lead[0].upper() + lead[1:] + sep + rest[0].lower() + rest[1:]


def passive_order(rng, text):
    """Listed things change places: "name and age" is "age and name"."""
    m = re.search(r"\b(?:the |their |its |both )?(\w+),? and (?:the |their )?(\w+)\b(?= of| for| from| in\b|\?|\.|$)", text)
    if not m or m.group(1).lower() in STOP or m.group(2).lower() in STOP: return None
    lead = text[m.start():m.start(1)]
    return f"{text[:m.start()]}{lead}{m.group(2)} and {m.group(1)}{text[m.end():]}"


def synonyms(rng, text):
    new = ph.synonyms(rng, text, 0.35)
    return new if new != text else None


def swap_words(rng, text):
    """Two content words change places: who does what to whom."""
    found = [m for m in re.finditer(r"[A-Za-z][\w'-]{2,}", text) if m.group(0).lower() not in STOP and m.start() > 0]
    if len(found) < 3: return None
    i = rng.randrange(len(found) - 1)
    j = rng.choice([k for k in range(i + 1, min(len(found), i + 5))])
    a, b = found[i], found[j]
    between = text[a.end():b.start()].lower()
    if a.group(0).lower() == b.group(0).lower() or re.search(r",|\band\b|\bor\b|&", between): return None
    # Only across a relation does the swap make another question; elsewhere it makes no sentence.
    if not re.search(r"\b(of|by|to|from|than|with|for|who|that|whose|in|per|each|at|on|under|over)\b|'s", between): return None
    return text[:a.start()] + b.group(0) + text[a.end():b.start()] + a.group(0) + text[b.end():]


def swap_values(rng, text):
    found = list(re.finditer(r"(?<!^)(?<![.?!] )\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*|\b\d+\b", text))
    if len(found) < 2: return None
    a, b = found[0], found[1]
    if a.group(0) == b.group(0) or re.fullmatch(r"[\s,]*(and|or|,)[\s]*", text[a.end():b.start()]): return None
    return text[:a.start()] + b.group(0) + text[a.end():b.start()] + a.group(0) + text[b.end():]


def value(pool):
    """Another proper name, taken from other questions of the database."""
    def edit(rng, text):
        found = list(re.finditer(r"(?<!^)(?<![.?!] )\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*|(?<=['\"])[^'\"]{2,30}(?=['\"])", text))
        names = pool[0]
        if not found or not names: return None
        m, new = rng.choice(found), rng.choice(names)
        return None if new.lower() == m.group(0).lower() or m.group(0) == "I" else text[:m.start()] + new + text[m.end():]
    return edit


def word(pool):
    """Another content word of the database in the place of one."""
    def edit(rng, text):
        known = {w.lower() for w in re.findall(r"\w+", text)}
        found = [m for m in re.finditer(r"\b[a-z]{3,}\b", text) if m.group(0) not in STOP and m.group(0) in pool[2]]
        if not found or not pool[1]: return None
        m, new = rng.choice(found), rng.choice(pool[1])
        if new in known or ph.SYN.get(new, ()) and m.group(0) in ph.SYN[new] or new[:4] == m.group(0)[:4]: return None
        return text[:m.start()] + new + text[m.end():]
    return edit


FUNCTION = STOP | set("how many much who whom whose when where why than with from by for to in on at and or not no each every per any some their its his her they it as be been than then over under more less most least number name names total average can could will would should one two three i my we our you your".split())


def vocabulary(questions):
    """(proper values, content words that come up twice or more, the same as a set) of one database."""
    values, words = set(), {}
    for q in questions:
        for m in re.finditer(r"(?<!^)(?<![.?!] )\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*|(?<=['\"])[^'\"]{2,30}(?=['\"])", q): values.add(m.group(0))
        for w in set(re.findall(r"\b[a-z]{3,}\b", q)):
            if w not in FUNCTION: words[w] = words.get(w, 0) + 1
    kept = sorted(w for w, n in words.items() if n > 1 or len(questions) < 40)
    return sorted(values - {"I"}), kept, set(kept)


SAME = [(polite, 2), (surface, 3), (head, 3), (counting, 2), (keywords, 1), (typo, 1.5), (front, 1.5), (passive_order, 1), (synonyms, 3), (say_number, 3), (or_more, 2), (unit_shift, 2),
    (within("bounds"), 4), (within("words"), 4), (within("ends"), 2)]
OTHER = [(other_number, 3), (across("bounds"), 2.5), (across("ends"), 2), (across("aggregates"), 2), (opposite, 4), (negate, 3), (modify, 2), (swap_words, 0.7), (swap_values, 1)]


def draw(rng, edits):
    return rng.choices([e for e, _ in edits], [w for _, w in edits])[0]


def keep_meaning(rng, text, times):
    for _ in range(times):
        text = draw(rng, SAME)(rng, text) or text
    return re.sub(r"\s+", " ", text).strip()


def change_meaning(rng, text, pool):
    """A near-miss of `text`, or None."""
    edits = OTHER + [(value(pool), 4), (word(pool), 3.5)]
    for _ in range(6):
        new = draw(rng, edits)(rng, text)
        if new and new.lower().split() != text.lower().split(): return re.sub(r"\s+", " ", new).strip()
    return None
