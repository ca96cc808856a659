"""Writes what PyTorch's modules compute and print, for ModulesTest of org.flowprior.torch.nn.

    python tools/oracle/modules.py   # writes src/test/resources/org/flowprior/torch/nn/modules.{json,safetensors}

For each module: its printout, its keys, its initial values from seed 1, and for one forward and backward
in evaluation mode (in training mode for norms) the state, the inputs, the outputs and all gradients.
"""
import json
import pathlib
import warnings

import torch
from safetensors.torch import save_file
from torch import nn

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/torch/nn"


def wave(*shape, phase=0.4, scale=1.0):
    count = torch.Size(shape).numel()
    return (scale * torch.sin(torch.arange(count, dtype=torch.float64) * 0.7 + phase)).reshape(shape).float()


def ints(values, *shape):
    return torch.tensor(values).reshape(shape)


def unit(*shape):
    return wave(*shape, phase=1.3) * 0.4 + 0.5


CASES = {}


def case(name, make, *inputs, call=None, train=False):
    CASES[name] = (make, inputs, call, train)


x4 = wave(2, 5)
SIGNS = ints([1, -1], 2)
for name, make in {
    "Mish": nn.Mish, "SELU": nn.SELU, "Hardswish": nn.Hardswish, "Hardsigmoid": nn.Hardsigmoid,
    "LogSigmoid": nn.LogSigmoid, "Tanhshrink": nn.Tanhshrink, "Softsign": nn.Softsign, "ReLU6": nn.ReLU6,
    "ReLU": nn.ReLU, "SiLU": nn.SiLU, "Sigmoid": nn.Sigmoid, "Tanh": nn.Tanh, "Identity": nn.Identity,
    "GELU": nn.GELU, "LeakyReLU": nn.LeakyReLU,
    "ELU": nn.ELU, "ELU.alpha": lambda: nn.ELU(0.5), "CELU": nn.CELU, "Hardtanh": nn.Hardtanh,
    "Hardtanh.bounds": lambda: nn.Hardtanh(-0.3, 0.6), "Softplus": nn.Softplus, "Softplus.beta": lambda: nn.Softplus(2.0, 1.5),
    "Softshrink": nn.Softshrink, "Hardshrink": nn.Hardshrink, "Threshold": lambda: nn.Threshold(0.1, -2.0),
    "Softmax": lambda: nn.Softmax(1), "Softmin": lambda: nn.Softmin(1), "LogSoftmax": lambda: nn.LogSoftmax(1),
    "Flatten": nn.Flatten, "Dropout": nn.Dropout, "AlphaDropout": lambda: nn.AlphaDropout(0.2),
    "FeatureAlphaDropout": nn.FeatureAlphaDropout, "PReLU": nn.PReLU, "PReLU.channels": lambda: nn.PReLU(5, 0.1),
    "RMSNorm": lambda: nn.RMSNorm(5), "RMSNorm.shape": lambda: nn.RMSNorm((2, 5), eps=1e-4, elementwise_affine=False),
    "LayerNorm": lambda: nn.LayerNorm(5), "LayerNorm.shape": lambda: nn.LayerNorm((2, 5), bias=False),
    "Linear": lambda: nn.Linear(5, 3), "ReLU.inplace": lambda: nn.Sequential(nn.Linear(5, 2), nn.ReLU(inplace=True)),
}.items():
    case(name, make, x4 * 2)
case("GLU", nn.GLU, wave(2, 6))
case("Unflatten", lambda: nn.Unflatten(1, (2, 3)), wave(2, 6))
case("PixelShuffle", lambda: nn.PixelShuffle(2), wave(1, 8, 2, 3))
case("PixelUnshuffle", lambda: nn.PixelUnshuffle(2), wave(1, 2, 4, 6))
case("ChannelShuffle", lambda: nn.ChannelShuffle(2), wave(1, 4, 2, 2))
case("Upsample", lambda: nn.Upsample(scale_factor=2), wave(1, 2, 2, 3))
case("Upsample.bilinear", lambda: nn.Upsample(scale_factor=1.5, mode="bilinear", align_corners=True), wave(1, 2, 4, 4))
case("Upsample.linear", lambda: nn.Upsample(scale_factor=2, mode="linear"), wave(1, 2, 4))
case("Upsample.bicubic", lambda: nn.Upsample(scale_factor=2, mode="bicubic"), wave(1, 2, 3, 4))
case("Upsample.trilinear", lambda: nn.Upsample(scale_factor=2, mode="trilinear"), wave(1, 2, 2, 3, 2))
VOLUMES = {1: (7,), 2: (5, 6), 3: (4, 5, 4)}
for d, size in VOLUMES.items():
    x = wave(2, 4, *size)
    for kind in ("Dropout",):
        case(f"{kind}{d}d", lambda d=d: getattr(nn, f"Dropout{d}d")(), x)
    case(f"BatchNorm{d}d", lambda d=d: getattr(nn, f"BatchNorm{d}d")(4), x, train=True)
    case(f"BatchNorm{d}d.plain", lambda d=d: getattr(nn, f"BatchNorm{d}d")(4, momentum=None, affine=False), x, train=True)
    case(f"BatchNorm{d}d.untracked", lambda d=d: getattr(nn, f"BatchNorm{d}d")(4, track_running_stats=False), x)
    case(f"InstanceNorm{d}d", lambda d=d: getattr(nn, f"InstanceNorm{d}d")(4), x)
    case(f"InstanceNorm{d}d.affine", lambda d=d: getattr(nn, f"InstanceNorm{d}d")(4, affine=True, track_running_stats=True),
         x, train=True)
    case(f"InstanceNorm{d}d.unbatched", lambda d=d: getattr(nn, f"InstanceNorm{d}d")(4, affine=True), x[0])
    case(f"Conv{d}d", lambda d=d: getattr(nn, f"Conv{d}d")(4, 2, 3, 2, 1), x)
    case(f"Conv{d}d.groups", lambda d=d: getattr(nn, f"Conv{d}d")(4, 6, 2, dilation=2, groups=2, bias=False), x)
    case(f"ConvTranspose{d}d", lambda d=d: getattr(nn, f"ConvTranspose{d}d")(4, 2, 3, 2, 1), x)
    case(f"ConvTranspose{d}d.groups", lambda d=d: getattr(nn, f"ConvTranspose{d}d")(
        4, 6, 2, stride=2, output_padding=1, dilation=2, groups=2, bias=False), x)
    case(f"ConvTranspose{d}d.size", lambda d=d: getattr(nn, f"ConvTranspose{d}d")(4, 2, 3, 2), x,
         call=lambda m, x, size=size: m(x, output_size=[2 * s + 2 for s in size]))
    case(f"MaxPool{d}d", lambda d=d: getattr(nn, f"MaxPool{d}d")(2), x)
    case(f"MaxPool{d}d.all", lambda d=d: getattr(nn, f"MaxPool{d}d")(3, 2, 1, 1, ceil_mode=True), x)
    case(f"AvgPool{d}d", lambda d=d: getattr(nn, f"AvgPool{d}d")(2), x)
    case(f"AvgPool{d}d.all", lambda d=d: getattr(nn, f"AvgPool{d}d")(3, 2, 1, ceil_mode=True, count_include_pad=False), x)
    case(f"AdaptiveAvgPool{d}d", lambda d=d: getattr(nn, f"AdaptiveAvgPool{d}d")(2), x)
    case(f"AdaptiveMaxPool{d}d", lambda d=d: getattr(nn, f"AdaptiveMaxPool{d}d")(3), x)
    sides = tuple(range(1, 2 * d + 1)) if d < 3 else (1, 2, 1, 2, 1, 2)
    for kind in ("Reflection", "Replication", "Circular", "Zero"):
        case(f"{kind}Pad{d}d", lambda d=d, kind=kind: getattr(nn, f"{kind}Pad{d}d")(1), x)
        case(f"{kind}Pad{d}d.sides", lambda d=d, kind=kind, sides=sides: getattr(nn, f"{kind}Pad{d}d")(sides), x)
    case(f"ConstantPad{d}d", lambda d=d: getattr(nn, f"ConstantPad{d}d")(1, 3.5), x)
    case(f"ConstantPad{d}d.sides", lambda d=d, sides=sides: getattr(nn, f"ConstantPad{d}d")(sides, -1.0), x)
case("AdaptiveAvgPool2d.sides", lambda: nn.AdaptiveAvgPool2d((1, 2)), wave(2, 4, 5, 6))
case("MaxPool2d.sides", lambda: nn.MaxPool2d((3, 2), stride=(2, 1)), wave(2, 4, 5, 6))
case("ConvTranspose2d.sides", lambda: nn.ConvTranspose2d(4, 2, (3, 2), stride=(2, 1), padding=(1, 0)), wave(2, 4, 5, 6))
case("GroupNorm", lambda: nn.GroupNorm(2, 4), wave(2, 4, 3))
case("GroupNorm.plain", lambda: nn.GroupNorm(2, 4, affine=False), wave(2, 4, 3))
for d in (2, 3):
    case(f"MaxUnpool{d}d", lambda d=d: getattr(nn, f"MaxUnpool{d}d")(2), wave(1, 2, *(4,) * d),
         call=lambda m, x, d=d: m(*getattr(nn.functional, f"max_pool{d}d")(x, 2, return_indices=True)))
case("Embedding", lambda: nn.Embedding(5, 3), ints([0, 4, 2, 2], 2, 2))
case("Embedding.padding", lambda: nn.Embedding(5, 3, padding_idx=-3, scale_grad_by_freq=True), ints([0, 4, 2, 4], 2, 2))
for mode in ("mean", "sum", "max"):
    case(f"EmbeddingBag.{mode}", lambda mode=mode: nn.EmbeddingBag(5, 3, mode=mode), ints([0, 4, 2, 2], 2, 2))
case("EmbeddingBag.offsets", lambda: nn.EmbeddingBag(5, 3, mode="sum"), ints([0, 4, 2, 2], 4), ints([0, 1], 2), wave(4),
     call=lambda m, i, o, w: m(i, o, per_sample_weights=w))
case("Bilinear", lambda: nn.Bilinear(2, 3, 4), wave(5, 2), wave(5, 3))
case("CosineSimilarity", nn.CosineSimilarity, wave(2, 3), wave(2, 3, phase=2))
case("PairwiseDistance", nn.PairwiseDistance, wave(2, 3), wave(2, 3, phase=2))

# Losses
a, b = wave(3, 4), wave(3, 4, phase=2)
for name, make in {
    "MSELoss": nn.MSELoss, "MSELoss.sum": lambda: nn.MSELoss(reduction="sum"), "MSELoss.none": lambda: nn.MSELoss(reduction="none"),
    "L1Loss": nn.L1Loss, "SmoothL1Loss": nn.SmoothL1Loss,
    "SmoothL1Loss.beta": lambda: nn.SmoothL1Loss(beta=0.5), "HuberLoss": nn.HuberLoss,
    "HuberLoss.delta": lambda: nn.HuberLoss(reduction="sum", delta=0.7), "PoissonNLLLoss": nn.PoissonNLLLoss,
}.items():
    case(name, make, a, b)
case("PoissonNLLLoss.full", lambda: nn.PoissonNLLLoss(log_input=False, full=True), unit(3, 4), unit(3, 4) * 5)
for name, make in {
    "SoftMarginLoss": nn.SoftMarginLoss, "HingeEmbeddingLoss": nn.HingeEmbeddingLoss,
}.items():
    case(name, make, a, torch.sign(b))
classes = ints([1, 3, 0], 3)
for name, make in {
    "CrossEntropyLoss": nn.CrossEntropyLoss,
    "CrossEntropyLoss.weight": lambda: nn.CrossEntropyLoss(unit(4), ignore_index=3, label_smoothing=0.1),
    "NLLLoss": nn.NLLLoss, "NLLLoss.weight": lambda: nn.NLLLoss(unit(4), ignore_index=0),
    "MultiMarginLoss": nn.MultiMarginLoss, "MultiMarginLoss.weight": lambda: nn.MultiMarginLoss(2, 0.5, unit(4)),
}.items():
    case(name, make, a, classes)
case("CrossEntropyLoss.probabilities", nn.CrossEntropyLoss, a, b.softmax(1))
case("NLLLoss.images", nn.NLLLoss, wave(2, 3, 2, 2), ints([0, 1, 2, 1, 0, 0, 2, 2], 2, 2, 2))
case("BCELoss", nn.BCELoss, unit(3, 4), (b > 0).float())
case("BCELoss.weight", lambda: nn.BCELoss(unit(4)), unit(3, 4), (b > 0).float())
case("BCEWithLogitsLoss", nn.BCEWithLogitsLoss, a, (b > 0).float())
case("BCEWithLogitsLoss.weight", lambda: nn.BCEWithLogitsLoss(unit(4), pos_weight=2 * unit(4)), a, (b > 0).float())
case("MultiLabelMarginLoss", nn.MultiLabelMarginLoss, a, ints([3, 0, -1, 1] * 3, 3, 4))
case("MultiLabelSoftMarginLoss", nn.MultiLabelSoftMarginLoss, a, (b > 0).float())
case("MultiLabelSoftMarginLoss.weight", lambda: nn.MultiLabelSoftMarginLoss(unit(4), reduction="none"), a, (b > 0).float())
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    case("KLDivLoss", nn.KLDivLoss, a, b.softmax(1))
case("KLDivLoss.batchmean", lambda: nn.KLDivLoss(reduction="batchmean", log_target=True), a, b)
case("CosineEmbeddingLoss", lambda: nn.CosineEmbeddingLoss(0.1), wave(2, 3), wave(2, 3, phase=2), SIGNS)
case("MarginRankingLoss", nn.MarginRankingLoss, wave(2), wave(2, phase=2), SIGNS)
case("TripletMarginLoss", nn.TripletMarginLoss, a, b, wave(3, 4, phase=4))
case("TripletMarginLoss.swap", lambda: nn.TripletMarginLoss(2.0, 1.0, swap=True, reduction="sum"), a, b, wave(3, 4, phase=4))
case("GaussianNLLLoss", nn.GaussianNLLLoss, a, b, unit(3, 4))
case("GaussianNLLLoss.full", lambda: nn.GaussianNLLLoss(full=True, eps=0.5, reduction="sum"), a, b, unit(3))
case("CTCLoss", nn.CTCLoss, wave(6, 2, 4).log_softmax(2), ints([1, 2, 3, 1, 1, 0], 2, 3), ints([6, 5], 2), ints([3, 2], 2))

# Recurrent
steps, state1, state2 = wave(5, 2, 3), wave(1, 2, 4, phase=1), wave(1, 2, 4, phase=2)


def flat(result):
    output, hidden = result
    return (output, *(hidden if isinstance(hidden, tuple) else (hidden,)))


for kind in ("LSTM", "GRU", "RNN"):
    cls = getattr(nn, kind)
    state = (state1, state2) if kind == "LSTM" else (state1,)
    case(f"{kind}", lambda cls=cls: cls(3, 4), steps, call=lambda m, x: flat(m(x)))
    case(f"{kind}.state", lambda cls=cls: cls(3, 4, bias=False), steps, *state,
         call=lambda m, x, *s: flat(m(x, s if len(s) == 2 else s[0])))
    case(f"{kind}.deep", lambda cls=cls: cls(3, 4, 2, batch_first=True, dropout=0.25, bidirectional=True),
         steps, call=lambda m, x: flat(m(x)))
    case(f"{kind}.unbatched", lambda cls=cls: cls(3, 4, batch_first=True), steps[:, 0], *(s[:, 0] for s in state),
         call=lambda m, x, *s: flat(m(x, s if len(s) == 2 else s[0])))

    def packed(m, x, *s):
        p = nn.utils.rnn.pack_padded_sequence(x, [3, 5], enforce_sorted=False)
        output, hidden = m(p, s if len(s) == 2 else s[0])
        return flat((nn.utils.rnn.pad_packed_sequence(output)[0], hidden))
    case(f"{kind}.packed", lambda cls=cls: cls(3, 4), steps, *state, call=packed)
    cell = getattr(nn, kind + "Cell")
    result = (lambda y: y if isinstance(y, tuple) else (y,))
    case(f"{kind}Cell", lambda cell=cell: cell(3, 4), steps[0], call=lambda m, x: result(m(x)))
    case(f"{kind}Cell.state", lambda cell=cell: cell(3, 4, bias=False), steps[0, 0], *(s[0, 0] for s in state),
         call=lambda m, x, *s: result(m(x, s if len(s) == 2 else s[0])))
case("LSTM.proj", lambda: nn.LSTM(3, 4, 2, proj_size=2, bidirectional=True), steps, call=lambda m, x: flat(m(x)))
case("RNN.relu", lambda: nn.RNN(3, 4, nonlinearity="relu"), steps, call=lambda m, x: flat(m(x)))
case("RNNCell.relu", lambda: nn.RNNCell(3, 4, nonlinearity="relu"), steps[0])

# Attention
q, k, v = wave(3, 2, 8), wave(4, 2, 8, phase=1), wave(4, 2, 8, phase=2)
MHA = nn.MultiheadAttention
causal = nn.Transformer.generate_square_subsequent_mask
case("MultiheadAttention", lambda: MHA(8, 2), q, k, v)
case("MultiheadAttention.batchFirst", lambda: MHA(8, 2, bias=False, batch_first=True),
     *(t.transpose(0, 1).contiguous() for t in (q, k, v)))
case("MultiheadAttention.fast", lambda: MHA(8, 4), q, k, v, call=lambda m, q, k, v: m(q, k, v, need_weights=False)[:1])
case("MultiheadAttention.sizes", lambda: MHA(8, 2, kdim=5, vdim=3), q, wave(4, 2, 5), wave(4, 2, 3))
case("MultiheadAttention.added", lambda: MHA(8, 2, add_bias_kv=True, add_zero_attn=True), q, k, v,
     torch.tensor([[False, False, True, True], [False, True, False, False]]), wave(3, 4),
     call=lambda m, q, k, v, p, a: m(q, k, v, torch.zeros(2, 4).masked_fill(p, -1e9), True, a, False))
case("MultiheadAttention.masks", lambda: MHA(8, 2), q, k, v,
     torch.tensor([[False, False, True, True], [False, True, False, False]]),
     torch.tensor([[False, True, False, False]] * 3),
     call=lambda m, q, k, v, p, a: m(q, k, v, key_padding_mask=p, attn_mask=a, average_attn_weights=False))
case("MultiheadAttention.unbatched", lambda: MHA(8, 2), q[:, 0], k[:, 0], v[:, 0])
case("MultiheadAttention.heads", lambda: MHA(8, 2), q, k, v, wave(4, 3, 4),
     call=lambda m, q, k, v, a: m(q, k, v, attn_mask=a, need_weights=False)[:1])
ENC, DEC = nn.TransformerEncoderLayer, nn.TransformerDecoderLayer
padding = torch.tensor([[False, False, True], [False, False, False]])
case("TransformerEncoderLayer", lambda: ENC(8, 2, 16), q)
case("TransformerEncoderLayer.normFirst", lambda: ENC(8, 2, 16, 0.25, "gelu", 1e-4, True, True), q.transpose(0, 1).contiguous())
case("TransformerEncoderLayer.masks", lambda: ENC(8, 2, 16, bias=False), q, padding,
     call=lambda m, x, p: m(x, causal(3), torch.zeros(2, 3).masked_fill(p, float("-inf"))))
case("TransformerDecoderLayer", lambda: DEC(8, 2, 16), q, k)
case("TransformerDecoderLayer.normFirst", lambda: DEC(8, 2, 16, norm_first=True, bias=False), q, k)
case("TransformerDecoderLayer.masks", lambda: DEC(8, 2, 16), q, k,
     call=lambda m, x, y: m(x, y, causal(3), causal(4)[:3], tgt_is_causal=True))
case("TransformerEncoder", lambda: nn.TransformerEncoder(ENC(8, 2, 16), 2, nn.LayerNorm(8), enable_nested_tensor=False), q)
case("TransformerDecoder", lambda: nn.TransformerDecoder(DEC(8, 2, 16), 2), q, k)
case("Transformer", lambda: nn.Transformer(8, 2, 2, 1, 16, batch_first=True), k.transpose(0, 1).contiguous(),
     q.transpose(0, 1).contiguous(), call=lambda m, s, t: m(s, t, tgt_mask=causal(3)))

# Containers
case("ModuleList", lambda: nn.ModuleList([nn.Linear(1, 2), nn.Linear(1, 2), nn.ReLU()]))
case("ModuleDict", lambda: nn.ModuleDict({"first": nn.Linear(1, 2), "rest": nn.Sequential(nn.Linear(2, 64), nn.Tanh())}))
case("ParameterList", lambda: nn.ParameterList([nn.Parameter(wave(2, 3)), nn.Parameter(wave(4))]))
case("ParameterDict", lambda: nn.ParameterDict({"scale": nn.Parameter(wave(2, 3)), "shift": nn.Parameter(wave(4))}))
case("Sequential.empty", nn.Sequential)


def record(name, tensors):
    make, inputs, call, train = CASES[name]
    torch.manual_seed(1)
    module = make().train(train)
    text = str(module)
    for key, value in module.state_dict().items():
        tensors[f"{name}/initial/{key}"] = value.clone()
    with torch.no_grad():
        for i, parameter in enumerate(module.parameters()):
            parameter.add_(0.1 * wave(*parameter.shape, phase=0.2 * i))
    entry = {"text": text, "keys": list(module.state_dict()), "train": train}
    for key, value in module.state_dict().items():
        tensors[f"{name}/state/{key}"] = value.clone()
    if not inputs:
        return entry
    trained = inputs[:1] if "Loss" in name else inputs
    given = [x.clone().requires_grad_() if i < len(trained) and x.is_floating_point() else x
             for i, x in enumerate(inputs)]
    outputs = (call or (lambda m, *x: m(*x)))(module, *given)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    total = 0
    for i, y in enumerate(outputs):
        tensors[f"{name}/output/{i}"] = y.detach().contiguous().clone()
        tensors[f"{name}/upstream/{i}"] = wave(*y.shape, phase=1.1 + i)
        total = total + (y * tensors[f"{name}/upstream/{i}"]).sum()
    total.backward()
    for i, x in enumerate(given):
        tensors[f"{name}/input/{i}"] = inputs[i].contiguous().clone()
        if x.grad is not None:
            tensors[f"{name}/inputGradient/{i}"] = x.grad.contiguous().clone()
    for key, parameter in module.named_parameters():
        if parameter.grad is not None:
            tensors[f"{name}/gradient/{key}"] = parameter.grad.contiguous().clone()
    for key, buffer in module.named_buffers():
        tensors[f"{name}/after/{key}"] = buffer.clone()
    return entry


if __name__ == "__main__":
    torch.set_num_threads(1)
    packed = {}
    entries = {name: record(name, packed) for name in CASES}
    (TARGET / "modules.json").write_text(json.dumps(entries, indent=0) + "\n")
    save_file(packed, TARGET / "modules.safetensors")
