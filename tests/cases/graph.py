"""Graphs: names, scopes, collections, dependencies, devices, seeds, and what mixing or finalizing them raises."""

from tests.cases.probe import described, names, nodes, raised


def unique_names_count_up_without_regard_to_case(tf):
    graph = tf.Graph()
    asked = ["a", "A", "a", "b", "a_1", "a", "B", "a/b", "A/b", "a_1", "a_1_1"]
    return [[name, graph.unique_name(name)] for name in asked]


def a_unique_name_may_be_asked_without_taking_it(tf):
    graph = tf.Graph()
    return [graph.unique_name("a", mark_as_used=False) for _ in range(2)] + [graph.unique_name("a") for _ in range(3)]


def a_unique_name_stands_in_its_scope(tf):
    graph = tf.Graph()
    with graph.name_scope("outer"):
        inside = [graph.unique_name("a"), graph.unique_name("a"), graph.unique_name("b", mark_as_used=False)]
    return inside + [graph.unique_name("outer"), graph.unique_name("outer/a"), graph.unique_name("a")]


def operations_are_named_by_type_and_counted_up(tf):
    unnamed = [tf.constant(0), tf.constant(0), tf.no_op(), tf.placeholder(tf.float32), tf.placeholder(tf.float32)]
    asked = [tf.constant(0, name=name) for name in ("c", "c", "C", "c_1", "c", "Const", "x.y-z/w")]
    return names(unnamed) + names(asked)


def a_name_ending_in_a_slash_is_taken_as_it_is(tf):
    first = tf.constant(0, name="exact/")
    again = [raised(lambda name=name: tf.constant(0, name=name).name) for name in ("exact/", "exact")]
    return [first.name, again, tf.constant(0, name="exact").name]


def invalid_operation_names_raise(tf):
    asked = ["_a", "a b", "a:0", "-a", "a$", "é", "/a", "a//b", ".a", "0", "0_-.x/"]
    return [[name, raised(lambda name=name: tf.constant(0, name=name).name)] for name in asked]


def name_scopes_nest_and_count_up(tf):
    told = []
    for outer in ("s", "s", "t"):
        with tf.name_scope(outer) as scope:
            told += [scope, tf.constant(0).name, tf.constant(0, name="c").name]
            for inner in ("i", "i"):
                with tf.name_scope(inner) as scope:
                    told += [scope, tf.constant(0, name="c").name, tf.get_default_graph().get_name_scope()]
    return told


def a_name_scope_is_entered_again_by_its_slash(tf):
    with tf.name_scope("s") as scope:
        first = tf.constant(0, name="c")
    with tf.name_scope("other"):
        with tf.name_scope(scope) as again:
            second = tf.constant(0, name="c")
            with tf.name_scope("i") as inner:
                third = tf.constant(0, name="c")
    with tf.name_scope("s/"):
        fourth = tf.constant(0, name="c")
    return [scope, again, inner] + names([first, second, third, fourth])


def an_empty_or_absent_name_returns_to_the_root(tf):
    told = []
    with tf.name_scope("s"):
        for name in ("", None):
            with tf.get_default_graph().name_scope(name) as scope:
                told += [scope, tf.constant(0, name="c").name, tf.get_default_graph().get_name_scope()]
        told.append(tf.constant(0, name="c").name)
    return told


def the_public_name_scope_wants_a_name_or_a_default(tf):
    told = [raised(lambda: tf.name_scope(None).__enter__()), raised(lambda: tf.name_scope(3).__enter__(), key="")]
    for arguments in [(None, "default"), ("given", "default"), (None, "default", [tf.constant(1)]), ("", "default")]:
        with tf.name_scope(*arguments) as scope:
            told += [scope, tf.constant(0, name="c").name]
    return told


def name_scopes_of_names_with_slashes_are_one_scope(tf):
    told = []
    for name in ("a/b", "a", "a/b", "a/b/c"):
        with tf.name_scope(name) as scope:
            told += [scope, tf.constant(0, name="x").name]
    return told


def operations_and_scopes_share_one_counter(tf):
    told = [tf.constant(0, name="s").name]
    with tf.name_scope("s") as scope:
        told += [scope, tf.constant(0, name="s").name]
    with tf.name_scope("S") as scope:
        told.append(scope)
    return told + [tf.constant(0, name="s_1").name, tf.constant(0, name="s").name]


def invalid_scope_names_raise(tf):
    asked = ["_s", "s t", "s:0", "-s", "s$", "/s", ".s", "0s"]
    told = []

    def opened(scope):
        with scope as name:
            return name

    for name in asked:
        with tf.name_scope("outer"):
            inner = raised(lambda name=name: opened(tf.name_scope(name)))
        told.append([name, raised(lambda name=name: opened(tf.get_default_graph().name_scope(name))), inner])
    return told


def a_name_scope_of_values_takes_their_graph(tf):
    graph = tf.Graph()
    with graph.as_default():
        a = tf.constant(1, name="a")
    with tf.name_scope("scope", values=[a]):
        inside = tf.get_default_graph() is graph
        made = tf.constant(2, name="b")
    other = tf.constant(0)
    mixed = raised(lambda: tf.name_scope("scope", values=[a, other]).__enter__(), key="must be from the same graph")
    return [inside, made.name, made.graph is graph, mixed, tf.get_default_graph() is graph]


def scope_names_survive_an_error_inside(tf):
    try:
        with tf.name_scope("s"):
            raise ValueError("left")
    except ValueError:
        pass
    return [tf.get_default_graph().get_name_scope(), tf.constant(0, name="c").name]


def arithmetic_names_its_operations(tf):
    a = tf.placeholder(tf.float32, [2, 2], name="a")
    b = tf.placeholder(tf.float32, [2, 2], name="b")
    made = [
        a + 1,
        1 - a,
        a * b,
        a / b,
        a // b,
        a % b,
        a**2,
        2**a,
        -a,
        abs(a),
        a @ b,
        1 + a,
        2 * a,
        1 / a,
        7 // a,
        7 % a,
    ]
    return [names(made), nodes(a.graph)]


def comparisons_and_logic_name_their_operations(tf):
    a = tf.placeholder(tf.float32, [2], name="a")
    p = tf.placeholder(tf.bool, [2], name="p")
    made = [a < 1, a <= 1, a > 1, a >= 1, 1 < a, ~p, p & p, p | p, p ^ p, True & p, False | p, p ^ True]
    return [names(made), [t.dtype.name for t in made], nodes(a.graph)]


def equality_of_tensors_is_identity(tf):
    a, b = tf.constant(1.0), tf.constant(1.0)
    return [a == a, a == b, a != b, a == 1.0, len({a, b, a}), a in [b, a], tf.get_default_graph().version]


def integer_arithmetic_names_its_operations(tf):
    i = tf.placeholder(tf.int32, [2], name="i")
    made = [i + 1, i / 2, i // 2, i % 2, i**2, -i, abs(i), 3 / i]
    return [[described(t) for t in made], nodes(i.graph)]


def slicing_names_its_operations(tf):
    a = tf.placeholder(tf.float32, [4, 5, 6], name="a")
    i = tf.placeholder(tf.int32, [], name="i")
    made = [a[0], a[-1], a[1:3], a[..., 0], a[:, tf.newaxis, 1:], a[::2, ::-1], a[i], a[i : i + 2, 0], a[..., None, 2]]
    return [[described(t) for t in made], nodes(a.graph)]


def the_same_calls_inside_scopes_carry_the_scope(tf):
    with tf.name_scope("one"):
        a = tf.placeholder(tf.float32, [2, 2])
        with tf.name_scope("two"):
            made = [a + 1.0, -a, a[0], a @ a, tf.reduce_mean(a), tf.nn.softmax(a), tf.matmul(a, a, name="product")]
    return [names(made), nodes(a.graph)]


def operations_and_tensors_are_found_by_name(tf):
    a = tf.constant([1.0, 2.0], name="a")
    parts = tf.split(a, 2, name="parts")
    graph = tf.get_default_graph()
    return [
        graph.get_operation_by_name("a") is a.op,
        graph.get_tensor_by_name("a:0") is a,
        graph.get_tensor_by_name("parts:1") is parts[1],
        graph.as_graph_element("a:0") is a,
        graph.as_graph_element("parts") is parts[0].op,
        graph.as_graph_element(a) is a,
        graph.as_graph_element(a.op) is a.op,
    ]


def looking_up_what_is_not_there_raises(tf):
    tf.constant(1.0, name="a")
    graph = tf.get_default_graph()
    return [
        raised(lambda: graph.get_operation_by_name("b")),
        raised(lambda: graph.get_operation_by_name("a:0")),
        raised(lambda: graph.get_tensor_by_name("a")),
        raised(lambda: graph.get_tensor_by_name("b:0")),
        raised(lambda: graph.get_tensor_by_name("a:1")),
        raised(lambda: graph.get_tensor_by_name("a:x")),
        raised(lambda: graph.get_tensor_by_name("a:0:0")),
        raised(lambda: graph.get_operation_by_name(3)),
        raised(lambda: graph.get_tensor_by_name(3)),
        raised(lambda: graph.as_graph_element("b")),
        raised(lambda: graph.as_graph_element(3)),
        raised(lambda: graph.as_graph_element("a", allow_tensor=False, allow_operation=False)),
    ]


def graph_elements_of_another_graph_raise(tf):
    with tf.Graph().as_default():
        a = tf.constant(1.0, name="a")
        operation = tf.no_op(name="n")
    graph = tf.get_default_graph()
    return [
        raised(lambda: graph.as_graph_element(a)),
        raised(lambda: graph.as_graph_element(operation)),
        raised(lambda: graph.as_graph_element(a, allow_tensor=False)),
        raised(lambda: graph.as_graph_element(operation, allow_operation=False)),
    ]


def mixing_graphs_raises(tf):
    with tf.Graph().as_default():
        a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    return [
        raised(lambda: tf.add(a, b)),
        raised(lambda: a + b, key="must be from the same graph"),
        raised(lambda: tf.stack([a, b]), key="must be from the same graph"),
        raised(lambda: tf.group(a, b)),
        raised(lambda: tf.gradients(a, b)),
        raised(lambda: tf.control_dependencies([a]).__enter__()),
    ]


def an_operation_joins_the_graph_of_its_inputs(tf):
    graph = tf.Graph()
    with graph.as_default():
        a = tf.constant(1.0, name="a")
    made = [tf.negative(a), a + 1.0, tf.identity(a)]
    return [[t.graph is graph for t in made], nodes(graph), nodes(tf.get_default_graph())]


def collections_are_copied_or_given(tf):
    graph = tf.get_default_graph()
    tf.add_to_collection("c", 1)
    tf.add_to_collection("c", 1)
    copy = tf.get_collection("c")
    copy.append(2)
    reference = tf.get_collection_ref("c")
    reference.append(3)
    fresh = tf.get_collection_ref("fresh")
    fresh.append("x")
    return [
        tf.get_collection("c"),
        tf.get_collection("fresh"),
        tf.get_collection("absent"),
        sorted(map(str, graph.get_all_collection_keys())),
        tf.get_collection_ref("c") is reference,
    ]


def a_collection_is_filtered_by_a_scope_that_matches_from_the_start(tf):
    for name in ("a/x", "a/y", "ab/x", "b/a/x"):
        tf.add_to_collection("c", tf.constant(0, name=name))
    tf.add_to_collection("c", 5)
    found = [[s, names(tf.get_collection("c", s))] for s in ("a", "a/", ".*/x", "b/a", "x", "A")]
    return [found, len(tf.get_collection("c", "")), len(tf.get_collection("c", None)), len(tf.get_collection("c"))]


def collections_take_several_names_and_any_key(tf):
    graph = tf.get_default_graph()
    graph.add_to_collections(["a", "b", "a"], 1)
    graph.add_to_collections("word", 2)
    graph.add_to_collection(("t", 1), 3)
    keys = sorted(map(str, graph.collections))
    graph.clear_collection("a")
    return [keys, graph.get_collection("a"), graph.get_collection("b"), graph.get_collection("word")]


def the_automatic_collections_have_these_keys(tf):
    keys = [key for key in dir(tf.GraphKeys) if key.isupper() and not key.startswith("_")]
    return {key: getattr(tf.GraphKeys, key) for key in keys}


def control_dependencies_stand_on_what_is_made_inside(tf):
    a, b, c = (tf.no_op(name=name) for name in "abc")
    with tf.control_dependencies([a]):
        tf.no_op(name="after_a")
        with tf.control_dependencies([b, c]):
            tf.no_op(name="after_abc")
            tf.constant(0, name="constant")
            with tf.control_dependencies(None):
                tf.no_op(name="after_none")
                with tf.control_dependencies([c]):
                    tf.no_op(name="after_c")
            tf.no_op(name="after_abc_again")
    tf.no_op(name="free")
    return nodes(a.graph)


def control_dependencies_that_inputs_imply_are_left_out(tf):
    a = tf.placeholder(tf.float32, [], name="a")
    b = tf.placeholder(tf.float32, [], name="b")
    with tf.control_dependencies([a, b]):
        c = tf.identity(a, name="c")
        d = tf.identity(c, name="d")
        tf.add(a, b, name="e")
        with tf.control_dependencies([d]):
            tf.no_op(name="f")
            tf.identity(c, name="g")
    return nodes(a.graph)


def control_dependencies_take_tensors_variables_and_slices(tf):
    v = tf.Variable(1.0, name="v")
    slices = tf.IndexedSlices(tf.constant([1.0], name="values"), tf.constant([0], name="indices"))
    with tf.control_dependencies([v, v.initializer, slices.values, v.op]):
        tf.no_op(name="n")
    wrong = [raised(lambda x=x: tf.control_dependencies([x]).__enter__()) for x in (3, None, "no_such", "v")]
    sliced = raised(lambda: tf.control_dependencies([slices]).__enter__() and "entered")
    return [nodes(v.graph), wrong, sliced]


def control_dependencies_may_be_callables_only_when_eager(tf):
    return raised(lambda: tf.control_dependencies([lambda: tf.no_op()]).__enter__(), key="")


def groups_and_tuples_make_these_nodes(tf):
    a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    tf.group(a, b, name="two")
    tf.group(name="none")
    tf.group(a.op, [b, [a]])
    made = tf.tuple([a, None, b], name="pair", control_inputs=[tf.no_op(name="gate")])
    wrong = [raised(lambda: tf.group(1.0)), raised(lambda: tf.tuple([None])), raised(lambda: tf.tuple([]))]
    return [names(made), nodes(a.graph), wrong]


def devices_nest_and_merge(tf):
    def device(*stack):
        if not stack:
            return tf.no_op().device
        with tf.device(stack[0]):
            return device(*stack[1:])

    stacks = [
        (),
        ("/cpu:0",),
        ("/gpu:1",),
        ("/device:GPU:0",),
        ("cpu:0",),
        ("CPU:0",),
        ("/job:a/task:1",),
        ("/job:a/task:1", "/gpu:0"),
        ("/job:a/gpu:1", "/job:b"),
        ("/gpu:0", "/cpu:0"),
        ("/gpu:0", None),
        ("/job:a", None, "/gpu:0"),
        ("/job:a/replica:2/task:1/device:GPU:3",),
        ("/gpu:0", ""),
        ("/gpu:*",),
        ("/gpu",),
        ("/job:a", "/task:2", "/gpu:0"),
    ]
    return [[list(stack), raised(lambda stack=stack: device(*stack))] for stack in stacks]


def device_functions_see_the_node_and_merge_with_strings(tf):
    seen = []

    def by_type(node):
        seen.append([node.name, node.type])
        return "/gpu:0" if node.type == "NoOp" else "/cpu:0"

    with tf.device("/job:a"):
        with tf.device(by_type):
            first, second = tf.no_op(name="n"), tf.constant(0, name="c")
            with tf.device("/task:3"):
                third = tf.no_op(name="m")
    with tf.device(lambda node: None):
        none = raised(lambda: tf.no_op(), key="")
    return [[op.device for op in (first, second, third)], seen, none]


def unreadable_devices_raise(tf):
    asked = ["/nonsense", "/gpu:x", "gpu:0:1", "/job:", "/cpu:0/gpu:0"]

    def made(name):
        with tf.device(name):
            return tf.no_op().device

    return [[name, raised(lambda name=name: made(name))] for name in asked]


def colocation_takes_the_device_and_says_the_class(tf):
    with tf.device("/gpu:0"):
        a = tf.constant(1.0, name="a")
    with tf.device("/cpu:0"):
        with tf.colocate_with(a):
            b = tf.constant(2.0, name="b")
            with tf.colocate_with(None, ignore_existing=True):
                c = tf.constant(3.0, name="c")
    with tf.colocate_with(b.op):
        d = tf.constant(3.0, name="d")
    return [[x.op.name, x.op.device, x.op.colocation_groups()] for x in (a, b, c, d)]


def colocation_with_several_operations_lists_them_in_order(tf):
    a, b = tf.constant(1.0, name="b"), tf.constant(2.0, name="a")
    with tf.colocate_with(a):
        with tf.colocate_with(b):
            c = tf.constant(3.0, name="c")
    with tf.device("/cpu:0"), tf.device("/job:x"):
        e = tf.constant(4.0)
    return [c.op.colocation_groups(), e.device]


def a_finalized_graph_refuses_operations(tf):
    graph = tf.Graph()
    before = graph.finalized
    with graph.as_default():
        a = tf.constant(1.0, name="a")
        graph.finalize()
        errors = [raised(lambda: tf.constant(2.0)), raised(lambda: a + 1.0), raised(lambda: tf.Variable(1.0))]
        with tf.Session() as session:
            value = session.run(a)
    return [before, graph.finalized, errors, value, raised(lambda: graph.add_to_collection("c", 1))]


def the_version_counts_operations(tf):
    graph = tf.get_default_graph()
    told = [graph.version]
    for make in (lambda: tf.constant(1), lambda: tf.random_normal([2]), lambda: tf.Variable(1.0), lambda: tf.no_op()):
        make()
        told.append(graph.version)
    return told


def feeding_can_be_prevented(tf):
    graph = tf.get_default_graph()
    a, b = tf.placeholder(tf.float32, [], name="a"), tf.constant(1.0, name="b")
    graph.prevent_feeding(a)
    with tf.Session() as session:
        error = raised(lambda: session.run(a, {a: 1.0}))
    return [graph.is_feedable(a), graph.is_feedable(b), error, graph.is_fetchable(a)]


def fetching_can_be_prevented(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    graph.prevent_fetching(a.op)
    with tf.Session() as session:
        errors = [raised(lambda x=x: session.run(x), key="has been marked as not fetchable") for x in (a, a.op)]
    return [graph.is_fetchable(a.op), errors]


def _seeds(tensor):
    found = [op for op in tensor.graph.get_operations() if op.type.startswith(("Random", "Trunc", "Multi"))]
    return [[op.name, op.get_attr("seed"), op.get_attr("seed2")] for op in found]


def an_op_seed_alone_pairs_with_the_default(tf):
    tf.random_normal([2], seed=1)
    return _seeds(tf.random_uniform([2], seed=7, name="u"))


def a_graph_seed_alone_pairs_with_the_operation_count(tf):
    tf.set_random_seed(5)
    tf.constant(0)
    tf.random_normal([2])
    tf.random_uniform([2], maxval=10, dtype=tf.int32)
    tf.truncated_normal([2])
    tf.random_shuffle(tf.range(3))
    tf.multinomial([[0.0, 1.0]], 2)
    tf.random_gamma([2], 1.0)
    return [tf.get_default_graph().seed, _seeds(tf.random_uniform([2]))]


def both_seeds_stand_as_given(tf):
    tf.set_random_seed(5)
    tf.random_normal([2], seed=1)
    return _seeds(tf.random_normal([2], seed=0))


def neither_seed_leaves_zero_and_two_zeros_become_large(tf):
    first = _seeds(tf.random_normal([2]))
    tf.set_random_seed(0)
    second = _seeds(tf.random_normal([2], seed=0))
    return [first, second, tf.get_seed(None), tf.get_seed(3), tf.get_seed(2**31), tf.get_seed(-1)]


def seeds_belong_to_the_graph(tf):
    tf.set_random_seed(5)
    with tf.Graph().as_default() as other:
        inside = [other.seed, tf.get_seed(None), tf.get_seed(1)]
        tf.set_random_seed(6)
    return [inside, other.seed, tf.get_default_graph().seed]


def default_graphs_nest(tf):
    outermost = tf.get_default_graph()
    first, second = tf.Graph(), tf.Graph()
    told = []
    with first.as_default() as given:
        told.append(given is first)
        with second.as_default():
            told.append(tf.get_default_graph() is second)
            a = tf.constant(1)
        told.append(tf.get_default_graph() is first)
    return told + [tf.get_default_graph() is outermost, a.graph is second, nodes(first), nodes(second)]


def resetting_inside_a_nested_graph_raises(tf):
    with tf.Graph().as_default():
        return raised(tf.reset_default_graph)


def resetting_gives_an_empty_graph(tf):
    before = tf.get_default_graph()
    tf.constant(1)
    tf.reset_default_graph()
    after = tf.get_default_graph()
    return [before is after, after.version, nodes(before), nodes(after)]


def operations_tell_their_inputs_outputs_and_consumers(tf):
    a = tf.constant([1.0, 2.0], name="a")
    parts = tf.split(a, 2, name="parts")
    total = tf.add(parts[0], parts[1], name="total")
    op = parts[0].op
    return {
        "inputs": names(op.inputs),
        "outputs": names(op.outputs),
        "type": op.type,
        "consumers": names(parts[1].consumers()),
        "value_index": [p.value_index for p in parts],
        "control_inputs": names(op.control_inputs),
        "device": op.device,
        "num_split": op.get_attr("num_split"),
        "T": op.get_attr("T").name,
        "no such attr": raised(lambda: op.get_attr("absent"), key="absent"),
        "op of op": total.op.op is total.op if hasattr(total.op, "op") else None,
        "traceback": isinstance(op.traceback, (list, tuple)) and len(op.traceback) > 0,
        "graph": op.graph is tf.get_default_graph(),
    }


def attributes_read_as_python_values(tf):
    a = tf.placeholder(tf.float32, [None, 3], name="a")
    product = tf.matmul(a, a, transpose_a=True).op
    total = tf.reduce_sum(a, axis=1, keepdims=True).op
    picked = a[:, 0].op
    return {
        "shape": str(a.op.get_attr("shape")).split(),
        "transpose": [product.get_attr("transpose_a"), product.get_attr("transpose_b")],
        "keep_dims": total.get_attr("keep_dims"),
        "Tidx": total.get_attr("Tidx").name,
        "masks": [picked.get_attr(m) for m in ("begin_mask", "end_mask", "shrink_axis_mask", "ellipsis_mask")],
        "dtype": tf.constant(1.0).op.get_attr("dtype").name,
        "container": tf.Variable(1.0).op.get_attr("container"),
    }


def gradients_are_named_under_their_scope(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.reduce_sum(x * x)
    tf.gradients(y, x)
    tf.gradients(y, x)
    with tf.name_scope("s"):
        tf.gradients(y, x)
    tf.gradients(y, x, name="named")
    scopes = []
    for op in x.graph.get_operations():
        scope = "/".join(op.name.split("/")[: 2 if op.name.startswith("s/") else 1])
        if scope not in scopes:
            scopes.append(scope)
    return scopes


def the_graph_as_a_proto_lists_its_nodes(tf):
    with tf.device("/cpu:0"):
        a = tf.placeholder(tf.float32, [None, 2], name="a")
    b = tf.identity(a, name="b")
    with tf.control_dependencies([a]):
        tf.matmul(tf.constant([[1.0], [2.0]], name="k"), b, name="c")
    proto = tf.get_default_graph().as_graph_def()
    return [
        [[n.name, n.op, list(n.input), n.device, sorted(n.attr)] for n in proto.node],
        [proto.versions.producer, proto.versions.min_consumer],
    ]


def an_operation_as_a_proto_holds_its_attributes(tf):
    a = tf.placeholder(tf.float32, [None, 2], name="a")
    product = tf.matmul(a, a, transpose_b=True, name="p")
    constant = tf.constant([1, 2], name="c")
    protos = [t.op.node_def for t in (a, product, constant)]
    return [
        [p.name, p.op, list(p.input), [[key, str(p.attr[key]).split("\n")] for key in sorted(p.attr)]] for p in protos
    ]


def containers_and_name_scopes_restore_after_use(tf):
    graph = tf.get_default_graph()
    with graph.container("box"):
        v = tf.Variable(1.0, name="v")
    return [v.op.get_attr("container"), tf.Variable(1.0, name="w").op.get_attr("container")]


def gradient_override_maps_are_checked(tf):
    graph = tf.get_default_graph()
    with graph.gradient_override_map({"Identity": "Mine"}):
        a = tf.identity(tf.constant(1.0))
    b = tf.identity(a)
    return [
        a.op.get_attr("_gradient_op_type"),
        raised(lambda: b.op.get_attr("_gradient_op_type"), key="_gradient_op_type"),
        raised(lambda: graph.gradient_override_map("Identity").__enter__()),
    ]


def the_tutorial_network_adds_these_nodes(tf):
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, dtype=tf.float32, seed=1))
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, dtype=tf.float32, seed=1))
    x = tf.placeholder(tf.float32, [None, 2], name="x-input")
    labels = tf.placeholder(tf.float32, [None, 1], name="y-input")
    y = tf.sigmoid(tf.matmul(tf.matmul(x, w1), w2))
    gain = labels * tf.log(tf.clip_by_value(y, 1e-10, 1))
    loss = -tf.reduce_mean(gain) + (1 - y) * tf.log(tf.clip_by_value(1 - y, 1e-10, 1.0))
    tf.add_to_collection("loss", loss)
    tf.global_variables_initializer()
    return [described(loss), nodes(x.graph)]


def a_network_in_scopes_adds_these_nodes(tf):
    def dense(x, units, name, activation=tf.identity):
        with tf.variable_scope(name):
            weights = tf.get_variable("weights", [x.shape[1].value, units], initializer=tf.glorot_uniform_initializer())
            biases = tf.Variable(tf.zeros([units]), name="biases")
            tf.summary.histogram("weights", weights)
            return activation(tf.matmul(x, weights) + biases)

    tf.set_random_seed(3)
    images = tf.placeholder(tf.float32, [None, 64], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    logits = dense(tf.nn.dropout(dense(images, 100, "hidden", tf.nn.relu), 0.5), 10, "output")
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    with tf.name_scope("accuracy"):
        hits = tf.equal(tf.argmax(logits, 1, name="guess"), labels)
        tf.summary.scalar("accuracy", tf.reduce_mean(tf.cast(hits, tf.float32)))
    tf.summary.scalar("loss", loss)
    tf.summary.merge_all()
    tf.train.Saver()
    tf.global_variables_initializer()
    return [described(loss), nodes(images.graph), _seeds(loss)]
