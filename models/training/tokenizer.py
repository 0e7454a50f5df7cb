"""Makes the vocabulary, and writes it as a tokenizer.json for transformers.js.

WordPiece over bytes: text is normalised (NFKC, lower case, no accents), cut at spaces and
punctuation, and every word is then spelled in bytes. All 256 bytes are in the vocabulary,
so that no word of any script falls to [UNK]: two different questions in Chinese never get
the same vector. Pieces are learned by byte-pair merges on the training questions. Numbers
get whole tokens up to 100 and for years, and pairs of digits beyond.
"""
import argparse
import collections
import heapq
import itertools
import json
import os
import re
import unicodedata

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MAX_TOKENS = 128
MAX_WORD = 200  # bytes; a longer "word" becomes [UNK]


def byte_letters():
    """The customary printable letter for each byte (the one that tokenizer.json files mean by ByteLevel)."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return {b: chr(b) if b in keep else chr(next(spare)) for b in range(256)}


BYTES = byte_letters()


def is_punctuation(c):
    return (33 <= ord(c) <= 47) or (58 <= ord(c) <= 64) or (91 <= ord(c) <= 96) or (123 <= ord(c) <= 126) or unicodedata.category(c).startswith("P")


def is_cjk(c):
    return any(a <= ord(c) <= b for a, b in ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B81F), (0xF900, 0xFAFF),
        (0x2F800, 0x2FA1F)))


def words(text):
    """The words of a text, spelled in byte letters; must agree with the tokenizer.json below."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    out = []
    for c in text:
        if unicodedata.category(c) == "Mn": continue
        if c.isspace(): out.append(" ")
        elif unicodedata.category(c) in ("Cc", "Cf") or c == "\ufffd": continue
        elif is_punctuation(c) or is_cjk(c): out.append(f" {c} ")
        else: out.append(c)
    return ["".join(BYTES[b] for b in w.encode()) for w in "".join(out).split()]


class Tokenizer:
    def __init__(self, vocab):
        self.vocab = vocab
        self.ids = {t: i for i, t in enumerate(vocab)}
        self.known = {}

    @classmethod
    def load(cls, folder):
        with open(os.path.join(folder, "tokenizer.json"), encoding="utf-8") as f:
            vocab = json.load(f)["model"]["vocab"]
        return cls(sorted(vocab, key=vocab.get))

    def pieces(self, word):
        """Greedy, longest piece first."""
        if word in self.known: return self.known[word]
        out, start = [], 0
        if len(word) > MAX_WORD: out, start = [self.ids["[UNK]"]], len(word)
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self.ids.get(("##" if start else "") + word[start:end])
                if piece is not None: break
            out.append(piece)
            start = end
        self.known[word] = out
        return out

    def encode(self, text):
        body = [i for w in words(text) for i in self.pieces(w)]
        return [self.ids["[CLS]"], *body[:MAX_TOKENS - 2], self.ids["[SEP]"]]


def merges(counts, size):
    """Byte-pair merging: joins the most frequent neighbours until there are `size` pieces."""
    words_ = [(["##" * (i > 0) + c for i, c in enumerate(w)], n) for w, n in counts.items()]
    pairs, where, found = collections.Counter(), collections.defaultdict(set), set()
    for k, (w, n) in enumerate(words_):
        for p in zip(w, w[1:]):
            pairs[p] += n
            where[p].add(k)
    # A heap of (-count, pair); entries whose count has changed since are skipped.
    heap = [(-n, p) for p, n in pairs.items()]
    heapq.heapify(heap)
    while len(found) < size and heap:
        n, best = heapq.heappop(heap)
        if -n != pairs[best] or n > -2: continue
        changed = set()
        joined = best[0] + best[1][2:]
        found.add(joined)
        for k in list(where[best]):
            w, n = words_[k]
            for p in zip(w, w[1:]):
                pairs[p] -= n
                where[p].discard(k)
                changed.add(p)
            new, i = [], 0
            while i < len(w):
                if i + 1 < len(w) and (w[i], w[i + 1]) == best:
                    new.append(joined)
                    i += 2
                else:
                    new.append(w[i])
                    i += 1
            words_[k] = (new, n)
            for p in zip(new, new[1:]):
                pairs[p] += n
                where[p].add(k)
                changed.add(p)
        for p in changed: heapq.heappush(heap, (-pairs[p], p))
    return found


def build(texts, size):
    counts = collections.Counter(w for t in texts for w in words(t))
    base = SPECIAL + [BYTES[b] for b in range(256)] + ["##" + BYTES[b] for b in range(256)]
    numbers = [str(n) for n in (*range(10, 101), *range(1950, 2031), 200, 300, 400, 500, 1000,
        10000)] + [f"##{n:02d}" for n in range(100)] + ["##000"]
    # Rare words are names and slips; counting by the square root keeps the vocabulary broad.
    letters = {w: max(1, round(n ** 0.5)) for w, n in counts.items() if n >= 3 and len(w) > 1 and not re.search(r"\d", w)}
    learned = merges(letters, size - len(base) - len(numbers))
    return base + [n for n in numbers if n not in base] + sorted(learned - set(base) - set(numbers))


def save(vocab, folder):
    special = [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for i,
        t in enumerate(SPECIAL)]
    ids = {t: i for i, t in enumerate(vocab)}
    spec = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "BertNormalizer", "clean_text": True,
            "handle_chinese_chars": True, "strip_accents": True, "lowercase": True}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "BertPreTokenizer"}, {"type": "ByteLevel",
            "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": {"type": "TemplateProcessing",
                           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                               {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                               {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                               {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
                           "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in ("[CLS]", "[SEP]")}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": MAX_WORD,
            "vocab": ids},
    }
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": MAX_TOKENS, "pad_token": "[PAD]",
        "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    os.makedirs(folder, exist_ok=True)
    for name, value in (("tokenizer.json", spec), ("tokenizer_config.json", config)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(value, f, ensure_ascii=False, separators=(",", ":"))


def main():
    import pool
    from reword import SYN
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--generated", required=True, help="file written by generate.py")
    p.add_argument("--questions", help="folder of the public question sets")
    p.add_argument("--written", nargs="*", default=[], help="files of questions written by hand")
    p.add_argument("--size", type=int, default=16384, help="tokens in the vocabulary")
    p.add_argument("--out", required=True, help="folder for tokenizer.json and tokenizer_config.json")
    args = p.parse_args()
    # Three times, so that no synonym counts as a slip.
    said = itertools.chain(pool.texts(pool.load(args.generated, args.questions, args.written)), list(SYN) * 3)
    vocab = build(said, args.size)
    save(vocab, args.out)
    print(f"{len(vocab)} tokens")


if __name__ == "__main__":
    main()
