"""Writing summaries, graphs and logs to event files, for TensorBoard to read."""

import threading
import time

from google.protobuf.message import DecodeError

from lazytf.core.graph import Graph
from lazytf.formats.events import EventFileWriter
from lazytf.formats.messages import Event, GraphDef, MetaGraphDef, Summary, TaggedRunMetadata
from lazytf.saving.graph_def import graph_def as definition_of


class FileWriter:
    """Writes events to one new file in ``logdir``; threads may share it.

        with tf.summary.FileWriter("logs", sess.graph) as writer:
            writer.add_summary(sess.run(merged), step)

    ``graph`` is written at once, if given. Events are written in the background: at most ``max_queue`` wait, and
    they are on the disk after ``flush_secs`` seconds at the latest. ``filename_suffix`` ends the file's name.
    ``session`` is accepted; the file is written by this process all the same.
    """

    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None, filename_suffix=None, session=None
    ):
        self._tags_seen, self._run_tags = set(), set()
        if graph is not None:
            graph_def = _definition(graph)
        elif graph_def is not None:
            graph_def = _definition(graph_def)
        self.event_writer = EventFileWriter(logdir, max_queue, flush_secs, filename_suffix)
        if graph_def is not None:
            self._add_graph_def(graph_def, None)
            self.add_meta_graph(MetaGraphDef(graph_def=graph_def))

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def get_logdir(self):
        """The directory of the file."""
        return self.event_writer.get_logdir()

    def add_summary(self, summary, global_step=None):
        """Writes a ``Summary``, or the bytes that running a summary gives, as of ``global_step``.

        TensorBoard needs the metadata of a tag once only, so from the second time on they are left out.
        ``TypeError`` for anything else, ``ValueError`` for bytes that are no summary.
        """
        if isinstance(summary, bytes):
            try:
                summary = Summary.FromString(summary)
            except DecodeError as error:
                raise ValueError(f"add_summary got bytes that are no serialized Summary: {error}") from None
        elif not isinstance(summary, Summary):
            raise TypeError(f"add_summary takes a tf.Summary or the bytes of one; got {type(summary)}")
        event = Event(summary=summary)
        for value in event.summary.value:
            if value.HasField("metadata"):
                if value.tag in self._tags_seen:
                    value.ClearField("metadata")
                self._tags_seen.add(value.tag)
        self._add(event, global_step)

    def add_graph(self, graph, global_step=None, graph_def=None):
        """Writes a ``Graph`` for TensorBoard to draw, or the older ``graph_def``; ``TypeError`` for anything else."""
        self._add_graph_def(_definition(graph_def if graph is None and graph_def is not None else graph), global_step)

    def _add_graph_def(self, graph_def, global_step):
        self._add(Event(graph_def=graph_def.SerializeToString()), global_step)

    def add_meta_graph(self, meta_graph_def, global_step=None):
        """Writes a ``MetaGraphDef``; ``TypeError`` for anything else."""
        if not isinstance(meta_graph_def, MetaGraphDef):
            raise TypeError(f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}")
        self._add(Event(meta_graph_def=meta_graph_def.SerializeToString()), global_step)

    def add_session_log(self, session_log, global_step=None):
        """Writes a ``SessionLog``: that a session began, ended or saved a checkpoint."""
        self._add(Event(session_log=session_log), global_step)

    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """Writes the ``RunMetadata`` of one run under ``tag``; ``ValueError`` if the tag was used before."""
        if tag in self._run_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._run_tags.add(tag)
        tagged = TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add(Event(tagged_run_metadata=tagged), global_step)

    def add_event(self, event):
        """Writes an ``Event`` as it is; ``TypeError`` for anything else. A closed writer warns and drops it."""
        self.event_writer.add_event(event)

    def _add(self, event, global_step):
        event.wall_time = time.time()
        if global_step is not None:
            event.step = int(global_step)
        self.add_event(event)

    def flush(self):
        """Returns when every event so far is in the file."""
        self.event_writer.flush()

    def close(self):
        """Flushes and closes the file."""
        self.event_writer.close()

    def reopen(self):
        """Starts a new file after ``close``; nothing happens while one is open."""
        self.event_writer.reopen()


def _definition(graph):
    """The ``GraphDef`` of a graph, with static shapes; a ``GraphDef`` itself."""
    if isinstance(graph, Graph):
        return definition_of(graph, add_shapes=True)
    if isinstance(graph, GraphDef):
        return graph
    raise TypeError(f"The passed graph must be an instance of `Graph` or the deprecated `GraphDef`; got {type(graph)}")


class FileWriterCache:
    """One ``FileWriter`` for each directory, shared by all who ask."""

    _writers = {}
    _lock = threading.Lock()

    @staticmethod
    def get(logdir):
        """The writer of that directory, made the first time."""
        with FileWriterCache._lock:
            if logdir not in FileWriterCache._writers:
                FileWriterCache._writers[logdir] = FileWriter(logdir)
            return FileWriterCache._writers[logdir]

    @staticmethod
    def clear():
        """Closes all writers and forgets them."""
        with FileWriterCache._lock:
            writers = list(FileWriterCache._writers.values())
            FileWriterCache._writers.clear()
        for writer in writers:
            writer.close()
