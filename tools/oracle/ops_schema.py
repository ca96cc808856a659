"""The schema side of the op oracle: entries, their arguments, and how Python values bind to them."""
import re
from dataclasses import dataclass, field

import torch

DTYPES = {"float": torch.float32, "double": torch.float64, "long": torch.int64, "bool": torch.bool}
REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


class Unbindable(Exception):
    """The value does not fit the argument."""


@dataclass
class Argument:
    """One argument: schema type without alias marks, name, spelling of the default or None."""
    type: str
    name: str
    default_text: str | None
    keyword_only: bool
    mutated: bool
    default: object = None

    @property
    def kind(self):
        """The type without list lengths and symbolic spelling, for example int[]?."""
        return re.sub(r"\[\d+\]", "[]", self.type.replace("SymInt", "int"))

    @property
    def length(self):
        """The stated length of an int list, or None."""
        found = re.search(r"\[(\d+)\]", self.type)
        return int(found.group(1)) if found else None

    @property
    def has_default(self):
        return self.default_text is not None


@dataclass
class Entry:
    """One line of ops.tsv."""
    name: str
    java_class: str
    text: str
    full: list
    forms: list
    arguments: list = field(default_factory=list)

    @property
    def base(self):
        return self.name.split(".")[0]

    @property
    def overload(self):
        return self.name.split(".")[1] if "." in self.name else "default"

    @property
    def visible(self):
        """The arguments that Java sees."""
        return [a for a in self.arguments if a.kind != "Layout?"]

    @property
    def function(self):
        return getattr(getattr(torch.ops.aten, self.base), self.overload)

    def call(self, values):
        positional = [values[a.name] for a in self.arguments if not a.keyword_only]
        return self.function(*positional, **{a.name: values[a.name] for a in self.arguments if a.keyword_only})


def read_entries(index):
    entries = []
    for line in index.read_text().splitlines():
        if not line.startswith("#"):
            columns = line.split("\t")
            forms = [types(form) for form in re.findall(r"\(([^)]*)\)", columns[4])]
            entries.append(parse(Entry(columns[0], columns[1], columns[5], types(columns[3]), forms)))
    return entries


def types(column):
    return column.split(";") if column else []


def parse(entry):
    inner = re.match(r"[\w.]+\((.*)\) -> ", entry.text).group(1)
    keyword_only = False
    for part in split(inner):
        if part == "*":
            keyword_only = True
            continue
        plain = re.sub(r"\([a-z*|]+!?( -> [a-z*|]+)?\)", "", part)
        kind, rest = plain.split(" ", 1)
        argument, _, default = rest.partition("=")
        a = Argument(kind, argument, default if "=" in rest else None, keyword_only, "!" in part)
        a.default = default_value(a)
        entry.arguments.append(a)
    return entry


def split(text):
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += c in "([" and 1 or c in ")]" and -1 or 0
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    if text[start:].strip():
        parts.append(text[start:].strip())
    return parts


def default_value(a):
    text = a.default_text
    if text is None or text == "None":
        return None
    if text in ("True", "False"):
        return text == "True"
    if text[0] in "'\"":
        return text[1:-1]
    if text.startswith("["):
        return [int(v) for v in text[1:-1].split(",") if v]
    if text == "Mean":
        return 1
    if text in DTYPES:
        return DTYPES[text]
    if text == "contiguous_format":
        return torch.contiguous_format
    if a.kind.startswith("int[]"):
        return [int(text)] * (a.length or 1)
    if a.kind.rstrip("?") == "float":
        return float(text)
    return float(text) if "." in text or "e" in text else int(text)


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def convert(a, value):
    """The value as the argument's type has it, or Unbindable."""
    kind = a.kind
    if kind.endswith("?"):
        if value is None:
            return None
        kind = kind[:-1]
    if a.name == "reduction" and isinstance(value, str):
        value = REDUCTIONS.get(value)
    if kind == "Tensor" and isinstance(value, torch.Tensor) and value.layout == torch.strided:
        return value
    if kind == "Tensor[]" and isinstance(value, (list, tuple)) and all(isinstance(t, torch.Tensor) for t in value):
        return list(value)
    if kind == "Tensor?[]" and isinstance(value, (list, tuple)) \
            and all(t is None or isinstance(t, torch.Tensor) for t in value):
        return list(value)
    if kind == "Scalar" and number(value):
        return value
    if kind == "Scalar[]" and isinstance(value, (list, tuple)) and all(number(v) for v in value):
        return list(value)
    if kind == "int" and integer(value):
        return value
    if kind == "int[]":
        if integer(value) and a.length:
            return [value] * a.length
        if isinstance(value, (list, tuple)) and all(integer(v) for v in value):
            return list(value)
    if kind == "float" and number(value):
        return float(value)
    if kind == "float[]" and isinstance(value, (list, tuple)) and all(number(v) for v in value):
        return [float(v) for v in value]
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "str" and isinstance(value, str):
        return value
    if kind == "ScalarType" and isinstance(value, torch.dtype):
        return value
    if kind == "MemoryFormat" and isinstance(value, torch.memory_format):
        return value
    if kind == "Device" and isinstance(value, (str, torch.device)) and torch.device(value).type == "cpu":
        return "cpu"
    if kind == "Generator" and integer(value):
        return value
    raise Unbindable(f"{a.name}: {value!r} is no {a.type}")


def bind(entry, args, kwargs):
    """All arguments of the entry by name, in schema order, from a Python call; Unbindable where it does not fit."""
    values, args, kwargs = {}, list(args), dict(kwargs)
    for a in entry.arguments:
        if args and not a.keyword_only:
            # Python takes a trailing list of ints as separate arguments too.
            if a.kind.startswith("int[]") and len(args) > 1 and all(integer(v) for v in args) \
                    and a is [x for x in entry.arguments if not x.keyword_only][-1]:
                values[a.name], args = convert(a, args), []
            else:
                values[a.name] = convert(a, args.pop(0))
        elif a.name in kwargs:
            values[a.name] = convert(a, kwargs.pop(a.name))
        elif a.kind == "Layout?":
            kwargs.pop("layout", None)
            values[a.name] = None
        elif a.has_default:
            values[a.name] = a.default
        elif a.kind.endswith("?"):
            values[a.name] = None
        else:
            raise Unbindable(f"{a.name} is missing")
    kwargs.pop("layout", None)
    if args or kwargs:
        raise Unbindable(f"left over: {args} {kwargs}")
    return values


def at_default(a, value):
    """Whether the value is what the entry takes where none is given."""
    if not a.has_default or type(a.default) is not type(value):
        return False
    return a.default is value if isinstance(value, torch.Tensor) else a.default == value


def single(a, value):
    """Whether one int stands for the list."""
    return bool(a.length and value and len(value) == a.length and len(set(value)) == 1)


def kept(entry, values):
    """How many of the last arguments have their defaults."""
    n = 0
    for a in reversed(entry.visible):
        if not at_default(a, values[a.name]):
            break
        n += 1
    return n


def fits(entry, form, values):
    """Whether the Java form, a list of parameter types, can make the call."""
    seen = entry.visible[len(entry.visible) - len(entry.full):]
    for a, short, long in zip(seen, form, entry.full):
        if short == "long" and long != "long":
            value = values[a.name]
            if value is None or (long == "long[]" and not single(a, value)):
                return False
    return len(entry.full) - len(form) <= kept(entry, values)
