"""Variables of a checkpoint: listed, read as arrays, or taken as the initial values of a graph's variables."""

from lazytf.core.build import raw
from lazytf.core.graph import get_default_graph
from lazytf.formats.bundle import BundleReader
from lazytf.saving.checkpoint_state import prefix_of
from lazytf.state.partitioned import PartitionedVariable
from lazytf.state.variables import Variable


def NewCheckpointReader(filepattern):
    """A reader of the checkpoint at a prefix: ``get_tensor``, ``has_tensor``, ``get_variable_to_shape_map``, ....

    ``NotFoundError`` where there is none, ``DataLossError`` where it is damaged.
    """
    return BundleReader(filepattern)


def load_checkpoint(ckpt_dir_or_file):
    """As ``NewCheckpointReader``; a directory stands for the latest checkpoint in it (``ValueError`` if it has
    none)."""
    return BundleReader(prefix_of(ckpt_dir_or_file))


def list_variables(ckpt_dir_or_file):
    """``(name, shape)`` of each variable of a checkpoint, sorted by name; a shape is a list of ints."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file, name):
    """The array that a checkpoint holds under ``name`` (``"a/b"`` or ``"a/b:0"``)."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def init_from_checkpoint(ckpt_dir_or_file, assignment_map):
    """Makes variables start with what a checkpoint holds: their initializers read it, in every session.

    ``assignment_map`` maps names in the checkpoint to variables, names of variables, or lists of the parts of one; or a
    scope ``"old/"`` to a scope ``"new/"`` (``"/"`` is all), for every variable under the new scope. ``ValueError``
    where the checkpoint has no such name or one of another shape, or the graph no such variable.
    """
    reader = load_checkpoint(ckpt_dir_or_file)
    stored = reader.get_variable_to_shape_map()
    for source, target in sorted(assignment_map.items(), key=lambda item: item[0]):
        for name, variable in _assignments(reader, stored, source, target):
            _start_from(reader, stored, name, variable)


def _assignments(reader, stored, source, target):
    """``(name in the checkpoint, variable)`` pairs of one entry of an assignment map."""
    if not isinstance(target, str):
        return [(source.removesuffix(":0"), target)]
    variables = _variables_by_name()
    if not source.endswith("/"):
        if target not in variables:
            raise ValueError(
                f"Assignment map with scope only name {source} should map to scope only {target}. Should be 'scope/': "
                "'other_scope/'."
                if target.endswith("/")
                else f"Could not find variable {target} in the graph"
            )
        return [(source, variables[target])]
    if target and not target.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {source} should map to scope only {target}. Should be 'scope/': "
            "'other_scope/'."
        )
    prefix_there, prefix_here = ("" if scope in ("/", "") else scope for scope in (source, target))
    pairs = [
        (prefix_there + name[len(prefix_here) :], variable)
        for name, variable in variables.items()
        if name.startswith(prefix_here)
    ]
    missing = [name for name, _ in pairs if name not in stored]
    if missing:
        raise ValueError(
            f"Tensor {missing[0]} ({missing[0]} in {prefix_here or '/'}) is not found in {reader.prefix} checkpoint "
            f"{stored}"
        )
    return pairs


def _variables_by_name():
    """All variables of the default graph by name; the parts of one as a list."""
    found = {}
    for variable in dict.fromkeys(
        v for key in ("variables", "local_variables") for v in get_default_graph().get_collection(key)
    ):
        part = variable._save_slice_info
        if part is None:
            found[variable.op.name] = variable
        else:
            found.setdefault(part.full_name, []).append(variable)
    return found


def _start_from(reader, stored, name, variable):
    """Makes one variable, or the parts of one, start from ``name``."""
    parts = list(variable) if isinstance(variable, (list, PartitionedVariable)) else [variable]
    if not all(isinstance(part, Variable) for part in parts):
        raise TypeError(
            f"Expected a variable, a list of its parts or a name for {name!r} of the assignment map; got {variable!r}"
        )
    if name not in stored:
        raise ValueError(f"Tensor {name} is not found in {reader.prefix} checkpoint {stored}")
    for part in parts:
        info = part._save_slice_info if len(parts) > 1 or part._save_slice_info else None
        shape = list(info.full_shape) if info else part.get_shape().as_list()
        if list(stored[name]) != shape:
            raise ValueError(
                f"Shape of variable {part.name} ({shape}) doesn't match with shape of tensor {name} ({stored[name]}) "
                "from checkpoint reader."
            )
        _read_initially(reader.prefix, name, part, info.spec if info else "")


def _read_initially(prefix, name, variable, spec):
    """Replaces what a variable's initializer assigns by what the checkpoint at ``prefix`` holds."""
    graph, dtype = variable.graph, variable.dtype.base_dtype
    with graph.as_default(), graph.control_dependencies(None), graph.device(variable.device), graph.name_scope(None):
        with graph.device("/cpu:0"), graph.name_scope("checkpoint_initializer"):
            (value,) = raw.RestoreV2(prefix, [name], [spec], dtypes=[dtype])
        value.set_shape(variable.get_shape())
        if variable.dtype._is_ref_dtype:
            variable._initializer_op = raw.Assign(variable._ref(), value).op
        else:
            variable._initializer_op = raw.AssignVariableOp(variable.handle, value)
    variable._initial_value = variable._safe_initial_value = value
