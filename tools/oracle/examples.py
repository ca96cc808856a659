"""Runs src/examples/python for 20 steps: initial weights and losses for ExamplesTest.

    python tools/oracle/examples.py     # writes src/test/resources/org/flowprior/examples/
"""
import importlib
import json
import pathlib
import sys

import torch

ROOT = pathlib.Path(__file__).parents[2]
TARGET = ROOT / "src/test/resources/org/flowprior/examples"
NAMES = ["mnist_classifier", "lstm_language_model", "small_transformer", "gan", "own_function", "own_optimizer"]

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src/examples/python"))
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    losses = {name: importlib.import_module(name).main(TARGET / f"{name}.safetensors") for name in NAMES}
    (TARGET / "losses.json").write_text(json.dumps(losses, indent=1) + "\n")
