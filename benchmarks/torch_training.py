"""A training step in torch, three ways: as one writes it, with what torch.optim offers, and bare of torch.optim.

Each takes ``loss_of(*feeds)``, the parameters it trains, a function that returns an endless iterator of NumPy feeds,
and Adam's learning rate; each returns a step that trains once and returns the loss as a NumPy array.
"""

import torch


def eager_step(loss_of, parameters, batches, learning_rate):
    """As one writes it."""
    optimizer = torch.optim.Adam(parameters, learning_rate)
    feeds = batches()

    def step():
        optimizer.zero_grad()
        loss = loss_of(*map(torch.from_numpy, next(feeds)))
        loss.sum().backward()
        optimizer.step()
        return loss.detach().numpy()

    return step


def best_step(loss_of, parameters, batches, learning_rate):
    """The optimizer fused; gradients dropped by hand; autograd started from a standing tensor of ones."""
    optimizer = torch.optim.Adam(parameters, learning_rate, fused=True)
    ones = _ones_like_loss(loss_of, batches)
    feeds = batches()

    def step():
        for parameter in parameters:
            parameter.grad = None
        loss = loss_of(*map(torch.from_numpy, next(feeds)))
        loss.backward(ones)
        optimizer.step()
        return loss.detach().numpy()

    return step


def bare_step(loss_of, parameters, batches, learning_rate):
    """No ``.grad`` and no optimizer object: autograd, and the fused kernel that torch.optim keeps to itself."""
    values = [parameter.detach() for parameter in parameters]
    first_moments = [torch.zeros_like(value) for value in values]
    second_moments = [torch.zeros_like(value) for value in values]
    count, one = torch.zeros(()), torch.ones(())
    counts = [count] * len(values)
    ones = _ones_like_loss(loss_of, batches)
    feeds = batches()

    def step():
        loss = loss_of(*map(torch.from_numpy, next(feeds)))
        gradients = torch.autograd.grad(loss, parameters, ones)
        count.add_(one)
        torch._fused_adam_(
            values,
            gradients,
            first_moments,
            second_moments,
            [],
            counts,
            lr=learning_rate,
            beta1=0.9,
            beta2=0.999,
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )
        return loss.detach().numpy()

    return step


def _ones_like_loss(loss_of, batches):
    with torch.no_grad():
        return torch.ones_like(loss_of(*map(torch.from_numpy, next(batches()))))
