"""Writes the TorchScript module that ScriptModuleTest loads.

Usage: python tools/oracle/script.py
"""
import pathlib

import torch

OUT = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/torch"


class Two(torch.nn.Module):
    """Affine, then its result and square; drops half of the input while it trains."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        self.register_buffer("shift", torch.tensor([0.5, -0.5]))
        self.dropout = torch.nn.Dropout(0.5)

    def forward(self, x):
        y = self.dropout(x) @ self.weight + self.shift
        return y, y * y

    @torch.jit.export
    def norm(self, x, y):
        return (x - y).norm()


torch.jit.script(Two().eval()).save(OUT / "two.torchscript")
