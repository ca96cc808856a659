"""Hand-written calls: for entries that PyTorch's database has no sample for, and for arguments it leaves at default."""
import torch

import ops_samples_layers
import ops_schema
from ops_numbers import Numbers, call

F32, F64, I32, I64 = torch.float32, torch.float64, torch.int32, torch.int64
OPTIONS = {"dtype": F32, "device": "cpu", "pin_memory": False}


def calls(entry):
    made = SAMPLES.get(entry.name) or ops_samples_layers.SAMPLES.get(entry.name)
    return [ops_schema.bind(entry, args, kwargs) for args, kwargs in made(Numbers())] if made else []


def check(entries):
    """Every hand-written call belongs to an entry."""
    names = {entry.name for entry in entries}
    strangers = (set(SAMPLES) | set(ops_samples_layers.SAMPLES)) - names
    if strangers:
        raise SystemExit(f"hand-written calls of entries that are not listed: {sorted(strangers)}")


def tensor(values, dtype=None):
    return torch.tensor(values, dtype=dtype)


SAMPLES = {
    "empty.memory_format": lambda n: [
        call([2, 3]), call([2, 3, 2, 2], dtype=F64, device="cpu", pin_memory=False, memory_format=torch.channels_last)],
    "empty_strided": lambda n: [call([2, 3], [1, 2]), call([2, 3], [6, 2], **OPTIONS)],
    "rand": lambda n: [call([2, 3]), call([20], dtype=F64, device="cpu", pin_memory=False)],
    "rand.generator": lambda n: [call([2, 3], generator=7), call([4], generator=None, **OPTIONS)],
    "randn": lambda n: [call([2, 3]), call([20], dtype=F64, device="cpu", pin_memory=False)],
    "randn.generator": lambda n: [call([2, 3], generator=7), call([3], generator=None),
                                  call([20], generator=7, **OPTIONS)],
    "randperm": lambda n: [call(9), call(9, dtype=I32, device="cpu", pin_memory=False)],
    "randperm.generator": lambda n: [call(9, generator=7), call(9, generator=7, **OPTIONS)],
    "eye": lambda n: [call(3), call(2, dtype=F64, device="cpu", pin_memory=False)],
    "eye.m": lambda n: [call(3, 2), call(2, 3, dtype=I64, device="cpu", pin_memory=False)],
    "scalar_tensor": lambda n: [call(2), call(2.5, dtype=F64, device="cpu", pin_memory=False)],
    "linspace": lambda n: [call(-1, 2.5, 4), call(0, 9, 4, dtype=I64, device="cpu", pin_memory=False)],
    "logspace": lambda n: [call(0, 2, 3), call(-1, 2.5, 4, 2.0, dtype=F64, device="cpu", pin_memory=False)],
    "tril_indices": lambda n: [call(2, 3), call(3, 4, 1, dtype=I32, device="cpu", pin_memory=False)],
    "triu_indices": lambda n: [call(2, 3), call(3, 4, -1, dtype=I32, device="cpu", pin_memory=False)],
    "hann_window.periodic": lambda n: [call(5, True), call(6, False, dtype=F64, device="cpu", pin_memory=False)],
    "fft_fftfreq": lambda n: [call(5), call(6, 0.25, dtype=F64, device="cpu", pin_memory=False)],
    "fft_rfftfreq": lambda n: [call(5), call(6, 0.25, dtype=F64, device="cpu", pin_memory=False)],
    "meshgrid": lambda n: [call([n(2), n(3)])],
    "meshgrid.indexing": lambda n: [call([n(2), n(3)], indexing="xy"), call([n(2), n(3)], indexing="ij")],
    "cartesian_prod": lambda n: [call([n(2), n(3)]), call([n.ints(0, 5, 2), n.ints(0, 5, 2)])],

    "bernoulli.p": lambda n: [call(n(2, 3), 0.3), call(n(2, 3), 0.7, generator=7)],
    "bernoulli_.Tensor": lambda n: [call(n(2, 3), n.within(0, 1, 2, 3)),
                                    call(n(2, 3, dtype=F32), n.within(0, 1, 2, 3), generator=7)],
    "bernoulli_.float": lambda n: [call(n(4, 5), 0.2, generator=7), call(n(2, 3))],
    "random_.from": lambda n: [call(n(2, 3), -5, 9), call(n.ints(0, 2, 4), 3, None, generator=7)],
    "random_.to": lambda n: [call(n(2, 3), 9), call(n.ints(0, 2, 4), 1000, generator=7)],
    "random_": lambda n: [call(n(2, 3)), call(n.ints(0, 2, 4), generator=7)],
    "poisson": lambda n: [call(n.within(0.5, 9, 2, 3)), call(n.within(0.5, 9, 2, 3, dtype=F32), generator=7)],

    "clamp": lambda n: [call(n(2, 3), -0.5, 1), call(n(2, 3)[0], None, 0.25), call(n(2, 3), min=0.0)],
    "clamp_": lambda n: [call(n(2, 3), -0.5, 1), call(n(2, 3), None, 0.25), call(n(2, 3), min=0.0)],
    "float_power.Scalar": lambda n: [call(2.5, n(2, 3)), call(2, n.ints(0, 4, 3))],
    "float_power.Tensor_Scalar": lambda n: [call(n.within(0.5, 2, 2, 3), 2.5), call(n.ints(1, 4, 3), 2)],
    "float_power_.Scalar": lambda n: [call(n.within(0.5, 2, 2, 3), 2.5)],
    "nan_to_num": lambda n: [call(tensor([1.5, float("nan"), float("inf"), -float("inf")], F64), 0.5, 9.0, -8.0)],
    "nan_to_num_": lambda n: [call(tensor([1.5, float("nan"), float("inf"), -float("inf")], F64), 0.5, 9.0, -8.0)],
    **{f"mvlgamma{u}": lambda n: [call(n.within(2, 4, 2, 3), 2), call(n.within(2, 4, 3, dtype=F32), 3)]
       for u in ("", "_")},
    "polygamma_": lambda n: [call(n.within(0.5, 3, 2, 3), 2)],
    "polygamma": lambda n: [call(1, n.within(0.5, 3, 2, 3)), call(2, n.within(0.5, 3, 2, dtype=F32))],
    "xlogy.Scalar_Self": lambda n: [call(1.5, n.within(0.5, 2, 2, 3)), call(2, n.ints(1, 5, 3))],
    "xlogy.Scalar_Other": lambda n: [call(n(2, 3), 1.5), call(n.ints(1, 5, 3), 2)],
    "xlogy_.Scalar_Other": lambda n: [call(n(2, 3), 1.5), call(n(3, dtype=F32), 2)],
    "special_xlog1py.self_scalar": lambda n: [call(1.5, n.within(0.5, 2, 2, 3)), call(2, n.ints(1, 5, 3))],
    "special_xlog1py.other_scalar": lambda n: [call(n(2, 3), 1.5), call(n.ints(1, 5, 3), 2)],
    "special_zeta.self_scalar": lambda n: [call(1.5, n.within(0.5, 2, 2, 3)), call(2, n.within(0.5, 2, 3, dtype=F32))],
    "special_zeta.other_scalar": lambda n: [call(n.within(1.5, 3, 2, 3), 1.5), call(n.within(1.5, 3, 2, dtype=F32), 2)],

    "allclose": lambda n: [call(tensor([1.0, float("nan")]), tensor([1.001, float("nan")]), 0.01, 0.01, True)],
    "isin.Tensor_Tensor": lambda n: [call(tensor([3, 1, 2]), tensor([1, 5, 3]), assume_unique=True, invert=True)],
    "isin.Tensor_Scalar": lambda n: [call(n.ints(0, 3, 2, 3), 1),
                                     call(tensor([1.5, 2.5]), 1.5, assume_unique=True, invert=True)],
    "isin.Scalar_Tensor": lambda n: [call(2, tensor([1, 2])),
                                     call(2.5, tensor([1.0, 2.0]), assume_unique=True, invert=True)],
    "topk": lambda n: [call(n(3, 4), 2, 0, False, False)],
    "searchsorted.Scalar": lambda n: [
        call(tensor([1.0, 2.0, 3.0]), 2),
        call(tensor([3, 1, 2]), 2.5, out_int32=True, side="right", sorter=tensor([1, 2, 0])),
        call(tensor([1.0, 2.0, 3.0]), 2.0, right=True)],
    "bucketize.Scalar": lambda n: [call(2, tensor([1.0, 2.0, 3.0])),
                                   call(2.0, tensor([1, 2, 3]), out_int32=True, right=True)],
    "_unique2": lambda n: [call(n.ints(0, 4, 2, 4)), call(n.ints(0, 4, 2, 4), True, True, True),
                           call(tensor([2.0, 1.0, 2.0]), False, False, True)],

    "prod": lambda n: [call(n(2, 3)), call(n.ints(1, 4, 2, 3), dtype=F64)],
    "prod.dim_int": lambda n: [call(n(2, 3), 1), call(n.ints(1, 4, 2, 3), 0, True, dtype=F64)],
    "norm.ScalarOpt_dtype": lambda n: [call(n(2, 3, dtype=F32), 2, dtype=F64), call(n(2, 3), None, dtype=F64),
                                       call(n(2, 3, dtype=F32), 1.5, dtype=F64)],
    "norm.ScalarOpt_dim_dtype": lambda n: [call(n(2, 3, dtype=F32), 2, [1], True, dtype=F64),
                                           call(n(2, 3), None, [0, 1], False, dtype=F64)],
    "cumprod": lambda n: [call(n(2, 3), 1), call(n.ints(1, 4, 2, 3), 0, dtype=F64)],
    "cumprod_": lambda n: [call(n(2, 3), 1), call(n(2, 3), 0, dtype=F64)],

    "squeeze.dims": lambda n: [call(n(1, 2, 1), [0, 2]), call(n(1, 2), [0])],
    "view.dtype": lambda n: [call(n(2, 3, dtype=F32), I32), call(n(3, dtype=F64), torch.uint8)],
    "movedim.int": lambda n: [call(n(2, 3, 4), 0, -1)],
    "flatten.using_ints": lambda n: [call(n(2, 3, 2), 0, 1)],
    "expand": lambda n: [call(n(3, 1), [2, 3, 4], implicit=True), call(n(3, 1), [-1, 2])],
    "broadcast_tensors": lambda n: [call([n(3, 1), n(2)])],
    "repeat_interleave.Tensor": lambda n: [call(tensor([2, 0, 3])), call(tensor([1, 2]), output_size=3)],
    "repeat_interleave.self_Tensor": lambda n: [call(n(2, 3), tensor([1, 2]), 0, output_size=3)],
    "repeat_interleave.self_int": lambda n: [call(n(2, 2), 3, 1, output_size=6)],
    "block_diag": lambda n: [call([n(2, 2), n(3), n(1, 2)])],
    "contiguous": lambda n: [call(n(2, 3).t()), call(n(1, 2, 2, 3), memory_format=torch.channels_last)],
    "clone": lambda n: [call(n(2, 3).t()), call(n(2, 3).t(), memory_format=torch.contiguous_format),
                        call(n(1, 2, 2, 3), memory_format=torch.channels_last)],
    "empty_like": lambda n: [call(n(2, 3).t()), call(n(2, 3).t(), memory_format=torch.contiguous_format)],
    "zeros_like": lambda n: [call(n(1, 2, 2, 3), memory_format=torch.channels_last)],
    "detach": lambda n: [call(n(2, 3))],
    "detach_": lambda n: [call(n(2, 3))],
    "t": lambda n: [call(n(2, 3))],
    "t_": lambda n: [call(n(2, 3))],
    "alias": lambda n: [call(n(2, 3))],
    "to.dtype_layout": lambda n: [
        call(n(2, 3)), call(n(1, 2, 2, 3), dtype=F32, device="cpu", pin_memory=False, non_blocking=True, copy=True,
                            memory_format=torch.channels_last)],
    "to.device": lambda n: [call(n(1, 2, 2, 3), "cpu", F32, True, True, torch.channels_last), call(n(2), "cpu", F64)],
    "to.dtype": lambda n: [call(n(2, 3), torch.bfloat16), call(n(1, 2, 2, 3), F32, True, True, torch.channels_last),
                           call(n(2, 3), torch.float16)],
    "type_as": lambda n: [call(n(2, 3), n(1, dtype=F32)), call(n.ints(0, 5, 3), n(1))],
    "copy_": lambda n: [call(n(2, 3), n(3)), call(n(2, 3), n(2, 3, dtype=F32), True)],
    "fill.Scalar": lambda n: [call(n(2, 3), 1.5), call(n.ints(0, 5, 3), 7)],
    "fill.Tensor": lambda n: [call(n(2, 3), n()), call(n.ints(0, 5, 3), tensor(7))],
    "fill_.Scalar": lambda n: [call(n(2, 3), 1.5), call(n.ints(0, 5, 3), 7)],
    "fill_.Tensor": lambda n: [call(n(2, 3), n()), call(n.ints(0, 5, 3), tensor(7))],

    "pixel_shuffle": lambda n: [call(n(1, 8, 2, 3), 2)],
    "pixel_unshuffle": lambda n: [call(n(1, 2, 4, 6), 2)],
    "slice.Tensor": lambda n: [call(n(4, 3), 1, 0, 2), call(n(2, 4), 1, 2), call(n(2, 6), 1, 1, 5, 2), call(n(4, 2))],
    "slice_scatter": lambda n: [call(n(2, 6), n(2, 2), 1, 1, 5, 2)],
    "gather": lambda n: [call(n(2, 3), 1, n.ints(0, 3, 2, 2)), call(n(2, 3), 0, n.ints(0, 2, 2, 3), sparse_grad=True)],
    **{f"scatter{u}.value": lambda n: [call(n(2, 3), 1, n.ints(0, 3, 2, 2), 1.5),
                                       call(n.ints(5, 9, 2, 3), 0, n.ints(0, 2, 2, 3), 7)] for u in ("", "_")},
    "take_along_dim": lambda n: [call(n(2, 3), n.ints(0, 3, 2, 2), 1), call(n(2, 3), n.ints(0, 6, 4))],
    "index.Tensor": lambda n: [call(n(4, 3), [None, tensor([2, 0])]), call(n(3, 2), [tensor([True, False, True])]),
                               call(n(4, 3), [tensor([1, 3]), tensor([2, 0])])],
    "index_put": lambda n: [call(n(4, 3), [None, tensor([2, 0])], n(2)),
                            call(n(4, 3), [tensor([1, 1]), tensor([0, 0])], n(2), True)],
    "index_put_": lambda n: [call(n(4, 3), [None, tensor([2, 0])], n(2)),
                             call(n(4, 3), [tensor([1, 1]), tensor([0, 0])], n(2), True)],
    "where.self": lambda n: [call(n.bools(2, 3), n(2, 3), n(2, 3)), call(n.bools(3), n(2, 3, dtype=F32), n())],
    "where.ScalarSelf": lambda n: [call(n.bools(2, 3), 1.5, n(2, 3)), call(n.bools(3), 2, n.ints(5, 9, 3))],
    "where.ScalarOther": lambda n: [call(n.bools(2, 3), n(2, 3), 1.5), call(n.bools(3), n.ints(5, 9, 3), 2)],
    "where.Scalar": lambda n: [call(n.bools(2, 3), 1.5, 2.5), call(n.bools(3), 2, 3)],
    "where": lambda n: [call(n.bools(2, 3))],
    "nonzero": lambda n: [call(n.ints(0, 2, 2, 3))],
    "nonzero_numpy": lambda n: [call(n.ints(0, 2, 2, 3))],
    "argwhere": lambda n: [call(n.ints(0, 2, 2, 3))],
    "fill_diagonal_": lambda n: [call(n(3, 3), 1.5), call(n(5, 2), 2, True)],
}


def both(names, make):
    for name in names:
        SAMPLES[name] = make


BITWISE = ["and", "or", "xor"]
both([f"bitwise_{b}{u}.Scalar" for b in BITWISE for u in ("", "_")], lambda n: [call(n.ints(0, 16, 2, 3), 5)])
both([f"bitwise_{b}.Scalar_Tensor" for b in BITWISE], lambda n: [call(5, n.ints(0, 16, 2, 3))])
both([f"bitwise_{d}_shift{u}.Tensor_Scalar" for d in ("left", "right") for u in ("", "_")],
     lambda n: [call(n.ints(0, 16, 2, 3), 2)])
both([f"bitwise_{d}_shift.Scalar_Tensor" for d in ("left", "right")], lambda n: [call(80, n.ints(0, 4, 2, 3))])
both([f"{b}{u}.Scalar" for b in ("add", "sub") for u in ("", "_")] + ["rsub.Scalar"],
     lambda n: [call(n(2, 3), 1.5), call(n(2, 3), 2, 3), call(n.ints(0, 9, 3), 2, 3), call(n(2, 3), 2.5, 0.5)])
both([f"{b}{u}.Scalar" for b in ("mul", "div", "fmod", "remainder", "floor_divide") for u in ("", "_")],
     lambda n: [call(n(2, 3), 1.5), call(n(3, dtype=F32), 2)])
both(["mul.Scalar", "div.Scalar", "fmod.Scalar", "remainder.Scalar", "floor_divide.Scalar", "pow.Tensor_Scalar"],
     lambda n: [call(n.within(0.5, 3, 2, 3), 1.5), call(n(3, dtype=F32), 2), call(n.ints(1, 9, 3), 2)])
both([f"div{u}.Scalar_mode" for u in ("", "_")],
     lambda n: [call(n(2, 3), 0.4, rounding_mode=m) for m in (None, "floor", "trunc")])
both(["remainder.Scalar_Tensor"], lambda n: [call(7.5, n(2, 3)), call(7, n.ints(1, 5, 3))])
both(["pow.Scalar"], lambda n: [call(1.5, n(2, 3)), call(2, n.ints(0, 5, 3))])
both(["pow_.Scalar"], lambda n: [call(n.within(0.5, 3, 2, 3), 1.5), call(n(3, dtype=F32), 2)])
both([f"clamp_{m}{u}" for m in ("min", "max") for u in ("", "_")],
     lambda n: [call(n(2, 3), 0.25), call(n.ints(-4, 5, 3), 1)])
both([f"{c}{u}.Scalar" for c in ("eq", "ne", "lt", "le", "gt", "ge") for u in ("", "_")],
     lambda n: [call(n.ints(0, 3, 2, 3), 1), call(tensor([1.0, 1.5, 2.0], F64), 1.5)])
