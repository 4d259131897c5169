"""Recurrent cells of tf.contrib.rnn: nodes, variables, one step and its gradients, wrappers, misuse."""

from tests.cases.cells import leaves, step
from tests.cases.probe import described, names, nodes, plain, raised, values


def own_cell_as_a_layer(tf):
    class LayerCell(tf.contrib.rnn.LayerRNNCell):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self._units = units

        state_size = property(lambda self: self._units)
        output_size = property(lambda self: self._units)

        def build(self, inputs_shape):
            self.w = self.add_variable("w", [inputs_shape[1].value, self._units], initializer=tf.ones_initializer())
            self.built = True

        def call(self, inputs, state):
            return tf.matmul(inputs, self.w) + state, state

    cell = LayerCell(2, name="mine")
    told = step(tf, cell, steps=2)
    return [told, cell.scope_name, names(cell.weights)]


def _rnn(tf):
    return tf.contrib.rnn


def core_cells_are_those_of_tf_nn(tf):
    shared = "BasicLSTMCell BasicRNNCell DeviceWrapper DropoutWrapper GRUCell LSTMCell LSTMStateTuple MultiRNNCell"
    return [getattr(_rnn(tf), name) is getattr(tf.nn.rnn_cell, name) for name in shared.split()]


# -- layer normalization --------------------------------------------------------------------------------------------


def layer_norm_step(tf):
    return step(tf, _rnn(tf).LayerNormBasicLSTMCell(4))


def layer_norm_with_gain_and_shift(tf):
    cell = _rnn(tf).LayerNormBasicLSTMCell(3, forget_bias=0.0, activation=tf.nn.relu, norm_gain=0.5, norm_shift=0.1)
    return step(tf, cell)


def layer_norm_left_out(tf):
    return step(tf, _rnn(tf).LayerNormBasicLSTMCell(3, layer_norm=False))


def layer_norm_with_dropout(tf):
    tf.set_random_seed(4)
    cell = _rnn(tf).LayerNormBasicLSTMCell(3, dropout_keep_prob=0.5, dropout_prob_seed=6)
    x = tf.constant([[0.5, -1.0], [2.0, 0.25]])
    output, state = cell(x, cell.zero_state(2, tf.float32))
    return [nodes(tf.get_default_graph())[-30:], values(tf, [output, list(state)])]


def coupled_gates_step(tf):
    return step(tf, _rnn(tf).CoupledInputForgetGateLSTMCell(4))


def coupled_gates_with_everything(tf):
    cell = _rnn(tf).CoupledInputForgetGateLSTMCell(
        4, use_peepholes=True, num_proj=2, proj_clip=0.2, num_unit_shards=2, num_proj_shards=3, state_is_tuple=False
    )
    return step(tf, cell, steps=2)


def coupled_gates_normalised(tf):
    return step(tf, _rnn(tf).CoupledInputForgetGateLSTMCell(3, layer_norm=True))


# -- other units ----------------------------------------------------------------------------------------------------


def nas_step(tf):
    return step(tf, _rnn(tf).NASCell(4))


def nas_with_projection_and_bias(tf):
    return step(tf, _rnn(tf).NASCell(4, num_proj=2, use_bias=True), steps=2)


def ugrnn_step(tf):
    return step(tf, _rnn(tf).UGRNNCell(4))


def intersection_step(tf):
    return step(tf, _rnn(tf).IntersectionRNNCell(3))


def intersection_with_projection(tf):
    return step(tf, _rnn(tf).IntersectionRNNCell(4, num_in_proj=4, initializer=tf.ones_initializer()))


def grouped_lstm_step(tf):
    return step(tf, _rnn(tf).GLSTMCell(4, number_of_groups=2), depth=6)


def grouped_lstm_with_projection(tf):
    return step(tf, _rnn(tf).GLSTMCell(4, num_proj=2, number_of_groups=2), depth=4)


def simple_recurrent_unit_step(tf):
    return step(tf, _rnn(tf).SRUCell(4))


def independent_units_step(tf):
    return step(tf, _rnn(tf).IndRNNCell(4))


def independent_gru_step(tf):
    return step(tf, _rnn(tf).IndyGRUCell(4))


def independent_lstm_step(tf):
    return step(tf, _rnn(tf).IndyLSTMCell(4))


def phased_lstm_step(tf):
    tf.set_random_seed(3)
    cell = _rnn(tf).PhasedLSTMCell(3, use_peepholes=True)
    time, x = tf.constant([[1.5], [40.0]]), tf.constant([[0.5, -1.0], [2.0, 0.25]])
    state = cell.zero_state(2, tf.float32)
    output, state = cell((time, x), state)
    output, state = cell((time + 1.0, x), state)
    told = nodes(tf.get_default_graph())
    grads = [g for g in tf.gradients(output, tf.trainable_variables()) if g is not None]
    return [told, names(tf.trainable_variables()), values(tf, [output, list(state), grads])]


# -- cells and networks of one operation ----------------------------------------------------------------------------


def lstm_block_step(tf):
    return step(tf, _rnn(tf).LSTMBlockCell(4))


def lstm_block_with_peepholes_and_clip(tf):
    return step(tf, _rnn(tf).LSTMBlockCell(3, forget_bias=0.5, cell_clip=0.4, use_peephole=True))


def lstm_block_finds_the_variables_of_the_plain_cell(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    plain_cell, block = tf.nn.rnn_cell.LSTMCell(4), _rnn(tf).LSTMBlockCell(4, reuse=True)
    tf.set_random_seed(5)
    a, _ = plain_cell(x, plain_cell.zero_state(2, tf.float32))
    b, _ = block(x, block.zero_state(2, tf.float32))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        one, two = session.run([a, b], {x: [[1.0, 2.0, 3.0], [0.5, -0.5, 0.0]]})
    return [names(tf.global_variables()), plain(one), plain(two)]


def gru_block_step(tf):
    return step(tf, _rnn(tf).GRUBlockCell(4), steps=2)


def gru_block_with_the_names_of_the_plain_cell(tf):
    return step(tf, _rnn(tf).GRUBlockCellV2(3))


def _fused(tf, cell, x, **kwargs):
    tf.set_random_seed(9)
    outputs, state = cell(x, **kwargs)
    told = nodes(tf.get_default_graph(), skip="lstm_fused_cell/kernel/Init")
    grads = tf.gradients(tf.add_n([tf.reduce_sum(o) for o in leaves(outputs)]), tf.trainable_variables())
    described_all = [described(t) for t in leaves(outputs) + leaves(state)]
    return [told, names(tf.global_variables()), described_all, values(tf, [outputs, list(state), grads])]


def _sequence(tf, time=3, batch=2, depth=2):
    return tf.reshape(tf.linspace(-1.0, 1.0, time * batch * depth), [time, batch, depth])


def fused_lstm_over_a_tensor(tf):
    return _fused(tf, _rnn(tf).LSTMBlockFusedCell(3), _sequence(tf), dtype=tf.float32)


def fused_lstm_over_a_list_with_a_state(tf):
    state = (tf.ones([2, 3]), tf.zeros([2, 3]))
    return _fused(tf, _rnn(tf).LSTMBlockFusedCell(3), tf.unstack(_sequence(tf)), initial_state=state)


def fused_lstm_with_lengths_and_peepholes(tf):
    cell = _rnn(tf).LSTMBlockFusedCell(3, use_peephole=True, cell_clip=0.5)
    return _fused(tf, cell, _sequence(tf), dtype=tf.float32, sequence_length=tf.constant([0, 2]))


def fused_lstm_of_unknown_length(tf):
    x = tf.placeholder(tf.float32, [None, None, 2])
    outputs, state = _rnn(tf).LSTMBlockFusedCell(3)(x, dtype=tf.float32)
    return [nodes(tf.get_default_graph()), described(outputs), [described(t) for t in state]]


# -- wrappers -------------------------------------------------------------------------------------------------------


def input_projection_step(tf):
    return step(tf, _rnn(tf).InputProjectionWrapper(tf.nn.rnn_cell.GRUCell(3), 5, activation=tf.tanh))


def output_projection_step(tf):
    return step(tf, _rnn(tf).OutputProjectionWrapper(tf.nn.rnn_cell.BasicLSTMCell(3), 2), steps=2)


def embedding_step(tf):
    tf.set_random_seed(3)
    cell = _rnn(tf).EmbeddingWrapper(tf.nn.rnn_cell.BasicRNNCell(3), embedding_classes=5, embedding_size=2)
    ids = tf.constant([[1], [4]])
    output, state = cell(ids, cell.zero_state(2, tf.float32))
    told = nodes(tf.get_default_graph())
    grads = tf.gradients(output, tf.trainable_variables())
    return [told, names(tf.trainable_variables()), values(tf, [output, grads[0].values, grads[1:]])]


def embedding_under_an_initializer(tf):
    cell = _rnn(tf).EmbeddingWrapper(tf.nn.rnn_cell.BasicLSTMCell(2), embedding_classes=3, embedding_size=2)
    with tf.variable_scope("top", initializer=tf.constant_initializer(0.5)):
        output, _ = cell(tf.constant([0, 1]), cell.zero_state(2, tf.float32))
    devices = [op.name for op in tf.get_default_graph().get_operations() if op.device == "/device:CPU:0"]
    return [devices, values(tf, output)]


def highway_step(tf):
    return step(tf, _rnn(tf).HighwayWrapper(tf.nn.rnn_cell.GRUCell(3)), depth=3)


def highway_with_two_gates(tf):
    cell = _rnn(tf).HighwayWrapper(tf.nn.rnn_cell.GRUCell(3), couple_carry_transform_gates=False, carry_bias_init=-0.5)
    return step(tf, cell, depth=3)


def attention_step(tf):
    return step(tf, _rnn(tf).AttentionCellWrapper(tf.nn.rnn_cell.GRUCell(3), attn_length=2))


def attention_around_an_lstm(tf):
    cell = _rnn(tf).AttentionCellWrapper(
        tf.nn.rnn_cell.BasicLSTMCell(3), attn_length=3, attn_size=2, attn_vec_size=4, input_size=5
    )
    return step(tf, cell)


def attention_with_joined_state(tf):
    cell = tf.nn.rnn_cell.GRUCell(2)
    return step(tf, _rnn(tf).AttentionCellWrapper(cell, attn_length=2, state_is_tuple=False))


def cells_over_time(tf):
    rnn, made = _rnn(tf), {}
    kinds = {
        "normalised": lambda: rnn.LayerNormBasicLSTMCell(3),
        "block": lambda: rnn.LSTMBlockCell(3, use_peephole=True),
        "nas": lambda: rnn.NASCell(3),
        "coupled": lambda: rnn.CoupledInputForgetGateLSTMCell(3, num_unit_shards=2),
        "attention": lambda: rnn.AttentionCellWrapper(tf.nn.rnn_cell.LSTMCell(3), 2),
        "highway": lambda: rnn.HighwayWrapper(tf.nn.rnn_cell.GRUCell(2)),
        "projection": lambda: rnn.OutputProjectionWrapper(rnn.InputProjectionWrapper(rnn.UGRNNCell(3), 4), 2),
    }
    for name, kind in kinds.items():
        tf.reset_default_graph()
        tf.set_random_seed(1)
        x = tf.transpose(_sequence(tf, time=4), [1, 0, 2])
        outputs, _ = tf.nn.dynamic_rnn(kind(), x, sequence_length=[4, 2], dtype=tf.float32)
        grads = tf.gradients(tf.reduce_sum(outputs * outputs), tf.trainable_variables())
        means = [tf.reduce_mean(g) for g in grads]
        made[name] = [described(outputs), names(tf.trainable_variables()), values(tf, [outputs, means])]
    return made


# -- misuse ---------------------------------------------------------------------------------------------------------


def wrappers_misused(tf):
    rnn, cell = _rnn(tf), tf.nn.rnn_cell.GRUCell(3)
    return [
        raised(lambda: rnn.OutputProjectionWrapper(cell, 0)),
        raised(lambda: rnn.EmbeddingWrapper(cell, 0, 3)),
        raised(lambda: rnn.InputProjectionWrapper(3, 3), "The argument 'cell' (3) is not an RNNCell"),
        raised(lambda: rnn.AttentionCellWrapper(cell, 0)),
        raised(lambda: rnn.AttentionCellWrapper(tf.nn.rnn_cell.LSTMCell(3), 2, state_is_tuple=False)),
        raised(lambda: rnn.GLSTMCell(3, number_of_groups=2)),
        raised(lambda: rnn.GLSTMCell(4, num_proj=3, number_of_groups=2)),
        raised(lambda: rnn.GRUBlockCell()),
        raised(lambda: rnn.GRUBlockCell(3, 3)),
    ]
