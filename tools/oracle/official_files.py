"""Checkpoints as the official scripts leave them, for the tests of org.flowprior.torch.io and of the model files.

    python tools/oracle/official_files.py src/test/resources/org/flowprior/torch/io

Needs torch, numpy, ruamel.yaml. The official scripts read YAML with ruamel.yaml and store the options in `args`.
"""

import argparse
import collections
import datetime
import pathlib
import sys

import numpy as np
import ruamel.yaml
import torch

OPTIONS = """
lr: 1e-4
tau: 0.20   # comment
exponent: 1.5E+3
hexadecimal: 0x10
thousand: 1_000
count: 12
flag: &anchor true
off: &other false
plain: text
double: "quoted"
single: 'q'
folded: >
  two
  lines
literal: |
  block
betas: [0.9, 0.95]   # comment
nested:
  weight: 0.01
  names:
  - x
  - 'y'
merged:
  <<: &base {p: 1}
  q: 2.5
empty: {}
none:
when: 2024-01-02 03:04:05.5
"""


def options():
    yaml = ruamel.yaml.YAML()
    yaml.preserve_quotes = True
    return yaml.load(OPTIONS)


def checkpoint():
    state = collections.OrderedDict(weight=torch.arange(6.0).reshape(2, 3), bias=torch.tensor([0.5, -0.5]))
    return {"model": state, "ema": state, "steps": 7, "args": argparse.Namespace(**options()), "tree": options()}


def unknown():
    """Objects of which PyTorch itself would refuse all but the numbers."""
    torch.manual_seed(0)
    linear = torch.nn.Linear(3, 2)
    return {"model": linear.state_dict(), "module": linear, "best": np.float64(1.5), "class": torch.nn.Linear,
            "path": pathlib.PurePosixPath("a/b"), "when": datetime.date(2024, 1, 2),
            "counts": collections.Counter({"x": 2}), "groups": collections.defaultdict(list, {"g": [1]}),
            "loop": loop()}


class Options(dict):
    """A dict with attributes, in which an option is the dict itself."""


def loop():
    options = Options(lr=0.5)
    options.name = "own"
    options["self"] = options
    return options


def training():
    """Weights, optimiser and epoch in one file, after a step of Adam whose gradients are 1, 2, 3."""
    linear = torch.nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[1.0, -1.0, 0.5]]))
    optimizer = torch.optim.Adam(linear.parameters(), lr=0.25)
    linear(torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    optimizer.step()
    return {"model": linear.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}


def arrays():
    """Arrays that are no tensors beside one that is."""
    return {"x": np.arange(6, dtype=np.float32).reshape(3, 2), "labels": np.array(["cat", "größer", "\U0001f600"]),
            "swapped": np.array(["ab", "c"]).astype(">U2"), "bytes": np.array([b"a"]), "one": np.array("single"),
            "square": np.array([["a", "b"], ["c", "d"]]), "objects": np.array([{"a": 1}, None], dtype=object),
            "fields": np.zeros(2, dtype=[("a", "<f4"), ("b", [("c", "<i8", (2,))])]),
            "when": np.array(["2024-01-02"], dtype="datetime64[D]")}


def write(folder):
    torch.save(training(), folder / "training.pt")
    np.savez(folder / "labels.npz", **arrays())
    np.savez_compressed(folder / "labels-deflated.npz", **arrays())
    torch.save(checkpoint(), folder / "ruamel.pt")
    torch.save(checkpoint(), folder / "ruamel-protocol4.pt", pickle_protocol=4)
    torch.save(checkpoint(), folder / "ruamel-legacy.pth", _use_new_zipfile_serialization=False)
    Options.__module__ = "someones_options"
    module = sys.modules["someones_options"] = type(sys)("someones_options")
    module.Options = Options
    torch.save(unknown(), folder / "unknown.pt")
    for protocol in (3, 4, 5):
        torch.save({"model": checkpoint()["model"], "steps": 7}, folder / f"legacy-protocol{protocol}.pth",
                   pickle_protocol=protocol, _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
