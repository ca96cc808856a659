"""Writes what PyTorch's layers and initialisers compute, for the tests of org.flowprior.torch.nn.

    python tools/oracle/nn.py        # writes src/test/resources/org/flowprior/torch/nn/{layers,init}.json

For each layer: its state after construction from seed 1, the state it then ran with, and for one forward and backward
in training mode the output, all gradients and the state afterwards; last the output in evaluation mode.
"""
import json
import pathlib

import torch
from torch import nn

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/torch/nn"


def packed(tensor):
    tensor = tensor.detach()
    if tensor.dtype == torch.int64:
        return {"shape": list(tensor.shape), "int64": tensor.flatten().tolist()}
    return {"shape": list(tensor.shape), "data": [float("%.9g" % x) for x in tensor.flatten().tolist()]}


def packed_all(named):
    return {name: packed(tensor) for name, tensor in named}


def wave(shape, phase):
    count = torch.Size(shape).numel()
    return torch.sin(torch.arange(count, dtype=torch.float64) * 0.7 + phase).reshape(shape).float()


def spectral(layer):
    return nn.utils.spectral_norm(layer)


# Name, constructor, input shape (or a tensor of numbers).
LAYERS = [
    ("linear", lambda: nn.Linear(3, 4), (2, 5, 3)),
    ("linear-no-bias", lambda: nn.Linear(3, 4, bias=False), (2, 3)),
    ("layer-norm", lambda: nn.LayerNorm(6, eps=1e-6), (2, 3, 6)),
    ("layer-norm-plain", lambda: nn.LayerNorm(6, eps=1e-6, elementwise_affine=False), (2, 6)),
    ("group-norm", lambda: nn.GroupNorm(2, 4, eps=1e-6), (2, 4, 3, 2)),
    ("batch-norm-1d", lambda: nn.BatchNorm1d(3, eps=1e-6), (2, 3, 5)),
    ("batch-norm-2d", lambda: nn.BatchNorm2d(3), (2, 3, 3, 2)),
    ("conv1d", lambda: nn.Conv1d(2, 4, 3, stride=2, padding=1, dilation=2, groups=2), (2, 2, 9)),
    ("conv1d-spectral-circular",
     lambda: spectral(nn.Conv1d(2, 3, 5, padding=2, padding_mode="circular")), (2, 2, 7)),
    ("conv2d", lambda: nn.Conv2d(2, 4, (3, 2), stride=2, padding=(0, 1), dilation=2, groups=2), (1, 2, 7, 6)),
    ("conv2d-no-bias", lambda: nn.Conv2d(2, 3, 3, padding=1, bias=False), (1, 2, 4, 3)),
    ("embedding", lambda: nn.Embedding(5, 3), torch.tensor([[0, 4], [2, 2]])),
    ("silu", nn.SiLU, (9,)),
    ("gelu", nn.GELU, (9,)),
    ("gelu-tanh", lambda: nn.GELU(approximate="tanh"), (9,)),
    ("relu", nn.ReLU, (9,)),
    ("leaky-relu", lambda: nn.LeakyReLU(0.2), (9,)),
    ("tanh", nn.Tanh, (9,)),
    ("sigmoid", nn.Sigmoid, (9,)),
    ("identity", nn.Identity, (9,)),
    ("max-pool-2d", lambda: nn.MaxPool2d(3, 2, 1), (1, 2, 5, 4)),
    ("avg-pool-2d", lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False), (1, 2, 4, 3)),
    ("avg-pool-2d-padding-counts", lambda: nn.AvgPool2d(2), (1, 2, 4, 4)),
    ("upsample", lambda: nn.Upsample(scale_factor=2, mode="nearest"), (1, 2, 2, 3)),
    ("sequential", lambda: nn.Sequential(nn.Linear(3, 4), nn.SiLU(), nn.Linear(4, 2)), (5, 3)),
]


def record(make, shape):
    torch.manual_seed(1)
    layer = make()
    case = {"initial": packed_all(layer.state_dict().items())}
    with torch.no_grad():
        for i, parameter in enumerate(layer.parameters()):
            parameter.add_(0.3 * wave(parameter.shape, 0.2 * i))
    case["state"] = packed_all(layer.state_dict().items())
    numbers = isinstance(shape, torch.Tensor)
    x = shape if numbers else (2 * wave(shape, 0.4)).requires_grad_()
    y = layer(x)
    upstream = wave(y.shape, 1.1)
    (y * upstream).sum().backward()
    case |= {"input": packed(x), "output": packed(y), "upstream": packed(upstream),
             "gradients": packed_all((n, p.grad) for n, p in layer.named_parameters()),
             "after": packed_all(layer.state_dict().items())}
    if not numbers:
        case["inputGradient"] = packed(x.grad)
    layer.eval()
    case["evalOutput"] = packed(layer(x))
    return case


INITIALISERS = {
    "normal": lambda t: nn.init.normal_(t, 0.5, 0.02),
    "uniform": lambda t: nn.init.uniform_(t, -0.3, 0.7),
    "constant": lambda t: nn.init.constant_(t, 0.25),
    "ones": nn.init.ones_,
    "zeros": nn.init.zeros_,
    "xavier-uniform": nn.init.xavier_uniform_,
    "xavier-uniform-gain": lambda t: nn.init.xavier_uniform_(t, 1.7),
    "xavier-normal": lambda t: nn.init.xavier_normal_(t, 0.8),
    "kaiming-uniform": nn.init.kaiming_uniform_,
    "kaiming-uniform-out-tanh": lambda t: nn.init.kaiming_uniform_(t, mode="fan_out", nonlinearity="tanh"),
    "kaiming-normal-leaky": lambda t: nn.init.kaiming_normal_(t, a=0.2),
    "kaiming-normal-relu": lambda t: nn.init.kaiming_normal_(t, nonlinearity="relu"),
    "kaiming-normal-selu": lambda t: nn.init.kaiming_normal_(t, nonlinearity="selu"),
    "trunc-normal": lambda t: nn.init.trunc_normal_(t, std=0.02),
    "trunc-normal-cut": lambda t: nn.init.trunc_normal_(t, mean=0.2, std=1.5, a=-1, b=1.2),
    "trunc-normal-tail": lambda t: nn.init.trunc_normal_(t, mean=0, std=1, a=1.5, b=4),
}


def initialised(fill):
    torch.manual_seed(3)
    return packed(fill(torch.empty(6, 3, 2)))


def write(name, value):
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("layers.json", {name: record(make, shape) for name, make, shape in LAYERS})
    write("init.json", {name: initialised(fill) for name, fill in INITIALISERS.items()})
