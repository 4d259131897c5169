"""``tf.io``: files, records and serialized values."""

from lazytf.api import io_gfile as gfile
from lazytf.api.surface import absent as _absent
from lazytf.formats.records import (
    TFRecordCompressionType as TFRecordCompressionType,
    TFRecordOptions as TFRecordOptions,
    TFRecordWriter as TFRecordWriter,
    tf_record_iterator as tf_record_iterator,
)
from lazytf.saving.graph_def import write_graph as write_graph
from lazytf.training.queues import (
    PaddingFIFOQueue as PaddingFIFOQueue,
    PriorityQueue as PriorityQueue,
    QueueBase as QueueBase,
    RandomShuffleQueue as RandomShuffleQueue,
)

__getattr__ = _absent("tf.io")
