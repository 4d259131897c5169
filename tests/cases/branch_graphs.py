"""tf.cond in the graph: its nodes, names, contexts, devices, seeds; what may be fetched, fed and imported."""

from tests.cases.probe import described, names, nodes, plain, raised


def _both(tf, fetches, pred, feeds=()):
    """Returns what a run gives where the predicate holds and where it does not."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [plain(session.run(fetches, {**dict(feeds), pred: flag})) for flag in (True, False)]


def _pred(tf, name="p"):
    return tf.placeholder(tf.bool, [], name=name)


def constant_predicates_are_not_folded(tf):
    y = [tf.cond(tf.constant(flag), lambda: tf.constant(1), lambda: tf.constant(2)) for flag in (True, False)]
    with tf.Session() as session:
        return [session.run(y), nodes(tf.get_default_graph())]


def a_captured_tensor_may_be_returned_as_it_is(tf):
    p, x, z = _pred(tf), tf.constant([1.0, 2.0], name="x"), tf.constant([3.0], name="z")
    y = tf.cond(p, lambda: x, lambda: z)
    twice = tf.cond(p, lambda: [x, x, z], lambda: [x, z, z])
    return [described(y), _both(tf, [y, twice], p), nodes(tf.get_default_graph())]


def the_predicate_itself_may_be_returned(tf):
    p = _pred(tf)
    y = tf.cond(p, lambda: p, lambda: tf.logical_not(p))
    return [_both(tf, y, p), nodes(tf.get_default_graph())]


def the_same_tensor_on_both_sides(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")
    y = tf.cond(p, lambda: x, lambda: x)
    return [_both(tf, [y, y * x], p), y is x, nodes(tf.get_default_graph())]


def names_follow_the_scope(tf):
    p = _pred(tf)
    made = [tf.cond(p, lambda: tf.constant(1, name="one"), lambda: tf.constant(2, name="two")) for _ in range(2)]
    made.append(tf.cond(p, lambda: 1, lambda: 2, name="mine"))
    with tf.name_scope("outer"):
        made.append(tf.cond(p, lambda: 1, lambda: 2))
        made.append(tf.cond(p, lambda: 1, lambda: 2, name="mine"))
        made.append(tf.cond(p, lambda: 1, lambda: 2, name="mine"))
    return [names(made), [op.name for op in tf.get_default_graph().get_operations()]]


def name_scopes_within_branches_nest(tf):
    p, x = _pred(tf), tf.constant(1.0, name="x")

    def true_fn():
        with tf.name_scope("inner"):
            return tf.add(x, 1.0, name="sum")

    def false_fn():
        with tf.variable_scope("layer"):
            return tf.add(x, 2.0, name="sum")

    tf.cond(p, true_fn, false_fn, name="choice")
    with tf.variable_scope("layer"):
        tf.cond(p, true_fn, false_fn)
    return nodes(tf.get_default_graph())


def a_small_cond_adds_these_nodes(tf):
    p, x, y = _pred(tf), tf.constant(2.0, name="x"), tf.constant(5.0, name="y")
    tf.cond(p, lambda: tf.multiply(x, y), lambda: tf.add(x, tf.constant(1.0)))
    ops = tf.get_default_graph().get_operations()
    return [nodes(tf.get_default_graph()), [op.colocation_groups() for op in ops if op.type == "Switch"]]


def captures_are_switched_once_in_each_branch(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")
    tf.cond(p, lambda: tf.multiply(x, x) + x, lambda: x - x)
    return nodes(tf.get_default_graph())


def structures_add_these_nodes(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")
    tf.cond(p, lambda: {"b": x, "a": [x * x, 1]}, lambda: {"a": [x, 2], "b": tf.constant(0.0)})
    return nodes(tf.get_default_graph())


def nested_conds_add_these_nodes(tf):
    p, q, x = _pred(tf), _pred(tf, "q"), tf.constant(2.0, name="x")
    y = tf.cond(p, lambda: tf.cond(q, lambda: x * 1.0, lambda: -x), lambda: tf.cond(q, lambda: x + 1.0, lambda: x))
    with tf.Session() as session:
        told = [session.run(y, {p: a, q: b}) for a in (True, False) for b in (True, False)]
    return [told, nodes(tf.get_default_graph())]


def tensors_of_a_branch_are_used_in_a_cond_within(tf):
    p, q, x = _pred(tf), _pred(tf, "q"), tf.constant(2.0, name="x")

    def true_fn():
        inner = x * 10.0
        chosen = tf.cond(q, lambda: inner + 1.0, lambda: inner + x)
        return chosen + inner

    y = tf.cond(p, true_fn, lambda: x)
    with tf.Session() as session:
        told = [session.run(y, {p: a, q: b}) for a in (True, False) for b in (True, False)]
    return [told, nodes(tf.get_default_graph())]


def tensors_and_operations_of_branches_cannot_be_fetched(tf):
    p, x, kept = _pred(tf), tf.constant(2.0, name="x"), []

    def true_fn():
        kept.append(tf.multiply(x, 3.0, name="inner"))
        return kept[0] + 1.0

    y = tf.cond(p, true_fn, lambda: x)
    graph = tf.get_default_graph()
    with tf.Session() as session:
        told = [
            raised(lambda: session.run(kept[0], {p: True})),
            raised(lambda: session.run([y, kept[0].op], {p: True})),
            raised(lambda: session.run("cond/add:0", {p: True})),
            session.run(y, {p: True}),
        ]
    return told + [[op.name, graph.is_fetchable(op), graph.is_feedable(op)] for op in graph.get_operations()]


def what_follows_a_tensor_of_the_branch_not_taken_has_no_value(tf):
    p, x, kept = _pred(tf), tf.constant(2.0, name="x"), []

    def true_fn():
        kept.append(x * 3.0)
        return kept[0] + 1.0

    y = tf.cond(p, true_fn, lambda: x)
    after = kept[0] * 2.0
    with tf.Session() as session:
        return [
            session.run([y, after], {p: True}),
            raised(lambda: session.run([y, after], {p: False}), key="does not have value"),
            raised(lambda: session.run(after, {p: False}), key="Retval[0] does not have value"),
            session.run(y, {p: False}),
        ]


def both_outputs_of_a_merge_can_be_fetched(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")
    tf.cond(p, lambda: x * 2.0, lambda: x)
    return [
        described(tf.get_default_graph().get_tensor_by_name("cond/Merge:1")),
        _both(tf, ["cond/Merge:0", "cond/Merge:1"], p),
    ]


def tensors_of_branches_can_be_fed(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")
    y = tf.cond(p, lambda: tf.multiply(x, 3.0, name="inner") + 1.0, lambda: x)
    z = y * 10.0
    with tf.Session() as session:
        return [
            session.run(z, {p: True, "cond/inner:0": 100.0}),
            session.run(z, {p: False, "cond/inner:0": 100.0}),
            session.run(z, {y: 5.0}),
            session.run(z, {p: True, x: 4.0}),
        ]


def one_branch_cannot_use_the_others_tensors(tf):
    p, x, kept = _pred(tf), tf.constant(2.0, name="x"), []

    def true_fn():
        kept.append(x * 3.0)
        return kept[0]

    y = tf.cond(p, true_fn, lambda: kept[0] + 1.0)
    with tf.Session() as session:
        return [
            session.run(y, {p: True}),
            raised(lambda: session.run(y, {p: False}), key="does not have value"),
        ]


def a_branch_sees_the_graph_and_collections_outside(tf):
    p, graph, seen = _pred(tf), tf.get_default_graph(), []

    def true_fn():
        seen.append(tf.get_default_graph() is graph)
        seen.append(tf.get_collection("things"))
        tf.add_to_collection("things", 2)
        return tf.constant(1)

    tf.add_to_collection("things", 1)
    tf.cond(p, true_fn, lambda: tf.constant(2))
    return [seen, tf.get_collection("things"), len(tf.get_collection("cond_context"))]


def only_outermost_conds_enter_their_collection(tf):
    p, q = _pred(tf), _pred(tf, "q")
    tf.cond(p, lambda: tf.cond(q, lambda: 1, lambda: 2), lambda: tf.constant(3), name="outer")
    tf.cond(q, lambda: 1, lambda: 2)
    return [c.name for c in tf.get_collection(tf.GraphKeys.COND_CONTEXT)]


def contexts_know_where_they_stand(tf):
    p, q, x, seen = _pred(tf), _pred(tf, "q"), tf.constant(1.0, name="x"), []

    def note():
        context = tf.get_default_graph()._get_control_flow_context()
        outer = context and context.outer_context
        seen.append([context and context.name, outer and outer.name])
        return x * 1.0

    note()
    y = tf.cond(p, lambda: tf.cond(q, note, note), note)
    kept = {
        op.name: op._get_control_flow_context() and op._get_control_flow_context().name
        for op in tf.get_default_graph().get_operations()
    }
    context = tf.get_default_graph().get_operation_by_name("cond/cond/mul")._get_control_flow_context()
    return [seen, kept, y.op._get_control_flow_context(), [context.branch, context.pred.name, context.pivot.name]]


def operations_wait_for_the_pivot_where_nothing_else_ties_them(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")

    def true_fn():
        tf.no_op(name="alone")
        with tf.control_dependencies([tf.constant(0, name="first")]):
            tf.no_op(name="second")
        tf.identity(x, name="tied")
        return tf.random_uniform([2], seed=1)

    tf.cond(p, true_fn, lambda: tf.zeros([2]))
    return nodes(tf.get_default_graph())


def devices_are_those_of_the_branch(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")

    def true_fn():
        with tf.device("/gpu:0"):
            return x * 2.0

    with tf.device("/cpu:0"):
        tf.cond(p, true_fn, lambda: x + 1.0)
    return [[op.name, op.device] for op in tf.get_default_graph().get_operations()]


def colocation_reaches_into_branches(tf):
    p, x = _pred(tf), tf.constant(2.0, name="x")

    def true_fn():
        with tf.colocate_with(x):
            return tf.constant(1.0, name="beside")

    tf.cond(p, true_fn, lambda: x + 1.0)
    return [[op.name, op.colocation_groups()] for op in tf.get_default_graph().get_operations()]


def random_operations_in_branches_have_these_seeds(tf):
    p = _pred(tf)
    tf.set_random_seed(5)
    y = tf.cond(p, lambda: tf.random_uniform([2]), lambda: tf.random_normal([2]))
    z = tf.cond(p, lambda: tf.random_uniform([2], seed=3), lambda: tf.truncated_normal([2], seed=3))
    ops = [op for op in tf.get_default_graph().get_operations() if op.type.startswith(("Random", "Trunc"))]
    seeds = [[op.name, op.get_attr("seed"), op.get_attr("seed2")] for op in ops]
    return [seeds, _both(tf, [y, z], p)]


def random_streams_move_only_where_the_branch_is_taken(tf):
    p = _pred(tf)
    y = tf.cond(p, lambda: tf.random_uniform([2], seed=1), lambda: tf.zeros([2]))
    with tf.Session() as session:
        return [session.run(y, {p: flag}) for flag in (True, False, False, True, True)]


def a_random_tensor_outside_is_drawn_whatever_is_taken(tf):
    p, noise = _pred(tf), tf.random_uniform([2], seed=1)
    y = tf.cond(p, lambda: noise * 1.0, lambda: tf.zeros([2]))
    with tf.Session() as session:
        return [session.run(y, {p: flag}) for flag in (True, False, True)]


def a_graph_with_a_cond_imports_again(tf):
    p, x = _pred(tf), tf.placeholder(tf.float32, [], name="x")
    tf.identity(tf.cond(p, lambda: x * 2.0, lambda: x + 10.0), name="y")
    proto = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        y = tf.import_graph_def(proto, {"x:0": tf.constant(3.0, name="three")}, ["y:0"])[0]
        with tf.Session() as session:
            told = [session.run(y, {"import/p:0": flag}) for flag in (True, False)]
        return [told, nodes(graph)]
