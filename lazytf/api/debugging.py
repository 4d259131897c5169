"""``tf.debugging``: checks."""

from lazytf.api.surface import absent as _absent
from lazytf.core.values import is_numeric_tensor as is_numeric_tensor
from lazytf.ops.control import (
    check_numerics as check_numerics,
    verify_tensor_all_finite as assert_all_finite,
)
from lazytf.ops.unary import (
    is_finite as is_finite,
    is_inf as is_inf,
    is_nan as is_nan,
)

__getattr__ = _absent("tf.debugging")
