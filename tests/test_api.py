"""The names of lazytf are TensorFlow 1.15's, called in the same way; ``lazytf/api/surface.tsv`` lists them."""

import inspect
import re
import subprocess
import sys
from functools import reduce

import pytest

import lazytf as tf
from lazytf.api import surface
from lazytf.cli.coverage import is_present

SYMBOLS = surface.symbols()
PRESENT = [name for name, symbol in SYMBOLS.items() if symbol.kind != "module" and is_present(name)]
# TensorFlow's decorators hide some signatures.
HIDDEN = (
    "(self, *args, **kwargs)",
    "(self, /, *args, **kwargs)",
    "(*args, **kwargs)",
    "(*args, **kwds)",
    "(self, *args, **kwds)",
)
CALLED = [name for name in PRESENT if SYMBOLS[name].signature[:1] == "(" and SYMBOLS[name].signature not in HIDDEN]
CALLED = [name for name in CALLED if SYMBOLS[name].kind in ("function", "method")]

# Names of ours in TensorFlow's namespaces that it does not have.
OURS = {"tf.raw_ops", "tf.compat", "tf.python"}  # tf.python: TensorFlow's inside, which it does not list

# Where a signature differs, and why.
MADE_BY_THE_LIBRARY = "such objects are made by the library, never by hand"
DIFFERENT = {
    "tf.convert_to_tensor": "as_ref, for conversion functions, is the last argument of TensorFlow's internal twin",
    "tf.DType.__init__": MADE_BY_THE_LIBRARY,
    "tf.dtypes.DType.__init__": MADE_BY_THE_LIBRARY,
    **{
        f"tf.VariableScope.set_{default}": "one function replaces any default: its argument is called value"
        for default in "caching_device custom_getter dtype initializer partitioner regularizer use_resource".split()
    },
    "tf.Operation.__init__": MADE_BY_THE_LIBRARY,
    "tf.Tensor.__init__": MADE_BY_THE_LIBRARY,
    "tf.SparseTensorValue.index": "the tuple's own; newer Pythons show its defaults",
    "tf.nn.rnn_cell.LSTMStateTuple.index": "the tuple's own; newer Pythons show its defaults",
}

# Methods and properties that a class does not have, and why.
AN_ATTRIBUTE = "an attribute of each object, not a property of the class"
WITHOUT = {
    "tf.Graph.create_op": "operations are made by functions, or tf.raw_ops",
    "tf.InteractiveSession.graph": AN_ATTRIBUTE,
    "tf.Operation.traceback_with_start_lines": "traceback has what Python 3 keeps of it",
    "tf.IndexedSlices.consumers": "it fails in TensorFlow too",
    "tf.Session.graph": AN_ATTRIBUTE,
    "tf.train.LooperThread.isAlive": "Python 3.9 took it away",
    "tf.Tensor.experimental_ref": "tensors are hashable",
}
# What every layer has in TensorFlow and only models of Keras use.
KERAS_ONLY = """
    add_metric metrics compute_mask compute_output_signature dynamic inbound_nodes outbound_nodes input input_mask
    input_shape output output_mask output_shape get_input_at get_input_mask_at get_input_shape_at get_output_at
    get_output_mask_at get_output_shape_at name_scope submodules with_name_scope
""".split()


def find(name):
    """What lazytf has under TensorFlow's name."""
    return reduce(getattr, name.split(".")[1:], tf)


def arguments(text):
    """A signature as it is compared: without what binding takes, and objects by what they are, not where they live."""
    text = re.sub(r"^\((self|cls|instance)(, |(?=\)))", "(", text)
    return (
        re.sub(r"<object object at \w+>|<function (\w+) at \w+>", "<object>", text)
        .replace(" ", "")
        .replace(",/)", ")")
        .replace("/,", "")
    )


@pytest.mark.parametrize("name", CALLED)
def test_function_is_called_as_in_tensorflow(name):
    found = find(name)
    owner = name.rpartition(".")[0]
    if SYMBOLS.get(owner, SYMBOLS[name]).kind == "class" and hasattr(find(owner), "DESCRIPTOR"):
        pytest.skip("a protobuf message: its methods are protobuf's")
    if inspect.isclass(found):
        pytest.skip("a class inside a class: its __init__ is compared")
    signature = inspect.signature(found)
    if SYMBOLS[name].kind == "method" and inspect.isfunction(
        inspect.getattr_static(find(owner), name.rpartition(".")[2])
    ):
        signature = signature.replace(parameters=list(signature.parameters.values())[1:])
    ours = arguments(str(signature))
    if name in DIFFERENT:
        assert ours != arguments(SYMBOLS[name].signature), "no longer different: take it out of the table"
    else:
        assert ours == arguments(SYMBOLS[name].signature)


@pytest.mark.parametrize("name", [name for name in PRESENT if SYMBOLS[name].kind == "class"])
def test_class_has_the_methods_and_properties_of_tensorflows(name):
    found = find(name)
    if hasattr(found, "DESCRIPTOR"):
        pytest.skip("a protobuf message: its methods are protobuf's")
    kinds = [found, *found.__subclasses__()]  # tf.Variable is one of its kinds
    members = [s for s, row in SYMBOLS.items() if s.rpartition(".")[0] == name and row.kind in ("method", "property")]
    if issubclass(found, tf.layers.Layer):
        members = [member for member in members if member.rpartition(".")[2] not in KERAS_ONLY]
    missing = [member for member in members if not any(hasattr(kind, member.rpartition(".")[2]) for kind in kinds)]
    assert not [member for member in missing if member not in WITHOUT]


@pytest.mark.parametrize(
    "space", ["tf", *sorted(name for name, row in SYMBOLS.items() if row.kind == "module" and is_present(name))]
)
def test_namespace_holds_tensorflows_names_only(space):
    module = find(space) if space != "tf" else tf
    if space in OURS:
        return
    rooms = {
        "api",
        "autodiff",
        "cli",
        "contrib",
        "control_flow",
        "core",
        "formats",
        "modeling",
        "ops",
        "runtime",
        "saving",
        "state",
        "training",
    }
    names = {name for name in vars(module) if not name.startswith("_") and not (space == "tf" and name in rooms)}
    unknown = {f"{space}.{name}" for name in names} - set(SYMBOLS)
    assert not {name for name in unknown if name not in OURS}


def test_version_is_of_the_surface_that_is_spoken():
    assert tf.__version__ == tf.VERSION == tf.version.VERSION
    assert [int(number) for number in tf.__version__.split(".")][:2] == [1, 15]


def test_version_one_surface_is_the_surface_itself():
    assert tf.compat.v1 is tf
    assert tf.compat.v1.nn.relu is tf.nn.relu


@pytest.mark.parametrize(
    "read, words",
    [
        (lambda: tf.layers.conv3d, "lazytf has no tf.layers.conv3d yet. Build the layer from"),
        (lambda: tf.contrib.slim, "lazytf has no tf.contrib.slim yet"),
        (lambda: tf.contrib.rnn.Conv2DLSTMCell, "lazytf has no tf.contrib.rnn.Conv2DLSTMCell yet"),
        (lambda: tf.contrib.rnn.LSTMBlokCell, "did you mean tf.contrib.rnn.LSTMBlockCell?"),
        (lambda: tf.train.MonitoredTrainingSession, r"lazytf has no tf.train.MonitoredTrainingSession yet. .*coverage"),
        (lambda: tf.nn.rellu, r"TensorFlow 1.15 has no tf.nn.rellu; did you mean tf.nn.relu\?"),
        (lambda: tf.zzzzzzzz, "TensorFlow 1.15 has no tf.zzzzzzzz, nor has lazytf"),
        (lambda: tf.raw_ops.Zzz, "lazytf has no tf.raw_ops.Zzz: no op of that type is declared yet"),
    ],
)
def test_missing_name_says_what_it_is_and_a_way_round(read, words):
    with pytest.raises(AttributeError, match=words):
        read()


def test_raw_ops_take_keywords_under_tensorflows_python_names():
    with tf.Graph().as_default():
        total = tf.raw_ops.Sum(input=[[1.0, 2.0]], axis=[1], keep_dims=True)
        assert total.shape.as_list() == [1, 1]
        assert tf.raw_ops.Unique(x=[1, 1])._fields == ("y", "idx")
        with pytest.raises(TypeError, match="MatMul only takes keyword args"):
            tf.raw_ops.MatMul([[1.0]], [[1.0]])
        with pytest.raises(TypeError, match="unexpected keyword argument 'c'"):
            tf.raw_ops.MatMul(a=[[1.0]], b=[[1.0]], c=1)


def test_import_reads_no_table_and_no_command_line():
    program = "import sys, lazytf; print('lazytf.cli' in sys.modules, lazytf.api.surface.symbols.cache_info().currsize)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "0"]
