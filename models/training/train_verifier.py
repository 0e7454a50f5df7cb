"""Trains the verifier on pairs drawn anew for every batch (pairs.py)."""
import argparse
import json
import math
import multiprocessing as mp
import random
import time

import torch
import torch.nn.functional as F

import edits
import pairs as source
import verifier as v
import wordnet
from tokenizer import Tokenizer


def draw(args, seed, queue):
    """A process of its own makes the batches, so that the network never waits for them."""
    rng = random.Random(seed)
    tok = Tokenizer.load(args.tokenizer)
    if args.wordnet: edits.use_wordnet(wordnet.WordNet(args.wordnet))
    sources = source.load(args.generated, args.questions, args.share_alike)
    while True:
        rows = []
        for _ in range(args.batch * 8):
            _, s = rng.choices(sources, [w for w, _ in sources])[0]
            one, sql, two, same = s.pair(rng)
            rows.append((*v.encode(tok, one, sql, two), same))
        # Pairs of like length together: padding would be most of the work.
        rows.sort(key=lambda r: len(r[0]))
        batches = [rows[i:i + args.batch] for i in range(0, len(rows), args.batch)]
        rng.shuffle(batches)
        for b in batches: queue.put(b)


def scores(net, tok, path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    coded = [v.encode(tok, r["cached_question"], r["cached_sql"], r["new_question"]) for r in rows]
    order = sorted(range(len(rows)), key=lambda i: len(coded[i][0]))
    out = [0.0] * len(rows)
    net.eval()
    with torch.no_grad():
        for at in range(0, len(order), 64):
            part = order[at:at + 64]
            for i, s in zip(part, net(*v.batch([coded[i] for i in part])).tolist()): out[i] = s
    net.train()
    return rows, out


def measure(net, tok, path):
    """Hits at 1 % and 2 % of the near-misses served, and the area under the curve."""
    rows, out = scores(net, tok, path)
    same = [s for r, s in zip(rows, out) if r["same"]]
    other = sorted((s for r, s in zip(rows, out) if not r["same"]), reverse=True)
    cut = lambda share: other[int(share * len(other))]
    at = lambda share: 100 * sum(s > cut(share) for s in same) / len(same)
    ranked = sorted([(s, 1) for s in same] + [(s, 0) for s in other])
    rank = sum(i for i, (_, y) in enumerate(ranked, 1) if y)
    auc = (rank - len(same) * (len(same) + 1) / 2) / (len(same) * len(other))
    return f"{path.rsplit('/', 1)[-1]}: hits {at(0.01):.1f} % at 1 %, {at(0.02):.1f} % at 2 %, {at(0.05):.1f} % at 5 %; auc {auc:.4f}"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--generated", required=True, help="file written by generate.py")
    p.add_argument("--questions", help="folder of the public question sets (only the allowed ones are read)")
    p.add_argument("--share-alike", action="store_true", help="also train on the sets under CC BY-SA: the weights are then under it too")
    p.add_argument("--wordnet", help="folder of the WordNet database files")
    p.add_argument("--tokenizer", required=True)
    p.add_argument("--start", help="checkpoint of the encoder (train.py) or of a verifier to go on from")
    p.add_argument("--dev", nargs="*", default=[], help="pairs files: print figures now and then (never trained on)")
    p.add_argument("--out", required=True)
    p.add_argument("--steps", type=int, default=4000)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--rate", type=float, default=7e-4)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--float32", action="store_true")
    args = p.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    queue = mp.Queue(64)
    maker = mp.Process(target=draw, args=(args, args.seed, queue), daemon=True)
    maker.start()
    tok = Tokenizer.load(args.tokenizer)
    net = v.Verifier({**v.CONFIG, "vocab_size": len(tok.vocab)})
    if args.start: net.start_from(torch.load(args.start)["state"])
    mean = {k: w.clone() for k, w in net.state_dict().items()}
    kept = v.Verifier(net.config)
    groups = [{"params": [q for q in net.parameters() if q.dim() > 1], "weight_decay": 0.02}, {"params": [q for q in net.parameters() if q.dim() <= 1], "weight_decay": 0.0}]
    opt = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.98))
    print(f"{sum(q.numel() for q in net.parameters()):,} parameters", flush=True)
    began, total, right, seen = time.time(), 0.0, 0, 0
    for step in range(1, args.steps + 1):
        for g in opt.param_groups: g["lr"] = args.rate * min(1, step / 200) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * step / args.steps)))
        rows = queue.get()
        want = torch.tensor([float(r[2]) for r in rows])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=not args.float32):
            got = net(*v.batch(rows)).float()
        loss = F.binary_cross_entropy_with_logits(got, want * 0.98 + 0.01)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        with torch.no_grad():
            keep = min(0.997, step / (step + 10))
            for k, w in net.state_dict().items(): mean[k].mul_(keep).add_(w, alpha=1 - keep)
        total, right, seen = total + loss.item(), right + ((got > 0) == (want > 0.5)).sum().item(), seen + len(rows)
        if step % 50 == 0:
            print(f"step {step}/{args.steps} loss {total / 50:.3f} right {100 * right / seen:.1f} % {time.time() - began:.0f} s", flush=True)
            total, right, seen = 0.0, 0, 0
        if step % 1000 == 0 or step == args.steps:
            torch.save({"config": net.config, "state": mean}, args.out)
            kept.load_state_dict(mean)
            for path in args.dev: print(measure(kept, tok, path), flush=True)
    maker.terminate()


if __name__ == "__main__":
    main()
