"""Event files: the writer, its thread and its errors; the reader."""

import gc
import os
import re
import subprocess
import sys
import threading

import pytest

from lazytf.core import errors
from lazytf.formats import events
from lazytf.formats.events import EventFileWriter, event_iterator
from lazytf.formats.messages import Event
from lazytf.formats.records import TFRecordWriter

from .recorded import EXPECTED, FOLDER


def files_of(logdir):
    return sorted(logdir.iterdir())


def steps(path):
    return [event.step for event in event_iterator(str(path))][1:]


def test_reads_the_events_tensorflow_wrote():
    read = list(event_iterator(FOLDER / "events.out.tfevents.recorded"))
    assert [event.SerializeToString().hex() for event in read] == EXPECTED["events"]
    assert read[1].summary.value[0].simple_value == 0.25


def test_the_file_is_named_and_opened_as_tensorflow_does(tmp_path):
    writer = EventFileWriter(str(tmp_path / "made" / "here"), filename_suffix=".v2")
    writer.close()
    (file,) = files_of(tmp_path / "made" / "here")
    assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\.[^/]+\.v2", file.name)
    (first,) = event_iterator(str(file))
    assert first.file_version == "brain.Event:2" and first.wall_time > 1e9


def test_flush_returns_when_everything_is_in_the_file(tmp_path):
    writer = EventFileWriter(str(tmp_path), max_queue=2, flush_secs=1000)
    for step in range(1, 50):
        writer.add_event(Event(step=step))
    writer.flush()
    assert steps(files_of(tmp_path)[0]) == list(range(1, 50))
    writer.close()


def test_flush_waits_for_a_slow_disk(tmp_path, monkeypatch):
    written, ready = [], threading.Event()

    class Slow(TFRecordWriter):
        def flush(self):
            ready.wait(10)
            super().flush()
            written.append(True)

    monkeypatch.setattr(events, "TFRecordWriter", Slow)
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(step=1))
    threading.Timer(0.05, ready.set).start()
    writer.flush()
    assert written and steps(files_of(tmp_path)[0]) == [1]
    writer.close()


def test_threads_share_a_writer(tmp_path):
    writer = EventFileWriter(str(tmp_path), max_queue=1)
    threads = [threading.Thread(target=lambda: [writer.add_event(Event(step=1)) for _ in range(100)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert steps(files_of(tmp_path)[0]) == [1] * 400


def test_reopening_starts_a_new_file_and_keeps_the_old(tmp_path):
    writer = EventFileWriter(str(tmp_path))
    for step in (1, 2):
        writer.reopen()  # nothing while it is open
        writer.add_event(Event(step=step))
        writer.close()
        writer.close()
        writer.reopen()
    writer.close()
    assert [steps(file) for file in files_of(tmp_path)] == [[1], [2], []]


def test_an_event_for_a_closed_writer_is_dropped_with_a_warning(tmp_path):
    writer = EventFileWriter(str(tmp_path))
    writer.close()
    writer.flush()
    with pytest.warns(UserWarning, match="closed"):
        writer.add_event(Event(step=1))
    assert steps(files_of(tmp_path)[0]) == []


class _FullDisk(TFRecordWriter):
    """Writes the version event, then fails as a full disk does."""

    written = 0

    def write(self, record):
        self.written += 1
        if self.written > 1:
            raise errors.ResourceExhaustedError(None, None, f"{self._path}; No space left on device")
        super().write(record)


def test_an_error_of_the_thread_reaches_the_caller_and_nothing_hangs(tmp_path, monkeypatch):
    monkeypatch.setattr(events, "TFRecordWriter", _FullDisk)
    writer = EventFileWriter(str(tmp_path), max_queue=1)
    with pytest.raises(errors.ResourceExhaustedError, match="No space left"):
        for step in range(1000):
            writer.add_event(Event(step=step))
    for call in (writer.flush, lambda: writer.add_event(Event()), writer.close):
        with pytest.raises(errors.ResourceExhaustedError, match="No space left"):
            call()
    writer.close()


def test_an_unforeseen_error_of_the_thread_is_internal_and_keeps_its_cause(tmp_path, monkeypatch):
    monkeypatch.setattr(_FullDisk, "write", lambda self, record: 1 / 0)
    monkeypatch.setattr(events, "TFRecordWriter", _FullDisk)
    writer = EventFileWriter(str(tmp_path))
    with pytest.raises(errors.InternalError, match="ZeroDivisionError"):
        writer.close()


def test_a_writer_that_cannot_start_says_why(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.AlreadyExistsError, match="file; File exists"):
        EventFileWriter(str(tmp_path / "file"))
    with pytest.raises(errors.FailedPreconditionError, match="Not a directory"):
        EventFileWriter(str(tmp_path / "file" / "logs"))
    with pytest.raises(TypeError, match="expected an Event"):
        EventFileWriter(str(tmp_path)).add_event("text")


def test_a_dropped_writer_writes_what_is_queued(tmp_path):
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(step=1))
    del writer
    gc.collect()
    assert steps(files_of(tmp_path)[0]) == [1]


def test_a_program_that_ends_without_closing_loses_no_event(tmp_path):
    program = (
        "import sys\nfrom lazytf.formats.events import Event, EventFileWriter\n"
        "writer = EventFileWriter(sys.argv[1], flush_secs=1000)\nwriter.add_event(Event(step=1))\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(tmp_path)], check=True, timeout=30)
    assert steps(files_of(tmp_path)[0]) == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_gets_an_error_and_does_not_hang(tmp_path):
    program = (
        "import os, sys\n"
        "from lazytf.core import errors\nfrom lazytf.formats.events import Event, EventFileWriter\n"
        "writer = EventFileWriter(sys.argv[1])\npid = os.fork()\n"
        "if pid == 0:\n"
        "    try:\n        writer.add_event(Event(step=2))\n"
        "    except errors.FailedPreconditionError:\n        writer.close()\n        os._exit(7)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7\n"
        "writer.add_event(Event(step=1))\nwriter.close()\n"
    )
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, str(tmp_path)]
    subprocess.run(command, check=True, timeout=30)
    assert steps(files_of(tmp_path)[0]) == [1]


def test_a_record_that_is_no_event_is_data_loss(tmp_path):
    with TFRecordWriter(str(tmp_path / "e")) as writer:
        writer.write(b"\xff\xff\xff")
    with pytest.raises(errors.DataLossError, match="record 0 of .* is not an Event"):
        list(event_iterator(str(tmp_path / "e")))
