"""One function for all elements: ``tf.map_fn``, ``tf.foldl``, ``tf.foldr``, ``tf.scan``, ``tf.vectorized_map``.

``elems`` is a tensor, or a structure of tensors that are as long as each other; an *element* is the same structure of
the slices at one index of their first dimension. The slices wait in one array for each tensor, and a loop reads them:

    elems ── unstack ── array ── read(i) ── fn ── write(i) ── array ── stack ── result
                                     └──────── while i < n ────────┘
"""

import contextlib

from lazytf.control_flow.loops import while_loop
from lazytf.control_flow.tensor_arrays import TensorArray
from lazytf.core import graph as graphs, structures
from lazytf.core.build import convert_to_tensor, name_scope
from lazytf.core.operation import Operation
from lazytf.core.shapes import Dimension, TensorShape, dimension_value
from lazytf.core.values import SparseTensor
from lazytf.ops.constants import constant
from lazytf.ops.control import with_dependencies
from lazytf.ops.measuring import shape
from lazytf.state.scopes import get_variable_scope


def map_fn(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
):
    """What ``fn(element)`` returns for every element, stacked: ``[n, ...]`` for ``elems`` of shape ``[n, ...]``.

        tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3]))                                  # [1, 4, 9]
        tf.map_fn(lambda e: e[0] * e[1], (a, b), dtype=tf.float32)                          # a * b
        tf.map_fn(lambda x: (x, tf.reduce_sum(x)), rows, dtype=(tf.float32, tf.float32))    # rows, and their sums

    ``dtype`` is the dtype, or the structure of dtypes, of what ``fn`` returns; it can be left out where that is as
    ``elems`` is. All results must have one shape; ``infer_shape=False`` leaves the static one open.
    ``back_prop=False`` cuts gradients. ``parallel_iterations`` (10) and ``swap_memory`` are noted in the graph only.

    ``TypeError`` if ``fn`` cannot be called, for a ``SparseTensor``, and where ``fn`` returns containers of another
    type; ``ValueError`` for scalars, for tensors of different lengths and where ``fn`` returns another structure.
    """
    _check_callable(fn)
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either "
            " SparseTensor(input.indices, fn(input.values), input.dense_shape) or "
            " SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)"
        )
    given = structures.flatten(elems)
    with name_scope(name, "map", given), _reads_kept_near():
        tensors = [convert_to_tensor(elem, name="elem") for elem in given]
        dtype = dtype or structures.pack_sequence_as(elems, [t.dtype for t in tensors])
        _check_not_scalar(tensors)
        n = _length(tensors[0]) or shape(tensors[0])[0]  # TensorFlow asks the run for a length of 0
        arrays = [TensorArray(t.dtype, size=n, dynamic_size=False, infer_shape=True) for t in tensors]
        arrays = [array.unstack(t) for array, t in zip(arrays, tensors, strict=True)]
        start = constant(0)
        results = [
            TensorArray(each, size=n, dynamic_size=False, infer_shape=infer_shape) for each in structures.flatten(dtype)
        ]

        def step(i, results):
            value = fn(structures.pack_sequence_as(elems, [array.read(i) for array in arrays]))
            structures.assert_same_structure(dtype, value)
            results = _written(results, i, value)
            return i + 1, results

        _, results = while_loop(
            lambda i, _: i < n,
            step,
            (start, results),
            parallel_iterations=parallel_iterations or 10,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        return structures.pack_sequence_as(dtype, _stacked(results, tensors))


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """``fn(... fn(fn(initializer, first), second) ..., last)``: all elements folded into one value, from the left.

        tf.foldl(lambda sum, x: sum + x, tf.constant([1, 2, 3]))                # 6
        tf.foldl(lambda sum, e: sum + e[0] * e[1], (a, b), initializer=0.0)     # a dot product

    ``initializer`` is a tensor or a structure of tensors; where it is None, the fold begins with the first element,
    which must exist. ``fn(folded, element)`` returns what ``folded`` is: same structure, dtypes and shapes. The
    other arguments are those of ``tf.map_fn``.

    ``TypeError`` if ``fn`` cannot be called, ``ValueError`` where it returns another structure or shape, ``IndexError``
    for scalars. A run in which the first element is missing raises ``InvalidArgumentError``.
    """
    options = dict(parallel_iterations=parallel_iterations, back_prop=back_prop, swap_memory=swap_memory)
    return _folded("foldl", False, fn, elems, initializer, name, options)


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """``fn(... fn(fn(initializer, last), last but one) ..., first)``: as ``tf.foldl``, but from the right."""
    options = dict(parallel_iterations=parallel_iterations, back_prop=back_prop, swap_memory=swap_memory)
    return _folded("foldr", True, fn, elems, initializer, name, options)


def _folded(default_name, from_right, fn, elems, initializer, name, options):
    _check_callable(fn)
    begins_with_element = initializer is None
    with name_scope(name, default_name, [elems]), _reads_kept_near():
        n, arrays = _unstacked(elems)

        def element(i):
            return structures.map_structure(lambda array: array.read(i), arrays)

        def on(i, folded):
            folded = fn(folded, element(i))
            return [i + 1, folded]

        def back(i, folded):
            i = i - 1
            return [i, fn(folded, element(i))]

        if from_right:
            start = n - 1 if begins_with_element else n
            folded = element(start) if begins_with_element else initializer
            goes_on, step = (lambda i, _: i > 0), back
        else:
            folded = element(0) if begins_with_element else initializer
            start = constant(int(begins_with_element))
            goes_on, step = (lambda i, _: i < n), on
        return while_loop(goes_on, step, [start, folded], maximum_iterations=n, **options)[1]


def scan(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
):
    """Every value on the way of ``tf.foldl``, stacked: ``[n, ...]``, the last one the fold itself.

        tf.scan(lambda sum, x: sum + x, tf.constant([1, 2, 3]))                     # [1, 3, 6]
        tf.scan(lambda h, x: tf.tanh(tf.matmul(h, w) + x), inputs, initializer=h)   # a recurrent layer
        tf.scan(lambda ab, _: (ab[1], ab[0] + ab[1]), zeros, initializer=(0, 1))    # Fibonacci's numbers

    ``fn(folded, element)`` returns what ``initializer`` is, or the first element where that is None: same structure,
    dtypes and shapes. ``reverse`` goes from the last element to the first, and keeps each value at its element's index.
    ``infer_shape=False`` leaves the static shape open. The other arguments are those of ``tf.map_fn``.

    ``TypeError`` if ``fn`` cannot be called, or returns containers of another type; ``ValueError`` where it returns
    another structure or shape; ``IndexError`` for scalars.
    """
    _check_callable(fn)
    like = elems if initializer is None else initializer
    given = structures.flatten(elems)
    with name_scope(name, "scan", given), _reads_kept_near():
        tensors = [convert_to_tensor(elem, name="elem") for elem in given]
        n = _count(tensors[0])
        arrays = [
            TensorArray(t.dtype, size=n, dynamic_size=False, element_shape=t.shape[1:], infer_shape=True)
            for t in tensors
        ]
        arrays = [array.unstack(t) for array, t in zip(arrays, tensors, strict=True)]
        if initializer is None:
            folded = [array.read(n - 1 if reverse else 0) for array in arrays]
        else:
            folded = [convert_to_tensor(value) for value in structures.flatten(initializer)]
        results = [
            TensorArray(
                value.dtype,
                size=n,
                element_shape=value.shape if infer_shape else None,
                dynamic_size=False,
                infer_shape=infer_shape,
            )
            for value in folded
        ]
        done = 0
        if initializer is None:
            done = 1
            results = [
                array.write(n - 1 if reverse else 0, value) for array, value in zip(results, folded, strict=True)
            ]

        def step(i, folded, results):
            element = structures.pack_sequence_as(elems, [array.read(i) for array in arrays])
            value = fn(structures.pack_sequence_as(like, folded), element)
            structures.assert_same_structure(like, value)
            results = _written(results, i, value)
            return (i - 1 if reverse else i + 1), structures.flatten(value), results

        start = n - 1 - done if reverse else done
        _, _, results = while_loop(
            (lambda i, *_: i >= 0) if reverse else (lambda i, *_: i < n),
            step,
            (start, folded, results),
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        return structures.pack_sequence_as(like, _stacked(results, tensors))


def vectorized_map(fn, elems):
    """What ``fn(element)`` returns for every element, stacked, as ``tf.map_fn``; no dtypes need be told.

    ``fn`` returns a tensor or any structure of tensors, of the same shapes for every element, and of operations, each
    of which becomes one that waits until all elements have run it. TensorFlow draws ``fn`` once for all elements side
    by side; here a loop runs it for one element after the other. So the values and shapes are the same, but not the
    nodes, nor random numbers, and ``fn`` may hold what TensorFlow cannot draw so: conditions, loops, any operation.

    ``TypeError`` if ``fn`` cannot be called; ``ValueError`` for scalars and for tensors of different lengths.
    """
    _check_callable(fn)
    given = structures.flatten(elems)
    with name_scope(None, "vectorized_map", given), _reads_kept_near():
        tensors = [convert_to_tensor(elem, name="elem") for elem in given]
        _check_not_scalar(tensors)
        n = _count(tensors[0])
        arrays = [TensorArray(t.dtype, size=n, element_shape=t.shape[1:]).unstack(t) for t in tensors]
        outside, given_back, results = graphs.get_default_graph()._get_control_flow_context(), [], []

        def step(i, flow):
            """One flow goes through all the arrays of results, which are made once their dtypes are known."""
            given_back.append(fn(structures.pack_sequence_as(elems, [array.read(i) for array in arrays])))
            for leaf in structures.flatten(given_back[0]):
                if isinstance(leaf, Operation):
                    results.append(leaf)
                    flow = with_dependencies([leaf], flow)
                    continue
                leaf = convert_to_tensor(leaf)
                with _made_in(outside):
                    array = TensorArray(leaf.dtype, size=n)
                results.append(array._with_flow(flow).write(i, leaf))
                flow = results[-1].flow
            return i + 1, flow

        _, flow = while_loop(lambda i, _: i < n, step, (constant(0), constant(0.0)), maximum_iterations=n)
        leaves = [flow.op if isinstance(r, Operation) else r._with_flow(flow).stack() for r in results]
        _tell_length([leaf for leaf in leaves if leaf is not flow.op], tensors)
        return structures.pack_sequence_as(given_back[0], leaves)


@contextlib.contextmanager
def _made_in(context):
    """A block whose operations stand in ``context``, whatever is being drawn."""
    graph = graphs.get_default_graph()
    with graph.control_dependencies(None):
        graph._set_control_flow_context(context)
        yield


def _check_callable(fn):
    if not callable(fn):
        raise TypeError("fn must be callable.")


def _check_not_scalar(tensors):
    if tensors[0].shape.ndims == 0:
        raise ValueError(
            "elems must be a 1+ dimensional Tensor, not a scalar"
            if len(tensors) == 1
            else "elements in elems must be 1+ dimensional Tensors, not scalars"
        )


@contextlib.contextmanager
def _reads_kept_near():
    """A block in which a new variable keeps what was read of it, for the loop to read, unless its scope says where."""
    scope = get_variable_scope()
    if scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    try:
        yield
    finally:
        scope.set_caching_device(None)


def _length(tensor):
    """The static size of a tensor's first dimension, or None; ``IndexError`` for a scalar, as in TensorFlow."""
    if tensor.shape.ndims == 0:
        raise IndexError(f"elems must be 1+ dimensional tensors; {tensor.name} is a scalar")
    return dimension_value(tensor.shape[0])


def _count(tensor):
    """The size of a tensor's first dimension: a number, or a tensor where only the run tells."""
    n = _length(tensor)
    return shape(tensor)[0] if n is None else n


def _unstacked(elems):
    """How many elements there are, and the structure of arrays that hold them."""
    tensors = [convert_to_tensor(elem, name="elem") for elem in structures.flatten(elems)]
    n = _length(tensors[0]) or shape(tensors[0])[0]  # as in map_fn

    def unstacked(elem):
        return TensorArray(elem.dtype, size=n, dynamic_size=False, infer_shape=True).unstack(elem)

    return n, structures.map_structure(unstacked, elems)


def _written(arrays, i, value):
    return [array.write(i, leaf) for array, leaf in zip(arrays, structures.flatten(value), strict=True)]


def _stacked(arrays, tensors):
    """The stacks of ``arrays``, which have as many elements as ``tensors``."""
    return _tell_length([array.stack() for array in arrays], tensors)


def _tell_length(stacks, tensors):
    """Gives every stack the static length that ``tensors`` have; ``ValueError`` if theirs differ."""
    n = Dimension(_length(tensors[0]))
    for tensor in tensors[1:]:
        n.merge_with(Dimension(dimension_value(tensor.shape.with_rank_at_least(1)[0])))
    for stack in stacks:
        stack.set_shape(TensorShape([n]).concatenate(stack.shape[1:]))
    return stacks
