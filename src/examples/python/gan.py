"""Generator and discriminator of points on a ring; Gan.java is the same program.

    python gan.py [weights.safetensors]     # writes the initial weights there
"""
import math
import sys

import torch
from torch import nn

BATCH = 64


class PointGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, noise):
        return self.main(noise)


class PointDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))

    def forward(self, points):
        return self.main(points).squeeze(1)


def noise(step):
    index = torch.arange(BATCH * 4, dtype=torch.float64).view(BATCH, 4)
    return torch.sin(index * index * 0.37 + step).float()


def real(step):
    angle = torch.arange(BATCH, dtype=torch.float64) * (2 * math.pi / BATCH) + 0.1 * step
    return torch.stack([angle.cos(), angle.sin()], 1).float()


def main(weights=None, steps=20):
    torch.manual_seed(0)
    generator, discriminator = PointGenerator(), PointDiscriminator()
    models = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    if weights:
        from safetensors.torch import save_file
        save_file(models.state_dict(), weights)
    criterion = nn.BCEWithLogitsLoss()
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.999))
    ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)
    losses = []
    for step in range(steps):
        fake = generator(noise(step))
        optimizer_d.zero_grad()
        loss_d = criterion(discriminator(real(step)), ones) + criterion(discriminator(fake.detach()), zeros)
        loss_d.backward()
        optimizer_d.step()

        optimizer_g.zero_grad()
        loss_g = criterion(discriminator(fake), ones)
        loss_g.backward()
        optimizer_g.step()
        losses += [loss_d.item(), loss_g.item()]
        print(f"step {step}, discriminator loss {loss_d.item():.7f}, generator loss {loss_g.item():.7f}")
    return losses


if __name__ == "__main__":
    main(*sys.argv[1:2])
