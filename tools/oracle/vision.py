"""Writes what timm, PyTorch and Pillow compute, for the tests of org.flowprior.vision.

    python tools/oracle/vision.py    # writes src/test/resources/org/flowprior/vision/{transformer,resize,vgg16}.json

Needs timm (1.0) and Pillow beside torch. Random numbers are not stored: both sides draw them from a generator with the
seed given, weight by weight in the order listed. Long results are stored as every so many elements, their sum and norm.
"""
import json
import math
import pathlib
from functools import partial

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/vision"
WIDTH, DEPTH, HEADS, IMAGE, PATCH, EXTRA = 48, 2, 3, 32, 8, 3


def rounded(tensor):
    return [float("%.9g" % x) for x in tensor.detach().flatten().tolist()]


def summary(tensor, step):
    wide = tensor.detach().double()
    return {"step": step, "elements": rounded(tensor.detach().flatten()[::step]), "sum": wide.sum().item(),
            "norm": wide.norm().item()}


def draw(key, shape, generator):
    values = torch.empty(shape).normal_(0, 1, generator=generator)
    if key.endswith("gamma"):
        return values * 0.3
    if "norm" in key and key.endswith("weight"):
        return values * 0.1 + 1
    if key.endswith("weight"):
        return values / math.sqrt(math.prod(shape[1:]))
    return values * (0.1 if key.endswith("bias") else 0.5)


# ---- vision transformers -------------------------------------------------------------------------------------------


def model(image=IMAGE, patch=PATCH, **options):
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(img_size=image, patch_size=patch, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS,
                             num_classes=0, global_pool="", **options)


def timm_shapes(network):
    return {key: list(tensor.shape) for key, tensor in network.state_dict().items()}


def meta_shapes(network):
    """Keys and shapes of Meta's files for the same network."""
    gated = network.blocks[0].mlp.fc1.out_features != network.blocks[0].mlp.fc2.in_features
    shapes = {}
    for key, shape in timm_shapes(network).items():
        if gated:
            key = key.replace("mlp.fc1", "mlp.w12").replace("mlp.fc2", "mlp.w3")
        shapes[key.replace("reg_token", "register_tokens")] = shape
    shapes["pos_embed"] = [1, 1 + network.patch_embed.num_patches, WIDTH]
    shapes["mask_token"] = [1, WIDTH]
    return shapes


def transformer_case(name, seed, options, source=None, meta=False):
    from timm.layers import SwiGLUPacked
    from timm.models.vision_transformer import checkpoint_filter_fn

    kinds = {"gelu": {}, "gelu_tanh": {"act_layer": partial(nn.GELU, approximate="tanh")},
             "swiglu": {"mlp_layer": SwiGLUPacked, "act_layer": nn.SiLU, "mlp_ratio": 5.34}}
    registers = options["registers"]
    arguments = dict(init_values=1e-5 if options["layerScale"] else None, reg_tokens=registers,
                     no_embed_class=registers > 0, **kinds[options["mlp"]])
    network = model(**arguments)
    origin = model(*source, **arguments) if source else network
    shapes = meta_shapes(origin) if meta else timm_shapes(origin)
    generator = torch.Generator().manual_seed(seed)
    state = {key: draw(key, shape, generator) for key, shape in shapes.items()}
    network.load_state_dict(checkpoint_filter_fn(dict(state), network), strict=True)
    x = torch.randn(2, 3, IMAGE, IMAGE, generator=generator).requires_grad_()
    extra = torch.randn(1, EXTRA, WIDTH, generator=generator).requires_grad_()

    tokens = network._pos_embed(network.patch_embed(x))
    tokens = torch.cat([tokens, extra.expand(2, -1, -1)], dim=1)
    embedded = tokens
    outputs = []
    for block in network.blocks:
        tokens = block(tokens)
        outputs.append(tokens)
    result = network.norm(tokens)
    weight = torch.randn(result.shape, generator=generator)
    (result * weight).sum().backward()
    gradients = {key: parameter.grad.double() for key, parameter in network.named_parameters()}
    return {
        "name": name, "seed": seed, "hidden": network.blocks[0].mlp.fc2.in_features, **options,
        "weights": [{"key": key, "shape": shape} for key, shape in shapes.items()],
        "parameters": sum(p.numel() for p in network.parameters()),
        "keys": list(network.state_dict()),
        "positions": summary(network.pos_embed, 13), "kernel": summary(network.patch_embed.proj.weight, 101),
        "embedded": summary(embedded, 23), "firstBlock": summary(outputs[0], 23), "result": summary(result, 11),
        "features": summary(network.forward_features(x), 11),
        "gradientOfImages": summary(x.grad, 97), "gradientOfExtra": summary(extra.grad, 5),
        "gradientNorms": {key: gradient.norm().item() for key, gradient in gradients.items()},
        "gradientSums": {key: gradient.sum().item() for key, gradient in gradients.items()},
    }


def transformers():
    plain = {"mlp": "gelu", "registers": 0, "layerScale": True}
    return [
        transformer_case("dinov2", 1, plain),
        transformer_case("registers", 2, plain | {"registers": 4}),
        transformer_case("swiglu", 3, plain | {"mlp": "swiglu"}),
        transformer_case("dino", 4, plain | {"layerScale": False}),
        transformer_case("dino-tanh", 5, plain | {"layerScale": False, "mlp": "gelu_tanh"}),
        transformer_case("resampled", 6, plain, source=(42, 6)),
        transformer_case("resampled-down", 7, plain | {"registers": 4}, source=(100, 10)),
        transformer_case("meta", 8, plain, source=(42, 6), meta=True),
        transformer_case("meta-registers-swiglu", 9, plain | {"registers": 4, "mlp": "swiglu"}, source=(42, 6),
                         meta=True),
    ]


# ---- resizing ------------------------------------------------------------------------------------------------------


def box(x, size):
    planes = [Image.fromarray(plane.numpy(), mode="F").resize((size[1], size[0]), Image.BOX)
              for plane in x.flatten(0, 1)]
    return torch.from_numpy(numpy.stack([numpy.asarray(plane) for plane in planes])).view(*x.shape[:2], *size)


def resize_case(kind, seed, shape, size):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, generator=generator).requires_grad_(kind != "box")
    case = {"kind": kind, "seed": seed, "shape": shape, "size": size}
    if kind == "box":
        return case | {"result": rounded(box(x, size))}
    y = functional.interpolate(x, size=size, mode=kind, **({"antialias": True} if kind == "bicubic" else {}))
    (y * torch.randn(y.shape, generator=generator)).sum().backward()
    return case | {"result": rounded(y), "gradient": rounded(x.grad)}


def resizes():
    sizes = [([1, 2, 9, 12], [5, 7]), ([2, 1, 6, 5], [13, 8]), ([1, 1, 16, 7], [4, 7]), ([1, 3, 1, 8], [3, 1])]
    return [resize_case(kind, 10 * i + j, shape, size)
            for i, kind in enumerate(["bicubic", "area", "box"]) for j, (shape, size) in enumerate(sizes)]


# ---- VGG16 ---------------------------------------------------------------------------------------------------------


def vgg16():
    layers, channels = [], 3
    for step in [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]:
        if step == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(channels, step, 3, padding=1), nn.ReLU()]
            channels = step
    network = nn.ModuleDict({"features": nn.Sequential(*layers)})
    generator = torch.Generator().manual_seed(21)
    network.load_state_dict({key: draw(key, tensor.shape, generator) * math.sqrt(2)
                             for key, tensor in network.state_dict().items()})
    x = torch.randn(2, 3, 20, 35, generator=generator).requires_grad_()
    outputs, h = {}, x
    names = {3: "relu1_2", 8: "relu2_2", 15: "relu3_3", 22: "relu4_3", 29: "relu5_3"}
    for number, layer in enumerate(network["features"][:30]):
        h = layer(h)
        if number in names:
            outputs[names[number]] = h
    sum(h.square().sum() for h in outputs.values()).backward()
    return {"seed": 21, "keys": list(network.state_dict()),
            "shapes": {name: list(h.shape) for name, h in outputs.items()},
            "outputs": {name: summary(h, h.numel() // 40 + 1) for name, h in outputs.items()},
            "gradient": summary(x.grad, 53)}


def write(name, value):
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("resize.json", resizes())
    write("vgg16.json", vgg16())
    write("transformer.json", transformers())
