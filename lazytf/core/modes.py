"""The switches between TensorFlow's two versions: lazytf always builds graphs, as version 1 does."""


def executing_eagerly():
    """False: operations are added to a graph, and a session runs them."""
    return False


def disable_eager_execution():
    """Nothing to do: graphs are the only mode there is."""


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Raises ``NotImplementedError``: lazytf has no eager execution."""
    raise _no_version_2("tf.enable_eager_execution", "eager execution")


def disable_v2_behavior():
    """Nothing to do: the behaviour is version 1's already."""


def enable_v2_behavior():
    """Raises ``NotImplementedError``: lazytf speaks version 1 only."""
    raise _no_version_2("tf.enable_v2_behavior", "version 2 behaviour")


def disable_control_flow_v2():
    """Nothing to do: ``tf.cond`` and ``tf.while_loop`` are built as version 1 builds them."""


def control_flow_v2_enabled():
    """False: ``tf.cond`` and ``tf.while_loop`` are built as version 1 builds them."""
    return False


def disable_v2_tensorshape():
    """Nothing to do: the elements of a ``TensorShape`` are ``Dimension``s, as in version 1."""


def disable_tensor_equality():
    """Nothing to do: ``==`` of two tensors asks whether they are the same object, as in version 1."""


def _no_version_2(function, what):
    return NotImplementedError(
        f"{function}: lazytf has no {what}; it builds graphs that a tf.Session runs. Leave the call out, "
        "and run what the program computes with sess.run or Tensor.eval."
    )
