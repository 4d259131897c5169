"""``tf.nest``: nested structures of values."""

from lazytf.api.surface import absent as _absent
from lazytf.core.structures import (
    assert_same_structure as assert_same_structure,
    flatten as flatten,
    is_nested as is_nested,
    map_structure as map_structure,
    pack_sequence_as as pack_sequence_as,
)

__getattr__ = _absent("tf.nest")
