"""Checks what `flowprior convert` made, for ConvertTest.

    python tools/oracle/convert.py WEIGHTS.safetensors OFFICIAL.pt BACK.safetensors ENTRY...

WEIGHTS was converted to OFFICIAL, whose ENTRYs hold the same tensors (none: the file itself), and OFFICIAL to BACK.
"""

import sys

import safetensors.torch
import torch

weights, official, back, *entries = sys.argv[1:]
expected = safetensors.torch.load_file(weights)
loaded = torch.load(official, weights_only=True)
states = [loaded[entry] for entry in entries] or [loaded]
for state in [*states, safetensors.torch.load_file(back)]:
    assert set(state) == set(expected), set(state) ^ set(expected)
    for key, tensor in expected.items():
        assert state[key].dtype == tensor.dtype and torch.equal(state[key], tensor), key
for key in expected:
    assert len({state[key].untyped_storage().data_ptr() for state in states}) == 1, key
print("checked", len(expected))
