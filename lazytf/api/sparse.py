"""``tf.sparse``: sparse tensors."""

from lazytf.api.surface import absent as _absent
from lazytf.core.values import SparseTensor as SparseTensor
from lazytf.ops.placeholders import sparse_placeholder as placeholder

__getattr__ = _absent("tf.sparse")
