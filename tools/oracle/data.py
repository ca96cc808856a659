"""Writes what torch.utils.data makes of some loaders, for the tests of org.flowprior.torch.data.

    python tools/oracle/data.py src/test/resources/org/flowprior/torch/data

loaders.json: the batches of three passes of loaders, with a number drawn from the generator afterwards; two passes of
samplers; parts of random_split; dtypes and shapes of default_collate; items of a ConcatDataset.
"""

import json
import sys
from pathlib import Path

import torch
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    RandomSampler,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)


def passes(loader, count=3):
    return [[batch[0].tolist() for batch in loader] for _ in range(count)]


def numbers(size):
    return TensorDataset(torch.arange(size))


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def case(make, generator=None):
    """Passes of a loader, and the next number of its generator or of the default one."""
    torch.manual_seed(11)
    made = passes(make(generator))
    return {"passes": made, "next": torch.empty((), dtype=torch.int64).random_(generator=generator).item()}


def loaders():
    return {
        "in-order": case(lambda g: DataLoader(numbers(7), 3)),
        "shuffled": case(lambda g: DataLoader(numbers(11), 4, shuffle=True)),
        "shuffled-generator": case(lambda g: DataLoader(numbers(11), 4, shuffle=True, generator=g), seeded(5)),
        "shuffled-drop": case(
            lambda g: DataLoader(numbers(12), 4, shuffle=True, drop_last=True, generator=g), seeded(6)
        ),
        "workers": case(
            lambda g: DataLoader(numbers(23), 2, shuffle=True, num_workers=2, generator=g), seeded(8)
        ),
    }


def samplers():
    torch.manual_seed(3)
    made = {}
    for name, make in {
        "permutation": lambda g: RandomSampler(range(9), generator=g),
        "longer": lambda g: RandomSampler(range(9), num_samples=21, generator=g),
        "replacement": lambda g: RandomSampler(range(9), replacement=True, num_samples=70, generator=g),
        "subset": lambda g: SubsetRandomSampler([4, 8, 15, 16, 23], generator=g),
        "weighted": lambda g: WeightedRandomSampler([0.1, 3.0, 0.0, 1.0, 0.5], 12, generator=g),
        "weighted-once": lambda g: WeightedRandomSampler([0.1, 3.0, 0.2, 1.0, 0.5], 4, False, generator=g),
    }.items():
        generator = seeded(21)
        sampler = make(generator)
        made[name] = [list(sampler), list(sampler)]
    return made


def splits():
    return {
        "lengths": [list(p.indices) for p in random_split(range(10), [5, 2, 3], seeded(4))],
        "fractions": [list(p.indices) for p in random_split(range(11), [0.5, 0.3, 0.2], seeded(4))],
    }


def dtypes():
    items = {
        "float": [1.5, 2.5],
        "int": [1, 2],
        "bool": [True, False],
        "tensor": [torch.ones(2), torch.zeros(2)],
    }
    return {name: [str(default_collate(v).dtype)[6:], list(default_collate(v).shape)] for name, v in items.items()}


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    concatenated = ConcatDataset([numbers(3), numbers(4)])
    out = {
        "loaders": loaders(),
        "samplers": samplers(),
        "splits": splits(),
        "dtypes": dtypes(),
        "concat": [concatenated[i][0].item() for i in range(7)],
    }
    (directory / "loaders.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
