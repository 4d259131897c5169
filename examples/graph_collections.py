"""What a graph keeps in collections, its own and the program's: every kind is filled once and listed.

python examples/graph_collections.py
"""

import lazytf as tf

KEYS = [
    tf.GraphKeys.GLOBAL_VARIABLES,  # all variables: what a Saver keeps
    tf.GraphKeys.TRAINABLE_VARIABLES,  # what an optimizer changes
    tf.GraphKeys.SUMMARIES,  # what merge_all gathers for TensorBoard
    tf.GraphKeys.QUEUE_RUNNERS,  # threads that fill input queues
    tf.GraphKeys.MOVING_AVERAGE_VARIABLES,  # variables of which a running average is kept
    "resources of mine",
]

graph = tf.Graph()
with graph.as_default():
    weight = tf.Variable([1.0, 2.0], name="weight")
    step = tf.Variable(0, name="step", trainable=False)
    tf.summary.scalar("total", tf.reduce_sum(weight))
    tf.summary.histogram("weights", weight)
    queue = tf.FIFOQueue(10, tf.float32, name="numbers")
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue([3.0])]))
    average = tf.train.ExponentialMovingAverage(0.5)
    update = average.apply([weight])
    tf.add_to_collection("resources of mine", weight)
    tf.add_to_collection("resources of mine", "any object")


def shown(item):
    """Returns the name of a graph element, or the item itself."""
    return getattr(item, "name", item)


if __name__ == "__main__":
    kept = {key: [shown(item) for item in graph.get_collection(key)] for key in KEYS}
    for key, items in kept.items():
        print(f"{key}: {', '.join(items)}")

    with tf.Session(graph=graph) as sess:
        with graph.as_default():
            sess.run(tf.global_variables_initializer())
            sess.run(tf.assign_add(weight, [1.0, 1.0]))
            sess.run(update)
            averaged = sess.run(average.average(weight))
    print(averaged)
