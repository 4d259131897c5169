"""``tf.summary``: what TensorBoard shows, and the files it reads."""
from lazytf.api.surface import absent
from lazytf.formats.messages import (
    Event as Event,
    SessionLog as SessionLog,
    Summary as Summary,
    SummaryDescription as SummaryDescription,
    TaggedRunMetadata as TaggedRunMetadata,
)

__getattr__ = absent("tf.summary")
