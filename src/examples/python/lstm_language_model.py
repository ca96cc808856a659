"""An LSTM that predicts the next character of a text; LstmLanguageModel.java is the same program.

    python lstm_language_model.py [weights.safetensors]     # writes the initial weights there
"""
import sys

import torch
import torch.nn.functional as F
from torch import nn

TEXT = ("the quick brown fox jumps over the lazy dog. a lazy dog sleeps while the fox runs. "
        "over the hill the fox finds another dog, and the two of them jump together. ") * 8
BATCH = 4
TIME = 12


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, size=16, hidden=24):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.lstm = nn.LSTM(size, hidden, num_layers=2, batch_first=True)
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(self, tokens, state=None):
        output, state = self.lstm(self.embedding(tokens), state)
        return self.decoder(output), state


def main(weights=None, steps=20):
    torch.manual_seed(0)
    characters = sorted(set(TEXT))
    tokens = torch.tensor([characters.index(c) for c in TEXT])
    rows = tokens[:len(TEXT) // BATCH * BATCH].view(BATCH, -1)
    model = LanguageModel(len(characters))
    if weights:
        from safetensors.torch import save_file
        save_file(model.state_dict(), weights)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    state = None
    for step in range(steps):
        start = step * TIME
        inputs = rows[:, start:start + TIME]
        targets = rows[:, start + 1:start + TIME + 1]
        if state is not None:
            state = tuple(s.detach() for s in state)
        logits, state = model(inputs, state)
        loss = F.cross_entropy(logits.reshape(-1, len(characters)), targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        print(f"step {step}, loss {loss.item():.7f}")
    return losses


if __name__ == "__main__":
    main(*sys.argv[1:2])
