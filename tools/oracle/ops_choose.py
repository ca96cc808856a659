"""Chooses a few small calls that together show an entry with its defaults, without them, and differentiated."""
import torch

import ops_record
import ops_schema

ENOUGH, MOST = 4, 9


def augmented(entry, values):
    """The call with what samples never give: a generator, device, dtype, memory format."""
    changed = dict(values)
    first = next((t for a in entry.arguments for t in ops_record.tensors_of(values[a.name])), None)
    for a in entry.arguments:
        if values[a.name] is not None:
            continue
        if a.kind == "Generator?":
            changed[a.name] = 11
        elif a.kind == "Device?":
            changed[a.name] = "cpu"
        elif a.kind == "bool?" and a.name == "pin_memory":
            changed[a.name] = False
        elif a.kind == "MemoryFormat?":
            size = values.get("size") or (list(first.shape) if first is not None else [])
            changed[a.name] = torch.channels_last if len(size) == 4 else torch.contiguous_format
        elif a.kind == "ScalarType?":
            changed[a.name] = torch.float64 if first is None or first.dtype != torch.float64 else torch.float32
    if any(changed[n] is not values[n] for n in values):
        yield changed


def plainer(entry, values):
    """The same call with the last arguments at their defaults, one more each time."""
    changed = dict(values)
    for a in reversed(entry.visible):
        if not a.has_default:
            break
        if not ops_schema.at_default(a, changed[a.name]):
            changed[a.name] = a.default
            yield dict(changed)


def variants(entry, candidates):
    for i, values in enumerate(candidates):
        yield values
        if i < 40:
            yield from augmented(entry, values)
            yield from plainer(entry, values)


def features(entry, values):
    """What the call shows, with the weight of each."""
    found = {}
    for a in entry.arguments:
        value = values[a.name]
        if a.has_default:
            default = ops_schema.at_default(a, value)
            found[a.name, default] = 3 if default else 10
        elif a.kind.endswith("?"):
            found[a.name, value is None] = 8
        if a.kind in ("bool", "str", "str?"):
            found[a.name, "is", str(value)] = 3 if a.kind == "bool" else 1
        if a.kind in ("int", "int?"):
            # A number that got lost on the way would most likely be 0.
            found[a.name, "not zero", bool(value)] = 6 if value else 2
        if a.kind in ("Scalar", "Scalar?") and value is not None:
            found[a.name, type(value).__name__] = 4
        if a.kind.startswith("int[]") and value and a.length:
            found[a.name, "one" if len(set(value)) == 1 and len(value) == a.length else "many"] = 3
    for form in entry.forms:
        if ops_schema.fits(entry, form, values):
            found["form", tuple(form)] = 6
    tensors = [t for a in entry.arguments for t in ops_record.tensors_of(values[a.name])]
    if tensors:
        found["dtype", str(tensors[0].dtype)] = 10 if tensors[0].dtype == torch.float64 else 5
    return found


def cost(entry, values):
    """Small tensors are cheap, but those of a few elements or one dimension show little."""
    tensors = [t for a in entry.arguments for t in ops_record.tensors_of(values[a.name])]
    total = sum(t.numel() for t in tensors)
    if total > 400:
        return 1000
    price = total / 60
    if tensors:
        price += 20 if any(t.numel() == 0 for t in tensors) else max(0, 5 - tensors[0].numel())
        price += 1.5 if tensors[0].dim() < 2 else 0
    return price + sum(4 for a in entry.arguments if a.kind == "Tensor[]" and len(values[a.name]) < 2)


def choose(entry, fixed, candidates, store_values, report):
    """Cases of all fixed calls, and of those candidates that add something."""
    cases, seen = [], set()
    for values in fixed:
        # A hand-written call that fails is a mistake in the script.
        cases.append(ops_record.record(entry, values, False))
        seen |= set(features(entry, values))
    pool = [(v, features(entry, v), cost(entry, v)) for v in variants(entry, candidates)]
    pool = [p for p in pool if p[2] < 1000]
    error = None
    while pool and len(cases) < MOST:
        gains = [sum(w for f, w in p[1].items() if f not in seen) - p[2] for p in pool]
        best = max(range(len(pool)), key=lambda i: gains[i])
        if cases and gains[best] <= (2 if len(cases) < ENOUGH else 4):
            break
        values, shows, _ = pool.pop(best)
        try:
            cases.append(ops_record.record(entry, values, store_values))
            seen |= set(shows)
        except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError, ops_record.Unsuitable) as e:
            error = e
    if not cases:
        report.append(f"{entry.name}: no case ({error})")
    for a in entry.arguments:
        if a.has_default and cases and a.kind != "Layout?" and (a.name, False) not in seen:
            report.append(f"{entry.name}: {a.name} is always {a.default_text}")
    for form in entry.forms:
        if cases and ("form", tuple(form)) not in seen:
            report.append(f"{entry.name}: no case for {form}")
    return cases
