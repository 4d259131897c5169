"""Variables and variable scopes: their names, sharing, initial values, assignment, and what misuse raises."""

import numpy as np

from tests.cases.probe import described, names, nodes, raised, shape, values


def _get(tf, name, *args, **kwargs):
    kwargs.setdefault("initializer", tf.zeros_initializer())
    return tf.get_variable(name, *(args or ([2],)), **kwargs)


def a_variable_tells_its_parts(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    return {
        "name": v.name,
        "op": [v.op.name, v.op.type],
        "initializer": [v.initializer.name, v.initializer.type],
        "initial_value": v.initial_value.name,
        "value": v.value().name,
        "dtype": [str(v.dtype), v.dtype.base_dtype.name],
        "shape": shape(v),
        "get_shape": str(v.get_shape()),
        "device": v.device,
        "graph": v.graph is tf.get_default_graph(),
        "trainable": v.trainable,
        "repr": repr(v),
        "str": str(v),
        "initialized_value": v.initialized_value().dtype.name,
        "synchronization": str(v.synchronization),
        "aggregation": str(v.aggregation),
        "constraint": v.constraint,
        "shape attr": type(v.shape).__name__,
    }


def a_resource_variable_tells_its_parts(tf):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    return {
        "name": v.name,
        "op": [v.op.name, v.op.type],
        "initializer": [v.initializer.name, v.initializer.type],
        "initial_value": v.initial_value.name,
        "dtype": str(v.dtype),
        "shape": shape(v),
        "trainable": v.trainable,
        "repr": repr(v),
        "handle": [v.handle.name, v.handle.dtype.name],
        "nodes": nodes(v.graph),
    }


def a_variable_is_a_tensor_in_arithmetic(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    made = [v + 1.0, 1.0 - v, v * v, -v, v[0], v**2.0, v / 2.0, v < 2.0, abs(v), 2.0 * v, tf.reduce_sum(v), v // 2.0]
    return [names(made), values(tf, made)]


def variable_and_get_variable_name_differently(tf):
    with tf.name_scope("n"):
        a = tf.Variable(1.0, name="v")
        b = _get(tf, "v")
    with tf.variable_scope("s"):
        c = tf.Variable(1.0, name="v")
        d = _get(tf, "v")
        e = tf.Variable(1.0, name="v")
        f = tf.Variable(1.0)
    return names([a, b, c, d, e, f, tf.Variable(1.0), tf.Variable(1.0)])


def nested_scopes_prefix_variables_and_operations(tf):
    told = []
    with tf.variable_scope("a") as outer:
        told += [outer.name, outer.original_name_scope, _get(tf, "v").name]
        with tf.variable_scope("b") as inner:
            told += [inner.name, inner.original_name_scope, _get(tf, "v").name, tf.constant(0, name="c").name]
        with tf.name_scope("n"):
            told += [_get(tf, "w").name, tf.constant(0, name="c").name]
            with tf.variable_scope("d") as deep:
                told += [deep.name, deep.original_name_scope, _get(tf, "v").name]
        with tf.variable_scope("b", reuse=True) as again:
            told += [again.name, again.original_name_scope, _get(tf, "v").name, tf.constant(0, name="c").name]
    return told


def entering_a_scope_again_opens_a_new_name_scope(tf):
    told = []
    for _ in range(3):
        with tf.variable_scope("s", reuse=tf.AUTO_REUSE) as scope:
            told += [_get(tf, "v").name, tf.constant(0, name="c").name, scope.original_name_scope]
    with tf.variable_scope(scope):
        told += [tf.constant(0, name="c").name]
    with tf.variable_scope(scope, auxiliary_name_scope=False):
        told += [tf.constant(0, name="c").name]
    with tf.variable_scope("elsewhere"):
        with tf.variable_scope(scope) as jumped:
            told += [jumped.name, jumped.original_name_scope, _get(tf, "v").name, tf.constant(0, name="c").name]
        with tf.variable_scope(scope, auxiliary_name_scope=False):
            with tf.name_scope(scope.original_name_scope):
                told += [tf.constant(0, name="c").name]
    return told


def default_names_count_up(tf):
    told = []
    for _ in range(2):
        with tf.variable_scope(None, default_name="layer") as scope:
            told += [scope.name, _get(tf, "v").name]
            for _ in range(2):
                with tf.variable_scope(None, "inner") as inner:
                    told += [inner.name, _get(tf, "v").name]
    with tf.variable_scope("layer_2"):
        told.append(_get(tf, "v").name)
    with tf.variable_scope(None, "layer") as scope:
        told.append(scope.name)
    with tf.variable_scope("given", default_name="layer") as scope:
        told.append(scope.name)
    return told


def opening_a_scope_by_name_uses_up_default_names(tf):
    told = []
    for arguments in [("s", None), (None, "s"), ("s_1", None), (None, "s"), (None, "s")]:
        with tf.variable_scope(*arguments) as scope:
            told.append(scope.name)
    return told


def getting_twice_raises_without_reuse(tf):
    with tf.variable_scope("s"):
        _get(tf, "v")
        return raised(
            lambda: _get(tf, "v"), key="Variable s/v already exists, disallowed. Did you mean to set reuse=True"
        )


def reusing_what_is_not_there_raises(tf):
    with tf.variable_scope("s", reuse=True):
        return raised(lambda: tf.get_variable("v", [2]))


def reuse_gives_the_same_variable(tf):
    with tf.variable_scope("s"):
        first = _get(tf, "v")
    with tf.variable_scope("s", reuse=True) as scope:
        second, flag = tf.get_variable("v"), scope.reuse
        with tf.variable_scope("t") as inner:
            inherited = inner.reuse
        missing = raised(lambda: tf.get_variable("w"))
    with tf.variable_scope("s") as scope:
        before = scope.reuse
        scope.reuse_variables()
        third, after = tf.get_variable("v", [2]), scope.reuse
    return [first is second, second is third, flag, inherited, before, after, missing]


def reuse_checks_shape_and_dtype(tf):
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        _get(tf, "v")
        return [
            raised(lambda: tf.get_variable("v", [3])),
            raised(lambda: tf.get_variable("v", [2], dtype=tf.int32)),
            raised(lambda: tf.get_variable("v", [2, 1])),
            raised(lambda: tf.get_variable("v", [None]).name),
            raised(lambda: tf.get_variable("v").name),
        ]


def auto_reuse_creates_once(tf):
    found = []
    for _ in range(2):
        with tf.variable_scope("s", reuse=tf.AUTO_REUSE) as scope:
            found.append(_get(tf, "v"))
            with tf.variable_scope("t") as inner:
                found.append(_get(tf, "v"))
                flags = [scope.reuse == tf.AUTO_REUSE, inner.reuse == tf.AUTO_REUSE]
    return [names(found), found[0] is found[2], flags, len(tf.global_variables())]


def reuse_false_does_not_undo_an_outer_true(tf):
    with tf.variable_scope("s"):
        _get(tf, "v")
        with tf.variable_scope("t"):
            _get(tf, "v")
    told = []
    with tf.variable_scope("s", reuse=True):
        for reuse in (None, False, True):
            with tf.variable_scope("t", reuse=reuse) as scope:
                told.append([scope.reuse, tf.get_variable("v").name])
    return told


def the_root_scope_may_reuse(tf):
    v = _get(tf, "v")
    with tf.variable_scope("", reuse=True) as scope:
        told = [tf.get_variable("v") is v, scope.name, tf.constant(0, name="c").name]
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        told.append(tf.get_variable("v") is v)
    with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
        told.append(tf.get_variable("v") is v)
    tf.get_variable_scope().reuse_variables()
    return told + [tf.get_variable("v") is v, tf.get_variable_scope().reuse]


def a_scope_wants_a_name_or_a_scope(tf):
    return [
        raised(lambda: tf.variable_scope(None).__enter__()),
        raised(lambda: tf.variable_scope(3).__enter__()),
        raised(lambda: tf.variable_scope("s", reuse=3).__enter__()),
        raised(lambda: tf.variable_scope(None, "s", reuse=True).__enter__()),
        raised(lambda: tf.variable_scope("a b").__enter__(), key="is not a valid scope name"),
    ]


def get_variable_arguments_are_checked(tf):
    return [
        raised(lambda: tf.get_variable("a")),
        raised(lambda: tf.get_variable("b", [None, 2])),
        raised(lambda: tf.get_variable("c", [2], initializer=tf.constant([1.0, 2.0]))),
        raised(lambda: tf.get_variable("d", [2], dtype=tf.string)),
        raised(lambda: tf.get_variable("", [2])),
        raised(lambda: tf.get_variable("e f", [2]), key="is not a valid scope name"),
        raised(lambda: tf.get_variable("g", [2], initializer=tf.constant_initializer([1.0, 2.0, 3.0])), key=""),
        raised(lambda: tf.get_variable("h", [2], initializer=np.float32([1.0, 2.0])), key=""),
        raised(lambda: described(tf.get_variable("i", initializer=np.float32([1.0, 2.0])))),
        raised(lambda: described(tf.get_variable("j", initializer=[1, 2]))),
        raised(lambda: tf.get_variable("k", [2], initializer=lambda: tf.ones([2]))),
        raised(lambda: described(tf.get_variable("l", initializer=lambda: tf.ones([2])))),
        raised(lambda: tf.get_variable("m", 3).shape.as_list()),
        raised(lambda: tf.get_variable(3, [2]), key=""),
    ]


def default_initializers_depend_on_the_dtype(tf):
    made = [tf.get_variable(f"v{k}", [2], dtype=d) for k, d in enumerate([tf.float32, tf.int32, tf.bool, tf.float64])]
    return [[described(v), v.initial_value.op.type, v.initial_value.name] for v in made]


def a_scope_hands_its_defaults_down(tf):
    def regularizer(weights):
        return tf.reduce_sum(weights, name="penalty")

    with tf.variable_scope("s", initializer=tf.constant_initializer(3.0), regularizer=regularizer, dtype=tf.float64):
        a = tf.get_variable("a", [2])
        with tf.variable_scope("t", initializer=tf.ones_initializer()) as inner:
            b = tf.get_variable("b", [2])
            c = tf.get_variable("c", [2], initializer=tf.zeros_initializer(), regularizer=tf.no_regularizer)
        found = [inner.dtype.name, inner.regularizer is regularizer]
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    return [[described(v) for v in (a, b, c)], values(tf, [a, b, c]), names(losses), found]


def regularization_losses_are_collected_once(tf):
    for _ in range(2):
        with tf.variable_scope("s", reuse=tf.AUTO_REUSE, regularizer=lambda w: tf.multiply(0.5, tf.reduce_sum(w))):
            _get(tf, "v", initializer=tf.ones_initializer())
    losses = tf.get_collection("regularization_losses")
    return [names(losses), names(tf.get_collection("regularization_losses", "s")), nodes(losses[0].graph)]


def custom_getters_wrap_from_the_inside_out(tf):
    told = []

    def labelled(label):
        def get(getter, name, *args, **kwargs):
            told.append([label, name])
            return getter(name + "_" + label, *args, **kwargs)

        return get

    with tf.variable_scope("s", custom_getter=labelled("a")):
        with tf.variable_scope("t", custom_getter=labelled("b")):
            v = _get(tf, "v")
            w = _get(tf, "w", custom_getter=labelled("c"))
    return [told, names([v, w])]


def a_custom_getter_may_return_a_tensor(tf):
    def scaled(getter, *args, **kwargs):
        return getter(*args, **kwargs) * 2.0

    with tf.variable_scope("s", custom_getter=scaled):
        v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    return [type(v).__name__, v.name, values(tf, v)]


def a_custom_getter_sees_these_arguments(tf):
    seen = []

    def watched(getter, *args, **kwargs):
        seen.append([list(args), sorted(kwargs)])
        return getter(*args, **kwargs)

    tf.get_variable("v", [2], custom_getter=watched)
    return seen


def variable_creators_wrap_creation(tf):
    def creator(next_creator, **kwargs):
        kwargs["name"] = "made_" + (kwargs["name"] or "nameless")
        return next_creator(**kwargs)

    with tf.variable_creator_scope(creator):
        a, b = tf.Variable(1.0, name="a"), tf.Variable(1.0)
        c = _get(tf, "c")
    return names([a, b, c])


def partitioned_variables_are_parts(tf):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
        v = tf.get_variable("v", [7, 2], initializer=tf.constant_initializer(1.0))
    parts = list(v)
    joined = tf.convert_to_tensor(v)
    return [
        type(v).__name__,
        v.name,
        [described(part) for part in parts],
        [[p._save_slice_info.full_name, p._save_slice_info.spec] for p in parts],
        described(joined),
        shape(v),
        len(v),
        names(tf.global_variables()),
        values(tf, joined),
    ]


def a_partitioned_variable_may_follow_another_axis(tf):
    v = tf.get_variable(
        "v", [2, 4], partitioner=tf.fixed_size_partitioner(2, axis=1), initializer=tf.ones_initializer()
    )
    w = tf.get_variable("w", [4], partitioner=tf.min_max_variable_partitioner(max_partitions=2, min_slice_size=8))
    u = tf.get_variable("u", [8, 4], partitioner=tf.variable_axis_size_partitioner(64))
    one = tf.get_variable("one", [4], partitioner=tf.fixed_size_partitioner(1))
    return [[[described(p) for p in parts] for parts in (v, w, u, one)], type(one).__name__, values(tf, v.as_tensor())]


def variable_op_scope_is_the_old_variable_scope(tf):
    told = []
    for _ in range(2):
        with tf.variable_op_scope([], None, "d") as scope:
            told += [scope.name, _get(tf, "v").name]
    with tf.variable_op_scope([tf.constant(1)], "n", "d", reuse=None) as scope:
        told += [scope.name, _get(tf, "v").name, tf.constant(0, name="c").name]
    return told


def get_variable_scope_is_the_innermost(tf):
    told = [tf.get_variable_scope().name, tf.get_variable_scope().original_name_scope]
    with tf.variable_scope("a"):
        told.append(tf.get_variable_scope().name)
        with tf.variable_scope("b"):
            told.append(tf.get_variable_scope().name)
        told.append(tf.get_variable_scope().name)
    return told + [tf.get_variable_scope().name]


def scopes_can_be_changed_in_place(tf):
    with tf.variable_scope("s") as scope:
        scope.set_initializer(tf.constant_initializer(2.0))
        scope.set_dtype(tf.float64)
        v = tf.get_variable("v", [2])
        scope.set_use_resource(True)
        r = tf.get_variable("r", [2])
        found = [names(scope.global_variables()), names(scope.trainable_variables())]
    return [described(v), r.op.type, found, values(tf, [v, r])]


def collections_hold_what_was_asked(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.Variable(1.0, name="b", trainable=False)
    c = tf.Variable(1.0, name="c", collections=["mine"])
    d = tf.Variable(1.0, name="d", collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
    e = tf.get_variable("e", [2], trainable=False)
    f = tf.get_local_variable("f", [2])
    g = tf.Variable(1.0, name="g", collections=[])
    with tf.variable_scope("s"):
        tf.get_variable("h", [2])
    return {
        "all": names([a, b, c, d, e, f, g]),
        "global": names(tf.global_variables()),
        "all_variables": names(tf.all_variables()),
        "trainable": names(tf.trainable_variables()),
        "local": names(tf.local_variables()),
        "mine": names(tf.get_collection("mine")),
        "scope": names(tf.trainable_variables(scope="s")),
        "model": names(tf.model_variables()),
        "keys": sorted(tf.get_default_graph().get_all_collection_keys()),
    }


def variable_arguments_are_checked(tf):
    return [
        raised(lambda: tf.Variable()),
        raised(lambda: tf.Variable(None)),
        raised(lambda: tf.Variable(1.0, collections="mine")),
        raised(lambda: tf.Variable(1.0, collections=3)),
        raised(lambda: tf.Variable(tf.placeholder(tf.float32))),
        raised(lambda: tf.Variable(1.0, dtype=tf.string), key=""),
        raised(lambda: tf.Variable(tf.constant(1.0), dtype=tf.int32)),
        raised(lambda: tf.Variable("text").dtype.name),
        raised(lambda: tf.Variable(1, dtype=tf.float32).dtype.name),
        raised(lambda: tf.Variable(1.5, dtype=tf.int32)),
        raised(lambda: tf.Variable([[1.0], [2.0, 3.0]]), key=""),
        raised(lambda: tf.Variable(1.0, constraint=3)),
        raised(lambda: tf.Variable(1.0, name="a b"), key="is not a valid scope name"),
    ]


def dtypes_follow_the_initial_value(tf):
    given = [1, 1.0, True, "s", 1j, np.float64(1), np.int64(1), np.uint8(1), [1, 2.5], np.zeros(2), np.zeros(2, "f2")]
    return [[str(value), described(tf.Variable(value))] for value in given]


def an_initial_value_may_be_a_function(tf):
    called = []

    def initial():
        called.append(tf.get_default_graph().get_name_scope())
        return tf.fill([2], 3.0)

    with tf.name_scope("n"):
        v = tf.Variable(initial, name="v")
    w = tf.Variable(initial, name="w", dtype=tf.float32)
    return [called, v.name, v.initial_value.name, values(tf, [v, w]), nodes(v.graph)]


def initial_values_of_other_variables_are_in_order(tf):
    a = tf.Variable(tf.random_uniform([2], seed=1), name="a")
    b = tf.Variable(a.initialized_value() * 2.0, name="b")
    c = tf.Variable(b.initialized_value() + a.initialized_value(), name="c")
    x, y, z = values(tf, [a, b, c])
    return [x, np.allclose(np.multiply(x, 2), y), np.allclose(np.multiply(x, 3), z)]


def an_initial_value_that_reads_a_variable_waits_for_it(tf):
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable(a * 2.0, name="b")
    c = tf.get_variable("c", initializer=a + 1.0)
    return values(tf, [a, b, c])


def validate_shape_false_leaves_the_shape_open(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    v = tf.Variable(x, validate_shape=False, name="v")
    w = tf.Variable([1.0, 2.0], validate_shape=False, name="w")
    grow = tf.assign(w, [1.0, 2.0, 3.0], validate_shape=False)
    with tf.Session() as session:
        session.run(v.initializer, {x: [[1.0, 2.0]]})
        session.run(w.initializer)
        return [shape(v), shape(w), session.run(v), session.run(grow), session.run(w), shape(grow)]


def an_assigned_value_must_fit(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    x = tf.placeholder(tf.float32, name="x")
    store = v.assign(x)
    with tf.Session() as session:
        session.run(v.initializer)
        at_run = raised(lambda: session.run(store, {x: [1.0, 2.0, 3.0]}))
        kept = session.run(v)
    return [
        raised(lambda: v.assign([1.0, 2.0, 3.0])),
        raised(lambda: v.assign([1, 2]).dtype.name),
        raised(lambda: v.assign(tf.constant([1, 2]))),
        raised(lambda: v.assign_add(1.0)),
        raised(lambda: tf.assign(tf.constant(1.0), 2.0)),
        raised(lambda: tf.assign(3.0, 2.0), key=""),
        at_run,
        kept,
    ]


def assignments_return_the_new_value(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    made = [v.assign([3.0, 4.0]), v.assign_add([1.0, 1.0]), v.assign_sub([0.5, 0.5]), tf.assign(v, [9.0, 9.0])]
    operation = v.assign([7.0, 7.0], read_value=False)
    told = []
    with tf.Session() as session:
        session.run(v.initializer)
        for assignment in made:
            told.append([assignment.name, assignment.dtype.name, session.run(assignment)])
        return told + [operation.name, operation.type, session.run(operation), session.run(v)]


def resource_assignments_return_the_new_value(tf):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    made = [v.assign([3.0, 4.0]), v.assign_add([1.0, 1.0]), v.assign_sub([0.5, 0.5]), tf.assign(v, [9.0, 9.0])]
    with tf.Session() as session:
        session.run(v.initializer)
        told = [session.run(assignment) for assignment in made]
        return [told, session.run(v), session.run(v.read_value()), raised(lambda: v.assign([1.0, 2.0, 3.0]), key="")]


def reads_after_an_assignment_see_it(tf):
    v = tf.Variable(1.0, name="v")
    assigned = v.assign(5.0)
    with tf.control_dependencies([assigned]):
        after = [v.read_value(), tf.identity(v.read_value()) * 2.0]
    with tf.Session() as session:
        session.run(v.initializer)
        return [session.run(after), session.run(assigned + 1.0)]


def reads_are_values(tf):
    v = tf.Variable([1.0], name="v", use_resource=True)
    before = v.read_value()
    doubled = before * 2.0
    with tf.control_dependencies([before]):
        first = v.assign([5.0]).op
    with tf.control_dependencies([first]):
        between = v.read_value()
        with tf.control_dependencies([between]):
            second = v.assign_add([1.0]).op
    with tf.control_dependencies([second]):
        after = v.read_value()
    return values(tf, [after, between, before, doubled, before + between + after])


def two_variables_swap(tf):
    a, b = tf.Variable(1.0, name="a", use_resource=True), tf.Variable(2.0, name="b", use_resource=True)
    old_a, old_b = a.read_value(), b.read_value()
    with tf.control_dependencies([old_a, old_b]):
        swap = tf.group(a.assign(old_b).op, b.assign(old_a).op)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for _ in range(3):
            session.run(swap)
            told.append(session.run([a, b]))
        return told


def scatter_updates_rows(tf):
    v = tf.Variable([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], name="v")
    made = [
        tf.scatter_update(v, [0], [[9.0, 9.0]]),
        tf.scatter_add(v, [1, 1], [[1.0, 1.0], [2.0, 2.0]]),
        tf.scatter_sub(v, [2], [[1.0, 1.0]]),
    ]
    with tf.Session() as session:
        session.run(v.initializer)
        told = [session.run(assignment) for assignment in made]
        return told + [raised(lambda: session.run(tf.scatter_add(v, [7], [[1.0, 1.0]])), key="7")]


def load_and_eval_use_a_session(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    session = tf.Session()
    session.run(v.initializer)
    v.load([5.0, 6.0], session)
    told = [v.eval(session), raised(lambda: v.eval()), raised(lambda: v.load([1.0, 2.0]), key="")]
    with session.as_default():
        v.load(np.float32([7.0, 8.0]))
        told += [v.eval(), raised(lambda: v.load([1.0, 2.0, 3.0]), key="")]
    return told


def initialisation_can_be_asked_about(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.get_variable("b", [2])
    r = tf.Variable(1.0, name="r", use_resource=True)
    checks = [tf.is_variable_initialized(v) for v in (a, b, r)]
    report = tf.report_uninitialized_variables()
    some = tf.report_uninitialized_variables([a])
    with tf.Session() as session:
        told = [session.run(checks), session.run(report), session.run(some)]
        session.run([a.initializer, r.initializer])
        told += [session.run(checks), session.run(report), session.run(some)]
        session.run(b.initializer)
        return told + [session.run(report), described(report)]


def initializer_operations_have_these_names(tf):
    tf.Variable(1.0, name="a")
    with tf.name_scope("s"):
        inside = tf.global_variables_initializer()
    made = [inside, tf.global_variables_initializer(), tf.initialize_all_variables(), tf.local_variables_initializer()]
    made += [tf.variables_initializer([]), tf.variables_initializer([], name="mine"), tf.initialize_variables([])]
    return [names(made), nodes(inside.graph)]


def _drawn(tf, initializer, size=(3, 4), dtype=None):
    v = tf.get_variable("v", list(size), initializer=initializer, **({"dtype": dtype} if dtype else {}))
    return values(tf, v)


def initializers_draw_these_values(tf):
    made = {
        "zeros": tf.zeros_initializer(),
        "ones": tf.ones_initializer(),
        "constant": tf.constant_initializer(2.5),
        "random_normal": tf.random_normal_initializer(1.0, 2.0, seed=1),
        "random_uniform": tf.random_uniform_initializer(-1.0, 1.0, seed=1),
        "truncated_normal": tf.truncated_normal_initializer(stddev=0.5, seed=1),
        "glorot_uniform": tf.glorot_uniform_initializer(seed=1),
        "glorot_normal": tf.glorot_normal_initializer(seed=1),
        "variance_scaling": tf.variance_scaling_initializer(seed=1),
        "variance_scaling uniform": tf.variance_scaling_initializer(2.0, "fan_avg", "uniform", seed=1),
        "variance_scaling untruncated": tf.variance_scaling_initializer(2.0, "fan_out", "untruncated_normal", seed=1),
        "he_normal": tf.initializers.he_normal(seed=1),
        "he_uniform": tf.initializers.he_uniform(seed=1),
        "lecun_normal": tf.initializers.lecun_normal(seed=1),
        "lecun_uniform": tf.initializers.lecun_uniform(seed=1),
        "uniform_unit_scaling": tf.uniform_unit_scaling_initializer(seed=1),
        "orthogonal": tf.orthogonal_initializer(seed=1),
        "orthogonal gain": tf.orthogonal_initializer(gain=2.0, seed=1),
        "identity": tf.initializers.identity(gain=3.0),
    }
    told = {}
    for name, initializer in made.items():
        with tf.variable_scope(name.replace(" ", "_")):
            told[name] = _drawn(tf, initializer)
    return told


def initializers_depend_on_the_shape_and_dtype(tf):
    sizes = [(4,), (2, 3), (2, 2, 3, 4), ()]
    told = []
    for k, size in enumerate(sizes):
        for dtype in (tf.float32, tf.float64):
            with tf.variable_scope(f"s{k}_{dtype.name}"):
                told.append(_drawn(tf, tf.glorot_uniform_initializer(seed=3), size, dtype))
    return told


def initializers_follow_the_graph_seed(tf):
    tf.set_random_seed(7)
    a = tf.get_variable("a", [2, 2])
    b = tf.get_variable("b", [2, 2])
    c = tf.Variable(tf.truncated_normal([2, 2]), name="c")
    return values(tf, [a, b, c])


def initializer_arguments_are_checked(tf):
    return [
        raised(lambda: tf.variance_scaling_initializer(scale=-1.0)),
        raised(lambda: tf.variance_scaling_initializer(mode="odd")),
        raised(lambda: tf.variance_scaling_initializer(distribution="odd")),
        raised(lambda: tf.orthogonal_initializer()([3])),
        raised(lambda: tf.initializers.identity()([3])),
        raised(lambda: tf.glorot_uniform_initializer(dtype=tf.int32)),
        raised(lambda: tf.constant_initializer([1.0, 2.0], verify_shape=True)([3]), key=""),
        raised(lambda: tf.constant_initializer(object()), key=""),
    ]


def a_constant_initializer_fills_with_its_last_value(tf):
    made = [
        tf.get_variable("a", [2, 2], initializer=tf.constant_initializer([1.0, 2.0])),
        tf.get_variable("b", [2, 2], initializer=tf.constant_initializer([[1.0, 2.0], [3.0, 4.0]])),
        tf.get_variable("c", [2], initializer=tf.constant_initializer(3), dtype=tf.int32),
        tf.get_variable("d", [2, 2], initializer=tf.constant_initializer(np.float64([1, 2, 3, 4]))),
    ]
    return [[described(v) for v in made], values(tf, made)]


def initializers_may_be_classes_instances_or_names_of_config(tf):
    a = tf.get_variable("a", [2], initializer=tf.ones_initializer)
    b = tf.get_variable("b", [2], initializer=tf.ones_initializer())
    c = tf.get_variable("c", [2], initializer=lambda shape, dtype=None, partition_info=None: tf.fill(shape, 4.0))
    config = tf.random_normal_initializer(1.0, 2.0, seed=3).get_config()
    return [values(tf, [a, b, c]), {k: config[k] for k in sorted(config)}]


def a_variable_may_not_be_iterated_or_tested(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    return [
        raised(lambda: list(v)),
        raised(lambda: bool(v > 1.0), key="using a `tf.Tensor` as a Python `bool` is not allowed"),
        raised(lambda: len(v), key=""),
        raised(lambda: v == v),
        raised(lambda: hash(v) == hash(v)),
    ]


def constraints_and_devices_are_kept(tf):
    with tf.device("/cpu:0"):
        v = tf.Variable(1.0, name="v", constraint=tf.nn.relu)
        with tf.device("/gpu:0"):
            w = tf.Variable(1.0, name="w")
    return [
        v.constraint is tf.nn.relu,
        v.device,
        v.value().device,
        v.initializer.device,
        w.device,
        v.initial_value.device,
    ]


def a_variable_colocates_its_read_and_assign(tf):
    v = tf.Variable(1.0, name="v")
    plus = v.assign_add(1.0)
    return [
        [op.name, op.colocation_groups()] for op in (v.op, v.initializer, v.value().op, plus.op, v.initial_value.op)
    ]


def get_or_create_global_step_is_one_variable(tf):
    none = tf.train.get_global_step()
    step = tf.train.get_or_create_global_step()
    with tf.variable_scope("s"):
        again = tf.train.get_or_create_global_step()
    return [
        none,
        described(step),
        again is step,
        tf.train.get_global_step() is step,
        step.trainable,
        names(tf.get_collection("global_step")),
        raised(lambda: tf.train.create_global_step()),
    ]


def names_that_are_no_strings(tf):
    with tf.variable_scope("a"):
        return [raised(lambda: tf.get_variable(None, [2])), raised(lambda: tf.get_variable(3, [2]))]
