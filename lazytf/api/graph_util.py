"""``tf.graph_util``: graphs as messages."""

from lazytf.api.surface import absent as _absent
from lazytf.saving.importing import import_graph_def as import_graph_def

__getattr__ = _absent("tf.graph_util")
