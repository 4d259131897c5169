"""Cells run over a list of inputs, without a loop: ``static_rnn`` and its kin, and what ``tf.contrib.rnn`` stacks."""

import numpy as np

from tests.cases.networks import cells, computed, filled, flat, numbers, placeholder, report, rounded
from tests.cases.probe import described, names, nodes, plain, raised, shape


def _steps(tf, x):
    """The steps of ``x``, ``[batch, time, depth]``, as a list."""
    return tf.unstack(x, axis=1)


def _unrolled(tf, cell, x=None, fed=(2, 3, 2), by=(), feeds=None, **arguments):
    x = placeholder(tf) if x is None else x
    outputs, state = tf.nn.static_rnn(cell, _steps(tf, x), **{"dtype": tf.float64, **arguments})
    return report(tf, x, fed, outputs, state, by, feeds)


def a_cell_runs_over_a_list(tf):
    return _unrolled(tf, cells(tf).BasicRNNCell(2))


def an_lstm_runs_over_a_list(tf):
    return _unrolled(tf, cells(tf).LSTMCell(3, num_proj=2), scope="unrolled")


def a_stack_runs_over_a_list(tf):
    return _unrolled(tf, cells(tf).MultiRNNCell([cells(tf).GRUCell(2), cells(tf).BasicLSTMCell(2)]))


def a_list_starts_from_a_state(tf):
    state = tf.constant(numbers([2, 2], 5), name="start")
    return _unrolled(tf, cells(tf).GRUCell(2), by=[state], initial_state=state, dtype=None)


def a_list_ends_at_each_length(tf):
    return _unrolled(
        tf, cells(tf).GRUCell(2), x=placeholder(tf, (4, 3, 2)), fed=(4, 3, 2), sequence_length=[0, 3, 1, 2]
    )


def a_list_of_unknown_batch_ends_at_lengths_fed(tf):
    lengths = tf.placeholder(tf.int64, [None], name="lengths")
    x, cell = placeholder(tf, (None, 3, 2)), cells(tf).BasicLSTMCell(2)
    return _unrolled(tf, cell, x=x, fed=(3, 3, 2), feeds={lengths: [2, 0, 1]}, sequence_length=lengths)


def a_list_runs_only_the_steps_it_must(tf):
    lengths = tf.placeholder(tf.int32, [2])
    calls = tf.Variable(0, trainable=False, name="calls")

    class Counting(cells(tf).RNNCell):
        state_size = output_size = 2

        def __call__(self, inputs, state, scope=None):
            with tf.control_dependencies([tf.assign_add(calls, 1)]):
                total = inputs + state
            return total * 2.0, total

    x = placeholder(tf, (2, 4, 2))
    outputs, state = tf.nn.static_rnn(Counting(), _steps(tf, x), sequence_length=lengths, dtype=tf.float64)
    told = []
    with tf.Session() as session:
        for given in ([0, 0], [2, 1], [4, 4]):
            session.run(tf.global_variables_initializer())
            told.append(session.run([outputs, state], {x: numbers((2, 4, 2)), lengths: given}))
            told.append(session.run(calls))
    return rounded(plain(told))


def inputs_of_a_list_may_be_vectors(tf):
    class Sums(cells(tf).RNNCell):
        state_size = output_size = tf.TensorShape([])

        def __call__(self, inputs, state, scope=None):
            total = inputs + 2.0 * state
            return total * total, total

    x = tf.placeholder(tf.float64, [2, 3])
    results = tf.nn.static_rnn(Sums(), tf.unstack(x, axis=1), dtype=tf.float64)
    return [[described(t) for t in flat(tf, results)], computed(tf, results, {x: numbers((2, 3))})]


def inputs_of_a_list_may_be_structures(tf):
    class Products(cells(tf).RNNCell):
        state_size, output_size = 2, (2, 1)

        def __call__(self, inputs, state, scope=None):
            total = state + inputs[0] * inputs[1]
            return (total, total[:, :1]), total

    x = placeholder(tf, (2, 3, 2))
    steps = [(step, 1.0 - step) for step in _steps(tf, x)]
    results = tf.nn.static_rnn(Products(), steps, dtype=tf.float64, sequence_length=[3, 1])
    return [[described(t) for t in flat(tf, results)], computed(tf, results, {x: numbers((2, 3, 2))})]


def the_nodes_of_a_list_are_these(tf):
    steps = [tf.placeholder(tf.float32, [None, 2], name="x") for _ in range(2)]
    tf.nn.static_rnn(cells(tf).BasicRNNCell(2), steps, dtype=tf.float32)
    return nodes(tf.get_default_graph())


def the_nodes_of_a_list_with_lengths_are_these(tf):
    steps = [tf.placeholder(tf.float32, [3, 2], name="x") for _ in range(2)]
    tf.nn.static_rnn(cells(tf).BasicRNNCell(2), steps, dtype=tf.float32, sequence_length=[0, 1, 2])
    return nodes(tf.get_default_graph())


def weights_of_a_list_are_shared_by_its_steps(tf):
    x = placeholder(tf)
    tf.nn.static_rnn(cells(tf).LSTMCell(2), _steps(tf, x), dtype=tf.float64)
    told = [names(tf.global_variables())]
    again = raised(
        lambda: tf.nn.static_rnn(cells(tf).LSTMCell(2), _steps(tf, x), dtype=tf.float64),
        "Variable rnn/lstm_cell/kernel already exists, disallowed.",
    )
    with tf.variable_scope("", reuse=True):
        outputs, _ = tf.nn.static_rnn(cells(tf).LSTMCell(2), _steps(tf, x), dtype=tf.float64)
    return told + [again, names(outputs), len(tf.global_variables())]


def lists_refuse_bad_arguments(tf):
    def run(steps, cell=None, dtype=tf.float64, **arguments):
        cell = cell or cells(tf).GRUCell(2)
        return raised(lambda: shape(tf.nn.static_rnn(cell, steps, dtype=dtype, **arguments)[1]))

    x = _steps(tf, placeholder(tf))
    return {
        "a tensor": run(placeholder(tf)),
        "empty": run([]),
        "no dtype": run(x, dtype=None),
        "no cell": run(x, cell="a cell"),
        "rank 0": run([tf.zeros([], tf.float64)]),
        "unknown depth": run([placeholder(tf, (2, None))]),
        "unknown third extent": run([placeholder(tf, (2, 3, None))]),
        "other batch": run([placeholder(tf, (2, 2)), placeholder(tf, (3, 2))]),
        "lengths of rank 0": run(x, sequence_length=3),
        "lengths of rank 2": run(x, sequence_length=[[1, 2]]),
    }


class _Saver:
    """Keeps states in variables from run to run."""

    def __init__(self, tf, sizes):
        self._tf = tf
        self._kept = {name: tf.Variable(tf.ones([2, n], tf.float64), trainable=False) for name, n in sizes.items()}

    def state(self, name):
        return self._kept[name].read_value()

    def save_state(self, name, value):
        return self._tf.assign(self._kept[name], value)


def _saving(tf, cell, sizes, state_name, **arguments):
    x = placeholder(tf)
    saver = _Saver(tf, sizes)
    outputs, state = tf.nn.static_state_saving_rnn(cell, _steps(tf, x), saver, state_name, **arguments)
    told = [described(t) for t in flat(tf, outputs) + flat(tf, state)]
    with tf.Session() as session:
        filled(tf, session)
        feeds = {x: numbers((2, 3, 2))}
        return [told] + [rounded(plain(session.run([outputs[-1], state], feeds))) for _ in range(2)]


def a_saver_carries_the_state_to_the_next_run(tf):
    return _saving(tf, cells(tf).GRUCell(2), {"s": 2}, "s")


def a_saver_carries_structures(tf):
    return _saving(tf, cells(tf).LSTMCell(2), {"c": 2, "h": 2}, ("c", "h"), sequence_length=[3, 2], scope="saved")


def a_saver_needs_a_name_for_each_state(tf):
    x, saver = _steps(tf, placeholder(tf)), _Saver(tf, {"c": 2, "h": 2, "s": 2})
    cell, lstm = cells(tf).GRUCell(2), cells(tf).LSTMCell(2)
    return [
        raised(lambda: tf.nn.static_state_saving_rnn(cell, x, saver, ("c", "h"))),
        raised(lambda: tf.nn.static_state_saving_rnn(lstm, x, saver, "s")),
        raised(lambda: tf.nn.static_state_saving_rnn(lstm, x, saver, ("c", "h", "s"))),
    ]


# both directions


def lists_run_in_both_directions(tf):
    x = placeholder(tf)
    outputs, forward, backward = tf.nn.static_bidirectional_rnn(
        cells(tf).GRUCell(2), cells(tf).LSTMCell(3), _steps(tf, x), dtype=tf.float64
    )
    return report(tf, x, (2, 3, 2), outputs, [forward, backward])


def lists_turn_round_at_each_length(tf):
    x = placeholder(tf, (None, 3, 2))
    lengths = tf.placeholder(tf.int64, [None])
    outputs, forward, backward = tf.nn.static_bidirectional_rnn(
        cells(tf).GRUCell(2),
        cells(tf).GRUCell(2),
        _steps(tf, x),
        initial_state_bw=tf.constant(numbers([3, 2], 4)),
        dtype=tf.float64,
        sequence_length=lengths,
        scope="both",
    )
    return report(tf, x, (3, 3, 2), outputs, [forward, backward], feeds={lengths: [2, 3, 0]})


def the_nodes_of_a_list_in_both_directions_are_these(tf):
    steps = [tf.placeholder(tf.float32, [2, 2], name="x") for _ in range(2)]
    cell = cells(tf).BasicRNNCell
    tf.nn.static_bidirectional_rnn(cell(1), cell(1), steps, dtype=tf.float32, sequence_length=[1, 2])
    lines = [op.name + " " + op.type for op in tf.get_default_graph().get_operations()]
    return [line for line in lines if "/cond" not in line]


def lists_in_both_directions_refuse_bad_arguments(tf):
    cell, x = cells(tf).GRUCell(2), _steps(tf, placeholder(tf))
    run = tf.nn.static_bidirectional_rnn
    return [
        raised(lambda: run(None, cell, x, dtype=tf.float64)),
        raised(lambda: run(cell, 1, x, dtype=tf.float64)),
        raised(lambda: run(cell, cell, placeholder(tf), dtype=tf.float64)),
        raised(lambda: run(cell, cell, [], dtype=tf.float64)),
        raised(lambda: run(cell, cell, x)),
    ]


# tf.contrib.rnn


def layers_in_both_directions_stack_over_lists(tf):
    x = placeholder(tf)
    layers = [[cells(tf).GRUCell(2), cells(tf).LSTMCell(2)] for _ in range(2)]
    starts = [None, cells(tf).LSTMStateTuple(tf.constant(numbers([2, 2], 3)), tf.constant(numbers([2, 2], 4)))]
    outputs, forward, backward = tf.contrib.rnn.stack_bidirectional_rnn(
        layers[0], layers[1], _steps(tf, x), initial_states_bw=starts, dtype=tf.float64
    )
    return report(tf, x, (2, 3, 2), outputs, [forward, backward])


def layers_in_both_directions_stack_over_time(tf):
    x = placeholder(tf, (None, None, 2))
    layers = [[cells(tf).GRUCell(2), cells(tf).BasicRNNCell(3)] for _ in range(2)]
    outputs, forward, backward = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        layers[0], layers[1], x, dtype=tf.float64, sequence_length=tf.constant([3, 1])
    )
    return report(tf, x, (2, 3, 2), outputs, [forward, backward])


def layers_refuse_bad_arguments(tf):
    x, cell, told = placeholder(tf), cells(tf).GRUCell(2), []
    layers = (([], [cell]), ([cell], []), (cell, [cell]), ([cell], (cell,)), ([cell, cell], [cell]))
    for stack, inputs in (
        (tf.contrib.rnn.stack_bidirectional_rnn, _steps(tf, x)),
        (tf.contrib.rnn.stack_bidirectional_dynamic_rnn, x),
    ):
        for forward, backward in layers:
            told.append(raised(lambda s=stack, i=inputs, f=forward, b=backward: s(f, b, i, dtype=tf.float64)))
        for name in ("initial_states_fw", "initial_states_bw"):
            told.append(raised(lambda s=stack, i=inputs, n=name: s([cell], [cell], i, **{n: tf.zeros([2, 2])})))
            told.append(raised(lambda s=stack, i=inputs, n=name: s([cell], [cell], i, **{n: [None, None]})))
    return told


def _fused(tf, network, x, fed, feeds=None, **arguments):
    outputs, state = network(x, dtype=tf.float64, **arguments)
    return [type(outputs) is list, report(tf, x, fed, outputs, state, feeds=feeds)]


def a_cell_becomes_a_fused_one(tf):
    network = tf.contrib.rnn.FusedRNNCellAdaptor(cells(tf).GRUCell(2), use_dynamic_rnn=True)
    return _fused(
        tf, network, placeholder(tf, (3, 2, 2)), (3, 2, 2), sequence_length=tf.constant([2, 3]), scope="fused"
    )


def a_fused_cell_may_be_unrolled(tf):
    network = tf.contrib.rnn.FusedRNNCellAdaptor(cells(tf).LSTMCell(2))
    return _fused(tf, network, placeholder(tf, (3, 2, 2)), (3, 2, 2))


def fused_cells_take_lists_and_return_them(tf):
    x, told = placeholder(tf), []
    for k, dynamic in enumerate((True, False)):
        network = tf.contrib.rnn.FusedRNNCellAdaptor(cells(tf).BasicRNNCell(2), use_dynamic_rnn=dynamic)
        outputs, state = network(_steps(tf, x), dtype=tf.float64, scope=f"f{k}")
        told.append([type(outputs).__name__, names(outputs), state.name])
        told.append(computed(tf, [outputs, state], {x: numbers((2, 3, 2))}))
    return told


def a_fused_cell_runs_backwards(tf):
    network = tf.contrib.rnn.TimeReversedFusedRNN(
        tf.contrib.rnn.FusedRNNCellAdaptor(cells(tf).GRUCell(2), use_dynamic_rnn=True)
    )
    return _fused(tf, network, placeholder(tf, (3, 2, 2)), (3, 2, 2))


def a_fused_cell_runs_backwards_from_each_length(tf):
    network = tf.contrib.rnn.TimeReversedFusedRNN(
        tf.contrib.rnn.FusedRNNCellAdaptor(cells(tf).GRUCell(2), use_dynamic_rnn=True)
    )
    return _fused(tf, network, placeholder(tf, (3, 2, 2)), (3, 2, 2), sequence_length=tf.constant([1, 3]))


def lists_run_backwards_whole(tf):
    x = placeholder(tf)
    network = tf.contrib.rnn.TimeReversedFusedRNN(tf.contrib.rnn.FusedRNNCellAdaptor(cells(tf).BasicRNNCell(2)))
    outputs, state = network(_steps(tf, x), dtype=tf.float64)
    return computed(tf, [outputs, state], {x: numbers((2, 3, 2))})


def the_base_of_fused_cells_is_abstract(tf):
    base = tf.contrib.rnn.FusedRNNCell

    class Half(base):
        def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
            return inputs * 0.5, initial_state

    reverse = tf.contrib.rnn.TimeReversedFusedRNN(Half())
    outputs, _ = reverse(tf.constant([[[1.0]], [[2.0]]]))
    adaptors = (tf.contrib.rnn.FusedRNNCellAdaptor, tf.contrib.rnn.TimeReversedFusedRNN)
    with tf.Session() as session:
        values = plain(session.run(outputs))
    return [raised(base, "abstract")["raises"], [issubclass(c, base) for c in adaptors], values]


def time_and_batch_change_places(tf):
    told = []
    for extents in ((2, 3, 2), (None, 3), (None, None, 2, 4), (5,), ()):
        x = tf.placeholder(tf.float32, extents)
        told.append(described(tf.contrib.rnn.transpose_batch_time(x)))
    x = tf.constant(np.arange(6.0).reshape(1, 3, 2))
    with tf.Session() as session:
        return told + plain(session.run([tf.contrib.rnn.transpose_batch_time(x)]))


def the_batch_size_is_known_or_computed(tf):
    size = tf.contrib.rnn.best_effort_input_batch_size
    known, unknown, nothing = (tf.placeholder(tf.float32, e) for e in ((3, 4), (3, None), None))
    computed = size([unknown, nothing])
    with tf.Session() as session:
        value = session.run(computed, {unknown: np.zeros((3, 7))})
    flat = tf.placeholder(tf.float32, [3], name="flat")
    return [size([nothing, unknown, known]), described(computed), value, raised(lambda: size([flat]))]


# what turns sequences round


def sequences_are_reversed_up_to_their_lengths(tf):
    x = tf.constant(numbers((3, 4, 2)))
    lengths = [0, 2, 4]
    y = tf.reverse_sequence(x, lengths, seq_axis=1)
    turned = tf.reverse_sequence(tf.transpose(x, [1, 2, 0]), tf.constant(lengths, tf.int64), 0, 2)
    old = tf.reverse_sequence(x, lengths, seq_dim=1, batch_dim=0)
    gradient = tf.gradients(tf.reduce_sum(y * tf.constant(numbers((3, 4, 2), 2))), x)[0]
    return computed(tf, [y, turned, old, gradient])


def reversed_sequences_keep_dtype_and_shape(tf):
    told = []
    for dtype, extents in ((tf.int32, (2, 3)), (tf.bool, (None, 3)), (tf.float16, (2, None)), (tf.complex64, None)):
        x = tf.placeholder(dtype, extents)
        told.append(described(tf.reverse_sequence(x, tf.placeholder(tf.int32, [None]), 1, 0)))
    told.append(described(tf.reverse_sequence(tf.placeholder(tf.int32, (None, 3)), [1, 2], 1, 0)))
    return told


def sequences_that_cannot_be_reversed_raise(tf):
    x = tf.zeros([2, 3])
    lengths = tf.placeholder(tf.int32, [None])
    told = [
        raised(lambda: tf.reverse_sequence(x, [1, 2, 3], 1, 0)),
        raised(lambda: tf.reverse_sequence(x, 3, 1, 0)),
        raised(lambda: tf.reverse_sequence(x, [1, 2], 2, 0)),
        raised(lambda: tf.reverse_sequence(x, [1, 2], 1, 2)),
        raised(lambda: tf.reverse_sequence(x, [1, 2], 0, 0)),
        raised(lambda: tf.reverse_sequence(x, [1, 2], -1, 0)),
        raised(lambda: tf.reverse_sequence(x, [1, 2], 1, -1)),
        raised(lambda: tf.reverse_sequence(x, [1.0, 2.0], 1, 0)),
        raised(lambda: tf.reverse_sequence(x, [1, 2], 1, seq_dim=1)),
        raised(lambda: tf.reverse_sequence(x, [1, 2])),
    ]
    unknown = tf.placeholder(tf.float32)
    y = tf.reverse_sequence(unknown, lengths, 1, 0)
    with tf.Session() as session:
        for given, count in (([4, 1], (2, 3)), ([-1, 1], (2, 3)), ([1], (2, 3)), ([1, 1], (2,))):
            words = raised(lambda g=given, c=count: session.run(y, {unknown: np.zeros(c), lengths: g}))
            told.append(words)
    return told
