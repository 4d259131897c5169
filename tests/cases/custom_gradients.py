"""Cases about gradients that a program gives itself: ``custom_gradient``, ``RegisterGradient``, overriding."""

import itertools

from tests.cases.probe import described, names, nodes, raised, values

_count = itertools.count()


def _named(base="Rule"):
    """A name for a gradient that no other case has registered."""
    return f"{base}OfOurs{next(_count)}"


def _nodes(tf):
    return nodes(tf.get_default_graph())


# -- custom_gradient ----------------------------------------------------------------------------------------------


def a_function_may_say_its_gradient(tf):
    @tf.custom_gradient
    def log1pexp(x):
        "Softplus."
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    x = tf.constant([1.0, 100.0], name="x")
    y = log1pexp(x)
    made = _nodes(tf)
    return made, described(y), log1pexp.__name__, log1pexp.__doc__, values(tf, tf.gradients(y, x))


def the_gradient_takes_what_the_function_computed(tf):
    @tf.custom_gradient
    def cube(x):
        e = tf.exp(x)
        return x**3, lambda dy: dy * 100.0 * e

    x = tf.constant(2.0)
    first = tf.gradients(cube(x) * 3.0, x)[0]
    return values(tf, [first, tf.gradients(first, x)[0]])


def several_arguments_and_nested_results(tf):
    @tf.custom_gradient
    def f(x, y):
        return {"a": x * y, "b": [x, y + 1.0]}, lambda da, dx, dy: (da + 10.0 * dx, dx * dy)

    x, y = tf.constant(2.0), tf.constant(3.0)
    told = f(x, y)
    total = told["a"] * 2.0 + told["b"][0] * 5.0 + told["b"][1] * 7.0
    return _nodes(tf), sorted(told), values(tf, [total, tf.gradients(total, [x, y])])


def values_become_tensors(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda dy: (dy, dy)

    return described(f(1.0, [2.0, 3.0])), _nodes(tf)


def a_gradient_may_be_none(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda dz: (dz * 2.0, None)

    x, y = tf.constant(2.0), tf.constant(3.0)
    found = tf.gradients(f(x, y), [x, y])
    return found[1] is None, values(tf, found[0])


def the_gradient_of_a_gradient_follows_the_rule(tf):
    @tf.custom_gradient
    def f(x):
        return x * x, lambda dy: dy * tf.sin(x)

    x = tf.constant(0.5)
    first = tf.gradients(f(x), x)[0]
    second = tf.gradients(first, x)[0]
    return values(tf, [first, second, tf.gradients(second, x)[0]])


def custom_gradients_nest(tf):
    @tf.custom_gradient
    def inner(x):
        return x * 2.0, lambda dy: dy * 10.0

    @tf.custom_gradient
    def outer(x):
        def grad(dy):
            return dy * tf.gradients(inner(x) * inner(x), x)[0]

        return inner(x) + 1.0, grad

    x = tf.constant(3.0)
    y = inner(outer(x))
    return values(tf, [y, tf.gradients(y, x)])


def variables_get_gradients_of_their_own(tf):
    @tf.custom_gradient
    def f(x):
        v = tf.get_variable("v", initializer=3.0)

        def grad(dy, variables=None):
            return dy * 10.0, [dy * 20.0 * u for u in variables]

        return x * v, grad

    with tf.variable_scope("s", use_resource=True):
        x = tf.constant(2.0)
        y = f(x)
    v = tf.trainable_variables()[0]
    made = _nodes(tf)
    return made, v.name, values(tf, [y, tf.gradients(y, [x, v])])


def ref_variables_are_refused(tf):
    @tf.custom_gradient
    def f(x):
        return x * tf.get_variable("v", initializer=3.0), lambda dy: dy

    return raised(lambda: f(1.0))


def the_gradient_must_take_the_variables(tf):
    @tf.custom_gradient
    def without(x):
        return x * tf.get_variable("v", initializer=3.0, use_resource=True), lambda dy: dy

    @tf.custom_gradient
    def needless(x):
        return x, lambda dy, variables=None: dy

    return [raised(lambda: without(1.0)), raised(lambda: needless(1.0))]


def there_must_be_a_gradient_for_each_variable(tf):
    @tf.custom_gradient
    def f(x):
        return x * tf.get_variable("v", initializer=3.0, use_resource=True), lambda dy, variables=None: (dy, [])

    x = tf.constant(1.0)
    y = f(x)
    return raised(lambda: tf.gradients(y, x))


def arguments_by_keyword_are_refused(tf):
    f = tf.custom_gradient(lambda x: (x, lambda dy: dy))
    return raised(lambda: f(x=1.0))


def a_function_must_return_a_pair(tf):
    f = tf.custom_gradient(lambda x: x)
    return raised(lambda: f(1.0), "")


def there_must_be_a_gradient_for_each_argument(tf):
    f = tf.custom_gradient(lambda x, y: (x * y, lambda dy: dy))
    x = tf.constant(1.0)
    y = f(x, x)
    return raised(lambda: tf.gradients(y, x), "Num gradients 2 generated for op")


def custom_gradients_stand_in_branches_and_loops(tf):
    @tf.custom_gradient
    def f(x):
        return x * 2.0, lambda dy: dy * 10.0 * x

    x = tf.constant(1.0)
    looped = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, f(a)), [0, x])[1]
    chosen = [tf.cond(x > bound, lambda: f(x), lambda: x) for bound in (0.0, 5.0)]
    return values(tf, [looped, tf.gradients(looped, x), chosen, [tf.gradients(c, x)[0] for c in chosen]])


def in_loops_and_branches_too_the_gradient_takes_what_was_computed(tf):
    @tf.custom_gradient
    def f(x):
        e = tf.exp(x * 0.1)
        return x * e, lambda dy: dy * (e + tf.sin(e))

    x = tf.constant(1.0)
    looped = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, f(a)), [0, x])[1]
    chosen = [tf.cond(x > bound, lambda: f(x), lambda: x) for bound in (0.0, 5.0)]
    return values(tf, [looped, tf.gradients(looped, x), [tf.gradients(c, x)[0] for c in chosen]])


def training_through_a_custom_gradient(tf):
    @tf.custom_gradient
    def clipped(x):
        return x, lambda dy: tf.clip_by_value(dy, -0.1, 0.1)

    w = tf.get_variable("w", initializer=[1.0, -2.0])
    loss = tf.reduce_sum(tf.square(clipped(w)))
    step = tf.train.MomentumOptimizer(0.5, 0.5).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for _ in range(30):
            session.run(step)
            told.append(float(session.run(loss)))
    return told


def gradients_pass_through(tf):
    x = tf.constant([1.3, -2.0])
    y = tf.constant(1.0)
    with tf.variable_scope("s", use_resource=True):
        passed = tf.grad_pass_through(lambda a: tf.round(a) * 3)(x)
    refused = raised(lambda: tf.grad_pass_through(tf.round)(y))
    return values(tf, [passed, tf.gradients(passed, x)]), refused


def what_is_computed_may_be_computed_again(tf):
    x = tf.constant([1.3, -2.0])
    calls = []

    def f(a):
        calls.append(1)
        return tf.square(a) * 3

    with tf.variable_scope("s", use_resource=True):
        y = tf.recompute_grad(f)(x)
    found = tf.gradients(y, x)
    return len(calls), values(tf, [y, found])


# -- registered gradients -----------------------------------------------------------------------------------------


def a_registered_gradient_overrides_anothers(tf):
    name, told = _named(), []

    @tf.RegisterGradient(name)
    def _rule(op, dy):
        told.append([op.name, op.type, names(op.inputs), names(op.outputs), described(dy)[1:]])
        return dy * 2.0 * op.inputs[0] + op.outputs[0]

    x = tf.constant([3.0, 4.0], name="x")
    with tf.get_default_graph().gradient_override_map({"Identity": name}):
        y = tf.identity(x, name="y")
    z = tf.identity(x)
    found = [tf.gradients(t, x)[0] for t in (y, z)]
    return told, values(tf, found)


def a_registered_gradient_takes_attrs_and_other_inputs(tf):
    name = _named()

    @tf.RegisterGradient(name)
    def _rule(op, dy):
        if op.get_attr("transpose_b"):
            return tf.matmul(dy, op.inputs[1]) * 100.0, tf.matmul(dy, op.inputs[0], transpose_a=True)
        return None, None

    x, w = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 4.0], [5.0, 6.0]])
    with tf.get_default_graph().gradient_override_map({"MatMul": name}):
        y = tf.matmul(x, w, transpose_b=True)
        z = tf.matmul(x, w)
    return values(tf, tf.gradients(y, [x, w])), tf.gradients(z, [x, w])


def several_results_come_with_a_gradient_each(tf):
    name, told = _named(), []

    @tf.RegisterGradient(name)
    def _rule(op, *gradients):
        told.append([g is None for g in gradients])
        return None, tf.concat([gradients[1], gradients[0]], 0)

    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    with tf.get_default_graph().gradient_override_map({"Split": name}):
        a, b = tf.split(x, 2)
    return values(tf, tf.gradients([a * 2.0, b * 3.0], x)), told


def results_without_a_gradient_bring_none(tf):
    name, told = _named(), []

    @tf.RegisterGradient(name)
    def _rule(op, dy, dn):
        told.append(dn is None)
        return dy * 2.0, None

    x, n = tf.constant(1.5), tf.constant(2)
    with tf.get_default_graph().gradient_override_map({"IdentityN": name}):
        y, _ = tf.identity_n([x, n])
    return values(tf, tf.gradients(y, x)), told


def rounding_may_have_the_gradient_of_the_identity(tf):
    x = tf.constant([1.3, -2.6])
    with tf.get_default_graph().gradient_override_map({"Round": "Identity", "Sign": "Identity"}):
        y = tf.round(x) + tf.sign(x)
    return values(tf, [y, tf.gradients(y * 2.0, x)[0]])


def an_operation_may_be_overridden_to_have_none(tf):
    name = _named()
    tf.NotDifferentiable(name)
    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Exp": name}):
        y = tf.exp(x)
    return [tf.gradients(y, x), values(tf, tf.gradients(y * x, x))]


def the_overriding_gradient_must_exist(tf):
    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Exp": "NobodyRegistersThis"}):
        y = tf.exp(x)
    return raised(lambda: tf.gradients(y, x))


def an_operation_tells_which_gradient_overrides_its_own(tf):
    with tf.get_default_graph().gradient_override_map({"Exp": "SomeName"}):
        op = tf.exp(1.0).op
    other = tf.exp(1.0).op
    node = op.node_def.attr["_gradient_op_type"].s
    return [op.get_attr("_gradient_op_type"), node, raised(lambda: other.get_attr("_gradient_op_type"))]


def the_override_travels_with_the_graph(tf):
    name = _named()
    tf.RegisterGradient(name)(lambda op, dy: dy * 50.0)
    x = tf.constant(2.0, name="x")
    with tf.get_default_graph().gradient_override_map({"Exp": name}):
        tf.exp(x, name="y")
    message = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(message, name="again")
        x, y = graph.get_tensor_by_name("again/x:0"), graph.get_tensor_by_name("again/y:0")
        return values(tf, tf.gradients(y, x))


def a_name_has_one_gradient(tf):
    name = _named()
    tf.RegisterGradient(name)(lambda op, dy: dy)
    return [
        raised(lambda: tf.RegisterGradient(name)(lambda op, dy: dy), "Registering two gradient with name"),
        raised(lambda: tf.NotDifferentiable(name), "Registering two gradient with name"),
        raised(lambda: tf.RegisterGradient("MatMul")(lambda op, dy: dy), "Registering two gradient with name"),
        raised(lambda: tf.NotDifferentiable("Shape"), "Registering two gradient with name"),
        raised(lambda: tf.RegisterGradient(3)),
        raised(lambda: tf.NotDifferentiable(3)),
    ]


def there_must_be_a_gradient_for_each_input(tf):
    name = _named()
    tf.RegisterGradient(name)(lambda op, dy: (dy, dy))
    x = tf.constant(1.0)
    with tf.get_default_graph().gradient_override_map({"Identity": name}):
        y = tf.identity(x)
    return raised(lambda: tf.gradients(y, x), "Num gradients 2 generated for op")


def a_gradient_must_have_its_inputs_shape(tf):
    name = _named()
    tf.RegisterGradient(name)(lambda op, dy: tf.ones([3]))
    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Exp": name}):
        y = tf.exp(x)
    return raised(lambda: tf.gradients(y, x))


def a_gradient_may_be_slices(tf):
    name = _named()

    @tf.RegisterGradient(name)
    def _rule(op, dy):
        return tf.IndexedSlices(dy[:1] * 5.0, tf.constant([1]), tf.constant([2, 2]))

    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.get_default_graph().gradient_override_map({"Exp": name}):
        y = tf.exp(x)
    return values(tf, tf.convert_to_tensor(tf.gradients(y, x)[0]))


def a_rule_may_use_variables_and_effects(tf):
    name = _named()
    w = tf.Variable(3.0, name="w")

    @tf.RegisterGradient(name)
    def _rule(op, dy):
        return dy * w + tf.get_variable("scale", initializer=100.0)

    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Identity": name}):
        y = tf.identity(x)
    found = tf.gradients(y, x)
    return values(tf, found), names(tf.global_variables())


def a_feed_may_stand_for_a_result_under_a_rule(tf):
    name = _named()
    tf.RegisterGradient(name)(lambda op, dy: dy * op.outputs[0] * 10.0)
    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Exp": name}):
        y = tf.exp(x)
    found = tf.gradients(y, x)[0]
    with tf.Session() as session:
        return [float(session.run(found)), float(session.run(found, {y: 3.0})), float(session.run(found, {x: 0.0}))]
