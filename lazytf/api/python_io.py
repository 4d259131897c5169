"""``tf.python_io``: TFRecord files, under their older names."""

from lazytf.api.surface import absent as _absent
from lazytf.formats.records import (
    TFRecordCompressionType as TFRecordCompressionType,
    TFRecordOptions as TFRecordOptions,
    TFRecordWriter as TFRecordWriter,
    tf_record_iterator as tf_record_iterator,
)

__getattr__ = _absent("tf.python_io")
