"""W2 in torch: the same weights, batches, loss and optimizer."""

import torch
import torch.nn.functional as F

from benchmarks.torch_training import bare_step, best_step, eager_step
from benchmarks.w2_mlp import LEARNING_RATE, batches, layers


def loss_by_modules():
    """The mean loss of one batch, by ``torch.nn``, as a function; and the parameters it trains."""
    stack = []
    for weights, biases in layers():
        linear = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(biases))
        stack += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*stack[:-1])
    return lambda images, labels: F.cross_entropy(model(images), labels), list(model.parameters())


def loss_by_matrices(compiler=lambda function: function):
    """The same with one ``addmm`` per layer, on weights laid out as TensorFlow's, and activations in place."""
    parameters = [torch.from_numpy(value).requires_grad_() for layer in layers() for value in layer]

    @compiler
    def loss_of(images, labels):
        w1, b1, w2, b2, w3, b3 = parameters
        h = torch.addmm(b1, images, w1).relu_()
        h = torch.addmm(b2, h, w2).relu_()
        return F.cross_entropy(torch.addmm(b3, h, w3), labels)

    return loss_of, parameters


RIVALS = {
    "eager": lambda: {"train step": eager_step(*loss_by_modules(), batches, LEARNING_RATE)},
    "best": lambda: {"train step": best_step(*loss_by_matrices(), batches, LEARNING_RATE)},
    "bare": lambda: {"train step": bare_step(*loss_by_matrices(), batches, LEARNING_RATE)},
    "compile": lambda: {"train step": best_step(*loss_by_matrices(torch.compile), batches, LEARNING_RATE)},
}
