"""Cases about functions of graph: ``Defun``, the operations that call functions, their definitions and gradients."""

import importlib
import re

from tests.cases.probe import described, names, nodes, raised, values


def _function(tf):
    if tf.__name__.startswith("tensorflow"):
        return importlib.import_module("tensorflow.python.framework.function")
    return tf.python.framework.function


def _defun(tf, *types, **told):
    return _function(tf).Defun(*types, **told)


def _plain(text):
    """Text without the eleven letters and digits that end a name which nobody chose."""
    return re.sub(r"(?<=_)(?=\w*[a-zA-Z])[A-Za-z0-9]{11}(?![A-Za-z0-9])", "#", text)


def _nodes(tf):
    return [_plain(line) for line in nodes(tf.get_default_graph())]


def _signature(function):
    signature = function.definition.signature
    args = [[(a.name, a.type) for a in some] for some in (signature.input_arg, signature.output_arg)]
    return [_plain(signature.name), args, signature.description, signature.is_stateful]


def _body(function):
    """The nodes of a definition, and which tensor is which result."""
    definition = function.definition
    found = [" ".join([_plain(n.name), _plain(n.op), *n.input, n.device]) for n in definition.node_def]
    return found, sorted((key, _plain(value)) for key, value in definition.ret.items())


def _library(tf):
    library = tf.get_default_graph().as_graph_def().library
    gradients = [[_plain(g.function_name), _plain(g.gradient_func)] for g in library.gradient]
    return sorted(_plain(f.signature.name) for f in library.function), sorted(gradients)


def _doubling(tf, name="Double"):
    @_defun(tf, tf.float32, func_name=name)
    def double(x):
        return x * 2.0

    return double


# -- calls -----------------------------------------------------------------------------------------------------------


def a_call_is_one_operation_of_the_functions_type(tf):
    double = _doubling(tf)
    x = tf.constant([1.0, 2.0], name="x")
    y, z = double(x), double(3.0)
    return _nodes(tf), [described(y), described(z)], values(tf, [y, z]), double.name


def several_results_come_as_a_tuple(tf):
    @_defun(tf, tf.float32, tf.int32, func_name="Pair")
    def pair(x, n):
        return x * 2.0, n + 1

    found = pair(1.5, 2)
    return type(found).__name__, [described(t) for t in found], values(tf, list(found))


def a_function_without_results_is_called_for_its_operation(tf):
    @_defun(tf, tf.float32, func_name="Nothing")
    def nothing(x):
        del x

    op = nothing(1.0)
    return type(op).__name__, op.type, len(op.outputs), values(tf, op)


def a_function_without_arguments(tf):
    @_defun(tf, func_name="Two")
    def two():
        return tf.constant(2.0)

    return values(tf, two()), _nodes(tf), _signature(two)


def calls_are_named_as_told_or_after_the_function(tf):
    double = _doubling(tf)
    with tf.name_scope("outer"):
        made = [double(1.0), double(1.0, name="call"), double(1.0, name="call")]
    return names(made)


def names_nobody_chose_end_in_a_digest_of_the_body(tf):
    defun = _function(tf).Defun(tf.float32)

    def f(x):
        return x * x

    one, other = defun(f), defun(f)
    y = one(2.0)
    return [
        bool(re.match(r"f_[A-Za-z0-9]{11}$", one.name)),
        one.name == other.name,
        y.op.name == one.name,
        y.op.type == one.name,
    ]


def calls_have_attrs_only_as_told(tf):
    double = _doubling(tf)
    node = double(1.0, noinline=True).op.node_def
    other = double(1.0).op.node_def
    return [sorted((k, v.b) for k, v in n.attr.items()) for n in (node, other)]


def definitions_have_attrs_as_told(tf):
    @_defun(tf, tf.float32, func_name="F", noinline=True, compiled=True, experimental_tag="a")
    def f(x):
        return x

    attrs = f.definition.attr
    return (
        sorted(attrs),
        attrs["_noinline"].b,
        attrs["_XlaCompile"].b,
        attrs["_XlaScope"].s,
        attrs["experimental_tag"].s,
    )


def shape_functions_tell_static_shapes(tf):
    @_defun(tf, tf.float32, shape_func=lambda op: [op.inputs[0].get_shape()])
    def f(x):
        return x * 2.0

    @_defun(tf, tf.float32, shape_func=lambda op: [])
    def g(x):
        return x * 2.0

    return described(f(tf.constant([1.0, 2.0])))[1:], raised(lambda: g(1.0))


# -- definitions -----------------------------------------------------------------------------------------------------


def a_definition_tells_signature_and_body(tf):
    @_defun(tf, tf.float32, tf.float32, func_name="F")
    def f(x, y):
        "Adds and splits."
        total = tf.add(x, y, name="total")
        with tf.name_scope("In"):
            halves = tf.split(total, 2, name="Halves_1")
        return tf.identity(total, name="Out"), halves[1], halves[0], x

    return _signature(f), _body(f)


def outputs_may_be_named(tf):
    @_defun(tf, tf.float32, func_name="F", out_names=["total", "halves"])
    def f(x):
        return tf.reduce_sum(x), tf.split(x, 2, name="halves")[1]

    return _signature(f), _body(f), values(tf, f([1.0, 2.0]))


def as_many_outputs_must_be_named_as_there_are(tf):
    @_defun(tf, tf.float32, func_name="F", out_names=["q"])
    def f(x):
        return x, x

    return raised(lambda: f(1.0))


def arguments_have_their_python_names(tf):
    @_defun(tf, tf.float32, tf.float32, tf.float32, func_name="F")
    def f(Big, *rest):
        return Big + rest[0] * rest[1]

    return _signature(f), values(tf, f(1.0, 2.0, 3.0)), _nodes(tf)


def devices_of_the_body_stand_in_its_definition(tf):
    with tf.device("/cpu:0"):

        @_defun(tf, tf.float32, func_name="F")
        def f(x):
            with tf.device("/gpu:1"):
                x = x * 2.0
            with tf.device(None):
                x = x + 1.0
            return x * 3.0

    return _body(f)


def control_dependencies_stand_in_the_definition(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        with tf.control_dependencies([x, tf.no_op(name="first")]):
            return tf.identity(x)

    return _body(f), values(tf, f(1.0))


def a_body_is_a_graph_of_its_own(tf):
    told = []

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        graph = tf.get_default_graph()
        told.extend([graph.building_function, x.graph is graph, x.op.type, described(x), graph.seed])
        return x

    outer = tf.get_default_graph()
    outer.seed = 3
    with tf.name_scope("outer"):
        f(1.0)
    return told, outer.building_function


def functions_are_drawn_once(tf):
    calls = []

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        calls.append(1)
        return x

    before = len(calls)
    f(1.0), f(2.0)
    with tf.Graph().as_default() as other:
        f(3.0)
    return before, len(calls), [n.op for n in other.as_graph_def().node]


# -- what a body takes from outside ----------------------------------------------------------------------------------


def captured_tensors_are_passed_on_by_every_call(tf):
    a, b = tf.constant([1.0, 2.0], name="a"), tf.placeholder(tf.float32, [2], name="b")

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return x * a + tf.concat([a, b], 0)[:2] + tf.matmul([a], [[1.0], [2.0]])

    y = f(2.0)
    with tf.Session() as session:
        run = session.run(y, {b: [5.0, 6.0]}).tolist()
    return names(f.captured_inputs), _signature(f), _body(f), _nodes(tf), run


def captured_shapes_are_known_inside(tf):
    a, told = tf.placeholder(tf.float32, [None, 3]), []

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        told.append(described(tf.identity(a)))
        told.append(described(x + a))
        return x

    f(1.0)
    return told


def what_a_body_takes_can_be_asked_for(tf):
    function = _function(tf)
    a, told = tf.constant(1.0, name="a"), []

    @function.Defun(tf.float32, func_name="F")
    def f(x):
        y = x + a + tf.get_variable("v", initializer=2.0)
        told.extend(names(some()) for some in (function.get_extra_inputs, function.get_extra_args))
        told.append(names(function.get_extra_vars()))
        return y

    f(1.0)
    return told, [function.get_extra_inputs(), function.get_extra_args(), function.get_extra_vars()]


def variables_of_a_body_belong_to_the_graph_around(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        return x * w + tf.Variable(3.0, name="b")

    with tf.variable_scope("scope"):
        y = f(2.0)
        z = f(3.0)
    return _nodes(tf), names(tf.global_variables()), names(tf.trainable_variables()), values(tf, [y, z])


def resource_variables_are_passed_by_value(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return x * tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True)

    y = f(2.0)
    w = tf.trainable_variables()[0]
    return _nodes(tf), names(f.captured_inputs), values(tf, [y, tf.gradients(y, w)[0]])


def variables_are_shared_by_reuse(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        with tf.variable_scope("shared", reuse=tf.AUTO_REUSE):
            return x * tf.get_variable("w", [], initializer=tf.ones_initializer())

    with tf.variable_scope("shared"):
        w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    return values(tf, f(2.0)), names(tf.global_variables()), w.name


def a_ref_variable_cannot_be_assigned_in_a_body(tf):
    w = tf.Variable(1.0)

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return tf.assign_add(w, x)

    return raised(lambda: f(2.0))


def a_resource_variable_may_be_changed_in_a_body(tf):
    w = tf.Variable(1.0, use_resource=True)

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        with tf.control_dependencies([w.assign_add(x)]):
            return w.read_value()

    y = f(2.0)
    with tf.Session() as session:
        session.run(w.initializer)
        runs = [session.run(y).tolist(), session.run(y).tolist(), session.run(w).tolist()]
    return runs, f.stateful_ops, _signature(f), names(f.captured_inputs)


def effects_of_a_body_happen_though_nobody_asks(tf):
    w = tf.Variable(1.0, use_resource=True)

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        w.assign_add(x, read_value=False)
        return x

    y = f(2.0)
    with tf.Session() as session:
        session.run(w.initializer)
        return session.run(y).tolist(), session.run(w).tolist()


def captures_may_be_copied_instead(tf):
    a = tf.constant(3.0, name="a") * 2.0

    @_defun(tf, tf.float32, func_name="F", capture_by_value=True)
    def f(x):
        return x * a + a

    y = f(1.0)
    return _nodes(tf), _body(f), f.captured_inputs, values(tf, y)


def what_changes_cannot_be_copied(tf):
    def taking(tensor):
        return _function(tf).Defun(tf.float32, func_name="F", capture_by_value=True)(lambda x: x * tensor)

    return [
        raised(lambda: taking(tf.placeholder(tf.float32, name="p"))(1.0)),
        raised(lambda: taking(tf.random_uniform([], name="r"))(1.0)),
    ]


# -- functions in functions ------------------------------------------------------------------------------------------


def functions_may_call_functions(tf):
    double = _doubling(tf)
    outside = tf.constant(10.0, name="outside")

    @_defun(tf, tf.float32, func_name="Inner")
    def inner(x):
        return double(x) + outside

    @_defun(tf, tf.float32, func_name="Outer")
    def outer(x):
        return inner(x) * double(inner(1.0))

    x = tf.constant(3.0)
    y = outer(x)
    return _body(outer), _library(tf), names(outer.captured_inputs), values(tf, [y, tf.gradients(y, [x, outside])])


def functions_hold_conditions_and_loops(tf):
    @_defun(tf, tf.float32, func_name="Sides")
    def sides(x):
        return tf.cond(x > 0, lambda: x * 2.0, lambda: x * 3.0)

    @_defun(tf, tf.float32, func_name="Doubling")
    def doubling(x):
        return tf.while_loop(lambda a: a < 10, lambda a: a * 2.0, [x])

    return values(tf, [sides(1.0), sides(-1.0), doubling(1.0)])


def functions_stand_in_conditions_and_loops(tf):
    double = _doubling(tf)
    x = tf.constant(3.0)
    y = tf.cond(x > 0, lambda: double(x), lambda: x)
    z = tf.while_loop(lambda a: a < 10, lambda a: tf.reshape(double(a), []), [x])
    return values(tf, [y, z])


def functions_of_one_name_must_be_equal(tf):
    _doubling(tf, "F")(1.0)
    _doubling(tf, "F")(1.0)

    @_defun(tf, tf.float32, func_name="F")
    def other(x):
        return x * 3.0

    return raised(lambda: other(1.0))


def each_call_draws_random_numbers_of_its_own(tf):
    tf.set_random_seed(1)

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return x + tf.random_uniform([2], seed=3)

    calls = [f(0.0), f(0.0)]
    with tf.Session() as session:
        return [[v.tolist() for v in session.run(calls)] for _ in range(2)]


def strings_pass_through_functions(tf):
    @_defun(tf, tf.string, func_name="F")
    def f(x):
        return tf.string_join([x, "b"]), tf.constant("k")

    return values(tf, [f(tf.constant(["a", "c"])), f("q")])


def functions_learn(tf):
    tf.set_random_seed(1)

    @_defun(tf, tf.float32, func_name="Net")
    def net(x):
        w = tf.get_variable("w", [3, 1])
        return tf.sigmoid(tf.matmul(x, w) + tf.get_variable("b", [1], initializer=tf.zeros_initializer()))

    x = tf.constant([[0.0, 0.1, 0.2], [0.3, 0.4, 0.5], [0.6, 0.7, 0.8]])
    loss = tf.reduce_mean(tf.square(net(x) - [[0.2], [0.5], [0.9]]))
    step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [float(session.run([loss, step])[0]) for _ in range(30)]


# -- arguments without types -----------------------------------------------------------------------------------------


def a_function_without_types_is_defined_for_each_it_is_called_with(tf):
    @_defun(tf, func_name="Square")
    def square(x):
        return x * x

    made = [square(1.0), square(2), square(3.0), square(tf.constant([4], tf.int64))]
    return _nodes(tf), _library(tf), values(tf, made)


def without_a_name_too(tf):
    @_defun(tf)
    def add(x, y):
        return x + y

    made = [add(1.0, 2.0), add(1, 2)]
    return _nodes(tf), values(tf, made)


def gradients_of_functions_without_types(tf):
    @_defun(tf, func_name="Grad")
    def grad(x, dy):
        return dy * 100.0 + x

    @_defun(tf, func_name="F", grad_func=grad)
    def f(x):
        return x * x

    x = tf.constant(3.0)
    return values(tf, tf.gradients(f(x), x)), _library(tf)


# -- gradients -------------------------------------------------------------------------------------------------------


def the_body_is_differentiated(tf):
    w = tf.Variable([2.0, 3.0])

    @_defun(tf, tf.float32, tf.float32, func_name="F")
    def f(x, unused):
        return tf.reduce_sum(tf.square(x) * w), tf.exp(x)

    x, unused = tf.constant([1.0, 2.0]), tf.constant(1.0)
    y, z = f(x, unused)
    found = tf.gradients([y, z], [x, w, unused], grad_ys=[2.0, None])
    return [described(g)[1:] for g in found], values(tf, found)


def a_gradient_through_one_of_several_results(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return x * x, x * 3.0, tf.cast(x, tf.int32)

    x = tf.constant([1.0, 2.0])
    return values(tf, [tf.gradients(f(x)[1], x), tf.gradients(f(x)[0], x)])


def a_function_may_be_the_gradient_of_another(tf):
    @_defun(tf, tf.float32, tf.float32, func_name="Grad")
    def grad(x, dy):
        return dy * 100.0 * x

    @_defun(tf, tf.float32, grad_func=grad)
    def f(x):
        return x * x

    x = tf.constant(3.0)
    y = f(x)
    return values(tf, [y, tf.gradients(y, x)[0]]), _library(tf), f.grad_func_name, _plain(f.name), y.op.type == f.name


def the_gradient_of_a_function_may_be_set_later(tf):
    @_defun(tf, tf.float32, tf.float32, tf.float32, tf.float32, func_name="Grad")
    def grad(x, y, da, db):
        return da * 10.0 + db, db * 100.0 + x * y

    @_defun(tf, tf.float32, tf.float32, func_name="F")
    def f(x, y):
        return x * y, x + y

    f.set_grad_func(grad)
    x, y = tf.constant(3.0), tf.constant(4.0)
    a, b = f(x, y)
    return values(tf, [tf.gradients(a, [x, y]), tf.gradients([a, b], [x, y])]), _library(tf)


def a_python_function_may_be_the_gradient(tf):
    told = []

    def grad(op, da, db):
        told.extend([op.type, names(op.inputs), names(op.outputs), described(da)[1:], described(db)[1:]])
        return da * 7.0 * op.inputs[1] + op.outputs[0] + db, None

    @_defun(tf, tf.float32, tf.float32, func_name="F", python_grad_func=grad)
    def f(x, y):
        return x * y, x

    x, y = tf.constant(3.0, name="x"), tf.constant(4.0, name="y")
    a, _ = f(x, y)
    found = tf.gradients(a, [x, y])
    return told, [g is None for g in found], values(tf, found[0]), f.python_grad_func is grad


def gradients_of_a_python_gradient(tf):
    def grad(op, dy):
        return dy * tf.exp(op.inputs[0])

    @_defun(tf, tf.float32, func_name="F", python_grad_func=grad)
    def f(x):
        return x * x

    x = tf.constant(0.5)
    first = tf.gradients(f(x), x)[0]
    return values(tf, [first, tf.gradients(first, x)[0]])


def a_function_has_one_gradient(tf):
    double = _doubling(tf)

    @_defun(tf, tf.float32, func_name="F", grad_func=double, python_grad_func=lambda op, dy: dy)
    def f(x):
        return x

    return raised(lambda: f(1.0))


def gradients_may_be_taken_in_a_body(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        y = x * x * x
        return tf.gradients(y, x)[0]

    return values(tf, [f(2.0), f([1.0, 3.0])])


def a_symbolic_gradient_is_the_gradient_of_a_function(tf):
    @_defun(tf, tf.float32, tf.int32, tf.float32, func_name="F")
    def f(x, n, y):
        return x * y, tf.exp(x)

    found = tf.raw_ops.SymbolicGradient(
        input=[[1.0, 2.0], 3, 4.0, [1.0, 10.0], [0.0, 1.0]], Tout=[tf.float32, tf.int32, tf.float32], f=f
    )
    return _nodes(tf), [described(t) for t in found], values(tf, found)


# -- operations that call functions ----------------------------------------------------------------------------------


def partitioned_calls(tf):
    double = _doubling(tf)
    x = tf.constant([3.0, 4.0])
    made = [
        tf.raw_ops.PartitionedCall(args=[x], Tout=[tf.float32], f=double),
        tf.raw_ops.StatefulPartitionedCall(args=[x], Tout=[tf.float32], f=double),
        tf.raw_ops.PartitionedCall(args=[5.0], Tout=[tf.float32], f="Double"),
    ]
    return _nodes(tf), [described(t) for (t,) in made], values(tf, [*made, tf.gradients(made[:2], x)])


def conditions_whose_sides_are_functions(tf):
    double = _doubling(tf)

    @_defun(tf, tf.float32, func_name="Negative")
    def negative(x):
        return -x

    x = tf.constant([3.0, 4.0])
    made = [
        tf.raw_ops.If(cond=c, input=[x], Tout=[tf.float32], then_branch=double, else_branch=negative, output_shapes=s)[
            0
        ]
        for c, s in (
            (True, []),
            (False, [[2]]),
            (0, []),
            (-1.5, []),
            ([1, 2], []),
            (tf.zeros([2, 0]), []),
            ("", []),
            ("no", []),
        )
    ]
    found = tf.raw_ops.StatelessIf(cond=True, input=[x], Tout=[tf.float32], then_branch=double, else_branch=negative)
    return [described(t) for t in made], values(tf, [made, found])


def cases_whose_branches_are_functions(tf):
    double = _doubling(tf)

    @_defun(tf, tf.float32, func_name="Negative")
    def negative(x):
        return -x

    made = [
        tf.raw_ops.Case(branch_index=i, input=[3.0], Tout=[tf.float32], branches=[double, negative])[0]
        for i in (0, 1, 5, -1)
    ]
    return _nodes(tf), values(tf, made)


def loops_whose_body_is_a_function(tf):
    @_defun(tf, tf.int32, tf.float32, func_name="Cond")
    def cond(i, x):
        return i < 3

    @_defun(tf, tf.int32, tf.float32, func_name="Body")
    def body(i, x):
        return i + 1, x * 2.0

    @_defun(tf, tf.int32, tf.float32, func_name="Step")
    def step(i, x):
        return x * tf.cast(i, tf.float32)

    made = [
        tf.raw_ops.While(input=[0, 1.5], cond=cond, body=body),
        tf.raw_ops.StatelessWhile(input=[1, [1.5, 2.0]], cond=cond, body=body, output_shapes=[[], [None]]),
        tf.raw_ops.For(start=1, limit=4, delta=1, input=[1.5], body=step),
        tf.raw_ops.For(start=5, limit=0, delta=-2, input=[[1.5]], body=step),
    ]
    return _nodes(tf), [[described(t) for t in some] for some in made], values(tf, made)


def the_gradient_of_a_while_operation_is_not_defined(tf):
    @_defun(tf, tf.float32, func_name="Cond")
    def cond(x):
        return x < 10.0

    x = tf.constant(1.0)
    y = tf.raw_ops.While(input=[x], cond=cond, body=_doubling(tf))
    return raised(lambda: tf.gradients(y, x))


def functions_are_mapped_over_rows(tf):
    @_defun(tf, tf.float32, tf.float32, func_name="F")
    def f(x, y):
        return x * y, x + 1.0

    rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    made = tf.raw_ops.MapDefun(
        arguments=[rows], captured_inputs=[10.0], output_types=[tf.float32] * 2, output_shapes=[[2], None], f=f
    )
    return [described(t) for t in made], values(tf, made)


def a_remote_call_runs_in_this_process(tf):
    target = "/job:localhost/replica:0/task:0/device:CPU:0"
    made = tf.raw_ops.RemoteCall(target=target, args=[3.0], Tout=[tf.float32], f=_doubling(tf))
    return _nodes(tf), values(tf, made)


def a_function_must_be_known_when_it_is_called(tf):
    made = tf.raw_ops.PartitionedCall(args=[1.0], Tout=[tf.float32], f="Nowhere")
    return [described(t) for t in made], raised(lambda: values(tf, made))


def arguments_of_a_call_must_have_the_functions_types(tf):
    made = tf.raw_ops.PartitionedCall(args=[1], Tout=[tf.float32], f=_doubling(tf))
    return raised(lambda: values(tf, made), "Expects arg[0] to be float")


# -- misuse ----------------------------------------------------------------------------------------------------------


def a_call_must_have_as_many_arguments(tf):
    double = _doubling(tf)
    return [raised(lambda: double(1.0, 2.0)), raised(lambda: double())]


def a_call_must_have_the_types(tf):
    double = _doubling(tf)
    return [raised(lambda: double(1)), raised(lambda: double(tf.constant("s"), name="called"))]


def a_function_may_not_have_an_op_types_name(tf):
    return raised(lambda: _doubling(tf, "MatMul")(1.0))


def words_that_mean_nothing_are_refused(tf):
    defined = _function(tf).Defun(tf.float32, func_name="F", wrong=1)(lambda x: x)
    double = _doubling(tf)
    return [raised(lambda: defined(1.0)), raised(lambda: double(1.0, other=2))]


def python_functions_must_fit_the_types(tf):
    defun = _function(tf).Defun
    return [
        raised(lambda: defun(tf.float32)(lambda x, y: x)),
        raised(lambda: defun(tf.float32, tf.float32)(lambda x: x)),
        raised(lambda: defun(tf.float32)(lambda x, y=1: x), "has defaults (1,) and keywords None."),
        raised(lambda: defun(tf.float32)(lambda x, **kw: x), "has defaults None and keywords kw."),
        raised(lambda: defun(tf.float32)(3)),
    ]


def a_result_may_not_be_none_among_others(tf):
    f = _function(tf).Defun(tf.float32, func_name="F")(lambda x: (x, None))
    return raised(lambda: f(1.0))


def a_lambda_needs_a_name(tf):
    f = _function(tf).Defun(tf.float32)(lambda x: x)
    return raised(lambda: f(1.0), "is not a valid node name")


def an_error_in_a_body_is_raised_where_it_is_called(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return tf.matmul(x, [[1.0, 2.0]])

    return [raised(lambda: values(tf, f([[1.0, 2.0]])), "In[0]"), values(tf, f([[3.0]]))]


def assertions_in_a_body_count(tf):
    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        with tf.control_dependencies([tf.raw_ops.Assert(condition=x > 0, data=[x])]):
            return tf.identity(x)

    return [values(tf, f(1.0)), raised(lambda: values(tf, f(-1.0)), "assertion failed: [-1]")]


# -- as messages -----------------------------------------------------------------------------------------------------


def functions_travel_with_their_graph(tf):
    double = _doubling(tf)
    outside = tf.constant(10.0, name="outside")

    @_defun(tf, tf.float32, tf.float32, func_name="Grad")
    def grad(x, dy):
        return dy * 100.0

    @_defun(tf, tf.float32, func_name="Inner", grad_func=grad)
    def inner(x):
        return x * x

    @_defun(tf, tf.float32, func_name="F")
    def f(x):
        return inner(x) + outside, tf.split(x * outside, 2)[1]

    x = tf.constant([1.0, 2.0], name="x")
    f(x, name="y")
    tf.raw_ops.If(cond=True, input=[x], Tout=[tf.float32], then_branch=double, else_branch=inner, name="If")
    message = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(message, name="again")
        x, y, z, chosen = (graph.get_tensor_by_name("again/" + n) for n in ("x:0", "y:0", "y:1", "If:0"))
        again = graph.as_graph_def()
        told = nodes(graph), _library(tf), values(tf, [y, z, chosen, tf.gradients(y, x)])
    before, after = ({d.signature.name: d for d in m.library.function} for m in (message, again))
    return told, before == after


def types_that_are_neither_known_nor_in_the_library_are_refused(tf):
    _doubling(tf)(1.0)
    message = tf.get_default_graph().as_graph_def()
    message.ClearField("library")
    with tf.Graph().as_default():
        return raised(lambda: tf.import_graph_def(message), "Op type not registered 'Double'")


def a_graph_does_not_take_a_function_whose_name_another_one_has(tf):
    _doubling(tf, "F")(1.0)
    message = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default():
        _function(tf).Defun(tf.float32, func_name="F")(lambda x: x * 3.0)(1.0)
        return raised(lambda: tf.import_graph_def(message))


def definitions_are_messages_to_the_letter(tf):
    text_format = importlib.import_module("google.protobuf.text_format")
    seen = tf.constant([2.0, 3.0], name="seen")

    @_defun(tf, tf.float32, tf.bool, func_name="F", out_names=["first", "second"])
    def f(x, flag):
        "What it does."
        y = tf.reduce_sum(x * seen, axis=[0], keepdims=True)
        return tf.where(tf.logical_not(flag), x, x + y), tf.unstack(seen)[1]

    return text_format.MessageToString(f.definition).split("\n")
