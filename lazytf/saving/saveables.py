"""What a saver saves: a ``SaveableObject`` tells which tensors stand for one thing, and puts them back.

Variables are turned into saveables here, by name: one for each, or one for each part of a partitioned one.
"""

from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.state.partitioned import PartitionedVariable
from lazytf.state.variables import Variable

_STORAGE = ("Variable", "VariableV2", "AutoReloadVariable")


class SaveSpec:
    """One tensor of a checkpoint: the ``tensor`` that is saved, which part of a larger one (``slice_spec``), its
    ``name``.

    ``tensor`` may be a function that makes it, then ``dtype`` and ``device`` say what it will be.
    """

    def __init__(self, tensor, slice_spec, name, dtype=None, device=None):
        self._tensor, self.slice_spec, self.name = tensor, slice_spec, name
        if callable(tensor) and (dtype is None or device is None):
            raise AssertionError(
                "When passing a callable `tensor` to a SaveSpec, an explicit dtype and device must be provided."
            )
        self.dtype = tensor.dtype.base_dtype if dtype is None else dtype
        self.device = tensor.device if device is None else device

    @property
    def tensor(self):
        return self._tensor() if callable(self._tensor) else self._tensor


class SaveableObject:
    """Base class of what can be saved and restored: its ``op`` (a variable or resource), ``specs`` and ``name``."""

    def __init__(self, op, specs, name):
        self.op, self.specs, self.name = op, specs, name

    @property
    def device(self):
        """The device of its first tensor."""
        return self.specs[0].device

    def restore(self, restored_tensors, restored_shapes):
        """The operation that puts ``restored_tensors``, one for each spec, back; in ``restored_shapes``, unless
        None."""
        raise NotImplementedError(f"{type(self).__name__} does not define restore(restored_tensors, restored_shapes).")


class _RefSaveable(SaveableObject):
    """A ref variable, or a part of one; ``source`` is what is saved: the ref itself or the variable."""

    def __init__(self, source, slice_spec, name):
        super().__init__(source, [SaveSpec(source, slice_spec, name, dtype=source.dtype.base_dtype)], name)

    def restore(self, restored_tensors, restored_shapes):
        tensor = (
            restored_tensors[0] if restored_shapes is None else raw.Reshape(restored_tensors[0], restored_shapes[0])
        )
        ref = self.op if isinstance(self.op, Tensor) else self.op._ref()
        known = self.op.get_shape().is_fully_defined()
        return raw.Assign(ref, tensor, validate_shape=restored_shapes is None and known)


class _ResourceSaveable(SaveableObject):
    """A resource variable, given by a tensor that was read from it, or a part of one, given by itself."""

    def __init__(self, source, slice_spec, name):
        self.handle, self._device = (
            (source.op.inputs[0] if isinstance(source, Tensor) else source.handle),
            source.device,
        )
        tensor = source if isinstance(source, Tensor) else lambda: self._read(source)
        super().__init__(source, [SaveSpec(tensor, slice_spec, name, source.dtype.base_dtype, source.device)], name)

    @staticmethod
    def _read(variable):
        graph = get_default_graph()
        with graph.device(variable.device):
            value = variable.read_value()
            with graph.device("/device:CPU:0"):
                return raw.Identity(value)

    def restore(self, restored_tensors, restored_shapes):
        tensor = (
            restored_tensors[0] if restored_shapes is None else raw.Reshape(restored_tensors[0], restored_shapes[0])
        )
        with get_default_graph().device(self._device):
            return raw.AssignVariableOp(self.handle, raw.Identity(tensor))


def saveables_of(var_list):
    """The saveables of a list of variables, or of a dictionary from names to variables; sorted by name.

    A value may also be a ``SaveableObject``, a partitioned variable or a list of its parts. ``TypeError`` for what
    cannot be saved; ``ValueError`` for a name that is taken or parts of different variables.
    """
    by_name = _named(var_list)
    found, seen = [], set()
    for name, source in sorted(by_name.items(), key=lambda item: item[0]):
        for saveable in _of_one(name, source):
            if saveable.op in seen:
                raise ValueError(f"The same saveable will be restored with two names: {saveable.name}")
            seen.add(saveable.op)
            found.append(saveable)
    return found


def _named(var_list):
    if isinstance(var_list, dict):
        for name in var_list:
            if not isinstance(name, str):
                raise TypeError(
                    "names_to_saveables must be a dict mapping string names to trackable operations. Name is not a "
                    f"string: {name}"
                )
        return var_list
    if not isinstance(var_list, (list, tuple, set)):
        raise TypeError(f"Variables to save should be passed in a dict or a list: {var_list}")
    by_name = {}
    for source in sorted(var_list, key=lambda v: v.name):
        part = getattr(source, "_save_slice_info", None)
        if isinstance(source, (SaveableObject, PartitionedVariable)):
            _enter(by_name, source.name, source)
        elif isinstance(source, Variable) and part is not None:
            if not isinstance(by_name.setdefault(part.full_name, []), list):
                raise ValueError(f"Mixing slices and non-slices with the same name: {part.full_name}")
            by_name[part.full_name].append(source)
        else:
            tensor = _stored(source)
            if tensor is None:
                raise TypeError(f"Variable to save is not a Variable: {source}")
            _enter(
                by_name, tensor.op.inputs[0].op.name if tensor.op.type == "ReadVariableOp" else tensor.op.name, source
            )
    return by_name


def _enter(by_name, name, source):
    if name in by_name:
        raise ValueError(f"At least two variables have the same name: {name}")
    by_name[name] = source


def _of_one(name, source):
    """The saveables that stand under one name."""
    if isinstance(source, SaveableObject):
        return [source]
    if isinstance(source, (list, tuple, PartitionedVariable)):
        return list(_parts(name, source))
    tensor = _stored(source)
    if tensor is None:
        raise TypeError(
            "names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a variable: "
            f"{source if isinstance(source, (Tensor, Variable)) else convert_to_tensor(source)}"
        )
    return [(_RefSaveable if tensor.op.type in _STORAGE else _ResourceSaveable)(tensor, "", name)]


def _parts(name, parts):
    whole = None
    for part in parts:
        if not isinstance(part, Variable):
            raise ValueError(f"Slices must all be Variables: {part}")
        info = part._save_slice_info
        if info is None:
            raise ValueError(f"Slices must all be slices: {part}")
        whole = whole or info.full_name
        if info.full_name != whole:
            raise ValueError(f"Slices must all be from the same tensor: {whole} != {info.full_name}")
        yield (_RefSaveable if part.dtype._is_ref_dtype else _ResourceSaveable)(part, info.spec, name)


def _stored(source):
    """The tensor that a variable is saved through: its ref, or what was first read from it; None for no variable."""
    if isinstance(source, Variable):
        return source._ref() if source.dtype._is_ref_dtype else source._as_graph_element()
    is_stored = isinstance(source, Tensor) and source.op.type in (*_STORAGE, "ReadVariableOp")
    return source if is_stored else None
