"""Writes what torch.nn.functional's Python forms give, for org.flowprior.torch.FormsTest.

    python tools/oracle/forms.py     # writes src/test/resources/org/flowprior/torch/forms.json
"""
import json
import pathlib

import torch
import torch.nn.functional as F

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/torch/forms.json"


def ramp(*shape):
    count = int(torch.tensor(shape).prod())
    return torch.sin(torch.arange(count, dtype=torch.float64) ** 2 * 0.3).view(shape)


image = ramp(2, 3, 6, 5)
line = ramp(2, 3, 7)
volume = ramp(1, 2, 3, 4, 3)
logits = ramp(4, 5)
classes = torch.tensor([0, 4, 2, 1])
theta = ramp(2, 2, 3)
grid = F.affine_grid(theta, (2, 3, 4, 4), align_corners=False)

RESULTS = {
    "relu": F.relu(logits), "softmax": F.softmax(logits, 1), "logSoftmax": F.log_softmax(logits, 0),
    "sigmoid": F.sigmoid(logits), "tanh": F.tanh(logits), "logsigmoid": F.logsigmoid(logits),
    "softmin": F.softmin(logits, 1), "softsign": F.softsign(logits), "tanhshrink": F.tanhshrink(logits),
    "crossEntropy": F.cross_entropy(logits, classes),
    "crossEntropySum": F.cross_entropy(logits, classes, reduction="sum"),
    "crossEntropyAll": F.cross_entropy(logits, classes, weight=torch.arange(1., 6, dtype=torch.float64),
                                       ignore_index=4, reduction="mean", label_smoothing=0.1),
    "oneHot": F.one_hot(classes), "oneHot7": F.one_hot(classes, 7),
    "normalize": F.normalize(logits), "normalize3": F.normalize(image, p=3, dim=2, eps=1.5),
    "nearest1": F.interpolate(line, (4,)), "nearest2": F.interpolate(image, 4),
    "nearest3": F.interpolate(volume, (2, 5, 4)), "nearestExact": F.interpolate(image, (4, 9), mode="nearest-exact"),
    "linear": F.interpolate(line, (10,), mode="linear"),
    "bilinear": F.interpolate(image, (8, 3), mode="bilinear"),
    "bilinearCorners": F.interpolate(image, (8, 3), mode="bilinear", align_corners=True),
    "bilinearFactor": F.interpolate(image, scale_factor=1.7, mode="bilinear"),
    "bilinearFactors": F.interpolate(image, scale_factor=(0.5, 2.0), mode="bilinear", align_corners=True),
    "bicubic": F.interpolate(image, (8, 3), mode="bicubic"),
    "trilinear": F.interpolate(volume, (2, 5, 4), mode="trilinear"),
    "bilinearAntialias": F.interpolate(image, (3, 3), mode="bilinear", antialias=True),
    "bicubicAntialias": F.interpolate(image, (3, 3), mode="bicubic", antialias=True),
    "area": F.interpolate(image, (3, 2), mode="area"),
    "areaFactor": F.interpolate(image, scale_factor=0.5, mode="area"),
    "affineGrid": grid, "affineGridCorners": F.affine_grid(theta, (2, 3, 4, 4), align_corners=True),
    "gridSample": F.grid_sample(image, grid, align_corners=False),
    "gridSampleOther": F.grid_sample(image, grid, mode="nearest", padding_mode="border", align_corners=True),
    "gridSampleReflection": F.grid_sample(image, grid, mode="bicubic", padding_mode="reflection",
                                          align_corners=False),
    "unfold": F.unfold(image, 2), "unfoldAll": F.unfold(image, (3, 2), dilation=1, padding=(1, 0), stride=2),
    "fold": F.fold(F.unfold(image, 2), (6, 5), 2),
    "foldAll": F.fold(F.unfold(image, 3, padding=1, stride=2), (6, 5), 3, padding=1, stride=2),
    "pixelShuffle": F.pixel_shuffle(ramp(1, 8, 2, 3), 2),
}

if __name__ == "__main__":
    record = {name: [float("%.12g" % x) for x in value.flatten().tolist()] for name, value in RESULTS.items()}
    TARGET.write_text(json.dumps(record, separators=(",", ":")) + "\n")
