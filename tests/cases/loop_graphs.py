"""tf.while_loop in the graph: nodes, frames, names, contexts, seeds; what may be fetched, fed and imported."""

import collections

from tests.cases.probe import described, names, nodes, plain, raised, shape, values


def _types(tf):
    counted = collections.Counter(op.type for op in tf.get_default_graph().get_operations())
    return dict(sorted(counted.items()))


def _frames(tf):
    return [
        [op.name, op.get_attr("frame_name").decode(), op.get_attr("is_constant"), op.get_attr("parallel_iterations")]
        for op in tf.get_default_graph().get_operations()
        if op.type == "Enter"
    ]


def a_counter_adds_these_nodes(tf):
    y = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
    return [nodes(tf.get_default_graph()), _frames(tf), described(y)]


def two_variables_add_these_nodes(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), [0, x])
    return nodes(tf.get_default_graph())


def captures_add_enters(tf):
    x, limit = tf.constant([1.0, 2.0], name="x"), tf.constant(3, name="limit")
    tf.while_loop(lambda i, y: i < limit, lambda i, y: (i + 1, y + x * x), [0, x])
    return [nodes(tf.get_default_graph()), _frames(tf)]


def captured_tensors_returned_by_a_body(tf):
    x = tf.constant(1.0, name="x")
    tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, x), [0, tf.constant(5.0)])
    return nodes(tf.get_default_graph())


def maximum_iterations_adds_a_counter(tf):
    tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)], maximum_iterations=5)
    return [nodes(tf.get_default_graph()), _frames(tf)]


def structures_add_these_nodes(tf):
    tf.while_loop(
        lambda i, d: i < 3,
        lambda i, d: (i + 1, {"a": d["b"], "b": [d["a"]][0]}),
        [tf.constant(0), {"b": tf.constant(1.0, name="one"), "a": tf.constant(2.0, name="two")}],
    )
    return nodes(tf.get_default_graph())


def invariants_change_no_node(tf):
    tf.while_loop(
        lambda i, x: i < 3,
        lambda i, x: [i + 1, tf.concat([x, x], 0)],
        [tf.constant(0), tf.ones([2])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )
    operations = tf.get_default_graph().get_operations()
    return [nodes(tf.get_default_graph()), [[op.name] + [shape(t) for t in op.outputs] for op in operations]]


def frames_have_these_names(tf):
    with tf.name_scope("s"):
        for name in (None, None, "mine"):
            tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)], name=name, parallel_iterations=3)
    tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)], parallel_iterations=1, back_prop=False)
    return _frames(tf)


def name_scopes_within_bodies(tf):
    def body(i, x):
        with tf.name_scope("step"):
            x = tf.add(x, 1.0, name="sum")
        with tf.variable_scope("layer"):
            return i + 1, tf.multiply(x, 2.0, name="twice")

    with tf.variable_scope("outer"):
        y = tf.while_loop(lambda i, x: i < 3, body, [0, 1.0], name="loop")
    return [names(y), [op.name for op in tf.get_default_graph().get_operations()]]


def nested_loops_add_these_nodes(tf):
    x = tf.constant(2.0, name="x")

    def outer(i, t):
        return i + 1, tf.while_loop(lambda j, u: j < i, lambda j, u: (j + 1, u * x), [0, t])[1]

    y = tf.while_loop(lambda i, t: i < 3, outer, [0, 1.0])
    return [names(y), nodes(tf.get_default_graph()), _frames(tf), values(tf, y)]


def conds_in_loops_add_these_nodes(tf):
    x = tf.constant(2.0, name="x")
    tf.while_loop(
        lambda i, y: i < 3,
        lambda i, y: (i + 1, tf.cond(i > 1, lambda: y * x, lambda: y + 1.0)),
        [0, 1.0],
    )
    return [nodes(tf.get_default_graph()), _frames(tf)]


def loops_in_conds_add_these_nodes(tf):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.constant(2.0, name="x")
    tf.cond(p, lambda: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1], lambda: x)
    return [nodes(tf.get_default_graph()), _frames(tf)]


def loops_three_deep_count_these_types(tf):
    x = tf.constant(2.0, name="x")

    def loop(depth, y):
        if depth == 0:
            return y * x
        return tf.while_loop(lambda i, y: i < depth, lambda i, y: (i + 1, loop(depth - 1, y)), [0, y])[1]

    y = loop(3, tf.constant(1.0))
    return [_types(tf), _frames(tf), y.name, values(tf, y)]


def constants_of_a_body_wait_for_its_pivot(tf):
    def body(i, x):
        tf.no_op(name="alone")
        with tf.control_dependencies([x]):
            tf.constant(1.0, name="tied")
        with tf.control_dependencies(None):
            tf.constant(2.0, name="free")
        return i + tf.constant(1, name="one"), x

    tf.while_loop(lambda i, x: i < tf.constant(3, name="limit"), body, [0, 1.0])
    return nodes(tf.get_default_graph())


def control_inputs_of_outside_leave_the_body(tf):
    before = tf.no_op(name="before")

    def body(i, x):
        with tf.control_dependencies([before]):
            return i + 1, x * 2.0

    with tf.control_dependencies([tf.no_op(name="first")]):
        y = tf.while_loop(lambda i, x: i < 3, body, [0, 1.0])
        tf.identity(y[1], name="after")
    return nodes(tf.get_default_graph())


def variables_read_in_a_body_add_these_nodes(tf):
    v = tf.Variable(1.0, name="v")
    r = tf.Variable(1.0, name="r", use_resource=True)
    tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x + v + r), [0, 1.0])
    return nodes(tf.get_default_graph())


def assignments_in_a_body_add_these_nodes(tf):
    v = tf.Variable(1.0, name="v")
    r = tf.Variable(1.0, name="r", use_resource=True)

    def body(i):
        with tf.control_dependencies([v.assign_add(1.0), r.assign_add(1.0).op]):
            return i + 1

    tf.while_loop(lambda i: i < 3, body, [0])
    return nodes(tf.get_default_graph())


def tensor_arrays_in_a_body_add_these_nodes(tf):
    array = tf.TensorArray(tf.float32, 3)
    _, array = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a.write(i, tf.cast(i, tf.float32))), [0, array])
    array.stack()
    return nodes(tf.get_default_graph())


def devices_of_a_loop(tf):
    def body(i, x):
        with tf.device("/gpu:0"):
            return i + 1, x * 2.0

    with tf.device("/cpu:0"):
        x = tf.constant(1.0, name="x")
        tf.while_loop(lambda i, y: i < 3, body, [0, x])
    return [[op.name, op.device] for op in tf.get_default_graph().get_operations()]


def colocation_of_a_loop(tf):
    x = tf.constant(1.0, name="x")
    tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])
    return [[op.name, op.colocation_groups()] for op in tf.get_default_graph().get_operations()]


def random_operations_in_a_body_have_these_seeds(tf):
    tf.set_random_seed(5)
    tf.while_loop(
        lambda i, x, y: i < 3,
        lambda i, x, y: (i + 1, x + tf.random_uniform([2]), y + tf.random_normal([2], seed=1)),
        [0, tf.zeros([2]), tf.zeros([2])],
    )
    drawn = [op for op in tf.get_default_graph().get_operations() if op.type.startswith("Random")]
    return [[op.name, op.get_attr("seed"), op.get_attr("seed2")] for op in drawn] + [_types(tf)]


def contexts_know_their_parts(tf):
    x = tf.constant(1.0, name="x")
    seen = []

    def body(i, y):
        context = tf.get_default_graph()._get_control_flow_context()
        seen.append([context.name, context.back_prop, context.parallel_iterations, context.swap_memory])
        return i + 1, y * x

    y = tf.while_loop(lambda i, y: i < 3, body, [0, x], name="loop", swap_memory=True, back_prop=False)
    kept = {}
    for op in tf.get_default_graph().get_operations():
        context = op._get_control_flow_context()
        kept[op.name] = context and context.name
    context = tf.get_default_graph().get_operation_by_name("loop/mul")._get_control_flow_context()
    return [seen, kept, context.pivot.name, names(context.loop_enters), names(context.loop_exits), names(y)]


def only_outermost_loops_enter_their_collection(tf):
    p = tf.placeholder(tf.bool, [], name="p")

    def count(limit):
        return tf.while_loop(lambda i: i < limit, lambda i: i + 1, [tf.constant(0)])

    tf.while_loop(lambda i: i < 3, lambda i: i + count(2), [tf.constant(0)], name="outer")
    tf.cond(p, lambda: count(2), lambda: 1)
    return [
        [c.name for c in tf.get_collection(tf.GraphKeys.WHILE_CONTEXT)],
        [c.name for c in tf.get_collection(tf.GraphKeys.COND_CONTEXT)],
    ]


def collections_made_in_a_body_stay(tf):
    def body(i):
        tf.add_to_collection("inside", i)
        return i + 1

    tf.while_loop(lambda i: i < 3, body, [tf.constant(0)])
    return names(tf.get_collection("inside"))


def tensors_of_a_loop_cannot_be_fetched(tf):
    x, kept = tf.constant(1.0, name="x"), []

    def body(i, y):
        kept.append(y * x)
        return i + 1, kept[0]

    y = tf.while_loop(lambda i, y: i < 3, body, [0, x])
    graph = tf.get_default_graph()
    with tf.Session() as session:
        told = [
            raised(lambda: session.run(kept[0])),
            raised(lambda: session.run([y, kept[0].op])),
            raised(lambda: session.run("while/add:0")),
            raised(lambda: session.run("while/Merge:0")),
            plain(session.run(y)),
        ]
    return told + [[op.name, graph.is_fetchable(op), graph.is_feedable(op)] for op in graph.get_operations()]


def tensors_of_a_loop_cannot_be_fed(tf):
    x = tf.constant(1.0, name="x")
    y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), [0, x])
    with tf.Session() as session:
        return [
            raised(lambda: session.run(y, {"while/mul:0": 1.0})),
            raised(lambda: session.run(y, {"while/Identity:0": 1})),
            plain(session.run(y, {x: 3.0})),
            plain(session.run([y[0], y[1] + 1.0], {y[1]: 3.0})),
        ]


def tensors_of_a_loop_cannot_be_used_outside(tf):
    kept = []

    def body(i):
        kept.append(i * 2)
        return i + 1

    tf.while_loop(lambda i: i < 3, body, [tf.constant(0)])
    y = raised(lambda: tf.negative(kept[0]).name, key="")
    return [y, raised(lambda: tf.while_loop(lambda i: i < 3, lambda i: i + kept[0], [0]).name, key="")]


def a_graph_with_a_loop_imports_again(tf):
    x, n = tf.placeholder(tf.float32, [], name="x"), tf.placeholder(tf.int32, [], name="n")
    y = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 2.0 + x), [0, x])[1]
    tf.identity(y, name="y")
    proto = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        y = tf.import_graph_def(proto, {"x:0": tf.constant(3.0, name="three")}, ["y:0"], name="again")[0]
        with tf.Session() as session:
            told = [session.run(y, {"again/n:0": count}) for count in (0, 1, 4)]
        return [described(y), told, nodes(graph), _frames(tf)]


def a_graph_with_nested_loops_imports_again(tf):
    def outer(i, t):
        inner = tf.while_loop(lambda j, u: j < i, lambda j, u: (j + 1, u + j), [0, t])[1]
        return i + 1, tf.cond(i > 1, lambda: inner * 2, lambda: inner)

    tf.identity(tf.while_loop(lambda i, t: i < 5, outer, [0, 1])[1], name="y")
    proto = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default():
        y = tf.import_graph_def(proto, return_elements=["y:0"], name="")[0]
        with tf.Session() as session:
            return [session.run(y), _types(tf)]


def a_graph_with_a_loop_as_a_proto(tf):
    x = tf.constant(1.0, name="x")
    tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])
    proto = tf.get_default_graph().as_graph_def()
    return [[n.name, n.op, list(n.input), sorted(n.attr)] for n in proto.node]


def loops_travel_in_meta_graphs(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    p = tf.placeholder(tf.bool, [], name="p")
    y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1]
    tf.identity(tf.cond(p, lambda: y, lambda: -y), name="y")
    meta = tf.train.export_meta_graph()
    keys = sorted(meta.collection_def)
    with tf.Graph().as_default():
        tf.train.import_meta_graph(meta)
        with tf.Session() as session:
            told = [session.run("y:0", {"x:0": 2.0, "p:0": flag}) for flag in (True, False)]
        loops = [c.name for c in tf.get_collection("while_context")]
        conds = [c.name for c in tf.get_collection("cond_context")]
        again = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])
        return [keys, told, loops, conds, again.name]


def switches_of_a_loop_stand_with_their_merges(tf):
    tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x), [0, tf.constant(1.0)])
    operations = tf.get_default_graph().get_operations()
    return [[op.name, op.colocation_groups()] for op in operations if op.type in ("Switch", "Merge", "NextIteration")]


def ids_and_versions_grow_by_these_counts(tf):
    graph = tf.get_default_graph()
    p = tf.placeholder(tf.bool, [], name="p")
    told = [graph.version]
    x = tf.constant(1.0)
    tf.cond(p, lambda: x * 2.0, lambda: x)
    told.append(graph.version)
    tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])
    told.append(graph.version)
    told.append(len(graph.get_operations()))
    return told
