"""Writes what PyTorch computes for training steps of a tiny autoencoder, for the tests of org.flowprior.train.

    python tools/oracle/autoencoder_step.py    # writes src/test/resources/org/flowprior/train/autoencoder/autoencoder-step*

Everything is written out here from the published formulas: vision transformers, KL bottleneck, LPIPS, the DINO
discriminator, DiffAugment, LeCAM, consistency, adaptive weights and the alignment loss. Weights and random numbers are
not stored: both sides draw them from generators with the seeds below. The gradients are those of float64.
"""
import copy
import json
import math
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from autoencoder_step_networks import (BATCH, CHANNELS, COPIES, EYE, EYE_DEPTH, IMAGE, TOKENS, WIDTH,
                                       Autoencoder, Discriminator, Flow, Lpips, Transformer, fill, generator)

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/train/autoencoder"
VIEWS = ["generated", "real", "fake", "strongReal", "strongFake"]

CASES = {
    "kl": dict(bottleneck="kl", kl=0.01, distance="l2", reconstruction=1.0, perceptual=(0.7, 0, 20),
               adversarial=(0.5, 15, 0), loss="hinge", adaptive=False, consistency=(2.0, 15, 0), lecam=0.3,
               alignment=(0.4, 5, 10), adaptive_alignment=False, detach=False, augmentation=True, deviation=0.2,
               optimizer="adam", decay=0.0, ema=0.9, steps=50),
    "adaptive": dict(bottleneck="none", kl=0.0, distance="l1", reconstruction=1.5, perceptual=(0.3, 0, 0),
                     adversarial=(0.4, 4, 0), loss="non-saturating", adaptive=True, consistency=(0.0, 0, 0), lecam=0.0,
                     alignment=(0.2, 0, 0), adaptive_alignment=True, detach=True, augmentation=False, deviation=0.0,
                     optimizer="adamw", decay=0.1, ema=0.95, steps=12),
}
RATE, WARMUP_START, WARMUP, LAST, BETAS, CLIP = 2e-3, 1e-5, 5, 2e-4, (0.9, 0.95), 1.0


# ---- random numbers -----------------------------------------------------------------------------------------------


class Networks:
    def __init__(self, case):
        self.autoencoder = Autoencoder(case)
        self.eye = Transformer(EYE, EYE_DEPTH, scaled=False, tanh=True)
        self.discriminator = Discriminator(self.eye)
        self.lpips, self.flow = Lpips(), Flow()
        with torch.no_grad():
            for number, part in enumerate((self.autoencoder, self.eye, self.discriminator, self.lpips, self.flow)):
                fill(part, number + 1)
            for block in self.eye.blocks:
                block.attn.qkv.bias[WIDTH:2 * WIDTH] = 0
        for part in (self.eye, self.lpips, self.flow):
            part.requires_grad_(False)
        self.real = self.fake = 0.0

    def double(self):
        for part in (self.autoencoder, self.eye, self.discriminator, self.lpips, self.flow):
            part.double()
        return self


def numbers(step, dtype):
    """All random numbers of a step."""
    def g(number):
        return generator(100 * step + number)

    drawn = {
        "images": torch.rand(BATCH, 3, IMAGE, IMAGE, generator=g(0)) * 2 - 1,
        "latents": torch.randn(BATCH, TOKENS, CHANNELS, generator=g(1)),
        "times": torch.rand(COPIES, BATCH, TOKENS, generator=g(2)),
        "noise": torch.randn(COPIES, BATCH, TOKENS, CHANNELS, generator=g(3)),
    }
    drawn = {key: value.to(dtype) for key, value in drawn.items()}
    for v, name in enumerate(VIEWS):
        strong = name.startswith("strong")
        place = torch.randint(0, IMAGE - EYE + 1, (2,), generator=g(40 + v)).tolist()
        drawn[name] = {
            "strong": strong,
            "color": torch.rand(3, BATCH, generator=g(10 + v)).to(dtype) if strong or (step + v) % 3 else None,
            "translation": torch.randint(-4, 5, (2, BATCH), generator=g(20 + v)) if strong or (step + v) % 2 else None,
            "hole": torch.randint(0, IMAGE + 1, (2, BATCH), generator=g(30 + v))
            if strong or (step + 2 * v) % 3 else None,
            "window": place if (step + v) % 4 < 2 else None,
        }
    return drawn


# ---- losses --------------------------------------------------------------------------------------------------------


def scheduled(schedule, step):
    weight, start, warmup = schedule
    return 0.0 if step < start else weight * (min(1, step / warmup) if warmup else 1)


def augment(x, draws):
    if draws["color"] is not None:
        brightness, saturation, contrast = (c.view(-1, 1, 1, 1) for c in draws["color"])
        x = x + (brightness - 0.5)
        grey = x.mean(1, keepdim=True)
        x = (x - grey) * (2 * saturation) + grey
        mean = x.mean((1, 2, 3), keepdim=True)
        x = (x - mean) * (contrast + 0.5) + mean
    if draws["translation"] is not None:
        rows, columns = draws["translation"].tolist()
        wide = F.pad(x, (4, 4, 4, 4))
        x = torch.stack([wide[i, :, 4 + r:4 + r + IMAGE, 4 + c:4 + c + IMAGE]
                         for i, (r, c) in enumerate(zip(rows, columns))])
    if draws["hole"] is not None:
        side = int(IMAGE * (0.5 if draws["strong"] else 0.2) + 0.5)
        mask = torch.ones_like(x)
        for i, (row, column) in enumerate(draws["hole"].t().tolist()):
            for a in range(side):
                for b in range(side):
                    r, c = (min(max(at - side // 2 + o, 0), IMAGE - 1) for at, o in ((row, a), (column, b)))
                    mask[i, :, r, c] = 0
        x = x * mask
    return x


def logits(networks, case, x, draws):
    return networks.discriminator(augment(x, draws) if case["augmentation"] else x, draws["window"])


def factor(reference, loss, weight):
    wanted, actual = (torch.autograd.grad(v, weight, retain_graph=True)[0].norm() for v in (reference, loss))
    return (wanted / (actual + 1e-4)).clamp(0, 1e4).detach()


def alignment(networks, case, z, draws):
    y = z.reshape(-1, CHANNELS).repeat(COPIES, 1)
    noise = draws["noise"].reshape(-1, CHANNELS)
    t = 1 - draws["times"].reshape(-1)  # the official code's: 0 at the latents
    x = (1 - t)[:, None] * y + t[:, None] * noise
    v = networks.flow(x.detach() if case["detach"] else x, t)
    return ((v - (noise - y)) ** 2).mean()


def generator_loss(networks, case, step, draws):
    x = draws["images"]
    made, z, bottleneck = networks.autoencoder(x, draws["latents"])
    pixels = ((x - made) ** 2).mean() if case["distance"] == "l2" else (x - made).abs().mean()
    total = case["reconstruction"] * pixels + scheduled(case["perceptual"], step) * networks.lpips(x, made)
    fake = logits(networks, case, made, draws["generated"])
    adversarial = -fake.mean() if case["loss"] == "hinge" else F.softplus(-fake).mean()
    aligned = alignment(networks, case, z, draws)
    a = b = 1
    if case["adaptive"]:
        a = factor(total, adversarial, networks.autoencoder.decoder.to_pixel.model.weight)
    if case["adaptive_alignment"]:
        b = factor(pixels, aligned, networks.autoencoder.encoder.model.norm.weight)
    total = total + a * scheduled(case["adversarial"], step) * adversarial
    total = total + b * scheduled(case["alignment"], step) * aligned + bottleneck
    if case["deviation"]:
        total = total + case["deviation"] * (z.std() - 1) ** 2
    return total, made


def discriminator_loss(networks, case, step, draws, made):
    x, made = draws["images"], made.detach()
    real = logits(networks, case, x, draws["real"])
    fake = logits(networks, case, made, draws["fake"])
    if case["loss"] == "hinge":
        loss = 0.5 * ((1 - real).relu().mean() + (1 + fake).relu().mean())
    else:
        loss = 0.5 * (F.softplus(-real).mean() + F.softplus(fake).mean())
    if case["lecam"]:
        networks.real = 0.999 * networks.real + 0.001 * real.mean().item()
        networks.fake = 0.999 * networks.fake + 0.001 * fake.mean().item()
        regular = (real - networks.fake).relu().pow(2).mean() + (networks.real - fake).relu().pow(2).mean()
        loss = loss + case["lecam"] * regular
    total = scheduled(case["adversarial"], step) * loss
    if case["consistency"][0]:
        strong = torch.cat([logits(networks, case, x, draws["strongReal"]),
                            logits(networks, case, made, draws["strongFake"])])
        total = total + scheduled(case["consistency"], step) * ((torch.cat([real, fake]) - strong) ** 2).mean()
    return total


# ---- what is written -----------------------------------------------------------------------------------------------


def gradients(name, case, step=31):
    networks = Networks(case).double()
    draws = numbers(step, torch.float64)
    loss, made = generator_loss(networks, case, step, draws)
    found = {}
    parameters = dict(networks.autoencoder.named_parameters())
    for key, gradient in zip(parameters, torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)):
        if gradient is not None:
            found["generator." + key] = gradient.float()
    other = discriminator_loss(networks, case, step, draws, made)
    parameters = dict(networks.discriminator.named_parameters())
    for key, gradient in zip(parameters, torch.autograd.grad(other, list(parameters.values()))):
        found["discriminator." + key] = gradient.float()
    found["loss"], found["discriminatorLoss"] = loss.detach().float(), other.detach().float()
    save_file(found, TARGET / ("autoencoder-step-%s.safetensors" % name))


def rate(n, steps):
    if n < WARMUP:
        return WARMUP_START + n * (RATE - WARMUP_START) / WARMUP
    return LAST + 0.5 * (RATE - LAST) * (1 + math.cos(math.pi * n / steps))


def optimizer(case, module):
    named = [(key, p) for key, p in module.named_parameters()]
    if case["optimizer"] == "adam":
        return torch.optim.Adam([p for _, p in named], RATE, BETAS, weight_decay=case["decay"])
    spared = [p for key, p in named if p.dim() <= 1 or key.endswith(".bias")]
    others = [p for key, p in named if not (p.dim() <= 1 or key.endswith(".bias"))]
    return torch.optim.AdamW([{"params": others, "weight_decay": case["decay"]},
                              {"params": spared, "weight_decay": 0.0}], RATE, BETAS)


def training(case):
    networks = Networks(case)
    average = copy.deepcopy(networks.autoencoder)
    first, second = optimizer(case, networks.autoencoder), optimizer(case, networks.discriminator)
    rows = []
    for step in range(1, case["steps"] + 1):
        draws = numbers(step, torch.float32)
        for group in first.param_groups + second.param_groups:
            group["lr"] = rate(step - 1, case["steps"])
        first.zero_grad()
        loss, made = generator_loss(networks, case, step, draws)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(networks.autoencoder.parameters(), CLIP)
        first.step()
        with torch.no_grad():
            for e, p in zip(average.parameters(), networks.autoencoder.parameters()):
                e.lerp_(p, 1 - case["ema"])
        second.zero_grad()
        other = discriminator_loss(networks, case, step, draws, made)
        other.backward()
        other_norm = nn.utils.clip_grad_norm_(networks.discriminator.parameters(), CLIP)
        second.step()
        rows.append([float("%.9g" % v.item()) for v in (loss, norm, other, other_norm)])
    with torch.no_grad():
        reconstruction = average(draws["images"], draws["latents"])[0]
        statistics = networks.discriminator.heads[0][0][1].running_var.tolist()
    return {"loss, gradient norm, discriminator's": rows,
            "averagedReconstruction": reconstruction.double().norm().item(), "runningVariance": statistics, "lecam": [networks.real, networks.fake]}


def main():
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        gradients(name, case)
    text = json.dumps({name: training(case) for name, case in CASES.items()})
    (TARGET / "autoencoder-steps.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
