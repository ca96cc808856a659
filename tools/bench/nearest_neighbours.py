"""Exact neighbours of 10,000 points among 200,000, of 32 numbers, by faiss-cpu's flat index and by flowprior.

    python tools/bench/nearest_neighbours.py --classpath CLASSPATH [--java "java OPTIONS"] [--threads 2] [--k 10]

CLASSPATH holds flowprior's classes and test classes. Needs torch, faiss-cpu. Each side runs alone, one after the other,
over the same numbers, which both draw by PyTorch's generator from seeds 1 and 2. Prints seconds, wall clock and of the
processors, and the largest difference between the distances to the k-th neighbour, relative to faiss's.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import tempfile
import time

TARGETS, QUERIES, WIDTH = 200_000, 10_000, 32


def of_faiss(k, threads):
    import faiss
    import numpy as np
    import torch

    faiss.omp_set_num_threads(threads)
    targets = torch.randn(TARGETS, WIDTH, generator=torch.Generator().manual_seed(1)).numpy()
    queries = torch.randn(QUERIES, WIDTH, generator=torch.Generator().manual_seed(2)).numpy()
    index = faiss.IndexFlatL2(WIDTH)
    wall, cpu = time.perf_counter(), time.process_time()
    index.add(targets)
    squares = index.search(queries, k)[0][:, -1]
    seconds = time.perf_counter() - wall, time.process_time() - cpu
    return np.sqrt(np.maximum(squares.astype(np.float64), 0)), seconds


def of_flowprior(arguments, file):
    command = shlex.split(arguments.java) + [
        "-cp", arguments.classpath, "org.flowprior.eval.NearestNeighboursBench",
        str(arguments.k), str(arguments.threads), str(file),
    ]  # fmt: skip
    environment = dict(os.environ, OMP_NUM_THREADS=str(arguments.threads))
    printed = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--java", default="java --enable-native-access=ALL-UNNAMED")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--k", type=int, default=10)
    arguments = parser.parse_args()
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "distances.npy"
        ours = of_flowprior(arguments, file)
        found = np.load(file)
    expected, (wall, cpu) = of_faiss(arguments.k, arguments.threads)
    print(f"{QUERIES:,} queries, {TARGETS:,} targets of {WIDTH} numbers")
    print(f"k = {arguments.k}, {arguments.threads} threads")
    print(f"faiss      {wall:7.2f} s, {cpu:7.2f} s of the processors")
    print(f"flowprior  {ours['wall']:7.2f} s, {ours['cpu']:7.2f} s of the processors")
    print(f"largest relative difference of r_k: {np.abs(found / expected - 1).max():.2e}")


if __name__ == "__main__":
    main()
