"""Calls an entry and writes down what PyTorch makes of it: results, changed arguments, gradients."""
import math

import torch

import ops_schema

SEED = 5


class Unsuitable(Exception):
    """The call says nothing that a test could compare, or is too large."""


class Store:
    """Tensors of the resource, each once, behind one another."""

    def __init__(self):
        self.index = {}
        self.tensors = []
        self.data = bytearray()

    def add(self, tensor, values=True):
        """The number of the tensor; without values only dtype, shape and strides are kept."""
        if tensor is None:
            return None
        # Some gradients have no elements: PyTorch only knows them to be zero.
        plain = tensor.detach().resolve_conj().resolve_neg()
        if plain._is_zerotensor():
            plain = torch.zeros(plain.shape, dtype=plain.dtype)
        flat = torch.empty(plain.numel(), dtype=plain.dtype).copy_(plain.reshape(-1))
        if flat.is_complex():
            flat = torch.view_as_real(flat).reshape(-1)
        raw = bytes(flat.view(torch.uint8).numpy().tobytes()) if flat.numel() and values else b""
        strides = [] if plain.is_contiguous() else list(tensor.stride())
        key = (str(tensor.dtype), tuple(tensor.shape), tuple(strides), values, raw)
        if key not in self.index:
            self.data += bytes(-len(self.data) % 16 if len(raw) >= 16 else 0)
            record = [str(tensor.dtype)[6:], list(tensor.shape), len(self.data) if values else -1]
            self.tensors.append(record + ([strides] if strides else []))
            self.data += raw
            self.index[key] = len(self.tensors) - 1
        return self.index[key]


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors_of(v)]
    return []


def replace(value, tensors):
    """The value with its tensors taken from the iterator instead."""
    if isinstance(value, torch.Tensor):
        return next(tensors)
    if isinstance(value, (list, tuple)):
        return [replace(v, tensors) for v in value]
    return value


def copy(tensor):
    """The same elements in the same places, without history."""
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype).copy_(tensor.detach())


def weights(tensor):
    """What the gradient of a result is weighted with: (37 i + 11) mod 17, brought to -1 ... 1."""
    numbers = (torch.arange(tensor.numel(), dtype=torch.int64) * 37 + 11) % 17 - 8
    return (numbers.to(torch.float64) / 8).reshape(tensor.shape).to(tensor.dtype)


def call(entry, values, differentiated):
    """The leaves, what was passed, and the results, with the default generator at its seed."""
    originals = [t for a in entry.arguments for t in tensors_of(values[a.name])]
    leaves = [copy(t).requires_grad_(i in differentiated) for i, t in enumerate(originals)]
    written = [a.mutated for a in entry.arguments for _ in tensors_of(values[a.name])]
    passed = [leaf.clone(memory_format=torch.preserve_format) if mutated and leaf.requires_grad else leaf
              for leaf, mutated in zip(leaves, written)]
    supply = iter(passed)
    arguments = {}
    for a in entry.arguments:
        value = replace(values[a.name], supply)
        if a.kind == "Generator?" and value is not None:
            value = torch.Generator().manual_seed(value)
        arguments[a.name] = value
    torch.manual_seed(SEED)
    result = entry.call(arguments)
    return originals, leaves, passed, written, result


def gradients(entry, values):
    """
    What the entry can be differentiated by, as places among the tensors of the arguments, the gradients, and the place
    of the result that they are of, or None where they are of all results together.
    """
    def attempt(places, of):
        _, leaves, passed, written, result = call(entry, values, places)
        outputs = [t for t in tensors_of(result) if t.requires_grad]
        if not tensors_of(result):
            outputs = [t for t, w in zip(passed, written) if w and t.requires_grad]
        outputs = outputs[:of + 1][of:] if of is not None else outputs
        if not outputs:
            return None
        found = torch.autograd.grad(outputs, [leaves[i] for i in places], [weights(t) for t in outputs],
                                    allow_unused=True)
        # Sparse gradients are out of flowprior's scope.
        return None if any(g is not None and g.layout != torch.strided for g in found) else found

    def possible(places, of):
        try:
            found = attempt(places, of)
            return found if found is not None and any(g is not None for g in found) else None
        except (RuntimeError, IndexError):
            return None

    floating = [i for i, t in enumerate(t for a in entry.arguments for t in tensors_of(values[a.name]))
                if t.is_floating_point() or t.is_complex()]
    # Eigenvectors have no derivative of their own, but eigenvalues do.
    for of in (None, 0) if floating else ():
        subset = [i for i in floating if possible([i], of) is not None]
        for places in (floating, subset):
            found = possible(places, of) if places else None
            if found is not None:
                return places, found, of
    return [], [], None


def returns_self(entry):
    return entry.text.split(" -> ")[-1].endswith("!)") and not entry.text.endswith("[]")


def record(entry, values, store_values=True):
    """The case as a dictionary of plain values and tensors; Unsuitable where there is nothing to compare."""
    originals, _, passed, written, result = call(entry, values, [])
    case = {"values": values}
    if not returns_self(entry) and result is not None and result != []:
        case["out"] = [result] if isinstance(result, (torch.Tensor, bool)) else list(result)
    after = {}
    for i, (before, now) in enumerate(zip(originals, passed)):
        if written[i] or before.shape != now.shape or not same(before, now):
            after[i] = now.detach()
    case["after"] = after
    shown = [t for t in case.get("out", []) if isinstance(t, torch.Tensor)] + list(after.values())
    total = sum(t.numel() for t in shown)
    if total > 400:
        raise Unsuitable("results of more than 400 elements")
    if shown and store_values:
        if total == 0:
            raise Unsuitable("empty results")
        if all(bool(t.isnan().all()) for t in shown if t.is_floating_point() or t.is_complex()) \
                and all(t.is_floating_point() or t.is_complex() for t in shown):
            raise Unsuitable("nothing but NaN")
    case["wrt"], case["gradients"], case["of"] = gradients(entry, values)
    return case


def same(a, b):
    return a.stride() == b.stride() and (torch.equal(a, b) or bool(((a == b) | (a.isnan() & b.isnan())).all()))


def plain(value, store):
    """An argument as JSON has it; tensors as their numbers in the store."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, torch.Tensor):
        return store.add(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (torch.dtype, torch.memory_format)):
        return str(value)[6:]
    return [plain(v, store) for v in value]


def to_json(entry, case, store, store_values):
    """The case with its tensors in the store."""
    values = case["values"]
    out = {"args": [plain(values[a.name], store) for a in entry.visible]}
    if ops_schema.kept(entry, values):
        out["kept"] = ops_schema.kept(entry, values)
    single = [i for i, a in enumerate(entry.visible) if ops_schema.single(a, values[a.name])]
    if single:
        out["single"] = single
    if "out" in case:
        out["out"] = [v if isinstance(v, bool) else store.add(v, store_values) for v in case["out"]]
    if case["after"]:
        out["after"] = {str(i): store.add(t) for i, t in case["after"].items()}
    if case["wrt"]:
        out["grad"] = {str(i): store.add(g) for i, g in zip(case["wrt"], case["gradients"])}
        if case["of"] is not None:
            out["of"] = case["of"]
    return out
