"""Graphs with branches and loops that go from one library to the other; they run under TensorFlow 1.15, too.

Each function builds one in the default graph and returns what to fetch, what to feed, and what to differentiate: the
name of a scalar and the names of tensors.
"""


def branches(tf):
    """A branch in a branch, an operation as a result, a variable assigned in a branch."""
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable([1.0, 2.0], name="v")
    y = tf.cond(p, lambda: tf.cond(x[0] > 1.0, lambda: x * v, lambda: v / x, name="inner"), lambda: tf.square(x))
    with tf.control_dependencies([y]):
        done = tf.cond(p, lambda: tf.group(tf.assign_add(v, x)), tf.no_op, name="update")
    with tf.control_dependencies([done]):
        tf.identity(v.read_value(), name="after")
    tf.identity(y, name="y")
    tf.reduce_sum(y, name="loss")
    tf.global_variables_initializer()
    return ["y", "after"], {"p": True, "x": [2.0, 0.5]}, ("loss", ["x", "v/read"])


def loops(tf):
    """A loop in a loop, with a shape that changes, a number of rounds that is fed, and what nobody differentiates."""
    n, x = tf.placeholder(tf.int32, [], name="n"), tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.constant([[0.5, 1.0], [-1.0, 0.25]], name="w")

    def body(i, y):
        _, z = tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, tf.matmul(z, w) + x[:1]), [0, y], name="inner")
        return i + 1, tf.concat([y, z[:1]], 0)

    shapes = [tf.TensorShape([]), tf.TensorShape([None, 2])]
    i, y = tf.while_loop(lambda i, y: i < n, body, [0, x], shapes, parallel_iterations=3, name="outer")
    k = tf.while_loop(lambda k: k < 100.0, lambda k: k * 2.0, [y[0, 0]], back_prop=False, maximum_iterations=5)
    tf.identity(i, name="i")
    tf.identity(y, name="y")
    tf.identity(k, name="k")
    tf.reduce_sum(tf.square(y), name="loss")
    return ["i", "y", "k"], {"n": 3, "x": [[1.0, 2.0]]}, ("loss", ["x", "w"])


def mixtures(tf):
    """Branches in a loop and a loop in a branch, waiting for what is outside; a variable behind a handle."""
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.float32, [], name="x")
    r = tf.get_variable("r", initializer=tf.constant(1.5), use_resource=True)
    with tf.control_dependencies([tf.identity(x, name="first")]):

        def body(i, y):
            return i + 1, tf.cond(i > 1, lambda: y * r, lambda: y + tf.constant(1.0))

        def looped():
            return tf.while_loop(lambda i, y: i < 4, body, [0, x])[1]

        y = tf.cond(p, looped, lambda: -x)
    z = tf.case([(y > 100.0, lambda: y), (y > 1.0, lambda: y * 2.0)], default=lambda: x, name="z")
    with tf.control_dependencies([tf.Assert(z > 0.0, [z, "is not positive"])]):
        tf.identity(z, name="loss")
    tf.global_variables_initializer()
    return ["loss"], {"p": True, "x": 2.0}, ("loss", ["x"])


FLOWS = {function.__name__: function for function in (branches, loops, mixtures)}


def fetched(tf, session, build_result):
    """The values of the fetches and the gradients, as arrays."""
    fetches, feeds, (loss, sources) = build_result
    graph = session.graph
    gradients = tf.gradients(
        graph.get_tensor_by_name(loss + ":0"), [graph.get_tensor_by_name(s + ":0") for s in sources]
    )
    feeds = {name + ":0": value for name, value in feeds.items()}
    if "init" in [op.name for op in graph.get_operations()]:
        session.run("init")
    return session.run([name + ":0" for name in fetches], feeds) + session.run(gradients, feeds)
