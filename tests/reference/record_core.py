"""Records what TensorFlow 1.15.5 says of shapes, device names and nested structures.

    python -m tests.reference.record_core      (from the repository's root, in Python 3.7)

A case is an expression, one a line of core_cases.txt; the tests evaluate the same text with lazytf's names in place of
TensorFlow's. Of a value the ``repr`` is kept, of an error its type and message - its type alone under ``misuse``,
where the words are Python's own.
"""

import collections
import contextlib
import copy
import json
import pathlib
import pickle

import numpy as np

CASES = pathlib.Path(__file__).with_name("core_cases.txt")
TOLD = pathlib.Path(__file__).with_name("core.json")

Point = collections.namedtuple("Point", "x y")
Other = collections.namedtuple("Other", "x y")
Twin = collections.namedtuple("Point", "x y")
Empty = collections.namedtuple("Empty", "")
Ordered = collections.OrderedDict


class Listed(list):
    """A list of another type."""


class Tupled(tuple):
    """A tuple of another type, without names."""


class Attrs:
    """What ``attr.s`` makes of a class with the attributes u and v."""

    __attrs_attrs__ = tuple(collections.namedtuple("Attribute", "name")(name) for name in "uv")

    def __init__(self, u, v):
        self.u, self.v = u, v

    def __repr__(self):
        return f"Attrs(u={self.u!r}, v={self.v!r})"


class Mapped(collections.abc.Mapping):
    """A mapping that is no dict."""

    def __init__(self, *pairs, **values):
        self.values_ = dict(*pairs, **values)

    def __getitem__(self, key):
        return self.values_[key]

    def __iter__(self):
        return iter(self.values_)

    def __len__(self):
        return len(self.values_)

    def __repr__(self):
        return f"Mapped({sorted(self.values_.items())!r})"


class Sequenced(collections.abc.Sequence):
    """A sequence that is no list."""

    def __init__(self, values):
        self.values_ = values

    def __getitem__(self, i):
        return self.values_[i]

    def __len__(self):
        return len(self.values_)

    def __repr__(self):
        return f"Sequenced({list(self.values_)!r})"


def add(*values):
    return sum(values)


def facts(spec):
    """What can be asked of a DeviceSpec."""
    return spec.to_string(), spec.job, spec.replica, spec.task, spec.device_type, spec.device_index


SHARED = dict(
    np=np,
    copy=copy,
    pickle=pickle,
    add=add,
    facts=facts,
    Point=Point,
    Other=Other,
    Twin=Twin,
    Empty=Empty,
    Ordered=Ordered,
    Listed=Listed,
    Tupled=Tupled,
    Attrs=Attrs,
    Mapped=Mapped,
    Sequenced=Sequenced,
    defaultdict=collections.defaultdict,
)


def cases():
    """(subject, manner, expression) for every case; the manner is ``exact`` or ``misuse``."""
    found, subject, manner = [], None, None
    for line in CASES.read_text().splitlines():
        if line.startswith("# "):
            subject, manner = line[2:].split(", ")
        elif line:
            found.append((subject, manner, line))
    return found


def outcome(case, manner, names):
    """What comes of an expression, evaluated with ``names``: its value's repr, or its error."""
    try:
        return repr(eval(case, dict(SHARED, **names)))
    except Exception as error:
        return {"raises": type(error).__name__, **({"says": str(error)} if manner == "exact" else {})}


def recorded(subject):
    """(manner, expression, what TensorFlow said) for every case of a subject."""
    told = json.loads(TOLD.read_text())[subject]
    return [(manner, case, told[case]) for known, manner, case in cases() if known == subject]


def main():
    told = {}
    names = tensorflow_names()
    for subject, manner, case in cases():
        told.setdefault(subject, {})[case] = outcome(case, manner, names)
    TOLD.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    print({subject: len(found) for subject, found in told.items()})


def tensorflow_names():
    """TensorFlow's own functions under the names that the cases use."""
    import tensorflow as tf
    from tensorflow.python.framework import device, tensor_shape
    from tensorflow.python.util import nest

    def static(tensor):
        return None if tensor.shape.dims is None else tuple(tensor.shape.as_list())

    def broadcast(a, b):
        """The static shape of a sum; of an error the words before the name of the op."""
        with tf.Graph().as_default():
            try:
                return static(tf.compat.v1.placeholder(tf.float32, a) + tf.compat.v1.placeholder(tf.float32, b))
            except ValueError as error:
                raise ValueError(str(error).split(" for '")[0]) from None

    def merge_inferred(a, b):
        with tf.Graph().as_default():
            tensor = tf.compat.v1.placeholder(tf.float32, a)
            tensor.set_shape(b)
            return static(tensor)

    def nested(*requests):
        """The device of an op made inside these ``tf.device`` blocks."""
        with tf.Graph().as_default(), contextlib.ExitStack() as blocks:
            for request in requests:
                blocks.enter_context(tf.device(request))
            return tf.no_op().device

    return dict(
        Dimension=tf.compat.v1.Dimension,
        TensorShape=tf.TensorShape,
        as_shape=tensor_shape.as_shape,
        unknown_shape=tensor_shape.unknown_shape,
        scalar=tensor_shape.scalar,
        vector=tensor_shape.vector,
        matrix=tensor_shape.matrix,
        dimension_value=tf.compat.dimension_value,
        dimension_at_index=tf.compat.dimension_at_index,
        a_type=tf.int32,
        broadcast=broadcast,
        merge_inferred=merge_inferred,
        DeviceSpec=tf.compat.v1.DeviceSpec,
        canonical=device.canonical_name,
        nested=nested,
        flatten=nest.flatten,
        pack=nest.pack_sequence_as,
        mapped=nest.map_structure,
        same=nest.assert_same_structure,
        is_nested=nest.is_nested,
    )


if __name__ == "__main__":
    main()
