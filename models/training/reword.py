"""Puts synonyms in the place of words, made anew for every batch: people's questions with more words in them.

The words are those of lexicon.py and of the server's own thesaurus. Of a group some words fit
and some do not; for recall that is no harm, the decision about a question is made elsewhere.
"""
import os
import re

import phrases

THESAURUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../askonce-verifier-v1/synonyms.txt")


def groups():
    known = {k: set(v) for k, v in phrases.SYN.items()}
    with open(THESAURUS, encoding="utf-8") as f:
        lines = [line for line in f if not line.startswith("#")]
    for group in re.findall(r"\b[a-z]+(?:/[a-z]+)+", "".join(lines)):
        words = group.split("/")
        for a in words: known.setdefault(a, set()).update(b for b in words if b != a)
    return {k: sorted(v) for k, v in known.items() if v and k not in phrases.KEEP}


SYN = groups()


def past(word):
    return word + "d" if word.endswith("e") else word[:-1] + "ied" if re.search("[^aeiou]y$", word) else word + "ed"


def ing(word):
    return word[:-1] + "ing" if re.search("[^e]e$", word) else word + "ing"


# An ending, how it is put on, and what may have stood there before.
FORMS = (("s", phrases.plural, ((1, ""), (3, "y"), (2, ""))), ("ed", past, ((2, ""), (1, ""), (3, "y"))), ("ing", ing, ((3, ""), (3, "e"))))


def synonym(rng, word):
    low = word.lower()
    if low in SYN: return rng.choice(SYN[low])
    for ending, put_on, bases in FORMS:
        if not low.endswith(ending): continue
        for cut, old in bases:
            base = low[:-cut] + old
            if base in SYN and len(base) > 2 and put_on(base) == low: return put_on(rng.choice(SYN[base]))
    return word


def reword(rng, text, chance):
    """Each word that has synonyms is replaced with this chance."""
    return re.sub(r"[A-Za-z]+", lambda m: synonym(rng, m.group(0)) if rng.random() < chance else m.group(0), text)
