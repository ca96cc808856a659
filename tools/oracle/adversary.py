"""Writes what PyTorch computes, for the tests of org.flowprior.autoencoder on discriminators and their losses.

    python tools/oracle/adversary.py                    # adversary.json
    python tools/oracle/adversary.py golden FILE        # adversary-golden.json, out of the specification's
                                                        # autoencoder.json

Both go to src/test/resources/org/flowprior/autoencoder. Needs timm (1.0) beside torch. Random numbers are not stored:
both sides draw them from a generator with the seed given, weight by weight in the order listed. Long results are stored
as every so many elements, their sum and norm.
"""
import json
import math
import pathlib
import sys
from functools import partial

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from adversary_draws import draw, fill, summary
from adversary_losses import augmentations, losses, lpips

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/autoencoder"


def case(name, seed, network, shapes, generator, forward):
    """Training-mode logits of each kind of image, gradients of their weighted sum, state behind them, eval logits."""
    network.train()
    result = {"name": name, "seed": seed, "keys": list(network.state_dict()),
              "parameters": sum(p.numel() for p in network.parameters() if p.requires_grad), "passes": []}
    for shape, window in shapes:
        x = torch.randn(shape, generator=generator).requires_grad_()
        logits = forward(x, window)
        weight = torch.randn(logits.shape, generator=generator)
        network.zero_grad()
        (logits * weight).sum().backward()
        result["passes"].append({
            "images": shape, "window": window, "logits": list(logits.shape), "result": summary(logits),
            "gradientOfImages": summary(x.grad),
            "gradients": {key: summary(parameter.grad, 12) for key, parameter in network.named_parameters()}})
    result["buffers"] = {key: summary(buffer.float(), 12) for key, buffer in network.named_buffers()}
    network.eval()
    result["evaluated"] = summary(forward(x, window))
    return result


# ---- discriminators ------------------------------------------------------------------------------------------------


class Residual(nn.Module):

    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, x):
        return (self.fn(x) + x) / math.sqrt(2)


def dino():
    from timm.models.vision_transformer import VisionTransformer

    width, size = 48, 32
    generator = torch.Generator().manual_seed(1)
    backbone = VisionTransformer(img_size=size, patch_size=8, embed_dim=width, depth=6, num_heads=3, num_classes=0,
                                 global_pool="", act_layer=partial(nn.GELU, approximate="tanh"))
    fill(backbone, generator)
    backbone.eval().requires_grad_(False)

    def block(kernel):
        convolution = nn.Conv1d(width, width, kernel, padding=kernel // 2, padding_mode="circular")
        return nn.Sequential(spectral_norm(convolution), nn.BatchNorm1d(width, eps=1e-6), nn.LeakyReLU(0.2))

    heads = nn.ModuleDict({"heads": nn.ModuleList(
        nn.Sequential(block(1), Residual(block(9)), spectral_norm(nn.Conv1d(width, 1, 1))) for _ in range(3))})
    fill(heads, generator)
    mean, deviation = (torch.tensor(v).view(3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))

    def forward(x, window):
        x = ((x + 1) / 2 - mean) / deviation
        if window:
            top, left = window
            x = x[:, :, top:top + size, left:left + size]
        elif x.shape[2] > size:
            x = functional.interpolate(x, (size, size), mode="area")
        else:
            x = functional.interpolate(x, (size, size), mode="bicubic")
        tokens = backbone._pos_embed(backbone.patch_embed(x))
        readouts = [tokens]
        for i, layer in enumerate(backbone.blocks):
            tokens = layer(tokens)
            if i % 3 == 2:
                readouts.append(tokens)
        return torch.cat([head((r[:, 1:] + r[:, :1]).transpose(1, 2)).flatten(1)
                          for head, r in zip(heads["heads"], readouts)], dim=1)

    shapes = [([2, 3, 40, 36], [3, 2]), ([2, 3, 48, 40], None), ([3, 3, 24, 28], None)]
    return case("dino", 1, heads, shapes, generator, forward) | {"backbone": list(backbone.state_dict())}


def patch_gan():
    generator = torch.Generator().manual_seed(2)
    layers, channels = [nn.Conv2d(3, 8, 4, 2, 1), nn.LeakyReLU(0.2)], 8
    for out, stride in [(16, 2), (32, 1)]:
        layers += [nn.Conv2d(channels, out, 4, stride, 1, bias=False), nn.BatchNorm2d(out), nn.LeakyReLU(0.2)]
        channels = out
    network = nn.ModuleDict({"main": nn.Sequential(*layers, nn.Conv2d(channels, 1, 4, 1, 1))})
    fill(network, generator)
    return case("patch-gan", 2, network, [([2, 3, 32, 28], None)] * 2, generator, lambda x, _: network["main"](x))


def mask_bit():
    generator = torch.Generator().manual_seed(3)
    layers, channels = [nn.Conv2d(3, 64, 3, 2, 1), nn.LeakyReLU(0.2)], 64
    for out, stride in [(64, 2), (128, 2), (256, 1)]:
        layers += [nn.GroupNorm(32, channels, eps=1e-6), nn.Conv2d(channels, out, 3, stride, 1), nn.LeakyReLU(0.2)]
        channels = out
    network = nn.ModuleDict({"main": nn.Sequential(*layers, nn.MaxPool2d(2, 2), nn.Conv2d(channels, 1, 3, 1, 1))})
    fill(network, generator)
    return case("mask-bit", 3, network, [([2, 3, 32, 48], None)], generator, lambda x, _: network["main"](x))


class Blur(nn.Module):

    def __init__(self):
        super().__init__()
        self.register_buffer("f", torch.tensor([1.0, 2.0, 1.0]))

    def forward(self, x):
        c = x.shape[1]
        padded = functional.pad(x, (1, 1, 1, 1), mode="reflect")
        return functional.conv2d(padded, (torch.outer(self.f, self.f) / 16).expand(c, 1, 3, 3), groups=c)


class Block(nn.Module):

    def __init__(self, i, o):
        super().__init__()
        self.conv_res = nn.Conv2d(i, o, 1, stride=2)
        self.net = nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(o, o, 3, padding=1),
                                 nn.LeakyReLU(0.2))
        self.downsample = nn.Sequential(Blur(), nn.Conv2d(o, o, 3, stride=2, padding=1))

    def forward(self, x):
        return (self.downsample(self.net(x)) + self.conv_res(x)) / math.sqrt(2)


def style_gan():
    generator = torch.Generator().manual_seed(4)
    network = nn.Module()
    network.blocks = nn.ModuleList([nn.Conv2d(3, 512, 3, padding=1), nn.LeakyReLU(0.2), Block(512, 512)])
    network.final_conv = nn.Sequential(nn.Conv2d(512, 512, 3, padding=1), nn.LeakyReLU(0.2))
    network.final_linear = nn.Sequential(nn.Linear(8192, 512), nn.LeakyReLU(0.2), nn.Linear(512, 1))
    state = {key: tensor if key.endswith(".f") else draw(key, tensor.shape, generator)
             for key, tensor in network.state_dict().items()}
    network.load_state_dict(state)

    def forward(x, _):
        for block in network.blocks:
            x = block(x)
        return network.final_linear(network.final_conv(x).flatten(1))

    return case("style-gan", 4, network, [([2, 3, 8, 8], None)], generator, forward)


def golden(file):
    """Our rows of the specification's golden values, long ones thinned."""
    values = json.loads(pathlib.Path(file).read_text())
    dino_values = values["dino_disc"]

    def patches(logits):
        return logits["[0,0,0,:8]"] + logits["[1,0,-1,-4:]"] + [logits["mean"]]

    return {
        "readoutMeans": dino_values["acts_absmean"],
        "logits": dino_values["train_fwd1_logits_[2x980]"][::7],
        "after": {key.split("[")[0]: value for key, value in dino_values["after_fwd1"].items()},
        "secondLogits": dino_values["train_fwd2_logits_[0,:8]"],
        "secondMeanAndDeviation": dino_values["train_fwd2_mean_std"],
        "evaluated": dino_values["eval_fwd_after_two_train_fwds_[0,:8]"],
        "evaluatedMeanAndDeviation": dino_values["eval_mean_std"],
        "lpips": values["lpips"]["value_[2]"],
        "patchGan": patches(values["patchgan"]),
        "maskBit": patches(values["maskbit"]),
        "losses": {key: values["losses"][key] for key in ["hinge_d", "vanilla_d", "nonsat_d", "hinge_g", "nonsat_g",
                                                          "lecam"]},
        "lecamAverages": values["losses"]["lecam_ema_after1"],
    }


def write(name, value):
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["golden"]:
        write("adversary-golden.json", golden(sys.argv[2]))
    else:
        write("adversary.json", {"discriminators": [dino(), patch_gan(), mask_bit(), style_gan()], "lpips": lpips(),
                                 "augmentations": augmentations(), "losses": losses()})
