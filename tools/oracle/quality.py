"""PSNR and SSIM by scikit-image, for the tests of org.flowprior.eval.ImageQuality.

    python tools/oracle/quality.py src/test/resources/org/flowprior/eval/quality.json

Needs torch and scikit-image. The images are not stored: both sides draw them from a generator with the seed given.
"published" is what SoftVQ's evaluation computes, "standard" the same with the range that the values have; "plain"
compares values that no file has cut to 256 levels.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

SEED, SHAPE = 5, (4, 3, 24, 20)


def pairs():
    """Images in [-1, 1], and reconstructions that leave that range here and there, the last but for little."""
    generator = torch.Generator().manual_seed(SEED)
    images = torch.rand(SHAPE, generator=generator) * 2 - 1
    noise = torch.randn(SHAPE, generator=generator)
    strength = torch.tensor([0.5, 0.1, 0.02, 0.0]).view(4, 1, 1, 1)
    return images, images + noise * strength


def measure(images, restored, ssim_range):
    image = ((images + 1) / 2).permute(1, 2, 0).numpy()
    restored = restored.permute(1, 2, 0).numpy()
    return (
        float(peak_signal_noise_ratio(image, restored)),
        float(structural_similarity(restored, image, channel_axis=-1, data_range=ssim_range)),
    )


def levels(values):
    return torch.clamp(127.5 * values + 128.0, 0, 255).to(torch.uint8).to(torch.float32) / 255.0


def main(path):
    images, reconstructions = pairs()
    assert images.min() < -0.99 and reconstructions.abs().max() > 1
    conventions = {
        "published": (levels(reconstructions), 2.0),
        "standard": (levels(reconstructions), 1.0),
        # The last is the image itself, whose PSNR is infinite.
        "plain": ((reconstructions.clamp(-1, 1) + 1) / 2, 1.0),
    }
    out = {}
    for name, (restored, ssim_range) in conventions.items():
        count = 3 if name == "plain" else 4
        measured = [measure(images[i], restored[i], ssim_range) for i in range(count)]
        psnr, ssim = np.array(measured).T
        out[name] = {"psnr": psnr.tolist(), "ssim": ssim.tolist()}
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
