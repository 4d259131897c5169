"""Recurrent cells: nodes, variables, one step and its gradients, sharing, states, wrappers, misuse."""

import copy

import numpy as np

from tests.cases.probe import described, names, nodes, plain, raised, shape, values, wording


def _cells(tf):
    return tf.nn.rnn_cell


def _inputs(tf, batch=2, depth=3, dtype="float32"):
    return tf.placeholder(dtype, [batch, depth], name="x")


def _fed(shape, start=0.0):
    return (np.arange(np.prod(shape)).reshape(shape) * 0.1 - 0.4 + start).astype("float32")


def _calls(tf):
    """The nodes of the calls themselves, without those of variables and of the states of zeros."""
    variables = ("/Initializer/", "/Assign Assign ", "/read Identity ", " VariableV2")
    lines = nodes(tf.get_default_graph(), skip="gradients")
    return [
        line for line in lines if not any(each in line for each in variables) and "ZeroState/" not in line.split()[0]
    ]


def _variables(variables):
    return [[v.op.name, v.shape.as_list()] for v in variables]


def leaves(structure):
    if isinstance(structure, (tuple, list)):
        return [leaf for part in structure for leaf in leaves(part)]
    return [structure]


def step(tf, cell, depth=3, batch=2, steps=1):
    """Nodes, variables, static shapes, values after some steps from a state of small numbers, and gradients."""
    tf.set_random_seed(7)
    x = _inputs(tf, batch, depth)
    zero = cell.zero_state(batch, tf.float32)
    state, output = zero, None
    for _ in range(steps):
        output, state = cell(x, state)
    loss = tf.reduce_sum(output * output) + tf.add_n([tf.reduce_sum(leaf) for leaf in leaves(state)])
    told = _calls(tf)
    variables = tf.trainable_variables()
    grads = tf.gradients(loss, variables + [x])
    feed = {x: _fed([batch, depth])}
    feed.update({leaf: _fed(leaf.shape.as_list(), 0.2) for leaf in leaves(zero)})
    fetched = values(tf, [output, leaves(state), [g for g in grads if g is not None]], feed)
    return {
        "nodes": told,
        "variables": _variables(variables),
        "output": described(output),
        "state": [type(state).__name__] + [described(leaf) for leaf in leaves(state)],
        "values": fetched,
    }


# -- one step -------------------------------------------------------------------------------------------------------


def basic_rnnstep(tf):
    return step(tf, _cells(tf).BasicRNNCell(4))


def basic_rnn_of_two_steps_shares_its_variables(tf):
    return step(tf, _cells(tf).BasicRNNCell(4), steps=2)


def grustep(tf):
    return step(tf, _cells(tf).GRUCell(4))


def gru_with_initializers_by_name(tf):
    cell = _cells(tf).GRUCell(3, kernel_initializer="orthogonal", bias_initializer="ones")
    return step(tf, cell, depth=3)


def basic_lstmstep(tf):
    return step(tf, _cells(tf).BasicLSTMCell(4))


def basic_lstm_of_three_steps(tf):
    return step(tf, _cells(tf).BasicLSTMCell(2, forget_bias=0.5), steps=3)


def basic_lstm_with_joined_state(tf):
    return step(tf, _cells(tf).BasicLSTMCell(4, state_is_tuple=False))


def lstmstep(tf):
    return step(tf, _cells(tf).LSTMCell(4))


def lstm_with_peepholes(tf):
    return step(tf, _cells(tf).LSTMCell(4, use_peepholes=True, initializer=tf.random_uniform_initializer(-1, 1)))


def lstm_with_projection_and_clips(tf):
    cell = _cells(tf).LSTMCell(4, num_proj=2, proj_clip=0.05, cell_clip=0.3, forget_bias=0.0)
    return step(tf, cell)


def lstm_with_everything_and_joined_state(tf):
    cell = _cells(tf).LSTMCell(4, use_peepholes=True, num_proj=3, cell_clip=0.4, state_is_tuple=False)
    return step(tf, cell)


def lstm_kernels_cut_into_parts(tf):
    cell = _cells(tf).LSTMCell(4, num_unit_shards=2, num_proj=2, num_proj_shards=2)
    x = _inputs(tf)
    output, state = cell(x, cell.zero_state(2, tf.float32))
    return {
        "nodes": nodes(tf.get_default_graph()),
        "trainable": names(cell.trainable_weights),
        "others": names(cell.non_trainable_weights),
        "all": names(tf.trainable_variables()),
    }


def activations_by_name(tf):
    told = []
    for name in "linear elu selu relu tanh sigmoid hard_sigmoid exponential softmax softplus softsign".split():
        tf.reset_default_graph()
        tf.set_random_seed(3)
        cell = _cells(tf).BasicRNNCell(4, activation=name)
        x = _inputs(tf)
        output, _ = cell(x, cell.zero_state(2, tf.float32))
        ops = [op.name + " " + op.type for op in tf.get_default_graph().get_operations() if op.name.startswith("basic")]
        told.append([name, ops[-6:], values(tf, output, {x: _fed([2, 3])})])
    return told


def activation_as_a_function(tf):
    return step(tf, _cells(tf).BasicLSTMCell(3, activation=tf.nn.relu))


def double_precision_comes_from_the_input(tf):
    cell = _cells(tf).LSTMCell(2)
    before = cell.dtype
    output, state = cell(_inputs(tf, dtype="float64"), cell.zero_state(2, tf.float64))
    return [before, cell.dtype, described(output), [v.dtype.name for v in cell.variables]]


def dtype_of_the_variables_as_told(tf):
    cell = _cells(tf).GRUCell(2, dtype=tf.float64)
    cell.build([None, 3])
    return [cell.dtype, cell.built, _variables(cell.variables), [v.dtype.name for v in cell.variables]]


# -- names and sharing ----------------------------------------------------------------------------------------------


def names_under_a_scope(tf):
    cell = _cells(tf).BasicLSTMCell(2)
    with tf.variable_scope("rnn"):
        output, _ = cell(_inputs(tf), cell.zero_state(2, tf.float32))
    return [output.name, names(cell.variables), cell.name, cell.scope_name]


def two_cells_have_names_of_their_own(tf):
    cells = [_cells(tf).BasicLSTMCell(2), _cells(tf).BasicLSTMCell(2), _cells(tf).GRUCell(2)]
    x = _inputs(tf)
    outputs = [cell(x, cell.zero_state(2, tf.float32))[0] for cell in cells]
    return [names(outputs), names(tf.global_variables()), [[c.name, c.scope_name] for c in cells]]


def names_as_given(tf):
    cells = [_cells(tf).GRUCell(2, name="inner"), _cells(tf).LSTMCell(2, name="outer/deep")]
    x = _inputs(tf)
    outputs = [cell(x, cell.zero_state(2, tf.float32))[0] for cell in cells]
    return [names(outputs), names(tf.global_variables()), [[c.name, c.scope_name] for c in cells]]


def one_cell_called_in_two_scopes_stays_in_the_first(tf):
    cell, x = _cells(tf).BasicRNNCell(2), _inputs(tf)
    outputs = []
    for scope in ("first", "second"):
        with tf.variable_scope(scope):
            outputs.append(cell(x, cell.zero_state(2, tf.float32))[0])
    return [names(outputs), names(tf.global_variables()), cell.scope_name]


def scope_given_in_the_call(tf):
    cell, x = _cells(tf).BasicLSTMCell(2), _inputs(tf)
    state = cell.zero_state(2, tf.float32)
    first, state = cell(x, state, scope="here")
    with tf.variable_scope("outer"):
        second, state = cell(x, state, scope="there")
    return [first.name, second.name, names(tf.global_variables())]


def reuse_of_a_scope_by_another_cell(tf):
    x = _inputs(tf)
    one = _cells(tf).BasicLSTMCell(2)
    two = _cells(tf).BasicLSTMCell(2, reuse=True)
    a, _ = one(x, one.zero_state(2, tf.float32))
    b, _ = two(x, two.zero_state(2, tf.float32))
    return [a.name, b.name, names(tf.global_variables()), one.variables == two.variables]


def reuse_by_variable_scope(tf):
    x, outputs = _inputs(tf), []
    for reuse in (None, True):
        with tf.variable_scope("rnn", reuse=reuse):
            cell = _cells(tf).BasicLSTMCell(2)
            outputs.append(cell(x, cell.zero_state(2, tf.float32))[0])
    return [names(outputs), names(tf.global_variables())]


def reuse_by_auto(tf):
    x, outputs = _inputs(tf), []
    for _ in range(2):
        with tf.variable_scope("rnn", reuse=tf.AUTO_REUSE):
            cell = _cells(tf).GRUCell(2, name="cell")
            outputs.append(cell(x, cell.zero_state(2, tf.float32))[0])
    return [names(outputs), names(tf.global_variables())]


def same_name_without_reuse(tf):
    x = _inputs(tf)
    cells = [_cells(tf).GRUCell(2, name="cell") for _ in range(2)]

    def call(cell):
        return cell(x, cell.zero_state(2, tf.float32))[0].name

    with tf.variable_scope("rnn"):
        first = call(cells[0])
    with tf.variable_scope("rnn"):
        return [first, raised(lambda: call(cells[1]), "Variable rnn/cell/gates/kernel already exists, disallowed")]


def reuse_of_what_is_not_there(tf):
    cell = _cells(tf).GRUCell(2, reuse=True)
    return raised(lambda: cell(_inputs(tf), cell.zero_state(2, tf.float32)))


def reuse_with_another_size(tf):
    one, two = _cells(tf).GRUCell(2), _cells(tf).GRUCell(3, reuse=True)
    x = _inputs(tf)
    one(x, one.zero_state(2, tf.float32))
    return raised(lambda: two(x, two.zero_state(2, tf.float32)))


def variables_found_by_get_variable(tf):
    cell = _cells(tf).BasicLSTMCell(2)
    with tf.variable_scope("rnn"):
        cell(_inputs(tf), cell.zero_state(2, tf.float32))
    with tf.variable_scope("rnn/basic_lstm_cell", reuse=True):
        kernel = tf.get_variable("kernel", [5, 8])
    return [kernel.name, kernel is cell.variables[0], kernel is cell.trainable_weights[0]]


def initializer_of_the_scope_around(tf):
    cell = _cells(tf).BasicRNNCell(2)
    with tf.variable_scope("rnn", initializer=tf.constant_initializer(0.25)):
        output, _ = cell(_inputs(tf), cell.zero_state(2, tf.float32))
    return values(tf, [v for v in cell.variables])


def initializer_and_regularizer_of_the_scope_around(tf):
    cell = _cells(tf).LSTMCell(2, num_proj=1)
    with tf.variable_scope("rnn", regularizer=tf.nn.l2_loss, initializer=tf.ones_initializer()):
        cell(_inputs(tf), cell.zero_state(2, tf.float32))
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    return [names(losses), names(cell.losses), values(tf, losses)]


def custom_getter_that_makes_all_untrainable(tf):
    def untrained(getter, name, *args, **kwargs):
        kwargs["trainable"] = False
        return getter(name, *args, **kwargs)

    cell = _cells(tf).BasicRNNCell(2)
    with tf.variable_scope("rnn", custom_getter=untrained):
        cell(_inputs(tf), cell.zero_state(2, tf.float32))
    return [names(cell.trainable_variables), names(cell.non_trainable_variables), names(tf.trainable_variables())]


def cell_that_is_not_trainable(tf):
    cell = _cells(tf).BasicRNNCell(2, trainable=False)
    cell(_inputs(tf), cell.zero_state(2, tf.float32))
    return [names(cell.trainable_weights), names(cell.non_trainable_weights), names(tf.trainable_variables())]


def trainable_turned_off_afterwards(tf):
    cell = _cells(tf).BasicRNNCell(2)
    cell(_inputs(tf), cell.zero_state(2, tf.float32))
    cell.trainable = False
    return [names(cell.trainable_weights), names(cell.weights), names(tf.trainable_variables()), cell.count_params()]


def resource_variables_by_scope(tf):
    cell = _cells(tf).BasicRNNCell(2)
    with tf.variable_scope("rnn", use_resource=True):
        cell(_inputs(tf), cell.zero_state(2, tf.float32))
    return nodes(tf.get_default_graph())


def copies_of_a_cell_that_was_not_called(tf):
    cell, x = _cells(tf).LSTMCell(2, use_peepholes=True), _inputs(tf)
    other = copy.deepcopy(cell)
    outputs = [c(x, c.zero_state(2, tf.float32))[0] for c in (cell, other)]
    return [names(outputs), names(tf.global_variables()), other.name, other.state_size]


def copies_of_a_stack(tf):
    stack = _cells(tf).MultiRNNCell([_cells(tf).DropoutWrapper(_cells(tf).GRUCell(2), 0.5) for _ in range(2)])
    x, outputs = _inputs(tf), []
    for i, cell in enumerate((stack, copy.deepcopy(stack))):
        with tf.variable_scope(f"stack{i}"):
            outputs.append(cell(x, cell.zero_state(2, tf.float32))[0])
    return [names(outputs), names(tf.global_variables())]


@wording("Variable multi_rnn_cell/cell_0/gru_cell/gates/kernel already exists, disallowed")
def two_stacks_in_one_scope(tf):
    stacks = [_cells(tf).MultiRNNCell([_cells(tf).GRUCell(2)]) for _ in range(2)]
    return [stack(_inputs(tf), stack.zero_state(2, tf.float32))[0].name for stack in stacks]


# -- states ---------------------------------------------------------------------------------------------------------


def zero_states(tf):
    cells = _cells(tf)
    size = tf.placeholder(tf.int32, [], name="size")
    made = [
        cells.GRUCell(3).zero_state(2, tf.float32),
        cells.GRUCell(3).zero_state(size, tf.float64),
        cells.BasicLSTMCell(3).zero_state(tf.constant(4), tf.float32),
        cells.BasicLSTMCell(3, state_is_tuple=False).zero_state(4, tf.float32),
        cells.LSTMCell(3, num_proj=2).zero_state([2, 5], tf.float32),
        cells.MultiRNNCell([cells.GRUCell(1), cells.BasicLSTMCell(2)]).zero_state(2, tf.float32),
        cells.MultiRNNCell([cells.GRUCell(1), cells.GRUCell(2)], state_is_tuple=False).zero_state(2, tf.float32),
    ]
    return [nodes(tf.get_default_graph()), [[type(m).__name__] + [described(t) for t in leaves(m)] for m in made]]


def zero_state_of_no_known_size(tf):
    cell = _cells(tf).GRUCell(3)
    return [
        raised(lambda: cell.zero_state(None, tf.float32)),
        raised(lambda: cell.zero_state(tf.zeros([2, 2], tf.int32), tf.float32), "must be either a scalar or vector"),
    ]


def initial_states(tf):
    cell = _cells(tf).BasicLSTMCell(3)
    known, unknown = tf.zeros([2, 5]), tf.placeholder(tf.float64, [None, 5])
    made = [
        cell.get_initial_state(known),
        cell.get_initial_state(unknown),
        cell.get_initial_state(batch_size=3, dtype=tf.float32),
        cell.get_initial_state(inputs=known, batch_size=2, dtype=tf.float32),
    ]
    return [
        [described(t) for m in made for t in m],
        raised(lambda: cell.get_initial_state(known, batch_size=3)),
        raised(lambda: cell.get_initial_state(known, dtype=tf.float64)),
        raised(lambda: cell.get_initial_state(batch_size=3)),
    ]


def state_sizes(tf):
    cells = _cells(tf)
    made = [
        cells.BasicRNNCell(3),
        cells.BasicLSTMCell(3),
        cells.BasicLSTMCell(3, state_is_tuple=False),
        cells.LSTMCell(3, num_proj=2),
        cells.LSTMCell(3, num_proj=2, state_is_tuple=False),
        cells.MultiRNNCell([cells.GRUCell(3), cells.LSTMCell(2)]),
        cells.MultiRNNCell([cells.GRUCell(3), cells.GRUCell(2)], state_is_tuple=False),
        cells.DropoutWrapper(cells.BasicLSTMCell(3), 0.5),
        cells.ResidualWrapper(cells.GRUCell(3)),
    ]
    return [[repr(cell.state_size), repr(cell.output_size)] for cell in made]


def state_tuples(tf):
    state = _cells(tf).LSTMStateTuple(tf.zeros([2]), tf.ones([2]))
    mixed = _cells(tf).LSTMStateTuple(tf.zeros([2]), tf.ones([2], tf.float64))
    c, h = state
    return [repr(state.dtype), c is state.c, h is state[1], state._fields, raised(lambda: mixed.dtype)]


def sizes_that_are_shapes(tf):
    class Cell(_cells(tf).RNNCell):
        state_size = property(lambda self: (tf.TensorShape([2, 3]), 4))
        output_size = property(lambda self: tf.TensorShape([2, 3]))

    return [described(t) for t in Cell().zero_state(tf.placeholder(tf.int32, [], name="n"), tf.float32)]


def configurations(tf):
    cells = _cells(tf)
    made = [
        cells.BasicRNNCell(3, activation="relu", name="basic"),
        cells.GRUCell(3, kernel_initializer="orthogonal", dtype=tf.float64, trainable=False),
        cells.BasicLSTMCell(3, forget_bias=0.5, reuse=True),
        cells.LSTMCell(3, num_proj=2, initializer=tf.random_uniform_initializer(-1.0, 1.0), use_peepholes=True),
        cells.DropoutWrapper(cells.BasicRNNCell(3), 0.5, seed=3),
        cells.DeviceWrapper(cells.BasicRNNCell(3), "/cpu:0"),
    ]
    told = [sorted([key, repr(value)] for key, value in cell.get_config().items() if key != "cell") for cell in made]
    config = made[2].get_config()
    other, config["cell"] = cells.BasicLSTMCell.from_config(config), None
    wrapper = cells.ResidualWrapper.from_config({"cell": other})
    wrong = raised(lambda: cells.ResidualWrapper.from_config({"cell": 3}))
    return [
        told,
        other.name,
        other.state_size,
        other.get_config() == made[2].get_config(),
        wrapper.cell is other,
        wrong,
    ]


# -- cells of one's own ---------------------------------------------------------------------------------------------


def _own_cell(tf):
    class PlainCell(_cells(tf).RNNCell):
        def __init__(self, units, reuse=None):
            super().__init__(_reuse=reuse)
            self._units = units

        state_size = property(lambda self: self._units)
        output_size = property(lambda self: self._units)

        def call(self, inputs, state):
            with tf.variable_scope("gate", initializer=tf.constant_initializer(0.5)):
                w = tf.get_variable("w", [inputs.shape[1].value, self._units])
                b = tf.get_variable("b", [self._units], trainable=False)
            output = tf.tanh(tf.matmul(inputs, w) + b) + state
            return output, output

    return PlainCell


def own_cell_with_get_variable(tf):
    cell = _own_cell(tf)(4)
    told = step(tf, cell, steps=2)
    return [told, cell.name, names(cell.trainable_weights), names(cell.non_trainable_weights)]


def own_cell_called_in_two_scopes(tf):
    cell, x, outputs = _own_cell(tf)(4), _inputs(tf), []
    state = cell.zero_state(2, tf.float32)
    for scope in ("first", "second"):
        with tf.variable_scope(scope):
            outputs.append(cell(x, state)[0])
    return [names(outputs), names(tf.global_variables())]


def own_cell_with_its_own_call(tf):
    class OldCell(_cells(tf).RNNCell):
        def __init__(self, units):
            self._units = units

        state_size = property(lambda self: self._units)
        output_size = property(lambda self: self._units)

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or type(self).__name__):
                w = tf.get_variable("w", [inputs.shape[1].value, self._units], initializer=tf.ones_initializer())
                output = tf.matmul(inputs, w) + state
                return output, output

    return step(tf, OldCell(4))


def abstract_cell(tf):
    cell = _cells(tf).RNNCell()
    return [raised(lambda: cell.state_size), raised(lambda: cell.output_size), cell.name]


# -- wrappers -------------------------------------------------------------------------------------------------------


def stack_of_two(tf):
    return step(tf, _cells(tf).MultiRNNCell([_cells(tf).BasicLSTMCell(4), _cells(tf).GRUCell(2)]), steps=2)


def stack_with_joined_state(tf):
    cells = [_cells(tf).BasicLSTMCell(2, state_is_tuple=False), _cells(tf).GRUCell(3)]
    return step(tf, _cells(tf).MultiRNNCell(cells, state_is_tuple=False))


def stack_of_one_cell_twice(tf):
    cell = _cells(tf).GRUCell(3)
    stack = _cells(tf).MultiRNNCell([cell] * 2)
    return [step(tf, stack, depth=3), names(stack.weights)]


def stack_of_stacks(tf):
    cells = _cells(tf)
    inner = cells.MultiRNNCell([cells.GRUCell(2), cells.BasicRNNCell(3)])
    outer = cells.MultiRNNCell([inner, cells.LSTMCell(2)])
    told = step(tf, outer)
    return [told, repr(outer.state_size), names(outer.trainable_weights), names(inner.variables)]


def stack_that_is_not_trainable(tf):
    stack = _cells(tf).MultiRNNCell([_cells(tf).GRUCell(3), _cells(tf).BasicRNNCell(3)])
    stack(_inputs(tf), stack.zero_state(2, tf.float32))
    stack.trainable = False
    return [names(stack.trainable_weights), names(stack.non_trainable_weights)]


def stack_misused(tf):
    cells = _cells(tf)
    stack = cells.MultiRNNCell([cells.GRUCell(3)])
    return [
        raised(lambda: cells.MultiRNNCell([])),
        raised(lambda: cells.MultiRNNCell(cells.GRUCell(2)), "cells must be a list or tuple, but saw: "),
        raised(lambda: cells.MultiRNNCell([cells.LSTMCell(3)], state_is_tuple=False)),
        raised(lambda: stack(_inputs(tf), tf.zeros([2, 3])), "Expected state to be a tuple of length 1, but received"),
    ]


def _dropout_step(tf, cell, batch=3, steps=2):
    """Nodes, seeds of the random operations, and values of two runs of a cell with dropout."""
    tf.set_random_seed(11)
    x = _inputs(tf, batch)
    state = cell.zero_state(batch, tf.float32)
    outputs = []
    for _ in range(steps):
        output, state = cell(x, state)
        outputs.append(output)
    random = [op for op in tf.get_default_graph().get_operations() if op.type == "RandomUniform"]
    seeds = [[op.name, op.get_attr("seed"), op.get_attr("seed2")] for op in random]
    told = _calls(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        runs = [session.run([outputs, leaves(state)], {x: _fed([batch, 3])}) for _ in range(2)]
    return [told, seeds, plain(runs)]


def dropout_of_outputs(tf):
    return _dropout_step(tf, _cells(tf).DropoutWrapper(_cells(tf).BasicRNNCell(4), output_keep_prob=0.5))


def dropout_of_everything_with_a_seed(tf):
    return _dropout_step(tf, _cells(tf).DropoutWrapper(_cells(tf).BasicLSTMCell(4), 0.8, 0.6, 0.7, seed=42))


def dropout_with_a_tensor_for_probability(tf):
    keep = tf.placeholder_with_default(0.75, [], name="keep")
    return _dropout_step(tf, _cells(tf).DropoutWrapper(_cells(tf).GRUCell(3), output_keep_prob=keep, seed=1))


def dropout_with_a_constant_tensor_for_probability(tf):
    keep = tf.constant(1.0)
    return _dropout_step(tf, _cells(tf).DropoutWrapper(_cells(tf).GRUCell(3), keep, keep, keep), steps=1)


def dropout_with_one_pattern_for_all_steps(tf):
    tf.set_random_seed(5)
    cell = _cells(tf).DropoutWrapper(
        _cells(tf).BasicLSTMCell(4), 0.7, 0.6, 0.5, variational_recurrent=True, input_size=3, dtype=tf.float32, seed=9
    )
    return _dropout_step(tf, cell)


def dropout_with_one_pattern_and_no_seed(tf):
    tf.set_random_seed(5)
    cell = _cells(tf).DropoutWrapper(
        _cells(tf).GRUCell(4), output_keep_prob=0.6, variational_recurrent=True, dtype=tf.float32
    )
    return _dropout_step(tf, cell)


def dropout_of_chosen_parts_of_the_state(tf):
    def choose(part):
        return _cells(tf).LSTMStateTuple(c=True, h=False) if isinstance(part, tuple) else True

    cell = _cells(tf).DropoutWrapper(
        _cells(tf).LSTMCell(4), state_keep_prob=0.5, seed=3, dropout_state_filter_visitor=choose
    )
    return _dropout_step(tf, cell)


def dropout_around_a_stack(tf):
    stack = _cells(tf).MultiRNNCell([_cells(tf).BasicLSTMCell(2), _cells(tf).GRUCell(3)])
    return _dropout_step(tf, _cells(tf).DropoutWrapper(stack, state_keep_prob=0.5, output_keep_prob=0.5, seed=8))


def dropout_misused(tf):
    cells = _cells(tf)
    cell = cells.GRUCell(3)
    return [
        raised(lambda: cells.DropoutWrapper(cell, 1.5)),
        raised(lambda: cells.DropoutWrapper(cell, output_keep_prob=-1.0)),
        raised(lambda: cells.DropoutWrapper(3), "The argument 'cell' (3) is not an RNNCell"),
        raised(lambda: cells.DropoutWrapper(cell, variational_recurrent=True)),
        raised(lambda: cells.DropoutWrapper(cell, 0.5, variational_recurrent=True, dtype=tf.float32)),
        raised(lambda: cells.DropoutWrapper(cell, dropout_state_filter_visitor=3)),
    ]


def residualstep(tf):
    return step(tf, _cells(tf).ResidualWrapper(_cells(tf).GRUCell(3)), depth=3)


def residual_with_a_function(tf):
    cell = _cells(tf).ResidualWrapper(_cells(tf).BasicRNNCell(3), residual_fn=lambda x, y: y - 2.0 * x)
    return step(tf, cell, depth=3)


def residual_of_another_size(tf):
    cell = _cells(tf).ResidualWrapper(_cells(tf).BasicRNNCell(4))
    return raised(lambda: cell(_inputs(tf), cell.zero_state(2, tf.float32)))


def wrappers_keep_scopes_and_variables_of_the_cell_inside(tf):
    cells = _cells(tf)
    cell = cells.ResidualWrapper(cells.DropoutWrapper(cells.DeviceWrapper(cells.GRUCell(3), "/cpu:0"), 0.5))
    with tf.variable_scope("rnn"):
        output, _ = cell(_inputs(tf), cell.zero_state(2, tf.float32))
    devices = [[op.name, op.device] for op in tf.get_default_graph().get_operations() if op.device]
    return [output.name, names(tf.global_variables()), names(cell.weights), cell.name, devices]


def wrapped_cells(tf):
    cell = _cells(tf).GRUCell(3)
    wrapper = _cells(tf).DropoutWrapper(cell, 0.5)
    return [wrapper.wrapped_cell is cell, wrapper.state_size, wrapper.output_size, wrapper.name, cell.name]


# -- misuse ---------------------------------------------------------------------------------------------------------


def inputs_of_the_wrong_kind(tf):
    cells = _cells(tf)
    cell = cells.BasicLSTMCell(3)
    state = cell.zero_state(2, tf.float32)
    floats = "RNN cell only supports floating point inputs, but saw dtype: <dtype: 'int32'>"
    return [
        raised(lambda: cell(tf.zeros([2, 3, 4]), state)),
        raised(lambda: cell(tf.placeholder(tf.float32), state)),
        raised(lambda: cell(tf.placeholder(tf.float32, [2, None]), state)),
        raised(lambda: cell(tf.zeros([2, 3], tf.int32), state), floats),
        raised(lambda: cells.GRUCell(3)(tf.zeros([2, 3]), tf.zeros([2, 3], tf.int32)), floats),
        raised(lambda: cells.BasicRNNCell(3, dtype=tf.int32)),
        raised(lambda: cells.BasicRNNCell(3, activation="reluu")),
        raised(lambda: cells.BasicRNNCell(3, activation=3)),
        raised(lambda: cells.LSTMCell(3, initializer="onez")),
        raised(lambda: cells.LSTMCell(3, initializer=[1.0]), "Could not interpret initializer identifier"),
        raised(lambda: cells.BasicRNNCell(3, units=3), "Keyword argument not understood:"),
        raised(
            lambda: cells.GRUCell(3)(tf.zeros([2, 3]), tf.zeros([2, 4])), "Dimensions must be equal, but are 7 and 6"
        ),
        raised(lambda: cells.GRUCell(3)(tf.zeros([2, 3]), tf.zeros([4, 3])), "must be equal, but are 2 and 4"),
    ]


def scope_name_before_the_first_call(tf):
    cell = _cells(tf).GRUCell(3)
    return [raised(lambda: cell.scope_name), raised(lambda: cell.count_params()), cell.built]


def shapes_that_are_known(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    told = []
    for kind in (_cells(tf).BasicRNNCell, _cells(tf).GRUCell, _cells(tf).BasicLSTMCell, _cells(tf).LSTMCell):
        cell = kind(4)
        output, state = cell(x, cell.zero_state(tf.shape(x)[0], tf.float32))
        told.append([shape(output)] + [shape(leaf) for leaf in leaves(state)])
    return told


def one_tensor_for_the_pair_of_an_lstm(tf):
    state = tf.zeros([2, 4])
    for cell in (_cells(tf).BasicLSTMCell(2), _cells(tf).LSTMCell(2)):
        try:
            cell(_inputs(tf), state)
        except TypeError:
            continue
        return "accepted"
    return "refused"
