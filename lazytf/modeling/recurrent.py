"""Cells run over time by a loop: ``dynamic_rnn``, the same in both directions, and ``raw_rnn``, which all is left to.

Inputs wait in arrays of tensors, one element for each time step, and outputs are gathered in others:

    inputs ─ array ─ read(t) ─ cell ─ write(t) ─ array ─ outputs
                        state ──┴── state ─┐
                          └────────────────┘
"""

from lazytf.control_flow.checks import Assert
from lazytf.control_flow.loops import while_loop
from lazytf.control_flow.tensor_arrays import TensorArray
from lazytf.core import contents, dtypes, structures
from lazytf.core.build import convert_to_tensor, name_scope
from lazytf.core.operation import Tensor
from lazytf.core.scopes import control_dependencies
from lazytf.core.shapes import TensorShape, as_shape
from lazytf.modeling.cells import assert_like_rnncell, joined_shape
from lazytf.modeling.steps import (
    best_effort_input_batch_size,
    called,
    first_state,
    kept_where,
    network_scope,
    state_dtype,
    step_until_over,
    transpose_batch_time,
)
from lazytf.ops.binary import maximum, minimum
from lazytf.ops.casting import cast
from lazytf.ops.comparison import equal, logical_or
from lazytf.ops.constants import constant
from lazytf.ops.filling import zeros
from lazytf.ops.identity import identity
from lazytf.ops.joining import stack
from lazytf.ops.measuring import shape as shape_of
from lazytf.ops.reduction import reduce_all, reduce_max, reduce_min
from lazytf.ops.sequences import reverse_sequence
from lazytf.ops.tiling import reverse
from lazytf.ops.unary import logical_not
from lazytf.state.scopes import variable_scope


def dynamic_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """``(outputs, state)`` of a cell that runs over as many time steps as its inputs have.

    ``inputs`` is a tensor ``[batch, time, ...]``, or with ``time_major`` ``[time, batch, ...]``, or a structure of
    such; the sizes after the first two must be known. ``outputs`` is ``[batch, time, cell.output_size]``, or
    ``[time, batch, ...]``, in the structure of ``cell.output_size``; ``state`` is the last one, in that of
    ``cell.state_size``. It begins as ``initial_state``, or as what the cell says for that ``dtype``.

    After ``sequence_length[b]`` steps (an int32 or int64 vector ``[batch]``) row ``b`` puts out zeros and keeps its
    state, and no step after the longest sequence is made. ``scope`` is the variable scope, "rnn" by default.
    ``parallel_iterations`` (32) and ``swap_memory`` are kept in the graph and change nothing.

    ``TypeError`` if ``cell`` is no cell. ``ValueError`` where sizes are not known or differ between inputs, where
    ``sequence_length`` is no vector, and if there is neither ``initial_state`` nor ``dtype``. In the run,
    ``InvalidArgumentError`` if ``sequence_length`` is not as long as the batch.
    """
    assert_like_rnncell("cell", cell)
    with network_scope(scope):
        tensors = [convert_to_tensor(tensor) for tensor in structures.flatten(inputs)]
        if not time_major:
            tensors = [transpose_batch_time(tensor) for tensor in tensors]
        if sequence_length is not None:
            sequence_length = _lengths(sequence_length)
        batch_size = best_effort_input_batch_size(tensors)
        if initial_state is None and dtype is None:
            raise ValueError("If there is no initial_state, you must give a dtype.")
        state = first_state(cell, batch_size, dtype) if initial_state is None else initial_state
        if sequence_length is not None:
            with control_dependencies([_assert_has_shape(sequence_length, [batch_size])]):
                sequence_length = identity(sequence_length, name="CheckSeqLen")
        inputs = structures.pack_sequence_as(inputs, tensors)
        outputs, state = _run(cell, inputs, state, sequence_length, dtype, parallel_iterations or 32, swap_memory)
        return outputs if time_major else structures.map_structure(transpose_batch_time, outputs), state


def _lengths(sequence_length):
    lengths = cast(sequence_length, dtypes.int32)
    if lengths.shape.ndims not in (None, 1):
        raise ValueError(f"sequence_length must be a vector of length batch_size, but saw shape: {lengths.shape}")
    return identity(lengths, name="sequence_length")


def _assert_has_shape(x, shape):
    found, wanted = shape_of(x), stack(shape)
    said = [f"Expected shape for Tensor {x.name} is ", wanted, " but saw shape: ", found]
    return Assert(reduce_all(equal(found, wanted)), said)


def _run(cell, inputs, state, lengths, dtype, parallel_iterations, swap_memory):
    """``dynamic_rnn`` of inputs ``[time, batch, ...]``: the loop and its arrays."""
    tensors, sizes = structures.flatten(inputs), structures.flatten(cell.output_size)
    steps = shape_of(tensors[0])[0]
    batch_size = best_effort_input_batch_size(tensors)
    known_steps, known_batch = _checked_extents(tensors)
    dtype = state_dtype(dtype, state)
    zero_output = structures.map_structure(lambda size: zeros(joined_shape(batch_size, size), dtype), cell.output_size)
    if lengths is not None:
        reduce_min(lengths)  # TensorFlow has it in the graph, though nobody asks for it
    longest = steps if lengths is None else reduce_max(lengths)
    time = constant(0, dtype=dtypes.int32, name="time")

    with name_scope("dynamic_rnn") as base_name:
        pass

    def array(name, shape, dtype):
        return TensorArray(dtype, size=steps, element_shape=shape, tensor_array_name=base_name + name)

    results = tuple(array(f"output_{i}", _element_shape(known_batch, size), dtype) for i, size in enumerate(sizes))
    given = [array(f"input_{i}", tensor.shape[1:], tensor.dtype) for i, tensor in enumerate(tensors)]
    given = [each.unstack(tensor) for each, tensor in zip(given, tensors, strict=True)]

    def step(time, results, state):
        read = [each.read(time) for each in given]
        for element, tensor in zip(read, tensors, strict=True):
            element.set_shape(tensor.shape[1:])
        now = structures.pack_sequence_as(inputs, read)
        if lengths is None:
            output, new_state = called(cell, now, state)
        else:
            output, new_state = step_until_over(time, lengths, lambda: called(cell, now, state), zero_output, state)
        written = [each.write(time, out) for each, out in zip(results, structures.flatten(output), strict=True)]
        return time + 1, tuple(written), new_state

    # One round at least, where there is a step at all: the arrays learn the shape of outputs from it.
    bound = minimum(steps, maximum(1, longest))
    _, results, state = while_loop(
        lambda time, *_: time < bound,
        step,
        (time, results, state),
        parallel_iterations=parallel_iterations,
        maximum_iterations=steps,
        swap_memory=swap_memory,
    )
    outputs = [each.stack() for each in results]
    for output, size in zip(outputs, sizes, strict=True):
        output.set_shape(joined_shape([known_steps, known_batch], size, static=True))
    return structures.pack_sequence_as(cell.output_size, outputs), state


def _checked_extents(tensors):
    """The static sizes of time and batch; ``ValueError`` where inputs differ in them, or where others are unknown."""
    shapes = [tensor.shape.with_rank_at_least(3) for tensor in tensors]
    for tensor, shape in zip(tensors, shapes, strict=True):
        if shape.ndims is None:
            raise ValueError(f"The rank of inputs must be known, but saw {tensor}")
        if not shape[2:].is_fully_defined():
            raise ValueError("Input size (depth of inputs) must be accessible via shape inference, but saw value None.")
        if shape.as_list()[0] != shapes[0].as_list()[0]:
            raise ValueError("Time steps is not the same for all the elements in the input in a batch.")
        if shape.as_list()[1] != shapes[0].as_list()[1]:
            raise ValueError("Batch_size is not the same for all the elements in the input.")
    return shapes[0].as_list()[:2]


def _element_shape(batch, size):
    """What is known of ``[batch, size...]``; a size may be a tensor."""
    return TensorShape([batch]).concatenate(
        as_shape(contents.constant_value(size) if isinstance(size, Tensor) else size)
    )


def bidirectional_dynamic_rnn(
    cell_fw,
    cell_bw,
    inputs,
    sequence_length=None,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """``((outputs_fw, outputs_bw), (state_fw, state_bw))`` of a cell that runs forwards, and one that runs backwards.

    The second begins with the last step of each sequence, where ``sequence_length`` says; both outputs are in the
    order of the inputs. The other arguments, and what is raised, are those of ``dynamic_rnn``; ``scope`` is
    "bidirectional_rnn" by default, and the cells' own are "fw" and "bw" in it.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)

    def run(cell, inputs, initial_state, scope):
        return dynamic_rnn(
            cell, inputs, sequence_length, initial_state, dtype, parallel_iterations, swap_memory, time_major, scope
        )

    def turned_round(tensor):
        if sequence_length is None:
            return reverse(tensor, axis=[time_axis])
        return reverse_sequence(tensor, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as inner:
            outputs_fw, state_fw = run(cell_fw, inputs, initial_state_fw, inner)
        with variable_scope("bw") as inner:
            turned = structures.map_structure(turned_round, inputs)
            outputs_bw, state_bw = run(cell_bw, turned, initial_state_bw, inner)
    return (outputs_fw, structures.map_structure(turned_round, outputs_bw)), (state_fw, state_bw)


def raw_rnn(cell, loop_fn, parallel_iterations=None, swap_memory=False, scope=None):
    """``(emit_ta, state, loop_state)`` of a cell that a function of yours feeds, for as long as that wants.

    ``loop_fn(time, cell_output, cell_state, loop_state)`` is called twice while the graph is drawn and returns
    ``(finished, next_input, next_state, emit_output, next_loop_state)``. First with ``time`` 0 and None for the rest:
    then it says which rows ``[batch]`` are finished already, the first input (``[batch, ...]``) and the first state;
    its ``emit_output`` is an example of what one row will emit (without the batch), or None for what the cell puts
    out. Then for each step, with ``time`` from 1, what the cell put out and its new state: what it returns is the
    cell's next input and state, and what is emitted for this step (``[batch, ...]``).

    A row that is finished emits zeros and keeps its state; the loop ends when all are. ``loop_state`` is anything of
    tensors and arrays that ``loop_fn`` hands on to itself; None keeps the one it has.

    ``emit_ta`` is a ``TensorArray`` with one element ``[batch, ...]`` for each step, or a structure of them.

        >>> cell = tf.nn.rnn_cell.GRUCell(4)
        >>> def loop_fn(time, output, state, loop_state):
        ...     if output is None:
        ...         state = cell.zero_state(2, tf.float32)
        ...     return tf.fill([2], time >= 5), tf.ones([2, 3]), state, output, None
        >>> tf.nn.raw_rnn(cell, loop_fn)[0].stack().shape
        TensorShape([Dimension(None), Dimension(2), Dimension(4)])

    ``TypeError`` if ``cell`` is no cell or ``loop_fn`` no function; ``ValueError`` where structures or batch sizes
    differ.
    """
    assert_like_rnncell("cell", cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with network_scope(scope):
        time = constant(0, dtype=dtypes.int32)
        finished, first_input, state, emit_structure, first_loop_state = loop_fn(time, None, None, None)
        loop_state = constant(0, dtype=dtypes.int32) if first_loop_state is None else first_loop_state
        known_batch, batch_size = _batch_of(structures.flatten(first_input))
        structures.assert_same_structure(state, cell.state_size)
        state = structures.map_structure(convert_to_tensor, state)
        emitted, nothing = _emitting(cell, state, emit_structure, known_batch, batch_size)

        def step(time, finished, given, emitted, state, loop_state):
            output, cell_state = cell(given, state)
            structures.assert_same_structure(state, cell_state)
            structures.assert_same_structure(cell.output_size, output)
            after = time + 1
            now_finished, following, new_state, emit, new_loop_state = loop_fn(after, output, cell_state, loop_state)
            structures.assert_same_structure(state, new_state)
            structures.assert_same_structure(given, following)
            structures.assert_same_structure(emitted, emit)
            emit = kept_where(finished, nothing, emit)
            new_state = kept_where(finished, state, new_state)
            emitted = structures.map_structure(lambda array, value: array.write(time, value), emitted, emit)
            loop_state = loop_state if new_loop_state is None else new_loop_state
            return after, logical_or(finished, now_finished), following, emitted, new_state, loop_state

        *_, emitted, state, loop_state = while_loop(
            lambda time, finished, *_: logical_not(reduce_all(finished)),
            step,
            [time, finished, first_input, emitted, state, loop_state],
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        return emitted, state, None if first_loop_state is None else loop_state


def _emitting(cell, state, example, known_batch, batch_size):
    """The arrays for what is emitted, and the zeros ``[batch, ...]`` that a finished row emits, nested alike."""
    if example is None:
        example, sizes = cell.output_size, structures.flatten(cell.output_size)
        types = [structures.flatten(state)[0].dtype] * len(sizes)
    else:
        examples = structures.flatten(example)
        sizes = [each.shape if each.shape.is_fully_defined() else shape_of(each) for each in examples]
        types = [each.dtype for each in examples]
    shapes = [_element_shape(known_batch, size) for size in sizes]
    arrays = [
        TensorArray(dtype, size=0, dynamic_size=True, element_shape=shape, name=f"rnn_output_{i}")
        for i, (dtype, shape) in enumerate(zip(types, shapes, strict=True))
    ]
    nothing = [zeros(joined_shape(batch_size, size), dtype) for size, dtype in zip(sizes, types, strict=True)]
    return structures.pack_sequence_as(example, arrays), structures.pack_sequence_as(example, nothing)


def _batch_of(tensors):
    """The static batch size of inputs ``[batch, ...]``, or None; and it, or the scalar tensor that stands for it."""
    known = tensors[0].shape[0]
    for tensor in tensors:
        known.merge_with(tensor.shape[0])
    return known.value, shape_of(tensors[0])[0] if known.value is None else known.value
