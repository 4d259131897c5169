"""Graphs that go from one library to the other; they run under TensorFlow 1.15, too."""

import numpy as np

INPUT = np.array([[1, 2, 3], [-4, 5, -6]], np.float32)


def trained(tf):
    """A model under Adam: a resource variable of which rows are read, a ref variable, a string, a partitioned one."""
    v = tf.get_variable("v", initializer=tf.constant([[1.0, -2.0], [0.5, 3.0]]), use_resource=True)
    b = tf.Variable([0.5, 0.25], name="b")
    tf.Variable("text", name="s", trainable=False)
    p = tf.get_variable(
        "p", [3, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.ones_initializer(), use_resource=False
    )
    step = tf.train.get_or_create_global_step()
    loss = tf.reduce_sum(tf.square(tf.gather(v, [0, 1, 0]) + b)) + tf.reduce_sum(tf.square(tf.concat(list(p), 0)))
    train = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)
    return {"step": step, "train": train, "values": [v, b, list(p), step, loss]}


def steps(session, model, count):
    """Trains ``count`` steps."""
    for _ in range(count):
        session.run(model["train"])


def exported(tf):
    """Operations with attrs of every kind, and variables of both; returns the names of tensors to fetch."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="w")
    r = tf.get_variable("r", initializer=tf.constant([1.0, -1.0]), use_resource=True)
    with tf.name_scope("layer"):
        h = tf.nn.relu(tf.matmul(x, w) + r, name="h")
    with tf.device("/cpu:0"):
        c = tf.concat([h, h * 2.0], 1, name="c")
    a, b = tf.split(c, 2, axis=1, name="sp")
    s = tf.constant(["a", "b"], name="s")
    tf.constant(np.zeros((0, 2), np.int64), name="e")
    tf.constant(True, name="t")
    tf.constant(np.arange(6).reshape(2, 3) / 3, name="d")
    tf.constant(1 + 2j, name="z")
    tf.constant(np.float16([1.5, 2.5]), name="f")
    with tf.control_dependencies([a, s]):
        tf.identity(tf.reduce_sum(b, axis=[0], keepdims=True), name="k")
    m = tf.argmax(c, 1, name="m", output_type=tf.int32)
    tf.random_normal([2], seed=3, name="n")
    tf.identity(x[..., 1:], name="i")
    tf.cast(c, tf.int32, name="q")
    tf.one_hot(m, 4, name="o")
    tf.global_variables_initializer()
    return [name + ":0" for name in "layer/h c sp s e t d z f k m n i q o".split()] + ["sp:1"]
