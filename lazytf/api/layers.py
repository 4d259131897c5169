"""``tf.layers``: functions of tensors that own their variables."""

from lazytf.api.surface import absent as _absent
from lazytf.modeling.input_spec import InputSpec as InputSpec
from lazytf.modeling.layer import Layer as Layer

__getattr__ = _absent("tf.layers")
