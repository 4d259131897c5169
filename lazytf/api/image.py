"""``tf.image``."""
from lazytf.api.surface import absent
from lazytf.ops.random import random_crop as random_crop

__getattr__ = absent("tf.image")
