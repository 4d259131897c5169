"""Recurrent cells: one step of a network in time, ``(output, new state) = cell(inputs, state)``.

Variables, their shapes and the order of gates are TensorFlow's, so that its checkpoints fit: a kernel takes inputs and
state side by side (``[inputs + units, ...]``), and its columns are the gates one after the other.
"""

import logging
from collections import namedtuple

from lazytf.core import contents, dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.shapes import TensorShape, as_shape
from lazytf.core.structures import flatten, map_structure
from lazytf.core.values import is_tensor
from lazytf.modeling.identifiers import activation_of, identifier_of, initializer_of
from lazytf.modeling.input_spec import InputSpec
from lazytf.modeling.layer import Layer
from lazytf.ops.constants import constant
from lazytf.ops.filling import zeros
from lazytf.ops.joining import concat, split
from lazytf.ops.limits import clip_by_value
from lazytf.ops.linalg import matmul
from lazytf.ops.measuring import shape as shape_of
from lazytf.ops.nn import bias_add
from lazytf.ops.reshaping import expand_dims
from lazytf.ops.unary import sigmoid, tanh
from lazytf.state.initializers import constant_initializer, zeros_initializer
from lazytf.state.inventory import trainable_variables
from lazytf.state.partitioned import PartitionedVariable
from lazytf.state.partitioners import fixed_size_partitioner
from lazytf.state.scopes import get_variable_scope, variable_scope

log = logging.getLogger("tensorflow")

# -- states ---------------------------------------------------------------------------------------------------------


class LSTMStateTuple(namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM: ``c``, what it remembers, and ``h``, what it put out."""

    __slots__ = ()

    @property
    def dtype(self):
        """The dtype of both; ``TypeError`` where they differ."""
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


def joined_shape(prefix, suffix, static=False):
    """The shape ``prefix`` followed by ``suffix``, each a number, a ``TensorShape`` or an int tensor.

    An int32 vector, or with ``static`` a list of what is known (None for what is not, or in place of the list).
    ``ValueError`` for tensors that are neither scalars nor vectors, and where sizes that a vector needs are unknown.
    """
    (p, p_static), (s, s_static) = _sizes(prefix, "prefix"), _sizes(suffix, "suffix")
    if static:
        joined = as_shape(p_static).concatenate(s_static)
        return None if joined.ndims is None else joined.as_list()
    if p is None or s is None:
        raise ValueError(f"Provided a prefix or suffix of None: {prefix} and {suffix}")
    return concat((p, s), 0)


def _sizes(value, which):
    """``value`` as a vector of sizes, None if they are not all known; and what is known of them."""
    if isinstance(value, Tensor):
        known = contents.constant_value(value)
        if value.shape.ndims not in (0, 1):
            raise ValueError(f"{which} tensor must be either a scalar or vector, but saw tensor: {value}")
        return expand_dims(value, 0) if value.shape.ndims == 0 else value, known
    shape = as_shape(value)
    vector = constant(shape.as_list(), dtype=dtypes.int32) if shape.is_fully_defined() else None
    return vector, None if shape.ndims is None else shape.as_list()


def zero_state_tensors(state_size, batch_size, dtype):
    """Zeros ``[batch_size, size]`` for each size in the structure ``state_size``."""

    def of_zeros(size):
        tensor = zeros(joined_shape(batch_size, size), dtype=dtype)
        tensor.set_shape(joined_shape(batch_size, size, static=True))
        return tensor

    return map_structure(of_zeros, state_size)


def assert_like_rnncell(cell_name, cell):
    """``TypeError`` naming what a cell must have and this one has not; it was given as the argument ``cell_name``."""
    missing = [f"'{name}' property is missing" for name in ("output_size", "state_size") if not hasattr(cell, name)]
    if not (hasattr(cell, "get_initial_state") or hasattr(cell, "zero_state")):
        missing.append("either 'zero_state' or 'get_initial_state' method is required")
    if not callable(cell):
        missing.append("is not callable")
    if missing:
        raise TypeError(f"The argument {cell_name!r} ({cell}) is not an RNNCell: {', '.join(missing)}.")


# -- the base -------------------------------------------------------------------------------------------------------


class RNNCell(Layer):
    """The base of all cells: ``call(inputs, state)`` returns ``(output, new_state)``, and may use ``get_variable``.

    ``inputs`` are ``[batch, inputs]``. ``state_size`` is a number, a ``TensorShape`` or a structure of them, and the
    state is alike: ``[batch, size]`` for each. The output is ``[batch, output_size]``.
    """

    def __call__(self, inputs, state, scope=None):
        """``(output, new state)`` after one step; ``scope`` is the variable scope, by default that of the class."""
        if scope is not None:
            with variable_scope(scope, custom_getter=self._rnn_get_variable) as scope:
                return super().__call__(inputs, state, scope=scope)
        if not hasattr(self, "rnncell_scope"):
            self.rnncell_scope = variable_scope(get_variable_scope(), custom_getter=self._rnn_get_variable)
        with self.rnncell_scope:
            return super().__call__(inputs, state)

    def _rnn_get_variable(self, getter, *args, **kwargs):
        """The custom getter that notes what ``call`` makes or finds."""
        variable = getter(*args, **kwargs)
        stands_for = next(iter(variable)) if isinstance(variable, PartitionedVariable) else variable
        is_trained = any(stands_for is trained for trained in trainable_variables())
        weights = self._trainable_weights if is_trained else self._non_trainable_weights
        if not any(variable is weight for weight in weights):
            weights.append(variable)
        return variable

    @property
    def state_size(self):
        """The size of the state: a number, a ``TensorShape``, or a structure of them."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self):
        """The size of the output: a number or a ``TensorShape``."""
        raise NotImplementedError("Abstract method")

    def build(self, _):
        """Nothing: ``call`` makes the variables."""

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """The state of zeros to start from, for the batch and dtype of ``inputs``, or as told.

        ``ValueError`` where they are not known, or where ``inputs`` say otherwise.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            batch = inputs.shape.dims[0].value
            if batch_size is not None:
                told = contents.scalar(batch_size) if is_tensor(batch_size) else batch_size
                if batch != told:
                    raise ValueError(
                        "batch size from input tensor is different from the input param. Input tensor batch: "
                        f"{batch}, batch_size: {batch_size}"
                    )
            if dtype is not None and inputs.dtype != dtype:
                raise ValueError(
                    "dtype from input tensor is different from the input param. Input tensor dtype: "
                    f"{inputs.dtype}, dtype: {dtype}"
                )
            batch_size, dtype = batch or shape_of(inputs)[0], inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size, dtype):
        """A state of zeros for ``batch_size`` (a number or a scalar tensor) rows."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return zero_state_tensors(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """The base of cells that make their variables in ``build``, as layers do."""

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        """``(output, new state)`` after one step; ``scope`` is the variable scope, by default that of the class."""
        return Layer.__call__(self, inputs, state, scope=scope, *args, **kwargs)  # noqa: B026 - as TensorFlow


def check_dtypes(*values):
    """``ValueError`` for tensors, and structures of them, that are neither floating nor complex."""
    for tensor in flatten(values):
        _check_dtype(tensor.dtype)


def _check_dtype(dtype):
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
        if not (dtype.is_floating or dtype.is_complex):
            raise ValueError(f"RNN cell only supports floating point inputs, but saw dtype: {dtype}")


class MatrixCell(LayerRNNCell):
    """What the cells here share: inputs ``[batch, inputs]``, an activation, floats."""

    def __init__(self, num_units, activation, reuse, name, dtype, **kwargs):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        _check_dtype(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = activation_of(activation) if activation else tanh

    state_size = property(lambda self: self._num_units, doc="How many units it has.")
    output_size = property(lambda self: self._num_units, doc="How many units it has.")

    _arguments = ("num_units",)  # what get_config tells, beside activation, reuse and what all layers are told

    def get_config(self):
        """The arguments to make another like it, as plain values; functions by name."""
        told = {name: getattr(self, "_" + name) for name in (*self._arguments, "activation")}
        told = {name: identifier_of(value) if callable(value) else value for name, value in told.items()}
        return {**super().get_config(), **told, "reuse": self._reuse}

    def _input_depth(self, input_shape):
        """How many inputs there are; ``ValueError`` where that is not known."""
        sizes = tuple(TensorShape(input_shape).as_list())
        if sizes[-1] is None:
            raise ValueError(f"Expected inputs.shape[-1] to be known, saw shape: {sizes}")
        _check_dtype(self.dtype)
        return sizes[-1]


def _affine(inputs, state, kernel, bias):
    """``[inputs, state] @ kernel + bias``."""
    return bias_add(matmul(concat([inputs, state], 1), kernel), bias)


# -- cells ----------------------------------------------------------------------------------------------------------


class BasicRNNCell(MatrixCell):
    """The plainest cell: output and new state are ``activation([inputs, state] @ kernel + bias)``.

    ``activation`` is a function or the name of one, tanh by default. ``reuse`` shares the variables of the cell that
    had the scope before; ``dtype`` is theirs, that of the inputs unless told.
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)

    def build(self, input_shape):
        """Makes ``kernel`` ``[inputs + units, units]`` and ``bias`` ``[units]``."""
        depth, units = self._input_depth(input_shape), self._num_units
        self._kernel = self.add_weight("kernel", [depth + units, units])
        self._bias = self.add_weight("bias", [units], initializer=zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        """``(output, output)``."""
        check_dtypes(inputs, state)
        output = self._activation(_affine(inputs, state, self._kernel, self._bias))
        return output, output


class GRUCell(MatrixCell):
    """The gated recurrent unit (Cho et al., 2014).

    With ``r, u = sigmoid([inputs, state] @ gates/kernel + gates/bias)`` and
    ``c = activation([inputs, r * state] @ candidate/kernel + candidate/bias)``, output and new state are
    ``u * state + (1 - u) * c``. The gates' bias begins at 1, the candidate's at 0, unless ``bias_initializer`` says
    else. Other arguments as for ``BasicRNNCell``.
    """

    _arguments = ("num_units", "kernel_initializer", "bias_initializer")

    def __init__(
        self,
        num_units,
        activation=None,
        reuse=None,
        kernel_initializer=None,
        bias_initializer=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._kernel_initializer = initializer_of(kernel_initializer)
        self._bias_initializer = initializer_of(bias_initializer)

    def build(self, input_shape):
        """Makes ``gates/kernel`` ``[inputs + units, 2 * units]``, ``candidate/kernel``, and their biases."""
        rows, units = self._input_depth(input_shape) + self._num_units, self._num_units
        self._gate_kernel = self.add_weight("gates/kernel", [rows, 2 * units], initializer=self._kernel_initializer)
        self._gate_bias = self.add_weight(
            "gates/bias", [2 * units], initializer=self._biases(constant_initializer(1.0, dtype=self.dtype))
        )
        self._candidate_kernel = self.add_weight(
            "candidate/kernel", [rows, units], initializer=self._kernel_initializer
        )
        self._candidate_bias = self.add_weight(
            "candidate/bias", [units], initializer=self._biases(zeros_initializer(dtype=self.dtype))
        )
        self.built = True

    def _biases(self, default):
        return default if self._bias_initializer is None else self._bias_initializer

    def call(self, inputs, state):
        """``(output, output)``."""
        check_dtypes(inputs, state)
        gates = sigmoid(_affine(inputs, state, self._gate_kernel, self._gate_bias))
        r, u = split(value=gates, num_or_size_splits=2, axis=1)
        c = self._activation(_affine(inputs, r * state, self._candidate_kernel, self._candidate_bias))
        output = u * state + (1 - u) * c
        return output, output


def warn_of_joined_state(cell):
    """Logs that ``cell`` keeps its state side by side in one tensor."""
    log.warning("%s: Using a concatenated state is slower and will soon be deprecated.  Use state_is_tuple=True.", cell)


class _LSTM(MatrixCell):
    """What the two LSTM cells share."""

    def __init__(self, num_units, forget_bias, state_is_tuple, *args, **kwargs):
        super().__init__(num_units, *args, **kwargs)
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple
        if not state_is_tuple:
            warn_of_joined_state(self)

    def _pair(self, state):
        """``(c, h)`` of a state that is a tuple; ``TypeError`` for one tensor."""
        if isinstance(state, Tensor):
            raise TypeError(
                f"The state of {self.name!r} must be a pair (c, h), an LSTMStateTuple; got {state}. It is one tensor "
                "with state_is_tuple=False only."
            )
        return state

    def _state(self, c, h):
        return LSTMStateTuple(c, h) if self._state_is_tuple else concat([c, h], 1)


class BasicLSTMCell(_LSTM):
    """Long short-term memory (Zaremba et al., 2014), with neither peepholes nor projection.

    With ``i, j, f, o = split([inputs, h] @ kernel + bias, 4)``: ``c' = c * sigmoid(f + forget_bias) + sigmoid(i) *
    activation(j)``, and the output is ``h' = activation(c') * sigmoid(o)``. The state is an ``LSTMStateTuple``, or
    ``[batch, 2 * units]`` without ``state_is_tuple``. Other arguments as for ``BasicRNNCell``.
    """

    _arguments = ("num_units", "forget_bias", "state_is_tuple")

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(num_units, forget_bias, state_is_tuple, activation, reuse, name, dtype, **kwargs)

    @property
    def state_size(self):
        """``LSTMStateTuple(units, units)``, or their sum."""
        units = self._num_units
        return LSTMStateTuple(units, units) if self._state_is_tuple else 2 * units

    def build(self, input_shape):
        """Makes ``kernel`` ``[inputs + units, 4 * units]`` and ``bias`` ``[4 * units]``."""
        depth, units = self._input_depth(input_shape), self._num_units
        self._kernel = self.add_weight("kernel", [depth + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        """``(h, new state)``."""
        check_dtypes(inputs, state)
        one = constant(1, dtype=dtypes.int32)
        c, h = self._pair(state) if self._state_is_tuple else split(value=state, num_or_size_splits=2, axis=one)
        gates = _affine(inputs, h, self._kernel, self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=one)
        forget = sigmoid(raw.Add(f, constant(self._forget_bias, dtype=f.dtype)))
        kept = raw.Mul(c, forget)
        new_c = raw.Add(kept, raw.Mul(sigmoid(i), self._activation(j)))
        new_h = raw.Mul(self._activation(new_c), sigmoid(o))
        return new_h, self._state(new_c, new_h)


class LSTMCell(_LSTM):
    """Long short-term memory with, if asked for, peepholes, clipping and a projection of the output.

    As ``BasicLSTMCell``; ``use_peepholes`` lets the gates see the cell: ``w_f_diag * c``, ``w_i_diag * c`` and
    ``w_o_diag * c'`` are added to ``f``, ``i`` and ``o``. ``cell_clip`` keeps ``c'`` within plus or minus that value.
    ``num_proj`` makes the output ``h' @ projection/kernel`` (``[batch, num_proj]``), within plus or minus
    ``proj_clip``. ``initializer`` is that of all but the bias. ``num_unit_shards`` and ``num_proj_shards`` cut the
    kernels into parts.
    """

    _arguments = tuple(
        "num_units use_peepholes cell_clip initializer num_proj proj_clip num_unit_shards num_proj_shards forget_bias "
        "state_is_tuple".split()
    )

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=None,
        num_proj_shards=None,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(num_units, forget_bias, state_is_tuple, activation, reuse, name, dtype, **kwargs)
        if num_unit_shards is not None or num_proj_shards is not None:
            log.warning(
                "%s: The num_unit_shards and proj_unit_shards parameters are deprecated and will be removed in Jan "
                "2017.  Use a variable scope with a partitioner instead.",
                self,
            )
        self._use_peepholes, self._cell_clip = use_peepholes, cell_clip
        self._initializer = initializer_of(initializer)
        self._num_proj, self._proj_clip = num_proj, proj_clip
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards

    @property
    def state_size(self):
        """``LSTMStateTuple(units, outputs)``, or their sum."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    output_size = property(lambda self: self._num_proj or self._num_units, doc="``num_proj``, else the units.")

    def build(self, input_shape):
        """Makes ``kernel`` ``[inputs + outputs, 4 * units]``, ``bias``, the peepholes and ``projection/kernel``."""
        depth, units = self._input_depth(input_shape), self._num_units
        outputs = units if self._num_proj is None else self._num_proj
        self._kernel = self._weight("kernel", [depth + outputs, 4 * units], self._num_unit_shards)
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros_initializer(dtype=self.dtype))
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = (
                self._weight(name, [units]) for name in ("w_f_diag", "w_i_diag", "w_o_diag")
            )
        if self._num_proj is not None:
            self._proj_kernel = self._weight("projection/kernel", [units, outputs], self._num_proj_shards)
        self.built = True

    def _weight(self, name, shape, shards=None):
        partitioner = None if shards is None else fixed_size_partitioner(shards)
        return self.add_weight(name, shape, initializer=self._initializer, partitioner=partitioner)

    def call(self, inputs, state):
        """``(output, new state)``."""
        check_dtypes(inputs, state)
        c, h = self._pair(state) if self._state_is_tuple else self._parts(state)
        if inputs.get_shape().with_rank(2).dims[1].value is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        gates = _affine(inputs, h, self._kernel, self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        if self._use_peepholes:
            kept = sigmoid(f + self._forget_bias + self._w_f_diag * c) * c
            c = kept + sigmoid(i + self._w_i_diag * c) * self._activation(j)
        else:
            kept = sigmoid(f + self._forget_bias) * c
            c = kept + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        h = sigmoid(o + self._w_o_diag * c if self._use_peepholes else o) * self._activation(c)
        if self._num_proj is not None:
            h = matmul(h, self._proj_kernel)
            if self._proj_clip is not None:
                h = clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, self._state(c, h)

    def _parts(self, state):
        outputs = self._num_units if self._num_proj is None else self._num_proj
        c = raw.Slice(state, [0, 0], [-1, self._num_units])
        return c, raw.Slice(state, [0, self._num_units], [-1, outputs])
