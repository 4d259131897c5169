"""``tf.manip``: rearranging tensors."""

from lazytf.api.surface import absent as _absent
from lazytf.ops.gathering import (
    gather_nd as gather_nd,
    scatter_nd as scatter_nd,
)
from lazytf.ops.reshaping import reshape as reshape
from lazytf.ops.tiling import (
    reverse as reverse,
    tile as tile,
)

__getattr__ = _absent("tf.manip")
