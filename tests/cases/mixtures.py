"""Programs drawn by lot: branches, loops, arrays, variables and their gradients within each other, three deep.

They compute in doubles, so that an order of additions makes no difference that counts.
"""

import random

from tests.cases.probe import plain


class _Drawn:
    """One program: what it may use, and the pieces it is drawn from.

    ``token`` is a number on which everything that touches the session's state waits, so that one order is possible.
    """

    def __init__(self, tf, seed, effects):
        self.tf, self.lot, self.effects = tf, random.Random(seed), effects
        self.preds = [tf.placeholder(tf.bool, [], name=name) for name in ("p", "q")]
        self.n = tf.placeholder(tf.int32, [], name="n")
        self.x = tf.placeholder(tf.float64, [3], name="x")
        self.w = tf.Variable([0.5, -0.25, 0.75], dtype=tf.float64, name="w")
        self.v = tf.Variable([0.1, 0.2, 0.3], dtype=tf.float64, name="v", use_resource=True)
        self.u = tf.Variable([0.3, 0.2, 0.1], dtype=tf.float64, name="u")
        self.table = tf.Variable([[0.1, 0.2, 0.3], [-0.4, 0.5, 0.6], [0.7, -0.8, 0.9]], dtype=tf.float64, name="table")

    def block(self, depth, pool, counters, token):
        """Draws some pieces one after another; returns the pool of vectors and the token after them."""
        pool = list(pool)
        for _ in range(self.lot.randint(1, 3)):
            pieces = [self.arithmetic, self.arithmetic, self.lookup, self.slope]
            if self.effects:
                pieces += [self.effect, self.effect_on_reference, self.draw]
            if depth:
                pieces += 2 * [self.branch, self.loop] + [self.rows]
            y, token = self.lot.choice(pieces)(depth, pool, counters, token)
            pool.append(y)
        return pool, token

    def arithmetic(self, depth, pool, counters, token):
        tf, a, b = self.tf, self.lot.choice(pool), self.lot.choice(pool)
        made = [
            lambda: tf.tanh(a * b),
            lambda: a * 0.5 + b,
            lambda: tf.sigmoid(a) - b * self.w,
            lambda: tf.stop_gradient(a) * b,
            lambda: tf.where(a > b, a, 0.5 * b),
            lambda: a * tf.reduce_mean(b),
            lambda: a + 0.1 * tf.cast(self.lot.choice(counters), tf.float64),
            lambda: tf.reverse(a, [0]),
        ]
        return self.lot.choice(made)(), token

    def lookup(self, depth, pool, counters, token):
        return self.tf.gather(self.table * 1.0, self.lot.choice(counters) % 3) * self.lot.choice(pool), token

    def slope(self, depth, pool, counters, token):
        tf, a, b = self.tf, self.lot.choice(pool) * 1.0, self.lot.choice(pool)
        return tf.gradients(tf.reduce_sum(tf.sin(a * tf.stop_gradient(b))), a)[0], token

    def effect(self, depth, pool, counters, token):
        tf, by = self.tf, self.tf.tanh(self.lot.choice(pool))
        with tf.control_dependencies([token]):
            write = self.v.assign(0.5 * self.v.read_value() + 0.1 * by)
        with tf.control_dependencies([write.op]):
            y = self.v.read_value() * 1.0
        with tf.control_dependencies([y]):
            return y, tf.identity(token)

    def effect_on_reference(self, depth, pool, counters, token):
        tf = self.tf
        with tf.control_dependencies([token]):
            y = self.u.assign_sub(0.1 * tf.tanh(self.lot.choice(pool))) * 1.0
        with tf.control_dependencies([y]):
            return y, tf.identity(token)

    def draw(self, depth, pool, counters, token):
        tf = self.tf
        with tf.control_dependencies([token]):
            y = tf.random_uniform([3], seed=self.lot.randint(1, 9), dtype=tf.float64) * self.lot.choice(pool)
        with tf.control_dependencies([y]):
            return y, tf.identity(token)

    def predicate(self, pool, counters):
        tf, kind = self.tf, self.lot.randint(0, 3)
        if kind == 0:
            return tf.reduce_sum(self.lot.choice(pool)) > self.lot.choice((-0.2, 0.3, 1.0))
        if kind == 1:
            return tf.equal(self.lot.choice(counters) % 2, 0)
        return self.lot.choice(self.preds)

    def branch(self, depth, pool, counters, token):
        tf = self.tf

        def side():
            inner, after = self.block(depth - 1, pool, counters, tf.identity(token))
            return [inner[-1], after]

        with tf.control_dependencies([token]):
            pred = tf.identity(self.predicate(pool, counters))
        return tf.cond(pred, side, side)

    def loop(self, depth, pool, counters, token):
        tf, lot = self.tf, self.lot
        limit = lot.choice((self.n, tf.constant(2), tf.minimum(lot.choice(counters), 3)))
        carried = lot.sample(pool, min(2, len(pool)))
        bound = lot.choice((None, None, 3))
        by_value = lot.random() < 0.3

        def cond(i, vectors, token):
            going = i < limit
            return tf.logical_and(going, tf.reduce_sum(tf.abs(vectors[0])) < 5.0) if by_value else going

        def body(i, vectors, token):
            inner, after = self.block(depth - 1, pool + vectors, counters + [i], token)
            return i + 1, inner[-len(vectors) :], after

        start = (tf.constant(0), carried, token)
        i, vectors, token = tf.while_loop(cond, body, start, maximum_iterations=bound)
        return lot.choice(vectors) + 0.01 * tf.cast(i, tf.float64), token

    def rows(self, depth, pool, counters, token):
        tf = self.tf
        source = tf.TensorArray(tf.float64, 3, clear_after_read=False).unstack(tf.stack([self.lot.choice(pool)] * 3))

        def body(i, y, array, token):
            inner, after = self.block(depth - 1, pool + [y, source.read(2 - i)], counters + [i], token)
            return i + 1, inner[-1], array.write(i, inner[-1]), after

        start = (tf.constant(0), self.lot.choice(pool), tf.TensorArray(tf.float64, 3), token)
        _, _, array, token = tf.while_loop(lambda i, *rest: i < 3, body, start)
        return tf.reduce_mean(array.stack(), 0), token


def program(tf, seed, effects):
    """What the program of that seed gives, gradients included, for some feeds one after another in one session."""
    drawn = _Drawn(tf, seed, effects)
    pool, token = drawn.block(3, [drawn.x, drawn.x * drawn.w], [drawn.n], tf.constant(0.0))
    with tf.control_dependencies([token]):
        y = tf.add_n(pool[2:])
    xs = [drawn.x, drawn.w, drawn.table]
    fetches = [y, tf.gradients(y, xs, unconnected_gradients=tf.UnconnectedGradients.ZERO)]
    told = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for p, q, n in ((True, False, 2), (False, True, 0), (True, True, 1), (False, False, 3), (True, False, 4)):
            feeds = {drawn.preds[0]: p, drawn.preds[1]: q, drawn.n: n, drawn.x: [0.5, -1.0, 0.25 * n]}
            told.append(plain(session.run(fetches, feeds)))
        return [*told, plain(session.run([drawn.v, drawn.u]))]


def _case(seed, effects):
    return lambda tf: program(tf, seed, effects)


CASES = {f"program {seed} without writes": _case(seed, False) for seed in range(12)}
CASES.update({f"program {seed} with writes": _case(seed, True) for seed in range(12)})
