"""Writes what PyTorch's optimisers, schedules, clipping and averages do in 300 steps, for org.flowprior.torch.optim.

    python tools/oracle/optim.py     # writes src/test/resources/org/flowprior/torch/optim/trajectories.json

Four tensors follow a target that moves: the loss is a sum over their elements of (target + 0.5 p) p, with a target
that is a given function of the step. So gradients depend on the parameters, yet rounding errors die out instead of
growing from step to step as they would in a network. Each case records its parameters after some of the steps, its
state at the end, and the averages and norms where it has them. PyTorch's optimisers run as their defaults choose: on
the CPU one tensor after the other, not fused.
"""
import json
import math
import pathlib

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR
from torch.optim.swa_utils import get_ema_multi_avg_fn

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/torch/optim"
STEPS = 300
RECORDED = (1, 2, 10, 50, 300)


def numbers(tensor):
    return [float("%.9g" % x) for x in tensor.detach().flatten().tolist()]


def flat(tensors):
    return [x for tensor in tensors for x in numbers(tensor)]


SHAPES = [(6, 4), (6,), (1, 6), (1,)]
torch.manual_seed(5)
INITIAL = [torch.randn(shape) for shape in SHAPES]


def loss_of(parameters, step, late):
    loss = 0
    for i, parameter in enumerate(parameters):
        if i == 3 and late and step < 20:  # until then it has no gradient
            continue
        index = torch.arange(parameter.numel(), dtype=torch.float64).reshape(parameter.shape)
        target = (1 + torch.sin(0.37 * step + 0.9 * index + i)).float()
        loss = loss + ((target + 0.5 * parameter) * parameter).sum()
    return loss


def ending(optimizer):
    state = optimizer.state_dict()["state"]
    return {"state": {f"{i}.{name}": numbers(value) for i, one in state.items() for name, value in one.items()
                      if value is not None}}


def run(make, sign=1, schedule=None, clip=None, clip_value=None, decay=None, late=False):
    parameters = [nn.Parameter(value.clone()) for value in INITIAL]
    optimizer = make(parameters)
    scheduler = schedule(optimizer) if schedule else None
    averages = [p.detach().clone() for p in parameters]
    case = {"parameters": {}}
    if clip:
        case["norms"] = []
    if decay:
        case["averages"] = {}
    for step in range(STEPS):
        optimizer.zero_grad()
        (sign * loss_of(parameters, step, late)).backward()
        if clip:
            case["norms"] += numbers(nn.utils.clip_grad_norm_(parameters, clip))
        if clip_value:
            nn.utils.clip_grad_value_(parameters, clip_value)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if decay:
            with torch.no_grad():
                get_ema_multi_avg_fn(decay)(averages, parameters, None)
        if step + 1 in RECORDED:
            case["parameters"][step + 1] = flat(parameters)
            if decay:
                case["averages"][step + 1] = flat(averages)
    return case | ending(optimizer)


def groups(p):
    return [{"params": [p[1], p[3]], "weight_decay": 0.0},
            {"params": [p[0], p[2]], "weight_decay": 0.2, "lr": 3e-3}]


def timm_cosine(peak, start, minimum, warmup, total):
    """timm's CosineLRScheduler, one cycle, warmup_prefix=False."""
    def rate(t):
        if t < warmup:
            return start + t * ((peak - start) / warmup)
        if t >= total:
            return minimum
        return minimum + 0.5 * (peak - minimum) * (1 + math.cos(math.pi * t / total))
    return lambda optimizer: LambdaLR(optimizer, lambda t: rate(t) / peak)


def adam(**options):
    return lambda p: torch.optim.Adam(p, **{"lr": 1e-2} | options)


def adamw(groups=None, **options):
    return lambda p: torch.optim.AdamW(groups(p) if groups else p, **{"lr": 1e-2} | options)


def sgd(groups=None, **options):
    return lambda p: torch.optim.SGD(groups(p) if groups else p, **{"lr": 1e-2} | options)


# Name, optimiser, what surrounds it.
CASES = [
    ("adam", adam(), {}),
    ("adam-betas-eps", adam(betas=(0.8, 0.95), eps=1e-6), {}),
    ("adam-weight-decay", adam(weight_decay=0.05), {}),
    ("adam-amsgrad", adam(amsgrad=True), {}),
    ("adam-maximize", adam(maximize=True), {"sign": -1}),
    ("adam-late", adam(), {"late": True}),
    ("adamw", adamw(), {}),
    ("adamw-amsgrad-maximize", adamw(weight_decay=0.1, amsgrad=True, maximize=True), {"sign": -1}),
    ("adamw-groups", adamw(groups), {}),
    ("sgd", sgd(lr=5e-2), {}),
    ("sgd-weight-decay", sgd(lr=5e-2, weight_decay=0.02), {}),
    ("sgd-momentum-dampening", sgd(lr=2e-2, momentum=0.9, dampening=0.3), {}),
    ("sgd-nesterov", sgd(momentum=0.9, nesterov=True, weight_decay=0.01), {}),
    ("sgd-maximize", sgd(momentum=0.9, maximize=True), {"sign": -1}),
    ("sgd-late", sgd(momentum=0.9, dampening=0.5), {"late": True}),
    ("sgd-groups", sgd(groups, momentum=0.9), {}),
    ("clip-norm", sgd(lr=5e-2, momentum=0.9), {"clip": 0.25}),
    ("clip-value", sgd(lr=5e-2, momentum=0.9), {"clip_value": 0.03}),
    ("ema", adam(), {"decay": 0.98}),
    ("cosine-annealing", adam(), {"schedule": lambda o: CosineAnnealingLR(o, T_max=400, eta_min=1e-4)}),
    ("constant-with-warmup", adamw(), {"schedule": lambda o: LambdaLR(o, lambda t: min(1.0, t / 100))}),
    ("cosine-with-warmup", adam(), {"schedule": timm_cosine(1e-2, 1e-5, 1e-3, 30, 250)}),
    ("cosine-after-warmup", adamw(), {"schedule": lambda o: LambdaLR(
        o, lambda t: t / 50 if t < 50 else 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * (t - 50) / 250)))}),
    ("all-together", adamw(groups, betas=(0.9, 0.95)), {"clip": 0.25, "decay": 0.9999}),
]


def learning_rates(make):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1e-2)
    scheduler = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


SCHEDULES = {
    "cosine-annealing": lambda o: CosineAnnealingLR(o, T_max=400, eta_min=1e-4),
    "constant-with-warmup": lambda o: LambdaLR(o, lambda t: min(1.0, t / 100)),
    "cosine-with-warmup": timm_cosine(1e-2, 1e-5, 1e-3, 30, 250),
    "cosine-after-warmup": dict((n, o) for n, _, o in CASES)["cosine-after-warmup"]["schedule"],
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    record = {"initial": [numbers(p) for p in INITIAL],
              "cases": {name: run(make, **options) for name, make, options in CASES},
              "learningRates": {name: learning_rates(make) for name, make in SCHEDULES.items()}}
    (TARGET / "trajectories.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
