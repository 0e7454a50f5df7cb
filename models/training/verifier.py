"""The verifier's network: reads two questions side by side and says whether they mean the same.

Input: [CLS] earlier [SEP] new [SEP]. Beside its piece and place every token carries a type of 0..7:
1 where it belongs to the new question, 2 where the other question has the same piece, 4 where the
earlier question's SQL has it. So a small network need not learn what it means to be the same word.
"""
import torch
from torch import nn

import model as m

CONFIG = {**m.CONFIG, "num_hidden_layers": 4}
MAX_QUESTION = 56
MAX_SQL = 160


class Verifier(m.Encoder):
    def __init__(self, config, dropout=0.1):
        super().__init__(config, dropout)
        dim = config["hidden_size"]
        self.types = nn.Embedding(8, dim)
        self.pooled = nn.Linear(dim * 2, dim)
        self.out = nn.Linear(dim, 1)
        nn.init.normal_(self.types.weight, std=0.2)

    def forward(self, ids, mask, types):
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.drop(self.tokens(ids) + self.positions(place) + self.types(types))
        bias = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        x = self.norm(x)
        keep = mask[:, :, None].to(x.dtype)
        both = torch.cat([x[:, 0], (x * keep).sum(1) / keep.sum(1)], dim=-1)
        return self.out(self.drop(torch.tanh(self.pooled(both)))).squeeze(-1)

    def start_from(self, state):
        """Takes what it can from the encoder of the embedding model."""
        own = self.state_dict()
        self.load_state_dict({**own, **{k: v for k, v in state.items() if k in own and v.shape == own[k].shape}})


def encode(tok, earlier, sql, later, cache=None):
    """Ids and types of one pair."""
    def ids(text, limit):
        if cache is None: return tok.encode(text)[1:-1][:limit]
        if text not in cache: cache[text] = tok.encode(text)[1:-1][:limit]
        return cache[text]
    a, b = ids(earlier, MAX_QUESTION), ids(later, MAX_QUESTION)
    known = set(ids(sql, MAX_SQL)) if sql else set()
    in_a, in_b = set(a), set(b)
    cls, sep = tok.ids["[CLS]"], tok.ids["[SEP]"]
    types = [0, *[2 * (i in in_b) + 4 * (i in known) for i in a], 0, *[1 + 2 * (i in in_a) + 4 * (i in known) for i in b], 1]
    return [cls, *a, sep, *b, sep], types


def batch(rows):
    ids, mask = m.pad([r[0] for r in rows])
    types, _ = m.pad([r[1] for r in rows])
    return ids, mask, types
