"""Cells run over time by a loop: ``dynamic_rnn``, its two-way form, and ``raw_rnn``."""

import numpy as np

from tests.cases.networks import cells, computed, filled, flat, loss_of, numbers, placeholder, report, rounded
from tests.cases.probe import described, names, nodes, plain, raised, shape


def _whole(tf, cell, x=None, fed=(2, 3, 2), by=(), feeds=None, **arguments):
    """Tells all of a network: what is static, its variables, its values and the gradients of a loss.

    ``fed`` is the shape of the input fed, ``by`` are further tensors to take the gradient by.
    """
    x = placeholder(tf) if x is None else x
    outputs, state = tf.nn.dynamic_rnn(cell, x, **{"dtype": tf.float64, **arguments})
    return report(tf, x, fed, outputs, state, by, feeds)


def a_basic_cell_runs_over_time(tf):
    return _whole(tf, cells(tf).BasicRNNCell(2))


def a_basic_lstm_runs_over_time(tf):
    return _whole(tf, cells(tf).BasicLSTMCell(2))


def a_basic_lstm_with_one_state_matrix_runs_over_time(tf):
    return _whole(tf, cells(tf).BasicLSTMCell(2, state_is_tuple=False))


def an_lstm_runs_over_time(tf):
    return _whole(tf, cells(tf).LSTMCell(2))


def an_lstm_with_all_its_options_runs_over_time(tf):
    cell = cells(tf).LSTMCell(3, use_peepholes=True, cell_clip=0.5, num_proj=2, proj_clip=0.4)
    return _whole(tf, cell)


def a_gru_runs_over_time(tf):
    return _whole(tf, cells(tf).GRUCell(2))


def a_stack_of_cells_runs_over_time(tf):
    cell = cells(tf).MultiRNNCell([cells(tf).BasicLSTMCell(2), cells(tf).GRUCell(3)])
    return _whole(tf, cell)


def a_wrapped_cell_runs_over_time(tf):
    cell = cells(tf).ResidualWrapper(cells(tf).DropoutWrapper(cells(tf).GRUCell(2), output_keep_prob=1.0))
    return _whole(tf, cell)


def time_may_come_first(tf):
    return _whole(tf, cells(tf).BasicLSTMCell(2), fed=(2, 3, 2), time_major=True)


def an_initial_state_replaces_zeros(tf):
    state = tf.constant(numbers([2, 2], 5), name="start")
    return _whole(tf, cells(tf).GRUCell(2), by=[state], initial_state=state, dtype=None)


def an_initial_state_may_be_a_structure(tf):
    state = cells(tf).LSTMStateTuple(tf.constant(numbers([2, 2], 5)), tf.constant(numbers([2, 2], 6)))
    return _whole(tf, cells(tf).LSTMCell(2), by=list(state), initial_state=state)


def a_state_goes_from_one_network_into_the_next(tf):
    x = placeholder(tf)
    _, state = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, dtype=tf.float64, scope="encoder")
    outputs, last = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, initial_state=state, scope="decoder")
    return report(tf, x, (2, 3, 2), outputs, last)


def a_network_sees_only_the_steps_of_each_sequence(tf):
    return _whole(tf, cells(tf).GRUCell(2), x=placeholder(tf, (4, 3, 2)), fed=(4, 3, 2), sequence_length=[0, 3, 1, 2])


def lengths_may_be_int64_and_fed(tf):
    lengths = tf.placeholder(tf.int64, [None], name="lengths")
    cell, x = cells(tf).BasicLSTMCell(2), placeholder(tf, (None, None, 2))
    return _whole(tf, cell, x=x, fed=(3, 3, 2), feeds={lengths: [2, 0, 3]}, sequence_length=lengths)


def lengths_count_time_first_too(tf):
    lengths = tf.constant([1, 2])
    cell = cells(tf).LSTMCell(2)
    return _whole(tf, cell, x=placeholder(tf, (3, 2, 2)), fed=(3, 2, 2), sequence_length=lengths, time_major=True)


def lengths_that_are_all_full_change_nothing(tf):
    return _whole(tf, cells(tf).GRUCell(2), sequence_length=[3, 3])


def lengths_that_are_all_zero_keep_the_state(tf):
    state = tf.constant(numbers([2, 2], 5), name="start")
    return _whole(tf, cells(tf).GRUCell(2), by=[state], sequence_length=[0, 0], initial_state=state)


def a_loop_stops_after_the_longest_sequence(tf):
    x = placeholder(tf, (2, 4, 2))
    calls = tf.Variable(0, trainable=False, name="calls")
    cell = _counting(tf, calls)
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=tf.constant([1, 2]), dtype=tf.float64)
    with tf.Session() as session:
        filled(tf, session)
        told = session.run([outputs, state], {x: numbers((2, 4, 2))})
        return [rounded(plain(told)), session.run(calls)]


def _counting(tf, calls):
    class Counting(cells(tf).RNNCell):
        state_size = output_size = 2

        def __call__(self, inputs, state, scope=None):
            with tf.control_dependencies([tf.assign_add(calls, 1)]):
                total = inputs + state
            return total * 2.0, total

    return Counting()


def batch_and_time_may_be_unknown(tf):
    cell, x = cells(tf).MultiRNNCell([cells(tf).LSTMCell(2)]), placeholder(tf, (None, None, 2))
    return _whole(tf, cell, x=x)


def one_network_runs_on_batches_of_any_size(tf):
    x = placeholder(tf, (None, None, 2))
    outputs, state = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, dtype=tf.float64)
    gradient = tf.gradients(loss_of(tf, [outputs, state]), x)[0]
    with tf.Session() as session:
        filled(tf, session)
        sizes = [(1, 1, 2), (2, 4, 2), (3, 1, 2)]
        return [rounded(plain(session.run([outputs, state, gradient], {x: numbers(size)}))) for size in sizes]


def no_steps_leave_the_initial_state(tf):
    x = placeholder(tf, (2, None, 2))
    start = tf.constant(numbers([2, 2], 5))
    outputs, state = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, initial_state=start)
    return computed(tf, [outputs, tf.shape(outputs), state, tf.gradients(state, start)[0]], {x: np.zeros((2, 0, 2))})


def an_empty_batch_runs(tf):
    x = placeholder(tf, (None, 3, 2))
    outputs, state = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, dtype=tf.float64)
    return computed(tf, [outputs, tf.shape(outputs), state, tf.shape(state)], {x: np.zeros((0, 3, 2))})


def static_shapes_follow_what_is_known(tf):
    told = {}
    for k, extents in enumerate([(2, 3, 2), (None, 3, 2), (2, None, 2), (None, None, 2)]):
        for time_major in (False, True):
            x = placeholder(tf, extents)
            cell = cells(tf).LSTMCell(4)
            results = tf.nn.dynamic_rnn(cell, x, dtype=tf.float64, time_major=time_major, scope=f"s{k}{time_major}")
            told[f"{extents} {time_major}"] = [shape(t) for t in flat(tf, results)]
    return told


def inputs_of_more_dimensions_reach_the_cell_whole(tf):
    class Sums(cells(tf).RNNCell):
        state_size = output_size = tf.TensorShape([2, 2])

        def __call__(self, inputs, state, scope=None):
            total = inputs + state
            return total * total, total

    return _whole(tf, Sums(), x=placeholder(tf, (2, 3, 2, 2)), fed=(2, 3, 2, 2))


def _nested_cell(tf):
    class Nested(cells(tf).RNNCell):
        state_size = (2, (tf.TensorShape([]), 1))
        output_size = {"sum": 2, "count": 1}

        def __call__(self, inputs, state, scope=None):
            a, b = inputs
            total, (steps, ones) = state
            total = total + a * b
            return {"sum": total, "count": ones * 2.0}, (total, (steps + 1.0, ones + 1.0))

    return Nested()


def inputs_outputs_and_states_may_be_structures(tf):
    a, b = placeholder(tf, (2, 3, 2), "a"), placeholder(tf, (2, 3, 2), "b")
    outputs, state = tf.nn.dynamic_rnn(_nested_cell(tf), (a, b), dtype=tf.float64)
    gradients = tf.gradients(loss_of(tf, flat(tf, [outputs, state])), [a, b])
    static = [sorted(outputs), [described(t) for t in flat(tf, [outputs, state])]]
    return [static, computed(tf, [outputs, state, gradients], {a: numbers((2, 3, 2)), b: numbers((2, 3, 2), 1)})]


def structures_keep_their_lengths(tf):
    a, b = placeholder(tf, (2, 3, 2), "a"), placeholder(tf, (2, 3, 2), "b")
    outputs, state = tf.nn.dynamic_rnn(_nested_cell(tf), (a, b), dtype=tf.float64, sequence_length=[1, 2])
    return computed(tf, [outputs, state], {a: numbers((2, 3, 2)), b: numbers((2, 3, 2), 1)})


def dtypes_come_from_the_initial_state(tf):
    class Counts(cells(tf).RNNCell):
        state_size = output_size = 1

        def __call__(self, inputs, state, scope=None):
            total = state + tf.cast(inputs, tf.int32)
            return total, total

    x = tf.constant([[[1], [2], [3]]], tf.int64)
    outputs, state = tf.nn.dynamic_rnn(Counts(), x, initial_state=tf.constant([[10]]))
    return [described(outputs), described(state), computed(tf, [outputs, state])]


def a_layer_without_zero_state_has_its_states_in_a_list(tf):
    class Sums(tf.layers.Layer):
        state_size = output_size = 2

        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            return tf.ones([batch_size, 2], dtype)

        def call(self, inputs, states):
            total = inputs + states[0]
            return total * 2.0, [total]

    x = placeholder(tf)
    over_time = tf.nn.dynamic_rnn(Sums(), x, sequence_length=[1, 3], dtype=tf.float64)
    return [names(flat(tf, over_time)), computed(tf, over_time, {x: numbers((2, 3, 2))})]


def weights_are_shared_by_scope(tf):
    x, told = placeholder(tf), []
    cell = cells(tf).GRUCell
    first, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float64)
    told.append(raised(lambda: tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float64), "rnn/gru_cell/gates/kernel"))
    with tf.variable_scope("", reuse=True):
        again, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float64)
    with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
        once, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float64, scope="decoder")
        twice, _ = tf.nn.dynamic_rnn(cell(2), x, dtype=tf.float64, scope="decoder")
    told += [names([first, again, once, twice]), names(tf.global_variables())]
    return told + computed(tf, [first - again, once - twice], {x: numbers((2, 3, 2))})


def one_cell_called_twice_keeps_its_weights(tf):
    x, cell = placeholder(tf), cells(tf).BasicLSTMCell(2)
    first, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)
    told = raised(lambda: tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)[0].name)
    return [first.name, told, names(tf.trainable_variables())]


def seeded_weights_train_alike(tf):
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, None, 2])
    y = tf.placeholder(tf.float32, [None])
    cell = cells(tf).MultiRNNCell([cells(tf).BasicLSTMCell(3), cells(tf).BasicLSTMCell(3)])
    _, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(tf.reduce_sum(state[-1].h, 1) - y))
    train = tf.train.GradientDescentOptimizer(0.2).minimize(loss)
    feeds = {x: numbers((4, 5, 2)), y: [1.0, -1.0, 0.5, 0.0]}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [round(float(session.run([loss, train], feeds)[0]), 5) for _ in range(12)]


def dropout_draws_anew_at_each_step(tf):
    x = tf.placeholder(tf.float64, [1, 6, 8])
    cell = cells(tf).DropoutWrapper(cells(tf).BasicRNNCell(8), input_keep_prob=0.5, seed=11)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float64, parallel_iterations=1)
    return computed(tf, outputs, {x: np.ones((1, 6, 8))})


def variational_dropout_draws_once_per_run(tf):
    x = tf.placeholder(tf.float64, [1, 3, 4])
    cell = cells(tf).DropoutWrapper(
        cells(tf).BasicRNNCell(4),
        input_keep_prob=0.5,
        state_keep_prob=0.7,
        variational_recurrent=True,
        input_size=4,
        dtype=tf.float64,
        seed=11,
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)
    return computed(tf, outputs, {x: np.ones((1, 3, 4))})


def the_nodes_of_a_network_are_these(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    outputs, state = tf.nn.dynamic_rnn(cells(tf).BasicLSTMCell(2), x, dtype=tf.float32)
    return [names([outputs, state.c, state.h]), nodes(tf.get_default_graph())]


def the_nodes_of_a_network_with_lengths_are_these(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    lengths = tf.placeholder(tf.int64, [3], name="lengths")
    tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, lengths, dtype=tf.float32, time_major=True, scope="net")
    return nodes(tf.get_default_graph())


def loops_carry_these_attributes(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, dtype=tf.float32, parallel_iterations=4, swap_memory=True)
    told = {}
    for operation in tf.get_default_graph().get_operations():
        if operation.type == "Enter":
            keys = ("frame_name", "is_constant", "parallel_iterations")
            told[operation.name] = [plain(operation.get_attr(key)) for key in keys]
        elif operation.type == "TensorArrayV3":
            keys = ("tensor_array_name", "dynamic_size", "clear_after_read", "identical_element_shapes")
            told[operation.name] = [plain(operation.get_attr(key)) for key in keys]
    return told


def variables_are_cached_where_they_are_used(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    with tf.device("/cpu:0"):
        tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, dtype=tf.float32)
    cached = [op for op in tf.get_default_graph().get_operations() if op.name.endswith("/read")]
    return [[op.name, op.device, plain(op.colocation_groups())] for op in cached]


def networks_inside_loops_and_conditions(tf):
    x = tf.constant(numbers((2, 3, 2)), name="x")
    cell = cells(tf).BasicRNNCell(2)
    flag = tf.placeholder(tf.bool, [])

    def body(i, state):
        return i + 1, tf.nn.dynamic_rnn(cell, x, initial_state=state)[1]

    _, state = tf.while_loop(lambda i, _: i < 2, body, [0, tf.zeros([2, 2], tf.float64)])
    chosen = tf.cond(flag, lambda: tf.nn.dynamic_rnn(cell, x, dtype=tf.float64, scope="b")[1], lambda: state)
    gradient = tf.gradients(loss_of(tf, [chosen]), x)[0]
    variables = names(tf.trainable_variables())
    return [variables] + [computed(tf, [chosen, gradient], {flag: truth}) for truth in (True, False)]


def bad_arguments_raise(tf):
    def run(cell=None, extents=(2, 3, 2), dtype=tf.float64, **arguments):
        return lambda: tf.nn.dynamic_rnn(
            cell or cells(tf).GRUCell(2), placeholder(tf, extents), dtype=dtype, **arguments
        )

    tries = {
        "no dtype": run(dtype=None),
        "rank 1": run(extents=(3,)),
        "rank 2": run(extents=(2, 3)),
        "unknown depth": run(extents=(2, 3, None)),
        "lengths of rank 0": run(sequence_length=3),
        "lengths of rank 2": run(sequence_length=[[1, 2]]),
        "lengths of another batch": run(sequence_length=[1, 2, 3]),
        "lengths of strings": run(sequence_length=["a", "b"]),
        "state of another batch": run(initial_state=tf.zeros([3, 2], tf.float64)),
        "state of another size": run(initial_state=tf.zeros([2, 3], tf.float64)),
        "state of another dtype": run(initial_state=tf.zeros([2, 2], tf.float32)),
        "state of another structure": run(initial_state=(tf.zeros([2, 2], tf.float64),)),
        "no inputs": lambda: tf.nn.dynamic_rnn(cells(tf).GRUCell(2), None, dtype=tf.float64),
    }
    words = {  # where the first line is about the place in TensorFlow's code
        "state of another batch": "(op: 'ConcatV2') with input shapes: [2,2], [3,2], []",
        "state of another size": "(op: 'MatMul') with input shapes: [2,5], [4,4].",
        "state of another dtype": "have types [float64, float32] that don't all match.",
        "state of another structure": "Shape must be rank 2 but is rank 3",
    }
    told = {}
    for k, (name, call) in enumerate(tries.items()):
        with tf.variable_scope(f"v{k}"):
            told[name] = raised(lambda call=call: _static(call()), words.get(name))
    told["no cell"] = raised(lambda: tf.nn.dynamic_rnn("a cell", placeholder(tf), dtype=tf.float64))
    return told


def _static(results):
    return [shape(results[0]), shape(results[1])]


def inputs_that_do_not_match_raise(tf):
    told = {}
    for name, (first, second) in {
        "time": ((2, 3, 2), (2, 4, 2)),
        "batch": ((2, 3, 2), (3, 3, 2)),
        "known and unknown": ((2, 3, 2), (None, 3, 2)),
    }.items():
        inputs = (placeholder(tf, first), placeholder(tf, second))
        told[name] = raised(lambda inputs=inputs: tf.nn.dynamic_rnn(_nested_cell(tf), inputs, dtype=tf.float64))
    return told


def lengths_are_checked_when_run(tf):
    x, lengths = placeholder(tf), tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, lengths, dtype=tf.float64)
    with tf.Session() as session:
        filled(tf, session)
        wrong = raised(
            lambda: session.run(outputs, {x: numbers((2, 3, 2)), lengths: [1, 2, 3]}),
            "assertion failed: [Expected shape for Tensor rnn/sequence_length:0 is ] [2] [ but saw shape: ] [3]",
        )
        return [wrong, rounded(plain(session.run(outputs, {x: numbers((2, 3, 2)), lengths: [2, 1]})))]


def a_length_beyond_the_end_is_the_end(tf):
    x, lengths = placeholder(tf), tf.placeholder(tf.int32, [2])
    results = tf.nn.dynamic_rnn(cells(tf).GRUCell(2), x, lengths, dtype=tf.float64)
    return computed(tf, results, {x: numbers((2, 3, 2)), lengths: [7, -1]})


# both directions


def _both_ways(tf, x, fed, feeds=None, **arguments):
    forward, backward = cells(tf).GRUCell(2), cells(tf).LSTMCell(3)
    outputs, states = tf.nn.bidirectional_dynamic_rnn(forward, backward, x, dtype=tf.float64, **arguments)
    return report(tf, x, fed, outputs, states, feeds=feeds)


def two_networks_run_in_both_directions(tf):
    return _both_ways(tf, placeholder(tf), (2, 3, 2))


def directions_turn_round_at_each_length(tf):
    lengths = tf.placeholder(tf.int32, [None])
    x = placeholder(tf, (None, None, 2))
    return _both_ways(tf, x, (3, 4, 2), feeds={lengths: [2, 4, 0]}, sequence_length=lengths)


def directions_with_time_first(tf):
    lengths = tf.constant([2, 3], tf.int64)
    return _both_ways(tf, placeholder(tf, (3, 2, 2)), (3, 2, 2), sequence_length=lengths, time_major=True, scope="both")


def directions_with_initial_states(tf):
    x = placeholder(tf)
    first, second = (tf.constant(numbers([2, 2], k)) for k in (4, 5))
    cell = cells(tf).GRUCell
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cell(2), cell(2), x, initial_state_fw=first, initial_state_bw=second
    )
    gradients = tf.gradients(loss_of(tf, [tf.concat(outputs, 2)] + list(states)), [first, second])
    return computed(tf, [outputs, states, gradients], {x: numbers((2, 3, 2))})


def the_nodes_of_both_directions_are_these(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    cell = cells(tf).BasicRNNCell
    tf.nn.bidirectional_dynamic_rnn(cell(2), cell(2), x, [1, 2], dtype=tf.float32)
    operations = tf.get_default_graph().get_operations()
    return [[op.name + " " + op.type for op in operations if "/while/" not in op.name], len(operations)]


def directions_refuse_what_is_no_cell(tf):
    cell, x = cells(tf).GRUCell(2), placeholder(tf)
    return [
        raised(lambda: tf.nn.bidirectional_dynamic_rnn(cell, None, x, dtype=tf.float64)),
        raised(lambda: tf.nn.bidirectional_dynamic_rnn(3, cell, x, dtype=tf.float64)),
        raised(lambda: tf.nn.bidirectional_dynamic_rnn(cell, cell, x)),
    ]


# raw_rnn


def _reading(tf, cell, x, lengths, emit=None):
    """A loop function that feeds a cell from ``x`` (time first) until each of ``lengths`` is over."""
    array = tf.TensorArray(tf.float64, tf.shape(x)[0]).unstack(x)
    batch, depth = shape(x)[1:]

    def loop(time, output, state, loop_state):
        state = cell.zero_state(batch, tf.float64) if output is None else state
        finished = time >= lengths
        following = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([batch, depth], tf.float64), lambda: array.read(time)
        )
        return finished, following, state, emit(output) if emit else output, None

    return loop


def a_loop_function_feeds_the_cell(tf):
    x, cell = placeholder(tf, (3, 2, 2)), cells(tf).LSTMCell(2)
    array, state, loop_state = tf.nn.raw_rnn(cell, _reading(tf, cell, x, tf.constant([3, 2])))
    told = report(tf, x, (3, 2, 2), array.stack(), state)
    return [loop_state, plain(array.dtype.name), told]


def a_loop_function_chooses_what_is_emitted(tf):
    x, cell = placeholder(tf, (3, 2, 2)), cells(tf).GRUCell(2)

    def emit(output):
        if output is None:
            return tf.zeros([1], tf.float64), tf.zeros([], tf.int32)
        return tf.reduce_sum(output, 1, keepdims=True), tf.fill([2], 7)

    arrays, state, _ = tf.nn.raw_rnn(cell, _reading(tf, cell, x, tf.constant([1, 3]), emit))
    stacked = [array.stack() for array in arrays]
    return [[described(t) for t in stacked + [state]], computed(tf, stacked + [state], {x: numbers((3, 2, 2))})]


def emitted_values_may_have_no_static_shape(tf):
    x, cell = placeholder(tf, (3, 2, 2)), cells(tf).GRUCell(2)
    width = tf.placeholder(tf.int32, [])

    def emit(output):
        return tf.zeros(tf.stack([width]), tf.float64) if output is None else tf.tile(output[:, :1], [1, width])

    array, _, _ = tf.nn.raw_rnn(cell, _reading(tf, cell, x, tf.constant([1, 3]), emit))
    stacked = array.stack()
    return [shape(stacked), computed(tf, stacked, {x: numbers((3, 2, 2)), width: 3})]


def a_loop_state_goes_round(tf):
    cell = cells(tf).BasicRNNCell(2)

    def loop(time, output, state, loop_state):
        if output is None:
            state, loop_state = tf.zeros([2, 2], tf.float64), (tf.constant(1), tf.TensorArray(tf.int32, 4))
        else:
            count, array = loop_state
            loop_state = count * 2, array.write(time - 1, count)
        return tf.tile([time >= 4], [2]), state * 2.0 + 0.1, state, output, loop_state

    array, state, (count, history) = tf.nn.raw_rnn(cell, loop, parallel_iterations=1, swap_memory=True, scope="raw")
    outputs = array.stack()
    gradients = tf.gradients(loss_of(tf, [outputs, state]), tf.trainable_variables())
    return computed(tf, [outputs, state, count, history.stack(), gradients])


def a_decoder_eats_what_it_emits(tf):
    table = tf.constant(numbers((5, 3), 2))
    cell = cells(tf).GRUCell(5)
    start = tf.constant(numbers((2, 5), 3))

    def loop(time, output, state, loop_state):
        words = tf.constant([0, 1]) if output is None else tf.argmax(output, 1, output_type=tf.int32)
        emitted = tf.zeros([], tf.int32) if output is None else words
        return (
            tf.logical_or(tf.equal(words, 4), time >= 6),
            tf.gather(table, words),
            start if output is None else state,
            emitted,
            None,
        )

    array, state, _ = tf.nn.raw_rnn(cell, loop)
    return computed(tf, [array.stack(), state])


def the_nodes_of_a_raw_loop_are_these(tf):
    cell = cells(tf).BasicRNNCell(2)

    def loop(time, output, state, loop_state):
        state = tf.zeros([1, 2]) if output is None else state
        return tf.fill([1], time >= 2), state + 1.0, state, output, None

    tf.nn.raw_rnn(cell, loop)
    return nodes(tf.get_default_graph())


def raw_loops_refuse_bad_arguments(tf):
    cell = cells(tf).LSTMCell(2)
    start = tf.zeros([2, 2])

    def other_state(time, output, state, loop_state):
        return tf.constant([False, True]), start, start, None, None

    def other_batch(time, output, state, loop_state):
        return tf.constant([False, True]), (start, tf.zeros([3, 2])), cell.zero_state(2, tf.float32), None, None

    return [
        raised(lambda: tf.nn.raw_rnn(cell, None)),
        raised(lambda: tf.nn.raw_rnn(None, other_state)),
        raised(lambda: tf.nn.raw_rnn(cell, other_state)),
        raised(lambda: tf.nn.raw_rnn(cell, other_batch)),
    ]
