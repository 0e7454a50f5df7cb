"""Trains the encoder: two wordings of a question close together, all others of the batch apart.

A batch comes from few databases and holds whole families of near-misses, so that the
questions to tell apart are those that are hard to tell apart.
"""
import argparse
import math
import random
import time

import torch
import torch.nn.functional as F

import evaluate
import model as m
import pool
from reword import reword
from tokenizer import Tokenizer


class Batches:
    def __init__(self, sources, tok, size, seed):
        self.rng, self.size, self.tok = random.Random(seed), size, tok
        self.cache = {}
        self.shares = [share for share, _ in sources.values()]
        self.sources = [[fams for fams in domains.values() if fams] for _, domains in sources.values()]

    def ids(self, text):
        if text not in self.cache:
            self.cache[text] = self.tok.encode(text)
        return self.cache[text]

    def some(self, families):
        """Whole families of one database, up to a third of a batch: each meaning in two wordings."""
        pairs, rng = [], self.rng
        for fam in rng.sample(families, len(families)):
            for meaning, wordings in fam:
                a, b = rng.sample(wordings, 2) if len(wordings) > 1 else wordings * 2
                changed = a == b or rng.random() < 0.5
                pairs.append((meaning, self.ids(a), self.tok.encode(reword(rng, b, 0.25)) if changed else self.ids(b)))
            if len(pairs) >= self.size // 3: break
        return pairs

    def next(self):
        """Meanings, and two wordings of each."""
        domains, pairs = self.rng.choices(self.sources, self.shares)[0], []
        weights = [min(64, len(families)) for families in domains]
        while len(pairs) < self.size:
            pairs += self.some(self.rng.choices(domains, weights)[0])
        return zip(*pairs[:self.size])


def loss_of(model, meanings, a, b, temperature, shift, half):
    rows, n, parts = a + b, len(a), []
    # Short rows apart from long ones: padding would be most of the work.
    order = sorted(range(2 * n), key=lambda i: len(rows[i]))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        for at in range(0, 2 * n, 64):
            parts.append(model.embed(*m.pad([rows[i] for i in order[at:at + 64]]), shift))
    v = torch.cat(parts)[torch.tensor(order).argsort()]
    sim = v @ v.T / temperature
    # Nobody is compared with himself, nor with rows of the same meaning or the very same words.
    number = {}
    label = lambda things: torch.tensor([number.setdefault(x, len(number)) for x in things])
    texts, means = label(map(tuple, rows)), label(meanings * 2)
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    same = (means[:, None] == means) | (texts[:, None] == texts) | (texts[:, None] == texts[target])
    same[torch.arange(2 * n), target] = False
    return F.cross_entropy(sim.masked_fill(same, -1e4), target)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--generated", required=True, help="file written by generate.py")
    p.add_argument("--questions", help="folder of the public question sets (only the allowed ones are read)")
    p.add_argument("--written", nargs="*", default=[], help="files of questions written by hand")
    p.add_argument("--tokenizer", required=True, help="folder written by tokenizer.py")
    p.add_argument("--dev", help="pairs.dev.jsonl: print its recall now and then (never trained on)")
    p.add_argument("--out", required=True, help="checkpoint to write")
    p.add_argument("--steps", type=int, default=3000)
    p.add_argument("--batch", type=int, default=192, help="pairs in a batch")
    p.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate")
    p.add_argument("--temperature", type=float, default=0.05)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--float32", action="store_true", help="no bfloat16; slower, for processors without it")
    args = p.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    tok = Tokenizer.load(args.tokenizer)
    batches = Batches(pool.load(args.generated, args.questions, args.written), tok, args.batch, args.seed)
    net = m.Encoder({**m.CONFIG, "vocab_size": len(tok.vocab)})
    mean = {k: v.clone() for k, v in net.state_dict().items()}
    kept = m.Encoder(net.config)
    decay = [q for q in net.parameters() if q.dim() > 1]
    rest = [q for q in net.parameters() if q.dim() <= 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=args.rate, betas=(0.9,
        0.98))
    print(f"{sum(q.numel() for q in net.parameters()):,} parameters", flush=True)
    shifts, began, total = random.Random(args.seed), time.time(), 0.0
    for step in range(1, args.steps + 1):
        net.train()
        for g in opt.param_groups:
            g["lr"] = args.rate * min(1, step / 100) * (0.5 + 0.5 * math.cos(math.pi * step / args.steps))
        meanings, a, b = map(list, batches.next())
        longest = max(len(r) for r in a + b)
        shift = shifts.randint(0, 128 - longest) if shifts.random() < 0.1 else 0
        loss = loss_of(net, meanings, a, b, args.temperature, shift, not args.float32)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        # The mean of the last steps' weights is what is kept; it is steadier than the last ones.
        with torch.no_grad():
            keep = min(0.995, step / (step + 10))
            for k, v in net.state_dict().items(): mean[k].mul_(keep).add_(v, alpha=1 - keep)
        total += loss.item()
        if step % 25 == 0:
            print(f"step {step}/{args.steps} loss {total / 25:.3f} {time.time() - began:.0f} s", flush=True)
            total = 0.0
        if step % 250 == 0 or step == args.steps:
            torch.save({"config": net.config, "state": mean}, args.out)
            kept.load_state_dict(mean)
            if args.dev: print(evaluate.line(evaluate.recall(evaluate.embedder(kept, tok), args.dev)), flush=True)


if __name__ == "__main__":
    main()
