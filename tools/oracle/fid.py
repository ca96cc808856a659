"""FID of two sets of random images by Inception with random weights: the network in PyTorch, TensorFlow's resize and
torch-fidelity's formula in NumPy. Nothing of flowprior's takes part.

    python tools/oracle/fid.py DIR [COUNT]    # two sets of COUNT images (default: 2,000); half an hour on one core

Writes DIR/a.npz, DIR/b.npz and DIR/inception.safetensors at once, then prints FID and inception score. Beside it:

    flowprior evaluate --generated DIR/a.npz --real DIR/b.npz --features inception:DIR/inception.safetensors \
        --metrics fid,is --image-size 48
"""
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file

import inception

SIDE, BATCH = 48, 20


def images(count, contrast, seed):
    """Blocks of random colour under random noise."""
    draw = np.random.RandomState(seed)
    blocks = draw.randint(0, 256, (count, 6, 6, 3)).repeat(8, 1).repeat(8, 2)
    return np.clip(128 + contrast * (blocks - 128) + draw.randint(-40, 41, blocks.shape), 0, 255).astype(np.uint8)


def taps(side):
    at = np.arange(299, dtype=np.float32) * np.float32(side / 299)
    low = np.floor(at).astype(int)
    return low, np.minimum(low + 1, side - 1), (at - low).astype(np.float32)


def resized(batch):
    low, high, share = taps(batch.shape[1])
    x = batch.astype(np.float32)
    x = x[:, :, low] + (x[:, :, high] - x[:, :, low]) * share[:, None]
    return x[:, low] + (x[:, high] - x[:, low]) * share[:, None, None]


def outputs(network, images):
    features, logits = [], []
    for at in range(0, len(images), BATCH):
        found = network(torch.from_numpy(resized(images[at:at + BATCH])).permute(0, 3, 1, 2))
        features.append(found["pooled2048"].numpy())
        logits.append(found["logitsUnbiased"].double().numpy())
    return np.concatenate(features), np.concatenate(logits)


def fid(a, b):
    means = a.mean(0) - b.mean(0)
    one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    roots = np.sqrt(np.linalg.eigvals(one @ two).astype(complex)).real.sum()
    return float(means @ means + np.trace(one) + np.trace(two) - 2 * roots)


def score(logits):
    logits = logits[np.random.RandomState(2020).permutation(len(logits))]
    scores = []
    for part in np.array_split(logits, 10):
        log = part - np.log(np.exp(part - part.max(1, keepdims=True)).sum(1, keepdims=True)) - part.max(1, keepdims=True)
        p = np.exp(log)
        scores.append(np.exp((p * (log - np.log(p.mean(0)))).sum(1).mean()))
    return float(np.mean(scores)), float(np.std(scores))


def main(directory, count):
    directory.mkdir(parents=True, exist_ok=True)
    network = inception.network(0)
    save_file(network.state_dict(), directory / "inception.safetensors")
    sets = images(count, 0.5, 1), images(count, 0.45, 2)
    for name, some in zip("ab", sets):
        np.savez(directory / f"{name}.npz", arr_0=some)
    with torch.no_grad():
        (a, logits), (b, _) = (outputs(network, some) for some in sets)
    print("FID %.10f" % fid(a, b))
    print("inception score %.10f, %.10f" % score(logits))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
