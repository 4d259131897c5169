"""``tf.summary``: what TensorBoard shows, and the files it reads."""

from lazytf.api.surface import absent as _absent
from lazytf.formats.messages import (
    Event as Event,
    SessionLog as SessionLog,
    Summary as Summary,
    SummaryDescription as SummaryDescription,
    TaggedRunMetadata as TaggedRunMetadata,
)
from lazytf.training.file_writers import (
    FileWriter as FileWriter,
    FileWriterCache as FileWriterCache,
)
from lazytf.training.summaries import (
    get_summary_description as get_summary_description,
    histogram as histogram,
    image as image,
    merge as merge,
    merge_all as merge_all,
    scalar as scalar,
    tensor_summary as tensor_summary,
    text as text,
)

__getattr__ = _absent("tf.summary")
