"""LPIPS, augmentation and losses, for adversary.py."""
import torch
from torch.nn import functional

from adversary_draws import draw, rounded, summary

# ---- LPIPS ---------------------------------------------------------------------------------------------------------


def lpips():
    channels = [64, 128, 256, 512, 512]
    slices = {1: [0, 2], 2: [5, 7], 3: [10, 12, 14], 4: [17, 19, 21], 5: [24, 26, 28]}
    shapes, width = {"scaling_layer.shift": None, "scaling_layer.scale": None}, 3
    for s, numbers in slices.items():
        for n in numbers:
            shapes["net.slice%d.%d.weight" % (s, n)] = [channels[s - 1], width, 3, 3]
            shapes["net.slice%d.%d.bias" % (s, n)] = [channels[s - 1]]
            width = channels[s - 1]
    for i, c in enumerate(channels):
        shapes["lin%d.model.1.weight" % i] = [1, c, 1, 1]
    generator = torch.Generator().manual_seed(5)
    state = {key: draw(key, shape, generator) for key, shape in shapes.items() if shape}
    state = {key: value.abs() if key.startswith("lin") else value for key, value in state.items()}
    shift, scale = (torch.tensor(v).view(1, 3, 1, 1) for v in ([-0.030, -0.088, -0.188], [0.458, 0.448, 0.450]))

    def features(x):
        h, found = (x - shift) / scale, []
        for s, numbers in slices.items():
            h = functional.max_pool2d(h, 2) if s > 1 else h
            for n in numbers:
                h = functional.conv2d(h, state["net.slice%d.%d.weight" % (s, n)],
                                      state["net.slice%d.%d.bias" % (s, n)], padding=1).relu()
            found.append(h)
        return found

    def unit(h):
        return h / ((h ** 2).sum(1, keepdim=True).sqrt() + 1e-10)

    def distance(x, y, dropped):
        total = 0
        for i, (a, b) in enumerate(zip(features(x), features(y))):
            d = (unit(a) - unit(b)) ** 2
            if dropped:
                d = d * torch.empty_like(d).bernoulli_(0.5, generator=generator) / 0.5
            total = total + functional.conv2d(d, state["lin%d.model.1.weight" % i]).mean((2, 3), keepdim=True)
        return total

    x = torch.randn(2, 3, 20, 17, generator=generator).requires_grad_()
    y = torch.randn(2, 3, 20, 17, generator=generator).requires_grad_()
    plain = distance(x, y, False)
    plain.mean().backward()
    return {"seed": 5, "keys": list(shapes), "value": rounded(plain), "gradientOfX": summary(x.grad),
            "gradientOfY": summary(y.grad), "dropped": rounded(distance(x, y, True))}


# ---- augmentation and losses ---------------------------------------------------------------------------------------


def augment(x, color, translation, hole, cutout):
    """As the official code does it: a padded image is read at shifted places; a hole is an indexed assignment."""
    b, c, h, w = x.shape
    if color:
        u = [v.view(-1, 1, 1, 1) for v in color]
        x = x + (u[0] - 0.5)
        grey = x.mean(dim=1, keepdim=True)
        x = (x - grey) * (u[1] * 2) + grey
        grey = x.mean(dim=[1, 2, 3], keepdim=True)
        x = (x - grey) * (u[2] + 0.5) + grey
    if translation:
        batch, rows, columns = torch.meshgrid(torch.arange(b), torch.arange(h), torch.arange(w), indexing="ij")
        rows = torch.clamp(rows + translation[0].view(-1, 1, 1) + 1, 0, h + 1)
        columns = torch.clamp(columns + translation[1].view(-1, 1, 1) + 1, 0, w + 1)
        x = functional.pad(x, [1, 1, 1, 1]).permute(0, 2, 3, 1)[batch, rows, columns].permute(0, 3, 1, 2)
    if hole:
        sides = [int(h * cutout + 0.5), int(w * cutout + 0.5)]
        batch, rows, columns = torch.meshgrid(torch.arange(b), torch.arange(sides[0]), torch.arange(sides[1]),
                                              indexing="ij")
        rows = torch.clamp(rows + hole[0].view(-1, 1, 1) - sides[0] // 2, 0, h - 1)
        columns = torch.clamp(columns + hole[1].view(-1, 1, 1) - sides[1] // 2, 0, w - 1)
        mask = torch.ones(b, h, w)
        mask[batch, rows, columns] = 0
        x = x * mask.unsqueeze(1)
    return x


def augmentations():
    cases = []
    for seed, (cutout, probability) in enumerate([(0.2, 1.0), (0.5, 1.0), (0.3, 0.5), (0.3, 0.5)], start=20):
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(3, 3, 16, 24, generator=generator).requires_grad_()

        def happens():
            return torch.rand(1, generator=generator).item() <= probability

        def uniform():
            return torch.rand(3, generator=generator)

        def integers(low, high):
            return torch.randint(low, high, (3,), generator=generator)

        def shift(size):
            side = int(size * 0.125 + 0.5)
            return integers(-side, side + 1)

        def centre(size):
            return integers(0, size + 1 - int(size * cutout + 0.5) % 2)

        color = [uniform(), uniform(), uniform()] if happens() else None
        translation = [shift(16), shift(24)] if happens() else None
        hole = [centre(16), centre(24)] if happens() else None
        y = augment(x, color, translation, hole, cutout)
        (y * torch.randn(y.shape, generator=generator)).sum().backward()
        cases.append({"seed": seed, "cutout": cutout, "probability": probability,
                      "done": [bool(color), bool(translation), bool(hole)], "result": summary(y, 200),
                      "gradient": summary(x.grad, 200)})
    return cases


def losses():
    generator = torch.Generator().manual_seed(30)
    real, fake, strong_real, strong_fake = (2 * torch.randn(3, 7, generator=generator) for _ in range(4))
    one, zero = torch.ones(3, 7), torch.zeros(3, 7)
    bce = functional.binary_cross_entropy_with_logits
    discriminator = {
        "hinge": lambda r, f: 0.5 * (functional.relu(1 - r).mean() + functional.relu(1 + f).mean()),
        "vanilla": lambda r, f: 0.5 * (bce(r, one) + bce(f, zero)),
        "non_saturating": lambda r, f: 0.5 * (bce(r, one) + bce(f, zero)),
        "official_non_saturating": lambda r, f: 0.5 * (bce(one, r) + bce(zero, f))}
    generators = {"hinge": lambda f: -f.mean(), "vanilla": lambda f: -bce(f, zero),
                  "non_saturating": lambda f: bce(f, one), "official_non_saturating": lambda f: bce(one, f)}
    result = {"seed": 30, "discriminator": {}, "generator": {}}

    def graded(tensors, loss):
        leaves = [t.clone().requires_grad_() for t in tensors]
        value = loss(*leaves)
        gradients = torch.autograd.grad(value, leaves, allow_unused=True)
        return {"value": value.item(), "gradients": [rounded(torch.zeros(1) if g is None else g) for g in gradients]}

    for name, loss in discriminator.items():
        result["discriminator"][name] = graded([real, fake], loss)
        result["generator"][name] = graded([fake], generators[name])
    result["consistency"] = graded([real, fake, strong_real, strong_fake], lambda r, f, sr, sf: functional.mse_loss(
        torch.cat([r, f]), torch.cat([sr, sf])))
    averages = [0.0, 0.0]
    for r, f in [(real, fake), (strong_real, strong_fake)]:
        averages = [0.999 * averages[0] + 0.001 * r.mean().item(), 0.999 * averages[1] + 0.001 * f.mean().item()]
    result["lecamAverages"] = averages
    result["lecam"] = graded([real, fake], lambda r, f: functional.relu(r - averages[1]).pow(2).mean()
                             + functional.relu(averages[0] - f).pow(2).mean())
    return result
