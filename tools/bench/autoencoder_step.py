"""One training step of the ViT-L autoencoder with all losses in PyTorch: time and peak memory.

    python tools/bench/autoencoder_step.py weights DIR   # random weights of the losses' networks, in published layouts
    python tools/bench/autoencoder_step.py step [N]      # N steps (default 3): seconds of each and the peak memory

The same step with flowprior, DIR being that of the weights and PRIOR any prior of 32 channels:

    flowprior train-autoencoder --config paper --precision float32 --images procedural:256 --prior PRIOR \\
        --set training.batch=2 --set training.accumulation=1 --set training.steps=3 --set training.warmupSteps=0 \\
        --set evaluation.images=2 --set evaluation.batch=2 --set loss.perceptual.vgg=DIR/vgg16.pth \\
        --set loss.perceptual.heads=DIR/vgg.pth --set loss.adversarial.backbone=DIR/dino.pth \\
        --set loss.adversarial.start=0 --set loss.perceptual.warmup=0 --set log.every=1
"""
import pathlib
import resource
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "oracle"))
import autoencoder_step as step_of  # noqa: E402
import autoencoder_step_networks as networks  # noqa: E402

CASE = dict(bottleneck="none", kl=0.0, distance="l2", reconstruction=1.0, perceptual=(1.0, 0, 0),
            adversarial=(0.2, 0, 0), loss="hinge", adaptive=False, consistency=(4.0, 0, 0), lecam=0.001,
            alignment=(0.01, 0, 0), adaptive_alignment=False, detach=False, augmentation=True, deviation=0.0)
EYE_SIZES = dict(PATCH=16, WIDTH=384, HEADS=6, HIDDEN=1536)
SIZES = dict(IMAGE=256, PATCH=16, WIDTH=1024, DEPTH=24, HEADS=16, HIDDEN=4096, TOKENS=64, CHANNELS=32, BATCH=2,
             COPIES=4, FLOW_WIDTH=1024, FLOW_DEPTH=6, EYE=224, EYE_DEPTH=12)


def use(sizes):
    for module in (networks, step_of):
        for name, value in sizes.items():
            setattr(module, name, value)


def attention(self, x):
    b, t, d = x.shape
    q, k, v = self.qkv(x).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
    return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, d))


class Networks:
    def __init__(self):
        use(SIZES)
        networks.Transformer.__init__.__defaults__ = (SIZES["IMAGE"], SIZES["DEPTH"], True, False)
        self.autoencoder, self.lpips, self.flow = networks.Autoencoder(CASE), networks.Lpips(), networks.Flow()
        use(EYE_SIZES)
        self.eye = networks.Transformer(networks.EYE, networks.EYE_DEPTH, scaled=False, tanh=True)
        self.discriminator = networks.Discriminator(self.eye)
        use(SIZES)
        for part in (self.eye, self.lpips, self.flow):
            part.requires_grad_(False)
        self.real = self.fake = 0.0


def weights(directory):
    made = Networks()
    eye = {key: torch.randn_like(value) * 0.02 for key, value in made.eye.state_dict().items()}
    features, heads = {}, {}
    for key, value in made.lpips.state_dict().items():
        if key.startswith("lin"):
            heads[key] = value.abs()
        else:
            features["features." + key.split(".", 2)[2]] = value
    torch.save(eye, directory / "dino.pth")
    torch.save(features, directory / "vgg16.pth")
    torch.save(heads, directory / "vgg.pth")


def steps(count):
    networks.Attention.forward = attention
    made = Networks()
    averages = [p.detach().clone() for p in made.autoencoder.parameters()]
    first = torch.optim.AdamW(made.autoencoder.parameters(), 1e-4, (0.9, 0.95), weight_decay=1e-4, fused=True)
    second = torch.optim.AdamW(made.discriminator.parameters(), 1e-4, (0.9, 0.95), weight_decay=1e-4, fused=True)
    for number in range(1, count + 1):
        draws = step_of.numbers(number, torch.float32)
        start = time.time()
        made.discriminator.requires_grad_(False)
        first.zero_grad()
        loss, image = step_of.generator_loss(made, CASE, number, draws)
        loss.backward()
        image = image.detach()
        torch.nn.utils.clip_grad_norm_(made.autoencoder.parameters(), 1.0)
        first.step()
        with torch.no_grad():
            torch._foreach_lerp_(averages, list(made.autoencoder.parameters()), 1e-4)
        made.discriminator.requires_grad_(True)
        second.zero_grad()
        other = step_of.discriminator_loss(made, CASE, number, draws, image)
        other.backward()
        torch.nn.utils.clip_grad_norm_(made.discriminator.parameters(), 1.0)
        second.step()
        print("step %d: %.2f s, losses %.4f and %.4f" % (number, time.time() - start, loss.item(), other.item()))
        del loss, other
    print("peak %.0f MiB" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    if sys.argv[1] == "weights":
        weights(pathlib.Path(sys.argv[2]))
    else:
        steps(int(sys.argv[2]) if len(sys.argv) > 2 else 3)
