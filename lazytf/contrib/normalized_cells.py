"""LSTM cells with layer normalization, and with one gate for forgetting and taking in."""

from lazytf.contrib.rnn_cells import known_columns
from lazytf.core import dtypes, graph as graphs
from lazytf.core.build import raw
from lazytf.core.collections import GraphKeys
from lazytf.modeling.cells import LSTMStateTuple, RNNCell, log, warn_of_joined_state
from lazytf.ops.joining import concat, split
from lazytf.ops.limits import clip_by_value
from lazytf.ops.linalg import matmul
from lazytf.ops.nn import batch_normalization, bias_add, dropout, moments
from lazytf.ops.unary import sigmoid, tanh
from lazytf.state.initializers import constant_initializer, zeros_initializer
from lazytf.state.scopes import get_variable, get_variable_scope, variable_scope


def _normalized(inputs, scope, gain, shift, dtype=dtypes.float32):
    """``inputs`` with each row moved to mean ``beta`` and scaled to standard deviation ``gamma``, under ``scope``.

    ``gamma`` begins at ``gain``, ``beta`` at ``shift``.
    """
    size = inputs.get_shape()[-1:]
    with variable_scope(scope):
        get_variable("gamma", shape=size, initializer=constant_initializer(gain), dtype=dtype)
        get_variable("beta", shape=size, initializer=constant_initializer(shift), dtype=dtype)
    dtype = inputs.dtype.base_dtype
    with variable_scope(scope, reuse=True):
        beta, gamma = (get_variable(name, shape=size, dtype=dtype) for name in ("beta", "gamma"))
        mean, variance = moments(inputs, [1], keep_dims=True)
        epsilon = 1e-3 if dtype == dtypes.float16 else 1e-12
        return batch_normalization(inputs, mean, variance, beta, gamma, epsilon)


class LayerNormBasicLSTMCell(RNNCell):
    """An LSTM with layer normalization (Ba et al., 2016) and recurrent dropout (Semeniuta et al., 2016).

    Gates and the new ``c`` are normalised, each with a gain (``norm_gain`` at first) and a shift (``norm_shift``),
    under the scopes ``input``, ``transform``, ``forget``, ``output`` and ``state``; ``layer_norm=False`` has a bias
    instead. What enters ``c`` is kept with probability ``dropout_keep_prob``. ``input_size`` is accepted and unused.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        input_size=None,
        activation=tanh,
        layer_norm=True,
        norm_gain=1.0,
        norm_shift=0.0,
        dropout_keep_prob=1.0,
        dropout_prob_seed=None,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        if input_size is not None:
            log.warning("%s: The input_size parameter is deprecated.", self)
        self._num_units, self._forget_bias, self._activation = num_units, forget_bias, activation
        self._layer_norm, self._norm_gain, self._norm_shift = layer_norm, norm_gain, norm_shift
        self._keep_prob, self._seed = dropout_keep_prob, dropout_prob_seed

    state_size = property(lambda self: LSTMStateTuple(self._num_units, self._num_units), doc="Of ``c`` and ``h``.")
    output_size = property(lambda self: self._num_units, doc="How many units it has.")

    def call(self, inputs, state):
        """``(h, new state)``."""
        c, h = state
        args = concat([inputs, h], 1)
        i, j, f, o = split(value=self._gates(args), num_or_size_splits=4, axis=1)
        if self._layer_norm:
            i, j = self._norm(i, "input", args.dtype), self._norm(j, "transform", args.dtype)
            f, o = self._norm(f, "forget", args.dtype), self._norm(o, "output", args.dtype)
        entering = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            entering = dropout(entering, self._keep_prob, seed=self._seed)
        new_c = c * sigmoid(f + self._forget_bias) + sigmoid(i) * entering
        if self._layer_norm:
            new_c = self._norm(new_c, "state", args.dtype)
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)

    def _gates(self, args):
        kernel = get_variable("kernel", [args.get_shape()[-1], 4 * self._num_units], dtype=args.dtype)
        gates = matmul(args, kernel)
        if self._layer_norm:
            return gates
        return bias_add(gates, get_variable("bias", [4 * self._num_units], dtype=args.dtype))

    def _norm(self, inputs, scope, dtype):
        return _normalized(inputs, scope, self._norm_gain, self._norm_shift, dtype)


class CoupledInputForgetGateLSTMCell(RNNCell):
    """An LSTM that takes in as much as it forgets (Greff et al., 2015), with peepholes and projection if asked for.

    With ``j, f, o = split([inputs, h] @ W + B, 3)`` and ``f = sigmoid(f + forget_bias + W_F_diag * c)``, the new ``c``
    is ``f * c + (1 - f) * activation(j)``, the output ``sigmoid(o + W_O_diag * c) * activation(c)``, times ``W_P``
    where ``num_proj`` is given. ``layer_norm`` normalises as ``LayerNormBasicLSTMCell`` does. Variables have the names
    ``W_0``, ``W_1``, ... where they are cut into shards, else ``W_0`` alone.
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=1,
        num_proj_shards=1,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=tanh,
        reuse=None,
        layer_norm=False,
        norm_gain=1.0,
        norm_shift=0.0,
    ):
        super().__init__(_reuse=reuse)
        if not state_is_tuple:
            warn_of_joined_state(self)
        self._num_units, self._use_peepholes = num_units, use_peepholes
        self._initializer = initializer  # TensorFlow keeps it too, and does not use it
        self._num_proj, self._proj_clip = num_proj, proj_clip
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._forget_bias, self._state_is_tuple, self._activation = forget_bias, state_is_tuple, activation
        self._layer_norm, self._norm_gain, self._norm_shift = layer_norm, norm_gain, norm_shift

    output_size = property(lambda self: self._num_proj or self._num_units, doc="``num_proj``, else the units.")

    @property
    def state_size(self):
        """``LSTMStateTuple(units, outputs)``, or their sum."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    def call(self, inputs, state):
        """``(output, new state)``."""
        units, dtype = self._num_units, inputs.dtype
        outputs = units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c, h = state
        else:
            c, h = raw.Slice(state, [0, 0], [-1, units]), raw.Slice(state, [0, units], [-1, outputs])
        kernel = _sharded("W", [known_columns(inputs) + outputs, 3 * units], dtype, self._num_unit_shards)
        bias = get_variable("B", shape=[3 * units], initializer=zeros_initializer(), dtype=dtype)
        gates = matmul(concat([inputs, h], 1), kernel)
        if not self._layer_norm:
            gates = bias_add(gates, bias)
        j, f, o = split(value=gates, num_or_size_splits=3, axis=1)
        if self._layer_norm:
            j, f, o = self._norm(j, "transform"), self._norm(f, "forget"), self._norm(o, "output")
        if self._use_peepholes:
            of_forget, of_output = (get_variable(f"W_{gate}_diag", shape=[units], dtype=dtype) for gate in "FO")
        forget = f + self._forget_bias
        forget = sigmoid(forget + of_forget * c if self._use_peepholes else forget)
        c = forget * c + (1 - forget) * self._activation(j)
        if self._layer_norm:
            c = self._norm(c, "state")
        h = sigmoid(o + of_output * c if self._use_peepholes else o) * self._activation(c)
        if self._num_proj is not None:
            h = matmul(h, _sharded("W_P", [units, outputs], dtype, self._num_proj_shards))
            if self._proj_clip is not None:
                h = clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else concat([c, h], 1)

    def _norm(self, inputs, scope):
        return _normalized(inputs, scope, self._norm_gain, self._norm_shift)


def _sharded(name, shape, dtype, count):
    """The variable ``name_0``, or the variables ``name_0``, ``name_1``, ... joined along their rows, once a graph."""
    rows = shape[0]
    if count > rows:
        raise ValueError(f"Too many shards: shape={shape}, num_shards={count}")
    shards = [
        get_variable(f"{name}_{i}", [rows // count + (i < rows % count), *shape[1:]], dtype=dtype) for i in range(count)
    ]
    if count == 1:
        return shards[0]
    graph, full_name = graphs.get_default_graph(), f"{get_variable_scope().name}/{name}/concat:0"
    for whole in graph.get_collection(GraphKeys.CONCATENATED_VARIABLES):
        if whole.name == full_name:
            return whole
    whole = concat(shards, 0, name=name + "/concat")
    graph.add_to_collection(GraphKeys.CONCATENATED_VARIABLES, whole)
    return whole
