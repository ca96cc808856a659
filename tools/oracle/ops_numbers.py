"""Small tensors for hand-written calls: the same ones each time, whatever else the script does."""
import torch


class Numbers:
    """Makes tensors one after another from one seed."""

    def __init__(self, seed=1):
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, *shape, dtype=torch.float64):
        """Normally distributed."""
        return torch.randn(shape, generator=self.generator, dtype=dtype)

    def within(self, low, high, *shape, dtype=torch.float64):
        """Uniform in an interval."""
        return low + (high - low) * torch.rand(shape, generator=self.generator, dtype=dtype)

    def ints(self, low, high, *shape, dtype=torch.int64):
        """Uniform integers, high excluded."""
        return torch.randint(low, high, shape, generator=self.generator).to(dtype)

    def bools(self, *shape):
        return torch.rand(shape, generator=self.generator) < 0.5

    def definite(self, n, dtype=torch.float64):
        """A symmetric positive definite matrix."""
        a = self(n, n, dtype=dtype)
        return a @ a.mT + n * torch.eye(n, dtype=dtype)


def call(*args, **kwargs):
    return args, kwargs
