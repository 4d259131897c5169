"""``tf.bitwise``: bits of integers."""

from lazytf.api.surface import absent as _absent
from lazytf.ops.binary import (
    bitwise_and as bitwise_and,
    bitwise_or as bitwise_or,
    bitwise_xor as bitwise_xor,
    left_shift as left_shift,
    right_shift as right_shift,
)
from lazytf.ops.unary import invert as invert

__getattr__ = _absent("tf.bitwise")
