"""TensorFlow 1.15's public names as a table, and what is said of those that lazytf does not have yet."""

import difflib
import functools
import sys
from pathlib import Path
from typing import NamedTuple


class Symbol(NamedTuple):
    """One public name: what it is, how many projects use it, its signature or, of a value, its text."""

    name: str
    kind: str  # function, class, value, module, method, property; other, where only its use is known
    projects: int
    signature: str


@functools.cache
def symbols():
    """Every public name of TensorFlow 1.15, those that programs use most not first: name -> ``Symbol``."""
    found, owner = {}, ""
    for line in Path(__file__).with_name("surface.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, kind, projects, signature = line.split("\t")
        if name.startswith("."):
            name = owner + name
        elif kind == "class":
            owner = name
        found[name] = Symbol(name, kind, int(projects or 0), signature)
    return found


# What a program can do without a part of TensorFlow that is not here yet: the longest name that fits speaks.
_WAYS_ROUND = {
    "tf.contrib": "Much of it has a twin elsewhere: in tf.nn, tf.initializers, tf.train.",
    "tf.keras": "Build the layers with tf.get_variable and tf.nn.",
    "tf.layers": "Build the layer from tf.get_variable, tf.matmul and tf.nn, under the tf.variable_scope of its name.",
    "tf.losses": "Build the loss from tf.nn and tf.reduce_mean, and add it to the collection tf.GraphKeys.LOSSES.",
    "tf.metrics": "Compute the metric over fetched NumPy arrays.",
    "tf.estimator": "Write the loop with tf.Session, tf.train.Saver and tf.summary.",
    "tf.data": "Feed NumPy arrays with feed_dict, or fill a tf.FIFOQueue by a tf.train.QueueRunner.",
    "tf.flags": "Use argparse.",
    "tf.app": "Use argparse, and call main() yourself.",
    "tf.logging": "Use Python's logging.",
    "tf.test": "Use pytest or unittest, with sess.run.",
    "tf.distribute": "Run one process per machine.",
    "tf.image": "Prepare images with NumPy or pillow before they are fed.",
    "tf.saved_model": "Save variables with tf.train.Saver.",
    "tf.raw_ops": "Its kernel can be declared with lazytf.core.registry.op (see CONTRIBUTING.md).",
}
_ELSE = "`python -m lazytf coverage` prints what there is."


def absent(namespace):
    """The ``__getattr__`` of a namespace; its error says whether TensorFlow 1.15 has the name, and a way round."""

    def __getattr__(name):
        if name.startswith("_"):
            raise AttributeError(f"{namespace} has no attribute {name!r}")
        raise AttributeError(_sentence(namespace, name))

    return __getattr__


def _sentence(namespace, name):
    whole = f"{namespace}.{name}"
    known = symbols()
    near = difflib.get_close_matches(name, _present(namespace), n=1)
    instead = f"; did you mean {namespace}.{near[0]}?" if near else ""
    if whole in known or any(symbol.startswith(whole + ".") for symbol in known):
        parts = whole.split(".")
        prefixes = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
        return f"lazytf has no {whole} yet. " + next((_WAYS_ROUND[p] for p in prefixes if p in _WAYS_ROUND), _ELSE)
    if whole.startswith("tf.contrib."):  # of which the table has only what programs were seen to use
        return f"lazytf has no {whole} yet" + (instead or f". {_WAYS_ROUND['tf.contrib']}")
    return f"TensorFlow 1.15 has no {whole}" + (instead or ", nor has lazytf.")


def _present(namespace):
    """The names that a namespace has here."""
    module = sys.modules["lazytf"]
    for part in namespace.split(".")[1:]:
        module = getattr(module, part)
    return [name for name in vars(module) if not name.startswith("_")]
