"""Functions that change a variable: ``tf.assign``, ``tf.scatter_add`` and their kin.

A ref variable is changed by an op that takes the variable itself and returns it; a resource variable by an op on its
handle, after which the returned variable-like value is read.
"""

from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.ops.filling import ones_like
from lazytf.ops.joining import concat
from lazytf.ops.measuring import shape as shape_of
from lazytf.ops.reshaping import expand_dims, reshape


def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Sets variable ``ref`` to ``value``; returns ``ref`` as it is afterwards.

    ``value`` has the variable's dtype and shape; with ``validate_shape=False`` a ref variable takes on another shape.
    ``use_locking`` is accepted: here a write is never half seen. ``AttributeError`` where ``ref`` is no variable.
    """
    if ref.dtype._is_ref_dtype:
        return raw.Assign(ref, value, use_locking=use_locking, validate_shape=validate_shape, name=name)
    return ref.assign(value, name=name)


def assign_add(ref, value, use_locking=None, name=None):
    """Adds ``value``, of the variable's dtype and shape, to variable ``ref``; returns it as it is afterwards."""
    if ref.dtype._is_ref_dtype:
        return raw.AssignAdd(ref, value, use_locking=use_locking, name=name)
    return ref.assign_add(value)  # TensorFlow, too, names the operation after its type


def assign_sub(ref, value, use_locking=None, name=None):
    """Subtracts ``value``, of the variable's dtype and shape, from variable ``ref``; returns it as it is afterwards."""
    if ref.dtype._is_ref_dtype:
        return raw.AssignSub(ref, value, use_locking=use_locking, name=name)
    return ref.assign_sub(value)  # TensorFlow, too, names the operation after its type


def count_up_to(ref, limit, name=None):
    """Adds one to the scalar int variable ``ref`` and returns the count before; at ``limit`` it raises
    ``OutOfRangeError``.
    """
    if ref.dtype._is_ref_dtype:
        return raw.CountUpTo(ref, limit=limit, name=name)
    return raw.ResourceCountUpTo(ref.handle, limit=limit, T=ref.dtype, name=name)


def _scatter(change, text, update_locks=False):
    """The public function over the ops ``Scatter{change}`` and ``ResourceScatter{change}``."""
    ref_op, resource_op = f"Scatter{change}", f"ResourceScatter{change}"

    def scatter(ref, indices, updates, use_locking=update_locks, name=None):
        if ref.dtype._is_ref_dtype:
            return getattr(raw, ref_op)(ref, indices, updates, use_locking=use_locking, name=name)
        updates = convert_to_tensor(updates, ref.dtype)
        return ref._lazy_read(getattr(raw, resource_op)(ref.handle, indices, updates, name=name))

    scatter.__name__ = scatter.__qualname__ = "scatter_" + {
        "NdAdd": "nd_add",
        "NdSub": "nd_sub",
        "NdUpdate": "nd_update",
    }.get(change, change.lower())
    scatter.__doc__ = (
        text
        + """

    Returns the variable as it is afterwards. ``indices`` are int32 or int64; an index beyond the variable raises
    ``InvalidArgumentError`` when it runs and changes nothing. ``use_locking`` is accepted: a write is never half seen.
    """
    )
    return scatter


_ROWS = (
    "``ref[indices[...]]`` {} ``updates[...]`` for every index, a row number; ``updates`` has the shape of ``indices`` "
    "followed by a row's, or is a scalar."
)
_CELLS = (
    "``ref[indices[..., :]]`` {} ``updates[...]`` for every index, the last dimension of ``indices``: a position in "
    "the first dimensions of the variable; ``updates`` are what is found there."
)

scatter_update = _scatter("Update", _ROWS.format("="), update_locks=True)
scatter_add = _scatter("Add", _ROWS.format("+="))
scatter_sub = _scatter("Sub", _ROWS.format("-="))
scatter_mul = _scatter("Mul", _ROWS.format("*="))
scatter_div = _scatter("Div", _ROWS.format("/="))
scatter_max = _scatter("Max", _ROWS.format("= the larger of itself and"))
scatter_min = _scatter("Min", _ROWS.format("= the smaller of itself and"))
scatter_nd_update = _scatter("NdUpdate", _CELLS.format("="), update_locks=True)
scatter_nd_add = _scatter("NdAdd", _CELLS.format("+="))
scatter_nd_sub = _scatter("NdSub", _CELLS.format("-="))


def batch_scatter_update(ref, indices, updates, use_locking=True, name=None):
    """``ref[b..., indices[b..., i]] = updates[b..., i]``: rows of many variables that are stacked in one.

    ``indices`` is ``[batch..., n]``, ``updates`` ``[batch..., n, row...]``. Returns the variable as it is afterwards.
    """
    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        sizes = shape_of(indices)
        batch = indices.get_shape().ndims - 1
        positions = expand_dims(indices, axis=-1)
        rank, columns = batch + 2, []
        for axis in range(batch):  # the position along each batch dimension, spread over all the others
            size = sizes[axis]
            spread = reshape(raw.Range(0, size, 1), [1] * axis + [size] + [1] * (rank - axis - 1))
            columns.append(spread * ones_like(positions))
        return scatter_nd_update(ref, concat([*columns, positions], axis=-1), updates, use_locking)
