"""The operations that optimizers, running averages and savers add, node by node, and optimizers of a user's own."""

import re

from tests.cases.probe import names, raised, values


def _nodes(tf):
    """Returns one line for each operation outside gradients: name, type, inputs, control inputs, colocation, device.

    Whatever ``tf.gradients`` made is called "gradient", since there may be one such operation or many.
    """
    lines = []
    for op in tf.get_default_graph().get_operations():
        if op.name.startswith("gradients/"):
            continue
        inputs = [re.sub("^gradients/.*", "gradient", t.name) for t in op.inputs]
        group = [g.decode() for g in op.colocation_groups() if g.decode() != "loc:@" + op.name]
        lines.append(
            " ".join([op.name, op.type] + inputs + ["^" + c.name for c in op.control_inputs] + group + [op.device])
        )
    return lines


def _steps(tf, make, use_resource, sparse):
    """Returns the node list of one ``minimize`` over a matrix, of which rows may be gathered, and a vector."""
    w = tf.get_variable("w", [4, 3], use_resource=use_resource, initializer=tf.zeros_initializer())
    b = tf.Variable(tf.zeros([3]), name="b", use_resource=use_resource)
    step = tf.train.get_or_create_global_step()
    read = tf.gather(w, [0, 1, 1]) if sparse else w * 1.0
    make().minimize(tf.reduce_sum(read) + tf.reduce_sum(b * 1.0), global_step=step)
    return [
        _nodes(tf),
        {key: names(tf.get_collection(key)) for key in ("variables", "trainable_variables", "train_op")},
    ]


def descent_on_ref_variables(tf):
    return _steps(tf, lambda: tf.train.GradientDescentOptimizer(0.1), False, False)


def descent_on_resource_variables(tf):
    return _steps(tf, lambda: tf.train.GradientDescentOptimizer(0.1), True, False)


def descent_on_rows_of_ref_variables(tf):
    return _steps(tf, lambda: tf.train.GradientDescentOptimizer(0.1), False, True)


def descent_on_rows_of_resource_variables(tf):
    return _steps(tf, lambda: tf.train.GradientDescentOptimizer(0.1), True, True)


def momentum_on_ref_variables(tf):
    return _steps(tf, lambda: tf.train.MomentumOptimizer(0.1, 0.9), False, False)


def momentum_on_rows_of_ref_variables(tf):
    return _steps(tf, lambda: tf.train.MomentumOptimizer(0.1, 0.9), False, True)


def momentum_on_rows_of_resource_variables(tf):
    return _steps(tf, lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True), True, True)


def adam_on_ref_variables(tf):
    return _steps(tf, lambda: tf.train.AdamOptimizer(0.1), False, False)


def adam_on_resource_variables(tf):
    return _steps(tf, lambda: tf.train.AdamOptimizer(0.1), True, False)


def adam_on_rows_of_ref_variables(tf):
    return _steps(tf, lambda: tf.train.AdamOptimizer(0.1), False, True)


def adam_on_rows_of_resource_variables(tf):
    return _steps(tf, lambda: tf.train.AdamOptimizer(0.1), True, True)


def adam_on_parts_of_a_variable(tf):
    parts = tf.get_variable("p", [5, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.zeros_initializer())
    optimizer = tf.train.AdamOptimizer(0.1)
    optimizer.minimize(tf.reduce_sum(parts.as_tensor()))
    slots = [optimizer.get_slot(part, "m") for part in parts]
    return [
        names(optimizer.variables()),
        [slot._save_slice_info.spec for slot in slots],
        [slot._save_slice_info.full_name for slot in slots],
    ]


def constraints_are_applied_after_the_step(tf):
    told = []
    for use_resource in (False, True):
        with tf.Graph().as_default():
            v = tf.Variable([1.0, -1.0], name="v", use_resource=use_resource, constraint=tf.nn.relu)
            train = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(v * v) * 0.25)
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                session.run(train)
                told.append([session.run(v), train.name])
            rows = tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]))
            descent = tf.train.GradientDescentOptimizer(1.0)
            told.append(raised(lambda pair=(rows, v), descent=descent: descent.apply_gradients([pair])))
    return told


def a_loss_may_be_a_function(tf):
    v = tf.Variable(2.0, name="v", use_resource=True)
    tf.Variable(3.0, name="unused", use_resource=True)
    train = tf.train.GradientDescentOptimizer(0.25).minimize(lambda: v * v)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        return [session.run(v), train.name]


def optimizers_may_be_subclassed(tf):
    class SignDescent(tf.train.Optimizer):
        """Moves by the gradient's sign, and counts its updates of each variable."""

        def __init__(self, rate, use_locking=False, name="SignDescent"):
            super().__init__(use_locking, name)
            self._rate = rate

        def _create_slots(self, var_list):
            self._create_non_slot_variable(self._rate, "rate", min(var_list, key=lambda v: v.name))
            for v in var_list:
                self._zeros_slot(v, "sum", self._name)
                self._get_or_make_slot(v, tf.constant(7.0), "seven", "Seven")
                shape = tf.TensorShape([2])
                self._get_or_make_slot_with_initializer(v, tf.ones_initializer(), shape, tf.float32, "ones", "Ones")

        def _prepare(self):
            self._rate_tensor = tf.convert_to_tensor(self._call_if_callable(self._rate), name="rate")

        def _apply_dense(self, grad, var):
            return tf.group(
                tf.assign_sub(var, self._rate_tensor * tf.sign(grad)), self.get_slot(var, "sum").assign_add(grad)
            )

        def _resource_apply_dense(self, grad, var):
            return self._apply_dense(grad, var)

        def _apply_sparse(self, grad, var):
            return tf.scatter_sub(var, grad.indices, self._rate_tensor * tf.sign(grad.values))

        def _resource_apply_sparse(self, grad, var, indices):
            return self._apply_sparse(tf.IndexedSlices(grad, indices), var).op

        def _finish(self, update_ops, name_scope):
            with tf.control_dependencies(update_ops):
                rate = self._get_non_slot_variable("rate", graph=tf.get_default_graph())
                grown = rate.assign_add(1.0)
            return tf.group(grown, name=name_scope)

    told = []
    for use_resource in (False, True):
        for sparse in (False, True):
            with tf.Graph().as_default():
                v = tf.get_variable("v", initializer=tf.constant([[1.0, -2.0], [3.0, 4.0]]), use_resource=use_resource)
                optimizer = SignDescent(0.5)
                train = optimizer.minimize(tf.reduce_sum(tf.square(tf.gather(v, [1, 1]) if sparse else v)))
                with tf.Session() as session:
                    session.run(tf.global_variables_initializer())
                    session.run(train)
                    told.append([session.run(v), session.run(optimizer.variables()), names(optimizer.variables())])
                told.append([train.name, optimizer.get_slot_names()])
    return told


def what_a_subclass_does_not_define_raises(tf):
    v, r = tf.Variable([1.0], name="v"), tf.Variable([1.0], name="r", use_resource=True)
    rows = tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]))
    optimizer = tf.train.Optimizer(False, "bare")
    return [
        raised(lambda pair=pair: optimizer.apply_gradients([pair]), key="")
        for pair in ((tf.constant([1.0]), v), (tf.constant([1.0]), r), (rows, v), (rows, r))
    ]


def the_global_step_is_checked(tf):
    told = [
        tf.train.get_global_step(),
        tf.train.get_or_create_global_step().name,
        tf.train.get_global_step().name,
        raised(tf.train.create_global_step),
        names(tf.get_collection(tf.GraphKeys.GLOBAL_STEP)),
    ]
    for wrong in (3, tf.constant(1.0), tf.constant([1])):
        told.append(raised(lambda wrong=wrong: tf.train.assert_global_step(wrong), key="Existing"))
    with tf.Graph().as_default() as graph:
        tf.Variable(5, name="global_step")
        told.append(tf.train.get_global_step(graph).name)
    return told


def averages_of_resource_variables_and_tensors(tf):
    v = tf.get_variable("v", [2], use_resource=True, initializer=tf.zeros_initializer())
    x = tf.multiply(tf.constant([1.0, 2.0], name="c"), 2.0, name="x")
    average = tf.train.ExponentialMovingAverage(0.9, num_updates=tf.constant(3), zero_debias=True)
    average.apply([v, x])
    hidden = ("cond", "VarIsInitializedOp", "v/ExponentialMovingAverage/Assign")  # how a variable's start is made
    return [[line for line in _nodes(tf) if not line.startswith(hidden)], names(tf.global_variables())]


def _saver_nodes(tf, **options):
    v = tf.Variable([1.0, 2.0], name="v")
    with tf.device("/job:a/task:1/gpu:0"):
        w = tf.Variable(3, name="a/w", use_resource=True)
    tf.get_variable("p", [5, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.zeros_initializer())
    tf.get_variable(
        "q", [4], partitioner=tf.fixed_size_partitioner(2), initializer=tf.zeros_initializer(), use_resource=True
    )
    made = len(_nodes(tf))
    saver = tf.train.Saver(**options)
    told = saver.as_saver_def()
    return [
        _nodes(tf)[made:],
        names([v, w]),
        [
            told.filename_tensor_name,
            told.save_tensor_name,
            told.restore_op_name,
            told.max_to_keep,
            told.sharded,
            told.keep_checkpoint_every_n_hours,
            told.version,
        ],
    ]


def a_saver_adds_these_operations(tf):
    return _saver_nodes(tf)


def a_sharded_saver_adds_these_operations(tf):
    return _saver_nodes(tf, sharded=True, max_to_keep=None)


def a_reshaping_saver_adds_these_operations(tf):
    return _saver_nodes(tf, reshape=True, name="mine", filename="base", keep_checkpoint_every_n_hours=2)


def beta_powers_live_beside_the_first_variable(tf):
    with tf.device("/cpu:0"):
        b = tf.Variable(1.0, name="b")
    a = tf.Variable(1.0, name="a", dtype=tf.float32)
    optimizer = tf.train.AdamOptimizer()
    optimizer.apply_gradients([(tf.constant(1.0), b), (tf.constant(2.0), a)])
    return [[v.name, v.device] for v in optimizer.variables()] + [values(tf, optimizer.variables())]
