"""Tensor files made by Python, for the tests of org.flowprior.torch.io, and a check of those made by Java.

    python tools/oracle/tensor_files.py write src/test/resources/org/flowprior/torch/io
    python tools/oracle/tensor_files.py check DIR     # DIR: what PythonPeerTest wrote

Needs torch, safetensors, numpy. Every tensor's bytes follow from its name, see payload(), here and in Payload.java.
"""

import argparse
import collections
import copyreg
import json
import os
import pathlib
import struct
import sys
import zipfile

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import safetensors
import safetensors.torch
import torch

DTYPES = [
    "bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16",
    "float32", "float64", "float8_e4m3fn", "float8_e5m2", "complex32", "complex64", "complex128",
]
NO_SAFETENSORS = {"complex32", "complex128"}
NO_NUMPY = {"bfloat16", "float8_e4m3fn", "float8_e5m2", "complex32"}


def payload(name, count, dtype):
    start = sum(name.encode())
    data = bytes((start + 7 * i + i * i // 3) & 0xFF for i in range(count))
    return bytes(b & 1 for b in data) if dtype == "bool" else data


def tensor(name, dtype, *shape):
    dt = getattr(torch, dtype)
    count = int(np.prod(shape)) * dt.itemsize
    if count == 0:
        return torch.empty(shape, dtype=dt)
    return torch.frombuffer(bytearray(payload(name, count, dtype)), dtype=torch.uint8).view(dt).reshape(shape)


def raw(t):
    t = t.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return t.view(torch.uint8).numpy().tobytes() if t.numel() else b""


def all_tensors(without=()):
    tensors = {d: tensor(d, d, 3, 5) for d in DTYPES if d not in without}
    tensors["empty"] = tensor("empty", "float32", 0, 4)
    tensors["scalar"] = tensor("scalar", "float64")
    tensors["ключ \"q\"/a.b"] = tensor("ключ \"q\"/a.b", "float32", 2)
    return tensors


METADATA = {"format": "pt", "note": "line\n\"quoted\" ü"}


def tree():
    return {
        "text": "héllo", "long": 2**40, "int": -7, "double": 0.1, "yes": True, "no": False, "none": None,
        "list": [1, [2.5, "x"], {"k": None}], "empty": [], "dict": {}, 3: "three",
        "tensors": all_tensors(),
    }


def views():
    base = tensor("base", "float32", 6, 8)
    tied = tensor("tied", "float32", 4)
    return {
        "base": base, "row": base[2], "column": base[:, 3], "transposed": base.t(), "block": base[1:5, 2:6],
        "expanded": tensor("one", "int32", 1, 3).expand(4, 3), "part": tensor("part", "int64", 10)[4:7],
        "tied": tied, "alias": tied, "empty": base[:0], "conj": tensor("conj", "complex64", 3).conj(),
        "imag": tensor("conj", "complex64", 3).conj().imag,
        "parameter": torch.nn.Parameter(tensor("parameter", "float32", 2, 2)),
        "frozen": torch.nn.Parameter(tensor("frozen", "float64", 2), requires_grad=False),
        "leaf": tensor("leaf", "float32", 3).requires_grad_(),
    }


def checkpoint():
    """The layout of the official flow head's checkpoints, with a small network in place of theirs."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(collections.OrderedDict(input_proj=torch.nn.Linear(4, 6), norm=torch.nn.LayerNorm(6),
                                                      final=torch.nn.Linear(6, 4, bias=False)))
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.9, 0.95))
    net(torch.ones(2, 4)).square().sum().backward()
    optimizer.step()
    args = argparse.Namespace(config="configs/flow.yaml", lr=1e-4, epochs=400, use_ema=True, resume=None,
                              betas=[0.9, 0.95])
    ema = {k: v.detach().clone() for k, v in net.named_parameters()}
    return {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "steps": 12000, "epoch": 4, "args": args,
            "ema": collections.OrderedDict(ema)}


class OldParameter:
    """A parameter as PyTorch 0.1 pickled it: an empty object, given its state later."""

    __class__ = property(lambda self: torch.nn.parameter.Parameter)

    def __init__(self, data):
        self.data = data

    def __reduce_ex__(self, protocol):
        return (copyreg.__newobj__, (torch.nn.parameter.Parameter,),
                (OldTensor(self.data), None, collections.OrderedDict(), True, False))


class OldTensor:
    def __init__(self, data):
        self.data = data

    def __reduce_ex__(self, protocol):
        d = self.data
        return torch._utils._rebuild_tensor, (d._typed_storage(), d.storage_offset(), tuple(d.shape), d.stride())


def write_pytorch01(path):
    class Pairs:
        """An OrderedDict as Python 2 pickled it."""

        def __reduce_ex__(self, protocol):
            shared = OldParameter(tensor("shared", "float32", 2, 3))
            return collections.OrderedDict, ([["a", OldTensor(tensor("a", "float32", 4))], ["b", shared], ["c", shared]],)

    torch.save(Pairs(), path, _use_new_zipfile_serialization=False)
    loaded = torch.load(path, weights_only=True)
    assert list(loaded) == ["a", "b", "c"] and loaded["b"] is loaded["c"] and loaded["b"].requires_grad


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(all_tensors(NO_SAFETENSORS), folder / "all.safetensors", metadata={"format": "pt"})
    write_odd_header(folder / "odd-header.safetensors")
    torch.save(tree(), folder / "tree.pt")
    torch.save(tree(), folder / "tree-protocol4.pt", pickle_protocol=4)
    torch.save(tree(), folder / "tree-protocol5.pt", pickle_protocol=5)
    torch.save(tree(), folder / "tree-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(views(), folder / "views.pt")
    torch.save(views(), folder / "views-legacy.pth", _use_new_zipfile_serialization=False)
    write_pytorch01(folder / "pytorch01.pth")
    torch.save(checkpoint(), folder / "checkpoint.pt")
    values = {k: v.flatten().tolist() for k, v in checkpoint()["ema"].items()}
    (folder / "checkpoint.json").write_text(json.dumps(values, indent=1) + "\n")
    torch.save({"seen": {1, 2}, "raw": b"\x00\xffA", "dtype": torch.bfloat16, "device": torch.device("cuda", 1),
                "size": torch.Size([2, 3]), "pair": (1, "a"), "big": 2**80}, folder / "leaves.pt")
    arrays = {k: v.numpy() for k, v in all_tensors(NO_NUMPY).items() if "/" not in k}
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "deflated.npz", **arrays)
    array = arrays["float32"]
    np.save(folder / "c.npy", array)
    np.save(folder / "fortran.npy", np.asfortranarray(arrays["int16"]))
    for version in (2, 3):
        with open(folder / f"version{version}.npy", "wb") as f:
            np.lib.format.write_array(f, array, version=(version, 0))
    np.save(folder / "big-endian.npy", array.astype(">f4"))
    np.save(folder / "structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    np.save(folder / "object.npy", np.array([{}], dtype=object), allow_pickle=True)
    print(sum(p.stat().st_size for p in folder.iterdir()), "bytes in", folder)


def write_odd_header(path):
    a, b = payload("a", 4, "uint8"), payload("b", 16, "float64")
    header = json.dumps({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                         "b": {"dtype": "F64", "shape": [2], "data_offsets": [4, 20]}}).encode()
    header += b" " * ((len(header) + 1) % 2)    # an odd number of bytes
    path.write_bytes(struct.pack("<Q", len(header)) + header + a + b)


def same_tensors(what, found, expected):
    assert list(sorted(map(str, found))) == list(sorted(map(str, expected))), (what, list(found), list(expected))
    for key, t in expected.items():
        f = found[key]
        assert f.dtype == t.dtype and f.shape == t.shape, (what, key, f.dtype, f.shape)
        assert raw(f) == raw(t), (what, key)


def check(folder):
    expected = all_tensors(NO_SAFETENSORS)
    file = folder / "all.safetensors"
    same_tensors("safetensors", safetensors.torch.load_file(file), expected)
    with safetensors.safe_open(file, "pt") as f:
        assert f.metadata() == METADATA, f.metadata()
    plain = (folder / "plain.safetensors").read_bytes()
    assert plain == safetensors.torch.save(expected), "not the bytes that Python writes"

    for name in ("tree.pt", "tree-zip64.pt"):
        assert zipfile.ZipFile(folder / name).testzip() is None
        for mmap in (False, True):
            check_tree(name, torch.load(folder / name, weights_only=True, mmap=mmap))
    check_views(torch.load(folder / "views.pt", weights_only=True))
    model = torch.nn.Sequential(collections.OrderedDict(a=torch.nn.Linear(3, 2)))
    model.load_state_dict(torch.load(folder / "state.pt", weights_only=True))
    assert raw(model.a.weight) == payload("a.weight", 24, "float32")

    arrays = {k: v for k, v in all_tensors(NO_NUMPY).items()}
    for name in ("all.npz",):
        with np.load(folder / name) as npz:
            same_tensors(name, {k: torch.from_numpy(npz[k]) for k in npz.files}, arrays)
    for key, t in arrays.items():
        if "/" not in key:
            array = np.load(folder / f"{key}.npy")
            assert array.flags.c_contiguous and array.shape == tuple(t.shape), key
            assert array.tobytes() == raw(t), key
            assert str(array.dtype) == str(t.dtype).removeprefix("torch."), key
    check_training(torch.load(folder / "training.pt", weights_only=True))
    print("checked", len(list(folder.iterdir())), "files")


def check_tree(name, found):
    expected = tree()
    same_tensors(name, found.pop("tensors"), expected.pop("tensors"))
    assert found == expected and list(found) == list(expected), (name, found)


def check_training(found):
    """The file of training() in official_files.py, written by Java: the optimiser goes on as one that never stopped."""
    assert found["epoch"] == 3
    linear = torch.nn.Linear(3, 1, bias=False)
    linear.load_state_dict(found["model"])
    optimizer = torch.optim.Adam(linear.parameters(), lr=9)
    optimizer.load_state_dict(found["optimizer"])
    linear.weight.grad = torch.tensor([[1.0, 2.0, 3.0]])
    optimizer.step()
    assert torch.allclose(linear.weight, torch.tensor([[0.5, -1.5, 0.0]]), atol=1e-6), linear.weight
    assert optimizer.state_dict()["state"][0]["step"] == 2


def check_views(found):
    expected = views()
    same_tensors("views", found, expected)
    for key in ("row", "column", "transposed", "block"):
        assert found[key].untyped_storage().data_ptr() == found["base"].untyped_storage().data_ptr(), key
        assert found[key].stride() == expected[key].stride(), key
        assert found[key].storage_offset() == expected[key].storage_offset(), key
    assert found["part"].untyped_storage().nbytes() == 3 * 8
    assert found["tied"].data_ptr() == found["alias"].data_ptr()
    for key, t in expected.items():
        assert found[key].requires_grad == t.requires_grad, key


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
