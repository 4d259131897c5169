"""W4 in torch: the same weights, batches, loss and optimizer. Both of W4's questions are one to it."""

import torch
import torch.nn.functional as F

from benchmarks.torch_training import bare_step, best_step, eager_step
from benchmarks.w4_lstm import BATCH, KINDS, LEARNING_RATE, TIME, UNITS, batches, weights


def _modules(recurrent):
    """Embedding, ``recurrent``, output, with W4's weights; torch orders gates i, f, j, o and has two rows of biases."""
    embedding, kernel, _, output, biases = map(torch.from_numpy, weights())
    i, j, f, o = kernel.t().chunk(4)
    rows = torch.cat([i, f, j, o])
    modules = (
        torch.nn.Embedding.from_pretrained(embedding.clone(), freeze=False),
        recurrent,
        torch.nn.Linear(UNITS, KINDS),
    )
    with torch.no_grad():
        for name, parameter in recurrent.named_parameters():
            parameter.zero_() if "bias" in name else parameter.copy_(
                rows[:, :UNITS] if "ih" in name else rows[:, UNITS:]
            )
        next(p for name, p in recurrent.named_parameters() if "bias_ih" in name)[UNITS : 2 * UNITS] = 1.0
        modules[2].weight.copy_(output.t())
        modules[2].bias.copy_(biases)
    return torch.nn.ModuleList(modules)


def loss_by_cells():
    """``torch.nn.LSTMCell``, step by step."""
    embedding, cell, output = modules = _modules(torch.nn.LSTMCell(UNITS, UNITS))

    def loss_of(inputs, targets):
        h = c = torch.zeros(BATCH, UNITS)
        outputs = []
        for x in embedding(inputs).unbind(1):
            h, c = cell(x, (h, c))
            outputs.append(h)
        return F.cross_entropy(output(torch.stack(outputs, 1)).flatten(0, 1), targets.flatten().long())

    return loss_of, list(modules.parameters())


def loss_by_module():
    """``torch.nn.LSTM``, one call for all steps."""
    embedding, lstm, output = modules = _modules(torch.nn.LSTM(UNITS, UNITS, batch_first=True))

    def loss_of(inputs, targets):
        return F.cross_entropy(output(lstm(embedding(inputs))[0]).flatten(0, 1), targets.flatten().long())

    return loss_of, list(modules.parameters())


def loss_by_matrices(compiler=lambda function: function):
    """Weights laid out as TensorFlow's; one product for all inputs, one more for each step's state."""
    embedding, kernel, gate_biases, output, biases = parameters = [
        torch.from_numpy(value).requires_grad_() for value in weights()
    ]

    @compiler
    def loss_of(inputs, targets):
        of_x, of_h = kernel.split(UNITS)
        x = F.embedding(inputs.t(), embedding).flatten(0, 1)  # [TIME * BATCH, UNITS]
        h = c = torch.zeros(BATCH, UNITS)
        outputs = []
        for z in torch.addmm(gate_biases, x, of_x).chunk(TIME):
            i, j, f, o = torch.addmm(z, h, of_h).chunk(4, 1)
            c = c * torch.sigmoid(f + 1.0) + torch.sigmoid(i) * torch.tanh(j)
            h = torch.tanh(c) * torch.sigmoid(o)
            outputs.append(h)
        logits = torch.addmm(biases, torch.cat(outputs), output)
        return F.cross_entropy(logits, targets.t().flatten().long())

    return loss_of, parameters


def _steps(make, loss, *compiler):
    """A step for each of W4's questions, each with weights of its own."""
    return {question: make(*loss(*compiler), batches, LEARNING_RATE) for question in ("while_loop", "static")}


RIVALS = {
    "eager": lambda: _steps(eager_step, loss_by_cells),
    "best": lambda: _steps(best_step, loss_by_matrices),
    "bare": lambda: _steps(bare_step, loss_by_matrices),
    "nn.LSTM": lambda: _steps(best_step, loss_by_module),
    "compile": lambda: _steps(best_step, loss_by_matrices, torch.compile),
}
