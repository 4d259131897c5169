"""Bytes: the files TensorFlow writes, read and written without TensorFlow.

No graph and no torch: arrays are NumPy's, messages are protobuf's. This room may import ``core.errors`` and
``core.dtypes`` only. Its files, in the order in which they may import each other:

    messages   every TensorFlow protobuf message, under one roof
    varint     variable-length integers
    crc        the masked CRC32C that guards everything below
    files      file operations (``tf.gfile``) whose errors are TensorFlow's, and atomic writes
    records    TFRecord files: plain, GZIP and ZLIB
    events     event files: the writer with its queue and thread, and the reader
    arrays     NumPy arrays to and from ``TensorProto``
    slices     the parts of partitioned tensors: extents, regions, keys
    table      the sorted string table that indexes a checkpoint
    bundle     checkpoints: a table of entries beside files of raw bytes

A reader here returns what was written or raises ``DataLossError`` naming the file; it never returns damaged
values. To add a message, add a row to ``messages``; to add a format, add a file and a line above.
"""
