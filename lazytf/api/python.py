"""``tf.python``: TensorFlow's inside, as far as programs reach for it."""

from lazytf.api import python_framework as framework  # noqa: F401 - a name of the namespace
from lazytf.api.surface import absent as _absent

__getattr__ = _absent("tf.python")
