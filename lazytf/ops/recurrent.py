"""Cells of recurrent networks as one operation: LSTM and GRU, one step or a whole sequence.

One step of the LSTM, for ``x`` [batch, inputs], its state ``cs``, ``h`` [batch, units] and one weight matrix ``w``
[inputs + units, 4 * units] that holds the gates side by side:

    z_i, z_ci, z_f, z_o = [x, h] w + b
    i, f  = sigmoid(z_i + wci cs), sigmoid(z_f + forget_bias + wcf cs)
    ci    = tanh(z_ci)
    cs    = ci i + cs f, kept within +-cell_clip where that is positive
    o     = sigmoid(z_o + wco cs)
    co    = tanh(cs)
    h     = co o

``wci``, ``wcf`` and ``wco`` [units], the peepholes, count with ``use_peephole`` only. A sequence multiplies all its
inputs by their part of ``w`` at once; what remains for a step is the product with ``h``.

TensorFlow's gradient knows ``cs`` and ``h`` alone: none flows back from the other outputs, and clipping lets it
through as if nothing had been cut. It is written out here, since a tape of every step costs more than the steps.
TensorFlow has BlockLSTM's with its core and those of single cells with ``tf.contrib``; here all are always there.
"""

import numpy as np
import torch

from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.ops.sentences import refuse

_ICFO, _IFCO = (0, 1, 2, 3), (0, 2, 1, 3)  # where i, ci, f and o stand among the gates
_OUTPUTS = ("i", "cs", "f", "o", "ci", "co", "h")
_WEIGHTS = "cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T"
_OPTIONS = "cell_clip: float = {}, use_peephole: bool = False, T: {{float16, float32}}"
_VALUES = ", ".join(f"{name}: T" for name in _OUTPUTS)
_GIVEN = "use_peephole: attr bool, T: {float16, float32}"

# -- shapes ---------------------------------------------------------------------------------------------------------


def _cell_shapes(op):
    """As many outputs [batch, units] as there are, from ``x`` and the state after it."""
    return [(with_rank(op, 0, 2)[0], with_rank(op, 1, 2)[1])] * len(op.op_type.schema.outputs)


def _sequence_shapes(op):
    time, batch, _ = with_rank(op, 1, 3)
    (gates,) = with_rank(op, 8, 1)
    if gates is not None and gates % 4:
        raise ShapeError(f"Dimension size must be evenly divisible by 4 but is {gates}")
    return [(time, batch, None if gates is None else gates // 4)] * len(_OUTPUTS)


def _cell_gradient_shapes(op):
    batch, units = with_rank(op, 0, 2)[0], with_rank(op, 1, 2)[1]
    return [(batch, units), (batch, None if units is None else 4 * units), (units,), (units,), (units,)]


def _sequence_gradient_shapes(op):
    return [with_rank(op, i, rank) for i, rank in enumerate((3, 2, 2, 2, 1, 1, 1, 1), start=1)]


def _gru_gradient_shapes(op):
    x, h_prev = with_rank(op, 0, 2), with_rank(op, 1, 2)
    state = x[0], h_prev[1]
    return [x, state, state, (x[0], None if h_prev[1] is None else 2 * h_prev[1])]


def _check(rank, x, state, weights):
    """Refuses tensors that do not fit together, in TensorFlow's words.

    ``x`` must have that ``rank``. ``state`` names tensors [batch, units], the first of which says how many units there
    are; ``weights`` names (tensor, is_matrix, times) that must be [inputs + units, times * units] or [times * units].
    """
    if x.ndim != rank:
        refuse(f"x must be {rank}D")
    for name, tensor in state.items():
        if tensor.ndim != 2:
            refuse(f"{name} must be 2D")
    batch, inputs = x.shape[-2:]
    units = next(iter(state.values())).shape[1]
    for name, tensor in state.items():
        for axis, (what, size) in enumerate((("batch_size", batch), ("cell_size", units))):
            if tensor.shape[axis] != size:
                refuse(f"{name}.dims({axis}) != {what}: {tensor.shape[axis]} vs. {size}")
    for name, (tensor, is_matrix, times) in weights.items():
        if tensor.ndim != 1 + is_matrix:
            refuse(f"{name} must be {1 + is_matrix}D")
        if is_matrix and tensor.shape[0] != inputs + units:
            refuse(f"{name}.dim_size(0) != input_size + cell_size: {tensor.shape[0]} vs. {inputs + units}")
        if tensor.shape[-1] != times * units:
            size = "cell_size" if times == 1 else f"cell_size * {times}"
            refuse(f"{name}.dim_size({tensor.ndim - 1}) != {size}: {tensor.shape[-1]} vs. {times * units}")


def _check_lstm(rank, x, cs_prev, h_prev, w, wci, wcf, wco, b, use_peephole):
    peepholes = {"wci": (wci, False, 1), "wcf": (wcf, False, 1), "wco": (wco, False, 1)}
    if rank == 2 and not use_peephole:
        peepholes = {}
    state = {"cs_prev": cs_prev, "h_prev": h_prev}
    _check(rank, x, state, {"w": (w, True, 4), **peepholes, "b": (b, False, 4)})


# -- LSTM, forward --------------------------------------------------------------------------------------------------


def _lstm(x, cs, h, w, wci, wcf, wco, b, order, forget_bias, cell_clip, use_peephole):
    """The seven outputs [time, batch, units] for ``x`` [time, batch, inputs]; gates are views of one tensor."""
    (time, batch, inputs), units = x.shape, cs.shape[1]
    z = _gate_inputs(x, w[:inputs], b, order, forget_bias)  # [time, batch, 4 * units], to become the gates
    gates = z.view(time, batch, 4, units)
    i, ci, f, o = (gates[:, :, place] for place in order)
    outputs = cs_all, co_all, h_all = [x.new_empty(time, batch, units) for _ in range(3)]
    wh = w[inputs:]
    for z_t, i_t, ci_t, f_t, o_t, cs_t, co_t, h_t in zip(z, i, ci, f, o, *outputs, strict=True):
        z_t.add_(torch.mm(h, wh))  # of both ways the one for which a flat program knows a faster kernel
        if use_peephole:
            i_t.addcmul_(cs, wci)
            f_t.addcmul_(cs, wcf)
        i_t.sigmoid_()
        f_t.sigmoid_()
        ci_t.tanh_()
        torch.mul(f_t, cs, out=cs_t).addcmul_(i_t, ci_t)
        if cell_clip > 0:
            cs_t.clamp_(-cell_clip, cell_clip)
        if use_peephole:
            o_t.addcmul_(cs_t, wco)
        o_t.sigmoid_()
        torch.tanh(cs_t, out=co_t)
        torch.mul(o_t, co_t, out=h_t)
        cs, h = cs_t, h_t
    return i, cs_all, f, o, ci, co_all, h_all


def _gate_inputs(x, wx, b, order, forget_bias):
    """What inputs and biases give to the gates, [time, batch, 4 * units]."""
    if forget_bias:
        units, place = b.shape[0] // 4, order[2]
        b = torch.cat(
            [b[: place * units], b[place * units : (place + 1) * units] + forget_bias, b[(place + 1) * units :]]
        )
    return torch.mm(x.flatten(0, 1), wx).add_(b).unflatten(0, x.shape[:2])


def _recorded_lstm(x, cs, h, w, wci, wcf, wco, b, order, forget_bias, cell_clip, use_peephole):
    """The same for a tape of every step, as a gradient of the gradient needs it: only ``cs`` and ``h``."""
    z, wh, states = _gate_inputs(x, w[: x.shape[2]], b, order, forget_bias), w[x.shape[2] :], []
    for z_t in z:
        parts = (z_t + torch.mm(h, wh)).chunk(4, 1)
        i, ci, f, o = (parts[place] for place in order)
        if use_peephole:
            i, f = i + cs * wci, f + cs * wcf
        cs = torch.tanh(ci) * torch.sigmoid(i) + cs * torch.sigmoid(f)
        if cell_clip > 0:
            cs = cs + (cs.clamp(-cell_clip, cell_clip) - cs).detach()
        h = torch.tanh(cs) * torch.sigmoid(o + cs * wco if use_peephole else o)
        states.append((cs, h))
    return [torch.stack(values) for values in zip(*states, strict=True)]


# -- LSTM, backward -------------------------------------------------------------------------------------------------


def _gate_gradients(cs_prev, w_h, wci, wcf, wco, values, cs_grad, h_grad, order, use_peephole):
    """Gradients by what goes into the gates [time, batch, 4, units], and by the first ``cs`` and ``h``.

    ``values`` are the seven outputs, ``w_h`` the part of the weights that ``h`` meets.
    """
    i, cs, f, o, ci, co, _ = values
    time, batch, units = cs.shape
    slopes = cs.new_empty(time, batch, 4, units)  # of the gates: o's by dh, the others' by dcs
    at_i, at_ci, at_f, at_o = (slopes[:, :, place] for place in order)
    at_i.copy_(_sigmoid_slope(ci, i))
    at_ci.copy_(_tanh_slope(i, ci))
    at_f.copy_(_sigmoid_slope(_before(cs_prev, cs), f))
    at_o.copy_(_sigmoid_slope(co, o))
    through_tanh = _tanh_slope(o, co)
    dcs, dh = torch.zeros_like(cs_prev), torch.zeros_like(cs_prev)
    back = w_h.t()
    for t in range(time - 1, -1, -1):
        dz = slopes[t]  # [batch, 4, units], the slopes become gradients in place
        dh = h_grad[t] + dh
        dz[:, 3].mul_(dh)
        dcs = torch.addcmul(cs_grad[t] + dcs, dh, through_tanh[t])
        if use_peephole:
            dcs.addcmul_(dz[:, 3], wco)
        dz[:, :3].mul_(dcs.unsqueeze(1))
        dcs = dcs * f[t]
        if use_peephole:
            dcs.addcmul_(dz[:, order[0]], wci).addcmul_(dz[:, order[2]], wcf)
        dh = torch.mm(dz.flatten(1), back)
    return slopes, dcs, dh


def _before(first, states):
    """What each step started from, [time, batch, units]."""
    return torch.cat([first[None], states])[: len(states)]


def _sigmoid_slope(dy, y):
    return torch.ops.aten.sigmoid_backward(dy, y)


def _tanh_slope(dy, y):
    return torch.ops.aten.tanh_backward(dy, y)


def _peephole_gradients(cs_prev, cs, dz, order, use_peephole):
    """Gradients by ``wci``, ``wcf`` and ``wco``, [units]; zeros without peepholes."""
    if not use_peephole:
        return [cs_prev.new_zeros(cs_prev.shape[1]) for _ in range(3)]
    before = _before(cs_prev, cs)
    pairs = (before, dz[:, :, order[0]]), (before, dz[:, :, order[2]]), (cs, dz[:, :, 3])
    return [(state * gate).sum((0, 1)) for state, gate in pairs]


def _gradients(x, cs_prev, h_prev, w, wci, wcf, wco, values, cs_grad, h_grad, order, use_peephole):
    """Gradients by x, cs_prev, h_prev, w, wci, wcf, wco and b."""
    inputs = x.shape[2]
    dz, dcs, dh = _gate_gradients(cs_prev, w[inputs:], wci, wcf, wco, values, cs_grad, h_grad, order, use_peephole)
    peepholes = _peephole_gradients(cs_prev, values[1], dz, order, use_peephole)
    rows = dz.flatten(2).flatten(0, 1)  # [time * batch, 4 * units]
    dx = torch.mm(rows, w[:inputs].t()).view(x.shape)
    before = _before(h_prev, values[6]).flatten(0, 1)
    dw = torch.cat([torch.mm(x.flatten(0, 1).t(), rows), torch.mm(before.t(), rows)])
    return dx, dcs, dh, dw, *peepholes, rows.sum(0)


class _LSTM(torch.autograd.Function):
    """``_lstm`` with TensorFlow's gradient."""

    @staticmethod
    def forward(ctx, x, cs_prev, h_prev, w, wci, wcf, wco, b, *options):
        ctx.set_materialize_grads(False)
        values = _lstm(x, cs_prev, h_prev, w, wci, wcf, wco, b, *options)
        ctx.mark_non_differentiable(*(values[place] for place in (0, 2, 3, 4, 5)))
        ctx.save_for_backward(x, cs_prev, h_prev, w, wci, wcf, wco, b, *values)
        ctx.options = options
        return values

    @staticmethod
    def backward(ctx, _i, cs_grad, _f, _o, _ci, _co, h_grad):
        inputs, values = ctx.saved_tensors[:8], ctx.saved_tensors[8:]
        cs_grad, h_grad = (torch.zeros_like(values[1]) if dy is None else dy for dy in (cs_grad, h_grad))
        if torch.is_grad_enabled() and len(values[1]):
            # a gradient of this gradient is wanted: let torch see every step
            wanted = [place for place in range(8) if ctx.needs_input_grad[place]]
            found = torch.autograd.grad(
                _recorded_lstm(*inputs, *ctx.options),
                [inputs[place] for place in wanted],
                [cs_grad, h_grad],
                create_graph=True,
                materialize_grads=True,
            )
            gradients = dict(zip(wanted, found, strict=True))
            gradients = [gradients.get(place) for place in range(8)]
        else:
            order, *_, use_peephole = ctx.options
            gradients = _gradients(*inputs[:7], values, cs_grad, h_grad, order, use_peephole)
        return *gradients, None, None, None, None


# -- LSTM, one step -------------------------------------------------------------------------------------------------


def _one_step(function):
    """A kernel of LSTMBlockCell: ``function`` for a sequence of one."""

    def kernel(x, cs_prev, h_prev, w, wci, wcf, wco, b, forget_bias, cell_clip, use_peephole):
        _check_lstm(2, x, cs_prev, h_prev, w, wci, wcf, wco, b, use_peephole)
        values = function(x[None], cs_prev, h_prev, w, wci, wcf, wco, b, _ICFO, forget_bias, cell_clip, use_peephole)
        return tuple(value[0] for value in values)

    return kernel


LSTMBlockCell = op(
    f"LSTMBlockCell(x: T, {_WEIGHTS}, forget_bias: float = 1.0, {_OPTIONS.format(3.0)}) -> ({_VALUES})",
    shape=_cell_shapes,
)(_one_step(_lstm))
LSTMBlockCell.differentiate(_one_step(_LSTM.apply))


@op(
    "LSTMBlockCellGrad(x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T, i: T, cs: T, f: T, o: T, "
    f"ci: T, co: T, cs_grad: T, h_grad: T, {_GIVEN}) -> "
    "(cs_prev_grad: T, dicfo: T, wci_grad: T, wcf_grad: T, wco_grad: T)",
    shape=_cell_gradient_shapes,
    gradient=False,
)
def LSTMBlockCellGrad(x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, cs_grad, h_grad, use_peephole):
    """``dicfo`` [batch, 4 * units] is the gradient by what goes into the gates."""
    _check_lstm(2, x, cs_prev, h_prev, w, wci, wcf, wco, b, use_peephole)
    _check_values(cs_prev.shape, i=i, cs=cs, f=f, o=o, ci=ci, co=co, cs_grad=cs_grad, h_grad=h_grad)
    values = [value[None] for value in (i, cs, f, o, ci, co)] + [None]
    dz, dcs, _ = _gate_gradients(
        cs_prev, w[x.shape[1] :], wci, wcf, wco, values, cs_grad[None], h_grad[None], _ICFO, use_peephole
    )
    return dcs, dz[0].flatten(1), *_peephole_gradients(cs_prev, cs[None], dz, _ICFO, use_peephole)


def _check_values(shape, **values):
    for name, value in values.items():
        if value.shape != shape:
            refuse(f"{name} must be {list(shape)}; got {list(value.shape)}")


# -- LSTM, a sequence -----------------------------------------------------------------------------------------------


def _steps(seq_len_max, x):
    """How many steps are to be done; ``InvalidArgumentError`` if there are not so many."""
    steps = int(np.ravel(seq_len_max)[0])
    if not 0 <= steps <= x.shape[0]:
        refuse(f"seq_len_max must be between 0 and the number of time steps, {x.shape[0]}; got {steps}")
    return steps


def _padded(value, time):
    """``value`` with zeros after its end, ``time`` steps in all."""
    missing = time - value.shape[0]
    return torch.cat([value, value.new_zeros(missing, *value.shape[1:])]) if missing else value


def _sequence(function, order):
    """A kernel of BlockLSTM or, with TensorFlow 2's ``order`` of gates, of BlockLSTMV2."""

    def kernel(seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, forget_bias, cell_clip, use_peephole):
        _check_lstm(3, x, cs_prev, h_prev, w, wci, wcf, wco, b, use_peephole)
        steps, options = _steps(seq_len_max, x), (order, forget_bias, cell_clip, use_peephole)
        values = function(x[:steps], cs_prev, h_prev, w, wci, wcf, wco, b, *options)
        return tuple(_padded(value, x.shape[0]) for value in values)

    def kernel_without_forget_bias(seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, cell_clip, use_peephole):
        return kernel(seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, 0.0, cell_clip, use_peephole)

    return kernel if order is _ICFO else kernel_without_forget_bias


BlockLSTM = op(
    f"BlockLSTM(seq_len_max: host int64, x: T, {_WEIGHTS}, forget_bias: float = 1.0, {_OPTIONS.format(3.0)}) -> "
    f"({_VALUES})",
    shape=_sequence_shapes,
)(_sequence(_lstm, _ICFO))
BlockLSTM.differentiate(_sequence(_LSTM.apply, _ICFO))

BlockLSTMV2 = op(
    f"BlockLSTMV2(seq_len_max: host int64, x: T, {_WEIGHTS}, {_OPTIONS.format(0.0)}) -> ({_VALUES})",
    shape=_sequence_shapes,
)(_sequence(_lstm, _IFCO))
BlockLSTMV2.differentiate(_sequence(_LSTM.apply, _IFCO))


def _sequence_gradient(name, order):
    @op(
        f"{name}(seq_len_max: host int64, x: T, {_WEIGHTS}, {_VALUES}, cs_grad: T, h_grad: T, {_GIVEN}) -> "
        "(x_grad: T, cs_prev_grad: T, h_prev_grad: T, w_grad: T, wci_grad: T, wcf_grad: T, wco_grad: T, b_grad: T)",
        shape=_sequence_gradient_shapes,
        gradient=False,
    )
    def kernel(
        seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, h, cs_grad, h_grad, use_peephole
    ):
        _check_lstm(3, x, cs_prev, h_prev, w, wci, wcf, wco, b, use_peephole)
        given = dict(zip((*_OUTPUTS, "cs_grad", "h_grad"), (i, cs, f, o, ci, co, h, cs_grad, h_grad), strict=True))
        _check_values((x.shape[0], *cs_prev.shape), **given)
        steps = _steps(seq_len_max, x)
        *values, cs_grad, h_grad = (value[:steps] for value in given.values())
        weights = cs_prev, h_prev, w, wci, wcf, wco
        dx, *others = _gradients(x[:steps], *weights, values, cs_grad, h_grad, order, use_peephole)
        return _padded(dx, x.shape[0]), *others


_sequence_gradient("BlockLSTMGrad", _ICFO)
_sequence_gradient("BlockLSTMGradV2", _IFCO)

# -- GRU ------------------------------------------------------------------------------------------------------------


def _gru(x, h_prev, w_ru, w_c, b_ru, b_c):
    """``r, u, c, h``, all [batch, units]."""
    weights = {"w_ru": (w_ru, True, 2), "w_c": (w_c, True, 1), "b_ru": (b_ru, False, 2), "b_c": (b_c, False, 1)}
    _check(2, x, {"h_prev": h_prev}, weights)
    r, u = torch.sigmoid(torch.addmm(b_ru, torch.cat([x, h_prev], 1), w_ru)).chunk(2, 1)
    c = torch.tanh(torch.addmm(b_c, torch.cat([x, h_prev * r], 1), w_c))
    return r, u, c, (1 - u) * c + u * h_prev


@op(
    "GRUBlockCell(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T, T: {float32}) -> (r: T, u: T, c: T, h: T)",
    shape=_cell_shapes,
)
def GRUBlockCell(x, h_prev, w_ru, w_c, b_ru, b_c):
    """``r, u = sigmoid([x, h] w_ru + b_ru)``; ``c = tanh([x, h r] w_c + b_c)``; the new ``h = (1 - u) c + u h``."""
    return _gru(x, h_prev, w_ru, w_c, b_ru, b_c)


@GRUBlockCell.differentiate
def _(x, h_prev, w_ru, w_c, b_ru, b_c):
    """TensorFlow's gradient knows ``h`` alone."""
    r, u, c, h = _gru(x, h_prev, w_ru, w_c, b_ru, b_c)
    return r.detach(), u.detach(), c.detach(), h


@op(
    "GRUBlockCellGrad(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T, r: T, u: T, c: T, d_h: T, T: {float32}) -> "
    "(d_x: T, d_h_prev: T, d_c_bar: T, d_r_bar_u_bar: T)",
    shape=_gru_gradient_shapes,
    gradient=False,
)
def GRUBlockCellGrad(x, h_prev, w_ru, w_c, b_ru, b_c, r, u, c, d_h):
    """``d_c_bar`` and ``d_r_bar_u_bar`` are gradients by what goes into ``tanh`` and ``sigmoid``."""
    weights = {"w_ru": (w_ru, True, 2), "w_c": (w_c, True, 1), "b_ru": (b_ru, False, 2), "b_c": (b_c, False, 1)}
    _check(2, x, {"h_prev": h_prev, "r": r, "u": u, "c": c, "d_h": d_h}, weights)
    inputs = x.shape[1]
    d_c_bar = _tanh_slope(d_h * (1 - u), c)
    of_x, of_h = torch.mm(d_c_bar, w_c.t()).split([inputs, h_prev.shape[1]], 1)
    d_r_bar = _sigmoid_slope(of_h * h_prev, r)
    d_u_bar = _sigmoid_slope(d_h * (h_prev - c), u)
    d_r_bar_u_bar = torch.cat([d_r_bar, d_u_bar], 1)
    more_of_x, more_of_h = torch.mm(d_r_bar_u_bar, w_ru.t()).split([inputs, h_prev.shape[1]], 1)
    return of_x + more_of_x, more_of_h + of_h * r + d_h * u, d_c_bar, d_r_bar_u_bar
