"""Projections and neighbours by PyTorch, scikit-learn and faiss, for the tests of org.flowprior.target and .eval.

    python tools/oracle/projections.py write src/test/resources/org/flowprior/target/projections.json
    python tools/oracle/projections.py make DIR     # the rows of the full-size comparison, 72 MB
    FLOWPRIOR_PROJECTIONS=DIR mvn test -Dtest=ProjectionPeerTest
    python tools/oracle/projections.py check DIR    # what Java fitted and found beside scikit-learn and faiss

Needs torch, scikit-learn, safetensors; check also faiss-cpu. The small rows are not stored: both sides draw them from a
generator with the seed given. The rows have a spectrum with a gap behind the directions that are compared: without one
the subspace is not determined, and its angle measures nothing.
"""

import argparse
import hashlib
import json
import pathlib
import time

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA, IncrementalPCA

SMALL_ROWS, SMALL_WIDTH, SMALL_KEPT, SMALL_SEED = 600, 24, 5, 7
ROWS, WIDTH, KEPT = 20_000, 896, 32


def random_projection(d2, d1):
    torch.manual_seed(42)
    weight = torch.empty(d1, d2)
    torch.nn.init.normal_(weight, std=d2**-0.5)
    return weight


def small_rows():
    normal = torch.randn(SMALL_ROWS, SMALL_WIDTH, generator=torch.Generator().manual_seed(SMALL_SEED))
    deviation = torch.tensor([6.0, 5.0, 4.0, 3.0, 2.0] + [0.25] * (SMALL_WIDTH - 5))
    return (normal * deviation).cumsum(1) + 10


def write(path):
    out = {"random": {}}
    for d2, d1 in ((896, 32), (768, 32), (5, 2), (9, 3)):
        weight = random_projection(d2, d1).numpy()
        out["random"][f"{d2}x{d1}"] = hashlib.sha256(weight.astype("<f4").tobytes()).hexdigest()
    rows = small_rows().double().numpy()
    exact = PCA(SMALL_KEPT, svd_solver="full").fit(rows)
    incremental = IncrementalPCA(SMALL_KEPT, batch_size=100).fit(rows)
    for name, fit in (("exact", exact), ("incremental", incremental)):
        out[name] = {
            "mean": fit.mean_.tolist(),
            "components": fit.components_.ravel().tolist(),
            "variance": fit.explained_variance_.tolist(),
            "ratio": fit.explained_variance_ratio_.tolist(),
            "projected": fit.transform(rows[:4]).ravel().tolist(),
        }
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")


def make(directory):
    """Deviations 10 to 3 along 32 random directions, 1.5 to 0.01 along the others: a ratio of 2 behind the 32nd."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    basis = np.linalg.qr(random.standard_normal((WIDTH, WIDTH)))[0]
    deviation = np.concatenate([np.linspace(10, 3, KEPT), np.geomspace(1.5, 0.01, WIDTH - KEPT)])
    rows = (random.standard_normal((ROWS, WIDTH)) * deviation) @ basis.T + random.standard_normal(WIDTH)
    save_file({"rows": rows.astype(np.float32)}, directory / "rows.safetensors")
    queries = random.standard_normal((2_000, 32)).astype(np.float32)
    targets = random.standard_normal((50_000, 32)).astype(np.float32)
    targets[1_000:1_100] = queries[:100]
    save_file({"queries": queries, "targets": targets}, directory / "neighbours.safetensors")


def check(directory):
    import faiss

    directory = pathlib.Path(directory)
    rows = load_file(directory / "rows.safetensors")["rows"].astype(np.float64)
    java = load_file(directory / "java.safetensors")
    start = time.perf_counter()
    exact = PCA(KEPT, svd_solver="full").fit(rows)
    print(f"scikit-learn's exact fit took {time.perf_counter() - start:.1f} s")
    spectrum = np.sqrt(np.linalg.eigvalsh(np.cov(rows.T))[::-1][KEPT - 1 : KEPT + 1])
    print(f"deviations on both sides of the gap: {spectrum[0]:.4f} and {spectrum[1]:.4f}")
    for name in ("exact", "incremental"):
        components, variance = java[name + ".components"].astype(np.float64), java[name + ".variance"]
        print(
            f"{name}: largest subspace angle {subspace_angles(components.T, exact.components_.T).max():.3e}, "
            f"largest entry off by {np.abs(components - exact.components_).max():.3e}, "
            f"variance off by {np.abs(variance / exact.explained_variance_ - 1).max():.3e} of itself"
        )
    samples = load_file(directory / "neighbours.safetensors")
    for k in (1, 5, 50):
        index = faiss.IndexFlatL2(32)
        index.add(samples["targets"])
        flat = np.sqrt(np.maximum(index.search(samples["queries"], k)[0][:, -1], 0))
        difference = samples["queries"][:, None, :].astype(np.float64)
        exactly = np.empty(len(flat))
        for i in range(0, len(flat), 20):
            square = ((difference[i : i + 20] - samples["targets"][None]) ** 2).sum(2)
            exactly[i : i + 20] = np.sqrt(np.partition(square, k - 1, axis=1)[:, k - 1])
        found = java[f"distances.{k}"]
        print(
            f"k = {k}: largest difference from faiss {np.abs(found - flat).max():.3e}, "
            f"from float64 brute force {np.abs(found - exactly).max():.3e}; faiss from the latter "
            f"{np.abs(flat - exactly).max():.3e}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("write", "make", "check"))
    parser.add_argument("path")
    arguments = parser.parse_args()
    {"write": write, "make": make, "check": check}[arguments.task](arguments.path)
