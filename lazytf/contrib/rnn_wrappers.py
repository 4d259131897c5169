"""Cells around cells, of ``tf.contrib.rnn``: embedding, projections, attention, highways."""

import math

from lazytf.contrib.linear import Linear
from lazytf.core import graph as graphs
from lazytf.core.build import raw
from lazytf.core.structures import assert_same_structure, flatten, is_nested, map_structure
from lazytf.modeling.cells import RNNCell, assert_like_rnncell, log, warn_of_joined_state
from lazytf.modeling.wrappers import CellAround, CellWrapper
from lazytf.ops.embedding import embedding_lookup
from lazytf.ops.joining import concat
from lazytf.ops.nn import softmax, xw_plus_b
from lazytf.ops.reduction import reduce_sum
from lazytf.ops.reshaping import expand_dims, reshape
from lazytf.ops.unary import sigmoid, tanh
from lazytf.state.initializers import constant_initializer, random_uniform_initializer
from lazytf.state.scopes import get_variable, get_variable_scope, variable_scope


class EmbeddingWrapper(CellAround):
    """A cell whose inputs are ids, of which it takes the rows of ``embedding`` ``[classes, size]``, kept on the CPU.

    ``initializer`` is that of the embedding; without it the scope's, else uniform with variance 1. ``ValueError``
    for sizes that are not positive.
    """

    def __init__(self, cell, embedding_classes, embedding_size, initializer=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                f"Both embedding_classes and embedding_size must be > 0: {embedding_classes}, {embedding_size}."
            )
        self._embedding_classes, self._embedding_size = embedding_classes, embedding_size
        self._initializer = initializer

    def call(self, inputs, state):
        """``(output, new state)`` of the cell inside for the embedded ids."""
        with graphs.get_default_graph().device("/cpu:0"):
            limit = math.sqrt(3)
            initializer = (
                self._initializer or get_variable_scope().initializer or random_uniform_initializer(-limit, limit)
            )
            embedding = get_variable(
                "embedding",
                [self._embedding_classes, self._embedding_size],
                initializer=initializer,
                dtype=(state[0] if isinstance(state, tuple) else state).dtype,
            )
            return self.cell(embedding_lookup(embedding, reshape(inputs, [-1])), state)


class InputProjectionWrapper(CellAround):
    """A cell whose inputs are mapped to ``num_proj`` columns first, with ``activation`` if there is one."""

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if input_size is not None:
            log.warning("%s: The input_size parameter is deprecated.", self)
        self._num_proj, self._activation, self._linear = num_proj, activation, None

    def call(self, inputs, state):
        """``(output, new state)`` of the cell inside for the projected inputs."""
        self._linear = self._linear or Linear(inputs, self._num_proj, True)
        projected = self._linear(inputs)
        return self.cell(self._activation(projected) if self._activation else projected, state)


class OutputProjectionWrapper(CellAround):
    """A cell whose outputs are mapped to ``output_size`` columns, with ``activation`` if there is one."""

    def __init__(self, cell, output_size, activation=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._output_size, self._activation, self._linear = output_size, activation, None

    output_size = property(lambda self: self._output_size, doc="The columns that outputs are mapped to.")

    def call(self, inputs, state):
        """``(projected output, new state)``."""
        output, new_state = self.cell(inputs, state)
        self._linear = self._linear or Linear(output, self._output_size, True)
        projected = self._linear(output)
        return self._activation(projected) if self._activation else projected, new_state


class AttentionCellWrapper(RNNCell):
    """A cell that attends to its last ``attn_length`` outputs (Cheng et al., 2016).

    The attention vector has ``attn_size`` elements (the cell's outputs unless told) and is found by way of
    ``attn_vec_size`` features; inputs are mapped to ``input_size`` columns (as many as they have). The state is
    (the cell's, the attention vector, the window), or all side by side without ``state_is_tuple``. ``ValueError``
    for a window that is not positive, and where the cell's state is a tuple that cannot be joined.
    """

    def __init__(
        self,
        cell,
        attn_length,
        attn_size=None,
        attn_vec_size=None,
        input_size=None,
        state_is_tuple=True,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        if is_nested(cell.state_size) and not state_is_tuple:
            raise ValueError(
                "Cell returns tuple of states, but the flag state_is_tuple is not set. State size is: "
                f"{cell.state_size}"
            )
        if attn_length <= 0:
            raise ValueError(f"attn_length should be greater than zero, got {attn_length}")
        if not state_is_tuple:
            warn_of_joined_state(self)
        self.cell, self._state_is_tuple, self._attn_length = cell, state_is_tuple, attn_length
        self._attn_size = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._input_size = input_size
        self._of_inputs = self._of_outputs = self._of_state = None

    @property
    def state_size(self):
        """Those of the cell, the attention vector and the window; or their sum."""
        sizes = (self.cell.state_size, self._attn_size, self._attn_size * self._attn_length)
        return sizes if self._state_is_tuple else sum(sizes)

    output_size = property(lambda self: self._attn_size, doc="The size of the attention vector.")

    def call(self, inputs, state):
        """``(output, new state)``."""
        state, attention, window = state if self._state_is_tuple else self._parts(state)
        window = reshape(window, [-1, self._attn_length, self._attn_size])
        if self._of_inputs is None:
            columns = inputs.get_shape().as_list()[1] if self._input_size is None else self._input_size
            self._of_inputs = Linear([inputs, attention], columns, True)
        cell_output, new_state = self.cell(self._of_inputs([inputs, attention]), state)
        query = concat(flatten(new_state), 1) if self._state_is_tuple else new_state
        attention, window = self._attend(query, window)
        with variable_scope("attn_output_projection"):
            if self._of_outputs is None:
                self._of_outputs = Linear([cell_output, attention], self._attn_size, True)
            output = self._of_outputs([cell_output, attention])
        window = concat([window, expand_dims(output, 1)], 1)
        window = reshape(window, [-1, self._attn_length * self._attn_size])
        new_state = (new_state, attention, window)
        return output, new_state if self._state_is_tuple else concat(list(new_state), 1)

    def _parts(self, state):
        begin, parts = 0, []
        for size in (self.cell.state_size, self._attn_size, self._attn_size * self._attn_length):
            parts.append(raw.Slice(state, [0, begin], [-1, size]))
            begin += size
        return parts

    def _attend(self, query, window):
        """The new attention vector, and the window without its oldest output."""
        with variable_scope("attention"):
            kernel = get_variable("attn_w", [1, 1, self._attn_size, self._attn_vec_size])
            weights = get_variable("attn_v", [self._attn_vec_size])
            hidden = reshape(window, [-1, self._attn_length, 1, self._attn_size])
            features = raw.Conv2D(hidden, kernel, strides=[1, 1, 1, 1], padding="SAME")
            self._of_state = self._of_state or Linear(query, self._attn_vec_size, True)
            wanted = reshape(self._of_state(query), [-1, 1, 1, self._attn_vec_size])
            shares = softmax(reduce_sum(weights * tanh(features + wanted), [2, 3]))
            seen = reduce_sum(reshape(shares, [-1, self._attn_length, 1, 1]) * hidden, [1, 2])
            return reshape(seen, [-1, self._attn_size]), raw.Slice(window, [0, 1, 0], [-1, -1, -1])


class HighwayWrapper(CellWrapper):
    """A cell whose inputs pass to its outputs by a gate: ``inputs * carry + outputs * transform``.

    ``carry = sigmoid(inputs @ carry_w + carry_b)``, whose bias begins at ``carry_bias_init``; ``transform`` is
    ``1 - carry``, or without ``couple_carry_transform_gates`` a gate with variables of its own.
    """

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0):
        super().__init__(cell)
        self._couple_carry_transform_gates = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init

    def _call_wrapped_cell(self, inputs, state, cell_call_fn, **kwargs):
        outputs, new_state = cell_call_fn(inputs, state, **kwargs)
        assert_same_structure(inputs, outputs)
        map_structure(lambda x, y: x.get_shape().assert_is_compatible_with(y.get_shape()), inputs, outputs)
        return map_structure(self._highway, inputs, outputs), new_state

    def _highway(self, inputs, outputs):
        carry = self._gate("carry", inputs, self._carry_bias_init)
        if self._couple_carry_transform_gates:
            transform = 1 - carry
        else:
            transform = self._gate("transform", inputs, -self._carry_bias_init)
        return inputs * carry + outputs * transform

    def _gate(self, name, inputs, bias):
        size = inputs.get_shape().with_rank(2).dims[1].value
        weight = get_variable(f"{name}_w", [size, size])
        return sigmoid(
            xw_plus_b(inputs, weight, get_variable(f"{name}_b", [size], initializer=constant_initializer(bias)))
        )
