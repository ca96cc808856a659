"""Writes what PyTorch computes for a tiny masked autoregressive generator, for the tests of org.flowprior.mar.

    python tools/oracle/mar.py    # writes src/test/resources/org/flowprior/mar/mar-*.safetensors

The model is written out here from the published description. Weights and random numbers are not stored: both sides
make them from the same rules. Everything is computed in float64; gradients and weights are stored as float32.
"""
import math
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/mar"
WIDTH, DEPTH, HEADS, CHANNELS, TOKENS, BUFFER, CLASSES = 16, 2, 2, 4, 6, 3, 5
HEAD_DEPTH, HEAD_WIDTH, COPIES, BATCH, STEPS = 2, 8, 2, 3, 300


def fill(model):
    """Weights from a 32-bit hash of a tensor's place and an element's."""
    for p, (name, tensor) in enumerate(model.state_dict().items()):
        h = ((torch.arange(tensor.numel()) + 1) * 0x9E3779B1 + p * 0x85EBCA77) & 0xFFFFFFFF
        h = ((h ^ (h >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
        h = ((h ^ (h >> 15)) * 0x846CA68B) & 0xFFFFFFFF
        u = (h ^ (h >> 16)).double() / 2**31 - 1
        if tensor.dim() > 1:
            u = 0.3 * u
        else:
            u = 1 + 0.1 * u if name.endswith(".weight") else 0.1 * u
        tensor.copy_(u.float().view(tensor.shape))


class Attention(nn.Module):
    def __init__(self, normed):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.q_norm = nn.LayerNorm(WIDTH // HEADS) if normed else nn.Identity()
        self.k_norm = nn.LayerNorm(WIDTH // HEADS) if normed else nn.Identity()
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = (part.unflatten(2, (HEADS, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, 2))
        weights = torch.softmax(self.q_norm(q) @ self.k_norm(k).transpose(2, 3) / math.sqrt(WIDTH / HEADS), 3)
        return self.proj((weights @ v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, normed):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, 1e-6)
        self.attn = Attention(normed)
        self.norm2 = nn.LayerNorm(WIDTH, 1e-6)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(WIDTH, 4 * WIDTH), "fc2": nn.Linear(4 * WIDTH, WIDTH)})

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x))))


class Modulated(nn.Module):
    """A residual block of the head, or its last layer where there are outputs."""

    def __init__(self, outputs=None):
        super().__init__()
        width = HEAD_WIDTH
        if outputs is None:
            self.in_ln = nn.LayerNorm(width, 1e-6)
            self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        else:
            self.linear = nn.Linear(width, outputs)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, width * (3 if outputs is None else 2)))

    def forward(self, h, y):
        parts = self.adaLN_modulation(y).chunk(3 if hasattr(self, "mlp") else 2, 1)
        normed = self.in_ln(h) if hasattr(self, "mlp") else F.layer_norm(h, h.shape[1:], eps=1e-6)
        m = normed * (1 + parts[1]) + parts[0]
        return h + parts[2] * self.mlp(m) if hasattr(self, "mlp") else self.linear(m)


class Net(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        width = HEAD_WIDTH
        self.time_embed = nn.ModuleDict({"mlp": nn.Sequential(nn.Linear(256, width), nn.SiLU(),
                                                              nn.Linear(width, width))})
        self.cond_embed = nn.Linear(WIDTH, width)
        self.input_proj = nn.Linear(CHANNELS, width)
        self.res_blocks = nn.ModuleList(Modulated() for _ in range(HEAD_DEPTH))
        self.final_layer = Modulated(outputs)

    def forward(self, x, t, z):
        angles = t.double()[:, None] * torch.exp(-math.log(10000) * torch.arange(128).double() / 128)
        y = self.time_embed["mlp"](torch.cat([angles.cos(), angles.sin()], 1)) + self.cond_embed(z)
        h = self.input_proj(x)
        for block in self.res_blocks:
            h = block(h, y)
        return self.final_layer(h, y)


class Mar(nn.Module):
    def __init__(self, head, normed):
        super().__init__()
        self.head, rows = head, BUFFER + TOKENS
        self.fake_latent = nn.Parameter(torch.zeros(1, WIDTH))
        self.encoder_pos_embed_learned = nn.Parameter(torch.zeros(1, rows, WIDTH))
        self.mask_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.decoder_pos_embed_learned = nn.Parameter(torch.zeros(1, rows, WIDTH))
        self.diffusion_pos_embed_learned = nn.Parameter(torch.zeros(1, TOKENS, WIDTH))
        self.class_emb = nn.Embedding(CLASSES, WIDTH)
        self.z_proj = nn.Linear(CHANNELS, WIDTH)
        self.z_proj_ln = nn.LayerNorm(WIDTH, 1e-6)
        self.encoder_blocks = nn.ModuleList(Block(normed) for _ in range(DEPTH))
        self.encoder_norm = nn.LayerNorm(WIDTH, 1e-6)
        self.decoder_embed = nn.Linear(WIDTH, WIDTH)
        self.decoder_blocks = nn.ModuleList(Block(normed) for _ in range(DEPTH))
        self.decoder_norm = nn.LayerNorm(WIDTH, 1e-6)
        self.diffloss = nn.ModuleDict({"net": Net(CHANNELS if head == "flow" else 2 * CHANNELS)})

    def conditions(self, x, mask, classes):
        """As the description has it: all tokens are projected and all rows of the last block computed."""
        batch = x.shape[0]
        h = torch.cat([classes[:, None].expand(-1, BUFFER, -1), self.z_proj(x)], 1)
        h = self.z_proj_ln(h + self.encoder_pos_embed_learned)
        there = torch.cat([torch.ones(batch, BUFFER, dtype=torch.bool), ~mask], 1)
        h = h[there].view(batch, -1, WIDTH)
        for block in self.encoder_blocks:
            h = block(h)
        full = self.mask_token.expand(batch, BUFFER + TOKENS, -1).clone()
        full[there] = self.decoder_embed(self.encoder_norm(h)).flatten(0, 1)
        h = full + self.decoder_pos_embed_learned
        for block in self.decoder_blocks:
            h = block(h)
        return self.decoder_norm(h)[:, BUFFER:] + self.diffusion_pos_embed_learned

    def loss(self, n):
        classes = torch.where(n["dropped"][:, None], self.fake_latent, self.class_emb(n["labels"]))
        mask = torch.zeros(BATCH, TOKENS, dtype=torch.bool)
        mask.scatter_(1, n["orders"][:, :n["masked"]], True)
        z = self.conditions(n["tokens"], mask, classes).flatten(0, 1).repeat(COPIES, 1)
        target = n["tokens"].flatten(0, 1).repeat(COPIES, 1)
        rows = flow(self.diffloss["net"], target, z, n["times"].flatten(), n["noise"].flatten(0, 2)) \
            if self.head == "flow" else \
            diffusion(self.diffloss["net"], target, z, n["steps"].flatten(), n["noise"].flatten(0, 2))
        weights = mask.flatten().repeat(COPIES).double()
        return (rows * weights).sum() / (weights.sum() + (1e-8 if self.head == "flow" else 0))


def flow(net, target, z, t, noise):
    x = (1 - t)[:, None] * target + t[:, None] * noise
    return ((net(x, t, z) - (noise - target)) ** 2).mean(1)


def diffusion(net, target, z, t, noise):
    def bar(s):
        return math.cos((s + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = torch.tensor([min(1 - bar((i + 1) / 1000) / bar(i / 1000), 0.999) for i in range(1000)],
                         dtype=torch.float64)
    kept = torch.cumprod(1 - betas, 0)
    before = torch.cat([torch.ones(1).double(), kept[:-1]])
    posterior = betas * (1 - before) / (1 - kept)
    posterior[0] = posterior[1]

    def mean(x0, x):
        return (betas * before.sqrt() / (1 - kept))[t][:, None] * x0 \
            + ((1 - before) * (1 - betas).sqrt() / (1 - kept))[t][:, None] * x

    def cdf(x):
        return 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))
    k = kept[t][:, None]
    x = k.sqrt() * target + (1 - k).sqrt() * noise
    predicted, value = net(x, t, z).chunk(2, 1)
    low, high = posterior.log()[t][:, None], betas.log()[t][:, None]
    share = (value + 1) / 2
    log_variance = share * high + (1 - share) * low
    p_mean = mean((x - (1 - k).sqrt() * predicted.detach()) / k.sqrt(), x)
    divergence = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean(target, x), (low / 2).exp()),
        torch.distributions.Normal(p_mean, (log_variance / 2).exp())).mean(1)
    scale = (-log_variance / 2).exp()
    above, below = cdf(scale * (target - p_mean + 1 / 255)), cdf(scale * (target - p_mean - 1 / 255))
    log_likelihood = torch.where(target < -0.999, above.clamp(min=1e-12).log(), torch.where(
        target > 0.999, (1 - below).clamp(min=1e-12).log(), (above - below).clamp(min=1e-12).log()))
    bound = torch.where(t == 0, -log_likelihood.mean(1), divergence) / math.log(2)
    return ((noise - predicted) ** 2).mean(1) + bound


def numbers(step):
    """All random numbers of a step, in the order in which the test draws them."""
    g = torch.Generator().manual_seed(step)
    drawn = {
        "tokens": torch.randn(BATCH, TOKENS, CHANNELS, generator=g).double(),
        "labels": torch.randint(CLASSES, (BATCH,), generator=g),
        "orders": torch.rand(BATCH, TOKENS, generator=g).argsort(1),
        "dropped": torch.rand(BATCH, generator=g) < 0.3,
        "times": torch.rand(COPIES, BATCH, TOKENS, generator=g).double(),
        "noise": torch.randn(COPIES, BATCH, TOKENS, CHANNELS, generator=g).double(),
        "masked": 3 + step % 4,
    }
    # A quarter of the times is 0, where the bound is another one.
    drawn["steps"] = ((drawn["times"] - 0.25).clamp(min=0) / 0.75 * 1000).long()
    return drawn


def gradients(head, normed):
    model = Mar(head, normed).double()
    with torch.no_grad():
        fill(model)
    loss = model.loss(numbers(0))
    loss.backward()
    stored = {f"{head}.{name}": p.grad.float() for name, p in model.named_parameters()}
    return {**stored, f"{head}.loss": loss.detach()}


def steps():
    """AdamW with the official groups."""
    model = Mar("flow", True).double()
    with torch.no_grad():
        fill(model)
    named = list(model.named_parameters())
    free = [p for n, p in named if p.dim() == 1 or n.endswith(".bias") or "diffloss" in n]
    decayed = [p for n, p in named if not (p.dim() == 1 or n.endswith(".bias") or "diffloss" in n)]
    optimizer = torch.optim.AdamW([{"params": free, "weight_decay": 0}, {"params": decayed, "weight_decay": 0.02}],
                                  lr=1e-3, betas=(0.9, 0.95))
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = model.loss(numbers(step))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return {**{name: p.detach().float() for name, p in named}, "losses": torch.stack(losses)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    save_file({**gradients("flow", True), **gradients("diffusion", False)}, TARGET / "mar-gradients.safetensors")
    save_file(steps(), TARGET / "mar-steps.safetensors")
