"""Writes a checkpoint as the folder that transformers.js loads.

The ONNX graph is built here node by node, so that it holds nothing but the network. With
--dtype q8 every weight matrix is stored as int8 with one scale for each output column (for
each token, in the embedding) and multiplied back at load: the runtime folds that into plain
float weights. Activations stay float. So the file is a quarter of the size, and a vector
does not depend on which other texts share its batch, as it would with dynamically
quantised activations.
"""
import argparse
import hashlib
import json
import math
import os
import shutil

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper


LICENSE = "LICENSE.md"


class Graph:
    def __init__(self, int8):
        self.int8, self.nodes, self.weights, self.count = int8, [], [], 0

    def op(self, kind, *inputs, outputs=1, name=None, **attrs):
        self.count += 1
        names = [name or f"{kind.lower()}_{self.count}"] + [f"{kind.lower()}_{self.count}_{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attrs))
        return names[0]

    def const(self, value, name=None):
        self.count += 1
        name = name or f"const_{self.count}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def matrix(self, w, name, axis):
        """A float matrix, or its int8 form with scales along the axis that is summed over."""
        w = w.astype(np.float32)
        if not self.int8: return self.const(w, name)
        scale = np.maximum(np.abs(w).max(axis=axis, keepdims=True), 1e-8) / 127
        q = np.clip(np.rint(w / scale), -127, 127).astype(np.int8)
        return self.op("Mul", self.op("Cast", self.const(q, name + "_q8"), to=TensorProto.FLOAT), self.const(scale.astype(np.float32),
            name + "_scale"))

    def table(self, w, name, pick):
        """Rows of an embedding; with int8 the few rows needed are picked first and then scaled."""
        w = w.astype(np.float32)
        if not self.int8: return pick(self.const(w, name))
        scale = np.maximum(np.abs(w).max(axis=1, keepdims=True), 1e-8) / 127
        q = np.clip(np.rint(w / scale), -127, 127).astype(np.int8)
        rows = self.op("Cast", pick(self.const(q, name + "_q8")), to=TensorProto.FLOAT)
        return self.op("Mul", rows, pick(self.const(scale.astype(np.float32), name + "_scale")))


def build(state, config, int8):
    g = Graph(int8)
    s = {k: v.float().numpy() for k, v in state.items()}
    dim, heads = config["hidden_size"], config["num_attention_heads"]
    ints = lambda *v: g.const(np.array(v, dtype=np.int64))
    length = g.op("Slice", g.op("Shape", "input_ids"), ints(1), ints(2))
    words = g.table(s["tokens.weight"], "tokens", lambda t: g.op("Gather", t, "input_ids", axis=0))
    places = g.table(s["positions.weight"], "positions", lambda t: g.op("Slice", t, ints(0), length, ints(0)))
    x = g.op("Add", words, places)
    # token_type_ids says nothing here; it takes part (times zero) because BERT tokenizers send it.
    nothing = g.op("Mul", g.op("Cast", g.op("Unsqueeze", "token_type_ids", ints(-1)), to=TensorProto.FLOAT), g.const(np.array(0,
        dtype=np.float32)))
    x = g.op("Add", x, nothing)
    mask = g.op("Cast", g.op("Unsqueeze", "attention_mask", ints(1, 2)), to=TensorProto.FLOAT)
    bias = g.op("Mul", g.op("Sub", g.const(np.array(1, dtype=np.float32)), mask), g.const(np.array(-1e4, dtype=np.float32)))

    def norm(t, name):
        return g.op("LayerNormalization", t, g.const(s[name + ".weight"], name + ".weight"), g.const(s[name + ".bias"], name + ".bias"),
            axis=-1, epsilon=1e-5)

    def linear(t, name):
        return g.op("Add", g.op("MatMul", t, g.matrix(s[name + ".weight"].T, name + ".weight", 0)), g.const(s[name + ".bias"],
            name + ".bias"))

    def split(t, perm):
        return g.op("Transpose", g.op("Reshape", t, ints(0, 0, heads, dim // heads)), perm=perm)

    for i in range(config["num_hidden_layers"]):
        p = f"layers.{i}."
        h = norm(x, p + "norm1")
        q, k, v = split(linear(h, p + "q"), [0, 2, 1, 3]), split(linear(h, p + "k"), [0, 2, 3, 1]), split(linear(h, p + "v"), [0, 2, 1, 3])
        a = g.op("Softmax", g.op("Add", g.op("Mul", g.op("MatMul", q, k), g.const(np.array(1 / math.sqrt(dim // heads), dtype=np.float32))),
            bias), axis=-1)
        o = g.op("Reshape", g.op("Transpose", g.op("MatMul", a, v), perm=[0, 2, 1, 3]), ints(0, 0, dim))
        x = g.op("Add", x, linear(o, p + "o"))
        h = linear(norm(x, p + "norm2"), p + "up")
        half = g.op("Mul", h, g.const(np.array(0.5, dtype=np.float32)))
        gelu = g.op("Mul", half, g.op("Add", g.op("Erf", g.op("Mul", h, g.const(np.array(1 / math.sqrt(2), dtype=np.float32)))),
            g.const(np.array(1, dtype=np.float32))))
        x = g.op("Add", x, linear(gelu, p + "down"))
    x = norm(x, "norm")
    counts = g.op("Add", g.op("MatMul", x, g.const(s["weight.weight"].T, "weight.weight")), g.const(s["weight.bias"], "weight.bias"))
    counts = g.op("Exp", g.op("Clip", counts, g.const(np.array(-5, dtype=np.float32)), g.const(np.array(5, dtype=np.float32))))
    out = g.op("Mul", x, counts, name="last_hidden_state")
    free = ["batch", "sequence"]
    graph = helper.make_graph(g.nodes, "askonce", [helper.make_tensor_value_info(n, TensorProto.INT64, free) for n in ("input_ids",
        "attention_mask", "token_type_ids")],
                              [helper.make_tensor_value_info(out, TensorProto.FLOAT, [*free, dim])], g.weights)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="askonce")
    proto.ir_version = 8
    onnx.checker.check_model(proto)
    return proto


def describe(folder):
    files = {}
    for base, _, names in os.walk(folder):
        for n in (n for n in names if n != LICENSE):
            path = os.path.join(base, n)
            with open(path, "rb") as f: data = f.read()
            files[os.path.relpath(path, folder).replace(os.sep, "/")] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    return dict(sorted(files.items()))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--tokenizer", required=True, help="folder written by tokenizer.py")
    p.add_argument("--models", required=True, help="the models folder; NAME and manifest.json in it are replaced")
    p.add_argument("--name", default="askonce-mini-v1")
    p.add_argument("--revision", default="2")
    p.add_argument("--dtype", choices=["q8", "fp32"], default="q8")
    args = p.parse_args()
    saved = torch.load(args.checkpoint, map_location="cpu")
    config = saved["config"]
    target, fresh = os.path.join(args.models, args.name), os.path.join(args.models, f".{args.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    os.makedirs(os.path.join(fresh, "onnx"))
    onnx.save(build(saved["state"], config, args.dtype == "q8"), os.path.join(fresh, "onnx",
        "model_quantized.onnx" if args.dtype == "q8" else "model.onnx"))
    for n in ("tokenizer.json", "tokenizer_config.json"): shutil.copyfile(os.path.join(args.tokenizer, n), os.path.join(fresh, n))
    if os.path.exists(os.path.join(target, LICENSE)): shutil.copyfile(os.path.join(target, LICENSE), os.path.join(fresh, LICENSE))
    with open(os.path.join(fresh, "config.json"), "w") as f:
        json.dump({"model_type": "bert", "architectures": ["BertModel"], "hidden_act": "gelu", "layer_norm_eps": 1e-5, "pad_token_id": 0,
            "type_vocab_size": 2, "position_embedding_type": "absolute", **config}, f, indent=2)
        f.write("\n")
    entry = {"revision": args.revision, "files": describe(fresh), "dimensions": config["hidden_size"], "dtype": args.dtype,
        "pooling": "mean", "prefix": "", "max_tokens": config["max_position_embeddings"], "license": "CC-BY-SA-4.0"}
    # Whoever reads the folder meanwhile sees the old model or the new one, never half of each.
    old = target + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(target): os.rename(target, old)
    os.rename(fresh, target)
    shutil.rmtree(old, ignore_errors=True)
    path = os.path.join(args.models, "manifest.json")
    manifest = {"default": args.name, "models": {}}
    if os.path.exists(path):
        with open(path) as f: manifest = json.load(f)
    manifest["models"][args.name] = entry
    with open(path + ".new", "w") as f:
        json.dump(manifest, f, indent=2)
        f.write("\n")
    os.replace(path + ".new", path)
    print(json.dumps(entry, indent=2))


if __name__ == "__main__":
    main()
