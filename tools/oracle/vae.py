"""Writes a tiny VAE encoder and what PyTorch makes of an image, for the tests of org.flowprior.vision.

    python tools/oracle/vae.py src/test/resources/org/flowprior

It also writes cli/pool.torchscript, an "encoder" for the tests of the features command: means over 4 x 4 pixels.

The encoder is written from the description of AutoencoderKL (CompVis's keys): 64, then 32 channels, one residual
block a level, attention in the second level, 2 latent channels. Weights are rounded to bf16 so that the file is small.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save
from torch.nn import functional as F

torch.manual_seed(3)
torch.set_num_threads(1)
PREFIX = "first_stage_model."
weights = {}


def conv(name, inputs, outputs, kernel):
    scale = (inputs * kernel * kernel) ** -0.5
    weights[name + ".weight"] = torch.randn(outputs, inputs, kernel, kernel).mul(scale).bfloat16()
    weights[name + ".bias"] = torch.randn(outputs).mul(0.1).bfloat16()


def norm(name, channels):
    weights[name + ".weight"] = torch.randn(channels).mul(0.2).add(1).bfloat16()
    weights[name + ".bias"] = torch.randn(channels).mul(0.2).bfloat16()


def block(name, inputs, outputs):
    norm(name + ".norm1", inputs)
    conv(name + ".conv1", inputs, outputs, 3)
    norm(name + ".norm2", outputs)
    conv(name + ".conv2", outputs, outputs, 3)
    if inputs != outputs:
        conv(name + ".nin_shortcut", inputs, outputs, 1)


def attention(name, channels):
    norm(name + ".norm", channels)
    for part in ("q", "k", "v", "proj_out"):
        conv(name + "." + part, channels, channels, 1)


def apply_conv(name, x, **options):
    return F.conv2d(x, weights[name + ".weight"].double(), weights[name + ".bias"].double(), **options)


def apply_norm(name, x):
    return F.group_norm(x, 32, weights[name + ".weight"].double(), weights[name + ".bias"].double(), 1e-6)


def apply_block(name, x):
    h = apply_norm(name + ".norm1", x)
    h = apply_conv(name + ".conv1", h * torch.sigmoid(h), padding=1)
    h = apply_norm(name + ".norm2", h)
    h = apply_conv(name + ".conv2", h * torch.sigmoid(h), padding=1)
    return h + (apply_conv(name + ".nin_shortcut", x) if name + ".nin_shortcut.weight" in weights else x)


def apply_attention(name, x):
    batch, channels, height, width = x.shape
    h = apply_norm(name + ".norm", x)
    q, k, v = (apply_conv(f"{name}.{part}", h).reshape(batch, channels, -1) for part in "qkv")
    scores = torch.einsum("bci,bcj->bij", q, k) * channels ** -0.5
    mixed = torch.einsum("bij,bcj->bci", scores.softmax(-1), v).reshape(x.shape)
    return x + apply_conv(name + ".proj_out", mixed)


def encode(x):
    h = apply_conv("encoder.conv_in", x, padding=1)
    h = apply_block("encoder.down.0.block.0", h)
    padded = torch.zeros(h.shape[0], h.shape[1], h.shape[2] + 1, h.shape[3] + 1, dtype=h.dtype)
    padded[:, :, :-1, :-1] = h
    h = apply_conv("encoder.down.0.downsample.conv", padded, stride=2)
    h = apply_block("encoder.down.1.block.0", h)
    h = apply_attention("encoder.down.1.attn.0", h)
    h = apply_block("encoder.mid.block_1", h)
    h = apply_attention("encoder.mid.attn_1", h)
    h = apply_block("encoder.mid.block_2", h)
    h = apply_norm("encoder.norm_out", h)
    h = apply_conv("encoder.conv_out", h * torch.sigmoid(h), padding=1)
    return apply_conv("quant_conv", h)


conv("encoder.conv_in", 3, 64, 3)
block("encoder.down.0.block.0", 64, 32)
conv("encoder.down.0.downsample.conv", 32, 32, 3)
block("encoder.down.1.block.0", 32, 32)
attention("encoder.down.1.attn.0", 32)
block("encoder.mid.block_1", 32, 32)
attention("encoder.mid.attn_1", 32)
block("encoder.mid.block_2", 32, 32)
norm("encoder.norm_out", 32)
conv("encoder.conv_out", 32, 4, 3)
conv("quant_conv", 4, 4, 1)

image = torch.rand(2, 3, 8, 12) * 2 - 1
stored = {PREFIX + name: tensor for name, tensor in weights.items()}
stored[PREFIX + "decoder.conv_in.weight"] = torch.zeros(1)
stored["test.image"] = image
stored["test.moments"] = encode(image.double()).float()
root = Path(sys.argv[1])
(root / "vision").mkdir(exist_ok=True)
(root / "vision/vae.safetensors").write_bytes(save(stored))


class Pool(torch.nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, 4)


(root / "cli").mkdir(exist_ok=True)
torch.jit.script(Pool().eval()).save(str(root / "cli/pool.torchscript"))
