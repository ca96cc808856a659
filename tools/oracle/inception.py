"""Inception of 2015-12-05 written with PyTorch's modules, and the TorchScript files for the tests of Inception.read.

    python tools/oracle/inception.py              # writes src/test/resources/org/flowprior/vision/unit.torchscript
    python tools/oracle/inception.py whole DIR    # writes DIR/inception.{pth,torchscript,safetensors}: 95 MB each, with
                                                  # images and what this network makes of them in DIR/{images,outputs}

The second is for `flowprior forward inception`, whose outputs are to be those of DIR/outputs.safetensors.
"""
import pathlib
import sys
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

TARGET = pathlib.Path(__file__).parents[2] / "src/test/resources/org/flowprior/vision"


class Unit(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return functional.relu(self.bn(self.conv(x)), inplace=True)


def unit(inputs, outputs, height, width):
    return Unit(inputs, outputs, (height, width), padding=(height // 2, width // 2))


def average(x):
    return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class A(nn.Module):
    def __init__(self, inputs, pooled):
        super().__init__()
        self.branch1x1 = unit(inputs, 64, 1, 1)
        self.branch5x5_1 = unit(inputs, 48, 1, 1)
        self.branch5x5_2 = unit(48, 64, 5, 5)
        self.branch3x3dbl_1 = unit(inputs, 64, 1, 1)
        self.branch3x3dbl_2 = unit(64, 96, 3, 3)
        self.branch3x3dbl_3 = unit(96, 96, 3, 3)
        self.branch_pool = unit(inputs, pooled, 1, 1)

    def forward(self, x):
        return torch.cat([
            self.branch1x1(x), self.branch5x5_2(self.branch5x5_1(x)),
            self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))), self.branch_pool(average(x))], 1)


class B(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3 = Unit(inputs, 384, 3, 2)
        self.branch3x3dbl_1 = unit(inputs, 64, 1, 1)
        self.branch3x3dbl_2 = unit(64, 96, 3, 3)
        self.branch3x3dbl_3 = Unit(96, 96, 3, 2)

    def forward(self, x):
        return torch.cat([self.branch3x3(x), self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))),
                          functional.max_pool2d(x, 3, 2)], 1)


class C(nn.Module):
    def __init__(self, inputs, inner):
        super().__init__()
        self.branch1x1 = unit(inputs, 192, 1, 1)
        self.branch7x7_1 = unit(inputs, inner, 1, 1)
        self.branch7x7_2 = unit(inner, inner, 1, 7)
        self.branch7x7_3 = unit(inner, 192, 7, 1)
        self.branch7x7dbl_1 = unit(inputs, inner, 1, 1)
        self.branch7x7dbl_2 = unit(inner, inner, 7, 1)
        self.branch7x7dbl_3 = unit(inner, inner, 1, 7)
        self.branch7x7dbl_4 = unit(inner, inner, 7, 1)
        self.branch7x7dbl_5 = unit(inner, 192, 1, 7)
        self.branch_pool = unit(inputs, 192, 1, 1)

    def forward(self, x):
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        return torch.cat([
            self.branch1x1(x), self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x))),
            self.branch7x7dbl_5(self.branch7x7dbl_4(double)), self.branch_pool(average(x))], 1)


class D(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3_1 = unit(inputs, 192, 1, 1)
        self.branch3x3_2 = Unit(192, 320, 3, 2)
        self.branch7x7x3_1 = unit(inputs, 192, 1, 1)
        self.branch7x7x3_2 = unit(192, 192, 1, 7)
        self.branch7x7x3_3 = unit(192, 192, 7, 1)
        self.branch7x7x3_4 = Unit(192, 192, 3, 2)

    def forward(self, x):
        seven = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), self.branch7x7x3_4(seven),
                          functional.max_pool2d(x, 3, 2)], 1)


class E(nn.Module):
    def __init__(self, inputs, maximum: bool):
        super().__init__()
        self.maximum = maximum
        self.branch1x1 = unit(inputs, 320, 1, 1)
        self.branch3x3_1 = unit(inputs, 384, 1, 1)
        self.branch3x3_2a = unit(384, 384, 1, 3)
        self.branch3x3_2b = unit(384, 384, 3, 1)
        self.branch3x3dbl_1 = unit(inputs, 448, 1, 1)
        self.branch3x3dbl_2 = unit(448, 384, 3, 3)
        self.branch3x3dbl_3a = unit(384, 384, 1, 3)
        self.branch3x3dbl_3b = unit(384, 384, 3, 1)
        self.branch_pool = unit(inputs, 192, 1, 1)

    def forward(self, x):
        three = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = functional.max_pool2d(x, 3, 1, 1) if self.maximum else average(x)
        return torch.cat([
            self.branch1x1(x), self.branch3x3_2a(three), self.branch3x3_2b(three), self.branch3x3dbl_3a(double),
            self.branch3x3dbl_3b(double), self.branch_pool(pooled)], 1)


class Inception(nn.Module):
    """uint8 images [B, 3, 299, 299] to the dict of everything that is read out."""

    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Unit(3, 32, 3, 2)
        self.Conv2d_2a_3x3 = Unit(32, 32, 3)
        self.Conv2d_2b_3x3 = unit(32, 64, 3, 3)
        self.Conv2d_3b_1x1 = unit(64, 80, 1, 1)
        self.Conv2d_4a_3x3 = Unit(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = A(192, 32), A(256, 64), A(288, 64)
        self.Mixed_6a = B(288)
        self.Mixed_6b, self.Mixed_6c, self.Mixed_6d, self.Mixed_6e = C(768, 128), C(768, 160), C(768, 160), C(768, 192)
        self.Mixed_7a = D(768)
        self.Mixed_7b, self.Mixed_7c = E(1280, False), E(2048, True)
        self.fc = nn.Linear(2048, 1008)

    def forward(self, images):
        x = (images.to(self.fc.weight.dtype) - 128) / 128
        first = functional.max_pool2d(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))), 3, 2)
        second = functional.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(first)), 3, 2)
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(second))))))
        spatial = self.Mixed_6d.branch1x1(x)[:, :7].permute(0, 2, 3, 1).flatten(1)
        third = self.Mixed_6e(self.Mixed_6d(x))
        pooled = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(third))).mean((2, 3))
        unbiased = pooled @ self.fc.weight.t()
        return {"pooled64": first.mean((2, 3)), "pooled192": second.mean((2, 3)), "pooled768": third.mean((2, 3)),
                "pooled2048": pooled, "spatial": spatial, "logitsUnbiased": unbiased, "logits": unbiased + self.fc.bias}


def network(seed):
    """With random weights and statistics that keep the size of what goes through."""
    torch.manual_seed(seed)
    made = Inception().eval().requires_grad_(False)
    for module in made.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        elif isinstance(module, nn.BatchNorm2d):
            for values in (module.weight, module.running_var):
                values.uniform_(0.8, 1.25)
            for values in (module.bias, module.running_mean):
                values.uniform_(-0.1, 0.1)
    return made


def write_unit():
    torch.manual_seed(0)
    module = nn.Sequential(OrderedDict(Conv2d_1a_3x3=Unit(3, 32, 3, 2))).eval()
    torch.jit.trace(module, torch.zeros(1, 3, 9, 9)).save(str(TARGET / "unit.torchscript"))
    print("sum of the kernels:", module.Conv2d_1a_3x3.conv.weight.sum().item())


def write_whole(directory):
    from safetensors.torch import save_file

    directory.mkdir(parents=True, exist_ok=True)
    made = network(0)
    images = torch.randint(0, 256, (4, 3, 299, 299), dtype=torch.uint8)
    torch.save(made.state_dict(), directory / "inception.pth")
    save_file(made.state_dict(), directory / "inception.safetensors")
    torch.jit.trace(made, images[:1], strict=False).save(str(directory / "inception.torchscript"))
    save_file({"images": images}, directory / "images.safetensors")
    outputs = {name: output.contiguous() for name, output in made.double()(images).items()}
    save_file(outputs, directory / "outputs.safetensors")


if __name__ == "__main__":
    if sys.argv[1:2] == ["whole"]:
        write_whole(pathlib.Path(sys.argv[2]))
    else:
        write_unit()
