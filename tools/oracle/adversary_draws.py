"""What the scripts behind adversary.py share: weights from a generator, and how long results are stored."""
import math

import torch


def rounded(tensor):
    return [float("%.9g" % x) for x in tensor.detach().flatten().tolist()]


def summary(tensor, count=40):
    wide = tensor.detach().double()
    step = max(1, tensor.numel() // count)
    return {"step": step, "elements": rounded(tensor.detach().flatten()[::step]), "sum": wide.sum().item(),
            "norm": wide.norm().item()}


def draw(key, shape, generator):
    """What a weight of that name is filled with; counters stay 0."""
    if key.endswith("num_batches_tracked"):
        return torch.zeros((), dtype=torch.int64)
    values = torch.empty(shape).normal_(0, 1, generator=generator)
    if key.endswith(("weight_u", "weight_v")):
        return values / values.norm()
    if key.endswith("running_var"):
        return values.abs() + 0.5
    if key.endswith(("bias", "running_mean")):
        return values * 0.1
    if len(shape) == 1:
        return values * 0.1 + 1
    if key.endswith(("token", "pos_embed")):
        return values * 0.5
    return values * math.sqrt(2 / math.prod(shape[1:]))


def fill(network, generator):
    network.load_state_dict({key: draw(key, tensor.shape, generator) for key, tensor in network.state_dict().items()})
