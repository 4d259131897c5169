"""``tf.train.queue_runner``: queue runners, under their older names."""

from lazytf.api.surface import absent as _absent
from lazytf.training.queue_runners import (
    QueueRunner as QueueRunner,
    add_queue_runner as add_queue_runner,
    start_queue_runners as start_queue_runners,
)

__getattr__ = _absent("tf.train.queue_runner")
