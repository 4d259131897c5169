"""Networks over time beyond those of ``tf.nn``: stacks of layers in both directions, and networks as one cell."""

import abc

from lazytf.modeling.recurrent import bidirectional_dynamic_rnn, dynamic_rnn
from lazytf.modeling.unrolled import static_bidirectional_rnn, static_rnn
from lazytf.ops.joining import concat, stack, unstack
from lazytf.ops.sequences import reverse_sequence
from lazytf.ops.tiling import reverse
from lazytf.state.scopes import variable_scope

# -- stacks ---------------------------------------------------------------------------------------------------------


def stack_bidirectional_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    scope=None,
):
    """``(outputs, states_fw, states_bw)`` of layers of ``static_bidirectional_rnn``, one upon the other.

    ``cells_fw`` and ``cells_bw`` are lists with a cell for each layer, and so are the initial states. A layer's inputs
    are the outputs of the one below: those of both directions side by side. The states are tuples, one for each layer.
    The other arguments are those of ``static_bidirectional_rnn``; ``scope`` is "stack_bidirectional_rnn" by default,
    with "cell_0", "cell_1", ... in it.

    ``ValueError`` where lists are empty, not lists, or not equally long.
    """

    def run(layer, inputs, initial_state_fw, initial_state_bw, scope):
        outputs, state_fw, state_bw = static_bidirectional_rnn(
            *layer, inputs, initial_state_fw, initial_state_bw, dtype, sequence_length, scope
        )
        return outputs, (state_fw, state_bw)

    return _stacked(run, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def stack_bidirectional_dynamic_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    parallel_iterations=None,
    time_major=False,
    scope=None,
    swap_memory=False,
):
    """``(outputs, states_fw, states_bw)`` of layers of ``bidirectional_dynamic_rnn``, one upon the other.

    ``outputs`` is one tensor, ``[batch, time, forward + backward outputs]``, or with ``time_major`` ``[time, batch,
    ...]``. All else is as in ``stack_bidirectional_rnn``, and the loop's arguments as in ``dynamic_rnn``.
    """

    def run(layer, inputs, initial_state_fw, initial_state_bw, scope):
        outputs, states = bidirectional_dynamic_rnn(
            *layer,
            inputs,
            sequence_length,
            initial_state_fw,
            initial_state_bw,
            dtype,
            parallel_iterations,
            swap_memory,
            time_major,
        )
        return concat(outputs, 2), states

    return _stacked(run, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def _stacked(run, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope):
    for cells, short in ((cells_fw, "fw"), (cells_bw, "bw")):
        if not cells:
            raise ValueError(f"Must specify at least one {short} cell for BidirectionalRNN.")
    for cells, short in ((cells_fw, "fw"), (cells_bw, "bw")):
        if not isinstance(cells, list):
            raise ValueError(f"cells_{short} must be a list of RNNCells (one per layer).")
    if len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth.")
    layers = list(zip(cells_fw, cells_bw, strict=True))
    starts_fw = _initial_states(initial_states_fw, layers, "fw")
    starts_bw = _initial_states(initial_states_bw, layers, "bw")
    states = []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, layer in enumerate(layers):
            with variable_scope(f"cell_{i}") as inner:
                inputs, both = run(layer, inputs, starts_fw[i], starts_bw[i], inner)
            states.append(both)
    states_fw, states_bw = zip(*states, strict=True)
    return inputs, states_fw, states_bw


def _initial_states(states, layers, short):
    """One initial state for each layer, or None for each."""
    if states is None:
        return [None] * len(layers)
    if not isinstance(states, list) or len(states) != len(layers):
        raise ValueError(f"initial_states_{short} must be a list of state tensors (one per layer).")
    return states


# -- networks as one cell -------------------------------------------------------------------------------------------


class FusedRNNCell(abc.ABC):
    """The base of cells that hold a whole network over time: one call, all steps."""

    @abc.abstractmethod
    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """``(outputs, state)`` for inputs ``[time, batch, ...]``, or a list with a tensor ``[batch, ...]`` a step.

        The outputs are of the same kind. The network begins with ``initial_state``, or with zeros of ``dtype``, and
        row ``b`` ends after ``sequence_length[b]`` steps.
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """The network of one cell: a ``dynamic_rnn`` with ``use_dynamic_rnn``, else a ``static_rnn``."""

    def __init__(self, cell, use_dynamic_rnn=False):
        self._cell, self._use_dynamic_rnn = cell, use_dynamic_rnn

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """``(outputs, state)``, see ``FusedRNNCell``; raises what the network raises."""
        is_list = isinstance(inputs, list)
        options = dict(initial_state=initial_state, dtype=dtype, sequence_length=sequence_length, scope=scope)
        if self._use_dynamic_rnn:
            inputs = stack(inputs) if is_list else inputs
            outputs, state = dynamic_rnn(self._cell, inputs, time_major=True, **options)
            return unstack(outputs) if is_list else outputs, state
        outputs, state = static_rnn(self._cell, inputs if is_list else unstack(inputs), **options)
        return outputs if is_list else stack(outputs), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A fused cell that runs from the last step to the first; its outputs are in the order of the inputs.

    A tensor's rows begin with their own last step, where ``sequence_length`` says; a list is turned round whole.
    """

    def __init__(self, cell):
        self._cell = cell

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """``(outputs, state)``, see ``FusedRNNCell``."""
        outputs, state = self._cell(
            _turned_round(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return _turned_round(outputs, sequence_length), state


def _turned_round(steps, lengths):
    if isinstance(steps, list):
        return steps[::-1]
    return reverse(steps, [0]) if lengths is None else reverse_sequence(steps, lengths, 0, 1)
