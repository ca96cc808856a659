"""Fréchet distance, Inception score, precision and recall by NumPy, SciPy and PyTorch, for the tests of
org.flowprior.eval.

    python tools/oracle/evaluation.py src/test/resources/org/flowprior/eval/statistics.json
    python tools/oracle/evaluation.py --large    # the Fréchet distance of 2 x 2,000 features of 2,048 numbers, printed

Needs torch, scipy. The features are not stored: both sides draw them from a generator with the seed given.
"""

import json
import pathlib
import sys

import numpy as np
import scipy.linalg
import torch

ADM_BLOCK = 10_000


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def inception_like(seed, rows, width):
    """Not negative, many zeros, correlated, as pooled features are."""
    return torch.relu(normal(seed, rows, 48) @ normal(9, 48, width) * 0.1 + normal(seed + 100, rows, width) * 0.2 + 0.3)


def frechet(a, b):
    """By the eigenvalues of the product, as torch-fidelity, and by its root, as ADM; means in float32, as both."""
    a, b = a.numpy(), b.numpy()
    difference = a.mean(0) - b.mean(0)
    assert difference.dtype == np.float32
    first, second = np.cov(a.astype(np.float64).T), np.cov(b.astype(np.float64).T)
    rest = np.trace(first) + np.trace(second) + float(difference @ difference)
    eigenvalues = np.sqrt(scipy.linalg.eigvals(first @ second).astype(complex)).real.sum()
    root = np.trace(scipy.linalg.sqrtm(first @ second).real)
    return {"eigenvalues": float(rest - 2 * eigenvalues), "root": float(rest - 2 * root)}


def adm_score(logits, size):
    """float32 throughout."""
    probabilities = torch.softmax(logits, 1).numpy()
    scores = []
    for i in range(0, len(probabilities), size):
        part = probabilities[i : i + size]
        divergence = part * (np.log(part) - np.log(part.mean(0, keepdims=True)))
        scores.append(np.exp(divergence.sum(1).mean()))
    return {"mean": float(np.mean(scores)), "deviation": float(np.std(scores))}


def fidelity_score(logits):
    """float64, ten parts of the set shuffled by seed 2020."""
    logits = logits.numpy().astype(np.float64)
    logits = logits[np.random.RandomState(2020).permutation(len(logits))]
    logarithm = scipy.special.log_softmax(logits, 1)
    scores = []
    for i in range(10):
        part = logarithm[i * len(logits) // 10 : (i + 1) * len(logits) // 10]
        mean = np.exp(part).mean(0, keepdims=True)
        scores.append(np.exp((np.exp(part) * (part - np.log(mean))).sum(1).mean()))
    return {"mean": float(np.mean(scores)), "deviation": float(np.std(scores))}


def adm_distances(u, v):
    """All arithmetic in float16; blocks that overflow in float32."""
    result = np.empty((len(u), len(v)), np.float32)
    for i in range(0, len(u), ADM_BLOCK):
        for j in range(0, len(v), ADM_BLOCK):
            block = squares(u[i : i + ADM_BLOCK], v[j : j + ADM_BLOCK], np.float16)
            if not np.isfinite(block).all():
                block = squares(u[i : i + ADM_BLOCK], v[j : j + ADM_BLOCK], np.float32)
            result[i : i + ADM_BLOCK, j : j + ADM_BLOCK] = block
    return result


def squares(u, v, dtype):
    with np.errstate(over="ignore", invalid="ignore"):
        u, v = u.astype(dtype), v.astype(dtype)
        products = (u.astype(np.float32) @ v.astype(np.float32).T).astype(dtype)
        first = np.square(u).astype(np.float32).sum(1).astype(dtype)
        second = np.square(v).astype(np.float32).sum(1).astype(dtype)
        return np.maximum(first[:, None] - dtype(2) * products + second, dtype(0))


def fidelity_distances(u, v):
    return torch.cdist(torch.from_numpy(u), torch.from_numpy(v)).numpy()


def precision_recall(generated, real, k, distances):
    """Numbers of generated points near real ones, and of real points near generated ones."""
    generated, real = generated.numpy(), real.numpy()
    own = np.partition(distances(generated, generated), k, axis=1)[:, k]
    others = np.partition(distances(real, real), k, axis=1)[:, k]
    between = distances(real, generated)
    return {"precise": int((between <= others[:, None]).any(0).sum()), "recalled": int((between <= own).any(1).sum())}


def adm_sets():
    """Features of 10,030 points, the last 30 of which overflow float16's squares, and of 700."""
    generated = normal(31, 10_030, 4) * 3 + 5
    generated[10_000:] *= 60
    real = normal(32, 700, 4) * 3 + 6
    return generated, real


def permutations():
    checks = []
    for seed, n in ((0, 1), (0, 2), (7, 1000), (2020, 50_000), (2**31 - 1, 4097)):
        order = np.random.RandomState(seed).permutation(n)
        checks.append({"seed": seed, "n": n, "checksum": int((np.arange(1, n + 1, dtype=np.int64) * order).sum())})
    return checks


def main(path):
    adm = adm_sets()
    wide = normal(41, 400, 64), normal(42, 300, 64) * 1.1
    long = normal(51, 11_000, 20) * 2
    peaked = normal(52, 95, 12) * 8
    # Nothing underflows, so that ADM's own float32 has a score.
    assert torch.softmax(long, 1).min() > 0
    out = {
        "frechet": frechet(inception_like(1, 2000, 256), inception_like(2, 2000, 256)),
        "frechetFewRows": frechet(inception_like(1, 150, 256), inception_like(2, 120, 256)),
        "admScore": adm_score(long, 5000),
        "fidelityScore": fidelity_score(peaked),
        "admPoints": precision_recall(*adm, 3, adm_distances),
        "admPointsExact": precision_recall(*adm, 3, lambda u, v: squares(u, v, np.float64)),
        "fidelityPoints": precision_recall(*wide, 3, fidelity_distances),
        "permutations": permutations(),
    }
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "--large":
        print(frechet(inception_like(1, 2000, 2048), inception_like(2, 2000, 2048)))
    else:
        main(sys.argv[1])
