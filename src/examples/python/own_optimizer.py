"""An own optimiser, Lion (Chen et al., 2023); OwnOptimizer.java is the same program.

    python own_optimizer.py [weights.safetensors]     # writes the initial weights there
"""
import sys

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import Optimizer


class Lion(Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["exp_avg"] = torch.zeros_like(p)
                average = state["exp_avg"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                update = average * beta1 + p.grad * (1 - beta1)
                p.add_(update.sign(), alpha=-group["lr"])
                average.mul_(beta2).add_(p.grad, alpha=1 - beta2)


def batch(step):
    index = torch.arange(32 * 2, dtype=torch.float64).view(32, 2)
    x = torch.sin(index * index * 0.61 + step).float()
    return x, (x[:, :1] * 2 - x[:, 1:]).tanh()


def main(weights=None, steps=20):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    if weights:
        from safetensors.torch import save_file
        save_file(model.state_dict(), weights)
    optimizer = Lion(model.parameters(), lr=3e-3, weight_decay=0.01)
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
