"""Cells run over a list of inputs, one step after the other in the graph: ``static_rnn`` and its kin."""

import functools

from lazytf.core import dtypes, structures
from lazytf.core.build import convert_to_tensor
from lazytf.core.scopes import control_dependencies
from lazytf.core.shapes import TensorShape, dimension_value
from lazytf.modeling.cells import assert_like_rnncell, joined_shape
from lazytf.modeling.steps import called, first_state, network_scope, state_dtype, step_until_over
from lazytf.ops.casting import cast
from lazytf.ops.filling import zeros
from lazytf.ops.identity import identity
from lazytf.ops.joining import concat, stack, unstack
from lazytf.ops.measuring import shape as shape_of
from lazytf.ops.reduction import reduce_max, reduce_min
from lazytf.ops.sequences import reverse_sequence
from lazytf.state.scopes import variable_scope


def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """``(outputs, state)`` of a cell that is called once for each of ``inputs``, in their order.

    ``inputs`` is a list, not empty, of tensors ``[batch, ...]`` or of structures of them; the sizes after the batch
    must be known. ``outputs`` is a list as long, of what the cell puts out (``[batch, cell.output_size]``); ``state``
    is the last one. It begins as ``initial_state``, or as what the cell says for that ``dtype``. After
    ``sequence_length[b]`` steps (an int32 or int64 vector) row ``b`` puts out zeros and keeps its state, and steps
    after the longest sequence are not computed at all. ``scope`` is the variable scope, "rnn" by default.

    ``TypeError`` if ``cell`` is no cell or ``inputs`` no sequence; ``ValueError`` if there are none, where sizes are
    not known or differ, and if there is neither ``initial_state`` nor ``dtype``.
    """
    assert_like_rnncell("cell", cell)
    _check_sequence(inputs)
    with network_scope(scope) as opened:
        first, known = _checked_batch(inputs)
        batch_size = known or shape_of(first)[0]
        if initial_state is None and dtype is None:
            raise ValueError("If no initial_state is provided, dtype must be specified")
        state = first_state(cell, batch_size, dtype) if initial_state is None else initial_state
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if sequence_length.shape.ndims not in (None, 1):
                raise ValueError("sequence_length must be a vector of length batch_size")
            zero_output = structures.map_structure(
                lambda size: _zero_output(batch_size, known, size, state_dtype(dtype, state)), cell.output_size
            )
            lengths = cast(sequence_length, dtypes.int32)
            shortest, longest = reduce_min(lengths), reduce_max(lengths)
        outputs = []
        for time, given in enumerate(inputs):
            if time:
                opened.reuse_variables()
            call_cell = functools.partial(called, cell, given, state)
            if sequence_length is None:
                output, state = call_cell()
            else:
                output, state = step_until_over(time, lengths, call_cell, zero_output, state, shortest, longest)
            outputs.append(output)
        return outputs, state


def _check_sequence(inputs):
    if not structures.is_nested(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")


def _checked_batch(inputs):
    """The first tensor of ``inputs``, and the batch size if it is known; ``ValueError`` where sizes do not fit."""
    tensors = structures.flatten(inputs)
    first = tensors[0].shape
    if first.ndims == 1:
        return tensors[0], dimension_value(first[0])
    for tensor in tensors:
        sizes = tensor.shape.with_rank_at_least(2).dims
        if sizes is None:
            raise ValueError(f"The rank of inputs must be known, but saw {tensor}")
        first.dims[0].merge_with(sizes[0])
        unknown = next((i for i, size in enumerate(sizes[1:]) if size.value is None), None)
        if unknown is not None:
            raise ValueError(
                f"Input size (dimension {unknown} of inputs) must be accessible via shape inference, "
                "but saw value None."
            )
    return tensors[0], first.dims[0].value


def _zero_output(batch_size, known, size, dtype):
    output = zeros(joined_shape(batch_size, size), dtype)
    output.set_shape(TensorShape(joined_shape(known, size, static=True)))
    return output


def static_state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None, scope=None):
    """``(outputs, state)`` of ``static_rnn`` over a piece of longer sequences, that begins where the last piece ended.

    ``state_saver.state(name)`` returns the state to begin with, and ``state_saver.save_state(name, tensor)`` an
    operation that keeps the last one: it has run when the last output or the state is there. ``state_name`` is a name,
    or a tuple of as many names as ``cell.state_size`` has sizes.

    ``ValueError`` where ``state_name`` is not like ``cell.state_size``.
    """
    size = cell.state_size
    if structures.is_nested(size) != structures.is_nested(state_name):
        raise ValueError(
            f"state_name should be the same type as cell.state_size.  state_name: {state_name}, cell.state_size: {size}"
        )
    state_names, sizes = structures.flatten(state_name), structures.flatten(size)
    if len(state_names) != len(sizes):
        raise ValueError(f"#elems(state_name) != #elems(state_size): {len(state_names)} vs. {len(sizes)}")
    before = structures.pack_sequence_as(size, [state_saver.state(name) for name in state_names])
    outputs, state = static_rnn(cell, inputs, initial_state=before, sequence_length=sequence_length, scope=scope)
    tensors = zip(state_names, structures.flatten(state), strict=True)
    with control_dependencies([state_saver.save_state(name, tensor) for name, tensor in tensors]):
        outputs[-1] = structures.map_structure(identity, outputs[-1])
        return outputs, structures.map_structure(identity, state)


def static_bidirectional_rnn(
    cell_fw,
    cell_bw,
    inputs,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    sequence_length=None,
    scope=None,
):
    """``(outputs, state_fw, state_bw)`` of one cell that runs forwards over ``inputs`` and one that runs backwards.

    An output is those of both cells side by side: ``[batch, cell_fw.output_size + cell_bw.output_size]``. The second
    cell begins with the last step of each sequence, where ``sequence_length`` says. The other arguments, and what is
    raised, are those of ``static_rnn``; ``scope`` is "bidirectional_rnn" by default, and the cells' own are "fw" and
    "bw" in it.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    _check_sequence(inputs)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as inner:
            forward, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=inner)
        with variable_scope("bw") as inner:
            turned = _turned_round(inputs, sequence_length)
            backward, state_bw = static_rnn(cell_bw, turned, initial_state_bw, dtype, sequence_length, scope=inner)
    backward = _turned_round(backward, sequence_length)
    pairs = zip(structures.flatten(forward), structures.flatten(backward), strict=True)
    outputs = structures.pack_sequence_as(forward, [concat(pair, 1) for pair in pairs])
    return outputs, state_fw, state_bw


def _turned_round(steps, lengths):
    """A list of steps, the last one first; with ``lengths`` the last one of each row."""
    if lengths is None:
        return list(reversed(steps))
    columns = zip(*(structures.flatten(step) for step in steps), strict=True)
    turned = [unstack(reverse_sequence(stack(column), lengths, 0, 1)) for column in columns]
    return [structures.pack_sequence_as(step, row) for step, row in zip(steps, zip(*turned, strict=True), strict=True)]
