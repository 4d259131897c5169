"""``tf.python.framework.function``: functions of graph. TensorFlow lists no public name for them; programs use this."""

from lazytf.api.surface import absent as _absent
from lazytf.control_flow.functions import (
    Defun as Defun,
    get_extra_args as get_extra_args,
    get_extra_inputs as get_extra_inputs,
    get_extra_vars as get_extra_vars,
)

__getattr__ = _absent("tf.python.framework.function")
