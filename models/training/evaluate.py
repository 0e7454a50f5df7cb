"""Measures a checkpoint: is the cached question found again from its rephrasing?

For every same-pair: the rank of the right plan among all cached plans of its database, by
cosine. Plans are the different SQL texts; a plan with several cached wordings ranks by the
nearest of them, though never by one in the very words of the new question. `own@1` is harder:
the right plan counts by the wording of the pair alone. evaluate.mjs measures the shipped files
the same way.
"""
import argparse
import collections
import json
import re

import torch

import model as m
from tokenizer import Tokenizer


def embedder(net, tok):
    def embed(texts):
        net.eval()
        out = torch.zeros(len(texts), net.config["hidden_size"])
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        with torch.no_grad():
            for i in range(0, len(order), 128):
                part = order[i:i + 128]
                out[part] = net.embed(*m.pad([tok.encode(texts[j]) for j in part]))
        return out
    return embed


def recall(embed, path):
    with open(path, encoding="utf-8") as f:
        pairs = [json.loads(line) for line in f]
    domains = collections.defaultdict(list)
    for r in pairs: domains[r["domain"]].append(r)
    ranks, own = [], []
    for rows in domains.values():
        asked = [r for r in rows if r["same"]]
        if not asked: continue
        store = sorted({(r["cached_sql"], r["cached_question"]) for r in rows})
        said = [plain(q) for _, q in store]
        where = {entry: i for i, entry in enumerate(store)}
        plans = {s: i for i, s in enumerate(sorted({s for s, _ in store}))}
        owner = torch.tensor([plans[s] for s, _ in store])
        sims = embed([r["new_question"] for r in asked]) @ embed([q for _, q in store]).T
        for r, sim in zip(asked, sims):
            plan, words = plans[r["cached_sql"]], plain(r["new_question"])
            pair = sim[where[r["cached_sql"], r["cached_question"]]].item()
            nearest = max([pair] + [s for s, p, q in zip(sim.tolist(), owner.tolist(), said) if p == plan and q != words])
            best = torch.full((len(plans),), -1.0).scatter_reduce(0, owner, sim, "amax")
            best[plan] = -1.0
            ranks.append(1 + int((best > nearest).sum()))
            own.append(1 + int((best > pair).sum()))
    at = lambda ranks, k: (torch.tensor(ranks) <= k).float().mean().item()
    return {"pairs": len(ranks), **{f"r@{k}": at(ranks, k) for k in (1, 5, 10, 20)}, "own@1": at(own, 1), "own@10": at(own, 10)}


def plain(text):
    """Case and punctuation aside: equal text is found without any vector."""
    return " ".join(re.findall(r"\w+", text.lower()))


def line(r):
    return " ".join(f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in r.items())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--tokenizer", required=True, help="folder of tokenizer.json")
    p.add_argument("--pairs", required=True, help="pairs file, such as pairs.dev.jsonl")
    args = p.parse_args()
    saved = torch.load(args.checkpoint)
    net = m.Encoder(saved["config"])
    net.load_state_dict(saved["state"])
    print(line(recall(embedder(net, Tokenizer.load(args.tokenizer)), args.pairs)))


if __name__ == "__main__":
    main()
