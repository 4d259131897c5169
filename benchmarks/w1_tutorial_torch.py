"""W1 in torch: the same weights, batches, loss and optimizer."""

import torch

from benchmarks.torch_training import bare_step, best_step, eager_step
from benchmarks.w1_tutorial import FIRST_WEIGHTS, LEARNING_RATE, SECOND_WEIGHTS, batches


def loss_by(compiler=lambda function: function):
    """The tutorial's loss, ``[8, 1]``, as a function of one batch; and the weights it trains."""
    w1, w2 = weights = [torch.tensor(value, requires_grad=True) for value in (FIRST_WEIGHTS, SECOND_WEIGHTS)]

    @compiler
    def loss_of(points, labels):
        y = torch.sigmoid(points @ w1 @ w2)
        averaged = torch.mean(labels * torch.log(torch.clamp(y, 1e-10, 1.0)))  # []
        single = (1 - y) * torch.log(torch.clamp(1 - y, 1e-10, 1.0))  # [8, 1]
        return -averaged + single

    return loss_of, weights


RIVALS = {
    "eager": lambda: {"train step": eager_step(*loss_by(), batches, LEARNING_RATE)},
    "best": lambda: {"train step": best_step(*loss_by(), batches, LEARNING_RATE)},
    "bare": lambda: {"train step": bare_step(*loss_by(), batches, LEARNING_RATE)},
    "compile": lambda: {"train step": best_step(*loss_by(torch.compile), batches, LEARNING_RATE)},
}
