"""Linear maps of several tensors side by side, with variables made by ``get_variable``."""

from lazytf.core import dtypes
from lazytf.core.structures import is_nested
from lazytf.ops.constants import constant
from lazytf.ops.joining import concat
from lazytf.ops.linalg import matmul
from lazytf.ops.nn import bias_add
from lazytf.state.initializers import constant_initializer
from lazytf.state.scopes import get_variable, get_variable_scope, variable_scope


class Linear:
    """``concat(args, 1) @ kernel + bias``: the variables are made with the object, the operations in each call.

    ``args`` is a matrix or a list of them. ``kernel`` is ``[all columns, output_size]``; ``build_bias=False`` leaves
    the bias out. ``ValueError`` for what has no two dimensions or no known number of columns, and for nothing.
    """

    def __init__(self, args, output_size, build_bias, bias_initializer=None, kernel_initializer=None):
        if args is None or (is_nested(args) and not args):
            raise ValueError("`args` must be specified")
        args = args if is_nested(args) else [args]
        dtype = args[0].dtype
        with variable_scope(get_variable_scope()) as outer:
            self._kernel = get_variable(
                "kernel", [_columns(args), output_size], dtype=dtype, initializer=kernel_initializer
            )
            self._bias = None
            if build_bias:
                with variable_scope(outer) as inner:
                    inner.set_partitioner(None)
                    if bias_initializer is None:
                        bias_initializer = constant_initializer(0.0, dtype=dtype)
                    self._bias = get_variable("bias", [output_size], dtype=dtype, initializer=bias_initializer)

    def __call__(self, args):
        """The product with the variables, ``[batch, output_size]``."""
        args = args if is_nested(args) else [args]
        together = args[0] if len(args) == 1 else concat(args, constant(1, dtype=dtypes.int32))
        product = matmul(together, self._kernel)
        return product if self._bias is None else bias_add(product, self._bias)


def _columns(args):
    shapes = [arg.get_shape() for arg in args]
    for shape in shapes:
        if shape.ndims != 2:
            raise ValueError(f"linear is expecting 2D arguments: {shapes}")
        if shape.dims[1].value is None:
            raise ValueError(f"linear expects shape[1] to be provided for shape {shape}, but saw {shape[1]}")
    return sum(shape.dims[1].value for shape in shapes)
