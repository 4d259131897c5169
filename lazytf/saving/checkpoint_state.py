"""The ``checkpoint`` file beside checkpoints: which there are, oldest first, and which is the latest.

It is a ``CheckpointState`` message in text form, replaced as a whole, after the checkpoint it names is in place:
whoever reads it finds the old file or the new one, and a checkpoint that is whole.
"""

import contextlib
import glob
import logging
import os
import re

from google.protobuf import text_format

from lazytf.core import errors
from lazytf.formats import files
from lazytf.formats.messages import CheckpointState, SaverDef

_LOG = logging.getLogger("tensorflow")


def generate_checkpoint_state_proto(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """The ``CheckpointState`` of a directory: its latest checkpoint, and all of them, oldest first.

    Paths are made relative to ``save_dir`` where both are relative. ``ValueError`` where there is not one timestamp
    (seconds since 1970) for each path.
    """
    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    if all_model_checkpoint_timestamps and len(all_model_checkpoint_timestamps) != len(paths):
        raise ValueError(
            "Checkpoint timestamps, if provided, must match checkpoint paths (got paths "
            f"{paths} and timestamps {all_model_checkpoint_timestamps})"
        )
    if not os.path.isabs(save_dir):
        model_checkpoint_path, *paths = (_relative(path, save_dir) for path in (model_checkpoint_path, *paths))
    return CheckpointState(
        model_checkpoint_path=model_checkpoint_path,
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=all_model_checkpoint_timestamps,
        last_preserved_timestamp=last_preserved_timestamp,
    )


def _relative(path, directory):
    return path if os.path.isabs(path) else os.path.relpath(path, directory or ".")


def update_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    latest_filename=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """Writes the ``checkpoint`` file of ``save_dir`` (or the file ``latest_filename`` there), as a whole or not at all.

    ``RuntimeError`` where a checkpoint has the path of that file; else as ``generate_checkpoint_state_proto``.
    """
    write_checkpoint_state(
        save_dir,
        model_checkpoint_path,
        all_model_checkpoint_paths,
        latest_filename,
        False,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )


def write_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    paths=None,
    latest_filename=None,
    save_relative_paths=False,
    timestamps=None,
    last_preserved_timestamp=None,
):
    """As ``update_checkpoint_state``; with ``save_relative_paths`` absolute paths are written relative to
    ``save_dir``."""
    file = _state_path(save_dir, latest_filename)
    if save_relative_paths:
        model_checkpoint_path, *paths = (
            os.path.relpath(path, save_dir) if os.path.isabs(path) else path
            for path in (model_checkpoint_path, *(paths or []))
        )
    state = generate_checkpoint_state_proto(
        save_dir, model_checkpoint_path, paths, timestamps, last_preserved_timestamp
    )
    if file == state.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state.  Please use a "
            "different save path."
        )
    files.write_atomically(file, text_format.MessageToString(state))


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """The ``CheckpointState`` of a directory, paths completed by it; None where none can be read.

    ``ValueError`` where the file names no checkpoint.
    """
    path = _state_path(checkpoint_dir, latest_filename)
    try:
        with files.os_errors_of(path), open(path, encoding="utf-8") as file:
            state = text_format.Parse(file.read(), CheckpointState())
    except errors.NotFoundError:
        return None
    except (errors.OpError, text_format.ParseError, UnicodeDecodeError) as error:
        _LOG.warning("%s: %s", path, error)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    state.model_checkpoint_path = os.path.join(checkpoint_dir, state.model_checkpoint_path)
    for i, each in enumerate(state.all_model_checkpoint_paths):
        state.all_model_checkpoint_paths[i] = os.path.join(checkpoint_dir, each)
    return state


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The path of the latest checkpoint that the directory's ``checkpoint`` file names; None where it is not there."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if not checkpoint_exists(state.model_checkpoint_path):
        _LOG.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
        return None
    return state.model_checkpoint_path


def checkpoint_exists(checkpoint_prefix):
    """Whether there is a checkpoint at that path; it may hold wildcards."""
    return any(
        files.exists(pattern) or _matches(pattern) for pattern in (f"{checkpoint_prefix}.index", checkpoint_prefix)
    )


def _matches(pattern):
    """The paths that match; none where the directory is missing."""
    try:
        return files.glob(pattern)
    except errors.NotFoundError:
        return []


def get_checkpoint_mtimes(checkpoint_prefixes):
    """When each checkpoint was written, in seconds since 1970; those that are not there are left out."""
    found = []
    for prefix in checkpoint_prefixes:
        for path in (f"{prefix}.index", prefix):
            with contextlib.suppress(errors.NotFoundError):
                found.append(files.stat(path).mtime_nsec / 1e9)
                break
    return found


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=SaverDef.V2, meta_graph_suffix="meta"):
    """Deletes a checkpoint's files, its graph included; what is not there is passed over.

    The index goes first: a process that dies halfway leaves no checkpoint, not half of one.
    """
    prefix = glob.escape(checkpoint_prefix)
    patterns = (
        [f"{prefix}.index", f"{prefix}.data-?????-of-?????"] if checkpoint_format_version == SaverDef.V2 else [prefix]
    )
    for pattern in (*patterns, glob.escape(meta_graph_path(checkpoint_prefix, meta_graph_suffix))):
        for path in _matches(pattern):
            with contextlib.suppress(errors.NotFoundError):
                files.remove(path)


def meta_graph_path(checkpoint_prefix, suffix="meta"):
    """Where a checkpoint's graph is: beside it, without the part that counts the shards of an old one."""
    return re.sub(r"-[\d\?]+-of-\d+$", "", checkpoint_prefix) + f".{suffix}"


def _state_path(directory, latest_filename):
    return os.path.join(directory, "checkpoint" if latest_filename is None else latest_filename)


def prefix_of(checkpoint_dir_or_file):
    """The prefix of a checkpoint given by itself or as a directory's latest; ``ValueError`` if it has none."""
    if not files.isdir(checkpoint_dir_or_file):
        return checkpoint_dir_or_file
    latest = latest_checkpoint(checkpoint_dir_or_file)
    if latest is None:
        raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {checkpoint_dir_or_file}")
    return latest
