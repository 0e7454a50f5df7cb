"""Synonyms and near neighbours of words, from the WordNet 3.0 database files (Debian: wordnet-base).

Read at training time only; nothing of it is shipped. A synonym is taken where both words have the
sense among their commonest; a neighbour is a sister under the same broader word, or the opposite.
"""
import os

import phrases as ph

POS = ("noun", "verb", "adj")
MAX_SENSE = 2


class WordNet:
    def __init__(self, folder):
        self.senses, self.members, self.near, self.above, self.below = {}, {}, {}, {}, {}
        for pos in POS:
            for line in open(os.path.join(folder, f"index.{pos}"), encoding="utf-8"):
                if line.startswith(" "): continue
                f = line.split()
                pointers = int(f[3])
                tagged = int(f[5 + pointers])
                offsets = f[6 + pointers:]
                # Words nobody used in the tagged texts are too rare for a question.
                if tagged: self.senses[(pos, f[0])] = [f"{pos} {o}" for o in offsets[:max(1, min(MAX_SENSE, tagged))]]
            for line in open(os.path.join(folder, f"data.{pos}"), encoding="utf-8"):
                if line.startswith(" "): continue
                f = line.split("|")[0].split()
                key, n = f"{pos} {f[0]}", int(f[3], 16)
                self.members[key] = [f[4 + 2 * i].split("(")[0].lower() for i in range(n)]
                at = 4 + 2 * n
                for i in range(int(f[at])):
                    sign, offset, kind, _ = f[at + 1 + 4 * i:at + 5 + 4 * i]
                    other = f"{ {'n': 'noun', 'v': 'verb', 'a': 'adj', 's': 'adj'}.get(kind, '-') } {offset}"
                    if sign == "@": self.above.setdefault(key, []).append(other); self.below.setdefault(other, []).append(key)
                    if sign in ("!", "&"): self.near.setdefault(key, []).append((sign, other))
        self.cache = {}

    def common(self, pos, synset):
        """Members of a synset that have it among their commonest senses."""
        return [w for w in self.members.get(synset, ()) if synset in self.senses.get((pos, w), ()) and w.count("_") < 2]

    def look(self, word):
        """(synonyms, words that are near and mean something else) of a word in its base form."""
        if word in self.cache: return self.cache[word]
        same, other = set(), set()
        for pos in POS:
            senses = self.senses.get((pos, word), [])
            for s in senses[:1]: same.update(self.common(pos, s))
            for s in senses[:1]:
                for up in self.above.get(s, [])[:1]:
                    sisters = self.below.get(up, [])
                    if len(sisters) <= 60:
                        for sister in sisters:
                            if sister != s: other.update(w for w in self.members[sister] if self.senses.get((pos, w), [None])[0] == sister and "_" not in w)
                for sign, o in self.near.get(s, []):
                    if sign == "!": other.update(self.members.get(o, ()))
            # What means the same in any sense at all is no near-miss.
            for s in senses: other.difference_update(self.members.get(s, ()))
        same.discard(word)
        other -= same | {word}
        self.cache[word] = (sorted(same), sorted(other))
        return self.cache[word]

    def forms(self, word):
        """The same, keeping a plural plural; word in lower case."""
        for base, back in ((word, lambda w: w), (word[:-1] if word.endswith("s") else "", ph.plural), (word[:-3] + "y" if word.endswith("ies") else "", ph.plural), (word[:-2] if word.endswith("es") else "", ph.plural)):
            if len(base) < 3: continue
            same, other = self.look(base)
            if same or other:
                say = lambda ws: [back(w.replace("_", " ")) for w in ws]
                return say(same), say(other)
        return [], []
