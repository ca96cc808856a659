"""Writes what PyTorch computes for the six toy targets, for the tests of org.flowprior.target.

    python tools/oracle/targets.py src/test/resources/org/flowprior/target/targets.json

Everything is written from the description of the targets, apart from the Java side and by other means: samples by the
order of draws; densities and optimal flows in float64 by brute force, as Gaussians at a great many quadrature nodes;
traces by autograd.
"""

import argparse
import json
import math

import numpy
import torch

SEED = 5
ROWS = 64


def gaussian(n):
    angles = 2 * math.pi * torch.arange(5) / 5
    means = torch.stack([3 * angles.cos(), 3 * angles.sin()], 1)
    return means[torch.randint(0, 5, (n,))] + 0.3 * torch.randn(n, 2)


def grid(n):
    line = torch.linspace(-1.5, 1.5, 4)
    means = torch.cartesian_prod(line, line)
    return means[torch.randint(0, 16, (n,))] + 0.1 * torch.randn(n, 2)


def moons(n):
    upper = math.pi * torch.rand(n // 2)
    lower = math.pi * torch.rand(n - n // 2) + math.pi
    x = torch.cat([2 * upper.cos(), 2 * lower.cos() + 2])
    y = torch.cat([2 * upper.sin(), 2 * lower.sin() - 0.5])
    return torch.stack([x + 0.1 * torch.randn(n), y + 0.1 * torch.randn(n)], 1)


def rings(n):
    parts = []
    for i, size in enumerate([n // 3, n // 3, n - 2 * (n // 3)]):
        angle = 2 * math.pi * torch.rand(size)
        radius = 4 * (i + 1) / 3 + 0.1 * torch.randn(size)
        parts.append(torch.stack([radius * angle.cos(), radius * angle.sin()], 1))
    return torch.cat(parts)


def spiral(n):
    angle = 3 * math.pi * torch.rand(n)
    radius = (0.5 + angle / (2 * math.pi)).clamp(max=3)
    return torch.stack([radius * angle.cos() + 0.1 * torch.randn(n), radius * angle.sin() + 0.1 * torch.randn(n)], 1)


def swissroll(n):
    angle = 6 * math.pi * torch.rand(n)
    torch.rand(n)
    x = angle * angle.cos() / math.pi + 0.1 * torch.randn(n)
    return torch.stack([x, angle * angle.sin() / math.pi + 0.1 * torch.randn(n)], 1)


def quadrature(panels=256, degree=48):
    """Nodes in 0..1 and the logarithms of their weights."""
    roots, weights = (torch.from_numpy(a) for a in numpy.polynomial.legendre.leggauss(degree))
    u = (torch.arange(panels, dtype=torch.float64)[:, None] + (roots + 1) / 2) / panels
    return u.flatten(), (weights / 2 / panels).log().repeat(panels)


def nodes(name):
    """Means, logarithms of the weights and deviation of Gaussians."""
    if name == "gaussian":
        angle = 2 * math.pi * torch.arange(5, dtype=torch.float64) / 5
        return torch.stack([3 * angle.cos(), 3 * angle.sin()], 1), torch.tensor(1 / 5, dtype=torch.float64).log(), 0.3
    if name == "grid":
        line = torch.tensor([-1.5, -0.5, 0.5, 1.5], dtype=torch.float64)
        return torch.cartesian_prod(line, line), torch.tensor(1 / 16, dtype=torch.float64).log(), 0.1
    u, weight = quadrature()
    if name == "moons":
        a = math.pi * u
        upper = torch.stack([2 * a.cos(), 2 * a.sin()], 1)
        lower = torch.stack([2 - 2 * a.cos(), -0.5 - 2 * a.sin()], 1)
        return torch.cat([upper, lower]), torch.cat([weight, weight]) - math.log(2), 0.1
    a = u * (3 if name == "spiral" else 6) * math.pi
    r = 0.5 + a / (2 * math.pi) if name == "spiral" else a / math.pi
    return torch.stack([r * a.cos(), r * a.sin()], 1), weight, 0.1


def gaussian_logits(x, t, means, weight, sigma):
    """log of each node's share in the density of x_t, less a constant, and the mean of data minus noise there."""
    spread = (1 - t) ** 2 + t * t * sigma * sigma
    offset = x - t * means
    return weight - offset.square().sum(1) / (2 * spread), means + (t * sigma * sigma - (1 - t)) / spread * offset


def ring_logits(x, t, scale):
    u, weight = quadrature()
    angle = 2 * math.pi * u
    direction = torch.stack([angle.cos(), angle.sin()], 1)
    across = torch.stack([-angle.sin(), angle.cos()], 1)
    sigma = 0.1 / scale
    logits, velocities = [], []
    for i in range(3):
        radius = 4 * (i + 1) / 3 / scale
        spread = (1 - t) ** 2 + t * t * sigma * sigma
        along, aside = direction @ x, across @ x
        logits.append(weight - (along - t * radius) ** 2 / (2 * spread) - aside ** 2 / (2 * (1 - t) ** 2))
        radial = radius + (t * sigma * sigma - (1 - t)) / spread * (along - t * radius)
        velocities.append(radial[:, None] * direction - (aside / (1 - t))[:, None] * across)
    return torch.cat(logits), torch.cat(velocities)


def flow(name, x, t, scale):
    def velocity(x):
        if name == "rings":
            logits, velocities = ring_logits(x, t, scale)
        else:
            means, weight, sigma = nodes(name)
            logits, velocities = gaussian_logits(x, t, means / scale, weight, sigma / scale)
        return torch.softmax(logits, 0) @ velocities

    jacobian = torch.autograd.functional.jacobian(velocity, x)
    return velocity(x).tolist(), jacobian.diagonal().sum().item()


def negative_log_likelihood(name, x):
    if name == "rings":
        radius = x.norm()
        p = sum(math.exp(-((radius - s * 4 * (i + 1) / 3) / 0.1) ** 2 / 2) for i in range(3) for s in (1, -1)) / 3
        return -math.log(p / (math.sqrt(2 * math.pi) * 0.1 * 2 * math.pi * radius))
    means, weight, sigma = nodes(name)
    logits, _ = gaussian_logits(x, 1, means, weight, sigma)
    return -(torch.logsumexp(logits, 0) - math.log(2 * math.pi * sigma * sigma)).item()


SCALES = {"gaussian": 2.142428528562855, "grid": math.sqrt(1.26), "moons": 1.802826915, "rings": 2.037927415,
          "spiral": 0.933597199, "swissroll": 2.446358458}
POINTS = [(0.5, -0.25), (1.3, 0.2), (-0.9, 0.8), (0.02, 0.01), (-1.7, -1.4)]
TIMES = [0.05, 0.3, 0.7, 0.9, 0.97]


def describe(name, sampler):
    torch.manual_seed(SEED)
    samples = sampler(ROWS)
    scale = SCALES[name]
    flows = [flow(name, torch.tensor(x, dtype=torch.float64), t, scale) for x in POINTS for t in TIMES]
    likely = samples[::8].double()
    return {
        "samples": samples.flatten().tolist(),
        "scale": scale,
        "negativeLogLikelihoods": [negative_log_likelihood(name, x) for x in likely],
        "velocities": [v for velocity, _ in flows for v in velocity],
        "traces": [trace for _, trace in flows],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    samplers = [gaussian, grid, moons, rings, spiral, swissroll]
    result = {
        "torch": torch.__version__, "seed": SEED, "rows": ROWS,
        "points": [c for x in POINTS for c in x], "times": TIMES,
        "targets": {f.__name__: describe(f.__name__, f) for f in samplers},
    }
    with open(arguments.output, "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
