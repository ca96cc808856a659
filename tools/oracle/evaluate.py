"""What evaluate must find of two small sets of images through a small network, for EvaluateTest.

    python tools/oracle/evaluate.py src/test/resources/org/flowprior/cli/evaluate

Writes images.npz (stored) and copies.npz (compressed) as np.savez and np.savez_compressed do, network.torchscript,
which makes features and logits of values in [0, 1], and expected.json. Everything is computed by the definitions, in
float64 where nothing else is said; the permutation is NumPy's own. Needs torch, scipy and scikit-image.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from scipy.linalg import sqrtm
from skimage.metrics import structural_similarity

COUNT, SIDE, K = 30, 12, 3


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = torch.nn.Conv2d(3, 6, 3, 2)
        self.classes = torch.nn.Linear(6, 4)

    def forward(self, x):
        features = 10 * torch.nn.functional.leaky_relu(self.convolution(x)).mean((2, 3))
        return features, self.classes(features)


def frechet(a, b):
    means = ((a.mean(0) - b.mean(0)) ** 2).sum()
    one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return float(means + np.trace(one) + np.trace(two) - 2 * np.trace(sqrtm(one @ two)).real)


def inception_score(logits, parts):
    scores = []
    for part in parts:
        p = torch.softmax(torch.from_numpy(logits[part]), 1).numpy()
        scores.append(np.exp((p * (np.log(p) - np.log(p.mean(0)))).sum(1).mean()))
    return float(np.mean(scores)), float(np.std(scores))


def distances(a, b):
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(2))


def share_covered(points, by):
    """Of the points, those within the radius of one of the others: by a point of theirs, the K-th besides itself."""
    radii = np.sort(distances(by, by), 1)[:, K]
    return float((distances(points, by) <= radii).any(1).mean())


def main(out):
    torch.manual_seed(3)
    draw = np.random.RandomState(3)
    colours = draw.randint(90, 151, (COUNT, 1, 1, 3)) + draw.randint(-30, 31, (COUNT, SIDE, SIDE, 3))
    # Some bright images that are not copied as such, and some dark copies: neither set covers the other.
    images = (colours + 70 * (np.arange(COUNT) < 4)[:, None, None, None]).astype(np.uint8)
    dark = -60 * ((np.arange(COUNT) >= 4) & (np.arange(COUNT) < 7))[:, None, None, None]
    copies = (colours + dark + draw.randint(-8, 9, colours.shape)).astype(np.uint8)
    np.savez(out / "images.npz", images)
    np.savez_compressed(out / "copies.npz", copies)
    network = Network().eval()
    torch.jit.script(network).save(out / "network.torchscript")

    with torch.no_grad():
        made = [network(torch.from_numpy(x).permute(0, 3, 1, 2).float() / 255) for x in (images, copies)]
    (real, _), (generated, logits) = [[t.double().numpy() for t in pair] for pair in made]
    order = np.random.RandomState(2020).permutation(COUNT)
    shuffled = [order[i * COUNT // 10 : (i + 1) * COUNT // 10] for i in range(10)]
    precision, recall = share_covered(generated, real), share_covered(real, generated)
    errors = ((images / 255 - copies / 255) ** 2).mean((1, 2, 3))
    ssim = [structural_similarity(b / 255, a / 255, channel_axis=-1, data_range=1.0) for a, b in zip(images, copies)]
    mean, deviation = inception_score(logits, shuffled)
    expected = {
        "fid": frechet(generated, real),
        "inceptionScore": mean,
        "inceptionScoreDeviation": deviation,
        "inceptionScoreAdm": inception_score(logits, [np.arange(COUNT)])[0],
        "precision": precision,
        "recall": recall,
        "fScore": 2 * precision * recall / (precision + recall),
        "psnr": float((-10 * np.log10(errors)).mean()),
        "ssim": float(np.mean(ssim)),
    }
    assert 0 < precision < 1 and 0 < recall < 1 and precision != recall
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
