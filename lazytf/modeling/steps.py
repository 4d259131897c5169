"""What all networks over time share: whose turn batch and time are, the sizes known, and one step of sequences that
may be over.
"""

import contextlib

from lazytf.control_flow.conditionals import cond
from lazytf.control_flow.tensor_arrays import TensorArray
from lazytf.core import structures
from lazytf.core.graph import get_default_graph
from lazytf.core.scopes import colocate_with
from lazytf.core.shapes import TensorShape, dimension_value
from lazytf.modeling.cells import RNNCell
from lazytf.modeling.layer import Layer
from lazytf.ops.filling import range
from lazytf.ops.joining import concat
from lazytf.ops.measuring import rank, shape as shape_of
from lazytf.ops.reshaping import transpose
from lazytf.ops.selecting import where
from lazytf.state.scopes import variable_scope


def transpose_batch_time(x):
    """``x`` (``[a, b, ...]``) with its first two dimensions exchanged; ``x`` itself if it has fewer."""
    known = x.shape
    if known.ndims is not None and known.ndims < 2:
        return x
    exchanged = transpose(x, concat(([1, 0], range(2, rank(x))), axis=0))
    if known.ndims is not None:
        exchanged.set_shape(TensorShape([known[1], known[0]]).concatenate(known[2:]))
    return exchanged


def best_effort_input_batch_size(flat_input):
    """The batch size of tensors ``[time, batch, ...]``: a number if one of them knows it, else a scalar tensor.

    ``ValueError`` where one has fewer than two dimensions.
    """
    for tensor in flat_input:
        if tensor.shape.ndims is None:
            continue
        if tensor.shape.ndims < 2:
            raise ValueError(f"Expected input tensor {tensor} to have rank at least 2")
        size = dimension_value(tensor.shape[1])
        if size is not None:
            return size
    return shape_of(flat_input[0])[1]


def state_dtype(dtype, state):
    """``dtype`` if it is given, else that of all tensors in ``state``; ``ValueError`` where they differ."""
    if dtype is not None:
        return dtype
    found = [tensor.dtype for tensor in structures.flatten(state)]
    if not found:
        raise ValueError("Unable to infer dtype from empty state.")
    if any(other != found[0] for other in found):
        raise ValueError(
            "State has tensors of different inferred_dtypes. Unable to infer a single representative dtype."
        )
    return found[0]


def first_state(cell, batch_size, dtype):
    """The state that the cell itself says to start from."""
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


@contextlib.contextmanager
def network_scope(scope):
    """The variable scope of a network, "rnn" if none is given: what is read of its variables is kept near the cell.

    Inside a loop it is read anew in each round, since the loop may train them.
    """
    with variable_scope(scope or "rnn") as opened:
        context = get_default_graph()._get_control_flow_context()
        if opened.caching_device is None and (context is None or context.loop is None):
            opened.set_caching_device(lambda op: op.device)
        yield opened


def called(cell, inputs, state):
    """``(output, new state)`` of the cell, also of one that takes and returns its states in a list, as Keras's do."""
    if isinstance(cell, RNNCell) or not isinstance(cell, Layer) or hasattr(cell, "zero_state"):
        return cell(inputs, state)
    output, new_state = cell(inputs, state if structures.is_nested(state) else [state])
    return output, new_state[0] if len(new_state) == 1 else new_state


def kept_where(over, old, new):
    """The rows of ``new``, but those of ``old``, a structure alike, where ``over`` (``[batch]``) is true.

    What has no rows, a scalar or an array of tensors, is new.
    """
    structures.assert_same_structure(old, new)
    rows = [_rows_kept(over, *pair) for pair in zip(structures.flatten(old), structures.flatten(new), strict=True)]
    return structures.pack_sequence_as(old, rows)


def _rows_kept(over, old, new):
    if isinstance(old, TensorArray) or old.shape.ndims == 0:
        return new
    with colocate_with(new):
        return where(over, old, new)


def step_until_over(time, lengths, call_cell, zero_output, state, shortest=None, longest=None):
    """``(output, state)`` after the step at ``time``: of a sequence that is over, zeros and the state it had.

    ``call_cell()`` makes the step. With the length of the ``shortest`` and the ``longest`` sequence it is only made
    while there is one that is not over, and nothing is chosen before one is; a loop that ends after the longest
    sequence has no use for that.
    """
    over = time >= lengths
    old = structures.flatten(zero_output) + structures.flatten(state)

    def stepped():
        output, new_state = call_cell()
        structures.assert_same_structure(zero_output, output)
        structures.assert_same_structure(state, new_state)
        return structures.flatten(output) + structures.flatten(new_state)

    def some_stepped():
        new = stepped()
        return cond(time < shortest, lambda: new, lambda: kept_where(over, old, new), strict=True)

    if longest is None:
        results = kept_where(over, old, stepped())
    else:
        results = cond(time >= longest, lambda: old, some_stepped, strict=True)
    for result, before in zip(results, old, strict=True):
        if not isinstance(result, TensorArray):
            result.set_shape(before.shape)
    count = len(structures.flatten(zero_output))
    return (
        structures.pack_sequence_as(zero_output, results[:count]),
        structures.pack_sequence_as(state, results[count:]),
    )
