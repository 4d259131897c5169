"""tf.case and tf.switch_case: which function runs, what is checked, what they build."""

import collections

from tests.cases.probe import described, nodes, plain, raised


def _preds(tf, names="abc"):
    return [tf.placeholder(tf.bool, [], name=name) for name in names]


def _table(tf, fetch, preds):
    """Returns the value of ``fetch`` (or its error) for every setting of the predicates, the first varying fastest."""
    told = []
    with tf.Session() as session:
        for code in range(2 ** len(preds)):
            feeds = {pred: bool(code >> i & 1) for i, pred in enumerate(preds)}
            told.append(raised(lambda feeds=feeds: session.run(fetch, feeds), key="assertion failed"))
    return told


def the_first_true_predicate_wins(tf):
    a, b, c = _preds(tf)
    y = tf.case(
        [(a, lambda: tf.constant(1)), (b, lambda: tf.constant(2)), (c, lambda: tf.constant(3))],
        default=lambda: tf.constant(-1),
    )
    return [described(y), _table(tf, y, [a, b, c])]


def without_a_default_one_must_be_true(tf):
    a, b, c = _preds(tf)
    y = tf.case([(a, lambda: tf.constant(1)), (b, lambda: tf.constant(2)), (c, lambda: tf.constant(3))])
    return _table(tf, y, [a, b, c])


def exclusive_refuses_two_truths(tf):
    a, b, c = _preds(tf)
    y = tf.case([(a, lambda: 1), (b, lambda: 2), (c, lambda: 3)], default=lambda: -1, exclusive=True)
    return _table(tf, y, [a, b, c])


def exclusive_without_a_default(tf):
    a, b = _preds(tf, "ab")
    y = tf.case([(a, lambda: tf.constant(1)), (b, lambda: tf.constant(2))], exclusive=True)
    return _table(tf, y, [a, b])


def without_a_default_python_numbers_escape_the_check(tf):
    a, b = _preds(tf, "ab")
    y = tf.case([(a, lambda: 1), (b, lambda: 2)])  # a number becomes a tensor outside the check's dependencies
    return _table(tf, y, [a, b])


def errors_name_the_predicates(tf):
    a, b = _preds(tf, "ab")
    none = tf.case([(a, lambda: tf.constant(1)), (b, lambda: tf.constant(2))])
    both = tf.case([(a, lambda: 1), (b, lambda: 2)], default=lambda: 3, exclusive=True)
    with tf.Session() as session:
        return [
            raised(lambda: session.run(none, {a: False, b: False}), key="None of conditions evaluated as True:] [0 0]"),
            raised(
                lambda: session.run(both, {a: True, b: True}),
                key="exclusive=True: more than 1 conditions (a:0, b:0) evaluated as True:] [1 1]",
            ),
        ]


def one_pair_alone(tf):
    (a,) = _preds(tf, "a")
    y = tf.case([(a, lambda: tf.constant(1))])
    z = tf.case([(a, lambda: tf.constant(1))], default=lambda: tf.constant(2))
    return [_table(tf, y, [a]), _table(tf, z, [a])]


def dictionaries_are_sorted_by_name(tf):
    b, a = _preds(tf, "ba")
    y = tf.case({b: lambda: tf.constant("b"), a: lambda: tf.constant("a")}, default=lambda: tf.constant("none"))
    z = tf.case(
        collections.OrderedDict([(b, lambda: tf.constant("b")), (a, lambda: tf.constant("a"))]),
        default=lambda: tf.constant("none"),
    )
    x = tf.case({b: lambda: tf.constant("b"), a: lambda: tf.constant("a")}, exclusive=True)
    return [_table(tf, y, [a, b]), _table(tf, z, [a, b]), _table(tf, x, [a, b])]


def strict_keeps_lists_of_one(tf):
    a, b = _preds(tf, "ab")
    pairs = [(a, lambda: [tf.constant(1)]), (b, lambda: [tf.constant(2)])]
    y = tf.case(pairs, default=lambda: [tf.constant(3)], strict=True)
    z = tf.case(pairs, default=lambda: [tf.constant(3)])
    return [type(y).__name__, type(z).__name__, _table(tf, [y, z], [a, b])]


def structures_come_out_of_cases(tf):
    a, b = _preds(tf, "ab")
    x = tf.constant([1.0, 2.0])
    y = tf.case(
        [(a, lambda: {"v": x, "n": [1, 2]}), (b, lambda: {"v": x * 2.0, "n": [3, 4]})],
        default=lambda: {"v": tf.zeros([3]), "n": [5, 6]},
    )
    return [described(y["v"]), _table(tf, y, [a, b])]


def cases_of_operations_act_where_chosen(tf):
    a, b = _preds(tf, "ab")
    v = tf.Variable(0, name="v")
    act = tf.case([(a, lambda: v.assign_add(1).op), (b, lambda: v.assign_add(10).op)], default=tf.no_op)
    with tf.Session() as session:
        session.run(v.initializer)
        told = []
        for first, second in ((True, False), (False, True), (True, True), (False, False)):
            session.run(act, {a: first, b: second})
            told.append(plain(session.run(v)))
        return told


def cases_add_these_nodes(tf):
    a, b = _preds(tf, "ab")
    x = tf.constant(1.0, name="x")
    tf.case([(a, lambda: x * 2.0), (b, lambda: x + 3.0)], default=lambda: -x)
    return nodes(tf.get_default_graph())


def exclusive_cases_add_these_nodes(tf):
    a, b = _preds(tf, "ab")
    tf.case([(a, lambda: 1), (b, lambda: 2)], default=lambda: 3, exclusive=True, name="pick")
    return nodes(tf.get_default_graph())


def cases_without_a_default_add_these_nodes(tf):
    a, b = _preds(tf, "ab")
    tf.case([(a, lambda: 1), (b, lambda: 2)])
    return nodes(tf.get_default_graph())


def cases_within_cases(tf):
    a, b, c = _preds(tf)
    x = tf.constant(2.0)
    y = tf.case(
        [(a, lambda: tf.case([(b, lambda: x)], default=lambda: x * 10.0)), (c, lambda: x * 100.0)],
        default=lambda: tf.cond(b, lambda: x * 1000.0, lambda: -x),
    )
    return _table(tf, y, [a, b, c])


def arguments_of_case_are_checked(tf):
    a, b = _preds(tf, "ab")
    number = tf.constant(1, name="number")

    def one():
        return tf.constant(1)

    return [
        raised(lambda: tf.case(3)),
        raised(lambda: tf.case([a, one])),
        raised(lambda: tf.case([(a, one, one)])),
        raised(lambda: tf.case([[a, one]])),
        raised(lambda: tf.case([(True, one)])),
        raised(lambda: tf.case([(number, one)])),
        raised(lambda: tf.case([(a, 3)])),
        raised(lambda: tf.case([(a, one)], default=3)),
        raised(lambda: tf.case([]), key=""),
        raised(lambda: tf.case([(a, one), (b, lambda: tf.constant(1.0))], default=one)),
    ]


def gradients_go_to_what_was_chosen(tf):
    a, b = _preds(tf, "ab")
    x, w = tf.constant(3.0), tf.constant(2.0)
    y = tf.case([(a, lambda: x * x), (b, lambda: x * w)], default=lambda: w * 5.0)
    return _table(tf, tf.gradients(y, [x, w]), [a, b])


def learning_rates_by_case(tf):
    step = tf.placeholder(tf.int32, [], name="step")
    rate = tf.case(
        [(step < 10, lambda: tf.constant(0.1)), (step < 20, lambda: tf.constant(0.01))],
        default=lambda: tf.constant(0.001),
    )
    with tf.Session() as session:
        return [session.run(rate, {step: at}) for at in (0, 10, 19, 20, 100)]


def _switched(tf, make):
    index = tf.placeholder(tf.int32, [], name="index")
    y = make(index)
    with tf.Session() as session:
        return [plain(session.run(y, {index: i})) for i in (0, 1, 2, 3, -1, 100)]


def switch_case_picks_by_number(tf):
    x = tf.constant(2.0)
    branches = [lambda: x, lambda: x * 10.0, lambda: x * 100.0]
    return [
        _switched(tf, lambda i: tf.switch_case(i, branches)),
        _switched(tf, lambda i: tf.switch_case(i, branches, default=lambda: -x)),
        _switched(tf, lambda i: tf.switch_case(i, {2: branches[2], 0: branches[0], 1: branches[1]})),
        _switched(tf, lambda i: tf.switch_case(i, [(1, branches[1]), (0, branches[0])], default=lambda: -x)),
        _switched(tf, lambda i: tf.switch_case(i, [branches[0]])),
    ]


def switch_case_checks_its_arguments(tf):
    index = tf.placeholder(tf.int32, [], name="index")

    def one():
        return tf.constant(1)

    return [
        raised(lambda: tf.switch_case(1, [one]), key="branch_index must a Tensor, got"),
        raised(lambda: tf.switch_case(tf.constant(1.0), [one]), key="branch_index must an integer Tensor, got"),
        raised(lambda: tf.switch_case(index, [])),
        raised(lambda: tf.switch_case(index, [3])),
        raised(lambda: tf.switch_case(index, [(0.5, one)]), key="key must be a Python `int`"),
        raised(lambda: tf.switch_case(index, [(0, 3)])),
        raised(lambda: tf.switch_case(index, [(1, one)])),
        raised(lambda: tf.switch_case(index, {0: one, 2: one})),
        raised(lambda: tf.switch_case(index, [(0, one), (0, one)])),
    ]


def switch_case_gives_structures(tf):
    x = tf.constant([1.0, 2.0])
    kinds = []

    def make(index):
        y = tf.switch_case(index, [lambda: {"a": x, "b": [1]}, lambda: {"a": x * 2.0, "b": [2]}])
        kinds.append([type(y).__name__, y["a"].dtype.name, type(y["b"]).__name__])
        return y

    return [_switched(tf, make), kinds]


def switch_case_has_gradients(tf):
    x, w = tf.constant(3.0), tf.constant(2.0)

    def make(index):
        y = tf.switch_case(index, [lambda: x * x, lambda: x * w, lambda: w * 5.0])
        return tf.gradients(y, [x, w])

    return _switched(tf, make)


def switch_case_assigns_where_chosen(tf):
    v = tf.Variable(0.0, name="v", use_resource=True)
    index = tf.placeholder(tf.int32, [], name="index")
    y = tf.switch_case(index, [lambda: v.assign_add(1.0).read_value(), lambda: v.assign_add(10.0).read_value()])
    with tf.Session() as session:
        session.run(v.initializer)
        return [plain(session.run([y], {index: i})) + [plain(session.run(v))] for i in (0, 1, 1)]


def switch_case_is_one_operation(tf):
    index, x = tf.placeholder(tf.int32, [], name="index"), tf.constant(2.0, name="x")
    y = tf.switch_case(index, [lambda: x, lambda: x * 10.0])
    return [described(y), [" ".join(line.split(" ")[:2]) for line in nodes(tf.get_default_graph())]]
