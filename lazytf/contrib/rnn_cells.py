"""Recurrent cells beyond those of ``tf.nn.rnn_cell``, by the names that ``tf.contrib.rnn`` has for them."""

from lazytf.contrib.linear import Linear
from lazytf.core import dtypes
from lazytf.core.build import raw
from lazytf.core.shapes import dimension_value
from lazytf.modeling.cells import LayerRNNCell, LSTMStateTuple, MatrixCell, RNNCell
from lazytf.ops.activations import relu
from lazytf.ops.binary import floormod as mod
from lazytf.ops.casting import cast
from lazytf.ops.constants import constant
from lazytf.ops.identity import stop_gradient
from lazytf.ops.joining import concat, split
from lazytf.ops.linalg import matmul
from lazytf.ops.measuring import shape as shape_of
from lazytf.ops.nn import bias_add
from lazytf.ops.random import random_uniform
from lazytf.ops.selecting import where
from lazytf.ops.unary import exp, log, sigmoid, tanh
from lazytf.state.initializers import constant_initializer, random_uniform_initializer, zeros_initializer
from lazytf.state.scopes import get_variable, get_variable_scope, variable_scope


def known_columns(inputs):
    """How many columns a matrix has; ``ValueError`` where that is not known."""
    columns = inputs.get_shape().with_rank(2).dims[1].value
    if columns is None:
        raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
    return columns


# -- cells whose units see themselves only --------------------------------------------------------------------------


class SRUCell(MatrixCell):
    """The simple recurrent unit (Lei and Zhang, 2017): no product with the state, so that steps are cheap.

    With ``x, f, r, y = split(inputs @ kernel, 4)`` and ``f, r = sigmoid([f, r] + bias)``, the new state is
    ``c = f * state + (1 - f) * x`` and the output ``r * activation(c) + (1 - r) * y``.
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, **kwargs):
        super().__init__(num_units, activation, reuse, name, kwargs.pop("dtype", None), **kwargs)

    def build(self, inputs_shape):
        """Makes ``kernel`` ``[inputs, 4 * units]`` and ``bias`` ``[2 * units]``."""
        depth, units = self._input_depth(inputs_shape), self._num_units
        self._kernel = self.add_weight("kernel", [depth, 4 * units])
        self._bias = self.add_weight("bias", [2 * units], initializer=zeros_initializer)
        self.built = True

    def call(self, inputs, state):
        """``(output, new state)``."""
        x, f, r, y = split(value=matmul(inputs, self._kernel), num_or_size_splits=4, axis=1)
        gates = sigmoid(bias_add(concat([f, r], 1), self._bias))
        f, r = split(value=gates, num_or_size_splits=2, axis=1)
        c = f * state + (1.0 - f) * x
        return r * self._activation(c) + (1.0 - r) * y, c


class _IndyCell(MatrixCell):
    """A cell whose recurrent weights are a row, ``[1, units]`` for each gate, instead of a matrix."""

    def _weights(self, depth, prefix, gates, initializer, bias, names=("kernel_w", "kernel_u", "bias")):
        units, (w, u, b) = gates * self._num_units, (prefix + name for name in names)
        row = random_uniform_initializer(minval=-1, maxval=1, dtype=self.dtype or dtypes.float32)
        return (
            self.add_weight(w, [depth, units], initializer=initializer),
            self.add_weight(u, [1, units], initializer=row),
            self.add_weight(b, [units], initializer=bias),
        )


class IndRNNCell(_IndyCell):
    """Independent units (Li et al., 2018): ``activation(inputs @ kernel_w + state * kernel_u + bias)``."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(num_units, activation, reuse, name, dtype)

    def build(self, inputs_shape):
        """Makes ``kernel_w`` ``[inputs, units]``, ``kernel_u`` ``[1, units]`` and ``bias``."""
        depth = self._input_depth(inputs_shape)
        self._w, self._u, self._b = self._weights(depth, "", 1, None, zeros_initializer())
        self.built = True

    def call(self, inputs, state):
        """``(output, output)``."""
        output = self._activation(bias_add(matmul(inputs, self._w) + (state * self._u), self._b))
        return output, output


class IndyGRUCell(_IndyCell):
    """A ``GRUCell`` whose units see only their own state."""

    def __init__(
        self,
        num_units,
        activation=None,
        reuse=None,
        kernel_initializer=None,
        bias_initializer=None,
        name=None,
        dtype=None,
    ):
        super().__init__(num_units, activation, reuse, name, dtype)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def build(self, inputs_shape):
        """Makes ``gates/kernel_w`` ``[inputs, 2 * units]``, ``gates/kernel_u``, ``candidate/kernel``, ..."""
        depth, bias = self._input_depth(inputs_shape), self._bias_initializer
        self._gates = self._weights(
            depth, "gates/", 2, self._kernel_initializer, constant_initializer(1.0) if bias is None else bias
        )
        self._candidate = self._weights(
            depth,
            "candidate/",
            1,
            self._kernel_initializer,
            zeros_initializer() if bias is None else bias,
            ("kernel", "kernel_u", "bias"),
        )
        self.built = True

    def call(self, inputs, state):
        """``(output, output)``."""
        (w, u, b), (candidate_w, candidate_u, candidate_b) = self._gates, self._candidate
        gates = sigmoid(bias_add(matmul(inputs, w) + (raw.Tile(state, [1, 2]) * u), b))
        reset, update = split(value=gates, num_or_size_splits=2, axis=1)
        seen = reset * state
        candidate = bias_add(matmul(inputs, candidate_w) + (seen * candidate_u), candidate_b)
        c = self._activation(candidate)
        output = update * state + (1 - update) * c
        return output, output


class IndyLSTMCell(_IndyCell):
    """A ``BasicLSTMCell`` whose units see only their own state (Gonnet and Deselaers, 2019)."""

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        activation=None,
        reuse=None,
        kernel_initializer=None,
        bias_initializer=None,
        name=None,
        dtype=None,
    ):
        super().__init__(num_units, activation, reuse, name, dtype)
        self._forget_bias = forget_bias
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    state_size = property(lambda self: LSTMStateTuple(self._num_units, self._num_units), doc="Of ``c`` and ``h``.")

    def build(self, inputs_shape):
        """Makes ``kernel_w`` ``[inputs, 4 * units]``, ``kernel_u`` ``[1, 4 * units]`` and ``bias``."""
        bias = zeros_initializer() if self._bias_initializer is None else self._bias_initializer
        depth = self._input_depth(inputs_shape)
        self._w, self._u, self._b = self._weights(depth, "", 4, self._kernel_initializer, bias)
        self.built = True

    def call(self, inputs, state):
        """``(h, new state)``."""
        one = constant(1, dtype=dtypes.int32)
        c, h = state
        gates = matmul(inputs, self._w)
        gates = bias_add(gates + raw.Tile(h, [1, 4]) * self._u, self._b)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=one)
        kept = raw.Mul(c, sigmoid(raw.Add(f, constant(self._forget_bias, dtype=f.dtype))))
        new_c = raw.Add(kept, raw.Mul(sigmoid(i), self._activation(j)))
        new_h = raw.Mul(self._activation(new_c), sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h)


# -- cells with other gates -----------------------------------------------------------------------------------------


class NASCell(LayerRNNCell):
    """The cell that neural architecture search found (Zoph and Le, 2017), with a projection if ``num_proj`` is given.

    ``use_bias`` adds one to the product with the state.
    """

    _GATES = 8

    def __init__(self, num_units, num_proj=None, use_bias=False, reuse=None, **kwargs):
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._num_proj, self._use_bias = num_units, num_proj, use_bias

    output_size = property(
        lambda self: self._num_units if self._num_proj is None else self._num_proj, doc="``num_proj``, else the units."
    )
    state_size = property(lambda self: LSTMStateTuple(self._num_units, self.output_size), doc="Of ``c`` and ``h``.")

    def build(self, inputs_shape):
        """Makes ``recurrent_kernel`` ``[outputs, 8 * units]``, ``kernel`` ``[inputs, 8 * units]``, and the others."""
        depth, units = dimension_value(inputs_shape.with_rank(2)[1]), self._num_units
        if depth is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        self.recurrent_kernel = self.add_weight("recurrent_kernel", [self.output_size, self._GATES * units])
        self.kernel = self.add_weight("kernel", [depth, self._GATES * units])
        if self._use_bias:
            self.bias = self.add_weight("bias", [self._GATES * units], initializer=zeros_initializer)
        if self._num_proj is not None:
            self.projection_weights = self.add_weight("projection_weights", [units, self._num_proj])
        self.built = True

    def call(self, inputs, state):
        """``(h, new state)``."""
        c, h = state
        of_state, of_inputs = matmul(h, self.recurrent_kernel), matmul(inputs, self.kernel)
        if self._use_bias:
            of_state = bias_add(of_state, self.bias)
        s = split(axis=1, num_or_size_splits=self._GATES, value=of_state)
        x = split(axis=1, num_or_size_splits=self._GATES, value=of_inputs)
        first = [
            sigmoid(x[0] + s[0]),
            relu(x[1] + s[1]),
            sigmoid(x[2] + s[2]),
            relu(x[3] * s[3]),
            tanh(x[4] + s[4]),
            sigmoid(x[5] + s[5]),
            tanh(x[6] + s[6]),
            sigmoid(x[7] + s[7]),
        ]
        second = [
            tanh(first[0] * first[1]),
            tanh(first[2] + first[3]),
            tanh(first[4] * first[5]),
            sigmoid(first[6] + first[7]),
        ]
        new_c = tanh(second[0] + c) * second[1]
        new_h = tanh(new_c * tanh(second[2] + second[3]))
        if self._num_proj is not None:
            new_h = matmul(new_h, self.projection_weights)
        return new_h, LSTMStateTuple(new_c, new_h)


class _UnitsCell(RNNCell):
    """A cell with as many outputs and numbers in its state as units."""

    def __init__(self, num_units, reuse):
        super().__init__(_reuse=reuse)
        self._num_units = num_units

    state_size = property(lambda self: self._num_units, doc="How many units it has.")
    output_size = property(lambda self: self._num_units, doc="How many units it has.")


class UGRNNCell(_UnitsCell):
    """The update gate cell (Collins et al., 2017): one gate between what was and what is new.

    With ``g, c = split([inputs, state] @ kernel + bias, 2)`` and ``g = sigmoid(g + forget_bias)``, output and new
    state are ``g * state + (1 - g) * activation(c)``.
    """

    def __init__(self, num_units, initializer=None, forget_bias=1.0, activation=tanh, reuse=None):
        super().__init__(num_units, reuse)
        self._initializer, self._forget_bias, self._activation = initializer, forget_bias, activation
        self._linear = None

    def call(self, inputs, state):
        """``(output, output)``."""
        known_columns(inputs)
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            both = concat([inputs, state], 1)
            self._linear = self._linear or Linear(both, 2 * self._num_units, True)
            g, c = split(axis=1, num_or_size_splits=2, value=self._linear(both))
            c = self._activation(c)
            g = sigmoid(g + self._forget_bias)
            output = g * state + (1.0 - g) * c
        return output, output


class IntersectionRNNCell(_UnitsCell):
    """The intersection cell, "+RNN" (Collins et al., 2017), gated in time and in depth.

    Inputs must be as many as units, or ``num_in_proj`` be given, which maps them to as many (``ValueError``).
    """

    def __init__(self, num_units, num_in_proj=None, initializer=None, forget_bias=1.0, y_activation=relu, reuse=None):
        super().__init__(num_units, reuse)
        self._num_in_proj, self._initializer = num_in_proj, initializer
        self._forget_bias, self._y_activation = forget_bias, y_activation
        self._of_inputs = self._linear = None

    def call(self, inputs, state):
        """``(output, new state)``."""
        columns, n = known_columns(inputs), self._num_units
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            if columns != n:
                inputs = self._projected(inputs)
            both = concat([inputs, state], 1)
            self._linear = self._linear or Linear(both, 4 * n, True)
            gates = self._linear(both)
            gate_h, h, gate_y, y = (gates[:, i * n : (i + 1) * n] if i else gates[:, :n] for i in range(4))
            h, y = tanh(h), self._y_activation(y)
            gate_h = sigmoid(gate_h + self._forget_bias)
            gate_y = sigmoid(gate_y + self._forget_bias)
            new_state = gate_h * state + (1.0 - gate_h) * h
            return gate_y * inputs + (1.0 - gate_y) * y, new_state

    def _projected(self, inputs):
        if not self._num_in_proj:
            raise ValueError(
                "Must have input size == output size for Intersection RNN. To fix, num_in_proj should be set to "
                "num_units at cell init."
            )
        with variable_scope("in_projection"):
            self._of_inputs = self._of_inputs or Linear(inputs, self._num_units, True)
            return self._of_inputs(inputs)


class PhasedLSTMCell(_UnitsCell):
    """The phased LSTM (Neil et al., 2016): each unit is open for a part of a period of its own.

    ``inputs`` are the pair (time ``[batch, 1]``, features ``[batch, features]``). ``ratio_on`` is the open part of the
    period and ``leak`` what passes when closed; periods begin between ``period_init_min`` and ``period_init_max``.
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        leak=0.001,
        ratio_on=0.1,
        trainable_ratio_on=True,
        period_init_min=1.0,
        period_init_max=1000.0,
        reuse=None,
    ):
        super().__init__(num_units, reuse)
        self._use_peepholes, self._leak = use_peepholes, leak
        self._ratio_on, self._trainable_ratio_on = ratio_on, trainable_ratio_on
        self._period_init_min, self._period_init_max = period_init_min, period_init_max
        self._linears = {}

    state_size = property(lambda self: LSTMStateTuple(self._num_units, self._num_units), doc="Of ``c`` and ``h``.")

    def call(self, inputs, state):
        """``(h, new state)``."""
        (c, h), (time, x) = state, inputs
        entering, kept = self._gates("mask_gates", [x, h, c] if self._use_peepholes else [x, h], 2, sigmoid)
        (new,) = self._gates("new_input", [x, h], 1, tanh)
        new_c = c * kept + entering * new
        (leaving,) = self._gates("output_gate", [x, h, new_c] if self._use_peepholes else [x, h], 1, sigmoid)
        new_h = tanh(new_c) * leaving
        k = self._openness(time)
        new_c = k * new_c + (1 - k) * c
        new_h = k * new_h + (1 - k) * h
        return new_h, LSTMStateTuple(new_c, new_h)

    def _gates(self, name, args, count, activation):
        with variable_scope(name):
            if name not in self._linears:
                self._linears[name] = Linear(args, count * self._num_units, True)
            gates = activation(self._linears[name](args))
            return [gates] if count == 1 else split(axis=1, num_or_size_splits=count, value=gates)

    def _openness(self, time):
        """How far each unit is open at ``time``."""
        units = [self._num_units]
        period = get_variable("period", units, initializer=self._initial_period)
        phase = get_variable("phase", units, initializer=random_uniform_initializer(0.0, period.initial_value))
        ratio = get_variable(
            "ratio_on", units, initializer=constant_initializer(self._ratio_on), trainable=self._trainable_ratio_on
        )
        phase, period = cast(phase, time.dtype), cast(period, time.dtype)
        shifted = time - phase
        passed = stop_gradient(mod(shifted, period) - shifted) + shifted  # the remainder, with the gradient of time
        cycle = cast(passed / period, dtypes.float32)
        up = 2 * cycle / ratio
        down = 2 - up
        closed = self._leak * cycle
        k = where(cycle < ratio, down, closed)
        return where(cycle < 0.5 * ratio, up, k)

    def _initial_period(self, shape, dtype=dtypes.float32, partition_info=None):
        """Random, evenly distributed in its logarithm."""
        low, high = log(self._period_init_min), log(self._period_init_max)
        return exp(random_uniform(shape, low, high, dtype))


class GLSTMCell(RNNCell):
    """The group LSTM (Kuchaiev and Ginsburg, 2017): ``number_of_groups`` LSTMs side by side, with a common bias.

    Each takes its part of the inputs and of the state. ``ValueError`` where units, projection or inputs cannot be
    divided among the groups.
    """

    def __init__(
        self,
        num_units,
        initializer=None,
        num_proj=None,
        number_of_groups=1,
        forget_bias=1.0,
        activation=tanh,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        self._num_units, self._num_proj, self._initializer = num_units, num_proj, initializer
        self._number_of_groups, self._forget_bias, self._activation = number_of_groups, forget_bias, activation
        if num_units % number_of_groups:
            raise ValueError("num_units must be divisible by number_of_groups")
        if num_proj and num_proj % number_of_groups:
            raise ValueError("num_proj must be divisible by number_of_groups")
        self._linears, self._projection = [None] * number_of_groups, None

    output_size = property(lambda self: self._num_proj or self._num_units, doc="``num_proj``, else the units.")
    state_size = property(lambda self: LSTMStateTuple(self._num_units, self.output_size), doc="Of ``c`` and ``h``.")

    def call(self, inputs, state):
        """``(h, new state)``."""
        c, h = state
        batch = dimension_value(inputs.shape[0]) or shape_of(inputs)[0]
        columns = dimension_value(inputs.shape[1])
        if columns is None:
            raise ValueError("input size must be statically known")
        if columns % self._number_of_groups:
            raise ValueError(f"input size ({columns}) must be divisible by number_of_groups ({self._number_of_groups})")
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            groups = [self._group(i, batch, inputs, h) for i in range(self._number_of_groups)]
            biases = [
                get_variable(
                    f"bias_{gate}",
                    [self._num_units],
                    dtype=inputs.dtype,
                    initializer=constant_initializer(0.0, dtype=inputs.dtype),
                )
                for gate in "ijfo"
            ]
            i, j, f, o = (
                bias_add(concat(parts, axis=1), bias)
                for parts, bias in zip(map(list, zip(*groups, strict=True)), biases, strict=True)
            )
        new_c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * tanh(j)
        new_h = sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            with variable_scope("projection"):
                self._projection = self._projection or Linear(new_h, self._num_proj, False)
                new_h = self._projection(new_h)
        return new_h, LSTMStateTuple(new_c, new_h)

    def _group(self, index, batch, inputs, h):
        """The gates i, j, f, o of one group."""
        with variable_scope(f"group{index}"):
            parts = []
            for value, columns in ((inputs, inputs.shape[1].value), (h, self.output_size)):
                size = columns // self._number_of_groups
                name = f"GLSTM_group{index}_input_generation"
                parts.append(raw.Slice(value, [0, index * size], [batch, size], name=name))
            both = concat(parts, axis=1)
            if self._linears[index] is None:
                self._linears[index] = Linear(both, 4 * self._num_units // self._number_of_groups, False)
            return split(self._linears[index](both), 4, 1)
