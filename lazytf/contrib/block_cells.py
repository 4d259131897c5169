"""Cells of one operation, and networks of one operation, of ``tf.contrib.rnn``."""

from lazytf.core import dtypes
from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.shapes import dimension_value
from lazytf.modeling.cells import LayerRNNCell, LSTMStateTuple
from lazytf.modeling.input_spec import InputSpec
from lazytf.modeling.layer import Layer
from lazytf.ops.casting import cast
from lazytf.ops.filling import range, zeros
from lazytf.ops.gathering import gather_nd
from lazytf.ops.joining import concat, stack, unstack
from lazytf.ops.measuring import shape as shape_of
from lazytf.ops.reduction import reduce_max
from lazytf.ops.reshaping import expand_dims, transpose
from lazytf.ops.sequences import sequence_mask
from lazytf.ops.tiling import tile
from lazytf.state.initializers import constant_initializer


class _LSTMBlock:
    """What both LSTMs here share: settings, and variables by the names ``tf.nn.rnn_cell.LSTMCell`` has for them."""

    def _note(self, num_units, forget_bias, cell_clip, use_peephole, input_spec):
        self._num_units, self._forget_bias, self._use_peephole = num_units, forget_bias, use_peephole
        self._cell_clip = -1 if cell_clip is None else cell_clip
        self.input_spec = input_spec

    def _make_weights(self, depth):
        units = self._num_units
        self._kernel = self.add_weight("kernel", [depth + units, units * 4])
        self._bias = self.add_weight("bias", [units * 4], initializer=constant_initializer(0.0))
        if self._use_peephole:
            self._peepholes = [self.add_weight(f"w_{gate}_diag", [units]) for gate in "ifo"]
        self.built = True

    def _peephole_weights(self, dtype):
        return self._peepholes if self._use_peephole else [zeros([self._num_units], dtype=dtype)] * 3

    @property
    def _options(self):
        return dict(forget_bias=self._forget_bias, cell_clip=self._cell_clip, use_peephole=self._use_peephole)


class LSTMBlockCell(_LSTMBlock, LayerRNNCell):
    """An LSTM whose step is one operation; variables are those of ``tf.nn.rnn_cell.LSTMCell``, gates in its order.

    ``cell_clip`` keeps ``c`` within plus or minus that value where it is positive. ``ValueError`` for inputs of an
    unknown number of columns and for a state that is no pair.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        cell_clip=None,
        use_peephole=False,
        dtype=None,
        reuse=None,
        name="lstm_cell",
    ):
        super().__init__(_reuse=reuse, dtype=dtype, name=name)
        self._note(num_units, forget_bias, cell_clip, use_peephole, InputSpec(ndim=2))

    state_size = property(lambda self: LSTMStateTuple(self._num_units, self._num_units), doc="Of ``c`` and ``h``.")
    output_size = property(lambda self: self._num_units, doc="How many units it has.")

    def build(self, inputs_shape):
        """Makes ``kernel`` ``[inputs + units, 4 * units]``, ``bias`` and the peepholes."""
        if not inputs_shape.dims[1].value:
            raise ValueError(f"Expecting inputs_shape[1] to be set: {inputs_shape}")
        self._make_weights(inputs_shape.dims[1].value)

    def call(self, inputs, state):
        """``(h, new state)``."""
        if len(state) != 2:
            raise ValueError("Expecting state to be a tuple with length 2.")
        peepholes = self._peephole_weights(self.dtype)
        c, h = state
        _, c, _, _, _, _, h = raw.LSTMBlockCell(inputs, c, h, self._kernel, *peepholes, self._bias, **self._options)
        return h, LSTMStateTuple(c, h)


class LSTMBlockWrapper(Layer):
    """The base of networks of LSTMs in one piece: subclasses write ``num_units`` and ``_call_cell``.

    ``_call_cell(inputs, initial c, initial h, dtype, sequence_length)`` returns all ``c`` and all ``h``,
    ``[time, batch, units]``.
    """

    @property
    def num_units(self):
        """How many units it has."""
        raise NotImplementedError("Abstract method")

    def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
        raise NotImplementedError("Abstract method")

    def call(self, inputs, initial_state=None, dtype=None, sequence_length=None):
        """``(outputs, last state)`` for ``inputs`` ``[time, batch, inputs]``, or a list of ``[batch, inputs]``.

        Outputs are ``[time, batch, units]``, or a list too, and zero from ``sequence_length`` (``[batch]``) on; the
        last state is that of the last step before it. ``initial_state`` is a pair; without it ``dtype`` must be given
        (``ValueError``), and the state begins with zeros.
        """
        is_list = isinstance(inputs, list)
        if is_list:
            inputs = stack(inputs)
        inputs_shape = inputs.get_shape().with_rank(3)
        if not inputs_shape[2]:
            raise ValueError(f"Expecting inputs_shape[2] to be set: {inputs_shape}")
        batch = inputs_shape.dims[1].value
        if batch is None:
            batch = shape_of(inputs)[1]
        steps = inputs_shape.dims[0].value
        if steps is None:
            steps = shape_of(inputs)[0]
        if initial_state is None:
            if dtype is None:
                raise ValueError("Either initial_state or dtype needs to be specified")
            initial_state = [zeros(stack([batch, self.num_units]), dtype=dtype)] * 2
        elif len(initial_state) != 2:
            raise ValueError("Expecting initial_state to be a tuple with length 2 or None")
        elif dtype is None:
            dtype = initial_state[0].dtype
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length)
        first_c, first_h = initial_state
        states, outputs = self._call_cell(inputs, first_c, first_h, dtype, sequence_length)
        if sequence_length is None:
            last = LSTMStateTuple(states[-1], outputs[-1])
        else:
            mask = transpose(sequence_mask(sequence_length, steps, dtype=dtype), [1, 0])
            outputs = outputs * tile(expand_dims(mask, [-1]), [1, 1, self.num_units])
            all_c = concat([expand_dims(first_c, [0]), states], 0)  # of length 0 there is the first state
            all_h = concat([expand_dims(first_h, [0]), outputs], 0)
            last = LSTMStateTuple(*(_at(every, sequence_length, batch) for every in (all_c, all_h)))
        return unstack(outputs) if is_list else outputs, last


def _at(values, indices, batch):
    """``values[indices[i], i]`` for each ``i``."""
    return gather_nd(values, stack([indices, range(batch)], axis=1))


class LSTMBlockFusedCell(_LSTMBlock, LSTMBlockWrapper):
    """An LSTM over a whole sequence in one operation; arguments and variables as for ``LSTMBlockCell``."""

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        cell_clip=None,
        use_peephole=False,
        reuse=None,
        dtype=None,
        name="lstm_fused_cell",
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._note(num_units, forget_bias, cell_clip, use_peephole, InputSpec(ndim=3))

    num_units = property(lambda self: self._num_units, doc="How many units it has.")

    def build(self, input_shape):
        """Makes ``kernel`` ``[inputs + units, 4 * units]``, ``bias`` and the peepholes."""
        self._make_weights(input_shape.dims[2].value)

    def _call_cell(self, inputs, initial_cell_state=None, initial_output=None, dtype=None, sequence_length=None):
        steps = inputs.get_shape().with_rank(3).dims[0].value
        if steps is None:
            steps = shape_of(inputs)[0]
        peepholes = self._peephole_weights(dtype)
        longest = cast(steps if sequence_length is None else reduce_max(sequence_length), dtypes.int64)
        _, states, _, _, _, _, outputs = raw.BlockLSTM(
            longest, inputs, initial_cell_state, initial_output, self._kernel, *peepholes, self._bias, **self._options
        )
        return states, outputs


class GRUBlockCell(LayerRNNCell):
    """A GRU whose step is one operation; its variables are ``w_ru``, ``b_ru``, ``w_c`` and ``b_c``.

    ``cell_size`` is the older name of ``num_units``; ``ValueError`` where not exactly one of them is given.
    """

    _NAMES = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(self, num_units=None, cell_size=None, reuse=None, name="gru_cell"):
        super().__init__(_reuse=reuse, name=name)
        if (cell_size is None) == (num_units is None):
            raise ValueError("Exactly one of num_units or cell_size must be provided.")
        self._cell_size = cell_size if num_units is None else num_units
        self.input_spec = InputSpec(ndim=2)

    state_size = property(lambda self: self._cell_size, doc="How many units it has.")
    output_size = property(lambda self: self._cell_size, doc="How many units it has.")

    def build(self, input_shape):
        """Makes the gates' kernel ``[inputs + units, 2 * units]``, the candidate's, and their biases."""
        depth, units = dimension_value(input_shape[1]), self._cell_size
        if depth is None:
            raise ValueError("Expecting input_size to be set.")
        gate_kernel, gate_bias, candidate_kernel, candidate_bias = self._NAMES
        self._gate_kernel = self.add_weight(gate_kernel, [depth + units, units * 2])
        self._gate_bias = self.add_weight(gate_bias, [units * 2], initializer=constant_initializer(1.0))
        self._candidate_kernel = self.add_weight(candidate_kernel, [depth + units, units])
        self._candidate_bias = self.add_weight(candidate_bias, [units], initializer=constant_initializer(0.0))
        self.built = True

    def call(self, inputs, h_prev):
        """``(output, output)``."""
        columns = h_prev.get_shape().with_rank(2)[1]
        if columns != self._cell_size:
            raise ValueError(f"Shape of h_prev[1] incorrect: cell_size {self._cell_size} vs {columns}")
        _, _, _, output = raw.GRUBlockCell(
            inputs, h_prev, self._gate_kernel, self._candidate_kernel, self._gate_bias, self._candidate_bias
        )
        return output, output


class GRUBlockCellV2(GRUBlockCell):
    """A ``GRUBlockCell`` whose variables have the names that those of ``tf.nn.rnn_cell.GRUCell`` have."""

    _NAMES = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")
