"""``tf.queue``: queues."""

from lazytf.api.surface import absent as _absent
from lazytf.training.queues import (
    FIFOQueue as FIFOQueue,
    PaddingFIFOQueue as PaddingFIFOQueue,
    PriorityQueue as PriorityQueue,
    QueueBase as QueueBase,
    RandomShuffleQueue as RandomShuffleQueue,
)

__getattr__ = _absent("tf.queue")
