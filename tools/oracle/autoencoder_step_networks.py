"""The networks of autoencoder_step.py, under the official keys, and how their weights are drawn."""
import math

import torch
from torch import nn
from torch.nn import functional as F

IMAGE, PATCH, WIDTH, DEPTH, HEADS, HIDDEN = 32, 8, 8, 2, 2, 16
TOKENS, CHANNELS, BATCH, COPIES = 4, 8, 2, 3
FLOW_WIDTH, FLOW_DEPTH = 16, 1
EYE, EYE_DEPTH = 24, 3  # the discriminator's backbone


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(x).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, t, d))


class Mlp(nn.Module):
    def __init__(self, width, hidden, tanh):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)
        self.approximate = "tanh" if tanh else "none"

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x), approximate=self.approximate))


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))


class Block(nn.Module):
    def __init__(self, width, heads, hidden, scaled, tanh):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, 1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, 1e-6)
        self.mlp = Mlp(width, hidden, tanh)
        if scaled:
            self.ls1, self.ls2 = Scale(width), Scale(width)
        self.scaled = scaled

    def forward(self, x):
        x = x + self.attn(self.norm1(x)) * (self.ls1.gamma if self.scaled else 1)
        return x + self.mlp(self.norm2(x)) * (self.ls2.gamma if self.scaled else 1)


class PatchEmbed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Conv2d(3, width, PATCH, PATCH)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Transformer(nn.Module):
    def __init__(self, image=IMAGE, depth=DEPTH, scaled=True, tanh=False):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + (image // PATCH) ** 2, WIDTH))
        self.patch_embed = PatchEmbed(WIDTH)
        self.blocks = nn.ModuleList(Block(WIDTH, HEADS, HIDDEN, scaled, tanh) for _ in range(depth))
        self.norm = nn.LayerNorm(WIDTH, 1e-6)

    def position(self, patches):
        return torch.cat([self.cls_token.expand(len(patches), -1, -1), patches], 1) + self.pos_embed

    def run(self, x):
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.latent_tokens = nn.Parameter(torch.zeros(1, TOKENS, WIDTH))
        self.latent_pos_embed = nn.Parameter(torch.zeros(1, TOKENS, WIDTH))
        self.model = Transformer()

    def forward(self, x):
        latents = (self.latent_tokens + self.latent_pos_embed).expand(len(x), -1, -1)
        embedded = self.model.position(self.model.patch_embed(x))
        return self.model.run(torch.cat([embedded, latents], 1))[:, -TOKENS:]


class ToPixel(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Linear(WIDTH, 3 * PATCH * PATCH)

    def forward(self, x):
        side = IMAGE // PATCH
        patches = self.model(x).view(len(x), side, side, PATCH, PATCH, 3)
        return patches.permute(0, 5, 1, 3, 2, 4).reshape(len(x), 3, IMAGE, IMAGE)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.latent_pos_embed = nn.Parameter(torch.zeros(1, TOKENS, WIDTH))
        self.model = Transformer()
        self.to_pixel = ToPixel()

    def forward(self, t):
        patches = (IMAGE // PATCH) ** 2
        embedded = self.model.position(self.mask_token.expand(len(t), patches, -1))
        return self.to_pixel(self.model.run(torch.cat([embedded, t + self.latent_pos_embed], 1))[:, 1:1 + patches])


class Autoencoder(nn.Module):
    def __init__(self, case):
        super().__init__()
        self.case = case
        self.encoder = Encoder()
        self.quant_conv = nn.Linear(WIDTH, CHANNELS * (2 if case["bottleneck"] == "kl" else 1))
        self.decoder = Decoder()
        self.post_quant_conv = nn.Linear(CHANNELS, WIDTH)

    def forward(self, x, noise):
        z = self.quant_conv(self.encoder(x))
        loss = 0
        if self.case["bottleneck"] == "kl":
            mean, log_variance = z.chunk(2, -1)
            log_variance = log_variance.clamp(-30, 20)
            z = mean + (0.5 * log_variance).exp() * noise
            loss = self.case["kl"] * 0.5 * (mean ** 2 + log_variance.exp() - 1 - log_variance).sum() / len(x)
        return self.decoder(self.post_quant_conv(z)), z, loss


class Residual(nn.Module):
    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, x):
        return (self.fn(x) + x) / math.sqrt(2)


class Discriminator(nn.Module):
    """Heads only, as in the official state dict; the backbone is beside it."""

    def __init__(self, backbone):
        super().__init__()
        self.eye = [backbone]
        self.heads = nn.ModuleList(self.head() for _ in range(1 + EYE_DEPTH // 3))

    @staticmethod
    def head():
        def part(kernel, out):
            convolution = nn.Conv1d(WIDTH, out, kernel, padding=kernel // 2, padding_mode="circular")
            return nn.utils.spectral_norm(convolution)

        def block(kernel):
            return nn.Sequential(part(kernel, WIDTH), nn.BatchNorm1d(WIDTH, 1e-6), nn.LeakyReLU(0.2))

        return nn.Sequential(block(1), Residual(block(9)), part(1, 1))

    def forward(self, x, window):
        mean, deviation = (torch.tensor(v, dtype=x.dtype).view(1, 3, 1, 1)
                           for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
        x = (0.5 * x + 0.5 - mean) / deviation
        if window is not None:
            x = x[:, :, window[0]:window[0] + EYE, window[1]:window[1] + EYE]
        else:
            x = F.interpolate(x, (EYE, EYE), mode="area")
        eye = self.eye[0]
        tokens = eye.position(eye.patch_embed(x))
        readouts = [tokens]
        for i, block in enumerate(eye.blocks):
            tokens = block(tokens)
            if i % 3 == 2:
                readouts.append(tokens)
        return torch.cat([head((t[:, 1:] + t[:, :1]).transpose(1, 2)).flatten(1)
                          for head, t in zip(self.heads, readouts)], 1)


class Lpips(nn.Module):
    """Under the official keys."""

    def __init__(self):
        super().__init__()
        self.net = nn.Module()
        slices = [(1, [(0, 3, 64), (2, 64, 64)]), (2, [(5, 64, 128), (7, 128, 128)]),
                  (3, [(10, 128, 256), (12, 256, 256), (14, 256, 256)]),
                  (4, [(17, 256, 512), (19, 512, 512), (21, 512, 512)]),
                  (5, [(24, 512, 512), (26, 512, 512), (28, 512, 512)])]
        for i, (name, convolutions) in enumerate(slices):
            part = nn.ModuleDict({str(number): nn.Conv2d(a, b, 3, padding=1) for number, a, b in convolutions})
            setattr(self.net, "slice%d" % name, part)
            lin = nn.Module()
            lin.model = nn.ModuleDict({"1": nn.Conv2d(convolutions[-1][2], 1, 1, bias=False)})
            setattr(self, "lin%d" % i, lin)

    def features(self, x):
        shift, scale = (torch.tensor(v, dtype=x.dtype).view(1, 3, 1, 1)
                        for v in ([-0.030, -0.088, -0.188], [0.458, 0.448, 0.450]))
        x = (x - shift) / scale
        taps = []
        for i in range(1, 6):
            if i > 1:
                x = F.max_pool2d(x, 2)
            for convolution in getattr(self.net, "slice%d" % i).values():
                x = convolution(x).relu()
            taps.append(x)
        return taps

    def forward(self, x, y):
        total = 0
        for i, (a, b) in enumerate(zip(self.features(x), self.features(y))):
            a, b = (v / (v.norm(dim=1, keepdim=True) + 1e-10) for v in (a, b))
            total = total + getattr(self, "lin%d" % i).model["1"]((a - b) ** 2).mean((2, 3))
        return total.mean()


class FlowBlock(nn.Module):
    def __init__(self):
        super().__init__()
        w = FLOW_WIDTH
        self.in_ln = nn.LayerNorm(w, 1e-6)
        self.mlp = nn.Sequential(nn.Linear(w, w), nn.SiLU(), nn.Linear(w, w))
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(w, 3 * w))

    def forward(self, h, tau):
        shift, scale, gate = self.adaLN_modulation(tau).chunk(3, -1)
        return h + gate * self.mlp(self.in_ln(h) * (1 + scale) + shift)


class FlowFinal(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(FLOW_WIDTH, CHANNELS)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(FLOW_WIDTH, 2 * FLOW_WIDTH))

    def forward(self, h, tau):
        shift, scale = self.adaLN_modulation(tau).chunk(2, -1)
        return self.linear(F.layer_norm(h, (FLOW_WIDTH,), eps=1e-6) * (1 + scale) + shift)


class Flow(nn.Module):
    def __init__(self):
        super().__init__()
        w = FLOW_WIDTH
        self.time_embed = nn.Module()
        self.time_embed.mlp = nn.Sequential(nn.Linear(256, w), nn.SiLU(), nn.Linear(w, w))
        self.input_proj = nn.Linear(CHANNELS, w)
        self.res_blocks = nn.ModuleList(FlowBlock() for _ in range(FLOW_DEPTH))
        self.final_layer = FlowFinal()

    def forward(self, x, t):
        angles = t[:, None] * 10000 ** (-torch.arange(128, dtype=x.dtype) / 128)
        tau = self.time_embed.mlp(torch.cat([angles.cos(), angles.sin()], -1))
        h = self.input_proj(x)
        for block in self.res_blocks:
            h = block(h, tau)
        return self.final_layer(h, tau)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def fill(module, seed):
    """Draws every tensor from a generator of its own, numbered in the order of the sorted keys."""
    state = module.state_dict()
    for number, key in enumerate(sorted(state)):
        tensor = state[key]
        if "running_" in key or key.endswith("num_batches_tracked") or key.startswith("scaling_layer"):
            continue
        values = torch.randn(tensor.shape, generator=generator(1000 * seed + number))
        if key.endswith(("weight_u", "weight_v")):
            values = values / values.norm()
        elif key.startswith("lin") and key.endswith("model.1.weight"):
            values = values.abs()
        elif key.endswith("gamma"):
            values = values * 0.3
        elif key.endswith("weight") and values.dim() == 1:
            values = values * 0.1 + 1
        elif key.endswith(("weight", "weight_orig")):
            values = values * math.sqrt(2 / math.prod(values.shape[1:]))
        elif key.endswith("bias"):
            values = values * 0.1
        else:
            values = values * 0.5
        tensor.copy_(values)
