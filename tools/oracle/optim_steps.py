"""Twenty steps of every optimiser of torch.optim, for org.flowprior.torch.optim, and the states in the middle.

    python tools/oracle/optim_steps.py             # writes steps.json and states.pt of the test resources
    python tools/oracle/optim_steps.py check FILE  # goes on from the states that Java wrote after ten steps

Three tensors follow a target that moves with the step, as in optim.py; Muon has the matrix alone. steps.json holds the
parameters after some steps in float32 and float64, the state of the latter at the end, and the options' names.
states.pt holds, in float64, what torch.save writes of each optimiser and its parameters after ten steps.
"""
import json
import pathlib
import sys

import torch
from torch import nn, optim
from torch.optim import lr_scheduler

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/torch/optim"
SHAPES = [(4, 3), (5,), (2, 3, 2)]
STEPS, MIDDLE = 20, 10
RECORDED = (1, 5, 20)

CASES = {
    "adam": lambda p: optim.Adam(p, lr=1e-2),
    "sgd": lambda p: optim.SGD(p, lr=1e-2, momentum=0.9, weight_decay=0.01, nesterov=True),
    "sgd-maximize": lambda p: optim.SGD(p, lr=1e-3, momentum=0.5, dampening=0.2, maximize=True),
    "rmsprop": lambda p: optim.RMSprop(p),
    "rmsprop-all": lambda p: optim.RMSprop(p, lr=2e-3, alpha=0.9, eps=1e-6, weight_decay=0.02, momentum=0.7,
                                           centered=True),
    "adagrad": lambda p: optim.Adagrad(p),
    "adagrad-all": lambda p: optim.Adagrad(p, lr=3e-2, lr_decay=0.1, weight_decay=0.02,
                                           initial_accumulator_value=0.3),
    "nadam": lambda p: optim.NAdam(p),
    "nadam-all": lambda p: optim.NAdam(p, lr=1e-2, betas=(0.8, 0.95), weight_decay=0.1, momentum_decay=0.02,
                                       decoupled_weight_decay=True),
    "radam": lambda p: optim.RAdam(p, lr=1e-2),
    "radam-all": lambda p: optim.RAdam(p, lr=1e-2, betas=(0.8, 0.95), weight_decay=0.1, maximize=True),
    "adamax": lambda p: optim.Adamax(p),
    "adamax-all": lambda p: optim.Adamax(p, lr=1e-2, betas=(0.8, 0.95), weight_decay=0.1),
    "adadelta": lambda p: optim.Adadelta(p),
    "adadelta-all": lambda p: optim.Adadelta(p, lr=0.5, rho=0.8, eps=1e-5, weight_decay=0.1),
    "rprop": lambda p: optim.Rprop(p),
    "rprop-all": lambda p: optim.Rprop(p, lr=1e-3, etas=(0.4, 1.5), step_sizes=(1e-4, 0.05)),
    "asgd": lambda p: optim.ASGD(p),
    "asgd-all": lambda p: optim.ASGD(p, lr=2e-2, lambd=1e-2, alpha=0.6, t0=4, weight_decay=0.1),
    "adafactor": lambda p: optim.Adafactor(p),
    "adafactor-all": lambda p: optim.Adafactor(p, lr=5e-2, beta2_decay=-0.6, eps=(1e-6, 1e-2), d=1.5,
                                               weight_decay=0.1),
    "muon": lambda p: optim.Muon(p),
    "muon-all": lambda p: optim.Muon(p, lr=1e-2, momentum=0.8, nesterov=False, adjust_lr_fn="match_rms_adamw"),
    "lbfgs": lambda p: optim.LBFGS(p, lr=0.1, max_iter=4, history_size=3),
    "lbfgs-wolfe": lambda p: optim.LBFGS(p, max_iter=4, line_search_fn="strong_wolfe"),
}


def initial(name, dtype):
    shapes = SHAPES[:1] if name.startswith("muon") else SHAPES
    return [nn.Parameter(torch.cos(1.3 * torch.arange(torch.Size(s).numel(), dtype=torch.float64) + i)
                         .reshape(s).to(dtype)) for i, s in enumerate(shapes)]


def loss_of(parameters, step):
    loss = 0
    for i, p in enumerate(parameters):
        index = torch.arange(p.numel(), dtype=torch.float64).reshape(p.shape)
        target = (1 + torch.sin(0.37 * step + 0.9 * index + i)).to(p.dtype)
        loss = loss + ((target + 0.5 * p + 0.1 * p ** 3) * p).sum()
    return loss


def steps(optimizer, parameters, first, last):
    for step in range(first, last):
        def closure():
            optimizer.zero_grad()
            loss = loss_of(parameters, step)
            loss.backward()
            return loss
        optimizer.step(closure)
        yield step + 1


def flat(tensors, digits):
    return [float(f"%.{digits}g" % x) for t in tensors for x in t.detach().flatten().tolist()]


def entries(state):
    for number, one in state["state"].items():
        for name, value in one.items():
            if isinstance(value, list):
                for k, element in enumerate(value):
                    if element is not None and name != "al":
                        yield f"{number}.{name}.{k}", torch.as_tensor(element)
            elif value is not None:
                yield f"{number}.{name}", torch.as_tensor(value, dtype=None if torch.is_tensor(value)
                                                          else torch.float64)


def record(name, dtype, digits):
    parameters = initial(name, dtype)
    optimizer = CASES[name](parameters)
    case = {"parameters": {}}
    for step in steps(optimizer, parameters, 0, STEPS):
        if step in RECORDED:
            case["parameters"][step] = flat(parameters, digits)
    state = optimizer.state_dict()
    if dtype == torch.float64:
        case["state"] = {key: flat([value], digits) for key, value in entries(state)}
    case["options"] = list(state["param_groups"][0])
    return case


def middle(name):
    parameters = initial(name, torch.float64)
    optimizer = CASES[name](parameters)
    list(steps(optimizer, parameters, 0, MIDDLE))
    return {"optimizer": optimizer.state_dict(), "parameters": [p.detach() for p in parameters]}


SCHEDULERS = {
    "step": lambda o: lr_scheduler.StepLR(o, 7, 0.5),
    "multi-step": lambda o: lr_scheduler.MultiStepLR(o, [3, 8, 8, 21], 0.3),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "cosine-annealing": lambda o: lr_scheduler.CosineAnnealingLR(o, 12, 1e-3),
    "linear": lambda o: lr_scheduler.LinearLR(o, 0.25, 0.8, 10),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, lambda n: 1 / (1 + n)),
    "one-cycle": lambda o: lr_scheduler.OneCycleLR(o, 0.4, 30),
    "one-cycle-linear": lambda o: lr_scheduler.OneCycleLR(o, 0.4, 30, pct_start=0.2, anneal_strategy="linear",
                                                          div_factor=10, final_div_factor=100),
    "plateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=1, min_lr=2e-2),
}


def rates(name):
    optimizer = optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = SCHEDULERS[name](optimizer)
    result = []
    for n in range(30):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if name == "plateau":
            scheduler.step(1 / (1 + min(n, 4)))
        else:
            scheduler.step()
    return result


def check(file):
    written = torch.load(file, weights_only=True)
    for name, one in written.items():
        parameters = [nn.Parameter(p) for p in one["parameters"]]
        optimizer = CASES[name](parameters)
        optimizer.load_state_dict(one["optimizer"])
        list(steps(optimizer, parameters, MIDDLE, STEPS))
        uninterrupted = initial(name, torch.float64)
        other = CASES[name](uninterrupted)
        list(steps(other, uninterrupted, 0, STEPS))
        for a, b in zip(parameters, uninterrupted, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7, msg=lambda m: f"{name}: {m}")
    print(f"checked {len(written)} states")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2])
    else:
        result = {"float64": {n: record(n, torch.float64, 10) for n in CASES},
                  "float32": {n: record(n, torch.float32, 9) for n in CASES},
                  "rates": {n: rates(n) for n in SCHEDULERS}}
        (TARGET / "steps.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
        torch.save({n: middle(n) for n in CASES}, TARGET / "states.pt")
