"""Every TensorFlow message, declared or TensorBoard's."""

import subprocess
import sys
from pathlib import Path

from lazytf.formats import messages


def test_declared_messages_are_protobuf_messages():
    example = messages.Example()
    example.features.feature["x"].int64_list.value.extend([1, 300])
    assert messages.Example.FromString(example.SerializeToString()) == example
    assert example.SerializeToString().hex() == "0a0e0a0c0a017812071a050a0301ac02"


def test_a_slice_extent_tells_length_zero_from_no_length():
    assert messages.TensorSliceProto.Extent(length=0).WhichOneof("has_length") == "length"
    assert messages.TensorSliceProto.Extent(start=1).WhichOneof("has_length") is None


def test_control_flow_contexts_nest():
    inner = messages.ControlFlowContextDef(cond_ctxt=messages.CondContextDef(context_name="cond"))
    outer = messages.WhileContextDef(context_name="while", nested_contexts=[inner])
    read = messages.WhileContextDef.FromString(outer.SerializeToString())
    assert read.nested_contexts[0].WhichOneof("ctxt") == "cond_ctxt"


def test_a_queue_runner_names_its_exceptions_by_status_code():
    runner = messages.QueueRunnerDef(queue_closed_exception_types=["OUT_OF_RANGE"])
    assert list(runner.queue_closed_exception_types) == [11]


def test_messages_import_neither_torch_nor_tensorflow():
    bare = "package = sys.modules['lazytf'] = types.ModuleType('lazytf'); package.__path__ = sys.argv[1:]"
    told = "print([m for m in ('torch', 'tensorflow') if m in sys.modules])"
    program = f"import sys, types; {bare}; import lazytf.formats.messages; {told}"
    folder = str(Path(messages.__file__).parents[1])  # the package without its contents page, which imports torch
    done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
