"""``tf.random``: seeds and random numbers."""

from lazytf.api.surface import absent as _absent
from lazytf.core.seeds import (
    get_seed as get_seed,
    set_random_seed as set_random_seed,
)
from lazytf.ops.random import (
    categorical as categorical,
    multinomial as multinomial,
    random_gamma as gamma,
    random_normal as normal,
    random_shuffle as shuffle,
    random_uniform as uniform,
    truncated_normal as truncated_normal,
)

__getattr__ = _absent("tf.random")
