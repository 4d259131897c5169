"""Layers of one's own: variables, sharing, losses, updates, what inputs must be."""

import numpy as np

from tests.cases.probe import described, names, nodes, raised, values, wording


def _dense(tf):
    class MyDense(tf.layers.Layer):
        def __init__(self, units, regularizer=None, **kwargs):
            super().__init__(**kwargs)
            self.units, self.regularizer = units, regularizer

        def build(self, input_shape):
            depth = input_shape[-1].value
            self.kernel = self.add_weight("kernel", [depth, self.units], regularizer=self.regularizer)
            self.steps = self.add_variable("steps", (), dtype=tf.int32, trainable=False)
            self.built = True

        def call(self, inputs):
            self.add_update(tf.assign_add(self.steps, 1), inputs=True)
            self.add_update(tf.assign(self.steps, tf.shape(inputs)[0]), inputs=[inputs])
            return tf.matmul(inputs, self.kernel)

    return MyDense


def layer_makes_its_variables_once(tf):
    layer, x = _dense(tf)(2), tf.placeholder(tf.float32, [None, 3], name="x")
    first, second = layer(x), layer.apply(x)
    return [
        nodes(tf.get_default_graph()),
        [described(first), described(second), layer.name, layer.scope_name, layer.dtype],
        [names(layer.weights), names(layer.trainable_variables), names(layer.non_trainable_variables)],
        names(tf.get_collection(tf.GraphKeys.UPDATE_OPS)),
        [names(layer.updates), names(layer.get_updates_for(x)), names(layer.get_updates_for(None))],
        layer.count_params(),
    ]


def layer_losses(tf):
    def half(v):
        return tf.nn.l2_loss(v, name="half")

    layer = _dense(tf)(2, regularizer=half, name="top", activity_regularizer=tf.reduce_sum)
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    layer(x)
    layer.add_loss(tf.reduce_sum(x, name="own"), inputs=x)
    layer.add_loss(lambda: 3.0)
    return [
        names(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)),
        names(layer.losses),
        names(layer.get_losses_for(x)),
        names(layer.get_losses_for(None)),
        nodes(tf.get_default_graph()),
    ]


def layers_that_share(tf):
    x, kind = tf.placeholder(tf.float32, [None, 3], name="x"), _dense(tf)
    outputs = [kind(2, name="d")(x), kind(2, name="d", _reuse=True)(x)]
    three = kind(2, _scope="d", _reuse=True)
    outputs.append(three(x))
    return [names(outputs), names(tf.global_variables()), three.name, three.scope_name]


def layer_without_build(tf):
    class Twice(tf.layers.Layer):
        def call(self, inputs, scope=None, training=False):
            return [2 * i for i in inputs] + [scope.name, training]

    layer = Twice()
    a, b, scope, training = layer([tf.zeros([2]), np.ones(3)], training=True)
    return [described(a), described(b), scope, training, layer.built, layer.name]


def training_is_handed_to_the_layers_inside(tf):
    class Inner(tf.layers.Layer):
        def call(self, inputs, training=None):
            self.seen = training
            return tf.identity(inputs)

    class Outer(tf.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def call(self, inputs, training=None):
            return self.inner(inputs)

    layer, seen = Outer(), []
    for arguments in ({}, {"training": True}, {"training": False}):
        layer(tf.zeros([2]), **arguments)
        seen.append(layer.inner.seen)
    return [seen, nodes(tf.get_default_graph())]


def layer_misused(tf):
    class Nothing(tf.layers.Layer):
        def call(self, inputs):
            return None

    layer = _dense(tf)(2)
    return [
        raised(lambda: Nothing()(tf.zeros([2]))),
        raised(lambda: tf.layers.Layer(units=3), "Keyword argument not understood:"),
        raised(lambda: layer.add_weight("w", [2], color=3), "Unknown keyword argument:"),
        raised(lambda: layer.add_weight("w", [2], dtype=tf.string)),
        raised(lambda: layer.add_weight("w", [2], trainable=True, synchronization=tf.VariableSynchronization.ON_READ)),
        raised(lambda: setattr(layer, "input_spec", 3)),
        raised(lambda: tf.layers.Layer().compute_output_shape([2])),
    ]


def input_specifications(tf):
    def checked(spec, *tensors):
        layer = tf.layers.Layer(name="l")
        layer.input_spec = spec
        return raised(lambda: described(layer(tensors[0] if len(tensors) == 1 else list(tensors))), None)

    spec, flat, matrix = tf.layers.InputSpec, tf.zeros([3]), tf.zeros([2, 3])
    unknown, partly = tf.placeholder(tf.float32), tf.placeholder(tf.float32, [None, 3])
    return [
        checked(spec(ndim=1), flat),
        checked(spec(ndim=1), matrix),
        checked(spec(ndim=2), unknown),
        checked(spec(min_ndim=2), flat),
        checked(spec(max_ndim=1), matrix),
        checked(spec(dtype=tf.int32), flat),
        checked(spec(axes={-1: 3}), partly),
        checked(spec(axes={-1: 4}), partly),
        checked(spec(shape=(None, 3)), partly),
        checked(spec(shape=(2, 4)), matrix),
        checked([spec(ndim=1), spec(ndim=2)], flat),
        raised(lambda: spec(axes={"a": 3})),
        raised(lambda: spec(ndim=2, axes={2: 3})),
        repr(spec(dtype="float32", shape=(None, 3), axes={1: 3})),
        repr(spec(ndim=2)),
    ]


def layer_names(tf):
    class _HiddenRNN2Layer(tf.layers.Layer):
        pass

    made = [_HiddenRNN2Layer(), tf.layers.Layer(), tf.layers.Layer(), tf.layers.Layer(name="given")]
    return [layer.name for layer in made] + [layer(tf.zeros([])).name for layer in made]


@wording("Variable lazy/scale does not exist, or was not created")
def layer_that_adds_variables_in_call(tf):
    class Lazy(tf.layers.Layer):
        def call(self, inputs):
            return inputs * self.add_weight("scale", [], initializer="ones")

    return Lazy()(tf.zeros([2])).name


# -- variables of layers --------------------------------------------------------------------------------------------


def _variable_layer(tf, **arguments):
    """A layer that multiplies its inputs by one variable, made with these arguments."""

    class Multiply(tf.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight("w", [input_shape[-1].value, 2], **arguments)
            self.built = True

        def call(self, inputs):
            return tf.matmul(inputs, tf.convert_to_tensor(self.w))

    return Multiply


def weights_in_parts(tf):
    layer = _variable_layer(
        tf, partitioner=tf.fixed_size_partitioner(2), regularizer=tf.nn.l2_loss, initializer="zeros"
    )(name="m")
    layer(tf.zeros([3, 4]))
    return [
        [w.name for w in layer.non_trainable_weights],
        names(layer.trainable_weights),
        names(tf.trainable_variables()),
        names(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)),
    ]


def weights_read_in_sum_are_not_trained(tf):
    layer = _variable_layer(tf, synchronization=tf.VariableSynchronization.ON_READ, initializer="ones")()
    layer(tf.zeros([3, 4]))
    return [names(layer.trainable_weights), names(layer.weights), names(tf.trainable_variables())]


def initializers_by_name(tf):
    told = []
    for name in "zeros ones glorot_uniform glorot_normal he_normal he_uniform lecun_normal lecun_uniform".split():
        told.append(_initial(tf, name))
    for name in "orthogonal identity random_normal random_uniform truncated_normal VarianceScaling Constant".split():
        told.append(_initial(tf, name))
    told.append(_initial(tf, {"class_name": "RandomUniform", "config": {"minval": 3.0, "maxval": 4.0, "seed": 1}}))
    return told


def _initial(tf, initializer):
    tf.reset_default_graph()
    tf.set_random_seed(2)
    layer = _variable_layer(tf, initializer=initializer)()
    layer(tf.zeros([3, 4]))
    return values(tf, layer.weights[0])


def initializer_of_the_scope(tf):
    with tf.variable_scope("outer", initializer=tf.ones_initializer(), regularizer=tf.nn.l2_loss):
        layer = _variable_layer(tf)()
        layer(tf.zeros([3, 4]))
    return [names(layer.weights), values(tf, layer.weights[0]), names(layer.losses)] + [
        names(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    ]


def constraint_of_a_weight(tf):
    layer = _variable_layer(tf, constraint=tf.abs, use_resource=True)()
    layer(tf.zeros([3, 4]))
    return [layer.w.constraint is tf.abs, type(layer.w).__name__, nodes(tf.get_default_graph())[-4:]]


def dtype_of_a_layer(tf):
    kind, told = _variable_layer(tf), []
    for made, dtype in (({}, "float64"), ({"dtype": tf.float32}, "float32"), ({"dtype": "float64"}, "float64")):
        layer = kind(**made)
        before = layer.dtype
        layer(tf.zeros([3, 4], dtype))
        told.append([before, layer.dtype, layer.w.dtype.name])
    return told + [raised(lambda: kind(dtype=tf.float64)(tf.zeros([3, 4])), "float64")]


def weight_of_another_dtype(tf):
    layer = tf.layers.Layer()
    count = layer.add_weight("count", [], dtype=tf.int64, trainable=False)
    flag = layer.add_weight("flag", [2], dtype=tf.bool, trainable=False)
    scale = layer.add_weight("scale", None)
    return [[v.name, v.dtype.name, v.shape.as_list()] for v in (count, flag, scale)] + [layer.dtype, layer.scope_name]


def layers_under_one_name_reuse_automatically(tf):
    x, kind = tf.zeros([3, 4]), _variable_layer(tf)
    with tf.variable_scope("outer", reuse=tf.AUTO_REUSE):
        outputs = [kind(name="same")(x), kind(name="same")(x), kind()(x), kind()(x)]
    return [names(outputs), names(tf.global_variables())]


def layer_in_a_template(tf):
    kind = _variable_layer(tf)
    model = tf.make_template("model", lambda x: kind()(kind(name="second")(x)))
    outputs = [model(tf.zeros([3, 2])), model(tf.zeros([5, 2]))]
    return [names(outputs), names(tf.global_variables())]


def layer_whose_scope_is_an_open_one(tf):
    with tf.variable_scope("outer") as outer:
        pass
    with tf.variable_scope("elsewhere"):
        one, two = _variable_layer(tf)(_scope=outer), _variable_layer(tf)(name="n", _scope="inner")
        outputs = [one(tf.zeros([3, 4])), two(tf.zeros([3, 4])), one(tf.zeros([3, 4]))]
    return [names(outputs), names(tf.global_variables()), [one.name, one.scope_name, two.name, two.scope_name]]


def scope_of_the_first_call_stays(tf):
    layer, x = _variable_layer(tf)(), tf.zeros([3, 4])
    outputs = [layer(x, scope="given")]
    with tf.variable_scope("later"):
        outputs += [layer(x), layer(x, scope="other")]
    return [names(outputs), layer.scope_name]


def layer_called_under_name_scopes(tf):
    layer, x = _variable_layer(tf)(), tf.zeros([3, 4])
    with tf.name_scope("first"):
        outputs = [layer(x)]
    with tf.name_scope("second"):
        outputs.append(layer(x))
    return [names(outputs), names(layer.weights)]


def layers_inside_layers(tf):
    inner_kind = _variable_layer(tf)

    class Outer(tf.layers.Layer):
        def build(self, input_shape):
            self.inner = inner_kind()
            self.own = self.add_weight("own", [2], initializer="ones")
            self.built = True

        def call(self, inputs):
            return self.inner(inputs) * self.own

    layer = Outer()
    outputs = [layer(tf.zeros([3, 4])), layer(tf.zeros([3, 4]))]
    return [names(outputs), names(layer.weights), names(tf.global_variables()), layer.inner.name]


def shapes_of_several_inputs(tf):
    class Seen(tf.layers.Layer):
        def build(self, input_shape):
            self.seen = input_shape
            self.built = True

        def call(self, inputs):
            return inputs

    told = []
    for inputs in ([tf.zeros([1]), tf.zeros([2, 3])], {"b": tf.zeros([]), "a": (tf.zeros([4]),)}, np.ones((2, 2)), 3.0):
        layer = Seen()
        layer(inputs)
        told.append(repr(layer.seen))
    return told


def losses_of_activities(tf):
    layer = _variable_layer(tf)(activity_regularizer=lambda y: tf.reduce_sum(tf.abs(y)), name="a")
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    layer(x)
    layer(2.0 * x)
    told = [line for line in nodes(tf.get_default_graph()) if "Regularizer" in line]
    return [told, names(layer.losses), names(layer.get_losses_for(x)), names(layer.get_losses_for(None))]


def untrained_layers_have_no_updates(tf):
    class Counting(tf.layers.Layer):
        def call(self, inputs):
            count = tf.get_variable("n", [], initializer=tf.zeros_initializer(), trainable=False)
            self.add_update([tf.assign_add(count, 1.0), tf.assign(count, inputs)])
            self.add_update(lambda: tf.assign_sub(count, 1.0))
            return inputs

    told = []
    for name, stateful in (("one", False), ("two", True)):
        layer, x = Counting(name=name), tf.zeros([])
        layer(x)
        layer.trainable, layer.stateful = False, stateful
        told.append([names(layer.updates), names(layer.get_updates_for(x)), names(layer.get_updates_for(None))])
    return told + [names(tf.get_collection(tf.GraphKeys.UPDATE_OPS))]


def weights_of_a_layer_without_any_need_no_session(tf):
    return [tf.layers.Layer().get_weights(), raised(lambda: tf.layers.Layer().set_weights([1.0]))]
