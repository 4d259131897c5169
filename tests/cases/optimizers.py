"""Optimizers: the path a few steps take, their slots, and what misuse raises."""

import numpy as np

from tests.cases.probe import names, plain, raised, shape


def _makers(tf):
    return {
        "descent": lambda: tf.train.GradientDescentOptimizer(0.1),
        "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
        "nesterov": lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
        "adam": lambda: tf.train.AdamOptimizer(0.1),
        "adam with all": lambda: tf.train.AdamOptimizer(0.05, beta1=0.8, beta2=0.9, epsilon=0.1),
    }


def _paths(tf, loss, steps=10):
    """Returns, for every optimizer, the variable after each step; ``loss`` makes variable and loss."""
    told = {}
    for name, make in _makers(tf).items():
        with tf.Graph().as_default():
            v, y = loss()
            train = make().minimize(y)
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                path = []
                for _ in range(steps):
                    session.run(train)
                    path.append(plain(session.run(v)))
            told[name] = path
    return told


def dense_steps_follow_these_paths(tf):
    def loss():
        v = tf.get_variable("v", initializer=tf.constant([1.0, -2.0, 0.5]))
        return v, tf.reduce_sum(tf.square(v) * [1.0, 0.5, 3.0]) + tf.reduce_prod(v)

    return _paths(tf, loss)


def sparse_steps_follow_these_paths(tf):
    def loss():
        v = tf.get_variable("v", initializer=tf.constant([[1.0, -2.0], [0.5, 3.0], [2.0, 2.0]]))
        return v, tf.reduce_sum(tf.square(tf.gather(v, [0, 2, 0])))

    return _paths(tf, loss)


def resource_steps_follow_these_paths(tf):
    def loss():
        v = tf.get_variable("v", initializer=tf.constant([[1.0, -2.0], [0.5, 3.0]]), use_resource=True)
        return v, tf.reduce_sum(tf.square(tf.gather(v, [0, 0]))) + tf.reduce_sum(v)

    return _paths(tf, loss, steps=5)


def double_precision_steps_follow_these_paths(tf):
    def loss():
        v = tf.get_variable("v", initializer=tf.constant([1.0, -2.0], tf.float64))
        return v, tf.reduce_sum(tf.exp(v))

    return _paths(tf, loss, steps=5)


def learning_rates_may_be_tensors_or_functions(tf):
    rate = tf.placeholder_with_default(0.5, [])
    told = []
    for make in (lambda: rate, lambda: lambda: 0.5, lambda: tf.constant(0.25)):
        v = tf.Variable([1.0, 2.0])
        for optimizer in (tf.train.GradientDescentOptimizer(make()), tf.train.AdamOptimizer(make())):
            train = optimizer.minimize(tf.reduce_sum(v * v), var_list=[v])
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                session.run(train)
                told.append(session.run(v))
    return told


def slots_have_these_names_and_shapes(tf):
    told = {}
    for name, make in _makers(tf).items():
        with tf.Graph().as_default():
            with tf.variable_scope("layer"):
                w = tf.get_variable("w", [2, 3])
            b = tf.Variable(tf.zeros([3]), name="b")
            optimizer = make()
            optimizer.minimize(tf.reduce_sum(w) + tf.reduce_sum(b))
            told[name] = {
                "slots": optimizer.get_slot_names(),
                "variables": [[v.name, shape(v)] for v in optimizer.variables()],
                "of w": [
                    s if s is None else s.name for s in (optimizer.get_slot(w, n) for n in ("m", "v", "momentum"))
                ],
                "global": names(tf.global_variables()),
                "trainable": names(tf.trainable_variables()),
                "name": optimizer.get_name(),
                "none": optimizer.get_slot(b, "absent"),
            }
    return told


def slots_are_made_under_the_scope_of_the_call(tf):
    v = tf.Variable([1.0], name="v")
    with tf.variable_scope("training"):
        tf.train.AdamOptimizer().minimize(tf.reduce_sum(v))
    with tf.name_scope("again"):
        tf.train.MomentumOptimizer(0.1, 0.9, name="Mine").minimize(tf.reduce_sum(v))
    tf.train.AdamOptimizer(name="Second").minimize(tf.reduce_sum(v))
    return [
        names(tf.global_variables()),
        [op.name for op in tf.get_default_graph().get_operations() if op.type.startswith("Apply")],
    ]


def the_train_op_counts_steps(tf):
    told = []
    for optimizer in (tf.train.GradientDescentOptimizer(0.1), tf.train.AdamOptimizer(0.1)):
        with tf.Graph().as_default():
            v = tf.Variable([1.0], name="v")
            step = tf.train.get_or_create_global_step()
            train = optimizer.minimize(tf.reduce_sum(v * v), global_step=step)
            plain_ = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(v))
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                fetched = [session.run(train) for _ in range(3)]
                told.append(
                    [train.name, train.type, fetched, session.run(step), plain_.name, plain_.type, session.run(plain_)]
                )
    return told


def train_ops_are_collected(tf):
    v = tf.Variable(1.0, name="v")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(v * v)
    return [names(tf.get_collection(tf.GraphKeys.TRAIN_OP)), train.name]


def compute_gradients_gives_pairs(tf):
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable(3.0, name="b")
    c = tf.Variable(4.0, name="c", trainable=False)
    unused = tf.Variable(5.0, name="unused")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    loss = tf.reduce_sum(a * a) * b * c
    pairs = optimizer.compute_gradients(loss)
    some = optimizer.compute_gradients(loss, var_list=[b, c])
    weighed = optimizer.compute_gradients(loss, var_list=[b], grad_loss=tf.constant(10.0))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [
            [[g is None, v.name] for g, v in pairs],
            [[session.run(g), v.name] for g, v in some],
            session.run(weighed[0][0]),
            names([unused]),
        ]


def gradients_can_be_changed_before_they_are_applied(tf):
    v = tf.Variable([3.0, 4.0], name="v")
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    pairs = optimizer.compute_gradients(tf.reduce_sum(v * v))
    clipped = [(tf.clip_by_norm(g, 1.0), variable) for g, variable in pairs]
    train = optimizer.apply_gradients(clipped)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        return [session.run(v), train.name]


def compute_gradients_is_checked(tf):
    v = tf.Variable(1.0, name="v")
    fixed = tf.Variable(1.0, name="fixed", trainable=False)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    return [
        raised(lambda: optimizer.compute_gradients(v * v, gate_gradients=7)),
        raised(
            lambda: optimizer.compute_gradients(v * v, var_list=[tf.constant(1.0)]), key="Argument is not a tf.Variable"
        ),
        raised(lambda: optimizer.compute_gradients(tf.cast(v, tf.int32))),
        raised(lambda: [g for g, _ in optimizer.compute_gradients(fixed * fixed)]),
        raised(lambda: optimizer.minimize(fixed * fixed), key="No gradients provided for any variable"),
        raised(lambda: optimizer.minimize(tf.constant(1.0)), key="No gradients provided for any variable"),
        raised(lambda: optimizer.minimize(v * v, var_list=[fixed]), key="No gradients provided for any variable"),
    ]


def without_variables_minimize_raises(tf):
    return raised(lambda: tf.train.GradientDescentOptimizer(0.1).minimize(tf.constant(1.0)))


def apply_gradients_is_checked(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    return [
        raised(lambda: optimizer.apply_gradients([])),
        raised(lambda: optimizer.apply_gradients([(None, v)]), key="No gradients provided for any variable"),
        raised(lambda: optimizer.apply_gradients([("text", v)]), key=""),
        raised(lambda: optimizer.apply_gradients([(tf.constant([1, 2]), v)]), key=""),
        raised(lambda: optimizer.apply_gradients([(tf.constant([1.0, 2.0, 3.0]), v)]), key=""),
        raised(lambda: optimizer.apply_gradients([(tf.constant([1.0, 2.0]), tf.constant(1.0))]), key=""),
        raised(lambda: optimizer.apply_gradients([tf.constant(1.0)]), key=""),
    ]


def constructor_arguments_are_checked(tf):
    return [
        raised(lambda: tf.train.GradientDescentOptimizer(), key=""),
        raised(lambda: tf.train.GradientDescentOptimizer(0.1, name="")),
        raised(lambda: tf.train.MomentumOptimizer(0.1), key=""),
        raised(lambda: tf.train.Optimizer(None, "x"), key=""),
        tf.train.AdamOptimizer().get_name(),
        tf.train.Optimizer.GATE_NONE,
        tf.train.Optimizer.GATE_OP,
        tf.train.Optimizer.GATE_GRAPH,
    ]


def gates_change_no_value(tf):
    told = []
    for gate in (tf.train.Optimizer.GATE_NONE, tf.train.Optimizer.GATE_OP, tf.train.Optimizer.GATE_GRAPH):
        with tf.Graph().as_default():
            a, b = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
            loss = tf.reduce_sum(a * a) + tf.exp(b)
            train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, gate_gradients=gate)
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                session.run(train)
                told.append(session.run([a, b]))
    return told


def grad_loss_weighs_a_vector_loss(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(v * v, grad_loss=tf.constant([1.0, 10.0]))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        return session.run(v)


def slots_start_at_zero_and_powers_at_beta(tf):
    v = tf.Variable([3.0, 4.0], name="v")
    optimizer = tf.train.AdamOptimizer(0.1)
    optimizer.minimize(tf.reduce_sum(v))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run(variable) for variable in optimizer.variables()]


def one_optimizer_may_minimize_twice(tf):
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    optimizer = tf.train.AdamOptimizer(0.1)
    first = optimizer.minimize(a * a)
    second = optimizer.minimize(b * b * a, var_list=[b])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([first, second])
        return [names([first, second]), names(optimizer.variables())]


def two_optimizers_train_two_parts(tf):
    g, d = tf.Variable([1.0, -1.0], name="g"), tf.Variable([0.5, 2.0], name="d")
    score = tf.sigmoid(tf.reduce_sum(g * d))
    train_d = tf.train.AdamOptimizer(0.1, name="D").minimize(-tf.log(1.0 - score), var_list=[d])
    train_g = tf.train.AdamOptimizer(0.1, name="G").minimize(-tf.log(score), var_list=[g])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            session.run(train_d)
            session.run(train_g)
        return session.run([g, d])


def the_fetched_loss_is_from_before_the_step(tf):
    v = tf.Variable([3.0, 4.0], name="v", use_resource=True)
    loss = tf.reduce_sum(v * v)
    with tf.control_dependencies([loss]):
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run([loss, train]), session.run([train, loss]), session.run(loss)]


def repeated_rows_of_a_sparse_gradient_add_up(tf):
    told = {}
    for name, make in _makers(tf).items():
        with tf.Graph().as_default():
            v = tf.Variable([[1.0], [2.0], [3.0]], name="v")
            slices = tf.IndexedSlices(
                tf.constant([[1.0], [10.0], [100.0]]), tf.constant([2, 0, 2]), tf.constant([3, 1])
            )
            train = make().apply_gradients([(slices, v)])
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                session.run(train)
                session.run(train)
                told[name] = plain(session.run(v))
    return told


def an_optimizer_state_is_saved_by_its_names(tf):
    v = tf.Variable(np.float32([1.0, 2.0]), name="v")
    step = tf.train.get_or_create_global_step()
    tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(v * v), global_step=step)
    return sorted(variable.op.name for variable in tf.global_variables())
