"""Writes what PyTorch and timm compute of tiny autoencoders, for the tests of org.flowprior.autoencoder.

    python tools/oracle/autoencoder.py   # writes src/test/resources/org/flowprior/autoencoder/model.json

Needs timm (1.0) beside torch. Random numbers are not stored: both sides draw them from a generator with the seed given,
weight by weight in the order of the keys, then images, the bottleneck's noise, and the weights of the reconstruction in
the sum whose gradient is taken, all float32. Both compute in float64. Long results are stored as every so many elements,
their sum and norm.
"""
import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/autoencoder"
BATCH, TOKENS, CHANNELS = 2, 4, 6
IMAGENET_MEAN = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).view(3, 1, 1)
IMAGENET_DEVIATION = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).view(3, 1, 1)


def rounded(tensor):
    return [float("%.10g" % x) for x in tensor.detach().flatten().tolist()]


def summary(tensor, step):
    wide = tensor.detach().double()
    return {"step": step, "elements": rounded(tensor.detach().flatten()[::step]), "sum": rounded(wide.sum())[0],
            "norm": rounded(wide.norm())[0]}


def draw(key, shape, generator):
    values = torch.empty(shape).normal_(0, 1, generator=generator)
    if key.endswith("gamma"):
        return values * 0.3
    if "norm" in key and key.endswith("weight"):
        return values * 0.1 + 1
    if key.endswith("weight"):
        return values / math.sqrt(math.prod(shape[1:]))
    return values * (0.1 if key.endswith("bias") else 0.5)


# ---- the networks --------------------------------------------------------------------------------------------------


def transformer(width, depth, heads, image, patch, registers):
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(img_size=image, patch_size=patch, embed_dim=width, depth=depth, num_heads=heads,
                             num_classes=0, global_pool="", init_values=1e-5, reg_tokens=registers,
                             no_embed_class=registers > 0)


def blocks(model, tokens):
    for block in model.blocks:
        tokens = block(tokens)
    return model.norm(tokens)


class Encoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.latent_tokens = nn.Parameter(torch.zeros(1, TOKENS, sizes["width"]))
        self.latent_pos_embed = nn.Parameter(torch.zeros(1, TOKENS, sizes["width"]))
        self.model = transformer(**sizes)

    def forward(self, x):
        tokens = self.model._pos_embed(self.model.patch_embed(x))
        latents = (self.latent_tokens + self.latent_pos_embed).expand(len(x), -1, -1)
        return blocks(self.model, torch.cat([tokens, latents], dim=1))[:, -TOKENS:]


class Sine(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, x):
        return torch.sin(30 * self.linear(x))


class ToPixel(nn.Module):
    def __init__(self, kind, width, image, patch):
        super().__init__()
        self.kind, self.image, self.patch, self.grid = kind, image, patch, image // patch
        values = 3 * patch * patch
        if kind == "linear":
            self.model = nn.Linear(width, values)
        elif kind == "siren":
            self.model = nn.Sequential(Sine(width, 2 * width), Sine(2 * width, values))
        elif kind == "conv":
            steps = [nn.Identity(), nn.Conv2d(width, 128, 1)]
            for inputs, outputs in [(128, 64), (64, 32), (32, 16), (16, 3)]:
                steps += [nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1)]
            self.model = nn.Sequential(*steps)

    def forward(self, x):
        if self.kind == "identity":
            return x
        if self.kind == "conv":
            return self.model(x.transpose(1, 2).unflatten(2, (self.grid, self.grid)))
        x = self.model(x)
        if self.kind == "siren":
            return x.reshape(len(x), 3, self.image, self.image)
        return functional.pixel_shuffle(
            x.view(len(x), self.grid, self.grid, -1, 3).permute(0, 4, 3, 1, 2).flatten(1, 2), self.patch)


class Decoder(nn.Module):
    def __init__(self, sizes, kind):
        super().__init__()
        self.mask_token = nn.Parameter(torch.zeros(1, 1, sizes["width"]))
        self.latent_pos_embed = nn.Parameter(torch.zeros(1, TOKENS, sizes["width"]))
        self.model = transformer(**sizes)
        self.to_pixel = ToPixel(kind, sizes["width"], sizes["image"], sizes["patch"])

    def forward(self, t):
        prefix = self.model.num_prefix_tokens
        patches = self.model.patch_embed.num_patches
        tokens = self.model._pos_embed(self.mask_token.expand(len(t), patches, -1))
        tokens = blocks(self.model, torch.cat([tokens, t + self.latent_pos_embed], dim=1))
        return self.to_pixel(tokens[:, prefix:prefix + patches])


# ---- bottlenecks ---------------------------------------------------------------------------------------------------


def entropy(affinity, epsilon):
    affinity = affinity / 0.01
    chances = affinity.softmax(-1)
    mean = chances.mean(0)
    rows = -(chances * (affinity + 1e-5).log_softmax(-1)).sum(-1).mean()
    return rows + (mean * (mean + epsilon).log()).sum()


class SoftVq(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.options = options
        self.embedding = nn.Parameter(torch.zeros(options["codebooks"], options["entries"], CHANNELS))
        self.register_buffer("codebook_used", torch.zeros(options["codebooks"], 65536))

    def forward(self, z):
        options, codes = self.options, self.embedding
        z = z.unflatten(1, (options["codebooks"], -1))
        if options["normalize"]:
            z, codes = functional.normalize(z, dim=-1), functional.normalize(codes, dim=-1)
        products = torch.einsum("bktc,knc->bktn", z, codes.detach())
        mixed = torch.einsum("bktn,knc->bktc", (products / options["temperature"]).softmax(-1), codes)
        chosen = products.argmax(-1)
        self.used = chosen.transpose(0, 1).flatten(1)
        return mixed.flatten(1, 2), {"entropy": options["entropyWeight"] * entropy(
            products.flatten(0, 2), 1e-6)}, chosen.flatten(1)


class Vq(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.options = options
        self.register_buffer("codebook_used", torch.zeros(65536))
        self.embedding = nn.Embedding(options["entries"], CHANNELS)

    def forward(self, z):
        options, codes = self.options, self.embedding.weight
        if options["normalize"]:
            z, codes = functional.normalize(z, dim=-1), functional.normalize(codes, dim=-1)
        rows = z.flatten(0, 1)
        distance = (rows ** 2).sum(1, keepdim=True) + (codes ** 2).sum(1) - 2 * rows @ codes.T
        chosen = distance.argmin(1)
        self.used = chosen[None]
        quantized = codes[chosen].view_as(z)
        losses = {"codebook": functional.mse_loss(quantized, z.detach()),
                  "commitment": options["commitment"] * functional.mse_loss(z, quantized.detach())}
        if options["entropyWeight"]:
            losses["entropy"] = options["entropyWeight"] * entropy(-distance, 1e-5)
        return z + (quantized - z).detach(), losses, chosen.view(z.shape[:2])


def kl(moments, noise, weight):
    mean, log_variance = moments.chunk(2, -1)
    log_variance = log_variance.clamp(-30, 20)
    divergence = 0.5 * (mean ** 2 + log_variance.exp() - 1 - log_variance).sum((1, 2))
    return mean + (0.5 * log_variance).exp() * noise, {"kl": weight * divergence.sum() / len(divergence)}


def standardized(z):
    return (z - z.mean().detach()) / (z.std().detach() + 1e-8)


# ---- whole models --------------------------------------------------------------------------------------------------


class Autoencoder(nn.Module):
    def __init__(self, encoder, decoder, kind, bottleneck, options, repa):
        super().__init__()
        if repa:
            self.repa_model = transformer(**repa["model"])
            self.repa_model.requires_grad_(False)
            width = repa["projectionWidth"]
            self.projection = nn.Sequential(nn.Linear(CHANNELS, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
                                            nn.Linear(width, repa["model"]["width"]))
        self.encoder = Encoder(encoder)
        self.quant_conv = nn.Linear(encoder["width"], CHANNELS * (2 if bottleneck == "kl" else 1))
        self.decoder = Decoder(decoder, kind)
        self.post_quant_conv = nn.Linear(CHANNELS, decoder["width"])
        if bottleneck in ("soft_vq", "vq"):
            self.quantize = {"soft_vq": SoftVq, "vq": Vq}[bottleneck](options)
        self.bottleneck, self.options, self.repa = bottleneck, options, repa

    def forward(self, x, noise, permutation):
        z, losses, codes = self.quant_conv(self.encoder(x)), {}, None
        if self.bottleneck == "kl":
            z, losses = kl(z, noise, self.options["weight"])
        elif self.bottleneck == "identity":
            z = standardized(z) if self.options["standardize"] else z
        else:
            z, losses, codes = self.quantize(z)
        if self.repa:
            losses["repa"] = self.repa["weight"] * self.alignment(x, z, permutation)
        return self.decoder(self.post_quant_conv(z)), z, losses, codes

    def alignment(self, x, z, permutation):
        prefix = self.repa_model.num_prefix_tokens
        with torch.no_grad():
            f = self.repa_model.forward_features((0.5 * x + 0.5 - IMAGENET_MEAN) / IMAGENET_DEVIATION)[:, prefix:]
        align = self.repa["align"]
        if align == "global":
            f, z = f.mean(1), z.mean(1)
        elif align != "repeat":
            f = f if permutation is None else f[:, permutation]
            f = functional.adaptive_avg_pool1d(f.transpose(1, 2), TOKENS).transpose(1, 2)
        g = self.projection(z)
        if align == "repeat":
            g = g.repeat_interleave(f.shape[1] // TOKENS, dim=1)
        return -(functional.normalize(f, dim=-1) * functional.normalize(g, dim=-1)).sum(-1).mean()


def sizes(width, heads, depth=2, image=32, patch=8, registers=0):
    return {"width": width, "depth": depth, "heads": heads, "image": image, "patch": patch, "registers": registers}


def case(name, seed, bottleneck="identity", options=None, kind="linear", encoder=None, decoder=None, align=None):
    encoder = encoder or sizes(32, 2)
    decoder = decoder or sizes(24, 3)
    options = options if options is not None else {"standardize": False}
    repa = align and {"model": sizes(40, 2, depth=1), "projectionWidth": 20, "weight": 0.1, "align": align}
    network = Autoencoder(encoder, decoder, kind, bottleneck, options, repa)
    state = network.state_dict()
    generator = torch.Generator().manual_seed(seed)
    weights = {key: draw(key, value.shape, generator) for key, value in state.items() if "codebook_used" not in key}
    network.load_state_dict(weights, strict=False)
    network.double()
    x = torch.randn(BATCH, 3, 32, 32, generator=generator).double().requires_grad_()
    noise = torch.randn(BATCH, TOKENS, CHANNELS, generator=generator).double() if bottleneck == "kl" else None
    shuffled = align == "avg_1d_shuffle"
    permutation = torch.randperm(network.repa_model.patch_embed.num_patches, generator=generator) if shuffled else None

    y, z, losses, codes = network(x, noise, permutation)
    (y * torch.randn(y.shape, generator=generator).double()).sum().add(
        100 * sum(losses.values(), torch.zeros(()))).backward()
    gradients = {key: parameter.grad.double() for key, parameter in network.named_parameters()
                 if parameter.grad is not None}
    return {
        "name": name, "seed": seed, "bottleneck": bottleneck, "options": options, "toPixel": kind, "encoder": encoder,
        "decoder": decoder, "repa": repa, "keys": list(state),
        "parameters": sum(p.numel() for p in network.parameters()),
        "latents": rounded(z), "reconstruction": summary(y, y.numel() // 60 + 1),
        "losses": {key: rounded(loss)[0] for key, loss in losses.items()},
        "codes": None if codes is None else codes.flatten().tolist(),
        "used": None if codes is None else network.quantize.used.tolist(),
        "gradientOfImages": summary(x.grad, 97),
        "gradientNorms": {key: rounded(gradient.norm())[0] for key, gradient in gradients.items()},
        "gradientSums": {key: rounded(gradient.sum())[0] for key, gradient in gradients.items()},
    }


def cases():
    soft = {"codebooks": 2, "entries": 10, "temperature": 0.07, "normalize": True, "entropyWeight": 0.01}
    hard = {"entries": 12, "normalize": True, "commitment": 0.25, "entropyWeight": 0.1}
    return [
        case("ae", 1),
        case("ae-standardized", 2, options={"standardize": True}),
        case("ae-registers", 3, encoder=sizes(32, 2, registers=4), decoder=sizes(24, 3, registers=2)),
        case("ae-identity-head", 4, kind="identity"),
        case("kl-siren", 5, "kl", {"weight": 1e-2}, kind="siren"),
        case("soft-vq-repeat", 6, "soft_vq", soft, align="repeat"),
        case("soft-vq-global", 7, "soft_vq", soft, align="global"),
        case("soft-vq-pooled", 8, "soft_vq", soft | {"normalize": False, "temperature": 0.7}, align="avg_1d"),
        case("soft-vq-shuffled", 9, "soft_vq", soft, align="avg_1d_shuffle"),
        case("vq", 10, "vq", hard),
        case("vq-conv", 11, "vq", hard | {"normalize": False, "entropyWeight": 0}, kind="conv",
             decoder=sizes(24, 3, patch=16)),
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "model.json").write_text(json.dumps(cases(), separators=(",", ":")) + "\n")
