"""Samples of arrays of tensors. A handle can be neither fed nor fetched: a row makes, fills and reads its own array."""

import numpy as np

from tests.samples import row, spread

ROWS_OF = np.array([2, 0, 1], "int32")
LENGTHS = np.array([2, 0, 1], "int64")
STRINGS = np.array([b"a\0", b"", b"long"], object)


def filled(tf, x, **options):
    """An array of the parts of ``x``."""
    return tf.TensorArray(x.dtype, tf.shape(x)[0], **options).unstack(x)


def dynamic(tf, x):
    """An array of no elements yet."""
    return tf.TensorArray(x.dtype, 0, dynamic_size=True)


def read_written(tf, x, index):
    """An element of an array of three, written and read by number."""
    return tf.TensorArray(x.dtype, 3).write(index, x).read(index)


def pieces(tf, x, lengths=(2, 0, 1), **options):
    """An array of uneven pieces of ``x``."""
    return tf.TensorArray(x.dtype, 3, infer_shape=False, **options).split(x, lengths)


def lengths(tf, x):
    """The lengths that the pieces of ``x`` have."""
    array = pieces(tf, x)
    return tf.raw_ops.TensorArrayConcatV3(handle=array.handle, flow_in=array.flow, dtype=x.dtype)[1]


def read_all(array, count=3):
    return [array.read(i) for i in range(count)]


def squares(tf, x):
    """An array of the squares of the elements of another."""
    given, array = filled(tf, x), tf.TensorArray(x.dtype, 3)
    for i in range(3):
        array = array.write(i, given.read(i) ** 2)
    return array.stack()


def twice(tf, x, read):
    """An element and the same again, read after it."""
    array = filled(tf, x)
    first = read(array)
    with tf.control_dependencies([first]):
        return [first, read(array)]


def gradient(tf, x, *sources):
    """The arrays of gradients of an array of the parts of ``x``."""
    array = filled(tf, x, clear_after_read=False)
    return [array.grad(source) for source in sources]


def shaped_gradient(tf, x, prefix):
    """The handle and the flow of an array of gradients of ``[prefix, ...]`` shape each."""
    array = filled(tf, x)
    return tf.raw_ops.TensorArrayGradWithShape(
        handle=array.handle, flow_in=array.flow, shape_to_prepend=prefix, source="g"
    )


def shaped_read(tf, x, prefix):
    handle, flow = shaped_gradient(tf, x, prefix)
    return tf.raw_ops.TensorArrayReadV3(handle=handle, index=0, flow_in=flow, dtype=x.dtype)


def shaped_write(tf, x, y):
    handle, flow = shaped_gradient(tf, x, [2])
    flow = tf.raw_ops.TensorArrayWriteV3(handle=handle, index=1, value=y, flow_in=flow)
    return tf.raw_ops.TensorArrayReadV3(handle=handle, index=1, flow_in=flow, dtype=x.dtype)


def closed(tf, x):
    array = filled(tf, x)
    with tf.control_dependencies([array.close()]):
        return array.read(0)


ROWS = [
    # -- making --
    row("TensorArrayV3", "zeros", lambda tf: tf.TensorArray(tf.float32, 2, element_shape=[3]).stack()),
    row("TensorArrayV3", "zeros_of_integers", lambda tf: tf.TensorArray(tf.int64, 2, element_shape=[]).read(1)),
    row("TensorArrayV3", "size_given", lambda tf, n: tf.TensorArray(tf.float32, n, element_shape=[2]).stack(), 3),
    row("TensorArrayV3", "empty", lambda tf, n: tf.TensorArray(tf.float32, n, element_shape=[2]).stack(), 0),
    row("TensorArrayV3", "names", lambda tf: tf.TensorArray(tf.float32, 2, tensor_array_name="a", name="b").size()),
    row("TensorArrayV3", "flow", lambda tf, x: filled(tf, x).flow, spread(2, 3), differentiable=()),
    row(
        "TensorArrayV3",
        "negative_size",
        lambda tf, n: tf.TensorArray(tf.float32, n).size(),
        -1,
        raises="Size should be >= 0",
    ),
    row("TensorArraySizeV3", "plain", lambda tf: tf.TensorArray(tf.float32, 7).size()),
    row("TensorArraySizeV3", "grown", lambda tf, x: dynamic(tf, x).write(6, x).size(), spread(2)),
    row("TensorArrayCloseV3", "plain", lambda tf, x: filled(tf, x).close(), spread(3, 2), differentiable=()),
    row("TensorArrayCloseV3", "then_read", closed, spread(3, 2), raises="has already been closed"),
    # -- element by element --
    row("TensorArrayWriteV3", "scalar", lambda tf, x: tf.TensorArray(x.dtype, 1).write(0, x).read(0), 2.5),
    row("TensorArrayWriteV3", "squares", squares, spread(3, 2)),
    row("TensorArrayWriteV3", "index_given", read_written, spread(2, 3), 2),
    row("TensorArrayWriteV3", "grows", lambda tf, x: dynamic(tf, x).write(3, x).stack(), spread(2)),
    row("TensorArrayWriteV3", "string", lambda tf, x: tf.TensorArray(tf.string, 1).write(0, x).read(0), STRINGS),
    row("TensorArrayWriteV3", "one_string", lambda tf, x: tf.TensorArray(tf.string, 1).write(0, x).stack(), b"a\0"),
    row(
        "TensorArrayWriteV3",
        "twice",
        lambda tf, x: filled(tf, x).write(0, x[1]).stack(),
        spread(3, 2),
        raises="index 0 because it has already been written to",
    ),
    row(
        "TensorArrayWriteV3",
        "out_of_range",
        lambda tf, x: tf.TensorArray(x.dtype, 2).write(2, x).size(),
        spread(3),
        raises="Tried to write to index 2 but array is not resizeable and size is: 2",
    ),
    row("TensorArrayReadV3", "each", lambda tf, x: read_all(filled(tf, x)), spread(3, 2)),
    row("TensorArrayReadV3", "some", lambda tf, x: filled(tf, x).read(1), spread(3, 2)),
    row(
        "TensorArrayReadV3",
        "twice",
        lambda tf, x: twice(tf, x, lambda array: array.read(1)),
        spread(3, 2),
        raises="Could not read index 1 twice",
    ),
    row(
        "TensorArrayReadV3",
        "twice_not_cleared",
        lambda tf, x: filled(tf, x, clear_after_read=False).read(1) * filled(tf, x, clear_after_read=False).read(1),
        spread(3, 2),
    ),
    row("TensorArrayReadV3", "double", lambda tf, x: filled(tf, x).read(0), spread(3, 2, dtype="float64")),
    row("TensorArrayReadV3", "complex", lambda tf, x: filled(tf, x).read(0), spread(3, 2).astype("complex64")),
    row("TensorArrayReadV3", "half", lambda tf, x: filled(tf, x).read(0), spread(3, 2, dtype="float16")),
    row("TensorArrayReadV3", "boolean", lambda tf, x: read_all(filled(tf, x)), np.array([True, False, True])),
    row("TensorArrayReadV3", "string", lambda tf, x: read_all(filled(tf, x)), STRINGS),
    row("TensorArrayReadV3", "unwritten", lambda tf, x: tf.TensorArray(x.dtype, 2).write(1, x).read(0), spread(3)),
    row(
        "TensorArrayReadV3",
        "out_of_range",
        lambda tf, x: filled(tf, x).read(3),
        spread(3),
        raises="Tried to read from index 3 but array size is: 3",
    ),
    # -- stacking --
    row("TensorArrayGatherV3", "stack", lambda tf, x: filled(tf, x).stack(), spread(3, 2)),
    row("TensorArrayGatherV3", "some", lambda tf, x: filled(tf, x).gather([2, 0]), spread(3, 2)),
    row("TensorArrayGatherV3", "indices_given", lambda tf, x, i: filled(tf, x).gather(i), spread(3, 2), ROWS_OF),
    row("TensorArrayGatherV3", "none", lambda tf, x: filled(tf, x).gather(np.zeros(0, "int32")), spread(3, 2)),
    row(
        "TensorArrayGatherV3",
        "repeated",
        lambda tf, x: filled(tf, x, clear_after_read=False).gather([1, 1]),
        spread(3, 2),
    ),
    row("TensorArrayGatherV3", "string", lambda tf, x: filled(tf, x).stack(), np.array([[b"a", b"b"]], object)),
    row("TensorArrayGatherV3", "integers", lambda tf, x: filled(tf, x).gather([1]), ROWS_OF),
    row(
        "TensorArrayGatherV3",
        "uneven",
        lambda tf, x: pieces(tf, x, (2, 1, 0)).gather([0, 1]),
        spread(3, 2),
        raises=r"Index 0 has shape: \[2,2\] but index 1 has shape: \[1,2\]",
    ),
    row(
        "TensorArrayScatterV3",
        "indices_given",
        lambda tf, x, i: read_all(tf.TensorArray(x.dtype, 3).scatter(i, x)),
        spread(3, 2),
        ROWS_OF,
    ),
    row("TensorArrayScatterV3", "some", lambda tf, x: tf.TensorArray(x.dtype, 4).scatter([3, 1], x).read(3), spread(2)),
    row("TensorArrayScatterV3", "grows", lambda tf, x: dynamic(tf, x).scatter([3, 1], x).stack(), spread(2, 2)),
    row("TensorArrayScatterV3", "none", lambda tf, x: tf.TensorArray(x.dtype, 2).unstack(x).size(), spread(0, 2)),
    row(
        "TensorArrayScatterV3",
        "lengths",
        lambda tf, x, i: tf.TensorArray(x.dtype, 4).scatter(i, x).size(),
        spread(2, 2),
        ROWS_OF,
        raises="Dimensions must be equal, but are 2 and 3|but saw: 3 vs. 2",
    ),
    # -- side by side --
    row("TensorArrayConcatV3", "uneven", lambda tf, x: pieces(tf, x).concat(), spread(3, 2)),
    row("TensorArrayConcatV3", "lengths", lengths, spread(3, 2), differentiable=()),
    row("TensorArrayConcatV3", "string", lambda tf, x: pieces(tf, x).concat(), STRINGS),
    row(
        "TensorArrayConcatV3",
        "scalars",
        lambda tf, x: filled(tf, x).concat(),
        spread(3),
        raises="Concat saw a scalar shape at index 0",
    ),
    row("TensorArraySplitV3", "uneven", lambda tf, x: read_all(pieces(tf, x)), spread(3, 2)),
    row("TensorArraySplitV3", "lengths_given", lambda tf, x, n: pieces(tf, x, n).read(0), spread(3, 2), LENGTHS),
    row("TensorArraySplitV3", "even", lambda tf, x: tf.TensorArray(x.dtype, 2).split(x, [2, 2]).stack(), spread(4)),
    row("TensorArraySplitV3", "string", lambda tf, x: read_all(pieces(tf, x)), STRINGS),
    row(
        "TensorArraySplitV3",
        "sum_of_lengths",
        lambda tf, x: pieces(tf, x, (1, 1, 0)).size(),
        spread(3, 2),
        raises=r"sum of lengths is 2 and value's shape is: \[3,2\]",
    ),
    # -- arrays of gradients --
    row("TensorArrayGradV3", "zeros", lambda tf, x: gradient(tf, x, "g")[0].stack(), spread(3, 2), differentiable=()),
    row(
        "TensorArrayGradV3",
        "adds_up",
        lambda tf, x: gradient(tf, x, "g")[0].scatter([1, 0, 1], x).stack(),
        spread(3, 2),
        differentiable=(),
    ),
    row(
        "TensorArrayGradV3",
        "two_sources",
        lambda tf, x: [g.write(0, x[1]).read(0) for g in gradient(tf, x, "g", "h")],
        spread(3, 2),
        differentiable=(),
    ),
    row(
        "TensorArrayGradV3",
        "wrong_shape",
        lambda tf, x, y: gradient(tf, x, "g")[0].write(0, y).read(0),
        spread(3, 2),
        spread(3),
        differentiable=(),
        raises="Inconsistent shapes|which is incompatible with the TensorArray's inferred element shape",
    ),
    row("TensorArrayGradWithShape", "zeros", lambda tf, x: shaped_read(tf, x, [4]), spread(3, 2), differentiable=()),
    row("TensorArrayGradWithShape", "written", shaped_write, spread(3, 2), spread(2, 2), differentiable=()),
]
