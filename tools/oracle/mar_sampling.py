"""Tokens that a generator's head samples, by PyTorch in float64: src/test/resources/org/flowprior/mar/head-sampling.json.

    python tools/oracle/mar_sampling.py

The head is the one of the golden values (4 channels, conditions of 16, 2 blocks of 8), filled by their hash; the flow
head with 4 outputs goes through Euler's, the midpoint and Heun's method, the diffusion head with 8 through 5 of its
1000 times.
"""

import json
import math
import pathlib

import torch
from torch.nn import functional as F

CHANNELS, CONDITION, DEPTH, WIDTH, ROWS = 4, 16, 2, 8, 3
GUIDANCE, TEMPERATURE, STEPS = 2.5, 0.8, 5


def shapes(outputs):
    """Names and shapes in the order of the state dict."""
    found = []

    def linear(name, out, inputs):
        found.append((name + ".weight", (out, inputs)))
        found.append((name + ".bias", (out,)))

    linear("time_embed.mlp.0", WIDTH, 256)
    linear("time_embed.mlp.2", WIDTH, WIDTH)
    linear("cond_embed", WIDTH, CONDITION)
    linear("input_proj", WIDTH, CHANNELS)
    for i in range(DEPTH):
        found.append((f"res_blocks.{i}.in_ln.weight", (WIDTH,)))
        found.append((f"res_blocks.{i}.in_ln.bias", (WIDTH,)))
        linear(f"res_blocks.{i}.mlp.0", WIDTH, WIDTH)
        linear(f"res_blocks.{i}.mlp.2", WIDTH, WIDTH)
        linear(f"res_blocks.{i}.adaLN_modulation.1", 3 * WIDTH, WIDTH)
    linear("final_layer.linear", outputs, WIDTH)
    linear("final_layer.adaLN_modulation.1", 2 * WIDTH, WIDTH)
    return found


def u(position, index):
    mask = 0xFFFFFFFF
    h = ((index + 1) * 0x9E3779B1 + position * 0x85EBCA77) & mask
    h ^= h >> 16
    h = h * 0x7FEB352D & mask
    h ^= h >> 15
    h = h * 0x846CA68B & mask
    h ^= h >> 16
    return h / 2**31 - 1


def weights(outputs):
    state = {}
    for position, (name, shape) in enumerate(shapes(outputs)):
        values = torch.tensor([u(position, i) for i in range(math.prod(shape))], dtype=torch.float64)
        vector = len(shape) == 1
        values = (0.1 if vector else 0.3) * values + (1 if vector and name.endswith(".weight") else 0)
        state[name] = values.float().double().reshape(shape)
    return state


class Head:
    def __init__(self, outputs):
        self.state = weights(outputs)

    def linear(self, name, x):
        return F.linear(x, self.state[name + ".weight"], self.state[name + ".bias"])

    def __call__(self, x, t, z):
        frequencies = torch.exp(-math.log(10000) * torch.arange(128, dtype=torch.float64) / 128)
        angles = torch.full((len(x), 1), t, dtype=torch.float64) * frequencies
        time = torch.cat([angles.cos(), angles.sin()], 1)
        time = self.linear("time_embed.mlp.2", F.silu(self.linear("time_embed.mlp.0", time)))
        y = F.silu(time + self.linear("cond_embed", z))
        h = self.linear("input_proj", x)
        for i in range(DEPTH):
            block = f"res_blocks.{i}."
            shift, scale, gate = self.linear(block + "adaLN_modulation.1", y).chunk(3, 1)
            norm = F.layer_norm(h, (WIDTH,), self.state[block + "in_ln.weight"], self.state[block + "in_ln.bias"], 1e-6)
            m = norm * (1 + scale) + shift
            h = h + gate * self.linear(block + "mlp.2", F.silu(self.linear(block + "mlp.0", m)))
        shift, scale = self.linear("final_layer.adaLN_modulation.1", y).chunk(2, 1)
        return self.linear("final_layer.linear", F.layer_norm(h, (WIDTH,), eps=1e-6) * (1 + scale) + shift)


def wave(function, factor, shift, *shape):
    j = torch.arange(math.prod(shape), dtype=torch.float64)
    return function(factor * j + shift).float().double().reshape(shape)


Z = wave(torch.sin, 0.7, 0.2, ROWS, CONDITION)
UNCONDITIONAL = wave(torch.sin, 0.3, 1.1, ROWS, CONDITION)


def noise(draw):
    return wave(torch.cos, 0.8, 0.1 + 0.5 * draw, ROWS, CHANNELS)


def flow(method):
    head = Head(CHANNELS)

    def velocity(x, t):
        conditional, unconditional = head(x, t, Z), head(x, t, UNCONDITIONAL)
        return unconditional + GUIDANCE * (conditional - unconditional)

    x, step = TEMPERATURE * noise(0), 1 / STEPS
    for k in range(STEPS):
        t = 1 - k * step
        v = velocity(x, t)
        if method == "midpoint":
            v = velocity(x - step / 2 * v, t - step / 2)
        if method == "heun":
            v = (v + velocity(x - step * v, t - step)) / 2
        x = x - step * v
    return x


def diffusion():
    head = Head(2 * CHANNELS)

    def kept(share):
        return math.cos((share + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = torch.tensor([min(1 - kept((i + 1) / 1000) / kept(i / 1000), 0.999) for i in range(1000)], dtype=torch.float64)
    indices = [round(i * 999 / (STEPS - 1)) for i in range(STEPS)]
    product = torch.cumprod(1 - betas, 0)[indices]
    before = torch.cat([torch.ones(1, dtype=torch.float64), product[:-1]])
    beta = 1 - product / before
    posterior = beta * (1 - before) / (1 - product)
    shortest = torch.log(torch.cat([posterior[1:2], posterior[1:]]))
    x = noise(0)
    for draw, i in enumerate(reversed(range(STEPS)), 1):
        conditional, unconditional = head(x, indices[i], Z), head(x, indices[i], UNCONDITIONAL)
        eps_c, value = conditional.chunk(2, 1)
        eps_u = unconditional[:, :CHANNELS]
        eps = eps_u + GUIDANCE * (eps_c - eps_u)
        data = (1 / product[i]).sqrt() * x - (1 / product[i] - 1).sqrt() * eps
        mean = (beta[i] * before[i].sqrt() / (1 - product[i]) * data
                + (1 - before[i]) * (1 - beta[i]).sqrt() / (1 - product[i]) * x)
        share = (value + 1) / 2
        log_variance = share * torch.log(beta[i]) + (1 - share) * shortest[i]
        x = mean
        if i > 0:
            x = mean + TEMPERATURE * torch.exp(0.5 * log_variance) * noise(draw)
    return x


def main():
    results = {method: flow(method) for method in ("euler", "midpoint", "heun")}
    results["diffusion"] = diffusion()
    target = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/mar/head-sampling.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = [f'  "{name}": {json.dumps([round(v, 10) for v in x.flatten().tolist()])}' for name, x in results.items()]
    target.write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
