"""Measures a checkpoint: is the cached question found again from its rephrasing?

For every same-pair: the rank of the cached question among all cached plans of its database,
by cosine. Plans are the different SQL texts of both sides' cached questions; a plan with
several cached wordings ranks by the nearest of them, except the sought one, which counts
only by the wording of the pair. evaluate.mjs measures the shipped files the same way.
"""
import argparse
import collections
import json

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
    ranks, same, other = [], [], []
    for rows in domains.values():
        store = sorted({(r["cached_sql"], r["cached_question"]) for r in rows})
        plans = {s: i for i, s in enumerate(sorted({s for s, _ in store}))}
        where = {q: i for i, (_, q) in enumerate(store)}
        owner = torch.tensor([plans[s] for s, _ in store])
        vectors = embed([q for _, q in store])
        asked = [r for r in rows if r["same"]]
        if not asked: continue
        sims = embed([r["new_question"] for r in asked]) @ vectors.T
        for r, sim in zip(asked, sims):
            mine = sim[where[r["cached_question"]]].item()
            best = torch.full((len(plans),), -1.0).scatter_reduce(0, owner, sim, "amax")
            best[plans[r["cached_sql"]]] = -1.0
            ranks.append(1 + int((best > mine).sum()))
            same.append(mine)
            if len(plans) > 1: other.append(sim[owner != plans[r["cached_sql"]]].mean().item())
    t = torch.tensor(ranks)
    q = torch.tensor(same).quantile(torch.tensor([0.05, 0.5])).tolist()
    return {"pairs": len(ranks), **{f"r@{k}": (t <= k).float().mean().item() for k in (1, 5, 10)}, "same_p05": q[0], "same_median": q[1],
        "other_mean": sum(other) / len(other)}


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
