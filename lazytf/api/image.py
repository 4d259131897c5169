"""``tf.image``: images as tensors."""

from lazytf.api.surface import absent as _absent
from lazytf.ops.random import random_crop as random_crop

__getattr__ = _absent("tf.image")
