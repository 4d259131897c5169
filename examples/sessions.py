"""A session with a configuration: operations asked for a GPU run on the CPU where there is none.

python examples/sessions.py

``allow_soft_placement`` lets an operation run elsewhere than on the device it asks for;
``log_device_placement`` prints where each one runs.
"""

import lazytf as tf

if __name__ == "__main__":
    graph = tf.Graph()
    with graph.as_default():
        v = tf.get_variable("v", shape=[1], initializer=tf.zeros_initializer())
        with graph.device("/gpu:0"):
            total = tf.constant([1.0], name="a") + tf.constant([2.0], name="b")

    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=True)
    with tf.Session(graph=graph, config=config) as sess:
        tf.global_variables_initializer().run()
        with tf.variable_scope("", reuse=True):
            value = sess.run(tf.get_variable("v"))
        total_value = sess.run(total)
        print(value)
        print(total_value)
