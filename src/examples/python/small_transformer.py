"""A small transformer that continues sequences of numbers; SmallTransformer.java is the same program.

    python small_transformer.py [weights.safetensors]     # writes the initial weights there
"""
import sys

import torch
import torch.nn.functional as F
from torch import nn

TOKENS = 17
TIME = 10
BATCH = 8


class SequenceModel(nn.Module):
    def __init__(self, size=16):
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, size)
        self.position = nn.Parameter(torch.randn(TIME, size) * 0.02)
        layer = nn.TransformerEncoderLayer(size, 2, dim_feedforward=32, dropout=0.0, activation=F.gelu,
                                           batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(size)
        self.head = nn.Linear(size, TOKENS, bias=False)

    def forward(self, tokens):
        mask = torch.triu(torch.full((TIME, TIME), float("-inf")), diagonal=1)
        x = self.embedding(tokens) + self.position
        x = self.encoder(x, mask=mask)
        return self.head(self.norm(x))


def batch(step):
    """Sequences start, start + stride, … modulo 17."""
    start = (torch.arange(BATCH) * 5 + step) % TOKENS
    stride = torch.arange(BATCH) % 4 + 1
    sequence = (start.unsqueeze(1) + stride.unsqueeze(1) * torch.arange(TIME + 1)) % TOKENS
    return sequence[:, :-1], sequence[:, 1:]


def main(weights=None, steps=20):
    torch.manual_seed(0)
    model = SequenceModel()
    if weights:
        from safetensors.torch import save_file
        save_file(model.state_dict(), weights)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    losses = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1.0, (step + 1) / 5)
        inputs, targets = batch(step)
        logits = model(inputs)
        loss = F.cross_entropy(logits.view(-1, TOKENS), targets.reshape(-1), label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(f"step {step}, loss {loss.item():.7f}")
    return losses


if __name__ == "__main__":
    main(*sys.argv[1:2])
