"""What the inputs of a layer must be, and saying so where they are not."""

from lazytf.core.dtypes import as_dtype
from lazytf.core.structures import flatten


class InputSpec:
    """What one input of a layer must be: its ``dtype``, its ``shape`` (None in it fits any size), its rank.

    The rank is ``ndim``, or between ``min_ndim`` and ``max_ndim``; ``axes`` is a dictionary from axis to size. What is
    None is not checked. ``TypeError`` for axes that are no integers, ``ValueError`` for those beyond the rank.
    """

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape, self.ndim = shape, ndim if shape is None else len(shape)
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        try:
            self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        except (ValueError, TypeError):
            raise TypeError("The keys in axes must be integers.") from None
        if self.axes and (self.ndim is not None or max_ndim is not None):
            largest = (self.ndim or max_ndim) - 1
            if max(self.axes) > largest:
                raise ValueError(f"Axis {max(self.axes)} is greater than the maximum allowed value: {largest}")

    def get_config(self):
        """Its arguments by name."""
        return {name: getattr(self, name) for name in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")}

    @classmethod
    def from_config(cls, config):
        """A specification with the arguments in ``config``."""
        return cls(**config)

    def __repr__(self):
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in self.get_config().items() if value)})"


def assert_input_compatibility(input_spec, inputs, layer_name):
    """``ValueError`` naming the layer and the input that is not as ``input_spec`` says."""
    if not input_spec:
        return
    inputs, specs = flatten(inputs), flatten(input_spec)
    if len(inputs) != len(specs):
        raise ValueError(
            f"Layer {layer_name} expects {len(specs)} inputs, but it received {len(inputs)} input tensors. "
            f"Inputs received: {inputs}"
        )
    for i, (value, spec) in enumerate(zip(inputs, specs, strict=True)):
        trouble = None if spec is None else _trouble(value, spec)
        if trouble:
            raise ValueError(f"Input {i} of layer {layer_name} is incompatible with the layer: {trouble}")
        if spec is not None and spec.shape is not None and value.shape.ndims is not None:
            sizes = value.shape.as_list()
            if any(None not in pair and pair[0] != pair[1] for pair in zip(spec.shape, sizes, strict=True)):
                raise ValueError(
                    f"Input {i} is incompatible with layer {layer_name}: expected shape={spec.shape}, found "
                    f"shape={sizes}"
                )


def _trouble(value, spec):
    """What is wrong with an input, but for its shape as a whole; None where nothing is."""
    rank = value.shape.ndims
    if rank is None and not spec.ndim is spec.min_ndim is spec.max_ndim is None:
        return "its rank is undefined, but the layer requires a defined rank."
    if spec.ndim is not None and rank != spec.ndim:
        return f"expected ndim={spec.ndim}, found ndim={rank}. Full shape received: {value.shape.as_list()}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={rank}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return f": expected min_ndim={spec.min_ndim}, found ndim={rank}. Full shape received: {value.shape.as_list()}"
    if spec.dtype is not None and value.dtype != spec.dtype:
        return f"expected dtype={spec.dtype}, found dtype={value.dtype}"
    sizes = value.shape.as_list() if spec.axes else ()
    for axis, size in spec.axes.items():
        size = getattr(size, "value", size)
        if size is not None and sizes[axis] not in (size, None):
            return f"expected axis {axis} of input shape to have value {size} but received input with shape {sizes}"
    return None
