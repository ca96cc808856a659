"""The PyTorch side of `flowprior bench`: the same work in eager PyTorch, one benchmark a process.

Usage: python peer.py NAME SECONDS THREADS
Prints one JSON object: the median nanoseconds of one repetition, and the process's peak resident bytes.
"""

import copy
import json
import math
import sys
import time

import torch
from torch import nn

SCALING = 64.0511
LONGEST_WARM_UP = 60e9


def median_nanoseconds(step, repetitions, seconds):
    """The median over batches of repetitions, after a warm-up of half the time."""
    batches = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(batches) < 3:
        begun = time.perf_counter_ns()
        for _ in range(repetitions):
            step()
        if time.perf_counter() - start > seconds / 2 or len(batches) > 0:
            batches.append((time.perf_counter_ns() - begun) / repetitions)
    return sorted(batches)[len(batches) // 2]


def median_of_long(step, seconds):
    """The median over single steps of seconds each, two at least, after one to warm up.

    Where the first takes over a minute, as bf16 does on a processor without it, the first is all.
    """

    def timed():
        begun = time.perf_counter_ns()
        step()
        return time.perf_counter_ns() - begun

    first = timed()
    if first > LONGEST_WARM_UP:
        return first
    steps = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(steps) < 2:
        steps.append(timed())
    return sorted(steps)[len(steps) // 2]


def add(seconds):
    x, y = torch.ones(4), torch.ones(4)
    return median_nanoseconds(lambda: x + y, 10_000, seconds)


def mlp(seconds):
    """A two-layer network, 16 wide, 16 rows: forward, backward, SGD step."""
    model = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    x = torch.ones(16, 16)

    def step():
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    return median_nanoseconds(step, 200, seconds)


class TimeEmbedding(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, t):
        frequencies = torch.exp(-math.log(10000) * torch.arange(128, dtype=torch.float32) / 128)
        angles = t[:, None].float() * frequencies
        return self.mlp(torch.cat([angles.cos(), angles.sin()], dim=-1))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.in_ln = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 3 * width))

    def forward(self, h, y):
        shift, scale, gate = self.modulation(y).chunk(3, dim=-1)
        return h + gate * self.mlp(self.in_ln(h) * (1 + scale) + shift)


class VelocityNetwork(nn.Module):
    def __init__(self, channels, depth, width):
        super().__init__()
        self.time_embed = TimeEmbedding(width)
        self.input_proj = nn.Linear(channels, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.out_ln = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        self.linear = nn.Linear(width, channels)

    def forward(self, x, t):
        y = self.time_embed(t)
        h = self.input_proj(x)
        for block in self.blocks:
            h = block(h, y)
        shift, scale = self.modulation(y).chunk(2, dim=-1)
        return self.linear(self.out_ln(h) * (1 + scale) + shift)


def toy(seconds):
    """The toy's training step: 4 x 512, 256 rows, Adam."""
    model = VelocityNetwork(2, 4, 512)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step():
        data = torch.randn(256, 2)
        t = torch.rand(256)
        noise = torch.randn(256, 2)
        x = (1 - t[:, None]) * noise + t[:, None] * data
        loss = (model(x, t) - (data - noise)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return median_nanoseconds(step, 1, seconds)


def flow_loss(model, y):
    """In the official prior's convention: t = 0 is data."""
    t = torch.rand(len(y))
    noise = torch.randn_like(y)
    x = (1 - t[:, None]) * y + t[:, None] * noise
    return nn.functional.mse_loss(model(x, t), noise - y)


def prior(seconds, bf16):
    """A training step of the 6 x 1024 prior on 256 fresh rows of a table of 151,936 x 896, four draws each."""
    model = VelocityNetwork(32, 6, 1024)
    average = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95))
    table = torch.randn(151_936, 896).div_(SCALING)
    projection = torch.randn(32, 896) / math.sqrt(896)

    def step():
        with torch.no_grad():
            rows = table[torch.randint(len(table), (256,))] * SCALING
            data = nn.functional.linear(rows, projection).repeat(4, 1)
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = flow_loss(model, data)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for e, p in zip(average.parameters(), model.parameters()):
                e.mul_(0.9999).add_(p, alpha=1 - 0.9999)
        return loss.item()

    return median_of_long(step, seconds)


def alignment(seconds, bf16):
    """The alignment loss of 16,384 latents under the frozen 6 x 1024 prior, and its gradient."""
    model = VelocityNetwork(32, 6, 1024).requires_grad_(False)
    y = torch.randn(16_384, 32, requires_grad=True)

    def step():
        y.grad = None
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = flow_loss(model, y)
        loss.backward()
        return loss.item()

    return median_of_long(step, seconds)


def start(_):
    """Only that the first op has run; whoever started the process holds the watch."""
    torch.ones(4) + 1
    return 0.0


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


WORK = {
    "add": add,
    "mlp": mlp,
    "toy": toy,
    "start": start,
    "prior": lambda seconds: prior(seconds, False),
    "prior-bf16": lambda seconds: prior(seconds, True),
    "alignment": lambda seconds: alignment(seconds, False),
    "alignment-bf16": lambda seconds: alignment(seconds, True),
}

if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[3]))
    measured = WORK[sys.argv[1]](float(sys.argv[2]))
    print(json.dumps({"nanoseconds": measured, "peakBytes": peak_bytes()}))
