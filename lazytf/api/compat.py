"""``tf.compat``: strings, dimensions, and the surface under the name of its version."""

from lazytf.api.surface import absent as _absent
from lazytf.core.shapes import (
    dimension_at_index as dimension_at_index,
    dimension_value as dimension_value,
)
from lazytf.core.texts import (
    as_bytes as as_bytes,
    as_str as as_str,
    as_str_any as as_str_any,
    as_text as as_text,
    bytes_or_text_types as bytes_or_text_types,
    complex_types as complex_types,
    integral_types as integral_types,
    path_to_str as path_to_str,
    real_types as real_types,
)

__getattr__ = _absent("tf.compat")
