"""What happens, and in what order, where branches read, write, wait, print, assert and queue."""

from tests.cases.probe import described, nodes, plain, raised


def _pred(tf, name="p"):
    return tf.placeholder(tf.bool, [], name=name)


def _noter(tf):
    """Returns a list and a function that passes a float tensor on and notes in the list that it did."""
    seen = []

    def note(x, label):
        def told(value):
            seen.append(label)
            return value

        y = tf.py_func(told, [x], tf.float32)
        y.set_shape([])
        return y

    return seen, note


def _each(tf, fetch, pred, watched, flags=(True, False, True)):
    """Runs ``fetch`` with each flag in turn; returns what it gave and the variables' values after each run."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for flag in flags:
            told.append([plain(session.run(fetch, {pred: flag})), plain(session.run(list(watched)))])
        return told


def only_the_taken_branch_assigns(tf):
    told = []
    for resource in (False, True):
        p = _pred(tf)
        v = tf.Variable(1.0, use_resource=resource)
        y = tf.cond(p, lambda v=v: tf.identity(v.assign_add(10.0)), lambda v=v: tf.identity(v.assign_sub(1.0)))
        told.append(_each(tf, y, p, [v]))
    return told


def an_assignment_may_be_the_result(tf):
    p, v = _pred(tf), tf.Variable([1.0, 2.0], name="v")
    y = tf.cond(p, lambda: v.assign_add([10.0, 10.0]), lambda: v.assign([0.0, 0.0]))
    return [y.dtype.name, _each(tf, tf.identity(y) * 1.0, p, [v])]


def a_resource_assignment_may_be_the_result(tf):
    p, v = _pred(tf), tf.Variable([1.0, 2.0], name="v", use_resource=True)
    y = tf.cond(p, lambda: v.assign_add([10.0, 10.0]).read_value(), lambda: v.assign([0.0, 0.0]).read_value())
    return [described(y), _each(tf, y, p, [v])]


def a_ref_variable_may_be_the_result(tf):
    p, v, w = _pred(tf), tf.Variable(1.0, name="v"), tf.Variable(2.0, name="w")
    y = tf.cond(p, lambda: v, lambda: w)
    return [described(y), _each(tf, y, p, [v, w]), nodes(tf.get_default_graph())[-10:]]


def a_resource_variable_may_be_the_result(tf):
    p = _pred(tf)
    v, w = tf.Variable(1.0, name="v", use_resource=True), tf.Variable(2.0, name="w", use_resource=True)
    y = tf.cond(p, lambda: v, lambda: w)
    return [described(y), _each(tf, y, p, [v, w])]


def variables_read_in_branches_add_these_nodes(tf):
    p, v = _pred(tf), tf.Variable(1.0, name="v")
    r = tf.Variable(1.0, name="r", use_resource=True)
    tf.cond(p, lambda: v + 1.0, lambda: v.read_value(), name="ref")
    tf.cond(p, lambda: r + 1.0, lambda: r.read_value(), name="resource")
    tf.cond(p, lambda: tf.gather(tf.expand_dims(r, 0), 0), lambda: r.value(), name="values")
    return nodes(tf.get_default_graph())


def assignments_in_branches_add_these_nodes(tf):
    p, v, r = _pred(tf), tf.Variable(1.0, name="v"), tf.Variable(1.0, name="r", use_resource=True)
    tf.cond(p, lambda: v.assign(2.0), lambda: v.assign_add(3.0), name="ref")
    tf.cond(p, lambda: r.assign(2.0).op, lambda: r.assign_add(3.0).op, name="resource")
    return nodes(tf.get_default_graph())


def a_read_in_a_branch_after_a_write_there_sees_it(tf):
    p, v = _pred(tf), tf.Variable(1.0, name="v", use_resource=True)

    def true_fn():
        before = v.read_value()
        with tf.control_dependencies([before]):
            write = v.assign_add(5.0)
        with tf.control_dependencies([write.op]):
            return [before * 1.0, v.read_value()]

    y = tf.cond(p, true_fn, lambda: [v.read_value(), -v.read_value()])
    return _each(tf, y, p, [v])


def writes_of_a_ref_variable_in_a_branch_keep_their_order(tf):
    p, v = _pred(tf), tf.Variable(1.0, name="v")

    def true_fn():
        first = v.assign_add(1.0)
        with tf.control_dependencies([first]):
            second = v.assign(tf.multiply(first, 10.0))
        with tf.control_dependencies([second]):
            return tf.identity(v.assign_add(0.5))

    y = tf.cond(p, true_fn, lambda: v.read_value())
    return _each(tf, y, p, [v])


def what_is_made_outside_runs_whatever_is_taken(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0)
    a, b = note(x, "a"), note(x, "b")
    y = tf.cond(p, lambda: a + 1.0, lambda: b + 2.0)
    with tf.Session() as session:
        told = []
        for flag in (True, False):
            told.append([plain(session.run(y, {p: flag})), sorted(seen)])
            del seen[:]
    return told


def what_is_made_inside_runs_only_where_taken(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0)
    y = tf.cond(p, lambda: note(x, "a") + 1.0, lambda: note(note(x, "b"), "c"))
    with tf.Session() as session:
        told = []
        for flag in (True, False, True):
            told.append([plain(session.run(y, {p: flag})), list(seen)])
            del seen[:]
    return told


def what_nothing_needs_inside_a_branch_does_not_run(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0)

    def true_fn():
        note(x, "idle")
        return x + 1.0

    y = tf.cond(p, true_fn, lambda: x)
    with tf.Session() as session:
        return [plain(session.run(y, {p: True})), seen]


def what_one_result_needs_does_not_run_for_another(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0)
    y, z = tf.cond(p, lambda: [note(x, "a"), note(x, "b")], lambda: [note(x, "c"), note(x, "d")])
    with tf.Session() as session:
        told = []
        for fetch, flag in ((y, True), (z, True), (y, False), (z, False)):
            session.run(fetch, {p: flag})
            told.append(list(seen))
            del seen[:]
        session.run([y, z], {p: True})
    return [told, sorted(seen)]


def control_dependencies_inside_a_branch_order_it(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0)

    def true_fn():
        with tf.control_dependencies([note(x, "first")]):
            second = note(x, "second")
        with tf.control_dependencies([second]):
            return note(x, "third")

    y = tf.cond(p, true_fn, lambda: x)
    with tf.Session() as session:
        told = [plain(session.run(y, {p: True})), list(seen)]
        del seen[:]
        session.run(y, {p: False})
    return [told, seen]


def a_branch_waits_for_what_the_cond_was_made_after(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0, name="x")
    with tf.control_dependencies([note(x, "before")]):
        y = tf.cond(p, lambda: note(x, "true"), lambda: note(x, "false"))
    with tf.Session() as session:
        told = []
        for flag in (True, False):
            session.run(y, {p: flag})
            told.append(list(seen))
            del seen[:]
    return told


def a_cond_after_a_write_sees_it(tf):
    p, v = _pred(tf), tf.Variable(1.0, name="v", use_resource=True)
    write = v.assign_add(1.0)
    with tf.control_dependencies([write.op]):
        y = tf.cond(p, lambda: v.read_value() * 10.0, lambda: v.read_value() * 100.0)
    return [_each(tf, y, p, [v]), nodes(tf.get_default_graph())]


def what_waits_for_a_cond_comes_after_its_branch(tf):
    p, v = _pred(tf), tf.Variable(1.0, name="v", use_resource=True)
    y = tf.cond(p, lambda: v.assign_add(5.0).op, lambda: tf.no_op())
    with tf.control_dependencies([y]):
        after = v.read_value()
    return [_each(tf, after, p, [v]), nodes(tf.get_default_graph())]


def a_branch_may_wait_for_what_is_outside(tf):
    seen, note = _noter(tf)
    p, x = _pred(tf), tf.constant(1.0, name="x")
    outside = note(x, "outside")

    def true_fn():
        with tf.control_dependencies([outside]):
            return note(x, "inside")

    y = tf.cond(p, true_fn, lambda: x)
    with tf.Session() as session:
        told = []
        for flag in (True, False):
            session.run(y, {p: flag})
            told.append(list(seen))
            del seen[:]
    return told


def waits_for_what_is_outside_add_these_nodes(tf):
    p, x = _pred(tf), tf.constant(1.0, name="x")
    outside = tf.no_op(name="outside")

    def true_fn():
        with tf.control_dependencies([outside]):
            tf.constant(3.0, name="free")
            return x * 2.0

    with tf.control_dependencies([tf.no_op(name="before")]):
        tf.cond(p, true_fn, lambda: tf.constant(1.0))
        tf.no_op(name="beside")
    return nodes(tf.get_default_graph())


def control_dependencies_can_be_cleared_in_a_branch(tf):
    p, x = _pred(tf), tf.constant(1.0, name="x")

    def true_fn():
        with tf.control_dependencies(None):
            return tf.constant(3.0, name="free") * x

    with tf.control_dependencies([tf.no_op(name="before")]):
        y = tf.cond(p, true_fn, lambda: tf.constant(1.0))
    with tf.Session() as session:
        return [nodes(tf.get_default_graph()), session.run(y, {p: True}), session.run(y, {p: False})]


def groups_and_tuples_gather_inside_a_branch(tf):
    p = _pred(tf)
    v, w = tf.Variable(0.0, name="v", use_resource=True), tf.Variable(0.0, name="w", use_resource=True)

    def true_fn():
        with tf.control_dependencies([tf.group(v.assign_add(1.0), w.assign_add(2.0))]):
            return tf.tuple([tf.constant(1.0), v.read_value()], control_inputs=[w.assign_add(10.0).op])

    def false_fn():
        return [tf.constant(2.0), tf.constant(3.0)]

    y = tf.cond(p, true_fn, false_fn)
    return _each(tf, y, p, [v, w])


def a_group_of_conds_runs_them_all(tf):
    p = _pred(tf)
    v, w = tf.Variable(0.0, name="v"), tf.Variable(0.0, name="w")
    first = tf.cond(p, lambda: v.assign_add(1.0).op, tf.no_op)
    second = tf.cond(p, tf.no_op, lambda: w.assign_add(1.0).op)
    return _each(tf, tf.group(first, second), p, [v, w])


def nested_branches_write_where_taken(tf):
    p, q = _pred(tf), _pred(tf, "q")
    v = tf.Variable(0.0, name="v")

    def bump(by):
        return lambda: tf.identity(v.assign_add(by))

    y = tf.cond(p, lambda: tf.cond(q, bump(1.0), bump(10.0)), lambda: tf.cond(q, bump(100.0), bump(1000.0)))
    with tf.Session() as session:
        session.run(v.initializer)
        return [plain(session.run(y, {p: a, q: b})) for a in (True, False) for b in (True, False)]


def printing_passes_its_value_on(tf):
    p, x = _pred(tf), tf.constant([1.0, 2.0])
    y = tf.cond(p, lambda: tf.Print(x, [x], "in a branch: "), lambda: x * 2.0)
    return _each(tf, y, p, [], flags=(False, False))


def an_assertion_fails_only_where_taken(tf):
    p, x = _pred(tf), tf.placeholder(tf.float32, [], name="x")

    def true_fn():
        with tf.control_dependencies([tf.Assert(x > 0.0, ["x must be positive", x])]):
            return tf.sqrt(x)

    y = tf.cond(p, true_fn, lambda: -x)
    with tf.Session() as session:
        return [
            session.run(y, {p: True, x: 4.0}),
            session.run(y, {p: False, x: -4.0}),
            raised(lambda: session.run(y, {p: True, x: -4.0}), key="assertion failed: [x must be positive] [-4]"),
            session.run(y, {p: True, x: 9.0}),
        ]


def assertions_are_conds_themselves(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    checks = [tf.Assert(x > 0.0, [x, "text"]), tf.Assert(True, ["never"])]
    with tf.name_scope("s"):
        checks.append(tf.Assert(_pred(tf), ["first"], name="check", summarize=5))
    return [[check.type for check in checks], nodes(tf.get_default_graph())]


def an_assertion_outside_gives_its_data(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    check = tf.Assert(tf.reduce_all(x > 0.0), ["bad:", x, tf.size(x)], summarize=2)
    with tf.Session() as session:
        return [
            session.run(check, {x: [1.0]}),
            raised(lambda: session.run(check, {x: [1.0, -2.5, 3.0]}), key="assertion failed: [bad:] [1 -2.5...] [3]"),
            raised(lambda: session.run(check, {x: [-1.0]}), key="assertion failed: [bad:] [-1] [1]"),
        ]


def assertions_of_values_work_in_branches(tf):
    p, x = _pred(tf), tf.placeholder(tf.int32, [None], name="x")

    def true_fn():
        with tf.control_dependencies([tf.assert_equal(x, [1, 2]), tf.assert_positive(x)]):
            return tf.reduce_sum(x)

    def false_fn():
        with tf.control_dependencies([tf.assert_less(x, 10, message="too large")]):
            return tf.size(x)

    y = tf.cond(p, true_fn, false_fn)
    with tf.Session() as session:
        return [
            session.run(y, {p: True, x: [1, 2]}),
            session.run(y, {p: False, x: [1, 2, 3]}),
            raised(lambda: session.run(y, {p: True, x: [1, 3]}), key="assertion failed: "),
            raised(lambda: session.run(y, {p: False, x: [11]}), key="too large"),
        ]


def queues_give_and_take_only_where_taken(tf):
    p = _pred(tf)
    queue = tf.FIFOQueue(10, tf.float32, shapes=[[]])
    fill = queue.enqueue_many([[1.0, 2.0, 3.0, 4.0]])
    y = tf.cond(p, lambda: queue.dequeue(), lambda: tf.constant(-1.0))
    put = tf.cond(p, lambda: queue.enqueue(9.0), lambda: tf.no_op())
    with tf.Session() as session:
        session.run(fill)
        told = [plain(session.run(y, {p: flag})) for flag in (True, False, False, True)]
        for flag in (True, False):
            session.run(put, {p: flag})
            told.append(plain(session.run(queue.size())))
        return told


def queues_are_chosen_by_a_cond(tf):
    p = _pred(tf)
    train, test = (tf.FIFOQueue(10, tf.float32, shapes=[[]], name=name) for name in ("train", "test"))
    fill = [train.enqueue_many([[1.0, 2.0, 3.0]]), test.enqueue_many([[-1.0, -2.0, -3.0]])]
    x = tf.cond(p, train.dequeue, test.dequeue)
    with tf.Session() as session:
        session.run(fill)
        told = [plain(session.run(x * 2.0, {p: flag})) for flag in (True, False, True, True, False)]
        return told + [plain(session.run([train.size(), test.size()]))]


def variables_made_in_branches(tf):
    p = _pred(tf)

    def true_fn():
        v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
        return v * 2.0

    def false_fn():
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True)
        return w * 3.0

    y = tf.cond(p, true_fn, false_fn)
    told = _each(tf, y, p, tf.global_variables())
    return [told, [v.name for v in tf.global_variables()], nodes(tf.get_default_graph())]


def a_variable_whose_value_is_of_a_branch_is_refused(tf):
    p, x = _pred(tf), tf.constant(1.0)

    def make(resource, wrapped):
        def true_fn():
            inner = x * 2.0
            return tf.Variable((lambda: inner) if wrapped else inner, name="v", use_resource=resource) * 1.0

        return lambda: tf.cond(p, true_fn, lambda: x).dtype.name

    return [raised(make(resource, wrapped)) for resource in (False, True) for wrapped in (False, True)]


def layers_of_variables_are_shared_between_branches(tf):
    p, x = _pred(tf), tf.constant([[1.0, 2.0]])

    def layer(scale):
        with tf.variable_scope("layer", reuse=tf.AUTO_REUSE):
            w = tf.get_variable("w", initializer=tf.constant([[1.0], [2.0]]))
        return lambda: tf.matmul(x, w) * scale

    y = tf.cond(p, layer(1.0), layer(2.0))
    return [_each(tf, y, p, []), [v.name for v in tf.global_variables()]]


def py_funcs_that_fail_fail_only_where_taken(tf):
    p, x = _pred(tf), tf.constant(1.0)

    def bad(value):
        raise ValueError("on purpose")

    y = tf.cond(p, lambda: tf.py_func(bad, [x], tf.float32), lambda: x)
    with tf.Session() as session:
        return [
            session.run(y, {p: False}),
            raised(lambda: session.run(y, {p: True}), key="ValueError: on purpose"),
            session.run(y, {p: False}),
        ]


def a_counter_counts_the_times_a_branch_was_taken(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    count = tf.Variable(0, name="count")
    best = tf.Variable(-1e9, name="best")
    step = tf.cond(
        tf.greater(x, best),
        lambda: tf.group(best.assign(x), count.assign_add(1)),
        lambda: tf.no_op(),
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for value in (3.0, 1.0, 5.0, 5.0, 7.0):
            session.run(step, {x: value})
            told.append(plain(session.run([best, count])))
        return told


def scatters_happen_where_taken(tf):
    p, v = _pred(tf), tf.Variable([1.0, 2.0, 3.0], name="v")
    y = tf.cond(p, lambda: tf.identity(tf.scatter_add(v, [0, 0], [1.0, 1.0])), lambda: v.read_value())
    return _each(tf, y, p, [v])


def summaries_are_written_where_taken(tf):
    p, x = _pred(tf), tf.constant(2.0)
    y = tf.cond(p, lambda: tf.summary.scalar("x", x), lambda: "")
    with tf.Session() as session:
        return [len(session.run(y, {p: True})) > 0, session.run(y, {p: False})]
