"""Own autograd functions: a cube, and a sign with the gradient of a clip; OwnFunction.java is the same program.

    python own_function.py [weights.safetensors]     # writes the initial weights there
"""
import sys

import torch
import torch.nn.functional as F
from torch import nn


class Cube(torch.autograd.Function):
    """x³, with its gradient written by hand."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        return gradient * 3 * x * x


class BinarySign(torch.autograd.Function):
    """The sign, with the gradient of clip(x, -1, 1): straight through."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        return gradient.masked_fill(x.abs() > 1, 0)


class SignNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 24)
        self.output = nn.Linear(24, 1)

    def forward(self, x):
        return self.output(BinarySign.apply(self.hidden(x)) + 0.1 * Cube.apply(self.hidden(x)))


def batch(step):
    index = torch.arange(48 * 3, dtype=torch.float64).view(48, 3)
    x = torch.sin(index * index * 0.61 + step).float()
    return x, (x[:, 0] * x[:, 1] - x[:, 2]).unsqueeze(1)


def main(weights=None, steps=20):
    torch.manual_seed(0)
    point = torch.tensor([0.3, -0.7, 1.1], dtype=torch.float64, requires_grad=True)
    print("gradient of the cube is right:", torch.autograd.gradcheck(Cube.apply, (point,)))
    model = SignNet()
    if weights:
        from safetensors.torch import save_file
        save_file(model.state_dict(), weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for step in range(steps):
        x, y = batch(step)
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(f"step {step}, loss {loss.item():.7f}")
    return losses


if __name__ == "__main__":
    main(*sys.argv[1:2])
