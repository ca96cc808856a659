"""Writes what PyTorch computes for the velocity network, for the tests of org.flowprior.flow.

    python tools/oracle/flow.py src/test/resources/org/flowprior/flow/velocity-network.json

The network is written from its description (graph, initialisation, keys), apart from the Java one. Random weights are
not stored: both sides draw them from a generator with the seed given, tensor by tensor in the order of the state dict.
With --time it prints milliseconds of the toy's training step instead.
"""

import argparse
import json
import math
import statistics
import time

import torch
from torch import nn
from torch.nn import functional


class Times(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, t):
        frequencies = torch.exp(-math.log(10000) * torch.arange(128, dtype=torch.float32) / 128)
        angles = t.float()[:, None] * frequencies[None]
        return self.mlp(torch.cat([angles.cos(), angles.sin()], dim=-1))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.in_ln = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 3 * width))

    def forward(self, h, y):
        shift, scale, gate = self.adaLN_modulation(y).chunk(3, dim=-1)
        return h + gate * self.mlp(self.in_ln(h) * (1 + scale) + shift)


class Final(nn.Module):
    def __init__(self, width, channels):
        super().__init__()
        self.norm_final = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.linear = nn.Linear(width, channels)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, h, y):
        shift, scale = self.adaLN_modulation(y).chunk(2, dim=-1)
        return self.linear(self.norm_final(h) * (1 + scale) + shift)


class Network(nn.Module):
    def __init__(self, channels, condition, depth, width):
        super().__init__()
        self.time_embed = Times(width)
        if condition:
            self.cond_embed = nn.Linear(condition, width)
        self.input_proj = nn.Linear(channels, width)
        self.res_blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.final_layer = Final(width, channels)
        self.initialise()

    def initialise(self):
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        nn.init.normal_(self.time_embed.mlp[0].weight, std=0.02)
        nn.init.normal_(self.time_embed.mlp[2].weight, std=0.02)
        zero = [block.adaLN_modulation[1] for block in self.res_blocks]
        for layer in zero + [self.final_layer.linear, self.final_layer.adaLN_modulation[1]]:
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x, t, c=None):
        y = self.time_embed(t)
        if c is not None:
            y = y + self.cond_embed(c)
        h = self.input_proj(x)
        for block in self.res_blocks:
            h = block(h, y)
        return self.final_layer(h, y)


def fill(network, generator):
    with torch.no_grad():
        for key, tensor in network.state_dict().items():
            tensor.normal_(0, 1, generator=generator)
            if tensor.dim() == 2:
                tensor.mul_(1 / math.sqrt(tensor.shape[1]))
            elif key.endswith("in_ln.weight"):
                tensor.mul_(0.1).add_(1)
            else:
                tensor.mul_(0.1)


def random_weights(channels, condition, depth, width, rows, seed):
    network = Network(channels, condition, depth, width)
    generator = torch.Generator().manual_seed(seed)
    fill(network, generator)
    x = torch.randn(rows, channels, generator=generator).requires_grad_()
    t = torch.rand(rows, generator=generator)
    c = torch.randn(rows, condition, generator=generator) if condition else None
    weight = torch.randn(rows, channels, generator=generator)
    v = network(x, t, c)
    (v * weight).sum().backward()
    return {
        "channels": channels, "condition": condition, "depth": depth, "width": width, "rows": rows, "seed": seed,
        "velocity": v.flatten().tolist(),
        "gradientOfX": x.grad.flatten().tolist(),
        "gradientNorms": {k: p.grad.double().norm().item() for k, p in network.named_parameters()},
        "gradientSums": {k: p.grad.double().sum().item() for k, p in network.named_parameters()},
    }


def initial_weights(channels, condition, depth, width, seed):
    torch.manual_seed(seed)
    network = Network(channels, condition, depth, width)
    return {
        "channels": channels, "condition": condition, "depth": depth, "width": width, "seed": seed,
        "first": {k: v.flatten()[:3].tolist() for k, v in network.state_dict().items()},
        "sums": {k: v.double().sum().item() for k, v in network.state_dict().items()},
    }


def time_step(steps, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = Network(2, 0, 4, 512)
    adam = torch.optim.Adam(network.parameters(), lr=1e-4)
    taken = []
    for _ in range(steps):
        start = time.perf_counter()
        y = torch.randn(256, 2)
        t = torch.rand(256)
        n = torch.randn(256, 2)
        column = t[:, None]
        loss = functional.mse_loss(network((1 - column) * n + column * y, t), y - n)
        adam.zero_grad()
        loss.backward()
        adam.step()
        taken.append(1000 * (time.perf_counter() - start))
    print(f"{statistics.median(taken):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", nargs="?")
    parser.add_argument("--time", type=int, metavar="STEPS")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.time:
        time_step(arguments.time, arguments.threads)
        return
    result = {
        "torch": torch.__version__,
        "randomWeights": [random_weights(2, 0, 4, 512, 16, 11), random_weights(32, 0, 6, 1024, 8, 12),
                          random_weights(8, 16, 2, 64, 8, 13)],
        "initialWeights": [initial_weights(2, 0, 4, 512, 0), initial_weights(8, 16, 2, 64, 7)],
    }
    with open(arguments.output, "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
