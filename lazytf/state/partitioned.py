"""Partitioned variables: several variables, each a slice of one large tensor, that stand for it together."""

from lazytf.core import graph as graphs
from lazytf.core.build import raw, register_tensor_conversion_function
from lazytf.core.dtypes import as_dtype
from lazytf.core.shapes import as_shape
from lazytf.ops.joining import concat, split


class PartitionedVariable:
    """The parts of a variable, in order: iterate over them, or use the whole as a tensor.

    ``partitions`` counts the parts along each axis; only one count is above 1.
    """

    def __init__(self, name, shape, dtype, variable_list, partitions):
        self._name, self._shape, self._dtype = name, as_shape(shape), as_dtype(dtype).base_dtype
        self._variable_list, self._partitions = list(variable_list), list(partitions)
        sliced_axis(self._shape, self._partitions)
        if len(self._partitions) != self._shape.ndims:
            raise ValueError(
                f"len(partitions) = {len(self._partitions)} does not match the rank of shape {self._shape}"
            )

    name = property(lambda self: self._name)
    dtype = property(lambda self: self._dtype)
    shape = property(lambda self: self._shape, doc="The shape of the whole.")

    def get_shape(self):
        """The shape of the whole."""
        return self._shape

    def __iter__(self):
        return iter(self._variable_list)

    def __len__(self):
        return len(self._variable_list)

    def as_tensor(self):
        """The whole: a new tensor that joins the values of all parts."""
        graph = graphs.get_default_graph()
        with graph.control_dependencies(None):
            whole = self._variable_list[0]
            if len(self) > 1:
                with graph.name_scope(self._name + "/ConcatPartitions/"):
                    whole = concat(self._variable_list, self._partition_axes()[0])
            with graph.name_scope(None):
                return raw.Identity(whole, name=self._name)

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Sets all parts, to slices of a tensor or those of another partitioned variable or list; returns a list."""
        return self._each("assign", value, use_locking, name, read_value)

    def assign_add(self, value, use_locking=False, name=None, read_value=True):
        """Adds to all parts; see ``assign``."""
        return self._each("assign_add", value, use_locking, name, read_value)

    def assign_sub(self, value, use_locking=False, name=None, read_value=True):
        """Subtracts from all parts; see ``assign``."""
        return self._each("assign_sub", value, use_locking, name, read_value)

    def _each(self, method, value, use_locking, name, read_value):
        if not isinstance(value, (list, PartitionedVariable)):
            axis = self._partition_axes()[0]
            value = split(value, [part.shape.as_list()[axis] for part in self], axis=axis)
        if len(value) != len(self):
            raise ValueError(f"{self._name} has {len(self)} parts; got {len(value)} values for them")
        return [
            getattr(part, method)(one, use_locking=use_locking, name=name, read_value=read_value)
            for part, one in zip(self, value, strict=True)
        ]

    def _partition_axes(self):
        return [axis for axis, count in enumerate(self._partitions) if count > 1] or [0]

    def _get_variable_list(self):
        return self._variable_list

    def _get_partitions(self):
        return self._partitions


class PartitionInfo:
    """What an initializer is told of the part that it makes: the shape of the whole, and where the part begins."""

    __slots__ = ("full_shape", "var_offset")

    def __init__(self, full_shape, var_offset):
        for offset, size in zip(var_offset, full_shape, strict=True):
            if not 0 <= offset < size:
                raise ValueError(
                    f"Expected 0 <= offset < shape but found offset={offset}, shape={size} for "
                    f"var_offset={var_offset}, full_shape={full_shape}"
                )
        self.full_shape, self.var_offset = full_shape, var_offset

    def single_slice_dim(self, shape):
        """The axis along which a part of ``shape`` differs from the whole; None where it is the whole."""
        axes = [axis for axis, (part, whole) in enumerate(zip(shape, self.full_shape, strict=True)) if part != whole]
        if len(axes) > 1:
            raise ValueError(
                f"Cannot use single_slice_dim() with shape {list(shape)} and full_shape {self.full_shape} since "
                f"slice dim could be either dimension {axes[0]} or {axes[1]}."
            )
        return axes[0] if axes else None

    def single_offset(self, shape):
        """Where a part of ``shape`` begins along the axis that is cut; 0 where none is."""
        axis = self.single_slice_dim(shape)
        return 0 if axis is None else self.var_offset[axis]


def partitions_of(partitioner, shape, dtype):
    """How many parts ``partitioner`` cuts each axis into; ``ValueError`` for an answer that cannot be meant."""
    if not shape.is_fully_defined():
        raise ValueError(f"Shape of a new partitioned variable must be fully defined, but instead was {shape}.")
    if shape.ndims < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1, shape: {shape}")
    parts = partitioner(shape=shape, dtype=dtype)
    if not isinstance(parts, (list, tuple)):
        raise ValueError(f"Partitioner must return a sequence, but saw: {parts}")
    if len(parts) != shape.ndims:
        raise ValueError(
            f"Partitioner returned a partition list that does not match the Variable's rank: {parts} vs. {shape}"
        )
    if any(count < 1 for count in parts):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {parts}")
    return list(parts)


def sliced_axis(shape, partitions):
    """The axis that is cut, the first where none is; ``ValueError`` for more than one."""
    axes = [axis for axis, count in enumerate(partitions) if count > 1]
    if len(axes) > 1:
        raise ValueError(f"Can only slice a variable along one dimension: shape: {shape}, partitioning: {partitions}")
    return axes[0] if axes else 0


def slices(sizes, count, axis):
    """``(offset, shape)`` of each of ``count`` slices along ``axis``; the first ones are longer where it does not
    divide.
    """
    length, longer = divmod(sizes[axis], count)
    start = 0
    for i in range(count):
        offset, part = [0] * len(sizes), list(sizes)
        offset[axis], part[axis] = start, length + (i < longer)
        start += part[axis]
        yield offset, part


def _from_parts(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{variable.dtype.name}'"
        )
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference: use its parts.")
    return variable.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _from_parts)
