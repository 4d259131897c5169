"""Samples of recurrent cells as one operation: LSTM and GRU, one step and whole sequences, and their gradients' ops."""

import numpy as np

from tests import samples
from tests.samples import spread

TIME, BATCH, INPUTS, UNITS = 4, 2, 3, 2
HALF_RTOL = 5e-3


def row(*args, **options):
    """A row whose values may differ by some roundings: each step adds its own, and TensorFlow's tanh has more."""
    options.setdefault("rtol", 5e-6)
    return samples.row(*args, **options)


def weights(dtype="float32", **others):
    """``cs_prev h_prev w wci wcf wco b`` of an LSTM, in this order; ``others`` replace some."""
    shapes = {
        "cs_prev": (BATCH, UNITS),
        "h_prev": (BATCH, UNITS),
        "w": (INPUTS + UNITS, 4 * UNITS),
        "wci": (UNITS,),
        "wcf": (UNITS,),
        "wco": (UNITS,),
        "b": (4 * UNITS,),
    }
    shapes.update(others)
    return [spread(*shape, seed=seed, low=-1.0, high=1.0, dtype=dtype) for seed, shape in enumerate(shapes.values())]


def values(*shape):
    """``i cs f o ci co`` as a forward step could have left them."""
    lows = {"i": 0.0, "cs": -2.0, "f": 0.0, "o": 0.0, "ci": -1.0, "co": -1.0}
    return [spread(*shape, seed=seed, low=low, high=1.0) for seed, low in enumerate(lows.values(), start=11)]


X = spread(BATCH, INPUTS, seed=7)
FAR = spread(BATCH, UNITS, low=-8.0, high=8.0)  # a state that the clip of 3 cuts
XS = spread(TIME, BATCH, INPUTS, seed=7)
STATE_GRADIENTS = [spread(BATCH, UNITS, seed=21), spread(BATCH, UNITS, seed=22)]
STATES_GRADIENTS = [spread(TIME, BATCH, UNITS, seed=21), spread(TIME, BATCH, UNITS, seed=22)]
WEIGHTS = ("cs_prev", "h_prev", "w", "wci", "wcf", "wco", "b")
OUTPUTS = ("i", "cs", "f", "o", "ci", "co")


def cell(tf, x, *rest, **options):
    """All outputs of an LSTMBlockCell."""
    _ = tf.contrib.rnn  # TensorFlow has the gradients of single cells with this module
    return list(tf.raw_ops.LSTMBlockCell(x=x, **dict(zip(WEIGHTS, rest)), **options))  # noqa: B905


def sequence(tf, x, *rest, **options):
    """All outputs of a BlockLSTM over ``steps`` steps, of a BlockLSTMV2 where ``v2``."""
    steps, v2 = options.pop("steps", TIME), options.pop("v2", False)
    block = tf.raw_ops.BlockLSTMV2 if v2 else tf.raw_ops.BlockLSTM
    named = dict(zip(WEIGHTS, rest))  # noqa: B905
    return list(block(seq_len_max=tf.constant(steps, tf.int64), x=x, **named, **options))


def gru(tf, *inputs):
    """All outputs of a GRUBlockCell."""
    _ = tf.contrib.rnn
    return list(tf.raw_ops.GRUBlockCell(**dict(zip(("x", "h_prev", "w_ru", "w_c", "b_ru", "b_c"), inputs))))  # noqa: B905


def states(outputs):
    """``cs`` and ``h``: the outputs that TensorFlow defines after the last step."""
    return [outputs[1], outputs[6]]


def cell_gradient(tf, x, *rest, **options):
    names = WEIGHTS + OUTPUTS + ("cs_grad", "h_grad")
    return list(tf.raw_ops.LSTMBlockCellGrad(x=x, **dict(zip(names, rest)), **options))  # noqa: B905


def sequence_gradient(tf, x, *rest, **options):
    steps, v2 = options.pop("steps", TIME), options.pop("v2", False)
    block = tf.raw_ops.BlockLSTMGradV2 if v2 else tf.raw_ops.BlockLSTMGrad
    names = WEIGHTS + OUTPUTS + ("h", "cs_grad", "h_grad")
    named = dict(zip(names, rest))  # noqa: B905
    return list(block(seq_len_max=tf.constant(steps, tf.int64), x=x, **named, **options))


CELLS = [
    row("LSTMBlockCell", "plain", cell, X, *weights()),
    row("LSTMBlockCell", "peepholes", lambda tf, *a: cell(tf, *a, use_peephole=True), X, *weights()),
    row("LSTMBlockCell", "no_forget_bias", lambda tf, *a: cell(tf, *a, forget_bias=0.0), X, *weights()),
    row(
        "LSTMBlockCell",
        "clipped",
        lambda tf, *a: cell(tf, *a, cell_clip=0.3, use_peephole=True),
        X,
        *weights(),
    ),
    row("LSTMBlockCell", "clip_of_zero_is_none", lambda tf, *a: cell(tf, *a, cell_clip=0.0), X, *weights()),
    row("LSTMBlockCell", "state_alone", lambda tf, *a: cell(tf, *a)[1], X, *weights()),
    row("LSTMBlockCell", "a_gate_has_no_gradient", lambda tf, *a: cell(tf, *a)[0], X, *weights()),
    row("LSTMBlockCell", "one_gate_beside_h", lambda tf, *a: cell(tf, *a)[3::3], X, *weights()),
    row(
        "LSTMBlockCell",
        "half",
        lambda tf, *a: cell(tf, *a, use_peephole=True),
        X.astype("float16"),
        *weights("float16"),
        rtol=HALF_RTOL,
    ),
    row("LSTMBlockCell", "no_batch", cell, X[:0], *weights(cs_prev=(0, UNITS), h_prev=(0, UNITS))),
    row("LSTMBlockCell", "rank", lambda tf, *a: cell(tf, *a), XS, *weights(), raises="rank 2|must be 2D|batch_size"),
    row(
        "LSTMBlockCell",
        "state_of_another_batch",
        cell,
        X,
        *weights(cs_prev=(3, UNITS)),
        raises=r"cs_prev.dims\(0\) != batch_size: 3 vs. 2",
    ),
    row(
        "LSTMBlockCell",
        "state_of_another_size",
        cell,
        X,
        *weights(h_prev=(BATCH, 3)),
        raises=r"h_prev.dims\(1\) != cell_size: 3 vs. 2",
    ),
    row(
        "LSTMBlockCell",
        "too_few_rows",
        cell,
        X,
        *weights(w=(4, 8)),
        raises=r"w.dim_size\(0\) != input_size \+ cell_size: 4 vs. 5",
    ),
    row(
        "LSTMBlockCell",
        "too_few_biases",
        cell,
        X,
        *weights(b=(7,)),
        raises=r"b.dim_size\(0\) != cell_size \* 4: 7 vs. 8",
    ),
]

# With no batch TensorFlow leaves the gradient of w as the memory was. It differentiates BlockLSTMV2 with the first
# version's order of gates, which is wrong: tests/ops/test_recurrent.py has the right one.
SEQUENCES = [
    row("BlockLSTM", "plain", sequence, XS, *weights()),
    row("BlockLSTM", "peepholes", lambda tf, *a: sequence(tf, *a, use_peephole=True), XS, *weights()),
    row(
        "BlockLSTM",
        "clipped",
        lambda tf, *a: sequence(tf, *a, cell_clip=0.3, use_peephole=True, forget_bias=0.5),
        XS,
        *weights(),
    ),
    row("BlockLSTM", "unclipped", lambda tf, *a: sequence(tf, *a, cell_clip=-1.0), XS, FAR, *weights()[1:]),
    row("BlockLSTM", "clipped_at_three", sequence, XS, FAR, *weights()[1:]),
    row("BlockLSTM", "h_alone", lambda tf, *a: sequence(tf, *a)[6], XS, *weights()),
    row("BlockLSTM", "a_gate_has_no_gradient", lambda tf, *a: sequence(tf, *a)[4], XS, *weights()),
    row(
        "BlockLSTM",
        "zeros_after_the_last_step",
        lambda tf, *a: states(sequence(tf, *a, steps=2, use_peephole=True)),
        XS,
        *weights(),
    ),
    row("BlockLSTM", "no_step", lambda tf, *a: states(sequence(tf, *a, steps=0)), XS, *weights()),
    row("BlockLSTM", "no_time", lambda tf, *a: sequence(tf, *a, steps=0), XS[:0], *weights()),
    row(
        "BlockLSTM",
        "no_batch",
        sequence,
        XS[:, :0],
        *weights(cs_prev=(0, UNITS), h_prev=(0, UNITS)),
        differentiable=(0,),
    ),
    row(
        "BlockLSTM",
        "half",
        lambda tf, *a: sequence(tf, *a, use_peephole=True),
        XS.astype("float16"),
        *weights("float16"),
        rtol=HALF_RTOL,
    ),
    row("BlockLSTM", "rank", sequence, X, *weights(), raises="Shape must be rank 3 but is rank 2|x must be 3D"),
    row(
        "BlockLSTM",
        "biases_not_by_four",
        sequence,
        XS,
        *weights(b=(7,)),
        raises=r"evenly divisible by 4 but is 7|b.dim_size\(0\) != cell_size \* 4: 7 vs. 8",
    ),
    row(
        "BlockLSTM",
        "peephole_of_another_size",
        sequence,
        XS,
        *weights(wci=(3,)),
        raises=r"wci.dim_size\(0\) != cell_size: 3 vs. 2",
    ),
    row("BlockLSTMV2", "plain", lambda tf, *a: sequence(tf, *a, v2=True), XS, *weights(), differentiable=()),
    row(
        "BlockLSTMV2",
        "peepholes_and_clip",
        lambda tf, *a: sequence(tf, *a, v2=True, use_peephole=True, cell_clip=0.3),
        XS,
        *weights(),
        differentiable=(),
    ),
    row(
        "BlockLSTMV2",
        "zeros_after_the_last_step",
        lambda tf, *a: states(sequence(tf, *a, v2=True, steps=3)),
        XS,
        *weights(),
        differentiable=(),
    ),
]

GIVEN = [X, *weights(), *values(BATCH, UNITS), *STATE_GRADIENTS]
GIVEN_SEQUENCE = [XS, *weights(), *values(TIME, BATCH, UNITS), spread(TIME, BATCH, UNITS, seed=17), *STATES_GRADIENTS]
LSTM_GRADIENTS = [
    row("LSTMBlockCellGrad", "plain", lambda tf, *a: cell_gradient(tf, *a, use_peephole=False), *GIVEN),
    row("LSTMBlockCellGrad", "peepholes", lambda tf, *a: cell_gradient(tf, *a, use_peephole=True), *GIVEN),
]
for name, v2 in (("BlockLSTMGrad", False), ("BlockLSTMGradV2", True)):
    LSTM_GRADIENTS += [
        row(
            name,
            "peepholes" if peepholes else "plain",
            lambda tf, *a, v2=v2, peepholes=peepholes: sequence_gradient(tf, *a, v2=v2, use_peephole=peepholes),
            *GIVEN_SEQUENCE,
        )
        for peepholes in (False, True)
    ]

GRU_WEIGHTS = [
    spread(BATCH, UNITS, seed=1),
    spread(INPUTS + UNITS, 2 * UNITS, seed=2),
    spread(INPUTS + UNITS, UNITS, seed=3),
    spread(2 * UNITS, seed=4),
    spread(UNITS, seed=5),
]
GRUS = [
    row("GRUBlockCell", "plain", gru, X, *GRU_WEIGHTS),
    row("GRUBlockCell", "h_alone", lambda tf, *a: gru(tf, *a)[3], X, *GRU_WEIGHTS),
    row("GRUBlockCell", "a_gate_has_no_gradient", lambda tf, *a: gru(tf, *a)[0], X, *GRU_WEIGHTS),
    row("GRUBlockCell", "no_batch", gru, X[:0], GRU_WEIGHTS[0][:0], *GRU_WEIGHTS[1:]),
    row(
        "GRUBlockCell",
        "too_few_biases",
        gru,
        X,
        *GRU_WEIGHTS[:3],
        np.zeros(3, "float32"),
        GRU_WEIGHTS[4],
        raises=r"b_ru.dim_size\(0\) != cell_size \* 2: 3 vs. 4",
    ),
    row(
        "GRUBlockCell",
        "state_of_another_batch",
        gru,
        X,
        spread(3, UNITS),
        *GRU_WEIGHTS[1:],
        raises=r"h_prev.dims\(0\) != batch_size: 3 vs. 2",
    ),
    row(
        "GRUBlockCellGrad",
        "plain",
        lambda tf, *a: list(
            tf.raw_ops.GRUBlockCellGrad(
                **dict(zip("x h_prev w_ru w_c b_ru b_c r u c d_h".split(), a))  # noqa: B905
            )
        ),
        X,
        *GRU_WEIGHTS,
        *values(BATCH, UNITS)[:3],
        spread(BATCH, UNITS, seed=9),
    ),
]

ROWS = CELLS + SEQUENCES + LSTM_GRADIENTS + GRUS
