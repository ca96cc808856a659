"""Calls of the entries that work on lists of tensors: foreach, fused optimisers, gradient scaling."""
import torch

import ops_schema
from ops_numbers import Numbers, call

SHAPES = [(2, 3), (4,), ()]


def owns(entry):
    return entry.java_class in ("Foreach", "Fused", "Amp")


def calls(entry):
    if entry.java_class == "Foreach":
        made = foreach(entry)
    elif entry.java_class == "Fused":
        made = fused(entry)
    elif entry.java_class == "Amp":
        made = scaling(entry)
    else:
        made = []
    return [ops_schema.bind(entry, args, kwargs) for args, kwargs in made]


def foreach(entry):
    """Twice, float64 and float32; the second time with other kinds of scalars and nothing at its default."""
    for second in (False, True):
        n = Numbers()
        dtype = torch.float32 if second else torch.float64
        kwargs = {}
        for a in entry.arguments:
            # Between 0.1 and 0.9 every function of the family is defined and differentiable.
            if a.kind == "Tensor[]":
                kwargs[a.name] = [n.within(0.1, 0.9, *shape, dtype=dtype) for shape in SHAPES]
            elif a.kind == "Tensor":
                kwargs[a.name] = n.within(0.5, 2, len(SHAPES), dtype=dtype) if a.name == "scalars" \
                    else n.within(0.5, 2, dtype=dtype)
            elif a.kind == "Scalar[]":
                kwargs[a.name] = [2, 3, 1] if second else [0.75, 2.5, 0.5]
            elif a.has_default and not second:
                continue
            elif a.kind == "Scalar":
                kwargs[a.name] = (1 if a.default == 2 else 3) if second else 0.75
            elif a.kind == "bool":
                kwargs[a.name] = not a.default
            elif a.kind == "ScalarType?":
                kwargs[a.name] = torch.float64
            else:
                raise ValueError(f"{entry.name}: no value for {a.type} {a.name}")
        yield call(**kwargs)


def fused(entry):
    """Plainly in float64; then in float32 with scaled gradients and every option, as far as they go together."""
    for second in (False, True):
        n = Numbers()
        dtype = torch.float32 if second else torch.float64
        kwargs = {}
        for a in entry.arguments:
            if a.kind == "Tensor[]":
                if a.name == "state_steps":
                    kwargs[a.name] = [torch.tensor(2.0) for _ in SHAPES[:2]]
                elif a.name == "max_exp_avg_sqs" and not second:
                    kwargs[a.name] = []
                elif a.name == "momentum_buffer_list" and not second:
                    kwargs[a.name] = []
                else:
                    kwargs[a.name] = [n.within(0.1, 1, *shape, dtype=dtype) for shape in SHAPES[:2]]
            elif a.kind == "Tensor":
                kwargs[a.name] = torch.tensor(0.01, dtype=dtype)
            elif a.kind == "float":
                kwargs[a.name] = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-6,
                                  "weight_decay": 0.1 * second, "momentum": 0.9 * second,
                                  "dampening": 0.25 * second, "lr_decay": 0.5 * second}[a.name]
            elif a.kind == "bool":
                kwargs[a.name] = second and a.name not in ("nesterov", "is_first_step")
            elif second and a.name == "grad_scale":
                kwargs[a.name] = torch.tensor(4.0)
            elif second and a.name == "found_inf":
                kwargs[a.name] = torch.tensor(0.0)
        yield call(**kwargs)
        if second and "nesterov" in kwargs:
            # It wants no dampening.
            yield call(**(kwargs | {"nesterov": True, "dampening": 0.0}))
            yield call(**(kwargs | {"is_first_step": True}))
        if second and "found_inf" in kwargs:
            yield call(**(kwargs | {"found_inf": torch.tensor(1.0), "maximize": False}))


def scaling(entry):
    n = Numbers()
    if entry.base == "_amp_update_scale_":
        for infinite in (0.0, 1.0):
            yield call(torch.tensor(8.0), torch.tensor(1, dtype=torch.int32), torch.tensor(infinite), 2.0, 0.5, 2)
    else:
        gradients = [n(2, 3, dtype=torch.float32), n(4, dtype=torch.float32)]
        yield call(gradients, torch.tensor(0.0), torch.tensor(0.25))
        yield call([gradients[0], gradients[1] / 0], torch.tensor(0.0), torch.tensor(0.25))
