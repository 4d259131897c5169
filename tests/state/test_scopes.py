"""Variable scopes, partitioned variables and templates, as recorded from TensorFlow 1.15.5."""

import pytest

import lazytf as tf
from lazytf.state.partitioned import PartitionedVariable, slices


def _default_named(name):
    with tf.variable_scope(None, name) as scope:
        return scope.name


def test_counts_of_default_names_end_with_the_scope_around():
    for _ in range(2):
        with tf.variable_scope("a"):
            assert [_default_named("k"), _default_named("k")] == ["a/k", "a/k_1"]


def test_a_scope_entered_again_inside_itself_counts_on_and_leaves_no_trace():
    with tf.variable_scope("a") as a:
        assert _default_named("k") == "a/k"
        with tf.variable_scope(a):
            assert _default_named("k") == "a/k_1"
        assert _default_named("k") == "a/k_1"


def test_the_root_entered_by_its_object_forgets_what_was_opened_inside():
    for _ in range(2):
        with tf.variable_scope(tf.get_variable_scope()):
            assert [_default_named("d"), _default_named("d")] == ["d", "d_1"]


def test_a_block_may_be_entered_twice():
    block = tf.variable_scope(None, "d")
    found = []
    for _ in range(2):
        with block as scope:
            found += [scope.name, tf.constant(0, name="c").name]
    assert found == ["d", "d/c:0", "d", "d_1/c:0"]


def test_an_error_inside_closes_the_scope(graph):
    with pytest.raises(KeyError), tf.variable_scope("a"):
        raise KeyError
    assert tf.get_variable_scope().name == "" and graph.get_name_scope() == ""


def test_no_name_scope_is_opened_where_none_is_wanted():
    with tf.name_scope("n"), tf.variable_scope("a", auxiliary_name_scope=False) as scope:
        assert [scope.name, scope.original_name_scope, tf.constant(0, name="c").name] == ["a", "n/", "n/c:0"]


def test_scopes_hand_everything_down_but_the_constraint():
    with tf.variable_scope("a", constraint=abs, dtype=tf.float64, caching_device="/cpu:0") as a:
        assert tf.get_variable("v", [1]).constraint is abs
        with tf.variable_scope("b") as b:
            assert (b.constraint, b.dtype, b.caching_device) == (None, tf.float64, "/cpu:0")
    with tf.variable_scope(a) as again:
        assert (again.constraint, again.dtype, again.caching_device) == (None, tf.float64, "/cpu:0")


def test_a_custom_getter_of_a_call_replaces_the_scope_s():
    told = []

    def labelled(label):
        def get(getter, name, *args, **kwargs):
            told.append(label)
            return getter(name, *args, **kwargs)

        return get

    with tf.variable_scope("s", custom_getter=labelled("s")) as scope:
        tf.get_variable("v", [2], custom_getter=labelled("call"))
    with tf.variable_scope(scope, custom_getter=labelled("again")):
        tf.get_variable("w", [2])
    assert told == ["call", "again", "s"]


def test_a_custom_getter_is_spared_arguments_that_it_does_not_take():
    def get(getter, name, shape, dtype, initializer, regularizer, reuse, trainable, collections, caching_device,
            partitioner, validate_shape, use_resource, synchronization, aggregation):  # fmt: skip
        return getter(name, shape=shape, dtype=dtype)

    assert tf.get_variable("v", [2], custom_getter=get).name == "v:0"


def test_the_message_of_a_second_variable_shows_where_the_first_was_made():
    tf.get_variable("v", [2])
    with pytest.raises(
        ValueError, match=r"(?s)Variable v already exists.*Originally defined at:\n\n.*tf.get_variable\(\"v"
    ):
        tf.get_variable("v", [2])


def test_a_value_says_its_own_shape_and_dtype():
    with pytest.raises(ValueError, match="If initializer is a constant, do not specify shape."):
        tf.get_variable("v", [2], initializer=[1.0, 2.0])
    with pytest.raises(
        ValueError, match="Initializer type '<dtype: 'float32'>' and explicit dtype '<dtype: 'float64'>' don't"
    ):
        tf.get_variable("v", initializer=tf.constant(1.0), dtype=tf.float64)
    with pytest.raises(ValueError, match="An initializer for variable v of <dtype: 'complex64'> is required"):
        tf.get_variable("v", [2], dtype=tf.complex64)


def test_local_variables_are_never_trained():
    with tf.variable_scope("s"):
        v = tf.get_local_variable("v", [2], trainable=True, collections=["mine"])
    assert not v.trainable and tf.local_variables() == tf.get_collection("mine") == [v] and not tf.global_variables()


# -- partitioned variables ------------------------------------------------------------------------------------------

_CUT = tf.fixed_size_partitioner(2)


def test_slices_cover_everything_once():
    assert list(slices([7, 2], 3, 0)) == [([0, 0], [3, 2]), ([3, 0], [2, 2]), ([5, 0], [2, 2])]


def test_the_whole_of_a_partitioned_variable_is_joined_under_its_name(graph):
    v = tf.get_variable("v", [5, 3], partitioner=_CUT)
    before = len(graph.get_operations())
    whole = tf.convert_to_tensor(v)
    assert [op.name for op in graph.get_operations()[before:]] == [
        "v/ConcatPartitions/concat/axis",
        "v/ConcatPartitions/concat",
        "v",
    ]
    assert whole.name == "v:0" and whole.shape.as_list() == [5, 3]


def test_initializers_are_told_which_part_they_make():
    def offsets(shape, dtype=None, partition_info=None):
        return tf.ones(shape, dtype) * float(partition_info.single_offset(shape))

    v = tf.get_variable("v", [5, 1], initializer=offsets, partitioner=_CUT)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(v.as_tensor()).ravel().tolist() == [0, 0, 0, 3, 3]


def test_a_value_is_cut_into_parts():
    v = tf.get_variable("v", initializer=tf.constant([1.0, 2.0, 3.0]), partitioner=_CUT)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert [session.run(part).tolist() for part in v] == [[1.0, 2.0], [3.0]]
        assert [a.tolist() for a in session.run(v.assign_add(tf.constant([10.0, 20.0, 30.0])))] == [
            [11.0, 22.0],
            [33.0],
        ]


def test_a_partitioned_variable_is_found_without_its_partitioner():
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        v = tf.get_variable("v", [4], partitioner=_CUT)
    with tf.variable_scope("s", reuse=True):
        assert tf.get_variable("v") is v is tf.get_variable("v", [4], partitioner=_CUT)


def test_partitioned_variables_are_shared_as_strictly_as_others():
    tf.get_variable("v", [4], partitioner=_CUT)
    tf.get_variable("w", [4])
    with pytest.raises(ValueError, match="Partitioned variable with name v already exists"):
        tf.get_variable("v", [4], partitioner=_CUT)
    with pytest.raises(
        ValueError, match="No partitioner was provided, but a partitioned version of the variable was found"
    ):
        tf.get_variable("v", [4])
    with tf.variable_scope("", reuse=True):
        for shape, dtype, cut, what in (
            ([5], tf.float32, _CUT, r"specified shape \(5,\) and found shape \(4,\)"),
            ([4], tf.int32, _CUT, "specified dtype int32 and found dtype float32"),
            ([4], tf.float32, tf.fixed_size_partitioner(4), r"specified partitions \[4\] and found partitions \[2\]"),
        ):
            with pytest.raises(ValueError, match="Trying to reuse partitioned variable v, but " + what):
                tf.get_variable("v", shape, dtype, partitioner=cut)
        with pytest.raises(ValueError, match="an unpartitioned version of the variable was found: w"):
            tf.get_variable("w", [4], partitioner=_CUT)


@pytest.mark.parametrize(
    "parts, says",
    [
        (3, "Partitioner must return a sequence, but saw: 3"),
        ([2], r"does not match the Variable's rank: \[2\] vs. \(5, 3\)"),
        ([0, 1], r"Partitioner returned zero partitions for some axes: \[0, 1\]"),
        ([2, 2], r"Can only slice a variable along one dimension: shape: \(5, 3\), partitioning: \[2, 2\]"),
    ],
)
def test_a_partitioner_s_answer_is_checked(parts, says):
    with pytest.raises(ValueError, match=says):
        tf.get_variable("v", [5, 3], partitioner=lambda **_: parts)


def test_scalars_are_not_cut():
    assert tf.get_variable("v", [], partitioner=_CUT).name == "v:0"
    assert isinstance(tf.get_variable("w", [1], partitioner=_CUT), PartitionedVariable)


@pytest.mark.parametrize(
    "partitioner, shape, dtype, parts",
    [  # recorded from TensorFlow 1.15.5
        (tf.fixed_size_partitioner(3), [5, 2], tf.float32, [3, 1]),
        (tf.fixed_size_partitioner(2, axis=1), [5, 2], tf.float32, [1, 2]),
        (tf.fixed_size_partitioner(3), [2], tf.float32, [2]),
        (tf.variable_axis_size_partitioner(64), [8, 4], tf.float32, [2, 1]),
        (tf.variable_axis_size_partitioner(10), [8, 4], tf.float32, [8, 1]),
        (tf.variable_axis_size_partitioner(64, axis=1, max_shards=2), [8, 400], tf.float32, [1, 2]),
        (tf.variable_axis_size_partitioner(64), [3], tf.string, [1]),
        (tf.variable_axis_size_partitioner(64, bytes_per_string_element=100), [3], tf.string, [3]),
        (tf.min_max_variable_partitioner(4), [8, 400], tf.float32, [1, 1]),
        (tf.min_max_variable_partitioner(4, min_slice_size=8), [8, 4], tf.float32, [4, 1]),
        (tf.min_max_variable_partitioner(4, min_slice_size=8, axis=1), [8, 4], tf.float32, [1, 4]),
        (tf.min_max_variable_partitioner(400, min_slice_size=8), [8, 4], tf.float32, [8, 1]),
        (tf.min_max_variable_partitioner(4, min_slice_size=8), [3, 4], tf.float64, [3, 1]),
    ],
)
def test_partitioners_cut_as_tensorflow_s_do(partitioner, shape, dtype, parts):
    assert partitioner(shape=tf.TensorShape(shape), dtype=dtype) == parts


# -- templates ------------------------------------------------------------------------------------------------------


def _scaled(x, by=1.0):
    return tf.get_variable("v", []) * x * by


def test_a_template_shares_its_variables_between_calls():
    template = tf.make_template("t", _scaled, by=2.0)
    assert [template(1.0).name, template(2.0).name] == ["t/mul_1:0", "t_1/mul_1:0"]
    assert [v.name for v in template.trainable_variables] == ["t/v:0"] == [v.name for v in tf.global_variables()]


def test_two_templates_of_one_name_share_nothing():
    first, second = tf.make_template("t", _scaled), tf.make_template("t", _scaled)
    assert [
        first(1.0) is not None and first.variable_scope.name,
        second(1.0) is not None and second.variable_scope.name,
    ] == [
        "t",
        "t_1",
    ]


def test_a_template_may_choose_its_scope_where_it_is_made():
    with tf.variable_scope("outer"):
        template = tf.make_template("t", _scaled, create_scope_now_=True)
    with tf.variable_scope("other"):
        assert template(1.0).name == "other/t/mul_1:0"
    assert [v.name for v in template.variables] == ["outer/t/v:0"]


def test_a_template_refuses_new_trainable_variables_in_later_calls():
    template = tf.make_template("t", lambda: tf.Variable(1.0))
    template()
    with pytest.raises(
        ValueError, match="(?s)perhaps you used tf.Variable when you meant tf.get_variable.*originally defined"
    ):
        template()


def test_a_failed_first_call_may_be_tried_again():
    fails = [True]

    def function():
        if fails.pop():
            raise RuntimeError("not yet")
        return tf.get_variable("v", [])

    template = tf.make_template("t", function)
    with pytest.raises(RuntimeError, match="not yet"):
        template()
    fails.append(False)
    assert template().name == "t/v:0"
