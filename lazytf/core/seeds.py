"""Random seeds: how a graph's seed and an operation's own become the pair a random operation is built with."""

from lazytf.core.graph import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_MODULUS = 2**31 - 1


def get_seed(op_seed):
    """The pair ``(seed, seed2)`` for an operation about to be made; ``(None, None)`` where neither seed is set.

    With a graph seed alone, the operation's number in the graph stands in for its own seed, so that two operations draw
    different numbers and the same program draws the same ones (source: ``tf.compat.v1.get_seed``).
    """
    graph = get_default_graph()
    if graph.seed is not None:
        pair = graph.seed, graph._last_id if op_seed is None else op_seed
    elif op_seed is not None:
        pair = DEFAULT_GRAPH_SEED, op_seed
    else:
        return None, None
    pair = pair[0] % _MODULUS, pair[1] % _MODULUS
    return (0, _MODULUS) if pair == (0, 0) else pair  # (0, 0) is how an op says "not seeded"


def set_random_seed(seed):
    """Sets the default graph's seed; operations made afterwards derive theirs from it."""
    get_default_graph().seed = seed
