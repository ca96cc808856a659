"""Candidate calls for schema entries from PyTorch's own database of sample inputs."""
import itertools
import random
import sys
import types
import unittest

import numpy
import torch

import ops_schema

SAMPLES = 80
# Sizes that the database builds its samples from; smaller ones exercise the same code.
SIZES = {"S": 3, "M": 4, "L": 5, "XS": 2}
DTYPES = [torch.float64, torch.float32, torch.int64, torch.bool, torch.complex128]
# Names in the database for entries that are called otherwise there.
NAMES = {
    "_unique2": ["unique"], "unique_dim": ["unique"], "softmax": ["softmax"], "log_softmax": ["log_softmax"],
    "log_sigmoid": ["nn.functional.logsigmoid"], "cross_entropy_loss": ["nn.functional.cross_entropy"],
    "nll_loss_nd": ["nn.functional.nll_loss"], "inverse": ["linalg.inv"], "det": ["linalg.det"],
    "slogdet": ["linalg.slogdet"], "matrix_power": ["linalg.matrix_power"], "ger": ["outer"],
    "linalg_matrix_exp": ["matrix_exp"], "max_pool2d_with_indices": ["nn.functional.max_pool2d"],
    "masked_fill_": ["masked_fill"], "im2col": ["nn.functional.unfold"], "swapaxes": ["transpose"],
    "slice": ["slice"], "index": ["__getitem__"], "view_as": ["view_as"], "constant_pad_nd": ["constant_pad_nd"],
    "special_logsumexp": ["logsumexp"],
}


def load():
    """Imports the database, which wants a module that only PyTorch's own test suite has."""
    stand_in = types.ModuleType("expecttest")
    stand_in.TestCase = unittest.TestCase
    sys.modules["expecttest"] = stand_in
    from torch.testing._internal import common_methods_invocations
    for name, module in list(sys.modules.items()):
        if module is not None and name.startswith("torch.testing."):
            for size, value in SIZES.items():
                if isinstance(getattr(module, size, None), int):
                    setattr(module, size, value)
    by_name = {}
    for info in common_methods_invocations.op_db:
        for name in {info.name, info.aten_name, *(alias.name for alias in info.aliases)}:
            by_name.setdefault(name, []).append(info)
    return by_name


def infos(by_name, entry):
    plain = entry.base.strip("_")
    names = list(NAMES.get(entry.base, NAMES.get(plain, [])))
    names += [entry.base, plain, "nn.functional." + plain]
    for family in ("linalg", "special", "fft"):
        if plain.startswith(family + "_"):
            names.append(family + "." + plain[len(family) + 1:])
        else:
            names.append(family + "." + plain)
    found = []
    for name in names:
        found += [info for info in by_name.get(name, []) if info not in found]
    return found


def candidates(by_name, entry):
    """Argument dictionaries of the entry; the same ones each time."""
    for info in infos(by_name, entry):
        for dtype in DTYPES:
            if not info.supports_dtype(dtype, "cpu"):
                continue
            torch.manual_seed(3)
            random.seed(3)
            numpy.random.seed(3)
            try:
                samples = list(itertools.islice(info.sample_inputs("cpu", dtype), SAMPLES))
            except Exception:
                # A sample that the smaller sizes do not suit.
                continue
            for sample in samples:
                try:
                    yield ops_schema.bind(entry, (sample.input, *sample.args), sample.kwargs)
                except ops_schema.Unbindable:
                    pass
