"""``tf.sparse``: sparse tensors."""
from lazytf.api.surface import absent
from lazytf.core.values import SparseTensor as SparseTensor
from lazytf.ops.placeholders import sparse_placeholder as placeholder

__getattr__ = absent("tf.sparse")
