"""A convolutional classifier of 28 x 28 images in ten classes; MnistClassifier.java is the same program.

    python mnist_classifier.py [weights.safetensors]     # writes the initial weights there
"""
import sys

import torch
import torch.nn.functional as F
from torch import nn

BATCH = 32


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.dropout = nn.Dropout(0.25)
        self.fc1 = nn.Linear(8 * 6 * 6, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = self.dropout(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


def batch(step):
    """Stripes whose width and slope are those of the class, in place of a download of MNIST."""
    labels = (torch.arange(BATCH) * 7 + step) % 10
    rows = torch.arange(28, dtype=torch.float64).view(1, 28, 1)
    columns = torch.arange(28, dtype=torch.float64).view(1, 1, 28)
    width = labels.view(-1, 1, 1) + 1
    images = torch.sin(0.1 * width * rows + 0.07 * columns + 0.3 * step)
    return images.unsqueeze(1).float(), labels


def main(weights=None, steps=20):
    torch.manual_seed(0)
    model = ConvNet()
    if weights:
        from safetensors.torch import save_file
        save_file(model.state_dict(), weights)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    model.eval()  # without dropout, whose draws would differ
    for step in range(steps):
        images, labels = batch(step)
        optimizer.zero_grad()
        output = model(images)
        loss = F.nll_loss(output, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(f"step {step}, loss {loss.item():.7f}")
    with torch.no_grad():
        images, labels = batch(steps)
        correct = model(images).argmax(1).eq(labels).sum().item()
        print(f"{correct} of {BATCH} correct")
    return losses


if __name__ == "__main__":
    main(*sys.argv[1:2])
