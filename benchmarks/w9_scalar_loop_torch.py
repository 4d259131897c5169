"""W9 in torch: Python's loop over operations on scalar tensors."""

import torch

from benchmarks.w9_scalar_loop import ITERATIONS, RATE, batches


def looped(x):
    """As one writes it."""
    for _ in range(ITERATIONS):
        x = x - RATE * x * x
    return x


def looped_in_one(x):
    """The same with one operation each round."""
    for _ in range(ITERATIONS):
        x = torch.addcmul(x, x, x, value=-RATE)
    return x


def steps(loop):
    """A step for each of W9's questions."""
    feeds, feeds_of_gradient = batches(), batches()

    def forward():
        with torch.no_grad():
            return loop(torch.tensor(next(feeds))).numpy()

    def gradient():
        x = torch.tensor(next(feeds_of_gradient), requires_grad=True)
        return torch.autograd.grad(loop(x), x)[0].numpy()

    return {"forward": forward, "gradient": gradient}


RIVALS = {"eager": lambda: steps(looped), "best": lambda: steps(looped_in_one)}
