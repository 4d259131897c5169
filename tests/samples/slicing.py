"""Samples of taking slices: tf.slice, and every form of ``tensor[...]`` with the masks that it builds."""

import numpy as np

from tests.samples import integers, row, spread

X = spread(3, 4, 5)


def getitem(id, take, x=X, *others, **options):
    """A row for ``take(x)``, which indexes ``x``."""
    return row("StridedSlice", id, lambda tf, x, *more: take(x, *more), x, *others, **options)


INDEXING = [
    getitem("number", lambda x: x[1]),
    getitem("negative_number", lambda x: x[-1]),
    getitem("numbers", lambda x: x[0, 2, -5]),
    getitem("range", lambda x: x[1:3]),
    getitem("from", lambda x: x[1:]),
    getitem("until", lambda x: x[:2]),
    getitem("all", lambda x: x[:]),
    getitem("until_last", lambda x: x[:, :-1]),
    getitem("step", lambda x: x[:, ::2]),
    getitem("step_from", lambda x: x[:, :, 1::3]),
    getitem("reversed", lambda x: x[::-1]),
    getitem("reversed_range", lambda x: x[:, 3:0:-2]),
    getitem("reversed_from_end", lambda x: x[:, -2::-1, ::-2]),
    getitem("beyond_the_end", lambda x: x[1:100, -100:2]),
    getitem("empty", lambda x: x[2:1]),
    getitem("empty_result", lambda x: x[:, 4:, :0]),
    getitem("column", lambda x: x[:, 1]),
    getitem("column_kept", lambda x: x[:, 1:2]),
    getitem("mixed", lambda x: x[1, 1:3, ::2]),
    getitem("ellipsis_last", lambda x: x[0, ...]),
    getitem("ellipsis_first", lambda x: x[..., 1]),
    getitem("ellipsis_middle", lambda x: x[1, ..., 2:4]),
    getitem("ellipsis_alone", lambda x: x[...]),
    getitem("ellipsis_for_nothing", lambda x: x[0, ..., 1, 2]),
    getitem("newaxis_first", lambda x: x[None]),
    getitem("newaxis_last", lambda x: x[..., None]),
    getitem("newaxis_between", lambda x: x[:, None, 1, :, None]),
    getitem("newaxis_of_scalar", lambda x: x[None, None], spread()),
    getitem("ellipsis_of_scalar", lambda x: x[...], spread()),
    getitem("tensor_index", lambda x, i: x[i], X, np.array(1, "int32")),
    getitem("tensor_index_negative", lambda x, i: x[i, 2], X, np.array(-1, "int32")),
    getitem("tensor_bounds", lambda x, i, j: x[i:j], X, np.array(0, "int32"), np.array(2, "int32")),
    getitem("tensor_until", lambda x, i: x[:, :i], X, np.array(2, "int32")),
    getitem("tensor_int64", lambda x, i: x[i], X, np.array(1, "int64")),
    getitem("tensor_and_step", lambda x, i: x[i:, ::-1], X, np.array(1, "int32")),
    getitem("twice", lambda x: x[1][2]),
    getitem("strings", lambda x: x[1:], np.array(["a", "b", "c"])),
    getitem("ints", lambda x: x[0], integers(2, 3)),
    getitem("bools", lambda x: x[::-1], np.array([True, False])),
    getitem("of_shape", lambda x: [x.graph and x[1:]], np.array([2, 3, 4], "int32")),
    getitem("out_of_range", lambda x: x[3], raises="slice index 3 of dimension 0 out of bounds"),
    getitem("out_of_range_second", lambda x: x[:, 4], raises="slice index 4 of dimension 1 out of bounds"),
    getitem("too_many", lambda x: x[0, 0, 0, 0], raises="Index out of range using input dim 3; input has only 3 dims"),
    getitem("two_ellipses", lambda x: x[..., 0, ...], raises="Multiple ellipses"),
    getitem("zero_step", lambda x: x[::0], raises="must be non-zero"),
    getitem("float_index", lambda x: x[1.0], raises="Only integers, slices"),
    getitem("list_is_a_tuple", lambda x: x[[0, 1]]),
    getitem("boolean_index", lambda x: x[True], raises="mask cannot be scalar"),
    getitem(
        "index_scalar", lambda x: x[0], spread(), raises="Index out of range using input dim 0; input has only 0 dims"
    ),
    row("StridedSlice", "function", lambda tf, x: tf.strided_slice(x, [0, 1, 0], [2, 4, 5], [1, 2, 2]), X),
    row("StridedSlice", "function_without_strides", lambda tf, x: tf.strided_slice(x, [0, 1], [2, 3]), X),
    row(
        "StridedSlice",
        "function_masks",
        lambda tf, x: tf.strided_slice(
            x, [1, 1, 0], [2, 3, 0], [1, 1, 1], begin_mask=1, end_mask=2, shrink_axis_mask=4
        ),
        X,
    ),
    row(
        "StridedSlice",
        "function_new_axis",
        lambda tf, x: tf.strided_slice(x, [0, 0, 1], [1, 0, 2], [1, 1, 1], new_axis_mask=1, ellipsis_mask=2),
        X,
    ),
    row(
        "StridedSlice",
        "bounds_fed",
        lambda tf, x, b, e: tf.strided_slice(x, b, e),
        spread(4, 4),
        np.array([1, 0], "int32"),
        np.array([3, 2], "int32"),
    ),
    row("StridedSlice", "boolean_mask_shape", lambda tf, x: tf.boolean_mask(x, np.array([True, False, True])), X),
    row(
        "GatherV2", "boolean_mask", lambda tf, x, m: tf.boolean_mask(x, m), spread(3, 2), np.array([True, False, True])
    )._replace(inputs=(spread(3, 2), np.array([True, False, True]))),
]

SLICES = [
    row("Slice", "plain", lambda tf, x: tf.slice(x, [0, 1, 2], [2, 3, 1]), X),
    row("Slice", "rest", lambda tf, x: tf.slice(x, [1, 0, 2], [-1, 2, -1]), X),
    row(
        "Slice",
        "fed",
        lambda tf, x, b, s: tf.slice(x, b, s),
        spread(4, 4),
        np.array([1, 2], "int32"),
        np.array([2, -1], "int32"),
    ),
    row("Slice", "size_fed", lambda tf, x, s: tf.slice(x, [0, 1], s), spread(4, 4), np.array([1, 2], "int32")),
    row("Slice", "int64", lambda tf, x: tf.slice(x, np.array([1], "int64"), np.array([2], "int64")), integers(4)),
    row("Slice", "empty", lambda tf, x: tf.slice(x, [1, 1], [0, 2]), spread(3, 3)),
    row("Slice", "strings", lambda tf, x: tf.slice(x, [1], [2]), np.array(["a", "b", "c"])),
    row("Slice", "too_far", lambda tf, x: tf.slice(x, [2], [3]), spread(4), raises="Expected size\\[0\\] in"),
    row(
        "Slice",
        "wrong_length",
        lambda tf, x: tf.slice(x, [0], [1]),
        spread(2, 2),
        raises="must be rank 1 but is rank 2|1-D tensors of size 2",
    ),
    row("Slice", "negative_begin", lambda tf, x: tf.slice(x, [-1], [1]), spread(4), raises="Expected begin\\[0\\] in"),
]

ROWS = INDEXING + SLICES
