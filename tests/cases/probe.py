"""What cases look through: raised errors, node lists, names, static shapes, and running a case as plain data."""

import importlib
import inspect

import numpy as np

SUBJECTS = ("graph", "nodes", "tensors", "sessions", "variables", "gradients", "optimizers", "queues", "saving")
SUBJECTS += ("training", "layers", "cells", "contrib_cells")
SUBJECTS += ("branches", "branch_graphs", "branch_effects", "branch_gradients", "choices", "assertions")
SUBJECTS += ("loops", "loop_variables", "loop_graphs", "loop_effects", "loop_gradients", "mixtures")
SUBJECTS += ("arrays", "mapping")
SUBJECTS += ("recurrent", "unrolled")
SUBJECTS += ("functions", "custom_gradients")


def cases(subject):
    """Returns {name: function} of the cases in ``tests/cases/<subject>.py``, in the order they are written.

    A file that is a table of cases holds that dictionary itself, as ``CASES``.
    """
    module = importlib.import_module("tests.cases." + subject)
    return getattr(module, "CASES", None) or {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters) == ["tf"]
    }


def outcome(function, tf):
    """Runs the case on library ``tf`` in a fresh default graph; returns what it returned or raised, as plain data."""
    tf.reset_default_graph()
    try:
        return plain(function(tf))
    except Exception as error:
        return _error(error, getattr(function, "key", None))
    finally:
        tf.reset_default_graph()


def wording(key):
    """Declares the words that the error of a whole case must hold, where its first line says too much."""

    def declare(function):
        function.key = key
        return function

    return declare


def raised(call, key=None):
    """Returns the type and message of the error that ``call()`` raises, or what it returned where it raises none.

    The message's first line is compared; ``key`` names looser words where the rest is not for programs to match on.
    """
    try:
        return {"returns": plain(call())}
    except Exception as error:
        return _error(error, key)


def _error(error, key):
    message = getattr(error, "message", None)
    if not isinstance(message, str):
        message = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    says = key if key is not None else message.split("\n")[0]
    return {"raises": type(error).__name__, "says": says, "message": message}


def nodes(graph, skip=None):
    """Returns one line for each operation: name, type, inputs, control inputs; ``skip`` leaves out a name prefix."""
    return [
        " ".join([op.name, op.type] + [t.name for t in op.inputs] + sorted("^" + c.name for c in op.control_inputs))
        for op in graph.get_operations()
        if not (skip and op.name.startswith(skip))
    ]


def names(things):
    """Returns the names of tensors, operations or variables; None stays None."""
    return [thing if thing is None else thing.name for thing in things]


def shape(tensor):
    """Returns a static shape as a list with None for what is unknown, or None where the rank is unknown."""
    static = tensor.get_shape()
    return None if static.ndims is None else static.as_list()


def described(tensor):
    """Returns name, dtype and static shape."""
    return [tensor.name, tensor.dtype.name, shape(tensor)]


def values(tf, fetches, feed_dict=None):
    """Initialises all variables in a new session and returns the run's values as plain data."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        return plain(session.run(fetches, feed_dict))


def plain(value):
    """Returns a result as JSON data: arrays and tuples as lists, bytes as text, anything odd as its type's name."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return "b'" + value.decode("latin1") + "'"
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, np.generic) and value.dtype.kind in "biufcSU":
        return plain(value.item())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):  # bfloat16 and its like
        return float(value)
    return "<" + type(value).__name__ + ">"


def differences(recorded, ours, tolerance=1e-6, path="result"):
    """Yields one sentence for each place where what we said is not what was recorded."""
    if isinstance(recorded, dict) and "raises" in recorded and isinstance(ours, dict) and "raises" in ours:
        if recorded["raises"] != ours["raises"] or recorded["says"] not in ours["message"]:
            said = f"{ours['raises']}: {ours['message']}"
            yield f"{path} raises {said}\n  TensorFlow raises {recorded['raises']}: {recorded['says']}"
    elif isinstance(recorded, dict) and isinstance(ours, dict) and list(recorded) == list(ours):
        for key in recorded:
            yield from differences(recorded[key], ours[key], tolerance, f"{path}[{key!r}]")
    elif isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield f"{path} has {len(ours)} items; TensorFlow's has {len(recorded)}:\n  {ours}\n  {recorded}"
        for i in range(min(len(recorded), len(ours))):
            yield from differences(recorded[i], ours[i], tolerance, f"{path}[{i}]")
    elif isinstance(recorded, float) and isinstance(ours, float):
        if not np.isclose(recorded, ours, rtol=tolerance, atol=tolerance, equal_nan=True):
            yield f"{path} is {ours!r}; TensorFlow's is {recorded!r}"
    elif type(recorded) is not type(ours) or recorded != ours:
        yield f"{path} is {ours!r}; TensorFlow's is {recorded!r}"
