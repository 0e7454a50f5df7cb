"""The network: a small BERT-like encoder whose mean-pooled output is the vector of a question."""
import math

import torch
from torch import nn
import torch.nn.functional as F

CONFIG = {"vocab_size": 16384, "hidden_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 768,
    "max_position_embeddings": 128}


class Layer(nn.Module):
    def __init__(self, dim, heads, inner, dropout):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.q, self.k, self.v, self.o = (nn.Linear(dim, dim) for _ in range(4))
        self.up, self.down = nn.Linear(dim, inner), nn.Linear(inner, dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask):
        b, n, d = x.shape
        split = lambda t: t.view(b, n, self.heads, d // self.heads).transpose(1, 2)
        h = self.norm1(x)
        q, k, v = split(self.q(h)), split(self.k(h)), split(self.v(h))
        a = torch.softmax((q @ k.transpose(2, 3)).float() / math.sqrt(d // self.heads) + mask, dim=-1).to(v.dtype)
        x = x + self.drop(self.o((a @ v).transpose(1, 2).reshape(b, n, d)))
        return x + self.drop(self.down(F.gelu(self.up(self.norm2(x)))))


class Encoder(nn.Module):
    def __init__(self, config, dropout=0.1):
        super().__init__()
        dim = config["hidden_size"]
        self.config = config
        self.tokens = nn.Embedding(config["vocab_size"], dim)
        self.positions = nn.Embedding(config["max_position_embeddings"], dim)
        self.layers = nn.ModuleList(Layer(dim, config["num_attention_heads"], config["intermediate_size"],
            dropout) for _ in range(config["num_hidden_layers"]))
        self.norm = nn.LayerNorm(dim)
        # How much a token counts in the mean: names and values more than "what is the".
        self.weight = nn.Linear(dim, 1)
        self.drop = nn.Dropout(dropout)
        nn.init.zeros_(self.weight.weight)
        nn.init.zeros_(self.weight.bias)
        nn.init.normal_(self.tokens.weight, std=0.5)
        # Word order starts out faint: the untrained model is then a bag of words, a good start.
        nn.init.normal_(self.positions.weight, std=0.05)
        for layer in self.layers:
            nn.init.normal_(layer.o.weight, std=0.02)
            nn.init.normal_(layer.down.weight, std=0.02)

    def forward(self, ids, mask, shift=0):
        """last_hidden_state; `shift` moves the positions, so that the late ones are trained too."""
        place = torch.arange(ids.shape[1], device=ids.device) + shift
        x = self.drop(self.tokens(ids) + self.positions(place))
        bias = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        x = self.norm(x)
        return x * torch.exp(self.weight(x).float().clamp(-5, 5))

    def embed(self, ids, mask, shift=0):
        h = self.forward(ids, mask, shift).float()
        m = mask[:, :, None].float()
        return F.normalize((h * m).sum(1) / m.sum(1), dim=-1)


def pad(rows):
    """Lists of ids to a rectangle and its mask."""
    n = max(len(r) for r in rows)
    ids = torch.zeros(len(rows), n, dtype=torch.long)
    mask = torch.zeros(len(rows), n, dtype=torch.long)
    for i, r in enumerate(rows):
        ids[i, :len(r)] = torch.tensor(r)
        mask[i, :len(r)] = 1
    return ids, mask
