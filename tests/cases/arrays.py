"""tf.TensorArray: what each method builds and gives, its errors, and gradients through it, straight and in loops.

The name of an array in an error ends in a number that counts all arrays of a process, so errors are told from there on.
"""

import numpy as np

from tests.cases.probe import described, names, nodes, raised, shape, values


def _fails(tf, key, build, feeds=None):
    """What building and running ``build()`` raises."""
    return raised(lambda: values(tf, build(), feeds() if feeds else None), key=key)


def _gradients(tf, ys, xs):
    return values(tf, [ys, tf.gradients(ys, xs)])


# -- what is built ----------------------------------------------------------------------------------------------------


def an_array_is_made_of_these_nodes(tf):
    array = tf.TensorArray(tf.float32, 3)
    array = array.write(0, 1.0)
    array = array.write(1, tf.constant(2.0, name="two"), name="second")
    array.read(0)
    array.read(1, name="first")
    array.size()
    return nodes(tf.get_default_graph())


def stacking_and_unstacking_have_these_nodes(tf):
    array = tf.TensorArray(tf.float32, 3, name="made").unstack(tf.ones([3, 2]))
    array.stack()
    array.stack(name="packed")
    array.unstack(np.ones([3, 2], np.float32), name="again")
    return nodes(tf.get_default_graph())


def gathering_and_scattering_have_these_nodes(tf):
    array = tf.TensorArray(tf.float32, 3).scatter([0, 2], tf.ones([2, 2]))
    array.gather([0, 2])
    array.scatter(np.array([1]), [[5.0, 6.0]], name="more").gather(tf.range(2), name="some")
    return nodes(tf.get_default_graph())


def splitting_and_concatenating_have_these_nodes(tf):
    array = tf.TensorArray(tf.float32, 2).split(tf.ones([3]), [1, 2])
    array.concat()
    array.split([1.0, 2.0], tf.constant([1, 1], tf.int64), name="cut").concat(name="joined")
    array.identity()
    array.close()
    array.close(name="done")
    return nodes(tf.get_default_graph())


def names_follow_the_scopes_around(tf):
    with tf.name_scope("outer"):
        array = tf.TensorArray(tf.float32, 2, name="array")
        with tf.name_scope("inner"):
            array = array.write(0, 1.0)
            read = array.read(0)
    last = tf.TensorArray(tf.int32, 1).write(0, 3, name="w")
    return names([array.handle, array.flow, read, last.handle, last.flow, last.stack()])


def an_array_tells_what_it_is(tf):
    made = [
        tf.TensorArray(tf.float32, 2),
        tf.TensorArray("int64", size=tf.constant(3), dynamic_size=True, element_shape=[None, 2]),
        tf.TensorArray(np.float64, 1, element_shape=tf.TensorShape([4])),
        tf.TensorArray(tf.string, 1, element_shape=[]),
    ]
    return [[a.dtype.name, str(a.element_shape), a.dynamic_size, described(a.handle), described(a.flow)] for a in made]


def the_attrs_of_its_operation(tf):
    made = [
        tf.TensorArray(tf.float32, 2),
        tf.TensorArray(tf.float32, 2, infer_shape=False, clear_after_read=False, tensor_array_name="mine"),
        tf.TensorArray(tf.float32, 2, dynamic_size=True, element_shape=[None, 3], clear_after_read=True),
        tf.TensorArray(tf.float32, 2, dynamic_size=False, element_shape=[]),
    ]
    attrs = "dynamic_size", "clear_after_read", "tensor_array_name", "identical_element_shapes"
    told = [[a.handle.op.get_attr(name) for name in attrs] for a in made]
    shapes = [str(tf.TensorShape(a.handle.op.get_attr("element_shape"))) for a in made]
    return [told, shapes, [a.handle.op.get_attr("dtype").name for a in made]]


def writers_stand_beside_the_first_value_written(tf):
    a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    array = tf.TensorArray(tf.float32, 3)
    array = array.write(0, a).write(1, b)
    alone = tf.TensorArray(tf.float32, 2, colocate_with_first_write_call=False).write(0, a)
    split = tf.TensorArray(tf.float32, 2).split(tf.constant([1.0, 2.0], name="c"), [1, 1])
    stacked = array.stack()
    with tf.device("/cpu:0"):
        placed = tf.TensorArray(tf.float32, 1)
        fixed = tf.TensorArray(tf.float32, 1, colocate_with_first_write_call=False)
    told = {each.name: each.op.colocation_groups() for each in [array.flow, alone.flow, split.flow, stacked]}
    return [told, placed.handle.device, fixed.handle.device, array.handle.op.colocation_groups()]


def arguments_of_the_class_are_checked(tf):
    array = tf.TensorArray(tf.float32, 2)
    handle, flow = array.handle, array.flow
    return [
        raised(lambda: tf.TensorArray(tf.float32)),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle, tensor_array_name="x")),
        raised(lambda: tf.TensorArray(tf.float32, handle="x")),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle, size=3)),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle, element_shape=[])),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle, dynamic_size=True)),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle, clear_after_read=False)),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle)),
        raised(lambda: tf.TensorArray("odd", 2)),
        raised(lambda: tf.TensorArray(tf.float32, 2.5), key="Expected int32"),
        raised(lambda: tf.TensorArray(tf.float32, [2])),
        raised(lambda: tf.TensorArray(tf.float32, handle=handle, flow=flow).dtype.name),
    ]


# -- shapes -----------------------------------------------------------------------------------------------------------


def what_is_written_tells_the_shape(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    told = {}
    for name, options in {
        "inferred": {},
        "not inferred": {"infer_shape": False},
        "given": {"element_shape": [2, 3]},
        "given and not inferred": {"element_shape": [None, 3], "infer_shape": False},
    }.items():
        array = tf.TensorArray(tf.float32, 2, **options)
        before = str(array.element_shape)
        array = array.write(0, x)
        made = [array.read(0), array.stack(), array.gather([0]), array.gather([0, 1, 1]), array.concat()]
        told[name] = [before, str(array.element_shape), [shape(t) for t in made]]
    return told


def all_arrays_of_one_handle_share_the_shape(tf):
    first = tf.TensorArray(tf.float32, 2)
    second = first.write(0, [1.0, 2.0])
    third = second.identity()
    other = tf.TensorArray(tf.float32, handle=first.handle, flow=second.flow)
    return [str(a.element_shape) for a in (first, second, third, other)] + [shape(first.read(0)), shape(other.read(0))]


def unstacked_and_split_values_tell_the_shape(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    any_rank = tf.placeholder(tf.float32)
    made = [
        tf.TensorArray(tf.float32, 2).unstack(x),
        tf.TensorArray(tf.float32, 2).scatter([0, 1], x),
        tf.TensorArray(tf.float32, 2).unstack(any_rank),
        tf.TensorArray(tf.float32, 2).split(x, [2, 2]),
        tf.TensorArray(tf.float32, 2).split(x, [1, 2]),
        tf.TensorArray(tf.float32, 2).split(any_rank, [1, 1]),
        tf.TensorArray(tf.float32, 2, element_shape=[3]).unstack(any_rank),
    ]
    return [[str(a.element_shape), shape(a.stack()), shape(a.concat()), shape(a.read(0))] for a in made]


def shapes_that_do_not_fit_raise_when_built(tf):
    array = tf.TensorArray(tf.float32, 4).write(0, [1.0, 2.0])
    given = tf.TensorArray(tf.float32, 4, element_shape=[None, 2])
    loose = tf.TensorArray(tf.float32, 4, infer_shape=False).write(0, [1.0])
    return [
        raised(lambda: array.write(1, 3.0)),
        raised(lambda: array.write(1, [1.0, 2.0, 3.0])),
        raised(lambda: array.unstack([[1.0]])),
        raised(lambda: given.write(0, [1.0])),
        raised(lambda: given.split(tf.ones([4, 3]), [2, 2])),
        raised(lambda: given.write(0, [[1.0, 2.0]]).element_shape.as_list()),
        raised(lambda: loose.write(1, [1.0, 2.0]).element_shape.ndims),
        raised(lambda: array.scatter([0], [[1.0, 2.0], [3.0, 4.0]])),
        raised(lambda: array.split([1.0], 1)),
        raised(lambda: array.read([1, 2])),
        raised(lambda: array.write([0], [1.0, 2.0])),
        raised(lambda: array.gather(0)),
        raised(lambda: array.unstack(3.0), key=""),
        raised(lambda: array.write(0.5, [1.0, 2.0]), key="int32"),
    ]


# -- values -----------------------------------------------------------------------------------------------------------


def values_come_back_as_they_were_written(tf):
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False)
    array = array.write(2, [5.0, 6.0]).write(0, [1.0, 2.0]).write(1, [3.0, 4.0])
    return values(
        tf,
        [array.read(0), array.read(2), array.stack(), array.concat(), array.gather([2, 0, 2]), array.size()],
    )


def every_dtype_can_be_kept(tf):
    told = {}
    for dtype in "float16 float32 float64 int8 uint8 int16 int32 int64 bool complex64 complex128 string".split():
        given = [b"a", b"", b"longer"] if dtype == "string" else np.array([1, 0, 2]).astype(dtype)
        array = tf.TensorArray(dtype, 3).unstack(given)
        zero = [] if dtype == "string" else [tf.TensorArray(dtype, 1, element_shape=[2]).stack()]
        parts = tf.TensorArray(dtype, 2, infer_shape=False).split(given, [1, 2])
        made = [array.stack(), tf.TensorArray(dtype, 1).write(0, given).read(0), parts.concat(), *zero]
        told[dtype] = [[t.dtype.name for t in made], values(tf, made)]
    return told


def elements_may_differ_where_shapes_are_not_inferred(tf):
    array = tf.TensorArray(tf.int32, 3, infer_shape=False)
    array = array.write(0, [1]).write(1, [2, 3]).write(2, np.zeros([0], np.int32))
    both = array.concat()
    parts = tf.TensorArray(tf.int32, 3, infer_shape=False).split([1, 2, 3, 4], [3, 0, 1])
    return [shape(both), values(tf, [both, parts.read(0), parts.read(1), parts.read(2)])]


def arrays_of_no_elements(tf):
    n = tf.placeholder(tf.int32, [])
    made = [
        tf.TensorArray(tf.float32, 0, element_shape=[2, 3]),
        tf.TensorArray(tf.float32, n, element_shape=[0]),
        tf.TensorArray(tf.int32, 0).unstack(np.zeros([0, 4], np.int32)),
    ]
    return [
        [shape(a.stack()) for a in made],
        values(tf, [[tf.shape(a.stack()), tf.shape(a.concat()), a.size()] for a in made], {n: 0}),
        values(tf, tf.shape(tf.TensorArray(tf.float32, 2).unstack([[1.0], [2.0]]).gather(np.zeros([0], np.int32)))),
        _fails(tf, "TensorArray has size zero, but element", lambda: tf.TensorArray(tf.float32, 0).stack()),
        _fails(tf, "TensorArray has size zero, but element", lambda: tf.TensorArray(tf.float32, 0).concat()),
        _fails(
            tf,
            "is not fully defined. Currently only static shapes are supported when packing zero-size TensorArrays.",
            lambda: tf.TensorArray(tf.float32, 0, element_shape=[None]).stack(),
        ),
    ]


def an_element_never_written_is_zero_where_its_shape_is_known(tf):
    array = tf.TensorArray(tf.float32, 3, element_shape=[2])
    array = array.write(1, [3.0, 4.0])
    from_others = tf.TensorArray(tf.int64, 3).write(0, np.array([7, 8]))
    unknown = "Could not read from TensorArray index 0.  Furthermore, the element shape is not fully defined"
    return [
        values(tf, [array.stack(), tf.TensorArray(tf.float32, 2, element_shape=[1]).read(1), from_others.stack()]),
        _fails(tf, unknown, lambda: tf.TensorArray(tf.float32, 2).read(0)),
        _fails(tf, unknown, lambda: tf.TensorArray(tf.float32, 2).stack()),
        _fails(tf, unknown, lambda: tf.TensorArray(tf.float32, 2, element_shape=[None]).read(0)),
        _fails(tf, unknown, lambda: tf.TensorArray(tf.float32, 2, infer_shape=False).write(1, 1.0).stack()),
    ]


def a_dynamic_array_grows(tf):
    array = tf.TensorArray(tf.float32, 1, dynamic_size=True)
    array = array.write(0, 1.0)
    longer = array.write(3, 4.0)
    made = [
        tf.TensorArray(tf.float32, 0, dynamic_size=True).unstack([1.0, 2.0, 3.0]),
        tf.TensorArray(tf.float32, 0, dynamic_size=True, infer_shape=False).split([1.0, 2.0, 3.0], [1, 2]),
        tf.TensorArray(tf.float32, 1, dynamic_size=True).scatter([4, 2], [1.0, 2.0]),
    ]
    return [
        values(tf, [longer.size(), longer.stack()]),
        values(tf, [made[0].stack(), made[1].concat(), made[2].stack(), [a.size() for a in made]]),
        [a.dynamic_size for a in (array, longer, made[0])],
        _fails(tf, "Tried to read from index 9 but array size is: 1", lambda: array.read(9)),
    ]


def pieces_of_an_array_can_be_reread_unless_cleared(tf):
    def read_twice(**options):
        array = tf.TensorArray(tf.float32, 2, **options).write(0, 1.0)
        first = array.read(0)
        with tf.control_dependencies([first]):
            return [first, array.read(0)]

    twice = "twice because it was cleared after a previous read (perhaps try setting clear_after_read = false?)."
    return [
        _fails(tf, "Could not read index 0 " + twice, read_twice),
        _fails(tf, "Could not read index 0 " + twice, lambda: read_twice(clear_after_read=True)),
        values(tf, read_twice(clear_after_read=False)),
        _fails(tf, "Could not read index 1 " + twice, lambda: _pair(tf).gather([1, 1])),
        values(tf, _pair(tf, clear_after_read=False).gather([1, 1])),
    ]


def _pair(tf, **options):
    return tf.TensorArray(tf.float32, 2, **options).unstack([1.0, 2.0])


def an_index_is_written_once(tf):
    again = "Could not write to TensorArray index 0 because it has already been written to."
    return [
        _fails(tf, again, lambda: _pair(tf).write(0, 5.0).stack()),
        _fails(tf, again, lambda: tf.TensorArray(tf.float32, 2).scatter([0, 0], [1.0, 2.0]).stack()),
        _fails(tf, again, lambda: _pair(tf).unstack([3.0, 4.0]).stack()),
        _fails(
            tf,
            "Could not write to TensorArray index 0 because it has already been read.",
            lambda: _written_after_a_read(tf),
        ),
    ]


def _written_after_a_read(tf):
    array = _pair(tf)
    read = array.read(0)
    with tf.control_dependencies([read]):
        return array.write(0, 3.0).stack()


def indices_out_of_range_raise(tf):
    return [
        _fails(tf, "Tried to write to index 2 but array is not", lambda: _pair(tf).write(2, 1.0).size()),
        _fails(tf, "Tried to write to index -1 but array is not", lambda: _pair(tf).write(-1, 1.0).size()),
        _fails(tf, "Tried to read from index 2 but array size is: 2", lambda: _pair(tf).read(2)),
        _fails(tf, "Tried to read from index -1 but array size is: 2", lambda: _pair(tf).read(-1)),
        _fails(tf, "Tried to read from index 3 but array size is: 2", lambda: _pair(tf).gather([0, 3])),
        _fails(tf, "Max scatter index must be < array size (5 vs. 2)", lambda: _scattered(tf, [0, 5])),
        _fails(tf, "Max scatter index must be < array size (3 vs. 2)", lambda: _unstacked(tf, [1.0, 2.0, 3.0, 4.0])),
        _fails(tf, "Size should be >= 0", lambda: tf.TensorArray(tf.float32, -1).size()),
    ]


def _scattered(tf, indices):
    return tf.TensorArray(tf.float32, 2).scatter(indices, np.ones(len(indices), np.float32)).size()


def _unstacked(tf, given):
    return tf.TensorArray(tf.float32, 2).unstack(given).size()


def shapes_that_do_not_fit_raise_when_run(tf):
    x = tf.placeholder(tf.float32)
    n = tf.placeholder(tf.int32)

    def feeds(value):
        return lambda: {x: value, n: 1}

    inferred = "because the value shape is [3] which is incompatible with the TensorArray's inferred element shape: [2]"
    loose = tf.TensorArray(tf.float32, 2, infer_shape=False).write(0, [1.0]).write(1, x)
    return [
        _fails(
            tf,
            "Could not write to TensorArray index 0 " + inferred,
            lambda: tf.TensorArray(tf.float32, 2, element_shape=[2]).write(0, x).size(),
            feeds([1.0, 2.0, 3.0]),
        ),
        _fails(
            tf,
            "Could not write to TensorArray index 1 " + inferred,
            lambda: tf.TensorArray(tf.float32, 2).write(0, [1.0, 2.0]).write(1, x).size(),
            feeds([1.0, 2.0, 3.0]),
        ),
        _fails(
            tf,
            "TensorArray has inconsistent shapes.  Index 0 has shape: [1] but index 1 has shape: [2]",
            loose.stack,
            feeds([1.0, 2.0]),
        ),
        _fails(tf, "TensorArray has inconsistent shapes.", loose.concat, feeds([[1.0, 2.0]])),
        _fails(
            tf,
            "Concat saw a scalar shape at index 0 but requires at least vectors.  Did you mean to call pack?",
            lambda: _pair(tf).concat(),
        ),
        raised(lambda: values(tf, tf.TensorArray(tf.float32, n).size(), {n: [3]}), key="size must be scalar"),
    ]


def lengths_that_do_not_fit_raise(tf):
    def split(value, lengths, **options):
        return lambda: tf.TensorArray(tf.float32, 2, **options).split(value, lengths).concat()

    inferred = "Could not write to TensorArray index 1 because the value shape is [2] which is incompatible with the"
    return [
        _fails(tf, "but sum of lengths is 3 and value's shape is: [2]", split([1.0, 2.0], [1, 2])),
        _fails(tf, "size is not equal to the size of lengths (2 vs. 3)", split([1.0, 2.0], [1, 1, 0])),
        _fails(tf, inferred, split([1.0, 2.0, 3.0], [1, 2])),
        _fails(tf, "Expected value to be at least a vector, but received shape: []", split(1.0, [1, 2])),
        values(tf, split([1.0, 2.0, 3.0], [1, 2], infer_shape=False)()),
    ]


def what_is_written_is_made_a_tensor_of_the_dtype(tf):
    array = tf.TensorArray(tf.float32, 5, clear_after_read=False)
    array = array.write(0, 1).write(1, np.array(1.5, np.float32)).write(2, 2.5)
    array = array.scatter([3, 4], [4, 5])
    whole = tf.TensorArray(tf.int64, 2).split([1, 2], [1, 1]).concat()
    return [
        values(tf, [array.stack(), whole]),
        raised(lambda: tf.TensorArray(tf.float32, 2).split(tf.constant([1, 2]), [1, 1])),
        raised(lambda: tf.TensorArray(tf.float32, 1).write(0, "text").read(0).dtype.name),
        _fails(
            tf,
            "TensorArray dtype is float but Op is trying to write dtype int32.",
            lambda: tf.TensorArray(tf.float32, 1).write(0, tf.constant(3)).stack(),
        ),
        _fails(
            tf,
            "TensorArray dtype is float but Op is trying to write dtype double.",
            lambda: tf.TensorArray(tf.float32, 1).unstack(np.array([1.5])).stack(),
        ),
    ]


def a_closed_array_cannot_be_used(tf):
    array = _pair(tf)
    with tf.control_dependencies([array.close()]):
        read = array.read(0)
    return [
        type(array.close()).__name__,
        _fails(tf, "has already been closed", lambda: read),
        raised(lambda: tf.convert_to_tensor(array), key="TensorArray"),
    ]


def every_run_has_a_new_array(tf):
    x = tf.placeholder(tf.float32, [None])
    array = tf.TensorArray(tf.float32, tf.shape(x)[0]).unstack(x)
    stacked = array.stack()
    with tf.Session() as session:
        told = [session.run([stacked, array.size()], {x: v}) for v in ([1.0], [2.0, 3.0], [], [4.0])]
        return [[a.tolist(), int(n)] for a, n in told]


def an_array_handle_can_be_wrapped_again(tf):
    array = tf.TensorArray(tf.float32, 2, clear_after_read=False).write(0, [1.0])
    again = tf.TensorArray(tf.float32, handle=array.handle, flow=array.flow, infer_shape=False)
    again = again.write(1, [2.0])
    both = tf.TensorArray(tf.float32, handle=array.handle, flow=again.flow)
    return [shape(both.stack()), values(tf, [both.stack(), both.read(0), again.concat()]), both.flow.name]


def identity_orders_what_comes_after(tf):
    v = tf.get_variable("v", initializer=tf.constant(0.0), use_resource=True)
    array = tf.TensorArray(tf.float32, 2).unstack([1.0, 2.0])
    with tf.control_dependencies([v.assign_add(5.0)]):
        later = array.identity()
    with tf.control_dependencies([later.flow]):
        read = v.read_value()
    return [later.flow.name, later.dtype.name, str(later.element_shape), values(tf, [later.stack(), read])]


# -- gradients --------------------------------------------------------------------------------------------------------


def gradients_of_what_is_written_and_read(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False).write(0, a).write(2, b)
    array = array.write(1, a * b)
    y = array.read(0) * array.read(1) + array.read(2) ** 2
    return _gradients(tf, y, [a, b]) + _gradients(tf, array.read(0) * array.read(0), [a])


def gradients_of_each_way_in_and_out(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    weights = tf.constant([[1.0, 10.0], [100.0, 1000.0], [2.0, 20.0]])

    def ins():
        return {
            "unstack": tf.TensorArray(tf.float32, 3).unstack(x),
            "scatter": tf.TensorArray(tf.float32, 3).scatter([2, 0, 1], x),
            "split": tf.TensorArray(tf.float32, 3, infer_shape=False).split(x, [1, 1, 1]),
        }

    outs = {
        "stack": lambda a: a.stack(),
        "gather": lambda a: a.gather([1, 0]),
        "concat": lambda a: a.concat(),
        "reads": lambda a: a.read(2) * a.read(0),
    }
    told = {}
    for way in ["unstack", "scatter", "split"]:
        for out, taken in outs.items():
            if out == "concat" and way != "split":
                continue
            y = taken(ins()[way])
            weighed = y * (weights[:2] if out == "gather" else weights if out != "reads" else 3.0)
            told[way + ", " + out] = _gradients(tf, weighed, x)
    return told


def gradients_of_uneven_pieces(tf):
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    parts = tf.TensorArray(tf.float32, 3, infer_shape=False).split(x, [1, 2, 1])
    squares = tf.TensorArray(tf.float32, 3, infer_shape=False)
    for i in range(3):
        squares = squares.write(i, parts.read(i) ** (i + 1))
    return _gradients(tf, squares.concat(), x)


def what_is_never_read_has_a_zero_gradient(tf):
    a, b = tf.constant([1.0]), tf.constant([2.0])
    array = tf.TensorArray(tf.float32, 3, element_shape=[1]).write(0, a).write(1, b)
    x = tf.constant([[1.0], [2.0], [3.0]])
    unstacked = tf.TensorArray(tf.float32, 3, element_shape=[1]).unstack(x)
    return [
        _gradients(tf, array.stack() * [[1.0], [2.0], [3.0]], [a, b]),
        _gradients(tf, unstacked.read(1) * 5.0, x),
        _gradients(tf, tf.TensorArray(tf.float32, 2, element_shape=[1]).unstack(x[:2]).gather([1]), x),
    ]


def gradients_of_arrays_of_doubles_and_of_the_unconnected(tf):
    x = tf.constant([1.0, 2.0], tf.float64)
    unrelated = tf.constant(1.0)
    array = tf.TensorArray(tf.float64, 2).unstack(tf.exp(x))
    stacked = array.stack()
    indices = tf.constant([1, 0])
    gathered = array.gather(indices)
    return [
        _gradients(tf, stacked, x),
        tf.gradients(stacked, unrelated),
        tf.gradients(gathered, indices),
        [described(g)[1:] for g in tf.gradients(stacked, x)],
    ]


# -- in loops and conditions ------------------------------------------------------------------------------------------


def a_loop_fills_an_array(tf):
    n = tf.placeholder(tf.int32, [])
    array = tf.TensorArray(tf.float32, n)
    i, filled = tf.while_loop(
        lambda i, _: i < n, lambda i, a: (i + 1, a.write(i, tf.cast(i, tf.float32) ** 2)), (0, array)
    )
    stacked = filled.stack()
    some = [values(tf, [i, stacked, filled.size()], {n: k}) for k in (1, 2, 5)]
    return [type(filled).__name__, filled.flow.name, shape(stacked), str(filled.element_shape), some]


def a_loop_that_fills_nothing_gives_no_elements_of_its_shape(tf):
    n = tf.placeholder(tf.int32, [])

    def fill(**options):
        array = tf.TensorArray(tf.float32, n, **options)
        return tf.while_loop(lambda i, _: i < n, lambda i, a: (i + 1, a.write(i, [1.0, 2.0])), (0, array))[1].stack()

    return [
        values(tf, tf.shape(fill(element_shape=[2])), {n: 0}),
        values(tf, tf.shape(fill()), {n: 0}),
        _fails(tf, "TensorArray has size zero", lambda: fill(infer_shape=False), lambda: {n: 0}),
    ]


def a_loop_reads_an_array_from_outside(tf):
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    w = tf.constant(3.0)
    elements = tf.TensorArray(tf.float32, 4).unstack(x)
    _, total = tf.while_loop(lambda i, _: i < 4, lambda i, t: (i + 1, t * w + elements.read(i)), (0, 0.0))
    return _gradients(tf, total, [x, w])


def a_loop_grows_an_array(tf):
    limit = tf.placeholder(tf.int32, [])
    array = tf.TensorArray(tf.int32, 0, dynamic_size=True)
    _, values_, filled = tf.while_loop(
        lambda i, v, _: v < limit, lambda i, v, a: (i + 1, v * 2, a.write(i, v)), (0, 1, array)
    )
    return [values(tf, [values_, filled.stack(), filled.size()], {limit: k}) for k in (2, 5, 40)]


def gradients_through_a_loop_over_two_arrays(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    w = tf.constant([[0.5, -1.0], [2.0, 0.25]])
    elements = tf.TensorArray(tf.float32, 3).unstack(x)

    def step(i, state, out):
        state = tf.tanh(tf.matmul(state, w) + tf.expand_dims(elements.read(i), 0) * 0.1)
        return i + 1, state, out.write(i, state)

    start = tf.constant([[0.1, -0.1]])
    _, last, outputs = tf.while_loop(lambda i, *_: i < 3, step, (0, start, tf.TensorArray(tf.float32, 3)))
    stacked = outputs.stack()
    return [
        shape(stacked),
        shape(last),
        _gradients(tf, stacked, [x, w, start]),
        _gradients(tf, last, [x, w]),
        _gradients(tf, tf.reduce_sum(stacked[1]) + tf.reduce_sum(last), [w]),
    ]


def gradients_through_an_array_of_unknown_length(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    w = tf.constant(2.0)
    n = tf.shape(x)[0]
    elements = tf.TensorArray(tf.float32, n, element_shape=[2]).unstack(x)
    _, out = tf.while_loop(
        lambda i, _: i < n,
        lambda i, a: (i + 1, a.write(i, tf.reduce_sum(elements.read(i)) * w)),
        (0, tf.TensorArray(tf.float32, n, element_shape=[])),
    )
    y = out.stack()
    fetches = [y] + tf.gradients(y, [x, w])
    return [values(tf, fetches, {x: np.ones([k, 2])}) for k in (1, 3)]


def an_element_may_be_written_from_earlier_ones(tf):
    start = tf.constant(1.0)
    array = tf.TensorArray(tf.float32, 6, clear_after_read=False).write(0, start).write(1, start * 2.0)

    def step(i, a):
        return i + 1, a.write(i, a.read(i - 1) + a.read(i - 2))

    _, filled = tf.while_loop(lambda i, _: i < 6, step, (2, array))
    return _gradients(tf, filled.stack(), start)


def arrays_in_nested_loops(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    rows = tf.TensorArray(tf.float32, 3)

    def row(i, rows):
        columns = tf.TensorArray(tf.float32, 2)
        _, columns = tf.while_loop(
            lambda j, _: j < 2,
            lambda j, c: (j + 1, c.write(j, x[i] ** tf.cast(j + 1, tf.float32))),
            (0, columns),
        )
        return i + 1, rows.write(i, columns.stack())

    _, rows = tf.while_loop(lambda i, _: i < 3, row, (0, rows))
    return [shape(rows.stack()), _gradients(tf, rows.stack(), x)]


def one_array_filled_by_nested_loops(tf):
    w = tf.constant(2.0)

    def inner(i, a):
        return tf.while_loop(
            lambda j, _: j < 3, lambda j, b: (j + 1, b.write(i * 3 + j, w * tf.cast(i + j, tf.float32))), (0, a)
        )[1]

    _, filled = tf.while_loop(lambda i, _: i < 2, lambda i, a: (i + 1, inner(i, a)), (0, tf.TensorArray(tf.float32, 6)))
    return _gradients(tf, filled.stack(), w)


def a_condition_writes_or_does_not(tf):
    p = tf.placeholder(tf.bool, [])
    x = tf.constant([1.0, 2.0])
    array = tf.TensorArray(tf.float32, 2, element_shape=[2])
    stacked = tf.cond(p, lambda: array.write(0, x * 3.0).stack(), lambda: array.write(1, x).stack())
    fetches = [stacked] + tf.gradients(stacked, x)
    return [shape(stacked), [values(tf, fetches, {p: q}) for q in (True, False)]]


def a_condition_gives_an_array(tf):
    p = tf.placeholder(tf.bool, [])
    x = tf.constant(2.0)
    array = tf.TensorArray(tf.float32, 2, element_shape=[]).write(0, x)
    chosen = tf.cond(p, lambda: array.write(1, x * x), lambda: array.write(1, 5.0 * x))
    y = chosen.stack()
    fetches = [y] + tf.gradients(y, x)
    return [type(chosen).__name__, shape(y), [values(tf, fetches, {p: q}) for q in (True, False)]]


def a_loop_writes_under_a_condition(tf):
    x = tf.constant([1.0, -2.0, 3.0])
    elements = tf.TensorArray(tf.float32, 3).unstack(x)

    def step(i, a):
        e = elements.read(i)
        return i + 1, a.write(i, tf.cond(e > 0.0, lambda: e * e, lambda: -e))

    _, out = tf.while_loop(lambda i, _: i < 3, step, (0, tf.TensorArray(tf.float32, 3)))
    return _gradients(tf, out.stack(), x)


def strings_and_integers_go_round_a_loop(tf):
    words = tf.TensorArray(tf.string, 3).unstack(["a", "bc", ""])

    def step(i, text, flags, out):
        word = words.read(i)
        text = tf.strings.join([text, word, "."])
        return i + 1, text, flags.write(i, tf.cast(tf.equal(word, "bc"), tf.int32)), out.write(i, text)

    _, text, flags, out = tf.while_loop(
        lambda i, *_: i < 3, step, (0, "", tf.TensorArray(tf.int32, 3), tf.TensorArray(tf.string, 3))
    )
    return values(tf, [text, flags.stack(), out.stack()])


def arrays_are_leaves_of_nested_loop_variables(tf):
    state = {"sums": tf.TensorArray(tf.float32, 3), "last": (tf.constant(0.0), [tf.TensorArray(tf.int32, 3)])}

    def step(i, s):
        total = s["last"][0] + tf.cast(i, tf.float32)
        return i + 1, {"sums": s["sums"].write(i, total), "last": (total, [s["last"][1][0].write(i, i * i)])}

    _, end = tf.while_loop(lambda i, _: i < 3, step, (0, state))
    return values(tf, [end["sums"].stack(), end["last"][0], end["last"][1][0].stack()])


def a_loop_with_an_array_has_these_nodes(tf):
    array = tf.TensorArray(tf.float32, 2, name="array")
    _, filled = tf.while_loop(lambda i, _: i < 2, lambda i, a: (i + 1, a.write(i, 1.0)), (0, array), name="loop")
    filled.stack(name="stacked")
    return nodes(tf.get_default_graph())


def a_variable_is_stepped_through_an_array(tf):
    w = tf.get_variable("w", initializer=tf.constant(1.5))
    _, out = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, a: (i + 1, a.write(i, w ** tf.cast(i, tf.float32))),
        (0, tf.TensorArray(tf.float32, 3)),
    )
    loss = tf.reduce_sum(out.stack())
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for _ in range(3):
            told.append(float(session.run(loss)))
            session.run(train)
        return told
