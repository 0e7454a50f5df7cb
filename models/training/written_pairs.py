"""Pairs from the questions in written/: python written_pairs.py written/*.jsonl > pairs.jsonl"""
import json
import random
import sys


def pairs(anchor, rng):
    wordings = [anchor["question"], *anchor["same"]]
    yield from ((wordings[0], other, True, "written") for other in anchor["same"])
    others = [(a, b) for a in wordings[1:] for b in wordings if a != b]
    yield from ((a, b, True, "written") for a, b in rng.sample(others, min(6, len(others))))
    for kind, other in anchor["different"]:
        yield wordings[0], other, False, kind
        if anchor["same"]:
            yield rng.choice(anchor["same"]), other, False, kind


def main():
    rng = random.Random(5)
    for path in sys.argv[1:]:
        for line in open(path, encoding="utf-8"):
            anchor = json.loads(line)
            for cached, new, same, kind in pairs(anchor, rng):
                print(json.dumps({"domain": anchor["domain"], "cached_question": cached, "cached_sql": anchor["sql"], "new_question": new, "same": same, "kind": kind}, ensure_ascii=False))


if __name__ == "__main__":
    main()
